-- A fit has the same digits serial and in parallel, in any order of the rows.
CREATE SCHEMA lifetime_fits_are_the_same_in_any_plan;
SET search_path = lifetime_fits_are_the_same_in_any_plan;
\pset format unaligned
\pset tuples_only on
CREATE TABLE line (line text);
\copy line FROM 'examples/CDNOW_sample.txt'
CREATE TABLE c AS
SELECT c.repeats, c.recency, c.age + copy / 8.0 AS age, c.mean_value + copy AS mean_value, .1 + (id::int + copy) % 7 / 3.0 AS weight
FROM (SELECT id, count(*)::int - 1 AS repeats, (max(day) - min(day)) / 7.0 AS recency, (date '1997-09-30' - min(day)) / 7.0 AS age,
             avg(amount) FILTER (WHERE day > first_day) AS mean_value
      FROM (SELECT f[2] AS id, f[3]::date AS day, sum(f[5]::numeric) AS amount, min(f[3]::date) OVER (PARTITION BY f[2]) AS first_day
            FROM line CROSS JOIN regexp_split_to_array(trim(line), '\s+') f WHERE f[3]::date <= '1997-09-30' GROUP BY f[2], f[3]) day
      GROUP BY id) c CROSS JOIN generate_series(0, 9) copy;
ALTER TABLE c SET (parallel_workers = 2);
ANALYZE c;
CREATE TABLE result (how text, mbg highseas.value_fit, bg highseas.value_fit, pareto highseas.value_fit, spend highseas.value_fit);
CREATE VIEW fits AS
SELECT highseas.fit_mbg_nbd(repeats, recency, age, 'week', weight) AS mbg, highseas.fit_bg_nbd(repeats, recency, age, 'week', weight) AS bg,
       highseas.fit_pareto_nbd(repeats, recency, age, 'week', weight) AS pareto, highseas.fit_gamma_gamma(repeats, mean_value, weight) AS spend FROM c;
SET max_parallel_workers_per_gather = 0;
INSERT INTO result SELECT 'serial', * FROM fits;
INSERT INTO result
SELECT 'descending', highseas.fit_mbg_nbd(repeats, recency, age, 'week', weight ORDER BY age DESC, weight DESC),
       highseas.fit_bg_nbd(repeats, recency, age, 'week', weight ORDER BY recency DESC, weight DESC),
       highseas.fit_pareto_nbd(repeats, recency, age, 'week', weight ORDER BY weight),
       highseas.fit_gamma_gamma(repeats, mean_value, weight ORDER BY mean_value DESC, weight) FROM c;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS off, VERBOSE off) SELECT * FROM fits;
CREATE TABLE parallel AS SELECT * FROM fits;
INSERT INTO result SELECT 'parallel', * FROM parallel;
SELECT count(*), count(DISTINCT mbg::text), count(DISTINCT bg::text), count(DISTINCT pareto::text), count(DISTINCT spend::text) FROM result;
SELECT (f).model, (f).status FROM result CROSS JOIN unnest(ARRAY[mbg, bg, pareto, spend]) f WHERE how = 'parallel';

-- Workers that saw no row, and groups.
SELECT repeats, (highseas.fit_mbg_nbd(repeats, recency, age, 'week')).customers FROM c WHERE repeats > 20 GROUP BY repeats ORDER BY repeats;
-- Not as a window: the last step sorts the rows in place.
SELECT highseas.fit_mbg_nbd(repeats, recency, age, 'week') OVER () FROM c;

-- Other tests drop the extension.
SET client_min_messages = warning;
DROP SCHEMA lifetime_fits_are_the_same_in_any_plan CASCADE;
