-- The same customer under another spelling is found, told where he is, and kept out.
\pset format unaligned
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET search_path = highseas, public;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET highseas.clock = '2026-03-01 12:00+00';
CALL create_tenant('shop');
INSERT INTO pool (tenant_id, pool_key, name) SELECT tenant_id, 'sea', 'sea' FROM tenant;
INSERT INTO rep (tenant_id, rep_key, name, hired_on) SELECT tenant_id, 'ann', 'Ann', '2020-01-01' FROM tenant;
INSERT INTO pool_member (tenant_id, pool_key, rep_key) SELECT tenant_id, 'sea', 'ann' FROM tenant;
INSERT INTO customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT t.tenant_id, k, 'sea', '2026-01-01', '2026-01-01' FROM tenant t, unnest(ARRAY['c1', 'c2', 'c3', 'c4', 'c5']) k;
INSERT INTO profile (tenant_id, customer_key, company, phone, email, address, city, country)
SELECT t.tenant_id, v.* FROM tenant t, (VALUES
    ('c1', '宁波牛杰汽车配件有限公司', '0574 8765 4321', NULL, NULL, '宁波', 'CN'),
    ('c2', 'Krüger Druckerei GmbH', '030 901820', 'info@krueger-druck.de', 'Hauptstr. 12', 'Berlin', 'DE'),
    ('c3', 'Meyer Logistik GmbH', '030 901820', 'info@meyer-logistik.de', 'Hauptstr. 12', 'Berlin', 'DE'),
    ('c4', 'Smith & Sons Trading Ltd', NULL, NULL, '4 High Street', 'London', 'GB'),
    ('c5', 'Smith and Sons Trading Limited', NULL, 'smith@smithsons.co.uk', '4 High St', 'London', 'GB')) v;
SELECT * FROM write_duplicate_keys((SELECT tenant_id FROM tenant), ARRAY['c1', 'c2', 'c3', 'c4', 'c5']);
CALL claim('c2', 'ann');

SELECT customer_key, round(probability::numeric, 2) AS p, name, place FROM find_duplicates('DRUCKEREI KRUEGER', phone => '+49 30 901820', country => 'DE');
SELECT customer_key, name FROM find_duplicates('牛杰汽車配件（寧波）', city => '宁波');
SELECT customer_key, name FROM find_duplicates('Ningbo Niujie Auto Parts Co., Ltd.', phone => '+86 574 8765 4321', country => 'CN');
SELECT customer_key, name FROM find_duplicates('Krueger Drukerei', city => 'Berlin');
-- Another firm at the same address and switchboard is another firm, shown for its number; nobody is like nobody.
SELECT customer_key, probability < 0.01 AS another FROM find_duplicates('Schulz Steuerberatung', phone => '+49 30 901820', address => 'Hauptstr. 12', city => 'Berlin', email => 'info@schulz-stb.de');
SELECT count(*) FROM find_duplicates();
SELECT count(*) FROM find_duplicates(repeat('牛', 5000), address => repeat('x ', 100000));

-- What each field contributes adds up to the logarithm of the odds.
SELECT abs(ln(probability / (1 - probability)) - (SELECT sum(value::float8) FROM jsonb_each_text(contributions))) < .01 AS adds_up
FROM find_duplicates('Smith Bros Trading', city => 'London', at_least => 0);

SELECT customer_key, place FROM duplicates_of('c4');
SELECT highseas_api.not_a_duplicate('c5', 'c4', 'father and son'), highseas_api.not_a_duplicate('c4', 'c5');
SELECT customer_key, place FROM duplicates_of('c4');

-- A key that somebody has is told to who writes it second, but where a rule only warns.
INSERT INTO customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at) SELECT tenant_id, 'c6', 'sea', clock(), clock() FROM tenant;
INSERT INTO profile (tenant_id, customer_key, company, phone, country) SELECT tenant_id, 'c6', 'Druckerei Krüger', '+4930901820', 'DE' FROM tenant;
SELECT * FROM write_duplicate_keys((SELECT tenant_id FROM tenant), ARRAY['c6']);
INSERT INTO duplicate_rule (tenant_id, kind, block) SELECT tenant_id, 'phone', false FROM tenant;
SELECT * FROM write_duplicate_keys((SELECT tenant_id FROM tenant), ARRAY['c2', 'c6']);

-- Weights are rows.
INSERT INTO duplicate_weight (tenant_id, feature, weight) SELECT tenant_id, 'phone_same', -50 FROM tenant;
SELECT count(*) FROM find_duplicates('DRUCKEREI KRUEGER', phone => '+49 30 901820', country => 'DE');

-- Another tenant's customers are nobody's.
CALL create_tenant('other');
SELECT count(*) FROM find_duplicates('Krüger Druckerei GmbH', tenant => 'other');
-- Who is about to enter a customer locks what he shares with others.
SELECT lock_entries(tenant_id, ARRAY[ROW('Smith Sons Trading', NULL, NULL, NULL, NULL, NULL, NULL, '4 High St', 'London', NULL, NULL, NULL, NULL)::duplicate_fields], true) FROM tenant WHERE name = 'shop';

\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT * FROM find_duplicates('x', at_least => 2, tenant => 'shop');
SELECT * FROM duplicates_of('nobody', tenant => 'shop');
SELECT highseas_api.not_a_duplicate('c1', 'c1', tenant => 'shop');
SELECT highseas_api.not_a_duplicate('c1', 'c77', tenant => 'shop');
SELECT duplicate_score(ROW('a', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), ROW('a', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), weights => '{1}');

-- In bulk: what is missing is written, then every pair is looked at; who is gone keeps no key.
DELETE FROM duplicate_weight;
DELETE FROM profile WHERE customer_key = 'c2';
CALL rekey_duplicates('shop');
SELECT customer_key, cardinality(keys), cardinality(terms) > 5 AS has_terms FROM duplicate_terms ORDER BY 1;
SELECT customer_key, duplicate_key_kind(key) FROM duplicate_key ORDER BY 1, 2;
UPDATE profile SET company = 'Meyer Logistik AG', phone = '030 901820', email = 'info@meyer-logistik.de', changed_at = '2026-03-02' WHERE customer_key = 'c6';
CALL rekey_duplicates('shop');
CALL scan_duplicates('shop');
SET highseas.tenant = 'shop';
SELECT customer_key, name, other_customer, other_name, probability > .9 AS sure FROM duplicate_review;
SELECT * FROM duplicate_cluster ORDER BY 1, 2;
