-- Working time: the calendar's rules, written once in C++ (src/core/calendar).

CREATE FUNCTION highseas.add_window(
    start timestamptz, amount integer, unit text, zone text,
    week_mask integer, days_off date[], days_on date[])
RETURNS timestamptz
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'highseas_add_window';

COMMENT ON FUNCTION highseas.add_window(timestamptz, integer, text, text, integer, date[], date[]) IS
'The instant that lies amount units after start.
unit: hour is elapsed time; day, week and month keep the time of day in the time zone zone (a time that a change of the clocks skips is the moment of the change; the hour that it repeats counts as its end), and a month ends on its last day at the latest (31 January + 1 month = 28 or 29 February); working_day is the same time of day on the amount-th working day after start.
week_mask: the working days of a week, bit 0 = Monday ... bit 6 = Sunday, 31 = Monday to Friday. days_off: days without work in spite of the mask. days_on: days with work in spite of the mask and of days_off. zone is read only where the unit needs it, the days only for working_day.
NULL when an argument is NULL.
Errors: 22023 for an unknown unit or time zone, an amount outside 0..100000, a mask outside 0..127, or no working day to be found; 22008 for an infinite start or a result out of range; 22004 for a NULL day.';

CREATE FUNCTION highseas.is_working_day(
    day date, week_mask integer, days_off date[], days_on date[])
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'highseas_is_working_day';

COMMENT ON FUNCTION highseas.is_working_day(date, integer, date[], date[]) IS
'Whether day is a working day: it is among days_on, or it is in week_mask (bit 0 = Monday ... bit 6 = Sunday) and not among days_off.
NULL when an argument is NULL.
Errors: 22023 for a mask outside 0..127; 22008 for an infinite day; 22004 for a NULL element.';

