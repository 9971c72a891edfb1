-- ABC classes of 5 M customers beside a bare sort and a window over the same numeric values, three times in turn:
--   psql -X -q -d DATABASE_WITH_HIGHSEAS -f bench/abc.sql
-- Judge by the medians' ratio to the sort.
\set ON_ERROR_STOP on
SET max_parallel_workers_per_gather = 0;
SET work_mem = '1GB';
SELECT setseed(.5) \g /dev/null
CREATE TEMP TABLE worth AS
SELECT i % 20 AS pool, round(exp(3 + 1.5 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::numeric, 2) AS value
FROM generate_series(1, 5000000) i;
ANALYZE worth;
\set sort 'SELECT count(*) FROM (SELECT value FROM worth ORDER BY value DESC OFFSET 0) x \\g /dev/null'
\set abc 'SELECT count(class) FROM (SELECT highseas.abc_class(w.value, b.bounds) AS class FROM worth w, (SELECT highseas.abc_bounds(value, .80, .95) AS bounds FROM worth) b OFFSET 0) x \\g /dev/null'
\set pools 'SELECT count(class) FROM (SELECT highseas.abc_class(w.value, b.bounds) AS class FROM worth w JOIN (SELECT pool, highseas.abc_bounds(value, .80, .95) AS bounds FROM worth GROUP BY pool) b USING (pool) OFFSET 0) x \\g /dev/null'
\set window 'SELECT count(class) FROM (SELECT CASE WHEN sum(value) OVER (ORDER BY value DESC GROUPS UNBOUNDED PRECEDING) < .80 * sum(value) OVER () THEN 1 ELSE 2 END AS class FROM worth OFFSET 0) x \\g /dev/null'
SELECT count(*) FROM worth \g /dev/null
\timing on
\echo sort abc abc-of-20-pools window
:sort
:abc
:pools
:window
:sort
:abc
:pools
:window
:sort
:abc
:pools
:window
