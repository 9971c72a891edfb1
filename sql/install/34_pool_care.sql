-- Verbs that change no holder: extend, protect; and those that take a customer out of the pool.

CREATE FUNCTION highseas.record_event(
    tenant_id bigint, at timestamptz, customer text, act text, rep text, reason text, detail text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO highseas.customer_event (tenant_id, at, customer_key, act, rep_key, actor, reason, detail)
    VALUES (tenant_id, at, customer, act, rep, highseas.actor(), reason, detail);
END
$$;
COMMENT ON FUNCTION highseas.record_event(bigint, timestamptz, text, text, text, text, text) IS
'One ledger row of an act that changes no holder';

CREATE FUNCTION highseas.acting_holder(c highseas.customer, customer text, rep text, manager boolean) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    who text := CASE WHEN manager THEN c.holder ELSE highseas.acting_rep(c.tenant_id, rep) END;
BEGIN
    IF c.holder IS NULL OR c.holder <> who THEN
        PERFORM highseas.refuse_holder(customer, coalesce(who, ''));
    END IF;
    PERFORM highseas.require_own_rep(c.tenant_id, c.pool_key, who);
    RETURN who;
END
$$;
COMMENT ON FUNCTION highseas.acting_holder(highseas.customer, text, text, boolean) IS
'The holder in whose name a verb acts on a locked customer: a manager''s is whoever holds it, else the rep must. Errors: SE007 not the holder, 42704, 42501.';

CREATE FUNCTION highseas.require_time(what text, value timestamptz, after timestamptz) RETURNS void
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    IF value IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = format('%s must not be null', what), HINT = 'Pass a time.';
    ELSIF NOT isfinite(value) OR value > timestamptz '9999-01-01' OR value <= after THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s is out of range', what),
            DETAIL = format('It must lie after %s and before the year 9999.', after), HINT = 'Pass a finite time in the future.';
    END IF;
END
$$;
COMMENT ON FUNCTION highseas.require_time(text, timestamptz, timestamptz) IS
'Raises 22004 for NULL, 22023 for a time that is infinite, not after another, or beyond the year 9999';

CREATE FUNCTION highseas.grant_extension(tenant_id bigint, c highseas.customer, until timestamptz, now timestamptz)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE highseas.customer x
    SET extended_until = greatest(x.extended_until, until), last_act_at = now
    WHERE x.tenant_id = grant_extension.tenant_id AND x.customer_key = c.customer_key;
    PERFORM highseas.replan_customers(tenant_id, ARRAY[c.customer_key], now);
END
$$;
COMMENT ON FUNCTION highseas.grant_extension(bigint, highseas.customer, timestamptz, timestamptz) IS
'Puts a due date off; the longest holding still decides';

CREATE FUNCTION highseas_api.extend(
    customer text, until timestamptz, reason text DEFAULT NULL, rep text DEFAULT NULL, tenant text DEFAULT NULL,
    OUT customer_key text, OUT status text, OUT extension_id bigint, OUT due_at timestamptz, OUT due_rule text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'agent');
    manager boolean := rep IS NULL AND highseas.has_access(t, 'manager');
    who text;
    c highseas.customer := highseas.lock_customer(t, customer);
    now timestamptz;
BEGIN
    PERFORM highseas.require_customer(c, customer);
    who := highseas.acting_holder(c, customer, rep, manager);
    now := highseas.act_time(t, ARRAY[who], ARRAY[customer]);
    PERFORM highseas.require_time('until', until, greatest(now, c.due_at));
    status := CASE WHEN manager OR until <= highseas.shift(coalesce(c.due_at, now), p.max_extension, z.time_zone)
                   THEN 'granted' ELSE 'asked' END
    FROM highseas.pool p JOIN highseas.tenant z ON z.tenant_id = p.tenant_id
    WHERE p.tenant_id = t AND p.pool_key = c.pool_key;
    -- What needs no manager may be taken once for a due date: a second one would evade the limit.
    IF status = 'granted' AND NOT manager AND c.extended_until >= c.due_at THEN
        status := 'asked';
    END IF;
    UPDATE highseas.extension e SET status = 'refused', decided_at = now, decided_by = highseas.actor()
    WHERE e.tenant_id = t AND e.customer_key = customer AND e.status = 'asked';
    INSERT INTO highseas.extension AS e (tenant_id, customer_key, holding_id, rep_key, asked_at, until, reason, status, decided_at, decided_by)
    VALUES (t, customer, c.holding_id, who, now, extend.until, extend.reason, extend.status,
            CASE extend.status WHEN 'granted' THEN now END, CASE extend.status WHEN 'granted' THEN highseas.actor() END)
    RETURNING e.extension_id INTO extend.extension_id;
    IF status = 'granted' THEN
        PERFORM highseas.grant_extension(t, c, until, now);
    END IF;
    PERFORM highseas.record_event(t, now, customer, 'extend', who, reason, format('%s until %s', status, until));
    SELECT x.customer_key, x.due_at, x.due_rule INTO extend.customer_key, extend.due_at, extend.due_rule
    FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key = customer;
END
$$;
COMMENT ON FUNCTION highseas_api.extend(text, timestamptz, text, text, text) IS
'The holder asks for more time: granted at once up to the pool''s max_extension beyond the due date, once for a due date; beyond that status is asked, and a manager decides by decide_extension(). A manager who names no rep grants. Never past the longest holding. Errors: SE007, 42704, 42501, 22004/22023 (until must lie after the due date).';

CREATE FUNCTION highseas_api.decide_extension(
    extension bigint, granted boolean, tenant text DEFAULT NULL,
    OUT customer_key text, OUT status text, OUT due_at timestamptz, OUT due_rule text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
    e highseas.extension;
    c highseas.customer;
    now timestamptz;
BEGIN
    IF extension IS NULL OR granted IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'extension and granted must not be null',
            HINT = 'highseas.extension has the numbers; granted is true or false.';
    END IF;
    SELECT x.* INTO e FROM highseas.extension x WHERE x.tenant_id = t AND x.extension_id = extension;
    IF e.extension_id IS NOT NULL THEN
        c := highseas.lock_customer(t, e.customer_key);
        SELECT x.* INTO e FROM highseas.extension x
        WHERE x.tenant_id = t AND x.extension_id = extension AND x.status = 'asked' AND x.holding_id = c.holding_id;
    END IF;
    IF e.extension_id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('extension %s is not waiting for a decision', extension),
            DETAIL = 'It is unknown, decided already, or the holding has ended.', HINT = 'highseas.extension lists them.';
    END IF;
    now := highseas.act_time(t, ARRAY[c.holder], ARRAY[c.customer_key]);
    status := CASE WHEN granted THEN 'granted' ELSE 'refused' END;
    UPDATE highseas.extension x SET status = decide_extension.status, decided_at = now, decided_by = highseas.actor()
    WHERE x.tenant_id = t AND x.extension_id = extension;
    IF granted THEN
        PERFORM highseas.grant_extension(t, c, e.until, now);
    END IF;
    INSERT INTO highseas.notice (tenant_id, at, rep_key, customer_key, kind, message)
    VALUES (t, now, e.rep_key, c.customer_key, 'extension', format('Extension of customer %s: %s', c.customer_key, status));
    PERFORM highseas.record_event(t, now, c.customer_key, 'extend', e.rep_key, e.reason, format('%s until %s', status, e.until));
    SELECT x.customer_key, x.due_at, x.due_rule INTO decide_extension.customer_key, decide_extension.due_at, decide_extension.due_rule
    FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key = c.customer_key;
END
$$;
COMMENT ON FUNCTION highseas_api.decide_extension(bigint, boolean, text) IS
'A manager grants or refuses an extension that was asked for; the rep gets a notice. Errors: 42704 none is waiting, 42501, 22004.';

CREATE FUNCTION highseas_api.protect(
    customer text, until timestamptz, reason text DEFAULT NULL, rep text DEFAULT NULL, tenant text DEFAULT NULL,
    OUT customer_key text, OUT protected_until timestamptz, OUT due_at timestamptz, OUT due_rule text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'agent');
    manager boolean := rep IS NULL AND highseas.has_access(t, 'manager');
    who text;
    c highseas.customer := highseas.lock_customer(t, customer);
    now timestamptz;
    longest timestamptz;
    full_rule record;
BEGIN
    PERFORM highseas.require_customer(c, customer);
    who := highseas.acting_holder(c, customer, rep, manager);
    now := highseas.act_time(t, ARRAY[who], ARRAY[customer]);
    IF until IS NOT NULL THEN
        PERFORM highseas.require_time('until', until, now);
        SELECT highseas.shift(now, p.max_protection, z.time_zone) INTO longest
        FROM highseas.pool p JOIN highseas.tenant z ON z.tenant_id = p.tenant_id
        WHERE p.tenant_id = t AND p.pool_key = c.pool_key;
        IF until > longest AND NOT manager THEN
            RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'the protection is too long',
                DETAIL = format('It may last until %s.', longest), HINT = 'Ask a manager for more.';
        END IF;
        SELECT x.rule, x.maximum, x.used INTO full_rule
        FROM (SELECT k.rule, k.maximum, (
                  SELECT count(*) FROM highseas.customer h
                  WHERE h.tenant_id = t AND h.holder = who AND h.state = 'held' AND h.protected_until > now
                    AND h.customer_key <> customer
                    AND (k.pool_key IS NULL OR h.pool_key = k.pool_key)
                    AND (k.class IS NULL OR h.class = k.class)
                    AND (k.closed_deals OR h.deal <> 'closed')) AS used
              FROM highseas.capacity k CROSS JOIN LATERAL highseas.rep_facts(t, who, now) f
              WHERE k.tenant_id = t AND k.counts = 'protected'
                AND (k.pool_key IS NULL OR k.pool_key = c.pool_key) AND (k.class IS NULL OR k.class = c.class)
                AND (k.tier IS NULL OR k.tier = f.tier) AND (k.rep_key IS NULL OR k.rep_key = who)) x
        WHERE x.used >= x.maximum ORDER BY x.maximum LIMIT 1;
        IF full_rule.rule IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'SE003', CONSTRAINT = full_rule.rule, SCHEMA = 'highseas',
                MESSAGE = format('rep "%s" may protect no more customers', who),
                DETAIL = format('Rule "%s": %s of %s used.', full_rule.rule, full_rule.used, full_rule.maximum),
                HINT = 'End another protection first: protect(customer, NULL).';
        END IF;
    END IF;
    UPDATE highseas.customer x SET protected_until = until, last_act_at = now
    WHERE x.tenant_id = t AND x.customer_key = customer;
    PERFORM highseas.replan_customers(t, ARRAY[customer], now);
    PERFORM highseas.record_event(t, now, customer, CASE WHEN until IS NULL THEN 'unprotect' ELSE 'protect' END,
                                  who, reason, 'until ' || until);
    SELECT x.customer_key, x.protected_until, x.due_at, x.due_rule
    INTO protect.customer_key, protect.protected_until, protect.due_at, protect.due_rule
    FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key = customer;
END
$$;
COMMENT ON FUNCTION highseas_api.protect(text, timestamptz, text, text, text) IS
'The holder (or a manager, naming no rep) protects a customer from return and expiry until a time; NULL ends it. Agents are bound by the pool''s max_protection and by capacity rows that count protected. Errors: SE003 too many, SE007 not the holder, 42704, 42501, 22023 too long or not in the future.';

CREATE FUNCTION highseas_api.withdraw(
    customer text, reason text, tenant text DEFAULT NULL, OUT customer_key text, OUT state text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
    c highseas.customer := highseas.lock_customer(t, customer);
    now timestamptz;
BEGIN
    PERFORM highseas.require_customer(c, customer);
    reason := highseas.require_key('reason', reason);
    IF c.state IN ('withdrawn', 'gone') THEN
        RAISE EXCEPTION USING ERRCODE = 'SE002', CONSTRAINT = c.state, SCHEMA = 'highseas',
            MESSAGE = format('customer "%s" is out of service already', customer), DETAIL = format('Its state is "%s".', c.state);
    END IF;
    now := highseas.act_time(t, ARRAY[c.holder], ARRAY[customer]);
    IF c.holder IS NOT NULL THEN
        PERFORM highseas.release(t, ARRAY[customer], 'withdraw', highseas.actor(), now, reason, NULL, NULL, 'withdrawn');
    ELSE
        UPDATE highseas.customer x SET state = 'withdrawn', last_act_at = now
        WHERE x.tenant_id = t AND x.customer_key = customer;
    END IF;
    PERFORM highseas.record_event(t, now, customer, 'withdraw', c.holder, reason, NULL);
    customer_key := customer;
    state := 'withdrawn';
END
$$;
COMMENT ON FUNCTION highseas_api.withdraw(text, text, text) IS
'A manager takes a customer out of service: nobody may claim it, a holding ends. reinstate() brings it back. Errors: SE002 out of service already, 42704, 42501, 22004/22023.';

CREATE FUNCTION highseas_api.reinstate(
    customer text, reason text DEFAULT NULL, pool text DEFAULT NULL, tenant text DEFAULT NULL,
    OUT customer_key text, OUT pool_key text, OUT state text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
    c highseas.customer := highseas.lock_customer(t, customer);
    target text;
    now timestamptz;
BEGIN
    PERFORM highseas.require_customer(c, customer);
    IF c.state NOT IN ('withdrawn', 'frozen') THEN
        RAISE EXCEPTION USING ERRCODE = 'SE002', CONSTRAINT = c.state, SCHEMA = 'highseas',
            MESSAGE = format('customer "%s" is neither withdrawn nor frozen', customer), DETAIL = format('Its state is "%s".', c.state);
    END IF;
    target := CASE WHEN pool IS NULL THEN c.pool_key ELSE highseas.only_pool(t, pool) END;
    now := highseas.act_time(t, '{}', ARRAY[customer]);
    UPDATE highseas.customer x
    SET state = 'free', pool_key = target, pooled_since = now, passive_returns = 0, embargo_until = NULL, last_act_at = now,
        lane = highseas.lane_of(customer, (SELECT p.lanes FROM highseas.pool p WHERE p.tenant_id = t AND p.pool_key = target))
    WHERE x.tenant_id = t AND x.customer_key = customer;
    PERFORM highseas.record_event(t, now, customer, 'reinstate', NULL, reason, NULL);
    customer_key := customer;
    pool_key := target;
    state := 'free';
END
$$;
COMMENT ON FUNCTION highseas_api.reinstate(text, text, text, text) IS
'A manager brings a withdrawn or frozen customer back into its pool, or another one; passive returns count anew. Errors: SE002 neither withdrawn nor frozen, 42704, 42501, 22023.';

CREATE FUNCTION highseas_api.acknowledge(notices bigint[], rep text DEFAULT NULL, tenant text DEFAULT NULL, OUT acknowledged bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'agent');
    who text := highseas.acting_rep(t, rep);
BEGIN
    UPDATE highseas.notice n SET acknowledged_at = highseas.clock()
    WHERE n.tenant_id = t AND n.acknowledged_at IS NULL AND n.notice_id = ANY (ARRAY(
        SELECT x.notice_id FROM highseas.notice x
        WHERE x.tenant_id = t AND x.rep_key = who AND x.notice_id = ANY (notices) AND x.acknowledged_at IS NULL
        ORDER BY x.notice_id FOR NO KEY UPDATE));
    GET DIAGNOSTICS acknowledged = ROW_COUNT;
END
$$;
COMMENT ON FUNCTION highseas_api.acknowledge(bigint[], text, text) IS
'Marks notices of a rep as read and returns how many were not before; others'' and unknown ones are left alone';

CREATE FUNCTION highseas.may_claim(
    rep text, customer text, tenant text DEFAULT NULL,
    OUT allowed boolean, OUT code text, OUT rule text, OUT detail text, OUT allowed_from timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'reader');
    who text := highseas.acting_rep(t, rep);
    v highseas.verdict;
BEGIN
    customer := highseas.require_key('customer', customer);
    v := highseas.check_claim(t, who, customer, highseas.clock(), 'claim');
    allowed := v.allowed;
    code := v.code;
    rule := v.rule;
    detail := highseas.verdict_detail(v, (SELECT z.time_zone FROM highseas.tenant z WHERE z.tenant_id = t));
    allowed_from := v.allowed_from;
END
$$;
COMMENT ON FUNCTION highseas.may_claim(text, text, text) IS
'Whether a rep (NULL: current_rep()) may claim a customer now, without acting: allowed, else the SQLSTATE claim would raise, the rule, the reason, and from when that rule would allow it by itself (NULL: no date). An unknown customer is an answer (42704), not an error. Rep and customer are both text: name them. Errors: 42704 unknown rep, 42501, 22004/22023.';
