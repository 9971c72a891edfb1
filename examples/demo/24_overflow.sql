-- A veteran with too many customers is told whom he serves least; new salespeople will get them, unless he keeps one
-- The rule: a veteran may hold eight. Two of each go a day, a week after the notice at the earliest, and he may keep one.
INSERT INTO highseas.overflow_rule (rule, tier, maximum, to_tiers, per_day, veto, may_keep)
VALUES ('veterans: 8', 'veteran', 8, '{new}', 2, '7 days', 1);
\connect - crm_jobs
CALL highseas.hand_over();
\connect - sales_manager
SELECT h.from_rep AS rep, r.held, h.customer_key AS customer, h.veto_until::date, h.points::numeric(4, 1), h.why
FROM highseas.hand_over h JOIN highseas.rep r ON r.rep_key = h.from_rep ORDER BY h.hand_over_id;
SELECT demo.expect((SELECT count(*) > 0 AND bool_and(held > 8) FROM highseas.hand_over h JOIN highseas.rep r ON r.rep_key = h.from_rep),
                   'something is proposed, of reps over the limit') \g /dev/null
SELECT demo.expect((SELECT max(n) <= 2 FROM (SELECT count(*) AS n FROM highseas.hand_over GROUP BY from_rep) x), 'two of each at most') \g /dev/null
SELECT from_rep AS rep, customer_key AS customer FROM highseas.hand_over ORDER BY hand_over_id LIMIT 1 \gset
\connect - crm_app
SET highseas.rep = :'rep';
CALL highseas.keep_customer(:'customer', 'we play golf together');
