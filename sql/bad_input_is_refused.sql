-- Whatever is passed to whatever users may call: a documented SQLSTATE or a plain answer, and a refused
-- call changes nothing. The calls are generated from the catalogue, so that a new function is tried, too.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = error;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET highseas.clock = '2026-03-02 09:00+00';
CREATE ROLE regress_bad_admin;
CALL highseas.create_tenant('alpha');
CALL highseas.create_tenant('beta');
CALL highseas.grant_role('regress_bad_admin', 'admin', 'beta');
GRANT CREATE ON SCHEMA public TO regress_bad_admin;
INSERT INTO highseas.pool (tenant_id, pool_key) VALUES (1, 'alphas'), (2, 'main');
INSERT INTO highseas.rep (tenant_id, rep_key) VALUES (1, 'alpha-rep'), (2, 'kim'), (2, 'lee');
INSERT INTO highseas.deadline (tenant_id, rule, kind, window_amount, window_unit) VALUES (2, 'week', 'no_follow_up', 7, 'day');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 2, 'c' || i, 'main', timestamptz '2020-01-01', timestamptz '2020-01-01' FROM generate_series(1, 5) i
UNION ALL SELECT 1, 'alpha-customer', 'alphas', '2020-01-01', '2020-01-01';
SELECT customer_key FROM highseas_api.claim('c1', 'kim', 'beta');

CREATE FUNCTION public.checksum() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    t text;
    part text;
    everything text := '';
BEGIN
    FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'highseas'::regnamespace AND relkind = 'r' ORDER BY 1 LOOP
        EXECUTE format('SELECT md5(string_agg(x::text, ''|'' ORDER BY x::text)) FROM highseas.%I x', t) INTO part;
        everything := everything || coalesce(part, '') || ';';
    END LOOP;
    RETURN md5(everything);
END $$;

-- A good value for each argument by its name and type, and nasty ones by its type.
CREATE FUNCTION public.good(name text, type text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(
        CASE name
            WHEN 'customer' THEN '''c1''' WHEN 'customer_key' THEN '''c1''' WHEN 'customers' THEN '''{c1}'''
            WHEN 'rep' THEN '''kim''' WHEN 'rep_key' THEN '''kim''' WHEN 'to_rep' THEN '''lee''' WHEN 'from_rep' THEN '''kim'''
            WHEN 'tenant' THEN 'NULL' WHEN 'pool' THEN '''main''' WHEN 'pool_key' THEN '''main''' WHEN 'reason' THEN '''price'''
            WHEN 'until' THEN '''2026-03-11''' WHEN 'retry_key' THEN 'NULL' WHEN 'tenant_id' THEN '2' WHEN 'kind' THEN '''personal'''
            WHEN 'time_zone' THEN '''UTC''' WHEN 'zone' THEN '''UTC''' WHEN 'unit' THEN '''day''' WHEN 'state' THEN '''free'''
            WHEN 'needed' THEN '''reader''' WHEN 'access' THEN '''reader''' WHEN 'field' THEN '''email''' WHEN 'job' THEN '''purge'''
            WHEN 'limit_kinds' THEN '''{quota}''' WHEN 'kinds' THEN '''{no_follow_up}''' WHEN 'units' THEN '''{day}'''
            WHEN 'act' THEN '''claim''' WHEN 'deal' THEN '''none''' WHEN 'customer_keys' THEN '''{a}''' WHEN 'regions' THEN '''{NULL}'''
            WHEN 'classes' THEN '''{NULL}''' WHEN 'tree_parents' THEN '''{NULL}'''
            WHEN 'table' THEN '''quota''' WHEN 'matching' THEN '''{"rule": "x"}'''
            WHEN 'model' THEN '''mbg_nbd''' WHEN 'calibration_ends_on' THEN '''2026-02-02'''
            WHEN 'spend_fit' THEN 'ROW(''gamma_gamma'', ''{1,2,3}'', NULL, NULL, NULL, NULL, NULL, NULL, NULL)'
            WHEN 'method' THEN '''optimal''' WHEN 'abc' THEN '''A''' WHEN 'aspect' THEN '''abc''' WHEN 'current' THEN '''A'''
            END,
        CASE name || ' ' || type WHEN 'bounds numeric[]' THEN '''{2,1}''' WHEN 'rules highseas.category_rules' THEN 'highseas.categories_of(2)'
            WHEN 'rules highseas.kind_rules' THEN 'highseas.kinds_of(2)' END,
        CASE type
            WHEN 'text' THEN '''x''' WHEN 'name' THEN '''x''' WHEN 'text[]' THEN '''{x}''' WHEN 'bigint[]' THEN '''{1}'''
            WHEN 'integer' THEN '1' WHEN 'bigint' THEN '1' WHEN 'real' THEN '1' WHEN 'double precision' THEN '1' WHEN 'boolean' THEN 'true'
            WHEN 'integer[]' THEN '''{1}''' WHEN 'numeric[]' THEN '''{1}''' WHEN 'double precision[]' THEN '''{1}''' WHEN 'real[]' THEN '''{1}''' WHEN 'boolean[]' THEN '''{t}''' WHEN 'date' THEN '''2026-03-02'''
            WHEN 'date[]' THEN '''{}''' WHEN 'interval' THEN '''1 day''' WHEN 'interval[]' THEN '''{1 day}'''
            WHEN 'timestamp with time zone' THEN '''2026-03-02''' WHEN 'timestamp with time zone[]' THEN '''{2026-03-02}'''
            WHEN 'numeric' THEN '1' WHEN 'highseas.value_fit' THEN 'ROW(''mbg_nbd'', ''{1,1,1,1}'', NULL, NULL, NULL, NULL, NULL, ''day'', NULL)'
            WHEN 'highseas.survival_curve' THEN 'ROW(2, 1, 9, ''{3}'', ''{2}'', ''{1}'', ''{.5}'', ''{.1}'', ''{.9}'')'
            ELSE 'NULL' END)
$$;
CREATE FUNCTION public.nasty(type text) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
    SELECT 'NULL' UNION ALL
    SELECT v FROM unnest(CASE
        WHEN type IN ('text', 'name') THEN ARRAY['''''', '''nosuch''', '''alpha-customer''', '''alpha-rep''', '''alphas''', '''alpha''',
            'repeat(''x'', 10000)', 'repeat(''ü'', 513)', '''a''''b"c;--\''', '''%s%n$1''', 'E''\x01\x02\n\t\x7f''', '''-1''', '''infinity''', '''2026-13-45''']
        WHEN type = 'text[]' THEN ARRAY['''{}''', '''{""}''', '''{NULL}''', '''{x,x}''', '''{{a,b},{c,d}}''', '''[0:1]={a,b}''', 'ARRAY[repeat(''x'', 10000)]',
            '''{alpha-customer}''', 'array_fill(''x''::text, ARRAY[20000])', '''{nosuch,"a''''b"}''']
        WHEN type IN ('integer', 'bigint') THEN ARRAY['0', '''-1''', '2147483647', '''-2147483648''', '99999']
            || CASE WHEN type = 'bigint' THEN ARRAY['9223372036854775807', '''-9223372036854775808'''] ELSE '{}' END
        WHEN type = 'integer[]' THEN ARRAY['''{}''', '''{NULL}''', '''{-1}''', '''{2147483647}''', '''{1,2}''', '''{{1,2},{3,4}}''']
        WHEN type = 'bigint[]' THEN ARRAY['''{}''', '''{NULL}''', '''{-1,9223372036854775807}''', '''{{1,2},{3,4}}''']
        WHEN type IN ('real', 'double precision', 'numeric') THEN ARRAY['''NaN''', '''infinity''', '''-infinity''', '''-1''', '0', '1e30']
        WHEN type IN ('real[]', 'double precision[]', 'numeric[]') THEN ARRAY['''{}''', '''{NULL}''', '''{NaN}''', '''{infinity}''', '''{1,2}''']
        WHEN type = 'jsonb' THEN ARRAY['''[]''', '''{}''', '''null''', '''"rule"''', '''{"": 1}''', '''{"rule": {"a": [1]}}''', '''{"nosuch": 1}''',
            'jsonb_build_object(repeat(''x'', 10000), 1)']
        WHEN type = 'highseas.value_fit' THEN (SELECT array_agg(format('ROW(%s, NULL, NULL, NULL, NULL, NULL, %s, NULL)', f, u)) FROM unnest(ARRAY['''day''', 'NULL', '''''']) u,
            unnest(ARRAY['NULL, ''{1,1,1,1}''', '''mbg_nbd'', NULL', '''nosuch'', ''{1,1,1,1}''', '''bg_nbd'', ''{1,1,1}''', '''bg_nbd'', ''{1,NaN,1,1}''', '''pareto_nbd'', ''{1e-100,1e100,1e100,1e-100}''',
                         '''pareto_nbd'', ''{1e100,1e-100,1e-100,1e100}''', '''mbg_nbd'', ''{1e-100,1e100,1e100,1e-100}''', '''gamma_gamma'', ''{1e-100,1e100,1e-100}''', '''bg_nbd'', ''{{1,1},{1,1}}''', '''bg_nbd'', ''{1,NULL,1,1}''']) f)
        WHEN type = 'highseas.survival_curve' THEN (SELECT array_agg(format('ROW(2, 1, %s, NULL, NULL, %s, NULL, NULL)', l, t)) FROM unnest(ARRAY['9', 'NULL', '''NaN''', '-1', '''infinity''']) l,
            unnest(ARRAY['''{3}'', NULL', '''{3,2}'', ''{.5,.4}''', '''{3}'', ''{.5,.4}''', '''{3}'', ''{NaN}''', '''{NaN}'', ''{.5}''', '''{}'', ''{}''', '''{{1,2}}'', ''{1,1}''', '''{3}'', ''{NULL}''', '''{3}'', ''{2}''']) t)
        WHEN type = 'boolean' THEN ARRAY['false']
        WHEN type = 'date' THEN ARRAY['''infinity''', '''-infinity''', '''4713-01-01 BC''', '''5874897-12-31''']
        WHEN type = 'date[]' THEN ARRAY['''{NULL}''', '''{infinity}''', '''{5874897-12-31}''', '''{{2026-01-01},{2026-01-02}}''']
        WHEN type = 'interval' THEN ARRAY['''-1 day''', '''0''', '''178000000 years''', '''-178000000 years''', '''2147483647 days''']
        WHEN type = 'interval[]' THEN ARRAY['''{}''', '''{NULL}''', '''{-1 day}''', '''{178000000 years}''']
        WHEN type = 'timestamp with time zone' THEN ARRAY['''infinity''', '''-infinity''', '''294276-12-31 23:59:59.999999+00''', '''4714-11-24 00:00:00+00 BC''', '''1970-01-01''']
        WHEN type = 'timestamp with time zone[]' THEN ARRAY['''{}''', '''{NULL}''', '''{infinity}''', '''{-infinity}''', '''{294276-12-31 23:59:59.999999+00}''']
        ELSE '{}' END) v
$$;
CREATE TABLE public.outcome (name text, good boolean, call text, code text, message text);
GRANT INSERT ON public.outcome TO regress_bad_admin;

-- Each call stands in a subtransaction that is undone.
CREATE FUNCTION public.try(call text, OUT code text, OUT message text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE call;
    RAISE EXCEPTION USING ERRCODE = 'P0999';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
END $$;

-- Everything that an admin may execute, each argument in turn nasty, the others good; then all NULL.
CREATE TABLE public.calls AS
WITH f AS (
    SELECT p.oid, p.pronamespace::regnamespace::text || '.' || quote_ident(p.proname) AS name, p.prokind,
           array_agg(a.name ORDER BY a.n) AS names, array_agg(a.type ORDER BY a.n) AS types
    FROM pg_proc p
    CROSS JOIN LATERAL (
        SELECT n, p.proargnames[n] AS name, format_type(CASE WHEN p.proallargtypes IS NULL THEN p.proargtypes[n - 1] ELSE p.proallargtypes[n] END, NULL) AS type
        FROM generate_series(1, coalesce(cardinality(p.proallargtypes), p.pronargs)) n
        WHERE coalesce(p.proargmodes[n], 'i') IN ('i', 'v')) a
    WHERE p.pronamespace IN ('highseas'::regnamespace, 'highseas_api'::regnamespace)
      AND has_function_privilege('regress_bad_admin', p.oid, 'EXECUTE')
    GROUP BY p.oid
), g AS (
    SELECT f.*, i AS bad, v
    FROM f CROSS JOIN LATERAL generate_subscripts(f.names, 1) i CROSS JOIN LATERAL public.nasty(f.types[i]) v
    UNION ALL
    SELECT f.*, 0, NULL FROM f
    UNION ALL
    SELECT f.*, -1, NULL FROM f
)
SELECT g.name, g.bad = 0 AS good, CASE g.prokind WHEN 'p' THEN 'CALL ' WHEN 'a' THEN 'SELECT ' ELSE 'SELECT * FROM ' END || g.name || '(' || (
           SELECT string_agg(CASE WHEN i = g.bad THEN g.v WHEN g.bad = -1 THEN 'NULL'
                                  ELSE public.good(g.names[i], g.types[i]) END || '::' || g.types[i], ', ' ORDER BY i)
           FROM generate_subscripts(g.names, 1) i) || ')' AS call
FROM g;
GRANT SELECT ON public.calls TO regress_bad_admin;
SELECT count(*) > 1500 AS many, count(DISTINCT name) > 60 AS of_many FROM public.calls;

SELECT public.checksum() AS before \gset
SET SESSION AUTHORIZATION regress_bad_admin;
SET highseas.rep = 'kim';
INSERT INTO public.outcome SELECT c.name, c.good, c.call, t.* FROM public.calls c, public.try(c.call) t;
RESET SESSION AUTHORIZATION;
RESET highseas.rep;

-- The measure works: with good values nearly everything is done (jobs cannot be, inside of a statement).
SELECT name, code FROM public.outcome WHERE good AND code <> 'P0999' ORDER BY name, code;
-- What came out: nothing but what is documented (P0999: it worked, and was undone; 42601: a query that is none, to intake_query).
SELECT DISTINCT code FROM public.outcome ORDER BY code;
SELECT code, left(call, 200), message FROM public.outcome
WHERE code NOT IN ('P0999', '42601', '22023', '22004', '42704', '42501', '22003', '22008', '25001', '54000', '55P03',
                   'SE001', 'SE002', 'SE003', 'SE004', 'SE005', 'SE006', 'SE007', 'SE008', 'SE009', 'SE011')
ORDER BY call LIMIT 20;
-- Nothing of it left a trace.
SELECT public.checksum() = :'before' AS unchanged;
-- No message runs away with the input.
SELECT left(call, 200), length(message) FROM public.outcome WHERE length(message) > 400 ORDER BY call LIMIT 5;
-- Somebody else's keys read like unknown ones.
SELECT call, message FROM public.outcome WHERE message LIKE '%permission%' AND call LIKE '%alpha-%' ORDER BY call LIMIT 5;
-- Jobs, outside of a transaction as they must be: bounds that are none.
SET SESSION AUTHORIZATION regress_bad_admin;
CALL highseas.expire_due(max_rows => 0);
CALL highseas.expire_due(max_rows => -1);
CALL highseas.expire_due(max_rows => NULL);
CALL highseas.rotate(max_seconds => 0);
CALL highseas.rotate(max_seconds => 'NaN');
CALL highseas.rotate(max_seconds => NULL);
CALL highseas.replan(batch => 0);
CALL highseas.replan(batch => 100001);
CALL highseas.replan(batch => NULL);
CALL highseas.purge('alpha');
CALL highseas.purge('');
CALL highseas.purge(repeat('x', 10000));
CALL highseas.run_job('no such job', NULL, 1, 1, 1);
CALL highseas.run_job(NULL, NULL, 1, 1, 1);
CALL highseas.purge(max_rows => 9223372036854775807, max_seconds => 'infinity', batch => 100000);
RESET SESSION AUTHORIZATION;
SELECT DISTINCT status FROM highseas.job_run;
SELECT * FROM highseas.check_consistency();

DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP TABLE public.calls, public.outcome;
DROP FUNCTION public.checksum, public.good, public.nasty, public.try;
DROP OWNED BY regress_bad_admin;
DROP ROLE regress_bad_admin;
