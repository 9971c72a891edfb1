-- 100,000 customers over ten months, held by 200 reps: what suggest_deadlines and simulate_policy take. psql -f in an empty database with highseas.
\timing off
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SET highseas.clock = '2026-11-01';
CALL highseas.create_tenant('bench', 'Europe/Berlin');
INSERT INTO highseas.pool (pool_key, cooldown) VALUES ('main', '30 days');
INSERT INTO highseas.rep (rep_key, hired_on) SELECT 'r' || i, date '2020-01-01' + i * 10 FROM generate_series(1, 200) i;
INSERT INTO highseas.capacity (rule, maximum) VALUES ('all', 600);
INSERT INTO highseas.quota (rule, period, maximum) VALUES ('day', 'day', 60);
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit) VALUES ('idle', 'no_follow_up', 30, 'day'), ('sell', 'no_order', 90, 'day');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, 'c' || i, 'main', timestamptz '2026-01-01', timestamptz '2026-01-01' FROM generate_series(1, 100000) i;
INSERT INTO highseas.holding (tenant_id, customer_key, rep_key, pool_key, started_at, act, actor, ended_at, end_act, end_actor, to_pool)
SELECT 1, 'c' || i, 'r' || (1 + (i * 31 + k * 77) % 200), 'main', s, 'claim', 'x', e, CASE WHEN (i + k) % 3 = 0 THEN 'return' ELSE 'expire' END, 'x', 'main'
FROM generate_series(1, 100000) i, generate_series(0, 2) k,
     LATERAL (SELECT timestamptz '2026-01-01' + (k * 95 + i % 40) * interval '1 day' + i % 1440 * interval '1 minute') b(s),
     LATERAL (SELECT s + (60 + i % 20) * interval '1 day') d(e);
INSERT INTO highseas.follow_up (tenant_id, at, customer_key, rep_key, kind, actor)
SELECT 1, h.started_at + (k * (3 + length(h.rep_key)) + 1) * interval '1 day', h.customer_key, h.rep_key, 'call', 'x'
FROM highseas.holding h, generate_series(0, 7) k
WHERE h.started_at + (k * (3 + length(h.rep_key)) + 1) * interval '1 day' < h.started_at + interval '50 days';
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount)
SELECT 1, 'c' || i, 'o' || k, timestamptz '2026-01-01' + (k * 95 + 20 + i * 7 % 60) * interval '1 day', 100
FROM generate_series(1, 100000) i, generate_series(0, 2) k WHERE (i + k) % 4 = 0;
ANALYZE highseas.customer, highseas.holding, highseas.follow_up, highseas.purchase;
SELECT count(*) AS holdings FROM highseas.holding;
SELECT count(*) AS follow_ups FROM highseas.follow_up;
\pset tuples_only off
\timing on
SELECT suggestions FROM highseas_api.suggest_deadlines();
-- The rules in force: gathering, and one play.
SELECT * FROM highseas.simulate_policy('{}', '2026-01-01') WHERE part = 'figure';
-- 14 instead of 30 days.
SELECT * FROM highseas.simulate_policy('{"deadline": {"idle": {"window_amount": 14}}}', '2026-01-01', repetitions => 1) WHERE part = 'figure';
SELECT * FROM highseas.simulate_policy('{"deadline": {"idle": {"window_amount": 14}}}', '2026-01-01') WHERE part = 'figure';
SELECT * FROM highseas.simulate_policy('{"deadline": {"idle": {"window_amount": 5}}, "method": "least_loaded"}', '2026-01-01', repetitions => 3) WHERE part = 'figure';
-- Within a band, by each rep's own conversion.
SELECT * FROM highseas.simulate_policy('{"deadline": {"idle": {"window_amount": 5}}, "allocation_rule": {"main": {"method": "optimal", "least_share": 0.8, "most_share": 1.2}}}', '2026-01-01', repetitions => 1) WHERE part = 'figure';
