-- What planned_rotation() and planned_allocation() show is what the job then does: over all pools of a run, which share
-- reps, quotas, capacities and fair shares, with customers that fall back into a later pool, in any size of batch.
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

-- Two pools, a day's quota of ten for each of three reps: the first pool takes all of it.
INSERT INTO highseas.pool (pool_key, rotate_after) VALUES ('first', '14 days'), ('second', '14 days');
INSERT INTO highseas.rep (rep_key, waiting_since) SELECT 'r' || i, timestamptz '2026-01-01' + i * interval '1 hour' FROM generate_series(1, 3) i;
INSERT INTO highseas.quota (rule, period, maximum) VALUES ('ten', 'day', 10);
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, score, pooled_since, last_act_at, embargo_until)
SELECT 1, p || i, p, i, '2026-01-01', '2026-01-01', CASE WHEN i = 40 THEN timestamptz '2026-03-09' END
FROM unnest('{first,second}'::text[]) p, generate_series(1, 40) i;
SELECT pool_key, rep_key IS NULL, reason, count(*) FROM highseas.planned_rotation() GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT rep_key, count(*) FROM highseas.planned_rotation('second') GROUP BY 1;
SELECT turn, customer_key, reason FROM highseas.planned_rotation('second', 2);
CALL highseas.rotate();
SELECT pool_key, rep_key IS NULL, split_part(reason, ': ', 1), count(*) FROM highseas.allocation GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT count(*) FROM highseas.planned_rotation(most => 0);
SELECT * FROM highseas.planned_rotation(batch => 0);
SELECT * FROM highseas.planned_allocation(batch => 100001);
SELECT * FROM highseas.planned_allocation(most => -1);

-- Any rules: methods, tiers, regions, limits, bands, fallback pools, earlier holders, embargoes, in any size of batch.
CREATE FUNCTION public.chance(seed text) RETURNS double precision LANGUAGE sql IMMUTABLE AS
$$ SELECT ('x' || substr(md5(seed), 1, 7))::bit(28)::integer / 268435456.0 $$;
CREATE FUNCTION public.pick(seed text, choices text[]) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT choices[1 + floor(public.chance(seed) * cardinality(choices))::integer] $$;
CREATE PROCEDURE public.make_facts(s text) LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE highseas.customer, highseas.holding, highseas.allocation, highseas.notice, highseas.rep_region, highseas.region, highseas.rep_weight,
        highseas.capacity, highseas.quota, highseas.deadline, highseas.allocation_rule, highseas.rep_leave, highseas.rep, highseas.pool, highseas.profile,
        highseas.customer_event, highseas.treatment_tier CASCADE;
    INSERT INTO highseas.pool (pool_key, rotate_after, rotate_tiers)
    SELECT 'p' || i, CASE WHEN public.chance(s || 'after' || i) < .8 THEN (public.pick(s || 'days' || i, '{0,5,14}') || ' days')::interval END,
           CASE WHEN public.chance(s || 'tiers' || i) < .2 THEN '{new,veteran}'::text[] END FROM generate_series(1, 4) i;
    INSERT INTO highseas.region (region) VALUES ('world');
    INSERT INTO highseas.region (region, parent) VALUES ('north', 'world'), ('south', 'world');
    INSERT INTO highseas.rep (rep_key, hired_on, waiting_since)
    SELECT 'r' || i, CASE WHEN public.chance(s || 'hired' || i) < .4 THEN date '2026-02-01' ELSE '2020-01-01' END,
           timestamptz '2026-01-01' + floor(3 * public.chance(s || 'waits' || i)) * interval '1 day' FROM generate_series(1, 5) i;
    INSERT INTO highseas.rep_weight (rep_key, weight) VALUES ('r1', .5);
    INSERT INTO highseas.rep_region (rep_key, region)
    SELECT 'r' || i, public.pick(s || 'covers' || i, '{north,south,world}') FROM generate_series(1, 5) i WHERE public.chance(s || 'regional' || i) < .9;
    INSERT INTO highseas.allocation_rule (pool_key, method, new_leads, segment, band_class, fallback_pool)
    SELECT p.pool_key, public.pick(s || 'method' || p.pool_key, '{serial,weighted_turns,least_loaded,best_fit,optimal,optimal}'), public.chance(s || 'new' || p.pool_key) < .8,
           'class', 'A', (SELECT q.pool_key FROM highseas.pool q WHERE q.pool_key = public.pick(s || 'falls' || p.pool_key, '{p1,p2,p3,p4,p4}') AND q.pool_key <> p.pool_key)
    FROM highseas.pool p;
    UPDATE highseas.allocation_rule SET least_share = .7, most_share = 1.4 WHERE method = 'optimal' AND public.chance(s || 'band' || pool_key) < .7;
    INSERT INTO highseas.capacity (rule, class, pool_key, tier, maximum, closed_deals)
    SELECT 'c' || i, public.pick(s || 'cc' || i, '{NULL,A,NULL}'), public.pick(s || 'cp' || i, '{NULL,p1,p3,NULL}'), public.pick(s || 'ct' || i, '{NULL,new}'),
           3 + 12 * public.chance(s || 'cm' || i), public.chance(s || 'closed' || i) < .5 FROM generate_series(1, 3) i WHERE public.chance(s || 'c' || i) < .6;
    INSERT INTO highseas.quota (rule, period, class, pool_key, maximum)
    SELECT 'q' || i, public.pick(s || 'qq' || i, '{day,month}'), public.pick(s || 'qc' || i, '{NULL,A,NULL}'), public.pick(s || 'qp' || i, '{NULL,p2,NULL}'),
           3 + 12 * public.chance(s || 'qm' || i) FROM generate_series(1, 2) i WHERE public.chance(s || 'q' || i) < .6;
    INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, score, pooled_since, last_act_at, class, region, deal, embargo_until)
    SELECT 1, 'k' || i, 'p' || 1 + floor(4 * public.chance(s || 'pool' || i)), floor(20 * public.chance(s || 'score' || i)), '2026-01-01', '2026-01-01',
           public.pick(s || 'class' || i, '{A,B,C,NULL}'), public.pick(s || 'region' || i, '{north,south,mars,NULL,NULL}'),
           public.pick(s || 'deal' || i, '{none,none,closed}'), CASE WHEN public.chance(s || 'embargo' || i) < .05 THEN timestamptz '2026-03-03' END
    FROM generate_series(1, 100) i;
    INSERT INTO highseas.holding (tenant_id, started_at, ended_at, customer_key, rep_key, pool_key, class, act, actor, end_act)
    SELECT 1, '2026-01-01', '2026-01-02', 'k' || i, 'r' || 1 + floor(5 * public.chance(s || 'past' || i)), 'p1', 'A', 'claim', 'test', 'return'
    FROM generate_series(1, 100) i WHERE public.chance(s || 'held' || i) < .3;
END $$;
CREATE TABLE public.plan (trial text, turn bigint, pool_key text, customer_key text, rep_key text, reason text, moved_to text);
CREATE TABLE public.done (LIKE public.plan);
CREATE PROCEDURE public.try(trials integer) LANGUAGE plpgsql AS $$
DECLARE
    job text;
    batch integer;
    s text;
    only_pool text;
BEGIN
    FOR n IN 1 .. trials LOOP
        s := n || ' ';
        job := public.pick(s || 'job', '{rotate,allocate,allocate only}');
        batch := public.pick(s || 'batch', '{3,7,20,10000}');
        only_pool := CASE job WHEN 'allocate only' THEN 'p2' END;
        CALL public.make_facts(s);
        COMMIT;
        INSERT INTO public.plan SELECT s, p.turn, p.pool_key, p.customer_key, p.rep_key, p.reason, p.moved_to
        FROM highseas.planned_rotation(batch => batch) p WHERE job = 'rotate'
        UNION ALL
        SELECT s, p.turn, p.pool_key, p.customer_key, p.rep_key, p.reason, p.moved_to
        FROM highseas.planned_allocation(only_pool, batch => batch) p WHERE job <> 'rotate';
        COMMIT;
        IF job = 'rotate' THEN
            CALL highseas.rotate(batch => batch);
        ELSE
            CALL highseas.allocate(only_pool, batch => batch);
        END IF;
        INSERT INTO public.done SELECT s, a.turn, a.pool_key, a.customer_key, a.rep_key, substring(a.reason FROM '^(?:\w+: )?([\w-]+)'), a.moved_to
        FROM highseas.allocation a;
        COMMIT;
    END LOOP;
END $$;
CALL public.try(40);
TABLE public.plan EXCEPT TABLE public.done ORDER BY 1, 2 LIMIT 5;
TABLE public.done EXCEPT TABLE public.plan ORDER BY 1, 2 LIMIT 5;
-- They meet everything that one pool may do to the next.
SELECT DISTINCT reason FROM public.done ORDER BY 1;
SELECT count(DISTINCT d.trial) > 5 FROM public.done d WHERE d.rep_key IS NOT NULL AND EXISTS (
    SELECT FROM public.done e WHERE e.trial = d.trial AND e.pool_key < d.pool_key AND e.rep_key = d.rep_key);
SELECT count(*) > 5 FROM public.done d JOIN public.done e USING (trial, customer_key) WHERE d.moved_to = e.pool_key;
SELECT * FROM highseas.check_consistency() WHERE problem <> 'pool falls back to itself';

-- The same of planned_hand_overs(): what it gives, and of whom it does not, why.
CREATE PROCEDURE public.try_hand_overs(trials integer) LANGUAGE plpgsql AS $$
DECLARE
    batch integer;
    s text;
BEGIN
    FOR n IN 1 .. trials LOOP
        s := 'over ' || n || ' ';
        batch := public.pick(s || 'batch', '{4,9,5000}');
        CALL public.make_facts(s);
        TRUNCATE highseas.overflow_rule, highseas.hand_over;
        UPDATE highseas.capacity SET maximum = 1000;
        UPDATE highseas.quota SET maximum = 1000;
        PERFORM set_config('highseas.clock', '2026-03-01 09:00', false);
        PERFORM highseas_api.claim_many(ARRAY(SELECT c.customer_key FROM highseas.customer c
            WHERE public.chance(s || 'whose' || c.customer_key) * 7 BETWEEN substr(r.rep_key, 2)::integer - 1 AND substr(r.rep_key, 2)::integer
              AND NOT EXISTS (SELECT FROM highseas.holding h WHERE h.customer_key = c.customer_key)), r.rep_key) FROM highseas.rep r;
        UPDATE highseas.capacity SET maximum = 10 + 15 * public.chance(s || 'room' || rule);
        UPDATE highseas.quota SET maximum = 10 + 15 * public.chance(s || 'left' || rule);
        INSERT INTO highseas.overflow_rule (rule, pool_key, class, maximum, to_tiers, per_day, veto)
        SELECT 'o' || i, public.pick(s || 'op' || i, '{NULL,p1,p2}'), public.pick(s || 'oc' || i, '{NULL,A}'), 3 * public.chance(s || 'om' || i), '{new,veteran}',
               2 + 8 * public.chance(s || 'od' || i), '0' FROM generate_series(1, 2) i;
        COMMIT;
        CALL highseas.hand_over();
        UPDATE highseas.customer SET deal = 'open' WHERE state = 'held' AND public.chance(s || 'open' || customer_key) < .1;
        PERFORM set_config('highseas.clock', '2026-03-02 09:00', false);
        INSERT INTO public.plan (trial, customer_key, rep_key, reason)
        SELECT s, p.customer_key, p.to_rep, CASE p.act WHEN 'stay' THEN p.why WHEN 'void' THEN p.why END
        FROM highseas.planned_hand_overs(batch) p WHERE p.act <> 'propose';
        COMMIT;
        CALL highseas.hand_over(batch => batch);
        INSERT INTO public.done (trial, customer_key, rep_key, reason)
        SELECT s, a.customer_key, a.rep_key, CASE WHEN a.rep_key IS NULL THEN a.reason END FROM highseas.allocation a
        UNION ALL
        SELECT s, h.customer_key, NULL, h.note FROM highseas.hand_over h WHERE h.status = 'void' AND h.decided_at >= '2026-03-02 09:00';
        COMMIT;
    END LOOP;
END $$;
TRUNCATE public.plan, public.done;
CALL public.try_hand_overs(12);
SELECT * FROM (SELECT trial, customer_key, rep_key, reason FROM public.plan EXCEPT ALL SELECT trial, customer_key, rep_key, reason FROM public.done) x ORDER BY 1, 2 LIMIT 5;
SELECT * FROM (SELECT trial, customer_key, rep_key, reason FROM public.done EXCEPT ALL SELECT trial, customer_key, rep_key, reason FROM public.plan) x ORDER BY 1, 2 LIMIT 5;
SELECT DISTINCT coalesce(reason, 'goes') FROM public.done ORDER BY 1;
SELECT count(*) FILTER (WHERE rep_key IS NOT NULL) > 100 FROM public.done;
SELECT * FROM highseas.check_consistency() WHERE problem <> 'pool falls back to itself';

DROP PROCEDURE public.try_hand_overs;
DROP PROCEDURE public.try, public.make_facts;
DROP FUNCTION public.chance, public.pick;
DROP TABLE public.plan, public.done;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
