-- The published results, to their published digits: fits of the CDNOW sample up to 1997-09-30, and values at given
-- parameters. Everything is true.
CREATE SCHEMA lifetime_reproduces_the_papers;
SET search_path = lifetime_reproduces_the_papers;
\pset format unaligned
\pset tuples_only on
CREATE TABLE line (line text);
\copy line FROM 'examples/CDNOW_sample.txt'
CREATE TABLE customer AS
SELECT id, count(*)::int - 1 AS repeats, (max(day) - min(day)) / 7.0 AS recency, (date '1997-09-30' - min(day)) / 7.0 AS age,
       avg(amount) FILTER (WHERE day > first_day) AS mean_value
FROM (SELECT f[2] AS id, f[3]::date AS day, sum(f[5]::numeric) AS amount, min(f[3]::date) OVER (PARTITION BY f[2]) AS first_day
      FROM line CROSS JOIN regexp_split_to_array(trim(line), '\s+') f WHERE f[3]::date <= '1997-09-30' GROUP BY f[2], f[3]) day
GROUP BY id;

CREATE FUNCTION near(a double precision, b double precision, tolerance double precision) RETURNS boolean
LANGUAGE sql RETURN abs(a - b) <= tolerance;
CREATE FUNCTION near(a double precision[], b double precision[], tolerance double precision) RETURNS boolean
LANGUAGE sql RETURN (SELECT bool_and(abs(x - y) <= tolerance) FROM unnest(a, b) u (x, y));
CREATE FUNCTION fit(model text, VARIADIC parameters double precision[]) RETURNS highseas.value_fit
LANGUAGE sql RETURN (model, parameters, NULL, NULL, NULL, NULL, NULL, 'week', NULL)::highseas.value_fit;

CREATE TABLE fits AS
SELECT highseas.fit_bg_nbd(repeats, recency, age, 'week') AS bg, highseas.fit_pareto_nbd(repeats, recency, age, 'week') AS pareto,
       highseas.fit_mbg_nbd(repeats, round(recency, 2), round(age, 2), 'week') AS mbg, highseas.fit_gamma_gamma(repeats, mean_value) AS spend
FROM customer;
SELECT (f).model, (f).customers, (f).skipped, (f).status, (f).unit
FROM fits CROSS JOIN unnest(ARRAY[bg, mbg, pareto, spend]) f;

-- BG/NBD: Fader, Hardie, Lee 2005, with weeks as days/7
SELECT near((bg).parameters, '{.2425945, 4.4136019, .7929199, 2.4258881}', 2e-5), near((bg).log_likelihood, -9582.429, 5e-4) FROM fits;
SELECT near(highseas.expected_purchases(bg, 0, 0, 0, 1), .0532, 5e-5), near(highseas.expected_purchases(bg, 0, 0, 0, 3), .1506, 5e-5),
       near(highseas.expected_purchases(bg, 0, 0, 0, 32), 1.0437, 5e-5), near(highseas.expected_purchases(bg, 0, 0, 0, 78), 1.8576, 1e-3) FROM fits;
SELECT near(highseas.history_log_likelihood(f, 0, 0, 40), -.59947382, 5e-9), near(highseas.history_log_likelihood(f, 200, 38, 40), 100.79569309, 5e-9)
FROM fit('bg_nbd', .25, 4, .8, 2.5) f;
SELECT near(highseas.expected_purchases(f, 2, 30.43, 38.86, 39), 1.22602817, 5e-9), near(highseas.p_alive(f, 2, 30.43, 38.86), .72657857, 5e-9),
       near(highseas.expected_purchases(f, 7, 29.43, 38.86, 39), 3.33705327, 5e-9), near(highseas.p_alive(f, 7, 29.43, 38.86), .64175635, 5e-9),
       near(highseas.expected_purchases(f, 0, 0, 38.86, 39), .19509805, 5e-9), highseas.p_alive(f, 0, 0, 38.86) = 1
FROM fit('bg_nbd', .243, 4.414, .793, 2.426) f;

-- MBG/NBD, with weeks rounded to two decimals
SELECT near((mbg).parameters, '{.525, 6.183, .891, 1.614}', 5e-4), near((mbg).log_likelihood, -9582.133, 5e-4) FROM fits;

-- Pareto/NBD
SELECT near((pareto).parameters, '{.553, 10.578, .606, 11.669}', 6e-4), near((pareto).log_likelihood, -9594.976, 5e-4),
       near((pareto).standard_errors, '{.0476264, .8427222, .1872594, 6.2105448}', 1e-3) FROM fits;
SELECT near(highseas.expected_purchases(f, 26, 30.86, 31, 52), 25.4549135, 5e-8), near(highseas.p_alive(f, 26, 30.86, 31), .99791777, 5e-9),
       near(highseas.discounted_purchases(f, 26, 30.86, 31, .0027), 86.03037562, 5e-9), near(highseas.p_alive(f, 0, 0, 38.86), .29496149, 5e-9)
FROM fit('pareto_nbd', .5534, 10.5802, .6061, 11.6562) f;
SELECT near(highseas.p_alive(f, 221, 103.42857, 103.57143), .999596052, 5e-10), near(highseas.p_alive(f, 161, 94.71429, 98), .749487752, 5e-10)
FROM fit('pareto_nbd', .5143, 2.8845, .2856, 14.1087) f;

-- Gamma-Gamma
SELECT near((spend).parameters, '{6.25, 3.74, 15.44}', 5e-3), near((spend).log_likelihood, -4055.918, 5e-4) FROM fits;
SELECT string_agg(round(highseas.expected_spend(f, repeats, mean_value)::numeric, 2)::text, ' ' ORDER BY id)
FROM (SELECT * FROM customer ORDER BY id LIMIT 10) c, fit('gamma_gamma', 6.25, 3.74, 15.44) f;

-- Other tests drop the extension.
SET client_min_messages = warning;
DROP SCHEMA lifetime_reproduces_the_papers CASCADE;
