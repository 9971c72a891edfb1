-- What pg_cron did next: rotation gave the sleeping leads to reps, new ones first
SELECT d.command, d.status, j.rows
FROM cron.job_run_details d, highseas.job_run j
WHERE d.command LIKE '%rotate%' AND j.job = 'rotate';
SELECT demo.expect((SELECT count(*) = 1 FROM cron.job_run_details
                  WHERE command LIKE '%rotate%' AND status = 'succeeded'), 'pg_cron ran rotate') \g /dev/null
-- In turn, within regions, capacity and quota.
SELECT r.rep_key, s.tier, count(*) AS given, string_agg(DISTINCT c.region, ' ') AS regions, s.taken, s.quota, s.held, s.capacity
FROM highseas.allocation r
JOIN highseas.customer c USING (tenant_id, customer_key)
JOIN highseas.rep_status s ON s.rep_key = r.rep_key
GROUP BY r.rep_key, s.tier, s.taken, s.quota, s.held, s.capacity ORDER BY s.tier, r.rep_key;
SELECT demo.expect((SELECT count(*) > 0 FROM highseas.ledger WHERE act = 'rotate'), 'some leads were given away') \g /dev/null
SELECT demo.expect((SELECT bool_and(taken <= quota AND held <= capacity) FROM highseas.rep_status), 'within the limits') \g /dev/null
SELECT demo.expect(NOT EXISTS (SELECT FROM highseas.holding a JOIN highseas.holding b USING (tenant_id, customer_key, rep_key)
                             WHERE a.act = 'rotate' AND b.ended_at <= a.started_at), 'never to an earlier holder') \g /dev/null
-- Each lead that nobody got has a reason.
SELECT reason, count(*) FROM highseas.allocation WHERE rep_key IS NULL GROUP BY reason ORDER BY reason;
