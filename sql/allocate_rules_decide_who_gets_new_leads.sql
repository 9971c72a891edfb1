-- allocate gives whom nobody ever held to reps by the row of the pool: as planned, within every rule, each with its
-- reason in the ledger; who stays has one, too. Regions, fair shares over days, the report.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SET highseas.clock = '2026-03-02 09:00';
CALL highseas.create_tenant('acme');
INSERT INTO highseas.pool (pool_key) VALUES ('leads'), ('abroad'), ('quiet');
INSERT INTO highseas.region (region, parent) VALUES ('china', NULL), ('east', 'china'), ('shanghai', 'east'), ('mars', NULL);
INSERT INTO highseas.rep (rep_key, hired_on, waiting_since) VALUES
    ('ana', '2020-01-01', '2026-02-03'), ('ben', '2020-01-01', '2026-02-02'), ('eva', '2026-02-01', '2026-02-01'), ('far', '2020-01-01', '2026-01-01');
INSERT INTO highseas.rep_region (rep_key, region) VALUES ('ana', 'shanghai'), ('ben', 'shanghai'), ('ben', 'east'), ('eva', 'china'), ('far', 'shanghai');
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('far', '2026-02-20', '2026-03-10');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, score, pooled_since, last_act_at, region)
SELECT 1, k, p, s, '2026-03-01', '2026-03-01', r FROM (VALUES ('sh1', 'leads', 90, 'shanghai'), ('sh2', 'leads', 80, 'shanghai'), ('sh3', 'leads', 70, 'shanghai'),
    ('east', 'leads', 60, 'east'), ('north', 'leads', 50, 'china'), ('any', 'leads', 40, NULL), ('mars', 'leads', 30, 'mars'), ('q', 'quiet', 10, NULL)) x(k, p, s, r);
-- Somebody held it before: it is no new lead, only a rotation could give it away.
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, score, pooled_since, last_act_at) VALUES (1, 'old', 'leads', 99, '2026-03-01', '2026-03-01');
INSERT INTO highseas.holding (tenant_id, started_at, ended_at, customer_key, rep_key, pool_key, act, actor, end_act)
VALUES (1, '2025-01-01', '2025-01-02', 'old', 'ana', 'leads', 'claim', 'test', 'return');

-- A pool without a rule gives no new leads.
CALL highseas.allocate();
SELECT count(*) FROM highseas.customer WHERE state = 'held';
INSERT INTO highseas.allocation_rule (pool_key, fallback_pool) VALUES ('leads', 'abroad');
-- Who covers the very region first, the longest wait first; then up the tree; who is on leave gets nothing.
CREATE TABLE public.plan AS SELECT * FROM highseas.planned_allocation('leads');
SELECT turn, customer_key, rep_key, reason FROM public.plan ORDER BY turn;
CALL highseas.allocate();
SELECT customer_key, act, to_rep, pool_key, reason FROM highseas.ledger WHERE at > '2026-01-01' ORDER BY at, customer_key;
SELECT p.customer_key FROM public.plan p JOIN highseas.customer c USING (customer_key) WHERE c.holder IS DISTINCT FROM p.rep_key;
-- Nobody covers Mars: the fallback pool has it now.
SELECT customer_key, rep_key, reason, moved_to FROM highseas.allocation WHERE rep_key IS NULL;
SELECT pool_key, state, pooled_since FROM highseas.customer WHERE customer_key = 'mars';
SELECT rep_key, kind, message FROM highseas.notice WHERE customer_key = 'sh1';
-- What they are worth nobody knows yet.
SELECT tier, rep_key, customers, value, gini_customers IS NULL, gini_value FROM highseas.allocation_fairness('2026-03-02', '2026-03-03') WHERE customers > 0;
-- Run twice, nothing happens twice; a pool that is named needs no rule.
CALL highseas.allocate();
SELECT status, rows FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;
CALL highseas.allocate('quiet');
SELECT customer_key, rep_key FROM highseas.allocation;
CALL highseas.allocate('nosuch');
SELECT * FROM highseas.check_consistency();

-- Back from leave: his turn starts when he was back, not when he left, so who waits since before comes first.
SET highseas.clock = '2026-03-20 09:00';
UPDATE highseas.rep SET waiting_since = CASE rep_key WHEN 'far' THEN '2025-01-01' WHEN 'ana' THEN '2026-03-11 00:00:01' ELSE '2026-03-12' END::timestamptz;
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, score, pooled_since, last_act_at, region)
SELECT 1, 'again' || n, 'leads', 0, '2026-03-19', '2026-03-19', 'shanghai' FROM generate_series(1, 3) n;
SELECT customer_key, rep_key FROM highseas.planned_allocation('leads') ORDER BY turn;
UPDATE highseas.rep SET waiting_since = '2026-03-10 23:59:59' WHERE rep_key = 'ana';
SELECT customer_key, rep_key FROM highseas.planned_allocation('leads') ORDER BY turn LIMIT 1;
-- A dispute between two who wait equally long goes by a hash that favours nobody: each wins some.
UPDATE highseas.rep SET waiting_since = '2026-03-12';
CREATE TABLE public.winner (rep_key text);
DO $$
BEGIN
    FOR n IN 1 .. 60 LOOP
        UPDATE highseas.customer SET customer_key = 'dispute ' || n WHERE customer_key LIKE 'dispute %' OR customer_key = 'again1';
        INSERT INTO public.winner SELECT rep_key FROM highseas.planned_allocation('leads', 1);
    END LOOP;
END $$;
SELECT rep_key, count(*) BETWEEN 10 AND 30 FROM public.winner GROUP BY 1 ORDER BY 1;

-- Value: what the customers are worth, with whom. Orders teach who sells to whom.
DELETE FROM highseas.rep_region;
DELETE FROM highseas.rep_leave;
DELETE FROM highseas.allocation_rule;
UPDATE highseas.customer SET state = 'withdrawn', holder = NULL, holding_id = NULL, held_since = NULL, due_at = NULL, next_at = NULL, check_at = NULL;
DELETE FROM highseas.holding;
UPDATE highseas.rep SET held = 0, active = rep_key <> 'far';
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, state, pooled_since, last_act_at)
SELECT 1, r || s || i, 'leads', 'withdrawn', '2025-01-01', '2025-01-01' FROM unnest('{ana,ben,eva}'::text[]) r, unnest('{fair,web}'::text[]) s, generate_series(1, 40) i;
INSERT INTO highseas.profile (tenant_id, customer_key, source)
SELECT 1, c.customer_key, substring(c.customer_key FROM 'fair|web') FROM highseas.customer c;
INSERT INTO highseas.holding (tenant_id, started_at, ended_at, customer_key, rep_key, pool_key, act, actor, end_act)
SELECT 1, '2025-06-01', '2025-09-01', c.customer_key, left(c.customer_key, 3), 'leads', 'claim', 'test', 'return'
FROM highseas.customer c WHERE c.customer_key ~ '^(ana|ben|eva)(fair|web)';
-- ana sells at fairs, ben on the web, eva nowhere.
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount)
SELECT 1, c.customer_key, '1', '2025-07-01', 100 FROM highseas.customer c
WHERE c.customer_key ~ '^(anafair|benweb)\d' AND substring(c.customer_key FROM '\d+')::integer <= 20 OR c.customer_key ~ '^(anaweb|benfair)[1-4]$';
SELECT rep_key, its_segment, won, tried FROM highseas.conversion_by_segment(1, 'source', '2026-03-20') ORDER BY 1, 2;
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, class, score)
SELECT 1, 'n' || i, 'leads', '2026-03-19', '2026-03-19', CASE WHEN i % 6 = 0 THEN 'A' ELSE 'B' END, 10 + i FROM generate_series(1, 60) i;
INSERT INTO highseas.profile (tenant_id, customer_key, source) SELECT 1, 'n' || i, CASE WHEN i % 2 = 0 THEN 'fair' ELSE 'web' END FROM generate_series(1, 60) i;
INSERT INTO highseas.allocation_rule (pool_key, method, segment) VALUES ('leads', 'best_fit', 'source');
-- By score, as nothing was valued yet.
SELECT f.source, p.rep_key, count(*) FROM highseas.planned_allocation('leads') p JOIN highseas.profile f USING (customer_key) GROUP BY 1, 2 ORDER BY 1, 2;
SELECT customer_key, rep_key, reason, round(value::numeric, 2), next_rep_key, round(next_value::numeric, 2) FROM highseas.planned_allocation('leads') ORDER BY turn LIMIT 2;
-- With capacities the best whole is no longer each to his best.
INSERT INTO highseas.capacity (rule, maximum) VALUES ('twenty', 20);
UPDATE highseas.allocation_rule SET method = 'optimal';
SELECT rep_key, count(*) FROM highseas.planned_allocation('leads') GROUP BY 1 ORDER BY 1;
SELECT DISTINCT reason FROM highseas.planned_allocation('leads') ORDER BY 1;
-- With the value of the fit in force.
INSERT INTO highseas.value_run (tenant_id, fitted_at, ends_on, in_force, currency, criteria) VALUES (1, '2026-03-19', '2026-03-18', true, '', '{}');
INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost, potential_value)
SELECT 1, 'n' || i, 1, '2026-03-18', '', 'week', 52, 0, 0, CASE WHEN i <= 20 THEN 1000 ELSE i END FROM generate_series(1, 60) i;
SELECT min(turn), max(turn) FROM highseas.planned_allocation('leads') WHERE customer_key IN (SELECT 'n' || i FROM generate_series(1, 20) i);

-- Fair shares, in money and in customers of class A, over days: what came before counts.
UPDATE highseas.allocation_rule SET least_share = .8, most_share = 1.2, band_days = 90;
UPDATE highseas.capacity SET maximum = 10000;
UPDATE highseas.customer_value SET potential_value = 100 + right(customer_key, 1)::integer;
CREATE PROCEDURE public.days(days integer) LANGUAGE plpgsql AS $$
BEGIN
    FOR d IN 1 .. days LOOP
        PERFORM set_config('highseas.clock', (timestamptz '2026-03-20 09:00' + d * interval '1 day')::text, false);
        INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, class)
        SELECT 1, format('d%s-%s', d, i), 'leads', '2026-03-19', '2026-03-19', CASE WHEN i = 1 THEN 'A' END FROM generate_series(1, 4) i;
        INSERT INTO highseas.profile (tenant_id, customer_key, source) SELECT 1, format('d%s-%s', d, i), CASE WHEN i % 2 = 0 THEN 'fair' ELSE 'web' END FROM generate_series(1, 4) i;
        INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost, potential_value)
        SELECT 1, format('d%s-%s', d, i), 1, '2026-03-18', '', 'week', 52, 0, 0, 100 + 20 * i FROM generate_series(1, 4) i;
        COMMIT;
        CALL highseas.allocate(batch => 7);
    END LOOP;
END $$;
CALL public.days(90);
-- At any time each had his third, by what the customers are worth with him, and of class A by whole numbers, within the band. (Four a
-- day go to three reps, and no day alone could do it.)
SELECT d, bool_and(share BETWEEN .79 AND 1.21), bool_and(a BETWEEN floor(.8 * all_a / 3) AND ceil(1.2 * all_a / 3)) FROM (
    SELECT d, h.rep_key, sum(w.worth) * 3 / sum(sum(w.worth)) OVER days AS share,
           count(*) FILTER (WHERE h.class = 'A') AS a, sum(count(*) FILTER (WHERE h.class = 'A')) OVER days AS all_a
    FROM unnest('{30,60,90}'::integer[]) d
    JOIN highseas.holding h ON h.act = 'allocate' AND h.started_at < timestamptz '2026-03-21' + d * interval '1 day'
    CROSS JOIN LATERAL (SELECT substring(h.reason FROM 'worth ([0-9.]+)')::numeric AS worth) w
    GROUP BY d, h.rep_key WINDOW days AS (PARTITION BY d)) x GROUP BY d ORDER BY d;
SELECT reason FROM highseas.ledger WHERE act = 'allocate' AND reason LIKE '%fairness%' LIMIT 1;
SELECT * FROM highseas.check_consistency();

-- The report: a row for each rep, for his tier, for all; who got nothing waits the longest.
SELECT period_start, tier, rep_key, reps, customers, gini_customers IS NOT NULL AS of_all, longest_wait < '10 days' AS soon
FROM highseas.allocation_fairness('2026-03-20', '2026-06-01', 'month');
SELECT reps, customers, classes, round(gini_customers::numeric, 1), round(gini_value::numeric, 1) FROM highseas.allocation_fairness('2026-03-20', '2026-06-01') WHERE tier IS NULL;
INSERT INTO highseas.rep (rep_key, hired_on) VALUES ('new', '2026-05-01');
SELECT rep_key, customers, value, classes, longest_wait FROM highseas.allocation_fairness('2026-04-01', '2026-04-11') WHERE rep_key = 'new';
SELECT * FROM highseas.allocation_fairness('2026-04-01', '2026-03-01');
SELECT * FROM highseas.allocation_fairness('2026-04-01', '2026-05-01', 'fortnight');
SELECT * FROM highseas.allocation_fairness('2026-04-01', NULL);

-- Rules that mean nothing are refused.
INSERT INTO highseas.allocation_rule (pool_key, method) VALUES ('quiet', 'auction');
INSERT INTO highseas.allocation_rule (pool_key, least_share) VALUES ('quiet', .5);
INSERT INTO highseas.allocation_rule (pool_key, fallback_pool) VALUES ('quiet', 'quiet');
INSERT INTO highseas.rep_weight VALUES (1, 'ana', 0);
-- Pools that fall back to each other would pass a customer on for ever: it is said.
INSERT INTO highseas.pool (pool_key) VALUES ('ring a'), ('ring b');
INSERT INTO highseas.allocation_rule (pool_key, fallback_pool) VALUES ('ring a', 'ring b'), ('ring b', 'ring a');
SELECT problem, key, detail FROM highseas.check_consistency();

DROP TABLE public.plan, public.winner;
DROP PROCEDURE public.days;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
