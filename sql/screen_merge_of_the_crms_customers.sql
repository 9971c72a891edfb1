-- What becomes of the CRM's rows of whom an attachment brings: merge_preview says so, and the next sync does so.
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
CREATE ROLE regress_merge_crm;
CREATE TABLE regress_merge_crm (id text, company text);
INSERT INTO regress_merge_crm VALUES ('k1', 'Zeta Werke AG'), ('k2', 'Zeta-Werke'), ('k3', 'ZETA WERKE');
GRANT SELECT ON regress_merge_crm TO regress_merge_crm;
GRANT USAGE ON SCHEMA public TO regress_merge_crm;
CALL highseas.attach('crm', 'customers', 'SELECT id AS customer_key, company FROM public.regress_merge_crm', pool => 'sea', run_as => 'regress_merge_crm');
CALL highseas.sync();
CALL highseas.intake('Zeta Werke Bonn', email => 'info@zeta-werke.de', origin => 'fair', customer => 'own');
SELECT * FROM highseas.merge_preview('k2', 'k1') WHERE item = 'attachment';
SELECT * FROM highseas.merge_preview('k2', 'own') WHERE item = 'attachment';
SELECT * FROM highseas.merge_preview('own', 'k1') WHERE item = 'attachment';
CALL highseas.merge_customer('k2', 'k1');
DELETE FROM regress_merge_crm WHERE id = 'k3';
CALL highseas.merge_customer('k3', 'k1');
CALL highseas.sync();
SELECT customer_key FROM highseas.customer ORDER BY 1;
SELECT * FROM highseas.check_consistency();
CALL highseas.detach('crm');
SELECT * FROM highseas.merge_preview('k1', 'own') WHERE item = 'attachment';
DROP TABLE regress_merge_crm;
DROP OWNED BY regress_merge_crm;
DROP ROLE regress_merge_crm;
