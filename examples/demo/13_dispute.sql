-- A region dispute: several reps cover the same region. Who gets its leads, and what would another one have made of them?
SET highseas.clock = '2026-11-18 06:00+08';
-- In turn: the nearest region first, then the longest wait, then a hash that favours nobody for ever.
SELECT p.turn, left(p.customer_key, 8) AS lead, c.region, p.rep_key, p.reason
FROM highseas.planned_rotation('leads') p JOIN highseas.customer c USING (customer_key)
WHERE p.rep_key IS NOT NULL ORDER BY p.turn LIMIT 5;

-- The same leads by value, within shares that may differ by half. Nothing is changed here: it is tried, and undone.
BEGIN;
INSERT INTO highseas.allocation_rule (pool_key, method, new_leads, segment, least_share, most_share)
VALUES ('leads', 'optimal', false, 'region', .5, 1.5);
SELECT p.turn, left(p.customer_key, 8) AS lead, c.region, p.rep_key, p.reason, p.value::numeric(9, 2), p.next_rep_key, p.next_value::numeric(9, 2)
FROM highseas.planned_rotation('leads') p JOIN highseas.customer c USING (customer_key)
WHERE p.rep_key IS NOT NULL ORDER BY p.turn LIMIT 5;
SELECT demo.expect((SELECT bool_and(p.value IS NOT NULL) FROM highseas.planned_rotation('leads') p WHERE p.rep_key IS NOT NULL), 'each assignment says what it is worth') \g /dev/null
ROLLBACK;
