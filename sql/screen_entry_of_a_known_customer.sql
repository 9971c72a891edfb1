-- Who is entered again is told where the customer is; keys follow him; a merge is seen before, and taken back.
\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset format unaligned
\pset null -
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET highseas.clock = '2026-03-02 09:00+00';
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
RESET client_min_messages;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('shop');
CALL highseas.create_tenant('other');
CREATE ROLE regress_dup_reader;
CREATE ROLE regress_dup_agent;
CREATE ROLE regress_dup_manager;
CREATE ROLE regress_dup_other;
CALL highseas.grant_role('regress_dup_reader', 'reader', 'shop');
CALL highseas.grant_role('regress_dup_agent', 'agent', 'shop');
CALL highseas.grant_role('regress_dup_manager', 'manager', 'shop');
CALL highseas.grant_role('regress_dup_other', 'manager', 'other');
INSERT INTO highseas.pool (tenant_id, pool_key, members_only) VALUES (1, 'sea', false), (1, 'vip', true), (2, 'sea', false);
INSERT INTO highseas.rep (tenant_id, rep_key, hired_on) VALUES (1, 'ann', '2020-01-01'), (1, 'bob', '2020-01-01'), (2, 'zoe', '2020-01-01');
INSERT INTO highseas.pool_member (tenant_id, pool_key, rep_key) VALUES (1, 'vip', 'ann');
SET ROLE regress_dup_agent;
CALL highseas.intake('Krüger Druckerei GmbH', phone => '+49 30 901820', email => 'info@krueger-druck.de', city => 'Berlin', country => 'DE', origin => 'fair', pool => 'sea');
CALL highseas.claim('lead-1', 'ann');

-- By a key, by all details together, and what only warns. No contact comes into what is said.
CALL highseas.intake('KRUEGER Druckerei', phone => '0049 30 901820', country => 'DE', origin => 'fair', pool => 'sea');
CALL highseas.intake('Krueger Drukerei', email => 'eva@krueger-druck.de', mobile => '+49 171 1234567', country => 'DE', origin => 'fair', pool => 'sea');
RESET ROLE;
INSERT INTO highseas.duplicate_rule (tenant_id, kind, block) VALUES (1, 'phone', false), (1, 'alike', false);
SET ROLE regress_dup_agent;
CALL highseas.intake('Krüger Druckerei', phone => '030 901820', city => 'Berlin', country => 'DE', origin => 'fair', pool => 'vip');
RESET ROLE;
SELECT customer_key, other_customer, probability > .9 AS sure FROM highseas.duplicate_finding;
INSERT INTO highseas.intake_rule (tenant_id, problem, action) VALUES (1, 'duplicate', 'refuse');
SET ROLE regress_dup_agent;
CALL highseas.intake('Krüger Druckerei AG', phone => '030 901820', city => 'Berlin', country => 'DE', origin => 'fair', pool => 'sea');
RESET ROLE;
DELETE FROM highseas.intake_rule;
DELETE FROM highseas.duplicate_rule;
SELECT lead_id, customer_key, is_first FROM highseas.lead ORDER BY 1;
SELECT mobile, email FROM highseas.profile WHERE customer_key = 'lead-1';
-- A list knows its own rows: the third is the second's, who is the first's.
SET ROLE regress_dup_manager;
SELECT highseas_api.intake_rows('list', '[
    {"company": "Porto Ferragens Lda", "email": "rui@ferragens.pt", "pool": "sea", "origin": "fair"},
    {"company": "Porto Ferragens, Lda.", "email": "rui@ferragens.pt", "phone": "+351 22 200 1234", "pool": "sea", "origin": "fair", "customer": "crm-7"},
    {"company": "PORTO FERRAGENS", "phone": "+351222001234", "pool": "sea", "origin": "fair"},
    {"company": "Lyon Outils SARL", "email": "luc@lyon-outils.fr", "pool": "sea", "origin": "fair"}]');
RESET ROLE;
CALL highseas.take_leads('shop');
SELECT lead_id, customer_key, is_first, warnings FROM highseas.lead WHERE batch = 'list' ORDER BY 1;

-- The answer is the asker's: of the rep who asks, of the tenant.
SET ROLE regress_dup_agent;
SELECT customer_key, place FROM highseas.find_duplicates('Krueger Druckerei', phone => '+49 30 901820', country => 'DE');
SET highseas.rep = 'ann';
SELECT customer_key, place FROM highseas.find_duplicates('Krueger Druckerei', phone => '+49 30 901820', country => 'DE');
SET highseas.rep = 'bob';
SELECT customer_key, place FROM highseas.find_duplicates('Krueger Druckerei', phone => '+49 30 901820', country => 'DE');
RESET highseas.rep;
SET ROLE regress_dup_reader;
SELECT customer_key, place FROM highseas.find_duplicates('Krueger Druckerei', phone => '+49 30 901820', country => 'DE');
SELECT customer_key FROM highseas.find_duplicates('Krueger Druckerei', tenant => 'other');
SELECT * FROM highseas.merge_preview('lead-4', 'lead-1');
SELECT profile FROM highseas.merge_record;
SELECT terms FROM highseas.duplicate_terms;
SELECT key FROM highseas.duplicate_key;
CALL highseas.intake('Krueger Druckerei');
SET ROLE regress_dup_other;
SELECT count(*) FROM highseas.find_duplicates('Krueger Druckerei', phone => '+49 30 901820', country => 'DE');
CALL highseas.intake('KRUEGER Druckerei', phone => '0049 30 901820', country => 'DE', origin => 'fair');
SELECT * FROM highseas.merge_preview('lead-4', 'lead-1');
SELECT highseas_api.unmerge_customer('lead-4');
RESET ROLE;

-- Merged: seen before, done, found by the other one's name, taken back.
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount)
VALUES (1, 'lead-4', 'o1', '2026-02-01', 10), (1, 'lead-4', 'both', '2026-02-02', 20), (1, 'lead-1', 'both', '2026-02-02', 20);
UPDATE highseas.profile SET company = 'Druckwerk Nord GmbH', phone = '040 1234567', website = 'druckwerk-nord.de' WHERE customer_key = 'lead-4';
SELECT * FROM highseas.write_duplicate_keys(1, '{lead-4}');
SET ROLE regress_dup_manager;
CALL highseas.claim('lead-4', 'ann');
CALL highseas.follow_up('lead-4', 'call', 'hello', 'ann');
CALL highseas.protect('lead-1', '2026-04-01');
SELECT * FROM highseas.merge_preview('lead-4', 'lead-1') WHERE item <> 'registered_at';
CALL highseas.merge_customer('lead-4', 'lead-1', 'one owner');
SET ROLE regress_dup_agent;
CALL highseas.intake('Druckwerk Nord', phone => '+49 40 1234567', country => 'DE', origin => 'fair', pool => 'sea');
SELECT highseas_api.unmerge_customer('lead-4');
RESET ROLE;
SELECT customer_key, order_key FROM highseas.purchase ORDER BY 1, 2;
SELECT * FROM highseas.check_consistency();
-- Somebody got the key meanwhile.
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at) VALUES (1, 'lead-4', 'sea', '2026-01-01', '2026-01-01');
SET ROLE regress_dup_manager;
CALL highseas.unmerge_customer('lead-4');
RESET ROLE;
DELETE FROM highseas.customer WHERE tenant_id = 1 AND customer_key = 'lead-4';
SET ROLE regress_dup_manager;
CALL highseas.unmerge_customer('lead-4', 'two owners after all');
CALL highseas.unmerge_customer('lead-4');
CALL highseas.unmerge_customer(NULL);
RESET ROLE;
SELECT customer_key, state, holder, pool_key, last_order_at::date FROM highseas.customer WHERE tenant_id = 1 AND customer_key IN ('lead-1', 'lead-4') ORDER BY 1;
SELECT customer_key, company, phone FROM highseas.profile WHERE tenant_id = 1 AND customer_key IN ('lead-1', 'lead-4') ORDER BY 1;
SELECT customer_key, order_key FROM highseas.purchase ORDER BY 1, 2;
SELECT customer_key, rep_key, end_act FROM highseas.holding WHERE tenant_id = 1 ORDER BY 1;
SELECT customer_key, note FROM highseas.follow_up;
SELECT customer_key, lead_id FROM highseas.lead WHERE customer_key = 'lead-4' AND is_first;
SELECT customer_key, act, reason, detail FROM highseas.customer_event ORDER BY event_id;
SELECT * FROM highseas.check_consistency();

-- A chain: a into b, b into c, b taken back out of c, then a.
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at) SELECT 1, k, 'sea', '2026-01-01', '2026-01-01' FROM unnest('{a,b,c}'::text[]) k;
INSERT INTO highseas.profile (tenant_id, customer_key, company, email)
VALUES (1, 'a', 'Alfa Ltd', 'x@alfa-works.com'), (1, 'b', 'Bravo Ltd', 'x@bravo-works.com'), (1, 'c', 'Carla Ltd', 'x@carla-works.com');
SELECT * FROM highseas.write_duplicate_keys(1, '{a,b,c}');
SET ROLE regress_dup_manager;
CALL highseas.merge_customer('a', 'b');
CALL highseas.merge_customer('b', 'c');
CALL highseas.rekey_customer('c', 'd');
SELECT customer_key, into_customer FROM highseas.merge_record ORDER BY 1;
CALL highseas.intake('Alfa', email => 'x@alfa-works.com', origin => 'fair', pool => 'sea');
CALL highseas.unmerge_customer('b');
CALL highseas.unmerge_customer('a');
RESET ROLE;
SELECT customer_key, highseas.duplicate_key_kind(key) AS kind FROM highseas.duplicate_key WHERE tenant_id = 1 AND customer_key IN ('a', 'b', 'c', 'd') ORDER BY 1, 2;

-- What a sync brings has its keys at once; who is gone from the CRM keeps nobody out, and is found as lost.
CREATE ROLE regress_dup_crm;
CREATE TABLE regress_dup_crm (id text, company text, email text);
INSERT INTO regress_dup_crm VALUES ('k1', 'Zeta Werke AG', 'info@zeta-werke.de'), ('k2', 'Eta Werke AG', 'info@eta-werke.de');
GRANT SELECT ON regress_dup_crm TO regress_dup_crm;
GRANT USAGE ON SCHEMA public TO regress_dup_crm;
SET highseas.tenant = 'shop';
CALL highseas.attach('crm', 'customers', 'SELECT id AS customer_key, company, email FROM public.regress_dup_crm', pool => 'sea', run_as => 'regress_dup_crm', may_vanish => 1);
CALL highseas.sync();
CALL highseas.intake('ZETA Werke', email => 'vertrieb@zeta-werke.de', origin => 'fair', pool => 'sea');
DELETE FROM regress_dup_crm WHERE id = 'k1';
CALL highseas.reconcile();
SELECT customer_key, place FROM highseas.find_duplicates('Zeta Werke AG', email => 'info@zeta-werke.de');
CALL highseas.rekey_duplicates();
CALL highseas.intake('ZETA Werke', email => 'vertrieb@zeta-werke.de', origin => 'fair', pool => 'sea', customer => 'new');
INSERT INTO regress_dup_crm VALUES ('k1', 'Theta Werke AG', 'info@theta-werke.de');
CALL highseas.sync();
CALL highseas.reconcile();
CALL highseas.intake('THETA Werke', email => 'einkauf@theta-werke.de', origin => 'fair', pool => 'sea');
SELECT * FROM highseas.check_consistency();
-- Every key is where it belongs, also after all of them were made anew.
CREATE TEMP TABLE keys AS SELECT * FROM highseas.duplicate_key;
UPDATE highseas.duplicate_terms SET version = 0;
CALL highseas.rekey_duplicates();
SELECT count(*) AS lost_or_new FROM (TABLE keys EXCEPT TABLE highseas.duplicate_key) a FULL JOIN (TABLE highseas.duplicate_key EXCEPT TABLE keys) b ON true;

DROP TABLE regress_dup_crm;
DROP OWNED BY regress_dup_crm;
DROP ROLE regress_dup_crm;
DROP OWNED BY regress_dup_reader, regress_dup_agent, regress_dup_manager, regress_dup_other;
DROP ROLE regress_dup_reader, regress_dup_agent, regress_dup_manager, regress_dup_other;
