-- Reader, agent, manager, admin: each verb tried by each, each table written by each; reps are acted for by their
-- login alone where they have one; contacts are hidden before a claim.
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
CREATE ROLE regress_reader;
CREATE ROLE regress_agent;
CREATE ROLE regress_manager;
CREATE ROLE regress_admin;
CREATE ROLE regress_stranger;
CREATE ROLE regress_kim;
CREATE ROLE regress_kims_deputy;
GRANT regress_kim TO regress_kims_deputy;
CALL highseas.create_tenant('acme');
CALL highseas.grant_role('regress_reader', 'reader');
CALL highseas.grant_role('regress_agent', 'agent');
CALL highseas.grant_role('regress_manager', 'manager');
CALL highseas.grant_role('regress_admin', 'admin');
CALL highseas.grant_role('regress_kim', 'agent');
CALL highseas.grant_role('no such role', 'agent');
CALL highseas.grant_role('regress_agent', 'owner');
CALL highseas.revoke_role('regress_stranger');
INSERT INTO highseas.pool (pool_key, masked, rotate_after) VALUES ('main', '{email,phone}', '1 day');
INSERT INTO highseas.pool (pool_key, current_rep_only) VALUES ('honest', true);
INSERT INTO highseas.rep (rep_key, login_role) VALUES ('ana', NULL), ('ben', NULL), ('kim', 'regress_kim');
INSERT INTO highseas.region (region) VALUES ('north');
INSERT INTO highseas.capacity (rule, maximum) VALUES ('all', 100);
INSERT INTO highseas.quota (rule, period, maximum) VALUES ('all', 'day', 100);
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit) VALUES ('call', 'no_follow_up', 7, 'day');
INSERT INTO highseas.pool_member (pool_key, rep_key) VALUES ('main', 'ana');
INSERT INTO highseas.rep_region (rep_key, region) VALUES ('ana', 'north');
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('ben', '2020-01-01', '2020-01-01');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, x, CASE WHEN x = 'h1' THEN 'honest' ELSE 'main' END, timestamptz '2020-01-01', timestamptz '2020-01-01'
FROM unnest(ARRAY['free', 'held', 'out', 'asked', 'h1', 'kims']) x;
INSERT INTO highseas.profile (tenant_id, customer_key, company, email, phone, address)
SELECT 1, customer_key, 'Company ' || customer_key, customer_key || '@example.com', '555', 'Street 1' FROM highseas.customer;
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount) VALUES (1, 'free', 'o', '2020-01-01', 1);
SELECT claimed FROM highseas_api.claim_many('{held,asked}', 'ana');
SELECT customer_key FROM highseas_api.claim('kims', 'kim');
SELECT status, extension_id AS asked FROM highseas_api.extend('asked', '2027-01-01', rep => 'ana') \gset
SELECT state FROM highseas_api.withdraw('out', 'test');
SELECT customer_key FROM highseas_api.follow_up('held', rep => 'ana');

CREATE FUNCTION public.try(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        EXECUTE call;
        RAISE EXCEPTION USING ERRCODE = 'P0999';
    EXCEPTION WHEN OTHERS THEN
        RETURN CASE SQLSTATE WHEN 'P0999' THEN 'may' WHEN '42501' THEN 'no' ELSE SQLSTATE END;
    END;
END $$;
CREATE TABLE public.tried (what text, access text, answer text);
GRANT INSERT ON public.tried TO PUBLIC;
CREATE TABLE public.calls (what text, call text);
GRANT SELECT ON public.calls TO PUBLIC;
INSERT INTO public.calls VALUES
    ('claim', $$SELECT highseas_api.claim('free', 'ana')$$),
    ('claim_next', $$SELECT highseas_api.claim_next('main', 'ana')$$),
    ('claim_many', $$SELECT highseas_api.claim_many('{free}', 'ana')$$),
    ('follow_up', $$SELECT highseas_api.follow_up('held', rep => 'ana')$$),
    ('return_to_pool', $$SELECT highseas_api.return_to_pool('held', 'price', rep => 'ana')$$),
    ('take back', $$SELECT highseas_api.return_to_pool('held', 'price')$$),
    ('transfer', $$SELECT highseas_api.transfer('held', 'ben', rep => 'ana')$$),
    ('extend', $$SELECT highseas_api.extend('held', '2026-03-10', rep => 'ana')$$),
    ('protect', $$SELECT highseas_api.protect('held', '2026-03-10', rep => 'ana')$$),
    ('protect longer than the pool lets reps', $$SELECT highseas_api.protect('held', '2036-03-10')$$),
    ('acknowledge', $$SELECT highseas_api.acknowledge('{1}', 'ana')$$),
    ('assign', $$SELECT highseas_api.assign('free', 'ben')$$),
    ('decide_extension', format($$SELECT highseas_api.decide_extension(%s, true)$$, :asked)),
    ('set_leave', $$SELECT highseas_api.set_leave('ben', '2026-05-01', '2026-05-02')$$),
    ('withdraw', $$SELECT highseas_api.withdraw('free', 'x')$$),
    ('reinstate', $$SELECT highseas_api.reinstate('out')$$),
    ('delete_rules', $$SELECT highseas_api.delete_rules('quota', '{"rule": "nosuch"}')$$),
    ('may_claim', $$SELECT highseas.may_claim('ana', 'free')$$),
    ('planned_rotation', $$SELECT highseas.planned_rotation('main')$$),
    ('planned_returns', $$SELECT highseas.planned_returns('2027-01-01')$$),
    ('attachment_columns', $$SELECT highseas.attachment_columns('orders')$$),
    ('check_consistency', $$SELECT highseas.check_consistency()$$),
    ('pool_list', $$SELECT * FROM highseas.pool_list$$),
    ('ledger', $$SELECT * FROM highseas.ledger$$),
    ('rep_status', $$SELECT * FROM highseas.rep_status$$),
    ('job_health', $$SELECT * FROM highseas.job_health$$),
    ('job_start', $$SELECT highseas.job_start(1, 'purge')$$),
    ('act as kim', $$SELECT highseas_api.claim('free', 'kim')$$),
    ('follow up as kim', $$SELECT highseas_api.follow_up('kims', rep => 'kim')$$),
    ('give back as kim', $$SELECT highseas_api.return_to_pool('kims', 'price', rep => 'kim')$$),
    ('read kim''s notices', $$SELECT highseas_api.acknowledge('{1}', 'kim')$$),
    ('honest pool, another', $$SELECT highseas_api.claim('h1', 'ana')$$),
    ('honest pool, itself', $$SELECT highseas_api.claim('h1', 'ben')$$),
    ('set the clock', $$SET highseas.clock = '2000-01-01'$$),
    ('read e-mail', $$SELECT email FROM highseas.profile$$),
    ('read company', $$SELECT company, attributes FROM highseas.profile$$),
    ('grant_role', $$CALL highseas.grant_role('regress_agent', 'admin')$$),
    ('create_tenant', $$CALL highseas.create_tenant('mine')$$);
-- What a hint sends people to is open to the admin, but for the DBA's own.
SELECT DISTINCT m[1] FROM pg_proc p, regexp_matches(p.prosrc, 'HINT = ''[^'']*highseas\.([a-z_]+)\(', 'g') m
WHERE p.pronamespace IN ('highseas'::regnamespace, 'highseas_api'::regnamespace) AND NOT EXISTS (
    SELECT FROM pg_proc q WHERE q.proname = m[1] AND has_function_privilege('regress_admin', q.oid, 'EXECUTE'));
-- The twins are granted alike.
SELECT p.proname, r FROM unnest(ARRAY['regress_reader', 'regress_agent', 'regress_manager', 'regress_admin']) r,
    pg_proc p JOIN pg_proc q ON q.proname = p.proname AND q.pronamespace = 'highseas'::regnamespace
WHERE p.pronamespace = 'highseas_api'::regnamespace
  AND has_function_privilege(r, p.oid, 'EXECUTE') <> has_function_privilege(r, q.oid, 'EXECUTE');

SET highseas.rep = 'ben';
SET SESSION AUTHORIZATION regress_stranger;
INSERT INTO public.tried SELECT what, '0', public.try(call) FROM public.calls;
SET SESSION AUTHORIZATION regress_reader;
INSERT INTO public.tried SELECT what, '1', public.try(call) FROM public.calls;
SET SESSION AUTHORIZATION regress_agent;
INSERT INTO public.tried SELECT what, '2', public.try(call) FROM public.calls;
SET SESSION AUTHORIZATION regress_kim;
INSERT INTO public.tried SELECT what, '2 kim', public.try(call) FROM public.calls;
SET SESSION AUTHORIZATION regress_kims_deputy;
INSERT INTO public.tried SELECT what, '2 kim''s deputy', public.try(call) FROM public.calls;
SET SESSION AUTHORIZATION regress_manager;
INSERT INTO public.tried SELECT what, '3', public.try(call) FROM public.calls;
SET SESSION AUTHORIZATION regress_admin;
INSERT INTO public.tried SELECT what, '4', public.try(call) FROM public.calls;
RESET SESSION AUTHORIZATION;
RESET highseas.rep;
-- stranger, reader, agent, kim, kim's deputy, manager, admin
SELECT what, string_agg(answer, ' ' ORDER BY access) FROM public.tried GROUP BY what ORDER BY min(ctid);
-- In a pool of current_rep_only the others' verbs are bound, too.
SELECT customer_key FROM highseas_api.claim('h1', 'ben');
SET SESSION AUTHORIZATION regress_agent;
SET highseas.rep = 'ana';
SELECT what, public.try(call) FROM (VALUES
    ('follow_up', $$SELECT highseas_api.follow_up('h1', rep => 'ben')$$),
    ('return_to_pool', $$SELECT highseas_api.return_to_pool('h1', 'price', rep => 'ben')$$),
    ('transfer', $$SELECT highseas_api.transfer('h1', 'ana', rep => 'ben')$$),
    ('extend', $$SELECT highseas_api.extend('h1', '2026-03-10', rep => 'ben')$$),
    ('protect', $$SELECT highseas_api.protect('h1', '2026-03-10', rep => 'ben')$$)) v(what, call);
SET highseas.rep = 'ben';
SELECT customer_key FROM highseas_api.follow_up('h1');
RESET highseas.rep;
RESET SESSION AUTHORIZATION;

-- Tables. What each may write there; a policy leaves no row of another tenant (see access_tenants_are_walls).
TRUNCATE public.calls, public.tried;
INSERT INTO public.calls
SELECT v.verb || ' ' || c.relname, CASE v.verb
    WHEN 'insert' THEN format('INSERT INTO highseas.%I OVERRIDING SYSTEM VALUE SELECT * FROM highseas.%1$I', c.relname)
    WHEN 'update' THEN format('UPDATE highseas.%I SET %I = %2$I', c.relname, (
        SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attidentity = '' AND a.attname <> 'tenant_id' ORDER BY a.attnum LIMIT 1))
    WHEN 'delete' THEN format('DELETE FROM highseas.%I WHERE false', c.relname)
    WHEN 'truncate' THEN format('TRUNCATE highseas.%I', c.relname)
    ELSE format('SELECT tenant_id FROM highseas.%I', c.relname) END
FROM pg_class c, unnest(ARRAY['select', 'insert', 'update', 'delete', 'truncate']) v(verb)
WHERE c.relnamespace = 'highseas'::regnamespace AND c.relkind = 'r';
SET SESSION AUTHORIZATION regress_reader;
INSERT INTO public.tried SELECT what, 'reader', public.try(call) FROM public.calls;
SET SESSION AUTHORIZATION regress_agent;
INSERT INTO public.tried SELECT what, 'agent', public.try(call) FROM public.calls;
SET SESSION AUTHORIZATION regress_manager;
INSERT INTO public.tried SELECT what, 'manager', public.try(call) FROM public.calls;
SET SESSION AUTHORIZATION regress_admin;
INSERT INTO public.tried SELECT what, 'admin', public.try(call) FROM public.calls;
RESET SESSION AUTHORIZATION;
-- Writes that are not refused (23505: nor for want of a right): by nobody but the admin, in the tables of rules. None is a
-- right to the whole table but INSERT: it would let him LOCK TABLE against every tenant, so delete_rules() deletes.
SELECT access, what, answer FROM public.tried WHERE answer <> 'no' AND what NOT LIKE 'select%' ORDER BY access, what;
-- Tables that somebody may not read.
SELECT access, what FROM public.tried WHERE answer = 'no' AND what LIKE 'select%' ORDER BY access, what;
-- Of a rep and of the tenant an admin writes what is his to say, not the counters nor the name.
SET SESSION AUTHORIZATION regress_admin;
SELECT x, public.try(x) FROM unnest(ARRAY[
    $$UPDATE highseas.rep SET name = 'Ana', hired_on = '2020-01-01', active = false, login_role = 'regress_agent' WHERE rep_key = 'ana'$$,
    $$UPDATE highseas.rep SET held = 0$$, $$UPDATE highseas.rep SET waiting_since = now()$$, $$UPDATE highseas.rep SET rep_key = 'x'$$,
    $$INSERT INTO highseas.rep (rep_key, name) VALUES ('new', 'New')$$, $$INSERT INTO highseas.rep (rep_key, held) VALUES ('new', 5)$$, $$DELETE FROM highseas.rep$$,
    $$UPDATE highseas.tenant SET time_zone = 'Asia/Tokyo', week_mask = 63, days_off = '{}', days_on = '{}', grace = '1 day', retention = '30 days'$$,
    $$UPDATE highseas.tenant SET name = 'x'$$, $$INSERT INTO highseas.tenant (name) VALUES ('x')$$, $$DELETE FROM highseas.tenant$$]) x;
RESET SESSION AUTHORIZATION;

-- An admin deletes what has all the values that he names, and nothing by mistake.
INSERT INTO highseas.deadline (rule, kind, class, window_amount, window_unit, remind_before) VALUES
    ('d1', 'no_order', 'A', 1, 'month', '{3 days,1 day}'), ('d2', 'no_order', NULL, 1, 'month', '{3 days}'), ('d3', 'no_order', NULL, 2, 'month', '{3 days}');
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('ben', '2020-02-01', '2020-02-01'), ('ana', '2020-02-01', '2020-02-01');
SET SESSION AUTHORIZATION regress_admin;
SELECT x, public.try(x) FROM unnest(ARRAY[
    $$DELETE FROM highseas.deadline$$,
    $$SELECT highseas_api.delete_rules('deadline', '{}')$$, $$SELECT highseas_api.delete_rules('deadline', '["d1"]')$$,
    $$SELECT highseas_api.delete_rules('deadline', '{"rulle": "d1"}')$$, $$SELECT highseas_api.delete_rules('deadline', '{"rule": "d1", "ctid": 1}')$$,
    $$SELECT highseas_api.delete_rules('customer', '{"state": "free"}')$$, $$SELECT highseas_api.delete_rules('rep', '{"rep_key": "ana"}')$$,
    $$SELECT highseas_api.delete_rules('pg_class', '{"relname": "x"}')$$, $$SELECT highseas_api.delete_rules(NULL, '{"rule": "d1"}')$$,
    $$SELECT highseas_api.delete_rules('deadline', NULL)$$, $$SELECT highseas_api.delete_rules('pool', '{"pool_key": "main"}')$$]) x;
CALL highseas.delete_rules('deadline', '{"kind": "no_order", "remind_before": ["3 days", "1 day"], "rule": "d2"}');
CALL highseas.delete_rules('deadline', '{"remind_before": []}');
CALL highseas.delete_rules('deadline', '{"rule": null}');
CALL highseas.delete_rules('deadline', '{"kind": "no_order", "class": null, "window_amount": 1.0}');
SELECT rule FROM highseas.deadline WHERE kind = 'no_order' ORDER BY rule;
CALL highseas.delete_rules('deadline', '{"kind": "no_order"}');
CALL highseas.delete_rules('rep_leave', '{"rep_key": "ben", "first_day": "2020-02-01"}');
SELECT rep_key, first_day FROM highseas.rep_leave ORDER BY 1, 2;
RESET SESSION AUTHORIZATION;

-- Contacts: masked as the pool says; open for managers and for the holder who acts, with his login where he has one.
SELECT rep_key FROM highseas.rep WHERE login_role IS NOT NULL;
SET SESSION AUTHORIZATION regress_agent;
SELECT customer_key, company, email, phone, address, fax FROM highseas.pool_list WHERE customer_key = 'free';
SELECT highseas.contact_field(1, 'held', 'email');
SET highseas.rep = 'ana';
SELECT customer_key, email, phone, address FROM highseas.my_customers WHERE customer_key = 'held';
SET highseas.rep = 'kim';
SELECT customer_key, email, phone, address FROM highseas.my_customers;
SELECT count(*) FROM highseas.pool_list WHERE email LIKE '%@%';
SELECT count(*) FROM highseas.pool_list WHERE email = '***';
SET SESSION AUTHORIZATION regress_kim;
SELECT customer_key, email, phone, address FROM highseas.my_customers;
SET SESSION AUTHORIZATION regress_kims_deputy;
SELECT customer_key, email, phone, address FROM highseas.my_customers;
-- A reader is nobody's rep, whatever the setting says.
SET SESSION AUTHORIZATION regress_reader;
SELECT customer_key, email, phone, address FROM highseas.pool_list WHERE customer_key = 'free';
SET highseas.rep = 'ana';
SELECT customer_key, email, phone, address FROM highseas.my_customers WHERE customer_key = 'held';
SET SESSION AUTHORIZATION regress_manager;
SELECT customer_key, email, phone, address FROM highseas.pool_list WHERE customer_key = 'free';
SELECT highseas.contact_field(1, 'free', 'company'), highseas.contact_field(1, 'nosuch', 'email');
RESET SESSION AUTHORIZATION;
RESET highseas.rep;

-- A role that is lowered keeps nothing of what it was granted before.
CALL highseas.grant_role('regress_admin', 'reader');
SET SESSION AUTHORIZATION regress_admin;
SELECT x, public.try(x) FROM unnest(ARRAY[
    $$INSERT INTO highseas.quota (rule, period) VALUES ('x', 'day')$$, $$SELECT highseas_api.claim('free', 'ana')$$,
    $$SELECT highseas.job_start(1, 'purge')$$, $$SELECT count(*) FROM highseas.quota$$]) x;
WITH x AS (UPDATE highseas.quota SET maximum = 0 RETURNING 1) SELECT count(*) FROM x;
SELECT public.try($$SELECT highseas_api.delete_rules('deadline', '{"kind": "no_follow_up"}')$$);
RESET SESSION AUTHORIZATION;

DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP TABLE public.calls, public.tried;
DROP FUNCTION public.try;
DROP OWNED BY regress_reader, regress_agent, regress_manager, regress_admin, regress_stranger, regress_kim, regress_kims_deputy;
DROP ROLE regress_reader, regress_agent, regress_manager, regress_admin, regress_stranger, regress_kim, regress_kims_deputy;
