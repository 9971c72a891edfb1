-- rotate does what planned_rotation says: best customers first, to reps in turn, within regions, tiers and limits,
-- never to an earlier holder, no flood for who was on leave; and each who stays has a reason.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET highseas.clock = '2026-03-02 09:00';
CALL highseas.create_tenant('acme');
INSERT INTO highseas.pool (pool_key, rotate_after) VALUES ('main', '14 days');
INSERT INTO highseas.pool (pool_key) VALUES ('still');
INSERT INTO highseas.rep (rep_key, hired_on, waiting_since) VALUES
    ('ana', '2020-01-01', '2026-01-03'), ('ben', '2026-02-01', '2026-01-02'), ('eva', '2020-01-01', '2026-01-01');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, score, pooled_since, last_act_at)
SELECT 1, 'c' || i, 'main', 100 - i, timestamptz '2026-01-01', timestamptz '2026-01-01' FROM generate_series(1, 6) i
UNION ALL SELECT 1, 'awake', 'main', 200, '2026-02-16 09:00:01', '2026-01-01'
UNION ALL SELECT 1, 'barely', 'main', 50, '2026-02-16 09:00', '2026-01-01'
UNION ALL SELECT 1, 'still', 'still', 200, '2020-01-01', '2020-01-01';
UPDATE highseas.customer SET embargo_until = '2026-03-02 09:00:01' WHERE customer_key = 'c6';
-- Plans, rotates, tells whether it was the same, and undoes nothing.
CREATE TABLE public.plan (turn bigint, customer_key text, rep_key text, reason text);
CREATE PROCEDURE public.compare() LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM public.plan;
    INSERT INTO public.plan SELECT turn, customer_key, rep_key, reason FROM highseas.planned_rotation('main');
END $$;
CREATE FUNCTION public.came_true() RETURNS boolean LANGUAGE sql AS $$
    SELECT NOT EXISTS (
        SELECT FROM public.plan p JOIN highseas.customer c ON c.customer_key = p.customer_key
        WHERE c.holder IS DISTINCT FROM p.rep_key OR p.rep_key IS NULL AND p.reason IS NULL)
$$;
-- Longest wait first, in turns. Not the one under embargo, not who came too late, not a pool without rotation.
CALL public.compare();
SELECT * FROM public.plan ORDER BY turn;
-- The same facts give the same plan.
SELECT count(*) FROM (SELECT turn, customer_key, rep_key, reason FROM highseas.planned_rotation('main') EXCEPT SELECT * FROM public.plan) x;
CALL highseas.rotate();
SELECT public.came_true();
SELECT act, count(*) FROM highseas.ledger GROUP BY act;
SELECT rep_key, kind, count(*) FROM highseas.notice GROUP BY 1, 2 ORDER BY 1;
SELECT message FROM highseas.notice WHERE customer_key = 'c1';
-- Run twice, nothing happens twice.
CALL highseas.rotate();
SELECT count(*) FROM highseas.holding;
SELECT rep_key, held FROM highseas.rep ORDER BY 1;

-- Bounded, the next run goes on, and ends where one run would have.
SELECT count(*) FROM highseas.customer c, highseas_api.return_to_pool(c.customer_key, 'price') WHERE c.state = 'held';
DELETE FROM highseas.holding;
UPDATE highseas.customer SET pooled_since = '2026-01-01', embargo_until = NULL WHERE pool_key = 'main';
-- (Who waits equally long goes by a hash of all who are given in one batch.)
UPDATE highseas.rep SET waiting_since = timestamptz '2026-01-01' + ascii(rep_key) * interval '1 second', last_act_at = NULL;
CALL public.compare();
SELECT count(*) FROM public.plan;
CALL highseas.rotate(max_rows => 3, batch => 2);
SELECT status, rows FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;
CALL highseas.rotate(batch => 2);
SELECT status, rows FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;
SELECT public.came_true();

-- Never to an earlier holder; when all were, that is the reason.
SELECT customer_key FROM highseas_api.follow_up('c1', 'call', 'wants a sample', (SELECT holder FROM highseas.customer WHERE customer_key = 'c1'), intent => 'interested');
SELECT count(*) FROM highseas.customer c, highseas_api.return_to_pool(c.customer_key, 'price') WHERE c.state = 'held';
UPDATE highseas.customer SET pooled_since = '2026-01-01' WHERE pool_key = 'main';
CALL public.compare();
SELECT bool_and(NOT EXISTS (SELECT FROM highseas.holding h WHERE h.customer_key = p.customer_key AND h.rep_key = p.rep_key)) FROM public.plan p;
CALL highseas.rotate();
SELECT public.came_true();
-- Who gets it is told who had it, what was last said and, where its class has a treatment, the next step.
SELECT message FROM highseas.notice WHERE customer_key = 'c1' AND kind = 'given' ORDER BY notice_id DESC LIMIT 1;
INSERT INTO highseas.holding (tenant_id, started_at, ended_at, customer_key, rep_key, pool_key, act, actor, end_act)
SELECT 1, '2025-01-01', '2025-01-02', 'awake', r.rep_key, 'main', 'claim', 'test', 'return' FROM highseas.rep r;
SELECT count(*) FROM highseas.customer c, highseas_api.return_to_pool(c.customer_key, 'price') WHERE c.state = 'held';
UPDATE highseas.customer SET pooled_since = CASE customer_key WHEN 'awake' THEN timestamptz '2026-01-01' ELSE '2026-03-01' END WHERE pool_key = 'main';
CALL public.compare();
SELECT customer_key, rep_key, reason FROM public.plan;
CALL highseas.rotate();
SELECT public.came_true();
SELECT customer_key, rep_key, reason FROM highseas.allocation WHERE customer_key = 'awake';

-- Regions: who covers the customer's own before who covers what lies above, before who covers all.
DELETE FROM highseas.holding;
UPDATE highseas.customer SET pooled_since = '2026-03-01' WHERE pool_key = 'main';
INSERT INTO highseas.region (region, parent) VALUES ('world', NULL), ('europe', 'world'), ('spain', 'europe'), ('asia', 'world'), ('africa', NULL);
INSERT INTO highseas.rep_region (rep_key, region) VALUES ('ana', 'spain'), ('ben', 'europe');
UPDATE highseas.customer SET pooled_since = '2026-01-01', region = CASE customer_key
    WHEN 'c1' THEN 'spain' WHEN 'c2' THEN 'europe' WHEN 'c3' THEN 'asia' WHEN 'c4' THEN NULL WHEN 'c5' THEN 'nowhere' END
WHERE customer_key BETWEEN 'c1' AND 'c5';
SELECT customer_key, rep_key, reason FROM highseas.planned_rotation('main');
-- When eva has a region too, nobody covers Asia or what is unknown.
INSERT INTO highseas.rep_region (rep_key, region) VALUES ('eva', 'africa');
SELECT customer_key, rep_key, reason FROM highseas.planned_rotation('main');
-- Limits: capacity and quota, in general and of a class; the reason names the kind.
INSERT INTO highseas.capacity (rule, rep_key, maximum) VALUES ('ana-none', 'ana', 0);
SELECT customer_key, rep_key, reason FROM highseas.planned_rotation('main');
INSERT INTO highseas.quota (rule, period, rep_key, maximum) VALUES ('ben-one', 'day', 'ben', 1);
SELECT customer_key, rep_key, reason FROM highseas.planned_rotation('main');
DELETE FROM highseas.quota;
DELETE FROM highseas.capacity;
DELETE FROM highseas.rep_region;
UPDATE highseas.customer SET region = NULL;
UPDATE highseas.customer SET class = CASE WHEN customer_key < 'c4' THEN 'A' ELSE 'B' END WHERE pool_key = 'main';
INSERT INTO highseas.capacity (rule, class, maximum) VALUES ('A', 'A', 0), ('B', 'B', 1);
SELECT customer_key, rep_key, reason FROM highseas.planned_rotation('main');
CALL public.compare();
CALL highseas.rotate(batch => 1);
SELECT public.came_true();
SELECT count(*) FROM highseas.customer c, highseas_api.return_to_pool(c.customer_key, 'price') WHERE c.state = 'held';
DELETE FROM highseas.capacity;
DELETE FROM highseas.holding;
UPDATE highseas.customer SET pooled_since = '2026-01-01', class = NULL WHERE customer_key BETWEEN 'c1' AND 'c5';
-- Tiers: only those named, the first ones first, as far as they have room.
UPDATE highseas.pool SET rotate_tiers = '{new}' WHERE pool_key = 'main';
SELECT customer_key, rep_key, reason FROM highseas.planned_rotation('main');
UPDATE highseas.pool SET rotate_tiers = '{new,veteran}' WHERE pool_key = 'main';
INSERT INTO highseas.capacity (rule, tier, maximum) VALUES ('new', 'new', 2);
SELECT customer_key, rep_key, reason FROM highseas.planned_rotation('main');
UPDATE highseas.pool SET rotate_tiers = '{trainee}' WHERE pool_key = 'main';
SELECT DISTINCT rep_key, reason FROM highseas.planned_rotation('main');
UPDATE highseas.pool SET rotate_tiers = NULL, members_only = true WHERE pool_key = 'main';
INSERT INTO highseas.pool_member (pool_key, rep_key) VALUES ('main', 'eva');
SELECT DISTINCT rep_key, reason FROM highseas.planned_rotation('main');
UPDATE highseas.pool SET members_only = false WHERE pool_key = 'main';
DELETE FROM highseas.capacity;

-- Leave: nothing while it lasts, and no flood afterwards: who was away waits from his return on.
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('eva', '2026-03-01', '2026-03-10');
UPDATE highseas.rep SET waiting_since = CASE rep_key WHEN 'eva' THEN timestamptz '2025-01-01' ELSE '2026-03-01' END, last_act_at = NULL;
UPDATE highseas.customer SET pooled_since = '2026-03-05' WHERE customer_key IN ('c3', 'c4', 'c5');
SELECT DISTINCT rep_key FROM highseas.planned_rotation('main') ORDER BY 1;
CALL highseas.rotate();
SET highseas.clock = '2026-03-20 09:00';
SELECT customer_key, rep_key FROM highseas.planned_rotation('main') WHERE customer_key IN ('c3', 'c4', 'c5');
CALL public.compare();
CALL highseas.rotate();
SELECT public.came_true();
SELECT * FROM highseas.check_consistency();

-- Rules that no constraint can refuse: the check names them, and a rotation that cannot be planned says why.
UPDATE highseas.pool SET rotate_tiers = '{trainee,new}' WHERE pool_key = 'main';
INSERT INTO highseas.region (region, parent) VALUES ('ring a', NULL), ('ring b', 'ring a'), ('below', 'ring b');
UPDATE highseas.region SET parent = 'ring b' WHERE region = 'ring a';
SELECT problem, key, detail FROM highseas.check_consistency() ORDER BY 1, 2;
CALL highseas.rotate();
UPDATE highseas.region SET parent = NULL WHERE region = 'ring a';
UPDATE highseas.pool SET rotate_tiers = NULL WHERE pool_key = 'main';
SELECT * FROM highseas.check_consistency();

DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP TABLE public.plan;
DROP PROCEDURE public.compare;
DROP FUNCTION public.came_true;
