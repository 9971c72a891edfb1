-- The job reclassify beside a bare sort and a plain UPDATE of the same rows, in an empty database of its own, by a superuser:
--   createdb b && psql -X -q -d b -v customers=1000000 -f bench/classify.sql
-- Prints seconds, CPU seconds of the backend (Linux), rows in which something changed, tuples written and WAL of each; judge
-- by the ratios, which are of the CPU. The server: shared_buffers = 2GB, full_page_writes = off, autovacuum = off, as in
-- bench/run (with full_page_writes a change scattered over the table writes each page that it touches). At most 2.5 kB of disk
-- a customer, and the WAL: the history, which no run reads, is emptied between the runs.
SET jit = off;
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION highseas;
SET synchronous_commit = off;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '1GB';
SET highseas.clock = '2026-03-02 10:00+00';
CALL highseas.create_tenant('valued') \g /dev/null
INSERT INTO highseas.class_rule (minimum_stay) VALUES (0);
INSERT INTO highseas.pool (pool_key) VALUES ('main');
INSERT INTO highseas.value_run (tenant_id, fitted_at, ends_on, in_force, currency, criteria)
VALUES (1, '2026-03-01', '2026-03-01', true, '', '{}');
SELECT setseed(.5) \g /dev/null
-- In the order of their keys, as a sync brings them. Of ten customers seven have bought, three times each.
CREATE TEMP TABLE someone AS
SELECT i, 'c' || lpad(i::text, 8, '0') AS key, round(exp(3 + 1.5 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::numeric, 2) AS amount
FROM generate_series(1, :customers) i;
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, key, 'main', '2026-01-01', '2026-01-01' FROM someone;
INSERT INTO highseas.profile (tenant_id, customer_key, company, email, "position", city, country, main_products)
SELECT 1, key, CASE WHEN i % 2 = 0 THEN 'Company ' || i END, 'buyer@' || CASE i % 3 WHEN 0 THEN 'gmail.com' ELSE 'firm' || i || '.com' END,
       CASE WHEN i % 5 = 0 THEN 'purchasing' END, 'Town', 'DE', 'Valves and fittings of stainless steel' FROM someone;
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount)
SELECT 1, key, i || '-' || n, timestamptz '2026-02-01' - 600 * random() * interval '1 day', amount / n FROM someone, generate_series(1, 3) n WHERE i % 10 < 7;
INSERT INTO highseas.purchases (tenant_id, customer_key, currency, repeats, first_on, last_on, mean_value, total, summarized_at)
SELECT 1, key, '', 2, '2024-06-01', '2026-01-01', amount, amount, '2026-03-01' FROM someone WHERE i % 10 < 7;
INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost, potential_value, p_alive, clv, potential_score)
SELECT 1, key, 1, '2026-03-01', '', 'week', 52, CASE WHEN i % 10 < 7 THEN amount ELSE 0 END - i % 8, i % 8, amount, CASE WHEN i % 10 < 7 THEN .9 END, amount, 100 * random() FROM someone;
DROP TABLE someone;
VACUUM ANALYZE;
CHECKPOINT;
CREATE TEMP TABLE figure (n serial, what text, at timestamptz DEFAULT clock_timestamp(), wal pg_lsn DEFAULT pg_current_wal_insert_lsn(), cpu numeric, rows bigint, tuples bigint, hot bigint);
CREATE PROCEDURE pg_temp.mark(what text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_stat_force_next_flush();
    COMMIT;
    INSERT INTO figure (what, cpu, rows, tuples, hot)
    SELECT mark.what, (split_part(s, ' ', 14)::numeric + split_part(s, ' ', 15)::numeric) / 100,
           (SELECT j.rows FROM highseas.job_run j ORDER BY j.run_id DESC LIMIT 1),
           (SELECT sum(t.n_tup_ins + t.n_tup_upd) FROM pg_stat_user_tables t), (SELECT sum(t.n_tup_hot_upd) FROM pg_stat_user_tables t)
    FROM pg_read_file('/proc/self/stat') s;
END $$;
CALL pg_temp.mark('');
SELECT count(*) FROM (SELECT actual_value FROM highseas.customer_value ORDER BY actual_value DESC OFFSET 0) x \g /dev/null
CALL pg_temp.mark('bare sort of the values');
CALL highseas.reclassify(max_seconds => 86400);
CALL pg_temp.mark('first run, everybody');
CALL highseas.reclassify(max_seconds => 86400);
CALL pg_temp.mark('run in which nobody changed');
-- Who was alive is not any more.
TRUNCATE highseas.class_history;
UPDATE highseas.customer_value SET p_alive = .1;
VACUUM ANALYZE;
CHECKPOINT;
CALL pg_temp.mark('');
CALL highseas.reclassify(max_seconds => 86400);
CALL pg_temp.mark('run in which everybody changed');
TRUNCATE highseas.class_history;
UPDATE highseas.customer_value SET p_alive = .9 WHERE customer_key LIKE '%00';
VACUUM ANALYZE;
CHECKPOINT;
CALL pg_temp.mark('');
CALL highseas.reclassify(max_seconds => 86400);
CALL pg_temp.mark('run in which 1 % changed');
CREATE TABLE public.plain (LIKE highseas.customer_class INCLUDING INDEXES);
INSERT INTO public.plain SELECT * FROM highseas.customer_class;
VACUUM ANALYZE public.plain;
CHECKPOINT;
CALL pg_temp.mark('');
UPDATE public.plain SET category = 'B', category_since = now(), classified_at = now();
CALL pg_temp.mark('plain UPDATE of the same rows');
\pset footer off
WITH x AS (
    SELECT f.what, CASE WHEN f.what LIKE '%run%' THEN f.rows END AS rows, f.tuples - b.tuples AS tuples, f.hot - b.hot AS hot,
           extract(epoch FROM f.at - b.at) AS s, f.cpu - b.cpu AS cpu, pg_wal_lsn_diff(f.wal, b.wal) AS wal, f.n
    FROM figure f JOIN figure b ON b.n = f.n - 1 WHERE f.what <> '')
SELECT x.what, x.rows, x.tuples, x.hot, round(x.s, 2) AS s, round(x.cpu, 2) AS "CPU s", round(x.wal / 1048576, 1) AS "WAL MiB",
       round(x.cpu / nullif(sort.cpu, 0), 1) AS "/ sort", round(x.cpu / nullif(plain.cpu, 0), 1) AS "/ UPDATE",
       round(100.0 * x.tuples / everybody.tuples, 2) AS "% of everybody's tuples", round(100 * x.wal / everybody.wal, 2) AS "of the WAL"
FROM x JOIN x sort ON sort.what LIKE 'bare%' JOIN x plain ON plain.what LIKE 'plain%' JOIN x everybody ON everybody.what LIKE '%everybody changed'
ORDER BY x.n;
