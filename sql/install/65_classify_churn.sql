-- Who is leaving, whom to win back, whom to give up.

CREATE TABLE highseas.churn_rule (
    tenant_id bigint PRIMARY KEY DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    alive_drop double precision NOT NULL DEFAULT .05 CHECK (alive_drop > 0 AND alive_drop <= 1),
    class_within interval NOT NULL DEFAULT '90 days' CHECK (class_within BETWEEN '1 day' AND '100 years'),
    silence_factor double precision NOT NULL DEFAULT 2 CHECK (silence_factor BETWEEN 1 AND 1000),
    win_back_follow_ups integer NOT NULL DEFAULT 5 CHECK (win_back_follow_ups BETWEEN 0 AND 1000),
    least_chance double precision NOT NULL DEFAULT .05 CHECK (least_chance BETWEEN 0 AND 1),
    follow_up_hours double precision NOT NULL DEFAULT .5 CHECK (follow_up_hours BETWEEN 0 AND 1000),
    alive_cases double precision NOT NULL DEFAULT 20 CHECK (alive_cases BETWEEN 1 AND 1e6)
);
COMMENT ON TABLE highseas.churn_rule IS
'When a customer is at risk, and what it takes to win him back; without a row by the defaults of its columns. alive_drop: by how much his chance to be alive fell at the last valuation; class_within: how long ago his class may have fallen; silence_factor: silent for so many of his usual intervals. win_back_follow_ups: how many an attempt takes (each at value_rule.follow_up_cost); least_chance: below it he has no chance. follow_up_hours: working time of a follow-up. alive_cases: as how many cases of the own history of silences (value_run.silences) p_alive counts.';

CREATE FUNCTION highseas.churn_rule_of(tenant_id bigint) RETURNS highseas.churn_rule
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.* FROM highseas.churn_rule r WHERE r.tenant_id = churn_rule_of.tenant_id
    UNION ALL
    SELECT churn_rule_of.tenant_id, .05, '90 days', 2, 5, .05, .5, 20
    WHERE NOT EXISTS (SELECT FROM highseas.churn_rule r WHERE r.tenant_id = churn_rule_of.tenant_id);
END;
COMMENT ON FUNCTION highseas.churn_rule_of(bigint) IS 'A tenant''s row of churn_rule, else its defaults';

-- Why customers leave -----------------------------------------------------------------------------

CREATE VIEW highseas.lost_reasons WITH (security_invoker) AS
SELECT l.month, l.source, l.reason, coalesce(r.label, f.label) AS label, count(*) AS customers, sum(v.potential_value) AS value
FROM (SELECT DISTINCT e.tenant_id, e.source, e.reason, e.customer_key, date_trunc('month', e.at AT TIME ZONE t.time_zone)::date AS month
      FROM (SELECT h.tenant_id, CASE h.end_act WHEN 'expire' THEN 'expiry' ELSE 'return' END AS source, h.end_reason AS reason,
                   h.customer_key, h.ended_at AS at
            FROM highseas.holding h WHERE h.end_act IN ('return', 'take_back', 'expire')
            UNION ALL
            SELECT x.tenant_id, 'withdrawal', x.reason, x.customer_key, x.at FROM highseas.customer_event x WHERE x.act = 'withdraw'
            UNION ALL
            SELECT u.tenant_id, 'refusal', u.reason, u.customer_key, u.at FROM highseas.follow_up u WHERE u.intent = 'never'
            UNION ALL
            SELECT i.tenant_id, 'intent', i.intent, i.customer_key, i.since FROM highseas.customer_intent i
            WHERE i.intent IN ('hesitating', 'not now')) e
      JOIN highseas.tenant t ON t.tenant_id = e.tenant_id
      WHERE e.tenant_id = (SELECT highseas.current_tenant())) l
LEFT JOIN highseas.return_reason r ON l.source = 'return' AND r.tenant_id = l.tenant_id AND r.reason = l.reason
LEFT JOIN highseas.refusal_reason f ON l.source IN ('refusal', 'withdrawal') AND f.tenant_id = l.tenant_id AND f.reason = l.reason
LEFT JOIN highseas.customer_value v ON v.tenant_id = l.tenant_id AND v.customer_key = l.customer_key
GROUP BY l.month, l.source, l.reason, coalesce(r.label, f.label);
COMMENT ON VIEW highseas.lost_reasons IS
'Why customers were lost or may be, by month: given back or taken back (source return, reason: of return_reason), overdue (expiry, the deadline), out of service (withdrawal), refused for good (refusal, of refusal_reason), and who hesitates or buys later now (intent, since when). customers: each once; value: what these could bring (potential_value), NULL where it is not known.';

-- Who is at risk ----------------------------------------------------------------------------------

CREATE VIEW highseas.every_at_risk WITH (security_invoker) AS
SELECT x.tenant_id, x.customer_key, x.holder, x.pool_key, x.state, x.category, x.signals, x.p_alive, x.earlier_alive,
       x.silent_days, x.usual_days, x.fell_from, x.fell_to, x.fell_at, x.intent, x.value_if_alive,
       x.value_if_alive * (1 - x.p_alive) AS value_at_risk, x.chance, x.cases, x.cost, x.value_if_alive * x.chance - x.cost AS recovery,
       CASE WHEN x.chance < x.least_chance AND x.value_if_alive <= x.cost THEN 'no value and no chance'
            WHEN x.chance < x.least_chance THEN 'no chance'
            WHEN x.value_if_alive * x.chance <= x.cost THEN 'no value'
            ELSE 'win back' END AS advice
FROM (SELECT y.*, array_remove(ARRAY[
                 CASE WHEN y.p_alive <= y.earlier_alive - y.alive_drop THEN 'fading' END,
                 CASE WHEN y.fell_to IS NOT NULL THEN 'class fell' END,
                 CASE WHEN y.silent_days > y.silence_factor * y.usual_days THEN 'silent' END], NULL) AS signals,
             CASE WHEN y.p_alive > 0 THEN y.potential_value / y.p_alive ELSE 0 END AS value_if_alive,
             coalesce(b.cases, 0) AS cases,
             CASE y.intent WHEN 'never' THEN 0
                           ELSE (coalesce(b.cases * b.chance, 0) + y.alive_cases * y.p_alive) / (coalesce(b.cases, 0) + y.alive_cases) END AS chance
      FROM (SELECT v.tenant_id, v.customer_key, c.holder, c.pool_key, c.state, k.category, c.intent, v.p_alive, v.earlier_alive,
                   coalesce(v.potential_value, 0) AS potential_value,
                   (highseas.clock() AT TIME ZONE t.time_zone)::date - p.last_on AS silent_days,
                   CASE WHEN p.repeats > 0 THEN (p.last_on - p.first_on)::double precision / p.repeats END AS usual_days,
                   p.repeats, r.alive_cases,
                   f.from_class AS fell_from, f.to_class AS fell_to, f.at AS fell_at,
                   r.alive_drop, r.silence_factor, r.least_chance,
                   (r.win_back_follow_ups * coalesce(w.follow_up_cost, 0))::double precision AS cost
            FROM highseas.customer_value v
            JOIN highseas.tenant t ON t.tenant_id = v.tenant_id
            CROSS JOIN LATERAL highseas.churn_rule_of(t.tenant_id) r
            LEFT JOIN highseas.value_rule w ON w.tenant_id = t.tenant_id
            JOIN highseas.customer c ON c.tenant_id = v.tenant_id AND c.customer_key = v.customer_key
            JOIN highseas.purchases p ON p.tenant_id = v.tenant_id AND p.customer_key = v.customer_key AND p.currency = v.currency
            LEFT JOIN highseas.customer_class k ON k.tenant_id = v.tenant_id AND k.customer_key = v.customer_key
            -- Its last change was a fall: A is the best class of both.
            LEFT JOIN LATERAL (
                SELECT h.from_class, h.to_class, h.at
                FROM (SELECT DISTINCT ON (g.aspect) g.* FROM highseas.class_history g
                      WHERE g.tenant_id = v.tenant_id AND g.customer_key = v.customer_key AND g.aspect IN ('abc', 'category')
                      ORDER BY g.aspect, g.change_id DESC) h
                WHERE h.to_class > h.from_class AND h.at >= highseas.shift(highseas.clock(), - r.class_within, t.time_zone)
                ORDER BY h.aspect DESC LIMIT 1) f ON true
            WHERE v.p_alive IS NOT NULL AND c.state IN ('free', 'held', 'frozen')) y
      LEFT JOIN (SELECT q.tenant_id, h.* FROM highseas.value_run q CROSS JOIN LATERAL unnest(q.silences) h WHERE q.in_force) b
          ON b.tenant_id = y.tenant_id AND b.repeats_from = 1 << highseas.doublings(y.repeats, 2)
             AND y.silent_days > y.silence_factor * y.usual_days AND b.silence = highseas.doublings(y.silent_days / nullif(y.usual_days, 0), 11)) x
WHERE cardinality(x.signals) > 0;
COMMENT ON VIEW highseas.every_at_risk IS 'at_risk, of every tenant that the current role may see';

CREATE VIEW highseas.at_risk WITH (security_invoker) AS
SELECT e.customer_key, e.holder, e.pool_key, e.state, e.category, e.signals, e.p_alive, e.earlier_alive, e.silent_days, e.usual_days,
       e.fell_from, e.fell_to, e.fell_at, e.intent, e.value_if_alive, e.value_at_risk, e.chance, e.cases, e.cost, e.recovery, e.advice
FROM highseas.every_at_risk e
WHERE e.tenant_id = (SELECT highseas.current_tenant())
ORDER BY e.recovery DESC, e.customer_key;
COMMENT ON VIEW highseas.at_risk IS
'Buyers who may be leaving, whose recovery pays most first. signals: fading (p_alive fell by alive_drop or more at the last valuation), class fell (from fell_from to fell_to, within class_within), silent (for silent_days, more than silence_factor times his usual_days between purchases). value_if_alive: what he would bring were he surely alive, potential_value / p_alive (that is weighed by p_alive already); value_at_risk: the part of it that is likely lost, * (1 - p_alive). chance: that he buys again: of who is silent, how often the cases of the own history that were silent as long came back (value_run.silences, of the fit in force), mixed with his p_alive, which counts as churn_rule.alive_cases of them, as a model knows the customer and the history knows how wrong it is; of who is not, p_alive (cases 0); 0 after "never". It is the chance that value_if_alive is about, not what a call adds to it: that no history without a comparison tells. cost: of the follow-ups that an attempt takes. recovery: value_if_alive * chance - cost. advice: win back; no value (it costs more than it brings); no chance (below least_chance); no value and no chance. The borders are those of churn_rule.';

CREATE FUNCTION highseas_api.fill_win_back(pool text, most integer DEFAULT 1000, tenant text DEFAULT NULL, OUT moved bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
    target text := highseas.only_pool(t, highseas.require_key('pool', pool));
    keys text[];
    now timestamptz;
BEGIN
    IF most IS NULL OR most NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION USING ERRCODE = CASE WHEN most IS NULL THEN '22004' ELSE '22023' END,
            MESSAGE = 'most must be between 1 and 10000', DETAIL = 'Nothing was changed.', HINT = 'Call it again for more.';
    END IF;
    keys := highseas.lock_customers(t, ARRAY(
        SELECT e.customer_key FROM highseas.every_at_risk e
        WHERE e.tenant_id = t AND e.state = 'free' AND e.pool_key <> target AND e.advice = 'win back'
        ORDER BY e.recovery DESC, e.customer_key LIMIT most));
    keys := ARRAY(SELECT c.customer_key FROM highseas.customer c
                  WHERE c.tenant_id = t AND c.customer_key = ANY (keys) AND c.state = 'free' AND c.pool_key <> target);
    now := highseas.act_time(t, '{}', keys);
    INSERT INTO highseas.customer_event (tenant_id, at, customer_key, act, actor, detail)
    SELECT t, now, c.customer_key, 'win_back', highseas.actor(), format('from %s to %s', c.pool_key, target)
    FROM highseas.customer c WHERE c.tenant_id = t AND c.customer_key = ANY (keys);
    UPDATE highseas.customer c
    SET pool_key = target, lane = highseas.lane_of(c.customer_key, p.lanes), pooled_since = now, last_act_at = now
    FROM highseas.pool p
    WHERE c.tenant_id = t AND c.customer_key = ANY (keys) AND p.tenant_id = t AND p.pool_key = target;
    moved := cardinality(keys);
END
$$;
COMMENT ON FUNCTION highseas_api.fill_win_back(text, integer, text) IS
'A manager moves the free customers of at_risk whose advice is "win back" to a pool of their own, those with the greatest recovery first, at most so many (1 to 10,000), and gets how many. The pool''s own rows (members, deadlines, capacity, quota, return_to) say how they are won back. Who is busy at this moment is left out. Errors: 42704 unknown pool, 42501, 22004/22023.';

-- Giving up ---------------------------------------------------------------------------------------

CREATE FUNCTION highseas.withdrawable(tenant_id bigint, category text, now timestamptz)
RETURNS TABLE (customer_key text, holder text, follow_ups bigint, service_cost numeric, revenue numeric, profit numeric, potential_value double precision)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT c.customer_key, c.holder,
           (SELECT count(*) FROM highseas.follow_up f
            WHERE f.tenant_id = c.tenant_id AND f.customer_key = c.customer_key AND f.at <= now
              AND f.at > highseas.shift(now, - coalesce(w.period, '1 year'), t.time_zone)),
           coalesce(v.service_cost, 0), coalesce((v.actual_value + v.service_cost) / coalesce(w.margin, 1)::numeric, 0),
           coalesce(v.actual_value, 0), coalesce(v.potential_value, 0)
    FROM highseas.customer_class k
    JOIN highseas.customer c ON c.tenant_id = k.tenant_id AND c.customer_key = k.customer_key
    JOIN highseas.tenant t ON t.tenant_id = c.tenant_id
    LEFT JOIN highseas.value_rule w ON w.tenant_id = c.tenant_id
    LEFT JOIN highseas.customer_value v ON v.tenant_id = c.tenant_id AND v.customer_key = c.customer_key
    WHERE k.tenant_id = withdrawable.tenant_id AND k.category = withdrawable.category
      AND c.state IN ('free', 'held', 'frozen') AND c.deal <> 'open' AND (c.protected_until > now) IS NOT TRUE;
END;
COMMENT ON FUNCTION highseas.withdrawable(bigint, text, timestamptz) IS
'The customers of a category that could be given up at a time: in service, without an open deal, not protected; each with his follow-ups, service cost, revenue and profit in value_rule.period, and what he could bring yet';

CREATE FUNCTION highseas.require_category(category text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM highseas.require_key('category', category);
    IF category NOT IN ('A', 'B', 'C', 'D', 'E', 'F') THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('unknown category "%s"', left(category, 100)),
            DETAIL = 'Nothing was changed.', HINT = 'One of A to F; F are those who may cause losses.';
    END IF;
END
$$;
COMMENT ON FUNCTION highseas.require_category(text) IS 'Raises 22023 for a category that is not A to F, 22004 for NULL';

CREATE FUNCTION highseas.withdrawal_preview(category text DEFAULT 'F', tenant_id bigint DEFAULT highseas.current_tenant())
RETURNS TABLE (customers bigint, held bigint, follow_ups bigint, hours double precision, service_cost numeric, revenue numeric,
               profit numeric, potential_value double precision)
LANGUAGE plpgsql STABLE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM highseas.require_category(withdrawal_preview.category);
    RETURN QUERY
    SELECT count(w.customer_key), count(w.holder), coalesce(sum(w.follow_ups), 0)::bigint, coalesce(sum(w.follow_ups), 0) * r.follow_up_hours,
           coalesce(sum(w.service_cost), 0), round(coalesce(sum(w.revenue), 0), 2), coalesce(sum(w.profit), 0), coalesce(sum(w.potential_value), 0)
    FROM highseas.churn_rule_of(withdrawal_preview.tenant_id) r
    LEFT JOIN highseas.withdrawable(withdrawal_preview.tenant_id, withdrawal_preview.category, highseas.clock()) w ON true
    GROUP BY r.follow_up_hours;
END
$$;
COMMENT ON FUNCTION highseas.withdrawal_preview(text, bigint) IS
'What giving up a category would save in value_rule.period: follow_ups, hours (by churn_rule.follow_up_hours) and service_cost; and what it would cost: revenue, profit (after service; negative: it gains as much) and the potential_value yet to come. customers: whom withdraw_many() would take, held: of these by a rep. One row, of zeros for a category nobody is in. Errors: 22023 for another category than A to F, or more than one tenant to choose from; 22004 for NULL.';

CREATE FUNCTION highseas_api.withdraw_many(
    reason text, category text DEFAULT 'F', expected bigint DEFAULT NULL, tenant text DEFAULT NULL,
    OUT withdrawn bigint, OUT remaining bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
    now timestamptz := highseas.clock();
    most CONSTANT integer := 10000;
    keys text[];
    holders text[];
    held text[];
    candidates bigint;
BEGIN
    reason := highseas.require_key('reason', reason);
    PERFORM highseas.require_category(category);
    SELECT array_agg(x.customer_key) FILTER (WHERE x.n <= most), count(*) INTO keys, candidates
    FROM (SELECT w.customer_key, row_number() OVER (ORDER BY w.profit, w.customer_key) AS n
          FROM highseas.withdrawable(t, withdraw_many.category, now) w) x;
    IF candidates <> expected THEN
        RAISE EXCEPTION USING ERRCODE = '22023', CONSTRAINT = 'expected', SCHEMA = 'highseas',
            MESSAGE = format('there are %s customers to withdraw, not %s', candidates, expected),
            DETAIL = 'The classes changed since the preview. Nothing was changed.', HINT = 'SELECT * FROM highseas.withdrawal_preview() again.';
    END IF;

    -- Reps first, then customers; who changed hands or class meanwhile is left to the next call.
    holders := ARRAY(SELECT DISTINCT c.holder FROM highseas.customer c
                     WHERE c.tenant_id = t AND c.customer_key = ANY (keys) AND c.holder IS NOT NULL);
    PERFORM FROM highseas.rep r WHERE r.tenant_id = t AND r.rep_key = ANY (holders) ORDER BY r.rep_key FOR NO KEY UPDATE;
    PERFORM FROM highseas.customer c WHERE c.tenant_id = t AND c.customer_key = ANY (keys) ORDER BY c.customer_key FOR NO KEY UPDATE;
    SELECT coalesce(array_agg(w.customer_key), '{}'), array_agg(w.customer_key) FILTER (WHERE w.holder IS NOT NULL)
    INTO keys, held
    FROM highseas.withdrawable(t, withdraw_many.category, now) w
    WHERE w.customer_key = ANY (keys) AND (w.holder IS NULL OR w.holder = ANY (holders));
    now := highseas.act_time(t, holders, keys);

    INSERT INTO highseas.customer_event (tenant_id, at, customer_key, act, rep_key, actor, reason, detail)
    SELECT t, now, c.customer_key, 'withdraw', c.holder, highseas.actor(), withdraw_many.reason, 'category ' || withdraw_many.category
    FROM highseas.customer c WHERE c.tenant_id = t AND c.customer_key = ANY (keys);
    PERFORM highseas.release(t, held, 'withdraw', highseas.actor(), now, reason, NULL, NULL, 'withdrawn');
    UPDATE highseas.customer c SET state = 'withdrawn', last_act_at = now
    WHERE c.tenant_id = t AND c.customer_key = ANY (keys) AND c.state <> 'withdrawn';
    withdrawn := cardinality(keys);
    remaining := candidates - withdrawn;
END
$$;
COMMENT ON FUNCTION highseas_api.withdraw_many(text, text, bigint, text) IS
'A manager takes the customers of a category out of service, as withdraw() does one: those that withdrawal_preview() counts, the least profitable first, at most 10,000 a call; remaining is how many are left. reason: a text of your own, by which reinstate_many() brings them back. expected: how many the preview said; another number is an error and changes nothing. Errors: 42501, 22004/22023.';

CREATE FUNCTION highseas_api.reinstate_many(
    reason text, pool text DEFAULT NULL, since timestamptz DEFAULT NULL, tenant text DEFAULT NULL,
    OUT reinstated bigint, OUT remaining bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
    now timestamptz;
    most CONSTANT integer := 10000;
    keys text[];
    found bigint;
BEGIN
    reason := highseas.require_key('reason', reason);
    IF pool IS NOT NULL THEN
        PERFORM highseas.only_pool(t, pool);
    END IF;
    SELECT array_agg(x.customer_key) FILTER (WHERE x.n <= most), count(*) INTO keys, found
    FROM (SELECT c.customer_key, row_number() OVER (ORDER BY c.customer_key) AS n
          FROM highseas.customer c
          CROSS JOIN LATERAL (SELECT e.reason, e.at FROM highseas.customer_event e
                              WHERE e.tenant_id = t AND e.customer_key = c.customer_key AND e.act = 'withdraw'
                              ORDER BY e.event_id DESC LIMIT 1) e
          WHERE c.tenant_id = t AND c.state = 'withdrawn' AND e.reason = reinstate_many.reason
            AND (since IS NULL OR e.at >= since)) x;
    PERFORM FROM highseas.customer c WHERE c.tenant_id = t AND c.customer_key = ANY (keys) ORDER BY c.customer_key FOR NO KEY UPDATE;
    keys := ARRAY(SELECT c.customer_key FROM highseas.customer c
                  WHERE c.tenant_id = t AND c.customer_key = ANY (keys) AND c.state = 'withdrawn');
    now := highseas.act_time(t, '{}', keys);
    UPDATE highseas.customer c
    SET state = 'free', pool_key = p.pool_key, lane = highseas.lane_of(c.customer_key, p.lanes), pooled_since = now,
        passive_returns = 0, embargo_until = NULL, last_act_at = now
    FROM highseas.pool p
    WHERE c.tenant_id = t AND c.customer_key = ANY (keys) AND p.tenant_id = t AND p.pool_key = coalesce(reinstate_many.pool, c.pool_key);
    INSERT INTO highseas.customer_event (tenant_id, at, customer_key, act, actor, reason)
    SELECT t, now, k, 'reinstate', highseas.actor(), reinstate_many.reason FROM unnest(keys) k;
    reinstated := cardinality(keys);
    remaining := found - reinstated;
END
$$;
COMMENT ON FUNCTION highseas_api.reinstate_many(text, text, timestamptz, text) IS
'A manager brings back into their pools, or another one, all who were last withdrawn for this reason (since a time), at most 10,000 a call; remaining is how many are left. Former holders do not get them back by themselves. Errors: 42704 unknown pool, 42501, 22004/22023.';
