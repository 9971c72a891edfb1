-- Who is leaving, whom to win back, and what giving up a category would save
\connect - sales_manager
-- What each category cost and brought in the last year, and could bring yet: what giving it up would save, and lose.
SELECT c.category, p.customers, p.follow_ups, p.hours, p.service_cost, round(p.revenue) AS revenue, round(p.profit) AS profit,
       round(p.potential_value::numeric) AS potential
FROM unnest('{A,B,C,D,E,F}'::text[]) c(category) CROSS JOIN LATERAL highseas.withdrawal_preview(c.category) p ORDER BY c.category;
SELECT demo.expect((SELECT profit < 0 AND customers > 0 AND revenue > 0 FROM highseas.withdrawal_preview('F')), 'category F costs more than it brings') \g /dev/null
-- F are companies whose small orders do not pay for the calls they get. Leads who never bought are not among them: as long as
-- nobody knows what they may bring, what they cost is no loss.
SELECT customer_key AS id, round(service_cost) AS service, round(profit, 2) AS profit, why
FROM highseas.customer_classes WHERE category = 'F' ORDER BY profit, customer_key LIMIT 2;
SELECT demo.expect(NOT EXISTS (SELECT FROM highseas.customer_classes WHERE category = 'F' AND lifecycle IN ('lead', 'prospect')), 'no lead is in F') \g /dev/null
-- Given up, they save their calls, and cost the revenue above. They go out of service, if there still are as many as the manager
-- saw, and come back. (Here all of it is tried, and undone.)
BEGIN;
SELECT customers AS seen FROM highseas.withdrawal_preview('F') \gset
CALL highseas.withdraw_many('given up 2026', 'F', expected => :seen);
SELECT demo.expect((SELECT count(*) = :seen FROM highseas.customer WHERE state = 'withdrawn'), 'all of F is out of service') \g /dev/null
CALL highseas.reinstate_many('given up 2026');
SELECT demo.expect((SELECT count(*) = 0 FROM highseas.customer WHERE state = 'withdrawn'), 'all are back') \g /dev/null
ROLLBACK;

-- Buyers who may be leaving: their chance to be alive fell, their class fell, or they are silent for more than twice their
-- usual interval. An attempt pays where the value, were he surely alive, times the chance is more than its calls cost.
SELECT advice, count(*) AS customers, round(sum(value_at_risk)::numeric) AS value_at_risk, round(sum(recovery)::numeric) AS recovery
FROM highseas.at_risk GROUP BY advice ORDER BY advice;
-- The first to call, with the days of silence and the usual ones.
SELECT r.customer_key AS id, f.company, r.signals, r.silent_days AS silent, round(r.usual_days::numeric) AS usual,
       round(100 * r.chance::numeric) AS chance, round(r.value_if_alive::numeric) AS if_alive, round(r.recovery::numeric) AS recovery
FROM highseas.at_risk r JOIN highseas.profile f USING (customer_key)
WHERE r.advice = 'win back' ORDER BY r.recovery DESC, r.customer_key LIMIT 5;
SELECT demo.expect((SELECT count(*) > 5 FROM highseas.at_risk WHERE advice = 'win back'), 'some are worth an attempt') \g /dev/null
