-- An order that the CRM does not list any more goes, and what depends on it: summaries, the last order, deadlines.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
SET highseas.clock = '2026-03-02 09:00+00';
SET timezone = 'UTC';
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'regress_at11_crm') THEN
        CREATE ROLE regress_at11_crm;
    END IF;
END
$$;
CALL highseas.create_tenant('at11');
SET highseas.tenant = 'at11';
INSERT INTO highseas.pool (pool_key) VALUES ('main');
INSERT INTO highseas.rep (rep_key) VALUES ('ann');
INSERT INTO highseas.capacity (rule, maximum) VALUES ('many', 1000);
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit) VALUES ('orders', 'no_order', 60, 'day');
CREATE SCHEMA at11;
CREATE TABLE at11.client (id integer PRIMARY KEY, owner text);
CREATE TABLE at11.ordered (id integer PRIMARY KEY, client integer, at timestamptz, amount numeric);
GRANT USAGE ON SCHEMA at11 TO regress_at11_crm;
GRANT SELECT ON ALL TABLES IN SCHEMA at11 TO regress_at11_crm;
INSERT INTO at11.client VALUES (1, 'ann'), (2, NULL);
INSERT INTO at11.ordered VALUES (1, 1, '2026-01-10', 10), (2, 1, '2026-03-10', 20), (3, 2, '2026-02-11', 30), (4, 2, '2026-02-12', 40);
SELECT attachment FROM highseas_api.attach('clients', 'customers', 'SELECT id AS customer_key, owner FROM at11.client', pool => 'main', run_as => 'regress_at11_crm');
SELECT attachment FROM highseas_api.attach('orders', 'orders', 'SELECT id AS order_key, client AS customer_key, at AS ordered_at, amount FROM at11.ordered', run_as => 'regress_at11_crm');
CALL highseas.sync();
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount)
SELECT t.tenant_id, '2', 'by hand', '2026-02-01', 1 FROM highseas.tenant t WHERE t.name = 'at11';
PREPARE state AS
    SELECT c.customer_key, c.last_order_at, c.due_at, p.repeats, p.total, (SELECT count(*) FROM highseas.purchase o WHERE o.customer_key = c.customer_key) AS orders
    FROM highseas.customer c LEFT JOIN highseas.purchases p ON p.customer_key = c.customer_key ORDER BY 1;
EXECUTE state;
CALL highseas.reconcile();
EXECUTE state;
-- One each goes, in batches of one; what no attachment brought stays.
DELETE FROM at11.ordered WHERE id IN (2, 3);
CALL highseas.reconcile(batch => 1, max_rows => 100);
EXECUTE state;
SELECT status, error FROM highseas.job_run WHERE job = 'reconcile' ORDER BY run_id DESC LIMIT 1;
-- All of them, or more than a fifth of many: nothing is deleted.
CREATE TABLE at11.nothing (LIKE at11.ordered);
GRANT SELECT ON at11.nothing TO regress_at11_crm;
ALTER TABLE at11.ordered RENAME TO away;
ALTER TABLE at11.nothing RENAME TO ordered;
CALL highseas.reconcile();
EXECUTE state;
INSERT INTO at11.ordered SELECT i, 1, '2026-02-20', 1 FROM generate_series(1, 100) i;
CALL highseas.sync();
EXECUTE state;
DELETE FROM at11.ordered WHERE id <= 30;
CALL highseas.reconcile();
EXECUTE state;
-- Meant: they go.
SELECT attachment FROM highseas_api.attach('orders', 'orders', 'SELECT id AS order_key, client AS customer_key, at AS ordered_at, amount FROM at11.ordered', run_as => 'regress_at11_crm', may_vanish => 0.5);
CALL highseas.reconcile(batch => 7, max_rows => 1000);
EXECUTE state;
SELECT * FROM highseas.check_consistency();

DROP SCHEMA at11 CASCADE;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP ROLE regress_at11_crm;
