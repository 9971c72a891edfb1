-- What would have happened under other rules: the ledger, gathered as arrays, played again in C++ (src/core/period).

CREATE TYPE highseas.simulation_history AS (
    customer_keys text[], customer_arrived timestamptz[], customer_pools integer[], customer_classes integer[],
    customer_regions text[], customer_values double precision[],
    customer_sources text[], customer_countries text[], customer_cities text[],
    rep_keys text[], rep_hired date[], rep_from timestamptz[], rep_until timestamptz[], rep_weights double precision[],
    leave_reps integer[], leave_from timestamptz[], leave_until timestamptz[],
    rep_region_reps text[], rep_region_regions text[], tree_regions text[], tree_parents text[],
    tier_names text[], tier_from_days integer[], pool_keys text[], classes text[],
    spell_customers integer[], spell_reps integer[], spell_pools integer[], spell_classes integer[],
    spell_started timestamptz[], spell_ended timestamptz[], spell_begins integer[], spell_ends integer[],
    spell_to_pools integer[], spell_extended timestamptz[], spell_exempt integer[],
    follow_up_customers integer[], follow_up_at timestamptz[],
    order_customers integer[], order_at timestamptz[], order_amounts double precision[],
    time_zone text, week_mask integer, days_off date[], days_on date[]
);
COMMENT ON TYPE highseas.simulation_history IS
'A tenant''s ledger for run_simulation(): parallel arrays, in which customers, reps, pools and classes are numbers from 0 (-1: none). spell_begins: 0 found in the CRM, 1 claimed, 2 rotated, 3 decided, 4 allocated; spell_ends: 0 open, 1 expired, 2 to a pool, 3 elsewhere; spell_exempt: 1 = protected or with an open deal.';

CREATE TYPE highseas.simulation_rules AS (
    deadline_rules text[], deadline_kinds text[], deadline_pools text[], deadline_tiers text[], deadline_classes text[],
    deadline_reps text[], deadline_amounts integer[], deadline_units text[],
    limit_rules text[], limit_kinds text[], limit_periods text[], limit_pools text[], limit_tiers text[],
    limit_classes text[], limit_reps text[], limit_maxima integer[],
    cooldowns bigint[], embargoes bigint[], rotate_after bigint[],
    methods text[], segments text[], least_shares double precision[], most_shares double precision[], band_classes text[],
    band_days integer[], fallback_pools integer[], new_leads integer[]
);
COMMENT ON TYPE highseas.simulation_rules IS
'The rules for run_simulation(): deadlines in the order of their names, limits (capacity and quota), and of each pool in the order of its key cooldown, embargo and rotate_after in microseconds, and its allocation_rule (fallback_pools: numbers, -1: none; new_leads: 1 or 0)';

CREATE FUNCTION highseas.run_simulation(
    history highseas.simulation_history, in_force highseas.simulation_rules, policy highseas.simulation_rules,
    since timestamptz, until timestamptz, grace_until timestamptz, repetitions integer, seed bigint)
RETURNS TABLE (part text, item text, recorded double precision, simulated double precision,
               lower_limit double precision, upper_limit double precision)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000000 ROWS 100
AS 'MODULE_PATHNAME', 'highseas_run_simulation';
COMMENT ON FUNCTION highseas.run_simulation(highseas.simulation_history, highseas.simulation_rules, highseas.simulation_rules, timestamptz, timestamptz, timestamptz, integer, bigint) IS
'The figures of simulate_policy(). grace_until: the first time at which a deadline that the rules in force do not have strikes those held at the beginning. No row when an argument is NULL.
Errors: 22023 for arrays of different lengths, numbers out of range, an unknown kind, unit, period or method; 54000 for more than 10 million customers or holdings, or 50 million follow-ups or orders.';

CREATE FUNCTION highseas.rule_changes(tenant_id bigint, rules jsonb, section text)
RETURNS TABLE (rule text, change jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    key_column text := CASE WHEN section IN ('pool', 'allocation_rule') THEN 'pool_key' ELSE 'rule' END;
    allowed text[] := CASE section
        WHEN 'deadline' THEN '{kind,pool_key,tier,class,rep_key,window_amount,window_unit,remind_before}'
        WHEN 'capacity' THEN '{counts,closed_deals,pool_key,tier,class,rep_key,maximum}'
        WHEN 'quota' THEN '{period,pool_key,tier,class,rep_key,maximum}'
        WHEN 'pool' THEN '{cooldown,embargo,rotate_after}'
        WHEN 'allocation_rule' THEN '{method,new_leads,segment,least_share,most_share,band_class,band_days,fallback_pool}' END;
    r record;
    known boolean;
    stranger text;
BEGIN
    IF jsonb_typeof(rules -> section) IS DISTINCT FROM 'object' THEN
        IF rules ? section THEN
            RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('"%s" of the rules must be an object', section),
                HINT = 'Its keys are the names of rows: {"deadline": {"idle": {"window_amount": 14}}}.';
        END IF;
        RETURN;
    END IF;
    FOR r IN SELECT e.key, e.value FROM jsonb_each(rules -> section) e LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM highseas.%I x WHERE x.tenant_id = $1 AND x.%I = $2)', section, key_column)
            INTO known USING tenant_id, r.key;
        IF NOT known AND (section = 'pool' OR jsonb_typeof(r.value) = 'null') THEN
            RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('%s "%s" does not exist', section, left(r.key, 100)),
                HINT = format('highseas.%s lists them.', section);
        ELSIF jsonb_typeof(r.value) <> 'object' AND (section = 'pool' OR jsonb_typeof(r.value) <> 'null') THEN
            RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('what %s "%s" should be must be an object', section, left(r.key, 100)),
                HINT = 'Name the columns that differ and their values; null in place of the object is a rule that is not there.';
        END IF;
        SELECT min(k) INTO stranger FROM jsonb_object_keys(CASE jsonb_typeof(r.value) WHEN 'object' THEN r.value ELSE '{}' END) k
        WHERE k <> ALL (allowed);
        IF stranger IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s "%s" has no column "%s" to change', section, left(r.key, 100), left(stranger, 100)),
                HINT = format('One of %s.', array_to_string(allowed, ', '));
        END IF;
        rule := r.key;
        change := r.value;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION highseas.rule_changes(bigint, jsonb, text) IS
'What the rules of a policy change in a table (section: deadline, capacity, quota, pool, allocation_rule): the name of a row, and the columns that differ; a JSON null: the row is not there. Errors: 22023 for what no row can have, 42704 for a pool, or a rule to be left out, that is not there.';

CREATE FUNCTION highseas.rules_under(tenant_id bigint, rules jsonb) RETURNS highseas.simulation_rules
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := tenant_id;
    s highseas.simulation_rules;
    bad text;
BEGIN
    SELECT array_agg(r.rule ORDER BY r.rule), array_agg(r.kind ORDER BY r.rule), array_agg(r.pool_key ORDER BY r.rule),
           array_agg(r.tier ORDER BY r.rule), array_agg(r.class ORDER BY r.rule), array_agg(r.rep_key ORDER BY r.rule),
           array_agg(r.window_amount ORDER BY r.rule), array_agg(r.window_unit ORDER BY r.rule),
           min(r.rule) FILTER (WHERE r.kind IS NULL OR r.window_unit IS NULL OR coalesce(r.window_amount, 0) NOT BETWEEN 1 AND 20000)
    INTO s.deadline_rules, s.deadline_kinds, s.deadline_pools, s.deadline_tiers, s.deadline_classes, s.deadline_reps,
         s.deadline_amounts, s.deadline_units, bad
    FROM (SELECT x AS base, x.rule FROM highseas.deadline x WHERE x.tenant_id = t) b
    FULL JOIN highseas.rule_changes(t, rules, 'deadline') c ON c.rule = b.rule
    CROSS JOIN LATERAL jsonb_populate_record(b.base, coalesce(c.change, '{}') || jsonb_build_object('rule', coalesce(b.rule, c.rule))) r
    -- What a customer intended and of what kind he was is not played again, so neither are its deadlines.
    WHERE jsonb_typeof(c.change) IS DISTINCT FROM 'null' AND num_nonnulls(r.intent, r.customer_kind) = 0;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('deadline "%s" is not complete', left(bad, 100)),
            HINT = 'It needs kind, window_amount (1 to 20000) and window_unit.';
    END IF;
    SELECT array_agg(l.rule ORDER BY l.kind, l.rule), array_agg(l.kind ORDER BY l.kind, l.rule), array_agg(l.period ORDER BY l.kind, l.rule),
           array_agg(l.pool_key ORDER BY l.kind, l.rule), array_agg(l.tier ORDER BY l.kind, l.rule),
           array_agg(l.class ORDER BY l.kind, l.rule), array_agg(l.rep_key ORDER BY l.kind, l.rule),
           array_agg(l.maximum ORDER BY l.kind, l.rule), min(l.kind || ' "' || l.rule || '"') FILTER (WHERE l.maximum < 0)
    INTO s.limit_rules, s.limit_kinds, s.limit_periods, s.limit_pools, s.limit_tiers, s.limit_classes, s.limit_reps, s.limit_maxima, bad
    FROM (
        SELECT 'capacity' AS kind, r.rule, NULL::text AS period, r.pool_key, r.tier, r.class, r.rep_key, r.maximum
        FROM (SELECT x AS base, x.rule FROM highseas.capacity x WHERE x.tenant_id = t) b
        FULL JOIN highseas.rule_changes(t, rules, 'capacity') c ON c.rule = b.rule
        CROSS JOIN LATERAL jsonb_populate_record(b.base, coalesce(c.change, '{}') || jsonb_build_object('rule', coalesce(b.rule, c.rule))) r
        WHERE jsonb_typeof(c.change) IS DISTINCT FROM 'null' AND coalesce(r.counts, 'held') = 'held'
        UNION ALL
        SELECT 'quota', r.rule, r.period, r.pool_key, r.tier, r.class, r.rep_key, r.maximum
        FROM (SELECT x AS base, x.rule FROM highseas.quota x WHERE x.tenant_id = t) b
        FULL JOIN highseas.rule_changes(t, rules, 'quota') c ON c.rule = b.rule
        CROSS JOIN LATERAL jsonb_populate_record(b.base, coalesce(c.change, '{}') || jsonb_build_object('rule', coalesce(b.rule, c.rule))) r
        WHERE jsonb_typeof(c.change) IS DISTINCT FROM 'null') l
    WHERE l.maximum IS NOT NULL;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('the maximum of %s is negative', left(bad, 110)), HINT = '0 is none at all, null is no limit.';
    END IF;
    SELECT array_agg((extract(epoch FROM r.cooldown) * 1000000)::bigint ORDER BY r.pool_key),
           array_agg((extract(epoch FROM r.embargo) * 1000000)::bigint ORDER BY r.pool_key),
           array_agg(coalesce((extract(epoch FROM r.rotate_after) * 1000000)::bigint, 9223372036854775807) ORDER BY r.pool_key),
           min(r.pool_key) FILTER (WHERE (r.cooldown BETWEEN '0' AND '100 years' AND r.embargo BETWEEN '0' AND '100 years'
                                          AND coalesce(r.rotate_after, '0') BETWEEN '0' AND '100 years') IS NOT TRUE)
    INTO s.cooldowns, s.embargoes, s.rotate_after, bad
    FROM highseas.pool x
    LEFT JOIN highseas.rule_changes(t, rules, 'pool') c ON c.rule = x.pool_key
    CROSS JOIN LATERAL jsonb_populate_record(x, coalesce(c.change, '{}')) r
    WHERE x.tenant_id = t;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('a time of pool "%s" is out of range', left(bad, 100)),
            HINT = 'cooldown, embargo and rotate_after lie between 0 and 100 years; rotate_after may be null.';
    END IF;
    -- A pool without a row has the defaults of one, but new_leads.
    SELECT array_agg(r.method ORDER BY r.pool_key), array_agg(r.segment ORDER BY r.pool_key),
           array_agg(CASE WHEN r.method = 'optimal' THEN r.least_share END ORDER BY r.pool_key),
           array_agg(CASE WHEN r.method = 'optimal' THEN r.most_share END ORDER BY r.pool_key),
           array_agg(r.band_class ORDER BY r.pool_key), array_agg(r.band_days ORDER BY r.pool_key),
           array_agg(coalesce(f.n, -1) ORDER BY r.pool_key), array_agg(r.new_leads::integer ORDER BY r.pool_key),
           min(r.pool_key) FILTER (WHERE (r.method IS NOT NULL AND r.new_leads IS NOT NULL AND r.band_days BETWEEN 0 AND 3660
                                          AND (r.fallback_pool IS NULL OR f.n IS NOT NULL AND r.fallback_pool <> r.pool_key)) IS NOT TRUE)
    INTO s.methods, s.segments, s.least_shares, s.most_shares, s.band_classes, s.band_days, s.fallback_pools, s.new_leads, bad
    FROM highseas.pool x
    LEFT JOIN highseas.rule_changes(t, rules, 'allocation_rule') c ON c.rule = x.pool_key
    LEFT JOIN highseas.allocation_rule a ON a.tenant_id = t AND a.pool_key = x.pool_key AND jsonb_typeof(c.change) IS DISTINCT FROM 'null'
    CROSS JOIN LATERAL jsonb_populate_record(
        CASE WHEN a.pool_key IS NULL
             THEN jsonb_populate_record(NULL::highseas.allocation_rule, jsonb_build_object(
                      'pool_key', x.pool_key, 'method', 'serial', 'new_leads', jsonb_typeof(c.change) IS NOT DISTINCT FROM 'object',
                      'band_class', 'A', 'band_days', 30))
             ELSE a END,
        CASE jsonb_typeof(c.change) WHEN 'object' THEN c.change ELSE '{}' END
            || CASE WHEN rules ? 'method' THEN jsonb_build_object('method', rules -> 'method') ELSE '{}' END) r
    LEFT JOIN (SELECT y.pool_key, (row_number() OVER (ORDER BY y.pool_key) - 1)::integer AS n
               FROM highseas.pool y WHERE y.tenant_id = t) f ON f.pool_key = r.fallback_pool
    WHERE x.tenant_id = t;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('the allocation_rule of pool "%s" cannot be', left(bad, 100)),
            HINT = 'method and new_leads must not be null, band_days lies between 0 and 3660, and fallback_pool is another pool that exists.';
    END IF;
    SELECT x.what || ' "' || x.name || '"' INTO bad FROM (
        SELECT 'pool' AS what, k AS name
        FROM unnest(s.deadline_pools || s.limit_pools || ARRAY(SELECT jsonb_object_keys(rules -> 'allocation_rule'))) k
        WHERE k NOT IN (SELECT p.pool_key FROM highseas.pool p WHERE p.tenant_id = t)
        UNION ALL
        SELECT 'tier', k FROM unnest(s.deadline_tiers || s.limit_tiers) k
        WHERE k NOT IN (SELECT p.tier FROM highseas.tier p WHERE p.tenant_id = t)
        UNION ALL
        SELECT 'rep', k FROM unnest(s.deadline_reps || s.limit_reps) k
        WHERE k NOT IN (SELECT p.rep_key FROM highseas.rep p WHERE p.tenant_id = t)) x
    LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('%s does not exist', left(bad, 110)), HINT = 'The rules name it.';
    END IF;
    RETURN s;
END
$$;
COMMENT ON FUNCTION highseas.rules_under(bigint, jsonb) IS
'A tenant''s rules with the changes of a policy, see simulate_policy(); {} = the rules in force. Errors: 22023 for an impossible rule, 42704 for a name that is not there, 22P02 for a value of another type.';

CREATE FUNCTION highseas.gather_history(tenant_id bigint, ends timestamptz) RETURNS highseas.simulation_history
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    t bigint := tenant_id;
    h highseas.simulation_history;
BEGIN
    SELECT x.time_zone, x.week_mask, x.days_off, x.days_on INTO h.time_zone, h.week_mask, h.days_off, h.days_on
    FROM highseas.tenant x WHERE x.tenant_id = t;
    h.pool_keys := ARRAY(SELECT p.pool_key FROM highseas.pool p WHERE p.tenant_id = t ORDER BY p.pool_key);
    h.classes := ARRAY(SELECT c.class COLLATE "C" FROM highseas.customer c WHERE c.tenant_id = t AND c.class IS NOT NULL
                       UNION SELECT g.class COLLATE "C" FROM highseas.holding g WHERE g.tenant_id = t AND g.class IS NOT NULL ORDER BY 1);
    SELECT array_agg(x.tier ORDER BY x.tier), array_agg(x.from_days ORDER BY x.tier) INTO h.tier_names, h.tier_from_days
    FROM highseas.tier x WHERE x.tenant_id = t;
    SELECT array_agg(x.region ORDER BY x.region), array_agg(x.parent ORDER BY x.region) INTO h.tree_regions, h.tree_parents
    FROM highseas.region x WHERE x.tenant_id = t;
    SELECT array_agg(x.rep_key ORDER BY x.rep_key, x.region), array_agg(x.region ORDER BY x.rep_key, x.region)
    INTO h.rep_region_reps, h.rep_region_regions FROM highseas.rep_region x WHERE x.tenant_id = t;
    SELECT array_agg(r.rep_key ORDER BY r.rep_key), array_agg(coalesce(r.hired_on, '-infinity') ORDER BY r.rep_key),
           array_agg(coalesce(least(r.hired_on::timestamp AT TIME ZONE h.time_zone, g.first_at), '-infinity') ORDER BY r.rep_key),
           array_agg(CASE WHEN r.active THEN 'infinity' ELSE coalesce(g.last_at, '-infinity') END ORDER BY r.rep_key),
           array_agg(coalesce(w.weight, 1) ORDER BY r.rep_key)
    INTO h.rep_keys, h.rep_hired, h.rep_from, h.rep_until, h.rep_weights
    FROM highseas.rep r
    LEFT JOIN highseas.rep_weight w ON w.tenant_id = t AND w.rep_key = r.rep_key
    LEFT JOIN (SELECT x.rep_key, min(x.started_at) AS first_at, max(coalesce(x.ended_at, x.started_at)) AS last_at
               FROM highseas.holding x WHERE x.tenant_id = t GROUP BY x.rep_key) g ON g.rep_key = r.rep_key
    WHERE r.tenant_id = t;
    SELECT array_agg(array_position(h.rep_keys, x.rep_key::text) - 1 ORDER BY x.rep_key, x.first_day),
           array_agg(x.first_day::timestamp AT TIME ZONE h.time_zone ORDER BY x.rep_key, x.first_day),
           array_agg((x.last_day + 1)::timestamp AT TIME ZONE h.time_zone ORDER BY x.rep_key, x.first_day)
    INTO h.leave_reps, h.leave_from, h.leave_until FROM highseas.rep_leave x WHERE x.tenant_id = t;

    SELECT array_agg(c.customer_key ORDER BY c.customer_key),
           array_agg(CASE WHEN f.started_at IS NULL AND c.state = 'free' THEN least(p.registered_at, c.pooled_since)
                          WHEN p.registered_at < f.started_at THEN p.registered_at ELSE 'infinity' END ORDER BY c.customer_key),
           array_agg(k.n ORDER BY c.customer_key), array_agg(coalesce(l.n, -1) ORDER BY c.customer_key),
           array_agg(c.region ORDER BY c.customer_key),
           array_agg(greatest(coalesce(v.potential_value, c.score), 0) ORDER BY c.customer_key),
           array_agg(p.source ORDER BY c.customer_key), array_agg(p.country ORDER BY c.customer_key), array_agg(p.city ORDER BY c.customer_key)
    INTO h.customer_keys, h.customer_arrived, h.customer_pools, h.customer_classes, h.customer_regions, h.customer_values,
         h.customer_sources, h.customer_countries, h.customer_cities
    FROM highseas.customer c
    LEFT JOIN highseas.profile p ON p.tenant_id = t AND p.customer_key = c.customer_key
    LEFT JOIN highseas.customer_value v ON v.tenant_id = t AND v.customer_key = c.customer_key
    LEFT JOIN (SELECT DISTINCT ON (x.customer_key) x.customer_key, x.started_at, x.pool_key
               FROM highseas.holding x WHERE x.tenant_id = t ORDER BY x.customer_key, x.started_at) f ON f.customer_key = c.customer_key
    JOIN (SELECT x.pool_key, (row_number() OVER (ORDER BY x.pool_key) - 1)::integer AS n
          FROM highseas.pool x WHERE x.tenant_id = t) k ON k.pool_key = coalesce(f.pool_key, c.pool_key)
    LEFT JOIN (SELECT x.class COLLATE "C" AS class, (x.n - 1)::integer AS n FROM unnest(h.classes) WITH ORDINALITY x(class, n)) l
        ON l.class = c.class
    WHERE c.tenant_id = t;

    -- Unsorted: the simulation sorts by customer and time, which costs it less.
    SELECT array_agg(c.n), array_agg(r.n), array_agg(k.n), array_agg(coalesce(l.n, -1)), array_agg(g.started_at),
           array_agg(coalesce(g.ended_at, 'infinity')),
           array_agg(CASE g.act WHEN 'claim' THEN 1 WHEN 'allocate' THEN 4 WHEN 'rotate' THEN 2 WHEN 'import' THEN 0 WHEN 'adopt' THEN 0 ELSE 3 END),
           array_agg(CASE WHEN g.ended_at IS NULL THEN 0 WHEN g.end_act = 'expire' THEN 1
                          WHEN g.to_pool IS NOT NULL AND g.end_act NOT IN ('withdraw', 'gone', 'merge') THEN 2 ELSE 3 END),
           array_agg(CASE WHEN g.end_act IN ('withdraw', 'gone', 'merge') THEN -1 ELSE coalesce(o.n, -1) END),
           array_agg(coalesce(e.until, '-infinity')),
           array_agg((a.customer_key IS NOT NULL OR g.ended_at IS NULL AND (c.deal = 'open' OR c.protected_until IS NOT NULL))::integer)
    INTO h.spell_customers, h.spell_reps, h.spell_pools, h.spell_classes, h.spell_started, h.spell_ended, h.spell_begins,
         h.spell_ends, h.spell_to_pools, h.spell_extended, h.spell_exempt
    FROM highseas.holding g
    JOIN (SELECT x.customer_key, x.deal, x.protected_until, (row_number() OVER (ORDER BY x.customer_key) - 1)::integer AS n
          FROM highseas.customer x WHERE x.tenant_id = t) c ON c.customer_key = g.customer_key
    JOIN (SELECT x.rep_key, (row_number() OVER (ORDER BY x.rep_key) - 1)::integer AS n
          FROM highseas.rep x WHERE x.tenant_id = t) r ON r.rep_key = g.rep_key
    JOIN (SELECT x.pool_key, (row_number() OVER (ORDER BY x.pool_key) - 1)::integer AS n
          FROM highseas.pool x WHERE x.tenant_id = t) k ON k.pool_key = g.pool_key
    LEFT JOIN (SELECT x.pool_key, (row_number() OVER (ORDER BY x.pool_key) - 1)::integer AS n
               FROM highseas.pool x WHERE x.tenant_id = t) o ON o.pool_key = g.to_pool
    LEFT JOIN (SELECT x.class COLLATE "C" AS class, (x.n - 1)::integer AS n FROM unnest(h.classes) WITH ORDINALITY x(class, n)) l
        ON l.class = g.class
    LEFT JOIN (SELECT x.holding_id, max(x.until) AS until FROM highseas.extension x
               WHERE x.tenant_id = t AND x.status = 'granted' GROUP BY x.holding_id) e ON e.holding_id = g.holding_id
    LEFT JOIN (SELECT DISTINCT y.customer_key, y.holding_id FROM highseas.customer_event x
               JOIN highseas.holding y ON y.tenant_id = t AND y.customer_key = x.customer_key
                AND x.at >= y.started_at AND x.at <= coalesce(y.ended_at, 'infinity')
               WHERE x.tenant_id = t AND x.act = 'protect') a ON a.customer_key = g.customer_key AND a.holding_id = g.holding_id
    WHERE g.tenant_id = t AND g.started_at < ends;

    SELECT array_agg(c.n), array_agg(f.at) INTO h.follow_up_customers, h.follow_up_at
    FROM highseas.follow_up f
    JOIN (SELECT x.customer_key, (row_number() OVER (ORDER BY x.customer_key) - 1)::integer AS n
          FROM highseas.customer x WHERE x.tenant_id = t) c ON c.customer_key = f.customer_key
    WHERE f.tenant_id = t AND f.at < ends;

    SELECT array_agg(c.n), array_agg(o.ordered_at), array_agg(o.amount::double precision)
    INTO h.order_customers, h.order_at, h.order_amounts
    FROM highseas.purchase o
    JOIN (SELECT x.customer_key, (row_number() OVER (ORDER BY x.customer_key) - 1)::integer AS n
          FROM highseas.customer x WHERE x.tenant_id = t) c ON c.customer_key = o.customer_key
    WHERE o.tenant_id = t AND o.ordered_at < ends AND o.amount > 0;
    RETURN h;
END
$$;
COMMENT ON FUNCTION highseas.gather_history(bigint, timestamptz) IS 'A tenant''s ledger before a time, for run_simulation()';

CREATE FUNCTION highseas.simulate_policy(
    rules jsonb, since timestamptz, until timestamptz DEFAULT NULL, repetitions integer DEFAULT 5, seed bigint DEFAULT 1,
    tenant text DEFAULT NULL)
RETURNS TABLE (part text, item text, recorded double precision, simulated double precision,
               lower_limit double precision, upper_limit double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    t bigint := highseas.authorize(simulate_policy.tenant, 'manager');
    now timestamptz := highseas.clock();
    ends timestamptz := least(simulate_policy.until, now);
    stranger text;
    in_force highseas.simulation_rules;
    policy highseas.simulation_rules;
    found bigint;
BEGIN
    IF rules IS NULL OR since IS NULL OR repetitions IS NULL OR seed IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'rules, since, repetitions and seed must not be null', HINT = '{} are the rules in force.';
    ELSIF jsonb_typeof(rules) <> 'object' THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'the rules must be an object', HINT = 'For example {"deadline": {"idle": {"window_amount": 14}}}.';
    ELSIF NOT isfinite(since) OR since >= ends THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'the simulation must begin before it ends',
            DETAIL = format('It would end at %s.', ends), HINT = 'It ends now at the latest: what comes is not known.';
    ELSIF repetitions NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'the number of repetitions is out of range', HINT = 'It lies between 1 and 1000.';
    END IF;
    SELECT min(k) INTO stranger FROM jsonb_object_keys(rules) k WHERE k NOT IN ('deadline', 'capacity', 'quota', 'pool', 'allocation_rule', 'method');
    IF stranger IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('the rules have no part "%s"', left(stranger, 100)),
            HINT = 'The parts are deadline, capacity, quota, pool, allocation_rule and method.';
    END IF;
    in_force := highseas.rules_under(t, '{}');
    policy := highseas.rules_under(t, rules);
    SELECT count(*) INTO found FROM (SELECT FROM highseas.follow_up f WHERE f.tenant_id = t LIMIT 20000001) x;
    IF found > 20000000 OR (SELECT count(*) FROM highseas.purchase p WHERE p.tenant_id = t) > 20000000
       OR (SELECT count(*) FROM highseas.holding g WHERE g.tenant_id = t) > 3000000
       OR (SELECT count(*) FROM highseas.customer c WHERE c.tenant_id = t) > 3000000 THEN
        RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = 'the history is too large to simulate',
            DETAIL = 'It may have 3 million customers and holdings, and 20 million follow-ups and orders.',
            HINT = 'Simulate in a copy of the database with a sample of the customers.';
    END IF;
    RETURN QUERY
    SELECT x.part, x.item, x.recorded, x.simulated, x.lower_limit, x.upper_limit
    FROM highseas.tenant z
    CROSS JOIN LATERAL highseas.run_simulation(highseas.gather_history(t, ends), in_force, policy, since, ends,
        highseas.shift(since, z.grace, z.time_zone), repetitions, seed) x
    WHERE z.tenant_id = t;
    RETURN QUERY
    SELECT 'assumption', a.sentence, NULL::double precision, NULL::double precision, NULL::double precision, NULL::double precision
    FROM unnest(ARRAY[
        'What the rules in force and the other rules decide alike happened as recorded.',
        'Whatever the rules were when something was recorded, it is compared with the rules in force now.',
        'Customers order when they did, whoever holds them, and as much.',
        'A deadline strikes at its time, not at the next run of a job; those held at the beginning have the tenant''s grace.',
        'A holder whose holding lasts longer than it did does nothing more for the customer.',
        'Rotations and allocations from a pool whose allocation_rule differs are decided anew, on the next day, and so is who stayed there: by its method and band, to who covers the nearest region up the tree; whose region nobody covers goes to the fallback pool.',
        'With new_leads in the other rules alone, customers are given away on the day after they came; with it in the rules in force alone, they wait like the others.',
        'A customer whose holding ended otherwise, or who came into a fallback pool, waits there as long as one drawn from those recorded there, or until rotate_after.',
        'It then goes, once a day, by the method of the pool to a rep who has held customers of that pool (if nobody ever did: of any), covers its region, is not on leave, has room, and is not in the cooldown; if there is none, a week later again.',
        'best_fit and optimal know of each rep his conversion as it was recorded until that day; regions, weights, values and segments are those of today.',
        'The new holder follows up, and gives back, as in one of his own recorded holdings, drawn at random.',
        'A claim or rotation that a limit of the other rules forbids, and those in force do not, did not happen; more room alone brings no more claims.',
        'Assignments, transfers and what an import found happened as recorded; protected holdings and open deals are not struck.',
        'Where the rules differ, neither a leave of the holder nor what the customer intended (a later date, a deadline for an intent) nor his kind changes when a deadline strikes.',
        'Tier and class of a holding are those at its beginning; closed deals count for every capacity; nobody is frozen.',
        'Amounts are added up whatever their currency.']) a(sentence);
END
$$;
COMMENT ON FUNCTION highseas.simulate_policy(jsonb, timestamptz, timestamptz, integer, bigint, text) IS
'Plays the tenant''s own history from since to until (NULL: now) again under other rules, and says what would have been otherwise. Changes nothing. Under the rules in force ({}) it comes to exactly what was recorded.
rules: what differs from the rules in force, as JSON: {"deadline": {"idle": {"window_amount": 14}, "sell": null}, "quota": {"day": {"maximum": 5}}, "capacity": {...}, "pool": {"main": {"cooldown": "30 days", "rotate_after": "20 days"}}, "allocation_rule": {"main": {"method": "optimal", "least_share": 0.8, "fallback_pool": "rest"}}, "method": "least_loaded"}. The keys are names of rows, the values the columns that differ; null: the row is not there; another name: a row more. allocation_rule: by pool; the band counts with the method optimal only. method: for all pools. What a pools rule gives away by rotation and allocation is decided anew where it differs from the rule in force.
Rows: part figure: each figure as recorded, as simulated (the mean of the repetitions) with the limits of its 95 % confidence; customers held by, follow-ups of: the same for each rep; assumption: sentences. Where nothing was left to chance, limits and mean are equal.
takes and returns: holdings that began, that ended in a pool (expiries: by a deadline). days in the pool: of those taken from it. customers held: on average over time. orders, value while held: that came while somebody held the customer; taken from the holder: while the recorded holder did not hold it any more. takes refused, holdings changed: what the other rules decided otherwise.
repetitions: 1 to 1000; seed: another one, other draws; the same, the same figures. Needs the access of a manager.
Errors: 22023 and 42704 for rules that cannot be, 22P02 for a value of another type, 22004, 54000 for too long a history, 42501.';
