-- ABC classes by cumulative contribution. The aggregate gives the least values of A and of B; a value is then in its
-- class by comparison: one scan instead of a sort and a window, and a changed value alone is classed at once.

CREATE FUNCTION highseas.concentration_add(state internal, value numeric, a_share numeric, b_share numeric)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_concentration_add';
COMMENT ON FUNCTION highseas.concentration_add(internal, numeric, numeric, numeric) IS 'Part of the aggregate abc_bounds';

CREATE FUNCTION highseas.abc_bounds_of(state internal)
RETURNS numeric[] LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'highseas_abc_bounds';
COMMENT ON FUNCTION highseas.abc_bounds_of(internal) IS 'Part of the aggregate abc_bounds';

CREATE AGGREGATE highseas.abc_bounds(value numeric, a_share numeric, b_share numeric) (
    SFUNC = highseas.concentration_add, STYPE = internal, SSPACE = 1024,
    FINALFUNC = highseas.abc_bounds_of, COMBINEFUNC = highseas.concentration_combine,
    SERIALFUNC = highseas.concentration_send, DESERIALFUNC = highseas.concentration_receive, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.abc_bounds(numeric, numeric, numeric) IS
'The least values of classes A and B, for abc_class(): {10000, 2500} says A from 10,000, B from 2,500, C below. A customer is in A when those of strictly greater value bring less than a_share of all positive value, in B below b_share, else in C: the share before him, and equal customers have equal classes. Who brings 0 or less is in C and does not count. Group by pool or region for classes within each.
value: what each customer brings, one row a customer; up to 100 trillion either way, exact to 1/10,000, finer ones are rounded half away from zero. The same in any order and plan. a_share, b_share: 0 < a_share <= b_share <= 1, to 8 decimals; usually .80 and .95.
NULL: rows without a value are left out; without any the result is NULL. Where nobody brings anything the bounds are 0.0001.
Errors: 22004 when a share is NULL; 22023 when one is out of range or differs between rows; 22023 for a value that is NaN or infinite; 22003 for one out of range; 54000 for more than 50 million.';

CREATE FUNCTION highseas.abc_class(value numeric, bounds numeric[]) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_abc_class';
COMMENT ON FUNCTION highseas.abc_class(numeric, numeric[]) IS
'The ABC class of a value by bounds that abc_bounds gave, now or stored: A, B or C. A value that was not among theirs is classed as if they had stayed as they were.
value: as in abc_bounds. NULL when an argument is NULL.
Errors: 22023 for bounds that are not two positive values, the first not below the second, or a value or bound that is NaN or infinite; 22003 for one out of range.';
