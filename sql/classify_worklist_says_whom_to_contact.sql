-- A rep sees whom to contact today, why, and in which order; and who could bring more.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET highseas.clock = '2026-01-05 09:00+00';
SET timezone = 'UTC';
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('alpha', 'Asia/Shanghai');
INSERT INTO highseas.pool (pool_key) VALUES ('sea');
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit) VALUES ('two months', 'no_follow_up', 56, 'day');
INSERT INTO highseas.rep (rep_key, hired_on) VALUES ('ann', '2020-01-01'), ('bob', '2020-01-01');
CREATE VIEW public.facts AS
SELECT * FROM (VALUES ('due', 'A', 1000, 1100, '2026-01-08', NULL), ('rhythm', 'A', 9000, 9500, '2026-02-08', NULL),
    ('rhythm too', 'B', 900, 4000, '2026-02-08', NULL), ('quiet', 'B', 100, 90, '2026-02-27', NULL), ('buys', 'C', 400, 500, '2026-02-25', 14),
    ('bought', 'C', 400, 500, '2026-02-25', 40), ('fresh', 'E', 10, 100, NULL, NULL), ('drop', 'F', -5, 5, '2026-01-06', NULL),
    ('stranger', 'A', 1, 2, NULL, NULL)) x(k, class, actual, potential, called, every);
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, class)
SELECT 1, k, 'sea', '2025-12-01', '2025-12-01', class FROM public.facts;
INSERT INTO highseas.profile (tenant_id, customer_key, company) SELECT 1, k, upper(k) || ' Ltd' FROM public.facts;
INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost, potential_value)
SELECT 1, k, 1, '2026-03-01', 'EUR', 'year', 1, actual, 0, potential FROM public.facts;
INSERT INTO highseas.value_run (tenant_id, fitted_at, ends_on, in_force, currency, criteria) VALUES (1, '2026-03-01', '2026-03-01', true, 'EUR', '{}');
INSERT INTO highseas.purchases (tenant_id, customer_key, currency, repeats, first_on, last_on, total, summarized_at)
SELECT 1, k, 'EUR', 3, date '2026-02-20' - 3 * every, '2026-02-20', 400, '2026-02-20' FROM public.facts WHERE every IS NOT NULL;
DO $$
DECLARE
    f record;
BEGIN
    PERFORM highseas_api.claim(k, CASE k WHEN 'stranger' THEN 'bob' ELSE 'ann' END) FROM public.facts WHERE k <> 'fresh';
    FOR f IN SELECT * FROM public.facts WHERE called IS NOT NULL ORDER BY called LOOP
        PERFORM set_config('highseas.clock', f.called || ' 09:00+00', false);
        PERFORM highseas_api.follow_up(f.k, 'call', rep => 'ann');
    END LOOP;
    PERFORM set_config('highseas.clock', '2026-03-01 09:00+00', false);
    PERFORM highseas_api.claim('fresh', 'ann');
END
$$;
SET highseas.clock = '2026-03-02 09:00+00';
SELECT place, customer_key, company, class, points, reason, action FROM highseas.worklist('ann');
SELECT place, customer_key FROM highseas.worklist('ann', 2);
SELECT count(*) FROM highseas.worklist('ann', 0);
SET highseas.rep = 'bob';
SELECT place, customer_key, value, last_follow_up_at, due_at FROM highseas.my_worklist;
-- What is done is off the list.
CALL highseas.follow_up('stranger', 'call');
SELECT count(*) FROM highseas.my_worklist;
-- An intent comes first, or has him left alone until the day he named.
BEGIN;
CALL highseas.follow_up('rhythm too', 'call', rep => 'ann', intent => 'not now', expected_on => '2026-03-20');
CALL highseas.follow_up('bought', 'call', rep => 'ann', intent => 'interested');
SELECT place, customer_key, reason FROM highseas.worklist('ann', 3);
SELECT count(*) FROM highseas.worklist('ann') WHERE customer_key = 'rhythm too';
SET highseas.clock = '2026-03-14 09:00+00';
SELECT reason FROM highseas.worklist('ann') WHERE customer_key = 'rhythm too';
ROLLBACK;
-- By one's own rows, kind included.
INSERT INTO highseas.treatment (rule, class, kind, goal, contact_every, action) VALUES
    ('any', NULL, NULL, 'reduce', NULL, 'wait'), ('shops', NULL, 'commercial', 'retain', '2 days', 'visit the shop');
INSERT INTO highseas.customer_class (tenant_id, customer_key, kind, chosen_kind, classified_at)
VALUES (1, 'quiet', 'commercial', NULL, '2026-01-01'), (1, 'rhythm', 'commercial', 'personal', '2026-01-01');
SELECT place, customer_key, points, reason, action FROM highseas.worklist('ann');
DELETE FROM highseas.treatment;

-- Who could bring more.
SELECT customer_key, rep_key, class, value, headroom, share_of_wallet, goal, action FROM highseas.growth;
-- What is expected within half a year is brought to the year of what he brings; then to the rule's three months.
BEGIN;
UPDATE highseas.customer_value SET horizon = .5;
SELECT customer_key, value, headroom FROM highseas.growth WHERE customer_key = 'rhythm too';
INSERT INTO highseas.value_rule (period) VALUES ('3 months');
SELECT customer_key, value, headroom FROM highseas.growth WHERE customer_key = 'rhythm too';
ROLLBACK;

-- What a customer means to do: the interested first, who buys later when it comes near, never: not at all.
SELECT count(*) FROM highseas_api.follow_up('quiet', rep => 'ann', intent => 'interested');
SELECT count(*) FROM highseas_api.follow_up('buys', rep => 'ann', intent => 'hesitating');
SELECT count(*) FROM highseas_api.follow_up('bought', rep => 'ann', intent => 'not now', expected_on => '2026-04-15');
SELECT count(*) FROM highseas_api.follow_up('rhythm', rep => 'ann', intent => 'not now', expected_on => '2026-06-15');
SELECT count(*) FROM highseas_api.follow_up('rhythm too', rep => 'ann', intent => 'never', reason => 'price');
SET highseas.clock = '2026-04-11 09:00+00';
SELECT place, customer_key, points, reason FROM highseas.worklist('ann') WHERE customer_key IN ('quiet', 'buys', 'bought', 'rhythm', 'rhythm too');

SELECT count(*) FROM highseas.worklist('nobody');
SELECT count(*) FROM highseas.worklist('ann', -1);
SELECT count(*) FROM highseas.worklist('ann', NULL);
RESET highseas.rep;
SELECT count(*) FROM highseas.my_worklist;
-- The rule itself.
SELECT x.* FROM highseas.weigh_work('2026-03-02', '2026-01-01', '2026-02-01', '2026-03-04', '14 days', 'retain', 'interested', NULL, '2026-03-01') x;
SELECT x.* FROM highseas.weigh_work('2026-03-02', '2026-01-01', '2026-02-01', NULL, '14 days', NULL, 'not now', '2026-03-05', NULL) x;
SELECT x.* FROM highseas.weigh_work('2026-03-02', '2026-01-01', '2026-02-01', NULL, '14 days', NULL, 'hesitating', NULL, NULL) x;
SELECT x.* FROM highseas.weigh_work('2026-03-02', '2026-01-01', '2026-02-01', NULL, '14 days', NULL, 'never', NULL, NULL) x;
SELECT highseas.weigh_work('2026-03-02', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT highseas.weigh_work('2026-03-02', '2026-01-01', NULL, NULL, '-1 day', NULL, NULL, NULL, NULL);
SELECT highseas.weigh_work('2026-03-02', '2026-01-01', NULL, NULL, NULL, 'spoil', NULL, NULL, NULL);
SELECT highseas.weigh_work('2026-03-02', '2026-01-01', NULL, NULL, NULL, NULL, 'maybe', NULL, NULL);
SELECT highseas.weigh_work('2026-03-02', '2026-01-01', NULL, 'infinity', NULL, NULL, NULL, NULL, NULL);
SELECT highseas.weigh_work('2026-03-02', '2026-01-01', NULL, NULL, '2147483647 months', NULL, NULL, NULL, NULL);

-- Others see it as far as they are let in.
CREATE ROLE worklist_reader;
CALL highseas.grant_role('worklist_reader', 'reader');
CREATE ROLE worklist_stranger;
SET ROLE worklist_reader;
SELECT place, customer_key FROM highseas.worklist('ann', 2);
SELECT count(*) FROM highseas.growth;
SELECT sum(amount) FROM highseas.plan_service(10);
SELECT finding FROM highseas.service_inversion('2026-01-01', '2026-03-03') WHERE scope = 'company' AND measure = 'rank';
SET ROLE worklist_stranger;
SELECT count(*) FROM highseas.worklist('ann');
RESET ROLE;
DROP OWNED BY worklist_reader;
DROP ROLE worklist_reader, worklist_stranger;
DROP VIEW public.facts;
