-- The service that customers should get, and the one they got.

CREATE FUNCTION highseas.treated_customers(tenant_id bigint, held_only boolean)
RETURNS TABLE (customer_key text, holder text, class text, kind text, rule text, goal text, action text,
               service_share numeric, service_floor numeric, service_cap numeric, value numeric, headroom numeric)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH served AS MATERIALIZED (
        SELECT c.customer_key, c.holder, coalesce(c.class, '') AS class, coalesce(k.chosen_kind, k.kind, '') AS kind,
               least(greatest(v.actual_value, 0), 1e14) AS value,
               -- What he brings is of a period, what he could bring of the horizon.
               least(greatest((v.potential_value * (extract(epoch FROM coalesce(w.period, '1 year'))::double precision
                                                    / nullif(86400 * v.horizon * highseas.days_in(v.unit), 0)))::numeric - v.actual_value, 0), 1e14) AS headroom
        FROM highseas.customer c
        LEFT JOIN highseas.customer_class k ON k.tenant_id = c.tenant_id AND k.customer_key = c.customer_key
        LEFT JOIN highseas.customer_value v ON v.tenant_id = c.tenant_id AND v.customer_key = c.customer_key
        LEFT JOIN highseas.value_rule w ON w.tenant_id = c.tenant_id
        WHERE c.tenant_id = treated_customers.tenant_id AND (c.state = 'held' OR NOT held_only AND c.state IN ('free', 'frozen'))
    ), treated AS MATERIALIZED (
        SELECT s.class, s.kind, t.*
        FROM (SELECT DISTINCT x.class, x.kind FROM served x) s
        LEFT JOIN LATERAL highseas.treatment_of(treated_customers.tenant_id, nullif(s.class, ''), nullif(s.kind, '')) t ON true
    )
    SELECT s.customer_key, s.holder, nullif(s.class, ''), nullif(s.kind, ''), t.rule, t.goal, t.action,
           t.service_share, t.service_floor, t.service_cap, s.value, s.headroom
    FROM served s JOIN treated t ON t.class = s.class AND t.kind = s.kind;
END;
COMMENT ON FUNCTION highseas.treated_customers(bigint, boolean) IS
'The customers of a tenant in service (held_only: those that a rep holds; else also the free and the frozen ones), each with his treatment (NULLs: none fits), his value, what he brings a period, and his headroom, by how much his potential (potential_value, brought from the horizon to the length of the period) is above it; 0 where it is negative, NULL where it is unknown';

CREATE FUNCTION highseas.divide_service(budget numeric, shares numeric[], floors numeric[], caps numeric[], untreated text) RETURNS numeric[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    least_of_all numeric := (SELECT sum(f) FROM unnest(floors) f);
    most_of_all numeric := (SELECT CASE WHEN count(c) = count(*) THEN trim_scale(sum(c)) END FROM unnest(caps) c);
BEGIN
    IF least_of_all > budget THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'the floors of the treatments are more than the budget',
            DETAIL = format('They add up to %s of %s.', least_of_all, budget),
            HINT = 'Lower highseas.treatment.service_floor: it is a multiple of an even share, so a higher budget does not help.';
    ELSIF most_of_all < budget THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'the caps of the treatments leave a part of the budget over',
            DETAIL = format('They add up to %s of %s. Without a service_share, or without a value beside others who have one, the floor is all.', most_of_all, budget)
                || coalesce(' No treatment fits ' || untreated || '.', ''),
            HINT = CASE WHEN untreated IS NULL THEN 'Raise ' ELSE 'Add a row to highseas.treatment for them, or raise ' END
                || 'highseas.treatment.service_cap: it is a multiple of an even share, so a lower budget does not help.';
    END IF;
    RETURN highseas.divide_budget(budget, shares, floors, caps);
END
$$;
COMMENT ON FUNCTION highseas.divide_service(numeric, numeric[], numeric[], numeric[], text) IS
'A budget divided among treatments by divide_budget(), whose errors it tells in the words of the rows. untreated: for whom none fits, in words, NULL: nobody. Error 22023 when floors or caps do not fit.';

CREATE FUNCTION highseas.plan_service(budget numeric, unit text DEFAULT 'hours', held_only boolean DEFAULT true)
RETURNS TABLE (customer_key text, class text, rule text, share numeric, amount numeric, why text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    t bigint := highseas.current_tenant();
    named text := unit;
BEGIN
    IF budget IS NULL OR unit IS NULL OR held_only IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'budget, unit and held_only must not be null', HINT = 'Leave unit and held_only out.';
    ELSIF unit NOT IN ('hours', 'money') THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('unknown unit "%s" of a budget', left(unit, 100)),
            HINT = 'The units are hours and money.';
    ELSIF budget < 0 OR budget > 1e14 OR scale(trim_scale(budget)) > 2 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'the budget is out of range',
            DETAIL = 'It must lie between 0 and 100 trillion, in whole hundredths.', HINT = 'Round to 2 decimals.';
    END IF;
    IF unit = 'money' THEN
        named := coalesce((SELECT nullif(r.currency, '') FROM highseas.value_run r WHERE r.tenant_id = t AND r.in_force), unit);
    END IF;
    RETURN QUERY
    WITH weighed AS (
        SELECT c.customer_key, c.class, c.rule, c.goal, coalesce(c.service_share, 0) AS service_share,
               trunc(e.even * coalesce(c.service_floor, 0), 2) AS floor, ceil(e.even * c.service_cap * 100) / 100 AS cap,
               coalesce(round(CASE WHEN c.goal IN ('invest', 'grow share') THEN c.headroom ELSE c.value END, 4), 0) AS weight
        FROM (SELECT x.*, count(*) OVER () AS customers FROM highseas.treated_customers(t, held_only) x) c
        CROSS JOIN LATERAL (SELECT budget / c.customers AS even OFFSET 0) e
    ), grouped AS MATERIALIZED (
        SELECT g.*, row_number() OVER (ORDER BY g.rule) AS n
        FROM (SELECT w.rule, w.goal, w.service_share, bool_and(w.is_even) AS is_even, sum(w.floor) AS floors,
                     CASE WHEN bool_or(w.cap IS NULL AND (w.weight > 0 OR w.is_even)) THEN NULL
                          ELSE sum(CASE WHEN w.weight > 0 OR w.is_even THEN w.cap ELSE w.floor END) END AS caps,
                     array_agg(w.customer_key ORDER BY w.customer_key) AS customers, array_agg(w.class ORDER BY w.customer_key) AS classes,
                     array_agg(CASE WHEN w.is_even THEN 1 ELSE w.weight END ORDER BY w.customer_key) AS weights,
                     array_agg(w.floor ORDER BY w.customer_key) AS floor_each, array_agg(w.cap ORDER BY w.customer_key) AS cap_each
              FROM (SELECT x.*, max(x.weight) OVER (PARTITION BY x.rule) = 0 AS is_even FROM weighed x) w
              GROUP BY w.rule, w.goal, w.service_share) g
    ), divided AS (
        SELECT highseas.divide_service(budget, array_agg(g.service_share * cardinality(g.customers) ORDER BY g.n), array_agg(g.floors ORDER BY g.n),
                                       array_agg(CASE WHEN g.service_share = 0 THEN g.floors ELSE g.caps END ORDER BY g.n),
                                       (SELECT string_agg(u.words, ', ' ORDER BY u.class NULLS LAST)
                                        FROM (SELECT p.class, format('%s %s (%s)', count(*), coalesce('of class "' || p.class || '"', 'without a class'),
                                                                     min(p.customer_key) || CASE WHEN count(*) > 1 THEN ', ...' ELSE '' END) AS words
                                              FROM grouped x CROSS JOIN LATERAL unnest(x.customers, x.classes) p(customer_key, class)
                                              WHERE x.rule IS NULL GROUP BY p.class ORDER BY count(*) DESC, p.class LIMIT 10) u)) AS amounts
        FROM grouped g
    )
    SELECT p.customer_key, p.class, g.rule, round(p.amount / nullif(budget, 0), 6), p.amount,
           CASE WHEN g.rule IS NULL THEN 'no treatment fits'
                ELSE format('%s: %s %s for %s by rule "%s", ', g.goal, g.amount, named, cardinality(g.customers), g.rule)
                     || CASE WHEN g.is_even THEN 'evenly'
                             WHEN g.goal IN ('invest', 'grow share') THEN 'by headroom ' || round(p.weight, 2)
                             ELSE 'by value ' || round(p.weight, 2) END
                     || CASE WHEN p.amount = p.floor AND p.floor > 0 THEN ', at the floor'
                             WHEN p.amount = p.cap THEN ', at the cap' ELSE '' END END
    FROM (SELECT x.*, d.amounts[x.n] AS amount,
                 highseas.divide_budget(d.amounts[x.n], x.weights, x.floor_each,
                                        CASE WHEN x.service_share = 0 THEN x.floor_each ELSE x.cap_each END) AS amounts
          FROM grouped x CROSS JOIN divided d) g
    CROSS JOIN LATERAL unnest(g.customers, g.classes, g.weights, g.floor_each, g.cap_each, g.amounts)
        p(customer_key, class, weight, floor, cap, amount)
    ORDER BY p.amount DESC, p.customer_key;
END
$$;
COMMENT ON FUNCTION highseas.plan_service(numeric, text, boolean) IS
'Divides a budget of hours or money over the customers by their treatments, so that the amounts add up to it to the hundredth. First over the rules of highseas.treatment by service_share times the number of their customers, then among the customers of a rule: where the goal is to invest or to grow share by headroom (potential_value * period / horizon - actual_value), else by actual_value; evenly where nobody of them has any. Nobody gets less than service_floor or more than service_cap times an even share; beside others who have one, a customer without value (or headroom) gets the floor. share: of the budget; why: the reckoning in words.
budget: 0 to 100 trillion in whole hundredths. unit: hours or money, for the words. held_only: customers that a rep holds; false: also the free and the frozen ones. No row without customers.
Errors: 22023 when floors or caps do not fit the budget, a bad budget or unit, or more than one tenant to choose from; 22004 for NULL; 54000 beyond 10 million customers.';

-- What customers got: who had the most effort, and was it those who are worth it.

CREATE FUNCTION highseas.service_inversion(from_at timestamptz, to_at timestamptz)
RETURNS TABLE (scope text, key text, measure text, class text, lower_class text, effort numeric, lower_effort numeric,
               customers bigint, lower_customers bigint, correlation double precision, finding text, concerned text[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    t bigint := highseas.current_tenant();
BEGIN
    IF from_at IS NULL OR to_at IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'from_at and to_at must not be null', HINT = 'Pass two times.';
    ELSIF from_at >= to_at THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'from_at must lie before to_at', HINT = 'Pass the earlier time first.';
    END IF;
    RETURN QUERY
    WITH pair AS MATERIALIZED (
        SELECT h.rep_key, h.customer_key, c.region, c.class, v.actual_value + v.service_cost AS value, coalesce(f.activities, 0) AS activities
        FROM (SELECT DISTINCT x.rep_key, x.customer_key FROM highseas.holding x
              WHERE x.tenant_id = t AND x.started_at < to_at AND (x.ended_at IS NULL OR x.ended_at > from_at)) h
        JOIN highseas.customer c ON c.tenant_id = t AND c.customer_key = h.customer_key
        LEFT JOIN highseas.customer_value v ON v.tenant_id = t AND v.customer_key = h.customer_key
        LEFT JOIN (SELECT x.rep_key, x.customer_key, count(*) AS activities FROM highseas.follow_up x
                   WHERE x.tenant_id = t AND x.at >= from_at AND x.at < to_at
                   GROUP BY x.rep_key, x.customer_key) f ON f.rep_key = h.rep_key AND f.customer_key = h.customer_key
    ), whole AS (
        SELECT p.customer_key, p.region, p.class, p.value, sum(p.activities) AS activities
        FROM pair p GROUP BY p.customer_key, p.region, p.class, p.value
    ), got AS (
        SELECT x.*, rank() OVER by_value + (count(*) OVER (PARTITION BY x.scope, x.key, x.value IS NULL, x.value) - 1) / 2.0 AS value_rank,
               rank() OVER by_effort + (count(*) OVER (PARTITION BY x.scope, x.key, x.value IS NULL, x.activities) - 1) / 2.0 AS effort_rank
        FROM (SELECT 'company' AS scope, NULL::text AS key, w.* FROM whole w
              UNION ALL
              SELECT 'region', w.region, w.* FROM whole w WHERE w.region IS NOT NULL
              UNION ALL
              SELECT 'rep', p.rep_key, p.customer_key, p.region, p.class, p.value, p.activities FROM pair p) x
        WINDOW by_value AS (PARTITION BY x.scope, x.key, x.value IS NULL ORDER BY x.value),
               by_effort AS (PARTITION BY x.scope, x.key, x.value IS NULL ORDER BY x.activities)
    ), kept AS MATERIALIZED (
        SELECT g.* FROM got g
    ), related AS MATERIALIZED (
        -- Spearman's: Pearson's of the ranks, equal ones sharing the middle.
        SELECT k.scope, k.key, count(*) AS customers, sum(k.activities) AS activities,
               corr(k.value_rank, k.effort_rank) FILTER (WHERE k.value IS NOT NULL) AS correlation
        FROM kept k GROUP BY k.scope, k.key
    ), average AS MATERIALIZED (
        SELECT k.scope, k.key, k.class, m.measure, count(*) AS customers,
               CASE m.measure WHEN 'per customer' THEN sum(k.activities) / count(*)
                    ELSE 1000 * sum(k.activities) FILTER (WHERE k.value > 0) / sum(k.value) FILTER (WHERE k.value > 0) END AS effort
        FROM kept k CROSS JOIN unnest('{per customer,per 1000 of value}'::text[]) m(measure)
        WHERE k.class IN ('A', 'B', 'C', 'D', 'E', 'F')
        GROUP BY k.scope, k.key, k.class, m.measure
    ), inverted AS MATERIALIZED (
        SELECT a.scope, a.key, a.measure, a.class, b.class AS lower_class, a.effort, b.effort AS lower_effort,
               a.customers, b.customers AS lower_customers,
               CASE WHEN b.effort > a.effort THEN 'upside down' ELSE 'same pot' END AS finding
        FROM average a JOIN average b ON b.scope = a.scope AND coalesce(b.key, '') = coalesce(a.key, '') AND b.measure = a.measure
        WHERE b.class > a.class AND b.effort >= .9 * a.effort AND b.effort > 0
    ), concern AS MATERIALIZED (  -- else it is made again for each row that it is joined to
        SELECT i.scope, i.key, i.measure, i.class, i.lower_class,
               (array_agg(k.customer_key ORDER BY k.value DESC NULLS LAST, k.customer_key))[:100] AS concerned
        FROM inverted i
        JOIN kept k ON k.scope = i.scope AND coalesce(k.key, '') = coalesce(i.key, '') AND k.class = i.class
        WHERE CASE i.measure WHEN 'per customer' THEN k.activities < i.lower_effort
                   ELSE k.value > 0 AND 1000 * k.activities < i.lower_effort * k.value END
        GROUP BY i.scope, i.key, i.measure, i.class, i.lower_class
    )
    SELECT r.scope, r.key, 'rank' AS measure, NULL AS class, NULL AS lower_class, round(r.activities / r.customers, 2) AS effort, NULL::numeric,
           r.customers, NULL::bigint, r.correlation,
           CASE WHEN r.activities = 0 THEN 'nobody served' WHEN r.correlation IS NULL OR abs(r.correlation) < .1 THEN 'same pot'
                WHEN r.correlation < 0 THEN 'upside down' ELSE 'by value' END, NULL::text[]
    FROM related r
    UNION ALL
    SELECT i.scope, i.key, i.measure, i.class, i.lower_class, round(i.effort, 2), round(i.lower_effort, 2), i.customers, i.lower_customers,
           r.correlation, i.finding, coalesce(c.concerned, '{}')
    FROM inverted i
    JOIN related r ON r.scope = i.scope AND coalesce(r.key, '') = coalesce(i.key, '')
    LEFT JOIN concern c ON c.scope = i.scope AND coalesce(c.key, '') = coalesce(i.key, '') AND c.measure = i.measure
                       AND c.class = i.class AND c.lower_class = i.lower_class
    ORDER BY 1, 2, 3 DESC, 4, 5;
END
$$;
COMMENT ON FUNCTION highseas.service_inversion(timestamptz, timestamptz) IS
'Whether those got the service who are worth it: follow-ups from one time (included) to another (not) on the customers that reps held meanwhile, in the company, each region and each rep''s own. Classes are today''s, of A to F; the value is what a customer brings before the cost of service.
measure rank: one row a scope, with the average of activities for a customer and the rank correlation of value and activities (Spearman, ties at the middle rank; NULL where all are equal or fewer than two have a value): by value, same pot (within 0.1 of none), upside down, or nobody served. measure per customer, per 1000 of value: a row for each pair of classes where the lower one got more (upside down), or at least nine tenths as much (same pot); concerned: the first 100 of the higher class, by value, who got less than the lower one on average. Lower classes get more for their value nearly always where every customer costs a call: look at how much.
Errors: 22004 for NULL, 22023 for times in the wrong order or more than one tenant to choose from.';
