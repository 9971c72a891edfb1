-- The facts that the rules ask for. Set-returning and inlined, so that one customer and a million
-- ask the same way. Their bodies are bound when they are created: no search_path reaches them.

CREATE FUNCTION highseas.deadlines_of(tenant_id bigint, pool_key text, tier text, class text, rep_key text)
RETURNS TABLE (kinds text[], rules text[], amounts integer[], units text[])
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_agg(d.kind), array_agg(d.rule), array_agg(d.window_amount), array_agg(d.window_unit)
    FROM (SELECT DISTINCT ON (d.kind) d.kind, d.rule, d.window_amount, d.window_unit
          FROM highseas.deadline d
          WHERE d.tenant_id = deadlines_of.tenant_id
            AND (d.pool_key IS NULL OR d.pool_key = deadlines_of.pool_key)
            AND (d.tier IS NULL OR d.tier = deadlines_of.tier)
            AND (d.class IS NULL OR d.class = deadlines_of.class)
            AND (d.rep_key IS NULL OR d.rep_key = deadlines_of.rep_key)
          ORDER BY d.kind,
                   (d.rep_key IS NOT NULL) DESC, (d.class IS NOT NULL) DESC,
                   (d.pool_key IS NOT NULL) DESC, (d.tier IS NOT NULL) DESC, d.rule) d;
END;
COMMENT ON FUNCTION highseas.deadlines_of(bigint, text, text, text, text) IS
'The deadlines that apply: of each kind the most specific row (rep before class before pool before tier, then by name), as the arrays that due() takes. NULL arguments match rows for any only.';

CREATE FUNCTION highseas.rep_facts(tenant_id bigint, rep_key text, now timestamptz)
RETURNS TABLE (tier text, active boolean, held integer, time_zone text)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT (SELECT highseas.tier_of((now AT TIME ZONE t.time_zone)::date - r.hired_on, array_agg(x.tier), array_agg(x.from_days))
            FROM highseas.tier x WHERE x.tenant_id = rep_facts.tenant_id),
           r.active AND NOT EXISTS (
               SELECT FROM highseas.rep_leave l
               WHERE l.tenant_id = rep_facts.tenant_id AND l.rep_key = r.rep_key
                 AND (now AT TIME ZONE t.time_zone)::date BETWEEN l.first_day AND l.last_day),
           r.held, t.time_zone
    FROM highseas.rep r JOIN highseas.tenant t ON t.tenant_id = r.tenant_id
    WHERE r.tenant_id = rep_facts.tenant_id AND r.rep_key = rep_facts.rep_key
    OFFSET 0;  -- a fence: the tier is worked out once, and what takes it as an argument can be inlined
END;
COMMENT ON FUNCTION highseas.rep_facts(bigint, text, timestamptz) IS
'A rep''s tier and whether he may take customers at a time (active and not on leave), how many he holds, his tenant''s time zone; no row for an unknown rep';

CREATE FUNCTION highseas.limits_of(tenant_id bigint, rep_key text, tier text, held integer, now timestamptz, time_zone text)
RETURNS TABLE (kind text, rule text, pool_key text, class text, maximum integer, used integer, resets_at timestamptz)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT 'capacity', c.rule, c.pool_key, c.class, c.maximum,
           CASE WHEN c.pool_key IS NULL AND c.class IS NULL AND c.closed_deals THEN limits_of.held
                ELSE (SELECT count(*)::integer FROM highseas.customer h
                      WHERE h.tenant_id = limits_of.tenant_id AND h.holder = limits_of.rep_key AND h.state = 'held'
                        AND (c.pool_key IS NULL OR h.pool_key = c.pool_key)
                        AND (c.class IS NULL OR h.class = c.class)
                        AND (c.closed_deals OR h.deal <> 'closed')) END,
           NULL::timestamptz
    FROM highseas.capacity c
    WHERE c.tenant_id = limits_of.tenant_id AND c.counts = 'held' AND c.maximum IS NOT NULL
      AND (c.tier IS NULL OR c.tier = limits_of.tier)
      AND (c.rep_key IS NULL OR c.rep_key = limits_of.rep_key)
    UNION ALL
    SELECT 'quota', q.rule, q.pool_key, q.class, q.maximum,
           (SELECT count(*)::integer FROM highseas.holding h
            WHERE h.tenant_id = limits_of.tenant_id AND h.rep_key = limits_of.rep_key
              AND h.started_at >= date_trunc(q.period, now AT TIME ZONE limits_of.time_zone) AT TIME ZONE limits_of.time_zone
              AND h.act NOT IN ('import', 'adopt')
              AND (q.pool_key IS NULL OR h.pool_key = q.pool_key)
              AND (q.class IS NULL OR h.class = q.class)),
           CASE WHEN q.maximum > 0 THEN
               (date_trunc(q.period, now AT TIME ZONE limits_of.time_zone) + ('1 ' || q.period)::interval)
                   AT TIME ZONE limits_of.time_zone END
    FROM highseas.quota q
    WHERE q.tenant_id = limits_of.tenant_id AND q.maximum IS NOT NULL
      AND (q.tier IS NULL OR q.tier = limits_of.tier)
      AND (q.rep_key IS NULL OR q.rep_key = limits_of.rep_key);
END;
COMMENT ON FUNCTION highseas.limits_of(bigint, text, text, integer, timestamptz, text) IS
'Every limit of a rep with what is used of it; pool_key and class say which customers it counts (NULL = all). Quotas count the takes in the ledger since the period began; one of 0 has no time when it is free again.';

CREATE FUNCTION highseas.due_in_tier(
    tenant_id bigint, rep_key text, tier text, pool_key text, class text, held_since timestamptz,
    last_follow_up_at timestamptz, last_order_at timestamptz, extended_until timestamptz,
    protected_until timestamptz, deal text, not_before timestamptz, now timestamptz)
RETURNS TABLE (due_at timestamptz, rule text, reminded integer, next_at timestamptz)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT y.due_at, y.rule, y.reminded, highseas.next_event(y.due_at, y.remind_before, y.reminded)
    FROM (SELECT greatest(d.due_at, CASE WHEN d.due_at IS NOT NULL THEN not_before END) AS due_at, d.rule, k.remind_before,
                 highseas.reminders_due(greatest(d.due_at, not_before), k.remind_before, now) AS reminded
          FROM highseas.tenant t
          CROSS JOIN LATERAL highseas.deadlines_of(due_in_tier.tenant_id, due_in_tier.pool_key, due_in_tier.tier,
              due_in_tier.class, due_in_tier.rep_key) x
          CROSS JOIN LATERAL highseas.due(due_in_tier.held_since, due_in_tier.last_follow_up_at, due_in_tier.last_order_at,
              due_in_tier.extended_until, due_in_tier.protected_until, deal = 'open',
              x.kinds, x.rules, x.amounts, x.units, t.time_zone, t.week_mask, t.days_off, t.days_on) d
          LEFT JOIN highseas.deadline k ON k.tenant_id = due_in_tier.tenant_id AND k.rule = d.rule
          WHERE t.tenant_id = due_in_tier.tenant_id
          OFFSET 0) y;  -- a fence: worked out once
END;
COMMENT ON FUNCTION highseas.due_in_tier(bigint, text, text, text, text, timestamptz, timestamptz, timestamptz, timestamptz, timestamptz, text, timestamptz, timestamptz) IS
'due_of() for a rep whose tier is known';

CREATE FUNCTION highseas.due_of(
    tenant_id bigint, rep_key text, pool_key text, class text, held_since timestamptz,
    last_follow_up_at timestamptz, last_order_at timestamptz, extended_until timestamptz,
    protected_until timestamptz, deal text, not_before timestamptz, now timestamptz)
RETURNS TABLE (due_at timestamptz, rule text, reminded integer, next_at timestamptz)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT d.due_at, d.rule, d.reminded, d.next_at
    FROM highseas.rep_facts(due_of.tenant_id, due_of.rep_key, now) f
    CROSS JOIN LATERAL highseas.due_in_tier(due_of.tenant_id, due_of.rep_key, f.tier, due_of.pool_key, due_of.class,
        due_of.held_since, due_of.last_follow_up_at, due_of.last_order_at, due_of.extended_until,
        due_of.protected_until, due_of.deal, due_of.not_before, now) d;
END;
COMMENT ON FUNCTION highseas.due_of(bigint, text, text, text, timestamptz, timestamptz, timestamptz, timestamptz, timestamptz, text, timestamptz, timestamptz) IS
'When a holding with these facts is due by today''s rules (not before not_before), by which deadline, how many of its reminder steps are past already, and what happens next. Reminders that lie in the past when a date is set are not sent: the date itself was just said.';

CREATE FUNCTION highseas.shift(at timestamptz, span interval, time_zone text)
RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((at AT TIME ZONE time_zone) + span) AT TIME ZONE time_zone;
COMMENT ON FUNCTION highseas.shift(timestamptz, interval, text) IS
'A time moved by an interval on the wall clock of a time zone';

CREATE FUNCTION highseas.check_claim(
    tenant_id bigint, rep_key text, customer_key text, now timestamptz, act text)
RETURNS highseas.verdict
LANGUAGE plpgsql
AS $$
DECLARE
    f record;
    c record;
    kinds text[];
    rules text[];
    maxima integer[];
    used integer[];
    resets timestamptz[];
    member boolean := true;
    cooldown_until timestamptz;
BEGIN
    SELECT x.tier, x.active, x.held, x.time_zone INTO f
    FROM highseas.rep_facts(check_claim.tenant_id, check_claim.rep_key, check_claim.now) x;
    SELECT x.state, x.holder, x.embargo_until, x.pool_key, x.class, p.is_open, p.members_only, p.cooldown INTO c
    FROM highseas.customer x JOIN highseas.pool p ON p.tenant_id = x.tenant_id AND p.pool_key = x.pool_key
    WHERE x.tenant_id = check_claim.tenant_id AND x.customer_key = check_claim.customer_key;

    IF c.members_only AND act IN ('claim', 'transfer') THEN
        member := EXISTS (
            SELECT FROM highseas.pool_member m
            WHERE m.tenant_id = check_claim.tenant_id AND m.pool_key = c.pool_key
              AND (m.rep_key IS NULL OR m.rep_key = check_claim.rep_key)
              AND (m.tier IS NULL OR m.tier = f.tier));
    END IF;
    IF c.cooldown > '0' AND act IN ('claim', 'transfer') THEN
        cooldown_until := (
            SELECT highseas.shift(max(h.ended_at), c.cooldown, f.time_zone) FROM highseas.holding h
            WHERE h.tenant_id = check_claim.tenant_id AND h.customer_key = check_claim.customer_key
              AND h.rep_key = check_claim.rep_key);
    END IF;
    -- Only limits that are used up can refuse; to gather the others, too, would double the cost of a check.
    IF EXISTS (
        SELECT FROM highseas.limits_of(check_claim.tenant_id, check_claim.rep_key, f.tier, f.held, check_claim.now, f.time_zone) x
        WHERE x.used >= x.maximum) THEN
        SELECT array_agg(x.kind), array_agg(x.rule), array_agg(x.maximum), array_agg(x.used), array_agg(x.resets_at)
        INTO kinds, rules, maxima, used, resets
        FROM highseas.limits_of(check_claim.tenant_id, check_claim.rep_key, f.tier, f.held, check_claim.now, f.time_zone) x
        WHERE (x.pool_key IS NULL OR x.pool_key = c.pool_key)
          AND (x.class IS NULL OR x.class = c.class)
          AND (x.kind = 'capacity' OR act NOT IN ('import', 'adopt'));
    END IF;

    IF act = 'claim' OR c.state IS NULL OR c.state IN ('withdrawn', 'gone') THEN
        RETURN highseas.claim_verdict(now, c.state, c.holder, rep_key, c.embargo_until, c.is_open, member, f.active,
                                      cooldown_until, kinds, rules, maxima, used, resets);
    END IF;
    -- Whoever decides in place of a claim overrules holder, freeze, embargo and a closed pool.
    RETURN highseas.claim_verdict(now, 'free', NULL, rep_key, NULL, true, member, f.active OR act IN ('import', 'adopt'),
                                  cooldown_until, kinds, rules, maxima, used, resets);
END
$$;
COMMENT ON FUNCTION highseas.check_claim(bigint, text, text, timestamptz, text) IS
'May this rep take this customer now? Gathers the facts and asks claim_verdict(). act: claim; transfer (the holder passes it on: no embargo, but cooldown, membership and limits); assign (a manager decides: only the limits and leave bind); import or adopt (found in the CRM: only capacity binds).';

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
        WHEN v.rule = 'cooldown' THEN 'The rep held it before and must wait.'
        WHEN v.rule = 'unknown-customer' THEN 'No such customer in this tenant.'
    END
    || coalesce(' Allowed from '
           || pg_catalog.to_char((v.allowed_from + interval '59.999999 seconds') AT TIME ZONE time_zone, 'YYYY-MM-DD HH24:MI') || ' ' || time_zone || '.', '');
COMMENT ON FUNCTION highseas.verdict_detail(highseas.verdict, text) IS
'A verdict''s refusal in one or two sentences, with the time, rounded up to the minute, from which it would be allowed; NULL when allowed';
