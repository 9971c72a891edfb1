-- reclassify() keeps every customer in the classes that his figures and the rules say, with a history and a reason; it
-- writes only who changed, tells the holder, plans due dates anew, and nobody flips at a border or within the stay.
\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET highseas.clock = '2026-03-02 09:00+00';
CALL highseas.create_tenant('alpha');
INSERT INTO highseas.pool (pool_key) VALUES ('main'), ('east');
INSERT INTO highseas.rep (rep_key) VALUES ('kim');
INSERT INTO highseas.deadline (rule, kind, class, window_amount, window_unit) VALUES
    ('month', 'no_follow_up', NULL, 30, 'day'), ('best in a week', 'no_follow_up', 'A', 7, 'day');
-- Nobody there, nobody valued: nothing to do.
CALL highseas.reclassify();
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, class)
SELECT 1, 'c' || i, CASE WHEN i > 8 THEN 'east' ELSE 'main' END, '2026-01-01', '2026-01-01', CASE i WHEN 10 THEN 'vip' END FROM generate_series(1, 10) i;
INSERT INTO highseas.profile (tenant_id, customer_key, company, email) VALUES
    (1, 'c1', 'Acme', NULL), (1, 'c2', NULL, 'kim@gmail.com'), (1, 'c3', NULL, 'buying@acme.com');
CALL highseas.reclassify();
SELECT count(*) FROM highseas.customer_class;

-- What the valuation wrote. c1 brings 60 %, c2 25 %, c3 10 %; c5 costs more than he brings; c6 is a lead of promise.
INSERT INTO highseas.value_run (tenant_id, fitted_at, ends_on, in_force, currency, criteria) VALUES (1, '2026-03-01', '2026-03-01', true, '', '{}');
INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost, potential_score, p_alive, clv, potential_value)
SELECT 1, k, 1, '2026-03-01', '', 'week', 52, v, c, s, a, l, l
FROM (VALUES ('c1', 590, 10, 30, .9, 5), ('c2', 250, 0, 70, .8, 900), ('c3', 100, 0, 20, .8, 50), ('c4', 50, 0, 20, .1, 45),
             ('c5', -5, 7, 10, .9, 0), ('c6', 0, 0, 80, NULL, NULL), ('c7', 0, 0, NULL, NULL, NULL), ('c9', 8, 0, 40, .9, 1)) x(k, v, c, s, a, l);
INSERT INTO highseas.purchases (tenant_id, customer_key, currency, repeats, first_on, last_on, mean_value, total, summarized_at)
SELECT 1, k, '', r, f::date, l::date, NULL, 0, '2026-03-01' FROM (VALUES ('c1', 20, '2024-01-01', '2026-02-01'), ('c2', 3, '2025-12-20', '2026-02-01'), ('c3', 2, '2024-01-01', '2026-02-01'),
    ('c4', 9, '2024-01-01', '2025-01-01'), ('c5', 0, '2025-06-01', '2025-06-01'), ('c9', 2, '2024-06-01', '2025-06-01')) x(k, r, f, l);
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount) VALUES
    (1, 'c1', 'a', '2025-06-01', 600), (1, 'c1', 'b', '2024-06-01', 100), (1, 'c3', 'a', '2025-06-01', 100), (1, 'c3', 'b', '2024-06-01', 100),
    (1, 'c5', 'a', '2025-06-01', 2), (1, 'c9', 'a', '2024-06-01', 70), (1, 'c9', 'b', '2025-06-01', 8), (1, 'c1', 'later', '2026-04-01', 9000);
CALL highseas.claim('c1', 'kim');
CALL highseas.claim('c3', 'kim');
INSERT INTO highseas.follow_up (tenant_id, at, customer_key, rep_key, kind, actor) VALUES (1, '2026-02-01', 'c6', 'kim', 'quotation', 'x'), (1, '2026-02-01', 'c7', 'kim', 'call', 'x');
SET highseas.clock = '2026-03-02 10:00+00';
CALL highseas.reclassify();
SELECT scope, bounds, customers, total FROM highseas.abc_bound;
SELECT customer_key, abc, category, lifecycle, kind FROM highseas.customer_classes ORDER BY 1;
SELECT customer_key, aspect, from_class, to_class, reason, value FROM highseas.class_history WHERE customer_key IN ('c1', 'c7') ORDER BY change_id;
-- The pool has it: a class of its own rules, and the date by it, no sooner than the grace.
SELECT customer_key, class, due_at, due_rule FROM highseas.customer ORDER BY length(customer_key), customer_key;
-- A first class is no move.
SELECT count(*) FROM highseas.notice;
SELECT v, highseas.class_of_value(v) FROM unnest('{250,249.99,100,99,-1,NULL}'::numeric[]) v;
SELECT highseas.class_of_value(1, 'nosuch');
SELECT job, status, rows, busy FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;
-- Again: nothing to write.
SELECT max(change_id) AS changes FROM highseas.class_history \gset
CREATE TABLE public.before AS SELECT k.*, k.xmin::text AS version FROM highseas.customer_class k;
CALL highseas.reclassify();
SELECT rows FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;
SELECT count(*) FROM highseas.customer_class k JOIN public.before b USING (customer_key) WHERE k.xmin::text <> b.version;

-- A lead costs before he brings anything: what he is expected to bring counts, so a contact makes no F of him; dearer than that he is one.
-- What nobody knows is no loss: such a lead goes by his score, however much he cost. A buyer's profit is known.
BEGIN;
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, k, 'main', '2026-01-01', '2026-01-01' FROM unnest('{lead,dear lead,hidden lead,hidden good lead,hidden buyer}'::text[]) k;
INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost, potential_score, potential_value)
VALUES (1, 'lead', 1, '2026-03-01', '', 'week', 52, -2, 2, 20, 30), (1, 'dear lead', 1, '2026-03-01', '', 'week', 52, -40, 40, 20, 30),
    (1, 'hidden lead', 1, '2026-03-01', '', 'week', 52, -40, 40, NULL, NULL), (1, 'hidden good lead', 1, '2026-03-01', '', 'week', 52, -40, 40, 70, NULL),
    (1, 'hidden buyer', 1, '2026-03-01', '', 'week', 52, -40, 41, 20, NULL);
INSERT INTO highseas.purchases (tenant_id, customer_key, currency, repeats, first_on, last_on, mean_value, total, summarized_at)
VALUES (1, 'hidden buyer', '', 0, '2025-12-01', '2025-12-01', NULL, 3, '2026-03-01');
SELECT highseas.classify_customers(1, ARRAY(SELECT c FROM highseas.class_changes(1, 'd', 'm', highseas.clock()) c), highseas.clock());
SELECT customer_key, profit, lifecycle, why FROM highseas.customer_classes WHERE customer_key LIKE ANY ('{%lead,hidden%}') ORDER BY 1;
-- So is what a fit says that is not to be trusted.
DELETE FROM highseas.customer_class WHERE customer_key = 'dear lead';
SELECT format('UPDATE highseas.value_run SET conversion.status = %L WHERE tenant_id = 1', s), $$SELECT c.category, c.profit FROM highseas.class_changes(1, 'dea', 'deb', highseas.clock()) c$$
FROM unnest('{separated,ok,miscalibrated,thin}'::text[]) s \gexec
ROLLBACK;

-- Who buys in another currency only is a buyer, too, and what he brings is compared in that one.
BEGIN;
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, k, 'main', '2026-01-01', '2026-01-01' FROM unnest('{euro new,euro more,euro less}'::text[]) k;
INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost)
SELECT 1, k, 1, '2026-03-01', '', 'week', 52, 0, 0 FROM unnest('{euro new,euro more,euro less}'::text[]) k;
INSERT INTO highseas.purchases (tenant_id, customer_key, currency, repeats, first_on, last_on, total, summarized_at) VALUES
    (1, 'euro new', 'EUR', 0, '2026-02-20', '2026-02-20', 5, '2026-03-01'), (1, 'euro more', 'EUR', 2, '2024-05-01', '2025-11-01', 50, '2026-03-01'),
    (1, 'euro more', 'USD', 0, '2024-04-01', '2024-04-01', 90, '2026-03-01'), (1, 'euro less', 'EUR', 1, '2024-05-01', '2025-11-01', 50, '2026-03-01');
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount, currency) VALUES
    (1, 'euro new', 'a', '2026-02-20', 5, 'EUR'), (1, 'euro more', 'a', '2024-05-01', 20, 'EUR'), (1, 'euro more', 'b', '2025-11-01', 30, 'EUR'),
    (1, 'euro more', 'u', '2024-04-01', 90, 'USD'), (1, 'euro less', 'a', '2024-05-01', 30, 'EUR'), (1, 'euro less', 'b', '2025-11-01', 20, 'EUR');
SELECT highseas.classify_customers(1, ARRAY(SELECT c FROM highseas.class_changes(1, 'd', 'm', highseas.clock()) c), highseas.clock());
SELECT customer_key, to_class, reason FROM highseas.class_history WHERE customer_key LIKE 'euro%' AND aspect = 'lifecycle' ORDER BY 1;
ROLLBACK;

-- Stages of life have the margin, too: growing from 1.25 times the year before, no longer below 1.25 * .95.
SELECT format('UPDATE highseas.purchase SET amount = %s WHERE customer_key = ''c3'' AND order_key = ''a''', a), 'CALL highseas.reclassify()',
       'SELECT lifecycle FROM highseas.customer_classes WHERE customer_key = ''c3''' FROM unnest('{124,125,119,118,124,70,76,79}'::int[]) a \gexec
UPDATE highseas.purchase SET amount = 100 WHERE customer_key = 'c3' AND order_key = 'a';

-- A lead who says what he intends is a prospect; who says never is lost, a buyer, too, until he says otherwise.
SELECT format('SELECT due_at IS NOT NULL FROM highseas_api.follow_up(''c3'', ''call'', rep => ''kim'', intent => %L, expected_on => %L, reason => %L)', i, e, r), 'CALL highseas.reclassify()',
       'SELECT lifecycle FROM highseas.customer_classes WHERE customer_key = ''c3'''
FROM (VALUES ('never', NULL, 'price'), ('hesitating', NULL, NULL)) x(i, e, r) \gexec
INSERT INTO highseas.customer_intent (tenant_id, customer_key, intent, since, at, rep_key) VALUES (1, 'c7', 'interested', '2026-03-02', '2026-03-02', 'kim');
UPDATE highseas.customer SET intent = 'interested' WHERE customer_key = 'c7';
CALL highseas.reclassify();
SELECT customer_key, to_class, reason FROM highseas.class_history WHERE aspect = 'lifecycle' AND customer_key IN ('c3', 'c7') AND to_class IN ('lost', 'prospect');

-- c3 passes the border by more than the margin, but his stay is not over; then it is, though nothing else happened.
UPDATE highseas.customer_value SET actual_value = 450 WHERE customer_key = 'c3';
SET highseas.clock = '2026-03-31 09:59+00';
CALL highseas.reclassify();
SELECT bounds FROM highseas.abc_bound;
SELECT abc, category FROM highseas.customer_classes WHERE customer_key = 'c3';
SET highseas.clock = '2026-04-01 10:00+00';
CALL highseas.follow_up('c3', 'call', rep => 'kim');
CALL highseas.reclassify();
SELECT abc, abc_since, category, category_since, why FROM highseas.customer_classes WHERE customer_key = 'c3';
SELECT kind, rep_key, message FROM highseas.notice;
SELECT class, due_at, due_rule FROM highseas.customer WHERE customer_key = 'c3';
-- Within the margin of a border nobody moves, however long.
SET highseas.clock = '2026-06-01 10:00+00';
UPDATE highseas.customer_value SET actual_value = 1990 WHERE customer_key = 'c1';
UPDATE highseas.customer_value SET actual_value = 240, p_alive = .27 WHERE customer_key = 'c3';
CALL highseas.reclassify();
SELECT bounds FROM highseas.abc_bound;
SELECT abc, category, profit FROM highseas.customer_classes WHERE customer_key = 'c3';
UPDATE highseas.customer_value SET actual_value = 237 WHERE customer_key = 'c3';
CALL highseas.reclassify();
SELECT abc, category FROM highseas.customer_classes WHERE customer_key = 'c3';
SELECT message FROM highseas.notice ORDER BY notice_id DESC LIMIT 1;

-- As of any day; who moved between two.
SELECT * FROM highseas.class_at('2026-03-01');
SELECT * FROM highseas.class_at('2026-03-15') WHERE customer_key IN ('c1', 'c3') ORDER BY 1;
SELECT category FROM highseas.class_at('2026-05-01') WHERE customer_key = 'c3';
SELECT * FROM highseas.class_migration('2026-03-15');
SELECT * FROM highseas.class_migration('2026-03-15', '2026-05-01', 'abc');
SELECT * FROM highseas.class_migration('2026-03-15', '2026-05-01', 'colour');
SELECT * FROM highseas.class_migration(NULL);

-- A rule that leaves a gap: the job says so, and everybody stays where he is.
INSERT INTO highseas.category_rule (rule, category, abc_from, abc_to, potential_from, potential_to, alive_from, alive_to, profit_from, profit_to)
SELECT * FROM highseas.builtin_category_rules();
UPDATE highseas.category_rule SET alive_from = .4 WHERE rule = 'core';
CALL highseas.reclassify();
SELECT status, error FROM highseas.job_run ORDER BY run_id DESC LIMIT 1;
UPDATE highseas.category_rule SET alive_from = .3 WHERE rule = 'core';
-- Changed rules class everybody by them at the next run.
UPDATE highseas.category_rule SET category = 'E' WHERE rule = 'primary';
CALL highseas.reclassify();
SELECT customer_key, category FROM highseas.customer_classes WHERE customer_key IN ('c1', 'c2') ORDER BY 1;
DELETE FROM highseas.category_rule;

-- Where the CRM gives a class, that one stands in the pool.
INSERT INTO highseas.attachment (tenant_id, attachment, kind, query, run_as, key_type, columns, enabled, pool_key) VALUES (1, 'crm', 'customers', 'SELECT 1', 'x', 'text', '{customer_key,class}', false, 'main');
UPDATE highseas.profile SET attachment = 'crm' WHERE customer_key = 'c1';
UPDATE highseas.customer SET class = 'gold' WHERE customer_key IN ('c1', 'c2');
CALL highseas.reclassify();
SELECT c.customer_key, c.class, k.category FROM highseas.customer c JOIN highseas.customer_class k USING (tenant_id, customer_key) WHERE customer_key IN ('c1', 'c2') ORDER BY 1;

-- A manager knows better what kind a customer is, until he gives him back to the rules.
SELECT * FROM highseas_api.set_kind('c2', 'commercial', 'runs a shop');
SELECT * FROM highseas_api.set_kind('c10', 'personal');
UPDATE highseas.profile SET company = NULL, email = 'a@gmail.com' WHERE customer_key IN ('c1', 'c2');
CALL highseas.reclassify();
SELECT customer_key, kind, kind_is_chosen, abc_since FROM highseas.customer_classes WHERE customer_key IN ('c1', 'c2', 'c10') ORDER BY 1;
SELECT * FROM highseas_api.set_kind('c2', NULL, 'closed it');
SELECT aspect, from_class, to_class, reason FROM highseas.class_history WHERE customer_key = 'c2' AND aspect = 'kind' ORDER BY change_id;
SELECT customer_key, act, reason, note FROM highseas.ledger WHERE act = 'set_kind';
SELECT * FROM highseas_api.set_kind('c2', 'firm');
SELECT * FROM highseas_api.set_kind('nobody', 'personal');

-- Gone from the CRM: in no class; back again: classed anew, and what was chosen still holds.
UPDATE highseas.customer SET state = 'gone' WHERE customer_key IN ('c9', 'c10');
CALL highseas.reclassify();
SELECT aspect, from_class, to_class, reason FROM highseas.class_history WHERE customer_key IN ('c9', 'c10') AND to_class IS NULL ORDER BY change_id;
SELECT from_class, to_class, customers FROM highseas.class_migration('2026-05-01') WHERE to_class IS NULL;
UPDATE highseas.customer SET state = 'free' WHERE customer_key IN ('c9', 'c10');
INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost)
VALUES (1, 'c10', 1, '2026-06-01', '', 'week', 52, 1, 0);
CALL highseas.reclassify();
SELECT customer_key, category, kind, kind_is_chosen FROM highseas.customer_classes WHERE customer_key IN ('c9', 'c10') ORDER BY 1;

-- A new key takes the history along; of two that become one the survivor's stands.
SELECT * FROM highseas_api.rekey_customer('c4', 'c4b');
SELECT customer_key FROM highseas_api.merge_customer('c5', 'c3');
SELECT customer_key FROM highseas_api.merge_customer('c7', 'c8');
SELECT customer_key, count(*) FROM highseas.class_history WHERE customer_key IN ('c3', 'c4', 'c4b', 'c5', 'c7', 'c8') GROUP BY 1 ORDER BY 1;
SELECT customer_key, category FROM highseas.customer_class WHERE customer_key IN ('c3', 'c4', 'c4b', 'c5', 'c7', 'c8') ORDER BY 1;
SELECT problem, key, detail FROM highseas.check_consistency();

-- Within each pool, by the lifetime value: bounds of their own; a pool without customers loses them.
INSERT INTO highseas.class_rule (within, value_kind, minimum_stay, margin) VALUES ('pool', 'lifetime', 0, 0);
CALL highseas.reclassify();
SELECT scope, bounds, customers, total FROM highseas.abc_bound ORDER BY 1;
SELECT customer_key, abc FROM highseas.customer_classes ORDER BY 1;
SELECT highseas.class_of_value(100, 'main'), highseas.class_of_value(100, 'east'), highseas.class_of_value(100);
UPDATE highseas.customer SET pool_key = 'main' WHERE pool_key = 'east' AND state = 'free';
UPDATE highseas.class_rule SET within = 'region', value_kind = 'potential';
CALL highseas.reclassify();
SELECT scope, customers, total FROM highseas.abc_bound ORDER BY 1;
SELECT problem, key, detail FROM highseas.check_consistency();

-- Purging leaves the history alone.
SELECT count(*) AS kept FROM highseas.class_history \gset
SET highseas.clock = '2030-01-01 10:00+00';
CALL highseas.purge();
SELECT count(*) = :kept FROM highseas.class_history;

-- Laws, over a random population and 120 days in which every value goes its own way, with the job itself every day.
CALL highseas.create_tenant('beta');
SET highseas.tenant = 'beta';
INSERT INTO highseas.pool (tenant_id, pool_key) VALUES (2, 'main');
INSERT INTO highseas.class_rule (tenant_id, minimum_stay, margin) VALUES (2, 20, .05);
INSERT INTO highseas.value_run (tenant_id, fitted_at, ends_on, in_force, currency, criteria) VALUES (2, '2026-01-01', '2026-01-01', true, '', '{}');
SELECT setseed(.25) \g /dev/null
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 2, 'r' || i, 'main', '2026-01-01', '2026-01-01' FROM generate_series(1, 500) i;
INSERT INTO highseas.customer_value (tenant_id, customer_key, run_id, as_of, currency, unit, horizon, actual_value, service_cost, potential_score, p_alive)
SELECT 2, 'r' || i, 1, '2026-01-01', '', 'week', 52, round((exp(3 + 2 * random()) - 25)::numeric, 2), 5, 100 * random(), random() FROM generate_series(1, 500) i;
INSERT INTO highseas.purchases (tenant_id, customer_key, currency, repeats, first_on, last_on, mean_value, total, summarized_at)
SELECT 2, 'r' || i, '', 0, '2024-01-01', '2025-06-01', NULL, 9, '2026-01-01' FROM generate_series(1, 500) i;
SET highseas.clock = '2026-01-01 05:00+00';
CALL highseas.reclassify('beta');
-- Everybody is in one class of each kind: that of the definition, by the share before him.
SELECT count(*) FILTER (WHERE k.abc = CASE WHEN v.value > 0 AND v.before < .80 * v.total THEN 'A' WHEN v.value > 0 AND v.before < .95 * v.total THEN 'B' ELSE 'C' END),
       count(*) FILTER (WHERE k.category = highseas.category_of((SELECT highseas.categories_of(2)), k.abc, v.potential_score, v.p_alive, v.actual_value::double precision)), count(*)
FROM highseas.customer_class k
JOIN (SELECT customer_key, value, potential_score, p_alive, actual_value, sum(greatest(value, 0)) OVER () AS total, coalesce(sum(greatest(value, 0)) OVER (ORDER BY value DESC GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
      FROM (SELECT customer_key, actual_value + service_cost AS value, potential_score, p_alive, actual_value FROM highseas.customer_value WHERE tenant_id = 2) x) v USING (customer_key) WHERE k.tenant_id = 2;
-- Another unit of money changes nothing.
UPDATE highseas.customer_value SET actual_value = 1000 * actual_value, service_cost = 1000 * service_cost WHERE tenant_id = 2;
SET highseas.clock = '2026-02-01 05:00+00';
CALL highseas.reclassify('beta');
SELECT rows FROM highseas.job_run WHERE tenant_id = 2 ORDER BY run_id DESC LIMIT 1;
-- One customer's change moves others only at a border: those beyond it and its margin keep their class.
CREATE TABLE public.before_one AS SELECT k.customer_key, k.abc, v.actual_value + v.service_cost AS value, b.bounds
FROM highseas.customer_class k JOIN highseas.customer_value v USING (tenant_id, customer_key), highseas.abc_bound b WHERE k.tenant_id = 2 AND b.tenant_id = 2;
UPDATE highseas.customer_value SET actual_value = 40 * actual_value WHERE tenant_id = 2 AND customer_key = (SELECT customer_key FROM public.before_one ORDER BY value DESC LIMIT 1);
CALL highseas.reclassify('beta');
SELECT bool_and(x.value BETWEEN least(x.bounds[1], b.bounds[1]) * .95 AND greatest(x.bounds[1], b.bounds[1]) * 1.05
                OR x.value BETWEEN least(x.bounds[2], b.bounds[2]) * .95 AND greatest(x.bounds[2], b.bounds[2]) * 1.05), count(*) > 0 AS some
FROM public.before_one x JOIN highseas.customer_class k ON k.tenant_id = 2 AND k.customer_key = x.customer_key, highseas.abc_bound b WHERE b.tenant_id = 2 AND k.abc <> x.abc;
CREATE PROCEDURE public.day(n integer) LANGUAGE plpgsql AS $$
BEGIN
    UPDATE highseas.customer_value SET actual_value = round(actual_value * (.7 + .62 * random())::numeric + 1000 * (random() - .5)::numeric, 2),
        p_alive = least(greatest(p_alive + .3 * (random() - .5), 0), 1), potential_score = least(greatest(potential_score + 20 * (random() - .5), 0), 100) WHERE tenant_id = 2;
END $$;
SELECT format('SET highseas.clock = %L', timestamptz '2026-02-02 05:00+00' + d * interval '1 day'), format('CALL public.day(%s)', d), 'CALL highseas.reclassify(''beta'')' FROM generate_series(1, 120) d \gexec
-- Nobody moved twice within the stay, though many moved.
SELECT count(*) FILTER (WHERE h.at - h.earlier < interval '20 days') AS too_soon, count(*) > 1000 AS moved
FROM (SELECT at, lag(at) OVER (PARTITION BY customer_key, aspect ORDER BY change_id) AS earlier FROM highseas.class_history WHERE tenant_id = 2 AND aspect IN ('abc', 'category')) h;
-- The history is a chain, and ends in what holds now.
SELECT count(*) FROM (SELECT from_class, lag(to_class) OVER (PARTITION BY customer_key, aspect ORDER BY change_id) AS before FROM highseas.class_history WHERE tenant_id = 2) h WHERE h.from_class IS DISTINCT FROM h.before;
SELECT count(*) FROM highseas.class_at('2099-01-01') a JOIN highseas.customer_class k ON k.tenant_id = 2 AND k.customer_key = a.customer_key WHERE (a.abc, a.category, a.lifecycle, a.kind) = (k.abc, k.category, k.lifecycle, k.kind);
SELECT sum(customers) FROM highseas.class_migration('2026-03-01', '2026-05-01');
SELECT count(*) FROM highseas.customer c JOIN highseas.customer_class k USING (tenant_id, customer_key) WHERE tenant_id = 2 AND c.class IS DISTINCT FROM k.category;
SELECT problem, key, detail FROM highseas.check_consistency();

-- Who may do what: a reader looks, only a manager chooses a kind; each in his tenant.
CREATE ROLE regress_class_reader;
CREATE ROLE regress_class_manager;
CALL highseas.grant_role('regress_class_reader', 'reader', 'alpha');
CALL highseas.grant_role('regress_class_manager', 'manager', 'beta');
SET highseas.tenant = 'alpha';
SET ROLE regress_class_reader;
SELECT count(*) > 0, count(*) FILTER (WHERE customer_key LIKE 'r%') FROM highseas.customer_classes;
SELECT count(*) > 0 FROM highseas.class_at(now());
SELECT count(*) > 0 FROM highseas.class_migration('2026-03-15');
SELECT highseas.class_of_value(100) IS NOT NULL;
CALL highseas.set_kind('c1', 'personal');
CALL highseas.reclassify();
SET ROLE regress_class_manager;
CALL highseas.set_kind('c1', 'personal', tenant => 'beta');
CALL highseas.set_kind('r1', 'commercial', tenant => 'beta');
RESET ROLE;
DROP OWNED BY regress_class_reader, regress_class_manager;
DROP ROLE regress_class_reader, regress_class_manager;
DROP TABLE public.before, public.before_one;
DROP PROCEDURE public.day(integer);
