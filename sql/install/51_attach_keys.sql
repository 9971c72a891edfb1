-- CRMs rename keys and merge records: the history stays one.

-- Every table that carries a customer's history moves to another key. A sync writes profiles and marks values of customers
-- whom it does not lock: profiles come first, then values in the order of their keys, there and here.
CREATE FUNCTION highseas.move_history(tenant_id bigint, from_key text, to_key text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE highseas.holding x SET customer_key = to_key WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key;
    UPDATE highseas.follow_up x SET customer_key = to_key WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key;
    -- Of two intents the last one learned stands; whose plan it (or his kind) changes, the caller plans anew.
    DELETE FROM highseas.customer_intent x USING highseas.customer_intent y
    WHERE x.tenant_id = move_history.tenant_id AND y.tenant_id = x.tenant_id
      AND (x.customer_key, y.customer_key) IN ((from_key, to_key), (to_key, from_key))
      AND (x.at, x.customer_key = to_key) < (y.at, y.customer_key = to_key);
    UPDATE highseas.customer_intent x SET customer_key = to_key
    WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key;
    UPDATE highseas.customer c SET intent = i.intent, asleep_until = s.until
    FROM highseas.customer_intent i JOIN highseas.tenant t ON t.tenant_id = i.tenant_id
    CROSS JOIN LATERAL (SELECT highseas.sleeps_until(i.intent, i.expected_on, t.time_zone) AS until) s
    WHERE i.tenant_id = move_history.tenant_id AND i.customer_key = to_key
      AND c.tenant_id = i.tenant_id AND c.customer_key = i.customer_key AND (i.intent, s.until) IS DISTINCT FROM (c.intent, c.asleep_until);
    UPDATE highseas.customer_event x SET customer_key = to_key WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key;
    -- Their reps may be reading them: in one order, as in acknowledge().
    UPDATE highseas.notice x SET customer_key = to_key
    WHERE x.tenant_id = move_history.tenant_id AND x.notice_id = ANY (ARRAY(
        SELECT y.notice_id FROM highseas.notice y
        WHERE y.tenant_id = move_history.tenant_id AND y.customer_key = from_key ORDER BY y.notice_id FOR NO KEY UPDATE));
    UPDATE highseas.hand_over x
    SET customer_key = to_key, status = CASE x.status WHEN 'proposed' THEN 'void' ELSE x.status END,
        decided_at = coalesce(x.decided_at, highseas.clock()), note = CASE x.status WHEN 'proposed' THEN 'another key' ELSE x.note END
    WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key;
    UPDATE highseas.extension x SET customer_key = to_key WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key;
    UPDATE highseas.lead x
    SET customer_key = to_key, is_first = x.is_first AND NOT EXISTS (
        SELECT FROM highseas.lead y WHERE y.tenant_id = x.tenant_id AND y.customer_key = to_key AND y.is_first)
    WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key;
    UPDATE highseas.reconcile_finding x SET resolved_at = coalesce(x.resolved_at, highseas.clock())
    WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key;
    UPDATE highseas.reconcile_finding x SET customer_key = to_key
    WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key;
    -- An order that both had under the same key is the same order.
    DELETE FROM highseas.purchase x USING highseas.purchase y
    WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key
      AND y.tenant_id = x.tenant_id AND y.customer_key = to_key AND y.order_key = x.order_key AND y.attachment = x.attachment;
    UPDATE highseas.purchase x SET customer_key = to_key WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key;
    PERFORM FROM highseas.customer_value v
    WHERE v.tenant_id = move_history.tenant_id AND v.customer_key IN (from_key, to_key)
    ORDER BY v.customer_key FOR UPDATE;
    DELETE FROM highseas.customer_value v WHERE v.tenant_id = move_history.tenant_id AND v.customer_key = from_key;
    -- A class belongs to one customer: where both have one, the survivor's stands, with its own history.
    IF EXISTS (SELECT FROM highseas.customer_class x WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = to_key) THEN
        DELETE FROM highseas.customer_class x WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key;
        DELETE FROM highseas.class_history x WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key;
    ELSE
        UPDATE highseas.customer_class x SET customer_key = to_key WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key;
        UPDATE highseas.class_history x SET customer_key = to_key WHERE x.tenant_id = move_history.tenant_id AND x.customer_key = from_key;
        UPDATE highseas.customer c SET kind = k.kind
        FROM highseas.customer_class k
        WHERE k.tenant_id = move_history.tenant_id AND k.customer_key = to_key
          AND c.tenant_id = k.tenant_id AND c.customer_key = k.customer_key AND c.kind IS DISTINCT FROM k.kind;
    END IF;
    PERFORM highseas.refresh_purchases(tenant_id, ARRAY[from_key, to_key], highseas.clock());
END
$$;
COMMENT ON FUNCTION highseas.move_history(bigint, text, text) IS 'Puts all that happened to one customer under another key';

CREATE FUNCTION highseas_api.rekey_customer(
    customer text, new_key text, tenant text DEFAULT NULL, OUT customer_key text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
    c highseas.customer;
    now timestamptz;
BEGIN
    PERFORM highseas.require_key('new_key', new_key);
    c := highseas.lock_customer(t, customer);
    PERFORM highseas.require_customer(c, customer);
    IF EXISTS (SELECT FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key = new_key) THEN
        RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('customer "%s" exists already', left(new_key, 100)),
            DETAIL = 'A key belongs to one customer.', HINT = 'CALL highseas.merge_customer() makes two customers one.';
    END IF;
    now := highseas.act_time(t, ARRAY[c.holder], ARRAY[customer]);
    UPDATE highseas.customer x
    SET customer_key = new_key, last_act_at = now,
        lane = highseas.lane_of(new_key, (SELECT p.lanes FROM highseas.pool p WHERE p.tenant_id = t AND p.pool_key = c.pool_key))
    WHERE x.tenant_id = t AND x.customer_key = customer;
    UPDATE highseas.profile x SET customer_key = new_key WHERE x.tenant_id = t AND x.customer_key = customer;
    PERFORM highseas.move_history(t, customer, new_key);
    PERFORM highseas.record_event(t, now, new_key, 'rekey', c.holder, NULL, format('was %s', customer));
    PERFORM highseas.move_duplicates(t, customer, new_key);
    customer_key := new_key;
END
$$;
COMMENT ON FUNCTION highseas_api.rekey_customer(text, text, text) IS
'The CRM gave a customer another key: everything moves to it. Call it before the next sync, which would else take the new key for a new customer. Errors: 42704 unknown customer, 23505 the new key is taken, 42501, 22004/22023.';

CREATE FUNCTION highseas.merge_ends_spell(gone highseas.customer, kept highseas.customer) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN (gone).holder IS NOT NULL AND ((kept).holder IS NOT NULL OR (kept).state IN ('withdrawn', 'frozen'));
COMMENT ON FUNCTION highseas.merge_ends_spell(highseas.customer, highseas.customer) IS
'Whether a merge ends the merged customer''s spell: the survivor''s holder, or its being out of reach, stands';

CREATE FUNCTION highseas.merge_outcome(gone highseas.customer, kept highseas.customer) RETURNS highseas.customer
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    o highseas.customer := kept;
BEGIN
    o.state := CASE WHEN kept.state = 'free' AND gone.state IN ('withdrawn', 'frozen') THEN gone.state ELSE kept.state END;
    o.last_order_at := greatest(kept.last_order_at, gone.last_order_at);
    o.passive_returns := greatest(kept.passive_returns, gone.passive_returns);
    o.embargo_until := CASE WHEN gone.holder IS NULL THEN greatest(kept.embargo_until, gone.embargo_until) END;
    o.deal := CASE WHEN 'open' IN (kept.deal, gone.deal) THEN 'open' WHEN 'closed' IN (kept.deal, gone.deal) THEN 'closed' ELSE 'none' END;
    o.score := greatest(kept.score, gone.score);
    o.online := kept.online OR gone.online;
    o.has_email := kept.has_email OR gone.has_email;
    o.class := coalesce(kept.class, gone.class);
    IF gone.holder IS NOT NULL THEN
        -- Only the other one was held: its spell goes on as the survivor's.
        o.state := 'held';
        o.holder := gone.holder;
        o.holding_id := gone.holding_id;
        o.held_since := gone.held_since;
        o.last_follow_up_at := gone.last_follow_up_at;
        o.due_at := gone.due_at;
        o.due_rule := gone.due_rule;
        o.next_at := gone.next_at;
        o.check_at := gone.check_at;
        o.reminded := gone.reminded;
        o.extended_until := gone.extended_until;
        o.protected_until := gone.protected_until;
    END IF;
    RETURN o;
END
$$;
COMMENT ON FUNCTION highseas.merge_outcome(highseas.customer, highseas.customer) IS
'The survivor of a merge, where a spell that the merge ends has ended already';

CREATE FUNCTION highseas_api.merge_customer(
    customer text, into_customer text, reason text DEFAULT NULL, tenant text DEFAULT NULL,
    OUT customer_key text, OUT holder text, OUT state text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
    reps text[];
    gone highseas.customer;
    kept highseas.customer;
    o highseas.customer;
    merged jsonb;
    filled jsonb;
    now timestamptz;
BEGIN
    PERFORM highseas.require_key('customer', customer);
    PERFORM highseas.require_key('into_customer', into_customer);
    IF customer = into_customer THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'a customer cannot be merged into itself', HINT = 'Name two customers.';
    END IF;
    reps := ARRAY(SELECT x.holder FROM highseas.customer x
                  WHERE x.tenant_id = t AND x.customer_key IN (customer, into_customer) AND x.holder IS NOT NULL);
    PERFORM FROM highseas.rep r WHERE r.tenant_id = t AND r.rep_key = ANY (reps) ORDER BY r.rep_key FOR NO KEY UPDATE;
    PERFORM FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key IN (customer, into_customer)
    ORDER BY x.customer_key FOR UPDATE;
    SELECT x.* INTO gone FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key = customer;
    SELECT x.* INTO kept FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key = into_customer;
    PERFORM highseas.require_customer(gone, customer);
    PERFORM highseas.require_customer(kept, into_customer);
    -- NULL <> ALL ('{}') is true.
    IF gone.holder IS NOT NULL AND gone.holder <> ALL (reps) OR kept.holder IS NOT NULL AND kept.holder <> ALL (reps) THEN
        RAISE EXCEPTION USING ERRCODE = '55P03', MESSAGE = format('customer "%s" or "%s" is changing hands', left(customer, 100), left(into_customer, 100)),
            DETAIL = 'Its holder changed while this waited.', HINT = 'Try again.';
    END IF;
    now := highseas.act_time(t, reps, ARRAY[customer, into_customer]);

    merged := to_jsonb(gone);
    IF highseas.merge_ends_spell(gone, kept) THEN
        PERFORM highseas.release(t, ARRAY[customer], 'merge', highseas.actor(), now, coalesce(reason, 'merged into ' || into_customer));
        SELECT x.* INTO gone FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key = customer;
    END IF;
    filled := CASE WHEN highseas.profile_is_fed(t, into_customer) THEN '{}' ELSE highseas.profile_lacks(t, into_customer, customer) END;
    PERFORM highseas.keep_merge_record(t, customer, into_customer, now, reason, merged, filled);
    DELETE FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key = customer;
    DELETE FROM highseas.profile x WHERE x.tenant_id = t AND x.customer_key = customer;
    PERFORM highseas.fill_profile(t, into_customer, filled, now);
    UPDATE highseas.extension e SET status = 'refused', decided_at = now, decided_by = highseas.actor()
    WHERE e.tenant_id = t AND e.customer_key = customer AND e.status = 'asked'
      AND (gone.holder IS NULL OR kept.holder IS NOT NULL);
    PERFORM highseas.move_history(t, customer, into_customer);
    o := highseas.merge_outcome(gone, kept);
    UPDATE highseas.customer x
    SET last_act_at = now, state = o.state, last_order_at = o.last_order_at, passive_returns = o.passive_returns,
        embargo_until = o.embargo_until, deal = o.deal, score = o.score, online = o.online, has_email = o.has_email, class = o.class,
        holder = o.holder, holding_id = o.holding_id, held_since = o.held_since, last_follow_up_at = o.last_follow_up_at,
        due_at = o.due_at, due_rule = o.due_rule, next_at = o.next_at, check_at = o.check_at, reminded = o.reminded,
        extended_until = o.extended_until, protected_until = o.protected_until
    WHERE x.tenant_id = t AND x.customer_key = into_customer;
    PERFORM highseas.replan_customers(t, ARRAY[into_customer], now);
    PERFORM highseas.record_event(t, now, into_customer, 'merge', coalesce(kept.holder, gone.holder), reason, format('took in %s', customer));
    PERFORM highseas.move_duplicates(t, customer, into_customer);
    SELECT x.customer_key, x.holder, x.state INTO merge_customer.customer_key, merge_customer.holder, merge_customer.state
    FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key = into_customer;
END
$$;
COMMENT ON FUNCTION highseas_api.merge_customer(text, text, text, text) IS
'The CRM made two customers one: all that happened to customer goes to into_customer, whose profile stands; what it lacks is filled from the other one''s, unless an attachment brings it: then it is the CRM''s. If both are held, the survivor keeps its holder and the other spell ends; if only the merged one is, its spell goes on. Embargo, passive returns and deals of both count, and who was withdrawn or frozen keeps the free one out of reach. merge_preview() tells all of that before, unmerge_customer() takes it back; the survivor is found by the other one''s name, too. Errors: 42704, 22023, 55P03, 42501, 22004.';
