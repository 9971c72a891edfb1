-- Customers as they are compared: telephone, e-mail, domain, company and address in one spelling. The C functions live
-- in a library of their own, because it needs libphonenumber, which a session that only claims should not load.

CREATE TABLE highseas.domain_rule (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    domain text COLLATE "C" NOT NULL CHECK (octet_length(domain) <= 253 AND domain ~ '^[a-z0-9-]+(\.[a-z0-9-]+)+$'),
    shared boolean NOT NULL DEFAULT false,
    same_as text COLLATE "C" CHECK (octet_length(same_as) <= 253 AND same_as ~ '^[a-z0-9-]+(\.[a-z0-9-]+)+$'),
    tag_separator text COLLATE "C" CHECK (octet_length(tag_separator) BETWEEN 1 AND 8),
    ignored text COLLATE "C" CHECK (octet_length(ignored) BETWEEN 1 AND 8),
    PRIMARY KEY (tenant_id, domain)
);
COMMENT ON TABLE highseas.domain_rule IS
'What is known of a domain and its subdomains, over the built-in rules (the large free-mail providers, market places and networks). domain, same_as: in lower case, international ones as xn--.... shared: many companies use it, so it says nothing about one; false makes a built-in one a company''s own. same_as: another name of the same mail domain. tag_separator: of an address before the @, what follows one of these characters is dropped; ignored: these characters are. Rekey after a change.';

CREATE TABLE highseas.company_word (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    word text COLLATE "C" NOT NULL CHECK (octet_length(word) BETWEEN 1 AND 200),
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('name', 'trade', 'place', 'filler', 'legal_form')),
    weight real CHECK (weight BETWEEN 0 AND 1),
    meaning text COLLATE "C" CHECK (octet_length(meaning) <= 200),
    PRIMARY KEY (tenant_id, word)
);
COMMENT ON TABLE highseas.company_word IS
'Words of company names, over the built-in dictionary. kind: legal_form and filler (and, the) are left out of the key; trade and place stay and weigh less; name takes a built-in meaning away. weight: 0 to 1, NULL: 1 for a name, .4 for a trade, .3 for a place. meaning: the class of a legal form; a trade''s or place''s English word, for the romanised name. Several words are one legal form, or several trades or places. Rekey after a change.';

CREATE TYPE highseas.phone_number AS (key text, extension text, region text, kind text, digits text, problem text);
COMMENT ON TYPE highseas.phone_number IS
'key: E.164, of a valid number only. region: ISO 3166 code of where it is from (001: no country). kind: fixed, mobile, fixed or mobile, toll free, premium rate, shared cost, voip, personal, pager, company, voicemail. digits: as given, without the extension. problem: why there is no key';

CREATE TYPE highseas.email_address AS (key text, address text, domain text, shared boolean, problem text);
COMMENT ON TYPE highseas.email_address IS
'key: the mailbox, without what its provider ignores. address: in one spelling, otherwise as given. domain: the registered domain. shared: of a free-mail provider or the like. problem: why there is no key';

CREATE TYPE highseas.domain_name AS (key text, host text, shared boolean, known_suffix boolean, problem text);
COMMENT ON TYPE highseas.domain_name IS
'key: the registered domain, by the public suffix list. host: the whole name. Both in ASCII. shared: many companies use it. known_suffix: the list knows its last label (.com, not .con). problem: why there is no key';

CREATE TYPE highseas.company_name AS (
    key text, name text, romanised text, tokens text[], kinds text[], weights real[], legal_form text, problem text);
COMMENT ON TYPE highseas.company_name IS
'key: the words, sorted, without legal form. name: the same in the order given. romanised: sorted and in Latin letters, Chinese in pinyin, trades and places in English. tokens: the words of the key, with their kinds (name, trade, place; filler and legal_form only in a name of nothing else) and weights. legal_form: limited, stock, partnership, limited partnership, sole, cooperative, association, foundation, state, branch or company. problem: why there is no key';

CREATE TYPE highseas.postal_address AS (key text, tokens text[], house text, unit text, postcode text, problem text);
COMMENT ON TYPE highseas.postal_address IS
'key: house number and words, sorted, without floor, room and postcode. tokens: the words. house: its number. unit: numbers of building, floor, room. problem: why there is no key';

CREATE FUNCTION highseas.normalise_phone(phone text, region text DEFAULT NULL) RETURNS highseas.phone_number
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 500 AS '$libdir/highseas_screen', 'highseas_normalise_phone';
COMMENT ON FUNCTION highseas.normalise_phone(text, text) IS
'A telephone number as E.164, by libphonenumber. region: ISO 3166 code of the country that a number without one is from; a leading 00 is read as +, too. NULL for NULL. No error: problem says empty, too long (over 250 bytes), not a number, unknown country, too short or invalid number.';

CREATE FUNCTION highseas.normalise_email(email text, rules highseas.domain_rule[] DEFAULT NULL) RETURNS highseas.email_address
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50 AS '$libdir/highseas_screen', 'highseas_normalise_email';
COMMENT ON FUNCTION highseas.normalise_email(text, highseas.domain_rule[]) IS
'An e-mail address in one spelling: lower case, domain by UTS 46, without display name and what the provider ignores. rules: highseas.domain_rules(tenant_id), over the built-in ones. NULL for NULL. No error: problem says empty, too long (over 1000 bytes), not an address or not a domain.';

CREATE FUNCTION highseas.normalise_domain(domain text, rules highseas.domain_rule[] DEFAULT NULL) RETURNS highseas.domain_name
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50 AS '$libdir/highseas_screen', 'highseas_normalise_domain';
COMMENT ON FUNCTION highseas.normalise_domain(text, highseas.domain_rule[]) IS
'The registered domain of a web address, host name or e-mail address, by UTS 46 and the public suffix list. rules: highseas.domain_rules(tenant_id), over the built-in ones. NULL for NULL. No error: problem says empty, too long (over 4000 bytes) or not a domain.';

CREATE FUNCTION highseas.normalise_company(name text, words highseas.company_word[] DEFAULT NULL) RETURNS highseas.company_name
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 200 AS '$libdir/highseas_screen', 'highseas_normalise_company';
COMMENT ON FUNCTION highseas.normalise_company(text, highseas.company_word[]) IS
'A company''s name as a set of words: NFKC, case folded, Simplified Chinese, other alphabets in Latin, no accents, no legal form, in any order. words: highseas.company_words(tenant_id), over the built-in ones. NULL for NULL. No error: problem says empty, too long (over 2000 bytes) or no letters.';

CREATE FUNCTION highseas.normalise_address(address text) RETURNS highseas.postal_address
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS '$libdir/highseas_screen', 'highseas_normalise_address';
COMMENT ON FUNCTION highseas.normalise_address(text) IS
'A postal address as house number and words, street words in one spelling. NULL for NULL. No error: problem says empty, too long (over 4000 bytes) or no letters.';

CREATE FUNCTION highseas.normaliser_version(normaliser text) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE AS '$libdir/highseas_screen', 'highseas_normaliser_version';
COMMENT ON FUNCTION highseas.normaliser_version(text) IS
'Of phone, email, domain, company, address or profile (what check_profile() adds to these): the version of its rules and of the libraries it uses, which another release of the system may change. Keys of another version do not compare: store it with them and rekey when it differs. NULL for NULL. Error 22023 for another name.';

CREATE FUNCTION highseas.domain_rules(tenant_id bigint) RETURNS highseas.domain_rule[]
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT array_agg(r ORDER BY r.domain) FROM highseas.domain_rule r WHERE r.tenant_id = domain_rules.tenant_id $$;
COMMENT ON FUNCTION highseas.domain_rules(bigint) IS
'A tenant''s rows of domain_rule as one value, for normalise_email and normalise_domain; in a query over many rows as (SELECT highseas.domain_rules(...)), which is read once. NULL where it has none.';

CREATE FUNCTION highseas.company_words(tenant_id bigint) RETURNS highseas.company_word[]
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT array_agg(w ORDER BY w.word) FROM highseas.company_word w WHERE w.tenant_id = company_words.tenant_id $$;
COMMENT ON FUNCTION highseas.company_words(bigint) IS
'A tenant''s rows of company_word as one value, for normalise_company; in a query over many rows as (SELECT highseas.company_words(...)), which is read once. NULL where it has none.';

CREATE FUNCTION highseas.normaliser_versions(tenant_id bigint) RETURNS TABLE (normaliser text, version text)
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT n.normaliser, highseas.normaliser_version(n.normaliser) ||
        coalesce(' rows ' || to_hex(hashtextextended(n.rows, 0)), '')
    FROM (VALUES ('phone', NULL), ('email', highseas.domain_rules(normaliser_versions.tenant_id)::text),
                 ('domain', highseas.domain_rules(normaliser_versions.tenant_id)::text),
                 ('company', highseas.company_words(normaliser_versions.tenant_id)::text), ('address', NULL)) n(normaliser, rows)
$$;
COMMENT ON FUNCTION highseas.normaliser_versions(bigint) IS
'normaliser_version of each normaliser with a hash of the tenant''s rows that it reads: what to store with keys, and to compare before rekeying';
