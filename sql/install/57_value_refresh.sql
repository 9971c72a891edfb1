-- The job refresh_value: fits now and then, values who changed.

CREATE FUNCTION highseas.value_rule_of(tenant_id bigint) RETURNS highseas.value_rule
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    r highseas.value_rule;
BEGIN
    SELECT x.* INTO r FROM highseas.value_rule x WHERE x.tenant_id = value_rule_of.tenant_id;
    IF NOT FOUND THEN
        r := ROW(tenant_id, NULL, 'mbg_nbd', 'week', 52, .1, 1, '1 year', 0, NULL, 'default', '30 days', '7 days');
    END IF;
    RETURN r;
END
$$;
COMMENT ON FUNCTION highseas.value_rule_of(bigint) IS 'How a tenant''s customers are valued: his row of value_rule, else its defaults';

CREATE FUNCTION highseas.value_terms(rule highseas.value_rule) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW((rule).currency, (rule).model, (rule).unit, (rule).horizon, (rule).discount_rate, (rule).margin, (rule).period,
           (rule).follow_up_cost, (rule).cost_attribute, (rule).scheme)::text;
COMMENT ON FUNCTION highseas.value_terms(highseas.value_rule) IS
'What of a rule makes the figures, as a text: all but how often they are made. Tells whether it changed.';

CREATE FUNCTION highseas.days_in(unit text) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE unit WHEN 'day' THEN 1 WHEN 'week' THEN 7 WHEN 'month' THEN 365.25 / 12 WHEN 'year' THEN 365.25 END;
COMMENT ON FUNCTION highseas.days_in(text) IS 'The days of a unit of time: day, week, month (a twelfth of a year) or year (365.25); else NULL';

CREATE FUNCTION highseas.refresh_purchases(tenant_id bigint, customers text[], now timestamptz) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    zone text := (SELECT t.time_zone FROM highseas.tenant t WHERE t.tenant_id = refresh_purchases.tenant_id);
BEGIN
    DELETE FROM highseas.purchases s
    WHERE s.tenant_id = refresh_purchases.tenant_id AND s.customer_key = ANY (customers);
    INSERT INTO highseas.purchases (tenant_id, customer_key, currency, repeats, first_on, last_on, mean_value, total, summarized_at)
    SELECT refresh_purchases.tenant_id, o.customer_key, o.currency, (o.s).repeats, (o.s).first_on, (o.s).last_on,
           (o.s).mean_value, (o.s).total, now
    FROM (SELECT p.customer_key, coalesce(p.currency, '') AS currency,
                 highseas.summarize_purchases((p.ordered_at AT TIME ZONE zone)::date, p.amount, (now AT TIME ZONE zone)::date, 'day') AS s
          FROM highseas.purchase p
          WHERE p.tenant_id = refresh_purchases.tenant_id AND p.customer_key = ANY (customers)
          GROUP BY p.customer_key, coalesce(p.currency, '')
          OFFSET 0) o
    WHERE (o.s).repeats IS NOT NULL;
    PERFORM highseas.make_stale(tenant_id, customers);
END
$$;
COMMENT ON FUNCTION highseas.refresh_purchases(bigint, text[], timestamptz) IS 'Summarises the orders of these customers anew, up to now';

CREATE FUNCTION highseas.make_stale(tenant_id bigint, customers text[]) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    UPDATE highseas.customer_value v SET is_stale = true
    WHERE v.tenant_id = make_stale.tenant_id AND v.customer_key = ANY (ARRAY(
        SELECT x.customer_key FROM highseas.customer_value x
        WHERE x.tenant_id = make_stale.tenant_id AND x.customer_key = ANY (customers) AND NOT x.is_stale
        ORDER BY x.customer_key FOR NO KEY UPDATE));
END;
COMMENT ON FUNCTION highseas.make_stale(bigint, text[]) IS 'Has refresh_value() value these customers again';

CREATE FUNCTION highseas.value_currency(tenant_id bigint, wanted text) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    found text[] := ARRAY(SELECT DISTINCT s.currency FROM highseas.purchases s
                          WHERE s.tenant_id = value_currency.tenant_id ORDER BY s.currency);
BEGIN
    IF wanted <> ALL (nullif(found, '{}')) THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('no order is in the currency "%s"', wanted),
            DETAIL = format('There are "%s".', array_to_string(found[:10], '", "')),
            HINT = 'Name one of these in highseas.value_rule.currency.';
    ELSIF wanted IS NULL AND cardinality(found) > 1 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'the orders have several currencies',
            DETAIL = format('There are "%s".', array_to_string(found[:10], '", "')),
            HINT = 'Name one in highseas.value_rule.currency; figures are in one currency.';
    END IF;
    RETURN coalesce(wanted, found[1], '');
END
$$;
COMMENT ON FUNCTION highseas.value_currency(bigint, text) IS
'The currency of a tenant''s values: the wanted one, else the only one that orders have ('''' = none given). Error 22023 when no order is in the wanted one, or none is wanted and there are several.';

CREATE FUNCTION highseas.criteria_texts(tenant_id bigint, scheme text) RETURNS text[]
LANGUAGE sql STABLE
RETURN ARRAY(SELECT k::text FROM highseas.criteria_of(tenant_id, scheme, NULL) k);
COMMENT ON FUNCTION highseas.criteria_texts(bigint, text) IS 'The criteria of a tenant''s scheme that count now, each as a text: tells whether they changed';

CREATE FUNCTION highseas.doublings(ratio double precision, most integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN ratio >= 1 THEN least(floor(ln(ratio) / ln(2::double precision)), most)::integer END;
COMMENT ON FUNCTION highseas.doublings(double precision, integer) IS 'How often 1 can be doubled without passing a ratio, at most so often; NULL below 1';

CREATE FUNCTION highseas.come_back(tenant_id bigint, now timestamptz)
RETURNS SETOF highseas.silence
LANGUAGE plpgsql STABLE COST 1000000 ROWS 36 SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    zone text := (SELECT t.time_zone FROM highseas.tenant t WHERE t.tenant_id = come_back.tenant_id);
    today date := (now AT TIME ZONE zone)::date;
BEGIN
    RETURN QUERY
    WITH gap AS (
        SELECT row_number() OVER by_day - 1 AS repeats, d.day - first_value(d.day) OVER by_day AS so_far, d.day, lead(d.day) OVER by_day AS next_day
        FROM (SELECT DISTINCT o.customer_key, coalesce(o.currency, '') AS currency, (o.ordered_at AT TIME ZONE zone)::date AS day
              FROM highseas.purchase o
              WHERE o.tenant_id = come_back.tenant_id AND o.amount > 0 AND o.ordered_at <= now) d
        WINDOW by_day AS (PARTITION BY d.customer_key, d.currency ORDER BY d.day)
    ), ended AS (
        SELECT highseas.doublings(g.repeats, 2) AS repeats,
               highseas.doublings((coalesce(g.next_day, today) - g.day) * g.repeats / g.so_far::double precision, 11) AS silence,
               count(*) AS here, count(g.next_day) AS back
        FROM gap g WHERE g.repeats > 0
        GROUP BY 1, 2
    ), reached AS (
        SELECT r.repeats, s.silence, sum(coalesce(e.here, 0)) OVER longer AS cases, sum(coalesce(e.back, 0)) OVER longer AS back
        FROM generate_series(0, 2) r(repeats) CROSS JOIN generate_series(0, 11) s(silence)
        LEFT JOIN ended e ON e.repeats = r.repeats AND e.silence = s.silence
        WINDOW longer AS (PARTITION BY r.repeats ORDER BY s.silence DESC)
    )
    SELECT 1 << x.repeats, x.silence, x.cases::bigint, (x.back / x.cases)::double precision FROM reached x WHERE x.cases > 0;
END
$$;
COMMENT ON FUNCTION highseas.come_back(bigint, timestamptz) IS
'How often who fell silent bought again, in the tenant''s own history until now: of all silences between purchase days, on the scale of each customer''s own interval until then, apart for 1, 2 to 3, and 4 or more repeats (repeats_from). silence n: it lasted 2^n intervals, or longer (the last: 11). cases: how many silences lasted so long; chance: the share of them that ended with a purchase until now. No row without a case. Those who are silent still count as not back: a life table, which lets them come later, promised .66 on the CDNOW customers where .38 came (in 39 weeks); this share, mixed with p_alive as in at_risk, .38, p_alive alone .29. Whether somebody called them before they came is not told apart.
The purchases of each currency on their own. NULL: no row.';

CREATE FUNCTION highseas.fit_value(tenant_id bigint, now timestamptz) RETURNS bigint
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    r highseas.value_rule := highseas.value_rule_of(tenant_id);
    today date := (SELECT (now AT TIME ZONE t.time_zone)::date FROM highseas.tenant t WHERE t.tenant_id = fit_value.tenant_id);
    money text := highseas.value_currency(tenant_id, r.currency);
    days double precision := highseas.days_in(r.unit);
    lifetime_fit highseas.value_fit;
    spend_fit highseas.value_fit;
    conversion_fit highseas.conversion_fit;
    run bigint;
BEGIN
    -- Which aggregate runs is said by the plan: a CASE would run all three.
    EXECUTE format(
        'SELECT x.* FROM (SELECT (highseas.fit_%s(s.repeats, (s.last_on - s.first_on) / $3, ($4 - s.first_on) / $3, $5)).*
                          FROM highseas.purchases s WHERE s.tenant_id = $1 AND s.currency = $2 AND s.last_on <= $4) x', r.model)
    INTO lifetime_fit USING tenant_id, money, days, today, r.unit;
    -- Nobody bought yet: no fit, and not one of NULLs, which the first order would meet.
    IF lifetime_fit.model IS NULL THEN
        lifetime_fit := NULL;
    END IF;
    spend_fit := (SELECT highseas.fit_gamma_gamma(s.repeats, s.mean_value) FROM highseas.purchases s
              WHERE s.tenant_id = fit_value.tenant_id AND s.currency = money AND s.last_on <= today);
    conversion_fit := (
        SELECT highseas.fit_logistic(EXISTS (SELECT FROM highseas.purchases s
                                             WHERE s.tenant_id = fit_value.tenant_id AND s.customer_key = f.customer_key),
                                     1, VARIADIC highseas.finite_facts(f.facts))
        FROM highseas.profile_facts(fit_value.tenant_id, r.scheme, NULL, now) f);
    UPDATE highseas.value_run x SET in_force = false WHERE x.tenant_id = fit_value.tenant_id AND x.in_force;
    INSERT INTO highseas.value_run AS x (tenant_id, fitted_at, ends_on, in_force, currency, lifetime, spend, conversion, silences, criteria, terms)
    VALUES (fit_value.tenant_id, now, today, true, money, lifetime_fit, spend_fit, conversion_fit,
            ARRAY(SELECT h FROM highseas.come_back(fit_value.tenant_id, now) h), highseas.criteria_texts(fit_value.tenant_id, r.scheme), highseas.value_terms(r))
    RETURNING x.run_id INTO run;
    RETURN run;
END
$$;
COMMENT ON FUNCTION highseas.fit_value(bigint, timestamptz) IS
'Fits the models of a tenant to what is known until now and puts them in force. An error leaves the earlier ones in force.';

CREATE FUNCTION highseas.finite_facts(facts double precision[]) RETURNS double precision[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(SELECT least(greatest(f.fact, -36525), 36525) FROM unnest(facts) WITH ORDINALITY f(fact, n) ORDER BY f.n);
COMMENT ON FUNCTION highseas.finite_facts(double precision[]) IS
'A scorecard''s facts for a regression: "never" (infinitely many days ago) and all that is far out counts as 100 years';

-- Planned anew for each batch: the tables grow from nothing while a run goes on.
CREATE FUNCTION highseas.value_customers(tenant_id bigint, customers text[], now timestamptz) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    r highseas.value_rule := highseas.value_rule_of(tenant_id);
    zone text := (SELECT t.time_zone FROM highseas.tenant t WHERE t.tenant_id = value_customers.tenant_id);
    today date := (now AT TIME ZONE zone)::date;
    since timestamptz := highseas.shift(now, -r.period, zone);
    days double precision := highseas.days_in(r.unit);
    card highseas.scorecard := highseas.compile_scorecard(tenant_id, r.scheme, NULL);
    fit highseas.value_run;
    newcomer double precision;
BEGIN
    SELECT x.* INTO fit FROM highseas.value_run x WHERE x.tenant_id = value_customers.tenant_id AND x.in_force;
    -- Not to be trusted, so as if there were none: classes and at_risk go by what stands here.
    IF (fit.lifetime).status = 'boundary' THEN
        fit.lifetime := NULL;
    END IF;
    -- His first purchase, then what one is expected to bring who has just made it.
    newcomer := r.margin * highseas.expected_spend(fit.spend, 0, NULL)
                + highseas.clv(fit.lifetime, fit.spend, 0, 0, 0, NULL, r.horizon, r.discount_rate, r.margin);
    INSERT INTO highseas.customer_value AS v (
        tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost, potential_value, p_alive,
        expected_purchases, expected_spend, clv, conversion_chance, potential_score, coverage)
    SELECT value_customers.tenant_id, x.customer_key, fit.run_id, today, fit.currency, r.unit, r.horizon,
           round(r.margin::numeric * x.sales - x.cost, 4), x.cost,
           CASE WHEN x.repeats IS NOT NULL THEN x.clv WHEN NOT x.bought THEN x.chance * newcomer END,
           x.p_alive, x.expected, x.spend, x.clv, CASE WHEN NOT x.bought THEN x.chance END, x.score, x.coverage
    FROM (SELECT f.customer_key, s.repeats,
                 -- As the conversion was learnt: in any currency.
                 EXISTS (SELECT FROM highseas.purchases p
                         WHERE p.tenant_id = value_customers.tenant_id AND p.customer_key = f.customer_key) AS bought,
                 coalesce((SELECT sum(p.amount) FROM highseas.purchase p
                           WHERE p.tenant_id = value_customers.tenant_id AND p.customer_key = f.customer_key
                             AND coalesce(p.currency, '') = fit.currency AND p.ordered_at > since AND p.ordered_at <= now), 0) AS sales,
                 r.follow_up_cost * (SELECT count(*) FROM highseas.follow_up u
                                     WHERE u.tenant_id = value_customers.tenant_id AND u.customer_key = f.customer_key
                                       AND u.at > since AND u.at <= now)
                 + coalesce((SELECT CASE WHEN jsonb_typeof(y.attributes -> r.cost_attribute) = 'number'
                                         THEN least(greatest((y.attributes -> r.cost_attribute)::numeric, 0), 1e14) END
                             FROM highseas.profile y
                             WHERE y.tenant_id = value_customers.tenant_id AND y.customer_key = f.customer_key
                               AND r.cost_attribute IS NOT NULL), 0) AS cost,
                 highseas.p_alive(fit.lifetime, s.repeats, s.recency, s.age) AS p_alive,
                 highseas.expected_purchases(fit.lifetime, s.repeats, s.recency, s.age, r.horizon) AS expected,
                 CASE WHEN s.repeats IS NOT NULL THEN highseas.expected_spend(fit.spend, s.repeats, s.mean_value) END AS spend,
                 CASE WHEN s.repeats IS NOT NULL THEN
                     highseas.clv(fit.lifetime, fit.spend, s.repeats, s.recency, s.age, s.mean_value, r.horizon, r.discount_rate, r.margin) END AS clv,
                 highseas.conversion_chance(fit.conversion, VARIADIC highseas.finite_facts(f.facts)) AS chance,
                 highseas.potential_score(card, VARIADIC f.facts) AS score,
                 highseas.potential_coverage(card, VARIADIC f.facts) AS coverage
          FROM (SELECT y.* FROM highseas.profile_facts(value_customers.tenant_id, r.scheme, NULL, now) y
                WHERE y.customer_key = ANY (customers) OFFSET 0) f
          LEFT JOIN LATERAL (
              SELECT p.repeats, (p.last_on - p.first_on) / days AS recency, (today - p.first_on) / days AS age, p.mean_value
              FROM highseas.purchases p
              WHERE p.tenant_id = value_customers.tenant_id AND p.customer_key = f.customer_key AND p.currency = fit.currency
                AND p.last_on <= today) s ON true
          -- A sync marks them stale in this order, too.
          ORDER BY f.customer_key
          OFFSET 0) x
    ON CONFLICT ON CONSTRAINT customer_value_pkey DO UPDATE
    SET (run_id, as_of, is_stale, currency, unit, horizon, actual_value, service_cost, potential_value, p_alive, expected_purchases,
         expected_spend, clv, conversion_chance, potential_score, coverage, earlier_score, earlier_alive) = (
         EXCLUDED.run_id, EXCLUDED.as_of, false, EXCLUDED.currency, EXCLUDED.unit, EXCLUDED.horizon, EXCLUDED.actual_value,
         EXCLUDED.service_cost, EXCLUDED.potential_value, EXCLUDED.p_alive, EXCLUDED.expected_purchases, EXCLUDED.expected_spend,
         EXCLUDED.clv, EXCLUDED.conversion_chance, EXCLUDED.potential_score, EXCLUDED.coverage, v.potential_score, v.p_alive);

    -- The potential orders the pool where the CRM gives no score of its own.
    UPDATE highseas.customer c SET score = v.potential_score
    FROM unnest(highseas.lock_customers(value_customers.tenant_id, ARRAY(
             SELECT v.customer_key FROM highseas.customer_value v
             JOIN highseas.customer x ON x.tenant_id = v.tenant_id AND x.customer_key = v.customer_key
             LEFT JOIN highseas.profile f ON f.tenant_id = v.tenant_id AND f.customer_key = v.customer_key
             LEFT JOIN highseas.attachment a ON a.tenant_id = f.tenant_id AND a.attachment = f.attachment
             WHERE v.tenant_id = value_customers.tenant_id AND v.customer_key = ANY (customers)
               AND v.potential_score::real <> x.score AND 'score' = ANY (a.columns) IS NOT TRUE))) l(customer_key)
    JOIN highseas.customer_value v ON v.tenant_id = value_customers.tenant_id AND v.customer_key = l.customer_key
    WHERE c.tenant_id = value_customers.tenant_id AND c.customer_key = l.customer_key;
END
$$;
COMMENT ON FUNCTION highseas.value_customers(bigint, text[], timestamptz) IS
'Writes what these customers are worth now, by the fits in force (a lifetime fit of status boundary counts as none); their potential score orders the pool where the CRM gives no score';

CREATE FUNCTION highseas.refresh_value_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    now timestamptz := highseas.clock();
    r highseas.value_rule := highseas.value_rule_of(tenant_id);
    zone text := (SELECT t.time_zone FROM highseas.tenant t WHERE t.tenant_id = refresh_value_batch.tenant_id);
    today date := (now AT TIME ZONE zone)::date;
    reached text := (SELECT j.position FROM highseas.job_run j WHERE j.tenant_id = refresh_value_batch.tenant_id AND j.run_id = run);
    fit highseas.value_run;
    money text;
    keys text[];
BEGIN
    IF reached IS NULL THEN
        -- Orders that were dated ahead when they came in, or came in before there were summaries; in a transaction of its
        -- own, as a fit takes its time. Whom a sync is at work on, or a merge, they summarise themselves.
        keys := highseas.lock_customers(tenant_id, ARRAY(
            -- A look by key for each customer: a join is quadratic where there are no statistics yet.
            SELECT o.customer_key
            FROM (SELECT p.customer_key, max(p.ordered_at) AS last_at, bool_or(p.amount >= 0) AS bought FROM highseas.purchase p
                  WHERE p.tenant_id = refresh_value_batch.tenant_id AND p.ordered_at <= now GROUP BY p.customer_key) o
            WHERE o.last_at <= (SELECT max(s.summarized_at) FROM highseas.purchases s
                                WHERE s.tenant_id = refresh_value_batch.tenant_id AND s.customer_key = o.customer_key) IS NOT TRUE
              -- Who has returns only never has a summary; his value knows them all from the day after on.
              AND (o.bought OR o.last_at >= (SELECT v.as_of::timestamp AT TIME ZONE zone FROM highseas.customer_value v
                                             WHERE v.tenant_id = refresh_value_batch.tenant_id AND v.customer_key = o.customer_key))));
        PERFORM highseas.refresh_purchases(tenant_id, keys, now);
        -- Who was renamed or merged while the last run valued him.
        DELETE FROM highseas.customer_value v
        WHERE v.tenant_id = refresh_value_batch.tenant_id AND NOT EXISTS (
            SELECT FROM highseas.customer c WHERE c.tenant_id = v.tenant_id AND c.customer_key = v.customer_key);
        UPDATE highseas.job_run j SET position = ''
        WHERE j.tenant_id = refresh_value_batch.tenant_id AND j.run_id = run;
        rows := 0;
        more := true;
        RETURN;
    ELSIF reached = '' THEN
        -- Also where no fit is due: what cannot be valued by today's orders must not pass for done.
        money := highseas.value_currency(tenant_id, r.currency);
        SELECT x.* INTO fit FROM highseas.value_run x WHERE x.tenant_id = refresh_value_batch.tenant_id AND x.in_force;
        -- By another rule everybody is valued anew: figures of two margins or horizons cannot be added up.
        IF (fit.fitted_at + r.refit_after > now) IS NOT TRUE
           OR fit.terms IS DISTINCT FROM highseas.value_terms(r)
           OR fit.currency <> money
           OR fit.criteria <> highseas.criteria_texts(refresh_value_batch.tenant_id, r.scheme) THEN
            PERFORM highseas.fit_value(tenant_id, now);
        END IF;
    END IF;
    keys := ARRAY(
        SELECT c.customer_key
        FROM highseas.customer c
        LEFT JOIN highseas.customer_value v ON v.tenant_id = c.tenant_id AND v.customer_key = c.customer_key
        JOIN highseas.value_run x ON x.tenant_id = c.tenant_id AND x.in_force
        WHERE c.tenant_id = refresh_value_batch.tenant_id AND c.customer_key > reached AND c.state <> 'gone'
          AND (v.customer_key IS NULL OR v.is_stale OR v.run_id <> x.run_id OR v.as_of + r.revalue_after <= today)
        ORDER BY c.customer_key LIMIT batch);
    PERFORM highseas.value_customers(tenant_id, keys, now);
    rows := cardinality(keys);
    more := rows = batch;
    UPDATE highseas.job_run j SET position = coalesce(keys[cardinality(keys)], reached)
    WHERE j.tenant_id = refresh_value_batch.tenant_id AND j.run_id = run;
END
$$;
COMMENT ON FUNCTION highseas.refresh_value_batch(bigint, bigint, integer) IS
'Makes the fits anew where they are due, or the rule or the scorecard changed, then values the next customers (after job_run.position, by key) that are new, changed, valued by other fits or too long ago';

CREATE VIEW highseas.profit_concentration WITH (security_invoker) AS
SELECT (x.report).*
FROM (SELECT highseas.concentration(v.actual_value) AS report FROM highseas.customer_value v
      JOIN highseas.customer c ON c.tenant_id = v.tenant_id AND c.customer_key = v.customer_key
      WHERE v.tenant_id = (SELECT highseas.current_tenant()) AND c.state <> 'gone') x;
COMMENT ON VIEW highseas.profit_concentration IS
'The 80/20/30 report on the actual value of all customers that are not gone from the CRM: what the best 20 % bring, what the last 30 % eat, the whale curve''s peak, how many cost more than they bring';

CREATE VIEW highseas.loss_makers WITH (security_invoker) AS
SELECT v.customer_key, v.actual_value, v.service_cost, v.actual_value + v.service_cost AS margin, v.potential_value, v.p_alive, v.currency, v.as_of
FROM highseas.customer_value v
JOIN highseas.customer c ON c.tenant_id = v.tenant_id AND c.customer_key = v.customer_key
WHERE v.tenant_id = (SELECT highseas.current_tenant()) AND c.state <> 'gone' AND v.actual_value < 0
ORDER BY v.actual_value, v.customer_key;
COMMENT ON VIEW highseas.loss_makers IS 'The customers who cost more than they bring, the worst first; margin: before their service cost';

CREATE VIEW highseas.value_drift WITH (security_invoker) AS
SELECT count(*) AS customers, avg(v.earlier_score) AS mean_before, avg(v.potential_score) AS mean_after,
       count(*) FILTER (WHERE abs(v.potential_score - v.earlier_score) > 10) AS moved_over_10,
       max(abs(v.potential_score - v.earlier_score)) AS largest_move,
       (SELECT sum((b.after - b.before) * ln(b.after / b.before))
        FROM (SELECT (count(*) FILTER (WHERE least(floor(y.potential_score / 10), 9) = band) + .5) / (count(*) + 5) AS after,
                     (count(*) FILTER (WHERE least(floor(y.earlier_score / 10), 9) = band) + .5) / (count(*) + 5) AS before
              FROM highseas.customer_value y CROSS JOIN generate_series(0, 9) band
              WHERE y.tenant_id = (SELECT highseas.current_tenant()) AND y.potential_score IS NOT NULL AND y.earlier_score IS NOT NULL
              GROUP BY band) b) AS stability_index
FROM highseas.customer_value v
WHERE v.tenant_id = (SELECT highseas.current_tenant()) AND v.potential_score IS NOT NULL AND v.earlier_score IS NOT NULL;
COMMENT ON VIEW highseas.value_drift IS
'How far the potential scores moved at the last valuation of each customer. stability_index: the population stability index over ten bands, (after - before) * ln(after / before) summed up; above .25 the customers are no longer those that the scorecard was made for.';
