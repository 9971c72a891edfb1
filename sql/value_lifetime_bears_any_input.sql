-- Impossible rows, arguments and fits are refused with a reason; what is missing is skipped and counted.
CREATE SCHEMA lifetime_bears_any_input;
SET search_path = lifetime_bears_any_input;
\set VERBOSITY default
\set SHOW_CONTEXT never
\pset null -
CREATE TABLE c (repeats int, recency float8, age float8, mean_value float8, weight float8);
INSERT INTO c SELECT i % 4, CASE i % 4 WHEN 0 THEN 0 ELSE 1 + i % 17 END, 20 + i % 9, 10 + i % 23, 1 + i % 2 FROM generate_series(1, 200) i;

-- nobody, and nobody of whom anything is known
SELECT highseas.fit_mbg_nbd(repeats, recency, age, 'day') IS NULL AS nobody FROM c WHERE false;
SELECT highseas.fit_gamma_gamma(repeats, mean_value) IS NULL AS nobody FROM c WHERE repeats = 0;
SELECT (highseas.fit_bg_nbd(NULL, recency, age, 'day')) IS NULL AS unknown FROM c;
-- nobody repeated: a result, but one that says what it is worth
SELECT (f).status, (f).customers, (f).skipped FROM (SELECT highseas.fit_pareto_nbd(repeats, recency, age, 'day') AS f FROM c WHERE repeats = 0) x;
-- three customers
SELECT (f).status, (f).customers FROM (SELECT highseas.fit_mbg_nbd(repeats, recency, age, 'day') AS f FROM (SELECT * FROM c WHERE repeats > 0 LIMIT 3) y) x;

-- a NULL skips the row; a row without repeats says nothing of spending
SELECT (f).customers, (f).skipped FROM (SELECT highseas.fit_mbg_nbd(nullif(repeats, 3), recency, age, 'day') AS f FROM c) x;
SELECT (f).customers, (f).skipped FROM (SELECT highseas.fit_gamma_gamma(repeats, nullif(mean_value, 20) - 12) AS f FROM c) x;
SELECT (f).customers, (f).skipped FROM (SELECT highseas.fit_mbg_nbd(repeats, recency, age, 'day', nullif(weight, 2)) AS f FROM c) x;
SELECT (f).customers, (f).skipped FROM (SELECT highseas.fit_gamma_gamma(repeats, mean_value, weight - 1) AS f FROM c) x;
-- weights are customers
SELECT highseas.fit_bg_nbd(repeats, recency, age, 'day', weight) =
       (SELECT highseas.fit_bg_nbd(repeats, recency, age, 'day') FROM c CROSS JOIN generate_series(1, weight::int)) AS same FROM c;

-- impossible rows
SELECT highseas.fit_mbg_nbd(-1, 0, 5, 'day');
SELECT highseas.fit_mbg_nbd(2, 6, 5, 'day');
SELECT highseas.fit_bg_nbd(0, 3, 5, 'day');
SELECT highseas.fit_bg_nbd(1, 0, 5, 'day');
SELECT highseas.fit_pareto_nbd(1, 1, 'infinity', 'day');
SELECT highseas.fit_pareto_nbd(1, 'NaN', 3, 'day');
SELECT highseas.fit_mbg_nbd(1, 1, 3, 'day', -1);
SELECT highseas.fit_mbg_nbd(1, 1, 3, 'day', 'NaN');
SELECT highseas.fit_gamma_gamma(-1, 3);
SELECT highseas.fit_gamma_gamma(1, 'infinity');
-- units
SELECT highseas.fit_mbg_nbd(1, 1, 3, 'fortnight');
SELECT highseas.fit_mbg_nbd(1, 1, 3, NULL);
SELECT highseas.fit_mbg_nbd(1, 1, 3, CASE i WHEN 1 THEN 'day' ELSE 'week' END) FROM generate_series(1, 2) i;

-- about one customer
CREATE TABLE f AS SELECT highseas.fit_mbg_nbd(repeats, recency, age, 'day') AS fit, highseas.fit_gamma_gamma(repeats, mean_value) AS spend FROM c;
SELECT highseas.p_alive(fit, NULL, 0, 1), highseas.p_alive(NULL, 0, 0, 1), highseas.expected_purchases(fit, 0, 0, 1, NULL),
       highseas.expected_spend(spend, 1, NULL), highseas.expected_spend(spend, 0, NULL) > 0 AS of_all,
       highseas.clv(fit, spend, 1, 1, 3, NULL, 30, .1, .3), highseas.clv(fit, spend, 0, 0, 3, NULL, 30, .1, .3) > 0 AS without_repeats,
       highseas.clv(fit, spend, 0, 0, 3, NULL, 30, .1, NULL) FROM f;
SELECT highseas.p_alive(fit, 1, 5, 3) FROM f;
SELECT highseas.p_alive(spend, 1, 3, 5) FROM f;
SELECT highseas.expected_purchases(fit, 1, 3, 5, -1) FROM f;
SELECT highseas.expected_purchases(fit, 1, 3, 5, 36526) FROM f;
SELECT highseas.expected_purchases(fit, 1, 3, 5, 'NaN') FROM f;
SELECT highseas.expected_spend(fit, 1, 3) FROM f;
SELECT highseas.expected_spend(spend, -1, 3) FROM f;
SELECT highseas.discounted_purchases(fit, 1, 3, 5, .1) FROM f;
SELECT highseas.clv(fit, spend, 1, 3, 5, 20, 30, -.1, .3) FROM f;
SELECT highseas.clv(fit, spend, 1, 3, 5, 20, 30, .1, 'infinity') FROM f;
SELECT highseas.clv(spend, fit, 1, 3, 5, 20, 30, .1, .3) FROM f;

-- fits made by hand
CREATE FUNCTION hand(model text, parameters float8[], unit text) RETURNS highseas.value_fit
LANGUAGE sql RETURN (model, parameters, NULL, NULL, NULL, NULL, NULL, unit, NULL)::highseas.value_fit;
SELECT highseas.p_alive(hand('MBG/NBD', '{1,1,1,1}', 'day'), 1, 3, 5);
SELECT highseas.p_alive(hand('mbg_nbd', '{1,1,1}', 'day'), 1, 3, 5);
SELECT highseas.p_alive(hand('mbg_nbd', '{1,1,1,0}', 'day'), 1, 3, 5);
SELECT highseas.p_alive(hand('mbg_nbd', '{1,1,1,NULL}', 'day'), 1, 3, 5);
SELECT highseas.p_alive(hand('mbg_nbd', '{{1,1},{1,1}}', 'day'), 1, 3, 5);
SELECT highseas.p_alive(hand('mbg_nbd', '{1,1,1,1}', NULL), 1, 3, 5);
SELECT highseas.p_alive(hand('mbg_nbd', NULL, 'day'), 1, 3, 5);
SELECT highseas.p_alive(hand(NULL, '{1,1,1,1}', 'day'), 1, 3, 5);
-- a fit that changes from row to row is read again
SELECT round(highseas.p_alive(hand(model, parameters, 'day'), 2, 3, 9)::numeric, 6)
FROM (VALUES (1, 'mbg_nbd', '{1,1,1,1}'::float8[]), (2, 'mbg_nbd', '{1,1,1,2}'), (3, 'bg_nbd', '{1,1,1,2}'), (4, 'mbg_nbd', '{1,1,1,1}')) v (n, model, parameters) ORDER BY n;
-- no mean: no answer
SELECT highseas.expected_spend(hand('gamma_gamma', '{2,.9,10}', NULL), 0, NULL), highseas.expected_spend(hand('gamma_gamma', '{2,.9,10}', NULL), 1, 10);

-- finite up to 100,000 repeats and an age of 10,000
SELECT bool_and(p BETWEEN 0 AND 1) AS probability, bool_and(e BETWEEN 0 AND 'infinity' AND e < 'infinity') AS finite, count(*)
FROM (VALUES ('mbg_nbd', '{.5,6,.9,1.6}'::float8[]), ('bg_nbd', '{.24,4.4,.79,2.4}'), ('pareto_nbd', '{.55,10.6,.6,11.7}')) m (model, parameters)
CROSS JOIN unnest('{0,1,7,200,100000}'::int[]) x CROSS JOIN unnest('{.1,40,10000}'::float8[]) age
CROSS JOIN LATERAL (SELECT hand(model, parameters, 'week') AS fit, CASE x WHEN 0 THEN 0 ELSE age * .9 END AS recency) f
CROSS JOIN LATERAL (SELECT highseas.p_alive(fit, x, recency, age) AS p, highseas.expected_purchases(fit, x, recency, age, 520) AS e) v;

-- Other tests drop the extension.
SET client_min_messages = warning;
DROP SCHEMA lifetime_bears_any_input CASCADE;
