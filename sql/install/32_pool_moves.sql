-- The moves of every customer: take_one (from the pool or another rep), take_in_turn (many from the pool,
-- set-based) and release (back to a pool). The callers have locked the reps, then the customers, and asked the rule.

-- An act's time is read after its locks and lies after the last act of all concerned.
CREATE FUNCTION highseas.act_time(tenant_id bigint, reps text[], customers text[]) RETURNS timestamptz
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN greatest(highseas.clock(),
        (SELECT max(r.last_act_at) FROM highseas.rep r
         WHERE r.tenant_id = act_time.tenant_id AND r.rep_key = ANY (reps)),
        (SELECT max(c.last_act_at) + interval '1 microsecond' FROM highseas.customer c
         WHERE c.tenant_id = act_time.tenant_id AND c.customer_key = ANY (customers)));
END
$$;
COMMENT ON FUNCTION highseas.act_time(bigint, text[], text[]) IS
'The time of an act on locked rows: the clock, but never before the last act of its reps and after the last one of its customers';

CREATE FUNCTION highseas.take_one(
    tenant_id bigint, customer_key text, rep_key text, act text, actor text, now timestamptz, reason text, retry_key text,
    OUT due_at timestamptz, OUT due_rule text)
LANGUAGE plpgsql
AS $$
DECLARE
    c record;
    d highseas.holding_plan;
    opened bigint;
BEGIN
    SELECT x.holder, x.pool_key, x.class, x.kind, x.last_order_at, x.protected_until, x.deal, x.intent, x.asleep_until INTO c
    FROM highseas.customer x
    WHERE x.tenant_id = take_one.tenant_id AND x.customer_key = take_one.customer_key;
    d := highseas.due_of(tenant_id, rep_key, c.pool_key, c.class, c.kind, now, NULL, c.last_order_at, NULL, c.protected_until,
                         c.deal, c.intent, c.asleep_until, NULL, now);
    IF c.holder IS NOT NULL THEN
        UPDATE highseas.holding h
        SET ended_at = take_one.now, end_act = take_one.act, end_actor = take_one.actor, end_reason = take_one.reason
        WHERE h.tenant_id = take_one.tenant_id AND h.customer_key = take_one.customer_key AND h.ended_at IS NULL;
        UPDATE highseas.rep r SET held = r.held - 1, last_act_at = take_one.now
        WHERE r.tenant_id = take_one.tenant_id AND r.rep_key = c.holder;
    END IF;
    INSERT INTO highseas.holding AS h (tenant_id, customer_key, rep_key, pool_key, class, started_at,
                                       act, from_rep, actor, reason, retry_key)
    VALUES (take_one.tenant_id, take_one.customer_key, take_one.rep_key, c.pool_key, c.class, take_one.now,
            take_one.act, c.holder, take_one.actor, take_one.reason, take_one.retry_key)
    RETURNING h.holding_id INTO opened;
    UPDATE highseas.rep r SET held = r.held + 1, last_act_at = take_one.now
    WHERE r.tenant_id = take_one.tenant_id AND r.rep_key = take_one.rep_key;
    UPDATE highseas.customer x
    SET state = 'held', holder = take_one.rep_key, holding_id = opened, held_since = take_one.now,
        last_follow_up_at = NULL, extended_until = NULL, embargo_until = NULL, reminded = d.reminded,
        due_at = d.due_at, due_rule = d.rule, next_at = d.next_at, check_at = d.next_at, last_act_at = take_one.now
    WHERE x.tenant_id = take_one.tenant_id AND x.customer_key = take_one.customer_key;
    due_at := d.due_at;
    due_rule := d.rule;
END
$$;
COMMENT ON FUNCTION highseas.take_one(bigint, text, text, text, text, timestamptz, text, text) IS
'Gives a customer to a rep: closes the spell of the one before, opens the new one, plans when it is due, counts. In plain statements: starting the joins that serve thousands would cost three times the writing. Returns when it is due, by which deadline. The caller has locked all three (reps first) and asked check_claim().';

CREATE FUNCTION highseas.take_in_turn(
    tenant_id bigint, customers text[], reps text[], reasons text[], act text, actor text, now timestamptz)
RETURNS TABLE (customer_key text, rep_key text, due_at timestamptz)
LANGUAGE plpgsql SET jit = off SET enable_nestloop = off -- thousands of unknown number: read by one walk of the index in the order
                                                         -- of the keys (= ANY), and met in a hash, they cost half of one descent each
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH alike AS (
        -- Those of one rep with the same facts have the same due date: the first of them asks the rule for all.
        -- (Windows, not a join: thousands of rows of unknown number would meet in a nested loop.)
        SELECT x.customer_key, x.rep_key, x.reason, x.turn, c.holder AS from_rep, c.pool_key, c.class, c.kind, c.protected_until, c.deal, c.intent,
               c.asleep_until, o.last_order_at, o.extended_until, row_number() OVER facts AS n
        FROM unnest(customers, reps, reasons) WITH ORDINALITY x(customer_key, rep_key, reason, turn)
        JOIN highseas.customer c ON c.tenant_id = take_in_turn.tenant_id AND c.customer_key = x.customer_key AND c.customer_key = ANY (customers)
        CROSS JOIN LATERAL (
            SELECT CASE WHEN c.last_order_at > take_in_turn.now THEN c.last_order_at END AS last_order_at,
                   -- What was granted to the one holds while another stands in for him, and when he is back.
                   CASE WHEN take_in_turn.act IN ('cover', 'give_back') THEN c.extended_until END AS extended_until OFFSET 0) o
        WINDOW facts AS (PARTITION BY x.rep_key, c.pool_key, c.class, c.kind, c.protected_until, c.deal, c.intent, c.asleep_until, o.last_order_at, o.extended_until)
    ), taken AS (
        SELECT a.customer_key, a.rep_key, a.reason, a.turn, a.from_rep, a.extended_until, nextval('highseas.holding_holding_id_seq') AS holding_id,
               a.pool_key, a.class,
               max(d.due_at) OVER facts AS due_at, max(d.rule) OVER facts AS rule, max(d.next_at) OVER facts AS next_at
        FROM alike a
        LEFT JOIN LATERAL (
            SELECT y.due_at, y.rule, y.next_at
            FROM (SELECT a.rep_key WHERE a.n = 1 OFFSET 0) first
            CROSS JOIN LATERAL highseas.due_of(take_in_turn.tenant_id, first.rep_key, a.pool_key, a.class, a.kind, take_in_turn.now,
                NULL, a.last_order_at, a.extended_until, a.protected_until, a.deal, a.intent, a.asleep_until, NULL, take_in_turn.now) y) d ON true
        WINDOW facts AS (PARTITION BY a.rep_key, a.pool_key, a.class, a.kind, a.protected_until, a.deal, a.intent, a.asleep_until, a.last_order_at, a.extended_until)
    ), opened AS (
        INSERT INTO highseas.holding (tenant_id, holding_id, customer_key, rep_key, pool_key, class, started_at,
                                      act, from_rep, actor, reason)
        OVERRIDING SYSTEM VALUE
        SELECT take_in_turn.tenant_id, t.holding_id, t.customer_key, t.rep_key, t.pool_key, t.class, take_in_turn.now,
               take_in_turn.act, t.from_rep, take_in_turn.actor, t.reason
        FROM taken t
    ), counted AS (
        UPDATE highseas.rep r
        SET held = r.held + n.gained, last_act_at = take_in_turn.now,
            -- Behind all others, also when the clock stands still between two batches. Whoever stands in for
            -- another one waits on.
            waiting_since = CASE WHEN take_in_turn.act IN ('rotate', 'allocate', 'hand_over')
                THEN n.turn * interval '1 microsecond' + greatest(take_in_turn.now,
                    (SELECT max(x.waiting_since) FROM highseas.rep x WHERE x.tenant_id = take_in_turn.tenant_id))
                ELSE r.waiting_since END
        FROM (SELECT t.rep_key, count(*) AS gained, max(t.turn) AS turn FROM taken t GROUP BY t.rep_key) n
        WHERE r.tenant_id = take_in_turn.tenant_id AND r.rep_key = n.rep_key
    )
    UPDATE highseas.customer c
    SET state = 'held', holder = t.rep_key, holding_id = t.holding_id, held_since = take_in_turn.now,
        last_follow_up_at = NULL, extended_until = t.extended_until, embargo_until = NULL, reminded = 0,
        due_at = t.due_at, due_rule = t.rule, next_at = t.next_at, check_at = t.next_at,
        last_act_at = take_in_turn.now
    FROM taken t
    WHERE c.tenant_id = take_in_turn.tenant_id AND c.customer_key = t.customer_key AND c.customer_key = ANY (customers)
    RETURNING c.customer_key, c.holder, c.due_at;
END
$$;
COMMENT ON FUNCTION highseas.take_in_turn(bigint, text[], text[], text[], text, text, timestamptz) IS
'Gives each customer to the rep beside it, for the reason beside it, as plan_allocation() said: opens the spells, plans when they are due, counts, puts the reps who were given some behind all others in the order of their last customer. Returns what is due when. The caller has locked them all, reps first, and closed the spells of those who are held (move_held).';

CREATE FUNCTION highseas.release(
    tenant_id bigint, customers text[], act text, actor text, now timestamptz,
    reason text DEFAULT NULL, note text DEFAULT NULL, to_pool text DEFAULT NULL, state text DEFAULT 'free')
RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan -- see move_held()
AS $$
BEGIN
    WITH closed AS (
        UPDATE highseas.holding h
        SET ended_at = release.now, end_act = release.act, end_actor = release.actor,
            end_reason = coalesce(release.reason, CASE release.act WHEN 'expire' THEN c.due_rule END), end_note = release.note,
            to_pool = coalesce(p.return_to, release.to_pool, c.pool_key)
        FROM unnest(customers) x(customer_key)
        JOIN highseas.customer c ON c.tenant_id = release.tenant_id AND c.customer_key = x.customer_key
        JOIN highseas.pool p ON p.tenant_id = release.tenant_id AND p.pool_key = c.pool_key
        WHERE h.tenant_id = release.tenant_id AND h.customer_key = x.customer_key AND h.holding_id = c.holding_id
        RETURNING h.customer_key, h.rep_key, h.to_pool, h.end_reason, c.due_at
    ), counted AS (
        UPDATE highseas.rep r
        SET held = r.held - n.lost, last_act_at = release.now
        FROM (SELECT c.rep_key, count(*) AS lost FROM closed c GROUP BY c.rep_key) n
        WHERE r.tenant_id = release.tenant_id AND r.rep_key = n.rep_key
    ), told AS (
        -- Who let go himself needs no notice.
        INSERT INTO highseas.notice (tenant_id, at, rep_key, customer_key, kind, due_at, message)
        SELECT release.tenant_id, release.now, c.rep_key, c.customer_key, 'returned', c.due_at,
               format('Customer %s is no longer yours: %s', c.customer_key,
                      coalesce(c.end_reason, replace(release.act, '_', ' ')))
        FROM closed c WHERE release.act <> 'return'
    ), returned AS (
        UPDATE highseas.customer c
        SET state = CASE WHEN release.state = 'free' AND release.act = 'expire'
                              AND c.passive_returns + 1 >= p.freeze_after THEN 'frozen'
                         ELSE release.state END,
            passive_returns = c.passive_returns + (release.act = 'expire')::integer,
            pool_key = p.pool_key, lane = highseas.lane_of(c.customer_key, p.lanes),
            pooled_since = release.now,
            embargo_until = CASE WHEN p.embargo > '0' THEN highseas.shift(release.now, p.embargo, t.time_zone) END,
            holder = NULL, holding_id = NULL, held_since = NULL, due_at = NULL, due_rule = NULL,
            next_at = NULL, check_at = NULL, reminded = 0, extended_until = NULL, protected_until = NULL,
            last_act_at = release.now
        FROM closed x
        JOIN highseas.pool p ON p.tenant_id = release.tenant_id AND p.pool_key = x.to_pool
        JOIN highseas.tenant t ON t.tenant_id = release.tenant_id
        WHERE c.tenant_id = release.tenant_id AND c.customer_key = x.customer_key
        RETURNING c.customer_key, c.state, c.passive_returns
    ), dropped AS (
        UPDATE highseas.extension e
        SET status = 'refused', decided_at = release.now, decided_by = release.actor
        FROM closed x
        WHERE e.tenant_id = release.tenant_id AND e.customer_key = x.customer_key AND e.status = 'asked'
    )
    INSERT INTO highseas.customer_event (tenant_id, at, customer_key, act, actor, reason)
    SELECT release.tenant_id, release.now, r.customer_key, 'freeze', release.actor,
           format('returned %s times without an act', r.passive_returns)
    FROM returned r WHERE r.state = 'frozen';
END
$$;
COMMENT ON FUNCTION highseas.release(bigint, text[], text, text, timestamptz, text, text, text, text) IS
'Ends the holding of each customer: back to the pool''s fixed target, the chosen pool or the one it came from, with embargo and freeze by the pool''s row; tells the former holder. The caller has locked them all (reps first).';
