-- ABC classes are what a window over the sorted values says, equal values are in equal classes, and no order, plan
-- or scale changes one; what is odd has its documented result.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
\set sample `cat "$PG_ABS_SRCDIR/examples/CDNOW_sample.txt"`
CREATE TABLE public.sales AS
SELECT w[2] AS customer, (ascii(right(w[2], 1)) % 3) AS pool, sum(w[5]::numeric) AS value
FROM string_to_table(:'sample', E'\n') AS line, regexp_split_to_array(btrim(line, E' \r'), '\s+') AS w
WHERE line <> '' GROUP BY w[2];
-- Some cost more than they bring.
INSERT INTO public.sales SELECT 'loss ' || i, i % 3, -i FROM generate_series(1, 50) i;

CREATE VIEW public.by_window AS
SELECT customer, value, CASE WHEN value <= 0 THEN 'C' WHEN before < .80 * total THEN 'A' WHEN before < .95 * total THEN 'B' ELSE 'C' END AS class
FROM (SELECT customer, value, sum(greatest(value, 0)) OVER () AS total,
             coalesce(sum(greatest(value, 0)) OVER (ORDER BY value DESC GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
      FROM public.sales) s;
CREATE VIEW public.by_bounds AS
SELECT s.customer, s.value, highseas.abc_class(s.value, b.bounds) AS class
FROM public.sales s, (SELECT highseas.abc_bounds(value, .80, .95) AS bounds FROM public.sales) b;

SELECT class, count(*), min(value), max(value) FROM public.by_bounds GROUP BY class ORDER BY class;
SELECT count(*) AS differences FROM public.by_bounds b JOIN public.by_window w USING (customer) WHERE b.class <> w.class;
SELECT count(*) AS values_of_two_classes FROM (SELECT FROM public.by_bounds GROUP BY value HAVING count(DISTINCT class) > 1) x;
-- By row the equal ones at an edge would be divided.
SELECT class, count(*) FROM (
    SELECT CASE WHEN before < .80 * total THEN 'A' WHEN before < .95 * total THEN 'B' ELSE 'C' END AS class
    FROM (SELECT sum(value) OVER () AS total, sum(value) OVER (ORDER BY value DESC, customer) - value AS before
          FROM public.sales WHERE value > 0) s) x GROUP BY class ORDER BY class;

-- Within each pool.
SELECT s.pool, highseas.abc_class(s.value, b.bounds) AS class, count(*)
FROM public.sales s JOIN (SELECT pool, highseas.abc_bounds(value, .80, .95) AS bounds FROM public.sales GROUP BY pool) b USING (pool)
GROUP BY 1, 2 ORDER BY 1, 2;

-- Any order, scale and plan.
SELECT highseas.abc_bounds(value, .80, .95) AS serial FROM public.sales \gset
SELECT highseas.abc_bounds(value, .80, .95) = :'serial' AS backwards FROM (SELECT * FROM public.sales ORDER BY value DESC OFFSET 0) x;
SELECT highseas.abc_bounds(value * 1000, .80, .95) = ARRAY(SELECT 1000 * b FROM unnest(:'serial'::numeric[]) b) AS scaled FROM public.sales;
CREATE TABLE public.parts (LIKE public.sales) PARTITION BY HASH (customer);
SELECT format('CREATE TABLE public.part_%s PARTITION OF public.parts FOR VALUES WITH (MODULUS 3, REMAINDER %1$s)', i) FROM generate_series(0, 2) i \gexec
INSERT INTO public.parts TABLE public.sales;
SET enable_partitionwise_aggregate = on;
SET max_parallel_workers_per_gather = 0;
EXPLAIN (COSTS OFF) SELECT highseas.abc_bounds(value, .80, .95) FROM public.parts;
SELECT highseas.abc_bounds(value, .80, .95) = :'serial' AS of_parts FROM public.parts;
RESET enable_partitionwise_aggregate;
RESET max_parallel_workers_per_gather;

-- What is odd.
SELECT 'no rows', highseas.abc_bounds(v, .8, .95) FROM unnest('{}'::numeric[]) v;
SELECT 'NULLs are left out', highseas.abc_bounds(v, .8, .95) FROM unnest('{NULL,5,NULL}'::numeric[]) v;
SELECT 'nobody brings anything', highseas.abc_bounds(v, .8, .95) FROM unnest('{0,-3}'::numeric[]) v;
SELECT 'on the edge', string_agg(highseas.abc_class(v, '{10,5}'), '') FROM unnest('{10,9.9999,5,4.9999,0,-1}'::numeric[]) v;
SELECT 'shares of all', highseas.abc_bounds(v, 1, 1) FROM unnest('{3,2,1,0}'::numeric[]) v;
SELECT highseas.abc_bounds(1, 0, .95);
SELECT highseas.abc_bounds(1, .95, .8);
SELECT highseas.abc_bounds(1, .8, 1.01);
SELECT highseas.abc_bounds(1, .8, NULL);
SELECT highseas.abc_bounds(1, .8, .8 + v / 100.0) FROM generate_series(1, 2) v;
SELECT highseas.abc_bounds('NaN', .8, .95);
SELECT highseas.abc_bounds(1e15, .8, .95);
SELECT highseas.abc_class(NULL, '{2,1}'), highseas.abc_class(1, NULL);
SELECT highseas.abc_class(1, '{1,2}');
SELECT highseas.abc_class(1, '{2}');
SELECT highseas.abc_class(1, '{2,NULL}');
SELECT highseas.abc_class(1, '{2,0}');
SELECT highseas.abc_class(1, '{3,2,1}');
SELECT highseas.abc_class('NaN', '{2,1}');

DROP VIEW public.by_bounds, public.by_window;
DROP TABLE public.sales, public.parts;
