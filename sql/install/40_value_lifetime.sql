-- Lifetime models (src/core/value): how often customers will buy, what they will spend, who is gone.
-- They work on anybody's table: the aggregates fit a model, the functions ask a fit about one customer.

CREATE TYPE highseas.value_fit AS (
    model text,
    parameters double precision[],
    standard_errors double precision[],
    log_likelihood double precision,
    customers double precision,
    skipped bigint,
    status text,
    unit text,
    correlation double precision
);

COMMENT ON TYPE highseas.value_fit IS 'A fitted model: what fit_mbg_nbd() and its like return, and what the functions about one customer take';
COMMENT ON COLUMN highseas.value_fit.model IS 'mbg_nbd, bg_nbd, pareto_nbd or gamma_gamma';
COMMENT ON COLUMN highseas.value_fit.parameters IS 'mbg_nbd, bg_nbd: {r, alpha, a, b}; pareto_nbd: {r, alpha, s, beta}; gamma_gamma: {p, q, gamma}. alpha and beta are times in unit, gamma is money';
COMMENT ON COLUMN highseas.value_fit.standard_errors IS 'Of the parameters, from the curvature of what was maximised';
COMMENT ON COLUMN highseas.value_fit.log_likelihood IS 'Of the data, never with the prior';
COMMENT ON COLUMN highseas.value_fit.customers IS 'Whom the fit rests on: the sum of the weights';
COMMENT ON COLUMN highseas.value_fit.skipped IS 'Rows that were left out: with a NULL; for gamma_gamma also those without a repeat or with a mean value of 0 or less';
COMMENT ON COLUMN highseas.value_fit.status IS 'ok: the likelihood has its maximum here; regularised: the likelihood has no maximum or leaves a parameter open (standard error of its logarithm above 1.5), as small and odd samples do, so a weak prior helped (the logarithm of each parameter is normal, standard deviation 1, around that of a typical value); boundary: not to be trusted, because nobody repeated, a parameter ran to the edge, or (gamma_gamma, q <= 1) the population has no mean';
COMMENT ON COLUMN highseas.value_fit.unit IS 'Of recency, age, horizon: day, week, month or year; NULL for gamma_gamma';
COMMENT ON COLUMN highseas.value_fit.correlation IS 'gamma_gamma: of repeats and mean value. The model assumes none: far from 0 it misleads. NULL for the others, and where one of the two does not vary';

CREATE FUNCTION highseas.lifetime_add(internal, repeats integer, recency double precision, age double precision, unit text)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_lifetime_add';
COMMENT ON FUNCTION highseas.lifetime_add(internal, integer, double precision, double precision, text) IS 'A step of fit_mbg_nbd, fit_bg_nbd and fit_pareto_nbd';

CREATE FUNCTION highseas.lifetime_add(internal, repeats integer, recency double precision, age double precision, unit text, weight double precision)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_lifetime_add';
COMMENT ON FUNCTION highseas.lifetime_add(internal, integer, double precision, double precision, text, double precision) IS 'A step of the weighted fit_mbg_nbd, fit_bg_nbd and fit_pareto_nbd';

CREATE FUNCTION highseas.lifetime_combine(internal, internal)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_lifetime_combine';
COMMENT ON FUNCTION highseas.lifetime_combine(internal, internal) IS 'A step of the parallel fit_mbg_nbd, fit_bg_nbd and fit_pareto_nbd';

CREATE FUNCTION highseas.lifetime_serialize(internal)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_lifetime_serialize';
COMMENT ON FUNCTION highseas.lifetime_serialize(internal) IS 'A step of the parallel fit_mbg_nbd, fit_bg_nbd and fit_pareto_nbd';

CREATE FUNCTION highseas.lifetime_deserialize(bytea, internal)
RETURNS internal LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_lifetime_deserialize';
COMMENT ON FUNCTION highseas.lifetime_deserialize(bytea, internal) IS 'A step of the parallel fit_mbg_nbd, fit_bg_nbd and fit_pareto_nbd';

CREATE FUNCTION highseas.spending_add(internal, repeats integer, mean_value double precision)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_spending_add';
COMMENT ON FUNCTION highseas.spending_add(internal, integer, double precision) IS 'A step of fit_gamma_gamma';

CREATE FUNCTION highseas.spending_add(internal, repeats integer, mean_value double precision, weight double precision)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_spending_add';
COMMENT ON FUNCTION highseas.spending_add(internal, integer, double precision, double precision) IS 'A step of the weighted fit_gamma_gamma';

CREATE FUNCTION highseas.spending_combine(internal, internal)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_spending_combine';
COMMENT ON FUNCTION highseas.spending_combine(internal, internal) IS 'A step of the parallel fit_gamma_gamma';

CREATE FUNCTION highseas.spending_serialize(internal)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_spending_serialize';
COMMENT ON FUNCTION highseas.spending_serialize(internal) IS 'A step of the parallel fit_gamma_gamma';

CREATE FUNCTION highseas.spending_deserialize(bytea, internal)
RETURNS internal LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_spending_deserialize';
COMMENT ON FUNCTION highseas.spending_deserialize(bytea, internal) IS 'A step of the parallel fit_gamma_gamma';

CREATE FUNCTION highseas.mbg_nbd_fit(internal)
RETURNS highseas.value_fit LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'highseas_fit_mbg_nbd';
COMMENT ON FUNCTION highseas.mbg_nbd_fit(internal) IS 'The last step of fit_mbg_nbd';

CREATE AGGREGATE highseas.fit_mbg_nbd(repeats integer, recency double precision, age double precision, unit text) (
    SFUNC = highseas.lifetime_add, STYPE = internal,
    FINALFUNC = highseas.mbg_nbd_fit, FINALFUNC_MODIFY = READ_WRITE,
    COMBINEFUNC = highseas.lifetime_combine, SERIALFUNC = highseas.lifetime_serialize,
    DESERIALFUNC = highseas.lifetime_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.fit_mbg_nbd(integer, double precision, double precision, text) IS
'MBG/NBD (Batislam, Denizel, Filiztekin 2007): each customer buys at a rate of his own, and after each purchase, the first one too, is gone with a probability of his own. The model to begin with: who never came back can be gone.
One row for each customer. repeats: days with a purchase, without the first. recency: time from the first to the last purchase. age: time from the first purchase to the end of observation. unit: day, week, month or year, the unit of both, the same for all rows; it stays with the fit.
A row with a NULL is skipped and counted as such; without any row to fit NULL is returned. The result is the same to the last digit for any order of the rows and any plan.
Errors: 22023 for repeats below 0, recency greater than age, recency above 0 without repeats or 0 with some, values that are not finite, an unknown unit or two of them; 22004 for a NULL unit; 54000 above 30,000,000 rows (32 bytes each; outside of work_mem).';

CREATE AGGREGATE highseas.fit_mbg_nbd(repeats integer, recency double precision, age double precision, unit text, weight double precision) (
    SFUNC = highseas.lifetime_add, STYPE = internal,
    FINALFUNC = highseas.mbg_nbd_fit, FINALFUNC_MODIFY = READ_WRITE,
    COMBINEFUNC = highseas.lifetime_combine, SERIALFUNC = highseas.lifetime_serialize,
    DESERIALFUNC = highseas.lifetime_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.fit_mbg_nbd(integer, double precision, double precision, text, double precision) IS
'fit_mbg_nbd with rows that stand for weight customers each: finite, 0 (the row does not count) or more, else 22023. A row with a NULL weight is skipped.';

CREATE FUNCTION highseas.bg_nbd_fit(internal)
RETURNS highseas.value_fit LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'highseas_fit_bg_nbd';
COMMENT ON FUNCTION highseas.bg_nbd_fit(internal) IS 'The last step of fit_bg_nbd';

CREATE AGGREGATE highseas.fit_bg_nbd(repeats integer, recency double precision, age double precision, unit text) (
    SFUNC = highseas.lifetime_add, STYPE = internal,
    FINALFUNC = highseas.bg_nbd_fit, FINALFUNC_MODIFY = READ_WRITE,
    COMBINEFUNC = highseas.lifetime_combine, SERIALFUNC = highseas.lifetime_serialize,
    DESERIALFUNC = highseas.lifetime_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.fit_bg_nbd(integer, double precision, double precision, text) IS
'BG/NBD (Fader, Hardie, Lee 2005): each customer buys at a rate of his own, and after each repeat purchase is gone with a probability of his own. Who never came back counts as alive for ever.
One row for each customer. repeats: days with a purchase, without the first. recency: time from the first to the last purchase. age: time from the first purchase to the end of observation. unit: day, week, month or year, the unit of both, the same for all rows; it stays with the fit.
A row with a NULL is skipped and counted as such; without any row to fit NULL is returned. The result is the same to the last digit for any order of the rows and any plan.
Errors: 22023 for repeats below 0, recency greater than age, recency above 0 without repeats or 0 with some, values that are not finite, an unknown unit or two of them; 22004 for a NULL unit; 54000 above 30,000,000 rows (32 bytes each; outside of work_mem).';

CREATE AGGREGATE highseas.fit_bg_nbd(repeats integer, recency double precision, age double precision, unit text, weight double precision) (
    SFUNC = highseas.lifetime_add, STYPE = internal,
    FINALFUNC = highseas.bg_nbd_fit, FINALFUNC_MODIFY = READ_WRITE,
    COMBINEFUNC = highseas.lifetime_combine, SERIALFUNC = highseas.lifetime_serialize,
    DESERIALFUNC = highseas.lifetime_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.fit_bg_nbd(integer, double precision, double precision, text, double precision) IS
'fit_bg_nbd with rows that stand for weight customers each: finite, 0 (the row does not count) or more, else 22023. A row with a NULL weight is skipped.';

CREATE FUNCTION highseas.pareto_nbd_fit(internal)
RETURNS highseas.value_fit LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'highseas_fit_pareto_nbd';
COMMENT ON FUNCTION highseas.pareto_nbd_fit(internal) IS 'The last step of fit_pareto_nbd';

CREATE AGGREGATE highseas.fit_pareto_nbd(repeats integer, recency double precision, age double precision, unit text) (
    SFUNC = highseas.lifetime_add, STYPE = internal,
    FINALFUNC = highseas.pareto_nbd_fit, FINALFUNC_MODIFY = READ_WRITE,
    COMBINEFUNC = highseas.lifetime_combine, SERIALFUNC = highseas.lifetime_serialize,
    DESERIALFUNC = highseas.lifetime_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.fit_pareto_nbd(integer, double precision, double precision, text) IS
'Pareto/NBD (Schmittlein, Morrison, Colombo 1987): each customer buys at a rate of his own until he is gone, which may be at any time, not only after a purchase. Several times the work of the others.
One row for each customer. repeats: days with a purchase, without the first. recency: time from the first to the last purchase. age: time from the first purchase to the end of observation. unit: day, week, month or year, the unit of both, the same for all rows; it stays with the fit.
A row with a NULL is skipped and counted as such; without any row to fit NULL is returned. The result is the same to the last digit for any order of the rows and any plan.
Errors: 22023 for repeats below 0, recency greater than age, recency above 0 without repeats or 0 with some, values that are not finite, an unknown unit or two of them; 22004 for a NULL unit; 54000 above 30,000,000 rows (32 bytes each; outside of work_mem).';

CREATE AGGREGATE highseas.fit_pareto_nbd(repeats integer, recency double precision, age double precision, unit text, weight double precision) (
    SFUNC = highseas.lifetime_add, STYPE = internal,
    FINALFUNC = highseas.pareto_nbd_fit, FINALFUNC_MODIFY = READ_WRITE,
    COMBINEFUNC = highseas.lifetime_combine, SERIALFUNC = highseas.lifetime_serialize,
    DESERIALFUNC = highseas.lifetime_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.fit_pareto_nbd(integer, double precision, double precision, text, double precision) IS
'fit_pareto_nbd with rows that stand for weight customers each: finite, 0 (the row does not count) or more, else 22023. A row with a NULL weight is skipped.';

CREATE FUNCTION highseas.gamma_gamma_fit(internal)
RETURNS highseas.value_fit LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'highseas_fit_gamma_gamma';
COMMENT ON FUNCTION highseas.gamma_gamma_fit(internal) IS 'The last step of fit_gamma_gamma';

CREATE AGGREGATE highseas.fit_gamma_gamma(repeats integer, mean_value double precision) (
    SFUNC = highseas.spending_add, STYPE = internal,
    FINALFUNC = highseas.gamma_gamma_fit, FINALFUNC_MODIFY = READ_WRITE,
    COMBINEFUNC = highseas.spending_combine, SERIALFUNC = highseas.spending_serialize,
    DESERIALFUNC = highseas.spending_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.fit_gamma_gamma(integer, double precision) IS
'Gamma-Gamma (Fader, Hardie 2013): what a customer spends on a day with purchases varies around a mean of his own. It takes that mean for independent of how often he buys: look at the correlation of the fit.
One row for each customer. repeats: days with a purchase, without the first. mean_value: mean sum of these days, the first day without; one currency.
A row with a NULL, without repeats, or with a mean of 0 or less is skipped and counted as such; without any row to fit NULL is returned. The result is the same to the last digit for any order of the rows and any plan.
Errors: 22023 for repeats below 0 or a mean value that is not finite; 54000 above 30,000,000 rows (24 bytes each; outside of work_mem).';

CREATE AGGREGATE highseas.fit_gamma_gamma(repeats integer, mean_value double precision, weight double precision) (
    SFUNC = highseas.spending_add, STYPE = internal,
    FINALFUNC = highseas.gamma_gamma_fit, FINALFUNC_MODIFY = READ_WRITE,
    COMBINEFUNC = highseas.spending_combine, SERIALFUNC = highseas.spending_serialize,
    DESERIALFUNC = highseas.spending_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.fit_gamma_gamma(integer, double precision, double precision) IS
'fit_gamma_gamma with rows that stand for weight customers each: finite, 0 (the row does not count) or more, else 22023. A row with a NULL weight is skipped.';

-- About one customer --------------------------------------------------------------

CREATE FUNCTION highseas.history_log_likelihood(fit highseas.value_fit, repeats integer, recency double precision, age double precision)
RETURNS double precision LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME', 'highseas_history_log_likelihood';
COMMENT ON FUNCTION highseas.history_log_likelihood(highseas.value_fit, integer, double precision, double precision) IS
'The logarithm of how likely a purchase history is under a fit (not a gamma_gamma): compares fits on customers they have not seen. Arguments, NULL and errors as for p_alive().';

CREATE FUNCTION highseas.p_alive(fit highseas.value_fit, repeats integer, recency double precision, age double precision)
RETURNS double precision LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME', 'highseas_p_alive';
COMMENT ON FUNCTION highseas.p_alive(highseas.value_fit, integer, double precision, double precision) IS
'The probability, 0 to 1, that a customer is still one at the end of observation. fit: of mbg_nbd, bg_nbd or pareto_nbd; repeats, recency, age as for its aggregate, in its unit. bg_nbd says 1 for every customer without repeats.
NULL when an argument is. Errors: 22023 for an impossible history or fit, 22004 for a fit without model or parameters.';

CREATE FUNCTION highseas.expected_purchases(fit highseas.value_fit, repeats integer, recency double precision, age double precision, horizon double precision)
RETURNS double precision LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 30
AS 'MODULE_PATHNAME', 'highseas_expected_purchases';
COMMENT ON FUNCTION highseas.expected_purchases(highseas.value_fit, integer, double precision, double precision, double precision) IS
'How many days with a purchase are expected of a customer from the end of observation until horizon later. horizon: in the unit of the fit, 0 to 100 years. With repeats, recency and age 0: of a new customer after his first purchase. Other arguments as for p_alive().
NULL when an argument is. Errors: 22023 for a horizon out of range, and as for p_alive().';

CREATE FUNCTION highseas.discounted_purchases(fit highseas.value_fit, repeats integer, recency double precision, age double precision, discount_rate double precision)
RETURNS double precision LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
AS 'MODULE_PATHNAME', 'highseas_discounted_purchases';
COMMENT ON FUNCTION highseas.discounted_purchases(highseas.value_fit, integer, double precision, double precision, double precision) IS
'All purchases that are expected of a customer from the end of observation on, without an end, each discounted (DERT; Fader, Hardie, Lee 2005). fit: of pareto_nbd. discount_rate: continuous, for one unit of the fit, above 0; 15 % a year with weeks is ln(1.15) / 52.18 = .0027. Other arguments as for p_alive().
NULL when an argument is. Errors: 22023 for another model or a rate that is not finite and above 0, and as for p_alive().';

CREATE FUNCTION highseas.expected_spend(spend_fit highseas.value_fit, repeats integer, mean_value double precision)
RETURNS double precision LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'highseas_expected_spend';
COMMENT ON FUNCTION highseas.expected_spend(highseas.value_fit, integer, double precision) IS
'What a customer is expected to spend on a day with purchases: his own mean, drawn towards that of all, the more the fewer his repeats; without repeats that of all (mean_value does not matter and may be NULL). spend_fit: of gamma_gamma; a mean value below 0 counts as 0.
NULL when another argument is, and where the model has no mean (p * repeats + q <= 1). Errors: 22023 for another model, repeats below 0 or a mean value that is not finite.';

CREATE FUNCTION highseas.clv(fit highseas.value_fit, spend_fit highseas.value_fit, repeats integer, recency double precision, age double precision, mean_value double precision, horizon double precision, discount_rate double precision, margin double precision)
RETURNS double precision LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100
AS 'MODULE_PATHNAME', 'highseas_clv';
COMMENT ON FUNCTION highseas.clv(highseas.value_fit, highseas.value_fit, integer, double precision, double precision, double precision, double precision, double precision, double precision) IS
'Customer lifetime value: the profit expected of a customer from the end of observation until horizon later, in today''s money: the sum over the months (a twelfth of 365.25 days; the last may be shorter) of margin * expected_spend * purchases expected in the month / (1 + discount_rate)^(years until its end).
horizon: in the unit of fit, 0 to 100 years. discount_rate: a year, 0 or more; .1 is 10 %. margin: profit for an amount of 1; .3 is 30 %. Others as for expected_purchases() and expected_spend().
NULL when an argument is, but for the mean_value of one without repeats; and where spend_fit has no mean. Errors: 22023 for a value out of range, and as for p_alive() and expected_spend().';
