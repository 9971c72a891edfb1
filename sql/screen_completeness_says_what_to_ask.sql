-- A contact counts when it works, a text when it says something; what is missing has its question; who has all of it must
-- be followed up.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET highseas.clock = '2026-03-02 09:00+00';
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
RESET client_min_messages;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('shop');
CREATE ROLE regress_complete_reader;
CREATE ROLE regress_complete_admin;
CALL highseas.grant_role('regress_complete_reader', 'reader');
CALL highseas.grant_role('regress_complete_admin', 'admin');
INSERT INTO highseas.pool (pool_key) VALUES ('sea');
INSERT INTO highseas.rep (rep_key, hired_on) VALUES ('kim', '2020-01-01');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, k, 'sea', '2026-01-01', '2026-01-01' FROM unnest('{full,formats,doubtful,old,bare}'::text[]) k;
INSERT INTO highseas.profile (tenant_id, customer_key, company, contact, position, email, phone, mobile, fax, address, city, country, website,
    source, main_products, registered_at, last_login_at, attributes)
VALUES (1, 'full', 'Ningbo Haifeng Hardware Co., Ltd.', 'Li', 'Purchasing Manager', 'li@haifeng-hardware.com', '0574 8765 4321', '138 5740 1234',
        '+86 574 8765 4322', '12 Long Street, Ningbo', 'Ningbo', 'China', 'haifeng-hardware.com', 'fair', 'hinges, locks, handles, screws',
        '2020-01-01', '2026-02-20', '{"trust_mark": true, "registrations": 2, "trade_partners": ["a"]}'),
       -- Everything is filled, nothing of it works or says much.
       (1, 'formats', 'Li', 'test', 'teacher', 'li@haifeng.con', '12', '00000000', 'call me', 'Ningbo', NULL, 'China', 'haifeng.con',
        'web', 'hardware', '2026-02-20', '2026-01-01', '{"trust_mark": false, "registrations": 1, "trade_partners": []}'),
       (1, 'doubtful', 'Acme Tools Ltd', NULL, NULL, 'joe@zyxwv.com', '+49 30 901820', NULL, NULL, '5 rue de la Paix, Lyon, France', NULL, 'China',
        NULL, NULL, NULL, '2026-01-01', NULL, '{}'),
       (1, 'old', 'Acme Tools Ltd', NULL, NULL, 'joe@acme.com', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'search', NULL, '2020-01-01', '2021-01-01', '{}');

SET ROLE regress_complete_reader;
SELECT * FROM highseas.explain_completeness('full');
SELECT * FROM highseas.explain_completeness('formats');
SELECT criterion, known, met, detail FROM highseas.explain_completeness('bare');
SELECT * FROM highseas.explain_completeness('nobody');
SELECT * FROM highseas.must_follow_up;
CALL highseas.check_profiles();
SET ROLE regress_complete_admin;
CALL highseas.check_profiles();
SET ROLE regress_complete_reader;
SELECT customer_key, company, quality FROM highseas.must_follow_up;
SELECT customer_key, completeness::numeric(5, 2), quality::numeric(5, 2), problems, contradictions, is_stale FROM highseas.to_complete;
SELECT customer_key, missing[1:3] FROM highseas.to_complete WHERE customer_key IN ('formats', 'old');
-- What the job wrote is what the explanation says.
SELECT q.customer_key FROM highseas.profile_quality q
WHERE q.missing <> ARRAY(SELECT e.criterion FROM highseas.explain_completeness(q.customer_key) WITH ORDINALITY e(criterion, known, met, detail, ask, n)
                         WHERE NOT e.met ORDER BY n);
-- The potential score asks the same: a number that does not work is none.
SELECT criterion, reason FROM highseas.explain_potential('formats') WHERE criterion IN ('telephone', 'fax', 'mobile', 'e-mail', 'main products', 'address');
RESET ROLE;

-- What the job stored counts only as long as the profile, and the rules, are the same.
BEGIN;
UPDATE highseas.profile SET phone = '12' WHERE customer_key = 'full';
SELECT reason FROM highseas.explain_potential('full') WHERE criterion = 'telephone';
UPDATE highseas.profile SET phone = '0574 8765 4321', country = NULL WHERE customer_key = 'full';
SELECT reason FROM highseas.explain_potential('full') WHERE criterion = 'telephone';
INSERT INTO highseas.screen_rule (country) VALUES ('DE');
SELECT reason FROM highseas.explain_potential('full') WHERE criterion = 'mobile';
UPDATE highseas.profile SET phone = NULL WHERE customer_key = 'full';
SELECT reason FROM highseas.explain_potential('full') WHERE criterion = 'telephone';
ROLLBACK;

-- Registered more than once: how often, and when.
CALL highseas.intake('Acme Tools Ltd', email => 'joe@acme.com', customer => 'old', origin => 'search');
CALL highseas.intake('Acme Tools Ltd', email => 'joe@acme.com', customer => 'old', origin => 'fair');
SELECT met, detail FROM highseas.explain_completeness('old') WHERE criterion = 'registered more than once';

-- An admin's criteria and questions; a country for those who give none.
SET ROLE regress_complete_admin;
INSERT INTO highseas.profile_question (fact, question) VALUES ('fax', '传真号码？');
SELECT ask FROM highseas.explain_completeness('bare') WHERE criterion = 'fax';
CALL highseas.copy_scorecard('completeness');
SELECT count(*) FROM (SELECT highseas_api.delete_rules('criterion', jsonb_build_object('scheme', 'completeness', 'criterion', criterion))
                      FROM highseas.criterion WHERE criterion NOT IN ('e-mail', 'full company name')) x;
INSERT INTO highseas.criterion (scheme, criterion, fact, weight, cuts, points, bands)
VALUES ('completeness', 'in one piece', 'contradictions', 1, '{1}', '{1,0}', '{it fits,it contradicts itself}');
SELECT * FROM highseas.explain_completeness('doubtful');
INSERT INTO highseas.screen_rule (country, stale_after, contradiction_cost) VALUES ('CN', '10 years', 50);
RESET ROLE;
SET highseas.clock = '2026-03-03 09:00+00';
CALL highseas.claim('full', 'kim');
-- Twice on one day: the day has its figures once.
CALL highseas.check_profiles();
SET ROLE regress_complete_admin;
CALL highseas.check_profiles();
SELECT customer_key FROM highseas.must_follow_up ORDER BY 1;
SELECT customer_key, quality, is_stale FROM highseas.profile_quality ORDER BY 1;
SELECT kind, subject, day, customers, quality::numeric(5, 2), change::numeric(5, 2), complete, unsound, stale FROM highseas.quality_trend;
INSERT INTO highseas.screen_rule (country) VALUES ('Germany');
RESET ROLE;
CALL highseas.withdraw('bare', 'closed');
CALL highseas.rekey_customer('formats', 'renamed');
CALL highseas.check_profiles();
SELECT customer_key FROM highseas.profile_quality ORDER BY 1;
-- A run that stopped at its bounds is gone on with; after it the next one begins anew.
SET highseas.clock = '2026-03-04 09:00+00';
CALL highseas.check_profiles(max_rows => 2, batch => 2);
SET highseas.clock = '2026-03-05 09:00+00';
CALL highseas.check_profiles();
SELECT checked_at::date, array_agg(customer_key ORDER BY customer_key) FROM highseas.profile_quality GROUP BY 1 ORDER BY 1;
SELECT DISTINCT day FROM highseas.quality_history ORDER BY 1;
SET highseas.clock = '2026-03-06 09:00+00';
CALL highseas.check_profiles();
SELECT DISTINCT checked_at::date FROM highseas.profile_quality;

-- The check itself.
SELECT highseas.country_code(c) FROM unnest('{China,中国,DEU,"",Atlantis,NULL}'::text[]) c;
SELECT * FROM highseas.check_profile(NULL, NULL, NULL, NULL, '030 901820', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'DE');
SELECT * FROM highseas.check_profile(repeat('x', 10000000), 'a', 'b', repeat('@', 10000000), repeat('1', 10000000), E'\u200B', '字', '😀', '', ' ', 'x', E'\u202E');
SELECT count(*), count(DISTINCT x) FROM generate_series(1, 1000), highseas.check_profile('Acme Ltd', NULL, NULL, 'a@acme.com', '+49 30 901820', NULL, NULL, NULL, NULL, 'DE', NULL, NULL) x;

DROP OWNED BY regress_complete_reader, regress_complete_admin;
DROP ROLE regress_complete_reader, regress_complete_admin;
