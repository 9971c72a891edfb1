-- What cannot go in is told, holds up nothing else, and comes in when it can: nothing is lost, nothing counted twice.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
SET highseas.clock = '2026-03-02 09:00+00';
SET timezone = 'UTC';
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'regress_at6_crm') THEN
        CREATE ROLE regress_at6_crm;
    END IF;
END
$$;
CALL highseas.create_tenant('at6', 'Asia/Shanghai');
SET highseas.tenant = 'at6';
INSERT INTO highseas.pool (pool_key) VALUES ('main'), ('export');
INSERT INTO highseas.region (region) VALUES ('East'), ('West');
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit) VALUES ('call', 'no_follow_up', 7, 'day'), ('sell', 'no_order', 30, 'day');
CREATE SCHEMA at6;
CREATE TABLE at6.staff (id text PRIMARY KEY, hired date, region text, more text[], at timestamptz);
CREATE TABLE at6.client (id text PRIMARY KEY, score numeric, region text, pool text, owner text, extra json, at timestamptz);
CREATE TABLE at6.sale (id integer PRIMARY KEY, client text, sold timestamp, amount numeric, at timestamptz);
CREATE TABLE at6.call (id integer PRIMARY KEY, client text, who text, at timestamp, changed timestamp);
GRANT USAGE ON SCHEMA at6 TO regress_at6_crm;
GRANT SELECT ON ALL TABLES IN SCHEMA at6 TO regress_at6_crm;
SELECT attachment FROM highseas_api.attach('staff', 'reps', 'SELECT id AS rep_key, hired AS hired_on, region, more AS regions, at AS changed_at FROM at6.staff', run_as => 'regress_at6_crm');
SELECT attachment FROM highseas_api.attach('clients', 'customers', 'SELECT id AS customer_key, score, region, pool AS pool_key, owner, extra AS attributes, at AS changed_at FROM at6.client', pool => 'main', run_as => 'regress_at6_crm');
SELECT attachment FROM highseas_api.attach('sales', 'orders', 'SELECT id AS order_key, client AS customer_key, sold AS ordered_at, amount, at AS changed_at FROM at6.sale', run_as => 'regress_at6_crm');
SELECT attachment FROM highseas_api.attach('calls', 'activities', 'SELECT id AS activity_key, client AS customer_key, who AS rep_key, at, changed AS changed_at FROM at6.call', run_as => 'regress_at6_crm');
CREATE VIEW at6.problem AS SELECT attachment, key, left(problem, 60), left_out FROM highseas.sync_problem;

-- One bad value keeps out its row alone; several regions; a pool of the query's choice.
INSERT INTO at6.staff VALUES ('ann', '2025-01-01', 'East', '{West,Moon,NULL}', '2026-03-01'), ('bob', 'infinity', NULL, NULL, '2026-03-01'),
    ('cat', '5874897-12-31', NULL, NULL, '2026-03-01'), ('dan', NULL, 'West', NULL, NULL);
INSERT INTO at6.client (id, score, at) SELECT 'c' || i, i, '2026-03-01' FROM generate_series(1, 20) i;
UPDATE at6.client SET score = '1e400' WHERE id = 'c3';
UPDATE at6.client SET score = '1e-400' WHERE id = 'c4';
UPDATE at6.client SET extra = '{"a": "\u0000"}' WHERE id = 'c5';
UPDATE at6.client SET region = 'Moon' WHERE id = 'c6';
UPDATE at6.client SET pool = 'export' WHERE id = 'c7';
UPDATE at6.client SET pool = 'nowhere' WHERE id = 'c8';
UPDATE at6.client SET owner = 'ann' WHERE id IN ('c1', 'c2');
UPDATE at6.client SET at = NULL WHERE id = 'c9';
CALL highseas.sync(batch => 7, max_rows => 1000);
SELECT rep_key, hired_on, (SELECT string_agg(g.region, ',' ORDER BY 1) FROM highseas.rep_region g WHERE g.rep_key = r.rep_key) FROM highseas.rep r ORDER BY 1;
SELECT count(*) FROM highseas.customer;
SELECT customer_key, pool_key, score, holder FROM highseas.customer WHERE customer_key IN ('c1', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8') ORDER BY 1;
SELECT * FROM at6.problem ORDER BY 1, 2, 3;
-- Still wrong: still told, though nothing changed. Without a time of change it is read each time.
CALL highseas.sync();
UPDATE at6.client SET score = 90 WHERE id = 'c9';
CALL highseas.sync(batch => 2, max_rows => 1000);
SELECT * FROM at6.problem ORDER BY 1, 2, 3;
SELECT customer_key, score FROM highseas.customer WHERE customer_key = 'c9';
-- Mended, even behind the back of changed_at, or gone: told no more.
UPDATE at6.client SET score = 4 WHERE id = 'c4';
UPDATE at6.client SET extra = '{"a": 1}' WHERE id = 'c5';
DELETE FROM at6.staff WHERE id IN ('bob', 'cat');
INSERT INTO highseas.region (region) VALUES ('Moon');
INSERT INTO highseas.pool (pool_key) VALUES ('nowhere');
CALL highseas.sync();
SELECT * FROM at6.problem ORDER BY 1, 2, 3;
SELECT c.customer_key, c.score, p.attributes FROM highseas.customer c JOIN highseas.profile p USING (customer_key) WHERE customer_key IN ('c4', 'c5') ORDER BY 1;
SELECT region FROM highseas.rep_region WHERE rep_key = 'ann' ORDER BY 1;

-- An order of somebody who is not known yet comes in with him; times without a zone are the tenant's.
INSERT INTO at6.sale VALUES (1, 'c1', '2026-03-01 08:00', 100, '2026-03-01'), (2, 'late', '2026-02-01 08:00', 200, '2026-03-01'), (3, 'c2', '2026-02-28 08:00', 'NaN', '2026-03-01');
CALL highseas.sync();
CALL highseas.sync();
SELECT * FROM at6.problem ORDER BY 1, 2, 3;
INSERT INTO at6.client (id, at) VALUES ('late', '2020-01-01'), ('later', '2026-03-02');
CALL highseas.sync();
SELECT * FROM at6.problem ORDER BY 1, 2, 3;
UPDATE at6.client SET at = '2026-03-02' WHERE id = 'late';
CALL highseas.sync();
SELECT * FROM at6.problem ORDER BY 1, 2, 3;
SELECT customer_key, order_key, ordered_at FROM highseas.purchase ORDER BY 1, 2;
SELECT customer_key, last_order_at, due_rule FROM highseas.customer WHERE customer_key IN ('c1', 'c2', 'late') ORDER BY 1;
-- It moves to another customer: counted once, and both know.
UPDATE at6.sale SET client = 'c2', at = '2026-03-02' WHERE id = 1;
CALL highseas.sync();
SELECT customer_key, order_key FROM highseas.purchase ORDER BY 1, 2;
SELECT customer_key, last_order_at FROM highseas.customer WHERE customer_key IN ('c1', 'c2') ORDER BY 1;
-- Two shops may count their orders alike.
CREATE TABLE at6.web AS TABLE at6.sale;
GRANT SELECT ON at6.web TO regress_at6_crm;
SELECT attachment FROM highseas_api.attach('web', 'orders', 'SELECT id AS order_key, client AS customer_key, sold AS ordered_at, amount FROM at6.web', run_as => 'regress_at6_crm');
CALL highseas.sync();
SELECT attachment, customer_key, order_key FROM highseas.purchase ORDER BY 1, 2, 3;

-- A planned call has done nothing yet; it counts when its time has come. What a colleague did is kept and moves nothing.
INSERT INTO at6.call VALUES (1, 'c1', 'ann', '2026-03-05 18:00', '2026-03-02 10:00'), (2, 'c2', 'dan', '2026-03-02 17:00', '2026-03-02 10:00'),
    (3, 'c2', 'ghost', '2026-03-02 16:59', '2026-03-02 10:00'), (4, 'nobody', 'ann', '2026-03-02 10:00', '2026-03-02 10:00'), (5, 'c1', 'ann', '-infinity', '2026-03-02 10:00');
SET highseas.clock = '2026-03-02 10:00+00';
CALL highseas.sync();
SELECT * FROM at6.problem WHERE attachment = 'calls' ORDER BY 1, 2, 3;
SELECT customer_key, last_follow_up_at, due_at FROM highseas.customer WHERE customer_key IN ('c1', 'c2') ORDER BY 1;
SET highseas.clock = '2026-03-05 10:00+00';
CALL highseas.sync();
SELECT * FROM at6.problem WHERE attachment = 'calls' ORDER BY 1, 2, 3;
SELECT customer_key, rep_key, at FROM highseas.follow_up ORDER BY at;
SELECT customer_key, last_follow_up_at, due_at FROM highseas.customer WHERE customer_key IN ('c1', 'c2') ORDER BY 1;
SELECT changed_at FROM highseas.attachment WHERE attachment = 'calls';
-- The session's own zone has no say.
SET timezone = 'America/New_York';
UPDATE at6.call SET changed = '2026-03-05 17:00' WHERE id = 5;
INSERT INTO at6.call VALUES (6, 'c1', 'ann', '2026-03-05 17:59', '2026-03-05 17:59');
CALL highseas.sync();
SET timezone = 'UTC';
SELECT activity_key, at FROM highseas.follow_up WHERE activity_key LIKE '%6';
SELECT current_setting('timezone');

-- Two attachments with one key: the first one keeps it, until it is detached.
CREATE TABLE at6.old AS SELECT 'c1' AS id, 'old name' AS name UNION ALL SELECT 'old 1', 'only old';
GRANT SELECT ON at6.old TO regress_at6_crm;
SELECT attachment FROM highseas_api.attach('archive', 'customers', 'SELECT id AS customer_key, name FROM at6.old', pool => 'main', run_as => 'regress_at6_crm');
CALL highseas.sync();
SELECT * FROM at6.problem WHERE attachment = 'archive';
SELECT customer_key, attachment, name FROM highseas.profile WHERE customer_key IN ('c1', 'old 1') ORDER BY 1;
SELECT attachment FROM highseas_api.detach('clients');
CALL highseas.sync();
SELECT * FROM at6.problem WHERE attachment IN ('archive', 'clients');
SELECT customer_key, attachment, name FROM highseas.profile WHERE customer_key IN ('c1', 'old 1') ORDER BY 1;

-- More left out than is noted: everything is read again, so that nothing is lost.
CREATE TABLE at6.many AS SELECT i AS id, 'm' || i AS client, timestamptz '2026-01-01' - i * interval '1 hour' AS at FROM generate_series(1, 10050) i;
GRANT SELECT ON at6.many TO regress_at6_crm;
SELECT attachment FROM highseas_api.attach('many', 'orders', 'SELECT id AS order_key, client AS customer_key, at AS ordered_at, 1 AS amount, at AS changed_at FROM at6.many', run_as => 'regress_at6_crm');
CALL highseas.sync();
SELECT count(*), bool_and(left_out) FROM highseas.sync_problem WHERE attachment = 'many';
SELECT attachment FROM highseas_api.attach('clients', 'customers', 'SELECT client AS customer_key FROM at6.many', pool => 'main', run_as => 'regress_at6_crm');
CALL highseas.sync();
SELECT count(*) FROM highseas.sync_problem WHERE attachment = 'many';
SELECT count(*) FROM highseas.purchase WHERE attachment = 'many';
SELECT * FROM highseas.check_consistency();

DROP SCHEMA at6 CASCADE;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP ROLE regress_at6_crm;
