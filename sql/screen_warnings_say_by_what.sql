-- What does not keep an entry out is told of: a key whose rule warns, and the same telephone number of another name.
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
CALL highseas.intake('Zephyr Marine Ltd', phone => '+44 20 7946 0123', country => 'GB', origin => 'fair');
CALL highseas.intake('Quite Another Textiles', phone => '020 7946 0123', country => 'GB', origin => 'fair');
CALL highseas.intake('Orchid Optics', phone => '020 7946 0999', country => 'GB', origin => 'fair');
SELECT highseas_api.intake_rows('list', '[
    {"company": "Poppy Paper Ltd", "phone": "+44 20 7946 0777", "origin": "fair"},
    {"company": "Wholly Different GmbH", "phone": "0044 20 7946 0777", "origin": "fair"}]');
CALL highseas.take_leads();
SELECT lead_id, customer_key, warnings FROM highseas.lead WHERE batch = 'list' ORDER BY 1;
-- Who types it sees him before, with what speaks for it and against.
SELECT customer_key, name, probability < 0.5 AS hardly, place, (contributions ->> 'phone')::real > 0 AS phone, (contributions ->> 'company')::real < 0 AS company
FROM highseas.find_duplicates('Third Party Toys', phone => '020 7946 0123', country => 'GB') ORDER BY 1;
SELECT count(*) FROM highseas.find_duplicates('Third Party Toys', phone => '020 7946 0123', country => 'GB', at_least => 0.9, most => 1);
SELECT count(*) FROM highseas.find_duplicates('Third Party Toys', phone => '020 7946 0124', country => 'GB');
-- A stranger's number is nothing to review.
SELECT * FROM highseas.duplicate_review;

CALL highseas.intake('Regina Foods GmbH', email => 'a@regina.de', attributes => '{"register_number": "HRB 12345 Hamburg"}', country => 'DE', origin => 'fair');
CALL highseas.intake('Total Anders AG', email => 'b@anders.de', attributes => '{"register_number": "HRB 12345 Hamburg"}', country => 'DE', origin => 'fair');
INSERT INTO highseas.duplicate_rule (tenant_id, kind, block) VALUES (1, 'number', false), (1, 'phone', false), (1, 'alike', false);
CALL highseas.rekey_duplicates();
CALL highseas.intake('Noch Anders AG', email => 'b@nochanders.de', attributes => '{"register_number": "HRB 12345 Hamburg"}', country => 'DE', origin => 'fair');
CALL highseas.intake('ZEPHYR MARINE LIMITED', phone => '020 7946 0123', country => 'GB', origin => 'fair');
SELECT highseas_api.intake_rows('list 2', '[
    {"company": "Ivy Irons Ltd", "email": "a@ivy-irons.co.uk", "origin": "fair", "attributes": {"register_number": "HRB 777 Bonn"}},
    {"company": "Entirely Else GmbH", "email": "a@entirely-else.de", "origin": "fair", "attributes": {"register_number": "HRB 777 Bonn"}}]');
CALL highseas.take_leads();
SELECT lead_id, customer_key, warnings FROM highseas.lead WHERE batch = 'list 2' ORDER BY 1;
-- Where he is, is said to the rep who asks.
INSERT INTO highseas.pool (pool_key, members_only) VALUES ('vip', true);
INSERT INTO highseas.rep (rep_key, hired_on) VALUES ('kim', '2020-01-01'), ('lee', '2020-01-01');
INSERT INTO highseas.pool_member (pool_key, rep_key) VALUES ('vip', 'kim');
CALL highseas.intake('Violet Valves Ltd', email => 'a@violet-valves.co.uk', origin => 'fair', pool => 'vip');
CALL highseas.intake('Violet Valves', email => 'b@violet-valves.co.uk', origin => 'fair', pool => 'sea');
SET highseas.rep = 'kim';
CALL highseas.intake('Violet Valves', email => 'c@violet-valves.co.uk', origin => 'fair', pool => 'sea');
SET highseas.rep = 'lee';
CALL highseas.intake('Violet Valves', email => 'd@violet-valves.co.uk', origin => 'fair', pool => 'sea');
