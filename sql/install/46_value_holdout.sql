-- Whether to trust a lifetime model: fitted on the first part of the orders, judged on the rest.

CREATE FUNCTION highseas.holdout_check(calibration_ends_on date, horizon integer, model text DEFAULT 'mbg_nbd', currency text DEFAULT NULL)
RETURNS TABLE (method text, repeats text, customers bigint, actual bigint, predicted double precision,
               rank_correlation double precision, top_share double precision, status text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp ROWS 20
AS $$
#variable_conflict use_column
DECLARE
    t record;
BEGIN
    SELECT x.tenant_id, x.time_zone, (highseas.clock() AT TIME ZONE x.time_zone)::date AS today,
           coalesce(holdout_check.currency, (SELECT r.currency FROM highseas.value_rule r WHERE r.tenant_id = x.tenant_id)) AS currency INTO t
    FROM highseas.tenant x WHERE x.tenant_id = (SELECT highseas.current_tenant());
    IF calibration_ends_on IS NULL OR horizon IS NULL OR holdout_check.model IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'calibration_ends_on, horizon and model must not be null';
    ELSIF holdout_check.model NOT IN ('mbg_nbd', 'bg_nbd', 'pareto_nbd') THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('unknown model "%s"', left(holdout_check.model, 100)),
            HINT = 'One of mbg_nbd, bg_nbd, pareto_nbd.';
    ELSIF NOT isfinite(calibration_ends_on) OR calibration_ends_on < date '0001-01-01' OR calibration_ends_on > t.today
        OR horizon NOT BETWEEN 1 AND t.today - calibration_ends_on THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'the holdout is not over yet, or empty',
            DETAIL = format('It would last %s days from %s on; today is %s.', horizon, calibration_ends_on, t.today),
            HINT = 'Take an earlier end of calibration or a shorter horizon, of 1 day or more.';
    END IF;
    RETURN QUERY
    WITH summary AS (
        SELECT p.customer_key,
               highseas.summarize_purchases(d.day, p.amount, calibration_ends_on, 'day') AS known,
               highseas.summarize_purchases(d.day, p.amount, calibration_ends_on - 365, 'day') AS year_ago,
               highseas.summarize_purchases(d.day, p.amount, calibration_ends_on + horizon, 'day') AS later
        FROM highseas.purchase p CROSS JOIN LATERAL (SELECT (p.ordered_at AT TIME ZONE t.time_zone)::date AS day) d
        WHERE p.tenant_id = t.tenant_id AND (t.currency IS NULL OR coalesce(p.currency, '') = t.currency)
        GROUP BY p.customer_key
    ), history AS MATERIALIZED (
        SELECT s.customer_key, (s.known).repeats AS x, (s.known).recency AS recency, (s.known).age AS age,
               (s.later).repeats - (s.known).repeats AS bought, (s.known).repeats - coalesce((s.year_ago).repeats, -1) AS last_year
        FROM (SELECT * FROM summary OFFSET 0) s WHERE (s.known).repeats IS NOT NULL
    ), fitted AS MATERIALIZED (
        SELECT coalesce(highseas.fit_mbg_nbd(h.x, h.recency, h.age, 'day') FILTER (WHERE holdout_check.model = 'mbg_nbd'),
                        highseas.fit_bg_nbd(h.x, h.recency, h.age, 'day') FILTER (WHERE holdout_check.model = 'bg_nbd'),
                        highseas.fit_pareto_nbd(h.x, h.recency, h.age, 'day') FILTER (WHERE holdout_check.model = 'pareto_nbd')) AS fit
        FROM history h
    ), known AS MATERIALIZED (
        SELECT h.*, highseas.expected_purchases(f.fit, h.x, h.recency, h.age, horizon) AS expected,
               r.recency_score + r.frequency_score + r.monetary_score AS rfm
        FROM history h CROSS JOIN fitted f
        JOIN highseas.rfm(calibration_ends_on, t.currency) r USING (customer_key)
    ), ranked AS (
        -- ranks of equal customers: the mean of theirs
        SELECT m.method, m.n, k.x, k.bought, m.predicted,
               rank() OVER (PARTITION BY m.n ORDER BY m.score DESC) - 1 AS better,
               count(*) OVER (PARTITION BY m.n, m.score) AS equal,
               rank() OVER (PARTITION BY m.n ORDER BY k.bought DESC) + (count(*) OVER (PARTITION BY m.n, k.bought) - 1) / 2.0 AS bought_rank,
               count(*) OVER (PARTITION BY m.n) AS everybody
        FROM known k CROSS JOIN LATERAL (VALUES
            (1, holdout_check.model, k.expected, k.expected),
            (2, 'frequency', k.last_year, k.last_year * horizon / 365.0),
            (3, 'recency', k.recency - k.age, NULL),
            (4, 'rfm', k.rfm, NULL),
            (5, 'perfect', k.bought, k.bought)) m (n, method, score, predicted)
    ), compared AS (
        SELECT r.n, r.method, CASE WHEN grouping(r.x_group) = 1 THEN 'all' ELSE r.x_group END AS x_group, grouping(r.x_group) = 1 AS whole,
               count(*) AS customers, sum(r.bought)::bigint AS actual, sum(r.predicted) AS predicted,
               corr(r.better + (r.equal - 1) / 2.0, r.bought_rank) AS rank_correlation,
               -- of customers who are equal at the edge, a part
               sum(r.bought * greatest(0, least(1, (r.everybody / 5.0 - r.better) / r.equal))) / nullif(sum(r.bought), 0) AS top_share
        FROM (SELECT *, CASE WHEN ranked.x < 7 THEN ranked.x::text ELSE '7+' END AS x_group FROM ranked) r
        GROUP BY GROUPING SETS ((r.n, r.method), (r.n, r.method, r.x_group))
    )
    SELECT c.method, c.x_group, c.customers, c.actual, c.predicted,
           CASE WHEN c.whole THEN c.rank_correlation END, CASE WHEN c.whole THEN c.top_share::double precision END,
           CASE WHEN c.n = 1 AND c.whole THEN (f.fit).status END
    FROM compared c CROSS JOIN fitted f
    WHERE c.whole OR c.n < 3
    ORDER BY c.whole DESC, c.n, c.x_group;
END
$$;
COMMENT ON FUNCTION highseas.holdout_check(date, integer, text, text) IS
'Whether a lifetime model is to be trusted with the current tenant''s orders: fits it on the orders up to calibration_ends_on and compares what it expects with the purchase days of the same customers in the horizon days after. In the tenant''s time zone.
Rows: first one for each method over all customers: the model; frequency (the purchase days of the 365 days before, at the same pace); recency (days since the last); rfm (the sum of the three scores of rfm()); perfect (what really happened: what no method exceeds). A model that orders customers no better than frequency is not worth its trouble. Then the model and frequency by repeats until calibration_ends_on (0 to 6, 7+).
actual, predicted: purchase days; predicted is NULL for methods that only order. rank_correlation: Spearman, of the method''s order with the actual one, equal ones share their rank. top_share: of the actual purchase days, those of the 20 % of customers whom the method puts first; of customers that are equal at the edge a part. status: of the fit, see value_fit.
model: mbg_nbd, bg_nbd or pareto_nbd. currency: as in rfm(). No row when nobody bought until calibration_ends_on.
Errors: 22004 for a NULL (but currency); 22023 for an unknown model, a horizon below 1, a holdout that ends after today, or orders of several currencies.';
