-- How long things take, where some still wait: periods from data (src/core/period). Works on anybody's table.

CREATE TYPE highseas.survival_curve AS (
    subjects double precision,
    events double precision,
    longest double precision,
    times double precision[],
    at_risk double precision[],
    happened double precision[],
    survival double precision[],
    lower_limits double precision[],
    upper_limits double precision[]
);
COMMENT ON TYPE highseas.survival_curve IS 'What kaplan_meier() returns: arrays by the times at which something happened, rising; survival_points() shows them as rows';
COMMENT ON COLUMN highseas.survival_curve.subjects IS 'How many cases: the sum of the weights';
COMMENT ON COLUMN highseas.survival_curve.events IS 'In how many of them it happened';
COMMENT ON COLUMN highseas.survival_curve.longest IS 'The longest duration; nothing is known beyond it';
COMMENT ON COLUMN highseas.survival_curve.times IS 'When it happened, in the unit of the durations';
COMMENT ON COLUMN highseas.survival_curve.at_risk IS 'How many had waited until then';
COMMENT ON COLUMN highseas.survival_curve.happened IS 'To how many it happened then';
COMMENT ON COLUMN highseas.survival_curve.survival IS 'The share that still waits from then on, 0 to 1';
COMMENT ON COLUMN highseas.survival_curve.lower_limits IS 'The lower limit of 95 % confidence of survival; NULL where it is 0';
COMMENT ON COLUMN highseas.survival_curve.upper_limits IS 'The upper one';

CREATE FUNCTION highseas.survival_add(state internal, duration double precision, happened boolean)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_survival_add';
COMMENT ON FUNCTION highseas.survival_add(internal, double precision, boolean) IS 'A step of kaplan_meier()';

CREATE FUNCTION highseas.survival_add(state internal, duration double precision, happened boolean, weight double precision)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_survival_add';
COMMENT ON FUNCTION highseas.survival_add(internal, double precision, boolean, double precision) IS 'A step of the weighted kaplan_meier()';

CREATE FUNCTION highseas.survival_combine(state internal, other internal)
RETURNS internal LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'highseas_survival_combine';
COMMENT ON FUNCTION highseas.survival_combine(internal, internal) IS 'Puts two states of kaplan_meier() together';

CREATE FUNCTION highseas.survival_send(state internal)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'highseas_survival_send';
COMMENT ON FUNCTION highseas.survival_send(internal) IS 'Passes a state of kaplan_meier() to another process';

CREATE FUNCTION highseas.survival_receive(bytes bytea, state internal)
RETURNS internal LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'highseas_survival_receive';
COMMENT ON FUNCTION highseas.survival_receive(bytea, internal) IS 'Takes a state of kaplan_meier() from another process';

CREATE FUNCTION highseas.survival_end(state internal)
RETURNS highseas.survival_curve LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'highseas_kaplan_meier';
COMMENT ON FUNCTION highseas.survival_end(internal) IS 'The end of kaplan_meier()';

CREATE AGGREGATE highseas.kaplan_meier(duration double precision, happened boolean) (
    SFUNC = highseas.survival_add, STYPE = internal, SSPACE = 4096, FINALFUNC = highseas.survival_end,
    COMBINEFUNC = highseas.survival_combine, SERIALFUNC = highseas.survival_send,
    DESERIALFUNC = highseas.survival_receive, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.kaplan_meier(double precision, boolean) IS
'The share of cases to which something has not happened yet, by how long they waited (Kaplan and Meier 1958), with limits of 95 % confidence: Greenwood''s variance on the scale of log(-log survival). The result is a survival_curve.
duration: until it happened, or until now where it has not (happened = false); finite, not negative, in any unit that the rest then has.
The digits are the same in any order of rows and any plan.
NULL: rows with a NULL are left out; without any the result is NULL.
Errors: 22023 for a number out of range; 54000 for more than 40 million rows.';

CREATE AGGREGATE highseas.kaplan_meier(duration double precision, happened boolean, weight double precision) (
    SFUNC = highseas.survival_add, STYPE = internal, SSPACE = 4096, FINALFUNC = highseas.survival_end,
    COMBINEFUNC = highseas.survival_combine, SERIALFUNC = highseas.survival_send,
    DESERIALFUNC = highseas.survival_receive, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.kaplan_meier(double precision, boolean, double precision) IS
'The share of cases to which something has not happened yet, by how long they waited (Kaplan and Meier 1958), with limits of 95 % confidence: Greenwood''s variance on the scale of log(-log survival). The result is a survival_curve.
duration: until it happened, or until now where it has not (happened = false); finite, not negative, in any unit that the rest then has. weight: so many cases are alike; finite, not negative, 0 = none.
The digits are the same in any order of rows and any plan.
NULL: rows with a NULL are left out; without any the result is NULL.
Errors: 22023 for a number out of range; 54000 for more than 40 million rows.';

CREATE FUNCTION highseas.survival_points(curve highseas.survival_curve)
RETURNS TABLE (duration double precision, at_risk double precision, happened double precision, survival double precision,
               lower_limit double precision, upper_limit double precision)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT p.duration, p.at_risk, p.happened, p.survival, p.lower_limit, p.upper_limit
    FROM unnest((curve).times, (curve).at_risk, (curve).happened, (curve).survival, (curve).lower_limits, (curve).upper_limits)
        p(duration, at_risk, happened, survival, lower_limit, upper_limit);
END;
COMMENT ON FUNCTION highseas.survival_points(highseas.survival_curve) IS
'A curve as rows, one for each time at which something happened: see the columns of survival_curve. No row when it is NULL.';

CREATE FUNCTION highseas.survival_at(curve highseas.survival_curve, duration double precision)
RETURNS double precision LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'highseas_survival_at';
COMMENT ON FUNCTION highseas.survival_at(highseas.survival_curve, double precision) IS
'The share that still waits after duration, 0 to 1. NULL beyond the longest duration of the curve (unless nobody was left), or when an argument is NULL.
Errors: 22023 for a duration that is negative or not finite, or a curve that kaplan_meier() did not return.';

CREATE FUNCTION highseas.waiting_limit(curve highseas.survival_curve, further double precision, chance double precision)
RETURNS double precision LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'highseas_waiting_limit';
COMMENT ON FUNCTION highseas.waiting_limit(highseas.survival_curve, double precision, double precision) IS
'The waiting time after which waiting on is hardly worth it: the shortest from which on the chance that it happens within `further`, to a case that still waits, 1 - survival(t + further) / survival(t), stays below chance for as long as the curve can tell. waiting_limit(curve, 7, 0.02), where the durations are days: when a further week adds less than 2 %.
NULL when there is no such time within what was watched, or an argument is NULL.
Errors: 22023 for a number that is negative or not finite, or a curve that kaplan_meier() did not return.';

CREATE FUNCTION highseas.share_after(curve highseas.survival_curve, "window" double precision)
RETURNS double precision LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'highseas_share_after';
COMMENT ON FUNCTION highseas.share_after(highseas.survival_curve, double precision) IS
'Which share of what happens would come after a window, 0 to 1: of a curve from claim to order, the share of orders that a window would have taken away from the holder: (survival(window) - survival(longest)) / (1 - survival(longest)). What would come after the longest duration is not known and not counted.
NULL when nothing happened, or an argument is NULL.
Errors: 22023 for a window that is negative or not finite, or a curve that kaplan_meier() did not return.';
