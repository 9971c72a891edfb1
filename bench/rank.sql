-- How good the customers were that the last run of claim_next took from pool "main": at the time of each claim the
-- number of better ones that were still free, as a share of the pool, and the distance to the best of them.
WITH taken AS MATERIALIZED (
    SELECT c.score, h.started_at FROM highseas.holding h
    JOIN highseas.customer c ON c.tenant_id = h.tenant_id AND c.customer_key = h.customer_key
    WHERE h.tenant_id = 1 AND h.pool_key = 'main' AND h.holding_id > :since
), best_left AS MATERIALIZED (
    SELECT max(c.score) AS score FROM highseas.customer c WHERE c.tenant_id = 1 AND c.pool_key = 'main' AND c.state = 'free'
), sampled AS (
    SELECT (SELECT count(*) FROM taken o WHERE o.started_at > t.started_at AND o.score > t.score)
           + (SELECT count(*) FROM highseas.customer c
              WHERE c.tenant_id = 1 AND c.pool_key = 'main' AND c.state = 'free' AND c.score > t.score) AS better,
           greatest((SELECT max(o.score) FROM taken o WHERE o.started_at > t.started_at), b.score, t.score) - t.score AS gap
    FROM (SELECT * FROM taken ORDER BY md5(started_at::text) LIMIT 300) t CROSS JOIN best_left b
)
SELECT round((100.0 * percentile_disc(.5) WITHIN GROUP (ORDER BY better) / :main)::numeric, 3),
       round((100.0 * percentile_disc(.99) WITHIN GROUP (ORDER BY better) / :main)::numeric, 3),
       round(percentile_disc(.99) WITHIN GROUP (ORDER BY gap)::numeric, 3)
FROM sampled;
