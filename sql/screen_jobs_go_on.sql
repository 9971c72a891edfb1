-- A scan that stopped at its bounds goes on at its next run, and what was made anew is not made anew again.
\set VERBOSITY terse
\pset format unaligned
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET highseas.clock = '2026-03-02 09:00+00';
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
RESET client_min_messages;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('shop');
INSERT INTO highseas.pool (pool_key) VALUES ('sea');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, 'c' || n, 'sea', '2026-01-01', '2026-01-01' FROM generate_series(1, 7) n;
INSERT INTO highseas.profile (tenant_id, customer_key, company, email, city, country)
SELECT 1, 'c' || n, 'Alfa Werke GmbH', 'info@alfa-werke.de', 'Bonn', 'DE' FROM generate_series(1, 7) n;
CALL highseas.rekey_duplicates(max_rows => 3, batch => 3);
CALL highseas.rekey_duplicates(max_rows => 3, batch => 3);
CALL highseas.rekey_duplicates(max_rows => 3, batch => 3);
CALL highseas.rekey_duplicates();
SELECT job, status, rows FROM highseas.job_run ORDER BY run_id;
-- A rule changed between: none keeps the old keys.
INSERT INTO highseas.duplicate_rule (tenant_id, kind, block) VALUES (1, 'domain', false);
CALL highseas.rekey_duplicates(max_rows => 3, batch => 2);
DELETE FROM highseas.duplicate_rule;
INSERT INTO highseas.duplicate_rule (tenant_id, kind, block) VALUES (1, 'email', false);
CALL highseas.rekey_duplicates();
SELECT status, rows FROM highseas.job_run ORDER BY run_id OFFSET 4;
SELECT count(DISTINCT version) AS versions, bool_and(version = highseas.duplicate_version(1)) AS current FROM highseas.duplicate_terms;
SELECT highseas.duplicate_key_kind(key) AS kind, customer_key FROM highseas.duplicate_key ORDER BY 1;
-- Who has no profile any more keeps no key, wherever he stands.
DELETE FROM highseas.profile WHERE customer_key IN ('c1', 'c4', 'c7');
DELETE FROM highseas.customer WHERE customer_key IN ('c1', 'c4', 'c7');
CALL highseas.rekey_duplicates();
SELECT customer_key FROM highseas.duplicate_terms ORDER BY 1;
-- The others, who have it, too, do at once.
SELECT highseas.duplicate_key_kind(key) AS kind, customer_key FROM highseas.duplicate_key ORDER BY 1;
UPDATE highseas.customer SET state = 'gone' WHERE customer_key IN ('c2', 'c3');
UPDATE highseas.duplicate_terms SET version = 0 WHERE customer_key = 'c2';
CALL highseas.rekey_duplicates();
SELECT highseas.duplicate_key_kind(key) AS kind, customer_key FROM highseas.duplicate_key ORDER BY 1;
CALL highseas.rekey_duplicates();
SELECT highseas.duplicate_key_kind(key) AS kind, customer_key FROM highseas.duplicate_key ORDER BY 1;
CALL highseas.rekey_duplicates();
SELECT rows FROM highseas.job_run ORDER BY run_id DESC LIMIT 4;

CALL highseas.scan_duplicates(max_rows => 2, batch => 2);
SELECT count(*) FROM highseas.duplicate_finding;
CALL highseas.scan_duplicates(max_rows => 2, batch => 2);
CALL highseas.scan_duplicates(max_rows => 2, batch => 2);
SELECT count(*) FROM highseas.duplicate_finding;
CALL highseas.scan_duplicates();
SELECT count(*) FROM highseas.duplicate_finding;
SELECT status, rows, position FROM highseas.job_run WHERE job = 'scan_duplicates' ORDER BY run_id;

-- Of whom one is gone there is nothing to decide.
SET highseas.tenant = 'shop';
SELECT customer_key, other_customer, state, other_state FROM highseas.duplicate_review;
SELECT * FROM highseas.duplicate_cluster ORDER BY 2;
UPDATE highseas.customer SET state = 'free' WHERE customer_key = 'c2';
SELECT customer_key, other_customer, state, other_state FROM highseas.duplicate_review;
SELECT * FROM highseas.duplicate_cluster ORDER BY 2;
