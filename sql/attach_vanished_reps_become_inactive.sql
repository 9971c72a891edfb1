-- A rep whom the CRM does not list any more becomes inactive: he keeps what he holds and gets nothing. Listed again,
-- he is what the query says. A rep whom no attachment brings is left alone.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
SET highseas.clock = '2026-03-02 09:00+00';
SET timezone = 'UTC';
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'regress_at10_crm') THEN
        CREATE ROLE regress_at10_crm;
    END IF;
END
$$;
CALL highseas.create_tenant('at10');
SET highseas.tenant = 'at10';
INSERT INTO highseas.pool (pool_key, rotate_after) VALUES ('main', '1 day');
INSERT INTO highseas.capacity (rule, maximum) VALUES ('many', 1000);
INSERT INTO highseas.rep (rep_key, active) VALUES ('hand', false);
CREATE SCHEMA at10;
CREATE TABLE at10.staff (id text PRIMARY KEY, works boolean NOT NULL DEFAULT true, live boolean NOT NULL DEFAULT true, changed timestamptz NOT NULL DEFAULT '2026-01-01');
CREATE TABLE at10.client (id integer PRIMARY KEY, owner text);
GRANT USAGE ON SCHEMA at10 TO regress_at10_crm;
GRANT SELECT ON ALL TABLES IN SCHEMA at10 TO regress_at10_crm;
INSERT INTO at10.staff (id) VALUES ('ann'), ('bob'), ('cid');
INSERT INTO at10.staff (id, works) VALUES ('left long ago', false);
INSERT INTO at10.client SELECT i, CASE WHEN i = 1 THEN 'ann' END FROM generate_series(1, 6) i;
SELECT attachment FROM highseas_api.attach('staff', 'reps', 'SELECT id AS rep_key, works AS active, changed AS changed_at FROM at10.staff WHERE live', run_as => 'regress_at10_crm');
SELECT attachment FROM highseas_api.attach('clients', 'customers', 'SELECT id AS customer_key, owner FROM at10.client', pool => 'main', run_as => 'regress_at10_crm');
CALL highseas.sync();
INSERT INTO highseas.rep (rep_key) VALUES ('own');
PREPARE reps AS SELECT r.rep_key, r.active, r.held, r.attachment FROM highseas.rep r WHERE r.rep_key NOT LIKE 'r%' ORDER BY 1;
PREPARE found AS SELECT f.rep_key, f.attachment, f.kind, f.action, f.found_at, f.resolved_at FROM highseas.reconcile_finding f WHERE f.rep_key IS NOT NULL ORDER BY f.finding_id;
EXECUTE reps;
-- ann and who left long ago vanish: only ann was active.
UPDATE at10.staff SET live = false WHERE id IN ('ann', 'left long ago');
CALL highseas.sync();
EXECUTE reps;
CALL highseas.reconcile(batch => 1, max_rows => 100);
CALL highseas.reconcile();
EXECUTE reps;
EXECUTE found;
SET highseas.clock = '2026-03-10 09:00+00';
CALL highseas.rotate();
SELECT customer_key, holder FROM highseas.customer ORDER BY 1;
-- She is listed again, but does not work: inactive still, by her row. Then she does.
UPDATE at10.staff SET live = true, works = false WHERE id = 'ann';
CALL highseas.reconcile();
EXECUTE found;
CALL highseas.sync();
EXECUTE reps;
UPDATE at10.staff SET works = true, changed = '2026-03-10' WHERE id = 'ann';
CALL highseas.sync();
EXECUTE reps;
-- Whom a manager makes active again stays so.
UPDATE at10.staff SET live = false WHERE id = 'ann';
CALL highseas.reconcile();
UPDATE highseas.rep SET active = true WHERE rep_key = 'ann';
CALL highseas.reconcile();
EXECUTE reps;
-- A query that does not say who is active: listed again is active again, and waits from now on.
SELECT attachment FROM highseas_api.attach('staff', 'reps', 'SELECT id AS rep_key FROM at10.staff WHERE live', run_as => 'regress_at10_crm');
UPDATE at10.staff SET live = false WHERE id = 'bob';
CALL highseas.sync();
CALL highseas.reconcile();
EXECUTE reps;
SET highseas.clock = '2026-03-11 09:00+00';
UPDATE at10.staff SET live = true;
CALL highseas.sync();
CALL highseas.reconcile();
EXECUTE reps;
SELECT waiting_since FROM highseas.rep WHERE rep_key = 'bob';
EXECUTE found;
-- More than a fifth at once is a wrong query.
INSERT INTO at10.staff (id) SELECT 'r' || i FROM generate_series(1, 50) i;
CALL highseas.sync();
UPDATE at10.staff SET live = id NOT LIKE 'r%';
CALL highseas.reconcile();
SELECT count(*) FROM highseas.rep WHERE active;
-- Two attachments that list the same rep do not take him from each other; of one that is gone the other one takes him.
SELECT attachment FROM highseas_api.attach('more staff', 'reps', 'SELECT id AS rep_key FROM at10.staff WHERE live', run_as => 'regress_at10_crm');
CALL highseas.sync();
EXECUTE reps;
SELECT attachment FROM highseas_api.detach('staff');
CALL highseas.sync();
EXECUTE reps;
SELECT * FROM highseas.check_consistency();

DROP SCHEMA at10 CASCADE;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP ROLE regress_at10_crm;
