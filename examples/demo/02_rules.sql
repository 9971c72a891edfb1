-- The rules: rows that the DBA changes by INSERT, UPDATE and DELETE
-- Two pools. In "leads" a rep who let a lead go waits 30 days before he may take it again, and what nobody took for two
-- weeks is given out by rotation, to new reps first.
INSERT INTO highseas.pool (pool_key, name, cooldown, rotate_after, rotate_tiers)
VALUES ('accounts', 'Companies that bought once', '90 days', NULL, NULL),
       ('leads', 'Leads of the telephone campaign', '30 days', '14 days', '{new,veteran}');

-- Who is new and who is a veteran follows from the day he was hired: the rows that create_tenant() wrote.
SELECT tier, from_days FROM highseas.tier ORDER BY from_days;

-- How many customers a rep may hold, and how many he may take: all matching rows must hold.
INSERT INTO highseas.capacity (rule, tier, pool_key, maximum)
VALUES ('hold-new', 'new', NULL, 20),
       ('hold-veteran', 'veteran', NULL, 60),
       ('hold-leads-veteran', 'veteran', 'leads', 15);
INSERT INTO highseas.quota (rule, period, tier, maximum)
VALUES ('three-a-day-new', 'day', 'new', 3),
       ('ten-a-day', 'day', NULL, 10);

-- When a customer goes back by itself: the earliest of these. Reminders come 3 days and 1 day before.
INSERT INTO highseas.deadline (rule, kind, pool_key, window_amount, window_unit, remind_before)
VALUES ('call-in-two-weeks', 'no_follow_up', NULL, 14, 'day', '{3 days,1 day}'),
       ('sell-in-three-months', 'no_order', NULL, 3, 'month', '{2 weeks,3 days}'),
       ('lead-for-half-a-year', 'longest_holding', 'leads', 6, 'month', '{2 weeks}');

-- What a customer is worth: 30 cents of each dollar sold are profit, and a follow-up costs five dollars.
INSERT INTO highseas.value_rule (margin, follow_up_cost) VALUES (.3, 5);
-- A customer's class is left after two weeks at the earliest.
INSERT INTO highseas.class_rule (minimum_stay) VALUES (14);
SELECT demo.expect((SELECT count(*) = 3 FROM highseas.deadline), 'three deadlines are there') \g /dev/null
