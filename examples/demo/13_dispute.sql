-- A region dispute: several reps cover the same region. Who gets its leads, and what would another one have made of them?
SET highseas.clock = '2026-11-18 06:00+08';
-- Who covers DACH: two reps that region itself, one all of Europe, and David Osei, who has no region, everything.
SELECT r.rep_key, r.region, s.tier FROM highseas.rep_region r JOIN highseas.rep_status s USING (rep_key)
WHERE r.region IN ('DACH', 'EUROPE') ORDER BY r.region, r.rep_key;
-- In turn, as this pool has it: new reps first; of them who covers the nearest region, then the longest wait, then a hash that
-- favours nobody for ever.
SELECT p.turn, left(p.customer_key, 8) AS lead, c.region, p.rep_key, p.reason
FROM highseas.planned_rotation('leads') p JOIN highseas.customer c USING (customer_key)
WHERE p.rep_key IS NOT NULL AND c.region = 'DACH' ORDER BY p.turn LIMIT 8;

-- The same leads so that all together bring the most, within shares that may differ by half; value is what the lead brings with
-- that rep, next_value with the next best. No rep has sold to leads yet, so here they are worth the same with both: with a record of
-- his own a rep's factor makes the difference. Nothing is changed: it is tried, and undone.
BEGIN;
INSERT INTO highseas.allocation_rule (pool_key, method, new_leads, segment, least_share, most_share)
VALUES ('leads', 'optimal', false, 'region', .5, 1.5);
SELECT p.turn, left(p.customer_key, 8) AS lead, c.region, p.rep_key, p.reason, p.value::numeric(9, 2), p.next_rep_key, p.next_value::numeric(9, 2)
FROM highseas.planned_rotation('leads') p JOIN highseas.customer c USING (customer_key)
WHERE p.rep_key IS NOT NULL AND c.region = 'DACH' ORDER BY p.turn LIMIT 8;
SELECT demo.expect((SELECT bool_and(p.value IS NOT NULL) FROM highseas.planned_rotation('leads') p WHERE p.rep_key IS NOT NULL), 'each assignment says what it is worth') \g /dev/null
ROLLBACK;
