-- What each class gets, and a salesperson's list for today
\connect - sales_manager
-- Rows of the company, or these, which are built in.
SELECT class, goal, contact_every, action, service_share AS share FROM highseas.treatments_of(1);
-- 500 hours of service a month, over the customers that somebody holds: by class, then by value, or by what could be won.
SELECT class, count(*) AS customers, sum(amount) AS hours, max(amount) AS most
FROM highseas.plan_service(500) GROUP BY class ORDER BY class;
SELECT demo.expect((SELECT sum(amount) = 500 FROM highseas.plan_service(500)), 'the hours add up') \g /dev/null
-- Who got the calls of the last two weeks? The rank correlation of value and calls says whether it was those who are worth it.
SELECT scope, key, effort AS calls_each, customers, round(correlation::numeric, 2) AS correlation, finding
FROM highseas.service_inversion('2026-11-03', '2026-11-17') WHERE measure = 'rank' AND scope <> 'region';
SELECT holder AS rep FROM highseas.customer WHERE state = 'held' GROUP BY holder ORDER BY count(*) DESC, holder LIMIT 1 \gset
\connect - crm_app
SET highseas.rep = :'rep';
-- Whom the one who holds most should contact today, in this order, and why.
SELECT place, customer_key AS id, coalesce(company, name) AS customer, class, points, reason FROM highseas.my_worklist LIMIT 8;
SELECT demo.expect((SELECT count(*) > 0 FROM highseas.my_worklist), 'there is something to do') \g /dev/null
