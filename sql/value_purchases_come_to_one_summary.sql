-- A customer's orders come to repeat purchase days, recency, age and mean value: as plain SQL over windows
-- says it, in any order of the rows and in a parallel plan, and what is odd has its documented result.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET datestyle = 'ISO';
\set sample `cat "$PG_ABS_SRCDIR/examples/CDNOW_sample.txt"`
CREATE TABLE public.orders AS
SELECT w[2] AS customer, to_date(w[3], 'YYYYMMDD') AS day, w[5]::numeric AS amount
FROM string_to_table(:'sample', E'\n') AS line, regexp_split_to_array(btrim(line, E' \r'), '\s+') AS w
WHERE line <> '';
SELECT count(*), sum(amount) FROM public.orders;

-- The published facts of this sample: 2,357 customers, 946 of them repeat until 1997-09-30, in 2,457 days.
CREATE TABLE public.summary AS
SELECT customer, highseas.summarize_purchases(day, amount, '1997-09-30', 'week') AS s FROM public.orders GROUP BY customer;
SELECT count(s), count(*) FILTER (WHERE (s).repeats > 0), sum((s).repeats) FROM public.summary;
SELECT customer, s FROM public.summary WHERE customer IN ('0001', '0003', '0006') ORDER BY customer;

-- Returns, too: every ninth order is one. By windows: each day belongs to the last day with a purchase.
UPDATE public.orders SET amount = -amount WHERE (customer::int + (day - '1997-01-01')) % 9 = 0;
CREATE VIEW public.slow AS
WITH days AS (
    SELECT customer, day, sum(amount) AS amount, bool_or(amount >= 0) AS bought
    FROM public.orders WHERE day <= '1998-03-31' GROUP BY customer, day
), numbered AS (
    SELECT *, count(*) FILTER (WHERE bought) OVER (PARTITION BY customer ORDER BY day) - 1 AS purchase FROM days
)
SELECT customer, (count(*) FILTER (WHERE bought) - 1)::int AS repeats,
       max(day) FILTER (WHERE bought) - min(day) FILTER (WHERE bought) AS recency,
       date '1998-03-31' - min(day) FILTER (WHERE bought) AS age,
       sum(amount) FILTER (WHERE purchase > 0) / nullif(count(*) FILTER (WHERE bought) - 1, 0) AS mean_value,
       sum(amount) AS total, min(day) FILTER (WHERE bought) AS first_on, max(day) FILTER (WHERE bought) AS last_on
FROM numbered GROUP BY customer HAVING bool_or(bought);
CREATE VIEW public.fast AS
SELECT customer, (s).* FROM (
    SELECT customer, highseas.summarize_purchases(day, amount, '1998-03-31', 'day') AS s
    FROM public.orders GROUP BY customer OFFSET 0) x WHERE s IS DISTINCT FROM NULL;
SELECT count(*) > 2000 AS many, count(*) FILTER (WHERE s.mean_value < 0) > 0 AS some_negative,
       count(*) FILTER (WHERE (s.repeats, s.recency, s.age, s.total, s.first_on, s.last_on, 'day') IS DISTINCT FROM
                              (f.repeats, f.recency, f.age, f.total, f.first_on, f.last_on, f.unit)
                           OR abs(s.mean_value - f.mean_value::numeric) > 1e-9 OR (s.mean_value IS NULL) <> (f.mean_value IS NULL)) AS differ
FROM public.slow s FULL JOIN public.fast f USING (customer);

-- The same digits from every plan.
CREATE FUNCTION pg_temp.digits(relation text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    digest text;
BEGIN
    EXECUTE format('SELECT md5(string_agg(customer || s::text, '','' ORDER BY customer)) FROM (
        SELECT customer, highseas.summarize_purchases(day, amount, ''1998-03-31'', ''week'', ''USD'') AS s FROM %s GROUP BY customer) x', relation)
    INTO digest;
    RETURN digest;
END $$;
SELECT pg_temp.digits('public.orders') AS serial \gset
SELECT pg_temp.digits('(SELECT * FROM public.orders ORDER BY random() OFFSET 0) y') = :'serial' AS any_order;
SELECT pg_temp.digits('(SELECT * FROM public.orders ORDER BY customer, day DESC OFFSET 0) y') = :'serial' AS backwards;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE FUNCTION pg_temp.is_partial(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
    found boolean := false;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        found := found OR line LIKE '%Partial%Aggregate%';
    END LOOP;
    RETURN found;
END $$;
SELECT pg_temp.is_partial('SELECT customer, highseas.summarize_purchases(day, amount, ''1998-03-31'', ''week'', ''USD'') FROM public.orders GROUP BY customer');
SELECT pg_temp.digits('public.orders') = :'serial' AS parallel;
-- One group over all workers, with more days than a first allocation holds.
SELECT highseas.summarize_purchases(day, amount, '1998-06-30', 'day', 'USD') FROM public.orders;
SELECT count(DISTINCT day) - 1, max(day) - min(day), sum(amount) FROM public.orders;
-- Parts that are certainly several: one for each partition, with days that others have, too.
CREATE TABLE public.parts (LIKE public.orders) PARTITION BY HASH (customer);
SELECT format('CREATE TABLE public.part_%s PARTITION OF public.parts FOR VALUES WITH (MODULUS 5, REMAINDER %1$s)', i) FROM generate_series(0, 4) i \gexec
INSERT INTO public.parts TABLE public.orders;
SET enable_partitionwise_aggregate = on;
SET max_parallel_workers_per_gather = 0;
EXPLAIN (COSTS OFF) SELECT highseas.summarize_purchases(day, amount, '1998-06-30', 'day', 'USD') FROM public.parts;
SELECT highseas.summarize_purchases(day, amount, '1998-06-30', 'day', 'USD') FROM public.parts;
RESET ALL;
SET datestyle = 'ISO';

-- An amount is read as numeric rounds it, whatever its length and sign.
SELECT setseed(.41);
WITH amounts AS (
    SELECT i, round(((random() - .5) * 10 ^ (random() * 16 - 4))::numeric, (random() * 12)::int) AS amount FROM generate_series(1, 20000) i
    UNION ALL
    SELECT 20000 + row_number() OVER (), sign * (mantissa::numeric * 10::numeric ^ exponent)
    FROM unnest('{1,-1}'::int[]) sign, unnest('{0,1,4,5,49999,50000,50001,9999,10000,12345678}'::int[]) mantissa, generate_series(-12, 6) exponent
)
SELECT count(*), count(*) FILTER (WHERE (s).total <> round(amount, 4)) AS differ FROM (
    SELECT a.i, a.amount, highseas.summarize_purchases('2026-01-01', x, '2026-01-01', 'day') AS s
    FROM amounts a, unnest(ARRAY[a.amount, 0]) x GROUP BY a.i, a.amount) y;
SELECT (highseas.summarize_purchases('2026-01-01', x, '2026-01-01', 'day')).total
FROM (VALUES (100000000000000), (-99999999999999.99994), (.0001)) v(x);

-- What is odd. One row for a name: no purchase gives NULL.
CREATE FUNCTION pg_temp.of(days date[], amounts numeric[], ends_on date DEFAULT '2026-12-31', unit text DEFAULT 'day', currencies text[] DEFAULT NULL)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
    code text;
    message text;
BEGIN
    SELECT highseas.summarize_purchases(d, a, ends_on, unit, currencies[n])::text INTO result
    FROM ROWS FROM (unnest(days), unnest(amounts)) WITH ORDINALITY x(d, a, n);
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
    RETURN code || ': ' || message;
END $$;
SELECT 'no rows', pg_temp.of('{}', '{}');
SELECT 'NULLs are left out', pg_temp.of('{2026-01-01,NULL,2026-01-09}', '{5,7,NULL}');
SELECT 'only NULLs', pg_temp.of('{NULL}', '{NULL}');
SELECT 'one purchase', pg_temp.of('{2026-01-01}', '{5}');
SELECT 'same day', pg_temp.of('{2026-01-01,2026-01-01,2026-01-01}', '{5,6,7}');
SELECT 'zero is a purchase', pg_temp.of('{2026-01-01,2026-01-09}', '{0,0}');
SELECT 'only returns', pg_temp.of('{2026-01-01,2026-01-09}', '{-1,-2}');
SELECT 'return before the first purchase', pg_temp.of('{2026-01-01,2026-01-09,2026-01-11}', '{-1,10,20}');
SELECT 'return of the first purchase', pg_temp.of('{2026-01-01,2026-01-05,2026-01-09}', '{10,-10,20}');
SELECT 'return of a repeat', pg_temp.of('{2026-01-01,2026-01-05,2026-01-09}', '{10,20,-30}');
SELECT 'bought and returned on one day', pg_temp.of('{2026-01-01,2026-01-05,2026-01-05}', '{10,20,-20}');
SELECT 'after the end', pg_temp.of('{2026-01-01,2026-01-05,2026-01-06}', '{10,20,30}', '2026-01-05');
SELECT 'all after the end', pg_temp.of('{2026-01-01}', '{10}', '2025-12-31');
SELECT 'weeks', pg_temp.of('{2026-01-01,2026-01-15}', '{10,20}', '2026-01-29', 'week');
SELECT 'months', pg_temp.of('{2025-01-01,2029-01-01}', '{10,20}', '2029-01-01', 'month');
SELECT 'years', pg_temp.of('{2025-01-01,2029-01-01}', '{10,20}', '2029-01-01', 'year');
SELECT 'the ends of time', pg_temp.of('{4713-01-01 BC,5874897-12-31}', '{10,20}', '5874897-12-31');
SELECT 'one currency', pg_temp.of('{2026-01-01,2026-01-05}', '{10,20}', currencies => '{EUR,EUR}');
SELECT 'several currencies', pg_temp.of('{2026-01-01,2026-01-05}', '{10,20}', currencies => '{EUR,USD}');
SELECT 'an unknown one', pg_temp.of('{2026-01-01,2026-01-05}', '{10,20}', currencies => '{EUR,NULL}');
SELECT 'a long one', pg_temp.of('{2026-01-01}', '{10}', currencies => '{Papua New Guinean kina}');
SELECT 'no end', pg_temp.of('{2026-01-01}', '{10}', NULL);
SELECT 'infinite end', pg_temp.of('{2026-01-01}', '{10}', 'infinity');
SELECT 'infinite day', pg_temp.of('{-infinity}', '{10}');
SELECT 'no unit', pg_temp.of('{2026-01-01}', '{10}', unit => NULL);
SELECT 'unknown unit', pg_temp.of('{2026-01-01}', '{10}', unit => 'fortnight');
SELECT 'NaN', pg_temp.of('{2026-01-01}', '{NaN}');
SELECT 'infinity', pg_temp.of('{2026-01-01}', '{-Infinity}');
SELECT 'huge', pg_temp.of('{2026-01-01}', '{100000000000000.0001}');
SELECT 'huger', pg_temp.of('{2026-01-01}', ARRAY[-1e1000]);
SELECT 'a huge day', pg_temp.of(array_fill('2026-01-01'::date, ARRAY[10]), array_fill(1e14, ARRAY[10]));
SELECT 'a huge total', pg_temp.of(ARRAY(SELECT date '2026-01-01' + i FROM generate_series(1, 10) i), array_fill(1e14, ARRAY[10]));
-- The frame belongs to the customer, not to an order.
SELECT highseas.summarize_purchases('2026-01-01', 1, date '2026-02-01' + i, 'day') FROM generate_series(0, 1) i;
SELECT highseas.summarize_purchases('2026-01-01', 1, '2026-02-01', u) FROM unnest('{day,week}'::text[]) u;

DROP VIEW public.slow, public.fast;
DROP TABLE public.summary, public.orders, public.parts;
