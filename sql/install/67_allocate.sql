-- Allocation: who gets the customers that nobody holds. Two jobs, one plan: rotate gives away who slept in a pool,
-- allocate who is new in it.

CREATE TABLE highseas.allocation_rule (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    pool_key text COLLATE "C" NOT NULL,
    method text NOT NULL DEFAULT 'serial'
        CHECK (method IN ('serial', 'weighted_turns', 'least_loaded', 'best_fit', 'optimal')),
    new_leads boolean NOT NULL DEFAULT true,
    segment text CHECK (segment IN ('source', 'country', 'city', 'class', 'region')),
    least_share double precision CHECK (least_share BETWEEN 0 AND 1),
    most_share double precision CHECK (most_share >= 1 AND most_share < 'infinity'),
    band_class text COLLATE "C" DEFAULT 'A',
    band_days integer NOT NULL DEFAULT 30 CHECK (band_days BETWEEN 0 AND 3660),
    fallback_pool text COLLATE "C",
    PRIMARY KEY (tenant_id, pool_key),
    FOREIGN KEY (tenant_id, pool_key) REFERENCES highseas.pool,
    FOREIGN KEY (tenant_id, fallback_pool) REFERENCES highseas.pool,
    CHECK (fallback_pool <> pool_key),
    CHECK (method = 'optimal' OR (least_share IS NULL AND most_share IS NULL))
);
COMMENT ON TABLE highseas.allocation_rule IS
'How a pool''s customers are given to reps; without a row in serial order, by rotation only. method: as plan_allocation() has them. new_leads: whom nobody ever held is given away by the next allocate(), too. segment: by what a rep''s own conversion is told apart in best_fit and optimal (NULL: one for all customers). least_share, most_share: the band of fair shares, 0.8 and 1.2 for 20 % around them, in value and in customers of band_class (NULL: in value only), over the last band_days. fallback_pool: where customers go whose region nobody covers (NULL: they stay).';

CREATE TABLE highseas.rep_weight (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    rep_key text COLLATE "C" NOT NULL,
    weight double precision NOT NULL CHECK (weight > 0 AND weight <= 1000),
    PRIMARY KEY (tenant_id, rep_key),
    FOREIGN KEY (tenant_id, rep_key) REFERENCES highseas.rep
);
COMMENT ON TABLE highseas.rep_weight IS
'How much of a full share a rep gets, .5 for half-time; without a row 1';

CREATE TABLE highseas.allocation (
    tenant_id bigint NOT NULL,
    run_id bigint NOT NULL,
    turn bigint NOT NULL,
    pool_key text COLLATE "C" NOT NULL,
    customer_key text COLLATE "C" NOT NULL,
    planned_at timestamptz NOT NULL,
    rep_key text COLLATE "C",
    reason text NOT NULL,
    value double precision,
    next_rep_key text COLLATE "C",
    next_value double precision,
    moved_to text COLLATE "C",
    PRIMARY KEY (tenant_id, run_id, turn)
);
COMMENT ON TABLE highseas.allocation IS
'The plans of the last run of each of rotate, allocate, cover_leave and hand_over: who was to get each customer and why he (value: what it is worth with him, next_*: with whom else it would have been worth most), or why nobody did (moved_to: into which pool it went instead). What was given away is in the ledger with the same reason.';

-- The facts -----------------------------------------------------------------------------------

CREATE FUNCTION highseas.segment_of(segment text, source text, country text, city text, class text, region text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE segment WHEN 'source' THEN source WHEN 'country' THEN country WHEN 'city' THEN city
                    WHEN 'class' THEN class WHEN 'region' THEN region END;
COMMENT ON FUNCTION highseas.segment_of(text, text, text, text, text, text) IS
'The one of a customer''s facts that allocation_rule.segment names; NULL where it names none';

CREATE FUNCTION highseas.conversion_by_segment(tenant_id bigint, segment text, now timestamptz)
RETURNS TABLE (rep_key text, its_segment text, won bigint, tried bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT h.rep_key, s.its_segment, count(*) FILTER (WHERE w.won), count(*)
    FROM highseas.holding h
    JOIN highseas.customer c ON c.tenant_id = h.tenant_id AND c.customer_key = h.customer_key
    LEFT JOIN highseas.profile f ON f.tenant_id = h.tenant_id AND f.customer_key = h.customer_key
    CROSS JOIN LATERAL (SELECT highseas.segment_of(segment, f.source, f.country, f.city, c.class, c.region) AS its_segment) s
    CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT FROM highseas.purchase o
                       WHERE o.tenant_id = h.tenant_id AND o.customer_key = h.customer_key AND o.amount > 0
                         AND o.ordered_at >= h.started_at AND o.ordered_at <= coalesce(h.ended_at, now)) AS won OFFSET 0) w
    WHERE h.tenant_id = conversion_by_segment.tenant_id AND h.started_at > now - interval '2 years'
      AND h.act NOT IN ('import', 'adopt', 'cover', 'give_back', 'succeed') AND (h.ended_at IS NOT NULL OR w.won)
    GROUP BY GROUPING SETS ((h.rep_key, s.its_segment), (h.rep_key))
    HAVING GROUPING(s.its_segment) = 1 OR s.its_segment IS NOT NULL;
END;
COMMENT ON FUNCTION highseas.conversion_by_segment(bigint, text, timestamptz) IS
'In how many of his holdings of two years (tried: ended, or sold) each rep sold something (won), for each segment and (NULL) for all of them. What an import found is not his trying.';

CREATE FUNCTION highseas.back_from_leave(tenant_id bigint, rep_key text, now timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE
RETURN (SELECT (max(l.last_day) + 1)::timestamp AT TIME ZONE max(t.time_zone)
        FROM highseas.rep_leave l JOIN highseas.tenant t ON t.tenant_id = l.tenant_id
        WHERE l.tenant_id = back_from_leave.tenant_id AND l.rep_key = back_from_leave.rep_key
          AND l.last_day < (now AT TIME ZONE t.time_zone)::date);
COMMENT ON FUNCTION highseas.back_from_leave(bigint, text, timestamptz) IS
'When a rep''s last leave that is over ended; NULL when he had none';

-- The customers of a pool that a job looks at, the best first, from below a position in that order.
CREATE FUNCTION highseas.to_allocate(
    tenant_id bigint, job text, pool_key text, now timestamptz, most integer,
    below_score real DEFAULT 'infinity', below_online boolean DEFAULT true, below_has_email boolean DEFAULT true, below_key text DEFAULT '')
RETURNS TABLE (customer_key text, score real, online boolean, has_email boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT c.customer_key, c.score, c.online, c.has_email
    FROM highseas.customer c
    WHERE c.tenant_id = to_allocate.tenant_id AND c.pool_key = to_allocate.pool_key AND c.state = 'free'
      AND (c.score, c.online, c.has_email, c.customer_key) < (below_score, below_online, below_has_email, below_key)
      AND CASE job
          WHEN 'rotate' THEN c.pooled_since <= (
              SELECT highseas.shift(now, - p.rotate_after, t.time_zone)
              FROM highseas.pool p JOIN highseas.tenant t ON t.tenant_id = p.tenant_id
              WHERE p.tenant_id = to_allocate.tenant_id AND p.pool_key = to_allocate.pool_key)
          ELSE NOT EXISTS (SELECT FROM highseas.holding h
                           WHERE h.tenant_id = to_allocate.tenant_id AND h.customer_key = c.customer_key) END
    ORDER BY c.score DESC, c.online DESC, c.has_email DESC, c.customer_key DESC
    LIMIT greatest(most, 0);
END;
COMMENT ON FUNCTION highseas.to_allocate(bigint, text, text, timestamptz, integer, real, boolean, boolean, text) IS
'The customers of a pool that rotate (who lie in it for its rotate_after or longer) or allocate (whom nobody ever held) plans: the best most of them below a position in the order of the pool';

CREATE TYPE highseas.foreseen AS (
    rep_key text, pool_key text, class text, closed boolean, gained bigint, lost bigint, value double precision, last_turn bigint);
COMMENT ON TYPE highseas.foreseen IS
'What a plan takes for done: how many customers of a pool and class (closed: with a closed deal) a rep gained and lost by what was planned before, what they are worth with him, and the turn in which he gained the last one';

CREATE FUNCTION highseas.plan_pool_allocation(
    tenant_id bigint, pool_key text, now timestamptz, customers text[], busy_reps text[],
    covers boolean DEFAULT false, only_rep text DEFAULT NULL, to_tiers text[] DEFAULT NULL,
    foreseen highseas.foreseen[] DEFAULT '{}')
RETURNS TABLE (turn bigint, customer_key text, rep_key text, reason text, value double precision, next_rep_key text, next_value double precision, method text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH rule AS (
        SELECT coalesce(to_tiers, p.rotate_tiers) AS rotate_tiers, p.members_only, r.segment, r.least_share, r.most_share, r.band_class, r.band_days, t.time_zone,
               CASE WHEN only_rep IS NULL THEN coalesce(r.method, 'serial') ELSE 'serial' END AS method,
               coalesce(r.method IN ('best_fit', 'optimal'), false) AND only_rep IS NULL AS by_fit,
               coalesce(r.method IN ('best_fit', 'optimal'), false) AND EXISTS (
                   SELECT FROM highseas.value_run v WHERE v.tenant_id = p.tenant_id AND v.in_force) AS by_money
        FROM highseas.pool p
        JOIN highseas.tenant t ON t.tenant_id = p.tenant_id
        LEFT JOIN highseas.allocation_rule r ON r.tenant_id = p.tenant_id AND r.pool_key = p.pool_key
        WHERE p.tenant_id = plan_pool_allocation.tenant_id AND p.pool_key = plan_pool_allocation.pool_key
    ), candidate AS (
        SELECT c.customer_key, c.region, c.class, c.kind, highseas.segment_of(rule.segment, f.source, f.country, f.city, c.class, c.region) AS segment,
               greatest(CASE WHEN rule.by_money THEN v.potential_value ELSE c.score END, 0) AS value,
               (c.embargo_until > now) IS TRUE AS shut, c.score
        FROM highseas.customer c
        CROSS JOIN rule
        -- Fenced off: where the method does not ask, none is looked up.
        LEFT JOIN LATERAL (SELECT x.potential_value FROM highseas.customer_value x
                           WHERE rule.by_money AND x.tenant_id = c.tenant_id AND x.customer_key = c.customer_key OFFSET 0) v ON true
        LEFT JOIN LATERAL (SELECT x.source, x.country, x.city FROM highseas.profile x
                           WHERE rule.by_fit AND x.tenant_id = c.tenant_id AND x.customer_key = c.customer_key OFFSET 0) f ON true
        WHERE c.tenant_id = plan_pool_allocation.tenant_id AND c.customer_key = ANY (customers)
    ), member AS (
        SELECT r.rep_key, r.held + coalesce(e.more, 0)::integer AS held, f.tier, coalesce(w.weight, 1) AS weight,
               -- Behind all others, in the order of their last turns, as take_in_turn() will put them.
               CASE WHEN e.last_turn IS NULL THEN greatest(r.waiting_since, highseas.back_from_leave(r.tenant_id, r.rep_key, now))
                    ELSE greatest(now, max(r.waiting_since) OVER ()) + e.last_turn * interval '1 microsecond' END AS waiting_since,
               coalesce(array_position(rule.rotate_tiers, f.tier), 0) AS rank
        FROM highseas.rep r
        CROSS JOIN rule
        CROSS JOIN LATERAL highseas.rep_facts(plan_pool_allocation.tenant_id, r.rep_key, now) f
        LEFT JOIN highseas.rep_weight w ON w.tenant_id = r.tenant_id AND w.rep_key = r.rep_key
        LEFT JOIN (SELECT u.rep_key, sum(u.gained - u.lost) AS more, max(u.last_turn) AS last_turn
                   FROM unnest(foreseen) u GROUP BY u.rep_key) e ON e.rep_key = r.rep_key
        WHERE r.tenant_id = plan_pool_allocation.tenant_id AND f.active
          AND CASE WHEN only_rep IS NOT NULL THEN r.rep_key = only_rep
              ELSE (rule.rotate_tiers IS NULL OR f.tier = ANY (rule.rotate_tiers))
                   AND (NOT rule.members_only OR EXISTS (
                        SELECT FROM highseas.pool_member m
                        WHERE m.tenant_id = plan_pool_allocation.tenant_id AND m.pool_key = plan_pool_allocation.pool_key
                          AND (m.rep_key IS NULL OR m.rep_key = r.rep_key) AND (m.tier IS NULL OR m.tier = f.tier))) END
    ), room AS (
        SELECT m.rep_key, l.kind, l.class,
               l.maximum - l.used - coalesce(sum(u.gained - CASE l.kind WHEN 'capacity' THEN u.lost ELSE 0 END), 0)::integer AS remaining
        FROM member m
        CROSS JOIN LATERAL highseas.limits_of(plan_pool_allocation.tenant_id, m.rep_key, now) l
        LEFT JOIN highseas.capacity k ON l.kind = 'capacity' AND k.tenant_id = plan_pool_allocation.tenant_id AND k.rule = l.rule
        LEFT JOIN unnest(foreseen) u ON u.rep_key = m.rep_key AND (l.pool_key IS NULL OR l.pool_key = u.pool_key)
            AND (l.class IS NULL OR l.class = u.class) AND (k.closed_deals IS NOT FALSE OR NOT u.closed)
        WHERE (l.pool_key IS NULL OR l.pool_key = plan_pool_allocation.pool_key) AND (l.kind = 'capacity' OR NOT covers)
        GROUP BY m.rep_key, l.kind, l.rule, l.class, l.maximum, l.used
    ), past AS (
        SELECT DISTINCT h.customer_key, h.rep_key
        FROM highseas.holding h
        WHERE NOT covers AND h.tenant_id = plan_pool_allocation.tenant_id AND h.customer_key = ANY (customers) AND h.act <> 'cover'
    ), region AS (
        SELECT g.rep_key, g.region FROM highseas.rep_region g
        WHERE g.tenant_id = plan_pool_allocation.tenant_id AND only_rep IS NULL
    ), conversion AS (
        SELECT s.rep_key, s.its_segment, s.won, s.tried,
               sum(s.won) OVER (PARTITION BY s.its_segment) / sum(s.tried) OVER (PARTITION BY s.its_segment) AS average
        FROM rule
        CROSS JOIN LATERAL highseas.conversion_by_segment(plan_pool_allocation.tenant_id, rule.segment, now) s
        WHERE rule.by_fit
    ), affinity AS (
        SELECT s.rep_key, s.its_segment, highseas.rep_affinity(s.won, s.tried, s.average::double precision) AS factor
        FROM conversion s WHERE s.average > 0
    ), received AS (
        SELECT h.rep_key, count(*) FILTER (WHERE h.class = rule.band_class) AS of_class,
               -- With him, as the plan reckons.
               sum(greatest(CASE WHEN rule.by_money THEN v.potential_value ELSE c.score END, 0) * coalesce(own.factor, general.factor, 1)) AS value
        FROM rule
        JOIN highseas.holding h ON h.tenant_id = plan_pool_allocation.tenant_id AND h.pool_key = plan_pool_allocation.pool_key
            AND h.started_at > highseas.shift(now, - make_interval(days => rule.band_days), rule.time_zone)
            AND h.act IN ('rotate', 'allocate', 'hand_over') AND coalesce(rule.least_share, rule.most_share) IS NOT NULL
        JOIN highseas.customer c ON c.tenant_id = h.tenant_id AND c.customer_key = h.customer_key
        LEFT JOIN highseas.customer_value v ON v.tenant_id = h.tenant_id AND v.customer_key = h.customer_key
        LEFT JOIN highseas.profile f ON f.tenant_id = h.tenant_id AND f.customer_key = h.customer_key
        LEFT JOIN affinity own ON own.rep_key = h.rep_key
            AND own.its_segment = highseas.segment_of(rule.segment, f.source, f.country, f.city, c.class, c.region)
        LEFT JOIN affinity general ON general.rep_key = h.rep_key AND general.its_segment IS NULL
        GROUP BY h.rep_key
    ), share AS (
        SELECT m.*, coalesce(g.value, 0) + coalesce(e.value, 0) AS received,
               (coalesce(g.of_class, 0) + coalesce(e.of_class, 0))::integer AS received_of_class
        FROM member m
        LEFT JOIN received g ON g.rep_key = m.rep_key
        LEFT JOIN (SELECT u.rep_key, sum(u.value) AS value, sum(u.gained) FILTER (WHERE u.class = rule.band_class) AS of_class
                   FROM rule CROSS JOIN unnest(foreseen) u WHERE u.pool_key = plan_pool_allocation.pool_key
                   GROUP BY u.rep_key) e ON e.rep_key = m.rep_key
    )
    SELECT p.turn, p.customer_key, p.rep_key, p.reason, CASE WHEN rule.by_fit THEN p.value END,
           CASE WHEN rule.by_fit THEN p.next_rep_key END, CASE WHEN rule.by_fit THEN p.next_value END, rule.method
    FROM rule
    CROSS JOIN (SELECT array_agg(s.customer_key) AS keys, array_agg(coalesce(s.value, 0)) AS "values", array_agg(s.region) AS regions,
                       array_agg(s.class) AS classes, array_agg(s.segment) AS segments, array_agg(s.kind) AS kinds FROM candidate s WHERE NOT s.shut) c
    CROSS JOIN (SELECT array_agg(m.rep_key) AS keys, array_agg(m.tier) AS tiers, array_agg(m.rank) AS ranks, array_agg(m.weight) AS weights,
                       array_agg(m.held) AS loads, array_agg(m.waiting_since) AS waiting, array_agg(m.received) AS received,
                       array_agg(m.received_of_class) AS received_of_class FROM share m) r
    CROSS JOIN (SELECT array_agg(g.rep_key) AS reps, array_agg(g.region) AS regions FROM region g) v
    CROSS JOIN (SELECT array_agg(g.region ORDER BY g.region) AS regions, array_agg(g.parent ORDER BY g.region) AS parents
                FROM highseas.region g WHERE g.tenant_id = plan_pool_allocation.tenant_id) t
    CROSS JOIN (SELECT array_agg(a.rep_key) AS reps, array_agg(a.its_segment) AS segments, array_agg(a.factor) AS factors FROM affinity a) a
    CROSS JOIN (SELECT array_agg(x.rep_key) AS reps, array_agg(x.kind) AS kinds, array_agg(x.class) AS classes,
                       array_agg(x.remaining) AS remaining FROM room x) l
    CROSS JOIN (SELECT array_agg(x.customer_key) AS customers, array_agg(x.rep_key) AS reps FROM past x) h
    CROSS JOIN (SELECT array_agg(x.class) AS classes, array_agg(x.kind) AS kinds, array_agg(x.tier) AS tiers FROM highseas.treatment_tier x
                WHERE x.tenant_id = plan_pool_allocation.tenant_id AND NOT covers) f
    CROSS JOIN LATERAL highseas.plan_allocation(
        rule.method, c.keys, c."values", c.regions, c.classes, c.segments,
        r.keys, r.tiers, r.ranks, r.weights, r.loads, r.waiting, v.reps, v.regions, t.regions, t.parents,
        a.reps, a.segments, a.factors, f.classes, f.tiers, l.reps, l.kinds, l.classes, l.remaining, h.customers, h.reps,
        CASE WHEN only_rep IS NULL THEN rule.least_share END, CASE WHEN only_rep IS NULL THEN rule.most_share END,
        r.received, rule.band_class, r.received_of_class, busy_reps, c.kinds, f.kinds
    ) WITH ORDINALITY AS p(customer_key, rep_key, reason, value, next_rep_key, next_value, upper_bound, turn)
    UNION ALL
    SELECT x.others + row_number() OVER (ORDER BY x.score DESC, x.customer_key), x.customer_key, NULL, 'embargo', NULL, NULL, NULL, rule.method
    FROM rule CROSS JOIN (SELECT c.*, count(*) FILTER (WHERE NOT c.shut) OVER () AS others FROM candidate c) x
    WHERE x.shut;
END;
COMMENT ON FUNCTION highseas.plan_pool_allocation(bigint, text, timestamptz, text[], text[], boolean, text, text[], highseas.foreseen[]) IS
'Who gets which of these customers of a pool, by its allocation_rule: gathers the facts and asks plan_allocation(). What a customer is worth: potential_value where refresh_value() has a fit in force and the method goes by it (best_fit, optimal), else the score. busy_reps get nothing. covers: in place of a holder who is away, so that neither quotas nor earlier holdings bind; only_rep: to this rep only, whatever his regions, as far as his capacity goes; to_tiers: to reps of these tiers instead of the pool''s rotate_tiers, the first one first; foreseen: what was planned before and is taken for done. Who is under embargo stays for the reason embargo.';

CREATE FUNCTION highseas.allocation_reason(
    method text, reason text, value double precision, next_rep_key text, next_value double precision) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN method || ': ' || reason
    -- Immutable throughout (concat() is not), so that it is inlined: it is said of every customer.
    || CASE WHEN value IS NULL THEN ''
            ELSE ', worth ' || pg_catalog.round(value::numeric, 2)::text
                 || coalesce(', next ' || next_rep_key || ' with ' || pg_catalog.round(next_value::numeric, 2)::text, '') END;
COMMENT ON FUNCTION highseas.allocation_reason(text, text, double precision, text, double precision) IS
'What the ledger says of an assignment: the method and why he, and where it went by value what the customer is worth with him and with the next best rep';

CREATE FUNCTION highseas.next_pool(tenant_id bigint, job text, only_pool text, after text) RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT min(p.pool_key) FROM highseas.pool p
        LEFT JOIN highseas.allocation_rule r ON r.tenant_id = p.tenant_id AND r.pool_key = p.pool_key
        WHERE p.tenant_id = next_pool.tenant_id AND p.pool_key > next_pool.after
          AND CASE WHEN job = 'rotate' THEN p.rotate_after IS NOT NULL
                   WHEN only_pool IS NOT NULL THEN p.pool_key = next_pool.only_pool ELSE coalesce(r.new_leads, false) END);
COMMENT ON FUNCTION highseas.next_pool(bigint, text, text, text) IS
'The pool that rotate or allocate comes to next, after one: allocate takes those whose rule says new_leads, or only_pool';

-- The job's loop without its writing: pool after pool, batch after batch, each plan with those before taken for done.
CREATE FUNCTION highseas.planned(job text, only_pool text, shown_pool text, most integer, batch integer)
RETURNS TABLE (turn bigint, customer_key text, rep_key text, reason text, value double precision, next_rep_key text, next_value double precision,
               pool_key text, moved_to text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    t bigint := highseas.current_tenant();
    now timestamptz := highseas.clock();
    pool text := highseas.next_pool(t, job, only_pool, '');
    below highseas.customer;
    keys text[];
    plan highseas.allocation[];
    foreseen highseas.foreseen[] := '{}';
    moved highseas.allocation[] := '{}';
    turns bigint := 0;
    shown bigint := 0;
BEGIN
    IF most IS NULL OR most < 0 OR most > 1000000 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'most is out of range', DETAIL = 'It must lie between 0 and 1000000.';
    ELSIF batch IS NULL OR batch NOT BETWEEN 1 AND 100000 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'batch is out of range', DETAIL = 'It must lie between 1 and 100000.';
    END IF;
    WHILE shown < most AND pool <= coalesce(shown_pool, pool) LOOP
        keys := ARRAY(
            SELECT x.customer_key
            FROM (SELECT s.* FROM highseas.to_allocate(t, job, pool, now, batch, coalesce(below.score, 'infinity'), coalesce(below.online, true),
                                                       coalesce(below.has_email, true), coalesce(below.customer_key, '')) s
                  UNION ALL
                  -- Whom the plan moves here from a pool before; to rotate they have only just come.
                  SELECT c.customer_key, c.score, c.online, c.has_email
                  FROM unnest(moved) m
                  JOIN highseas.customer c ON c.tenant_id = t AND c.customer_key = m.customer_key
                  JOIN highseas.pool p ON p.tenant_id = t AND p.pool_key = m.moved_to
                  WHERE m.moved_to = pool AND (job = 'allocate' OR p.rotate_after <= '0')
                    AND (below IS NULL OR (c.score, c.online, c.has_email, c.customer_key)
                                        < (below.score, below.online, below.has_email, below.customer_key))) x
            ORDER BY x.score DESC, x.online DESC, x.has_email DESC, x.customer_key DESC LIMIT batch);
        SELECT coalesce(array_agg(ROW(t, 0, turns + p.turn, pool, p.customer_key, now, p.rep_key, p.reason, p.value, p.next_rep_key, p.next_value,
                                      CASE WHEN p.reason = 'no-region' THEN r.fallback_pool END)::highseas.allocation ORDER BY p.turn), '{}')
        INTO plan
        FROM highseas.plan_pool_allocation(t, pool, now, keys, '{}', foreseen => foreseen) p
        LEFT JOIN highseas.allocation_rule r ON r.tenant_id = t AND r.pool_key = pool;
        IF shown_pool IS NULL OR shown_pool = pool THEN
            RETURN QUERY SELECT a.turn, a.customer_key, a.rep_key, a.reason, a.value, a.next_rep_key, a.next_value, a.pool_key, a.moved_to
            FROM unnest(plan) a ORDER BY a.turn LIMIT most - shown;
            shown := shown + cardinality(plan);
        END IF;
        turns := turns + cardinality(plan);
        moved := moved || ARRAY(SELECT a FROM unnest(plan) a WHERE a.moved_to IS NOT NULL);
        foreseen := ARRAY(
            SELECT ROW(x.rep_key, x.pool_key, x.class, x.closed, sum(x.gained), 0, sum(x.value), max(x.last_turn))::highseas.foreseen
            FROM (SELECT f.* FROM unnest(foreseen) f
                  UNION ALL
                  SELECT a.rep_key, a.pool_key, c.class, c.deal = 'closed', 1, 0, a.value, a.turn
                  FROM unnest(plan) a JOIN highseas.customer c ON c.tenant_id = t AND c.customer_key = a.customer_key
                  WHERE a.rep_key IS NOT NULL) x
            GROUP BY x.rep_key, x.pool_key, x.class, x.closed);
        below := NULL;
        IF cardinality(keys) = batch THEN
            SELECT c.* INTO below FROM highseas.customer c WHERE c.tenant_id = t AND c.customer_key = keys[batch];
        ELSE
            pool := highseas.next_pool(t, job, only_pool, pool);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION highseas.planned(text, text, text, integer, integer) IS
'What a run of rotate or allocate (of only_pool) would do now: planned_rotation() and planned_allocation()';

CREATE FUNCTION highseas.planned_rotation(pool text DEFAULT NULL, most integer DEFAULT 10000, batch integer DEFAULT 10000)
RETURNS TABLE (turn bigint, customer_key text, rep_key text, reason text, value double precision, next_rep_key text, next_value double precision,
               pool_key text, moved_to text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT p.* FROM highseas.planned('rotate', NULL, CASE WHEN pool IS NOT NULL THEN highseas.only_pool(highseas.current_tenant(), pool) END, most, batch) p;
END;
COMMENT ON FUNCTION highseas.planned_rotation(text, integer, integer) IS
'What rotate(batch => batch) would do now, without acting, if it ran to its end: each sleeping customer of every pool that rotates, in the order of the pools'' keys, the best first, with the rep who gets it and why he, or the reason why nobody does, as plan_allocation() says them, or embargo (rotate() knows busy, too: who might get it was at work), and moved_to, the fallback pool that it goes to. What a pool takes of the reps'' turns, limits and shares is missing to the next ones. value, next_*: where the method goes by value. pool: show this one only; most: only so many rows. Errors: 42704 unknown pool, 22023.';

CREATE FUNCTION highseas.planned_allocation(pool text DEFAULT NULL, most integer DEFAULT 10000, batch integer DEFAULT 10000)
RETURNS TABLE (turn bigint, customer_key text, rep_key text, reason text, value double precision, next_rep_key text, next_value double precision,
               pool_key text, moved_to text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT p.* FROM highseas.planned('allocate', CASE WHEN pool IS NOT NULL THEN highseas.only_pool(highseas.current_tenant(), pool) END, NULL, most, batch) p;
END;
COMMENT ON FUNCTION highseas.planned_allocation(text, integer, integer) IS
'What allocate(pool, batch => batch) would do now with the customers whom nobody ever held, without acting: of the pool alone, or (NULL) of all whose allocation_rule says new_leads. Columns, most and errors as in planned_rotation().';

-- The jobs ------------------------------------------------------------------------------------

-- Every rep may be concerned, so all are locked, before any is written; the plan then rests on what cannot change.
-- Who is at work at this moment gets a few looks, with no lock held between them; then the batch goes without him.
CREATE FUNCTION highseas.lock_reps(tenant_id bigint, OUT reps text[], OUT busy_reps text[], OUT acted timestamptz)
LANGUAGE plpgsql
AS $$
BEGIN
    FOR look IN 1 .. 5 LOOP
        BEGIN
            SELECT coalesce(array_agg(x.rep_key), '{}'), max(x.last_act_at) INTO reps, acted
            FROM (SELECT r.rep_key, r.last_act_at FROM highseas.rep r WHERE r.tenant_id = lock_reps.tenant_id
                  ORDER BY r.rep_key FOR NO KEY UPDATE SKIP LOCKED) x;
            busy_reps := ARRAY(SELECT r.rep_key FROM highseas.rep r WHERE r.tenant_id = lock_reps.tenant_id
                               EXCEPT SELECT unnest(reps));
            EXIT WHEN cardinality(busy_reps) = 0 OR look = 5;
            RAISE lock_not_available;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM pg_sleep(.01);
        END;
    END LOOP;
END
$$;
COMMENT ON FUNCTION highseas.lock_reps(bigint) IS
'Locks every rep of a tenant who is not at work, after 50 ms at most: who they are, who the others are, and when the last of the locked ones acted';

-- A run walks through the pools, each from its best customer downwards; job_run.position says how far.
CREATE FUNCTION highseas.allocate_batch(tenant_id bigint, job text, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    now timestamptz := highseas.clock();
    at jsonb := (SELECT j.position::jsonb FROM highseas.job_run j
                 WHERE j.tenant_id = allocate_batch.tenant_id AND j.run_id = run);
    chosen text := at ->> 'only';
    pool text := at ->> 'pool';
    found integer;
    keys text[];
    reps text[];
    reasons text[];
    busy_reps text[];
    astray text[];
    acted timestamptz;
    turns_before bigint := coalesce((at ->> 'turn')::bigint, 0);
    turns bigint;
    left_out bigint;
BEGIN
    SELECT l.reps, l.busy_reps, l.acted INTO reps, busy_reps, acted FROM highseas.lock_reps(tenant_id) l;
    now := greatest(now, acted);
    IF at ->> 'turn' IS NULL THEN
        DELETE FROM highseas.allocation a
        WHERE a.tenant_id = allocate_batch.tenant_id AND a.run_id IN (
            SELECT r.run_id FROM highseas.job_run r
            WHERE r.tenant_id = allocate_batch.tenant_id AND r.job = allocate_batch.job AND r.run_id < run);
        -- Whoever takes nothing now is not owed anything when he is back.
        UPDATE highseas.rep r SET waiting_since = now
        WHERE r.tenant_id = allocate_batch.tenant_id AND r.rep_key = ANY (reps) AND NOT (
            SELECT f.active FROM highseas.rep_facts(r.tenant_id, r.rep_key, now) f);
    END IF;
    pool := coalesce(pool, highseas.next_pool(tenant_id, job, chosen, ''));
    SELECT array_agg(s.customer_key ORDER BY s.score DESC, s.online DESC, s.has_email DESC, s.customer_key DESC), count(*)
    INTO keys, found
    FROM highseas.to_allocate(tenant_id, job, pool, now, batch, coalesce((at ->> 'score')::real, 'infinity'),
             coalesce((at ->> 'online')::boolean, true), coalesce((at ->> 'has_email')::boolean, true),
             coalesce(at ->> 'key', '')) s;
    at := CASE WHEN found = batch THEN (
        SELECT jsonb_build_object('pool', pool, 'score', c.score, 'online', c.online, 'has_email', c.has_email, 'key', c.customer_key)
        FROM highseas.customer c WHERE c.tenant_id = allocate_batch.tenant_id AND c.customer_key = keys[found])
    ELSE jsonb_build_object('pool', highseas.next_pool(tenant_id, job, chosen, pool)) END;
    more := at ->> 'pool' IS NOT NULL;

    SELECT coalesce(array_agg(x.customer_key), '{}'), max(x.last_act_at) INTO keys, acted
    FROM (SELECT c.customer_key, c.last_act_at, c.pool_key, c.state FROM highseas.customer c
          WHERE c.tenant_id = allocate_batch.tenant_id AND c.customer_key = ANY (keys)
          ORDER BY c.customer_key OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED) x
    WHERE x.pool_key = pool AND x.state = 'free';
    now := greatest(now, acted + interval '1 microsecond');
    left_out := found - cardinality(keys);

    WITH planned AS (
        INSERT INTO highseas.allocation AS a (tenant_id, run_id, turn, pool_key, customer_key, planned_at, rep_key, reason,
                                              value, next_rep_key, next_value, moved_to)
        SELECT allocate_batch.tenant_id, run, turns_before + p.turn, pool, p.customer_key, now, p.rep_key,
               CASE WHEN p.rep_key IS NULL THEN p.reason
                    ELSE highseas.allocation_reason(p.method, p.reason, p.value, p.next_rep_key, p.next_value) END,
               p.value, p.next_rep_key, p.next_value, CASE WHEN p.reason = 'no-region' THEN r.fallback_pool END
        FROM highseas.plan_pool_allocation(allocate_batch.tenant_id, pool, now, keys, busy_reps) p
        LEFT JOIN highseas.allocation_rule r ON r.tenant_id = allocate_batch.tenant_id AND r.pool_key = pool
        RETURNING a.turn, a.customer_key, a.rep_key, a.reason, a.moved_to)
    SELECT coalesce(array_agg(p.customer_key ORDER BY p.turn) FILTER (WHERE p.rep_key IS NOT NULL), '{}'),
           coalesce(array_agg(p.rep_key ORDER BY p.turn) FILTER (WHERE p.rep_key IS NOT NULL), '{}'),
           coalesce(array_agg(p.reason ORDER BY p.turn) FILTER (WHERE p.rep_key IS NOT NULL), '{}'),
           coalesce(array_agg(p.customer_key) FILTER (WHERE p.moved_to IS NOT NULL), '{}'),
           count(*), left_out + count(*) FILTER (WHERE p.reason = 'busy')
    INTO keys, reps, reasons, astray, turns, left_out FROM planned p;

    -- Whoever gets one is told who had it, what was last said, and the next step.
    INSERT INTO highseas.notice (tenant_id, at, rep_key, customer_key, kind, due_at, message)
    SELECT allocate_batch.tenant_id, now, t.rep_key, t.customer_key, 'given', t.due_at,
           concat_ws('; ', format('Customer %s is yours now: %s', t.customer_key,
                                  CASE job WHEN 'rotate' THEN 'it slept in the pool' ELSE 'it is new' END),
                     'before: ' || y.had_by, 'last contact ' || y.last_said, 'next: ' || y.next_step)
    FROM highseas.take_in_turn(tenant_id, keys, reps, reasons, job, highseas.actor(), now) t
    JOIN highseas.stories_of(tenant_id, keys) y ON y.customer_key = t.customer_key;
    IF cardinality(keys) > 0 THEN
        PERFORM pg_notify('highseas', '');
    END IF;
    IF cardinality(astray) > 0 THEN
        PERFORM highseas.fall_back(tenant_id, pool, astray, now);
    END IF;
    UPDATE highseas.job_run j
    SET busy = j.busy + left_out, position = at || jsonb_build_object('turn', turns_before + turns, 'only', chosen)
    WHERE j.tenant_id = allocate_batch.tenant_id AND j.run_id = run;
    rows := cardinality(keys) + cardinality(astray);
END
$$;
COMMENT ON FUNCTION highseas.allocate_batch(bigint, text, bigint, integer) IS
'Gives the next batch customers of a pool away, as planned_rotation() or planned_allocation() says; highseas.allocation keeps the plan with the reasons. Waits 50 ms at most for reps who are at work; who still is gets nothing from this batch.';

CREATE FUNCTION highseas.fall_back(tenant_id bigint, pool text, customers text[], now timestamptz) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    WITH moved AS (
        UPDATE highseas.customer c
        SET pool_key = p.pool_key, lane = highseas.lane_of(c.customer_key, p.lanes), pooled_since = fall_back.now, last_act_at = fall_back.now
        FROM highseas.allocation_rule r
        JOIN highseas.pool p ON p.tenant_id = r.tenant_id AND p.pool_key = r.fallback_pool
        WHERE r.tenant_id = fall_back.tenant_id AND r.pool_key = pool
          AND c.tenant_id = fall_back.tenant_id AND c.customer_key = ANY (customers)
        RETURNING c.customer_key, c.region, c.pool_key
    )
    INSERT INTO highseas.customer_event (tenant_id, at, customer_key, act, actor, reason)
    SELECT fall_back.tenant_id, fall_back.now, m.customer_key, 'fall_back', highseas.actor(),
           format('nobody covers region %s: from pool %s to %s', m.region, pool, m.pool_key)
    FROM moved m;
END
$$;
COMMENT ON FUNCTION highseas.fall_back(bigint, text, text[], timestamptz) IS
'Moves free customers whose region nobody covers into the fallback pool of their pool''s allocation_rule. The caller has locked them.';

CREATE PROCEDURE highseas.rotate(tenant text DEFAULT NULL, max_rows bigint DEFAULT 1000000, max_seconds double precision DEFAULT 600, batch integer DEFAULT 10000)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('rotate', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.rotate(text, bigint, double precision, integer) IS
'Job: gives the sleeping customers of every pool with rotate_after to reps, by its allocation_rule (without one in turn); highseas.allocation tells what it planned and why somebody stayed. Each batch is planned for itself. Arguments and errors as in expire_due.';

CREATE PROCEDURE highseas.allocate(pool text DEFAULT NULL, tenant text DEFAULT NULL, max_rows bigint DEFAULT 1000000, max_seconds double precision DEFAULT 600, batch integer DEFAULT 10000)
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    IF pool IS NOT NULL AND NOT EXISTS (SELECT FROM highseas.pool p WHERE p.pool_key = allocate.pool) THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('pool "%s" does not exist', left(pool, 100)), HINT = 'highseas.pool lists them.';
    END IF;
    CALL highseas.run_job('allocate', tenant, max_rows, max_seconds, batch,
                          CASE WHEN pool IS NOT NULL THEN jsonb_build_object('only', pool)::text END);
END
$$;
COMMENT ON PROCEDURE highseas.allocate(text, text, bigint, double precision, integer) IS
'Job: gives the customers whom nobody ever held to reps, in every pool whose allocation_rule says new_leads, or in this one; highseas.allocation tells what it planned and why somebody stayed. Each batch is planned for itself. Other arguments and errors as in expire_due; 42704 for an unknown pool.';

-- The report ----------------------------------------------------------------------------------

CREATE FUNCTION highseas.allocation_fairness("from" timestamptz, "to" timestamptz, period text DEFAULT NULL)
RETURNS TABLE (period_start date, tier text, rep_key text, reps bigint, customers bigint, value numeric, classes jsonb,
               gini_customers double precision, gini_value double precision, longest_wait interval)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    t bigint := highseas.current_tenant();
    zone text := (SELECT x.time_zone FROM highseas.tenant x WHERE x.tenant_id = t);
    until timestamptz := least("to", highseas.clock());
    valued boolean := EXISTS (SELECT FROM highseas.value_run v WHERE v.tenant_id = t AND v.in_force);
BEGIN
    IF "from" IS NULL OR "to" IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'from and to must not be null';
    ELSIF NOT isfinite("from") OR NOT isfinite("to") OR "from" >= "to" THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'from must lie before to', DETAIL = 'Both must be finite.';
    ELSIF period NOT IN ('day', 'week', 'month', 'quarter', 'year') THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('unknown period "%s"', left(period, 100)),
            HINT = 'One of day, week, month, quarter, year; NULL for the whole time.';
    END IF;
    RETURN QUERY
    WITH part AS (
        SELECT (b.begins AT TIME ZONE zone)::date AS period_start, b.begins,
               coalesce(lead(b.begins) OVER (ORDER BY b.begins), "to") AS ends
        FROM (SELECT "from" AS begins
              UNION SELECT g AT TIME ZONE zone
              FROM generate_series(date_trunc(period, "from" AT TIME ZONE zone), until AT TIME ZONE zone,
                                   CASE period WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || period)::interval END) g
              WHERE g AT TIME ZONE zone > "from" AND g AT TIME ZONE zone < until) b
    ), given AS (
        SELECT p.period_start, p.begins, p.ends, h.rep_key, h.customer_key, h.started_at, coalesce(h.class, '') AS class,
               CASE WHEN valued THEN coalesce(v.potential_value, 0)::numeric END AS value
        FROM highseas.holding h
        JOIN part p ON h.started_at >= p.begins AND h.started_at < p.ends
        LEFT JOIN highseas.customer_value v ON v.tenant_id = h.tenant_id AND v.customer_key = h.customer_key
        WHERE h.tenant_id = t AND h.act IN ('rotate', 'allocate', 'hand_over', 'assign')
          AND h.started_at >= "from" AND h.started_at < "to"
    ), gap AS (
        SELECT x.period_start, x.rep_key, max(x.until - x.since) AS longest_wait
        FROM (SELECT p.period_start, r.rep_key, g.at AS until,
                     lag(g.at, 1, p.begins) OVER (PARTITION BY p.period_start, r.rep_key ORDER BY g.at) AS since
              FROM highseas.rep r
              CROSS JOIN part p
              CROSS JOIN LATERAL (SELECT n.started_at FROM given n WHERE n.rep_key = r.rep_key AND n.period_start = p.period_start
                                  UNION ALL SELECT least(p.ends, until)) g(at)
              WHERE r.tenant_id = t) x
        GROUP BY x.period_start, x.rep_key
    ), mix AS (
        SELECT m.period_start, m.rep_key, jsonb_object_agg(m.class, m.n) AS classes
        FROM (SELECT g.period_start, g.rep_key, g.class, count(*) AS n FROM given g GROUP BY 1, 2, 3) m GROUP BY 1, 2
    ), one AS (
        SELECT p.period_start, f.tier, r.rep_key, coalesce(n.customers, 0) AS customers, CASE WHEN valued THEN coalesce(n.value, 0) END AS value,
               coalesce(m.classes, '{}') AS classes, w.longest_wait
        FROM highseas.rep r
        CROSS JOIN part p
        CROSS JOIN LATERAL highseas.rep_facts(t, r.rep_key, until) f
        LEFT JOIN (SELECT g.period_start, g.rep_key, count(*) AS customers, sum(g.value) AS value FROM given g GROUP BY 1, 2) n
            ON n.period_start = p.period_start AND n.rep_key = r.rep_key
        LEFT JOIN mix m ON m.period_start = p.period_start AND m.rep_key = r.rep_key
        LEFT JOIN gap w ON w.period_start = p.period_start AND w.rep_key = r.rep_key
        WHERE r.tenant_id = t AND (r.active OR n.customers > 0)
    ), total AS (
        SELECT o.period_start, o.tier, o.rep_key, GROUPING(o.rep_key) AS without_rep, GROUPING(o.tier) AS without_tier,
               count(*) AS reps, sum(o.customers)::bigint AS customers, sum(o.value) AS value,
               highseas.gini(o.customers) AS gini_customers, highseas.gini(o.value) AS gini_value, max(o.longest_wait) AS longest_wait
        FROM one o
        GROUP BY GROUPING SETS ((o.period_start, o.tier, o.rep_key), (o.period_start, o.tier), (o.period_start))
    )
    SELECT x.period_start, x.tier, x.rep_key, x.reps, x.customers, x.value,
           (SELECT coalesce(jsonb_object_agg(c.class, c.n), '{}')
            FROM (SELECT k.key AS class, sum(k.value::bigint) AS n
                  FROM one o CROSS JOIN jsonb_each_text(o.classes) k
                  WHERE o.period_start = x.period_start AND (x.without_tier = 1 OR o.tier IS NOT DISTINCT FROM x.tier)
                    AND (x.without_rep = 1 OR o.rep_key = x.rep_key) GROUP BY 1) c),
           CASE WHEN x.without_rep = 1 THEN x.gini_customers END, CASE WHEN x.without_rep = 1 THEN x.gini_value END, x.longest_wait
    FROM total x ORDER BY x.period_start, x.without_tier, x.tier, x.without_rep, x.rep_key;
END
$$;
COMMENT ON FUNCTION highseas.allocation_fairness(timestamptz, timestamptz, text) IS
'How fairly customers were given away (rotate, allocate, hand_over and assign; claims are not given) from a time to before another: for each period (day, week, month, quarter, year of the tenant''s time zone; NULL: the whole) one row for each rep, then one for his tier (rep_key NULL) and last one for all (tier NULL, too). value: what the customers are worth today (potential_value; who has none yet counts as 0), NULL with its gini before refresh_value() has a fit in force: nothing is known of money then, and the score is none; classes: how many of each class they were given as ('''': of none); gini_*: 0 when all reps have the same, towards 1 when one has all, of the tier and of all; longest_wait: the longest time without being given one, the beginning and the end of the period included. Reps are in the tier of today; those who are not active count where they were given some. Errors: 22004, 22023.';
