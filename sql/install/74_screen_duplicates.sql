-- Each customer once: keys that only one may have, terms by which an index finds who is alike, and a score that says
-- why two are probably one.

CREATE TYPE highseas.duplicate_fields AS (
    company text, contact text, email text, phone text, mobile text, fax text, website text, address text, city text,
    postcode text, country text, born text, number text);
COMMENT ON TYPE highseas.duplicate_fields IS
'What duplicates are looked for by; NULL where it is not known. country: ISO 3166 code, also that of a telephone number without one. born: a date as written. number: in a register, of a tax or social insurance';

CREATE TYPE highseas.duplicate_terms_of AS (keys bigint[], terms integer[]);
COMMENT ON TYPE highseas.duplicate_terms_of IS
'keys: hashes of details that only one customer may have. terms: hashes by which candidates are found';

CREATE TYPE highseas.duplicate_score_of AS (
    probability real, prior real, company real, contact real, email real, domain real, phone real, address real, city real,
    country real, born real, number real);
COMMENT ON TYPE highseas.duplicate_score_of IS
'probability that two customers are one. The others are what each field contributes: their sum is ln(probability / (1 - probability)). prior: before any field is looked at, and when no detail agrees';

CREATE TYPE highseas.duplicate_match AS (customer_key text, probability real, contributions jsonb);
COMMENT ON TYPE highseas.duplicate_match IS
'A customer who is perhaps another one. contributions: what each field contributes to the logarithm of the odds';

CREATE TYPE highseas.duplicate_weight_of AS (fields text[], features text[], weights real[]);
COMMENT ON TYPE highseas.duplicate_weight_of IS 'What the score weighs: parallel arrays';

CREATE TABLE highseas.duplicate_rule (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('number', 'phone', 'email', 'domain', 'alike')),
    block boolean NOT NULL,
    at_least real CHECK (at_least BETWEEN 0.5 AND 1),
    PRIMARY KEY (tenant_id, kind),
    CHECK (at_least IS NULL OR kind = 'alike')
);
COMMENT ON TABLE highseas.duplicate_rule IS
'What keeps a second entry of a customer out, over the built-in rule: everything. kind: number, or phone, email, domain together with the company''s name, which only one customer may have (rekey after a change); or alike: who is by the score the same with a probability of at_least (NULL: .99). block false: the other one is only found and told.';

CREATE FUNCTION highseas.alike_from(tenant_id bigint) RETURNS real
LANGUAGE sql STABLE
RETURN (SELECT coalesce(min(CASE WHEN r.block THEN coalesce(r.at_least, 0.99) ELSE 'Infinity' END), 0.99::real)
        FROM highseas.duplicate_rule r WHERE r.tenant_id = alike_from.tenant_id AND r.kind = 'alike');
COMMENT ON FUNCTION highseas.alike_from(bigint) IS
'The probability from which two entries are one customer, by duplicate_rule; infinite where that keeps nobody out';

CREATE TABLE highseas.duplicate_weight (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    feature text COLLATE "C" NOT NULL CHECK (octet_length(feature) BETWEEN 1 AND 100),
    weight real NOT NULL CHECK (weight BETWEEN -100 AND 100),
    PRIMARY KEY (tenant_id, feature)
);
COMMENT ON TABLE highseas.duplicate_weight IS
'Weights of the duplicate score over the built-in ones, which builtin_duplicate_weights() lists; in units of ln(odds), before duplicate_score() takes doubt off';

CREATE TABLE highseas.duplicate_key (
    tenant_id bigint NOT NULL,
    key bigint NOT NULL,
    customer_key text COLLATE "C" NOT NULL CHECK (octet_length(customer_key) BETWEEN 1 AND 1024),
    PRIMARY KEY (tenant_id, key)
);
COMMENT ON TABLE highseas.duplicate_key IS
'Who has a key that only one customer may have: of parallel entries of one customer the primary key lets one in. key: a hash; duplicate_key_kind() tells of what';

CREATE TABLE highseas.duplicate_terms (
    tenant_id bigint NOT NULL,
    written_at timestamptz NOT NULL,
    version integer NOT NULL,
    customer_key text COLLATE "C" NOT NULL CHECK (octet_length(customer_key) BETWEEN 1 AND 1024),
    keys bigint[] NOT NULL,
    terms integer[] NOT NULL,
    PRIMARY KEY (tenant_id, customer_key)
);
COMMENT ON TABLE highseas.duplicate_terms IS
'By what each customer is found when somebody like him is entered. keys: those he has or would have, if nobody else did. version: of the normalisers and rules that made them; rekey_duplicates renews others';

CREATE TABLE highseas.duplicate_lock (
    tenant_id bigint NOT NULL,
    slot integer NOT NULL,
    PRIMARY KEY (tenant_id, slot)
);
COMMENT ON TABLE highseas.duplicate_lock IS
'Locked by who enters a customer, in order, for each of his terms: two entries that share a term do not look at the same moment';

CREATE TABLE highseas.not_duplicate (
    tenant_id bigint NOT NULL,
    customer_key text COLLATE "C" NOT NULL CHECK (octet_length(customer_key) BETWEEN 1 AND 1024),
    other_customer text COLLATE "C" NOT NULL CHECK (octet_length(other_customer) BETWEEN 1 AND 1024),
    decided_at timestamptz NOT NULL,
    decided_by text NOT NULL,
    reason text,
    PRIMARY KEY (tenant_id, customer_key, other_customer),
    CHECK (customer_key < other_customer)
);
COMMENT ON TABLE highseas.not_duplicate IS 'Pairs that look like one customer, and somebody has decided that they are two';

CREATE TABLE highseas.duplicate_finding (
    tenant_id bigint NOT NULL,
    customer_key text COLLATE "C" NOT NULL CHECK (octet_length(customer_key) BETWEEN 1 AND 1024),
    other_customer text COLLATE "C" NOT NULL CHECK (octet_length(other_customer) BETWEEN 1 AND 1024),
    probability real NOT NULL CHECK (probability BETWEEN 0 AND 1),
    contributions jsonb NOT NULL,
    found_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, customer_key, other_customer),
    CHECK (customer_key < other_customer)
);
COMMENT ON TABLE highseas.duplicate_finding IS
'Pairs that scan_duplicates found, with the score''s contributions by field; duplicate_review shows them to people';

CREATE TABLE highseas.merge_record (
    tenant_id bigint NOT NULL,
    customer_key text COLLATE "C" NOT NULL CHECK (octet_length(customer_key) BETWEEN 1 AND 1024),
    into_customer text COLLATE "C" NOT NULL CHECK (octet_length(into_customer) BETWEEN 1 AND 1024),
    merged_at timestamptz NOT NULL,
    actor text NOT NULL,
    reason text,
    row_before jsonb NOT NULL,
    moved jsonb NOT NULL,
    profile jsonb,
    PRIMARY KEY (tenant_id, customer_key),
    CHECK (customer_key <> into_customer)
);
CREATE INDEX merge_record_into ON highseas.merge_record (tenant_id, into_customer);
COMMENT ON TABLE highseas.merge_record IS
'Who was merged into whom, for unmerge_customer() and so that he is still found by his own name. row_before, profile: his rows as they were (profile is shown to nobody). moved: the keys of the rows that went to the other one, by table.';

CREATE FUNCTION highseas.duplicate_terms_of(
    tenant_id bigint, fields highseas.duplicate_fields, words highseas.company_word[] DEFAULT NULL, rules highseas.domain_rule[] DEFAULT NULL,
    asking boolean DEFAULT false)
RETURNS highseas.duplicate_terms_of
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS '$libdir/highseas_screen', 'highseas_duplicate_terms';
COMMENT ON FUNCTION highseas.duplicate_terms_of(bigint, highseas.duplicate_fields, highseas.company_word[], highseas.domain_rule[], boolean) IS
'Keys and terms of a customer: hashes, so the same on every machine, and of each tenant''s own. words, rules: company_words() and domain_rules() of the tenant. asking: with more terms than are stored, for letters missing or too much. NULL for NULL fields.';

CREATE FUNCTION highseas.duplicate_score(
    a highseas.duplicate_fields, b highseas.duplicate_fields, words highseas.company_word[] DEFAULT NULL,
    rules highseas.domain_rule[] DEFAULT NULL, weights real[] DEFAULT NULL)
RETURNS highseas.duplicate_score_of
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2000 AS '$libdir/highseas_screen', 'highseas_duplicate_score';
COMMENT ON FUNCTION highseas.duplicate_score(highseas.duplicate_fields, highseas.duplicate_fields, highseas.company_word[], highseas.domain_rule[], real[]) IS
'How probable it is that two customers are one, and what each field contributes. Symmetric. weights: duplicate_weights() of the tenant, default the built-in ones, a logistic regression on labelled sets of companies and persons. Their sum s counts as 3.25 asinh(s / 3.25), the contributions in proportion, because fields that agree are not independent. NULL for NULL fields. Error 22023 for another number of weights.';

CREATE FUNCTION highseas.shared_terms(a integer[], b integer[]) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2 AS '$libdir/highseas_screen', 'highseas_shared_terms';
COMMENT ON FUNCTION highseas.shared_terms(integer[], integer[]) IS
'How much two customers'' terms share: 1 for a common word, 2 for a piece of spelling, 3 for a whole name, an address, or a name with a part of a birth date, 6 for a detail. NULL for NULL. Error 22004 for a NULL element.';

CREATE FUNCTION highseas.term_buckets(terms integer[], at_least integer DEFAULT 1) RETURNS integer[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2 AS '$libdir/highseas_screen', 'highseas_term_buckets';
COMMENT ON FUNCTION highseas.term_buckets(integer[], integer) IS
'Under what terms are indexed: one of 2^20 buckets each, so that rare terms share an entry of the index and it stays small. at_least: of those terms that count so much in shared_terms(). NULL for NULL. Error 22004 for a NULL element.';

-- Without a pending list: a search would read all of it.
CREATE INDEX duplicate_terms_terms ON highseas.duplicate_terms USING gin (highseas.term_buckets(terms)) WITH (fastupdate = off);

CREATE FUNCTION highseas.duplicate_key_kind(key bigint) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS '$libdir/highseas_screen', 'highseas_duplicate_key_kind';
COMMENT ON FUNCTION highseas.duplicate_key_kind(bigint) IS
'Of what a key is a hash: number, or phone, email, domain together with the company''s name. NULL for NULL.';

CREATE FUNCTION highseas.builtin_duplicate_weights() RETURNS highseas.duplicate_weight_of
LANGUAGE c IMMUTABLE PARALLEL SAFE AS '$libdir/highseas_screen', 'highseas_duplicate_weights';
COMMENT ON FUNCTION highseas.builtin_duplicate_weights() IS
'What the duplicate score weighs, to which field it belongs, and the built-in weights; bench/duplicates fits them';

CREATE FUNCTION highseas.duplicate_weights(tenant_id bigint) RETURNS real[]
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_agg(coalesce(w.weight, b.weight) ORDER BY b.n)
    FROM highseas.builtin_duplicate_weights() d, unnest(d.features, d.weights) WITH ORDINALITY b(feature, weight, n)
    LEFT JOIN highseas.duplicate_weight w ON w.tenant_id = duplicate_weights.tenant_id AND w.feature = b.feature
    HAVING count(w.feature) > 0
$$;
COMMENT ON FUNCTION highseas.duplicate_weights(bigint) IS
'A tenant''s weights as duplicate_score takes them; NULL where it has no row of its own';

CREATE FUNCTION highseas.duplicate_version(tenant_id bigint) RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT hashtext(concat_ws('/', 3, highseas.company_words(duplicate_version.tenant_id), highseas.domain_rules(duplicate_version.tenant_id),
        (SELECT string_agg(highseas.normaliser_version(n), '/') FROM unnest('{phone,email,domain,company,address}'::text[]) n),
        (SELECT string_agg(r.kind || r.block, ',' ORDER BY r.kind)
         FROM highseas.duplicate_rule r WHERE r.tenant_id = duplicate_version.tenant_id AND r.kind <> 'alike')))
$$;
COMMENT ON FUNCTION highseas.duplicate_version(bigint) IS
'A hash of the versions and rules that keys and terms depend on: what is stored under another needs rekey_duplicates';

CREATE FUNCTION highseas.duplicate_fields_of(profile highseas.profile) RETURNS highseas.duplicate_fields
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW(coalesce((profile).company, (profile).name), (profile).contact, (profile).email, (profile).phone, (profile).mobile,
           (profile).fax, (profile).website, (profile).address, (profile).city, (profile).attributes ->> 'postcode',
           (profile).country, (profile).attributes ->> 'born', (profile).attributes ->> 'register_number')::highseas.duplicate_fields;
COMMENT ON FUNCTION highseas.duplicate_fields_of(highseas.profile) IS
'A customer as duplicates are looked for: his company, else his name; postcode, born and register_number are read from attributes';

-- Each row is looked up by its key, in the order that OFFSET 0 keeps: a plan made while the tables were empty would read
-- them whole, for each row again.
CREATE FUNCTION highseas.write_duplicate_keys(tenant_id bigint, customers text[])
RETURNS TABLE (customer_key text, kind text, other_customer text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    words highseas.company_word[] := highseas.company_words(tenant_id);
    rules highseas.domain_rule[] := highseas.domain_rules(tenant_id);
    current_version integer := highseas.duplicate_version(tenant_id);
    warned text[] := ARRAY(SELECT r.kind FROM highseas.duplicate_rule r
                           WHERE r.tenant_id = write_duplicate_keys.tenant_id AND NOT r.block);
    before bigint[];
    before_owners text[]; -- parallel to before, and so on
    owned bigint[]; -- sorted
    owners text[];
    got bigint[];
    got_owners text[];
BEGIN
    SELECT array_agg(k.key), array_agg(c.customer_key) INTO before, before_owners
    FROM unnest(customers) c(customer_key)
    CROSS JOIN LATERAL (SELECT o.keys FROM highseas.duplicate_terms o
                        WHERE o.tenant_id = write_duplicate_keys.tenant_id AND o.customer_key = c.customer_key COLLATE "C" OFFSET 0) o
    CROSS JOIN LATERAL unnest(o.keys) k(key);
    WITH written AS (
        INSERT INTO highseas.duplicate_terms AS t (tenant_id, written_at, version, customer_key, keys, terms)
        SELECT write_duplicate_keys.tenant_id, highseas.clock(), current_version, c.customer_key,
               CASE WHEN o.keys IS NULL THEN m.keys ELSE ARRAY(SELECT DISTINCT x FROM unnest(m.keys || o.keys) x ORDER BY x) END,
               CASE WHEN o.terms IS NULL THEN m.terms ELSE ARRAY(SELECT DISTINCT x FROM unnest(m.terms || o.terms) x ORDER BY x) END
        FROM (SELECT DISTINCT u.customer_key COLLATE "C" AS customer_key FROM unnest(customers) u(customer_key)) c
        CROSS JOIN LATERAL (
            SELECT highseas.duplicate_fields_of(f) AS fields FROM highseas.profile f
            WHERE f.tenant_id = write_duplicate_keys.tenant_id AND f.customer_key = c.customer_key OFFSET 0) f
        CROSS JOIN LATERAL highseas.duplicate_terms_of(write_duplicate_keys.tenant_id, f.fields, words, rules) m
        -- Who took others in is found by their names, too.
        CROSS JOIN LATERAL (
            SELECT array_agg(DISTINCT k.key) FILTER (WHERE k.key IS NOT NULL) AS keys,
                   array_agg(DISTINCT k.term) FILTER (WHERE k.term IS NOT NULL) AS terms
            FROM highseas.merge_record r
            CROSS JOIN LATERAL highseas.duplicate_terms_of(r.tenant_id,
                highseas.duplicate_fields_of(jsonb_populate_record(NULL::highseas.profile, r.profile)), words, rules) d
            CROSS JOIN LATERAL unnest(d.keys, d.terms) k(key, term)
            WHERE r.tenant_id = write_duplicate_keys.tenant_id AND r.into_customer = c.customer_key) o
        ORDER BY c.customer_key
        ON CONFLICT ON CONSTRAINT duplicate_terms_pkey DO UPDATE
        SET written_at = EXCLUDED.written_at, version = EXCLUDED.version, keys = EXCLUDED.keys, terms = EXCLUDED.terms
        RETURNING t.customer_key, t.keys
    )
    -- Who is gone from the CRM keeps nobody out.
    SELECT array_agg(w.customer_key ORDER BY k.key, w.customer_key), array_agg(k.key ORDER BY k.key, w.customer_key)
    INTO owners, owned
    FROM written w
    CROSS JOIN LATERAL (SELECT FROM highseas.customer c WHERE c.tenant_id = write_duplicate_keys.tenant_id AND c.customer_key = w.customer_key
                        AND c.state <> 'gone' OFFSET 0) c
    CROSS JOIN LATERAL unnest(w.keys) k(key)
    WHERE highseas.duplicate_key_kind(k.key) <> ALL (warned);
    -- In the order of the keys: who enters the same customer waits here, and nobody in a circle.
    WITH mine AS (
        INSERT INTO highseas.duplicate_key AS k (tenant_id, key, customer_key)
        SELECT write_duplicate_keys.tenant_id, x.key, x.customer_key FROM unnest(owned, owners) x(key, customer_key)
        ON CONFLICT DO NOTHING RETURNING k.key, k.customer_key
    )
    SELECT array_agg(m.key), array_agg(m.customer_key) INTO got, got_owners FROM mine m;
    DELETE FROM highseas.duplicate_key k
    USING unnest(before, before_owners) b(key, customer_key)
    WHERE k.tenant_id = write_duplicate_keys.tenant_id AND k.key = b.key AND k.customer_key = b.customer_key COLLATE "C"
      AND (highseas.duplicate_key_kind(k.key) = ANY (warned)
           OR NOT EXISTS (SELECT FROM highseas.duplicate_terms t
                          JOIN highseas.customer c ON c.tenant_id = t.tenant_id AND c.customer_key = t.customer_key AND c.state <> 'gone'
                          WHERE t.tenant_id = k.tenant_id AND t.customer_key = k.customer_key AND k.key = ANY (t.keys)));
    RETURN QUERY
    SELECT x.customer_key, highseas.duplicate_key_kind(k.key), k.customer_key
    FROM unnest(owned, owners) x(key, customer_key)
    CROSS JOIN LATERAL (SELECT k.key, k.customer_key FROM highseas.duplicate_key k
                        WHERE k.tenant_id = write_duplicate_keys.tenant_id AND k.key = x.key OFFSET 0) k
    WHERE (x.key, x.customer_key) NOT IN (SELECT g.key, g.customer_key FROM unnest(got, got_owners) g(key, customer_key))
      AND k.customer_key <> x.customer_key COLLATE "C"
    ORDER BY x.customer_key COLLATE "C", 2;
END
$$;
COMMENT ON FUNCTION highseas.write_duplicate_keys(bigint, text[]) IS
'Writes keys and terms of customers from their profiles, and from those of whom they took in (merge_record). Returns a row for each key that somebody else has. Of parallel entries the second waits for the first: call it after everything else is locked.';

CREATE FUNCTION highseas.duplicate_key_heirs(tenant_id bigint, customers text[]) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off
AS $$
    -- What a key is a hash of is a telling term, too, and these are indexed.
    SELECT ARRAY(
        SELECT DISTINCT h.customer_key
        FROM unnest(customers) c(customer_key)
        CROSS JOIN LATERAL (SELECT t.keys, t.terms FROM highseas.duplicate_terms t
                            WHERE t.tenant_id = duplicate_key_heirs.tenant_id AND t.customer_key = c.customer_key COLLATE "C" OFFSET 0) o
        CROSS JOIN LATERAL (SELECT x.customer_key, x.keys FROM highseas.duplicate_terms x
                            WHERE highseas.term_buckets(x.terms) && highseas.term_buckets(o.terms, 6)
                              AND x.tenant_id + 0 = duplicate_key_heirs.tenant_id AND x.keys && o.keys OFFSET 0) h
        WHERE h.customer_key <> ALL (customers)
          AND EXISTS (SELECT FROM unnest(h.keys) k(key)
                      WHERE k.key = ANY (o.keys) AND NOT EXISTS (
                          SELECT FROM highseas.duplicate_key d
                          WHERE d.tenant_id = duplicate_key_heirs.tenant_id AND d.key = k.key AND d.customer_key <> ALL (customers))))
$$;
COMMENT ON FUNCTION highseas.duplicate_key_heirs(bigint, text[]) IS
'Who else would have a key that only one may have, if these customers, who have or had it, are gone: write_duplicate_keys() gives it to them';

CREATE FUNCTION highseas.forget_duplicate_keys(tenant_id bigint, customers text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan SET enable_seqscan = off
AS $$
BEGIN
    DELETE FROM highseas.duplicate_key k
    WHERE k.tenant_id = forget_duplicate_keys.tenant_id AND k.customer_key = ANY (customers) AND k.key = ANY (ARRAY(
        SELECT x.key FROM highseas.duplicate_terms t, unnest(t.keys) x(key)
        WHERE t.tenant_id = forget_duplicate_keys.tenant_id AND t.customer_key = ANY (customers)));
    DELETE FROM highseas.duplicate_terms t WHERE t.tenant_id = forget_duplicate_keys.tenant_id AND t.customer_key = ANY (customers);
END
$$;
COMMENT ON FUNCTION highseas.forget_duplicate_keys(bigint, text[]) IS 'Frees the keys and terms of customers that are no more under their key';

CREATE FUNCTION highseas.duplicate_candidates(tenant_id bigint, wanted integer[], myself text, at_least integer)
RETURNS SETOF text
LANGUAGE sql STABLE ROWS 20 SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_indexscan = off SET jit = off
AS $$
    SELECT t.customer_key
    -- No conditions for the primary key, whose index would be read whole beside the one of the terms.
    FROM (SELECT x.customer_key, x.terms FROM highseas.duplicate_terms x
          WHERE highseas.term_buckets(x.terms) && highseas.term_buckets(wanted, at_least) AND x.tenant_id + 0 = duplicate_candidates.tenant_id
          LIMIT 2000) t
    CROSS JOIN LATERAL (SELECT highseas.shared_terms(t.terms, wanted) AS shared OFFSET 0) s
    WHERE s.shared >= at_least AND t.customer_key IS DISTINCT FROM myself
    ORDER BY s.shared DESC, t.customer_key LIMIT 20
$$;
COMMENT ON FUNCTION highseas.duplicate_candidates(bigint, integer[], text, integer) IS
'The 20 customers that share most with these terms, of the first 2000 found by those among them that count at least at_least in shared_terms(): so many have something in common only with a word that tells nothing. myself: whom to leave out, or NULL';

CREATE FUNCTION highseas.duplicate_matches(
    tenant_id bigint, fields highseas.duplicate_fields, myself text, at_least real, most integer)
RETURNS SETOF highseas.duplicate_match
LANGUAGE plpgsql ROWS 10 SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
    words highseas.company_word[] := highseas.company_words(tenant_id);
    rules highseas.domain_rule[] := highseas.domain_rules(tenant_id);
    weights real[] := highseas.duplicate_weights(tenant_id);
    wanted integer[] := (highseas.duplicate_terms_of(tenant_id, fields, words, rules, true)).terms;
    candidates text[] := '{}';
    more text[];
    matches highseas.duplicate_match[] := '{}';
BEGIN
    -- By what tells most. Pieces of spelling, which thousands share, are looked for only where that finds nobody who
    -- is probably the one, and words only where nothing else finds anybody.
    FOR telling IN REVERSE 3..1 LOOP
        more := ARRAY(SELECT c FROM highseas.duplicate_candidates(tenant_id, wanted, myself, telling) c WHERE c <> ALL (candidates));
        candidates := candidates || more;
        matches := matches || ARRAY(
            SELECT ROW(c.customer_key, s.probability, CASE WHEN s.probability >= at_least THEN to_jsonb(s) - 'probability' END)::highseas.duplicate_match
            FROM unnest(more) c(customer_key)
            -- Who took others in is compared by what they were, too.
            CROSS JOIN LATERAL (
                SELECT x.*
                FROM (SELECT highseas.duplicate_fields_of(f) AS fields FROM highseas.profile f
                      WHERE f.tenant_id = duplicate_matches.tenant_id AND f.customer_key = c.customer_key COLLATE "C"
                      UNION ALL
                      SELECT highseas.duplicate_fields_of(jsonb_populate_record(NULL::highseas.profile, r.profile))
                      FROM highseas.merge_record r
                      WHERE r.tenant_id = duplicate_matches.tenant_id AND r.into_customer = c.customer_key COLLATE "C" AND r.profile IS NOT NULL) k
                CROSS JOIN LATERAL highseas.duplicate_score(duplicate_matches.fields, k.fields, words, rules, weights) x
                ORDER BY x.probability DESC LIMIT 1) s
            WHERE NOT EXISTS (
                SELECT FROM highseas.not_duplicate d WHERE d.tenant_id = duplicate_matches.tenant_id
                AND d.customer_key = least(c.customer_key COLLATE "C", myself) AND d.other_customer = greatest(c.customer_key COLLATE "C", myself)));
        EXIT WHEN CASE telling WHEN 3 THEN EXISTS (SELECT FROM unnest(matches) m WHERE m.probability >= 0.5) ELSE candidates <> '{}' END;
    END LOOP;
    RETURN QUERY
    SELECT m.* FROM unnest(matches) m WHERE m.probability >= at_least ORDER BY m.probability DESC, m.customer_key COLLATE "C" LIMIT most;
END
$$;
COMMENT ON FUNCTION highseas.duplicate_matches(bigint, highseas.duplicate_fields, text, real, integer) IS
'The customers that are probably the one with these fields: of those that share most terms the ones with at least this probability. myself: whom to leave out, with whom others were decided not to be one; or NULL';

CREATE FUNCTION highseas.lock_entries(tenant_id bigint, entries highseas.duplicate_fields[], waits boolean) RETURNS boolean[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan SET enable_seqscan = off
AS $$
DECLARE
    slots CONSTANT integer := 16384;
    words highseas.company_word[] := highseas.company_words(tenant_id);
    rules highseas.domain_rule[] := highseas.domain_rules(tenant_id);
    places integer[];
    wanted integer[];
    locked integer[];
BEGIN
    IF NOT EXISTS (SELECT FROM highseas.duplicate_lock l WHERE l.tenant_id = lock_entries.tenant_id AND l.slot = slots - 1) THEN
        INSERT INTO highseas.duplicate_lock (tenant_id, slot)
        SELECT lock_entries.tenant_id, n FROM generate_series(0, slots - 1) n ON CONFLICT DO NOTHING;
    END IF;
    SELECT array_agg(x.place), array_agg(x.slot) INTO places, wanted
    FROM (SELECT DISTINCT e.place, s.slot
          FROM generate_subscripts(entries, 1) e(place)
          CROSS JOIN LATERAL highseas.duplicate_terms_of(lock_entries.tenant_id, entries[e.place], words, rules, true) t
          CROSS JOIN LATERAL (SELECT (x.term >> 2) & (slots - 1) AS slot FROM unnest(t.terms) x(term)
                              UNION ALL SELECT ((x.key >> 8) & (slots - 1))::integer FROM unnest(t.keys) x(key)) s) x;
    IF waits THEN
        PERFORM FROM highseas.duplicate_lock l
        WHERE l.tenant_id = lock_entries.tenant_id AND l.slot = ANY (wanted) ORDER BY l.slot FOR NO KEY UPDATE;
        RETURN ARRAY(SELECT true FROM unnest(entries));
    END IF;
    locked := ARRAY(SELECT l.slot FROM highseas.duplicate_lock l
                    WHERE l.tenant_id = lock_entries.tenant_id AND l.slot = ANY (wanted) ORDER BY l.slot FOR NO KEY UPDATE SKIP LOCKED);
    RETURN ARRAY(SELECT NOT EXISTS (SELECT x.slot FROM unnest(places, wanted) x(place, slot) WHERE x.place = e.place
                                    EXCEPT SELECT unnest(locked))
                 FROM generate_subscripts(entries, 1) e(place) ORDER BY e.place);
END
$$;
COMMENT ON FUNCTION highseas.lock_entries(bigint, highseas.duplicate_fields[], boolean) IS
'For who is about to enter these customers in the same transaction: entries that share a term or a key wait for each other until they end, in one order, so that the next statement sees who was entered. Call it before a rep or a customer is locked. waits false: returns for each whether nobody else is just entering one like him.';

CREATE FUNCTION highseas.where_customer_is(
    state text, pool_key text, holder text, held_since timestamptz, protected_until timestamptz, embargo_until timestamptz, deal text, now timestamptz)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE state
        WHEN 'free' THEN format('in pool %s', pool_key) ||
            CASE WHEN embargo_until > now THEN format(', to be claimed from %s', embargo_until::date) ELSE ', may be claimed' END
        WHEN 'held' THEN format('held by %s since %s', holder, held_since::date) ||
            CASE WHEN protected_until > now THEN format(', protected until %s', protected_until::date) ELSE '' END
        WHEN 'frozen' THEN format('in pool %s, frozen', pool_key)
        WHEN 'withdrawn' THEN 'withdrawn'
        WHEN 'gone' THEN 'lost: not in the CRM any more' END ||
        CASE WHEN deal <> 'none' THEN format(', deal %s', deal) ELSE '' END
$$;
COMMENT ON FUNCTION highseas.where_customer_is(text, text, text, timestamptz, timestamptz, timestamptz, text, timestamptz) IS
'Where a customer is, in words: in which pool, held by whom, protected, withdrawn, lost';

CREATE FUNCTION highseas.place_for_me(tenant_id bigint, customer_key text, now timestamptz) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c highseas.customer;
    me text := (SELECT r.rep_key FROM highseas.rep r
                WHERE r.tenant_id = place_for_me.tenant_id AND r.rep_key = current_setting('highseas.rep', true));
    v highseas.verdict;
BEGIN
    SELECT x.* INTO c FROM highseas.customer x WHERE x.tenant_id = place_for_me.tenant_id AND x.customer_key = place_for_me.customer_key;
    IF c.state = 'free' AND me IS NOT NULL THEN
        v := highseas.check_claim(tenant_id, me, customer_key, now, 'claim');
        IF NOT v.allowed THEN
            RETURN format('in pool %s, but %s may not claim: %s', c.pool_key, me,
                          highseas.verdict_detail(v, (SELECT z.time_zone FROM highseas.tenant z WHERE z.tenant_id = place_for_me.tenant_id)));
        END IF;
    END IF;
    RETURN highseas.where_customer_is(c.state, c.pool_key, c.holder, c.held_since, c.protected_until, c.embargo_until, c.deal, now);
END
$$;
COMMENT ON FUNCTION highseas.place_for_me(bigint, text, timestamptz) IS
'Where a customer is; of one in a pool, whether the rep of the setting highseas.rep may claim him, and why not';

CREATE FUNCTION highseas.find_duplicates(
    company text DEFAULT NULL, contact text DEFAULT NULL, email text DEFAULT NULL, phone text DEFAULT NULL, mobile text DEFAULT NULL,
    fax text DEFAULT NULL, website text DEFAULT NULL, address text DEFAULT NULL, city text DEFAULT NULL, postcode text DEFAULT NULL,
    country text DEFAULT NULL, born text DEFAULT NULL, number text DEFAULT NULL, at_least real DEFAULT 0.5, most integer DEFAULT 10,
    tenant text DEFAULT NULL)
RETURNS TABLE (customer_key text, probability real, name text, place text, state text, pool_key text, holder text,
               held_since timestamptz, contributions jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'reader');
    now timestamptz := highseas.clock();
BEGIN
    IF at_least IS NULL OR most IS NULL OR at_least NOT BETWEEN 0 AND 1 OR most NOT BETWEEN 1 AND 25 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'a bound of the search is out of range',
            DETAIL = 'at_least must be between 0 and 1, most between 1 and 25.', HINT = 'Leave them out for the defaults.';
    END IF;
    RETURN QUERY
    SELECT m.customer_key, m.probability, coalesce(f.company, f.name),
           highseas.place_for_me(t, m.customer_key, now),
           c.state, c.pool_key, c.holder, c.held_since, m.contributions
    FROM highseas.duplicate_matches(t, ROW(company, contact, email, phone, mobile, fax, website, address, city, postcode, country,
                                           born, number)::highseas.duplicate_fields, NULL, 0, 25) m
    JOIN highseas.profile f ON f.tenant_id = t AND f.customer_key = m.customer_key
    JOIN highseas.customer c ON c.tenant_id = t AND c.customer_key = m.customer_key
    -- Of the same telephone number entry warns, whatever else differs.
    WHERE m.probability >= at_least OR (m.contributions ->> 'phone')::real > 0
    ORDER BY m.probability DESC, m.customer_key LIMIT most;
END
$$;
COMMENT ON FUNCTION highseas.find_duplicates(text, text, text, text, text, text, text, text, text, text, text, text, text, real, integer, text) IS
'Who of the tenant''s customers is probably the one with these fields, while somebody types them: the probability, where he is (in which pool, and whether highseas.rep may claim him, held by whom, protected, withdrawn, lost), and what each field contributes to it (ln(odds), by duplicate_score). at_least: the probability from which a customer is shown; who has the same telephone number is always shown, however little else fits; most: how many, up to 25. Errors: 22023, 42501, 42704.';

CREATE FUNCTION highseas.duplicates_of(customer text, at_least real DEFAULT 0.5, most integer DEFAULT 10, tenant text DEFAULT NULL)
RETURNS TABLE (customer_key text, probability real, name text, place text, state text, pool_key text, holder text,
               held_since timestamptz, contributions jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'reader');
    now timestamptz := highseas.clock();
    mine highseas.profile;
BEGIN
    IF at_least IS NULL OR most IS NULL OR at_least NOT BETWEEN 0 AND 1 OR most NOT BETWEEN 1 AND 25 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'a bound of the search is out of range',
            DETAIL = 'at_least must be between 0 and 1, most between 1 and 25.', HINT = 'Leave them out for the defaults.';
    END IF;
    SELECT f.* INTO mine FROM highseas.profile f WHERE f.tenant_id = t AND f.customer_key = customer;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('customer "%s" does not exist', left(customer, 100)),
            HINT = 'He needs a profile to be compared by.';
    END IF;
    RETURN QUERY
    SELECT m.customer_key, m.probability, coalesce(f.company, f.name),
           highseas.place_for_me(t, m.customer_key, now),
           c.state, c.pool_key, c.holder, c.held_since, m.contributions
    FROM highseas.duplicate_matches(t, highseas.duplicate_fields_of(mine), customer, at_least, most) m
    JOIN highseas.profile f ON f.tenant_id = t AND f.customer_key = m.customer_key
    JOIN highseas.customer c ON c.tenant_id = t AND c.customer_key = m.customer_key
    ORDER BY m.probability DESC, m.customer_key;
END
$$;
COMMENT ON FUNCTION highseas.duplicates_of(text, real, integer, text) IS
'The other customers that are probably this one, as find_duplicates shows them, but for strangers with the same telephone number and those that not_a_duplicate() was said of. Errors: 22023, 42501, 42704.';

CREATE FUNCTION highseas_api.not_a_duplicate(customer text, other text, reason text DEFAULT NULL, tenant text DEFAULT NULL, OUT remembered boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'agent');
BEGIN
    IF customer IS NULL OR other IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'customer and other must not be null', DETAIL = 'Nothing was changed.';
    ELSIF customer = other THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'a customer is himself', DETAIL = 'Nothing was changed.';
    ELSIF (SELECT count(*) FROM highseas.customer c WHERE c.tenant_id = t AND c.customer_key IN (customer, other)) < 2 THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = 'one of the two customers does not exist', DETAIL = 'Nothing was changed.';
    END IF;
    INSERT INTO highseas.not_duplicate (tenant_id, customer_key, other_customer, decided_at, decided_by, reason)
    VALUES (t, least(customer COLLATE "C", other), greatest(customer COLLATE "C", other), highseas.clock(), highseas.actor(), reason)
    ON CONFLICT DO NOTHING;
    remembered := FOUND;
    DELETE FROM highseas.duplicate_finding d
    WHERE d.tenant_id = t AND d.customer_key = least(customer COLLATE "C", other) AND d.other_customer = greatest(customer COLLATE "C", other);
END
$$;
COMMENT ON FUNCTION highseas_api.not_a_duplicate(text, text, text, text) IS
'Remembers that two customers that look like one are two: no search and no scan shows them together again. remembered is false when it was known. Errors: 22004, 22023, 42501, 42704.';

CREATE FUNCTION highseas.rekey_duplicates_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    reached text := (SELECT coalesce(r.position, '') FROM highseas.job_run r WHERE r.tenant_id = rekey_duplicates_batch.tenant_id AND r.run_id = run);
    current_version integer := highseas.duplicate_version(tenant_id);
    warned text[] := ARRAY(SELECT r.kind FROM highseas.duplicate_rule r
                           WHERE r.tenant_id = rekey_duplicates_batch.tenant_id AND NOT r.block);
    customers text[];
    gone text[];
    heirs text[];
BEGIN
    -- What another run wrote already is passed over, so that bounded runs come to the end.
    customers := ARRAY(SELECT f.customer_key FROM highseas.profile f
                  LEFT JOIN highseas.duplicate_terms t ON t.tenant_id = f.tenant_id AND t.customer_key = f.customer_key
                  WHERE f.tenant_id = rekey_duplicates_batch.tenant_id AND f.customer_key > reached
                    AND (t.version IS DISTINCT FROM current_version OR f.changed_at > t.written_at
                         -- Who had a key of his is gone.
                         OR EXISTS (SELECT FROM unnest(t.keys) k(key)
                                    JOIN highseas.customer c ON c.tenant_id = f.tenant_id AND c.customer_key = f.customer_key AND c.state <> 'gone'
                                    WHERE highseas.duplicate_key_kind(k.key) <> ALL (warned)
                                      AND NOT EXISTS (SELECT FROM highseas.duplicate_key d WHERE d.tenant_id = f.tenant_id AND d.key = k.key)))
                  ORDER BY f.customer_key LIMIT batch);
    more := cardinality(customers) = batch;
    -- Who is gone keeps no key from others.
    gone := ARRAY(SELECT t.customer_key FROM highseas.duplicate_terms t
                  WHERE t.tenant_id = rekey_duplicates_batch.tenant_id AND t.customer_key > reached AND (NOT more OR t.customer_key <= customers[batch])
                    AND NOT EXISTS (SELECT FROM highseas.profile f WHERE f.tenant_id = t.tenant_id AND f.customer_key = t.customer_key));
    heirs := highseas.duplicate_key_heirs(tenant_id, gone);
    PERFORM highseas.forget_duplicate_keys(tenant_id, gone);
    PERFORM FROM highseas.write_duplicate_keys(rekey_duplicates_batch.tenant_id, customers || heirs);
    rows := cardinality(customers);
    UPDATE highseas.job_run r SET position = customers[cardinality(customers)]
    WHERE r.tenant_id = rekey_duplicates_batch.tenant_id AND r.run_id = run AND cardinality(customers) > 0;
END
$$;
COMMENT ON FUNCTION highseas.rekey_duplicates_batch(bigint, bigint, integer) IS
'The next customers of a run of rekey_duplicates, by their keys: writes what is missing, of another version or older than the profile, and gives keys whose customer is gone to who has them, too';

CREATE FUNCTION highseas.scan_duplicates_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
    -- A run goes on where the last one stopped at its bounds, or was interrupted.
    reached text := coalesce(
        (SELECT r.position FROM highseas.job_run r WHERE r.tenant_id = scan_duplicates_batch.tenant_id AND r.run_id = run),
        (SELECT CASE WHEN r.status IN ('bounded', 'failed', 'interrupted') THEN r.position END FROM highseas.job_run r
         WHERE r.tenant_id = scan_duplicates_batch.tenant_id AND r.job = 'scan_duplicates' AND r.run_id < run
         ORDER BY r.run_id DESC LIMIT 1), '');
    words highseas.company_word[] := highseas.company_words(tenant_id);
    rules highseas.domain_rule[] := highseas.domain_rules(tenant_id);
    weights real[] := highseas.duplicate_weights(tenant_id);
    customers text[];
BEGIN
    customers := ARRAY(SELECT t.customer_key FROM highseas.duplicate_terms t
                  WHERE t.tenant_id = scan_duplicates_batch.tenant_id AND t.customer_key > reached ORDER BY t.customer_key LIMIT batch);
    more := cardinality(customers) = batch;
    rows := cardinality(customers);
    DELETE FROM highseas.duplicate_finding d WHERE d.tenant_id = scan_duplicates_batch.tenant_id AND d.customer_key = ANY (customers);
    -- Each pair once. Only who shares a detail or most of a name is compared: pieces of spelling alone are shared by many.
    INSERT INTO highseas.duplicate_finding AS d (tenant_id, customer_key, other_customer, probability, contributions, found_at)
    SELECT scan_duplicates_batch.tenant_id, c.customer_key, o.customer_key, s.probability, to_jsonb(s) - 'probability', highseas.clock()
    FROM unnest(customers) c(customer_key)
    CROSS JOIN LATERAL (SELECT highseas.duplicate_fields_of(f) AS fields FROM highseas.profile f
                        WHERE f.tenant_id = scan_duplicates_batch.tenant_id AND f.customer_key = c.customer_key COLLATE "C" OFFSET 0) f
    CROSS JOIN LATERAL highseas.duplicate_terms_of(scan_duplicates_batch.tenant_id, f.fields, words, rules, true) w
    CROSS JOIN LATERAL (
        SELECT t.customer_key
        FROM highseas.duplicate_terms t
        CROSS JOIN LATERAL (SELECT highseas.shared_terms(t.terms, w.terms) AS shared OFFSET 0) s
        WHERE highseas.term_buckets(t.terms) && highseas.term_buckets(w.terms, 3)
          AND t.tenant_id + 0 = scan_duplicates_batch.tenant_id AND (t.customer_key || '') > c.customer_key AND s.shared >= 3
        ORDER BY s.shared DESC, t.customer_key LIMIT 5) n
    CROSS JOIN LATERAL (SELECT f.customer_key, highseas.duplicate_fields_of(f) AS fields FROM highseas.profile f
                        WHERE f.tenant_id = scan_duplicates_batch.tenant_id AND f.customer_key = n.customer_key OFFSET 0) o
    CROSS JOIN LATERAL highseas.duplicate_score(f.fields, o.fields, words, rules, weights) s
    WHERE s.probability >= 0.5 AND NOT EXISTS (
        SELECT FROM highseas.not_duplicate d
        WHERE d.tenant_id = scan_duplicates_batch.tenant_id AND d.customer_key = c.customer_key COLLATE "C" AND d.other_customer = o.customer_key);
    UPDATE highseas.job_run r SET position = coalesce(customers[cardinality(customers)], reached)
    WHERE r.tenant_id = scan_duplicates_batch.tenant_id AND r.run_id = run;
END
$$;
COMMENT ON FUNCTION highseas.scan_duplicates_batch(bigint, bigint, integer) IS
'The next customers of a scan, by their keys (after job_run.position): their pairs go to duplicate_finding';

CREATE VIEW highseas.duplicate_review WITH (security_invoker) AS
SELECT d.customer_key, coalesce(f.company, f.name) AS name, d.other_customer, coalesce(o.company, o.name) AS other_name,
       d.probability, d.contributions, d.found_at, c.state, c.holder, x.state AS other_state, x.holder AS other_holder
FROM highseas.duplicate_finding d
JOIN highseas.profile f ON f.tenant_id = d.tenant_id AND f.customer_key = d.customer_key
JOIN highseas.profile o ON o.tenant_id = d.tenant_id AND o.customer_key = d.other_customer
JOIN highseas.customer c ON c.tenant_id = d.tenant_id AND c.customer_key = d.customer_key AND c.state <> 'gone'
JOIN highseas.customer x ON x.tenant_id = d.tenant_id AND x.customer_key = d.other_customer AND x.state <> 'gone'
WHERE d.tenant_id = (SELECT highseas.current_tenant())
ORDER BY d.probability DESC, d.customer_key, d.other_customer;
COMMENT ON VIEW highseas.duplicate_review IS
'Pairs that scan_duplicates found, the most probable first, for people to decide: merge_customer() or not_a_duplicate(); but for those of whom one is gone from the CRM';
COMMENT ON COLUMN highseas.duplicate_review.contributions IS 'What each field contributes to ln(odds)';

CREATE VIEW highseas.duplicate_cluster WITH (security_invoker) AS
WITH RECURSIVE pair AS MATERIALIZED (
    SELECT d.customer_key AS a, d.other_customer AS b FROM highseas.duplicate_review d
), edge AS (SELECT a, b FROM pair UNION ALL SELECT b, a FROM pair),
reach AS (SELECT a AS customer_key, a AS reached FROM edge UNION SELECT r.customer_key, e.b FROM reach r JOIN edge e ON e.a = r.reached)
SELECT min(r.reached) AS cluster_key, r.customer_key FROM reach r GROUP BY r.customer_key;
COMMENT ON VIEW highseas.duplicate_cluster IS
'Customers that scan_duplicates found to be one, directly or through others, by the first of their keys';
