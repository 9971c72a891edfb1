-- What README says of erasing a person leaves nothing of him, whatever screening kept.
\set VERBOSITY terse
\pset format unaligned
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET highseas.clock = '2026-03-02 09:00+00';
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
RESET client_min_messages;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('shop');
INSERT INTO highseas.pool (pool_key) VALUES ('sea');
INSERT INTO highseas.rep (rep_key, hired_on) VALUES ('kim', '2020-01-01');
CALL highseas.intake('Secret Ltd', 'Secret Person', 'secret@secret-works.com', origin => 'fair', customer => '4711');
CALL highseas.intake('Bilbao Textiles SL', 'Secret Person', 'bilbao@bilbao-textiles.es', origin => 'fair', customer => '4712');
CALL highseas.intake('Secret Works Ltd', phone => '12', email => 'not secret', origin => 'fair', customer => '4711');
CALL highseas.correct_lead(3, '{"email": "secret@secret-works.net", "phone": null}');
CALL highseas.intake('Norwood Ltd', email => 'a@norwood-supply.com', origin => 'fair', customer => 'other');
CALL highseas.not_a_duplicate('other', '4711', 'secret knows it');
CALL highseas.merge_customer('4712', '4711');
CALL highseas.claim('4711', 'kim');
CALL highseas.follow_up('4711', 'call', 'said a secret', rep => 'kim');
CALL highseas.return_to_pool('4711', 'no_interest', 'secret reason', rep => 'kim');
CALL highseas.scan_duplicates();
CALL highseas.check_profiles();
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'highseas'::regnamespace AND c.relkind = 'r'
  AND xpath_exists('//text()[contains(translate(., "SECRT", "secrt"), "secret")]', table_to_xml(c.oid, false, false, '')) ORDER BY 1;
BEGIN;
DELETE FROM highseas.profile WHERE tenant_id = 1 AND customer_key = '4711';
UPDATE highseas.lead SET fields = '{}', given = NULL, note = NULL WHERE tenant_id = 1 AND customer_key = '4711';
DELETE FROM highseas.merge_record WHERE tenant_id = 1 AND '4711' IN (customer_key, into_customer);
UPDATE highseas.not_duplicate SET reason = NULL WHERE tenant_id = 1 AND '4711' IN (customer_key, other_customer);
DELETE FROM highseas.notice WHERE tenant_id = 1 AND customer_key = '4711';
UPDATE highseas.follow_up SET note = NULL WHERE tenant_id = 1 AND customer_key = '4711';
UPDATE highseas.holding SET reason = NULL, end_note = NULL WHERE tenant_id = 1 AND customer_key = '4711';
UPDATE highseas.extension SET reason = NULL WHERE tenant_id = 1 AND customer_key = '4711';
UPDATE highseas.customer_event SET reason = NULL, detail = NULL WHERE tenant_id = 1 AND customer_key = '4711';
UPDATE highseas.class_history SET reason = 'erased' WHERE tenant_id = 1 AND customer_key = '4711';
COMMIT;
CALL highseas.rekey_duplicates();
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'highseas'::regnamespace AND c.relkind = 'r'
  AND xpath_exists('//text()[contains(translate(., "SECRT", "secrt"), "secret")]', table_to_xml(c.oid, false, false, '')) ORDER BY 1;
SELECT customer_key FROM highseas.duplicate_terms;
SELECT count(*) FROM highseas.duplicate_key WHERE customer_key = '4711';
SELECT count(*) FROM highseas.ledger WHERE customer_key = '4711';
SELECT * FROM highseas.check_consistency();
-- But without its row of customer, and without who took another one in, something would point to nobody.
CALL highseas.intake('Lyon Outils SARL', email => 'luc@lyon-outils.fr', origin => 'fair', customer => 'lyon');
CALL highseas.merge_customer('other', 'lyon');
DELETE FROM highseas.customer WHERE customer_key IN ('4711', 'lyon');
SELECT problem, key, detail FROM highseas.check_consistency() ORDER BY 1, 2, 3;
