-- What the CRM did behind our back: who vanished goes and comes back, other owners are reported once or adopted within the rule.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
SET highseas.clock = '2026-03-02 09:00+00';
SET timezone = 'UTC';
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'regress_at5_crm') THEN
        CREATE ROLE regress_at5_crm;
    END IF;
END
$$;
CALL highseas.create_tenant('at5');
SET highseas.tenant = 'at5';
INSERT INTO highseas.pool (pool_key) VALUES ('main');
INSERT INTO highseas.rep (rep_key) VALUES ('ann'), ('bob');
INSERT INTO highseas.capacity (rule, rep_key, maximum) VALUES ('ann three', 'ann', 3), ('bob one', 'bob', 1);
CREATE SCHEMA at5;
CREATE TABLE at5.client (id text PRIMARY KEY, owner text);
GRANT USAGE ON SCHEMA at5 TO regress_at5_crm;
GRANT SELECT ON at5.client TO regress_at5_crm;
INSERT INTO at5.client VALUES ('a1', 'ann'), ('a2', 'ann'), ('b1', 'bob'), ('b2', 'bob'), ('f1', NULL), ('f2', NULL), ('x1', 'xaver');
SELECT attachment FROM highseas_api.attach('c', 'customers', 'SELECT id AS customer_key, owner FROM at5.client', pool => 'main', run_as => 'regress_at5_crm');
CREATE VIEW at5.state AS SELECT c.customer_key, c.state, c.holder FROM highseas.customer c;
CREATE VIEW at5.finding AS SELECT f.customer_key, f.kind, f.ours, f.theirs, f.action, f.detail, f.resolved_at IS NOT NULL AS resolved FROM highseas.reconcile_finding f;
-- Over capacity: frozen, with a finding, once.
CALL highseas.sync(batch => 2, max_rows => 100);
CALL highseas.sync(batch => 2, max_rows => 100);
CALL highseas.reconcile();
CALL highseas.reconcile();
SELECT * FROM at5.state ORDER BY 1;
SELECT * FROM at5.finding ORDER BY 1, 2;
SELECT rep_key, held FROM highseas.rep ORDER BY 1;
-- A manager lets it in again: its finding is resolved.
SELECT customer_key FROM highseas_api.reinstate('b2', 'looked at');
CALL highseas.reconcile();
SELECT * FROM at5.finding WHERE customer_key = 'b2' ORDER BY 1, 2;
-- Free and held ones vanish.
SET highseas.clock = '2026-03-03 09:00+00';
DELETE FROM at5.client WHERE id IN ('a2', 'f2');
CALL highseas.sync();
SELECT * FROM at5.state WHERE customer_key IN ('a2', 'f2') ORDER BY 1;
CALL highseas.reconcile(batch => 1, max_rows => 100);
CALL highseas.reconcile();
SELECT * FROM at5.state WHERE customer_key IN ('a2', 'f2') ORDER BY 1;
SELECT * FROM at5.finding WHERE kind = 'gone' ORDER BY 1;
SELECT customer_key, rep_key, ended_at, end_act, end_reason FROM highseas.holding WHERE customer_key = 'a2';
SELECT customer_key, act FROM highseas.customer_event WHERE customer_key IN ('a2', 'f2') ORDER BY 1, 2;
SELECT rep_key, held FROM highseas.rep ORDER BY 1;
SELECT customer_key FROM highseas_api.claim('f2', 'ann');
-- They come back, into the pool.
SET highseas.clock = '2026-03-04 09:00+00';
INSERT INTO at5.client VALUES ('a2', NULL), ('f2', NULL);
CALL highseas.sync();
CALL highseas.reconcile();
SELECT * FROM at5.state WHERE customer_key IN ('a2', 'f2') ORDER BY 1;
SELECT * FROM at5.finding WHERE kind = 'gone' ORDER BY 1;
SELECT customer_key, rep_key FROM highseas.holding WHERE customer_key = 'a2';
SELECT at, customer_key, act, reason FROM highseas.ledger WHERE customer_key IN ('a2', 'f2') ORDER BY at, customer_key, act;
-- Owners differ: reported once, and nothing changes.
SET highseas.clock = '2026-03-05 09:00+00';
UPDATE at5.client SET owner = 'ann' WHERE id IN ('f1', 'f2', 'b1');
UPDATE at5.client SET owner = NULL WHERE id = 'a1';
CALL highseas.sync();
CALL highseas.reconcile();
CALL highseas.reconcile();
SELECT * FROM at5.state ORDER BY 1;
SELECT * FROM at5.finding WHERE kind = 'owner' AND NOT resolved ORDER BY 1;
-- Ours becomes theirs by itself: resolved.
SELECT customer_key FROM highseas_api.claim('f1', 'ann');
CALL highseas.reconcile();
SELECT * FROM at5.finding WHERE customer_key = 'f1';
-- adopt: theirs counts, as far as there is room (ann may hold three).
UPDATE highseas.capacity SET maximum = 2 WHERE rep_key = 'bob';
SELECT customer_key FROM highseas_api.claim('a2', 'bob');
UPDATE highseas.capacity SET maximum = 1 WHERE rep_key = 'bob';
SELECT attachment FROM highseas_api.attach('c', 'customers', 'SELECT id AS customer_key, owner FROM at5.client', pool => 'main', run_as => 'regress_at5_crm', adopt => true);
UPDATE at5.client SET owner = 'ann' WHERE id IN ('a1', 'a2', 'f1', 'f2');
UPDATE at5.client SET owner = 'bob' WHERE id = 'b1';
CALL highseas.sync();
SET highseas.clock = '2026-03-06 09:00+00';
CALL highseas.reconcile();
CALL highseas.reconcile();
SELECT * FROM at5.state ORDER BY 1;
SELECT * FROM at5.finding WHERE kind = 'owner' ORDER BY 1, 3, 4, 5;
SELECT customer_key, rep_key, act, from_rep, end_act FROM highseas.holding ORDER BY holding_id;
SELECT rep_key, held FROM highseas.rep ORDER BY 1;
-- No owner there: back into the pool; then there is room for the refused one.
UPDATE at5.client SET owner = NULL WHERE id = 'a1';
CALL highseas.sync();
SET highseas.clock = '2026-03-07 09:00+00';
CALL highseas.reconcile();
CALL highseas.reconcile();
SELECT * FROM at5.state ORDER BY 1;
SELECT * FROM at5.finding WHERE kind = 'owner' ORDER BY 1, 3, 4, 5;
SELECT rep_key, held FROM highseas.rep ORDER BY 1;
-- In small batches as at once; one that cannot be read holds up no other, and one error says so at the end.
CREATE TABLE at5.other (id text PRIMARY KEY, owner text);
GRANT SELECT ON at5.other TO regress_at5_crm;
INSERT INTO at5.other SELECT 'o' || i FROM generate_series(1, 5) i;
SELECT attachment FROM highseas_api.attach('d', 'customers', 'SELECT id AS customer_key, owner FROM at5.other', pool => 'main', run_as => 'regress_at5_crm', adopt => true);
CALL highseas.sync();
UPDATE highseas.capacity SET maximum = 4 WHERE rep_key = 'bob';
UPDATE at5.other SET owner = CASE id WHEN 'o3' THEN 'xaver' ELSE 'bob' END;
CALL highseas.sync();
ALTER TABLE at5.client RENAME TO client_away;
CALL highseas.reconcile(batch => 2, max_rows => 100);
SELECT status, error FROM highseas.job_run WHERE job = 'reconcile' ORDER BY run_id DESC LIMIT 1;
SELECT * FROM at5.finding WHERE customer_key LIKE 'o%' ORDER BY 1;
SELECT customer_key, holder FROM highseas.customer WHERE customer_key LIKE 'o%' ORDER BY 1;
ALTER TABLE at5.client_away RENAME TO client;
CALL highseas.reconcile(batch => 2, max_rows => 100);
SELECT * FROM at5.finding WHERE customer_key LIKE 'o%' ORDER BY 1;
SELECT * FROM highseas.check_consistency();

DROP SCHEMA at5 CASCADE;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP ROLE regress_at5_crm;
