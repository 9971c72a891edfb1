-- A score comes from what is known; its explanation adds up to it; what would raise it does.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET highseas.clock = '2026-03-02 09:00+00';
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
RESET client_min_messages;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('shop');
CREATE ROLE regress_potential_reader;
CREATE ROLE regress_potential_admin;
CALL highseas.grant_role('regress_potential_reader', 'reader');
CALL highseas.grant_role('regress_potential_admin', 'admin');
INSERT INTO highseas.pool (pool_key) VALUES ('sea');
INSERT INTO highseas.attachment (tenant_id, attachment, kind, query, run_as, key_type, pool_key, columns)
VALUES (1, 'crm', 'customers', 'SELECT 1 AS customer_key', 'postgres', 'text', 'sea',
        '{customer_key,company,phone,mobile,email,position,last_login_at,online}');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, online)
SELECT 1, k, 'sea', '2026-01-01', '2026-01-01', k = 'full' FROM unnest('{full,bare,empty,stranger}'::text[]) k;
INSERT INTO highseas.profile (tenant_id, customer_key, attachment, company, contact, position, email, phone, mobile, fax,
    address, city, country, website, source, main_products, registered_at, last_login_at, attributes)
VALUES (1, 'full', 'crm', 'Ningbo Haifeng Hardware Co., Ltd.', 'Li', 'Purchasing Manager', 'a@haifeng.com', '+86 574 8765 4321', '+86 138 5740 1234', '+86 574 8765 4322', '12 Long Street, Ningbo',
        'Ningbo', 'CN', 'b.example', 'Exhibition 2025', 'hinges, locks, handles, screws, tools', '2020-01-01', '2026-02-20',
        '{"trust_mark": true, "registrations": 2, "trade_partners": ["a", "b"]}'),
       (1, 'bare', 'crm', 'Li', NULL, 'teacher', NULL, '+49 30 901820', ' ', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2025-12-01', '{}'),
       (1, 'empty', 'crm', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        '{"trust_mark": null, "registrations": 1e400, "trade_partners": {}}');

-- Without a row, the built-in scorecard. The CRM gives no fax: that is unknown, a mobile number that is empty is not.
SET ROLE regress_potential_reader;
SELECT * FROM highseas.potential_scores() ORDER BY customer_key;
SELECT * FROM highseas.explain_potential('bare');
SELECT e.points, e.of, e.reason, e.gain, e.by FROM highseas.explain_potential('stranger') e LIMIT 2;
SELECT s.customer_key, s.score::numeric(5, 2) = e.points AS adds_up, e.of
FROM highseas.potential_scores() s,
     LATERAL (SELECT sum(x.points) AS points, round(sum(x.of)) AS of FROM highseas.explain_potential(s.customer_key) x) e
WHERE s.score IS NOT NULL ORDER BY 1;
SELECT * FROM highseas.explain_potential('nobody');
SELECT * FROM highseas.explain_potential(NULL);
SELECT * FROM highseas.potential_scores('none');
SELECT * FROM highseas.potential_scores('default', 1);
CALL highseas.copy_scorecard();
SELECT email FROM highseas.profile;
RESET ROLE;

-- What raises it does, by as much as it said.
CREATE TEMP TABLE before AS SELECT s.score, e.gain FROM highseas.potential_scores() s, highseas.explain_potential('bare') e
WHERE s.customer_key = 'bare' AND e.criterion = 'mobile';
UPDATE highseas.profile SET mobile = '+49 151 23456789' WHERE customer_key = 'bare';
SELECT (s.score - b.score)::numeric(5, 2) = b.gain AS as_promised
FROM highseas.potential_scores() s, before b WHERE s.customer_key = 'bare';

-- The admin copies the scorecard and changes it; an earlier version stays.
SET ROLE regress_potential_admin;
CALL highseas.copy_scorecard();
SELECT count(*), sum(weight) FROM highseas.criterion;
CALL highseas.copy_scorecard();
SELECT count(*) FROM (SELECT highseas_api.delete_rules('criterion', jsonb_build_object('version', 2, 'criterion', criterion))
                      FROM highseas.criterion WHERE version = 2 AND criterion NOT IN ('login', 'telephone')) x;
UPDATE highseas.criterion SET cuts = '{10,30}', points = '{5,2,0}', bands = '{days,weeks,longer}', weight = 2
WHERE version = 2 AND criterion = 'login';
INSERT INTO highseas.criterion (version, criterion, fact, words, weight, cuts, points, bands)
VALUES (2, 'hobby', 'attributes.hobby', '{GOLF,50%}', 1, '{1,2}', '{0,1,3}', '{none,other,golf}');
RESET ROLE;
UPDATE highseas.profile SET attributes = '{"hobby": "Minigolf"}' WHERE customer_key = 'bare';
UPDATE highseas.profile SET attributes = '{"hobby": "500"}' WHERE customer_key = 'empty';
SELECT * FROM highseas.explain_potential('bare');
SELECT * FROM highseas.explain_potential('empty');
SELECT count(*) FROM highseas.explain_potential('bare', version => 1);
INSERT INTO highseas.criterion (criterion, fact, weight, cuts, points, bands) VALUES ('x', 'secret', 1, '{1}', '{0,1}', '{a,b}');
INSERT INTO highseas.criterion (criterion, fact, weight, cuts, points, bands) VALUES ('x', 'phone', 0, '{1}', '{0,1}', '{a,b}');
INSERT INTO highseas.criterion (criterion, fact, weight, cuts, points, bands) VALUES ('x', 'phone', 1, '{2,1}', '{0,1,2}', '{a,b,c}');
INSERT INTO highseas.criterion (criterion, fact, weight, cuts, points, bands) VALUES ('x', 'phone', 1, '{1}', '{0,1,2}', '{a,b,c}');
INSERT INTO highseas.criterion (criterion, fact, weight, cuts, points, bands) VALUES ('x', 'phone', 1, '{1}', '{0,0}', '{a,b}');
INSERT INTO highseas.criterion (criterion, fact, weight, cuts, points, bands) VALUES ('x', 'phone', 1, '{NaN}', '{0,1}', '{a,b}');
INSERT INTO highseas.criterion (criterion, fact, words, weight, cuts, points, bands) VALUES ('x', 'phone', '{NULL}', 1, '{1}', '{0,1}', '{a,b}');

-- On anybody's table: facts of any number type, or an array of them.
CREATE TEMP TABLE lead (id int, visits int, cart numeric, member boolean);
INSERT INTO lead VALUES (1, 12, 99.9, true), (2, 3, NULL, false), (3, NULL, NULL, NULL), (4, 5, 100, NULL);
PREPARE card AS SELECT ROW('{visits,cart,member}', '{1,2,1}', '{2,2,2}', '{-Infinity,5,-Infinity,100,-Infinity,1}', '{0,1,0,1,0,1}',
                       '{few,many,small,big,no,yes}')::highseas.scorecard AS card;
CREATE TEMP TABLE card AS EXECUTE card;
SELECT l.id, highseas.potential_score(c.card, visits, cart, member), highseas.potential_coverage(c.card, visits, cart, member),
       highseas.potential_score(c.card, VARIADIC ARRAY[visits, cart, member::int]::real[]) AS of_an_array
FROM lead l, card c ORDER BY l.id;
SELECT l.id, x.* FROM lead l, card c, highseas.potential_lines(c.card, visits, cart, member) x WHERE l.id IN (2, 3) ORDER BY 1, 2;
SELECT highseas.potential_score(c.card, 'NaN'::float8, 'Infinity'::float8, NULL) FROM card c;
-- NULLs may stand anywhere in an array, of whatever type.
SELECT count(*) AS arrays, count(*) FILTER (WHERE as_float IS DISTINCT FROM as_numeric OR as_float IS DISTINCT FROM one_by_one) AS differ,
       count(as_float) AS scored
FROM (SELECT highseas.potential_score(c.card, VARIADIC ARRAY[a, b, m]::float8[]) AS as_float,
             highseas.potential_score(c.card, VARIADIC ARRAY[a, b, m]::numeric[]) AS as_numeric, highseas.potential_score(c.card, a, b, m) AS one_by_one
      FROM card c, unnest('{NULL,0,5}'::int[]) a, unnest('{NULL,99,100}'::int[]) b, unnest('{NULL,0,1}'::int[]) m) x;
-- Many cards in one query: each with its own facts.
SELECT n, highseas.potential_score(ROW('{a}', '{1}', '{2}', ARRAY['-Infinity'::float8, n], '{0,1}', '{a,b}')::highseas.scorecard, 2.5)
FROM generate_series(1, 4) n;
SELECT highseas.potential_score(c.card, 1, 2) FROM card c;
SELECT highseas.potential_score(c.card, 1, 2, 3, 4) FROM card c;
SELECT highseas.potential_score(c.card, VARIADIC '{1,NULL}'::float8[]) FROM card c;
SELECT highseas.potential_score(c.card, VARIADIC '{1,2,NULL,NULL}'::float8[]) FROM card c;
SELECT highseas.potential_score(c.card, 1, 2, 'x') FROM card c;
SELECT highseas.potential_score(c.card, 1, 2, 'x'::text) FROM card c;
SELECT highseas.potential_score(c.card, 1, 2, now()) FROM card c;
SELECT highseas.potential_score(c.card, VARIADIC NULL::float8[]) FROM card c;
SELECT highseas.potential_score(NULL, 1);
SELECT highseas.potential_score(ROW('{a}', '{1}', '{2}', '{-Infinity,NaN}', '{0,1}', '{a,b}')::highseas.scorecard, 1);
SELECT highseas.potential_score(ROW('{a}', '{1}', '{2}', '{-Infinity,NULL}', '{0,1}', '{a,b}')::highseas.scorecard, 1);
SELECT highseas.potential_score(ROW(NULL, NULL, NULL, NULL, NULL, NULL)::highseas.scorecard, 1);

DROP OWNED BY regress_potential_reader, regress_potential_admin;
DROP ROLE regress_potential_reader, regress_potential_admin;
