-- A CRM that goes on listing both of a merge says of the survivor what it says of the merged one, until the merge is taken back.
\set VERBOSITY terse
\pset format unaligned
\pset null -
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET highseas.clock = '2026-03-02 09:00+00';
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
RESET client_min_messages;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('shop');
INSERT INTO highseas.pool (pool_key) VALUES ('sea');
INSERT INTO highseas.rep (rep_key) VALUES ('ann');
CREATE ROLE regress_merges_last;
CREATE SCHEMA merges_last AUTHORIZATION regress_merges_last;
CREATE TABLE merges_last.client (id text PRIMARY KEY, company text, changed timestamptz DEFAULT '2026-03-01');
CREATE TABLE merges_last.sale (id text PRIMARY KEY, client text, amount numeric, changed timestamptz DEFAULT '2026-03-01');
CREATE TABLE merges_last.call (id text PRIMARY KEY, client text, changed timestamptz DEFAULT '2026-03-01');
GRANT SELECT ON ALL TABLES IN SCHEMA merges_last TO regress_merges_last;
INSERT INTO merges_last.client SELECT k, 'Zeta Werke ' || k FROM unnest('{a,b,c,d}'::text[]) k;
INSERT INTO merges_last.sale SELECT k || '1', k, 10 FROM unnest('{a,b,c}'::text[]) k;
CALL highseas.attach('client', 'customers', 'SELECT id AS customer_key, company, changed AS changed_at FROM merges_last.client', pool => 'sea', run_as => 'regress_merges_last');
CALL highseas.attach('sale', 'orders', 'SELECT id AS order_key, client AS customer_key, changed AS ordered_at, amount, changed AS changed_at FROM merges_last.sale', run_as => 'regress_merges_last');
CALL highseas.attach('call', 'activities', 'SELECT id AS activity_key, client AS customer_key, ''ann'' AS rep_key, changed AS at, changed AS changed_at FROM merges_last.call', run_as => 'regress_merges_last');
CREATE VIEW merges_last.known AS
SELECT c.customer_key, c.state, f.company,
       (SELECT string_agg(p.order_key, ' ' ORDER BY p.order_key) FROM highseas.purchase p WHERE p.customer_key = c.customer_key) AS orders,
       (SELECT string_agg(p.activity_key, ' ' ORDER BY p.activity_key) FROM highseas.follow_up p WHERE p.customer_key = c.customer_key) AS follow_ups
FROM highseas.customer c LEFT JOIN highseas.profile f USING (tenant_id, customer_key);
CALL highseas.sync();
-- a into b, b into c: the CRM has all of them still, and more of each.
CALL highseas.merge_customer('a', 'b');
CALL highseas.merge_customer('b', 'c');
SET highseas.clock = '2026-03-03 09:00+00';
UPDATE merges_last.client SET company = company || ' AG', changed = '2026-03-02 10:00+00' WHERE id <> 'd';
INSERT INTO merges_last.sale SELECT k || '2', k, 20, '2026-03-02 10:00+00' FROM unnest('{a,b,c}'::text[]) k;
UPDATE merges_last.sale SET amount = 11, changed = '2026-03-02 10:00+00' WHERE id = 'a1';
INSERT INTO merges_last.call SELECT k || '1', k, '2026-03-02 10:00+00' FROM unnest('{a,b,c}'::text[]) k;
CALL highseas.sync();
CALL highseas.reconcile();
CALL highseas.sync();
SELECT * FROM merges_last.known ORDER BY 1;
SELECT order_key, customer_key, merged_key, amount FROM highseas.purchase ORDER BY 1;
SELECT key, problem FROM highseas.sync_problem;
SELECT * FROM highseas.reconcile_finding;
-- The survivor is there as long as the CRM lists one of them.
DELETE FROM merges_last.client WHERE id = 'c';
CALL highseas.reconcile();
SELECT customer_key, state FROM highseas.customer ORDER BY 1;
INSERT INTO merges_last.client VALUES ('c', 'Zeta Werke c AG', '2026-03-02 10:00+00');
-- An order that the CRM gives to another one goes there.
UPDATE merges_last.sale SET client = 'c', changed = '2026-03-03 10:00+00' WHERE id = 'a2';
UPDATE merges_last.sale SET client = 'd', changed = '2026-03-03 10:00+00' WHERE id = 'b2';
SET highseas.clock = '2026-03-04 09:00+00';
CALL highseas.sync();
SELECT order_key, customer_key, merged_key FROM highseas.purchase ORDER BY 1;
-- The way back, of b with a in him, then of a: with what came since, and the next sync says what they are now.
CALL highseas.unmerge_customer('b');
SELECT * FROM merges_last.known ORDER BY 1;
SELECT customer_key, into_customer FROM highseas.merge_record;
CALL highseas.unmerge_customer('a');
SELECT * FROM merges_last.known ORDER BY 1;
SELECT key, problem FROM highseas.sync_problem ORDER BY 1;
CALL highseas.sync();
SELECT * FROM merges_last.known ORDER BY 1;
SELECT count(*) FROM highseas.purchase WHERE merged_key <> '';
SELECT key, problem FROM highseas.sync_problem;
SELECT * FROM highseas.check_consistency();
-- Merged one way here, and the other way in the CRM: told by the other one's new key.
CALL highseas.merge_customer('b', 'c');
DELETE FROM merges_last.client WHERE id = 'c';
CALL highseas.rekey_customer('c', 'b');
CALL highseas.sync();
CALL highseas.reconcile();
SELECT * FROM merges_last.known ORDER BY 1;
SELECT count(*) FROM highseas.merge_record;
SELECT * FROM highseas.check_consistency();
DROP OWNED BY regress_merges_last CASCADE;
DROP ROLE regress_merges_last;
