-- A budget of hours or money goes by class, value and headroom, to the hundredth, between floors and caps; and where
-- practice is the other way round, or everybody gets the same, that is found.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET highseas.clock = '2026-03-02 09:00+00';
SET timezone = 'UTC';
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('alpha');
SET highseas.tenant = 'alpha';
INSERT INTO highseas.pool (pool_key) VALUES ('sea');
INSERT INTO highseas.rep (rep_key, hired_on) VALUES ('ann', '2020-01-01'), ('bob', '2020-01-01');
CREATE VIEW public.facts AS
SELECT * FROM (VALUES ('a1', 'A', 8000, 9000, 'ann', 'north'), ('a2', 'A', 2000, 2500, 'bob', 'south'), ('b1', 'B', 100, 900, 'ann', 'north'),
    ('b2', 'B', 100, 300, 'bob', 'south'), ('b3', 'B', 500, 400, 'bob', 'north'), ('e1', 'E', 50, 50, 'ann', 'north'), ('e2', 'E', 10, 10, 'bob', 'south'),
    ('f1', 'F', -20, -20, 'bob', 'south'), ('f2', 'F', -30, -20, 'ann', 'north'), ('n1', NULL, NULL, NULL, 'ann', NULL), ('s1', 'B', 500, 900, NULL, 'north'))
    x(k, class, actual, potential, rep, region);
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, class, region)
SELECT 1, k, 'sea', '2026-01-01', '2026-01-01', class, region FROM public.facts;
INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost, potential_value)
SELECT 1, k, 1, '2026-03-01', 'EUR', 'year', 1, actual, 0, potential FROM public.facts WHERE actual IS NOT NULL;
DO $$ BEGIN PERFORM highseas_api.claim(k, rep) FROM public.facts WHERE rep IS NOT NULL ORDER BY k; END $$;

-- Built in: by class, then retained by value and invested in by headroom.
SELECT * FROM highseas.plan_service(100);
SELECT sum(amount), sum(share) FROM highseas.plan_service(99.97);
SELECT customer_key, why FROM highseas.plan_service(1000, 'money', held_only => false) WHERE customer_key LIKE 's%';
SELECT count(*), sum(amount) FROM highseas.plan_service(0);

-- One's own floors, caps and kinds.
INSERT INTO highseas.treatment (rule, class, kind, goal, action, service_share, service_floor, service_cap) VALUES
    ('best', 'A', NULL, 'retain', 'visit', 90, 1, 3), ('worst', 'F', NULL, 'withdraw', 'drop', 0, .1, NULL),
    ('others', NULL, NULL, 'grow share', 'call', 10, .5, NULL), ('shops', 'B', 'commercial', 'invest', 'call', 20, 0, NULL);
INSERT INTO highseas.customer_class (tenant_id, customer_key, kind, chosen_kind, classified_at)
VALUES (1, 'b1', 'personal', 'commercial', '2026-01-01'), (1, 'b2', 'personal', NULL, '2026-01-01');
SELECT customer_key, rule, amount, why FROM highseas.plan_service(100);
SELECT sum(amount) FROM highseas.plan_service(100);
-- Floors and caps that do not fit, whatever the budget.
UPDATE highseas.treatment SET service_floor = 2 WHERE class IS NULL;
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT * FROM highseas.plan_service(100);
UPDATE highseas.treatment SET service_floor = 0, service_cap = 1 WHERE class IS NULL OR kind IS NOT NULL;
SELECT * FROM highseas.plan_service(1000);
-- Nor where no row fits: it says whom.
BEGIN;
DELETE FROM highseas.treatment WHERE class IS DISTINCT FROM 'A';
SELECT * FROM highseas.plan_service(1000);
ROLLBACK;
\set VERBOSITY terse
DELETE FROM highseas.treatment WHERE class IS NULL;
UPDATE highseas.treatment SET service_cap = NULL;
SELECT customer_key, rule, amount, why FROM highseas.plan_service(100) WHERE customer_key IN ('n1', 'e1');
SELECT * FROM highseas.plan_service(NULL);
SELECT * FROM highseas.plan_service(-1);
SELECT * FROM highseas.plan_service('NaN');
SELECT * FROM highseas.plan_service(1.001);
SELECT * FROM highseas.plan_service(1, 'days');
DELETE FROM highseas.treatment;

-- Everybody gets one call: the same pot, in the company and with each rep.
SET highseas.clock = '2026-03-03 09:00+00';
DO $$ BEGIN PERFORM highseas_api.follow_up(k, 'call', rep => rep) FROM public.facts WHERE rep IS NOT NULL ORDER BY k; END $$;
SELECT scope, key, effort, customers, correlation, finding FROM highseas.service_inversion('2026-03-01', '2026-03-04') WHERE measure = 'rank';
SELECT class, lower_class, effort, lower_effort, finding, concerned FROM highseas.service_inversion('2026-03-01', '2026-03-04')
WHERE scope = 'company' AND measure = 'per customer';
-- Nobody before; a time is included, the other is not.
SELECT DISTINCT finding FROM highseas.service_inversion('2026-03-01', '2026-03-03 09:00+00');
-- Bob calls the small ones, Ann the great one.
SET highseas.clock = '2026-03-05 09:00+00';
DO $$ BEGIN
    PERFORM highseas_api.follow_up(k, 'call', rep => 'bob') FROM unnest('{e2,f1,f1,f1,b2}'::text[]) k;
    PERFORM highseas_api.follow_up(k, 'call', rep => 'ann') FROM unnest('{a1,a1,a1,b1}'::text[]) k;
END $$;
SELECT scope, key, effort, customers, round(correlation::numeric, 4), finding FROM highseas.service_inversion('2026-03-04', '2026-03-06') WHERE measure = 'rank';
SELECT scope, key, measure, class, lower_class, effort, lower_effort, customers, lower_customers, finding, concerned
FROM highseas.service_inversion('2026-03-04', '2026-03-06') WHERE measure = 'per customer' OR scope = 'rep' AND class = 'A';
SELECT * FROM highseas.service_inversion('2026-03-04', NULL);
SELECT * FROM highseas.service_inversion('2026-03-04', '2026-03-04');

-- Any population: to the hundredth, nobody below his floor or above his cap, and Spearman as by definition.
SET highseas.tenant = '';
CALL highseas.create_tenant('many');
SET highseas.tenant = 'many';
INSERT INTO highseas.pool (pool_key) VALUES ('sea');
SELECT setseed(.42);
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, class)
SELECT 2, 'c' || n, 'sea', '2026-01-01', '2026-01-01', (ARRAY['A', 'B', 'C', 'D', 'E', 'F', NULL])[1 + n % 7] FROM generate_series(1, 2000) n;
INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost, potential_value)
SELECT 2, 'c' || n, 1, '2026-03-01', 'EUR', 'year', 1, round((exp(8 * random()) - 50)::numeric, 2), 0, exp(9 * random()) FROM generate_series(1, 2000, 3) n;
INSERT INTO highseas.treatment (rule, class, kind, goal, action, service_share, service_floor, service_cap)
SELECT b.rule, b.class, b.kind, b.goal, b.action, b.service_share, b.service_floor, CASE WHEN b.class IN ('A', 'B') THEN 30 END
FROM highseas.builtin_treatments() b;
SELECT budget, sum(p.amount) = budget, bool_and(p.amount >= trunc(budget / 2000 * t.service_floor, 2)),
       bool_and(p.amount <= budget / 2000 * 30 + .01) FILTER (WHERE p.class IN ('A', 'B')), count(DISTINCT p.customer_key)
FROM unnest('{0.01,1,777.77,1000000,33333333.33}'::numeric[]) budget, highseas.plan_service(budget, held_only => false) p,
     highseas.treatment t WHERE t.rule = p.rule GROUP BY budget ORDER BY budget;
-- More budget, less for nobody but for the rounding; and scaling all values changes nothing.
CREATE TABLE public.plan AS SELECT * FROM highseas.plan_service(5000, held_only => false);
SELECT count(*) FROM public.plan a JOIN highseas.plan_service(6000, held_only => false) b USING (customer_key) WHERE b.amount < a.amount - .01;
UPDATE highseas.customer_value SET actual_value = actual_value * 8, potential_value = potential_value * 8 WHERE tenant_id = 2;
SELECT count(*) FROM public.plan a JOIN highseas.plan_service(5000, held_only => false) b USING (customer_key) WHERE abs(b.amount - a.amount) > .01;
DROP TABLE public.plan;
DROP VIEW public.facts;
