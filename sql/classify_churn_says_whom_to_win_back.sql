-- Churn: why customers leave, who is at risk and what that is worth, whom to win back in which order, and whom not;
-- giving up a category: a preview of what it saves and costs, the very same customers withdrawn, and a way back.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'Europe/Berlin';
SET datestyle = 'ISO';
SET highseas.clock = '2026-07-01 09:00';
CALL highseas.create_tenant('acme', 'Europe/Berlin');
INSERT INTO highseas.pool (pool_key, lanes) VALUES ('main', 1), ('back', 4), ('other', 1);
INSERT INTO highseas.rep (rep_key) VALUES ('ana'), ('ben');
INSERT INTO highseas.value_rule (margin, follow_up_cost) VALUES (.5, 10);
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, k, 'main', '2026-01-01', '2026-01-01' FROM unnest('{calm,fades,falls,fell long ago,rose again,silent,once,refused,poor,cheap,gone,lead}'::text[]) k;
INSERT INTO highseas.value_run (tenant_id, fitted_at, ends_on, in_force, currency, criteria) VALUES (1, now(), '2026-06-30', true, 'EUR', '{}');
INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost, potential_value, p_alive, earlier_alive)
SELECT 1, k, 1, '2026-06-30', 'EUR', 'week', 52, 100, 20, value, alive, earlier FROM (VALUES
    ('calm', 800, .8, .8), ('fades', 500, .5, .6), ('falls', 900, .9, .9), ('fell long ago', 900, .9, .9), ('rose again', 900, .9, .9),
    ('silent', 300, .25, .25), ('once', 100, .9, NULL), ('refused', 700, .7, .9), ('poor', .2, .01, .2), ('cheap', 20, .5, .9),
    ('gone', 40, .04, .2), ('lead', 10, NULL, NULL)) x(k, value, alive, earlier);
INSERT INTO highseas.purchases (tenant_id, customer_key, currency, repeats, first_on, last_on, mean_value, total, summarized_at)
SELECT 1, k, 'EUR', repeats, '2026-01-01', last_on, 50, 500, '2026-06-30'
FROM (VALUES ('calm', 5, date '2026-06-20'), ('fades', 5, '2026-06-20'), ('falls', 5, '2026-06-20'), ('fell long ago', 5, '2026-06-20'),
             ('rose again', 5, '2026-06-20'), ('silent', 5, '2026-03-02'), ('once', 0, '2026-01-01'), ('refused', 5, '2026-06-20'),
             ('poor', 5, '2026-06-20'), ('cheap', 5, '2026-06-20'), ('gone', 5, '2026-06-20')) x(k, repeats, last_on);
INSERT INTO highseas.class_history (tenant_id, customer_key, at, aspect, from_class, to_class, reason) VALUES
    (1, 'falls', '2026-06-01', 'category', 'A', 'C', 'test'), (1, 'fell long ago', '2026-02-01', 'category', 'A', 'C', 'test'),
    (1, 'rose again', '2026-05-01', 'abc', 'A', 'B', 'test'), (1, 'rose again', '2026-06-01', 'abc', 'B', 'A', 'test'),
    (1, 'calm', '2026-06-01', 'category', NULL, 'B', 'test'), (1, 'once', '2026-06-01', 'lifecycle', 'core', 'new', 'test');
INSERT INTO highseas.refusal_reason (reason) VALUES ('moved away');
SELECT customer_key FROM highseas_api.claim('refused', 'ana');
SELECT customer_key FROM highseas_api.follow_up('refused', rep => 'ana', intent => 'never', reason => 'moved away');

-- Who is not at risk is not listed: calm, once (no rhythm to be silent by), those who fell long ago or rose again.
\pset tuples_only off
SELECT customer_key, signals, silent_days, round(usual_days::numeric, 1) AS usual_days, fell_from, fell_to,
       round(value_if_alive::numeric, 2) AS value_if_alive, round(value_at_risk::numeric, 2) AS value_at_risk, chance, cost,
       round(recovery::numeric, 2) AS recovery, advice
FROM highseas.at_risk;
\pset tuples_only on
-- The borders are rows.
INSERT INTO highseas.churn_rule (alive_drop, silence_factor, win_back_follow_ups, least_chance) VALUES (.3, 20, 1, .01);
SELECT customer_key, signals, cost, advice FROM highseas.at_risk;
TRUNCATE highseas.churn_rule;
-- Who is silent comes back as often as the company's own silences of that length ended, mixed with p_alive: by hand, of 13 silences
-- of twice an interval after one repeat 8 ended, of the 5 that lasted four times 2, of 3 that lasted longer none.
BEGIN;
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount, currency)
SELECT 1, k || i, d, d::timestamptz, 9, 'EUR' FROM (VALUES ('x', 6, '{2026-05-12,2026-05-22,2026-06-21}'::text[]), ('y', 2, '{2026-04-22,2026-05-02,2026-06-21}'),
    ('z', 2, '{2026-05-22,2026-06-01}'), ('w', 3, '{2025-01-01,2025-01-11}')) x(k, n, days), generate_series(1, n) i, unnest(days) d;
-- Neither a day's second order, a return nor an order of another currency or day to come makes another interval.
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount, currency) VALUES (1, 'z1', 'again', '2026-06-01 20:00', 1, 'EUR'),
    (1, 'z1', 'back', '2026-06-10', -1, 'EUR'), (1, 'z1', 'abroad', '2026-06-12', 1, 'USD'), (1, 'z1', 'later', '2026-07-02', 1, 'EUR');
SELECT repeats_from, silence, cases, round(chance::numeric, 6) FROM highseas.come_back(1, highseas.clock()) WHERE repeats_from = 1 AND silence BETWEEN 1 AND 6;
UPDATE highseas.value_run SET silences = ARRAY(SELECT h FROM highseas.come_back(1, highseas.clock()) h) WHERE in_force;
SELECT count(*), sum(cases), count(chance) FROM highseas.come_back(1, highseas.clock()) WHERE repeats_from > 1;
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at) SELECT 1, k, 'main', '2026-01-01', '2026-01-01' FROM unnest('{z1,w1}'::text[]) k;
INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost, potential_value, p_alive)
SELECT 1, k, 1, '2026-06-30', 'EUR', 'week', 52, 100, 20, 300, .25 FROM unnest('{z1,w1}'::text[]) k;
INSERT INTO highseas.purchases (tenant_id, customer_key, currency, repeats, first_on, last_on, mean_value, total, summarized_at) VALUES
    (1, 'z1', 'EUR', 1, '2026-05-22', '2026-06-01', 9, 9, '2026-06-30'), (1, 'w1', 'EUR', 1, '2025-01-01', '2025-01-11', 9, 9, '2026-06-30');
SELECT customer_key, cases, round(chance::numeric, 6), round(recovery::numeric, 2) FROM highseas.at_risk WHERE customer_key IN ('z1', 'w1', 'silent', 'fades') ORDER BY 1;
SELECT round((8 + 20 * .25) / 33, 6), round((0 + 20 * .25) / 23, 6);
INSERT INTO highseas.churn_rule (alive_cases) VALUES (1);
SELECT customer_key, cases, round(chance::numeric, 6) FROM highseas.at_risk WHERE customer_key = 'z1';
ROLLBACK;
SELECT x, highseas.doublings(x, 3) FROM unnest('{0,.99,1,1.99,2,7.9,8,1e300,NULL}'::float8[]) x;

-- A pool of their own: the free ones that pay, the best first.
SELECT moved FROM highseas_api.fill_win_back('back', 1);
SELECT moved FROM highseas_api.fill_win_back('back');
SELECT moved FROM highseas_api.fill_win_back('back');
SELECT customer_key, pooled_since, lane = highseas.lane_of(customer_key, 4) FROM highseas.customer WHERE pool_key = 'back' ORDER BY 1;
SELECT customer_key, act, note FROM highseas.ledger WHERE act = 'win_back' ORDER BY customer_key;

-- Giving up category F.
SELECT * FROM highseas.withdrawal_preview();
INSERT INTO highseas.customer_class (tenant_id, customer_key, category, category_since, classified_at)
SELECT 1, k, 'F', '2026-06-01', '2026-06-01' FROM unnest('{calm,fades,falls,silent,once,cheap,lead}'::text[]) k;
INSERT INTO highseas.customer_class (tenant_id, customer_key, category, category_since, classified_at) VALUES (1, 'poor', 'E', '2026-06-01', '2026-06-01');
UPDATE highseas.customer SET deal = 'open' WHERE customer_key = 'cheap';
UPDATE highseas.customer_value SET actual_value = -15 WHERE customer_key IN ('once', 'lead');
SELECT customer_key FROM highseas_api.claim('silent', 'ben');
SELECT customer_key FROM highseas_api.claim('once', 'ben');
SELECT customer_key FROM highseas_api.claim('fades', 'ana');
SELECT protected_until FROM highseas_api.protect('fades', '2026-08-01', 'contract');
SELECT count(*) FROM highseas_api.follow_up('once', rep => 'ben') UNION ALL SELECT count(*) FROM highseas_api.follow_up('silent', rep => 'ben')
UNION ALL SELECT count(*) FROM highseas_api.follow_up('silent', rep => 'ben');
INSERT INTO highseas.follow_up (tenant_id, at, customer_key, rep_key, kind, actor) VALUES (1, '2024-01-01', 'once', 'ben', 'call', 'x');
\pset tuples_only off
SET highseas.clock = '2026-07-01 10:00';
SELECT * FROM highseas.withdrawal_preview();
\pset tuples_only on
SELECT highseas_api.withdraw_many('F summer', 'F', 4);
SELECT * FROM highseas_api.withdraw_many('F summer', 'F', 5);
SELECT customer_key, state, holder FROM highseas.customer ORDER BY state, customer_key;
SELECT rep_key, held FROM highseas.rep ORDER BY rep_key;
SELECT rep_key, customer_key, message FROM highseas.notice ORDER BY customer_key;
SELECT customer_key, from_rep, reason, note FROM highseas.ledger WHERE act = 'withdraw' AND note IS NOT NULL ORDER BY customer_key;
SELECT * FROM highseas_api.withdraw_many('F summer');
SELECT customers FROM highseas.withdrawal_preview();

-- Why they left.
SELECT highseas_api.protect('fades', NULL);
SELECT state FROM highseas_api.return_to_pool('fades', 'price', rep => 'ana');
SELECT followed_up_at IS NOT NULL FROM highseas_api.follow_up('refused', rep => 'ana', intent => 'hesitating');
SELECT * FROM highseas.lost_reasons ORDER BY source, reason;

-- The way back: those withdrawn for this reason, not others.
SET highseas.clock = '2026-07-02 10:00';
SELECT state FROM highseas_api.withdraw('poor', 'bankrupt');
SELECT * FROM highseas_api.reinstate_many('bankrupt', since => '2026-07-03');
SELECT * FROM highseas_api.reinstate_many('nothing like it');
SELECT * FROM highseas_api.reinstate_many('F summer', 'back');
SELECT customer_key, pool_key, state FROM highseas.customer WHERE state = 'withdrawn' OR pooled_since = '2026-07-02 10:00' ORDER BY 1;
SELECT * FROM highseas_api.reinstate_many('F summer');
SELECT * FROM highseas.check_consistency() WHERE problem <> 'class that is not the last in its history';

\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT highseas_api.withdraw_many(NULL);
SELECT highseas_api.withdraw_many('x', 'G');
SELECT highseas_api.withdraw_many('x', NULL);
SELECT highseas_api.withdraw_many('x', 'F', 77);
SELECT highseas_api.reinstate_many('');
SELECT highseas_api.reinstate_many('x', 'nowhere');
SELECT highseas_api.fill_win_back('nowhere');
SELECT highseas_api.fill_win_back(NULL);
SELECT * FROM highseas.withdrawal_preview('Z');
SELECT * FROM highseas.withdrawal_preview(NULL);
SELECT highseas_api.fill_win_back('back', 0);
SELECT highseas_api.fill_win_back('back', NULL);
\set VERBOSITY terse
-- Managers only; everybody may look.
CREATE ROLE churn_agent LOGIN;
CREATE ROLE churn_manager LOGIN;
CALL highseas.grant_role('churn_agent', 'agent');
CALL highseas.grant_role('churn_manager', 'manager');
SET ROLE churn_agent;
SELECT count(*) FROM highseas.at_risk;
SELECT customers FROM highseas.withdrawal_preview('E');
SELECT count(*) > 0 FROM highseas.lost_reasons;
SELECT highseas_api.withdraw_many('x', 'E');
SELECT highseas_api.reinstate_many('F summer');
SELECT highseas_api.fill_win_back('back');
SET ROLE churn_manager;
CALL highseas.reinstate_many('bankrupt');
RESET ROLE;
DROP OWNED BY churn_agent, churn_manager;
DROP ROLE churn_agent, churn_manager;
