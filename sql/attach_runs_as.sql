-- Code of the CRM that a query or a write-back runs, runs as run_as: it becomes nobody else, and a query writes nothing.
\set VERBOSITY terse
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
    FOREACH r IN ARRAY '{regress_at4_admin,regress_at4_crm,regress_at4_other}'::text[] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
            EXECUTE format('CREATE ROLE %I', r);
        END IF;
    END LOOP;
END
$$;
GRANT regress_at4_crm TO regress_at4_admin;
GRANT regress_at4_other TO regress_at4_crm;
CALL highseas.create_tenant('at4');
SET highseas.tenant = 'at4';
-- run_as has all access of its own, so that only its being restricted stops it.
CALL highseas.grant_role('regress_at4_admin', 'admin', 'at4');
CALL highseas.grant_role('regress_at4_crm', 'admin', 'at4');
INSERT INTO highseas.pool (pool_key) VALUES ('main');
INSERT INTO highseas.rep (rep_key) VALUES ('ann');
CREATE SCHEMA at4 AUTHORIZATION regress_at4_crm;
SET ROLE regress_at4_crm;
CREATE TABLE at4.client (id integer PRIMARY KEY, owner text);
INSERT INTO at4.client VALUES (1), (2);
CREATE TABLE at4.log (line text);
-- Runs a command and tells what came of it.
CREATE FUNCTION at4.try(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RETURN 'DONE: ' || command;
EXCEPTION WHEN OTHERS THEN
    -- This message is worded anew in PostgreSQL 16.
    RETURN SQLSTATE || ' ' || regexp_replace(SQLERRM, '^must be superuser to alter.*', 'permission denied to alter role') || ': ' || command;
END
$$;
CREATE VIEW at4.hostile AS
SELECT n AS customer_key, CASE n
    WHEN 1 THEN format('user %s, path %s, read only %s', current_user, current_setting('search_path'), current_setting('transaction_read_only'))
    WHEN 2 THEN at4.try('INSERT INTO at4.log VALUES (''from a query'')')
    WHEN 3 THEN at4.try('DELETE FROM highseas.customer')
    WHEN 4 THEN at4.try('SELECT highseas_api.claim(''1'', ''ann'')')
    WHEN 5 THEN at4.try('SELECT highseas_api.detach(''c'')')
    WHEN 6 THEN at4.try('SET ROLE regress_at4_other')
    WHEN 7 THEN at4.try('RESET ROLE')
    WHEN 8 THEN at4.try('SET SESSION AUTHORIZATION DEFAULT')
    WHEN 9 THEN at4.try('SELECT set_config(''role'', ''none'', false)')
    WHEN 10 THEN at4.try('SET transaction_read_only = off')
    WHEN 11 THEN at4.try('SET LOCAL transaction_read_only = off; INSERT INTO at4.log VALUES (''writable'')')
    WHEN 12 THEN at4.try('ALTER ROLE regress_at4_crm SUPERUSER')
    WHEN 13 THEN at4.try('CREATE TEMP TABLE t (x integer)')
    WHEN 14 THEN at4.try('COMMIT')
    WHEN 15 THEN at4.try('SELECT query FROM highseas.attachment')
    WHEN 16 THEN at4.try('SET highseas.clock = ''2030-01-01''')
    WHEN 17 THEN at4.try('LISTEN spy')
    WHEN 18 THEN at4.try('DECLARE c CURSOR WITH HOLD FOR SELECT 1')
    WHEN 19 THEN at4.try('SELECT highseas.fetch_rows(''SELECT 1 AS a'', ''regress_at4_other'', ''{a}'')')
    WHEN 20 THEN at4.try('SET search_path = at4')
    WHEN 21 THEN at4.try('CALL highseas.expire_due()')
    WHEN 22 THEN at4.try('SELECT highseas.caller()')
    END AS name
FROM generate_series(1, 22) n;
RESET ROLE;
-- Same names as pg_catalog's, in everybody's path but ours.
CREATE FUNCTION public.regress_at4_lower(text) RETURNS text LANGUAGE sql RETURN 'hijacked';
SET search_path = public, at4;
SET ROLE regress_at4_admin;
SELECT attachment FROM highseas_api.attach('a', 'customers', 'SELECT * FROM at4.hostile', pool => 'main', run_as => 'regress_at4_crm');
SELECT attachment FROM highseas_api.attach('b', 'reps', 'SELECT regress_at4_lower(''X'') AS rep_key', run_as => 'regress_at4_crm');
SELECT attachment FROM highseas_api.attach('b', 'reps', 'SELECT owner AS rep_key FROM client', run_as => 'regress_at4_crm');
CALL highseas.sync();
SELECT current_user, session_user = current_user AS is_session, current_setting('search_path'), current_setting('transaction_read_only');
RESET ROLE;
SELECT name FROM highseas.profile ORDER BY customer_key::integer;
SELECT count(*) FROM at4.log;
SELECT count(*) FROM highseas.customer;
SELECT attachment FROM highseas.attachment;
-- What it sets in passing is gone afterwards; an error leaves nothing behind either.
SELECT current_user = session_user, current_setting('transaction_read_only'), current_setting('search_path'), current_setting('highseas.clock');
SELECT highseas.fetch_rows('SELECT 1 / 0 AS a', 'regress_at4_crm', '{a}');
SELECT current_user = session_user, current_setting('transaction_read_only'), current_setting('search_path');
BEGIN;
SAVEPOINT s;
SELECT highseas.fetch_rows('SELECT 1 / 0 AS a', 'regress_at4_crm', '{a}');
ROLLBACK TO s;
SELECT current_user = session_user, current_setting('transaction_read_only'), current_setting('search_path');
INSERT INTO at4.log VALUES ('writable again');
ROLLBACK;
-- The inner functions are nobody's: they become whom they are told.
SET ROLE regress_at4_admin;
SELECT highseas.fetch_rows('SELECT 1 AS a', 'regress_at4_crm', '{a}');
SELECT highseas.describe_query('SELECT 1 AS a', 'regress_at4_crm');
SELECT highseas.write_owners('UPDATE at4.client SET owner = $2 WHERE id = $1::integer', 'regress_at4_crm', '{1}', '{x}', '{y}');
RESET ROLE;
-- A trigger of the CRM's table, at the write-back: as run_as, and it may write there, but act as nobody.
SET ROLE regress_at4_crm;
CREATE FUNCTION at4.on_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO at4.log VALUES (format('user %s, path %s', current_user, current_setting('search_path'))),
        (at4.try('RESET ROLE')), (at4.try('SELECT highseas_api.detach(''a'')')), (at4.try('ALTER ROLE regress_at4_crm SUPERUSER')),
        (at4.try('DELETE FROM highseas.customer')), (at4.try('CREATE TEMP TABLE t (x integer)'));
    RETURN NEW;
END
$$;
CREATE TRIGGER on_write BEFORE UPDATE ON at4.client FOR EACH ROW EXECUTE FUNCTION at4.on_write();
RESET ROLE;
SET ROLE regress_at4_admin;
SELECT attachment FROM highseas_api.detach('a');
SELECT attachment FROM highseas_api.attach('c', 'customers', 'SELECT id + 100 - 100 AS customer_key, owner FROM at4.client', pool => 'main',
    run_as => 'regress_at4_crm', owner_table => 'at4.client', owner_key => 'id', owner_column => 'owner');
SELECT customer_key FROM highseas_api.claim('1', 'ann');
CALL highseas.sync();
RESET ROLE;
SELECT line FROM at4.log;
SELECT * FROM at4.client ORDER BY id;
-- A deferred one would run at the commit, as whoever commits: it runs at once.
TRUNCATE at4.log;
DROP TRIGGER on_write ON at4.client;
CREATE CONSTRAINT TRIGGER on_write AFTER UPDATE ON at4.client DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at4.on_write();
SET ROLE regress_at4_admin;
SELECT customer_key FROM highseas_api.claim('2', 'ann');
CALL highseas.sync();
RESET ROLE;
SELECT line FROM at4.log;
SELECT * FROM highseas.check_consistency();

RESET search_path;
DROP FUNCTION public.regress_at4_lower(text);
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP OWNED BY regress_at4_admin, regress_at4_crm, regress_at4_other CASCADE;
DROP ROLE regress_at4_admin, regress_at4_crm, regress_at4_other;
