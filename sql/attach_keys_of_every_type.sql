-- Customers come in page by page whatever type their key has, and owners go back by it.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
SET highseas.clock = '2026-03-02 09:00+00';
SET timezone = 'UTC';
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'regress_at2_crm') THEN
        CREATE ROLE regress_at2_crm;
    END IF;
END
$$;
CALL highseas.create_tenant('at2');
SET highseas.tenant = 'at2';
INSERT INTO highseas.pool (pool_key) VALUES ('main');
INSERT INTO highseas.rep (rep_key) VALUES ('ann'), ('Bob O''Hara');
CREATE SCHEMA at2;
CREATE TABLE at2.by_int4 (id int4 PRIMARY KEY, owner text);
CREATE TABLE at2.by_int8 (id int8 PRIMARY KEY, owner varchar(20));
CREATE TABLE at2.by_uuid (id uuid PRIMARY KEY, owner text);
CREATE TABLE at2.by_varchar (id varchar(30) PRIMARY KEY, owner text);
CREATE TABLE at2.by_char (id char(8) PRIMARY KEY, owner char(12));
INSERT INTO at2.by_int4 VALUES (-2147483648), (-1), (9), (10), (2147483647);
INSERT INTO at2.by_int8 VALUES (9223372036854775807), (3000000000), (100), (-9223372036854775808), (20);
INSERT INTO at2.by_uuid SELECT ('0000000' || i || '-aaaa-bbbb-cccc-00000000000f')::uuid FROM generate_series(1, 5) i;
INSERT INTO at2.by_varchar VALUES ('v a'), (' v lead'), ('v trail '), ('v''quote'), ('v"dq'), ('v\back'), ('vÜñï'), ('v日本'), ('v%s');
INSERT INTO at2.by_char VALUES ('AB'), ('ABC'), ('A'), ('A B'), ('ABCDEFGH'), ('Ä''"'), (' Z');
GRANT USAGE ON SCHEMA at2 TO regress_at2_crm;
GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA at2 TO regress_at2_crm;
SELECT attachment FROM unnest(ARRAY['int4', 'int8', 'uuid', 'varchar', 'char']) k,
    highseas_api.attach(k, 'customers', format('SELECT id AS customer_key, owner FROM at2.%I', 'by_' || k), pool => 'main',
        run_as => 'regress_at2_crm', owner_table => 'at2.by_' || k, owner_key => 'id', owner_column => 'owner');
CALL highseas.sync(batch => 2, max_rows => 1000);
SELECT format('%s: [%s]', attachment, customer_key) FROM highseas.profile ORDER BY attachment, customer_key;
SELECT status, rows FROM highseas.job_run WHERE job = 'sync' ORDER BY run_id;
-- Again: nothing is written.
CREATE TABLE at2.before AS SELECT 'c' AS t, customer_key, xmin::text AS v FROM highseas.customer UNION ALL SELECT 'p', customer_key, xmin::text FROM highseas.profile;
CALL highseas.sync(batch => 2, max_rows => 1000);
SELECT customer_key FROM highseas.customer WHERE xmin::text <> ALL (SELECT v FROM at2.before);
SELECT 'changed', t, b.customer_key FROM at2.before b WHERE NOT EXISTS (
    SELECT FROM highseas.customer c WHERE b.t = 'c' AND c.customer_key = b.customer_key AND c.xmin::text = b.v
    UNION ALL SELECT FROM highseas.profile p WHERE b.t = 'p' AND p.customer_key = b.customer_key AND p.xmin::text = b.v);
-- Owners go back through the native type, here to every second one.
SELECT count(*) FROM (SELECT customer_key, row_number() OVER (ORDER BY customer_key) AS n FROM highseas.customer) c,
    highseas_api.claim(c.customer_key, CASE WHEN n % 4 = 0 THEN 'ann' ELSE 'Bob O''Hara' END) WHERE n % 2 = 0;
CALL highseas.sync(batch => 2, max_rows => 1000);
SELECT count(*) AS held FROM highseas.customer WHERE state = 'held';
CREATE VIEW at2.owners AS
SELECT 'int4' AS t, id::text AS key, owner FROM at2.by_int4 UNION ALL SELECT 'int8', id::text, owner FROM at2.by_int8
UNION ALL SELECT 'uuid', id::text, owner FROM at2.by_uuid UNION ALL SELECT 'varchar', id, owner FROM at2.by_varchar
UNION ALL SELECT 'char', id::text, rtrim(owner) FROM at2.by_char;
SELECT 'owner differs', o.* FROM at2.owners o JOIN highseas.customer c ON c.customer_key = o.key WHERE c.holder IS DISTINCT FROM o.owner;
SELECT t, count(owner), count(*) FROM at2.owners GROUP BY t ORDER BY t;
SELECT count(*) FROM highseas.customer c, highseas_api.return_to_pool(c.customer_key, 'price', rep => c.holder) WHERE c.state = 'held';
CALL highseas.sync(batch => 2, max_rows => 1000);
SELECT t, count(owner) FROM at2.owners GROUP BY t ORDER BY t;
SELECT count(*) AS problems FROM highseas.sync_problem;
SELECT * FROM highseas.check_consistency();
-- The padding of char(n) is no part of a key, also below a domain.
CREATE DOMAIN at2.code AS char(8);
CREATE TABLE at2.by_domain (id at2.code PRIMARY KEY, owner at2.code);
INSERT INTO at2.by_domain VALUES ('dom', 'ann'), ('dom 2', NULL), ('dom 3', NULL);
GRANT SELECT, UPDATE ON at2.by_domain TO regress_at2_crm;
SELECT attachment FROM highseas_api.attach('domain', 'customers', 'SELECT id AS customer_key, owner FROM at2.by_domain', pool => 'main',
    run_as => 'regress_at2_crm', owner_table => 'at2.by_domain', owner_key => 'id', owner_column => 'owner');
CALL highseas.sync(batch => 2, max_rows => 1000);
SELECT customer_key FROM highseas_api.claim('dom 2', 'ann');
CALL highseas.sync(batch => 2, max_rows => 1000);
SELECT format('[%s] %s', customer_key, holder) FROM highseas.customer WHERE customer_key LIKE 'dom%' ORDER BY customer_key;
SELECT format('[%s] [%s]', id, owner) FROM at2.by_domain ORDER BY id;
-- Bad rows are reported, the good ones go in.
CREATE TABLE at2.bad (id text UNIQUE, owner text, deal text, score float8, email text, at timestamptz);
INSERT INTO at2.bad VALUES ('bad 1', NULL, 'maybe', 1), ('bad 2', 'nobody', 'open', 2), ('', NULL, NULL, 3), (NULL, NULL, NULL, 4),
    (repeat('x', 1025), NULL, NULL, 5), ('bad 3', NULL, 'closed', 'Infinity'), ('bad 4', NULL, NULL, 'NaN'), ('good', 'ann', 'none', 7),
    ('same', NULL, 'none', 7);
UPDATE at2.bad SET at = '2026-03-01', email = ' ';
UPDATE at2.bad SET at = '2026-02-01' WHERE id IN ('bad 1', 'same');
GRANT SELECT, UPDATE ON at2.bad TO regress_at2_crm;
SELECT attachment FROM highseas_api.attach('bad', 'customers', 'SELECT id AS customer_key, owner, deal, score, email, at AS changed_at FROM at2.bad',
    pool => 'main', run_as => 'regress_at2_crm', owner_table => 'at2.bad', owner_key => 'id', owner_column => 'owner');
CALL highseas.sync(batch => 100);
SELECT left(key, 10), problem FROM highseas.sync_problem ORDER BY 1, 2;
SELECT customer_key, state, holder, deal, score, has_email FROM highseas.customer WHERE customer_key IN (SELECT id FROM at2.bad) ORDER BY 1;
-- An owner whom we do not know is the CRM's own business: it is not written over.
SELECT id, owner FROM at2.bad WHERE owner IS NOT NULL ORDER BY 1;
-- Incremental: what did not change is not read again, but for what was wrong.
UPDATE at2.bad SET score = 8, at = '2026-03-02' WHERE id = 'good';
UPDATE at2.bad SET score = 8 WHERE id IN ('bad 1', 'same');
INSERT INTO at2.bad SELECT 'new ' || i, NULL, NULL, i, 'a@b', '2026-03-02' FROM generate_series(1, 5) i;
CALL highseas.sync(batch => 2, max_rows => 1000);
SELECT customer_key, score, has_email FROM highseas.customer WHERE customer_key IN (SELECT id FROM at2.bad) ORDER BY 1;
SELECT attachment, position, changed_at FROM highseas.attachment WHERE attachment = 'bad';
SELECT * FROM highseas.check_consistency();

DROP SCHEMA at2 CASCADE;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP ROLE regress_at2_crm;
