-- A key that comes twice in one query is told, whatever the pages are, and always the same row goes in: the one with
-- the newest changed_at, then the one whose values sort first.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
SET highseas.clock = '2026-03-02 09:00+00';
SET timezone = 'UTC';
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'regress_at12_crm') THEN
        CREATE ROLE regress_at12_crm;
    END IF;
END
$$;
CALL highseas.create_tenant('at12');
SET highseas.tenant = 'at12';
INSERT INTO highseas.pool (pool_key) VALUES ('main');
CREATE SCHEMA at12;
CREATE TABLE at12.client (id integer, score integer, changed timestamptz);
GRANT USAGE ON SCHEMA at12 TO regress_at12_crm;
GRANT SELECT ON ALL TABLES IN SCHEMA at12 TO regress_at12_crm;
PREPARE problems AS SELECT p.key, p.problem, p.left_out FROM highseas.sync_problem p ORDER BY 1, 2;
PREPARE scores AS SELECT c.customer_key, c.score FROM highseas.customer c ORDER BY 1;
-- Without a time of change; the copies lie on either side of a page's end, and one key has more rows than a page.
INSERT INTO at12.client (id, score) VALUES (1, 3), (1, 2), (2, 5), (3, 9), (3, 7), (3, 8), (3, 9), (4, 1), (5, 2), (5, 1);
SELECT attachment FROM highseas_api.attach('c', 'customers', 'SELECT id AS customer_key, score FROM at12.client', pool => 'main', run_as => 'regress_at12_crm');
CREATE PROCEDURE at12.all_batches() LANGUAGE plpgsql AS $$
DECLARE
    n integer;
BEGIN
    FOR n IN 2..11 LOOP
        CALL highseas.sync(batch => n, max_rows => 1000);
        RAISE WARNING 'batch %: % twice, % of % right', n,
            (SELECT string_agg(p.key, ',' ORDER BY p.key) FROM highseas.sync_problem p),
            (SELECT count(*) FROM highseas.customer c JOIN (VALUES ('1', 2), ('2', 5), ('4', 1), ('5', 1)) v(key, score) ON v.key = c.customer_key AND v.score = c.score),
            (SELECT count(*) FROM highseas.customer);
    END LOOP;
END
$$;
CALL at12.all_batches();
EXECUTE problems;
CALL highseas.sync(batch => 1, max_rows => 1000);
EXECUTE problems;
CALL highseas.sync();
EXECUTE scores;
-- With one: the newest, though it is read again by time each pass; and told until it is mended.
DELETE FROM at12.client;
INSERT INTO at12.client VALUES (1, 1, '2026-03-01 10:00'), (1, 2, '2026-03-01 12:00'), (2, 1, '2026-03-01 11:00'), (2, 9, NULL);
SELECT attachment FROM highseas_api.attach('c', 'customers', 'SELECT id AS customer_key, score, changed AS changed_at FROM at12.client', pool => 'main', run_as => 'regress_at12_crm');
CALL highseas.sync();
EXECUTE problems;
EXECUTE scores;
CALL highseas.sync();
CALL highseas.sync(batch => 1, max_rows => 1000);
EXECUTE problems;
EXECUTE scores;
DELETE FROM at12.client WHERE score = 2 OR changed IS NULL;
CALL highseas.sync();
EXECUTE problems;
EXECUTE scores;
SELECT * FROM highseas.check_consistency();

DROP SCHEMA at12 CASCADE;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP ROLE regress_at12_crm;
