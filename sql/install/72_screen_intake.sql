-- Leads become customers: judged by rules, taken in or put into quarantine, corrected and tried again.

CREATE FUNCTION highseas.lead_record(fields jsonb) RETURNS TABLE (
    company text, contact text, "position" text, email text, phone text, mobile text, fax text, address text, city text,
    country text, website text, main_products text, attributes jsonb,
    origin text, campaign text, found_by text, pool text, region text, customer text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
    SELECT f.company, f.contact, f.position, f.email, f.phone, f.mobile, f.fax, f.address, f.city, f.country, f.website, f.main_products,
           f.attributes, nullif(btrim(f.origin), ''), nullif(btrim(f.campaign), ''), nullif(btrim(f.found_by), ''), nullif(btrim(f.pool), ''),
           nullif(btrim(f.region), ''), nullif(btrim(f.customer), '')
    FROM jsonb_to_record(CASE WHEN jsonb_typeof(fields) = 'object' THEN fields ELSE '{}' END) f(
        company text, contact text, position text, email text, phone text, mobile text, fax text, address text, city text,
        country text, website text, main_products text, attributes jsonb,
        origin text, campaign text, found_by text, pool text, region text, customer text);
END;
COMMENT ON FUNCTION highseas.lead_record(jsonb) IS
'The fields that a lead may have: those of a profile, then origin, campaign, found_by (a rep), pool, region and customer (the key that the CRM has for it), which are names: without blanks around, and NULL where nothing else is there';

CREATE FUNCTION highseas.lead_fields() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{company,contact,position,email,phone,mobile,fax,address,city,country,website,main_products,attributes,origin,campaign,found_by,pool,region,customer}'::text[];
COMMENT ON FUNCTION highseas.lead_fields() IS 'The names of the fields that a lead may have';

CREATE FUNCTION highseas.lead_customer(lead_id bigint, fields jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(nullif(pg_catalog.btrim(fields ->> 'customer'), ''), 'lead-' || lead_id);
COMMENT ON FUNCTION highseas.lead_customer(bigint, jsonb) IS
'Whose lead it is: the key that came with it, else one made for it. An existing customer''s key says that he registered again.';

CREATE FUNCTION highseas.may_be_a_day(text text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT bool_or(CASE WHEN r.month NOT BETWEEN 1 AND 12 OR r.year = 0 THEN false
                            ELSE r.day BETWEEN 1 AND extract(day FROM make_date(r.year, r.month, 1) + interval '1 month - 1 day') END)
        FROM (SELECT d[1]::integer AS year, d[2]::integer AS month, d[3]::integer AS day
              FROM regexp_match(text, '^\s*(\d{4})[-./]?(\d{2})[-./]?(\d{2})(?!\d)') d
              UNION ALL
              SELECT d[3]::integer, d[m]::integer, d[3 - m]::integer
              FROM regexp_match(text, '^\s*(\d{1,2})[-./](\d{1,2})[-./](\d{4})(?!\d)') d, generate_series(1, 2) m) r
        WHERE r.year IS NOT NULL);
COMMENT ON FUNCTION highseas.may_be_a_day(text) IS
'Whether a text that begins with a day in numbers names one of the calendar: year first (ISO 8601, also with dots or slashes, or with nothing between), or year last after day and month in either order. NULL for any other text.';

CREATE FUNCTION highseas.judge_leads(tenant_id bigint, leads bigint[], now timestamptz) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    home text := (highseas.screen_rule_of(tenant_id)).country;
    rules highseas.domain_rule[] := highseas.domain_rules(tenant_id);
    words highseas.company_word[] := highseas.company_words(tenant_id);
    only_one text := (SELECT min(p.pool_key) FROM highseas.pool p WHERE p.tenant_id = judge_leads.tenant_id HAVING count(*) = 1);
BEGIN
    UPDATE highseas.lead l
    SET problems = j.refused, warnings = j.warned, origin = j.origin, campaign = j.campaign, found_by = j.found_by, decided_at = now,
        state = CASE WHEN j.refused = '{}' THEN 'waiting' ELSE 'quarantined' END
    FROM (
        SELECT x.lead_id, x.known_origin AS origin, x.known_campaign AS campaign, x.known_rep AS found_by,
               coalesce(array_agg(p.reason ORDER BY p.n) FILTER (WHERE p.action = 'refuse'), '{}') AS refused,
               coalesce(array_agg(p.reason ORDER BY p.n) FILTER (WHERE p.action = 'warn'), '{}') AS warned
        FROM (
            SELECT y.lead_id, y.fields, f.*, c.checked, k.campaign AS known_campaign, k.origin AS origin_of_campaign,
                   o.origin AS known_origin, r.rep_key AS known_rep,
                   CASE WHEN f.pool IS NULL THEN coalesce(o.pool_key, only_one) ELSE
                       (SELECT p.pool_key FROM highseas.pool p WHERE p.tenant_id = y.tenant_id AND p.pool_key = f.pool) END AS known_pool
            FROM highseas.lead y
            CROSS JOIN LATERAL highseas.lead_record(y.fields) f
            CROSS JOIN LATERAL (SELECT highseas.check_profile(
                f.company, f.contact, f.position, f.email, f.phone, f.mobile, f.fax, f.address, f.city, f.country, f.website,
                f.main_products, home, rules, words) AS checked OFFSET 0) c
            LEFT JOIN highseas.campaign k ON k.tenant_id = y.tenant_id AND k.campaign = f.campaign
            LEFT JOIN highseas.origin o ON o.tenant_id = y.tenant_id AND o.origin = coalesce(k.origin, f.origin)
            LEFT JOIN highseas.rep r ON r.tenant_id = y.tenant_id AND r.rep_key = f.found_by
            WHERE y.tenant_id = judge_leads.tenant_id AND y.lead_id = ANY (leads)
            OFFSET 0) x
        LEFT JOIN LATERAL (
            -- What has no rule (problem NULL) is refused: nothing could be made of it.
            -- What was told stays out of the reasons, which more people see: in a list with its columns shifted it is a contact.
            SELECT q.n, q.reason,
                   CASE WHEN q.problem IS NULL THEN 'refuse' ELSE highseas.intake_action(judge_leads.tenant_id, q.problem, q.field) END AS action
            FROM (
                SELECT 1 AS n, NULL AS field, NULL AS problem, 'it is no object of fields' AS reason WHERE jsonb_typeof(x.fields) <> 'object'
                UNION ALL SELECT 2, 'company', 'no name', 'no name: neither company nor contact'
                WHERE (x.checked).company IS NULL AND (highseas.normalise_company(coalesce(x.company, ''))).problem = 'empty'
                  AND (highseas.normalise_company(coalesce(x.contact, ''))).problem = 'empty'
                UNION ALL SELECT 3, 'contact', 'nobody can be reached', 'nobody can be reached: no e-mail address or number that works'
                WHERE coalesce(greatest((x.checked).email, (x.checked).phone, (x.checked).mobile, (x.checked).fax), 0) = 0
                UNION ALL SELECT 4, split_part(t, ': ', 1), split_part(t, ': ', 2), t FROM unnest((x.checked).problems) t
                UNION ALL SELECT 5, split_part(t, ': ', 1), 'contradiction', t FROM unnest((x.checked).contradictions) t
                UNION ALL SELECT 6, 'origin', 'not given', 'origin: not given' WHERE x.origin IS NULL AND x.campaign IS NULL
                UNION ALL SELECT 7, 'origin', NULL, 'origin: unknown'
                WHERE x.origin IS NOT NULL AND x.known_origin IS NULL
                UNION ALL SELECT 8, 'campaign', NULL, 'campaign: unknown'
                WHERE x.campaign IS NOT NULL AND x.known_campaign IS NULL
                UNION ALL SELECT 9, 'campaign', NULL, format('campaign: it is of origin "%s"', x.origin_of_campaign)
                WHERE x.origin <> x.origin_of_campaign
                UNION ALL SELECT 10, 'found_by', NULL, 'found_by: no rep'
                WHERE x.found_by IS NOT NULL AND x.known_rep IS NULL
                UNION ALL SELECT 11, 'pool', NULL, CASE WHEN x.pool IS NULL THEN 'pool: not given, and there is not only one'
                                                        ELSE 'pool: unknown' END
                WHERE x.known_pool IS NULL
                UNION ALL SELECT 12, 'region', NULL, 'region: unknown'
                WHERE x.region IS NOT NULL AND NOT EXISTS (
                    SELECT FROM highseas.region g WHERE g.tenant_id = judge_leads.tenant_id AND g.region = x.region)
                UNION ALL SELECT 13, 'customer', NULL, 'customer: too long for a key' WHERE octet_length(x.customer) > 1024
                UNION ALL SELECT 14, 'attributes', NULL, 'attributes: no object'
                WHERE jsonb_typeof(x.attributes) NOT IN ('object', 'null')
                UNION ALL SELECT 14, 'attributes', 'too long', 'attributes: too long' WHERE octet_length(x.attributes::text) > 20000
                UNION ALL SELECT 14, 'attributes', 'no such day', 'attributes: no such day (born)'
                WHERE NOT highseas.may_be_a_day(x.attributes ->> 'born')
                UNION ALL SELECT 15, left(u, 63), 'unknown field', format('unknown field "%s"', left(u, 63))
                FROM jsonb_object_keys(CASE WHEN jsonb_typeof(x.fields) = 'object' THEN x.fields ELSE '{}' END) u
                WHERE u <> ALL (highseas.lead_fields())) q
            WHERE q.n = 1 OR jsonb_typeof(x.fields) = 'object') p ON true
        GROUP BY x.lead_id, x.known_origin, x.known_campaign, x.known_rep) j
    WHERE l.tenant_id = judge_leads.tenant_id AND l.lead_id = j.lead_id;
END
$$;
COMMENT ON FUNCTION highseas.judge_leads(bigint, bigint[], timestamptz) IS
'Writes what is wrong with each of these leads, by the rules of today, and puts those into quarantine of whom anything is refused';

CREATE FUNCTION highseas.merged_leads(tenant_id bigint, leads bigint[], keys text[]) RETURNS TABLE (
    customer_key text, lead_id bigint, received_at timestamptz, fields jsonb)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT d.key, min(d.lead_id), min(d.received_at), jsonb_object_agg(d.field, d.value)
    FROM (SELECT DISTINCT ON (k.key COLLATE "C", e.key) k.key COLLATE "C" AS key, e.key AS field,
                 CASE WHEN jsonb_typeof(e.value) = 'string' THEN to_jsonb(btrim(e.value #>> '{}')) ELSE e.value END AS value,
                 l.lead_id, l.received_at
          FROM unnest(leads, keys) k(lead, key)
          JOIN highseas.lead l ON l.tenant_id = merged_leads.tenant_id AND l.lead_id = k.lead
          CROSS JOIN LATERAL jsonb_each(l.fields || jsonb_build_object('origin', l.origin)) e
          WHERE e.value <> 'null' AND btrim(e.value #>> '{}') <> ''
          ORDER BY k.key COLLATE "C", e.key, l.lead_id) d
    GROUP BY d.key;
END;
COMMENT ON FUNCTION highseas.merged_leads(bigint, bigint[], text[]) IS
'Of leads and the customers whose they are: one row a customer, each field as the first lead told it';

CREATE FUNCTION highseas.take_screened_leads(tenant_id bigint, leads bigint[], waits boolean, strict boolean) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    now timestamptz := highseas.clock();
    matches highseas.lead_match[];
    alone boolean[];
    keys text[];
    reps text[];
    customers text[];
    known text[];
    created text[];
    owned text[];
    owners text[];
    taken boolean;
BEGIN
    leads := ARRAY(SELECT l.lead_id FROM highseas.lead l
                   WHERE l.tenant_id = take_screened_leads.tenant_id AND l.lead_id = ANY (leads) AND l.state = 'waiting'
                   ORDER BY l.lead_id FOR NO KEY UPDATE SKIP LOCKED);
    PERFORM highseas.judge_leads(tenant_id, leads, now);

    -- Who enters the same customer comes one after the other; then the reps, then the customers who are known already.
    leads := ARRAY(SELECT l.lead_id FROM highseas.lead l
                   WHERE l.tenant_id = take_screened_leads.tenant_id AND l.lead_id = ANY (leads) AND l.state = 'waiting' ORDER BY l.lead_id);
    alone := highseas.lock_entries(tenant_id, ARRAY(
        SELECT highseas.lead_duplicate_fields(l.fields) FROM highseas.lead l
        WHERE l.tenant_id = take_screened_leads.tenant_id AND l.lead_id = ANY (leads) ORDER BY l.lead_id), waits);
    leads := ARRAY(SELECT x.lead FROM unnest(leads, alone) x(lead, is_alone) WHERE x.is_alone);
    matches := ARRAY(SELECT m FROM highseas.screen_leads(tenant_id, leads) m);
    PERFORM highseas.tell_matches(tenant_id, matches, now);
    reps := ARRAY(
        SELECT DISTINCT l.found_by FROM highseas.lead l
        JOIN highseas.origin o ON o.tenant_id = l.tenant_id AND o.origin = l.origin AND o.finder_first
        WHERE l.tenant_id = take_screened_leads.tenant_id AND l.lead_id = ANY (leads) AND l.state = 'waiting' AND l.found_by IS NOT NULL);
    SELECT array_agg(x.lead_id ORDER BY x.lead_id), array_agg(x.key ORDER BY x.lead_id) INTO leads, customers
    FROM (SELECT l.lead_id, coalesce(m.customer_key, highseas.lead_customer(l.lead_id, l.fields)) AS key
          FROM highseas.lead l
          LEFT JOIN unnest(matches) m ON m.lead_id = l.lead_id
          WHERE l.tenant_id = take_screened_leads.tenant_id AND l.lead_id = ANY (leads) AND l.state = 'waiting') x;
    IF waits THEN
        PERFORM FROM highseas.rep r WHERE r.tenant_id = take_screened_leads.tenant_id AND r.rep_key = ANY (reps)
        ORDER BY r.rep_key FOR NO KEY UPDATE;
        PERFORM FROM highseas.customer c WHERE c.tenant_id = take_screened_leads.tenant_id AND c.customer_key = ANY (customers)
        ORDER BY c.customer_key FOR NO KEY UPDATE;
    END IF;
    -- Whose rep or customer is busy waits for the next run.
    reps := highseas.lock_reps(tenant_id, reps);
    known := highseas.lock_customers(tenant_id, customers);
    SELECT array_agg(x.lead_id), array_agg(x.key) INTO leads, keys
    FROM (SELECT l.lead_id, k.key, l.found_by, o.finder_first
          FROM unnest(leads, customers) k(lead, key)
          JOIN highseas.lead l ON l.tenant_id = take_screened_leads.tenant_id AND l.lead_id = k.lead
          LEFT JOIN highseas.origin o ON o.tenant_id = l.tenant_id AND o.origin = l.origin
          ORDER BY l.lead_id) x
    WHERE (x.finder_first AND x.found_by IS NOT NULL AND x.found_by <> ALL (reps)) IS NOT TRUE
      AND (x.key = ANY (known) OR NOT EXISTS (
          SELECT FROM highseas.customer c WHERE c.tenant_id = take_screened_leads.tenant_id AND c.customer_key = x.key));
    IF leads IS NULL THEN
        RETURN;
    END IF;

    WITH inserted AS (
        INSERT INTO highseas.customer AS c (tenant_id, customer_key, pool_key, lane, pooled_since, last_act_at, has_email, region)
        SELECT take_screened_leads.tenant_id, m.customer_key, p.pool_key, highseas.lane_of(m.customer_key, p.lanes), now, now,
               f.email IS NOT NULL, f.region
        FROM highseas.merged_leads(tenant_id, leads, keys) m
        CROSS JOIN LATERAL highseas.lead_record(m.fields) f
        LEFT JOIN highseas.origin o ON o.tenant_id = take_screened_leads.tenant_id AND o.origin = f.origin
        JOIN highseas.pool p ON p.tenant_id = take_screened_leads.tenant_id AND p.pool_key = coalesce(f.pool, o.pool_key,
            (SELECT y.pool_key FROM highseas.pool y WHERE y.tenant_id = take_screened_leads.tenant_id LIMIT 1))
        WHERE m.customer_key <> ALL (known)
        ORDER BY m.customer_key
        ON CONFLICT ON CONSTRAINT customer_pkey DO NOTHING
        RETURNING c.customer_key
    )
    SELECT coalesce(array_agg(i.customer_key), '{}') INTO created FROM inserted i;

    -- What is known already stands; what an attachment brings is the CRM's.
    INSERT INTO highseas.profile AS f (tenant_id, customer_key, name, company, contact, position, email, phone, mobile, fax,
        address, city, country, website, source, main_products, registered_at, changed_at, attributes)
    SELECT take_screened_leads.tenant_id, m.customer_key, coalesce(x.company, x.contact), x.company, x.contact, x.position, x.email, x.phone,
           x.mobile, x.fax, x.address, x.city, x.country, x.website, x.origin, x.main_products, m.received_at, now, coalesce(x.attributes, '{}')
    FROM highseas.merged_leads(tenant_id, leads, keys) m
    CROSS JOIN LATERAL highseas.lead_record(m.fields) x
    ORDER BY m.customer_key
    ON CONFLICT ON CONSTRAINT profile_pkey DO UPDATE
    SET name = coalesce(nullif(f.name, ''), EXCLUDED.name), company = coalesce(nullif(f.company, ''), EXCLUDED.company),
        contact = coalesce(nullif(f.contact, ''), EXCLUDED.contact), position = coalesce(nullif(f.position, ''), EXCLUDED.position),
        email = coalesce(nullif(f.email, ''), EXCLUDED.email), phone = coalesce(nullif(f.phone, ''), EXCLUDED.phone),
        mobile = coalesce(nullif(f.mobile, ''), EXCLUDED.mobile), fax = coalesce(nullif(f.fax, ''), EXCLUDED.fax),
        address = coalesce(nullif(f.address, ''), EXCLUDED.address), city = coalesce(nullif(f.city, ''), EXCLUDED.city),
        country = coalesce(nullif(f.country, ''), EXCLUDED.country), website = coalesce(nullif(f.website, ''), EXCLUDED.website),
        source = coalesce(nullif(f.source, ''), EXCLUDED.source),
        main_products = coalesce(nullif(f.main_products, ''), EXCLUDED.main_products),
        registered_at = coalesce(f.registered_at, EXCLUDED.registered_at), changed_at = EXCLUDED.changed_at,
        attributes = EXCLUDED.attributes || f.attributes
    WHERE f.attachment IS NULL;
    UPDATE highseas.customer c SET has_email = true
    FROM highseas.profile f
    WHERE c.tenant_id = take_screened_leads.tenant_id AND c.customer_key = ANY (known) AND NOT c.has_email
      AND f.tenant_id = c.tenant_id AND f.customer_key = c.customer_key AND f.email <> '';

    UPDATE highseas.lead l
    SET state = 'taken', customer_key = k.key,
        is_first = l.lead_id = k.first_of_these AND k.key = ANY (created)
    FROM (SELECT x.lead_id, x.key, min(x.lead_id) OVER (PARTITION BY x.key) AS first_of_these FROM unnest(leads, keys) x(lead_id, key)) k
    WHERE l.tenant_id = take_screened_leads.tenant_id AND l.lead_id = k.lead_id;

    SELECT array_agg(l.customer_key), array_agg(l.found_by) INTO owned, owners
    FROM highseas.lead l
    JOIN highseas.origin o ON o.tenant_id = l.tenant_id AND o.origin = l.origin AND o.finder_first
    WHERE l.tenant_id = take_screened_leads.tenant_id AND l.lead_id = ANY (leads) AND l.is_first AND l.found_by IS NOT NULL;
    PERFORM highseas.give_to_owners(tenant_id, owned, owners, 'import', highseas.act_time(tenant_id, owners, owned), 'found by the rep');
    PERFORM highseas.make_stale(tenant_id, known);
    INSERT INTO highseas.duplicate_finding AS d (tenant_id, customer_key, other_customer, probability, contributions, found_at)
    SELECT take_screened_leads.tenant_id, least(m.customer_key COLLATE "C", m.other_customer), greatest(m.customer_key COLLATE "C", m.other_customer),
           max(m.probability), (array_agg(m.contributions ORDER BY m.probability DESC))[1], now
    FROM unnest(matches) m
    WHERE m.lead_id = ANY (leads) AND NOT m.blocks AND m.probability >= 0.5 AND m.customer_key <> m.other_customer
    GROUP BY 2, 3 ORDER BY 2, 3
    ON CONFLICT DO NOTHING;
    taken := EXISTS (
        SELECT FROM highseas.write_duplicate_keys(tenant_id, created || known) k
        WHERE k.customer_key = ANY (created) AND NOT EXISTS (
            SELECT FROM highseas.not_duplicate d
            WHERE d.tenant_id = take_screened_leads.tenant_id AND d.customer_key = least(k.customer_key COLLATE "C", k.other_customer)
              AND d.other_customer = greatest(k.customer_key COLLATE "C", k.other_customer)));
    IF taken AND strict THEN
        RAISE EXCEPTION USING ERRCODE = '23505', CONSTRAINT = 'duplicate_key_pkey', SCHEMA = 'highseas', MESSAGE = 'the customer was entered meanwhile';
    END IF;
END
$$;
COMMENT ON FUNCTION highseas.take_screened_leads(bigint, bigint[], boolean, boolean) IS
'What take_these_leads() does once. Error 23505, if strict, when a new customer turns out to have a key that somebody else got meanwhile.';

CREATE FUNCTION highseas.take_these_leads(tenant_id bigint, leads bigint[], waits boolean) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    broken text;
BEGIN
    FOR attempt IN 1..3 LOOP
        BEGIN
            PERFORM highseas.take_screened_leads(tenant_id, leads, waits, attempt < 3);
            RETURN;
        EXCEPTION WHEN unique_violation THEN
            -- A sync, which no entry waits for, brought the same customer: now he is seen.
            GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
            IF broken <> 'duplicate_key_pkey' THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END
$$;
COMMENT ON FUNCTION highseas.take_these_leads(bigint, bigint[], boolean) IS
'Judges these leads, those that wait, and makes customers of the good ones, or adds to those who are known, by their key or as duplicates, what they did not tell yet. A new one goes to his finder where the origin says so. waits false: whose rep or customer is busy, or who is just being entered by somebody else, is left waiting.';

CREATE FUNCTION highseas.take_leads_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    reached bigint := coalesce((SELECT j.position::bigint FROM highseas.job_run j
                                WHERE j.tenant_id = take_leads_batch.tenant_id AND j.run_id = run), 0);
    leads bigint[] := ARRAY(
        SELECT l.lead_id FROM highseas.lead l
        WHERE l.tenant_id = take_leads_batch.tenant_id AND l.state = 'waiting' AND l.lead_id > reached ORDER BY l.lead_id LIMIT take_leads_batch.batch);
BEGIN
    PERFORM highseas.take_these_leads(tenant_id, leads, false);
    rows := (SELECT count(*) FROM highseas.lead l
             WHERE l.tenant_id = take_leads_batch.tenant_id AND l.lead_id = ANY (leads) AND l.state <> 'waiting');
    more := cardinality(leads) = take_leads_batch.batch;
    UPDATE highseas.job_run j SET position = coalesce(leads[cardinality(leads)], reached), busy = j.busy + cardinality(leads) - take_leads_batch.rows
    WHERE j.tenant_id = take_leads_batch.tenant_id AND j.run_id = run;
END
$$;
COMMENT ON FUNCTION highseas.take_leads_batch(bigint, bigint, integer) IS 'Takes in the next batch of the leads that wait, after job_run.position';

CREATE FUNCTION highseas.require_finder(tenant_id bigint, found_by text) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF found_by IS NOT NULL AND NOT highseas.has_access(tenant_id, 'manager') THEN
        PERFORM highseas.acting_rep(tenant_id, found_by);
    END IF;
END
$$;
COMMENT ON FUNCTION highseas.require_finder(bigint, text) IS 'An agent names as finder only a rep whom he may act for. Errors as in acting_rep().';

-- The verbs ---------------------------------------------------------------------------------

CREATE FUNCTION highseas_api.intake(
    company text DEFAULT NULL, contact text DEFAULT NULL, email text DEFAULT NULL, phone text DEFAULT NULL, mobile text DEFAULT NULL,
    fax text DEFAULT NULL, contact_position text DEFAULT NULL, address text DEFAULT NULL, city text DEFAULT NULL, country text DEFAULT NULL,
    website text DEFAULT NULL, main_products text DEFAULT NULL, origin text DEFAULT NULL, campaign text DEFAULT NULL,
    found_by text DEFAULT NULL, pool text DEFAULT NULL, region text DEFAULT NULL, customer text DEFAULT NULL,
    attributes jsonb DEFAULT NULL, tenant text DEFAULT NULL,
    OUT lead bigint, OUT state text, OUT customer_key text, OUT problems text, OUT warnings text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'agent');
BEGIN
    PERFORM highseas.require_finder(t, found_by);
    INSERT INTO highseas.lead AS l (tenant_id, fields, received_at, actor)
    VALUES (t, jsonb_strip_nulls(jsonb_build_object(
        'company', company, 'contact', contact, 'email', email, 'phone', phone, 'mobile', mobile, 'fax', fax,
        'position', contact_position, 'address', address, 'city', city, 'country', country, 'website', website,
        'main_products', main_products, 'origin', origin, 'campaign', campaign, 'found_by', found_by, 'pool', pool,
        'region', region, 'customer', customer, 'attributes', attributes)), highseas.clock(), highseas.actor())
    RETURNING l.lead_id INTO intake.lead;
    PERFORM highseas.take_these_leads(t, ARRAY[lead], true);
    SELECT l.state, l.customer_key, nullif(array_to_string(l.problems, '; '), ''), nullif(array_to_string(l.warnings, '; '), '')
    INTO intake.state, intake.customer_key, intake.problems, intake.warnings
    FROM highseas.lead l WHERE l.tenant_id = t AND l.lead_id = lead;
END
$$;
COMMENT ON FUNCTION highseas_api.intake(text, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text,
                                        text, jsonb, text) IS
'Takes in one lead. What is wrong with it is no error: its state is then quarantined, and problems says why (all of it); warnings kept it not out. origin, campaign: rows of these tables. found_by: the rep who found it. pool: NULL for the origin''s, or the only one. customer: the key that the CRM has for it (NULL: one is made, "lead-" and its number; where a CRM is attached, let the CRM make the customer and pass its key, or rekey_customer() later); a known one registered again, and only gains what was empty, and so does who is a duplicate of a known one by duplicate_rule: warnings says of whom, and where he is. Needs the access of an agent, who names himself as found_by only. Errors: 42501, 42704 an agent''s found_by is no rep, 22023 more than one tenant.';

CREATE FUNCTION highseas.stage_leads(tenant_id bigint, batch text, rows jsonb, query text, defaults jsonb) RETURNS bigint
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    staged bigint;
BEGIN
    INSERT INTO highseas.lead (tenant_id, batch, row_hash, fields, received_at, actor)
    SELECT stage_leads.tenant_id, stage_leads.batch, r.hash || CASE r.times WHEN 1 THEN '' ELSE ':' || r.times END,
           CASE WHEN r.times > 1 THEN '{}' WHEN jsonb_typeof(r.value) = 'object' THEN defaults || jsonb_strip_nulls(r.value) ELSE r.value END,
           highseas.clock(), highseas.actor()
    FROM (SELECT h.value, h.n, h.hash, row_number() OVER (PARTITION BY h.hash ORDER BY h.n) AS times
          FROM (SELECT x.value, x.n, md5(x.value::text) AS hash
                FROM (SELECT e.value, e.n FROM jsonb_array_elements(rows) WITH ORDINALITY e(value, n)
                      UNION ALL
                      SELECT f.row[1]::jsonb, f.n
                      FROM highseas.fetch_rows(query, highseas.actor(), '{row}') WITH ORDINALITY f(row, n)) x) h) r
    ORDER BY r.n
    ON CONFLICT (tenant_id, batch, row_hash) WHERE row_hash IS NOT NULL DO NOTHING;
    GET DIAGNOSTICS staged = ROW_COUNT;
    UPDATE highseas.lead l
    SET state = 'repeated', repeats = f.lead_id, problems = ARRAY[format('repeated: exactly like lead %s', f.lead_id)], decided_at = l.received_at
    FROM highseas.lead f
    WHERE l.tenant_id = stage_leads.tenant_id AND l.batch = stage_leads.batch AND l.state = 'waiting' AND l.row_hash LIKE '%:%'
      AND f.tenant_id = l.tenant_id AND f.batch = l.batch AND f.row_hash = split_part(l.row_hash, ':', 1);
    RETURN staged;
END
$$;
COMMENT ON FUNCTION highseas.stage_leads(bigint, text, jsonb, text, jsonb) IS
'Stages the elements of rows and, as the role of the caller, the rows of query (one column "row" with JSON); either may be NULL. Returns how many leads that made, those that are repeated among them.';

CREATE FUNCTION highseas_api.intake_rows(
    batch text, rows jsonb, defaults jsonb DEFAULT '{}', tenant text DEFAULT NULL, OUT staged bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
BEGIN
    PERFORM highseas.require_key('batch', batch);
    IF rows IS NULL OR defaults IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'rows and defaults must not be null', DETAIL = 'Nothing was changed.';
    ELSIF jsonb_typeof(rows) <> 'array' OR jsonb_typeof(defaults) <> 'object' THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'rows must be an array of objects and defaults an object',
            HINT = 'SELECT highseas_api.intake_rows(''fair 2026'', jsonb_agg(to_jsonb(r))) FROM list r; for a long list intake_query().';
    END IF;
    staged := highseas.stage_leads(t, batch, rows, NULL, defaults);
END
$$;
COMMENT ON FUNCTION highseas_api.intake_rows(text, jsonb, jsonb, text) IS
'Stages a list of leads for take_leads(): an array of objects with the fields of lead_fields(), from a table or query of the caller''s by jsonb_agg(to_jsonb(r)); a long list is staged by intake_query(). defaults: fields for rows that do not have them, as {"origin": "fair", "campaign": "Canton 2026"}. batch: the list''s name. Returns how many rows it staged: a call with the same rows again stages nothing, so it may be repeated; a row that the list has exactly alike before is kept as repeated, of that lead. Whatever the rows hold, nothing of it is an error. highseas.lead_batch says what became of them. Needs the access of a manager. Errors: 22004, 22023 no array, 42501, 42704.';

CREATE FUNCTION highseas_api.intake_query(
    batch text, query text, defaults jsonb DEFAULT '{}', tenant text DEFAULT NULL, OUT staged bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
BEGIN
    PERFORM highseas.require_key('batch', batch);
    IF query IS NULL OR defaults IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'query and defaults must not be null', DETAIL = 'Nothing was changed.';
    ELSIF jsonb_typeof(defaults) <> 'object' THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'defaults must be an object', DETAIL = 'Nothing was changed.',
            HINT = 'CALL highseas.intake_query(''fair 2026'', ''TABLE public.list'', ''{"origin": "fair"}'');';
    ELSIF highseas.caller_has(NULL) THEN
        RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'a superuser''s query is not run', DETAIL = 'Nothing was changed.',
            HINT = 'SET ROLE to one with the access of a manager that may read the table; or use intake_rows().';
    END IF;
    staged := highseas.stage_leads(
        t, batch, NULL, format('SELECT to_jsonb(q) AS row FROM (%s%s) q', regexp_replace(query, '[;[:space:]]+$', ''), E'\n'), defaults);
END
$$;
COMMENT ON FUNCTION highseas_api.intake_query(text, text, jsonb, text) IS
'Stages a list of leads for take_leads(), as intake_rows() does, from a table or query of any length: TABLE public.list, or one SELECT, whose columns are named as in lead_fields(). It is read once, by the rights of the caller, read only, with pg_catalog alone in the path: names of tables need their schema. All of the list is staged, or nothing; take_leads() then takes it in, batch by batch. Needs the access of a manager, and the query''s own privileges. Errors: as in intake_rows(), 42501 the caller is a superuser, 25006 the query writes, and those of the query.';

CREATE FUNCTION highseas.require_lead(tenant_id bigint, lead bigint) RETURNS highseas.lead
LANGUAGE plpgsql
AS $$
DECLARE
    l highseas.lead;
BEGIN
    SELECT x.* INTO l FROM highseas.lead x
    WHERE x.tenant_id = require_lead.tenant_id AND x.lead_id = lead
      AND (x.actor = highseas.actor() OR highseas.has_access(require_lead.tenant_id, 'manager')) FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('lead %s does not exist', coalesce(lead::text, 'NULL')),
            DETAIL = 'There is none of this number that you may change.', HINT = 'highseas.quarantine lists those that wait to be corrected.';
    ELSIF l.state NOT IN ('waiting', 'quarantined') THEN
        RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('lead %s is %s', lead, l.state),
            DETAIL = 'Only what waits, or is in quarantine, can be changed.', HINT = 'A customer is changed where it comes from.';
    END IF;
    RETURN l;
END
$$;
COMMENT ON FUNCTION highseas.require_lead(bigint, bigint) IS
'Locks an open lead that the caller sent, or any for a manager. Errors: 42704 there is none, 55000 it is taken or discarded.';

CREATE FUNCTION highseas_api.correct_lead(
    lead bigint, fields jsonb, tenant text DEFAULT NULL, OUT state text, OUT customer_key text, OUT problems text, OUT warnings text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'agent');
    l highseas.lead;
BEGIN
    IF jsonb_typeof(fields) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'fields must be an object', DETAIL = 'Nothing was changed.',
            HINT = 'For example {"email": "a@example.com", "fax": null}.';
    END IF;
    PERFORM highseas.require_finder(t, fields ->> 'found_by');
    l := highseas.require_lead(t, lead);
    UPDATE highseas.lead x
    SET given = coalesce(x.given, x.fields), state = 'waiting', problems = '{}',
        fields = jsonb_strip_nulls(CASE WHEN jsonb_typeof(x.fields) = 'object' THEN x.fields ELSE '{}' END || correct_lead.fields)
    WHERE x.tenant_id = t AND x.lead_id = lead;
    PERFORM highseas.take_these_leads(t, ARRAY[lead], true);
    SELECT x.state, x.customer_key, nullif(array_to_string(x.problems, '; '), ''), nullif(array_to_string(x.warnings, '; '), '')
    INTO correct_lead.state, correct_lead.customer_key, correct_lead.problems, correct_lead.warnings
    FROM highseas.lead x WHERE x.tenant_id = t AND x.lead_id = lead;
END
$$;
COMMENT ON FUNCTION highseas_api.correct_lead(bigint, jsonb, text) IS
'Corrects fields of a lead in quarantine (null takes one away) and tries it again at once; what was given first stays in given. state waiting: its rep or customer is busy, the next take_leads() takes it. Needs the access of a manager, or of the agent who sent it. Errors: 42704 no such lead, 55000 it is taken or discarded, 22023 no object, 42501.';

CREATE FUNCTION highseas_api.retry_leads(batch text DEFAULT NULL, tenant text DEFAULT NULL, OUT leads bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
BEGIN
    UPDATE highseas.lead l SET state = 'waiting', problems = '{}'
    WHERE l.tenant_id = t AND l.lead_id = ANY (ARRAY(
        SELECT x.lead_id FROM highseas.lead x
        WHERE x.tenant_id = t AND x.state = 'quarantined' AND (retry_leads.batch IS NULL OR x.batch = retry_leads.batch)
        ORDER BY x.lead_id FOR NO KEY UPDATE SKIP LOCKED));
    GET DIAGNOSTICS leads = ROW_COUNT;
END
$$;
COMMENT ON FUNCTION highseas_api.retry_leads(text, text) IS
'After a rule, an origin, a rep changed: puts what is in quarantine (of a batch, NULL: all) back to those that take_leads() takes in next, and returns how many. Needs the access of a manager. Errors: 42501, 42704, 22023 more than one tenant.';

CREATE FUNCTION highseas_api.discard_lead(lead bigint, note text, tenant text DEFAULT NULL, OUT state text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'agent');
    l highseas.lead;
BEGIN
    IF coalesce(btrim(note), '') = '' THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'note must say why the lead is discarded', DETAIL = 'Nothing was changed.';
    END IF;
    l := highseas.require_lead(t, lead);
    UPDATE highseas.lead x SET state = 'discarded', note = discard_lead.note, decided_at = highseas.clock()
    WHERE x.tenant_id = t AND x.lead_id = lead
    RETURNING x.state INTO discard_lead.state;
END
$$;
COMMENT ON FUNCTION highseas_api.discard_lead(bigint, text, text) IS
'A lead that nothing can be made of leaves the quarantine; it stays in highseas.lead, with the note. Needs the access of a manager, or of the agent who sent it. Errors: 22023 without a note, 42704 no such lead, 55000 it is taken or discarded, 42501.';

-- What people look at -----------------------------------------------------------------------

CREATE FUNCTION highseas.lead_contents(tenant_id bigint, lead bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp COST 1000
RETURN (SELECT l.fields FROM highseas.lead l
        WHERE l.tenant_id = lead_contents.tenant_id AND l.lead_id = lead_contents.lead
          AND (highseas.has_access(lead_contents.tenant_id, 'manager')
               OR l.actor = highseas.actor() AND highseas.has_access(lead_contents.tenant_id, 'agent')));
COMMENT ON FUNCTION highseas.lead_contents(bigint, bigint) IS 'What a lead told: for managers, and for the agent who sent it; else NULL';

CREATE VIEW highseas.quarantine WITH (security_invoker) AS
SELECT l.lead_id, l.batch, l.received_at, l.actor, l.problems, l.warnings, highseas.lead_contents(l.tenant_id, l.lead_id) AS fields
FROM highseas.lead l
WHERE l.tenant_id = (SELECT highseas.current_tenant()) AND l.state = 'quarantined'
ORDER BY l.lead_id;
COMMENT ON VIEW highseas.quarantine IS
'Leads that did not go in, and all that is wrong with each. fields: for managers, and for the agent who sent it. correct_lead(), retry_leads() and discard_lead() take them out.';

CREATE VIEW highseas.lead_stage WITH (security_invoker) AS
SELECT l.lead_id, l.batch, l.received_at, coalesce(l.origin, w.origin) AS origin, coalesce(l.campaign, w.campaign) AS campaign,
       coalesce(l.found_by, w.found_by) AS found_by, l.state, l.repeats, l.customer_key, l.is_first,
       CASE WHEN l.state <> 'taken' THEN NULL WHEN o.ordered_at IS NOT NULL THEN 'developed'
            WHEN q.is_qualified OR h.claimed_at IS NOT NULL THEN 'selected' ELSE 'identified' END AS stage,
       coalesce(q.is_qualified, false) AS is_qualified, h.claimed_at, o.ordered_at, v.actual_value, v.potential_value
FROM highseas.lead l
LEFT JOIN highseas.lead w ON w.tenant_id = l.tenant_id AND w.lead_id = l.repeats
LEFT JOIN LATERAL (SELECT x.is_qualified FROM highseas.profile_quality x
                   WHERE x.tenant_id = l.tenant_id AND x.customer_key = l.customer_key OFFSET 0) q ON true
LEFT JOIN LATERAL (SELECT min(x.started_at) AS claimed_at FROM highseas.holding x
                   WHERE x.tenant_id = l.tenant_id AND x.customer_key = l.customer_key AND x.started_at >= l.received_at) h ON true
LEFT JOIN LATERAL (SELECT min(x.ordered_at) AS ordered_at FROM highseas.purchase x
                   WHERE x.tenant_id = l.tenant_id AND x.customer_key = l.customer_key AND x.amount > 0
                     AND x.ordered_at >= l.received_at) o ON true
LEFT JOIN highseas.customer_value v ON v.tenant_id = l.tenant_id AND v.customer_key = l.customer_key
WHERE l.tenant_id = (SELECT highseas.current_tenant());
COMMENT ON VIEW highseas.lead_stage IS
'How far each lead has come: identified (it is a customer), selected (qualified, by check_profiles() and screen_rule, or a rep took it), developed (it ordered since); a repeated one goes by origin, campaign and finder of the lead that it repeats. actual_value and potential_value are as of the last refresh_value().';

CREATE VIEW highseas.lead_funnel WITH (security_invoker) AS
SELECT coalesce(s.origin, k.origin) AS origin, coalesce(s.campaign, k.campaign) AS campaign,
       coalesce(s.leads, 0) AS leads, coalesce(s.waiting, 0) AS waiting, coalesce(s.quarantined, 0) AS quarantined,
       coalesce(s.discarded, 0) AS discarded, coalesce(s.repeated, 0) AS repeated, coalesce(s.again, 0) AS again,
       coalesce(s.customers, 0) AS customers,
       coalesce(s.identified, 0) AS identified, coalesce(s.selected, 0) AS selected, coalesce(s.developed, 0) AS developed,
       coalesce(s.qualified, 0) AS qualified, coalesce(s.claimed, 0) AS claimed,
       coalesce(s.ordered, 0) AS ordered, s.value, m.cost, s.value / nullif(s.leads, 0) AS value_per_lead, s.value / nullif(m.cost, 0) AS value_per_cost
FROM (SELECT l.origin, l.campaign, count(*) AS leads, count(*) FILTER (WHERE l.state = 'waiting') AS waiting,
             count(*) FILTER (WHERE l.state = 'quarantined') AS quarantined, count(*) FILTER (WHERE l.state = 'discarded') AS discarded,
             count(*) FILTER (WHERE l.state = 'repeated') AS repeated,
             count(*) FILTER (WHERE NOT l.is_first) AS again, count(*) FILTER (WHERE l.is_first) AS customers,
             count(*) FILTER (WHERE l.is_first AND l.stage = 'identified') AS identified,
             count(*) FILTER (WHERE l.is_first AND l.stage = 'selected') AS selected,
             count(*) FILTER (WHERE l.is_first AND l.stage = 'developed') AS developed,
             count(*) FILTER (WHERE l.is_first AND l.is_qualified) AS qualified,
             count(*) FILTER (WHERE l.is_first AND l.claimed_at IS NOT NULL) AS claimed,
             count(*) FILTER (WHERE l.is_first AND l.ordered_at IS NOT NULL) AS ordered,
             sum(l.actual_value) FILTER (WHERE l.is_first) AS value
      FROM highseas.lead_stage l GROUP BY l.origin, l.campaign) s
FULL JOIN (SELECT x.* FROM highseas.campaign x WHERE x.tenant_id = (SELECT highseas.current_tenant())) k ON k.campaign = s.campaign
LEFT JOIN highseas.origin o ON o.tenant_id = (SELECT highseas.current_tenant()) AND o.origin = coalesce(s.origin, k.origin)
CROSS JOIN LATERAL (SELECT coalesce(s.leads * o.cost_per_lead, 0) + coalesce(k.cost, 0) AS cost) m
ORDER BY 1, 2;
COMMENT ON VIEW highseas.lead_funnel IS
'By origin and campaign: leads that came in: those that wait, are in quarantine, were discarded, repeat a row of their list, are of customers already known (again), and the new customers; of these how many stand at each stage of lead_stage now (identified, selected, developed: together all of them), who are qualified, were claimed, ordered, what they are worth (actual_value), what the leads cost, and the value for each lead and each unit of cost';

CREATE VIEW highseas.origin_funnel WITH (security_invoker) AS
SELECT f.origin, sum(f.leads)::bigint AS leads, sum(f.customers)::bigint AS customers,
       sum(f.identified)::bigint AS identified, sum(f.selected)::bigint AS selected, sum(f.developed)::bigint AS developed,
       sum(f.qualified)::bigint AS qualified, sum(f.claimed)::bigint AS claimed, sum(f.ordered)::bigint AS ordered,
       sum(f.value) AS value, sum(f.cost) AS cost,
       sum(f.value) / nullif(sum(f.leads), 0)::double precision AS value_per_lead, sum(f.value) / nullif(sum(f.cost), 0)::double precision AS value_per_cost
FROM highseas.lead_funnel f
GROUP BY f.origin
ORDER BY f.origin;
COMMENT ON VIEW highseas.origin_funnel IS 'lead_funnel with the campaigns of an origin together: how its leads come through the stages, and what they bring for what they cost';

CREATE VIEW highseas.lead_batch WITH (security_invoker) AS
SELECT l.batch, min(l.received_at) AS received_at, count(*) AS rows, count(*) FILTER (WHERE l.state = 'waiting') AS waiting,
       count(*) FILTER (WHERE l.state = 'quarantined') AS quarantined, count(*) FILTER (WHERE l.state = 'discarded') AS discarded,
       count(*) FILTER (WHERE l.state = 'repeated') AS repeated, count(*) FILTER (WHERE NOT l.is_first) AS again,
       count(*) FILTER (WHERE l.is_first) AS customers, count(*) FILTER (WHERE l.warnings <> '{}') AS warned
FROM highseas.lead l
WHERE l.tenant_id = (SELECT highseas.current_tenant()) AND l.batch <> ''
GROUP BY l.batch
ORDER BY l.batch;
COMMENT ON VIEW highseas.lead_batch IS
'What became of each list: its rows, which are those that wait, are in quarantine, were discarded, repeat a row before them, are of customers already known (again), and the new customers; warned: how many have warnings. Row by row: highseas.lead.';
