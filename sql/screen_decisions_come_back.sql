-- "Not a duplicate" is remembered of the two it was said of: it goes with a merge, and comes back with its way back.
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
CREATE ROLE regress_decides;
CALL highseas.grant_role('regress_decides', 'manager');
INSERT INTO highseas.pool (pool_key) VALUES ('sea');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, k, 'sea', '2026-01-01', '2026-01-01' FROM unnest('{a,b,c,d}'::text[]) k;
INSERT INTO highseas.profile (tenant_id, customer_key, company, city, country)
SELECT 1, k, 'Alfa Werke ' || f, 'Bonn', 'DE' FROM unnest('{a,b,c,d}'::text[], '{GmbH,AG,KG,OHG}'::text[]) x(k, f);
SELECT * FROM highseas.write_duplicate_keys(1, '{a,b,c,d}');
SET ROLE regress_decides;
SELECT highseas_api.not_a_duplicate('a', 'c', 'father and son'), highseas_api.not_a_duplicate('b', 'd');
SELECT customer_key, other_customer, decided_by, reason FROM highseas.not_duplicate ORDER BY 1, 2;
CALL highseas.merge_customer('a', 'b');
SELECT customer_key, other_customer, decided_by, reason FROM highseas.not_duplicate ORDER BY 1, 2;
SELECT customer_key FROM highseas.duplicates_of('b');
CALL highseas.unmerge_customer('a');
SELECT customer_key, other_customer, decided_by, reason FROM highseas.not_duplicate ORDER BY 1, 2;
SELECT 'a', customer_key FROM highseas.duplicates_of('a') UNION ALL SELECT 'b', customer_key FROM highseas.duplicates_of('b') ORDER BY 1, 2;
-- What was decided since of the survivor is his.
CALL highseas.merge_customer('a', 'b');
RESET ROLE;
DELETE FROM highseas.not_duplicate WHERE customer_key = 'b' AND other_customer = 'c';
SET highseas.clock = '2026-03-03 09:00+00';
SET ROLE regress_decides;
SELECT highseas_api.not_a_duplicate('b', 'c', 'since');
CALL highseas.unmerge_customer('a');
SELECT customer_key, other_customer, reason FROM highseas.not_duplicate ORDER BY 1, 2;
-- Who took another one in is found by the other one's name, whatever his own is, until the merge is taken back.
CALL highseas.intake('Fill One Ltd', email => 'a@fill-one.co.uk', country => 'GB', customer => 'u1', origin => 'fair');
CALL highseas.intake('Unlike Name GmbH', phone => '+49 40 5553322', city => 'Hamburg', country => 'DE', customer => 'u2', origin => 'fair');
CALL highseas.merge_customer('u2', 'u1');
SELECT customer_key, name FROM highseas.find_duplicates('UNLIKE NAME', city => 'Hamburg', country => 'DE');
SELECT customer_key, name FROM highseas.find_duplicates('Fill One', country => 'GB');
SELECT abs(ln(probability / (1 - probability)) - (SELECT sum(value::float8) FROM jsonb_each_text(contributions))) < .01 AS adds_up
FROM highseas.find_duplicates('Unlike Nam', phone => '+49 40 5553333', country => 'DE', at_least => 0) WHERE customer_key = 'u1';
CALL highseas.unmerge_customer('u2');
SELECT customer_key, name FROM highseas.find_duplicates('UNLIKE NAME', city => 'Hamburg', country => 'DE');
RESET ROLE;
DROP OWNED BY regress_decides;
DROP ROLE regress_decides;
