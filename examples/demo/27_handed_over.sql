-- What became of it: the new salesperson knows who had the customer, what was said, and what comes next
SELECT customer_key AS customer, from_rep, status, to_rep, left(note, 110) AS note FROM highseas.hand_over WHERE status <> 'proposed' ORDER BY hand_over_id;
SELECT demo.expect((SELECT count(*) = 1 FROM highseas.hand_over WHERE status = 'kept'), 'one was kept') \g /dev/null
SELECT demo.expect((SELECT count(*) > 0 FROM highseas.hand_over WHERE status = 'given'), 'some were given away') \g /dev/null
SELECT to_rep AS rep FROM highseas.hand_over WHERE status = 'given' ORDER BY hand_over_id LIMIT 1 \gset
\connect - crm_app
SET highseas.rep = :'rep';
SELECT customer_key AS id, class, had_by, last_said, action FROM highseas.my_worklist WHERE had_by IS NOT NULL LIMIT 5;
-- Who could not be handed over stays, with the reason.
SELECT reason, count(*) FROM highseas.allocation WHERE rep_key IS NULL
    AND run_id = (SELECT max(run_id) FROM highseas.job_run WHERE job = 'hand_over') GROUP BY reason ORDER BY reason;
