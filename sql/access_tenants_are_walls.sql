-- A login of one tenant, with free SQL and everything that it may create, sees and changes nothing of
-- another, stops no job, and becomes nobody else.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'UTC';
CREATE ROLE regress_a_admin LOGIN;
CREATE ROLE regress_a_agent LOGIN;
CREATE ROLE regress_a_rep LOGIN;
CREATE ROLE regress_b_admin LOGIN;
CREATE ROLE regress_b_gateway LOGIN NOINHERIT;
CREATE ROLE regress_nobody LOGIN;
CREATE ROLE regress_pooler LOGIN NOINHERIT;
GRANT regress_b_admin TO regress_b_gateway, regress_pooler;
GRANT regress_a_agent TO regress_pooler;
\set ECHO none
SELECT format('GRANT CREATE, TEMP ON DATABASE %I TO regress_b_admin', current_database()) \gexec
\set ECHO all
GRANT CREATE ON SCHEMA public TO regress_b_admin;

CALL highseas.create_tenant('alpha');
CALL highseas.create_tenant('beta');
CALL highseas.grant_role('regress_a_admin', 'admin', 'alpha');
CALL highseas.grant_role('regress_a_agent', 'agent', 'alpha');
CALL highseas.grant_role('regress_a_rep', 'agent', 'alpha');
CALL highseas.grant_role('regress_b_admin', 'admin', 'beta');
-- Both have the same keys; only alpha has 'secret'.
INSERT INTO highseas.pool (tenant_id, pool_key, members_only) VALUES (1, 'main', true), (1, 'secret-pool', false), (2, 'main', false);
INSERT INTO highseas.rep (tenant_id, rep_key, login_role) VALUES (1, 'kim', NULL), (1, 'secret-rep', 'regress_a_rep'), (2, 'kim', NULL);
INSERT INTO highseas.pool_member (tenant_id, pool_key) VALUES (1, 'main');
INSERT INTO highseas.region (tenant_id, region) VALUES (1, 'secret-region');
INSERT INTO highseas.rep_region (tenant_id, rep_key, region) VALUES (1, 'kim', 'secret-region');
INSERT INTO highseas.rep_leave (tenant_id, rep_key, first_day, last_day) VALUES (1, 'secret-rep', '2020-01-01', '2020-01-02');
INSERT INTO highseas.capacity (tenant_id, rule, maximum) VALUES (1, 'secret-capacity', 100);
INSERT INTO highseas.quota (tenant_id, rule, period, maximum) VALUES (1, 'secret-quota', 'day', 100);
INSERT INTO highseas.category_rule (tenant_id, rule, category) VALUES (1, 'secret-rule', 'E');
INSERT INTO highseas.kind_rule (tenant_id, priority, kind, field, words) VALUES (1, 1, 'personal', 'source', '{secret}');
INSERT INTO highseas.class_rule (tenant_id, minimum_stay) VALUES (1, 77);
INSERT INTO highseas.lifecycle_rule (tenant_id, new_days) VALUES (1, 77);
INSERT INTO highseas.deadline (tenant_id, rule, kind, window_amount, window_unit) VALUES (1, 'secret-deadline', 'no_follow_up', 1, 'month');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
VALUES (1, 'c1', 'main', '2020-01-01', '2020-01-01'), (1, 'secret', 'main', '2020-01-01', '2020-01-01'),
       (1, 'secret2', 'secret-pool', '2020-01-01', '2020-01-01'), (2, 'c1', 'main', '2020-01-01', '2020-01-01');
INSERT INTO highseas.profile (tenant_id, customer_key, company, email)
VALUES (1, 'c1', 'Secret Ltd', 'secret@example.com'), (1, 'secret', 'Secret 2 Ltd', 'secret2@example.com'), (2, 'c1', 'Beta Ltd', 'beta@example.com');
-- A company that is often there, so that the planner's statistics would know it.
INSERT INTO highseas.profile (tenant_id, customer_key, company) SELECT 1, 'p' || i, 'Secret Ltd' FROM generate_series(1, 50) i;
INSERT INTO highseas.profile (tenant_id, customer_key, company) SELECT 2, 'p' || i, 'Beta ' || i FROM generate_series(1, 50) i;
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount) VALUES (1, 'c1', 'o1', '2020-01-01', 5);
SET highseas.tenant = 'alpha';
SELECT customer_key FROM highseas_api.claim('c1', 'kim', retry_key => 'retry-alpha');
SELECT customer_key FROM highseas_api.follow_up('c1', 'call', 'secret note', 'kim');
SELECT status FROM highseas_api.extend('c1', '2030-01-01', 'secret reason', 'kim');
SELECT extension_id AS a_extension FROM highseas.extension \gset
SELECT protected_until FROM highseas_api.protect('c1', '2200-01-01');
INSERT INTO highseas.notice (tenant_id, at, rep_key, customer_key, kind, message) VALUES (1, now(), 'kim', 'c1', 'given', 'secret');
SELECT notice_id AS a_notice FROM highseas.notice \gset
RESET highseas.tenant;
CALL highseas.rotate('alpha');
CALL highseas.expire_due('alpha');

-- A checksum of everything that is alpha's.
CREATE FUNCTION public.sum_of_alpha() RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    t text;
    part text;
    everything text := '';
BEGIN
    FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'highseas'::regnamespace AND relkind = 'r' ORDER BY 1 LOOP
        EXECUTE format('SELECT md5(string_agg(x::text, ''|'' ORDER BY x::text)) FROM highseas.%I x WHERE tenant_id = 1', t) INTO part;
        everything := everything || t || coalesce(part, '') || ';';
    END LOOP;
    RETURN md5(everything);
END $$;
CREATE FUNCTION public.estimate(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END $$;
ANALYZE highseas.profile;
CREATE TABLE public.before_attack AS SELECT public.sum_of_alpha() AS sum;
-- So that beta's login can be measured by itself: what is there of alpha, in every table and view.
CREATE FUNCTION public.rows_of_alpha() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    r record;
    hits bigint;
BEGIN
    FOR r IN SELECT c.relname, string_agg(quote_ident(a.attname), ', ') FILTER (WHERE has_column_privilege(c.oid, a.attnum, 'SELECT')) AS columns
             FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'highseas') AND c.relkind IN ('r', 'v')
             GROUP BY c.relname ORDER BY c.relname LOOP
        BEGIN
            EXECUTE format('SELECT count(*) FROM (SELECT %s FROM highseas.%I) x WHERE x::text ~* ''secret|alpha|regress_a''',
                           r.columns, r.relname) INTO hits;
            IF hits > 0 THEN
                RETURN NEXT r.relname || ': ' || hits;
            END IF;
        EXCEPTION WHEN OTHERS THEN
            RETURN NEXT r.relname || ': ' || SQLSTATE;
        END;
    END LOOP;
END $$;
CREATE FUNCTION public.try(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE call INTO answer;
    RETURN 'done: ' || coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
-- The measure works: alpha's admin sees his own.
SET SESSION AUTHORIZATION regress_a_admin;
SET highseas.rep = 'kim';
SELECT * FROM public.rows_of_alpha();
RESET highseas.rep;

-- beta's admin: every table, every view, whatever the settings say.
SET SESSION AUTHORIZATION regress_b_admin;
SET highseas.rep = 'kim';
SELECT * FROM public.rows_of_alpha();
SET highseas.tenant = 'alpha';
SET highseas.rep = 'secret-rep';
SELECT * FROM public.rows_of_alpha();
SET request.jwt.claims = '{"sub": "secret-rep", "role": "regress_a_admin", "tenant": "alpha"}';
SELECT * FROM public.rows_of_alpha();
RESET highseas.tenant;
RESET highseas.rep;
SET row_security = off;
SELECT public.try('SELECT count(*) FROM highseas.customer');
RESET row_security;
SELECT public.try('SET highseas.clock = ''2000-01-01''');
SELECT public.try('SET highseas.other = 1');
SELECT public.try('SET ROLE regress_a_admin');
SELECT public.try('SET ROLE postgres');
SELECT public.try('SELECT email FROM highseas.profile');
SELECT count(*) FROM pg_stats WHERE schemaname = 'highseas';
SET row_security = off;
SELECT count(*) FROM pg_stats WHERE schemaname = 'highseas';
RESET row_security;
SELECT public.estimate('SELECT company FROM highseas.profile WHERE company = ''Secret Ltd''')
     = public.estimate('SELECT company FROM highseas.profile WHERE company = ''No such Ltd''') AS estimates_tell_nothing;
SELECT public.try('SELECT last_value FROM highseas.holding_holding_id_seq');
SELECT public.try('SELECT pg_sequence_last_value(''highseas.holding_holding_id_seq'')') !~ 'done: [0-9]' AS hidden;
SELECT count(*) FROM pg_sequences WHERE schemaname = 'highseas' AND last_value IS NOT NULL;
SELECT public.try($$SELECT schema_to_xml('highseas', true, false, '')::text ~ 'alpha|secret'$$) <> 'done: true' AS hidden;
SELECT table_to_xml('highseas.tenant', true, false, '')::text ~ 'beta' AS mine, table_to_xml('highseas.tenant', true, false, '')::text ~ 'alpha' AS alphas;
SELECT count(*) FROM highseas.pool TABLESAMPLE SYSTEM (100);
COPY highseas.tenant (tenant_id, name) TO STDOUT;
-- A function that is cheap and talks sees no row before the policy does.
CREATE FUNCTION public.peek(anyelement) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
    IF $1::text ~ 'secret' THEN
        RAISE WARNING 'seen %', $1;
    END IF;
    RETURN true;
END $$;
SELECT count(*) FROM highseas.customer c WHERE public.peek(c.customer_key);
SELECT count(*) FROM highseas.holding h WHERE public.peek(h);
SELECT count(*) FROM highseas.tenant_role r WHERE public.peek(r.role_name);
SELECT count(*) FROM highseas.pool_list p WHERE public.peek(p.customer_key);
-- Every verb, with alpha named and alpha's keys copied: an unknown key and another's read alike.
SELECT call, public.try(call) FROM unnest(ARRAY[
    $$SELECT highseas_api.claim('secret', 'kim')$$,
    $$SELECT highseas_api.claim('nosuch', 'kim')$$,
    $$SELECT highseas_api.claim('secret', 'kim', 'alpha')$$,
    $$SELECT highseas_api.claim('secret', 'kim', 'nosuch')$$,
    $$SELECT highseas_api.claim('c1', 'secret-rep')$$,
    $$SELECT highseas_api.claim('c1', 'nosuch')$$,
    $$SELECT highseas_api.claim_next('secret-pool', 'kim')$$,
    $$SELECT highseas_api.claim_many(ARRAY['secret', 'secret2'], 'kim')$$,
    $$SELECT highseas_api.follow_up('c1', rep => 'kim')$$,
    $$SELECT highseas_api.follow_up('c1', rep => 'kim', tenant => 'alpha')$$,
    $$SELECT highseas_api.return_to_pool('c1', 'price')$$,
    $$SELECT highseas_api.return_to_pool('c1', 'price', tenant => 'alpha')$$,
    $$SELECT highseas_api.return_to_pool('secret', 'price')$$,
    $$SELECT highseas_api.assign('secret', 'kim')$$,
    $$SELECT highseas_api.assign('c1', 'secret-rep')$$,
    $$SELECT highseas_api.transfer('c1', 'secret-rep', rep => 'kim')$$,
    $$SELECT highseas_api.extend('secret', '2090-01-01')$$,
    $$SELECT highseas_api.protect('secret', '2090-01-01')$$,
    $$SELECT highseas_api.withdraw('secret', 'mine now')$$,
    $$SELECT highseas_api.reinstate('secret', pool => 'secret-pool')$$,
    $$SELECT highseas_api.acknowledge(ARRAY[1, 2, 3]::bigint[], 'kim')$$,
    $$SELECT highseas_api.merge_customer('secret', 'c1')$$,
    $$SELECT highseas_api.merge_customer('c1', 'secret')$$,
    $$SELECT highseas_api.merge_customer('c1', 'secret', tenant => 'alpha')$$,
    $$SELECT highseas_api.rekey_customer('secret', 'stolen')$$,
    $$SELECT highseas_api.rekey_customer('secret', 'stolen', 'alpha')$$,
    $$SELECT highseas_api.attach('evil', 'reps', 'SELECT ''evil'' AS rep_key', run_as => 'regress_b_admin', tenant => 'alpha')$$,
    $$SELECT highseas_api.attach('evil', 'reps', 'SELECT rep_key FROM highseas.rep', run_as => 'regress_a_admin')$$,
    $$SELECT highseas.may_claim('kim', 'secret')$$,
    $$SELECT highseas.may_claim('kim', 'secret', 'alpha')$$,
    $$SELECT highseas.contact_field(1, 'c1', 'email')$$,
    $$SELECT highseas.contact_field(2, 'c1', 'email')$$,
    $$SELECT highseas.has_access(1, 'reader')$$,
    $$SELECT highseas.only_pool(1, 'secret-pool')$$,
    $$SELECT count(*) FROM highseas.planned_rotation('secret-pool')$$,
    $$SELECT count(*) FROM highseas.planned_allocation('secret-pool')$$,
    $$SELECT count(*) FROM highseas.plan_pool_allocation(1, 'main', now(), '{c1,secret}', '{}')$$,
    $$SELECT count(*) FROM highseas.conversion_by_segment(1, 'source', now())$$,
    $$SELECT count(*) FROM highseas.to_allocate(1, 'allocate', 'secret-pool', now(), 10)$$,
    $$SELECT highseas.covered_rep(1, 'secret'), highseas.back_from_leave(1, 'kim', now())$$,
    $$SELECT count(*) FROM highseas.to_cover(1, now())$$,
    $$SELECT highseas.move_held(1, '{secret}', '{kim}', '{x}', 'cover', now())$$,
    $$SELECT highseas.allocate_batch(1, 'allocate', 1, 10), highseas.cover_leave_batch(1, 1, 10)$$,
    $$SELECT highseas.hand_over_batch(1, 1, 10)$$,
    $$SELECT count(*) FROM highseas.to_propose(1, now(), '{}')$$,
    $$SELECT highseas_api.keep_customer('secret', rep => 'kim', tenant => 'alpha')$$,
    $$SELECT count(*) FROM highseas.planned_returns('2200-01-01')$$,
    $$SELECT count(*) FROM highseas.check_consistency()$$,
    $$SELECT highseas.rep_facts(1, 'kim', now())$$,
    $$SELECT highseas.limits_of(1, 'kim', now())$$,
    $$SELECT count(*) FROM highseas.due_of(1, 'kim', 'main', NULL, NULL, now(), NULL, NULL, NULL, NULL, 'none', NULL, NULL, NULL, now())$$,
    $$SELECT highseas.job_tenants('alpha')$$,
    $$SELECT highseas.job_tenants(NULL)$$,
    $$SELECT highseas.job_start(1, 'expire_due')$$,
    $$SELECT highseas.job_start(99, 'expire_due')$$,
    $$SELECT highseas.job_start(NULL, 'expire_due')$$,
    $$SELECT highseas.job_step(1, 'expire_due', 1, 100)$$,
    $$SELECT highseas.job_step(1, 'rotate', 1, 100)$$,
    $$SELECT highseas.job_end(1, 'rotate', 1, 'failed', 'by beta')$$,
    $$SELECT highseas.unschedule_jobs()$$,
    $$CALL highseas.create_tenant('gamma')$$,
    $$CALL highseas.grant_role('regress_b_admin', 'admin', 'alpha')$$,
    $$CALL highseas.revoke_role('regress_a_admin', 'alpha')$$,
    $$SELECT highseas.authorize('alpha', 'reader')$$,
    $$SELECT highseas.take_in_turn(1, '{secret}', '{kim}', '{x}', 'assign', 'x', now())$$,
    $$SELECT highseas.release(1, '{c1}', 'return', 'x', now())$$,
    $$SELECT highseas.expire_due_batch(1, 1, 100)$$,
    $$SELECT highseas.write_owners('UPDATE pg_authid SET rolsuper = true WHERE rolname = $2 AND $1 = $1', 'postgres', '{x}', '{regress_b_admin}', '{x}')$$,
    $$SELECT highseas.fetch_rows('SELECT rolname FROM pg_authid', 'postgres', '{rolname}')$$,
    $$SELECT highseas.describe_query('SELECT 1', 'postgres')$$,
    $$SELECT highseas_api.delete_rules('quota', '{"rule": "secret-quota"}')$$,
    $$SELECT highseas_api.delete_rules('quota', '{"tenant_id": 1}')$$,
    $$SELECT highseas_api.delete_rules('quota', '{"rule": "secret-quota"}', 'alpha')$$,
    $$SELECT highseas_api.detach('main', 'alpha')$$]) call;
SELECT public.try(format('SELECT highseas_api.decide_extension(%s, true)', :a_extension)) = public.try('SELECT highseas_api.decide_extension(987654321, true)')
    OR public.try(format('SELECT highseas_api.decide_extension(%s, true)', :a_extension)) LIKE '42704 %' AS refused;
SELECT public.try(format('SELECT highseas_api.acknowledge(ARRAY[%s]::bigint[], ''kim'')', :a_notice));
CALL highseas.expire_due('alpha');
CALL highseas.rotate('alpha');
CALL highseas.sync('alpha');
CALL highseas.reconcile('alpha');
-- Whatever takes a tenant's number answers nothing for alpha's: no row, NULL, false or an error.
SELECT f.signature, a.answer
FROM (SELECT p.oid::regprocedure AS signature, format('SELECT string_agg(x::text, '' '') FROM highseas.%I(%s) x', p.proname,
             (SELECT string_agg(coalesce(CASE
                         WHEN p.proargnames[n] = 'tenant_id' THEN '1' WHEN p.proargnames[n] IN ('pool', 'pool_key') THEN '''main'''
                         WHEN p.proargnames[n] IN ('customer', 'customer_key') THEN '''c1''' WHEN p.proargnames[n] = 'field' THEN '''email'''
                         WHEN p.proargnames[n] = 'needed' THEN '''reader''' WHEN p.proargnames[n] = 'time_zone' THEN '''UTC'''
                         WHEN p.proargnames[n] = 'deal' THEN '''none''' WHEN p.proargnames[n] = 'category' THEN '''F''' END,
                     CASE format_type(p.proargtypes[n - 1], NULL)
                         WHEN 'text' THEN '''kim''' WHEN 'timestamp with time zone' THEN 'now()' WHEN 'integer' THEN '100' ELSE 'NULL' END), ', ' ORDER BY n)
              FROM generate_series(1, p.pronargs) n)) AS call
      FROM pg_proc p
      WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'highseas') AND p.prokind = 'f'
        AND 'tenant_id' = ANY (p.proargnames[1:p.pronargs]) AND has_function_privilege(p.oid, 'EXECUTE')) f, public.try(f.call) AS a(answer)
WHERE a.answer !~ '^(done: (NULL|false|[(],*[)]( [(],*[)])*)|42501 .*|42704 .*)$'
  AND a.answer <> ALL (SELECT 'done: ' || x FROM unnest(ARRAY[ -- the built-in ones
          (SELECT r::text FROM highseas.rfm_segments_of(NULL) r), highseas.compile_category_rules(NULL)::text, highseas.kinds_of(NULL)::text,
          (SELECT string_agg(r::text, ' ') FROM highseas.category_rules_of(NULL) r),
          (SELECT string_agg(r::text, ' ') FROM highseas.treatments_of(NULL) r), (SELECT r::text FROM highseas.treatment_of(NULL, 'kim', 'kim') r),
          (SELECT string_agg(replace(r::text, '(,', '(1,'), ' ') FROM highseas.intent_rules_of(NULL) r),
          replace(highseas.churn_rule_of(NULL)::text, '(,', '(1,'), (SELECT w::text FROM highseas.withdrawal_preview('F', NULL) w),
          replace(highseas.class_rule_of(NULL)::text, '(,', '(1,'), replace(highseas.lifecycle_rule_of(NULL)::text, '(,', '(1,')]) x);
-- What runs queries as somebody else is nobody's to call; nor is anything in C that is not pure, but these.
SELECT p.proname FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'c'
WHERE p.pronamespace = 'highseas'::regnamespace AND p.provolatile <> 'i' AND has_function_privilege(p.oid, 'EXECUTE') ORDER BY 1;
-- Rows of its own, pointing at alpha.
SELECT call, public.try(call) FROM unnest(ARRAY[
    $$INSERT INTO highseas.pool (tenant_id, pool_key) VALUES (1, 'by-beta')$$,
    $$INSERT INTO highseas.pool (tenant_id, pool_key, return_to) VALUES (2, 'by-beta', 'secret-pool')$$,
    $$INSERT INTO highseas.pool_member (tenant_id, pool_key, rep_key) VALUES (1, 'main', 'kim')$$,
    $$INSERT INTO highseas.pool_member (tenant_id, pool_key, rep_key) VALUES (2, 'main', 'secret-rep')$$,
    $$INSERT INTO highseas.rep (tenant_id, rep_key) VALUES (1, 'by-beta')$$,
    $$INSERT INTO highseas.rep (tenant_id, rep_key, login_role) VALUES (2, 'by-beta', 'regress_a_rep') RETURNING rep_key$$,
    $$INSERT INTO highseas.quota (tenant_id, rule, period, maximum) VALUES (1, 'by-beta', 'day', 0)$$,
    $$INSERT INTO highseas.quota (tenant_id, rule, period) VALUES (1, 'secret-quota', 'day') ON CONFLICT DO NOTHING$$,
    $$INSERT INTO highseas.quota (tenant_id, rule, period) VALUES (1, 'nosuch', 'day') ON CONFLICT DO NOTHING$$,
    $$INSERT INTO highseas.tenant_role VALUES (1, 'regress_b_admin', 'admin')$$,
    $$UPDATE highseas.pool SET tenant_id = 1 WHERE pool_key = 'main'$$,
    $$WITH x AS (UPDATE highseas.pool SET is_open = false WHERE tenant_id = 1 RETURNING 1) SELECT count(*) FROM x$$,
    $$WITH x AS (DELETE FROM highseas.pool_member WHERE tenant_id = 1 RETURNING 1) SELECT count(*) FROM x$$,
    $$WITH x AS (UPDATE highseas.tenant SET grace = '0' WHERE tenant_id = 1 RETURNING 1) SELECT count(*) FROM x$$,
    $$WITH x AS (UPDATE highseas.rep SET active = false WHERE tenant_id = 1 RETURNING 1) SELECT count(*) FROM x$$,
    $$UPDATE highseas.tenant SET name = 'alpha'$$,
    $$TRUNCATE highseas.quota$$,
    $$CREATE FUNCTION highseas.evil() RETURNS int LANGUAGE sql AS 'SELECT 1'$$,
    $$CREATE TABLE highseas_api.evil (x int)$$,
    $$CREATE TRIGGER evil BEFORE INSERT ON highseas.quota FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()$$,
    $$CREATE RULE evil AS ON SELECT TO highseas.quota DO INSTEAD SELECT 1$$,
    $$CREATE POLICY evil ON highseas.quota USING (true)$$,
    $$ALTER TABLE highseas.quota DISABLE ROW LEVEL SECURITY$$,
    $$DROP EXTENSION highseas$$,
    $$ALTER ROLE regress_b_admin SET highseas.clock = '2000-01-01'$$,
    $$SELECT count(*) FROM (SELECT FROM highseas.job FOR UPDATE) x$$,
    $$SELECT count(*) FROM (SELECT FROM highseas.rep FOR UPDATE) x$$,
    $$SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'regress_a_admin'$$]) call;
-- No lock on a shared table that anybody's work would wait for; ROW EXCLUSIVE is what an INSERT takes, and ROW SHARE
-- (from PostgreSQL 16 on) holds up no more.
SELECT c.relname, m.mode FROM pg_class c, unnest(ARRAY['SHARE UPDATE EXCLUSIVE', 'SHARE',
    'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE']) m(mode)
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'highseas') AND c.relkind IN ('r', 'v')
  AND public.try(format('LOCK TABLE highseas.%I IN %s MODE', c.relname, m.mode)) NOT LIKE '42501 %';
LISTEN highseas;
SELECT count(*) FROM (SELECT pg_advisory_lock(1, i) FROM generate_series(1, 8) i UNION ALL SELECT pg_advisory_lock(i) FROM generate_series(1, 8) i) x;

-- The gateway inherits nothing: it is nobody before its SET ROLE, and beta after it.
SET SESSION AUTHORIZATION regress_b_gateway;
SELECT public.try('SELECT count(*) FROM highseas.customer');
SELECT public.try($$SELECT highseas_api.claim('c1', 'kim')$$);
SET ROLE regress_b_admin;
SELECT public.try('SELECT count(*) FROM highseas.customer');
SELECT public.try($$SELECT customer_key FROM highseas_api.claim('c1', 'kim')$$);
SELECT public.try('SELECT DISTINCT actor FROM highseas.holding');
SELECT public.try('SET ROLE regress_a_admin');
RESET ROLE;
-- A pooler that may be either keeps nothing of the one in the other's plans.
SET SESSION AUTHORIZATION regress_pooler;
SET plan_cache_mode = force_generic_plan;
SET ROLE regress_a_agent;
PREPARE tenants AS SELECT tenant_id, name, highseas.current_tenant(), (SELECT count(*) FROM highseas.planned_returns('2200-01-02')) FROM highseas.tenant;
PREPARE claims AS SELECT highseas.may_claim('kim', 'secret2');
EXECUTE tenants;
EXECUTE claims;
SET ROLE regress_b_admin;
EXECUTE tenants;
EXECUTE claims;
RESET ROLE;
SELECT public.try('EXECUTE tenants');
RESET plan_cache_mode;
SET SESSION AUTHORIZATION regress_nobody;
SELECT public.try('SELECT count(*) FROM highseas.customer');
SELECT public.try($$SELECT highseas.claim_verdict(now(), 'free', NULL, 'x', NULL, true, true, true, NULL, NULL, NULL, NULL, NULL, NULL)$$);

-- The path: beta's operators, functions, types and tables before ours, in schemas and as temporary ones.
-- A fresh session, so that what is compiled is compiled under it.
\c -
SET client_min_messages = warning;
SET timezone = 'UTC';
SET SESSION AUTHORIZATION regress_b_admin;
-- The library is not loaded yet: nobody knows that the clock is not his to set, until it is asked.
SET client_min_messages = error;
SET highseas.clock = '2000-01-01';
SELECT highseas.clock() > '2020-01-01' AS real_time;
SET client_min_messages = warning;
SET highseas.rep = 'kim';
CREATE SCHEMA evil;
CREATE FUNCTION evil.caught(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_user NOT IN ('regress_b_admin', 'regress_b_gateway') THEN
        RAISE EXCEPTION 'CAUGHT % running %', current_user, what;
    END IF;
END $$;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
CREATE FUNCTION evil.text_eq(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.caught('text ='); RETURN true; END $$;
CREATE FUNCTION evil.big_eq(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.caught('bigint ='); RETURN true; END $$;
CREATE FUNCTION evil.int_ge(integer, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.caught('integer >='); RETURN true; END $$;
CREATE FUNCTION evil.big_lt_int(bigint, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.caught('bigint < integer'); RETURN false; END $$;
CREATE FUNCTION evil.name_eq(name, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.caught('name ='); RETURN true; END $$;
CREATE OPERATOR evil.= (FUNCTION = evil.text_eq, LEFTARG = text, RIGHTARG = text);
CREATE OPERATOR evil.= (FUNCTION = evil.big_eq, LEFTARG = bigint, RIGHTARG = bigint);
CREATE OPERATOR evil.>= (FUNCTION = evil.int_ge, LEFTARG = integer, RIGHTARG = integer);
CREATE OPERATOR evil.< (FUNCTION = evil.big_lt_int, LEFTARG = bigint, RIGHTARG = integer);
CREATE OPERATOR evil.= (FUNCTION = evil.name_eq, LEFTARG = name, RIGHTARG = text);
CREATE FUNCTION evil.left(text, integer) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.caught('left'); RETURN $1; END $$;
CREATE FUNCTION evil.set_config(text, text, boolean) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.caught('set_config'); RETURN $1; END $$;
CREATE FUNCTION evil.pg_notify(text, text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.caught('pg_notify'); END $$;
CREATE FUNCTION evil.pg_has_role(oid, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION evil.to_regrole(text) RETURNS regrole LANGUAGE sql AS $$SELECT 'regress_a_admin'::regrole$$;
CREATE FUNCTION evil.ok(pg_catalog.text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.caught('a CHECK'); RETURN true; END $$;
CREATE DOMAIN evil.text AS pg_catalog.text CHECK (evil.ok(VALUE));
CREATE DOMAIN evil.name AS pg_catalog.name CHECK (evil.ok(VALUE::pg_catalog.text));
CREATE DOMAIN evil.timestamptz AS pg_catalog.timestamptz CHECK (evil.ok(VALUE::pg_catalog.text));
CREATE DOMAIN evil.jsonb AS pg_catalog.jsonb CHECK (evil.ok(VALUE::pg_catalog.text));
CREATE TABLE evil.tenant_role (tenant_id bigint, role_name pg_catalog.name, access pg_catalog.text);
CREATE TABLE evil.pg_class (oid oid, relname pg_catalog.name);
CREATE TEMP TABLE tenant_role (tenant_id bigint, role_name pg_catalog.name, access pg_catalog.text);
INSERT INTO tenant_role VALUES (1, 'regress_b_admin', 'admin');
INSERT INTO evil.tenant_role VALUES (1, 'regress_b_admin', 'admin');
CREATE TEMP TABLE tenant (tenant_id bigint, name pg_catalog.text);
INSERT INTO pg_temp.tenant VALUES (1, 'beta'), (1, 'alpha');
CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (evil.ok(VALUE));
CREATE DOMAIN pg_temp.timestamptz AS pg_catalog.timestamptz CHECK (evil.ok(VALUE::pg_catalog.text));
SET search_path = evil, pg_temp, pg_catalog;
SELECT pg_catalog.count(*) FROM highseas.customer;
SELECT pg_catalog.count(*) FROM highseas.pool_list;
SELECT pg_catalog.count(*) FROM highseas.tenant_role;
SELECT call, public.try(call) FROM unnest(ARRAY[
    $$SELECT highseas.only_pool(2, 'main')$$,
    $$SELECT highseas.has_access(1, 'reader')$$,
    $$SELECT highseas.current_tenant()$$,
    $$SELECT highseas.current_rep()$$,
    $$SELECT count(*) FROM highseas.planned_rotation('main')$$,
    $$SELECT customer_key FROM highseas_api.return_to_pool('c1', 'price', rep => 'kim')$$,
    $$SELECT customer_key FROM highseas_api.claim_next('main', 'kim')$$,
    $$SELECT customer_key FROM highseas_api.follow_up('c1', rep => 'kim')$$,
    $$SELECT customer_key FROM highseas_api.protect('c1', now() + '1 day', rep => 'kim')$$,
    $$SELECT customer_key FROM highseas_api.protect('c1', NULL, rep => 'kim')$$,
    $$SELECT customer_key FROM highseas_api.extend('c1', '2090-01-01')$$,
    $$SELECT customer_key FROM highseas_api.withdraw('c1', 'x')$$,
    $$SELECT customer_key FROM highseas_api.reinstate('c1')$$,
    $$SELECT claimed FROM highseas_api.claim_many(ARRAY['c1', 'secret'], 'kim')$$,
    $$SELECT allowed FROM highseas.may_claim('kim', 'c1')$$,
    $$SELECT highseas.contact_field(2, 'c1', 'email')$$,
    $$SELECT highseas.job_tenants('alpha')$$,
    $$SELECT highseas.job_start(1, 'expire_due')$$,
    $$SELECT count(*) FROM highseas.my_customers$$]::pg_catalog.text[]) call;
CALL highseas.expire_due();
CALL highseas.rotate();
CALL highseas.replan();
CALL highseas.purge();
CALL highseas.send_reminders();
RESET search_path;
RESET highseas.rep;
RESET SESSION AUTHORIZATION;
SELECT public.sum_of_alpha() = sum AS alpha_unchanged FROM public.before_attack;
-- The DBA, with beta's schema first in his path, runs the jobs of all.
SET search_path = evil, public, pg_catalog;
CALL highseas.expire_due();
CALL highseas.rotate();
CALL highseas.replan();
CALL highseas.purge();
CALL highseas.send_reminders();
SELECT job, status, error FROM highseas.job_run WHERE error IS NOT NULL ORDER BY run_id;
RESET search_path;
-- An attachment that reads our own tables, run by the DBA, sees what its role sees.
SET SESSION AUTHORIZATION regress_b_admin;
SELECT attachment FROM highseas_api.attach('spy', 'reps', 'SELECT rep_key || ''-seen'' AS rep_key FROM highseas.rep', run_as => 'regress_b_admin');
RESET SESSION AUTHORIZATION;
CALL highseas.sync('beta');
SELECT rep_key FROM highseas.rep WHERE tenant_id = 2 ORDER BY rep_key;

-- An index function that the DBA's ANALYZE runs, a materialized view that he refreshes.
SET SESSION AUTHORIZATION regress_b_admin;
CREATE FUNCTION public.index_evil(x integer) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    call text;
BEGIN
    IF current_setting('evil.armed', true) = 'yes' THEN
        FOREACH call IN ARRAY ARRAY['SELECT customer_key FROM highseas_api.claim(''secret'', ''kim'', ''alpha'')',
                                    'SELECT highseas_api.withdraw(''secret'', ''x'', ''alpha'')',
                                    'SELECT highseas.job_start(1, ''expire_due'')',
                                    'SELECT highseas.contact_field(1, ''c1'', ''email'')',
                                    'SELECT allowed FROM highseas.may_claim(''kim'', ''secret'', ''alpha'')',
                                    'SELECT count(*) FROM highseas.customer WHERE tenant_id = 1'] LOOP
            RAISE WARNING '% as %', public.try(call), current_user;
        END LOOP;
    END IF;
    RETURN x::text;
END $$;
CREATE TABLE public.bait (x integer);
INSERT INTO public.bait VALUES (1);
CREATE INDEX ON public.bait (public.index_evil(x));
CREATE MATERIALIZED VIEW public.bait_view AS SELECT public.index_evil(1);
RESET SESSION AUTHORIZATION;
SET evil.armed = 'yes';
ANALYZE public.bait;
REFRESH MATERIALIZED VIEW public.bait_view;
SET evil.armed = 'no';
\c -
SET client_min_messages = warning;

-- Roles that are gone disturb nobody.
SET SESSION AUTHORIZATION regress_a_agent;
SELECT count(*) FROM highseas.customer;
RESET SESSION AUTHORIZATION;
CREATE ROLE "regress ""odd' name";
CALL highseas.grant_role('regress "odd'' name', 'reader', 'alpha');
DROP OWNED BY "regress ""odd' name";
DROP ROLE "regress ""odd' name";
SET SESSION AUTHORIZATION regress_a_agent;
SELECT count(*) FROM highseas.customer;
-- Nor does a name come back with what was dropped under it: not of itself, not through
-- another's grants, not by new ones.
RESET SESSION AUTHORIZATION;
CREATE ROLE regress_again LOGIN;
CALL highseas.grant_role('regress_again', 'admin', 'alpha');
SET SESSION AUTHORIZATION regress_again;
SELECT count(*) FROM highseas.customer;
SELECT allowed FROM highseas.may_claim('kim', 'secret2');
RESET SESSION AUTHORIZATION;
SELECT public.try('DROP ROLE regress_again');
DROP OWNED BY regress_again;
DROP ROLE regress_again;
CREATE ROLE regress_again LOGIN;
GRANT regress_b_admin TO regress_again;
SET SESSION AUTHORIZATION regress_again;
SELECT tenant_id, count(*) FROM highseas.customer GROUP BY 1;
SELECT public.try($$SELECT highseas.may_claim('kim', 'secret2', 'alpha')$$), highseas.has_access(1, 'reader'), highseas.has_access(2, 'admin'),
    highseas.rep_facts(1, 'kim', now()) IS NULL;
RESET SESSION AUTHORIZATION;
REVOKE regress_b_admin FROM regress_again;
CALL highseas.grant_role('regress_again', 'reader', 'beta');
SET SESSION AUTHORIZATION regress_again;
SELECT tenant_id, count(*) FROM highseas.customer GROUP BY 1;
RESET SESSION AUTHORIZATION;
SELECT tenant_id, access FROM highseas.tenant_role WHERE role_name = 'regress_again';
-- Who still has his grants keeps the one tenant when he is let into another.
CALL highseas.grant_role('regress_again', 'reader', 'alpha');
SELECT tenant_id, access FROM highseas.tenant_role WHERE role_name = 'regress_again' ORDER BY 1;
CALL highseas.revoke_role('regress_again', 'beta');
CALL highseas.revoke_role('regress_again', 'alpha');
SET SESSION AUTHORIZATION regress_a_agent;
SELECT customer_key FROM highseas_api.claim('secret2', 'kim');
RESET SESSION AUTHORIZATION;
SELECT customer_key FROM highseas_api.return_to_pool('secret2', 'price', tenant => 'alpha');
-- Shut out, he sees nothing, whatever was granted.
CALL highseas.revoke_role('regress_a_agent', 'alpha');
SET SESSION AUTHORIZATION regress_a_agent;
SELECT count(*) FROM highseas.customer;
SELECT public.try($$SELECT highseas_api.claim('secret2', 'kim')$$);
RESET SESSION AUTHORIZATION;

-- Nothing of alpha's changed but what alpha and the DBA's jobs did: the same four rows, and no superuser more.
SELECT customer_key, state, holder FROM highseas.customer WHERE tenant_id = 1 ORDER BY customer_key;
SELECT count(*) FROM highseas.holding WHERE tenant_id = 1 AND 'regress_b_admin' IN (actor, end_actor);
SELECT rolname FROM pg_roles WHERE rolname LIKE 'regress%' AND rolsuper;
SELECT * FROM highseas.check_consistency();

DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP TABLE public.before_attack;
DROP FUNCTION public.sum_of_alpha, public.rows_of_alpha, public.try, public.estimate;
DROP OWNED BY regress_a_admin, regress_a_agent, regress_a_rep, regress_b_admin, regress_b_gateway, regress_nobody, regress_pooler, regress_again CASCADE;
DROP ROLE regress_a_admin, regress_a_agent, regress_a_rep, regress_b_admin, regress_b_gateway, regress_nobody, regress_pooler, regress_again;
