-- A merge keeps the contacts that only the merged one had, and the better figures; taken back, each has his own, and his rep.
\set VERBOSITY terse
\pset format unaligned
\pset null -
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET highseas.clock = '2026-03-02 09:00+00';
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
RESET client_min_messages;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('shop');
INSERT INTO highseas.pool (pool_key) VALUES ('sea');
INSERT INTO highseas.rep (rep_key) VALUES ('ann'), ('bob'), ('cy');
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit, class) VALUES ('touch', 'no_follow_up', 30, 'day', NULL), ('A', 'no_follow_up', 10, 'day', 'A');
INSERT INTO highseas.intake_rule (problem, action) VALUES ('nobody can be reached', 'warn');
-- Contacts: the survivor's stand, what he lacks is filled.
CALL highseas.intake('Zeta Werke', contact => 'Anna Beck', phone => '+49 228 1234567', origin => 'fair', customer => 'kept');
CALL highseas.intake('Beck & Sons', contact => 'Karl Beck', email => 'karl@beck-sons.de', city => 'Bonn', attributes => '{"floor": 3, "size": 9}', origin => 'fair', customer => 'merged');
UPDATE highseas.profile SET attributes = '{"size": 5}' WHERE customer_key = 'kept';
SELECT * FROM highseas.merge_preview('merged', 'kept') WHERE item IN ('company', 'contact', 'email', 'phone', 'city', 'attributes');
CALL highseas.merge_customer('merged', 'kept');
SELECT f.customer_key, f.company, f.contact, f.email, f.phone, f.city, f.attributes, c.has_email
FROM highseas.profile f JOIN highseas.customer c USING (tenant_id, customer_key);
UPDATE highseas.profile SET city = 'Köln' WHERE customer_key = 'kept';
CALL highseas.unmerge_customer('merged');
SELECT f.customer_key, f.company, f.contact, f.email, f.phone, f.city, f.attributes, c.has_email
FROM highseas.profile f JOIN highseas.customer c USING (tenant_id, customer_key) ORDER BY 1;
-- What an attachment brings is the CRM's.
CREATE ROLE regress_merge_fed;
CREATE TABLE regress_merge_fed (id text, company text, phone text);
INSERT INTO regress_merge_fed VALUES ('fed', 'Beck and Sons', NULL);
GRANT SELECT ON regress_merge_fed TO regress_merge_fed;
GRANT USAGE ON SCHEMA public TO regress_merge_fed;
CALL highseas.attach('crm', 'customers', 'SELECT id AS customer_key, company, phone FROM public.regress_merge_fed', pool => 'sea', run_as => 'regress_merge_fed');
CALL highseas.sync();
SELECT * FROM highseas.merge_preview('kept', 'fed') WHERE item IN ('profile', 'phone', 'city');
CALL highseas.merge_customer('kept', 'fed');
SELECT customer_key, company, phone, city FROM highseas.profile ORDER BY 1;
CALL highseas.unmerge_customer('kept');
SELECT customer_key, company, phone, city FROM highseas.profile ORDER BY 1;
CALL highseas.detach('crm');
DROP TABLE regress_merge_fed;
DROP OWNED BY regress_merge_fed;
DROP ROLE regress_merge_fed;
-- Back to his rep, unless a limit or his leaving the company is in the way.
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, class)
SELECT 1, k, 'sea', '2026-01-01', '2026-01-01', CASE k WHEN 'h1' THEN 'A' WHEN 'h4' THEN 'B' END FROM unnest('{h1,h2,h3,h4,h5,s}'::text[]) k;
SELECT count(*) FROM unnest('{h1,h2,h3,h4,s}'::text[], '{ann,bob,cy,cy,cy}'::text[]) x(k, r), highseas_api.claim(x.k, x.r);
SELECT * FROM highseas.merge_preview('h1', 's') WHERE item IN ('due', 'class', 'holder', 'spell of the merged one');
SELECT * FROM highseas.merge_preview('h1', 'h5') WHERE item IN ('due', 'class', 'holder', 'spell of the merged one');
CALL highseas.merge_customer('h1', 's');
SELECT class, due_at FROM highseas.customer WHERE customer_key = 's';
SELECT count(*) FROM unnest('{h2,h3,h4}'::text[]) k, highseas_api.merge_customer(k, 's');
INSERT INTO highseas.capacity (rule, rep_key, maximum) VALUES ('bob is full', 'bob', 0);
UPDATE highseas.rep SET active = false WHERE rep_key = 'cy';
CALL highseas.unmerge_customer('h1', 'two houses');
CALL highseas.unmerge_customer('h2');
CALL highseas.unmerge_customer('h3');
UPDATE highseas.rep SET active = true WHERE rep_key = 'cy';
CALL highseas.unmerge_customer('h4');
SELECT customer_key, state, holder, class, due_at FROM highseas.customer WHERE customer_key ~ '^[hs]' ORDER BY 1;
SELECT customer_key, rep_key, act, reason, end_act FROM highseas.holding ORDER BY holding_id;
SELECT rep_key, customer_key, message FROM highseas.notice WHERE kind = 'given';
SELECT * FROM highseas.check_consistency();
-- The spell that went on as the survivor's stays his, and the deadline is by the class that both have then.
SET highseas.clock = '2026-03-03 09:00+00';
CALL highseas.merge_customer('h1', 'h5');
SELECT holder, class, due_at FROM highseas.customer WHERE customer_key = 'h5';
CALL highseas.unmerge_customer('h1');
SELECT customer_key, holder, held_since FROM highseas.customer WHERE customer_key IN ('h1', 'h5') ORDER BY 1;
SELECT * FROM highseas.check_consistency();
-- Figures: A into B makes an A of them, by what both bought, whatever the stay and the margin.
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, k, 'sea', '2026-01-01', '2026-01-01' FROM unnest('{v1,v2,v3,v4,v5,v6}'::text[]) k;
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount)
SELECT 1, k, k || n, timestamptz '2026-01-01' + n * interval '9 days', a / 4
FROM unnest('{v1,v2,v3,v4,v5,v6}'::text[], '{800,100,60,20,15,5}'::numeric[]) x(k, a), generate_series(1, 4) n;
SELECT count(*) FROM highseas.orders_changed(1, '{v1,v2,v3,v4,v5,v6}');
CALL highseas.refresh_value();
CALL highseas.reclassify();
SELECT customer_key, abc, profit FROM highseas.customer_classes WHERE customer_key ~ '^v' ORDER BY 1;
SET highseas.clock = '2026-03-04 09:00+00';
CALL highseas.merge_customer('v1', 'v3');
SELECT is_stale FROM highseas.customer_value WHERE customer_key = 'v3';
CALL highseas.refresh_value();
CALL highseas.reclassify();
SELECT customer_key, abc, abc_since, profit FROM highseas.customer_classes WHERE customer_key ~ '^v' ORDER BY 1;
SELECT customer_key, aspect, from_class, to_class FROM highseas.class_history WHERE customer_key = 'v3' ORDER BY change_id;
