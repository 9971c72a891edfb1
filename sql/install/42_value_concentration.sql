-- How sales or profit are spread over customers.

CREATE TYPE highseas.concentration_report AS (
    customers bigint,
    total numeric,
    gini double precision,
    top_20_share double precision,
    bottom_30_share double precision,
    customers_for_80 bigint,
    peak_customers bigint,
    peak numeric,
    peak_share double precision,
    loss_makers bigint,
    loss numeric
);
COMMENT ON TYPE highseas.concentration_report IS 'The 80/20/30 report: few customers bring most of the profit, and some eat part of it';
COMMENT ON COLUMN highseas.concentration_report.customers IS 'How many there are';
COMMENT ON COLUMN highseas.concentration_report.total IS 'What they bring together';
COMMENT ON COLUMN highseas.concentration_report.gini IS 'The Gini coefficient; NULL, as the other shares, when total is not positive';
COMMENT ON COLUMN highseas.concentration_report.top_20_share IS 'The share of the total that the best 20 % bring';
COMMENT ON COLUMN highseas.concentration_report.bottom_30_share IS 'The share of the total that the last 30 % bring; negative: what they eat';
COMMENT ON COLUMN highseas.concentration_report.customers_for_80 IS 'How few bring 80 % of the total';
COMMENT ON COLUMN highseas.concentration_report.peak_customers IS 'How many bring something: the whale curve''s peak';
COMMENT ON COLUMN highseas.concentration_report.peak IS 'What those bring';
COMMENT ON COLUMN highseas.concentration_report.peak_share IS 'The same as a share of the total: above 1 when others eat some of it';
COMMENT ON COLUMN highseas.concentration_report.loss_makers IS 'How many cost more than they bring';
COMMENT ON COLUMN highseas.concentration_report.loss IS 'What those bring, not positive';

CREATE FUNCTION highseas.concentration_add(state internal, value numeric)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_concentration_add';
COMMENT ON FUNCTION highseas.concentration_add(internal, numeric) IS 'Part of the aggregates concentration, gini and lorenz';

CREATE FUNCTION highseas.concentration_add(state internal, value numeric, share numeric)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_concentration_add';
COMMENT ON FUNCTION highseas.concentration_add(internal, numeric, numeric) IS 'Part of the aggregates top_share and share_needed';

CREATE FUNCTION highseas.concentration_combine(state internal, other internal)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'highseas_concentration_combine';
COMMENT ON FUNCTION highseas.concentration_combine(internal, internal) IS 'Part of the aggregates concentration, gini, lorenz, top_share and share_needed';

CREATE FUNCTION highseas.concentration_send(state internal)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'highseas_concentration_send';
COMMENT ON FUNCTION highseas.concentration_send(internal) IS 'Part of the aggregates concentration, gini, lorenz, top_share and share_needed';

CREATE FUNCTION highseas.concentration_receive(bytes bytea, state internal)
RETURNS internal LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'highseas_concentration_receive';
COMMENT ON FUNCTION highseas.concentration_receive(bytea, internal) IS 'Part of the aggregates concentration, gini, lorenz, top_share and share_needed';

CREATE FUNCTION highseas.concentration_gini(state internal)
RETURNS double precision LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'highseas_concentration_gini';
COMMENT ON FUNCTION highseas.concentration_gini(internal) IS 'Part of the aggregate gini';

CREATE FUNCTION highseas.concentration_lorenz(state internal)
RETURNS double precision[] LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'highseas_concentration_lorenz';
COMMENT ON FUNCTION highseas.concentration_lorenz(internal) IS 'Part of the aggregate lorenz';

CREATE FUNCTION highseas.concentration_top_share(state internal)
RETURNS double precision LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'highseas_concentration_top_share';
COMMENT ON FUNCTION highseas.concentration_top_share(internal) IS 'Part of the aggregate top_share';

CREATE FUNCTION highseas.concentration_share_needed(state internal)
RETURNS double precision LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'highseas_concentration_share_needed';
COMMENT ON FUNCTION highseas.concentration_share_needed(internal) IS 'Part of the aggregate share_needed';

CREATE FUNCTION highseas.concentration_report(state internal)
RETURNS highseas.concentration_report LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'highseas_concentration_report';
COMMENT ON FUNCTION highseas.concentration_report(internal) IS 'Part of the aggregate concentration';

CREATE AGGREGATE highseas.gini(value numeric) (
    SFUNC = highseas.concentration_add, STYPE = internal, SSPACE = 1024,
    FINALFUNC = highseas.concentration_gini, COMBINEFUNC = highseas.concentration_combine,
    SERIALFUNC = highseas.concentration_send, DESERIALFUNC = highseas.concentration_receive, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.gini(numeric) IS
'The Gini coefficient: 2 sum(i * x_i) / (n * sum(x)) - (n + 1) / n over the rising values; 0 = all alike, near 1 = one has all. With loss-makers it is by the same formula and may exceed 1; NULL where the sum is not positive.
value: what each customer brings, one row a customer, negative for a loss-maker; up to 100 trillion either way, exact to 1/10,000, finer ones are rounded half away from zero. The digits are the same in any order and plan.
NULL: rows without a value are left out; without any the result is NULL.
Errors: 22023 for a value that is NaN or infinite; 22003 for one out of range; 54000 for more than 50 million.';

CREATE AGGREGATE highseas.lorenz(value numeric) (
    SFUNC = highseas.concentration_add, STYPE = internal, SSPACE = 1024,
    FINALFUNC = highseas.concentration_lorenz, COMBINEFUNC = highseas.concentration_combine,
    SERIALFUNC = highseas.concentration_send, DESERIALFUNC = highseas.concentration_receive, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.lorenz(numeric) IS
'The Lorenz curve: 101 shares of the total that the last 0, 1, ... 100 % of the customers bring (element 1 is of 0 %). A customer is divided where a percentage ends within him. With loss-makers it falls below 0 first; NULL where the total is not positive.
value: what each customer brings, one row a customer, negative for a loss-maker; up to 100 trillion either way, exact to 1/10,000, finer ones are rounded half away from zero. The digits are the same in any order and plan.
NULL: rows without a value are left out; without any the result is NULL.
Errors: 22023 for a value that is NaN or infinite; 22003 for one out of range; 54000 for more than 50 million.';

CREATE AGGREGATE highseas.top_share(value numeric, share numeric) (
    SFUNC = highseas.concentration_add, STYPE = internal, SSPACE = 1024,
    FINALFUNC = highseas.concentration_top_share, COMBINEFUNC = highseas.concentration_combine,
    SERIALFUNC = highseas.concentration_send, DESERIALFUNC = highseas.concentration_receive, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.top_share(numeric, numeric) IS
'The share of the total that the best customers bring: share 0.2 asks for the best 20 %. A customer is divided where the share ends within him. May exceed 1 when loss-makers eat some of it; NULL where the total is not positive.
value: what each customer brings, one row a customer, negative for a loss-maker; up to 100 trillion either way, exact to 1/10,000, finer ones are rounded half away from zero. The digits are the same in any order and plan. share: 0 to 1, to 8 decimals.
NULL: rows without a value are left out; without any the result is NULL.
Errors: 22004 when share is NULL; 22023 when it is outside 0 .. 1 or differs between rows; 22023 for a value that is NaN or infinite; 22003 for one out of range; 54000 for more than 50 million.';

CREATE AGGREGATE highseas.share_needed(value numeric, share numeric) (
    SFUNC = highseas.concentration_add, STYPE = internal, SSPACE = 1024,
    FINALFUNC = highseas.concentration_share_needed, COMBINEFUNC = highseas.concentration_combine,
    SERIALFUNC = highseas.concentration_send, DESERIALFUNC = highseas.concentration_receive, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.share_needed(numeric, numeric) IS
'How few customers bring a share of the total: the smallest number of the best customers whose sum reaches it, as a share of all customers (times count(value) gives their number). NULL where the total is not positive.
value: what each customer brings, one row a customer, negative for a loss-maker; up to 100 trillion either way, exact to 1/10,000, finer ones are rounded half away from zero. The digits are the same in any order and plan. share: 0 to 1, to 8 decimals.
NULL: rows without a value are left out; without any the result is NULL.
Errors: 22004 when share is NULL; 22023 when it is outside 0 .. 1 or differs between rows; 22023 for a value that is NaN or infinite; 22003 for one out of range; 54000 for more than 50 million.';

CREATE AGGREGATE highseas.concentration(value numeric) (
    SFUNC = highseas.concentration_add, STYPE = internal, SSPACE = 1024,
    FINALFUNC = highseas.concentration_report, COMBINEFUNC = highseas.concentration_combine,
    SERIALFUNC = highseas.concentration_send, DESERIALFUNC = highseas.concentration_receive, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.concentration(numeric) IS
'The 80/20/30 report as a concentration_report, each figure as gini, top_share, lorenz and share_needed give it.
value: what each customer brings, one row a customer, negative for a loss-maker; up to 100 trillion either way, exact to 1/10,000, finer ones are rounded half away from zero. The digits are the same in any order and plan.
NULL: rows without a value are left out; without any the result is NULL.
Errors: 22023 for a value that is NaN or infinite; 22003 for one out of range; 54000 for more than 50 million.';

CREATE FUNCTION highseas.whale_curve(profits numeric[], steps integer DEFAULT 100)
RETURNS TABLE (customers bigint, customer_share double precision, profit numeric, profit_share double precision)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 102
AS 'MODULE_PATHNAME', 'highseas_whale_curve';
COMMENT ON FUNCTION highseas.whale_curve(numeric[], integer) IS
'The whale curve: what the best customers bring together, from none to all in so many equal steps (rounded up to whole customers) and at the peak, after which loss-makers take it down again. profit_share is of the total, NULL where that is not positive. whale_curve(ARRAY(SELECT profit FROM ...)) works on any table.
profits: as the values of concentration. steps: 1 to 10,000.
NULL: elements NULL are left out; no rows for an array NULL or empty, or for steps NULL.
Errors: 22023 for steps out of range, a profit that is NaN or infinite, or an array of several dimensions; 22003 for a profit out of range.';
