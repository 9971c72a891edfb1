-- Intent: noted with a follow-up, it has windows of its own; who buys later is not given up before and is woken in
-- time; a refusal has a reason, and the product department learns of it. Every path plans the same due date.
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
INSERT INTO highseas.pool (pool_key) VALUES ('main'), ('far');
INSERT INTO highseas.rep (rep_key, hired_on) VALUES ('ana', '2020-01-01'), ('ben', '2020-01-01');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, score)
SELECT 1, 'c' || i, 'main', timestamptz '2020-01-01', timestamptz '2020-01-01', i * 10 FROM generate_series(1, 9) i;
INSERT INTO highseas.profile (tenant_id, customer_key, main_products) SELECT 1, 'c' || i, CASE WHEN i < 6 THEN 'valves' ELSE 'pumps' END FROM generate_series(1, 9) i;
INSERT INTO highseas.deadline (rule, kind, intent, window_amount, window_unit, remind_before) VALUES
    ('any', 'no_follow_up', NULL, 14, 'day', '{2 days}'), ('hot', 'no_follow_up', 'interested', 3, 'day', '{1 day}'),
    ('slow', 'no_follow_up', 'hesitating', 30, 'day', '{}');
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit, remind_before) VALUES ('longest', 'longest_holding', 60, 'day', '{}');
-- Would every path say the same? The stored date, due_of(), a replan, planned_returns().
CREATE FUNCTION pg_temp.plan(key text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    c highseas.customer := (SELECT x FROM highseas.customer x WHERE customer_key = key);
BEGIN
    PERFORM highseas.replan_customers(1, ARRAY[key], highseas.clock());
    RETURN concat_ws(' | ', c.intent, c.due_at, c.due_rule,
        'same: ' || ((c.due_at, c.due_rule) IS NOT DISTINCT FROM (SELECT (x.due_at, x.due_rule) FROM highseas.customer x WHERE customer_key = key)
          AND c.due_at IS NOT DISTINCT FROM (highseas.due_of(1, c.holder, c.pool_key, c.class, c.kind, c.held_since, c.last_follow_up_at, c.last_order_at,
              c.extended_until, c.protected_until, c.deal, c.intent, c.asleep_until, NULL, highseas.clock())).due_at
          AND c.due_at IS NOT DISTINCT FROM (SELECT p.due_at FROM highseas.planned_returns('2100-01-01') p WHERE customer_key = key)));
END $$;
SET highseas.clock = '2026-03-02 09:00';
SELECT due_at, due_rule FROM highseas_api.claim('c1', 'ana');

-- Interested: the short window, at once; hesitating: the long one; changing back works; without an intent it stays.
SELECT due_at, due_rule FROM highseas_api.follow_up('c1', rep => 'ana', intent => 'interested');
SELECT pg_temp.plan('c1');
SELECT due_at, due_rule FROM highseas_api.follow_up('c1', rep => 'ana', intent => 'hesitating', expected_on => '2026-05-01');
SELECT pg_temp.plan('c1');
SELECT due_at, due_rule FROM highseas_api.follow_up('c1', rep => 'ana', intent => 'interested');
SET highseas.clock = '2026-03-04 09:00';
SELECT due_at, due_rule FROM highseas_api.follow_up('c1', rep => 'ana');
SELECT intent, since, at, rep_key, expected_on, reason FROM highseas.customer_intent;
SELECT customer_key, intent, selling, stage, hint, next_contact_at FROM highseas.customer_intents;

-- Not now: nothing is due before that day, not even by the longest holding; then the window counts from it.
SELECT due_at, due_rule FROM highseas_api.follow_up('c1', rep => 'ana', intent => 'not now', expected_on => '2026-04-20');
SELECT pg_temp.plan('c1');
SELECT due_at, due_rule FROM highseas_api.follow_up('c1', rep => 'ana', intent => 'not now', expected_on => '2026-06-01');
SELECT pg_temp.plan('c1');
SET highseas.clock = '2026-05-24 12:00';
CALL highseas.expire_due();
CALL highseas.send_reminders();
CALL highseas.wake();
SELECT holder, due_at FROM highseas.customer WHERE customer_key = 'c1';
SELECT rep_key, kind, message FROM highseas.notice ORDER BY notice_id;
-- Seven days before, once.
SET highseas.clock = '2026-05-25 00:00';
CALL highseas.wake();
CALL highseas.wake();
SELECT rep_key, kind, message FROM highseas.notice ORDER BY notice_id;
SELECT wake_at, woken_at FROM highseas.customer_intent;
SELECT next_contact_at FROM highseas.customer_intents;
SELECT rows, status FROM highseas.job_run WHERE job = 'wake' ORDER BY run_id;
-- He gets in touch: the longest holding decides when it is over, but not before the day.
SELECT due_at, due_rule FROM highseas_api.follow_up('c1', rep => 'ana');
SELECT next_contact_at FROM highseas.customer_intents;
-- Interested again after all: the longest holding is over, but not sooner than was said.
SELECT due_at, due_rule FROM highseas_api.follow_up('c1', rep => 'ana', intent => 'interested');
SET highseas.clock = '2026-06-01 00:00';
CALL highseas.expire_due();
SELECT holder, state FROM highseas.customer WHERE customer_key = 'c1';

-- It sleeps on in the pool, and whoever takes it over is bound by the same date.
SELECT due_at FROM highseas_api.claim('c2', 'ana');
SELECT due_at FROM highseas_api.follow_up('c2', rep => 'ana', intent => 'not now', expected_on => '2026-09-01');
SELECT state FROM highseas_api.return_to_pool('c2', 'wrong_rep', rep => 'ana');
SELECT due_at, due_rule FROM highseas_api.claim('c2', 'ben');
SELECT due_at, due_rule FROM highseas_api.assign('c2', 'ana');
SELECT pg_temp.plan('c2');
SELECT state FROM highseas_api.return_to_pool('c2', 'wrong_rep', rep => 'ana');
SELECT customer_key, score FROM highseas.pool_list LIMIT 2;
-- Woken with nobody to hold it: the one who noted it is told, and it comes first (not c1, whom ana called since); its score comes back with another intent.
SET highseas.clock = '2026-08-25 09:00';
CALL highseas.wake();
SELECT rep_key, message FROM highseas.notice WHERE kind = 'wake' ORDER BY notice_id DESC LIMIT 1;
SELECT customer_key, score FROM highseas.pool_list LIMIT 2;
-- What wrote another score meanwhile changes what it will get back, not the place.
UPDATE highseas.customer SET score = 35 WHERE customer_key = 'c2';
CALL highseas.wake();
SELECT customer_key, score FROM highseas.pool_list LIMIT 2;
SELECT customer_key FROM highseas_api.claim_next('main', 'ben');
SELECT due_at FROM highseas_api.follow_up('c2', rep => 'ben', intent => 'interested');
CALL highseas.wake();
SELECT score FROM highseas.customer WHERE customer_key = 'c2';
SELECT earlier_score, ranked_score FROM highseas.customer_intent WHERE customer_key = 'c2';

-- Never: a reason of the dictionary; he keeps it, and in the pool it comes last.
SELECT customer_key FROM highseas_api.claim('c8', 'ben');
SELECT due_at, due_rule FROM highseas_api.follow_up('c8', note => 'seals wear out', rep => 'ben', intent => 'never', reason => 'quality');
SELECT pg_temp.plan('c8');
SELECT state FROM highseas_api.return_to_pool('c8', 'no_interest', rep => 'ben');
CALL highseas.wake();
SELECT customer_key, score FROM highseas.pool_list OFFSET 7;
-- By rule out of service; who comes back and buys after all is reinstated.
INSERT INTO highseas.intent_rule (intent, withdraw) VALUES ('never', true);
SELECT customer_key FROM highseas_api.claim('c7', 'ben');
SELECT due_at, due_rule FROM highseas_api.follow_up('c7', rep => 'ben', intent => 'never', reason => 'price');
SELECT state, holder, intent FROM highseas.customer WHERE customer_key = 'c7';
SELECT act, from_rep, reason, note FROM highseas.ledger WHERE customer_key = 'c7';
SELECT state FROM highseas_api.reinstate('c7');
SELECT held FROM highseas.rep WHERE rep_key = 'ben';
-- The rule has no rank any more: c8 has its own score again.
CALL highseas.wake();
SELECT score FROM highseas.customer WHERE customer_key = 'c8';
SELECT customer_key FROM highseas_api.claim('c4', 'ben');
SELECT due_at, due_rule FROM highseas_api.follow_up('c4', rep => 'ben', intent => 'never', reason => 'no_need');

INSERT INTO highseas.value_run (tenant_id, fitted_at, ends_on, in_force, currency, criteria) VALUES (1, now(), '2026-08-01', true, '', '{}');
INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost, potential_value)
VALUES (1, 'c8', 1, '2026-08-01', '', 'week', 52, 10, 1, 900), (1, 'c4', 1, '2026-08-01', '', 'week', 52, 10, 1, 900);
SELECT * FROM highseas.product_feedback ORDER BY reason;
-- Refused for good he is lost; another intent has him valued and classed anew.
CALL highseas.reclassify();
SELECT customer_key, lifecycle FROM highseas.customer_class ORDER BY customer_key;
SELECT customer_key FROM highseas_api.claim('c8', 'ben');
SELECT is_stale FROM highseas.customer_value WHERE customer_key = 'c8';
SELECT followed_up_at IS NOT NULL FROM highseas_api.follow_up('c8', rep => 'ben', intent => 'hesitating');
SELECT is_stale FROM highseas.customer_value WHERE customer_key = 'c8';

-- Keys that change: the intent goes along; of two the last one stands.
SELECT customer_key FROM highseas_api.rekey_customer('c2', 'c2b');
SELECT intent, due_rule FROM highseas.customer WHERE customer_key = 'c2b';
SELECT customer_key FROM highseas_api.claim('c3', 'ana');
SET highseas.clock = '2026-08-26 09:00';
SELECT due_at, due_rule FROM highseas_api.follow_up('c3', rep => 'ana', intent => 'not now', expected_on => '2026-12-01');
SELECT holder FROM highseas_api.merge_customer('c3', 'c2b');
SELECT pg_temp.plan('c2b');
SELECT customer_key, intent FROM highseas.customer_intent ORDER BY customer_key;
-- Without any deadline left a follow-up ends the plan.
DELETE FROM highseas.deadline;
SELECT due_at FROM highseas_api.follow_up('c2b', rep => 'ben');
SELECT state, holder FROM highseas.customer WHERE customer_key = 'c2b';
SELECT * FROM highseas.check_consistency();

-- What does not fit together is refused, and changes nothing.
\set VERBOSITY default
SELECT highseas_api.follow_up('c2b', rep => 'ben', intent => 'maybe');
SELECT highseas_api.follow_up('c2b', rep => 'ben', intent => '');
SELECT highseas_api.follow_up('c2b', rep => 'ben', expected_on => '2027-01-01');
SELECT highseas_api.follow_up('c2b', rep => 'ben', reason => 'price');
SELECT highseas_api.follow_up('c2b', rep => 'ben', intent => 'not now');
SELECT highseas_api.follow_up('c2b', rep => 'ben', intent => 'not now', expected_on => '2026-08-26');
SELECT highseas_api.follow_up('c2b', rep => 'ben', intent => 'not now', expected_on => 'infinity');
SELECT highseas_api.follow_up('c2b', rep => 'ben', intent => 'not now', expected_on => '-infinity');
SELECT highseas_api.follow_up('c2b', rep => 'ben', intent => 'not now', expected_on => '99999-01-01');
SELECT highseas_api.follow_up('c2b', rep => 'ben', intent => 'not now', expected_on => '2027-01-01', reason => 'price');
SELECT highseas_api.follow_up('c2b', rep => 'ben', intent => 'never');
SELECT highseas_api.follow_up('c2b', rep => 'ben', intent => 'never', reason => 'price', expected_on => '2027-01-01');
SELECT highseas_api.follow_up('c2b', rep => 'ben', intent => 'never', reason => 'weather');
SELECT highseas_api.follow_up('c2b', rep => 'ben', intent => 'never', reason => 'quality', note => ' ');
SELECT highseas_api.follow_up('c2b', rep => 'ana', intent => 'never', reason => 'price');
SELECT highseas_api.follow_up('nobody', rep => 'ana', intent => 'never', reason => 'price');
INSERT INTO highseas.intent_rule (intent, withdraw) VALUES ('not now', true);
INSERT INTO highseas.intent_rule (intent, longest) VALUES ('interested', '1 year');
INSERT INTO highseas.deadline (rule, kind, intent, window_amount, window_unit) VALUES ('x', 'no_order', 'keen', 1, 'day');
\set VERBOSITY terse
SELECT intent, expected_on FROM highseas.customer_intent WHERE customer_key = 'c2b';
-- An agent may not put a customer to sleep for longer than the rule says; a manager may.
CREATE ROLE intent_agent LOGIN;
CREATE ROLE intent_manager LOGIN;
CALL highseas.grant_role('intent_agent', 'agent');
CALL highseas.grant_role('intent_manager', 'manager');
SET ROLE intent_agent;
SELECT highseas_api.follow_up('c2b', rep => 'ben', intent => 'not now', expected_on => '2028-08-27');
SELECT followed_up_at IS NOT NULL FROM highseas_api.follow_up('c2b', rep => 'ben', intent => 'not now', expected_on => '2028-08-26');
SELECT customer_key, selling, next_contact_at FROM highseas.customer_intents WHERE customer_key = 'c2b';
SELECT count(*) FROM highseas.product_feedback;
UPDATE highseas.intent_rule SET withdraw = false;
SET ROLE intent_manager;
SELECT followed_up_at IS NOT NULL FROM highseas_api.follow_up('c2b', rep => 'ben', intent => 'not now', expected_on => '2040-01-01');
RESET ROLE;
DROP OWNED BY intent_agent, intent_manager;
DROP ROLE intent_agent, intent_manager;
