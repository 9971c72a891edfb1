-- Owners go back into the CRM; what the CRM has changed itself is never written over, and is told.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
SET highseas.clock = '2026-03-02 09:00+00';
SET timezone = 'UTC';
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'regress_at7_crm') THEN
        CREATE ROLE regress_at7_crm;
    END IF;
END
$$;
CALL highseas.create_tenant('at7');
SET highseas.tenant = 'at7';
INSERT INTO highseas.pool (pool_key) VALUES ('main');
INSERT INTO highseas.rep (rep_key) VALUES ('1'), ('2'), ('3');
CREATE SCHEMA at7;
-- As an ORM makes it: a foreign key that is checked at the commit.
CREATE TABLE at7.person (id integer PRIMARY KEY);
INSERT INTO at7.person VALUES (1), (2);
CREATE TABLE at7.client (id integer PRIMARY KEY, owner integer REFERENCES at7.person DEFERRABLE INITIALLY DEFERRED, at timestamptz NOT NULL DEFAULT '2026-03-01');
INSERT INTO at7.client (id) SELECT generate_series(1, 7);
GRANT USAGE ON SCHEMA at7 TO regress_at7_crm;
GRANT SELECT, UPDATE ON at7.client, at7.person TO regress_at7_crm;
SELECT attachment FROM highseas_api.attach('c', 'customers', 'SELECT id AS customer_key, owner, at AS changed_at FROM at7.client', pool => 'main',
    run_as => 'regress_at7_crm', owner_table => 'at7.client', owner_key => 'id', owner_column => 'owner');
CREATE VIEW at7.both AS
SELECT l.id, l.owner, c.holder, p.crm_owner, p.agreed_owner
FROM at7.client l JOIN highseas.customer c ON c.customer_key = l.id::text JOIN highseas.profile p USING (customer_key);
CREATE VIEW at7.finding AS SELECT customer_key, kind, ours, theirs, action, detail, resolved_at IS NOT NULL AS resolved FROM highseas.reconcile_finding;
CALL highseas.sync();
SELECT count(*) FROM generate_series(1, 5) i, highseas_api.claim(i::text, '1');
-- In batches, each in its own transaction.
CALL highseas.sync(batch => 2, max_rows => 1000);
SELECT * FROM at7.both ORDER BY 1;
-- The CRM has changed it and the sync has read it: it stays, is told once, and what else happens here does not write over it.
SET highseas.clock = '2026-03-03 09:00+00';
UPDATE at7.client SET owner = 2, at = '2026-03-03' WHERE id = 1;
CALL highseas.sync();
CALL highseas.reconcile();
SELECT customer_key FROM highseas_api.assign('1', '3');
CALL highseas.sync();
CALL highseas.reconcile();
SELECT * FROM at7.both WHERE id = 1;
SELECT * FROM at7.finding;
-- The same behind the back of changed_at: the write finds it, the next pass reads it.
UPDATE at7.client SET owner = 2 WHERE id = 2;
SELECT customer_key FROM highseas_api.return_to_pool('2', 'price', rep => '1');
SELECT customer_key FROM highseas_api.return_to_pool('3', 'price', rep => '1');
CALL highseas.sync(batch => 1, max_rows => 1000);
SELECT * FROM at7.both WHERE id IN (2, 3) ORDER BY 1;
SELECT * FROM at7.finding WHERE customer_key = '2';
SELECT key, problem, left_out FROM highseas.sync_problem;
CALL highseas.reconcile();
SELECT * FROM at7.finding WHERE customer_key = '2';
CALL highseas.sync();
CALL highseas.reconcile();
SELECT * FROM at7.both WHERE id = 2;
SELECT * FROM at7.finding WHERE customer_key = '2';
SELECT key, problem, left_out FROM highseas.sync_problem;
-- Both say the same again: settled, and from then on written as before.
SELECT customer_key FROM highseas_api.claim('2', '2');
SELECT customer_key FROM highseas_api.assign('1', '2');
CALL highseas.sync();
CALL highseas.reconcile();
SELECT * FROM at7.finding ORDER BY 1;
SELECT customer_key FROM highseas_api.return_to_pool('2', 'price', rep => '2');
CALL highseas.sync();
SELECT * FROM at7.both ORDER BY 1;
-- A rep whom the CRM does not know: its foreign key, checked at once, says no to him alone.
SELECT customer_key FROM highseas_api.claim('6', '1');
SELECT customer_key FROM highseas_api.claim('7', '3');
CALL highseas.sync();
SELECT * FROM at7.both WHERE id IN (6, 7) ORDER BY 1;
SELECT * FROM at7.finding WHERE NOT resolved ORDER BY 1;
INSERT INTO at7.person VALUES (3);
UPDATE at7.client SET at = '2026-03-03' WHERE id = 5;
CALL highseas.sync();
CALL highseas.reconcile();
SELECT * FROM at7.both WHERE id IN (6, 7) ORDER BY 1;
SELECT * FROM at7.finding WHERE NOT resolved ORDER BY 1;
-- What it cannot write at all is an error of the attachment; what it reads comes in all the same.
CREATE FUNCTION at7.veto() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'owner 1 earns 9999'; END $$;
CREATE TRIGGER veto BEFORE UPDATE ON at7.client FOR EACH ROW EXECUTE FUNCTION at7.veto();
INSERT INTO at7.client VALUES (8, NULL, '2026-03-03');
SELECT customer_key FROM highseas_api.assign('5', '2');
CALL highseas.sync();
SELECT customer_key FROM highseas.customer WHERE customer_key = '8';
INSERT INTO at7.client VALUES (9, NULL, '2026-03-03');
CALL highseas.sync();
SELECT customer_key FROM highseas.customer WHERE customer_key = '9';
DROP TRIGGER veto ON at7.client;
CALL highseas.sync();
SELECT * FROM at7.both WHERE id = 5;
-- Who vanished and comes back with his owner keeps him there.
SET highseas.clock = '2026-03-04 09:00+00';
DELETE FROM at7.client WHERE id = 7;
CALL highseas.reconcile();
INSERT INTO at7.client VALUES (7, 3, '2026-03-04');
CALL highseas.sync();
SELECT * FROM at7.both WHERE id = 7;
SELECT * FROM highseas.check_consistency();
-- A table of several tenants: the holders of one are never written to the customers of another.
CREATE TABLE at7.shared (shop text, id text, owner text, PRIMARY KEY (shop, id));
INSERT INTO at7.shared VALUES ('mine', 's1', NULL), ('other', 's1', NULL);
CREATE VIEW at7.mine AS SELECT * FROM at7.shared WHERE shop = 'mine';
CREATE VIEW at7.everybody AS SELECT * FROM at7.shared;
GRANT SELECT, UPDATE ON at7.shared, at7.mine, at7.everybody TO regress_at7_crm;
\set SHOW_CONTEXT never
\set VERBOSITY default
SELECT attachment FROM highseas_api.attach('s', 'customers', 'SELECT id AS customer_key, owner FROM at7.mine', pool => 'main',
    run_as => 'regress_at7_crm', owner_table => 'at7.shared', owner_key => 'id', owner_column => 'owner');
\set VERBOSITY terse
SELECT attachment FROM highseas_api.attach('s', 'customers', 'SELECT id AS customer_key, owner FROM at7.mine', pool => 'main',
    run_as => 'regress_at7_crm', owner_table => 'at7.everybody', owner_key => 'id', owner_column => 'owner');
CALL highseas.sync();
SELECT customer_key FROM highseas_api.claim('s1', '1');
CALL highseas.sync();
SELECT * FROM at7.shared ORDER BY 1;
SELECT attachment FROM highseas_api.attach('s', 'customers', 'SELECT id AS customer_key, owner FROM at7.mine', pool => 'main',
    run_as => 'regress_at7_crm', owner_table => 'at7.mine', owner_key => 'id', owner_column => 'owner');
CALL highseas.sync();
SELECT * FROM at7.shared ORDER BY 1;

DROP SCHEMA at7 CASCADE;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP ROLE regress_at7_crm;
