-- What pg_cron did on Saturday, 14 November: reminders
SELECT d.command, d.status, j.rows
FROM cron.job_run_details d, highseas.job_run j
WHERE d.command LIKE '%send_reminders%' AND j.job = 'send_reminders';
SELECT demo.expect((SELECT count(*) = 1 FROM cron.job_run_details
                  WHERE command LIKE '%send_reminders%' AND status = 'succeeded'), 'pg_cron ran send_reminders') \g /dev/null

-- The outbox of a rep: an application reads it and acknowledges it. The customers whom Carmen called, or got more time
-- for, are not in it.
SELECT rep_key, due_at, message FROM highseas.notice WHERE kind = 'reminder' AND rep_key IN ('carmen.garcia', 'zhao.min')
ORDER BY rep_key, notice_id;
SELECT demo.expect((SELECT count(*) = 1 FROM highseas.notice WHERE kind = 'reminder' AND rep_key = 'carmen.garcia'),
                 'Carmen is reminded of one customer') \g /dev/null
-- Every rep at a glance: what he holds and took, against the tightest limit, and what is due soon.
SELECT rep_key, tier, held, capacity, taken, quota, due_3_days, due_7_days FROM highseas.rep_status
WHERE held > 0 ORDER BY rep_key;
