-- From orders to what the lifetime models take.

CREATE TYPE highseas.purchase_summary AS (
    repeats integer,
    recency double precision,
    age double precision,
    mean_value double precision,
    total numeric,
    first_on date,
    last_on date,
    ends_on date,
    unit text,
    currency text
);
COMMENT ON TYPE highseas.purchase_summary IS 'What a customer''s orders come to, as lifetime models take it';
COMMENT ON COLUMN highseas.purchase_summary.repeats IS 'x: purchase days after the first';
COMMENT ON COLUMN highseas.purchase_summary.recency IS 't_x: from the first purchase day to the last, in units';
COMMENT ON COLUMN highseas.purchase_summary.age IS 'T: from the first purchase day to ends_on, in units';
COMMENT ON COLUMN highseas.purchase_summary.mean_value IS 'm: the mean of the repeat purchase days'' sums, returns deducted; NULL without repeats';
COMMENT ON COLUMN highseas.purchase_summary.total IS 'The sum of all orders, returns deducted';
COMMENT ON COLUMN highseas.purchase_summary.first_on IS 'The first purchase day';
COMMENT ON COLUMN highseas.purchase_summary.last_on IS 'The last purchase day';
COMMENT ON COLUMN highseas.purchase_summary.ends_on IS 'The last day of the observation';
COMMENT ON COLUMN highseas.purchase_summary.unit IS 'day, week, month or year: of recency and age';
COMMENT ON COLUMN highseas.purchase_summary.currency IS 'The currency of all amounts; NULL when none was given';

CREATE FUNCTION highseas.purchases_add(state internal, ordered_on date, amount numeric, ends_on date, unit text)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_purchases_add';
COMMENT ON FUNCTION highseas.purchases_add(internal, date, numeric, date, text) IS 'Part of the aggregate summarize_purchases';

CREATE FUNCTION highseas.purchases_add(state internal, ordered_on date, amount numeric, ends_on date, unit text, currency text)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_purchases_add';
COMMENT ON FUNCTION highseas.purchases_add(internal, date, numeric, date, text, text) IS 'Part of the aggregate summarize_purchases';

CREATE FUNCTION highseas.purchases_combine(state internal, other internal)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'highseas_purchases_combine';
COMMENT ON FUNCTION highseas.purchases_combine(internal, internal) IS 'Part of the aggregate summarize_purchases';

CREATE FUNCTION highseas.purchases_send(state internal)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_purchases_send';
COMMENT ON FUNCTION highseas.purchases_send(internal) IS 'Part of the aggregate summarize_purchases';

CREATE FUNCTION highseas.purchases_receive(bytes bytea, state internal)
RETURNS internal LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_purchases_receive';
COMMENT ON FUNCTION highseas.purchases_receive(bytea, internal) IS 'Part of the aggregate summarize_purchases';

CREATE FUNCTION highseas.purchases_summary(state internal)
RETURNS highseas.purchase_summary LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME', 'highseas_purchases_summary';
COMMENT ON FUNCTION highseas.purchases_summary(internal) IS 'Part of the aggregate summarize_purchases';

CREATE AGGREGATE highseas.summarize_purchases(ordered_on date, amount numeric, ends_on date, unit text) (
    SFUNC = highseas.purchases_add, STYPE = internal, SSPACE = 96,
    FINALFUNC = highseas.purchases_summary, COMBINEFUNC = highseas.purchases_combine,
    SERIALFUNC = highseas.purchases_send, DESERIALFUNC = highseas.purchases_receive, PARALLEL = SAFE);

CREATE AGGREGATE highseas.summarize_purchases(ordered_on date, amount numeric, ends_on date, unit text, currency text) (
    SFUNC = highseas.purchases_add, STYPE = internal, SSPACE = 96,
    FINALFUNC = highseas.purchases_summary, COMBINEFUNC = highseas.purchases_combine,
    SERIALFUNC = highseas.purchases_send, DESERIALFUNC = highseas.purchases_receive, PARALLEL = SAFE);

COMMENT ON AGGREGATE highseas.summarize_purchases(date, numeric, date, text) IS
'A customer''s orders as a purchase_summary (Fader, Hardie, Lee 2005): GROUP BY customer. Rows may come in any order; the digits are the same in every plan.
ordered_on: the day in the zone of your choice, (ordered_at AT TIME ZONE zone)::date; orders of one day are one purchase. ends_on: the last day of the observation; what is later is left out, so an earlier ends_on gives a calibration period. unit: day, week (7 days), month (365.25 / 12 days) or year (365.25 days).
amount: up to 100 trillion either way, exact to 1/10,000, finer ones are first rounded to that, half away from zero. A zero amount is a purchase. A negative one is a return: it makes no purchase day, and lowers the sum of the last purchase day up to it (without any such day only the total). So mean_value may be zero or negative.
NULL: rows without ordered_on or amount are left out; the result is NULL when nothing was bought until ends_on.
Errors: 22004 when ends_on or unit is NULL; 22008 for an infinite date; 22023 for an amount that is NaN or infinite, an unknown unit, an ends_on, unit or currency that differs within a customer; 22003 for an amount, day''s or customer''s sum out of range.';
COMMENT ON AGGREGATE highseas.summarize_purchases(date, numeric, date, text, text) IS
'As summarize_purchases without a currency, and refuses to add up several: error 22023 when the orders of a customer differ in it (NULL, an unknown one, differs from every other), or when it has more than 18 bytes. GROUP BY the currency, too, to get a summary for each.';
