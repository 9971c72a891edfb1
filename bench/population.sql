-- A deterministic population, straight into the tables: what a year of use would have left.
--   -v known=N     free customers that are claimed by name (and as many of the baselines')
--   -v main=N      free customers of the pool that claim_next reads (and as many of its peer's)
--   -v huge=N      those of a second, larger one (0: none)
--   -v held=N      held customers, and -v due=N of them overdue
--   -v sleeping=N  customers that a rotation gives to 500 reps
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE ROLE bench_agent LOGIN;
CALL highseas.create_tenant('bench');
CALL highseas.grant_role('bench_agent', 'agent', 'bench');
SELECT tenant_id AS t FROM highseas.tenant WHERE name = 'bench' \gset

INSERT INTO highseas.pool (tenant_id, pool_key, lanes, cooldown)
VALUES (:t, 'main', 1, '0'), (:t, 'small', 1, '0'), (:t, 'huge', 1, '0'), (:t, 'known', 1, '0'), (:t, 'kept', 1, '0');
INSERT INTO highseas.rep (tenant_id, rep_key, name, hired_on)
SELECT :t, 'rep' || i, 'Rep ' || i, date '2020-01-01' + i FROM generate_series(1, 1000) i;
-- Checked by every claim, never reached.
INSERT INTO highseas.capacity (tenant_id, rule, maximum) VALUES (:t, 'capacity', 1000000000);
INSERT INTO highseas.quota (tenant_id, rule, period, maximum) VALUES (:t, 'per day', 'day', 1000000000);
INSERT INTO highseas.deadline (tenant_id, rule, kind, window_amount, window_unit)
VALUES (:t, 'silent for 30 days', 'no_follow_up', 30, 'day'), (:t, 'longest', 'longest_holding', 12, 'month');

-- A number between 0 and 1 from a number, always the same.
CREATE SCHEMA bench;
CREATE FUNCTION bench.draw(i bigint) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(i, 1) & 281474976710655) / 281474976710656.0::double precision;

INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, score, online, has_email, region)
SELECT :t, p.pool_key || '-' || i, p.pool_key, now() - interval '10 days', now() - interval '10 days',
       100 * bench.draw(i), bench.draw(i + 1) < .1, bench.draw(i + 2) < .6, 'r' || i % 20
FROM (VALUES ('main', :main), ('known', :known), ('small', 10000), ('huge', :huge)) p(pool_key, n)
CROSS JOIN LATERAL generate_series(1, p.n) i;

INSERT INTO highseas.profile (tenant_id, customer_key, name, company, email, phone, city, country, changed_at)
SELECT c.tenant_id, c.customer_key, 'Name of ' || c.customer_key, 'Company of ' || c.customer_key,
       c.customer_key || '@example.com', '+49 30 123456', 'Berlin', 'DE', now()
FROM highseas.customer c WHERE c.pool_key = 'main';

-- The held: the first :due of them were silent for 31 days and were reminded of it, the others not yet.
INSERT INTO highseas.holding (tenant_id, customer_key, rep_key, pool_key, started_at, act, actor)
SELECT :t, 'kept-' || i, 'rep' || 1 + i % 1000, 'kept',
       now() - CASE WHEN i <= :due THEN interval '31 days' ELSE interval '20 days' * bench.draw(i) END, 'claim', 'bench'
FROM generate_series(1, :held) i;
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, score, state, holder,
                               holding_id, held_since, due_at, due_rule, next_at, check_at, reminded)
SELECT h.tenant_id, h.customer_key, h.pool_key, h.started_at - interval '1 day', h.started_at, 100 * bench.draw(h.holding_id),
       'held', h.rep_key, h.holding_id, h.started_at, d.due_at, 'silent for 30 days', d.next_at, d.next_at, d.reminded
FROM highseas.holding h
CROSS JOIN LATERAL (
    SELECT h.started_at + interval '30 days' AS due_at,
           h.started_at + CASE WHEN h.started_at < now() - interval '30 days' THEN interval '30 days' ELSE interval '27 days' END AS next_at,
           CASE WHEN h.started_at < now() - interval '30 days' THEN 2 ELSE 0 END AS reminded) d
ORDER BY bench.draw(h.holding_id);
UPDATE highseas.rep r SET held = (SELECT count(*) FROM highseas.customer c
                                  WHERE c.tenant_id = r.tenant_id AND c.holder = r.rep_key AND c.state = 'held');

-- Rotation has a tenant of its own.
CALL highseas.create_tenant('sleepers');
SELECT tenant_id AS s FROM highseas.tenant WHERE name = 'sleepers' \gset
INSERT INTO highseas.pool (tenant_id, pool_key, rotate_after) VALUES (:s, 'asleep', '90 days');
INSERT INTO highseas.region (tenant_id, region, parent) VALUES (:s, 'north', NULL), (:s, 'south', NULL);
INSERT INTO highseas.region (tenant_id, region, parent)
SELECT :s, 'r' || i, CASE WHEN i < 10 THEN 'north' ELSE 'south' END FROM generate_series(0, 19) i;
INSERT INTO highseas.rep (tenant_id, rep_key, hired_on)
SELECT :s, 'rep' || i, date '2020-01-01' + i FROM generate_series(1, 500) i;
INSERT INTO highseas.rep_region (tenant_id, rep_key, region)
SELECT :s, 'rep' || i, CASE WHEN i <= 400 THEN 'r' || i % 20 WHEN i <= 450 THEN 'north' ELSE 'south' END FROM generate_series(1, 500) i;
INSERT INTO highseas.capacity (tenant_id, rule, maximum) VALUES (:s, 'capacity', 1000);
INSERT INTO highseas.quota (tenant_id, rule, period, maximum) VALUES (:s, 'per month', 'month', 400);
INSERT INTO highseas.deadline (tenant_id, rule, kind, window_amount, window_unit) VALUES (:s, 'silent for 30 days', 'no_follow_up', 30, 'day');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, score, region)
SELECT :s, 's' || i, 'asleep', now() - interval '100 days', now() - interval '100 days', 100 * bench.draw(i), 'r' || i % 20
FROM generate_series(1, :sleeping) i;
-- Half of them were held before, so that the plan must avoid somebody.
INSERT INTO highseas.holding (tenant_id, customer_key, rep_key, pool_key, started_at, act, actor, ended_at, end_act, to_pool, end_actor)
SELECT :s, 's' || i, 'rep' || 1 + i % 500, 'asleep', now() - interval '150 days', 'claim', 'bench', now() - interval '100 days', 'expire', 'asleep', 'bench'
FROM generate_series(1, :sleeping, 2) i;

-- The baselines: the same rows, columns and indexes, without constraints, functions or policies.
CREATE TABLE bench.customer (LIKE highseas.customer INCLUDING DEFAULTS INCLUDING STORAGE) WITH (fillfactor = 85);
CREATE TABLE bench.history (LIKE highseas.holding INCLUDING DEFAULTS INCLUDING IDENTITY);
INSERT INTO bench.customer SELECT * FROM highseas.customer WHERE pool_key IN ('known', 'main') AND tenant_id = :t;
INSERT INTO bench.history OVERRIDING SYSTEM VALUE SELECT * FROM highseas.holding WHERE tenant_id = :t;
CREATE TABLE bench.rep (LIKE highseas.rep INCLUDING DEFAULTS, PRIMARY KEY (tenant_id, rep_key)) WITH (fillfactor = 70);
INSERT INTO bench.rep SELECT * FROM highseas.rep WHERE tenant_id = :t;
SELECT (regexp_replace(pg_get_indexdef(i.indexrelid), ' highseas\.(\w+) USING', ' bench.\1 USING'))
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE i.indrelid = 'highseas.customer'::regclass \gexec
SELECT (regexp_replace(pg_get_indexdef(i.indexrelid), ' highseas\.holding USING', ' bench.history USING'))
FROM pg_index i WHERE i.indrelid = 'highseas.holding'::regclass \gexec
ALTER TABLE bench.history ALTER COLUMN holding_id RESTART WITH 1000000000;
GRANT USAGE ON SCHEMA bench TO bench_agent;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA bench TO bench_agent;

SELECT coalesce(max(holding_id), 0) AS before_claims INTO bench.mark FROM highseas.holding;
VACUUM (ANALYZE);
CHECKPOINT;
