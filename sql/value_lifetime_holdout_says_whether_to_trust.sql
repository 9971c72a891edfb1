-- The model on the orders of the CDNOW sample: 39 weeks to learn from, 39 weeks to be judged by.
\set SHOW_CONTEXT never
DROP EXTENSION highseas;
CREATE EXTENSION highseas;
CREATE SCHEMA lifetime_holdout;
SET search_path = lifetime_holdout;
SET highseas.clock = '1998-07-01';
CALL highseas.create_tenant('cdnow');
CREATE TABLE line (line text);
\copy line FROM 'examples/CDNOW_sample.txt'
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount)
SELECT 1, f[2], row_number() OVER ()::text, f[3]::date, f[5]::numeric FROM line CROSS JOIN regexp_split_to_array(trim(line), '\s+') f;
\pset null -
SELECT method, repeats, customers, actual, round(predicted::numeric, 2) AS predicted,
       round(rank_correlation::numeric, 4) AS rank_correlation, round(top_share::numeric, 4) AS top_share, status
FROM highseas.holdout_check('1997-09-30', 273);
SELECT method, actual, round(predicted::numeric, 1) AS predicted, round(rank_correlation::numeric, 4) AS rank_correlation, round(top_share::numeric, 4) AS top_share
FROM unnest('{bg_nbd,pareto_nbd}'::text[]) m CROSS JOIN LATERAL highseas.holdout_check('1997-09-30', 273, m) h WHERE method = m AND repeats = 'all';

-- The same, counted in another way: purchase days of the holdout by those who bought before, and the share of those who are put first.
CREATE TABLE day AS SELECT DISTINCT customer_key, ordered_at::date AS day FROM highseas.purchase;
SELECT count(*) AS actual FROM day WHERE day > '1997-09-30' AND day <= date '1997-09-30' + 273;
-- Everybody's recency in one order, the edge shared: each customer of the edge's group counts by the part that is left of the 20 %.
WITH c AS (
    SELECT customer_key, max(day) FILTER (WHERE day <= '1997-09-30') AS last_on, count(*) FILTER (WHERE day > '1997-09-30') AS bought FROM day GROUP BY customer_key
), g AS (SELECT last_on, count(*) AS n, sum(bought) AS bought FROM c GROUP BY last_on),
r AS (SELECT *, sum(n) OVER (ORDER BY last_on DESC) - n AS before FROM g)
SELECT round(sum(bought * greatest(0, least(1, (2357 / 5.0 - before) / n))) / sum(bought), 4) AS recency_top_share FROM r;

-- A tenant without orders, a time without any
SELECT count(*) FROM highseas.holdout_check('1996-12-31', 30);
-- What cannot be asked
SELECT * FROM highseas.holdout_check('1998-06-30', 30);
SELECT * FROM highseas.holdout_check('1997-09-30', 0);
SELECT * FROM highseas.holdout_check('infinity', 30);
SELECT * FROM highseas.holdout_check('1997-09-30', 30, 'gamma_gamma');
SELECT * FROM highseas.holdout_check(NULL, 30);
UPDATE highseas.purchase SET currency = 'USD' WHERE customer_key = '0001';
SELECT * FROM highseas.holdout_check('1997-09-30', 30);
SELECT method, customers, actual FROM highseas.holdout_check('1997-09-30', 273, currency => 'USD') WHERE repeats = 'all' ORDER BY method;
