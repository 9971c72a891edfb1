-- The facts that the rules ask for, and the questions that need them. They are gathered in C++, by key:
-- starting a statement for each would cost a claim ten times as much.

CREATE FUNCTION highseas.rep_facts(
    tenant_id bigint, rep_key text, now timestamptz,
    OUT tier text, OUT active boolean, OUT held integer, OUT back_at timestamptz)
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME', 'highseas_rep_facts';
COMMENT ON FUNCTION highseas.rep_facts(bigint, text, timestamptz) IS
'A rep''s tier, whether he may take customers at a time (active and not on leave), how many he holds, and, on leave, when he is back: the beginning, in the tenant''s time zone, of the day after it, with leaves that adjoin or overlap taken as one (NULL: away beyond the end of all times). NULL for an unknown rep, another tenant''s, or where an argument is NULL';

CREATE FUNCTION highseas.limits_of(tenant_id bigint, rep_key text, now timestamptz)
RETURNS TABLE (kind text, rule text, pool_key text, class text, maximum integer, used integer, resets_at timestamptz)
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 ROWS 5
AS 'MODULE_PATHNAME', 'highseas_limits_of';
COMMENT ON FUNCTION highseas.limits_of(bigint, text, timestamptz) IS
'Every limit of a rep with what is used of it; pool_key and class say which customers it counts (NULL = all). Quotas count the takes in the ledger since the period began in the tenant''s time zone; one of 0 has no time when it is free again. No row for an unknown rep, another tenant''s, or where an argument is NULL. Error: 22008 for a time out of range.';

CREATE TYPE highseas.holding_plan AS (due_at timestamptz, rule text, reminded integer, next_at timestamptz, missed integer);
COMMENT ON TYPE highseas.holding_plan IS
'When a holding is due and by which deadline, how many reminders of that date were sent (0: it is a new one), what happens next, and how many of its reminder steps are past already; NULLs when it is never due';

CREATE FUNCTION highseas.due_of(
    tenant_id bigint, rep_key text, pool_key text, class text, customer_kind text, held_since timestamptz,
    last_follow_up_at timestamptz, last_order_at timestamptz, extended_until timestamptz,
    protected_until timestamptz, deal text, intent text, asleep_until timestamptz, not_before timestamptz, now timestamptz)
RETURNS highseas.holding_plan
LANGUAGE c STABLE PARALLEL SAFE COST 40
AS 'MODULE_PATHNAME', 'highseas_due_of';
COMMENT ON FUNCTION highseas.due_of(bigint, text, text, text, text, timestamptz, timestamptz, timestamptz, timestamptz, timestamptz, text, text, timestamptz, timestamptz, timestamptz) IS
'When a holding with these facts is due by today''s rules (not before not_before): of each kind of deadline the most specific row that matches (rep before intent before class before customer_kind before pool before tier, then the first by name), and the rep''s leaves, go to due(). Of its reminder steps those that are past already when a date is set are not sent, the date itself was just said; but when none lies ahead, one is sent halfway to it.';

CREATE FUNCTION highseas.shift(at timestamptz, span interval, time_zone text)
RETURNS timestamptz
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'highseas_shift';
COMMENT ON FUNCTION highseas.shift(timestamptz, interval, text) IS
'A time moved by an interval on the wall clock of a time zone. NULL if an argument is. Errors: 22023 for an unknown zone.';

CREATE FUNCTION highseas.check_claim(
    tenant_id bigint, rep_key text, customer_key text, now timestamptz, act text)
RETURNS highseas.verdict
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100
AS 'MODULE_PATHNAME', 'highseas_check_claim';
COMMENT ON FUNCTION highseas.check_claim(bigint, text, text, timestamptz, text) IS
'May this rep take this customer now? Gathers the facts and asks claim_verdict(). act: claim; transfer (the holder passes it on: no embargo, but cooldown, membership, tier and limits); assign (a manager decides: only the limits and leave bind); import or adopt (found in the CRM: only capacity binds).';

CREATE FUNCTION highseas.verdict_detail(v highseas.verdict, time_zone text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
        WHEN v.code IN ('SE003', 'SE004') THEN pg_catalog.format('Rule "%s": %s of %s used.', v.rule, v.used, v.maximum)
        WHEN v.rule = 'own' THEN 'The rep holds it already.'
        WHEN v.rule = 'held' THEN 'Somebody else holds it.'
        WHEN v.rule = 'withdrawn' THEN 'It was taken out of service.'
        WHEN v.rule = 'gone' THEN 'The CRM does not list it any more.'
        WHEN v.rule = 'frozen' THEN 'It came back too often, a manager must look at it first.'
        WHEN v.rule = 'embargo' THEN 'Nobody may take it yet.'
        WHEN v.rule = 'closed' THEN 'The pool is not open for claims.'
        WHEN v.rule = 'inactive' THEN 'The rep is not active or is on leave.'
        WHEN v.rule = 'member' THEN 'The rep is not a member of the pool.'
        WHEN v.rule = 'treatment' THEN 'Customers of its class or kind are for reps of other tiers.'
        WHEN v.rule = 'cooldown' THEN 'The rep held it before and must wait.'
        WHEN v.rule = 'unknown-customer' THEN 'No such customer in this tenant.'
    END
    || coalesce(' Allowed from '
           || pg_catalog.to_char((v.allowed_from + interval '59.999999 seconds') AT TIME ZONE time_zone, 'YYYY-MM-DD HH24:MI') || ' ' || time_zone || '.', '');
COMMENT ON FUNCTION highseas.verdict_detail(highseas.verdict, text) IS
'A verdict''s refusal in one or two sentences, with the time, rounded up to the minute, from which it would be allowed; NULL when allowed';
