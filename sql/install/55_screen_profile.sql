-- What a profile is worth as a profile. One C++ rule says which contacts work and what is told in detail; intake,
-- completeness and the potential score ask it.

CREATE TABLE highseas.screen_rule (
    tenant_id bigint PRIMARY KEY DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    country text COLLATE "C" CHECK (country ~ '^[A-Z]{2}$'),
    qualified_from real NOT NULL DEFAULT 60 CHECK (qualified_from BETWEEN 0 AND 100),
    stale_after interval NOT NULL DEFAULT '1 year' CHECK (stale_after BETWEEN '1 day' AND '100 years'),
    contradiction_cost real NOT NULL DEFAULT 10 CHECK (contradiction_cost BETWEEN 0 AND 100)
);
COMMENT ON TABLE highseas.screen_rule IS
'How profiles are judged; without a row by the defaults of its columns. country: ISO 3166 code of where telephone numbers without a country''s code are from when the profile names no country. qualified_from: completeness, 0 to 100, from which a lead counts as selected. stale_after: age at which what is known grows old. contradiction_cost: what each contradiction takes off a quality of 0 to 100.';

CREATE FUNCTION highseas.screen_rule_of(tenant_id bigint) RETURNS highseas.screen_rule
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.* FROM highseas.screen_rule r WHERE r.tenant_id = screen_rule_of.tenant_id
    UNION ALL SELECT screen_rule_of.tenant_id, NULL, 60, '1 year', 10
    LIMIT 1;
END;
COMMENT ON FUNCTION highseas.screen_rule_of(bigint) IS 'How a tenant''s profiles are judged: his row of screen_rule, else its defaults';

CREATE FUNCTION highseas.country_code(country text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS '$libdir/highseas_screen', 'highseas_country_code';
COMMENT ON FUNCTION highseas.country_code(text) IS
'The ISO 3166 code of two letters of a country by its name, in any of fifteen languages (after ICU), or its code of two or three letters; NULL for any other text and for NULL';

CREATE TYPE highseas.profile_check AS (
    email integer, phone integer, mobile integer, fax integer, company integer, main_products integer, address integer,
    country text, problems text[], contradictions text[]);
COMMENT ON TYPE highseas.profile_check IS
'The fields'' grades: NULL not given, 0 given but of no use, 1 a contact that works or a text with little in it, 2 in detail: a company''s full name (with legal form, or of several words), products (about four different words), an address down to the house, in a place. country: ISO 3166 code, NULL when none is known. problems: "field: what is wrong". contradictions: "field: what it does not fit".';

CREATE FUNCTION highseas.check_profile(
    company text, contact text, contact_position text, email text, phone text, mobile text, fax text, address text, city text,
    country text, website text, main_products text,
    region text DEFAULT NULL, rules highseas.domain_rule[] DEFAULT NULL, words highseas.company_word[] DEFAULT NULL)
RETURNS highseas.profile_check
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2000 AS '$libdir/highseas_screen', 'highseas_check_profile';
COMMENT ON FUNCTION highseas.check_profile(text, text, text, text, text, text, text, text, text, text, text, text, text,
                                           highseas.domain_rule[], highseas.company_word[]) IS
'What of a profile can be used, what is wrong with it and what contradicts itself. region: ISO 3166 code for numbers of those who give no country; where none is known, a number of 7 to 15 digits passes. rules: highseas.domain_rules(tenant_id), words: highseas.company_words(tenant_id), over the built-in ones.
problems: too long (250 bytes; company 2000, e-mail 1000, website and address 4000, products 10000), control characters (and marks that turn the direction of text), formula (begins with = or @, or + or -: a spreadsheet would run it), placeholder (n/a, test, xxx, 1234567), unknown country, unknown suffix (.con), and what the normalisers say.
contradictions: a telephone or an address of another country than the profile (by the country that the address names, or a postcode of a form that only Canada or the United Kingdom has; where the profile names no country, than that of a telephone number with a country''s code), a domain that is not like the company''s (Latin) name, an e-mail address of another domain than the website. Such a one is a doubt, not a proof.
NULL and empty fields are not given. No error.';

CREATE FUNCTION highseas.profile_check_of(
    p highseas.profile, rule highseas.screen_rule, rules highseas.domain_rule[], words highseas.company_word[])
RETURNS highseas.profile_check
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN highseas.check_profile(
    p.company, p.contact, p.position, p.email, p.phone, p.mobile, p.fax, p.address, p.city, p.country, p.website, p.main_products,
    rule.country, rules, words);
COMMENT ON FUNCTION highseas.profile_check_of(highseas.profile, highseas.screen_rule, highseas.domain_rule[], highseas.company_word[]) IS
'check_profile() of a customer''s profile by the rows of its tenant';

CREATE FUNCTION highseas.screen_version(tenant_id bigint) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT hashtextextended(concat_ws('|', highseas.normaliser_version('profile'), (highseas.screen_rule_of(screen_version.tenant_id)).country,
                                      string_agg(v.version, '|' ORDER BY v.normaliser)), 0)
    FROM highseas.normaliser_versions(screen_version.tenant_id) v
$$;
COMMENT ON FUNCTION highseas.screen_version(bigint) IS
'A hash of all that check_profile() goes by besides the profile: the tenant''s rows, the rules and the libraries';

CREATE FUNCTION highseas.profile_fingerprint(p highseas.profile, screen_version bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.hash_record_extended(
    ROW(p.company, p.contact, p.position, p.email, p.phone, p.mobile, p.fax, p.address, p.city, p.country, p.website, p.main_products), screen_version);
COMMENT ON FUNCTION highseas.profile_fingerprint(highseas.profile, bigint) IS
'A hash of what check_profile() sees of a profile, with screen_version(): while it is the same, so is the answer';
