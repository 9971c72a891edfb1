-- Which deadlines the company's own history suggests: figures beside each, kept as rows, adopted by an admin or not.

CREATE FUNCTION highseas.survival_median(
    curve highseas.survival_curve, OUT median double precision, OUT lower_limit double precision, OUT upper_limit double precision)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT min(p.duration) FILTER (WHERE p.survival <= .5),
           min(p.duration) FILTER (WHERE coalesce(p.lower_limit, 0) <= .5),
           min(p.duration) FILTER (WHERE p.upper_limit <= .5)
    FROM highseas.survival_points(curve) p;
END;
COMMENT ON FUNCTION highseas.survival_median(highseas.survival_curve) IS
'After how long it has happened to half of the cases, and the limits of 95 % confidence: the times at which those of the curve reach one half (Brookmeyer and Crowley 1982). NULL where the curve does not come down that far, or is NULL.';

CREATE FUNCTION highseas.survival_text(
    curve highseas.survival_curve, mark double precision DEFAULT NULL, width integer DEFAULT 60, height integer DEFAULT 10)
RETURNS TABLE (line text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    heights integer[];
    marked integer;
BEGIN
    IF curve IS NULL THEN
        RETURN;
    ELSIF width IS NULL OR height IS NULL OR width NOT BETWEEN 10 AND 200 OR height NOT BETWEEN 2 AND 50 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'the size of the curve is out of range',
            HINT = 'width is 10 to 200 characters, height 2 to 50 lines.';
    ELSIF mark < 0 OR mark IN ('NaN', 'Infinity') THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = '"mark" must be finite and not negative';
    END IF;
    heights := ARRAY(SELECT round((highseas.survival_at(curve, (curve).longest * x / (width - 1)) * height)::numeric)
                     FROM generate_series(0, width - 1) x ORDER BY x);
    marked := CASE WHEN mark <= (curve).longest AND (curve).longest > 0 THEN round((mark / (curve).longest * (width - 1))::numeric) END;
    RETURN QUERY
    SELECT lpad(CASE WHEN y * 2 IN (0, height, height * 2) THEN round(100.0 * y / height) || ' %' ELSE '' END, 6) || ' |'
           || rtrim(string_agg(CASE WHEN heights[x + 1] = y THEN '*' WHEN x = marked THEN ':' ELSE ' ' END, '' ORDER BY x))
    FROM generate_series(0, height) y, generate_series(0, width - 1) x
    GROUP BY y ORDER BY y DESC;
    RETURN QUERY VALUES ('       +' || repeat('-', width)),
        ('        0' || lpad(round((curve).longest::numeric, 1)::text, width - 1));
END
$$;
COMMENT ON FUNCTION highseas.survival_text(highseas.survival_curve, double precision, integer, integer) IS
'A curve as text, line by line: upwards the share that still waits, to the right how long, up to the longest duration; a column of colons at mark (NULL: none), a window for example. width: 10 to 200 characters, height: 2 to 50 lines. No line for a NULL curve.
Errors: 22023 for a size out of range, or a mark that is negative or not finite.';

CREATE TABLE highseas.deadline_suggestion (
    tenant_id bigint NOT NULL,
    suggestion_id bigint GENERATED ALWAYS AS IDENTITY,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    grouped_by text NOT NULL CHECK (grouped_by IN ('pool', 'class', 'segment')),
    group_key text COLLATE "C",
    kind text NOT NULL CHECK (kind IN ('no_order', 'no_follow_up')),
    window_days integer CHECK (window_days BETWEEN 1 AND 20000),
    taken_share double precision,
    cases bigint NOT NULL,
    orders bigint NOT NULL,
    median_days double precision,
    median_lower double precision,
    median_upper double precision,
    interval_from integer,
    interval_to integer,
    interval_cases bigint,
    interval_share double precision,
    interval_lower double precision,
    warning text,
    curve highseas.survival_curve,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'adopted')),
    rule text COLLATE "C",
    decided_at timestamptz,
    decided_by text,
    PRIMARY KEY (tenant_id, suggestion_id),
    CHECK ((status = 'adopted') = (rule IS NOT NULL AND decided_at IS NOT NULL AND decided_by IS NOT NULL))
);
COMMENT ON TABLE highseas.deadline_suggestion IS
'The deadlines that suggest_deadlines() found in the company''s own history, with their figures; nothing comes of one before adopt_suggestion(). group_key: the pool, class or segment (NULL: those without). kind no_order: curve, cases, orders and median are of the days from a claim to the first order, and window_days is how long waiting for it pays. no_follow_up: of the days from the first follow-up to the order, and window_days is the end of the interval of follow-ups that converts best.';
COMMENT ON COLUMN highseas.deadline_suggestion.window_days IS 'The suggested window; NULL where the figures give none, see warning';
COMMENT ON COLUMN highseas.deadline_suggestion.taken_share IS
'Which share of the orders, 0 to 1, came so late that this window would have taken the customer away from the holder before: later after the claim (no_order), after a longer pause in the follow-ups (no_follow_up)';
COMMENT ON COLUMN highseas.deadline_suggestion.cases IS 'How many holdings; those without an order count for as long as they lasted (censored)';
COMMENT ON COLUMN highseas.deadline_suggestion.median_lower IS 'The lower limit of 95 % confidence of the median; NULL where the curve does not tell. median_upper: the upper one';
COMMENT ON COLUMN highseas.deadline_suggestion.interval_to IS 'The interval that converts best: follow-ups more than interval_from and up to interval_to days after the one before (or the claim)';
COMMENT ON COLUMN highseas.deadline_suggestion.interval_share IS 'Which share of these follow-ups, interval_cases, was followed by an order of the same holding within 30 days; interval_lower: the lower limit of its 95 % confidence (Wilson 1927), by which the best is chosen';
COMMENT ON COLUMN highseas.deadline_suggestion.warning IS 'Why the figures should not be relied on; NULL: nothing stands against it';

CREATE FUNCTION highseas.days_between(earlier timestamptz, later timestamptz) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN date_part('epoch', later - earlier) / 86400;
COMMENT ON FUNCTION highseas.days_between(timestamptz, timestamptz) IS 'The days from one time to another, of 24 hours each. NULL when an argument is NULL.';

CREATE FUNCTION highseas.wilson_lower(events bigint, cases bigint) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN events BETWEEN 0 AND cases AND cases > 0 THEN
    (events::double precision / cases + 3.841458820694124 / (2 * cases)
     - 1.959963984540054 * sqrt((events::double precision * (cases - events) / cases + 3.841458820694124 / 4)) / cases)
    / (1 + 3.841458820694124 / cases) END;
COMMENT ON FUNCTION highseas.wilson_lower(bigint, bigint) IS
'The lower limit of 95 % confidence of a share, events of cases (Wilson 1927). NULL without cases, for more events than cases or fewer than none, or for a NULL.';

CREATE FUNCTION highseas_api.suggest_deadlines(
    group_by text DEFAULT 'pool', chance double precision DEFAULT .02, minimum integer DEFAULT 30,
    since timestamptz DEFAULT '-infinity', tenant text DEFAULT NULL, OUT suggestions bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
    now timestamptz := highseas.clock();
BEGIN
    IF group_by IS NULL OR chance IS NULL OR minimum IS NULL OR since IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'group_by, chance, minimum and since must not be null', HINT = 'Leave them out for the defaults.';
    ELSIF group_by NOT IN ('pool', 'class', 'segment') THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('unknown group "%s"', left(group_by, 100)),
            HINT = 'One of pool, class, segment.';
    ELSIF NOT (chance > 0 AND chance < 1) THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'chance must lie between 0 and 1', HINT = '2 % is 0.02.';
    ELSIF minimum < 1 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'minimum must be positive', HINT = 'So many cases are needed for a figure without a warning.';
    END IF;
    -- Suggestions that nobody adopted are as old as the history that made them.
    DELETE FROM highseas.deadline_suggestion d
    WHERE d.tenant_id = t AND d.grouped_by = suggest_deadlines.group_by AND d.status = 'open';
    WITH spell AS MATERIALIZED (
        SELECT h.customer_key, h.started_at, e.ended_at, h.ended_at IS NULL AS is_open, o.ordered_at, f.contact_at,
               CASE group_by WHEN 'pool' THEN h.pool_key WHEN 'class' THEN h.class ELSE p.attributes ->> 'segment' END COLLATE "C" AS group_key
        FROM highseas.holding h
        LEFT JOIN highseas.profile p ON group_by = 'segment' AND p.tenant_id = t AND p.customer_key = h.customer_key
        CROSS JOIN LATERAL (SELECT least(h.ended_at, now) AS ended_at) e
        CROSS JOIN LATERAL (
            SELECT min(x.ordered_at) AS ordered_at FROM highseas.purchase x
            WHERE x.tenant_id = t AND x.customer_key = h.customer_key AND x.amount > 0
              AND x.ordered_at BETWEEN h.started_at AND e.ended_at) o
        CROSS JOIN LATERAL (
            SELECT min(x.at) AS contact_at FROM highseas.follow_up x
            WHERE x.tenant_id = t AND x.customer_key = h.customer_key AND x.at BETWEEN h.started_at AND least(e.ended_at, o.ordered_at)) f
        -- When an imported holding began is not known; who stands in, or is back, did not begin one.
        WHERE h.tenant_id = t AND h.act NOT IN ('import', 'adopt', 'cover', 'give_back', 'succeed') AND h.started_at >= since AND h.started_at < now
    ), touch AS (
        SELECT s.group_key, f.pause, s.ordered_at <= f.at + interval '30 days' AS converts
        FROM spell s
        CROSS JOIN LATERAL (
            SELECT x.at, highseas.days_between(lag(x.at, 1, s.started_at) OVER (ORDER BY x.at), x.at) AS pause
            FROM highseas.follow_up x
            WHERE x.tenant_id = t AND x.customer_key = s.customer_key
              AND x.at > s.started_at AND x.at <= least(s.ended_at, s.ordered_at)) f
        -- Of an open holding it is too early to say.
        WHERE s.ordered_at IS NOT NULL OR NOT s.is_open OR f.at + interval '30 days' <= now
    ), best AS (
        SELECT DISTINCT ON (x.group_key) x.*, highseas.wilson_lower(x.converted, x.cases) AS lower_limit
        FROM (SELECT u.group_key, b.days_from, b.days_to, count(*) AS cases, count(*) FILTER (WHERE u.converts) AS converted
              FROM touch u JOIN unnest('{0,1,2,4,7,14,30,60}'::integer[], '{1,2,4,7,14,30,60,120}'::integer[]) b(days_from, days_to)
                ON u.pause > b.days_from AND u.pause <= b.days_to
              GROUP BY u.group_key, b.days_from, b.days_to) x
        WHERE x.converted > 0
        ORDER BY x.group_key, lower_limit DESC, x.days_to
    ), pause AS (
        SELECT s.group_key, (
            SELECT max(g.days) FROM (
                SELECT highseas.days_between(lag(y.at) OVER (ORDER BY y.at), y.at) AS days
                FROM (SELECT s.started_at UNION ALL SELECT s.ordered_at
                      UNION ALL SELECT x.at FROM highseas.follow_up x
                      WHERE x.tenant_id = t AND x.customer_key = s.customer_key
                        AND x.at > s.started_at AND x.at < s.ordered_at) y(at)) g) AS longest
        FROM spell s WHERE s.ordered_at IS NOT NULL
    ), curves AS (
        -- Whole days, so that a window of as many is judged exactly: an order counts in the day it ends, waiting when a day has ended.
        SELECT s.group_key,
               highseas.kaplan_meier(CASE WHEN s.ordered_at IS NOT NULL THEN ceil(highseas.days_between(s.started_at, s.ordered_at))
                                          ELSE floor(highseas.days_between(s.started_at, s.ended_at)) END, s.ordered_at IS NOT NULL) AS from_claim,
               highseas.kaplan_meier(CASE WHEN s.ordered_at IS NOT NULL THEN ceil(highseas.days_between(s.contact_at, s.ordered_at))
                                          ELSE floor(highseas.days_between(s.contact_at, s.ended_at)) END, s.ordered_at IS NOT NULL) AS from_contact
        FROM spell s GROUP BY s.group_key
    ), suggested AS (
        SELECT c.group_key, 'no_order' AS kind, c.from_claim AS curve,
               -- greatest() alone would make a day of NULL, no limit within what was watched.
               CASE WHEN (c.from_claim).events > 0 AND w.days IS NOT NULL THEN greatest(ceil(w.days), 1)::integer END AS window_days,
               NULL::integer AS days_from, NULL::integer AS days_to, NULL::bigint AS cases, NULL::bigint AS converted
        FROM curves c CROSS JOIN LATERAL (SELECT highseas.waiting_limit(c.from_claim, 7, chance) AS days OFFSET 0) w
        UNION ALL
        SELECT c.group_key, 'no_follow_up', c.from_contact, b.days_to, b.days_from, b.days_to, b.cases, b.converted
        FROM curves c LEFT JOIN best b ON b.group_key IS NOT DISTINCT FROM c.group_key
    )
    INSERT INTO highseas.deadline_suggestion (
        tenant_id, made_at, made_by, grouped_by, group_key, kind, window_days, taken_share, cases, orders, median_days, median_lower,
        median_upper, interval_from, interval_to, interval_cases, interval_share, interval_lower, warning, curve)
    SELECT t, now, highseas.actor(), group_by, s.group_key, s.kind, s.window_days,
           l.taken_share, coalesce((s.curve).subjects, 0), coalesce((s.curve).events, 0), m.median, m.lower_limit, m.upper_limit,
           s.days_from, s.days_to, s.cases, s.converted::double precision / s.cases, highseas.wilson_lower(s.converted, s.cases),
           nullif(concat_ws('; ',
               CASE WHEN coalesce((s.curve).events, 0) < minimum
                    THEN format('orders: %s, wanted: %s', coalesce((s.curve).events, 0), minimum) END,
               CASE WHEN s.kind = 'no_order' AND s.waiting * chance < 2
                    THEN format('only %s waited for so long: an order more would move the window', s.waiting) END,
               CASE WHEN l.taken_share > .5 THEN format('the window would have taken %s %% of the orders from the holder', round((l.taken_share * 100)::numeric)) END,
               CASE WHEN s.cases < minimum THEN format('follow-ups at the best interval: %s, wanted: %s', s.cases, minimum) END,
               CASE WHEN s.window_days IS NULL THEN
                    CASE WHEN s.kind = 'no_follow_up' THEN 'no follow-up was followed by an order within 30 days'
                         WHEN (s.curve).events > 0 THEN format('within what was watched a further week always added %s or more', chance)
                         ELSE 'without orders there is no window' END END), ''),
           s.curve
    FROM (SELECT x.*, (
                 -- When the order came that decided the window.
                 SELECT p.at_risk FROM highseas.survival_points(x.curve) p
                 WHERE p.duration <= x.window_days + 7 ORDER BY p.duration DESC LIMIT 1) AS waiting
          FROM suggested x) s
    CROSS JOIN LATERAL highseas.survival_median(s.curve) m
    CROSS JOIN LATERAL (
        SELECT CASE s.kind WHEN 'no_order' THEN highseas.share_after(s.curve, s.window_days)
               ELSE (SELECT avg((p.longest > s.window_days)::integer) FROM pause p WHERE p.group_key IS NOT DISTINCT FROM s.group_key) END AS taken_share) l
    ORDER BY s.group_key, s.kind DESC;
    GET DIAGNOSTICS suggestions = ROW_COUNT;
END
$$;
COMMENT ON FUNCTION highseas_api.suggest_deadlines(text, double precision, integer, timestamptz, text) IS
'Works out from the tenant''s own ledger how long deadlines should be, and keeps it as rows of highseas.deadline_suggestion, two for each group; open ones of the same grouping are replaced, adopted ones stay, and no rule is changed.
group_by: pool, class (both as they were at the claim) or segment (profile.attributes ->> ''segment'').
no_order: Kaplan-Meier of the days from a claim to the first order of the holding; the window is the waiting time after which a further week adds less than chance, waiting_limit(curve, 7, chance). no_follow_up: the interval of follow-ups that converts best. Holdings that are open, or ended without an order, count for as long as they lasted; those that an import found are left out, as it is not known when they began, and so are those of a leave or a departure.
chance: between 0 and 1. minimum: with fewer orders or follow-ups there is a warning; there is one, too, where so few waited as long as the window that one order is more than half of chance, and where the window would have taken more than half of the orders from the holder. since: holdings that began before are left out. Returns how many suggestions. Needs the access of a manager.
Errors: 22023 for an argument out of range, 22004, 42501, 42704.';

CREATE FUNCTION highseas_api.adopt_suggestion(
    suggestion bigint, rule text, tenant text DEFAULT NULL,
    OUT kind text, OUT window_days bigint, OUT earlier_window text, OUT held bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    t bigint := highseas.authorize(tenant, 'admin');
    s record;
    d record;
BEGIN
    rule := highseas.require_key('rule', rule);
    SELECT x.grouped_by, x.group_key, x.kind, x.window_days, x.status INTO s
    FROM highseas.deadline_suggestion x WHERE x.tenant_id = t AND x.suggestion_id = suggestion FOR UPDATE;
    IF NOT FOUND OR s.status <> 'open' THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('suggestion %s is not open', coalesce(suggestion::text, 'NULL')),
            DETAIL = 'It is unknown, adopted already, or was replaced by a newer one.', HINT = 'highseas.deadline_suggestion lists them.';
    ELSIF s.grouped_by = 'segment' OR s.group_key IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('no deadline can name the group of suggestion %s', suggestion),
            DETAIL = 'A deadline is for a pool or a class.', HINT = 'Write a row of highseas.deadline yourself.';
    ELSIF s.window_days IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('suggestion %s has no window', suggestion),
            HINT = 'Its warning says why.';
    END IF;
    SELECT x.kind, x.pool_key, x.class, x.tier, x.rep_key, x.intent, x.customer_kind, x.window_amount, x.window_unit INTO d
    FROM highseas.deadline x WHERE x.tenant_id = t AND x.rule = adopt_suggestion.rule FOR UPDATE;
    IF FOUND AND (d.kind, d.pool_key, d.class, d.tier, d.rep_key, d.intent, d.customer_kind) IS DISTINCT FROM
       (s.kind, CASE s.grouped_by WHEN 'pool' THEN s.group_key END, CASE s.grouped_by WHEN 'class' THEN s.group_key END, NULL::text, NULL::text, NULL::text, NULL::text) THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('deadline "%s" is of another kind or for other customers', left(rule, 100)),
            DETAIL = format('The suggestion is %s for %s "%s".', s.kind, s.grouped_by, s.group_key), HINT = 'Choose another name.';
    END IF;
    earlier_window := d.window_amount || ' ' || d.window_unit;
    INSERT INTO highseas.deadline AS x (tenant_id, rule, kind, pool_key, class, window_amount, window_unit)
    VALUES (t, adopt_suggestion.rule, s.kind, CASE s.grouped_by WHEN 'pool' THEN s.group_key END,
            CASE s.grouped_by WHEN 'class' THEN s.group_key END, s.window_days, 'day')
    ON CONFLICT (tenant_id, rule) DO UPDATE SET window_amount = EXCLUDED.window_amount, window_unit = EXCLUDED.window_unit;
    UPDATE highseas.deadline_suggestion x
    SET status = 'adopted', rule = adopt_suggestion.rule, decided_at = highseas.clock(), decided_by = highseas.actor()
    WHERE x.tenant_id = t AND x.suggestion_id = suggestion;
    kind := s.kind;
    window_days := s.window_days;
    held := count(*) FROM highseas.customer c
    WHERE c.tenant_id = t AND c.state = 'held'
      AND CASE s.grouped_by WHEN 'pool' THEN c.pool_key ELSE c.class END = s.group_key;
END
$$;
COMMENT ON FUNCTION highseas_api.adopt_suggestion(bigint, text, text) IS
'Writes the deadline that a suggestion proposes: a new row of highseas.deadline, or the window of the row of that name, if it is of the same kind and for the same customers. Who takes a customer from now on has it at once; those held already (the answer says how many there are in the group) get it by the job replan, with the tenant''s grace. Returns the kind, the window, and the window that the row had before. Needs the access of an admin.
Errors: 42704 no such open suggestion; 22023 it has no window, no deadline can name its group, or the rule is another one''s; 22004 and 22023 for the rule''s name; 42501.';
