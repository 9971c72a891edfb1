-- A list comes in: the good rows become customers, the bad ones wait with all their reasons, are corrected and retried.
\set VERBOSITY terse
-- Aligned, invisible characters would take another width in another version.
\pset format unaligned
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET highseas.clock = '2026-03-02 09:00+00';
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
RESET client_min_messages;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('shop');
CREATE ROLE regress_intake_reader;
CREATE ROLE regress_intake_agent;
CREATE ROLE regress_intake_manager;
CREATE ROLE regress_intake_admin;
CALL highseas.grant_role('regress_intake_reader', 'reader');
CALL highseas.grant_role('regress_intake_agent', 'agent');
CALL highseas.grant_role('regress_intake_manager', 'manager');
CALL highseas.grant_role('regress_intake_admin', 'admin');
INSERT INTO highseas.pool (pool_key) VALUES ('sea');
INSERT INTO highseas.rep (rep_key, hired_on) VALUES ('kim', '2020-01-01'), ('lee', '2020-01-01');
INSERT INTO highseas.rep (rep_key, hired_on, login_role) VALUES ('own', '2020-01-01', 'regress_intake_manager');
INSERT INTO highseas.capacity (rule, rep_key, maximum) VALUES ('lee: 1', 'lee', 1);
INSERT INTO highseas.campaign (campaign, origin, cost) VALUES ('Canton 2026', 'fair', 500), ('leaflets', 'advertisement', 80);
SELECT origin, finder_first FROM highseas.origin ORDER BY origin;

-- One lead.
SET ROLE regress_intake_agent;
CALL highseas.intake('Ningbo Haifeng Hardware Co., Ltd.', 'Li Wei', 'li@haifeng.com', '+86 574 8765 4321', campaign => 'Canton 2026');
CALL highseas.intake(company => 'Acme', email => 'joe@acme.con', phone => '12', country => 'Germany', origin => 'fairs', found_by => 'kim');
CALL highseas.intake(company => 'Acme', origin => 'fair', found_by => 'own');
CALL highseas.intake(company => 'Acme', origin => 'fair', found_by => 'nobody');
CALL highseas.intake_rows('list', '[]');
SELECT lead_id, problems, fields ->> 'company' AS company FROM highseas.quarantine;
SELECT fields FROM highseas.lead;
SET ROLE regress_intake_reader;
SELECT lead_id, problems, fields FROM highseas.quarantine;
SELECT lead_id, highseas.lead_contents(1, lead_id) FROM highseas.lead;
CALL highseas.intake('Acme');
RESET ROLE;
SELECT c.customer_key, c.pool_key, c.state, c.has_email, f.company, f.source, f.registered_at FROM highseas.customer c JOIN highseas.profile f USING (tenant_id, customer_key);

-- A list from a query, with all that people and programs write into one.
SET ROLE regress_intake_manager;
CREATE TEMP TABLE list (n int, company text, contact text, email text, phone text, country text, origin text, customer text, extra jsonb);
INSERT INTO list VALUES
    (1, 'Bonn Tools GmbH', 'Eva', 'eva@bonn-tools.de', '0228 123456', 'Germany', NULL, NULL, NULL),
    (2, '=cmd|'' /C calc''!A0', 'x', 'a@example.com', NULL, NULL, NULL, NULL, NULL),
    (3, repeat('long ', 1000), NULL, 'a@example.com', NULL, NULL, NULL, NULL, NULL),
    (4, E'Tab\tTools', E'bell\x07', 'a@example.com', NULL, NULL, NULL, NULL, NULL),
    (5, E'evil \u202Etld.exe', NULL, 'a@example.com', NULL, NULL, NULL, NULL, NULL),
    (6, NULL, NULL, 'no address', 'call me', 'Atlantis', 'moon', NULL, '{"Firma": "Bad", "attributes": [1]}'),
    (7, 'n/a', 'test', NULL, NULL, NULL, NULL, NULL, NULL),
    (8, 'Lyon Outils SARL', 'Luc', 'luc@lyon-outils.fr', '+49 30 901820', 'France', 'fair', 'crm-8', '{"attributes": {"trust_mark": true}}'),
    (9, '🙂 Zürich Werkzeuge AG', 'مدير', 'info@zuerich-werkzeuge.ch', NULL, 'CH', 'search', NULL, NULL),
    (10, 'Lyon', NULL, NULL, '+33 4 72 40 80 00', NULL, NULL, 'crm-8', '{"address": "5 rue de la Paix, Lyon"}'),
    (11, '  ', ' ', NULL, NULL, NULL, NULL, NULL, NULL);
SELECT highseas_api.intake_rows('Canton', (SELECT jsonb_agg(to_jsonb(l) - 'n' - 'extra' || coalesce(l.extra, '{}') ORDER BY l.n) FROM list l),
                                '{"campaign": "Canton 2026", "found_by": "kim"}');
-- Called again, after a lost connection perhaps: nothing twice. Elements that are no objects are kept, too.
SELECT highseas_api.intake_rows('Canton', (SELECT jsonb_agg(to_jsonb(l) - 'n' - 'extra' || coalesce(l.extra, '{}') ORDER BY l.n) FROM list l),
                                '{"campaign": "Canton 2026", "found_by": "kim"}');
SELECT highseas_api.intake_rows('Canton', '[1, null, "x", [], {}]');
SET ROLE regress_intake_admin;
CALL highseas.take_leads();
SELECT state, count(*) FROM highseas.lead WHERE batch = 'Canton' GROUP BY state ORDER BY state;
SET ROLE regress_intake_manager;
SELECT lead_id, left(fields ->> 'company', 12) AS company, problems FROM highseas.quarantine WHERE batch = 'Canton';
SELECT lead_id, customer_key, is_first, origin, campaign, found_by, warnings FROM highseas.lead WHERE batch = 'Canton' AND state = 'taken' ORDER BY lead_id;
RESET ROLE;
-- Two leads of one customer: each field as the first told it, what it did not tell from the second.
SELECT company, phone, address, source, attributes FROM highseas.profile WHERE customer_key = 'crm-8';
SELECT count(*) FROM highseas.customer;

-- Correct, retry, discard.
SET ROLE regress_intake_agent;
CALL highseas.correct_lead(2, '{"email": "joe@acme.com"}');
CALL highseas.correct_lead(2, '{"phone": "+49 30 901820", "origin": "fair", "country": null}');
CALL highseas.correct_lead(2, '{"company": "Other"}');
CALL highseas.correct_lead(4, '{"company": "Not mine"}');
CALL highseas.correct_lead(4, '[]');
SET ROLE regress_intake_manager;
SELECT lead_id FROM highseas.quarantine WHERE fields ->> 'company' LIKE 'Tab%' \gset
CALL highseas.correct_lead(:lead_id, '{"company": "Tab Tools", "contact": "Bell"}');
CALL highseas.discard_lead(:lead_id, 'a joke');
SELECT min(lead_id) AS lead_id FROM highseas.quarantine WHERE problems = '{"it is no object of fields"}' \gset
CALL highseas.discard_lead(:lead_id, ' ');
CALL highseas.discard_lead(:lead_id, 'a joke');
CALL highseas.correct_lead(:lead_id, '{"company": "x"}');
CALL highseas.discard_lead(NULL, 'a joke');
SET ROLE regress_intake_admin;
INSERT INTO highseas.intake_rule (problem, field, action) VALUES ('formula', '*', 'ignore'), ('control characters', 'company', 'warn');
INSERT INTO highseas.intake_rule (problem, action) VALUES ('x', 'perhaps');
SET ROLE regress_intake_manager;
SELECT count(*) FROM highseas.quarantine WHERE batch = 'Canton';
SELECT highseas_api.retry_leads('Canton');
SET ROLE regress_intake_admin;
CALL highseas.take_leads();
RESET ROLE;
SELECT l.lead_id, left(f.company, 20) AS company, l.warnings FROM highseas.lead l JOIN highseas.profile f USING (tenant_id, customer_key)
WHERE l.batch = 'Canton' AND f.company ~ '^(=|evil)' ORDER BY 1;
SELECT given ->> 'email' AS given, fields ->> 'email' AS now FROM highseas.lead WHERE lead_id = 2;

-- Who found it may get it first, within his capacity.
UPDATE highseas.origin SET finder_first = true WHERE origin = 'search';
SET ROLE regress_intake_agent;
CALL highseas.intake('First Found Ltd', email => 'a@first-found.com', origin => 'search', found_by => 'lee', customer => 'f1');
CALL highseas.intake('Second Found Ltd', email => 'a@second-found.com', origin => 'search', found_by => 'lee', customer => 'f2');
-- A known customer stays where he is, and gains what was empty.
CALL highseas.intake('Other Name Ltd', phone => '+49 30 901820', origin => 'search', found_by => 'kim', customer => 'f1');
RESET ROLE;
SELECT customer_key, state, holder FROM highseas.customer WHERE customer_key LIKE 'f_' ORDER BY 1;
SELECT company, email, phone FROM highseas.profile WHERE customer_key = 'f1';
SELECT reason FROM highseas.holding WHERE customer_key = 'f1';
SELECT lead_id, is_first FROM highseas.lead WHERE customer_key = 'f1' ORDER BY 1;
SELECT * FROM highseas.check_consistency();

-- The funnel.
SET highseas.clock = '2026-03-05 09:00+00';
CALL highseas.claim('crm-8', 'kim');
INSERT INTO highseas.purchase VALUES (1, 'f1', 'o1', '2026-03-04', 1000, 'EUR');
CALL highseas.check_profiles();
CALL highseas.refresh_value();
SET ROLE regress_intake_reader;
SELECT customer_key, stage, is_qualified, claimed_at IS NOT NULL AS claimed, ordered_at IS NOT NULL AS ordered FROM highseas.lead_stage
WHERE customer_key IN ('f1', 'f2', 'crm-8') ORDER BY lead_id;
SELECT origin, campaign, leads, quarantined, again, customers, identified, selected, developed, qualified, claimed, ordered, round(value) AS value, cost,
       value_per_lead::numeric(8, 2), value_per_cost::numeric(8, 2) FROM highseas.lead_funnel;
SELECT origin, leads, customers, identified, selected, developed, qualified, claimed, ordered, round(value) AS value, cost, value_per_lead::numeric(8, 2),
       value_per_cost::numeric(8, 2) FROM highseas.origin_funnel;
SELECT sum(leads) AS leads, sum(discarded) AS discarded, bool_and(leads = waiting + quarantined + discarded + again + customers) AS adds_up FROM highseas.lead_funnel;
RESET ROLE;

-- A merged customer takes his leads with him.
CALL highseas.merge_customer('f2', 'f1');
SELECT count(*), count(*) FILTER (WHERE is_first) AS first FROM highseas.lead WHERE customer_key = 'f1';

-- Ten megabytes in every field, and a thousand unknown fields: an answer, not an error.
SELECT highseas_api.intake_rows('huge', jsonb_build_array(
    (SELECT jsonb_object_agg(f, repeat('x', 10000000)) FROM unnest(highseas.lead_fields()) f WHERE f IN ('company', 'email', 'phone', 'address')),
    (SELECT jsonb_object_agg('field ' || n, n) FROM generate_series(1, 1000) n)));
CALL highseas.take_leads();
SELECT state, problems, cardinality(warnings) FROM highseas.lead WHERE batch = 'huge' ORDER BY lead_id;
SELECT highseas_api.intake_rows('x', '{}');
SELECT highseas_api.intake_rows(NULL, '[]');
SELECT highseas_api.intake_rows('x', NULL);
SELECT highseas_api.intake_rows('x', '[]', '[]');

-- The same row twice in a list is kept, and says of which lead; staged again, nothing comes twice.
SELECT highseas_api.intake_rows('twice', '[{"company": "Oslo Verktøy AS", "email": "a@oslo-verktoy.no"}, {"company": "Bergen Fisk AS", "email": "a@bergen-fisk.no"},
    {"email": "a@oslo-verktoy.no", "company": "Oslo Verktøy AS"}, {"company": "Oslo Verktøy AS", "email": "a@oslo-verktoy.no"}]', '{"origin": "platform", "found_by": "kim"}');
SELECT highseas_api.intake_rows('twice', '[{"company": "Bergen Fisk AS", "email": "a@bergen-fisk.no"}, {"company": "Bergen Fisk AS", "email": "a@bergen-fisk.no"}]', '{"origin": "platform"}');
SELECT highseas_api.intake_rows('twice', '[{"company": "Bergen Fisk AS", "email": "a@bergen-fisk.no"}, {"company": "Bergen Fisk AS", "email": "a@bergen-fisk.no"}]', '{"origin": "platform"}');
CALL highseas.take_leads();
SELECT min(lead_id) - 1 AS before FROM highseas.lead WHERE batch = 'twice' \gset
SELECT l.lead_id - :before AS row, l.state, l.repeats - :before AS of_row, l.problems = ARRAY['repeated: exactly like lead ' || l.repeats] AS says_so, s.origin, s.found_by
FROM highseas.lead l JOIN highseas.lead_stage s USING (lead_id) WHERE l.batch = 'twice' ORDER BY 1;
SELECT batch, rows, waiting, quarantined, discarded, repeated, again, customers FROM highseas.lead_batch;
SELECT bool_and(rows = waiting + quarantined + discarded + repeated + again + customers) AS adds_up FROM highseas.lead_batch;
SELECT leads, repeated, again, customers FROM highseas.lead_funnel WHERE origin = 'platform';
SELECT bool_and(leads = waiting + quarantined + discarded + repeated + again + customers) AS adds_up,
       bool_and(customers = identified + selected + developed) AS stages_add_up FROM highseas.lead_funnel;
SELECT highseas_api.retry_leads('twice');
CALL highseas.correct_lead(:before + 3, '{"company": "x"}');

-- A list of 10,000 rows from a table of the caller's, by his rights, columns as they are; extra ones are told of.
CREATE TABLE public.regress_stand AS
SELECT 'Firm ' || to_char(n, 'RN') || ' Ltd' AS company, 'a@firm-' || n || '.com' AS email, NULL::text AS phone, n AS booth FROM generate_series(1, 9999) n
UNION ALL SELECT 'Firm ' || to_char(1, 'RN') || ' Ltd', 'a@firm-1.com', NULL, 1;
SET ROLE regress_intake_manager;
CALL highseas.intake_query('stand', 'TABLE public.regress_stand', '{"origin": "recommendation"}');
RESET ROLE;
GRANT SELECT ON public.regress_stand TO regress_intake_manager;
CALL highseas.intake_query('stand', 'TABLE public.regress_stand');
SET ROLE regress_intake_manager;
CALL highseas.intake_query('stand', 'TABLE regress_stand');
CALL highseas.intake_query('stand', 'DELETE FROM public.regress_stand RETURNING *');
CALL highseas.intake_query('stand', NULL);
CALL highseas.intake_query('stand', 'TABLE public.regress_stand', '[]');
CALL highseas.intake_query('stand', 'SELECT s.* FROM public.regress_stand s ORDER BY booth; ', '{"origin": "recommendation"}');
CALL highseas.intake_query('stand', 'TABLE public.regress_stand', '{"origin": "recommendation"}');
SET ROLE regress_intake_agent;
CALL highseas.intake_query('stand', 'TABLE public.regress_stand');
RESET ROLE;
SELECT state, count(*), min(fields::text) FROM highseas.lead WHERE batch = 'stand' GROUP BY state ORDER BY state;
DELETE FROM highseas.lead WHERE batch = 'stand' AND state = 'repeated';
DELETE FROM highseas.lead WHERE batch = 'stand' AND (fields ->> 'booth')::int > 1;
CALL highseas.take_leads();
SELECT rows, customers, again, quarantined, warned FROM highseas.lead_batch WHERE batch = 'stand';
DROP TABLE public.regress_stand;

-- attributes have their bound, and a day that is none is told. Who was found by nobody waits for no finder.
CALL highseas.intake('Attribute Ltd', email => 'a@attribute-x.com', origin => 'search', attributes => jsonb_build_object('born', '2026-02-30'));
CALL highseas.intake('Leap Day Ltd', email => 'a@leap-day.com', origin => 'search', attributes => '{"born": "29.02.2023"}');
CALL highseas.intake('Long Attribute Ltd', email => 'a@long-attribute.com', origin => 'search', attributes => jsonb_build_object('note', repeat('x', 9000000)));
SELECT d, highseas.may_be_a_day(d)
FROM unnest('{2024-02-29,2023-02-29,20240229,1900/02/29,2026-13-01,2026-00-10,0000-01-01,2026-04-31,2026-04-30T10:00:00Z,31 April 2026,31.04.2026,04/31/2026,13/13/2026,12/13/2026,"",NULL}'::text[]) d;

DROP OWNED BY regress_intake_reader, regress_intake_agent, regress_intake_manager, regress_intake_admin;
DROP ROLE regress_intake_reader, regress_intake_agent, regress_intake_manager, regress_intake_admin;
