-- Kaplan-Meier of the remissions under 6-MP (Freireich et al., Blood 21, 1963; Gehan, Biometrika 52, 1965): .857, .807, .753,
-- .690, .628, .538, .448 at 6, 7, 10, 13, 16, 22, 23 weeks; the same digits in any order and plan.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
CREATE TABLE public.remission (weeks integer, relapsed boolean);
INSERT INTO public.remission VALUES (6, true), (6, true), (6, true), (6, false), (7, true), (9, false), (10, true), (10, false), (11, false), (13, true), (16, true),
    (17, false), (19, false), (20, false), (22, true), (23, true), (25, false), (32, false), (32, false), (34, false), (35, false);
CREATE TABLE public.curve AS SELECT highseas.kaplan_meier(weeks, relapsed) AS c FROM public.remission;
SELECT (c).subjects, (c).events, (c).longest FROM public.curve;
SELECT duration, at_risk, happened, round(survival::numeric, 3), round(lower_limit::numeric, 3), round(upper_limit::numeric, 3) FROM public.curve, highseas.survival_points(c);
-- Plain SQL says the same.
WITH t AS (SELECT weeks, count(*) FILTER (WHERE relapsed) AS d, (SELECT count(*) FROM public.remission y WHERE y.weeks >= x.weeks) AS n FROM public.remission x GROUP BY weeks),
     s AS (SELECT weeks, d, exp(sum(ln(1 - d / n::double precision)) OVER w) AS survival, sqrt(sum(d / (n * (n - d))::double precision) OVER w) AS deviation FROM t WINDOW w AS (ORDER BY weeks))
SELECT count(*), count(*) FILTER (WHERE abs(s.survival - p.survival) > 1e-12
        OR abs(p.lower_limit - s.survival ^ exp(1.959963984540054 * deviation / -ln(s.survival))) > 1e-12
        OR abs(p.upper_limit - s.survival ^ exp(-1.959963984540054 * deviation / -ln(s.survival))) > 1e-12) AS differ
FROM s LEFT JOIN (SELECT p.* FROM public.curve, highseas.survival_points(c) p) p ON p.duration = s.weeks WHERE s.d > 0;
-- A weight is as many rows; any order; parts that are put together.
SELECT 'weights', (SELECT c FROM public.curve) = (SELECT highseas.kaplan_meier(weeks, relapsed, n) FROM (SELECT weeks, relapsed, count(*) AS n FROM public.remission GROUP BY 1, 2) x);
CREATE TABLE public.waits AS SELECT i, (i * 7919 % 1000) / 7.0::double precision AS days, i % 3 > 0 AS happened, (1 + i % 5) / 3.0::double precision AS weight FROM generate_series(1, 5000) i;
SELECT md5(highseas.kaplan_meier(days, happened, weight)::text) AS serial FROM public.waits \gset
SELECT 'any order', md5(highseas.kaplan_meier(days, happened, weight)::text) = :'serial' FROM (SELECT * FROM public.waits ORDER BY random() OFFSET 0) x;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT highseas.kaplan_meier(days, happened, weight) FROM public.waits;
SELECT 'parallel', md5(highseas.kaplan_meier(days, happened, weight)::text) = :'serial' FROM public.waits;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
-- What the curve is for.
SELECT round(highseas.survival_at(c, 12)::numeric, 3), highseas.survival_at(c, 35) = highseas.survival_at(c, 23), highseas.survival_at(c, 36), highseas.survival_at(c, 0) FROM public.curve;
SELECT w, highseas.waiting_limit(c, 1, w) FROM public.curve, unnest('{.01,.06,.1,.2}'::double precision[]) w;
SELECT w, round(highseas.share_after(c, w)::numeric, 3) FROM public.curve, unnest('{0,10,22,40}'::double precision[]) w;
-- Without waiting ones it is counting.
SELECT highseas.share_after(highseas.kaplan_meier(d, true), 14), highseas.waiting_limit(highseas.kaplan_meier(d, true), 7, .5) FROM unnest('{1,3,5,8,13,21,34,55}'::int[]) d;
-- What is odd.
SELECT 'no rows', highseas.kaplan_meier(weeks, relapsed) FROM public.remission WHERE false;
SELECT 'NULLs are left out', (highseas.kaplan_meier(d, h)).survival FROM (VALUES (1, true), (NULL, true), (2, NULL), (3, false)) x(d, h);
SELECT 'nothing happened', highseas.kaplan_meier(d, false), highseas.share_after(highseas.kaplan_meier(d, false), 1) FROM generate_series(1, 3) d;
SELECT 'all at once', highseas.kaplan_meier(0, true) FROM generate_series(1, 3) d;
SELECT highseas.kaplan_meier(-1, true);
SELECT highseas.kaplan_meier('NaN', true);
SELECT highseas.kaplan_meier(1, true, 'infinity');
SELECT highseas.survival_at(ROW(1, 1, 1, '{2,1}', NULL, NULL, '{1,1}', NULL, NULL)::highseas.survival_curve, 1);
SELECT highseas.survival_at(ROW(1, 1, 1, NULL, NULL, NULL, '{1,1}', NULL, NULL)::highseas.survival_curve, 1);
SELECT highseas.survival_at(ROW(1, 1, 1, '{1}', NULL, NULL, '{NULL}', NULL, NULL)::highseas.survival_curve, 1);
SELECT highseas.waiting_limit(c, -1, .5) FROM public.curve;
SELECT highseas.share_after(c, 'NaN') FROM public.curve;
SELECT highseas.share_after(NULL, 1), highseas.waiting_limit(NULL, 1, 1), highseas.survival_at(NULL, 1);
DROP TABLE public.remission, public.curve, public.waits;
