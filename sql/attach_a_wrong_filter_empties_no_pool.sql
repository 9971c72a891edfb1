-- Where more than 20 and more than a fifth of what an attachment brought vanish at once, reconcile() changes nothing
-- and says so; who is let go comes back when the query lists him again, whatever his changed_at says.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
SET highseas.clock = '2026-03-02 09:00+00';
SET timezone = 'UTC';
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'regress_at9_crm') THEN
        CREATE ROLE regress_at9_crm;
    END IF;
END
$$;
CALL highseas.create_tenant('at9');
SET highseas.tenant = 'at9';
INSERT INTO highseas.pool (pool_key) VALUES ('main');
INSERT INTO highseas.rep (rep_key) VALUES ('ann');
INSERT INTO highseas.capacity (rule, maximum) VALUES ('many', 1000);
CREATE SCHEMA at9;
CREATE TABLE at9.client (id integer PRIMARY KEY, owner text, name text, live boolean NOT NULL DEFAULT true, changed timestamptz NOT NULL DEFAULT '2026-01-01');
CREATE VIEW at9.live AS SELECT * FROM at9.client c WHERE c.live;
GRANT USAGE ON SCHEMA at9 TO regress_at9_crm;
GRANT SELECT ON at9.live TO regress_at9_crm;
INSERT INTO at9.client SELECT i, CASE WHEN i <= 10 THEN 'ann' END FROM generate_series(1, 120) i;
INSERT INTO at9.client (id, changed) VALUES (121, '2026-02-01');
PREPARE again(real) AS
    SELECT attachment FROM highseas_api.attach('c', 'customers', 'SELECT id AS customer_key, owner, name, changed AS changed_at FROM at9.live',
        pool => 'main', run_as => 'regress_at9_crm', may_vanish => $1);
PREPARE state AS SELECT c.state, count(*) FROM highseas.customer c GROUP BY 1 ORDER BY 1;
PREPARE failed AS SELECT j.status, split_part(j.error, E'\n', 1) FROM highseas.job_run j WHERE j.job = 'reconcile' ORDER BY j.run_id DESC LIMIT 1;
SELECT attachment FROM highseas_api.attach('c', 'customers', 'SELECT id AS customer_key, owner, name, changed AS changed_at FROM at9.live',
    pool => 'main', run_as => 'regress_at9_crm');
SELECT may_vanish FROM highseas.attachment;
CALL highseas.sync(batch => 50, max_rows => 1000);
EXECUTE state;
-- All but one, all, and a quarter: nothing changes, in small batches neither.
UPDATE at9.client SET live = id = 7;
CALL highseas.reconcile();
EXECUTE failed;
UPDATE at9.client SET live = false;
CALL highseas.reconcile();
EXECUTE failed;
UPDATE at9.client SET live = id > 25;
CALL highseas.reconcile(batch => 5, max_rows => 1000);
EXECUTE failed;
EXECUTE state;
SELECT count(*) FROM highseas.reconcile_finding;
SELECT count(*) FROM highseas.holding WHERE ended_at IS NOT NULL;
-- A fifth may go, in batches, too; and come back, though nobody touched their changed_at. What changed meanwhile is read.
UPDATE at9.client SET live = id > 24;
CALL highseas.reconcile(batch => 5, max_rows => 1000);
EXECUTE failed;
EXECUTE state;
SET highseas.clock = '2026-03-03 09:00+00';
UPDATE at9.client SET live = true;
UPDATE at9.client SET name = 'while away' WHERE id = 24;
CALL highseas.sync();
EXECUTE state;
CALL highseas.reconcile(batch => 5, max_rows => 1000);
EXECUTE state;
CALL highseas.sync();
SELECT name FROM highseas.profile WHERE customer_key = '24';
SELECT customer_key, act, reason FROM highseas.customer_event WHERE customer_key IN ('1', '24') ORDER BY at, customer_key;
SELECT count(*) AS open FROM highseas.reconcile_finding WHERE kind = 'gone' AND resolved_at IS NULL;
-- A hundred go where that is meant; then twenty of few go without a word.
SET highseas.clock = '2026-03-04 09:00+00';
UPDATE at9.client SET live = id > 100;
EXECUTE again(1);
CALL highseas.sync();
CALL highseas.reconcile();
EXECUTE failed;
EXECUTE state;
EXECUTE again(0.2);
SELECT may_vanish FROM highseas.attachment;
CALL highseas.sync();
UPDATE at9.client SET live = id > 120;
CALL highseas.reconcile();
EXECUTE failed;
EXECUTE state;
-- Meant, it may even be all of them.
UPDATE at9.client SET live = false;
CALL highseas.reconcile();
EXECUTE failed;
EXECUTE again(1);
CALL highseas.reconcile();
EXECUTE failed;
EXECUTE state;
-- It is a share.
EXECUTE again(1.1);
EXECUTE again(-1);
EXECUTE again(NULL);
SELECT * FROM highseas.check_consistency();

DROP SCHEMA at9 CASCADE;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP ROLE regress_at9_crm;
