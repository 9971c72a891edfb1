-- A rep is on leave or gone: his customers' dates stop, or they go to a deputy, the team or the pool as the rows say, and
-- come back when he does; what binds others (capacity) binds here, too; the ledger says why.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET highseas.clock = '2026-03-02 09:00';
CALL highseas.create_tenant('acme');
INSERT INTO highseas.pool (pool_key) VALUES ('main'), ('vip');
INSERT INTO highseas.rep (rep_key, hired_on, waiting_since) VALUES
    ('ana', '2020-01-01', '2026-01-01'), ('ben', '2020-01-01', '2026-01-02'), ('eva', '2020-01-01', '2026-01-03'), ('gus', '2020-01-01', '2026-01-04');
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit, remind_before) VALUES ('ten days', 'no_follow_up', 10, 'day', '{1 day}');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, score, pooled_since, last_act_at, class)
SELECT 1, 'c' || i, CASE WHEN i < 7 THEN 'main' ELSE 'vip' END, i, '2026-01-01', '2026-01-01', CASE WHEN i = 1 THEN 'A' END FROM generate_series(1, 8) i;
SELECT highseas_api.claim_many(ARRAY(SELECT 'c' || i FROM generate_series(1, 8) i), 'ana');
CREATE VIEW public.held AS SELECT customer_key, holder, state, pool_key, due_at FROM highseas.customer ORDER BY customer_key;

-- Dates stop during leave, also when it is entered later; nothing is returned before.
SELECT DISTINCT due_at FROM public.held;
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('ana', '2026-03-09', '2026-03-20');
SET highseas.clock = '2026-03-12 10:00';
CALL highseas.expire_due();
SELECT DISTINCT holder, due_at FROM public.held;
SET highseas.clock = '2026-03-24 08:59';
CALL highseas.expire_due();
SELECT count(*) FROM public.held WHERE state = 'held';
-- By the rule itself: 10 days from the 2nd, 12 of leave.
SELECT * FROM highseas.due('2026-03-02 09:00', NULL, NULL, NULL, NULL, false, '{no_follow_up}', '{r}', '{10}', '{day}', 'UTC', NULL, NULL, NULL, NULL, '{2026-03-09}', '{2026-03-21}');
SELECT * FROM highseas.due('2026-03-02 09:00', NULL, NULL, NULL, NULL, false, '{no_follow_up}', '{r}', '{10}', '{day}', 'UTC', NULL, NULL, NULL, NULL, '{2026-03-21}', '{2026-03-09}');
SELECT * FROM highseas.due('2026-03-02 09:00', NULL, NULL, NULL, NULL, false, '{no_follow_up}', '{r}', '{10}', '{day}', 'UTC', NULL, NULL, NULL, NULL, '{2026-03-09}', '{infinity}');

-- A second leave. Without a rule he keeps them; then: who is A to eva, the vip pool to the team, all others to the pool.
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('ana', '2026-04-01', '2026-04-10');
SET highseas.clock = '2026-03-23 09:00';
SELECT count(*) FROM generate_series(1, 8) i, highseas_api.follow_up('c' || i, 'call', rep => 'ana');
SET highseas.clock = '2026-04-01 00:10';
CALL highseas.cover_leave();
SELECT count(*) FROM highseas.customer WHERE holder = 'ana';
INSERT INTO highseas.leave_rule (rule, occasion, class, pool_key, min_days, handling, deputy) VALUES
    ('A to eva', 'leave', 'A', NULL, 1, 'deputy', 'eva'), ('vip to the team', 'leave', NULL, 'vip', 1, 'team', NULL),
    ('long: pool', 'leave', NULL, NULL, 8, 'pool', NULL), ('short: keep', 'leave', NULL, NULL, 1, 'keep', NULL);
UPDATE highseas.customer SET deal = 'open' WHERE customer_key = 'c2';
UPDATE highseas.customer SET protected_until = '2026-05-01' WHERE customer_key = 'c3';
CALL highseas.cover_leave();
SELECT customer_key, holder, state, pool_key FROM public.held;
SELECT customer_key, act, from_rep, to_rep, reason FROM highseas.ledger WHERE at > '2026-04-01' AND act IN ('cover', 'take_back') ORDER BY customer_key;
SELECT rep_key, kind, message FROM highseas.notice WHERE customer_key = 'c1' AND at > '2026-04-01' ORDER BY notice_id;
CALL highseas.cover_leave();
SELECT rows FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;
-- Standing in is no taking: no quota is used, and nobody's turn is over.
INSERT INTO highseas.quota (rule, period, maximum) VALUES ('ten', 'month', 10);
SELECT used FROM highseas.limits_of(1, 'eva', highseas.clock());
SELECT rep_key, waiting_since FROM highseas.rep WHERE rep_key IN ('ben', 'eva');
-- The deputy goes on leave, too: his deputy has it then, and it is still ana's.
INSERT INTO highseas.leave_rule (rule, occasion, rep_key, handling, deputy) VALUES ('gus for eva', 'leave', 'eva', 'deputy', 'gus');
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('eva', '2026-04-05', '2026-04-20');
SET highseas.clock = '2026-04-05 00:10';
CALL highseas.cover_leave();
SELECT customer_key, holder FROM public.held WHERE customer_key = 'c1';
SELECT highseas.covered_rep(1, 'c1');
-- Who stands in may not pass it on. A manager may, and then it is his own.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT highseas_api.transfer('c1', 'ben', rep => 'gus');
\set VERBOSITY terse
BEGIN;
SELECT customer_key FROM highseas_api.assign('c1', 'ben');
SELECT customer_key FROM highseas_api.transfer('c1', 'gus', rep => 'ben');
ROLLBACK;
-- She is back: what others hold in her place is hers again, what the pool has is not.
SET highseas.clock = '2026-04-11 00:10';
CALL highseas.cover_leave();
SELECT customer_key, holder, state FROM public.held WHERE customer_key NOT IN ('c4', 'c5', 'c6');
SELECT act, from_rep, to_rep, reason FROM highseas.ledger WHERE customer_key = 'c1' ORDER BY at;
SELECT * FROM highseas.check_consistency();
CALL highseas.cover_leave();
SELECT rows FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;

-- No room at the deputy's: it stays, and says so.
SET highseas.clock = '2026-05-01 00:10';
SELECT DISTINCT holder FROM highseas.customer WHERE state = 'held' ORDER BY 1;
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('ana', '2026-05-01', '2026-05-03');
INSERT INTO highseas.capacity (rule, rep_key, maximum) VALUES ('eva: none', 'eva', 0);
CALL highseas.cover_leave();
SELECT customer_key, rep_key, reason FROM highseas.allocation ORDER BY 1;
SELECT customer_key, holder FROM public.held WHERE customer_key = 'c1';
DELETE FROM highseas.capacity;
-- Not given back where the rule says so.
UPDATE highseas.leave_rule SET give_back = false WHERE rule = 'A to eva';
CALL highseas.cover_leave();
SET highseas.clock = '2026-05-05 00:10';
CALL highseas.cover_leave();
SELECT customer_key, holder FROM public.held WHERE customer_key IN ('c1', 'c7', 'c8');
SELECT h.rep_key, h.act, h.reason, h.ended_at FROM highseas.holding h WHERE h.customer_key = 'c1' ORDER BY h.holding_id DESC LIMIT 1;

-- Departure: for good, all to ben; who comes again gets nothing back, nor what others held in his place.
INSERT INTO highseas.leave_rule (rule, occasion, handling, deputy) VALUES ('ben for who is gone', 'departure', 'deputy', 'ben');
UPDATE highseas.leave_rule SET give_back = true;
UPDATE highseas.rep SET active = false WHERE rep_key IN ('ana', 'eva');
CALL highseas.cover_leave();
SELECT customer_key, holder FROM public.held WHERE state = 'held';
SELECT act, from_rep, to_rep, reason FROM highseas.ledger WHERE customer_key IN ('c1', 'c2') AND at > '2026-05-05' ORDER BY customer_key;
UPDATE highseas.rep SET active = true;
CALL highseas.cover_leave();
SELECT customer_key, holder FROM public.held WHERE state = 'held';
SELECT * FROM highseas.check_consistency();
-- The deputy goes on leave the day she is back: she has hers again, by one step; what is in her place does not go to the pool.
DELETE FROM highseas.leave_rule;
DELETE FROM highseas.rep_leave;
INSERT INTO highseas.leave_rule (rule, occasion, rep_key, handling, deputy) VALUES
    ('ben for ana', 'leave', 'ana', 'deputy', 'ben'), ('gus for ben', 'leave', 'ben', 'deputy', 'gus');
SET highseas.clock = '2026-06-01 09:00';
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at) SELECT 1, 'n' || i, 'main', '2026-05-01', '2026-05-01' FROM generate_series(1, 2) i;
SELECT claimed FROM highseas_api.claim_many('{n1,n2}', 'ana');
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('ana', '2026-06-02', '2026-06-05'), ('ben', '2026-06-06', '2026-06-30');
SET highseas.clock = '2026-06-02 00:10';
CALL highseas.cover_leave();
SET highseas.clock = '2026-06-06 00:10';
SELECT act, to_rep FROM highseas.to_cover(1, highseas.clock()) WHERE customer_key IN ('n1', 'n2');
CALL highseas.cover_leave();
SELECT at, act, from_rep, to_rep FROM highseas.ledger WHERE customer_key = 'n1' ORDER BY at;
SELECT customer_key FROM highseas_api.follow_up('n1', 'call', 'wants a sample', 'ana');
UPDATE highseas.leave_rule SET handling = 'pool', deputy = NULL WHERE rule = 'gus for ben';
UPDATE highseas.rep_leave SET first_day = '2026-06-10' WHERE rep_key = 'ben';
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('ana', '2026-06-08', '2026-06-20');
SET highseas.clock = '2026-06-08 00:10';
CALL highseas.cover_leave();
SET highseas.clock = '2026-06-10 00:10';
CALL highseas.cover_leave();
SELECT customer_key, holder, state FROM public.held WHERE customer_key IN ('n1', 'n2');
SET highseas.clock = '2026-06-21 00:10';
CALL highseas.cover_leave();
SELECT customer_key, holder, state FROM public.held WHERE customer_key IN ('n1', 'n2');
SELECT * FROM highseas.check_consistency();
SELECT rep_key, message FROM highseas.notice WHERE customer_key = 'n1' AND kind = 'given' ORDER BY notice_id DESC LIMIT 1;
-- Two leaves that adjoin are one long leave.
DELETE FROM highseas.rep_leave;
INSERT INTO highseas.leave_rule (rule, occasion, rep_key, min_days, handling, deputy) VALUES ('eva for ana when long', 'leave', 'ana', 8, 'deputy', 'eva');
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('ana', '2026-06-22', '2026-06-24'), ('ana', '2026-06-25', '2026-06-29');
SET highseas.clock = '2026-06-22 00:10';
SELECT customer_key, to_rep FROM highseas.to_cover(1, highseas.clock()) ORDER BY 1;
UPDATE highseas.rep_leave SET last_day = '5874897-12-31' WHERE first_day = '2026-06-25';
SELECT customer_key, to_rep FROM highseas.to_cover(1, highseas.clock()) ORDER BY 1;
DELETE FROM highseas.rep_leave;
DELETE FROM highseas.leave_rule WHERE rule = 'eva for ana when long';
-- Who departs while others hold his customers: they go by his rule for departure.
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('ana', '2026-07-01', '2026-07-20');
SET highseas.clock = '2026-07-01 00:10';
CALL highseas.cover_leave();
UPDATE highseas.rep SET active = false WHERE rep_key = 'ana';
CALL highseas.cover_leave();
SELECT h.customer_key, h.rep_key, h.act FROM highseas.holding h WHERE h.customer_key IN ('n1', 'n2') AND h.ended_at IS NULL ORDER BY 1;
INSERT INTO highseas.leave_rule (rule, occasion, handling, deputy) VALUES ('ben for who is gone', 'departure', 'deputy', 'ben');
CALL highseas.cover_leave();
SELECT h.customer_key, h.rep_key, h.act FROM highseas.holding h WHERE h.customer_key IN ('n1', 'n2') AND h.ended_at IS NULL ORDER BY 1;
CALL highseas.cover_leave();
SELECT rows FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;
SELECT * FROM highseas.check_consistency();
-- What was granted holds while another one stands in, and afterwards.
UPDATE highseas.leave_rule SET handling = 'deputy', deputy = 'gus' WHERE rule = 'gus for ben';
SELECT status FROM highseas_api.extend('n1', '2026-09-01');
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('ben', '2026-07-02', '2026-07-05');
SET highseas.clock = '2026-07-02 00:10';
CALL highseas.cover_leave();
SELECT customer_key, holder, due_at FROM public.held WHERE customer_key = 'n1';
SET highseas.clock = '2026-07-06 00:10';
CALL highseas.cover_leave();
SELECT customer_key, holder, due_at FROM public.held WHERE customer_key = 'n1';
SELECT * FROM highseas.check_consistency();
-- A manager enters leaves, sets another end, and takes them back.
CALL highseas.set_leave('gus', '2026-07-06', '2026-07-10');
CALL highseas.set_leave('gus', '2026-07-06', '2026-07-08');
CALL highseas.set_leave('gus', '2026-08-01', '2026-08-01');
SELECT first_day, last_day FROM highseas.rep_leave WHERE rep_key = 'gus' ORDER BY 1;
CALL highseas.set_leave('gus', '2026-07-06', NULL);
CALL highseas.set_leave('gus', '2026-07-06', NULL);
CALL highseas.set_leave('gus', '2026-07-06', '2026-07-05');
CALL highseas.set_leave('gus', 'infinity', NULL);
CALL highseas.set_leave('gus', '2026-07-06', '10000-01-01');
CALL highseas.set_leave('gus', NULL, '2026-07-05');
CALL highseas.set_leave('nobody', '2026-07-06', '2026-07-07');
SELECT first_day, last_day FROM highseas.rep_leave WHERE rep_key = 'gus' ORDER BY 1;
INSERT INTO highseas.leave_rule (rule, occasion, handling) VALUES ('nobody', 'leave', 'deputy');
INSERT INTO highseas.leave_rule (rule, occasion, handling, deputy) VALUES ('whom', 'leave', 'team', 'ben');

DROP VIEW public.held;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
