-- Deadlines from the company's own history: the figures are those that plain counting gives, nothing is applied by itself,
-- and what is adopted reaches those held already with the tenant's grace.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'UTC';
SET datestyle = 'ISO';
CALL highseas.create_tenant('acme');
INSERT INTO highseas.pool (pool_key) VALUES ('main'), ('few');
INSERT INTO highseas.rep (rep_key) VALUES ('ana'), ('ben');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, 'c' || i, 'main', timestamptz '2026-01-01', timestamptz '2026-01-01' FROM generate_series(1, 400) i;
-- 400 holdings of 60 days: every second brings an order, most of them soon, follow-ups every 3 days, or every 10.
INSERT INTO highseas.holding (tenant_id, customer_key, rep_key, pool_key, class, started_at, act, actor, ended_at, end_act, end_actor, to_pool)
SELECT 1, 'c' || i, 'ana', 'main', CASE WHEN i % 4 < 2 THEN 'A' ELSE 'B' END, d, 'claim', 'x', d + interval '60 days', 'return', 'x', 'main'
FROM generate_series(1, 400) i, LATERAL (SELECT timestamptz '2026-01-01' + i % 20 * interval '1 day') s(d);
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount)
SELECT 1, h.customer_key, 'o', h.started_at + (1 + (i * 7 % 10) + CASE WHEN i % 20 = 0 THEN 40 ELSE 0 END) * interval '1 day', 100
FROM highseas.holding h, LATERAL (SELECT substr(h.customer_key, 2)::integer) s(i)
WHERE i % 4 IN (0, 1) AND i % 8 <> 1 OR i % 16 = 3;
INSERT INTO highseas.follow_up (tenant_id, at, customer_key, rep_key, kind, actor)
SELECT 1, h.started_at + k * CASE WHEN i % 4 < 2 THEN 3 ELSE 10 END * interval '1 day' - interval '1 hour', h.customer_key, 'ana', 'call', 'x'
FROM highseas.holding h, LATERAL (SELECT substr(h.customer_key, 2)::integer) s(i), generate_series(1, 18) k
WHERE k * CASE WHEN i % 4 < 2 THEN 3 ELSE 10 END < 60;
-- What does not count: a return of goods, an order before the claim, an imported holding; and a group with few.
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount)
VALUES (1, 'c2', 'credit', '2026-01-10', -100), (1, 'c6', 'early', '2025-12-01', 100);
INSERT INTO highseas.holding (tenant_id, customer_key, rep_key, pool_key, started_at, act, actor)
SELECT 1, 'i' || i, 'ana', 'main', timestamptz '2026-01-01', 'import', 'x' FROM generate_series(1, 50) i
UNION ALL SELECT 1, 'f' || i, 'ben', 'few', '2026-02-01', 'claim', 'x' FROM generate_series(1, 5) i;
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount) VALUES (1, 'f1', 'o', '2026-02-03', 5);
SET highseas.clock = '2026-04-01 09:00';
CALL highseas.suggest_deadlines();
SELECT grouped_by, group_key, kind, window_days, round(taken_share::numeric, 4), cases, orders, median_days, median_lower, median_upper, status
FROM highseas.deadline_suggestion ORDER BY suggestion_id;
SELECT group_key, interval_from, interval_to, interval_cases, round(interval_share::numeric, 4), round(interval_lower::numeric, 4), warning
FROM highseas.deadline_suggestion WHERE kind = 'no_follow_up' ORDER BY suggestion_id;
SELECT group_key, warning FROM highseas.deadline_suggestion WHERE kind = 'no_order' ORDER BY suggestion_id;
-- Counting says the same: all ended holdings of main lasted longer than any order took, so the curve is the plain share.
WITH waited AS (
    SELECT extract(epoch FROM p.ordered_at - h.started_at) / 86400 AS days FROM highseas.holding h
    JOIN highseas.purchase p ON p.customer_key = h.customer_key AND p.amount > 0 AND p.ordered_at >= h.started_at
    WHERE h.pool_key = 'main' AND h.act = 'claim')
SELECT count(*) = (d).orders AS orders, abs(avg((w.days > (d).window_days)::integer) - (d).taken_share) < 1e-12 AS taken,
       abs(highseas.survival_at((d).curve, 5) - (1 - count(*) FILTER (WHERE w.days <= 5) / 400.0)) < 1e-12 AS curve
FROM waited w, (SELECT d FROM highseas.deadline_suggestion d WHERE d.group_key = 'main' AND d.kind = 'no_order') x GROUP BY d;
-- No holding without an order after the window; and the week after it, for one who still waits, is below the chance.
SELECT 1 - highseas.survival_at(curve, window_days + 7) / highseas.survival_at(curve, window_days) < .02 FROM highseas.deadline_suggestion
WHERE group_key = 'main' AND kind = 'no_order';
-- By class, by a segment of one's own. The same again replaces what was not adopted; what is adopted stays.
SELECT suggestions FROM highseas_api.suggest_deadlines('class', chance => .05, minimum => 10);
INSERT INTO highseas.profile (tenant_id, customer_key, attributes) SELECT 1, 'c' || i, CASE WHEN i % 2 = 0 THEN '{"segment": "toys"}' ELSE '{}' END::jsonb FROM generate_series(1, 400) i;
SELECT suggestions FROM highseas_api.suggest_deadlines('segment');
SELECT grouped_by, group_key, kind, cases, orders, window_days FROM highseas.deadline_suggestion WHERE grouped_by <> 'pool' ORDER BY suggestion_id;
SELECT count(*) FROM highseas.deadline;
-- The curve as text, with the window.
SELECT line FROM highseas.deadline_suggestion d, highseas.survival_text(d.curve, d.window_days, 40, 6) WITH ORDINALITY l(line, n)
WHERE d.group_key = 'main' AND d.kind = 'no_order' ORDER BY n;
SELECT count(*) FROM highseas.survival_text(NULL);
SELECT highseas.survival_text(highseas.kaplan_meier(1, true), width => 5);
SELECT highseas.survival_text(highseas.kaplan_meier(1, true), 'NaN');
-- Nothing ever happened, or all at once.
SELECT highseas.survival_median(highseas.kaplan_meier(d, false)), highseas.survival_median(highseas.kaplan_meier(3, true)), highseas.survival_median(NULL)
FROM generate_series(1, 3) d;
-- Adopted: the deadline is there, those held keep at least the grace of three days, whoever claims has it at once.
CALL highseas.claim('c399', 'ana');
UPDATE highseas.customer SET held_since = '2026-02-01' WHERE customer_key = 'c399';
SELECT suggestion_id AS id, window_days AS days FROM highseas.deadline_suggestion WHERE group_key = 'main' AND kind = 'no_order' \gset
SELECT kind, window_days = :days, earlier_window, held FROM highseas_api.adopt_suggestion(:id, 'sell');
SELECT rule, kind, pool_key, class, window_amount = :days, window_unit FROM highseas.deadline;
SELECT due_at FROM highseas.customer WHERE customer_key = 'c399';
CALL highseas.replan();
SELECT due_rule, due_at FROM highseas.customer WHERE customer_key = 'c399';
SELECT due_rule, due_at = timestamptz '2026-04-01 09:00' + :days * interval '1 day' FROM highseas_api.claim('c398', 'ben');
SELECT status, rule, decided_at FROM highseas.deadline_suggestion WHERE suggestion_id = :id;
CALL highseas.adopt_suggestion(:id, 'sell');
CALL highseas.suggest_deadlines();
SELECT status, count(*) FROM highseas.deadline_suggestion WHERE grouped_by = 'pool' GROUP BY 1 ORDER BY 1;
SELECT suggestion_id AS next FROM highseas.deadline_suggestion WHERE group_key = 'main' AND kind = 'no_order' AND status = 'open' \gset
UPDATE highseas.deadline SET window_amount = 2, window_unit = 'week';
SELECT earlier_window, window_days = :days FROM highseas_api.adopt_suggestion(:next, 'sell');
-- What cannot be adopted, and bad input.
SELECT min(suggestion_id) FILTER (WHERE group_key = 'toys') AS toys, min(suggestion_id) FILTER (WHERE group_key = 'few' AND kind = 'no_follow_up') AS few,
       min(suggestion_id) FILTER (WHERE group_key = 'A' AND kind = 'no_follow_up') AS a FROM highseas.deadline_suggestion WHERE status = 'open' \gset
CALL highseas.adopt_suggestion(:toys, 'new');
CALL highseas.adopt_suggestion(:few, 'new');
CALL highseas.adopt_suggestion(:a, 'sell');
CALL highseas.adopt_suggestion(:a, '');
CALL highseas.adopt_suggestion(:a, NULL);
CALL highseas.adopt_suggestion(NULL, 'new');
CALL highseas.suggest_deadlines('region');
CALL highseas.suggest_deadlines(NULL);
CALL highseas.suggest_deadlines(chance => 1);
CALL highseas.suggest_deadlines(chance => 'NaN');
CALL highseas.suggest_deadlines(minimum => 0);
CALL highseas.suggest_deadlines(tenant => 'other');
SELECT count(*) FROM highseas.deadline;
-- One call the day after the claim, and the order weeks later: the interval that converts best is no window to adopt; and where a week
-- always added something, there is none for the order.
INSERT INTO highseas.pool (pool_key) VALUES ('slow');
INSERT INTO highseas.holding (tenant_id, customer_key, rep_key, pool_key, started_at, act, actor, ended_at, end_act, end_actor, to_pool)
SELECT 1, 's' || i, 'ben', 'slow', '2026-01-01', 'claim', 'x', '2026-03-01', 'return', 'x', 'slow' FROM generate_series(1, 40) i;
INSERT INTO highseas.follow_up (tenant_id, at, customer_key, rep_key, kind, actor)
SELECT 1, '2026-01-01 20:00', 's' || i, 'ben', 'call', 'x' FROM generate_series(1, 40) i;
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount)
SELECT 1, 's' || i, 'o', timestamptz '2026-01-01 12:00' + CASE WHEN i % 4 > 0 THEN interval '20 days' ELSE interval '1 day' END, 5 FROM generate_series(1, 40) i;
-- Who stood in, or came back, began nothing: neither is a case.
INSERT INTO highseas.holding (tenant_id, customer_key, rep_key, pool_key, started_at, act, actor, ended_at, end_act, end_actor, to_pool)
SELECT 1, 's' || i, 'ana', 'slow', '2026-03-02', x.act, 'x', '2026-03-05', 'return', 'x', 'slow' FROM generate_series(1, 40) i, unnest('{cover,give_back,succeed}'::text[]) x(act);
CALL highseas.suggest_deadlines();
SELECT kind, window_days, round(taken_share::numeric, 2), cases, orders, warning FROM highseas.deadline_suggestion WHERE group_key = 'slow' AND status = 'open' ORDER BY 1;

DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
