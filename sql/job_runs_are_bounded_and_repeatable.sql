-- Jobs stop at their bounds and the next run goes on; run twice, nothing happens twice; a failure undoes its
-- batch, is recorded, and keeps no other tenant waiting; only admins run them, outside of transactions.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE ROLE regress_job_admin;
CREATE ROLE regress_job_manager;
CALL highseas.create_tenant('alpha');
CALL highseas.create_tenant('beta');
CALL highseas.grant_role('regress_job_admin', 'admin', 'beta');
CALL highseas.grant_role('regress_job_manager', 'manager', 'beta');
INSERT INTO highseas.pool (tenant_id, pool_key) VALUES (1, 'main'), (2, 'main');
INSERT INTO highseas.rep (tenant_id, rep_key) VALUES (1, 'ana'), (2, 'ana');
INSERT INTO highseas.deadline (tenant_id, rule, kind, window_amount, window_unit, remind_before)
VALUES (1, 'call', 'no_follow_up', 10, 'day', '{1 day}'), (2, 'call', 'no_follow_up', 10, 'day', '{1 day}');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT t, 'c' || i, 'main', timestamptz '2020-01-01', timestamptz '2020-01-01' FROM generate_series(1, 10) i, generate_series(1, 2) t;
SET highseas.clock = '2026-03-02 09:00';
SELECT claimed FROM highseas_api.claim_many(ARRAY(SELECT 'c' || i FROM generate_series(1, 10) i), 'ana', 'alpha');
SELECT claimed FROM highseas_api.claim_many(ARRAY(SELECT 'c' || i FROM generate_series(1, 10) i), 'ana', 'beta');
CREATE FUNCTION pg_temp.runs() RETURNS TABLE (tenant_id bigint, job text, status text, batches integer, rows bigint, error text) LANGUAGE sql AS $$
    WITH gone AS (DELETE FROM highseas.job_run RETURNING *)
    SELECT tenant_id, job, status, batches, rows, split_part(error, E'\n', 1) FROM gone ORDER BY run_id
$$;

-- Not inside of a transaction, and the hint says what to do.
\set VERBOSITY default
\set SHOW_CONTEXT never
BEGIN;
CALL highseas.expire_due();
ROLLBACK;
\set VERBOSITY terse
SELECT count(*) FROM pg_temp.runs();
-- Not by anybody less than an admin, not for another tenant; without a tenant for all that he administers.
SET SESSION AUTHORIZATION regress_job_manager;
CALL highseas.expire_due();
RESET SESSION AUTHORIZATION;
GRANT EXECUTE ON PROCEDURE highseas.expire_due, highseas.run_job TO regress_job_manager;
GRANT EXECUTE ON FUNCTION highseas.job_tenants, highseas.job_start, highseas.job_step, highseas.job_end TO regress_job_manager;
SET SESSION AUTHORIZATION regress_job_manager;
CALL highseas.expire_due();
CALL highseas.expire_due('beta');
SELECT highseas.job_start(2, 'expire_due');
SET SESSION AUTHORIZATION regress_job_admin;
CALL highseas.expire_due('alpha');
CALL highseas.expire_due();
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.runs();

-- Reminders in batches, bounded; the next run goes on; then there is nothing to do.
SET highseas.clock = '2026-03-11 10:00';
CALL highseas.send_reminders('alpha', max_rows => 4, batch => 3);
SELECT * FROM pg_temp.runs();
CALL highseas.send_reminders('alpha', batch => 3);
SELECT * FROM pg_temp.runs();
CALL highseas.send_reminders('alpha', batch => 3);
SELECT * FROM pg_temp.runs();
SELECT tenant_id, count(*), count(DISTINCT customer_key) FROM highseas.notice GROUP BY 1 ORDER BY 1;
CALL highseas.send_reminders();
SELECT * FROM pg_temp.runs();
SELECT tenant_id, count(*), count(DISTINCT customer_key) FROM highseas.notice GROUP BY 1 ORDER BY 1;
-- What is overdue shows before, and no more after.
SET highseas.clock = '2026-03-12 10:00';
SET highseas.tenant = 'alpha';
SELECT job, last_status, oldest_overdue, clock FROM highseas.job_health WHERE job = 'expire_due';
CALL highseas.expire_due('alpha', max_rows => 7, batch => 3);
SELECT * FROM pg_temp.runs();
SELECT count(*) FROM highseas.customer WHERE tenant_id = 1 AND state = 'held';
CALL highseas.expire_due('alpha');
SELECT * FROM pg_temp.runs();
CALL highseas.expire_due('alpha');
SELECT job, last_status, last_rows, oldest_overdue FROM highseas.job_health WHERE job = 'expire_due';
SELECT * FROM pg_temp.runs();
SELECT count(*), count(DISTINCT customer_key) FROM highseas.holding WHERE tenant_id = 1 AND end_act = 'expire';
SELECT count(*) FROM highseas.notice WHERE tenant_id = 1 AND kind = 'returned';
RESET highseas.tenant;

-- alpha's run fails (a constraint stands for a full disk): its batch is undone, the reason kept, beta is served,
-- the caller is told; when it is mended the next run makes up for it.
SELECT claimed FROM highseas_api.claim_many(ARRAY(SELECT 'c' || i FROM generate_series(1, 10) i), 'ana', 'alpha');
SET highseas.clock = '2026-03-22 10:00';
ALTER TABLE highseas.notice ADD CONSTRAINT full_disk CHECK (tenant_id <> 1 OR customer_key <> 'c7') NOT VALID;
\set VERBOSITY default
CALL highseas.send_reminders(batch => 4);
\echo :SQLSTATE
\set VERBOSITY terse
-- The row of a failed run is for every reader: it has no data of the failing one.
SELECT tenant_id, job, status, batches, rows, error FROM highseas.job_run ORDER BY run_id;
SELECT * FROM pg_temp.runs();
CALL highseas.expire_due();
SELECT * FROM pg_temp.runs();
SELECT count(*) FROM highseas.customer WHERE tenant_id = 1 AND state = 'held';
ALTER TABLE highseas.notice DROP CONSTRAINT full_disk;
CALL highseas.send_reminders();
CALL highseas.expire_due();
SELECT * FROM pg_temp.runs();
SELECT count(*) FROM highseas.notice WHERE tenant_id = 1 AND at = '2026-03-22 10:00';
-- A failed job shows in job_health; after a week it counts no more.
INSERT INTO highseas.job_run (tenant_id, job, started_at, ended_at, status, error) VALUES (2, 'rotate', '2026-03-20', '2026-03-20', 'failed', 'no luck');
SET SESSION AUTHORIZATION regress_job_admin;
SELECT job, last_status, failures_7_days, last_error, last_success_at FROM highseas.job_health WHERE job = 'rotate';
CALL highseas.rotate();
SELECT job, last_status, failures_7_days, last_error, last_success_at FROM highseas.job_health WHERE job = 'rotate';
RESET SESSION AUTHORIZATION;
SET highseas.clock = '2026-03-29 10:01';
SET highseas.tenant = 'beta';
SELECT job, last_status, failures_7_days, last_error, last_success_at FROM highseas.job_health WHERE job = 'rotate';
RESET highseas.tenant;

-- purge: what is read, and ended runs, older than the retention; never what nobody has read.
SELECT acknowledged FROM highseas_api.acknowledge(ARRAY(SELECT notice_id FROM highseas.notice WHERE tenant_id = 2 ORDER BY notice_id LIMIT 4), 'ana', 'beta');
SELECT count(*) FROM highseas.notice WHERE tenant_id = 2;
SET highseas.clock = '2026-06-27 10:00';
CALL highseas.purge('beta');
SELECT count(*) FROM highseas.notice WHERE tenant_id = 2;
SELECT job, status FROM highseas.job_run WHERE tenant_id = 2 ORDER BY run_id;
SET highseas.clock = '2026-06-27 10:02';
CALL highseas.purge('beta', batch => 3);
SELECT count(*) FROM highseas.notice WHERE tenant_id = 2;
-- The job's row is free again, whatever happened.
SELECT count(*) FROM highseas.job WHERE run_id IS NOT NULL;
SELECT * FROM highseas.check_consistency();

DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP OWNED BY regress_job_admin, regress_job_manager;
DROP ROLE regress_job_admin, regress_job_manager;
