-- The CRM alters and drops what it likes; the next sync says so in one error, nothing is lost, and attach() heals it.
\set VERBOSITY default
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
SET highseas.clock = '2026-03-02 09:00+00';
SET timezone = 'UTC';
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'regress_at3_crm') THEN
        CREATE ROLE regress_at3_crm;
    END IF;
END
$$;
CALL highseas.create_tenant('at3');
SET highseas.tenant = 'at3';
INSERT INTO highseas.pool (pool_key) VALUES ('main');
INSERT INTO highseas.rep (rep_key) VALUES ('ann');
CREATE SCHEMA at3;
CREATE TABLE at3.client (id integer PRIMARY KEY, name varchar(20), boss text);
INSERT INTO at3.client VALUES (1, 'One', 'ann'), (2, 'Two', NULL), (3, 'Three', NULL);
CREATE TABLE at3.sale (id integer PRIMARY KEY, client integer, at timestamp, amount numeric);
INSERT INTO at3.sale VALUES (1, 1, '2026-03-01', 10);
ALTER DEFAULT PRIVILEGES IN SCHEMA at3 GRANT SELECT, UPDATE ON TABLES TO regress_at3_crm;
GRANT USAGE ON SCHEMA at3 TO regress_at3_crm;
GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA at3 TO regress_at3_crm;
CREATE FUNCTION at3.attach(query text, owner_column text DEFAULT 'boss') RETURNS text LANGUAGE sql
RETURN (SELECT attachment FROM highseas_api.attach('clients', 'customers', query, pool => 'main', run_as => 'regress_at3_crm',
    owner_table => 'at3.client', owner_key => 'id', owner_column => owner_column));
SELECT at3.attach('SELECT id AS customer_key, name, boss AS owner FROM at3.client');
SELECT attachment FROM highseas_api.attach('sales', 'orders', 'SELECT id AS order_key, client AS customer_key, at AS ordered_at, amount FROM at3.sale', run_as => 'regress_at3_crm');
CALL highseas.sync();
CREATE FUNCTION at3.known() RETURNS TABLE (key text, state text, holder text, name text, orders bigint) LANGUAGE sql BEGIN ATOMIC
    SELECT c.customer_key, c.state, c.holder, p.name, (SELECT count(*) FROM highseas.purchase o WHERE o.customer_key = c.customer_key)
    FROM highseas.customer c JOIN highseas.profile p USING (tenant_id, customer_key) ORDER BY 1;
END;
SELECT * FROM at3.known();
-- Nothing of ours depends on the CRM.
SELECT count(*) FROM pg_depend d JOIN pg_class c ON c.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
WHERE c.relnamespace = 'at3'::regnamespace AND d.classid IN ('pg_rewrite'::regclass, 'pg_trigger'::regclass, 'pg_proc'::regclass);
SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'at3'::regnamespace;
-- A type changes: the query does as well with it.
ALTER TABLE at3.client ALTER name TYPE text;
ALTER TABLE at3.client ALTER id TYPE bigint;
UPDATE at3.client SET name = 'One renamed, and longer than twenty' WHERE id = 1;
SELECT customer_key FROM highseas_api.claim('2', 'ann');
CALL highseas.sync(batch => 2);
SELECT * FROM at3.known();
SELECT * FROM at3.client ORDER BY id;
-- A type changes to one that the key cannot be.
ALTER TABLE at3.client ALTER id TYPE text USING 'c' || id;
CALL highseas.sync(batch => 2);
ALTER TABLE at3.client ALTER id TYPE integer USING substr(id, 2)::integer;
CALL highseas.sync(batch => 2);
SELECT * FROM at3.known();
-- A query with * would bring nothing in place of a column that went.
CREATE VIEW at3.star AS SELECT id AS customer_key, name, boss AS owner FROM at3.client;
GRANT SELECT ON at3.star TO regress_at3_crm;
SELECT at3.attach('SELECT * FROM at3.star');
CALL highseas.sync();
DROP VIEW at3.star;
CREATE VIEW at3.star AS SELECT id AS customer_key, name AS title, boss AS owner FROM at3.client;
GRANT SELECT ON at3.star TO regress_at3_crm;
CALL highseas.sync();
SELECT * FROM at3.known();
DROP VIEW at3.star;
SELECT at3.attach('SELECT id AS customer_key, name, boss AS owner FROM at3.client');
-- A column is renamed that the query reads, then one that the write-back writes.
ALTER TABLE at3.client RENAME boss TO owner_id;
CALL highseas.sync();
SELECT at3.attach('SELECT id AS customer_key, name, owner_id AS owner FROM at3.client');
SELECT at3.attach('SELECT id AS customer_key, name, owner_id AS owner FROM at3.client', 'owner_id');
CALL highseas.sync();
ALTER TABLE at3.client ADD boss text;
SELECT at3.attach('SELECT id AS customer_key, name, owner_id AS owner FROM at3.client', 'boss');
ALTER TABLE at3.client DROP boss;
SELECT customer_key FROM highseas_api.claim('3', 'ann');
CALL highseas.sync();
CALL highseas.reconcile();
SELECT * FROM at3.known();
SELECT at3.attach('SELECT id AS customer_key, name, owner_id AS owner FROM at3.client', 'owner_id');
CALL highseas.sync();
SELECT * FROM at3.client ORDER BY id;
-- A column, then the tables go.
ALTER TABLE at3.client DROP name;
CALL highseas.sync();
DROP TABLE at3.client;
CALL highseas.sync();
CALL highseas.reconcile();
SELECT * FROM at3.known();
SELECT status, rows, error FROM highseas.job_run WHERE job = 'sync' ORDER BY run_id DESC LIMIT 1;
CREATE TABLE at3.client (id integer PRIMARY KEY, title text, owner_id text);
INSERT INTO at3.client VALUES (1, 'Uno', 'ann'), (2, 'Dos', 'ann'), (3, 'Tres', 'ann'), (4, 'Cuatro', NULL);
SELECT at3.attach('SELECT id AS customer_key, title AS name, owner_id AS owner FROM at3.client', 'owner_id');
CALL highseas.sync();
CALL highseas.reconcile();
SELECT * FROM at3.known();
DROP TABLE at3.sale CASCADE;
CALL highseas.sync();
SELECT attachment FROM highseas_api.detach('sales');
CALL highseas.sync();
-- What readers see of an error is about names; the query, and what the CRM says of its values, is for admins.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'regress_at3_reader') THEN
        CREATE ROLE regress_at3_reader;
    END IF;
END
$$;
CALL highseas.grant_role('regress_at3_reader', 'reader', 'at3');
CREATE TABLE at3.secret (id integer, n text);
INSERT INTO at3.secret VALUES (1, 'salary 9999');
SELECT attachment FROM highseas_api.attach('secrets', 'customers', 'SELECT id AS customer_key, n::integer AS score FROM at3.secret', pool => 'main', run_as => 'regress_at3_crm');
CALL highseas.sync();
SET ROLE regress_at3_reader;
SELECT error FROM highseas.job_run WHERE job = 'sync' ORDER BY run_id DESC LIMIT 1;
SELECT error FROM highseas.attachment WHERE attachment = 'secrets';
RESET ROLE;
SELECT error FROM highseas.attachment WHERE attachment = 'secrets';
CALL highseas.reconcile();
SELECT attachment FROM highseas_api.detach('secrets');
DROP OWNED BY regress_at3_reader;
DROP ROLE regress_at3_reader;
-- The time of change becomes a text, which is ordered otherwise.
CREATE TABLE at3.timed (id integer, at timestamptz);
INSERT INTO at3.timed VALUES (100, '2026-03-01');
SELECT attachment FROM highseas_api.attach('timed', 'customers', 'SELECT id AS customer_key, at AS changed_at FROM at3.timed', pool => 'main', run_as => 'regress_at3_crm');
CALL highseas.sync();
ALTER TABLE at3.timed ALTER at TYPE text;
CALL highseas.sync();
SELECT attachment FROM highseas_api.detach('timed');
-- The role goes.
REASSIGN OWNED BY regress_at3_crm TO CURRENT_USER;
DROP OWNED BY regress_at3_crm;
DROP ROLE regress_at3_crm;
CALL highseas.sync();
SELECT * FROM at3.known();
SELECT * FROM highseas.check_consistency();

DROP SCHEMA at3 CASCADE;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
