-- Who is entered a second time is found before he is taken in.

CREATE TYPE highseas.lead_match AS (
    lead_id bigint, customer_key text, other_customer text, how text, probability real, contributions jsonb, blocks boolean);
COMMENT ON TYPE highseas.lead_match IS
'Whom a lead is like. customer_key: whose lead it is, the other one''s where that blocks. how: the kind of the key that both have, or alike. probability, contributions: of the score; NULL where only a key was looked at';

CREATE FUNCTION highseas.lead_duplicate_fields(fields jsonb) RETURNS highseas.duplicate_fields
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT ROW(coalesce(nullif(pg_catalog.btrim(f.company), ''), f.contact), f.contact, f.email, f.phone, f.mobile, f.fax, f.website,
               f.address, f.city, f.attributes ->> 'postcode', f.country, f.attributes ->> 'born',
               f.attributes ->> 'register_number')::highseas.duplicate_fields
    FROM highseas.lead_record(fields) f;
END;
COMMENT ON FUNCTION highseas.lead_duplicate_fields(jsonb) IS 'A lead as duplicates are looked for, like duplicate_fields_of() of the profile it would make';

CREATE FUNCTION highseas.screen_leads(tenant_id bigint, leads bigint[]) RETURNS SETOF highseas.lead_match
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    words highseas.company_word[] := highseas.company_words(tenant_id);
    rules highseas.domain_rule[] := highseas.domain_rules(tenant_id);
    weights real[] := highseas.duplicate_weights(tenant_id);
    blocks_from real := highseas.alike_from(tenant_id);
    warned text[] := ARRAY(SELECT r.kind FROM highseas.duplicate_rule r WHERE r.tenant_id = screen_leads.tenant_id AND NOT r.block);
    alike record;
    ids bigint[] := '{}';
    keys text[] := '{}';
BEGIN
    FOR alike IN
        WITH entry AS MATERIALIZED (
            SELECT l.lead_id, highseas.lead_customer(l.lead_id, l.fields) AS own, f.fields, t.terms,
                   ARRAY(SELECT k FROM unnest(t.keys) k WHERE highseas.duplicate_key_kind(k) <> ALL (warned)) AS keys,
                   ARRAY(SELECT k FROM unnest(t.keys) k WHERE highseas.duplicate_key_kind(k) = ANY (warned)) AS warned_keys
            FROM highseas.lead l
            CROSS JOIN LATERAL (SELECT highseas.lead_duplicate_fields(l.fields) AS fields OFFSET 0) f
            CROSS JOIN LATERAL highseas.duplicate_terms_of(screen_leads.tenant_id, f.fields, words, rules) t
            WHERE l.tenant_id = screen_leads.tenant_id AND l.lead_id = ANY (leads)
              -- Whose key the CRM gave is known.
              AND NOT EXISTS (SELECT FROM highseas.customer c WHERE c.tenant_id = l.tenant_id
                              AND c.customer_key = highseas.lead_customer(l.lead_id, l.fields))
        ), found AS (
            SELECT e.lead_id, e.own, 1 AS step, 0::bigint AS earlier, k.customer_key AS other, highseas.duplicate_key_kind(k.key) AS how,
                   s.probability, to_jsonb(s) - 'probability' AS contributions, true AS blocks
            FROM entry e
            CROSS JOIN LATERAL unnest(e.keys) x(key)
            JOIN highseas.duplicate_key k ON k.tenant_id = screen_leads.tenant_id AND k.key = x.key
            JOIN highseas.profile f ON f.tenant_id = k.tenant_id AND f.customer_key = k.customer_key
            CROSS JOIN LATERAL highseas.duplicate_score(e.fields, highseas.duplicate_fields_of(f), words, rules, weights) s
            UNION ALL
            SELECT e.lead_id, e.own, CASE WHEN b.blocks THEN 2 ELSE 4 END, 0, d.customer_key, w.how, d.probability, d.contributions, b.blocks
            FROM entry e
            CROSS JOIN LATERAL highseas.duplicate_matches(screen_leads.tenant_id, e.fields, NULL, 0, 20) d
            JOIN highseas.customer c ON c.tenant_id = screen_leads.tenant_id AND c.customer_key = d.customer_key
            CROSS JOIN LATERAL (SELECT d.probability >= blocks_from AND c.state <> 'gone' AS blocks) b
            -- A key that only warns, and a telephone number alone, are told of, however much else differs.
            CROSS JOIN LATERAL (SELECT CASE WHEN b.blocks THEN 'alike' ELSE coalesce(
                (SELECT min(highseas.duplicate_key_kind(k)) FROM highseas.duplicate_terms t, unnest(t.keys) k
                 WHERE t.tenant_id = screen_leads.tenant_id AND t.customer_key = d.customer_key AND k = ANY (e.warned_keys)),
                CASE WHEN d.probability >= 0.5 THEN 'alike' WHEN (d.contributions ->> 'phone')::real > 0 THEN 'phone' END) END AS how) w
            WHERE w.how IS NOT NULL
            UNION ALL
            -- Those that came in with it.
            SELECT e.lead_id, e.own, CASE WHEN b.blocks THEN 3 ELSE 5 END, o.lead_id, o.own, b.how, o.probability, o.contributions, b.blocks
            FROM entry e
            CROSS JOIN LATERAL (
                SELECT y.*, s.probability, to_jsonb(s) - 'probability' AS contributions
                FROM (SELECT z.lead_id, z.own, z.keys, z.warned_keys, z.fields FROM entry z
                      WHERE z.lead_id < e.lead_id AND z.own <> e.own AND highseas.shared_terms(z.terms, e.terms) >= 3
                      ORDER BY highseas.shared_terms(z.terms, e.terms) DESC, z.lead_id LIMIT 5) y
                CROSS JOIN LATERAL highseas.duplicate_score(e.fields, y.fields, words, rules, weights) s) o
            CROSS JOIN LATERAL (
                SELECT coalesce(x.kind, CASE WHEN o.probability >= blocks_from THEN 'alike' END,
                                (SELECT min(highseas.duplicate_key_kind(k)) FROM unnest(e.warned_keys) k WHERE k = ANY (o.warned_keys)),
                                CASE WHEN o.probability >= 0.5 THEN 'alike' WHEN (o.contributions ->> 'phone')::real > 0 THEN 'phone' END) AS how,
                       x.kind IS NOT NULL OR o.probability >= blocks_from AS blocks
                FROM (SELECT min(highseas.duplicate_key_kind(k)) AS kind FROM unnest(e.keys) k WHERE k = ANY (o.keys)) x) b
            WHERE b.how IS NOT NULL
        )
        SELECT DISTINCT ON (f.lead_id) f.lead_id, f.own, f.other, f.how, f.probability, f.contributions, f.blocks, f.earlier
        FROM found f
        WHERE NOT EXISTS (
            SELECT FROM highseas.not_duplicate d
            WHERE d.tenant_id = screen_leads.tenant_id AND d.customer_key = least(f.own COLLATE "C", f.other)
              AND d.other_customer = greatest(f.own COLLATE "C", f.other))
        ORDER BY f.lead_id, f.step, f.probability DESC, f.earlier, f.other
    LOOP
        -- The one that came in with it may itself be somebody known.
        alike.other := coalesce(keys[array_position(ids, alike.earlier)], alike.other);
        IF alike.blocks THEN
            alike.own := alike.other;
            ids := ids || alike.lead_id;
            keys := keys || alike.own;
        END IF;
        RETURN NEXT ROW(alike.lead_id, alike.own, alike.other, alike.how, alike.probability, alike.contributions, alike.blocks)::highseas.lead_match;
    END LOOP;
END
$$;
COMMENT ON FUNCTION highseas.screen_leads(bigint, bigint[]) IS
'Of these leads those that are like a customer, or like a lead before them: whose lead each is. By a key that only one may have, or with the probability of duplicate_rule, it is the other one''s (blocks); else he is only told of: with a probability of at least .5, a key that only warns, or the same telephone number. Of whom separate_lead() was said, he is not. The caller has called lock_entries().';

CREATE FUNCTION highseas.tell_matches(tenant_id bigint, matches highseas.lead_match[], now timestamptz) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    UPDATE highseas.lead l
    SET state = CASE WHEN x.action = 'refuse' THEN 'quarantined' ELSE l.state END,
        problems = CASE WHEN x.action = 'refuse' THEN l.problems || x.said ELSE l.problems END,
        warnings = CASE WHEN x.action = 'warn' THEN l.warnings || x.said ELSE l.warnings END
    FROM (SELECT m.lead_id,
                 CASE WHEN m.blocks THEN 'warn' ELSE highseas.intake_action(tell_matches.tenant_id, 'duplicate', 'company') END AS action,
                 format('duplicate: %s customer "%s" by %s', CASE WHEN m.blocks THEN 'is' ELSE 'perhaps' END, m.other_customer,
                        CASE m.how WHEN 'alike' THEN 'all details together' ELSE m.how END) ||
                 coalesce(', ' || highseas.place_for_me(tell_matches.tenant_id, m.other_customer, tell_matches.now), '') AS said
          FROM unnest(matches) m) x
    WHERE l.tenant_id = tell_matches.tenant_id AND l.lead_id = x.lead_id AND x.action <> 'ignore';
END;
COMMENT ON FUNCTION highseas.tell_matches(bigint, highseas.lead_match[], timestamptz) IS
'Writes to each lead whom it is like and where he is now, for the rep who enters it: as a warning, or as what keeps it in quarantine where intake_rule refuses a "duplicate"';

CREATE FUNCTION highseas_api.separate_lead(
    lead bigint, reason text DEFAULT NULL, tenant text DEFAULT NULL, OUT state text, OUT customer_key text, OUT problems text, OUT warnings text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
    l highseas.lead;
    own text;
BEGIN
    SELECT x.* INTO l FROM highseas.lead x WHERE x.tenant_id = t AND x.lead_id = lead FOR NO KEY UPDATE;
    own := highseas.lead_customer(lead, l.fields);
    IF l.lead_id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('lead %s does not exist', coalesce(lead::text, 'NULL')),
            DETAIL = 'Nothing was changed.', HINT = 'highseas.lead_stage lists the leads.';
    ELSIF l.state <> 'taken' OR EXISTS (SELECT FROM highseas.customer c WHERE c.tenant_id = t AND c.customer_key = own)
        OR EXISTS (SELECT FROM highseas.merge_record r WHERE r.tenant_id = t AND r.customer_key = own) THEN
        RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('lead %s was not found to be another customer''s', lead),
            DETAIL = 'Nothing was changed.', HINT = 'unmerge_customer() takes a merge back.';
    END IF;
    INSERT INTO highseas.not_duplicate (tenant_id, customer_key, other_customer, decided_at, decided_by, reason)
    VALUES (t, least(own COLLATE "C", l.customer_key), greatest(own COLLATE "C", l.customer_key), highseas.clock(), highseas.actor(), reason)
    ON CONFLICT DO NOTHING;
    UPDATE highseas.lead x SET state = 'waiting', customer_key = NULL, is_first = NULL, warnings = '{}' WHERE x.tenant_id = t AND x.lead_id = lead;
    PERFORM highseas.take_these_leads(t, ARRAY[lead], true);
    PERFORM highseas.make_stale(t, ARRAY[l.customer_key]);
    SELECT x.state, x.customer_key, nullif(array_to_string(x.problems, '; '), ''), nullif(array_to_string(x.warnings, '; '), '')
    INTO separate_lead.state, separate_lead.customer_key, separate_lead.problems, separate_lead.warnings
    FROM highseas.lead x WHERE x.tenant_id = t AND x.lead_id = lead;
END
$$;
COMMENT ON FUNCTION highseas_api.separate_lead(bigint, text, text) IS
'Overrules that a lead is a customer who was known already: it is taken in again, as a customer of its own, and that the two are not one is remembered. Who is like a third one is that one''s now: say it again. What the other one''s profile gained from the lead stays there; a key that only one may have stays the other one''s. Needs the access of a manager. Errors: 42704 no such lead, 55000 it is not taken, or was not found to be somebody else''s, 42501.';
