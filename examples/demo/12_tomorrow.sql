-- The dry run of tomorrow: the same rules, asked without acting
-- What goes back by tomorrow evening if nobody does anything, and by which deadline.
SELECT customer_key, rep_key, company, last_follow_up_at, due_at, due_rule, deadline_kind
FROM highseas.planned_returns('2026-11-18 18:00+08');
SELECT demo.expect((SELECT count(*) = 1 FROM highseas.planned_returns('2026-11-18 18:00+08')), 'one customer is due tomorrow') \g /dev/null

-- Whom tomorrow's rotation would give what.
SET highseas.clock = '2026-11-18 06:00+08';
SELECT rep_key, reason, count(*) FROM highseas.planned_rotation('leads') GROUP BY rep_key, reason ORDER BY rep_key, reason;
SELECT demo.expect((SELECT count(*) > 0 FROM highseas.planned_rotation('leads') WHERE rep_key IS NOT NULL),
                 'tomorrow the quotas are free again') \g /dev/null
