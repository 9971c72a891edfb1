-- The potential of our own customers: a scorecard's facts from their profiles.

CREATE FUNCTION highseas.text_fact(value text, patterns text[], given boolean) RETURNS double precision
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN pg_catalog.btrim(value) <> '' THEN
                CASE WHEN patterns IS NULL THEN pg_catalog.char_length(pg_catalog.btrim(value))
                     WHEN pg_catalog.lower(value) LIKE ANY (patterns) THEN 2 ELSE 1 END
            WHEN given THEN 0 END;
COMMENT ON FUNCTION highseas.text_fact(text, text[], boolean) IS
'A text as a number: its characters without blanks around it; with patterns 2 when one matches it in lower case, else 1. Empty or NULL: 0 when it is given (the CRM has such a column), else NULL = unknown.';

CREATE FUNCTION highseas.attribute_fact(value jsonb, patterns text[]) RETURNS double precision
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE pg_catalog.jsonb_typeof(value)
           WHEN 'number' THEN least(greatest(value::numeric, -1e300), 1e300)::double precision
           WHEN 'boolean' THEN value::boolean::integer
           WHEN 'string' THEN highseas.text_fact(value #>> '{}', patterns, true)
           WHEN 'array' THEN pg_catalog.jsonb_array_length(value) END;
COMMENT ON FUNCTION highseas.attribute_fact(jsonb, text[]) IS
'A value of a profile''s attributes as a number: a number, a boolean as 0 or 1, a text by text_fact(), an array by its length; all else NULL = unknown';

CREATE FUNCTION highseas.profile_facts(tenant_id bigint, scheme text, version integer, now timestamptz)
RETURNS TABLE (customer_key text, facts double precision[])
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH k AS MATERIALIZED (
        SELECT x.fact, row_number() OVER () AS n, substr(x.fact, 12) AS attribute,
               array_position(ARRAY['main_products', 'company', 'contact', 'position', 'email', 'phone', 'mobile', 'fax', 'address',
                                    'city', 'country', 'website', 'source'], x.fact) AS place,
               (SELECT array_agg('%' || replace(replace(replace(lower(w), '\', '\\'), '%', '\%'), '_', '\_') || '%')
                FROM unnest(x.words) w) AS patterns
        FROM highseas.criteria_of(profile_facts.tenant_id, profile_facts.scheme, profile_facts.version) x)
    SELECT c.customer_key, ARRAY(
        SELECT CASE
            -- What does not work is not there.
            WHEN k.fact = 'email' AND (q.checked).email = 0 OR k.fact = 'phone' AND (q.checked).phone = 0
                 OR k.fact = 'mobile' AND (q.checked).mobile = 0 OR k.fact = 'fax' AND (q.checked).fax = 0 THEN 0
            -- The planner puts a function's text in its place only where its arguments cost little.
            WHEN k.place IS NOT NULL THEN highseas.text_fact(t.texts[k.place], k.patterns, k.fact = ANY (a.columns))
            WHEN k.fact = 'online' THEN CASE WHEN c.online OR 'online' = ANY (a.columns) THEN c.online::integer END
            WHEN k.fact = 'company_detail' THEN coalesce((q.checked).company, CASE WHEN 'company' = ANY (a.columns) THEN 0 END)
            WHEN k.fact = 'product_detail' THEN coalesce((q.checked).main_products, CASE WHEN 'main_products' = ANY (a.columns) THEN 0 END)
            WHEN k.fact = 'address_detail' THEN coalesce((q.checked).address, CASE WHEN 'address' = ANY (a.columns) THEN 0 END)
            WHEN k.fact = 'contradictions' THEN CASE WHEN f.customer_key IS NOT NULL THEN cardinality((q.checked).contradictions) END
            WHEN k.fact = 'registrations' THEN greatest(
                highseas.attribute_fact(f.attributes -> 'registrations', NULL),
                (SELECT nullif(count(*), 0) FROM highseas.lead l
                 WHERE l.tenant_id = c.tenant_id AND l.customer_key = c.customer_key))
            WHEN k.fact = 'login_days' THEN
                CASE WHEN f.last_login_at IS NOT NULL
                         THEN ((extract(epoch FROM profile_facts.now) - extract(epoch FROM f.last_login_at)) / 86400)::double precision
                     WHEN 'last_login_at' = ANY (a.columns) THEN 'Infinity' END
            WHEN k.fact = 'registered_days' THEN
                ((extract(epoch FROM profile_facts.now) - extract(epoch FROM f.registered_at)) / 86400)::double precision
            WHEN k.fact = 'company_details' THEN (
                SELECT sum(highseas.text_fact(d.value, '{}', d.name = ANY (a.columns))) / 4
                FROM (VALUES ('company', f.company), ('website', f.website), ('city', f.city), ('country', f.country)) d(name, value))
            ELSE highseas.attribute_fact(f.attributes -> k.attribute, k.patterns)
            END
        FROM k ORDER BY k.n)
    FROM highseas.customer c
    LEFT JOIN highseas.profile f ON f.tenant_id = c.tenant_id AND f.customer_key = c.customer_key
    LEFT JOIN highseas.attachment a ON a.tenant_id = f.tenant_id AND a.attachment = f.attachment
    LEFT JOIN highseas.profile_quality y ON y.tenant_id = f.tenant_id AND y.customer_key = f.customer_key
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN y.fingerprint = highseas.profile_fingerprint(f, (SELECT highseas.screen_version(profile_facts.tenant_id))) THEN y.checked
            ELSE highseas.profile_check_of(f, (SELECT highseas.screen_rule_of(profile_facts.tenant_id)),
                (SELECT highseas.domain_rules(profile_facts.tenant_id)), (SELECT highseas.company_words(profile_facts.tenant_id)))
            END AS checked OFFSET 0) q
    -- In the order of the places.
    CROSS JOIN LATERAL (
        SELECT ARRAY[f.main_products, f.company, f.contact, f.position, f.email, f.phone, f.mobile, f.fax, f.address, f.city,
                     f.country, f.website, f.source] AS texts OFFSET 0) t
    WHERE c.tenant_id = profile_facts.tenant_id AND c.state <> 'gone';
END;
COMMENT ON FUNCTION highseas.profile_facts(bigint, text, integer, timestamptz) IS
'The facts of a tenant''s customers, in the order of the scorecard''s criteria: how each is worked out is said at the table criterion';

CREATE FUNCTION highseas.potential_scores(scheme text DEFAULT 'default', version integer DEFAULT NULL, tenant text DEFAULT NULL)
RETURNS TABLE (customer_key text, score double precision, coverage double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    t bigint := highseas.authorize(potential_scores.tenant, 'reader');
    now timestamptz := highseas.clock();  -- a volatile argument would keep the facts from being inlined
    card highseas.scorecard := highseas.compile_scorecard(t, potential_scores.scheme, potential_scores.version);
BEGIN
    RETURN QUERY
    SELECT f.customer_key, highseas.potential_score(card, VARIADIC f.facts), highseas.potential_coverage(card, VARIADIC f.facts)
    FROM (SELECT x.* FROM highseas.profile_facts(t, potential_scores.scheme, potential_scores.version, now) x
          OFFSET 0) f;  -- a fence: the facts are worked out once
END
$$;
COMMENT ON FUNCTION highseas.potential_scores(text, integer, text) IS
'Every customer''s potential score and its coverage by a scorecard: a version (NULL = the highest) of a scheme, of a tenant (NULL as in authorize). Needs the access of a reader. Errors: 42704 no such scorecard or tenant, 42501, 22023 more than one tenant.';

CREATE FUNCTION highseas.explain_potential(
    customer text, scheme text DEFAULT 'default', version integer DEFAULT NULL, tenant text DEFAULT NULL)
RETURNS TABLE (criterion text, points numeric, of numeric, reason text, gain numeric, by text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    t bigint := highseas.authorize(explain_potential.tenant, 'reader');
    now timestamptz := highseas.clock();
    card highseas.scorecard := highseas.compile_scorecard(t, explain_potential.scheme, explain_potential.version);
    facts double precision[] := (
        SELECT f.facts
        FROM highseas.profile_facts(t, explain_potential.scheme, explain_potential.version, now) f
        WHERE f.customer_key = explain_potential.customer COLLATE "C");
BEGIN
    PERFORM highseas.require_key('customer', customer);
    IF facts IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('customer "%s" does not exist', left(customer, 100)),
            HINT = 'Keys are the CRM''s, as text.';
    END IF;
    RETURN QUERY
    SELECT l.criterion, l.points, l.of, coalesce(l.band, 'unknown'), CASE WHEN l.better IS NOT NULL THEN l.gain END, l.better
    FROM highseas.potential_lines(card, VARIADIC facts) l;
END
$$;
COMMENT ON FUNCTION highseas.explain_potential(text, text, integer, text) IS
'Why a customer has his potential score, one row for each criterion: its points (they add up to the score exactly), of how many, the reason in words (unknown: it counts neither for nor against), and what would raise the score most, and by how much, everything else unchanged. Needs the access of a reader; tells no contact, only whether it is there. Errors: 42704 no such customer, scorecard or tenant, 42501, 22004 without a customer, 22023 an empty key, or more than one tenant.';

CREATE FUNCTION highseas_api.copy_scorecard(scheme text DEFAULT 'default', tenant text DEFAULT NULL, OUT version integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'admin');
BEGIN
    version := coalesce((SELECT max(x.version) FROM highseas.criterion x
                         WHERE x.tenant_id = t AND x.scheme = copy_scorecard.scheme), 0) + 1;
    INSERT INTO highseas.criterion (tenant_id, scheme, version, criterion, fact, words, weight, cuts, points, bands)
    SELECT t, copy_scorecard.scheme, copy_scorecard.version, k.criterion, k.fact, k.words, k.weight, k.cuts, k.points, k.bands
    FROM highseas.criteria_of(t, copy_scorecard.scheme, NULL) k;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('scorecard "%s" does not exist', left(scheme, 100)),
            HINT = 'Its criteria are rows of highseas.criterion; the built-in one is "default".';
    END IF;
END
$$;
COMMENT ON FUNCTION highseas_api.copy_scorecard(text, text) IS
'Copies the newest version of a scorecard (or the built-in "default") into the next version, as rows of highseas.criterion to edit; it counts at once. Needs the access of an admin. Errors: 42704 no such scorecard or tenant, 42501, 22023 more than one tenant.';
