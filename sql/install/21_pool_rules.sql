-- The pool's rules, written once in C++ (src/core/pool): verbs, jobs, views and dry runs ask these.

CREATE FUNCTION highseas.tier_of(tenure_days integer, names text[], from_days integer[])
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 3
AS 'MODULE_PATHNAME', 'highseas_tier_of';

COMMENT ON FUNCTION highseas.tier_of(integer, text[], integer[]) IS
'The tier of a rep who has been with us for tenure_days: among names, the one with the greatest from_days that is not above tenure_days; of equal ones the first by name (byte order).
NULL when none fits, when tenure_days is NULL, or when the arrays are NULL or empty.
Errors: 22023 for arrays of different lengths; 22004 for a NULL element.';

CREATE TYPE highseas.verdict AS (
    allowed boolean,
    code text,
    rule text,
    used integer,
    maximum integer,
    allowed_from timestamptz
);

COMMENT ON TYPE highseas.verdict IS 'Whether a rep may take a customer, and if not, why and until when';
COMMENT ON COLUMN highseas.verdict.allowed IS 'True if he may';
COMMENT ON COLUMN highseas.verdict.code IS 'The SQLSTATE a verb would raise; NULL when allowed';
COMMENT ON COLUMN highseas.verdict.rule IS 'The slug of the rule, or the name of the limit, that refuses; NULL when allowed';
COMMENT ON COLUMN highseas.verdict.used IS 'How much of the limit is used (SE003, SE004), else NULL';
COMMENT ON COLUMN highseas.verdict.maximum IS 'The limit (SE003, SE004), else NULL';
COMMENT ON COLUMN highseas.verdict.allowed_from IS 'When the refusal ends by itself; NULL when it has no date';

CREATE FUNCTION highseas.claim_verdict(
    now timestamptz, state text, holder text, rep text, embargo_until timestamptz,
    pool_open boolean, member boolean, rep_active boolean, cooldown_until timestamptz,
    limit_kinds text[], limit_rules text[], limit_maxima integer[], limit_used integer[],
    limit_resets timestamptz[], back_at timestamptz DEFAULT NULL, tier_allowed boolean DEFAULT true)
RETURNS highseas.verdict
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'highseas_claim_verdict';

COMMENT ON FUNCTION highseas.claim_verdict(timestamptz, text, text, text, timestamptz, boolean, boolean, boolean, timestamptz, text[], text[], integer[], integer[], timestamptz[], timestamptz, boolean) IS
'Whether rep may take a customer now. The first check that fails answers:
state NULL (no such customer): 42704 unknown-customer; withdrawn or gone: SE002 withdrawn / gone; held: SE001 held, or own when holder = rep; frozen: SE006 frozen; embargo_until later than now: SE006 embargo; pool not open: SE008 closed; rep not active: SE009 inactive, until back_at; no member of the pool: SE009 member; a tier that the treatment of his class does not allow: SE009 treatment; a quota with used >= maximum: SE004, the one with the latest reset; a capacity with used >= maximum: SE003, the one with the smallest maximum; cooldown_until later than now: SE005 cooldown.
state: free, held, frozen, withdrawn or gone. limit_kinds: capacity or quota, one element for each limit, as in the other four arrays; limit_resets is when a quota is free again, NULL = no date (taken as later than any date).
NULL: holder = nobody, back_at = no date, embargo_until and cooldown_until = none, the limits = none, pool_open, member and rep_active = false, tier_allowed = true.
Errors: 22004 when now, rep or an element other than a reset is NULL; 22023 for an unknown state or kind, or for arrays of different lengths.';

CREATE TYPE highseas.due_date AS (
    due_at timestamptz,
    rule text
);

COMMENT ON TYPE highseas.due_date IS 'When a holding ends by itself, and by which deadline';
COMMENT ON COLUMN highseas.due_date.due_at IS 'When it strikes; NULL = never';
COMMENT ON COLUMN highseas.due_date.rule IS 'The label of the deadline that decides; NULL = none';

CREATE FUNCTION highseas.due(
    held_since timestamptz, last_follow_up_at timestamptz, last_order_at timestamptz,
    extended_until timestamptz, protected_until timestamptz, open_deal boolean,
    kinds text[], rules text[], amounts integer[], units text[],
    zone text, week_mask integer, days_off date[], days_on date[], asleep_until timestamptz DEFAULT NULL,
    leaves_from timestamptz[] DEFAULT NULL, leaves_until timestamptz[] DEFAULT NULL)
RETURNS highseas.due_date
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME', 'highseas_due';

COMMENT ON FUNCTION highseas.due(timestamptz, timestamptz, timestamptz, timestamptz, timestamptz, boolean, text[], text[], integer[], text[], text, integer, date[], date[], timestamptz, timestamptz[], timestamptz[]) IS
'When a holding is due, and the label of the deadline that decides.
Each deadline is an element of kinds, rules (its label), amounts and units (a window as in add_window, but where several days lead to one, as from a day off with working days or from 31 January with months, it lasts until the end of that day, so that a later start never gives an earlier end), at most one of a kind: no_follow_up counts from the later of held_since and last_follow_up_at, no_order from the later of held_since and last_order_at, longest_holding from held_since. While the holder is on leave (leaves_from to before leaves_until) every window stands still. The earlier of the first two is put off to extended_until where that is later; then the longest holding decides if it is earlier; then the whole is put off to protected_until where that is later. Until asleep_until the customer means to buy later: no window but the longest holding''s counts from before it, and nothing is due before it.
NULL: held_since = nobody holds it, due never; last_follow_up_at and last_order_at = none (as are those before held_since, an earlier holder''s); extended_until, protected_until, asleep_until = none; kinds = no deadline, due never; days_off, days_on, leaves_* = none. With open_deal it is never due.
Errors: 22004 when open_deal or an element is NULL, zone with a unit other than hour, or week_mask with working days; 22023 for an unknown kind or unit, a kind given twice, arrays of different lengths, a leave that ends before it begins or is not finite, or what add_window refuses; 22008 for an infinite time to count from or a result out of range.';

CREATE FUNCTION highseas.next_event(due_at timestamptz, remind_before interval[], reminded integer)
RETURNS timestamptz
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME', 'highseas_next_event';

COMMENT ON FUNCTION highseas.next_event(timestamptz, interval[], integer) IS
'The next thing that happens to a holding: the reminder after the first reminded ones, or due_at when all of them are sent; never later than due_at.
remind_before: how long before due_at each reminder is sent, in any order, the longest comes first; a month counts as 30 days, a day as 24 hours.
NULL: due_at NULL gives NULL; remind_before NULL = no reminders.
Errors: 22004 when reminded or a step is NULL; 22023 when either is negative.';

CREATE FUNCTION highseas.reminders_due(due_at timestamptz, remind_before interval[], now timestamptz)
RETURNS integer
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME', 'highseas_reminders_due';

COMMENT ON FUNCTION highseas.reminders_due(timestamptz, interval[], timestamptz) IS
'How many of the reminder steps of next_event are reached at now. Until due_at, next_event(due_at, remind_before, reminders_due(due_at, remind_before, now)) is later than now.
NULL: due_at NULL gives 0; remind_before NULL = no reminders.
Errors: 22004 when now or a step is NULL; 22023 when a step is negative.';

CREATE FUNCTION highseas.lane_of(customer_key text, lanes integer)
RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'highseas_lane_of';

COMMENT ON FUNCTION highseas.lane_of(text, integer) IS
'The lane of a customer, 0 .. lanes - 1: a hash of the key that never changes (FNV-1a, mixed, modulo lanes).
NULL when an argument is NULL.
Errors: 22023 when lanes is less than 1.';

