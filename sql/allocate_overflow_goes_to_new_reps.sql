-- A rep over his limit hands over whom he serves least: announced, with a veto, bounded per day, never what is protected
-- or has an open deal, to reps of the rule's tiers whom the treatment of the class allows; the ledger and the new rep's
-- worklist tell who had it, what was said, and the next step.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET highseas.clock = '2026-01-05 09:00';
CALL highseas.create_tenant('acme', 'Asia/Shanghai');
INSERT INTO highseas.pool (pool_key) VALUES ('main');
INSERT INTO highseas.rep (rep_key, hired_on, waiting_since) VALUES
    ('ana', '2020-01-01', '2026-01-01'), ('vic', '2020-01-01', '2026-01-01'), ('ned', '2025-12-01', '2026-01-01'), ('nia', '2025-12-01', '2026-01-02');
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit) VALUES ('90 days', 'no_follow_up', 90, 'day');
INSERT INTO highseas.treatment (rule, class, goal, contact_every, action) VALUES
    ('A', 'A', 'retain', '10 days', 'Visit him'), ('others', NULL, 'invest', '20 days', 'Call him');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, score, pooled_since, last_act_at, class)
SELECT 1, 'c' || i, 'main', i, '2026-01-01', '2026-01-01', CASE WHEN i = 9 THEN 'A' END FROM generate_series(1, 9) i;
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, 'f' || i, 'main', '2026-01-01', '2026-01-01' FROM generate_series(1, 40) i;
SELECT claimed FROM highseas_api.claim_many(ARRAY(SELECT 'c' || i FROM generate_series(1, 9) i), 'ana');
-- Half of them were followed up: c5 to c8 are served best. c1 has an open deal, c2 is protected.
SET highseas.clock = '2026-02-20 09:00';
SELECT count(*) FROM generate_series(5, 8) i, highseas_api.follow_up('c' || i, 'call', 'wants ' || i, 'ana', intent => CASE i WHEN 5 THEN 'hesitating' END);
UPDATE highseas.customer SET deal = 'open' WHERE customer_key = 'c1';
UPDATE highseas.customer SET protected_until = '2026-04-01' WHERE customer_key = 'c2';
CREATE VIEW public.proposals AS SELECT hand_over_id AS id, customer_key, from_rep, to_rep, status, note FROM highseas.hand_over ORDER BY 1;

-- Without a rule nothing happens. By rule he may hold 3: six are too many, two a day are proposed, the least served first.
CALL highseas.hand_over();
SELECT count(*) FROM highseas.hand_over;
INSERT INTO highseas.overflow_rule (rule, tier, maximum, to_tiers, per_day, veto, may_keep) VALUES ('veterans: 3', 'veteran', 3, '{new}', 2, '3 days', 1);
SELECT * FROM highseas.planned_hand_overs();
CALL highseas.hand_over();
SELECT customer_key, rule, veto_until, points::numeric(5, 2), why FROM highseas.hand_over ORDER BY hand_over_id;
SELECT rep_key, kind, due_at, message FROM highseas.notice ORDER BY notice_id;
-- Run again on the same day it proposes nothing more, and before the veto time is over gives nothing.
CALL highseas.hand_over();
SELECT count(*) FROM highseas.hand_over;
SET highseas.clock = '2026-02-21 08:00';
CALL highseas.hand_over();
SELECT customer_key, status FROM public.proposals;
-- Nothing has gone yet.
SELECT held FROM highseas.rep WHERE rep_key = 'ana';

-- The veto: one he may keep; a second call changes nothing; more he may not; another rep may not at all.
SELECT * FROM highseas_api.keep_customer('c9', 'my oldest friend', 'ana');
SELECT * FROM highseas_api.keep_customer('c9', 'again', 'ana');
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT * FROM highseas_api.keep_customer('c4', 'this, too', 'ana');
\set VERBOSITY terse
SELECT * FROM highseas_api.keep_customer('c4', NULL, 'vic');
SELECT * FROM highseas_api.keep_customer('c2', NULL, 'ana');
SELECT * FROM highseas_api.keep_customer('nobody', NULL, 'ana');
SELECT * FROM highseas_api.keep_customer(NULL, NULL, 'ana');
SELECT customer_key, status, note FROM public.proposals WHERE status = 'kept';
SELECT act, from_rep, to_rep, reason, note FROM highseas.ledger WHERE customer_key = 'c9' ORDER BY at;

-- c3 got an open deal meanwhile: void, and void things are not proposed again. The day after c4 and c5 go, in turn.
UPDATE highseas.customer SET deal = 'open' WHERE customer_key = 'c3';
SET highseas.clock = '2026-02-23 09:00';
SELECT act, customer_key, to_rep, why FROM highseas.planned_hand_overs() WHERE act <> 'propose';
CALL highseas.hand_over();
SELECT customer_key, to_rep, status, note FROM public.proposals;
SET highseas.clock = '2026-02-24 09:00';
SELECT act, customer_key, to_rep, why FROM highseas.planned_hand_overs() WHERE act <> 'propose';
CALL highseas.hand_over();
SELECT customer_key, to_rep, status, note FROM public.proposals WHERE customer_key IN ('c4', 'c5');
SELECT customer_key, rep_key, reason FROM highseas.allocation;
SELECT act, from_rep, to_rep, reason, note FROM highseas.ledger WHERE customer_key = 'c5' ORDER BY at;
SELECT rep_key, kind, message FROM highseas.notice WHERE customer_key = 'c5' ORDER BY notice_id;
SELECT rep_key, held FROM highseas.rep ORDER BY 1;
SELECT * FROM highseas.check_consistency();
-- It is a take: it counts in the new rep's quota.
INSERT INTO highseas.quota (rule, period, maximum) VALUES ('20 a week', 'week', 20);
SELECT used FROM highseas.limits_of(1, 'ned', highseas.clock());
DELETE FROM highseas.quota;
-- Never over the day's bound, and never more than the excess: day by day down to 3, kept, protected and deals among them.
SET highseas.clock = '2026-02-27 09:00';
CALL highseas.hand_over();
SET highseas.clock = '2026-03-05 09:00';
CALL highseas.hand_over();
SELECT customer_key, holder FROM highseas.customer WHERE customer_key LIKE 'c%' ORDER BY 1;
SELECT customer_key, status, to_rep FROM public.proposals;
SELECT max(n) FROM (SELECT count(*) AS n FROM highseas.hand_over GROUP BY (proposed_at AT TIME ZONE 'Asia/Shanghai')::date) x;
CALL highseas.hand_over();
SELECT act, count(*) FROM highseas.planned_hand_overs() GROUP BY 1;

-- What a new rep finds in the morning: who had it, what was said, what to do.
SET highseas.rep = 'nia';
SELECT customer_key, reason, action, had_by, last_said FROM highseas.my_worklist;
SET highseas.rep = 'ned';
SELECT customer_key, action, had_by, last_said FROM highseas.my_worklist;
RESET highseas.rep;

-- A class that new reps may not have stays, and so does what nobody has room for; the reasons are in the plan.
UPDATE highseas.customer SET deal = 'none', protected_until = NULL WHERE customer_key IN ('c1', 'c2', 'c3');
UPDATE highseas.customer SET class = 'A' WHERE customer_key = 'c1';
INSERT INTO highseas.treatment_tier (class, tier) VALUES ('A', 'veteran');
UPDATE highseas.overflow_rule SET maximum = 0, per_day = 9, veto = '0';
CALL highseas.hand_over();
INSERT INTO highseas.capacity (rule, rep_key, maximum) VALUES ('ned: 3', 'ned', 3), ('nia: 0', 'nia', 0);
SELECT customer_key, status FROM public.proposals WHERE status = 'proposed';
SELECT act, customer_key, to_rep, why FROM highseas.planned_hand_overs();
CALL highseas.hand_over();
SELECT customer_key, rep_key, reason FROM highseas.allocation ORDER BY 1;
SELECT customer_key, status, to_rep FROM public.proposals WHERE status = 'proposed';
-- A limit that was raised makes void what is left.
UPDATE highseas.overflow_rule SET maximum = 3;
CALL highseas.hand_over();
SELECT customer_key, status, note FROM public.proposals WHERE note = 'no longer over the limit';
DELETE FROM highseas.capacity;

-- The per-day bound holds for what is given, too, however much has piled up.
SET highseas.clock = '2026-03-10 09:00';
SELECT claimed FROM highseas_api.claim_many(ARRAY(SELECT 'f' || i FROM generate_series(1, 20) i), 'vic');
UPDATE highseas.overflow_rule SET maximum = 8, per_day = 12, veto = '1 day';
CALL highseas.hand_over();
UPDATE highseas.overflow_rule SET per_day = 5;
SET highseas.clock = '2026-03-12 09:00';
SELECT act, why, count(*) FROM highseas.planned_hand_overs() WHERE from_rep = 'vic' GROUP BY 1, 2 ORDER BY 1, 2;
CALL highseas.hand_over();
SELECT rep_key, held FROM highseas.rep WHERE rep_key <> 'ana' ORDER BY 1;
CALL highseas.hand_over();
SELECT held FROM highseas.rep WHERE rep_key = 'vic';
-- Who is on leave is left alone, and after it the veto time begins anew.
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('vic', '2026-03-13', '2026-03-15');
SET highseas.clock = '2026-03-14 09:00';
CALL highseas.hand_over();
SELECT held FROM highseas.rep WHERE rep_key = 'vic';
SET highseas.clock = '2026-03-16 09:00';
CALL highseas.hand_over();
SELECT held FROM highseas.rep WHERE rep_key = 'vic';
SET highseas.clock = '2026-03-17 09:00';
CALL highseas.hand_over();
SELECT held FROM highseas.rep WHERE rep_key = 'vic';

-- A limit that falls in steps: 15 on the 20th, two less every five days, 4 in the end.
UPDATE highseas.overflow_rule SET maximum = 4, falls_from = 15, step = 2, step_days = 5, starts_on = '2026-03-20';
SELECT day::date, highseas.overflow_limit(o.maximum, o.falls_from, o.step, o.step_days, o.starts_on, day::date)
FROM highseas.overflow_rule o, generate_series(timestamp '2026-03-15', '2026-04-20', '5 days') day;
-- In place of another rep is not his own: it neither counts nor goes.
INSERT INTO highseas.leave_rule (rule, occasion, handling, deputy, rep_key) VALUES ('vic for ana', 'leave', 'deputy', 'vic', 'ana');
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('ana', '2026-03-20', '2026-05-30');
SET highseas.clock = '2026-03-20 09:00';
CALL highseas.cover_leave();
SELECT count(*), count(*) FILTER (WHERE h.act = 'cover') FROM highseas.holding h WHERE h.rep_key = 'vic' AND h.ended_at IS NULL;
CALL highseas.hand_over();
SELECT count(*) FROM highseas.planned_hand_overs();
-- Two rules: the more specific one first, and what it takes counts for the general one.
UPDATE highseas.overflow_rule SET falls_from = NULL, step = NULL, step_days = NULL, starts_on = NULL, maximum = 6, per_day = 50;
INSERT INTO highseas.overflow_rule (rule, class, maximum, to_tiers, per_day) VALUES ('B: 1', 'B', 1, '{new}', 50);
SELECT count(*) FROM highseas.customer WHERE holder = 'vic';
UPDATE highseas.customer SET class = 'B' WHERE customer_key IN (
    SELECT c.customer_key FROM highseas.customer c JOIN highseas.holding h USING (tenant_id, customer_key, holding_id)
    WHERE c.holder = 'vic' AND h.act = 'claim' ORDER BY 1 LIMIT 3);
SELECT rule, count(*) FROM highseas.planned_hand_overs() WHERE act = 'propose' GROUP BY 1 ORDER BY 1;
-- Dry run and job are one: what it says is what happens.
CREATE TABLE public.plan AS SELECT customer_key, from_rep, rule FROM highseas.planned_hand_overs() WHERE act = 'propose';
CALL highseas.hand_over();
SELECT count(*), (SELECT count(*) FROM highseas.hand_over h JOIN public.plan p USING (customer_key, from_rep, rule) WHERE h.status = 'proposed') FROM public.plan;
-- A customer that gets another key, or comes back to the pool, is not proposed any more.
SELECT min(customer_key) AS one, max(customer_key) AS other FROM highseas.hand_over WHERE status = 'proposed' \gset
CALL highseas.rekey_customer(:'one', 'new key');
SELECT customer_key FROM highseas_api.return_to_pool(:'other', 'price', rep => 'vic') \g /dev/null
CALL highseas.hand_over();
SELECT customer_key = 'new key', status, note FROM public.proposals WHERE customer_key IN ('new key', :'other') AND note IN ('another key', 'not held any more') ORDER BY note;
SELECT * FROM highseas.check_consistency();

-- The ranking goes by his own past, too, and by what is open: vic sold nothing, ana did, and one of his could bring more.
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount) VALUES (1, 'c9', 'o1', '2026-02-01', 100);
DELETE FROM highseas.overflow_rule;
INSERT INTO highseas.overflow_rule (rule, rep_key, maximum, to_tiers) VALUES ('vic: 0', 'vic', 0, '{new}');
INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost, potential_value)
SELECT 1, max(c.customer_key), 1, '2026-03-20', 'EUR', 'day', 365, 100, 0, 400 FROM highseas.customer c JOIN highseas.holding h USING (tenant_id, customer_key, holding_id)
WHERE c.holder = 'vic' AND h.act = 'claim' AND c.class IS NULL;
SELECT customer_key, points::numeric(4, 1), why FROM highseas.to_propose(1, highseas.clock(), '{}');

-- The day's bound is of rep and rule, whatever the pools.
DELETE FROM highseas.overflow_rule;
INSERT INTO highseas.pool (pool_key) VALUES ('side');
INSERT INTO highseas.rep (rep_key, hired_on) VALUES ('uli', '2020-01-01');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, 's' || i, CASE WHEN i < 5 THEN 'main' ELSE 'side' END, '2026-01-01', '2026-01-01' FROM generate_series(1, 8) i;
SELECT claimed FROM highseas_api.claim_many(ARRAY(SELECT 's' || i FROM generate_series(1, 8) i), 'uli');
INSERT INTO highseas.overflow_rule (rule, rep_key, maximum, to_tiers, per_day, veto) VALUES ('uli: 0', 'uli', 0, '{new}', 8, '0');
CALL highseas.hand_over();
UPDATE highseas.overflow_rule SET per_day = 5;
SET highseas.clock = '2026-03-21 09:00';
SELECT act, why, count(*) FROM highseas.planned_hand_overs() GROUP BY 1, 2 ORDER BY 1, 2;
CALL highseas.hand_over();
SELECT held FROM highseas.rep WHERE rep_key = 'uli';

-- Bad rules, and a tier that is none.
INSERT INTO highseas.overflow_rule (rule, maximum, to_tiers) VALUES ('x', -1, '{new}');
INSERT INTO highseas.overflow_rule (rule, maximum, to_tiers) VALUES ('x', 1, '{}');
INSERT INTO highseas.overflow_rule (rule, maximum, falls_from, to_tiers) VALUES ('x', 1, 5, '{new}');
INSERT INTO highseas.overflow_rule (rule, maximum, falls_from, step, step_days, starts_on, to_tiers) VALUES ('x', 5, 4, 1, 1, '2026-01-01', '{new}');
INSERT INTO highseas.overflow_rule (rule, maximum, to_tiers, per_day) VALUES ('x', 1, '{new}', 0);
INSERT INTO highseas.overflow_rule (rule, maximum, to_tiers, veto) VALUES ('x', 1, '{new}', '-1 day');
INSERT INTO highseas.overflow_rule (rule, maximum, to_tiers) VALUES ('x', 1000, '{newish}');
SELECT problem, key, detail FROM highseas.check_consistency();
SELECT highseas.overflow_limit(1, 5, NULL, 1, '2026-01-01', '2026-01-01');
SELECT highseas.weigh_neglect(NULL, 30, 1, 1, 1);
SELECT highseas.weigh_neglect(1, 0, 1, 1, 1);

DROP VIEW public.proposals;
DROP TABLE public.plan;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
