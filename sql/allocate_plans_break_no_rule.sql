-- Plans of every method over a market of 3,000 customers: no rule is broken, whoever stays has a reason that is true,
-- and the order of the rows changes nothing. Checked in SQL, from the facts.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
CREATE FUNCTION public.chance(text, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS
    $$ SELECT (('x' || substr(md5($1), 1, 7))::bit(28)::integer % $2) $$;
CREATE TABLE public.region AS SELECT * FROM (VALUES ('world', NULL), ('east', 'world'), ('shanghai', 'east'), ('west', 'world')) r(region, parent);
CREATE TABLE public.client AS
SELECT 'c' || i AS key, 100 + public.chance('value' || i, 100000) / (1 + public.chance('v' || i, 9))::double precision AS value,
       (ARRAY['east', 'shanghai', 'west', 'moon', NULL])[1 + public.chance('region' || i, 5)] AS region,
       (ARRAY['A', 'B', NULL])[1 + public.chance('class' || i, 3)] AS class,
       (ARRAY['steel', 'toys', NULL])[1 + public.chance('segment' || i, 3)] AS segment
FROM generate_series(1, 3000) i;
CREATE TABLE public.seller AS
SELECT 'r' || i AS key, CASE WHEN i % 3 = 0 THEN 'new' ELSE 'veteran' END AS tier, (1 + i % 2)::double precision AS weight, i % 5 AS load,
       timestamptz '2026-01-01' + i % 4 * interval '1 day' AS waiting
FROM generate_series(1, 24) i;
CREATE TABLE public.cover AS SELECT key AS rep, (ARRAY['world', 'east', 'shanghai', 'west'])[1 + public.chance('cover' || key, 4)] AS region
FROM public.seller WHERE key <> 'r24';
CREATE TABLE public.affinity AS SELECT s.key AS rep, g.segment, .1 + public.chance(s.key || coalesce(g.segment, ''), 40) / 100.0::double precision AS factor
FROM public.seller s CROSS JOIN (VALUES ('steel'), ('toys'), (NULL)) g(segment);
CREATE TABLE public.capacity AS SELECT key AS rep, 'capacity' AS kind, NULL AS class, 60 + public.chance(key, 90) AS remaining FROM public.seller
UNION ALL SELECT key, 'quota', 'A', public.chance('q' || key, 40) FROM public.seller;
CREATE TABLE public.past AS SELECT c.key AS customer, 'r' || 1 + public.chance('p' || c.key || n, 24) AS rep FROM public.client c, generate_series(1, 2) n;

CREATE INDEX ON public.past (customer);
ANALYZE;

CREATE FUNCTION public.plan(method text, seed text, low double precision DEFAULT NULL, high double precision DEFAULT NULL)
RETURNS TABLE (customer_key text, rep_key text, reason text, value double precision, next_rep_key text, next_value double precision, upper_bound double precision)
LANGUAGE sql AS $$
    SELECT p.* FROM
        (SELECT array_agg(key ORDER BY o) AS keys, array_agg(value ORDER BY o) AS "values", array_agg(region ORDER BY o) AS regions, array_agg(class ORDER BY o) AS classes,
                array_agg(segment ORDER BY o) AS segments FROM public.client, md5(seed || key) o) c,
        (SELECT array_agg(key ORDER BY o) AS keys, array_agg(tier ORDER BY o) AS tiers, array_agg(0 ORDER BY o) AS ranks, array_agg(weight ORDER BY o) AS weights,
                array_agg(load ORDER BY o) AS loads, array_agg(waiting ORDER BY o) AS waiting FROM public.seller, md5(seed || key) o) r,
        (SELECT array_agg(rep ORDER BY o) AS reps, array_agg(region ORDER BY o) AS regions FROM public.cover, md5(seed || rep) o) v,
        (SELECT array_agg(region ORDER BY o) AS regions, array_agg(parent ORDER BY o) AS parents FROM public.region, md5(seed || region) o) t,
        (SELECT array_agg(rep ORDER BY o) AS reps, array_agg(segment ORDER BY o) AS segments, array_agg(factor ORDER BY o) AS factors
         FROM public.affinity, md5(seed || rep || coalesce(segment, '')) o) a,
        (SELECT array_agg(rep ORDER BY o) AS reps, array_agg(kind ORDER BY o) AS kinds, array_agg(class ORDER BY o) AS classes, array_agg(remaining ORDER BY o) AS remaining
         FROM public.capacity, md5(seed || rep || kind) o) l,
        (SELECT array_agg(customer ORDER BY o) AS customers, array_agg(rep ORDER BY o) AS reps FROM public.past, md5(seed || customer || rep) o) h,
        highseas.plan_allocation(method, c.keys, c."values", c.regions, c.classes, c.segments, r.keys, r.tiers, r.ranks, r.weights, r.loads, r.waiting,
            v.reps, v.regions, t.regions, t.parents, a.reps, a.segments, a.factors, '{A}', '{veteran}', l.reps, l.kinds, l.classes, l.remaining,
            h.customers, h.reps, low, high) p
$$;
CREATE TABLE public.plans AS
SELECT m.name, p.* FROM (VALUES ('serial', 'serial', NULL, NULL), ('weighted_turns', 'weighted_turns', NULL, NULL), ('least_loaded', 'least_loaded', NULL, NULL),
    ('best_fit', 'best_fit', NULL, NULL), ('optimal', 'optimal', NULL, NULL), ('fair', 'optimal', .5, 1.8)) m(name, method, low, high),
    public.plan(m.method, 'one', m.low, m.high) p;

-- Who may have whom, and what it is worth with him.
CREATE TABLE public.fit AS
WITH RECURSIVE above AS (
    SELECT region, region AS upper FROM (SELECT region FROM public.region UNION SELECT region FROM public.client WHERE region IS NOT NULL) x
    UNION ALL
    SELECT a.region, r.parent FROM above a JOIN public.region r ON r.region = a.upper WHERE r.parent IS NOT NULL
)
SELECT c.key AS customer, s.key AS rep, c.class, s.tier, c.value * a.factor AS worth,
       c.region IS NULL OR NOT EXISTS (SELECT FROM public.cover v WHERE v.rep = s.key)
           OR EXISTS (SELECT FROM public.cover v JOIN above a ON a.upper = v.region WHERE v.rep = s.key AND a.region = c.region) AS covers,
       c.class IS DISTINCT FROM 'A' OR s.tier = 'veteran' AS of_tier,
       EXISTS (SELECT FROM public.past h WHERE h.customer = c.key AND h.rep = s.key) AS earlier
FROM public.client c CROSS JOIN public.seller s JOIN public.affinity a ON a.rep = s.key AND a.segment IS NOT DISTINCT FROM c.segment;
ANALYZE public.plans, public.client;
CREATE TABLE public.used AS
SELECT n.name, l.rep, l.kind, l.class, l.remaining, count(p.customer_key) AS taken
FROM (SELECT DISTINCT name FROM public.plans) n CROSS JOIN public.capacity l
LEFT JOIN (public.plans p JOIN public.client c ON c.key = p.customer_key) ON p.name = n.name AND p.rep_key = l.rep AND (l.class IS NULL OR l.class = c.class)
GROUP BY 1, 2, 3, 4, 5;

CREATE INDEX ON public.fit (customer);
CREATE INDEX ON public.used (name, rep);
ANALYZE public.plans, public.fit, public.used, public.client, public.seller;

SELECT name, count(*), count(DISTINCT customer_key) FROM public.plans GROUP BY name ORDER BY name;
SELECT 'not his to have', p.* FROM public.plans p JOIN public.fit f ON f.customer = p.customer_key AND f.rep = p.rep_key
WHERE NOT f.covers OR NOT f.of_tier OR f.earlier OR f.worth <> p.value;
SELECT 'over a limit', u.* FROM public.used u WHERE taken > remaining;
SELECT 'a wrong next one', p.* FROM public.plans p LEFT JOIN LATERAL (
    SELECT max(f.worth) AS best FROM public.fit f WHERE f.customer = p.customer_key AND f.covers AND f.of_tier AND NOT f.earlier AND f.rep IS DISTINCT FROM p.rep_key) b ON true
WHERE p.next_value IS DISTINCT FROM b.best;
SELECT 'a wrong reason', p.* FROM public.plans p JOIN LATERAL (
    SELECT bool_or(covers) AS covers, bool_or(covers AND of_tier) AS of_tier, bool_or(covers AND of_tier AND NOT earlier) AS may,
           bool_or(covers AND of_tier AND NOT earlier AND NOT EXISTS (
               SELECT FROM public.used u WHERE u.name = p.name AND u.rep = f.rep AND (u.class IS NULL OR u.class = f.class) AND u.taken >= u.remaining)) AS has_room
    FROM public.fit f WHERE f.customer = p.customer_key) f ON true
WHERE p.rep_key IS NULL AND CASE p.reason WHEN 'no-region' THEN f.covers WHEN 'no-tier' THEN f.of_tier OR NOT f.covers WHEN 'earlier-holder' THEN f.may OR NOT f.of_tier
                            WHEN 'fairness' THEN p.name <> 'fair' OR NOT f.has_room ELSE f.has_room OR NOT f.may END;
SELECT name, reason, count(*) > 0 AS some FROM public.plans GROUP BY 1, 2 ORDER BY 1, 2;
-- The optimum is proven by its bound, and nobody does better; the band is held by whoever can have enough.
SELECT 'proven', abs(sum(value) / max(upper_bound) - 1) < 1e-9 FROM public.plans WHERE name = 'optimal';
SELECT 'better than the optimum', name FROM public.plans GROUP BY name HAVING sum(value) > (SELECT sum(value) FROM public.plans WHERE name = 'optimal') + .001;
CREATE VIEW public.share AS
SELECT n.name, s.key, coalesce(sum(p.value), 0) / s.weight * (SELECT sum(weight) FROM public.seller) / (SELECT sum(value) FROM public.plans t WHERE t.name = n.name) AS share
FROM (VALUES ('optimal'), ('fair')) n(name) CROSS JOIN public.seller s LEFT JOIN public.plans p ON p.name = n.name AND p.rep_key = s.key GROUP BY n.name, s.key, s.weight;
SELECT 'above the band', count(*) FILTER (WHERE name = 'optimal') > 0 AS without_it, count(*) FILTER (WHERE name = 'fair') AS with_it FROM public.share WHERE share > 1.8001;
SELECT 'below the band with room for any customer', s.key FROM public.share s WHERE name = 'fair' AND share < .4999
    AND NOT EXISTS (SELECT FROM public.used u WHERE u.name = 'fair' AND u.rep = s.key AND u.taken >= u.remaining);
-- The order of the rows never matters.
SELECT 'another order', q.name FROM (SELECT m AS name, p.* FROM unnest('{serial,weighted_turns,least_loaded,best_fit,optimal}'::text[]) m, public.plan(m, 'two') p
    UNION ALL SELECT 'fair', p.* FROM public.plan('optimal', 'two', .5, 1.8) p
    EXCEPT TABLE public.plans) q;

-- What is small can be read.
SELECT * FROM highseas.plan_allocation('optimal', '{a,b,c}', '{300,200,100}', '{NULL,NULL,NULL}', '{NULL,NULL,NULL}', '{steel,steel,toys}', '{ann,bob}', '{NULL,NULL}', '{0,0}', '{1,1}',
    '{0,0}', '{2026-01-01,2026-01-02}', NULL, NULL, NULL, NULL, '{ann,bob}', '{steel,NULL}', '{1.5,.5}', NULL, NULL, '{ann}', '{quota}', '{NULL}', '{1}', '{b}', '{bob}');
SELECT round(highseas.rep_affinity(8, 20, .2)::numeric, 6), highseas.rep_affinity(0, 0, .2), highseas.rep_affinity(NULL, 0, .2);
SELECT highseas.rep_affinity(3, 2, .2);
SELECT highseas.rep_affinity(1, 2, 0);
SELECT highseas.rep_affinity(1, 2, .2, 'infinity');
SELECT * FROM highseas.plan_allocation('auction', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT * FROM highseas.plan_allocation(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT count(*) FROM highseas.plan_allocation('optimal', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT * FROM highseas.plan_allocation('optimal', '{a}', '{NaN}', '{NULL}', '{NULL}', '{NULL}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

DROP FUNCTION public.plan;
DROP VIEW public.share;
DROP TABLE public.region, public.client, public.seller, public.cover, public.affinity, public.capacity, public.past, public.plans, public.fit, public.used;
DROP FUNCTION public.chance;
