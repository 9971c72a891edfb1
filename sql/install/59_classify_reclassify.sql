-- The job reclassify keeps everybody's classes up to date. It compares all customers with what their figures and the
-- rules say now, and keeps no notes of who changed: the bounds of ABC move with nearly every valuation, stays come to
-- their end and buyers stop being new by themselves, so notes would save little reading and could be wrong. It writes
-- only who is in another class now, so what it writes is in proportion to the change; run again it writes nothing.

CREATE FUNCTION highseas.class_value(
    value_kind text, actual_value numeric, service_cost numeric, potential_value double precision, clv double precision)
RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE value_kind
    WHEN 'actual' THEN actual_value + service_cost
    WHEN 'potential' THEN round(CASE WHEN potential_value BETWEEN -1e14 AND 1e14 THEN potential_value ELSE sign(potential_value) * 1e14 END::numeric, 4)
    WHEN 'lifetime' THEN round(CASE WHEN clv BETWEEN -1e14 AND 1e14 THEN clv ELSE sign(clv) * 1e14 END::numeric, 4) END;
COMMENT ON FUNCTION highseas.class_value(text, numeric, numeric, double precision, double precision) IS
'What ABC goes by, of the columns of customer_value: actual = what a customer brought before the cost of his service (the profit after it has its own borders in category_rule, so that a loss in class A can be told), potential = potential_value, lifetime = clv. NULL where that is unknown, or for another value_kind.';

CREATE FUNCTION highseas.class_scope(within text, pool_key text, region text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE within WHEN 'pool' THEN pool_key WHEN 'region' THEN coalesce(region, '') ELSE '' END;
COMMENT ON FUNCTION highseas.class_scope(text, text, text) IS
'The scope of abc_bound that a customer of this pool and region belongs to, by class_rule.within';

CREATE FUNCTION highseas.class_of_value(value numeric, scope text DEFAULT '') RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT highseas.abc_class(class_of_value.value, b.bounds) FROM highseas.abc_bound b
    WHERE b.tenant_id = (SELECT highseas.current_tenant()) AND b.scope = class_of_value.scope COLLATE "C";
END;
COMMENT ON FUNCTION highseas.class_of_value(numeric, text) IS
'The ABC class that a value would be in now, by the bounds that the last reclassify() kept. scope: the pool or region where class_rule says so, '''' = the tenant, or customers without a region. NULL where an argument is NULL or the scope has no bounds. Errors: 22023 for NaN or infinity, or more than one tenant to choose from; 22003.';

CREATE FUNCTION highseas.refresh_abc_bounds(tenant_id bigint, now timestamptz) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    r highseas.class_rule := highseas.class_rule_of(tenant_id);
BEGIN
    WITH computed AS MATERIALIZED (
        SELECT x.scope, highseas.abc_bounds(x.value, r.a_share, r.b_share) AS bounds, count(x.value) AS customers, sum(x.value) AS total
        FROM (SELECT highseas.class_scope(r.within, c.pool_key, c.region) AS scope,
                     highseas.class_value(r.value_kind, v.actual_value, v.service_cost, v.potential_value, v.clv) AS value
              FROM highseas.customer_value v
              JOIN highseas.customer c ON c.tenant_id = v.tenant_id AND c.customer_key = v.customer_key
              WHERE v.tenant_id = refresh_abc_bounds.tenant_id AND c.state <> 'gone') x
        GROUP BY x.scope HAVING count(x.value) > 0
    ), dropped AS (
        DELETE FROM highseas.abc_bound b
        WHERE b.tenant_id = refresh_abc_bounds.tenant_id AND NOT EXISTS (SELECT FROM computed x WHERE x.scope = b.scope)
    )
    INSERT INTO highseas.abc_bound AS b (tenant_id, scope, bounds, customers, total, computed_at)
    SELECT refresh_abc_bounds.tenant_id, x.scope, x.bounds, x.customers, x.total, now FROM computed x
    ON CONFLICT ON CONSTRAINT abc_bound_pkey DO UPDATE
    SET bounds = EXCLUDED.bounds, customers = EXCLUDED.customers, total = EXCLUDED.total, computed_at = EXCLUDED.computed_at;
END
$$;
COMMENT ON FUNCTION highseas.refresh_abc_bounds(bigint, timestamptz) IS
'Works the bounds of the ABC classes out anew, in each scope of the tenant''s class_rule, from the values of all customers that are not gone';

CREATE TYPE highseas.class_change AS (
    customer_key text, place tid, state text, holder text, in_pool boolean,
    old_abc text, old_category text, old_lifecycle text, old_kind text,
    abc text, category text, lifecycle text, kind text, pool_kind text,
    value numeric, bounds numeric[], potential double precision, alive double precision, profit double precision,
    purchases bigint, first_days integer, last_days integer, recent numeric, earlier numeric, intent text
);
COMMENT ON TYPE highseas.class_change IS
'A customer who should be in other classes than he is, with all the figures that decide. place: the version of his row that was looked at; in_pool: his category goes into customer.class, too; pool_kind: what customer.kind says. profit: customer_value.actual_value; of who never bought what he is expected to bring, actual_value + potential_value, unknown where that is, or not to be trusted (value_run.conversion of status separated or miscalibrated). purchases, first_days, last_days: in any currency. recent, earlier: what he bought for in the last period of value_rule and the one before, in the currency of the values, or, where he bought nothing in it then, in that of his last order.';

-- Each table is read once, from one key to another, and joined by hash or merge: customers are looked at by the million,
-- and a planner who has no statistics yet would look each up. Disabled plans look so dear that they would be compiled.
CREATE FUNCTION highseas.class_changes(tenant_id bigint, after text, upto text, now timestamptz) RETURNS SETOF highseas.class_change
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan SET enable_nestloop = off SET jit = off
AS $$
DECLARE
    r highseas.class_rule := highseas.class_rule_of(tenant_id);
    e highseas.lifecycle_rule := highseas.lifecycle_rule_of(tenant_id);
    categories highseas.category_rules := highseas.categories_of(tenant_id);
    kinds highseas.kind_rules := highseas.kinds_of(tenant_id);
    zone text := (SELECT t.time_zone FROM highseas.tenant t WHERE t.tenant_id = class_changes.tenant_id);
    period interval := (highseas.value_rule_of(tenant_id)).period;
    today date := (now AT TIME ZONE zone)::date;
    since timestamptz := highseas.shift(now, - period, zone);
    before timestamptz := highseas.shift(now, - 2 * period, zone);
    in_currency text := (SELECT x.currency FROM highseas.value_run x WHERE x.tenant_id = class_changes.tenant_id AND x.in_force);
    -- A chance that is not to be trusted says nothing of a lead: next to none where all who were ever sold to came from elsewhere.
    doubtful boolean := coalesce((SELECT (x.conversion).status IN ('separated', 'miscalibrated') FROM highseas.value_run x
                                  WHERE x.tenant_id = class_changes.tenant_id AND x.in_force), false);
    classing text[] := ARRAY(SELECT x.attachment FROM highseas.attachment x WHERE x.tenant_id = class_changes.tenant_id AND 'class' = ANY (x.columns));
BEGIN
    RETURN QUERY
    WITH buyers AS (
        SELECT x.customer_key, sum(x.repeats + 1) AS purchases, today - min(x.first_on) AS first_days, today - max(x.last_on) AS last_days
        FROM highseas.purchases x
        WHERE x.tenant_id = class_changes.tenant_id AND x.customer_key > after AND x.customer_key <= upto
        GROUP BY x.customer_key
    ), bought AS (
        -- One currency of each, so that the two sums compare.
        SELECT DISTINCT ON (y.customer_key) y.customer_key, y.recent, y.earlier
        FROM (SELECT x.customer_key, coalesce(x.currency, '') AS currency, max(x.ordered_at) AS last_at,
                     sum(x.amount) FILTER (WHERE x.ordered_at > since) AS recent, sum(x.amount) FILTER (WHERE x.ordered_at <= since) AS earlier
              FROM highseas.purchase x
              WHERE x.tenant_id = class_changes.tenant_id AND x.customer_key > after AND x.customer_key <= upto
                AND x.ordered_at > before AND x.ordered_at <= now
              GROUP BY x.customer_key, coalesce(x.currency, '')) y
        ORDER BY y.customer_key, (y.currency = in_currency) DESC, y.last_at DESC, y.currency
    ), grown AS (
        -- Who took another one in has other figures at once: for as long as he would have to stay, nothing holds him where he was.
        SELECT x.into_customer AS customer_key, max(x.merged_at) AS merged_at
        FROM highseas.merge_record x
        WHERE x.tenant_id = class_changes.tenant_id AND x.into_customer > after AND x.into_customer <= upto
          AND x.merged_at > now - greatest(r.minimum_stay, 1) * interval '24 hours'
        GROUP BY x.into_customer
    ), known AS (
        SELECT c.customer_key, c.ctid AS place, c.state, c.holder, c.class, c.kind AS pool_kind, c.intent, (f.attachment = ANY (classing)) IS TRUE AS crm_class,
               o.abc AS old_abc, CASE WHEN g.merged_at >= o.abc_since THEN NULL ELSE o.abc END AS held_abc, o.abc_since,
               o.category AS old_category, CASE WHEN g.merged_at >= o.category_since THEN NULL ELSE o.category END AS held_category, o.category_since, o.lifecycle AS old_lifecycle, o.kind AS old_kind,
               o.chosen_kind, f.company, f.website, f.email, f."position", f.source,
               highseas.class_value(r.value_kind, v.actual_value, v.service_cost, v.potential_value, v.clv) AS value, b.bounds,
               v.potential_score AS potential, v.p_alive AS alive,
               -- A lead has only cost yet: without what he may bring the first contact would make a loss of him, so where nobody
               -- knows that, his profit is unknown, too.
               v.actual_value::double precision + CASE WHEN s.customer_key IS NOT NULL THEN 0 WHEN NOT doubtful THEN v.potential_value END AS profit,
               coalesce(s.purchases, 0) AS purchases, s.first_days, s.last_days,
               p.recent, p.earlier
        FROM highseas.customer c
        LEFT JOIN highseas.customer_value v ON v.tenant_id = c.tenant_id AND v.customer_key = c.customer_key
            AND v.customer_key > after AND v.customer_key <= upto
        LEFT JOIN highseas.customer_class o ON o.tenant_id = c.tenant_id AND o.customer_key = c.customer_key
            AND o.customer_key > after AND o.customer_key <= upto
        LEFT JOIN highseas.profile f ON f.tenant_id = c.tenant_id AND f.customer_key = c.customer_key
            AND f.customer_key > after AND f.customer_key <= upto
        LEFT JOIN buyers s ON s.customer_key = c.customer_key
        LEFT JOIN bought p ON p.customer_key = c.customer_key
        LEFT JOIN grown g ON g.customer_key = c.customer_key
        LEFT JOIN highseas.abc_bound b ON b.tenant_id = c.tenant_id AND b.scope = highseas.class_scope(r.within, c.pool_key, c.region)
        WHERE c.tenant_id = class_changes.tenant_id AND c.customer_key > after AND c.customer_key <= upto
          -- Who was not valued yet is not classed yet; who is gone from the CRM is in no class any more.
          AND CASE WHEN c.state = 'gone' THEN o.customer_key IS NOT NULL ELSE v.customer_key IS NOT NULL END
    ), ranked AS MATERIALIZED (
        -- Who came into another pool since the bounds were made stays what he is until it has some.
        SELECT k.*, CASE WHEN k.state = 'gone' THEN NULL
                         WHEN k.bounds IS NULL AND k.value IS NOT NULL THEN k.old_abc
                         ELSE highseas.next_abc_class(k.held_abc, k.abc_since, now, k.value, k.bounds, r.margin, r.minimum_stay) END AS abc
        FROM known k
    ), decided AS MATERIALIZED (
        SELECT k.*,
               CASE WHEN k.state <> 'gone' THEN highseas.next_category(
                   categories, k.held_category, k.category_since, now,
                   k.abc, k.potential, k.alive, k.profit, r.margin, r.profit_margin, r.minimum_stay) END AS category,
               CASE WHEN k.state <> 'gone' THEN highseas.next_lifecycle(
                   k.old_lifecycle, k.purchases,
                   k.purchases = 0 AND (k.intent IS NOT NULL OR EXISTS (
                       SELECT FROM highseas.follow_up u
                       WHERE u.tenant_id = class_changes.tenant_id AND u.customer_key = k.customer_key
                         AND (e.engaged_by IS NULL OR u.kind = ANY (e.engaged_by)))),
                   k.intent = 'never', k.first_days, k.last_days, k.alive, k.recent::double precision, k.earlier::double precision,
                   e.new_days, e.lost_below, e.lost_days, e.growing_from, e.declining_below, r.margin) END AS lifecycle,
               CASE WHEN k.state <> 'gone' THEN coalesce(k.chosen_kind, highseas.customer_kind(
                   kinds, k.company, k.website, k.email, k."position", k.source)) END AS kind
        FROM ranked k
    )
    SELECT d.customer_key, d.place, d.state, d.holder, d.in_pool, d.old_abc, d.old_category, d.old_lifecycle, d.old_kind,
           d.abc, d.category, d.lifecycle, d.kind, d.pool_kind, d.value, d.bounds, d.potential, d.alive, d.profit,
           d.purchases, d.first_days, d.last_days, d.recent, d.earlier, d.intent
    FROM (SELECT k.*, k.category IS NOT NULL AND NOT k.crm_class AND k.class IS DISTINCT FROM k.category AS in_pool FROM decided k) d
    WHERE (d.abc, d.category, d.lifecycle, d.kind) IS DISTINCT FROM (d.old_abc, d.old_category, d.old_lifecycle, d.old_kind) OR d.in_pool OR d.kind IS DISTINCT FROM d.pool_kind
    ORDER BY d.customer_key;
END
$$;
COMMENT ON FUNCTION highseas.class_changes(bigint, text, text, timestamptz) IS
'The customers after one key up to another who should be in other classes now than they are, by key. NULL as an argument: none.';

-- Planned anew for each batch: the tables grow from nothing while a run goes on.
CREATE FUNCTION highseas.classify_customers(tenant_id bigint, changes highseas.class_change[], now timestamptz) RETURNS bigint
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    changed bigint;
    told bigint;
    replanned text[];
BEGIN
    -- Whoever else writes a class (set_kind, a merge), or acts on the customer, writes his row, too: while that is the same
    -- version the decision holds.
    -- No rep's row is written, so none is locked, as in send_reminders.
    WITH p AS MATERIALIZED (
        SELECT x.* FROM unnest(changes) x
        CROSS JOIN LATERAL (SELECT y.ctid AS place FROM highseas.customer y
                            WHERE y.tenant_id = classify_customers.tenant_id AND y.customer_key = x.customer_key
                            FOR NO KEY UPDATE SKIP LOCKED OFFSET 0) c
        WHERE c.place = x.place
    ), classed AS (
        INSERT INTO highseas.customer_class AS k (
            tenant_id, customer_key, abc, abc_since, category, category_since, lifecycle, lifecycle_since, kind, classified_at)
        SELECT classify_customers.tenant_id, p.customer_key, p.abc, CASE WHEN p.abc IS NOT NULL THEN now END,
               p.category, CASE WHEN p.category IS NOT NULL THEN now END, p.lifecycle, CASE WHEN p.lifecycle IS NOT NULL THEN now END, p.kind, now
        FROM p
        ON CONFLICT ON CONSTRAINT customer_class_pkey DO UPDATE
        SET abc = EXCLUDED.abc, abc_since = CASE WHEN k.abc = EXCLUDED.abc THEN k.abc_since ELSE EXCLUDED.abc_since END,
            category = EXCLUDED.category,
            category_since = CASE WHEN k.category = EXCLUDED.category THEN k.category_since ELSE EXCLUDED.category_since END,
            lifecycle = EXCLUDED.lifecycle,
            lifecycle_since = CASE WHEN k.lifecycle = EXCLUDED.lifecycle THEN k.lifecycle_since ELSE EXCLUDED.lifecycle_since END,
            kind = EXCLUDED.kind, classified_at = EXCLUDED.classified_at
    ), why AS MATERIALIZED (
        SELECT p.customer_key, p.state, p.holder, p.value, y.aspect, y.from_class, y.to_class,
               CASE WHEN p.state = 'gone' THEN 'not in the CRM any more'
                    WHEN y.aspect = 'abc' THEN
                        CASE WHEN p.bounds IS NULL THEN 'its value is unknown'
                             ELSE format('value %s; class A is from %s, B from %s', p.value, trim_scale(p.bounds[1]), trim_scale(p.bounds[2])) END
                    WHEN y.aspect = 'category' THEN highseas.explain_category(
                        (SELECT highseas.categories_of(classify_customers.tenant_id)), p.abc, p.potential, p.alive, p.profit)
                        || CASE WHEN p.purchases > 0 THEN ''
                                WHEN p.profit IS NULL THEN ' He never bought, and what he may bring is unknown: his cost counts as no loss.'
                                ELSE ' He never bought: the profit is what he is expected to bring, less his service.' END
                    WHEN y.aspect = 'kind' THEN 'by the rules of kind'
                    WHEN p.intent = 'never' THEN 'said never'
                    WHEN p.purchases = 0 THEN 'no purchase' || coalesce(', intent ' || p.intent, '')
                    ELSE format('purchases %s, the first %s and the last %s days ago, chance alive %s, bought for %s lately, %s before',
                                p.purchases, p.first_days, p.last_days, coalesce(round(p.alive::numeric, 3)::text, 'unknown'),
                                coalesce(p.recent, 0), coalesce(p.earlier, 0)) END AS reason
        FROM p CROSS JOIN LATERAL (VALUES ('abc', p.old_abc, p.abc), ('category', p.old_category, p.category),
                                          ('lifecycle', p.old_lifecycle, p.lifecycle), ('kind', p.old_kind, p.kind)) y(aspect, from_class, to_class)
        WHERE y.from_class IS DISTINCT FROM y.to_class
    ), kept AS (
        INSERT INTO highseas.class_history (tenant_id, customer_key, at, aspect, from_class, to_class, reason, value)
        SELECT classify_customers.tenant_id, w.customer_key, now, w.aspect, w.from_class, w.to_class, w.reason, w.value FROM why w
    ), notices AS (
        INSERT INTO highseas.notice (tenant_id, at, rep_key, customer_key, kind, message)
        SELECT classify_customers.tenant_id, now, w.holder, w.customer_key, 'class',
               format('Customer %s moved %s from %s to %s. %s', w.customer_key,
                      CASE WHEN w.to_class < w.from_class THEN 'up' ELSE 'down' END, w.from_class, w.to_class, w.reason)
        FROM why w WHERE w.aspect = 'category' AND w.holder IS NOT NULL AND w.from_class IS NOT NULL AND w.to_class IS NOT NULL
        RETURNING 1
    ), moved AS (
        UPDATE highseas.customer c SET class = CASE WHEN p.in_pool THEN p.category ELSE c.class END, kind = p.kind
        FROM p WHERE c.ctid = p.place AND (p.in_pool OR p.kind IS DISTINCT FROM p.pool_kind)
        RETURNING c.customer_key, c.state
    )
    SELECT (SELECT count(*) FROM p), (SELECT count(*) FROM notices),
           (SELECT array_agg(m.customer_key) FROM moved m WHERE m.state = 'held')
    INTO changed, told, replanned;
    PERFORM highseas.replan_customers(tenant_id, replanned, now);
    IF told > 0 THEN
        PERFORM pg_notify('highseas', '');
    END IF;
    RETURN changed;
END
$$;
COMMENT ON FUNCTION highseas.classify_customers(bigint, highseas.class_change[], timestamptz) IS
'Makes these changes, as class_changes() gave them, of those customers whom nobody has locked or changed since, keeps the history, tells the holders who moved to another category, and plans due dates by the new class and kind. Returns how many.';

CREATE FUNCTION highseas.reclassify_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    now timestamptz := highseas.clock();
    reached text := (SELECT j.position FROM highseas.job_run j WHERE j.tenant_id = reclassify_batch.tenant_id AND j.run_id = run);
    upto text;
    changes highseas.class_change[];
BEGIN
    IF reached IS NULL THEN
        PERFORM highseas.refresh_abc_bounds(tenant_id, now);
        UPDATE highseas.job_run j SET position = '' WHERE j.tenant_id = reclassify_batch.tenant_id AND j.run_id = run;
        rows := 0;
        more := true;
        RETURN;
    END IF;
    SELECT max(x.customer_key), count(*) = batch INTO upto, more
    FROM (SELECT c.customer_key FROM highseas.customer c
          WHERE c.tenant_id = reclassify_batch.tenant_id AND c.customer_key > reached
          ORDER BY c.customer_key LIMIT batch) x;
    changes := ARRAY(SELECT c FROM highseas.class_changes(tenant_id, reached, upto, now) c);
    rows := CASE WHEN changes = '{}' THEN 0 ELSE highseas.classify_customers(tenant_id, changes, now) END;
    UPDATE highseas.job_run j SET position = coalesce(upto, reached), busy = j.busy + cardinality(changes) - reclassify_batch.rows
    WHERE j.tenant_id = reclassify_batch.tenant_id AND j.run_id = run;
END
$$;
COMMENT ON FUNCTION highseas.reclassify_batch(bigint, bigint, integer) IS
'Makes the bounds of ABC anew at the beginning of a run, then looks at the next customers (after job_run.position, by key) and classes those who changed. Waits for nobody: who is busy, or was changed since he was looked at, is left to the next run.';

CREATE FUNCTION highseas_api.set_kind(
    customer text, kind text, reason text DEFAULT NULL, tenant text DEFAULT NULL, OUT customer_key text, OUT kind_now text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
    c highseas.customer := highseas.lock_customer(t, customer);
    before text;
    now timestamptz;
BEGIN
    PERFORM highseas.require_customer(c, customer);
    IF kind NOT IN ('commercial', 'personal') THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('unknown kind "%s"', left(kind, 100)),
            HINT = 'It is commercial, personal, or NULL for what the rules say.';
    END IF;
    now := highseas.act_time(t, ARRAY[c.holder], ARRAY[customer]);
    before := (SELECT k.kind FROM highseas.customer_class k WHERE k.tenant_id = t AND k.customer_key = customer);
    SELECT highseas.customer_kind((SELECT highseas.kinds_of(t)), f.company, f.website, f.email, f."position", f.source) INTO kind_now
    FROM (SELECT) one LEFT JOIN highseas.profile f ON f.tenant_id = t AND f.customer_key = customer;
    kind_now := coalesce(kind, kind_now);
    INSERT INTO highseas.customer_class AS k (tenant_id, customer_key, kind, chosen_kind, classified_at)
    VALUES (t, customer, kind_now, set_kind.kind, now)
    ON CONFLICT ON CONSTRAINT customer_class_pkey DO UPDATE
    SET kind = EXCLUDED.kind, chosen_kind = EXCLUDED.chosen_kind, classified_at = EXCLUDED.classified_at;
    IF before IS DISTINCT FROM kind_now THEN
        INSERT INTO highseas.class_history (tenant_id, customer_key, at, aspect, from_class, to_class, reason)
        VALUES (t, customer, now, 'kind', before, kind_now,
                CASE WHEN kind IS NULL THEN 'by the rules of kind' ELSE 'chosen by ' || highseas.actor() || coalesce(': ' || reason, '') END);
    END IF;
    PERFORM highseas.record_event(t, now, customer, 'set_kind', c.holder, reason, coalesce(kind, 'by the rules: ' || kind_now));
    UPDATE highseas.customer x SET last_act_at = now, kind = kind_now WHERE x.tenant_id = t AND x.customer_key = customer;
    PERFORM highseas.replan_customers(t, ARRAY[customer], now);
    customer_key := customer;
END
$$;
COMMENT ON FUNCTION highseas_api.set_kind(text, text, text, text) IS
'A manager decides whether a customer is commercial or personal, whatever the rules of kind say; NULL gives him back to them. His due date is planned anew. Returns the kind that holds now. Errors: 22023 another kind, 42704, 42501, 22004.';

-- What people look at ------------------------------------------------------------

CREATE VIEW highseas.customer_classes WITH (security_invoker) AS
SELECT k.customer_key, c.holder, k.abc, k.abc_since, k.category, k.category_since, k.lifecycle, k.lifecycle_since,
       k.kind, k.chosen_kind IS NOT NULL AS kind_is_chosen,
       (SELECT h.reason FROM highseas.class_history h
        WHERE h.tenant_id = k.tenant_id AND h.customer_key = k.customer_key AND h.aspect = 'category'
        ORDER BY h.change_id DESC LIMIT 1) AS why,
       highseas.class_value((SELECT (highseas.class_rule_of(highseas.current_tenant())).value_kind),
                            v.actual_value, v.service_cost, v.potential_value, v.clv) AS value,
       v.actual_value AS profit, v.service_cost, v.potential_value, v.clv, v.p_alive, v.potential_score, v.currency, v.as_of
FROM highseas.customer_class k
JOIN highseas.customer c ON c.tenant_id = k.tenant_id AND c.customer_key = k.customer_key
LEFT JOIN highseas.customer_value v ON v.tenant_id = k.tenant_id AND v.customer_key = k.customer_key
WHERE k.tenant_id = (SELECT highseas.current_tenant()) AND c.state <> 'gone';
COMMENT ON VIEW highseas.customer_classes IS
'Which classes each customer is in, since when, why he came into his category (with the figures of that day), and his figures as of now: value is what ABC goes by, as class_value() has it, the rest are those of customer_value (the category of who never bought goes by profit + potential_value: what he is expected to bring, less his service; unknown where potential_value is, or the conversion in force is separated or miscalibrated). Within the margin and the minimum stay of class_rule they can be those of another class. kind_is_chosen: by set_kind(), not by the rules.';

CREATE FUNCTION highseas.class_at(at timestamptz)
RETURNS TABLE (customer_key text, abc text, category text, lifecycle text, kind text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT h.customer_key, max(h.to_class) FILTER (WHERE h.aspect = 'abc'), max(h.to_class) FILTER (WHERE h.aspect = 'category'),
           max(h.to_class) FILTER (WHERE h.aspect = 'lifecycle'), max(h.to_class) FILTER (WHERE h.aspect = 'kind')
    FROM (SELECT DISTINCT ON (y.customer_key, y.aspect) y.customer_key, y.aspect, y.to_class
          FROM highseas.class_history y
          WHERE y.tenant_id = (SELECT highseas.current_tenant()) AND y.at <= class_at.at
          ORDER BY y.customer_key, y.aspect, y.change_id DESC) h
    GROUP BY h.customer_key
    HAVING count(h.to_class) > 0;
END;
COMMENT ON FUNCTION highseas.class_at(timestamptz) IS
'The classes that each customer was in at a time, by class_history; no row for who was in none. A customer who was merged into another is in that one''s history only. NULL gives no row. Error 22023 more than one tenant to choose from.';

CREATE FUNCTION highseas.class_migration(from_at timestamptz, to_at timestamptz DEFAULT NULL, aspect text DEFAULT 'category')
RETURNS TABLE (from_class text, to_class text, customers bigint, value_before numeric, value numeric)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    t bigint := highseas.current_tenant();
    value_kind text := (highseas.class_rule_of(t)).value_kind;
BEGIN
    IF class_migration.from_at IS NULL OR class_migration.aspect IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'from_at and aspect must not be null', HINT = 'Pass a time; without to_at it is until now.';
    ELSIF class_migration.aspect NOT IN ('abc', 'category', 'lifecycle', 'kind') THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('unknown aspect "%s"', left(class_migration.aspect, 100)),
            HINT = 'One of abc, category, lifecycle, kind.';
    END IF;
    RETURN QUERY
    SELECT m.from_class, m.to_class, count(*), sum(m.value_before),
           sum(highseas.class_value(value_kind, v.actual_value, v.service_cost, v.potential_value, v.clv))
    FROM (SELECT h.customer_key,
                 (array_agg(h.to_class ORDER BY h.change_id DESC) FILTER (WHERE h.at <= class_migration.from_at))[1] AS from_class,
                 (array_agg(h.value ORDER BY h.change_id DESC) FILTER (WHERE h.at <= class_migration.from_at))[1] AS value_before,
                 (array_agg(h.to_class ORDER BY h.change_id DESC) FILTER (WHERE h.at <= coalesce(class_migration.to_at, highseas.clock())))[1] AS to_class
          FROM highseas.class_history h
          WHERE h.tenant_id = t AND h.aspect = class_migration.aspect
          GROUP BY h.customer_key) m
    LEFT JOIN highseas.customer_value v ON v.tenant_id = t AND v.customer_key = m.customer_key
    WHERE m.from_class IS NOT NULL OR m.to_class IS NOT NULL
    GROUP BY m.from_class, m.to_class
    ORDER BY m.from_class, m.to_class;
END
$$;
COMMENT ON FUNCTION highseas.class_migration(timestamptz, timestamptz, text) IS
'How many customers were in which class at one time and at another (NULL: now), of an aspect (abc, category, lifecycle, kind). value_before: what ABC went by when they came into from_class (class_history.value), value: what it goes by now, as class_value() has it; NULL where it is not known of any of them. A class of NULL: in none, because not known yet, or gone. Errors: 22004 when from_at or aspect is NULL, 22023 another aspect, or more than one tenant to choose from.';
