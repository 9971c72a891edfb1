-- A tenant's rows come over the built-in rules, and a changed row changes the version of the keys.
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
RESET client_min_messages;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('east');
CALL highseas.create_tenant('west');
SET search_path = highseas, public;
SELECT tenant_id AS east FROM tenant WHERE name = 'east' \gset
SELECT tenant_id AS west FROM tenant WHERE name = 'west' \gset

SELECT domain_rules(:east) IS NULL AND company_words(:east) IS NULL AS nothing_yet;
CREATE TEMP TABLE before AS SELECT * FROM normaliser_versions(:east);
SELECT normaliser, version = normaliser_version(normaliser) AS built_in FROM before ORDER BY normaliser;

INSERT INTO domain_rule (tenant_id, domain, shared, same_as, tag_separator, ignored)
VALUES (:east, 'gmail.com', false, NULL, NULL, NULL), (:east, 'mail.example.com', true, 'example.org', '-', '_');
INSERT INTO company_word (tenant_id, word, kind, weight, meaning)
VALUES (:east, 'quux', 'legal_form', NULL, 'limited'), (:east, 'gmbh', 'name', NULL, NULL),
       (:east, 'public body', 'legal_form', NULL, 'state'), (:east, '牛杰', 'trade', 0.2, 'ox');

SELECT t AS tenant, e.key, e.shared FROM (VALUES (:east), (:west)) v(t), normalise_email('j.doe+x@gmail.com', domain_rules(t)) e ORDER BY t;
SELECT key, domain, shared FROM normalise_email('j_doe-x@mail.example.com', domain_rules(:east));
SELECT shared FROM normalise_domain('www.mail.example.com', domain_rules(:east));
SELECT t AS tenant, c.key, c.romanised, c.weights, c.legal_form
FROM (VALUES (:east), (:west)) v(t), unnest(ARRAY['Quux Acme GmbH', 'Body Acme Public', '牛杰']) n, normalise_company(n, company_words(t)) c ORDER BY t, n COLLATE "C";

-- Read once for many rows, whichever tenant comes next.
SELECT t, count(*), count(DISTINCT c.key) FROM (VALUES (:east), (:west)) v(t), generate_series(1, 50) n,
    normalise_company('Acme GmbH', company_words(t)) c GROUP BY t ORDER BY t;

SELECT normaliser FROM normaliser_versions(:east) a JOIN before b USING (normaliser) WHERE a.version <> b.version ORDER BY normaliser;
SELECT normaliser_version('fax');

-- Rows that could not work are refused.
INSERT INTO domain_rule (tenant_id, domain) VALUES (:east, 'Gmail.com');
INSERT INTO domain_rule (tenant_id, domain, same_as) VALUES (:east, 'gmail.de', 'no domain');
INSERT INTO company_word (tenant_id, word, kind) VALUES (:east, 'x', 'thing');
INSERT INTO company_word (tenant_id, word, kind, weight) VALUES (:east, 'x', 'trade', 2);

-- An admin writes his tenant's rows, and sees no other's.
CREATE ROLE regress_screen_admin;
CALL grant_role('regress_screen_admin', 'admin', 'west');
SET ROLE regress_screen_admin;
INSERT INTO company_word (tenant_id, word, kind) VALUES (:west, 'acme', 'filler');
INSERT INTO company_word (tenant_id, word, kind) VALUES (:east, 'acme', 'filler');
SELECT word FROM company_word;
SELECT company_words(:east);
SELECT key FROM normalise_company('Acme Beta', company_words(:west));
RESET ROLE;

RESET search_path;
CALL highseas.revoke_role('regress_screen_admin', 'west');
DROP OWNED BY regress_screen_admin;
DROP ROLE regress_screen_admin;
