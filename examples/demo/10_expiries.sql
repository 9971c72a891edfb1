-- What pg_cron did two weeks after the start, on Tuesday, 17 November: nobody did anything, so they went back
SELECT d.command, d.status, j.rows
FROM cron.job_run_details d, highseas.job_run j
WHERE d.command LIKE '%expire_due%' AND j.job = 'expire_due';
SELECT demo.expect((SELECT count(*) = 1 FROM cron.job_run_details
                  WHERE command LIKE '%expire_due%' AND status = 'succeeded'), 'pg_cron ran expire_due') \g /dev/null
SELECT at, from_rep, act, pool_key, reason AS by_deadline, left(customer_key, 8) AS customer
FROM highseas.ledger WHERE act = 'expire' ORDER BY at, from_rep, customer_key;
-- Every one of them was announced before.
SELECT demo.expect((SELECT count(*) > 0 FROM highseas.ledger WHERE act = 'expire'), 'something expired') \g /dev/null
SELECT demo.expect((SELECT bool_and(EXISTS (SELECT FROM highseas.notice n WHERE n.kind = 'reminder'
                                          AND n.customer_key = l.customer_key AND n.at < l.at))
                  FROM highseas.ledger l WHERE l.act = 'expire'), 'each expiry was announced') \g /dev/null
\connect - crm_app
SET highseas.rep = 'carmen.garcia';
-- Carmen still holds the two whom she worked on.
SELECT customer_key, company, last_follow_up_at, extended_until, due_at FROM highseas.my_customers;
SELECT demo.expect((SELECT count(*) = 2 FROM highseas.my_customers), 'what is worked on stays') \g /dev/null

\connect - sales_manager
-- The head of sales decides about the customer of the race: now the other one of the two gets it.
SELECT customer_key AS raced, CASE from_rep WHEN 'chen.li' THEN 'wang.fang' ELSE 'chen.li' END AS other
FROM highseas.ledger WHERE act = 'expire' AND from_rep IN ('chen.li', 'wang.fang') \gset
CALL highseas.assign(:'raced', :'other', 'a second try');
SELECT demo.expect((SELECT holder = :'other' FROM highseas.customer WHERE customer_key = :'raced'), 'the assignment happened') \g /dev/null
