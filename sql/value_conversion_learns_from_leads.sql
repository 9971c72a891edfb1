-- What was learnt from a bank's campaign is what others learn from it, in any plan and any order.
-- The reference: statsmodels 0.13 Logit on the same 4,521 rows (dummy coded, no ridge).
\set VERBOSITY terse
CREATE TABLE bank (cust_num int, age int, job text, marital text, education text, in_default text, balance int, housing text,
    loan text, contact text, day int, month text, duration int, campaign int, pdays int, previous int, poutcome text, y text);
\copy bank FROM 'examples/bank_leads.csv' WITH (FORMAT csv, HEADER)
ANALYZE bank;
CREATE VIEW lead AS SELECT cust_num, y = 'yes' AS bought, age, job, marital, education, in_default, balance, housing, loan, contact,
    day, month, campaign, pdays, previous, poutcome FROM bank;
\set columns 'age, job, marital, education, in_default, balance, housing, loan, contact, day, month, campaign, pdays, previous, poutcome'
\set names '{age,job,marital,education,in_default,balance,housing,loan,contact,day,month,campaign,pdays,previous,poutcome}'

SELECT (f).status, (f).remark, (f).customers, (f).positives FROM (SELECT highseas.fit_logistic(bought, 1e-6, :columns) f FROM lead OFFSET 0) x;
CREATE TABLE fit AS SELECT highseas.fit_logistic(bought, 1, :columns) AS f FROM lead;
INSERT INTO fit SELECT highseas.fit_naive_bayes(bought, 1, :columns) FROM lead;
SELECT (f).model, (f).status, (f).remark, (f).customers, (f).positives, round((f).log_loss::numeric, 4) AS log_loss,
       round((f).base_log_loss::numeric, 4) AS base_log_loss, round((f).auc::numeric, 4) AS auc, cardinality((f).term_columns) AS terms
FROM fit;
-- The campaign's own columns, against the reference.
SELECT t.number, round(t.coefficient::numeric, 8) AS coefficient, round(t.standard_error::numeric, 7) AS standard_error
FROM (SELECT highseas.fit_logistic(bought, 1e-6, :columns) f FROM lead OFFSET 0) x, highseas.conversion_terms(f) t
WHERE t.level IS NULL ORDER BY 1;
SELECT b.band, b.customers, round(b.predicted::numeric, 4) AS predicted, round(b.observed::numeric, 4) AS observed
FROM fit, highseas.conversion_calibration(f) b WHERE (f).model = 'logistic';

-- The chances add up to those who bought; the reasons add up to the chance.
CREATE TABLE chance AS
SELECT l.cust_num, l.bought, highseas.conversion_chance((SELECT f FROM fit WHERE (f).model = 'logistic'), :columns) AS chance,
       highseas.conversion_chance((SELECT f FROM fit WHERE (f).model = 'naive_bayes'), :columns) AS by_bayes FROM lead l;
SELECT round(sum(chance)::numeric, 6) AS expected, count(*) FILTER (WHERE bought) AS bought, min(chance) > 0 AND max(chance) < 1 AS sound
FROM chance;
SELECT r.number, r.name, r.value, round(r.effect::numeric, 4) AS effect
FROM lead l, highseas.conversion_reasons((SELECT f FROM fit WHERE (f).model = 'logistic'), :'names', :columns) r WHERE l.cust_num = 10 LIMIT 3;
SELECT x.model, max(abs(ln(x.chance / (1 - x.chance)) - x.log_odds)) < 1e-9 AS adds_up
FROM (SELECT (f.f).model, highseas.conversion_chance(f.f, :columns) AS chance, (f.f).intercept + sum(r.effect) AS log_odds
      FROM fit f, lead l, highseas.conversion_reasons(f.f, NULL, :columns) r WHERE l.cust_num < 500 GROUP BY 1, 2, (f.f).intercept, l.cust_num) x
GROUP BY 1 ORDER BY 1;

-- The same digits in a parallel plan, in another order, by an array, and from a table and back.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT highseas.fit_logistic(bought, 1, age, job) FROM lead;
SELECT count(*) AS rows, count(DISTINCT f::text) AS fits FROM (
    SELECT f FROM fit
    UNION ALL SELECT highseas.fit_logistic(bought, 1, :columns) FROM lead
    UNION ALL SELECT highseas.fit_logistic(bought, NULL, :columns) FROM (SELECT * FROM lead ORDER BY balance, cust_num) x
    UNION ALL SELECT highseas.fit_naive_bayes(bought, 1, :columns) FROM lead
    UNION ALL SELECT highseas.fit_naive_bayes(bought, 1, :columns) FROM (SELECT * FROM lead ORDER BY -cust_num) x) x;
RESET max_parallel_workers_per_gather;
SELECT count(DISTINCT f::text) AS fits FROM (
    SELECT highseas.fit_logistic(bought, 1, age, balance, campaign) FROM lead
    UNION ALL SELECT highseas.fit_logistic(bought, 1, VARIADIC ARRAY[age, balance, campaign]) FROM lead
    UNION ALL SELECT highseas.fit_logistic(bought, 1, VARIADIC ARRAY[age, balance, campaign]::numeric[]) FROM lead
    UNION ALL SELECT highseas.fit_logistic(bought, 1, age::smallint, balance::numeric, campaign::real) FROM lead) x(f);
SELECT count(*) FILTER (WHERE highseas.conversion_chance(f::text::highseas.conversion_fit, :columns)
                              IS DISTINCT FROM highseas.conversion_chance(f, :columns)) AS differ FROM fit, lead;

-- A fit for each group; too little is said, and gives no chance.
SELECT job, (f).status, (f).customers, (f).positives, (f).intercept IS NULL AS nothing, highseas.conversion_chance(f, 40, 1000) IS NULL AS no_chance
FROM (SELECT job, highseas.fit_logistic(bought, 1, age, balance) AS f FROM lead GROUP BY job) x WHERE job IN ('admin.', 'student', 'unknown') ORDER BY 1;
SELECT highseas.fit_logistic(bought, 1, age) FROM lead WHERE false;
SELECT (f).status, (f).customers FROM (SELECT highseas.fit_logistic(NULL, 1, age) f FROM lead OFFSET 0) x;
SELECT highseas.conversion_chance(f, 40), highseas.conversion_chance(NULL, 40) FROM (SELECT highseas.fit_logistic(NULL, 1, age) f FROM lead OFFSET 0) x;
SELECT count(*) FROM lead, highseas.conversion_reasons((SELECT highseas.fit_logistic(NULL, 1, age) FROM lead), NULL, age);
-- Separation is flagged. What is unknown or new counts as the average.
SELECT (f).status, (f).remark FROM (SELECT highseas.fit_logistic(y = 'yes', 1, age, y) f FROM bank OFFSET 0) x;
SELECT (f).status, (f).remark FROM (SELECT highseas.fit_logistic(age > 40, 1, balance, age) f FROM bank OFFSET 0) x;
SELECT (f).status, (f).remark FROM (SELECT highseas.fit_logistic(age + day > 60, 1, day, age) f FROM bank OFFSET 0) x;
SELECT (f).status, (f).remark FROM (SELECT highseas.fit_logistic(bought, 1, age, balance, day, campaign, job) f FROM lead WHERE cust_num < 4000 OFFSET 0) x;
SELECT highseas.conversion_chance(f, 30, NULL) = highseas.conversion_chance(f, 30, 'astronaut'::text) AS same,
       highseas.conversion_chance(f, NULL, 'student'::text) = highseas.conversion_chance(f, 'NaN'::float8, 'student'::text) AS same,
       abs(highseas.conversion_chance(f, NULL, NULL) - 1 / (1 + exp(-(f).intercept))) < 1e-15 AS average
FROM (SELECT highseas.fit_logistic(bought, 1, age, job) AS f FROM lead OFFSET 0) x;
SELECT (f).status, cardinality((f).coefficients) AS terms FROM (SELECT highseas.fit_logistic(bought, 1, NULL, 7, age) f FROM lead OFFSET 0) x;

-- Refused.
SELECT highseas.fit_logistic(bought, 0, age) FROM lead;
SELECT highseas.fit_logistic(bought, 'NaN', age) FROM lead;
SELECT highseas.fit_logistic(bought, age, age) FROM lead;
SELECT highseas.fit_logistic(bought, 1, 'infinity'::float8) FROM lead;
SELECT highseas.fit_logistic(bought, 1, 1e300) FROM lead;
SELECT highseas.fit_logistic(bought, 1, now()) FROM lead;
SELECT highseas.fit_logistic(bought, 1, 'x') FROM lead;
SELECT highseas.fit_logistic(bought, 1, VARIADIC array_fill(1, ARRAY[1 + cust_num / 10 % 2])) FROM lead WHERE cust_num < 30;
SELECT highseas.fit_logistic(true, 1, VARIADIC array_fill(1::real, ARRAY[1601]));
SELECT highseas.fit_logistic(i % 2 = 0, 1, i::text) FROM generate_series(1, 10001) i;
SELECT highseas.fit_logistic(i % 2 = 0, 1, (i % 501)::text) FROM generate_series(1, 10020) i;
SELECT highseas.conversion_chance(f, age) FROM fit, lead;
SELECT highseas.conversion_chance(f, 1, 2) FROM (SELECT highseas.fit_logistic(bought, 1, age, job) f FROM lead OFFSET 0) x;
SELECT highseas.conversion_chance(f, 'a'::text, 'b'::text) FROM (SELECT highseas.fit_logistic(bought, 1, age, job) f FROM lead OFFSET 0) x;
SELECT highseas.conversion_chance(f, 'infinity'::float8, NULL) FROM (SELECT highseas.fit_logistic(bought, 1, age, job) f FROM lead OFFSET 0) x;
SELECT r.* FROM (SELECT highseas.fit_logistic(bought, 1, age, job) f FROM lead OFFSET 0) x, highseas.conversion_reasons(f, '{age}', 1, NULL) r;
SELECT highseas.conversion_chance(jsonb_populate_record(NULL::highseas.conversion_fit, '{"kinds": ["number"], "intercept": 1,
    "term_columns": [2], "term_levels": [null], "constants": [0], "centers": [0], "coefficients": [1], "curvatures": [0]}'), 1);
SELECT highseas.conversion_chance(jsonb_populate_record(NULL::highseas.conversion_fit, '{"kinds": ["number"], "intercept": 1,
    "term_columns": [1], "term_levels": [null], "constants": [0, 1], "centers": [0], "coefficients": [1], "curvatures": [0]}'), 1);
SELECT highseas.conversion_chance(jsonb_populate_record(NULL::highseas.conversion_fit, '{"intercept": 1}'), 1);

DROP TABLE bank, fit, chance CASCADE;
