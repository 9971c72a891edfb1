-- What a class gets is the most specific row, built in until there is one; and a class that is for some tiers is claimed,
-- transferred to and rotated to by no other.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET highseas.clock = '2026-03-02 09:00+00';
SET timezone = 'UTC';
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('alpha');
CALL highseas.create_tenant('beta');
SET highseas.tenant = 'alpha';

-- Built in.
SELECT rule, class, kind, goal, contact_every, service_share, service_floor FROM highseas.treatments_of(1);
SELECT c, (SELECT rule FROM highseas.treatment_of(1, c, 'personal')) FROM unnest('{A,F,gold,NULL}'::text[]) c;
-- One's own: class and kind before class before kind before any; another tenant keeps the built-in ones.
INSERT INTO highseas.treatment (rule, class, kind, goal, contact_every, action) VALUES
    ('any', NULL, NULL, 'grow share', '40 days', 'call'), ('shops', NULL, 'commercial', 'invest', '30 days', 'call'),
    ('gold', 'gold', NULL, 'retain', '7 days', 'visit'), ('gold shops', 'gold', 'commercial', 'retain', '3 days', 'visit');
SELECT c, k, (SELECT rule FROM highseas.treatment_of(1, c, k))
FROM unnest('{gold,tin,NULL}'::text[]) c, unnest('{commercial,personal,NULL}'::text[]) k;
SELECT count(*) FROM highseas.treatments_of(2);
DELETE FROM highseas.treatment WHERE rule = 'any';
SELECT count(*) FROM highseas.treatment_of(1, 'tin', 'personal');

-- What means nothing is refused.
INSERT INTO highseas.treatment (rule, class, goal, action) VALUES ('again', 'gold', 'retain', 'visit');
INSERT INTO highseas.treatment (rule, class, goal, action) VALUES ('x', 'x', 'spoil', 'visit');
INSERT INTO highseas.treatment (rule, class, kind, goal, action) VALUES ('x', 'x', 'public', 'retain', 'visit');
INSERT INTO highseas.treatment (rule, class, goal, action, contact_every) VALUES ('x', 'x', 'retain', 'visit', '1 hour');
INSERT INTO highseas.treatment (rule, class, goal, action, service_share) VALUES ('x', 'x', 'retain', 'visit', -1);
INSERT INTO highseas.treatment (rule, class, goal, action, service_floor, service_cap) VALUES ('x', 'x', 'retain', 'visit', 2, 1);
INSERT INTO highseas.treatment_tier (class, tier) VALUES ('A', 'master');
INSERT INTO highseas.treatment_tier (kind, tier) VALUES ('public', 'new');

-- Who may hold a class.
INSERT INTO highseas.pool (pool_key, rotate_after) VALUES ('sea', '10 days');
INSERT INTO highseas.rep (rep_key, hired_on, waiting_since) VALUES ('old', '2020-01-01', '2026-01-02'), ('fresh', '2026-02-20', '2026-01-01');
INSERT INTO highseas.rep (rep_key, waiting_since) VALUES ('nobody knows', '2026-02-01');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, score, class)
SELECT 1, k, 'sea', '2026-02-01', '2026-02-01', s, c
FROM (VALUES ('a1', 90, 'A'), ('a2', 89, 'A'), ('b1', 50, 'B'), ('n1', 40, NULL)) x(k, s, c);
SELECT allowed FROM highseas.may_claim('fresh', 'a1');
INSERT INTO highseas.treatment_tier (class, tier) VALUES ('A', 'veteran');
SELECT r, c, v.allowed, v.code, v.rule FROM unnest('{old,fresh,nobody knows}'::text[]) r, unnest('{a1,b1,n1}'::text[]) c, highseas.may_claim(r, c) v;
\set VERBOSITY default
\set SHOW_CONTEXT never
CALL highseas.claim('a1', 'fresh');
\set VERBOSITY terse
SELECT * FROM highseas.planned_rotation();
-- The best that he may take; a class that is not for him stops nothing.
CALL highseas.claim_next(rep => 'fresh');
CALL highseas.claim('a1', 'old');
CALL highseas.transfer('a1', 'fresh', rep => 'old');
-- A manager may; and who holds one keeps it.
CALL highseas.assign('a1', 'fresh');
SELECT customer_key, holder, class FROM highseas.customer WHERE state = 'held' ORDER BY customer_key;
-- Who holds an A customer, where tiers were set later.
CALL highseas.rotate();
SELECT customer_key, holder FROM highseas.customer ORDER BY customer_key;
-- Two tiers; another tenant's row binds nobody here.
INSERT INTO highseas.treatment_tier (class, tier) VALUES ('A', 'new');
CALL highseas.return_to_pool('a1', 'price', rep => 'fresh');
SET highseas.clock = '2026-03-03 09:00+00';
SELECT allowed FROM highseas.may_claim('fresh', 'a1');
INSERT INTO highseas.treatment_tier (tenant_id, class, tier) VALUES (2, 'B', 'veteran');
CALL highseas.return_to_pool('b1', 'price', rep => 'fresh');
SET highseas.clock = '2026-03-04 09:00+00';
SELECT allowed FROM highseas.may_claim('fresh', 'b1');
SELECT * FROM highseas.check_consistency();

-- Windows and tiers go by kind, too: a shop in class A has its own, then the class, then the kind, then any.
DELETE FROM highseas.treatment_tier WHERE tenant_id = 1;
INSERT INTO highseas.treatment_tier (class, kind, tier) VALUES ('A', 'commercial', 'veteran'), ('A', NULL, 'new'), (NULL, 'personal', 'veteran'), (NULL, NULL, 'new'), (NULL, NULL, 'veteran');
INSERT INTO highseas.treatment_tier (class, kind, tier) VALUES ('A', NULL, 'new');
INSERT INTO highseas.deadline (rule, kind, class, customer_kind, window_amount, window_unit) VALUES
    ('any', 'no_follow_up', NULL, NULL, 60, 'day'), ('people', 'no_follow_up', NULL, 'personal', 30, 'day'), ('A', 'no_follow_up', 'A', NULL, 20, 'day'),
    ('A shops', 'no_follow_up', 'A', 'commercial', 10, 'day'), ('A people', 'longest_holding', 'A', 'personal', 90, 'day');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, score, class)
SELECT 1, c || ' ' || coalesce(k, 'unknown'), 'sea', '2026-02-01', '2026-02-01', 100, c FROM unnest('{A,B}'::text[]) c, unnest('{commercial,personal,NULL}'::text[]) k;
-- By hand or by the job: the pool has what was decided.
SELECT kind_now FROM unnest('{A,B}'::text[]) c, unnest('{commercial,personal}'::text[]) k, highseas_api.set_kind(c || ' ' || k, k);
SELECT c.customer_key, c.kind, string_agg(r.rep_key, ', ' ORDER BY r.rep_key) FILTER (WHERE (highseas.may_claim(r.rep_key, c.customer_key)).allowed) AS may,
       (highseas.due_of(1, 'old', c.pool_key, c.class, c.kind, highseas.clock(), NULL, NULL, NULL, NULL, 'none', NULL, NULL, NULL, highseas.clock())).rule
FROM highseas.customer c CROSS JOIN highseas.rep r WHERE c.score = 100 GROUP BY c.tenant_id, c.customer_key ORDER BY 1;
-- Every path: the best of the pool that he may take, by turns, and the plan of those held when the kind becomes another one.
BEGIN;
CALL highseas.claim_next(rep => 'fresh');
CALL highseas.claim_next(rep => 'fresh');
CALL highseas.claim_next(rep => 'old');
ROLLBACK;
SELECT customer_key, rep_key, reason FROM highseas.planned_rotation() WHERE customer_key LIKE '% %' ORDER BY customer_key;
SELECT due_at, due_rule FROM highseas_api.claim('B commercial', 'fresh');
SELECT kind_now FROM highseas_api.set_kind('B commercial', 'personal');
SELECT kind, due_at, due_rule FROM highseas.customer WHERE customer_key = 'B commercial';
SELECT rep_key, code, due_rule FROM (SELECT c.holder AS rep_key, (highseas.may_claim('fresh', 'B personal')).code, c.due_rule FROM highseas.customer c WHERE c.customer_key = 'B commercial') x;
SELECT * FROM highseas.check_consistency();
UPDATE highseas.customer SET kind = 'commercial' WHERE customer_key = 'B commercial';
SELECT problem, key, detail FROM highseas.check_consistency();
