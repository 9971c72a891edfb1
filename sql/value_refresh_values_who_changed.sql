-- refresh_value() values every customer by fits that it makes itself, then only those that changed; it never fails for
-- want of data, and a fit that fails leaves the earlier one in force.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'UTC';
SET datestyle = 'ISO';
\pset format unaligned
\pset tuples_only on
\pset null -
SET highseas.clock = '1997-09-30 12:00+00';
CALL highseas.create_tenant('shop');
INSERT INTO highseas.pool (pool_key) VALUES ('main');
-- Nobody there yet; then leads, but nobody who bought.
CALL highseas.refresh_value();
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, 'lead ' || i, 'main', '1997-01-01', '1997-01-01' FROM generate_series(1, 30) i;
INSERT INTO highseas.profile (tenant_id, customer_key, company, main_products, phone)
SELECT 1, 'lead ' || i, 'Company ' || i, CASE WHEN i % 3 = 0 THEN 'Valves and fittings of stainless steel' END,
       CASE WHEN i % 2 = 0 THEN '+49 30 123' END FROM generate_series(1, 30) i;
CALL highseas.refresh_value();
SELECT count(*), count(potential_value), count(potential_score) > 0 AS scored, sum(actual_value) FROM highseas.customer_value;
SELECT in_force, currency, lifetime IS NULL AS no_buyers, (conversion).status FROM highseas.value_run ORDER BY run_id;
-- The first order comes before the next fit.
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount) VALUES (1, 'lead 1', 'first', '1997-09-29', 20);
CALL highseas.refresh_value();
SELECT actual_value, p_alive, potential_value FROM highseas.customer_value WHERE customer_key = 'lead 1';
DELETE FROM highseas.purchase;
DELETE FROM highseas.purchases;

-- The CDNOW sample's customers until the end of calibration.
\set sample `cat "$PG_ABS_SRCDIR/examples/CDNOW_sample.txt"`
CREATE TABLE public.orders AS
SELECT w[2] AS customer, row_number() OVER ()::text AS key, to_date(w[3], 'YYYYMMDD') AS day, w[5]::numeric AS amount
FROM string_to_table(:'sample', E'\n') AS line, regexp_split_to_array(btrim(line, E' \r'), '\s+') AS w
WHERE line <> '';
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT DISTINCT 1, customer, 'main', timestamptz '1997-01-01', timestamptz '1997-01-01' FROM public.orders;
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount)
SELECT 1, customer, key, day + time '08:00', amount FROM public.orders;
UPDATE highseas.value_rule SET refit_after = '0';
INSERT INTO highseas.value_rule (refit_after, margin, follow_up_cost) VALUES ('0', .3, 5);
CALL highseas.refresh_value();
-- The fits are those of the papers; orders after today wait for their day.
SELECT (lifetime).model, round((lifetime).parameters[1]::numeric, 3), round((lifetime).parameters[2]::numeric, 3),
       round((lifetime).parameters[3]::numeric, 3), round((lifetime).parameters[4]::numeric, 3), round((lifetime).log_likelihood::numeric, 2),
       (lifetime).customers, (lifetime).status, (lifetime).unit,
       round((spend).parameters[1]::numeric, 2), round((spend).parameters[2]::numeric, 2), round((spend).parameters[3]::numeric, 2), (spend).customers
FROM highseas.value_run WHERE in_force;
-- How often who fell silent came back stays with the fit.
SELECT count(*) > 3 AS some, bool_and(h.cases > 0 AND h.chance BETWEEN 0 AND 1) AS sound, bool_and(h = c) AS as_come_back
FROM highseas.value_run r CROSS JOIN LATERAL unnest(r.silences) h
LEFT JOIN LATERAL highseas.come_back(r.tenant_id, r.fitted_at) c USING (repeats_from, silence) WHERE r.in_force;
SELECT count(*), sum(repeats), max(last_on) FROM highseas.purchases;
-- Each figure is what the functions say of the customer's own history.
SELECT count(*), count(*) FILTER (WHERE v.p_alive = highseas.p_alive(r.lifetime, s.repeats, (s.last_on - s.first_on) / 7.0::float8, (date '1997-09-30' - s.first_on) / 7.0::float8)),
       count(*) FILTER (WHERE v.potential_value = v.clv), count(*) FILTER (WHERE v.clv > 0), count(v.conversion_chance)
FROM highseas.customer_value v JOIN highseas.purchases s USING (tenant_id, customer_key), highseas.value_run r WHERE r.in_force;
SELECT sum(actual_value) = (SELECT .3 * sum(amount) FROM public.orders WHERE day <= '1997-09-30') AS sums_up, sum(service_cost) FROM highseas.customer_value;
SELECT count(*) FILTER (WHERE conversion_chance BETWEEN 0 AND 1 AND potential_value > 0) AS leads_valued FROM highseas.customer_value WHERE p_alive IS NULL;
-- The pool is ordered by the potential.
SELECT count(*) FROM highseas.customer c JOIN highseas.customer_value v USING (tenant_id, customer_key)
WHERE v.potential_score IS NOT NULL AND c.score <> v.potential_score::real;

-- Next day nothing changed but one order, one profile, one merge: so many are valued.
UPDATE highseas.value_rule SET refit_after = '30 days';
SET highseas.clock = '1997-10-01 00:30+00';
DELETE FROM highseas.purchase WHERE ordered_at >= '1997-10-01';
CALL highseas.refresh_value();
SELECT rows FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount) VALUES (1, 'lead 1', 'new', '1997-10-01 00:10+00', 100);
SELECT highseas.make_stale(1, '{lead 2}');
SELECT customer_key FROM highseas_api.merge_customer('0001', '0003');
CALL highseas.refresh_value();
SELECT rows FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;
SELECT customer_key, actual_value, p_alive > .5 AS alive, potential_value = clv AS buyer, is_stale FROM highseas.customer_value
WHERE customer_key IN ('0001', '0003', 'lead 1', 'lead 2') ORDER BY 1;
SELECT count(*) FROM highseas.value_run;
-- Who has returns only is valued once, then left alone; a return that had been dated ahead counts from its day on.
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount) VALUES
    (1, 'lead 4', 'back', '1997-09-20', -10), (1, 'lead 4', 'ahead', '1997-10-02 12:00+00', -20);
SELECT highseas.refresh_purchases(1, '{lead 4}', highseas.clock());
SELECT format('SET highseas.clock = %L', c), 'CALL highseas.refresh_value()', 'SELECT rows FROM highseas.job_run ORDER BY run_id DESC LIMIT 1',
       'SELECT actual_value FROM highseas.customer_value WHERE customer_key = ''lead 4'''
FROM unnest('{1997-10-01 00:30+00,1997-10-02 00:30+00,1997-10-03 00:30+00,1997-10-04 00:30+00}'::text[]) c \gexec
DELETE FROM highseas.purchase WHERE customer_key = 'lead 4';
SELECT highseas.make_stale(1, '{lead 4}');
CALL highseas.refresh_value();
-- A week later all are, for they are a week older.
SET highseas.clock = '1997-10-08 00:30+00';
CALL highseas.refresh_value(max_rows => 1000, batch => 100);
SELECT status, rows FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;
CALL highseas.refresh_value();
SELECT status, rows FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;

-- Several currencies: the job fails and says so, the earlier fits stay in force; a rule settles it.
SET highseas.clock = '1997-12-01 00:30+00';
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount, currency) VALUES (1, 'lead 3', 'e', '1997-11-30', 70, 'EUR');
CALL highseas.refresh_value();
SELECT status, error FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;
SELECT count(*), count(*) FILTER (WHERE in_force) FROM highseas.value_run;
-- It fails as long as it is so, also when no fit is due; and with a currency that no order has it blanks nobody's values.
CALL highseas.refresh_value();
UPDATE highseas.value_rule SET currency = 'USD';
\set VERBOSITY default
\set SHOW_CONTEXT never
CALL highseas.refresh_value();
\set VERBOSITY terse
SELECT count(*), count(*) FILTER (WHERE in_force) FROM highseas.value_run;
SELECT count(*) > 0 AS kept FROM highseas.customer_value WHERE clv IS NOT NULL;
UPDATE highseas.value_rule SET currency = 'EUR';
CALL highseas.refresh_value();
SELECT currency, (lifetime).status, (lifetime).customers FROM highseas.value_run WHERE in_force;
SELECT customer_key, currency, actual_value FROM highseas.customer_value WHERE customer_key IN ('lead 3', '0003') ORDER BY 1;
-- A fit at the boundary is not to be used: it gives no chance and no value.
SELECT p_alive, expected_purchases, clv, potential_value FROM highseas.customer_value WHERE customer_key = 'lead 3';
SELECT count(potential_value) FROM highseas.customer_value;
-- Who bought in another currency is no lead with a chance to buy; what he is worth no fit can tell.
SELECT customer_key, p_alive, conversion_chance IS NULL AS no_chance, potential_value IS NULL AS unknown
FROM highseas.customer_value WHERE customer_key IN ('0003', 'lead 9') ORDER BY 1;
UPDATE highseas.value_rule SET currency = '', model = 'bg_nbd', unit = 'month';
CALL highseas.refresh_value();
SELECT currency, (lifetime).model, (lifetime).unit, (lifetime).status FROM highseas.value_run WHERE in_force;

-- A refit now.
SELECT count(*) AS fits FROM highseas.value_run \gset
CALL highseas.refresh_value();
UPDATE highseas.value_rule SET refit_after = '0';
CALL highseas.refresh_value();
UPDATE highseas.value_rule SET refit_after = DEFAULT;
CALL highseas.refresh_value();
SELECT count(*) - :fits AS made FROM highseas.value_run;

-- Another rule: everybody is valued by it at once, so that no report adds up figures of two margins.
UPDATE highseas.value_rule SET margin = .6, horizon = 26;
CALL highseas.refresh_value();
SELECT horizon, count(*) = (SELECT count(*) FROM highseas.customer) AS everybody, sum(actual_value + service_cost) = .6 * (
           SELECT sum(amount) FROM highseas.purchase WHERE coalesce(currency, '') = '' AND ordered_at > timestamptz '1996-12-01 00:30+00') AS at_that_margin
FROM highseas.customer_value GROUP BY horizon;
UPDATE highseas.value_rule SET margin = .3, horizon = 52;
CALL highseas.refresh_value();

-- Follow-ups cost; who cost more than he brought is named.
INSERT INTO highseas.follow_up (tenant_id, at, customer_key, rep_key, kind, actor) SELECT 1, '1997-11-01', 'lead 9', 'kim', 'call', 'x' FROM generate_series(1, 3);
SELECT highseas.make_stale(1, '{lead 9}');
CALL highseas.refresh_value();
SELECT customer_key, actual_value, service_cost, margin FROM highseas.loss_makers;
-- So does what the CRM says of him: an attribute.
UPDATE highseas.value_rule SET cost_attribute = 'service';
UPDATE highseas.profile SET attributes = CASE customer_key
    WHEN 'lead 9' THEN '{"service": 2.5}' WHEN 'lead 10' THEN '{"service": 7}' WHEN 'lead 11' THEN '{"service": "much"}' ELSE '{"service": -1}' END::jsonb
WHERE customer_key IN ('lead 9', 'lead 10', 'lead 11', 'lead 12');
SELECT highseas.make_stale(1, '{lead 9,lead 10,lead 11,lead 12}');
CALL highseas.refresh_value();
SELECT customer_key, actual_value, service_cost, margin FROM highseas.loss_makers;
UPDATE highseas.value_rule SET cost_attribute = DEFAULT;
SELECT highseas.make_stale(1, '{lead 9,lead 10}');
CALL highseas.refresh_value();
SELECT customers, loss_makers, round(loss, 2), round(top_20_share::numeric, 3), peak_share > 1 AS above_one FROM highseas.profit_concentration;
SELECT customers, moved_over_10, round(stability_index::numeric, 6) FROM highseas.value_drift;
-- Who is gone from the CRM is valued no more, and does not count any more.
BEGIN;
SELECT customers AS before FROM highseas.profit_concentration \gset
UPDATE highseas.customer SET state = 'gone' WHERE customer_key = 'lead 9';
SELECT customers = :before - 1 AS one_less FROM highseas.profit_concentration;
SELECT customer_key FROM highseas.loss_makers;
ROLLBACK;
-- A band is from its ten to the next, 100 is in the last one: by hand, of 2 customers (0.5 is added to each count of the ten).
BEGIN;
DELETE FROM highseas.customer_value WHERE customer_key NOT IN ('lead 9', 'lead 10');
UPDATE highseas.customer_value SET earlier_score = 99.6, potential_score = CASE customer_key WHEN 'lead 9' THEN 100 ELSE 89.9 END;
SELECT round(stability_index::numeric, 6), round((ln(3.0) + ln(2.5 / 1.5)) / 7, 6) AS by_hand FROM highseas.value_drift;
ROLLBACK;

-- Another scorecard has other facts: the chance is learnt anew, and everybody is scored by it.
CALL highseas.copy_scorecard();
INSERT INTO highseas.criterion (version, criterion, fact, weight, cuts, points, bands) VALUES (1, 'home', 'city', 5, '{1}', '{0,1}', '{no,yes}');
CALL highseas.refresh_value();
SELECT status, rows = (SELECT count(*) FROM highseas.customer) AS everybody FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;
SELECT cardinality((conversion).kinds) FROM highseas.value_run WHERE in_force;

-- Another tenant's reader sees nothing of it.
CREATE ROLE regress_value_reader;
CALL highseas.create_tenant('other');
CALL highseas.grant_role('regress_value_reader', 'reader', 'other');
SET ROLE regress_value_reader;
SELECT (SELECT count(*) FROM highseas.customer_value), (SELECT count(*) FROM highseas.value_run), (SELECT customers FROM highseas.profit_concentration);
RESET ROLE;
DROP OWNED BY regress_value_reader;
DROP ROLE regress_value_reader;
DROP TABLE public.orders;
