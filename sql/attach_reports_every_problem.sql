-- attach() tells all that is wrong at once, registers nothing then, and runs nothing ever.
\set VERBOSITY default
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
SET highseas.clock = '2026-03-02 09:00+00';
SET timezone = 'UTC';
DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY '{regress_at1_admin,regress_at1_crm,regress_at1_super,regress_at1_stranger}'::text[] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
            EXECUTE format('CREATE ROLE %I', r);
        END IF;
    END LOOP;
END
$$;
ALTER ROLE regress_at1_super SUPERUSER;
GRANT regress_at1_crm, regress_at1_super TO regress_at1_admin;
CALL highseas.create_tenant('at1');
SET highseas.tenant = 'at1';
CALL highseas.grant_role('regress_at1_admin', 'admin', 'at1');
CALL highseas.grant_role('regress_at1_crm', 'agent', 'at1');
INSERT INTO highseas.pool (pool_key) VALUES ('main');
CREATE SCHEMA at1;
CREATE TABLE at1.client (id integer PRIMARY KEY, name text, owner text, at timestamptz);
CREATE TABLE at1.hidden (id integer PRIMARY KEY);
CREATE DOMAIN at1.key AS varchar(20);
GRANT USAGE ON SCHEMA at1 TO regress_at1_crm;
GRANT SELECT, UPDATE (owner) ON at1.client TO regress_at1_crm;

SET ROLE regress_at1_admin;
-- Everything at once: five columns, the pool, the write-back.
SELECT * FROM highseas_api.attach('all wrong', 'customers',
    'SELECT name AS score, id AS online, name AS name, name AS name, at AS attributes, id AS nonsense, name AS changed_at FROM at1.client',
    pool => 'nowhere', run_as => 'regress_at1_crm', adopt => true,
    owner_table => 'at1.client', owner_key => 'id', owner_column => 'owner');
SELECT * FROM highseas_api.attach('all wrong', 'customers', 'SELECT point(1, 2) AS customer_key',
    run_as => 'regress_at1_crm', owner_table => 'at1.client', owner_key => 'id');
SELECT * FROM highseas_api.attach('all wrong', 'customers', 'SELECT id AS customer_key FROM at1.client', pool => 'main',
    run_as => 'regress_at1_crm', owner_table => 'at1.nothing', owner_key => 'id', owner_column => 'owner');
SELECT * FROM highseas_api.attach('all wrong', 'customers', 'SELECT id AS customer_key FROM at1.client', pool => 'main',
    run_as => 'regress_at1_crm', owner_table => 'at1.client', owner_key => 'key', owner_column => 'boss');
SELECT * FROM highseas_api.attach('all wrong', 'customers', 'SELECT id AS customer_key, owner FROM at1.client', pool => 'main',
    run_as => 'regress_at1_crm', owner_table => 'at1.client', owner_key => 'id', owner_column => 'ownr_name');
-- run_as must be able to write.
SELECT * FROM highseas_api.attach('all wrong', 'customers', 'SELECT id AS customer_key, owner FROM at1.client', pool => 'main',
    run_as => 'regress_at1_crm', owner_table => 'at1.client', owner_key => 'id', owner_column => 'name');
SELECT * FROM highseas_api.attach('all wrong', 'customers', 'SELECT 1 AS customer_key, 2 AS owner', pool => 'main',
    run_as => 'regress_at1_crm', owner_table => 'at1.hidden', owner_key => 'id', owner_column => 'id');
-- A kind without owners takes none of their arguments; an order needs its four columns.
SELECT * FROM highseas_api.attach('all wrong', 'orders', 'SELECT 1 AS order_key, now() AS amount', pool => 'main', adopt => true, run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('all wrong', 'activities', 'SELECT 1.5 AS activity_key, 7 AS at', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('all wrong', 'suppliers', 'SELECT 1 AS id', run_as => 'regress_at1_crm');
-- The role.
SELECT * FROM highseas_api.attach('r', 'reps', 'SELECT 1 AS rep_key', run_as => 'regress_at1_super');
SELECT * FROM highseas_api.attach('r', 'reps', 'SELECT 1 AS rep_key', run_as => 'regress_at1_stranger');
SELECT * FROM highseas_api.attach('r', 'reps', 'SELECT 1 AS rep_key', run_as => 'regress_at1_nobody');
SELECT * FROM highseas_api.attach('r', 'reps', 'SELECT id AS rep_key FROM at1.hidden', run_as => 'regress_at1_crm');
RESET ROLE;
-- A superuser who names nobody would be run_as himself.
\set VERBOSITY terse
DO $$
BEGIN
    PERFORM highseas_api.attach('r', 'reps', 'SELECT 1 AS rep_key');
EXCEPTION WHEN invalid_parameter_value THEN
    RAISE WARNING '%', SQLERRM;
END
$$;
\set VERBOSITY default
SET ROLE regress_at1_admin;
-- The text: one statement that returns rows and writes nothing.
SELECT * FROM highseas_api.attach('r', 'reps', 'SELECT 1 AS rep_key; DROP TABLE at1.client', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', '', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', '-- nothing', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', 'UPDATE at1.client SET owner = NULL', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', 'UPDATE at1.client SET owner = NULL RETURNING id AS rep_key', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', 'DELETE FROM at1.client RETURNING id AS rep_key', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', 'WITH x AS (UPDATE at1.client SET owner = NULL RETURNING id) SELECT id AS rep_key FROM x', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', 'SHOW search_path', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', 'EXPLAIN SELECT 1', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', 'SELECT 1 AS rep_key INTO at1.copy', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', 'SELECT FROM', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', 'SELECT', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', 'SELECT 1 AS rep_key) q, (SELECT 2', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', 'SELECT $1 AS rep_key', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', NULL, run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach(NULL, 'reps', 'SELECT 1 AS rep_key', run_as => 'regress_at1_crm');
-- What refers to a key must be able to equal it; money and arrays of times are none.
SELECT attachment FROM highseas_api.attach('by uuid', 'customers', 'SELECT gen_random_uuid() AS customer_key', pool => 'main', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('o', 'orders', 'SELECT 1 AS order_key, 1 AS customer_key, now() AS ordered_at, 1::money AS amount', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('o', 'orders', 'SELECT 1 AS order_key, now() AS customer_key, now() AS ordered_at, 1 AS amount', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('r', 'reps', 'SELECT 1 AS rep_key, ARRAY[now()] AS regions', run_as => 'regress_at1_crm');
SELECT attachment FROM highseas_api.attach('o', 'orders', 'SELECT 1 AS order_key, ''x''::text AS customer_key, now() AS ordered_at, 1 AS amount', run_as => 'regress_at1_crm');
SELECT attachment FROM highseas_api.attach('by number', 'customers', 'SELECT 1::bigint AS customer_key', pool => 'main', run_as => 'regress_at1_crm');
SELECT attachment FROM highseas_api.attach('o', 'orders', 'SELECT 1 AS order_key, 1 AS customer_key, now() AS ordered_at, 1 AS amount', run_as => 'regress_at1_crm');
SELECT attachment FROM unnest('{o,by uuid,by number}'::text[]) n, highseas_api.detach(n);
-- Only an admin registers.
RESET ROLE;
SET ROLE regress_at1_crm;
SELECT * FROM highseas_api.attach('r', 'reps', 'SELECT 1 AS rep_key');
RESET ROLE;
SELECT count(*) AS registered FROM highseas.attachment;
-- What is right is taken: a semicolon, a comment at the end, a domain, VALUES, the order of columns.
SET ROLE regress_at1_admin;
SELECT * FROM highseas_api.attach('a', 'reps', 'SELECT name, id AS rep_key FROM at1.client; ', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('b', 'reps', E'SELECT ''x''::at1.key AS rep_key -- the end', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('c', 'reps', 'SELECT * FROM (VALUES (1, ''One'')) v(rep_key, name)', run_as => 'regress_at1_crm');
SELECT * FROM highseas_api.attach('d', 'customers', 'SELECT id AS customer_key, owner FROM at1.client', pool => 'main',
    run_as => 'regress_at1_crm', owner_table => 'at1.client', owner_key => 'id', owner_column => 'owner');
CALL highseas.sync();
SELECT rep_key, name FROM highseas.rep ORDER BY rep_key;
SELECT attachment FROM highseas_api.detach('a');
SELECT attachment FROM highseas_api.detach('a');
RESET ROLE;
SELECT attachment, kind, run_as, key_type, columns FROM highseas.attachment ORDER BY attachment;

DROP SCHEMA at1 CASCADE;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP OWNED BY regress_at1_admin, regress_at1_crm, regress_at1_super, regress_at1_stranger;
DROP ROLE regress_at1_admin, regress_at1_crm, regress_at1_super, regress_at1_stranger;
