-- Overflow: a rep over his limit hands over the customers that he serves least. First each is proposed, and he may keep
-- some; then a plan of allocation gives the others away. The steps and the ranking are C++ (src/core/allocate/overflow).

CREATE TABLE highseas.overflow_rule (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    rule text COLLATE "C" NOT NULL CHECK (octet_length(rule) BETWEEN 1 AND 63),
    pool_key text COLLATE "C",
    tier text COLLATE "C",
    class text COLLATE "C",
    rep_key text COLLATE "C",
    maximum integer NOT NULL CHECK (maximum >= 0),
    falls_from integer,
    step integer CHECK (step > 0),
    step_days integer CHECK (step_days BETWEEN 1 AND 3660),
    starts_on date CHECK (isfinite(starts_on)),
    to_tiers text[] NOT NULL CHECK (cardinality(to_tiers) > 0 AND array_position(to_tiers, NULL) IS NULL),
    per_day integer NOT NULL DEFAULT 5 CHECK (per_day BETWEEN 1 AND 10000),
    veto interval NOT NULL DEFAULT '7 days' CHECK (veto BETWEEN '0' AND '1 year'),
    may_keep integer NOT NULL DEFAULT 0 CHECK (may_keep >= 0),
    PRIMARY KEY (tenant_id, rule),
    FOREIGN KEY (tenant_id, pool_key) REFERENCES highseas.pool,
    FOREIGN KEY (tenant_id, tier) REFERENCES highseas.tier,
    FOREIGN KEY (tenant_id, rep_key) REFERENCES highseas.rep,
    CHECK (falls_from >= maximum),
    CONSTRAINT overflow_rule_steps_check CHECK (num_nulls(falls_from, step, step_days, starts_on) IN (0, 4))
);
COMMENT ON TABLE highseas.overflow_rule IS
'How many customers (of a pool, a class) a rep (of a tier) may hold before hand_over() takes those that he serves least; what he holds in place of another rep does not count. All matching rows must hold, the most specific is served first (rep before class before pool before tier). maximum: the limit; with falls_from it is that many on starts_on and falls by step every step_days down to maximum. to_tiers: to reps of which tiers they go, the first one first, as far as treatment_tier lets these have the class. per_day: how many of a rep''s customers the row proposes, and gives away, on a day of the tenant''s time zone. veto: how long after the notice one goes at the earliest. may_keep: how many of those proposed he may keep at a time (keep_customer).
capacity, beside it, stops claims and takes nothing away.';

CREATE TABLE highseas.hand_over (
    tenant_id bigint NOT NULL,
    hand_over_id bigint GENERATED ALWAYS AS IDENTITY,
    customer_key text COLLATE "C" NOT NULL,
    holding_id bigint NOT NULL,
    from_rep text COLLATE "C" NOT NULL,
    rule text COLLATE "C" NOT NULL,
    proposed_at timestamptz NOT NULL,
    veto_until timestamptz NOT NULL CHECK (isfinite(veto_until)),
    points double precision NOT NULL,
    why text NOT NULL,
    status text NOT NULL DEFAULT 'proposed' CHECK (status IN ('proposed', 'kept', 'given', 'void')),
    decided_at timestamptz,
    to_rep text COLLATE "C",
    note text,
    PRIMARY KEY (tenant_id, hand_over_id),
    CHECK ((status = 'proposed') = (decided_at IS NULL)),
    CHECK ((status = 'given') = (to_rep IS NOT NULL))
);
CREATE UNIQUE INDEX hand_over_proposed ON highseas.hand_over (tenant_id, customer_key) WHERE status = 'proposed';
CREATE INDEX hand_over_kept ON highseas.hand_over (tenant_id, customer_key) WHERE status = 'kept';
CREATE INDEX hand_over_day ON highseas.hand_over (tenant_id, from_rep, proposed_at);
COMMENT ON TABLE highseas.hand_over IS
'Every customer whose hand-over a row of overflow_rule proposed. status: proposed (goes after veto_until), kept (by the holder: it stays his for this holding), given (to to_rep), void (note says why: not held any more, protected, an open deal, no longer over the limit). points, why: how little he is served, by weigh_neglect(). note: what the holder said when he kept it, or what the new rep was told.';

CREATE FUNCTION highseas.overflow_limit(maximum integer, falls_from integer, step integer, step_days integer, starts_on date, today date)
RETURNS integer
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_overflow_limit';
COMMENT ON FUNCTION highseas.overflow_limit(integer, integer, integer, integer, date, date) IS
'The limit of an overflow_rule on a day: falls_from until starts_on, then step less after every step_days, never below maximum; falls_from NULL: maximum. Errors: 22004 when maximum or today is NULL, or another one beside falls_from; 22023 for a negative maximum, falls_from below it, or a step or step_days below 1.';

CREATE TYPE highseas.neglect AS (points double precision, reason text);
COMMENT ON TYPE highseas.neglect IS 'How little a customer is served by his rep, and what speaks for another one';

CREATE FUNCTION highseas.weigh_neglect(
    silent_days double precision, rhythm_days double precision, affinity double precision,
    value double precision, headroom double precision)
RETURNS highseas.neglect
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'highseas_weigh_neglect';
COMMENT ON FUNCTION highseas.weigh_neglect(double precision, double precision, double precision, double precision, double precision) IS
'How little a rep serves a customer, up to 120 points: 20 for every rhythm_days (of the treatment; NULL: 30) without a follow-up, 60 at most (silent_days: since his last one, or since he has the customer); 30 * (1 - affinity) where he sells less often to such customers than all reps do (rep_affinity(); NULL: unknown); 30 * headroom / (value + headroom) for what the customer could bring beyond his value. The reason names what weighs most: a whole rhythm without a follow-up, at most half the average sales, at least half open; where nothing does, how long ago the last follow-up was.
NULL value = 0, NULL headroom = none known. Errors: 22004 when silent_days is NULL; 22023 when one is not finite, a rhythm not positive, another negative.';

-- The rules are few: each is one statement. What an earlier, more specific one takes counts for the later ones, too.
CREATE FUNCTION highseas.to_propose(tenant_id bigint, now timestamptz, busy_reps text[])
RETURNS TABLE (rule text, rep_key text, customer_key text, holding_id bigint, points double precision, why text, veto_until timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    zone text := (SELECT t.time_zone FROM highseas.tenant t WHERE t.tenant_id = to_propose.tenant_id);
    today date := (now AT TIME ZONE zone)::date;
    o record;
    found record;
    taken text[] := '{}';
    affinities jsonb;
BEGIN
    FOR o IN
        SELECT r.*, highseas.overflow_limit(r.maximum, r.falls_from, r.step, r.step_days, r.starts_on, today) AS today_limit
        FROM highseas.overflow_rule r WHERE r.tenant_id = to_propose.tenant_id
        ORDER BY r.rep_key IS NULL, r.class IS NULL, r.pool_key IS NULL, r.tier IS NULL, r.rule
    LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM highseas.rep r WHERE r.tenant_id = to_propose.tenant_id AND r.held > o.today_limit);
        -- By rep and class, '' for all classes: a join, of numbers that the planner cannot know, might become a nested loop.
        affinities := coalesce(affinities, (
            SELECT coalesce(jsonb_object_agg(y.rep_key, y.factors), '{}')
            FROM (SELECT s.rep_key, jsonb_object_agg(coalesce(s.its_segment, ''),
                             highseas.rep_affinity(s.won, s.tried, s.average::double precision)) AS factors
                  FROM (SELECT x.*, sum(x.won) OVER (PARTITION BY x.its_segment) / sum(x.tried) OVER (PARTITION BY x.its_segment) AS average
                        FROM highseas.conversion_by_segment(to_propose.tenant_id, 'class', now) x) s
                  WHERE s.average > 0 GROUP BY s.rep_key) y));
        WITH over AS MATERIALIZED (
            SELECT r.rep_key, o.per_day - (
                       SELECT count(*) FROM highseas.hand_over d
                       WHERE d.tenant_id = to_propose.tenant_id AND d.from_rep = r.rep_key AND d.rule = o.rule
                         AND d.proposed_at >= today::timestamp AT TIME ZONE zone) AS most
            FROM highseas.rep r
            CROSS JOIN LATERAL highseas.rep_facts(to_propose.tenant_id, r.rep_key, now) f
            WHERE r.tenant_id = to_propose.tenant_id AND r.held > o.today_limit AND f.active AND r.rep_key <> ALL (busy_reps)
              AND (o.rep_key IS NULL OR r.rep_key = o.rep_key) AND (o.tier IS NULL OR f.tier = o.tier)
        ), mine AS (
            SELECT c.customer_key, c.holder, c.holding_id, coalesce(c.class, '') AS class, c.score, v.most,
                   extract(epoch FROM now - greatest(c.held_since, c.last_follow_up_at)) / 86400 AS silent_days,
                   coalesce(p.holding_id = c.holding_id OR c.customer_key = ANY (taken), false) AS goes,
                   p.holding_id IS NOT NULL OR c.deal = 'open' OR (c.protected_until > now) IS TRUE OR EXISTS (
                       SELECT FROM highseas.hand_over k
                       WHERE k.tenant_id = to_propose.tenant_id AND k.customer_key = c.customer_key AND k.status = 'kept'
                         AND k.holding_id = c.holding_id) AS stays
            FROM over v
            JOIN highseas.customer c ON c.tenant_id = to_propose.tenant_id AND c.state = 'held' AND c.holder = v.rep_key
            JOIN highseas.holding h ON h.tenant_id = c.tenant_id AND h.customer_key = c.customer_key
                AND h.holding_id = c.holding_id AND h.act <> 'cover'
            LEFT JOIN highseas.hand_over p ON p.tenant_id = c.tenant_id AND p.customer_key = c.customer_key AND p.status = 'proposed'
            WHERE (o.pool_key IS NULL OR c.pool_key = o.pool_key) AND (o.class IS NULL OR c.class = o.class)
        ), excessive AS MATERIALIZED (
            SELECT m.*, coalesce(k.chosen_kind, k.kind, '') AS kind
            FROM (SELECT x.*, count(*) FILTER (WHERE NOT x.goes) OVER (PARTITION BY x.holder) - o.today_limit AS excess FROM mine x) m
            LEFT JOIN highseas.customer_class k ON k.tenant_id = to_propose.tenant_id AND k.customer_key = m.customer_key
            WHERE least(m.excess, m.most) > 0 AND NOT m.goes AND NOT m.stays
        ), treated AS MATERIALIZED (
            SELECT s.class, s.kind, extract(epoch FROM x.contact_every) / 86400 AS rhythm_days
            FROM (SELECT DISTINCT m.class, m.kind FROM excessive m) s
            LEFT JOIN LATERAL highseas.treatment_of(to_propose.tenant_id, nullif(s.class, ''), nullif(s.kind, '')) x ON true
        ), weighed AS (
            SELECT m.customer_key, m.holder, m.holding_id, m.score, least(m.excess, m.most) AS most,
                   highseas.weigh_neglect(m.silent_days, x.rhythm_days,
                       coalesce(affinities -> m.holder -> m.class, affinities -> m.holder -> '')::double precision,
                       least(greatest(v.actual_value, 0), 1e14)::double precision,
                       least(greatest(v.potential_value::numeric - v.actual_value, 0), 1e14)::double precision) AS neglect
            FROM excessive m
            JOIN treated x ON x.class = m.class AND x.kind = m.kind
            LEFT JOIN highseas.customer_value v ON v.tenant_id = to_propose.tenant_id AND v.customer_key = m.customer_key
            OFFSET 0
        ), ranked AS (
            SELECT w.*, row_number() OVER (PARTITION BY w.holder ORDER BY (w.neglect).points DESC, w.score, w.customer_key) AS place
            FROM weighed w
        )
        SELECT array_agg(r.holder) AS holders, array_agg(r.customer_key) AS customers, array_agg(r.holding_id) AS holdings,
               array_agg((r.neglect).points) AS points, array_agg((r.neglect).reason) AS whys
        INTO found
        FROM ranked r WHERE r.place <= r.most;
        taken := taken || coalesce(found.customers, '{}');
        RETURN QUERY
        SELECT o.rule, x.holder, x.customer_key, x.holding_id, x.points, x.why, highseas.shift(now, o.veto, zone)
        FROM unnest(found.holders, found.customers, found.holdings, found.points, found.whys) x(holder, customer_key, holding_id, points, why);
    END LOOP;
END
$$;
COMMENT ON FUNCTION highseas.to_propose(bigint, timestamptz, text[]) IS
'Which hand-overs hand_over() proposes: of each active rep (but busy_reps) over a limit of overflow_rule as many as he is over it, those proposed already taken off, at most the rule''s per_day, by weigh_neglect() and then the lowest score. Never what is protected, has an open deal, was kept, or is held in place of another rep.';

CREATE TYPE highseas.ripe_hand_over AS (
    hand_over_id bigint, customer_key text, from_rep text, pool_key text, rule text, to_tiers text[], why text, most bigint, hurdle text);
COMMENT ON TYPE highseas.ripe_hand_over IS
'A proposed hand-over on which hand_over() acts: void for a hurdle, else given, at most most of its rep and rule today';

CREATE FUNCTION highseas.to_give(tenant_id bigint, now timestamptz) RETURNS SETOF highseas.ripe_hand_over
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH giver AS MATERIALIZED (
        SELECT p.from_rep, f.active, highseas.back_from_leave(to_give.tenant_id, p.from_rep, now) AS back_at
        FROM (SELECT DISTINCT x.from_rep FROM highseas.hand_over x
              WHERE x.tenant_id = to_give.tenant_id AND x.status = 'proposed') p
        CROSS JOIN LATERAL highseas.rep_facts(to_give.tenant_id, p.from_rep, now) f
    ), open AS MATERIALIZED (
        SELECT p.hand_over_id, p.customer_key, p.from_rep, p.rule, p.why, p.proposed_at, p.points, c.pool_key, o.to_tiers, g.active,
               greatest(p.veto_until, g.back_at + (p.veto_until - p.proposed_at)) <= now AS ripe,
               CASE WHEN c.holding_id IS DISTINCT FROM p.holding_id THEN 'not held any more'
                    WHEN o.rule IS NULL THEN 'the rule is gone'
                    WHEN c.deal = 'open' THEN 'an open deal'
                    WHEN c.protected_until > now THEN 'protected' END AS hurdle
        FROM highseas.hand_over p
        LEFT JOIN highseas.customer c ON c.tenant_id = p.tenant_id AND c.customer_key = p.customer_key
        LEFT JOIN highseas.overflow_rule o ON o.tenant_id = p.tenant_id AND o.rule = p.rule
        JOIN giver g ON g.from_rep = p.from_rep
        WHERE p.tenant_id = to_give.tenant_id AND p.status = 'proposed'
    ), over AS MATERIALIZED (
        SELECT s.rule, s.from_rep,
               (SELECT count(*) FROM highseas.customer c
                JOIN highseas.holding h ON h.tenant_id = c.tenant_id AND h.customer_key = c.customer_key
                    AND h.holding_id = c.holding_id AND h.act <> 'cover'
                WHERE c.tenant_id = o.tenant_id AND c.state = 'held' AND c.holder = s.from_rep
                  AND (o.pool_key IS NULL OR c.pool_key = o.pool_key) AND (o.class IS NULL OR c.class = o.class))
               - highseas.overflow_limit(o.maximum, o.falls_from, o.step, o.step_days, o.starts_on, (now AT TIME ZONE t.time_zone)::date) AS excess,
               o.per_day - (SELECT count(*) FROM highseas.hand_over d
                            WHERE d.tenant_id = o.tenant_id AND d.from_rep = s.from_rep AND d.rule = s.rule AND d.status = 'given'
                              AND d.decided_at >= date_trunc('day', now AT TIME ZONE t.time_zone) AT TIME ZONE t.time_zone) AS most
        FROM (SELECT DISTINCT x.rule, x.from_rep FROM open x WHERE x.hurdle IS NULL) s
        JOIN highseas.overflow_rule o ON o.tenant_id = to_give.tenant_id AND o.rule = s.rule
        JOIN highseas.tenant t ON t.tenant_id = o.tenant_id
    ), ranked AS (
        SELECT x.*, row_number() OVER (PARTITION BY x.rule, x.from_rep, x.hurdle ORDER BY x.proposed_at, x.points DESC, x.hand_over_id) AS place
        FROM open x
    )
    SELECT r.hand_over_id, r.customer_key, r.from_rep, r.pool_key, r.rule, r.to_tiers, r.why, v.most,
           CASE WHEN r.hurdle IS NULL AND r.place > v.excess THEN 'no longer over the limit' ELSE r.hurdle END
    FROM ranked r
    LEFT JOIN over v ON r.hurdle IS NULL AND v.rule = r.rule AND v.from_rep = r.from_rep
    WHERE r.hurdle IS NOT NULL OR r.place > v.excess OR (r.active AND r.ripe AND v.most > 0);
END;
COMMENT ON FUNCTION highseas.to_give(bigint, timestamptz) IS
'The proposed hand-overs on which hand_over() acts now: those with a hurdle become void (of more than a rep is still over his limit the last ones); the others'' veto time is over (counted anew from the end of a leave), and at most most of a rep and a rule are given today. Who is away now is left alone.';

CREATE TYPE highseas.judged_hand_over AS (
    hand_over_id bigint, customer_key text, from_rep text, why text, turn bigint, rep_key text, reason text,
    value double precision, next_rep_key text, next_value double precision, method text, hurdle text);
COMMENT ON TYPE highseas.judged_hand_over IS
'A ripe hand-over with what the plan says of it; hurdle: why it stays (the plan''s reason, or per-day), NULL: it goes to rep_key';

CREATE FUNCTION highseas.plan_hand_overs(
    tenant_id bigint, now timestamptz, pool_key text, rule text, due highseas.ripe_hand_over[], given bigint[], busy_reps text[],
    foreseen highseas.foreseen[] DEFAULT '{}')
RETURNS SETOF highseas.judged_hand_over
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT d.hand_over_id, d.customer_key, d.from_rep, d.why, p.turn, p.rep_key, p.reason, p.value, p.next_rep_key, p.next_value, p.method,
           CASE WHEN p.rep_key IS NULL THEN p.reason
                -- most is what was left before the first group; other pools may have used some of it.
                WHEN count(p.rep_key) OVER (PARTITION BY d.from_rep ORDER BY p.turn) > d.most - coalesce(u.given, 0) THEN 'per-day' END
    FROM (SELECT array_agg(x.customer_key) AS customers, min(x.to_tiers) AS to_tiers FROM unnest(due) x
          WHERE x.hurdle IS NULL AND x.pool_key = plan_hand_overs.pool_key AND x.rule = plan_hand_overs.rule) g
    CROSS JOIN LATERAL highseas.plan_pool_allocation(plan_hand_overs.tenant_id, plan_hand_overs.pool_key, now, g.customers, busy_reps,
                                                     to_tiers => g.to_tiers, foreseen => foreseen) p
    JOIN unnest(due) d ON d.customer_key = p.customer_key
    LEFT JOIN (SELECT x.from_rep, count(*) AS given FROM unnest(due) x
               WHERE x.rule = plan_hand_overs.rule AND x.hand_over_id = ANY (plan_hand_overs.given) GROUP BY x.from_rep) u ON u.from_rep = d.from_rep;
END;
COMMENT ON FUNCTION highseas.plan_hand_overs(bigint, timestamptz, text, text, highseas.ripe_hand_over[], bigint[], text[], highseas.foreseen[]) IS
'Who gets those of due that belong to a pool and a rule, and why somebody stays. given: those of due that were given before; busy_reps, foreseen: as in plan_pool_allocation().';

CREATE FUNCTION highseas.hand_over_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    now timestamptz := highseas.clock();
    zone text := (SELECT t.time_zone FROM highseas.tenant t WHERE t.tenant_id = hand_over_batch.tenant_id);
    at jsonb := (SELECT j.position::jsonb FROM highseas.job_run j
                 WHERE j.tenant_id = hand_over_batch.tenant_id AND j.run_id = run);
    turns bigint := coalesce((at ->> 'turn')::bigint, 0);
    reps text[];
    busy_reps text[];
    acted timestamptz;
    found bigint[];
    locked text[];
    due highseas.ripe_hand_over[];
    g record;
    judged highseas.judged_hand_over[];
    ids bigint[];
    keys text[];
    to_reps text[];
    reasons text[];
    notes text[];
    given bigint[] := '{}';
    left_out bigint;
BEGIN
    SELECT l.reps, l.busy_reps, l.acted INTO reps, busy_reps, acted FROM highseas.lock_reps(tenant_id) l;
    now := greatest(now, acted);
    IF (at ->> 'proposing')::boolean THEN
        WITH proposed AS (
            INSERT INTO highseas.hand_over AS h (tenant_id, customer_key, holding_id, from_rep, rule, proposed_at, veto_until, points, why)
            SELECT hand_over_batch.tenant_id, p.customer_key, p.holding_id, p.rep_key, p.rule, now, p.veto_until, p.points, p.why
            FROM highseas.to_propose(hand_over_batch.tenant_id, now, busy_reps) p LIMIT batch
            RETURNING h.*
        )
        INSERT INTO highseas.notice (tenant_id, at, rep_key, customer_key, kind, due_at, message)
        SELECT p.tenant_id, now, p.from_rep, p.customer_key, 'hand_over', p.veto_until,
               format('Customer %s goes to another rep after %s unless you keep it: %s (rule %s)', p.customer_key,
                      to_char(p.veto_until AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI'), p.why, p.rule)
        FROM proposed p ORDER BY p.hand_over_id;
        GET DIAGNOSTICS rows = ROW_COUNT;
        more := rows = batch;
        IF rows > 0 THEN
            PERFORM pg_notify('highseas', '');
        END IF;
        RETURN;
    END IF;

    IF at IS NULL THEN
        DELETE FROM highseas.allocation a
        WHERE a.tenant_id = hand_over_batch.tenant_id AND a.run_id IN (
            SELECT r.run_id FROM highseas.job_run r
            WHERE r.tenant_id = hand_over_batch.tenant_id AND r.job = 'hand_over' AND r.run_id < run);
    END IF;
    SELECT coalesce(array_agg(x.hand_over_id ORDER BY x.hand_over_id), '{}'), coalesce(array_agg(x.customer_key), '{}') INTO found, keys
    FROM (SELECT t.hand_over_id, t.customer_key FROM highseas.to_give(hand_over_batch.tenant_id, now) t
          WHERE t.hand_over_id > coalesce((at ->> 'reached')::bigint, 0) ORDER BY t.hand_over_id LIMIT batch) x;
    SELECT coalesce(array_agg(x.customer_key), '{}'), max(x.last_act_at) INTO locked, acted
    FROM (SELECT c.customer_key, c.last_act_at, c.holder FROM highseas.customer c
          WHERE c.tenant_id = hand_over_batch.tenant_id AND c.customer_key = ANY (keys)
          ORDER BY c.customer_key OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED) x
    WHERE x.holder IS NULL OR x.holder = ANY (reps);
    now := greatest(now, acted + interval '1 microsecond');
    left_out := cardinality(found) - cardinality(locked);

    -- Judged by what is so now, under the locks.
    SELECT coalesce(array_agg(t), '{}') INTO due FROM highseas.to_give(hand_over_batch.tenant_id, now) t
    WHERE t.hand_over_id = ANY (found) AND t.customer_key = ANY (locked) AND t.from_rep = ANY (reps);
    UPDATE highseas.hand_over h SET status = 'void', decided_at = now, note = d.hurdle
    FROM unnest(due) d
    WHERE h.tenant_id = hand_over_batch.tenant_id AND h.hand_over_id = d.hand_over_id AND d.hurdle IS NOT NULL;
    GET DIAGNOSTICS rows = ROW_COUNT;
    FOR g IN
        SELECT d.pool_key, d.rule FROM unnest(due) d WHERE d.hurdle IS NULL GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        judged := ARRAY(SELECT p FROM highseas.plan_hand_overs(tenant_id, now, g.pool_key, g.rule, due, given, busy_reps) p);
        INSERT INTO highseas.allocation (tenant_id, run_id, turn, pool_key, customer_key, planned_at, rep_key, reason, value, next_rep_key, next_value)
        SELECT hand_over_batch.tenant_id, run, turns + j.turn, g.pool_key, j.customer_key, now,
               CASE WHEN j.hurdle IS NULL THEN j.rep_key END,
               coalesce(j.hurdle, highseas.allocation_reason(j.method, j.reason, j.value, j.next_rep_key, j.next_value)),
               j.value, j.next_rep_key, j.next_value
        FROM unnest(judged) j;
        turns := turns + cardinality(judged);
        left_out := left_out + (SELECT count(*) FROM unnest(judged) j WHERE j.hurdle = 'busy');
        judged := ARRAY(SELECT j FROM unnest(judged) j WHERE j.hurdle IS NULL ORDER BY j.turn);
        SELECT coalesce(array_agg(j.hand_over_id ORDER BY j.turn), '{}'), coalesce(array_agg(j.customer_key ORDER BY j.turn), '{}'),
               coalesce(array_agg(j.rep_key ORDER BY j.turn), '{}'),
               coalesce(array_agg(format('overflow of %s, rule %s; %s', j.from_rep, g.rule, highseas.allocation_reason(
                   j.method, j.reason, j.value, j.next_rep_key, j.next_value)) ORDER BY j.turn), '{}')
        INTO ids, keys, to_reps, reasons FROM unnest(judged) j;
        -- Who had it, why it goes, what was last said, and the next step.
        notes := ARRAY(
            SELECT concat_ws('; ', format('%s had it since %s', j.from_rep, to_char(y.held_since AT TIME ZONE zone, 'YYYY-MM-DD')), j.why,
                             'last contact ' || y.last_said, 'next: ' || y.next_step)
            FROM highseas.stories_of(tenant_id, keys) y JOIN unnest(judged) j ON j.customer_key = y.customer_key ORDER BY y.place);
        PERFORM highseas.move_held(tenant_id, keys, to_reps, reasons, 'hand_over', now, notes);
        UPDATE highseas.hand_over h SET status = 'given', decided_at = now, to_rep = x.rep_key, note = x.note
        FROM unnest(ids, to_reps, notes) x(hand_over_id, rep_key, note)
        WHERE h.tenant_id = hand_over_batch.tenant_id AND h.hand_over_id = x.hand_over_id;
        given := given || ids;
        rows := rows + cardinality(keys);
    END LOOP;
    IF rows > 0 THEN
        PERFORM pg_notify('highseas', '');
    END IF;
    more := true;
    UPDATE highseas.job_run j
    SET busy = j.busy + left_out,
        position = jsonb_build_object('reached', found[cardinality(found)], 'turn', turns, 'proposing', cardinality(found) < batch)
    WHERE j.tenant_id = hand_over_batch.tenant_id AND j.run_id = run;
END
$$;
COMMENT ON FUNCTION highseas.hand_over_batch(bigint, bigint, integer) IS
'Acts on the next batch of to_give(), each pool and rule as one plan, kept in highseas.allocation with the reason of who stays (as plan_allocation() says them; per-day: the rule''s bound); after the last one proposes what to_propose() says. Waits 50 ms at most for reps who are at work; what concerns them is left to the next run.';

CREATE PROCEDURE highseas.hand_over(tenant text DEFAULT NULL, max_rows bigint DEFAULT 1000000, max_seconds double precision DEFAULT 600, batch integer DEFAULT 5000)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('hand_over', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.hand_over(text, bigint, double precision, integer) IS
'Job: by the rows of overflow_rule, gives the customers whose veto time is over to other reps, by their pool''s allocation_rule (capacities, quotas and treatment_tier bind, earlier holders get nothing), and proposes what each rep over his limit serves least; the table hand_over has both. Arguments and errors as in expire_due.';

CREATE FUNCTION highseas.planned_hand_overs(batch integer DEFAULT 5000)
RETURNS TABLE (act text, customer_key text, from_rep text, to_rep text, rule text, veto_until timestamptz, why text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    t bigint := highseas.current_tenant();
    now timestamptz := highseas.clock();
    ripe highseas.ripe_hand_over[] := ARRAY(SELECT g FROM highseas.to_give(t, now) g);
    due highseas.ripe_hand_over[];
    reached bigint := 0;
    g record;
    judged highseas.judged_hand_over[];
    given bigint[] := '{}';
    turns bigint := 0;
    foreseen highseas.foreseen[] := '{}';
BEGIN
    IF batch IS NULL OR batch NOT BETWEEN 1 AND 100000 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'batch is out of range', DETAIL = 'It must lie between 1 and 100000.';
    END IF;
    -- The job's loop without its writing: batch after batch, each pool and rule with those before taken for done.
    LOOP
        due := ARRAY(
            SELECT ROW(d.hand_over_id, d.customer_key, d.from_rep, d.pool_key, d.rule, d.to_tiers, d.why, d.most - coalesce(u.given, 0), d.hurdle)::highseas.ripe_hand_over
            FROM unnest(ripe) d
            LEFT JOIN (SELECT x.from_rep, x.rule, count(*) AS given FROM unnest(ripe) x WHERE x.hand_over_id = ANY (given) GROUP BY 1, 2) u
                ON u.from_rep = d.from_rep AND u.rule = d.rule
            WHERE d.hand_over_id > reached AND (d.hurdle IS NOT NULL OR d.most > coalesce(u.given, 0))
            ORDER BY d.hand_over_id LIMIT batch);
        FOR g IN SELECT d.pool_key, d.rule FROM unnest(due) d WHERE d.hurdle IS NULL GROUP BY 1, 2 ORDER BY 1, 2 LOOP
            judged := ARRAY(SELECT p FROM highseas.plan_hand_overs(t, now, g.pool_key, g.rule, due, given, '{}', foreseen) p);
            RETURN QUERY SELECT CASE WHEN j.hurdle IS NULL THEN 'give' ELSE 'stay' END, j.customer_key, j.from_rep, CASE WHEN j.hurdle IS NULL THEN j.rep_key END,
                                g.rule, h.veto_until, coalesce(j.hurdle, j.why)
            FROM unnest(judged) j JOIN highseas.hand_over h ON h.tenant_id = t AND h.hand_over_id = j.hand_over_id
            ORDER BY 1, j.from_rep, j.customer_key;
            foreseen := ARRAY(
                SELECT ROW(x.rep_key, x.pool_key, x.class, x.closed, sum(x.gained), sum(x.lost), sum(x.value), max(x.last_turn))::highseas.foreseen
                FROM (SELECT f.* FROM unnest(foreseen) f
                      UNION ALL
                      SELECT y.rep_key, g.pool_key, c.class, c.deal = 'closed', y.gained, 1 - y.gained, y.value, turns + y.turn
                      FROM unnest(judged) j
                      JOIN highseas.customer c ON c.tenant_id = t AND c.customer_key = j.customer_key
                      CROSS JOIN LATERAL (VALUES (j.rep_key, 1, j.value, j.turn), (j.from_rep, 0, NULL, NULL)) y(rep_key, gained, value, turn)
                      WHERE j.hurdle IS NULL) x
                GROUP BY x.rep_key, x.pool_key, x.class, x.closed);
            given := given || ARRAY(SELECT j.hand_over_id FROM unnest(judged) j WHERE j.hurdle IS NULL);
            turns := turns + cardinality(judged);
        END LOOP;
        RETURN QUERY SELECT 'void', d.customer_key, d.from_rep, NULL, d.rule, NULL::timestamptz, d.hurdle
        FROM unnest(due) d WHERE d.hurdle IS NOT NULL ORDER BY d.from_rep, d.customer_key;
        EXIT WHEN cardinality(due) < batch;
        reached := (due[batch]).hand_over_id;
    END LOOP;
    RETURN QUERY SELECT 'propose', p.customer_key, p.rep_key, NULL, p.rule, p.veto_until, p.why
    FROM highseas.to_propose(t, now, '{}') p ORDER BY p.rep_key, p.customer_key;
END
$$;
COMMENT ON FUNCTION highseas.planned_hand_overs(integer) IS
'What hand_over(batch => batch) would do now, without acting: give (to_rep gets it), stay (its veto time is over, but nobody may have it: why says what plan_allocation() does, or per-day), void, and propose (veto_until: from when on it may go). What a pool and rule takes of the receivers'' turns, limits and shares is missing to the next ones. Proposals are those as of now: the job makes them after it has given and voided, so that one for whoever became too many by it, or has room again, may come or go. Error 22023.';

CREATE FUNCTION highseas_api.keep_customer(
    customer text, note text DEFAULT NULL, rep text DEFAULT NULL, tenant text DEFAULT NULL,
    OUT customer_key text, OUT kept bigint, OUT may_keep bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'agent');
    manager boolean := rep IS NULL AND highseas.has_access(t, 'manager');
    who text;
    c highseas.customer := highseas.lock_customer(t, customer);
    now timestamptz;
    h highseas.hand_over;
BEGIN
    PERFORM highseas.require_customer(c, customer);
    who := highseas.acting_holder(c, customer, rep, manager);
    now := highseas.act_time(t, ARRAY[who], ARRAY[customer]);
    SELECT x.* INTO h FROM highseas.hand_over x
    WHERE x.tenant_id = t AND x.customer_key = customer AND x.holding_id = c.holding_id AND x.status IN ('proposed', 'kept')
    ORDER BY x.hand_over_id DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '42704', CONSTRAINT = 'not-proposed', SCHEMA = 'highseas',
            MESSAGE = format('no hand-over of customer "%s" is proposed', left(customer, 100)),
            DETAIL = 'The customer stays without it.', HINT = 'highseas.hand_over lists what is proposed.';
    END IF;
    SELECT count(*) INTO kept FROM highseas.hand_over x
    JOIN highseas.customer y ON y.tenant_id = x.tenant_id AND y.customer_key = x.customer_key AND y.holding_id = x.holding_id
    WHERE x.tenant_id = t AND x.from_rep = who AND x.rule = h.rule AND x.status = 'kept';
    may_keep := (SELECT o.may_keep FROM highseas.overflow_rule o WHERE o.tenant_id = t AND o.rule = h.rule);
    IF h.status = 'proposed' THEN
        IF kept >= may_keep THEN
            RAISE EXCEPTION USING ERRCODE = 'SE003', CONSTRAINT = h.rule, SCHEMA = 'highseas',
                MESSAGE = format('rep "%s" may keep no more customers', left(who, 100)),
                DETAIL = format('Rule "%s": %s of %s kept.', h.rule, kept, may_keep),
                HINT = 'Return one of those, or let this one go.';
        END IF;
        kept := kept + 1;
        UPDATE highseas.hand_over x SET status = 'kept', decided_at = now, note = keep_customer.note
        WHERE x.tenant_id = t AND x.hand_over_id = h.hand_over_id;
        UPDATE highseas.customer x SET last_act_at = now WHERE x.tenant_id = t AND x.customer_key = customer;
        PERFORM highseas.record_event(t, now, customer, 'keep', who, note, format('rule %s', h.rule));
    END IF;
    customer_key := customer;
END
$$;
COMMENT ON FUNCTION highseas_api.keep_customer(text, text, text, text) IS
'The holder keeps a customer whose hand-over is proposed (his veto), for as long as this holding lasts: it still counts against his limit, so that another one is proposed instead. Works until it is given away; a second call changes nothing. Returns how many he keeps by the rule, and may. A manager who names no rep acts for the holder. Errors: SE003 he keeps as many as overflow_rule.may_keep says, SE007 not the holder, 42704 unknown, or no hand-over is proposed, 42501, 22004/22023.';
