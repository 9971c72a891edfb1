-- Whom the CRM renamed or merged keeps one history, and every counter is right.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
SET highseas.clock = '2026-03-02 09:00+00';
SET timezone = 'UTC';
CALL highseas.create_tenant('at6');
SET highseas.tenant = 'at6';
INSERT INTO highseas.pool (pool_key) VALUES ('main'), ('other');
INSERT INTO highseas.rep (rep_key) VALUES ('ann'), ('bob');
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit) VALUES ('touch', 'no_follow_up', 30, 'day');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, score, deal)
SELECT t.tenant_id, k, CASE k WHEN 'o1' THEN 'other' ELSE 'main' END, '2026-01-01', '2026-01-01', 1, CASE k WHEN 'n1' THEN 'open' ELSE 'none' END
FROM highseas.tenant t, unnest('{n1,n2,s1,s2,o1,k1,k2,b1,b2,w1,w2,p1,p2,same1,same2,g1,g2,r1,r2,r3,p3,p4}'::text[]) k WHERE t.name = 'at6';
INSERT INTO highseas.profile (tenant_id, customer_key, company)
SELECT c.tenant_id, c.customer_key, 'Company ' || c.customer_key FROM highseas.customer c;
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount)
SELECT c.tenant_id, c.customer_key, 'order ' || c.customer_key, timestamptz '2026-02-01', 5 FROM highseas.customer c
UNION ALL SELECT c.tenant_id, c.customer_key, 'shared', timestamptz '2026-02-02', 6 FROM highseas.customer c;
CREATE SCHEMA at6;
CREATE VIEW at6.history AS
SELECT h.customer_key, format('%s %s, %s', h.act, h.rep_key, coalesce(h.end_act, 'open')) AS what FROM highseas.holding h
UNION ALL SELECT f.customer_key, format('follow-up %s: %s', f.rep_key, f.note) FROM highseas.follow_up f
UNION ALL SELECT e.customer_key, format('event %s', e.act) FROM highseas.customer_event e
UNION ALL SELECT p.customer_key, format('order %s', p.order_key) FROM highseas.purchase p
UNION ALL SELECT x.customer_key, format('extension %s', x.status) FROM highseas.extension x
UNION ALL SELECT p.customer_key, format('profile %s', p.company) FROM highseas.profile p;
CREATE FUNCTION at6.show(VARIADIC keys text[]) RETURNS SETOF text LANGUAGE sql BEGIN ATOMIC
    SELECT format('%s: %s by %s in %s, due %s, protected %s, deal %s', c.customer_key, c.state, c.holder, c.pool_key, c.due_at, c.protected_until, c.deal)
    FROM highseas.customer c WHERE c.customer_key = ANY (keys)
    UNION ALL (SELECT h.customer_key || ' ' || h.what FROM at6.history h WHERE h.customer_key = ANY (keys) ORDER BY 1);
END;
CREATE VIEW at6.counted AS SELECT r.rep_key, r.held, (SELECT count(*) FROM highseas.customer c WHERE c.holder = r.rep_key) AS really FROM highseas.rep r;
SELECT count(*) FROM unnest('{s1,o1,b1,w1,p1,same1,same2,g1,r1,p3}'::text[]) k, highseas_api.claim(k, 'ann');
SELECT count(*) FROM unnest('{k2,b2,p2}'::text[]) k, highseas_api.claim(k, 'bob');
SELECT count(*) FROM unnest('{s1,b1,r1}'::text[]) k, highseas_api.follow_up(k, 'call', 'note on ' || k, 'ann');
SELECT count(*) FROM highseas_api.return_to_pool('g1', 'price', rep => 'ann');
SELECT status FROM unnest('{s1,b1,r1}'::text[]) k, highseas_api.extend(k, '2026-04-20', 'please', 'ann');
SELECT customer_key FROM highseas_api.protect('p1', '2026-04-01');
SELECT customer_key FROM highseas_api.protect('p3', '2026-04-15');
SELECT customer_key FROM highseas_api.withdraw('w2', 'broke');
SET highseas.clock = '2026-03-03 09:00+00';
-- None is held: deals, orders and past spells of both.
SELECT * FROM highseas_api.merge_customer('n1', 'n2', 'twins');
SELECT * FROM at6.show('n1', 'n2');
SELECT * FROM highseas_api.merge_customer('g1', 'g2');
SELECT * FROM at6.show('g1', 'g2');
-- Only the merged one is held: its spell goes on, out of another pool, too.
SELECT * FROM highseas_api.merge_customer('s1', 's2');
SELECT * FROM at6.show('s1', 's2');
SELECT * FROM highseas_api.merge_customer('o1', 'k1');
SELECT * FROM at6.show('o1', 'k1');
-- Only the survivor is.
SELECT * FROM highseas_api.merge_customer('r3', 'k2');
SELECT * FROM at6.show('r3', 'k2');
-- Both are, by two and by one.
SELECT * FROM highseas_api.merge_customer('b1', 'b2', 'duplicate');
SELECT * FROM at6.show('b1', 'b2');
SELECT * FROM highseas_api.merge_customer('same1', 'same2');
SELECT * FROM at6.show('same1', 'same2');
-- The survivor is withdrawn: that stands. The merged one is protected, the survivor's holder keeps it.
SELECT * FROM highseas_api.merge_customer('w1', 'w2');
SELECT * FROM at6.show('w1', 'w2');
SELECT * FROM highseas_api.merge_customer('p1', 'p2');
SELECT * FROM at6.show('p1', 'p2');
-- A protected spell goes on protected.
SELECT * FROM highseas_api.merge_customer('p3', 'p4');
SELECT * FROM at6.show('p3', 'p4');
SELECT * FROM at6.counted ORDER BY 1;
SELECT * FROM highseas.check_consistency();
-- Another key.
SELECT * FROM highseas_api.rekey_customer('r1', 'R "1"');
SELECT * FROM at6.show('r1', 'R "1"');
SELECT customer_key FROM highseas_api.follow_up('R "1"', 'call', 'under its new key', 'ann');
SELECT * FROM highseas_api.rekey_customer('r2', 'r2 free');
SELECT customer_key FROM highseas_api.claim('r2 free', 'bob');
-- What goes on works: the decision asked for before, the return.
SELECT x.customer_key, d.status FROM (SELECT * FROM highseas.extension WHERE status = 'asked' ORDER BY extension_id) x,
    highseas_api.decide_extension(x.extension_id, true) d;
SELECT c.customer_key FROM (SELECT customer_key, holder FROM highseas.customer WHERE state = 'held' AND protected_until IS NULL ORDER BY 1) c,
    highseas_api.return_to_pool(c.customer_key, 'price', rep => c.holder);
SELECT * FROM at6.counted ORDER BY 1;
SELECT * FROM highseas.check_consistency();
-- Errors change nothing.
SELECT * FROM highseas_api.merge_customer('k1', 'k1');
SELECT * FROM highseas_api.merge_customer('k1', 'nobody');
SELECT * FROM highseas_api.merge_customer('nobody', 'k1');
SELECT * FROM highseas_api.merge_customer(NULL, 'k1');
SELECT * FROM highseas_api.merge_customer('k1', '');
SELECT * FROM highseas_api.rekey_customer('k1', 'k2');
SELECT * FROM highseas_api.rekey_customer('k1', 'k1');
SELECT * FROM highseas_api.rekey_customer('nobody', 'x');
SELECT * FROM highseas_api.rekey_customer('k1', '');
SELECT * FROM highseas_api.rekey_customer('k1', repeat('x', 1025));
SELECT customer_key, state FROM highseas.customer ORDER BY 1;
SELECT * FROM highseas.check_consistency();

DROP SCHEMA at6 CASCADE;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
