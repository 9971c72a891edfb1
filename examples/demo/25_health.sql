-- Are the jobs well, and is everything consistent?
SELECT job, last_run_at, last_status, last_rows, failures_7_days, oldest_overdue FROM highseas.job_health ORDER BY last_run_at, job;
SELECT demo.expect((SELECT sum(failures_7_days) = 0 FROM highseas.job_health), 'no job failed') \g /dev/null
-- What must never be: no row.
SELECT * FROM highseas.check_consistency();
SELECT demo.expect(NOT EXISTS (SELECT FROM highseas.check_consistency()), 'the ledger is consistent') \g /dev/null
