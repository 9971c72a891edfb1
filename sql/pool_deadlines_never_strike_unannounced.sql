-- Deadlines: three kinds, windows by the tenant's calendar, the most specific row; reminders once for a due
-- date; a changed rule leaves the grace and is announced; nothing strikes unannounced, a follow-up never hastens.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'Europe/Berlin';
SET datestyle = 'ISO';
CALL highseas.create_tenant('acme', 'Europe/Berlin');
INSERT INTO highseas.pool (pool_key) VALUES ('main'), ('vip');
INSERT INTO highseas.rep (rep_key, hired_on) VALUES ('ana', '2020-01-01'), ('ben', '2026-03-01');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, 'c' || i, 'main', timestamptz '2020-01-01', timestamptz '2020-01-01' FROM generate_series(1, 9) i
UNION ALL SELECT 1, 'v' || i, 'vip', '2020-01-01', '2020-01-01' FROM generate_series(1, 3) i;
-- When would c1 be due, if ana claimed it at this time?
CREATE FUNCTION pg_temp.due(at text, amount integer, unit text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    due timestamptz;
BEGIN
    PERFORM set_config('highseas.clock', at, true);
    INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit) VALUES ('tried', 'no_follow_up', amount, unit);
    BEGIN
        SELECT c.due_at INTO due FROM highseas_api.claim('c1', 'ana') c;
        RAISE EXCEPTION USING ERRCODE = 'P0999';
    EXCEPTION WHEN SQLSTATE 'P0999' THEN
        NULL;
    END;
    DELETE FROM highseas.deadline WHERE rule = 'tried';
    RETURN to_char(due, 'Dy YYYY-MM-DD HH24:MI TZH:TZM');
END $$;

-- Windows. The clocks go forward on Sunday 29 March 2026 at 2:00 and back on Sunday 25 October at 3:00:
-- hours are elapsed time, days keep the time of day.
SELECT pg_temp.due('2026-03-28 12:00', 24, 'hour'), pg_temp.due('2026-03-28 12:00', 1, 'day');
SELECT pg_temp.due('2026-10-24 12:00', 24, 'hour'), pg_temp.due('2026-10-24 12:00', 1, 'day');
-- A time that the change skips is the moment of the change; the hour that it repeats counts as its end.
SELECT pg_temp.due('2026-03-28 02:30', 1, 'day'), pg_temp.due('2026-10-24 02:30', 1, 'day');
SELECT pg_temp.due('2026-03-02 09:00', 1, 'hour'), pg_temp.due('2026-03-02 09:00', 2, 'week'), pg_temp.due('2026-03-02 09:00', 24, 'month');
-- The last day of a month: until its end, so that a later start is never due earlier.
SELECT pg_temp.due('2026-01-31 09:00', 1, 'month'), pg_temp.due('2026-01-28 10:00', 1, 'month'), pg_temp.due('2028-01-30 09:00', 1, 'month');
-- Working days: Friday; over a holiday; over a Sunday with work; from a Saturday it is the whole day.
SELECT pg_temp.due('2026-03-06 09:00', 1, 'working_day'), pg_temp.due('2026-03-06 09:00', 5, 'working_day');
UPDATE highseas.tenant SET days_off = '{2026-04-03,2026-04-06}', days_on = '{2026-04-12}';
SELECT pg_temp.due('2026-04-02 09:00', 1, 'working_day'), pg_temp.due('2026-04-10 09:00', 1, 'working_day');
SELECT pg_temp.due('2026-03-07 09:00', 1, 'working_day');
UPDATE highseas.tenant SET week_mask = 63;
SELECT pg_temp.due('2026-03-06 09:00', 1, 'working_day');
UPDATE highseas.tenant SET week_mask = 31;

-- Kinds: the earliest decides and gives its name. An order before the claim counts for nobody; an open deal exempts.
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit, remind_before) VALUES
    ('call', 'no_follow_up', 7, 'day', '{}'), ('sell', 'no_order', 10, 'day', '{}'), ('longest', 'longest_holding', 30, 'day', '{}');
UPDATE highseas.customer SET last_order_at = '2026-02-27' WHERE customer_key = 'c1';
SET highseas.clock = '2026-03-02 09:00';
SELECT due_at, due_rule FROM highseas_api.claim('c1', 'ana');
SET highseas.clock = '2026-03-08 09:00';
SELECT due_at, due_rule FROM highseas_api.follow_up('c1', rep => 'ana');
UPDATE highseas.customer SET last_order_at = '2026-03-09' WHERE customer_key = 'c1';
SELECT due_at, due_rule FROM highseas_api.follow_up('c1', rep => 'ana');
SET highseas.clock = '2026-03-14 09:00';
UPDATE highseas.customer SET last_order_at = '2026-03-14' WHERE customer_key = 'c1';
SELECT due_at, due_rule FROM highseas_api.follow_up('c1', rep => 'ana');
UPDATE highseas.customer SET last_order_at = '2026-03-29' WHERE customer_key = 'c1';
SET highseas.clock = '2026-03-30 09:00';
SELECT due_at, due_rule FROM highseas_api.follow_up('c1', rep => 'ana');
UPDATE highseas.customer SET deal = 'open' WHERE customer_key = 'c1';
CALL highseas.replan();
SELECT due_at, due_rule FROM highseas.customer WHERE customer_key = 'c1';
UPDATE highseas.customer SET deal = 'closed' WHERE customer_key = 'c1';
CALL highseas.replan();
SELECT due_at, due_rule FROM highseas.customer WHERE customer_key = 'c1';
CALL highseas.return_to_pool('c1', 'price', rep => 'ana');
-- A fresh holder gets a full window, whatever the one before did.
SET highseas.clock = '2026-04-01 09:00';
SELECT due_at, due_rule FROM highseas_api.claim('c1', 'ben');
CALL highseas.return_to_pool('c1', 'price', rep => 'ben');
DELETE FROM highseas.deadline;

-- Specificity: rep before class before kind of customer before pool before tier, and by kind of deadline.
INSERT INTO highseas.deadline (rule, kind, rep_key, class, pool_key, tier, window_amount, window_unit) VALUES
    ('any', 'no_follow_up', NULL, NULL, NULL, NULL, 10, 'day');
SELECT rule FROM highseas.due_of(1, 'ben', 'vip', 'A', 'personal', '2026-06-01', NULL, NULL, NULL, NULL, 'none', NULL, NULL, NULL, '2026-06-01');
INSERT INTO highseas.deadline (rule, kind, rep_key, class, pool_key, tier, window_amount, window_unit) VALUES
    ('tier', 'no_follow_up', NULL, NULL, NULL, 'new', 20, 'day');
SELECT rule FROM highseas.due_of(1, 'ben', 'vip', 'A', 'personal', '2026-06-01', NULL, NULL, NULL, NULL, 'none', NULL, NULL, NULL, '2026-06-01');
INSERT INTO highseas.deadline (rule, kind, rep_key, class, pool_key, tier, window_amount, window_unit) VALUES
    ('pool', 'no_follow_up', NULL, NULL, 'vip', NULL, 30, 'day');
SELECT rule FROM highseas.due_of(1, 'ben', 'vip', 'A', 'personal', '2026-06-01', NULL, NULL, NULL, NULL, 'none', NULL, NULL, NULL, '2026-06-01');
INSERT INTO highseas.deadline (rule, kind, customer_kind, window_amount, window_unit) VALUES
    ('personal', 'no_follow_up', 'personal', 35, 'day'), ('commercial', 'no_follow_up', 'commercial', 36, 'day');
SELECT k, (SELECT rule FROM highseas.due_of(1, 'ben', 'vip', 'A', k, '2026-06-01', NULL, NULL, NULL, NULL, 'none', NULL, NULL, NULL, '2026-06-01'))
FROM unnest('{personal,commercial,NULL}'::text[]) k;
INSERT INTO highseas.deadline (rule, kind, rep_key, class, pool_key, tier, window_amount, window_unit) VALUES
    ('class', 'no_follow_up', NULL, 'A', NULL, NULL, 40, 'day');
SELECT rule FROM highseas.due_of(1, 'ben', 'vip', 'A', 'personal', '2026-06-01', NULL, NULL, NULL, NULL, 'none', NULL, NULL, NULL, '2026-06-01');
INSERT INTO highseas.deadline (rule, kind, rep_key, class, pool_key, tier, window_amount, window_unit) VALUES
    ('rep', 'no_follow_up', 'ben', NULL, NULL, NULL, 50, 'day'), ('rep-and-pool', 'no_follow_up', 'ben', NULL, 'vip', NULL, 60, 'day'),
    ('other-kind', 'longest_holding', NULL, NULL, NULL, NULL, 90, 'day');
SELECT rule FROM highseas.due_of(1, 'ben', 'vip', 'A', 'personal', '2026-06-01', NULL, NULL, NULL, NULL, 'none', NULL, NULL, NULL, '2026-06-01');
SELECT rule FROM highseas.due_of(1, 'ben', 'main', 'A', 'personal', '2026-06-01', NULL, NULL, NULL, NULL, 'none', NULL, NULL, NULL, '2026-06-01');
SELECT rule FROM highseas.due_of(1, 'ana', 'main', NULL, NULL, '2026-06-01', NULL, NULL, NULL, NULL, 'none', NULL, NULL, NULL, '2026-06-01');
DELETE FROM highseas.deadline;

-- Reminders: in steps, each once for a due date; the job may come late, then one notice is enough.
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit, remind_before) VALUES ('call', 'no_follow_up', 14, 'day', '{7 days,3 days,1 day}');
SET highseas.clock = '2026-06-01 09:00';
SELECT due_at FROM highseas_api.claim('c2', 'ana') UNION ALL SELECT due_at FROM highseas_api.claim('c3', 'ana');
CREATE FUNCTION pg_temp.sent() RETURNS TABLE (customer_key text, kind text, due_at timestamptz) LANGUAGE sql AS $$
    WITH told AS (DELETE FROM highseas.notice RETURNING *)
    SELECT customer_key, kind, due_at FROM told ORDER BY notice_id
$$;
SET highseas.clock = '2026-06-08 08:59:59';
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent();
SET highseas.clock = '2026-06-08 09:00';
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent();
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent();
-- c3 is followed up: its reminders begin anew; c2 gets its second.
SELECT due_at FROM highseas_api.follow_up('c3', rep => 'ana');
SET highseas.clock = '2026-06-12 10:00';
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent();
SET highseas.clock = '2026-06-14 10:00';
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent();
-- What is planned is what happens: the sweep before the due date does nothing, at it it strikes.
SELECT customer_key, due_at, due_rule, deadline_kind FROM highseas.planned_returns('2026-06-15 08:59:59');
SELECT customer_key, due_at, due_rule, deadline_kind FROM highseas.planned_returns('2026-06-15 09:00');
SET highseas.clock = '2026-06-15 08:59:59';
CALL highseas.expire_due();
SELECT * FROM pg_temp.sent();
SET highseas.clock = '2026-06-15 09:00';
CALL highseas.expire_due();
SELECT * FROM pg_temp.sent();
CALL highseas.expire_due();
SELECT customer_key, state, holder FROM highseas.customer WHERE customer_key IN ('c2', 'c3') ORDER BY 1;
-- An extension clears them, too.
SET highseas.clock = '2026-06-20 09:00';
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent();
SELECT status, due_at FROM highseas_api.extend('c3', '2026-06-29 09:00', rep => 'ana');
SET highseas.clock = '2026-06-22 10:00';
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent();

-- No job ran until it was overdue: nobody was told, so it is announced and the grace given; then it strikes.
SET highseas.clock = '2026-07-01 09:00';
SELECT due_at FROM highseas_api.claim('c4', 'ana');
SET highseas.clock = '2026-08-01 09:00';
-- (planned_returns knows it, too: c3 was announced, c4 was not.)
SELECT customer_key, due_at FROM highseas.planned_returns('2026-08-04 08:59');
SELECT customer_key, due_at FROM highseas.planned_returns('2026-08-04 09:00');
CALL highseas.expire_due();
SELECT * FROM pg_temp.sent();
SELECT customer_key, state, due_at FROM highseas.customer WHERE customer_key IN ('c3', 'c4') ORDER BY 1;
SELECT customer_key, due_at FROM highseas.planned_returns('2026-08-04 09:00');
SET highseas.clock = '2026-08-04 09:00';
CALL highseas.expire_due();
SELECT * FROM pg_temp.sent();
SELECT customer_key, state FROM highseas.customer WHERE customer_key IN ('c3', 'c4') ORDER BY 1;

-- A rule made shorter: nothing moves before replan; then at least the grace is left, and it is announced.
SET highseas.clock = '2026-09-01 09:00';
SELECT due_at FROM highseas_api.claim('c5', 'ana');
SET highseas.clock = '2026-09-06 09:00';
UPDATE highseas.deadline SET window_amount = 2;
SELECT due_at FROM highseas.customer WHERE customer_key = 'c5';
CALL highseas.send_reminders();
CALL highseas.expire_due();
SELECT * FROM pg_temp.sent();
CALL highseas.replan();
SELECT due_at FROM highseas.customer WHERE customer_key = 'c5';
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent();
-- Run again, nothing moves, and nothing is said twice.
SET highseas.clock = '2026-09-07 09:00';
CALL highseas.replan();
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent();
SELECT due_at FROM highseas.customer WHERE customer_key = 'c5';
-- A follow-up under the shorter rule moves nothing earlier.
SELECT due_at FROM highseas_api.follow_up('c5', rep => 'ana');
SELECT due_at FROM highseas_api.follow_up('c5', rep => 'ana');
-- A rule made longer: the sweep plans anew instead of striking by the old date.
SET highseas.clock = '2026-09-09 08:00';
CALL highseas.send_reminders();
UPDATE highseas.deadline SET window_amount = 14;
SET highseas.clock = '2026-09-09 10:00';
CALL highseas.expire_due();
SELECT state, due_at FROM highseas.customer WHERE customer_key = 'c5';
-- A new rule over what had none.
DELETE FROM highseas.deadline;
CALL highseas.replan();
SELECT state, due_at FROM highseas.customer WHERE customer_key = 'c5';
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit, remind_before) VALUES ('new-rule', 'longest_holding', 1, 'day', '{5 days}');
DELETE FROM highseas.notice;
CALL highseas.replan();
SELECT state, due_at FROM highseas.customer WHERE customer_key = 'c5';
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent();
SET highseas.clock = '2026-09-12 10:00';
CALL highseas.expire_due();
SELECT * FROM pg_temp.sent();
SELECT state FROM highseas.customer WHERE customer_key = 'c5';
-- A protection that a manager ends is no ambush either.
DELETE FROM highseas.deadline;
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit, remind_before) VALUES ('call', 'no_follow_up', 5, 'day', '{4 days}');
SELECT due_at FROM highseas_api.claim('c6', 'ana');
SELECT due_at FROM highseas_api.protect('c6', '2026-12-01', rep => 'ana');
SET highseas.clock = '2026-10-12 10:00';
SELECT due_at FROM highseas_api.protect('c6', NULL);
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent();
-- A grace shorter than every step: what the new rule strikes is announced at once all the same.
UPDATE highseas.tenant SET grace = '1 hour';
DELETE FROM highseas.deadline;
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit, remind_before) VALUES ('call', 'no_follow_up', 20, 'day', '{3 days,1 day}');
SELECT due_at FROM highseas_api.claim('c7', 'ana');
SET highseas.clock = '2026-10-17 10:00';
UPDATE highseas.deadline SET window_amount = 2;
CALL highseas.replan();
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent() WHERE customer_key = 'c7';
CALL highseas.expire_due();
SET highseas.clock = '2026-10-17 11:00';
CALL highseas.expire_due();
SELECT * FROM pg_temp.sent() WHERE customer_key = 'c7';
-- A window shorter than every step: one reminder halfway. A follow-up begins anew; so does an extension, however
-- short, and without the reminders' job the expiry announces it and leaves the grace.
UPDATE highseas.deadline SET window_amount = 12, window_unit = 'hour';
SELECT due_at FROM highseas_api.claim('c8', 'ana');
SET highseas.clock = '2026-10-17 16:59';
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent() WHERE customer_key = 'c8';
SET highseas.clock = '2026-10-17 17:00';
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent() WHERE customer_key = 'c8';
SELECT due_at FROM highseas_api.follow_up('c8', rep => 'ana');
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent() WHERE customer_key = 'c8';
SET highseas.clock = '2026-10-17 23:00';
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent() WHERE customer_key = 'c8';
SELECT due_at FROM highseas_api.extend('c8', '2026-10-18 05:10', rep => 'ana');
SET highseas.clock = '2026-10-18 05:10';
CALL highseas.expire_due();
SELECT * FROM pg_temp.sent() WHERE customer_key = 'c8';
SET highseas.clock = '2026-10-18 06:10';
CALL highseas.expire_due();
SELECT * FROM pg_temp.sent() WHERE customer_key = 'c8';
-- The sweep finds a rule that got longer, by less than its steps: the later date is announced, too.
SELECT due_at FROM highseas_api.claim('c9', 'ana');
SET highseas.clock = '2026-10-18 18:10';
UPDATE highseas.deadline SET window_amount = 16;
CALL highseas.expire_due();
SELECT due_at FROM highseas.customer WHERE customer_key = 'c9';
SET highseas.clock = '2026-10-18 20:10';
CALL highseas.send_reminders();
SELECT * FROM pg_temp.sent() WHERE customer_key = 'c9';
SET highseas.clock = '2026-10-18 22:10';
CALL highseas.expire_due();
SELECT * FROM pg_temp.sent() WHERE customer_key = 'c9';
SELECT * FROM highseas.check_consistency();

DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;

-- A time that is moved by an interval keeps its place among others, over both changes of the clocks.
SELECT zone, count(*) AS times, bool_and(moved >= before) AS in_order
FROM (SELECT zone, highseas.shift(at, '1 day', zone) AS moved, lag(highseas.shift(at, '1 day', zone)) OVER (PARTITION BY zone ORDER BY at) AS before
      FROM unnest('{Europe/Berlin,America/New_York,Asia/Shanghai}'::text[]) zone,
           (SELECT generate_series('2026-03-01 00:00Z', '2026-04-01 00:00Z', interval '10 minutes') AS at
            UNION ALL SELECT generate_series('2026-10-20 00:00Z', '2026-11-03 00:00Z', interval '10 minutes')) x) x
GROUP BY zone ORDER BY zone;
SELECT highseas.shift('2026-03-31 12:00Z', '-1 month', 'Asia/Shanghai') AS month_end, highseas.shift('infinity', '1 day', 'UTC') AS never,
       highseas.shift(NULL, '1 day', 'UTC') AS unknown;
SELECT highseas.shift('294276-12-31 12:00Z', '1 day', 'UTC');
SELECT highseas.shift('2026-03-31 12:00Z', '1 day', 'Nowhere');

