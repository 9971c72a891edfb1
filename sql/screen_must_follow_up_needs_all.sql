-- Who meets every criterion must be followed up; who lacks a single one is not on the list, and which one it is, is said.
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
INSERT INTO highseas.rep (rep_key, hired_on) VALUES ('kim', '2020-01-01');
-- All have the same profile, but for what their key says.
CREATE TEMP TABLE other (n int GENERATED ALWAYS AS IDENTITY, customer_key text, other jsonb);
INSERT INTO other (customer_key, other) VALUES
    ('all', '{}'), ('all, held', '{}'), ('all, withdrawn', '{}'),
    ('no e-mail', '{"email": null}'), ('e-mail of no domain', '{"email": "li@haifeng-hardware.con"}'),
    ('no telephone', '{"phone": null}'), ('telephone too short', '{"phone": "12"}'),
    ('no mobile', '{"mobile": ""}'), ('no fax', '{"fax": null}'), ('no company', '{"company": null}'), ('company not in full', '{"company": "Haifeng"}'),
    ('no products', '{"main_products": null}'), ('products not in detail', '{"main_products": "hardware"}'),
    ('no address', '{"address": null}'), ('address without house', '{"address": "Ningbo"}'),
    ('no origin', '{"source": null}'), ('no position', '{"position": null}'), ('position does not buy', '{"position": "teacher"}'),
    ('no trust mark', '{"attributes": {"registrations": 2, "trade_partners": ["a"]}}'),
    ('registered once', '{"attributes": {"trust_mark": true, "registrations": 1, "trade_partners": ["a"]}}'),
    ('trades with nobody', '{"attributes": {"trust_mark": true, "registrations": 2, "trade_partners": []}}'),
    ('no login', '{"last_login_at": null}'), ('login long ago', '{"last_login_at": "2026-01-01"}'), ('new', '{"registered_at": "2026-02-28"}');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, customer_key, 'sea', '2026-01-01', '2026-01-01' FROM other;
INSERT INTO highseas.profile
SELECT (jsonb_populate_record(NULL::highseas.profile, '{"tenant_id": 1, "company": "Ningbo Haifeng Hardware Co., Ltd.", "contact": "Li",
    "position": "Purchasing Manager", "email": "li@haifeng-hardware.com", "phone": "0574 8765 4321", "mobile": "138 5740 1234",
    "fax": "+86 574 8765 4322", "address": "12 Long Street, Ningbo", "city": "Ningbo", "country": "China", "website": "haifeng-hardware.com",
    "source": "fair", "main_products": "hinges, locks, handles, screws", "registered_at": "2020-01-01", "last_login_at": "2026-02-20",
    "attributes": {"trust_mark": true, "registrations": 2, "trade_partners": ["a"]}}' || other || jsonb_build_object('customer_key', customer_key))).*
FROM other;
CALL highseas.claim('all, held', 'kim');
CALL highseas.withdraw('all, withdrawn', 'closed');
CALL highseas.check_profiles();
SELECT customer_key, state, company FROM highseas.must_follow_up ORDER BY 1;
SELECT o.customer_key, q.missing FROM other o JOIN highseas.profile_quality q USING (customer_key) ORDER BY o.n;
-- Each criterion of the built-in ones was missing once.
SELECT c.criterion FROM highseas.criteria_of(1, 'completeness', NULL) c
WHERE NOT EXISTS (SELECT FROM highseas.profile_quality q WHERE c.criterion = ANY (q.missing));
-- What was missing comes: he is on the list.
UPDATE highseas.profile SET fax = '+86 574 8765 4322' WHERE customer_key = 'no fax';
CALL highseas.check_profiles();
SELECT customer_key FROM highseas.must_follow_up ORDER BY 1;
