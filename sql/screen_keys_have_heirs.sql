-- A key that only one customer may have goes, with who is gone from the CRM or erased, to who has the same details: at once.
\set VERBOSITY terse
\pset format unaligned
\pset null -
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET highseas.clock = '2026-03-02 09:00+00';
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
RESET client_min_messages;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('shop');
INSERT INTO highseas.pool (pool_key) VALUES ('sea');
CREATE ROLE regress_heirs;
CREATE TABLE regress_heirs (id text, company text, email text, phone text);
INSERT INTO regress_heirs VALUES
    ('a', 'Zeta Werke AG', 'info@zeta-werke.de', NULL), ('b', 'Zeta-Werke', 'info@zeta-werke.de', NULL), ('c', 'ZETA WERKE', 'info@zeta-werke.de', NULL),
    ('d', 'Omega Trade Ltd', NULL, '+44 20 7946 0000'), ('e', 'Omega Trade', NULL, '+44 20 79460000'), ('f', 'Alfa Supply', 'x@alfa-supply.com', NULL);
GRANT SELECT ON regress_heirs TO regress_heirs;
GRANT USAGE ON SCHEMA public TO regress_heirs;
CALL highseas.attach('crm', 'customers', 'SELECT id AS customer_key, company, email, phone FROM public.regress_heirs', pool => 'sea', run_as => 'regress_heirs', may_vanish => 1);
CALL highseas.sync();
CREATE VIEW had AS
SELECT k.customer_key, string_agg(DISTINCT highseas.duplicate_key_kind(k.key), ' ') AS kinds FROM highseas.duplicate_key k GROUP BY 1;
SELECT * FROM had ORDER BY 1;
-- The first goes, then both that are left, then they come back.
DELETE FROM regress_heirs WHERE id IN ('a', 'd');
CALL highseas.reconcile();
SELECT * FROM had ORDER BY 1;
CALL highseas.intake('Zeta Werke', email => 'info@zeta-werke.de', origin => 'fair');
DELETE FROM regress_heirs WHERE id IN ('b', 'c');
CALL highseas.reconcile();
SELECT * FROM had ORDER BY 1;
INSERT INTO regress_heirs VALUES ('c', 'ZETA WERKE', 'info@zeta-werke.de', NULL);
CALL highseas.reconcile();
SELECT * FROM had ORDER BY 1;
-- Erased.
INSERT INTO regress_heirs VALUES ('g', 'ZETA WERKE KG', 'info@zeta-werke.de', NULL);
CALL highseas.sync();
SELECT * FROM had ORDER BY 1;
DELETE FROM highseas.profile WHERE customer_key = 'c';
CALL highseas.rekey_duplicates();
SELECT * FROM had ORDER BY 1;
-- What only warns is nobody's.
INSERT INTO highseas.duplicate_rule (kind, block) VALUES ('email', false), ('domain', false);
CALL highseas.rekey_duplicates();
DELETE FROM regress_heirs WHERE id = 'g';
CALL highseas.reconcile();
SELECT * FROM had ORDER BY 1;
SELECT * FROM highseas.check_consistency();
DROP VIEW had;
DROP TABLE regress_heirs;
DROP OWNED BY regress_heirs;
DROP ROLE regress_heirs;
