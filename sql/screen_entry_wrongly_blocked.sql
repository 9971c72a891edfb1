-- Who was taken for somebody else wrongly is his own customer after a manager's word, and stays it.
\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset format unaligned
\pset null -
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET highseas.clock = '2026-03-02 09:00+00';
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
RESET client_min_messages;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('shop');
CREATE ROLE regress_dup_agent;
CREATE ROLE regress_dup_manager;
CALL highseas.grant_role('regress_dup_agent', 'agent', 'shop');
CALL highseas.grant_role('regress_dup_manager', 'manager', 'shop');
INSERT INTO highseas.pool (tenant_id, pool_key) VALUES (1, 'sea');
SET ROLE regress_dup_agent;
CALL highseas.intake('Krüger Druckerei GmbH', phone => '+49 30 901820', city => 'Berlin', country => 'DE', origin => 'fair');
CALL highseas.intake('Krueger Druckerei', phone => '+49 30 901820', email => 'eva@krueger.example', city => 'Potsdam', country => 'DE', origin => 'fair');
-- An agent has no say in it.
CALL highseas.separate_lead(2);
SET ROLE regress_dup_manager;
CALL highseas.separate_lead(1);
CALL highseas.separate_lead(9);
CALL highseas.separate_lead(NULL);
CALL highseas.separate_lead(2, 'a cousin with a shop of his own');
CALL highseas.separate_lead(2);
RESET ROLE;
SELECT lead_id, state, customer_key, is_first FROM highseas.lead ORDER BY 1;
SELECT customer_key, name, city, email FROM highseas.profile ORDER BY 1;
SELECT customer_key, other_customer, decided_by, reason FROM highseas.not_duplicate;
-- The key stays the first one's, and no job finds them again.
SELECT customer_key, highseas.duplicate_key_kind(key) FROM highseas.duplicate_key ORDER BY 1, 2;
CALL highseas.rekey_duplicates();
CALL highseas.scan_duplicates();
SELECT count(*) FROM highseas.duplicate_finding;
SELECT customer_key FROM highseas.duplicates_of('lead-2');
-- Who is like both is taken from one after the other.
SET ROLE regress_dup_agent;
CALL highseas.intake('KRÜGER DRUCKEREI', phone => '030 901820', country => 'DE', origin => 'fair');
SET ROLE regress_dup_manager;
CALL highseas.separate_lead(3);
CALL highseas.separate_lead(3, 'another cousin');
-- A merge is taken back by its own verb.
CALL highseas.merge_customer('lead-3', 'lead-1');
CALL highseas.separate_lead(3);
RESET ROLE;
SELECT * FROM highseas.check_consistency();
DROP OWNED BY regress_dup_agent, regress_dup_manager;
DROP ROLE regress_dup_agent, regress_dup_manager;
