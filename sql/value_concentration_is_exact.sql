-- Gini, Lorenz curve, shares and whale curve are what plain SQL over windows says, to the last digit the same in
-- any order and plan; loss-makers and what is odd have their documented results.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
\set sample `cat "$PG_ABS_SRCDIR/examples/CDNOW_sample.txt"`
CREATE TABLE public.sales AS
SELECT w[2] AS customer, sum(w[5]::numeric) AS value
FROM string_to_table(:'sample', E'\n') AS line, regexp_split_to_array(btrim(line, E' \r'), '\s+') AS w
WHERE line <> '' GROUP BY w[2];
-- What a service costs makes a tenth of them loss-makers.
CREATE TABLE public.profit AS SELECT customer, value * .4 - 5 AS value FROM public.sales;

-- By plain SQL. The divided customer: the one in whom a share of the customers ends.
CREATE VIEW public.slow AS
WITH data AS (
    SELECT 'sales' AS name, value FROM public.sales UNION ALL SELECT 'profit', value FROM public.profit
), ranked AS (
    SELECT name, value, row_number() OVER up AS i, sum(value) OVER (down ROWS UNBOUNDED PRECEDING) AS best,
           row_number() OVER down AS k, count(*) OVER (PARTITION BY name) AS n, sum(value) OVER (PARTITION BY name) AS total
    FROM data WINDOW up AS (PARTITION BY name ORDER BY value), down AS (PARTITION BY name ORDER BY value DESC)
)
SELECT name, 2 * sum(i * value) / (n * total) - (n + 1) / n::numeric AS gini,
       sum(value * least(greatest(.2 * n - k + 1, 0), 1)) / total AS top_20,
       sum(value * least(greatest(.3 * n - k + 1, 0), 1)) / total AS top_30,
       sum(value * least(greatest(.3 * n - i + 1, 0), 1)) / total AS bottom_30,
       min(k) FILTER (WHERE best >= .8 * total) AS for_80,
       greatest(max(best), 0) AS peak, count(*) FILTER (WHERE value > 0) AS peak_customers,
       count(*) FILTER (WHERE value < 0) AS loss_makers, coalesce(sum(value) FILTER (WHERE value < 0), 0) AS loss, n, total
FROM ranked GROUP BY name, n, total;
CREATE FUNCTION public.fast(relation regclass) RETURNS TABLE (
    gini float8, top_20 float8, top_30 float8, needed float8, lorenz float8[], report highseas.concentration_report) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT highseas.gini(value), highseas.top_share(value, .2), highseas.top_share(value, .3),
        highseas.share_needed(value, .8), highseas.lorenz(value), highseas.concentration(value) FROM %s', relation);
END $$;
SELECT s.name, round(s.gini, 12), s.n, s.for_80, s.peak_customers, s.loss_makers FROM public.slow s ORDER BY 1;
SELECT s.name, abs(s.gini - f.gini::numeric) < 1e-14 AS gini, abs(s.top_20 - f.top_20::numeric) < 1e-14 AS top_20,
       abs(s.top_30 - f.top_30::numeric) < 1e-14 AS top_30, abs(s.for_80 / s.n::numeric - f.needed::numeric) < 1e-14 AS needed,
       abs(s.bottom_30 - f.lorenz[31]::numeric) < 1e-14 AS lorenz_30, abs(1 - s.top_20 - f.lorenz[81]::numeric) < 1e-14 AS lorenz_80,
       f.lorenz[1] = 0 AND f.lorenz[101] = 1 AND cardinality(f.lorenz) = 101 AS ends
FROM public.slow s, LATERAL public.fast(('public.' || s.name)::regclass) f ORDER BY 1;
SELECT s.name, r.gini = f.gini AS gini, r.top_20_share = f.top_20 AS top_20, r.bottom_30_share = f.lorenz[31] AS bottom_30,
       (r.customers, r.total, r.customers_for_80, r.peak, r.peak_customers, r.loss_makers, r.loss)
           = (s.n, s.total, s.for_80, s.peak, s.peak_customers, s.loss_makers, s.loss) AS others,
       abs(s.peak / s.total - r.peak_share::numeric) < 1e-14 AS peak_share
FROM public.slow s, LATERAL public.fast(('public.' || s.name)::regclass) f, LATERAL (SELECT (f.report).*) r ORDER BY 1;
SELECT (highseas.concentration(value)).* FROM public.profit;

-- The full cohort, which is no part of the repository, has the published figures: nothing is said where it has, or
-- where HIGHSEAS_CDNOW_MASTER does not name the file. 15,739 customers: A 7,695 and B 8,044.
\getenv master HIGHSEAS_CDNOW_MASTER
\if :{?master}
\set cohort `cat "$HIGHSEAS_CDNOW_MASTER"`
SELECT gini, top_20, top_30, for_80, for_95 FROM (
    SELECT highseas.gini(cents) AS gini, highseas.top_share(cents, .2) AS top_20, highseas.top_share(cents, .3) AS top_30,
           highseas.share_needed(cents, .8) * count(*) AS for_80, highseas.share_needed(cents, .95) * count(*) AS for_95
    FROM (SELECT w[1] AS customer, (sum(w[4]::numeric) * 100)::bigint AS cents
          FROM string_to_table(:'cohort', E'\n') AS line, regexp_split_to_array(btrim(line, E' \r'), '\s+') AS w
          WHERE line ~ '^ *\d' GROUP BY w[1]) c) x
WHERE (round(gini::numeric, 12), round(top_20::numeric, 6), round(top_30::numeric, 6), round(for_80::numeric, 6), round(for_95::numeric, 6))
    IS DISTINCT FROM (.634571184582, .677774, .779510, 7695, 15739);
\endif

-- The whale curve's points lie on the curve, with its peak.
SELECT count(*), count(*) FILTER (WHERE w.profit IS DISTINCT FROM s.best OR abs(w.customer_share::numeric - w.customers / 2357.0) > 1e-14
                                  OR abs(w.profit_share::numeric - w.profit / s.total) > 1e-14) AS differ,
       max(w.profit) = max(s.peak) AS peak, min(w.customers), max(w.customers)
FROM highseas.whale_curve(ARRAY(SELECT value FROM public.profit), 50) w
JOIN (SELECT 0 AS k, 0 AS best, sum(value) AS total, NULL::numeric AS peak FROM public.profit
      UNION ALL
      SELECT row_number() OVER w, sum(value) OVER (w ROWS UNBOUNDED PRECEDING), sum(value) OVER (),
             sum(value) FILTER (WHERE value > 0) OVER () FROM public.profit WINDOW w AS (ORDER BY value DESC)) s ON s.k = w.customers;
SELECT * FROM highseas.whale_curve('{5,-1,3,NULL,0,-4}', 3);
SELECT * FROM highseas.whale_curve('{1.5,NULL}');
SELECT * FROM highseas.whale_curve('{-1,-2}', 1);

-- The same digits in any order and in a parallel plan.
CREATE FUNCTION pg_temp.digits(relation text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    digest text;
BEGIN
    EXECUTE format('SELECT md5(row(highseas.gini(value), highseas.lorenz(value), highseas.concentration(value), highseas.top_share(value, .123),
        highseas.share_needed(value, .77))::text) FROM %s', relation) INTO digest;
    RETURN digest;
END $$;
SELECT pg_temp.digits('public.profit') AS serial \gset
SELECT pg_temp.digits('(SELECT * FROM public.profit ORDER BY random() OFFSET 0) x') = :'serial' AS any_order;
SELECT pg_temp.digits('(SELECT * FROM public.profit ORDER BY value DESC OFFSET 0) x') = :'serial' AS backwards;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT highseas.gini(value) FROM public.profit;
SELECT pg_temp.digits('public.profit') = :'serial' AS parallel;
-- Parts that are certainly several: one for each partition.
CREATE TABLE public.parts (LIKE public.profit) PARTITION BY HASH (customer);
SELECT format('CREATE TABLE public.part_%s PARTITION OF public.parts FOR VALUES WITH (MODULUS 5, REMAINDER %1$s)', i) FROM generate_series(0, 4) i \gexec
INSERT INTO public.parts TABLE public.profit;
SET enable_partitionwise_aggregate = on;
SET max_parallel_workers_per_gather = 0;
EXPLAIN (COSTS OFF) SELECT highseas.gini(value) FROM public.parts;
SELECT pg_temp.digits('public.parts') = :'serial' AS of_parts;
RESET enable_partitionwise_aggregate;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- What is odd.
CREATE FUNCTION pg_temp.of(given numeric[], share numeric DEFAULT .5) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
    code text;
    message text;
BEGIN
    SELECT format('gini %s, top %s, needed %s, lorenz %s, report %s', highseas.gini(v), highseas.top_share(v, share), highseas.share_needed(v, share),
                  (highseas.lorenz(v))[51], highseas.concentration(v)) INTO result FROM unnest(given) v;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
    RETURN code || ': ' || message;
END $$;
SELECT 'no rows', pg_temp.of('{}');
SELECT 'only NULLs', pg_temp.of('{NULL,NULL}');
SELECT 'NULLs are left out', pg_temp.of('{NULL,3,NULL,1}') = pg_temp.of('{3,1}');
SELECT 'one row', pg_temp.of('{7}');
SELECT 'all alike', pg_temp.of('{7,7,7,7}');
SELECT 'all zero', pg_temp.of('{0,0,0}');
SELECT 'all negative', pg_temp.of('{-1,-3}');
SELECT 'a loss that eats all', pg_temp.of('{5,-5}');
SELECT 'a loss that eats a part', pg_temp.of('{1,4,-4}');
SELECT 'share 0', pg_temp.of('{1,2}', 0);
SELECT 'share 1', pg_temp.of('{1,2,-1}', 1);
SELECT 'share NULL', pg_temp.of('{1,2}', NULL);
SELECT 'share above 1', pg_temp.of('{1,2}', 20);
SELECT 'share below 0', pg_temp.of('{1,2}', -.2);
SELECT 'share NaN', pg_temp.of('{1,2}', 'NaN');
SELECT 'share infinite', pg_temp.of('{1,2}', 'Infinity');
SELECT 'NaN', pg_temp.of('{1,NaN}');
SELECT 'infinity', pg_temp.of('{1,-Infinity}');
SELECT 'huge', pg_temp.of('{1,1e15}');
SELECT 'as large as can be', pg_temp.of(array_fill(1e14, ARRAY[1000]));
SELECT 'as negative as can be', (highseas.concentration(-99999999999999.1234)).total FROM generate_series(1, 1000);
SELECT highseas.top_share(v, v / 10.0) FROM generate_series(1, 2) v;
SELECT * FROM highseas.whale_curve('{}');
SELECT * FROM highseas.whale_curve(NULL);
SELECT * FROM highseas.whale_curve('{1}', NULL);
SELECT * FROM highseas.whale_curve('{1}', 0);
SELECT * FROM highseas.whale_curve('{1}', 10001);
SELECT * FROM highseas.whale_curve('{{1,2},{3,4}}');
SELECT * FROM highseas.whale_curve('{1,NaN}');
-- As a window aggregate: rows are added after a result was asked for.
SELECT v, highseas.gini(v) OVER (ORDER BY n) FROM unnest('{4,1,3,2}'::int[]) WITH ORDINALITY x(v, n);
-- Of each group.
SELECT g, highseas.gini(v), highseas.share_needed(v, .5) FROM generate_series(1, 3) g, generate_series(1, g * 10) v GROUP BY g ORDER BY g;

DROP FUNCTION public.fast;
DROP VIEW public.slow;
DROP TABLE public.sales, public.profit, public.parts;
