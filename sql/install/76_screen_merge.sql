-- What a merge will do, what it did, and the way back.

-- A merge is in force while nobody has the merged one's key: what the CRM says of him, it says of the survivor.
CREATE FUNCTION highseas.survivor_of(tenant_id bigint, customer_key text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT r.into_customer FROM highseas.merge_record r
    WHERE r.tenant_id = survivor_of.tenant_id AND r.customer_key = survivor_of.customer_key
      AND NOT EXISTS (SELECT FROM highseas.customer c WHERE c.tenant_id = r.tenant_id AND c.customer_key = r.customer_key);
END;
COMMENT ON FUNCTION highseas.survivor_of(bigint, text) IS
'Into whom a customer is merged, at the end of the chain; NULL for who is not, or whose key somebody has again';

CREATE FUNCTION highseas.merged_keys(tenant_id bigint, page jsonb) RETURNS text[]
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM highseas.merge_record r WHERE r.tenant_id = merged_keys.tenant_id) THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(SELECT DISTINCT x.customer_key FROM jsonb_to_recordset(page) x(customer_key text)
                 WHERE highseas.survivor_of(merged_keys.tenant_id, x.customer_key) IS NOT NULL);
END
$$;
COMMENT ON FUNCTION highseas.merged_keys(bigint, jsonb) IS 'The customers of a page (customer_key) who are merged into others';

CREATE FUNCTION highseas.as_survivors(tenant_id bigint, page jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    merged text[] := highseas.merged_keys(tenant_id, page);
BEGIN
    IF merged = '{}' THEN
        RETURN page;
    END IF;
    RETURN (SELECT jsonb_agg(r || coalesce(s.changed, '{}') ORDER BY n)
            FROM jsonb_array_elements(page) WITH ORDINALITY x(r, n)
            LEFT JOIN (SELECT m.key, jsonb_build_object('customer_key', highseas.survivor_of(as_survivors.tenant_id, m.key), 'merged_key', m.key) AS changed
                       FROM unnest(merged) m(key)) s ON s.key = r ->> 'customer_key');
END
$$;
COMMENT ON FUNCTION highseas.as_survivors(bigint, jsonb) IS
'A page of orders or activities in which the customer_key of who is merged is the survivor''s; his own is merged_key then';

-- The profile of who came in as a lead is ours, and gains from the merged one's; an attachment's is the CRM's, whose next
-- row would take it away again.
CREATE FUNCTION highseas.profile_is_fed(tenant_id bigint, customer_key text) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM highseas.profile f
        JOIN highseas.attachment a ON a.tenant_id = f.tenant_id AND a.attachment = f.attachment AND a.kind = 'customers'
        WHERE f.tenant_id = profile_is_fed.tenant_id AND f.customer_key = profile_is_fed.customer_key);
END;
COMMENT ON FUNCTION highseas.profile_is_fed(bigint, text) IS 'Whether an attachment brings a customer''s profile';

CREATE FUNCTION highseas.profile_lacks(tenant_id bigint, customer_key text, other text) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(jsonb_object_agg(x.key, x.value), '{}')
    FROM highseas.profile f
    JOIN highseas.profile g ON g.tenant_id = f.tenant_id AND g.customer_key = other
    CROSS JOIN LATERAL (
        SELECT p.key, p.value FROM jsonb_each(to_jsonb(g)) p
        WHERE p.key IN ('name', 'company', 'contact', 'position', 'email', 'phone', 'mobile', 'fax', 'address', 'city', 'country',
                        'website', 'source', 'main_products', 'registered_at')
          AND p.value #>> '{}' <> '' AND coalesce(to_jsonb(f) ->> p.key, '') = ''
        UNION ALL
        SELECT 'attributes', jsonb_object_agg(p.key, p.value) FROM jsonb_each(g.attributes) p
        WHERE NOT f.attributes ? p.key HAVING count(*) > 0) x
    WHERE f.tenant_id = profile_lacks.tenant_id AND f.customer_key = profile_lacks.customer_key;
END;
COMMENT ON FUNCTION highseas.profile_lacks(bigint, text, text) IS
'What a customer''s profile lacks and another one''s has, as an object of fields; of attributes those that it lacks';

CREATE FUNCTION highseas.set_profile(tenant_id bigint, customer_key text, fields jsonb, now timestamptz) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    UPDATE highseas.profile f
    SET (name, company, contact, position, email, phone, mobile, fax, address, city, country, website, source, main_products, registered_at, attributes)
        = (SELECT y.name, y.company, y.contact, y.position, y.email, y.phone, y.mobile, y.fax, y.address, y.city, y.country, y.website, y.source, y.main_products, y.registered_at, y.attributes
           FROM jsonb_populate_record(f, fields) y),
        changed_at = set_profile.now
    WHERE f.tenant_id = set_profile.tenant_id AND f.customer_key = set_profile.customer_key AND fields <> '{}';
END;
COMMENT ON FUNCTION highseas.set_profile(bigint, text, jsonb, timestamptz) IS 'Writes these fields of a profile';

CREATE FUNCTION highseas.fill_profile(tenant_id bigint, customer_key text, fields jsonb, now timestamptz) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    SELECT highseas.set_profile(f.tenant_id, f.customer_key,
                                fields || CASE WHEN fields ? 'attributes' THEN jsonb_build_object('attributes', fields -> 'attributes' || f.attributes)
                                               ELSE '{}' END, fill_profile.now)
    FROM highseas.profile f WHERE f.tenant_id = fill_profile.tenant_id AND f.customer_key = fill_profile.customer_key;
END;
COMMENT ON FUNCTION highseas.fill_profile(bigint, text, jsonb, timestamptz) IS 'Writes what profile_lacks() found into the profile';

CREATE FUNCTION highseas.empty_profile(tenant_id bigint, customer_key text, fields jsonb, now timestamptz) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    SELECT highseas.set_profile(f.tenant_id, f.customer_key, coalesce(
        (SELECT jsonb_object_agg(p.key, CASE p.key
             WHEN 'attributes' THEN f.attributes - ARRAY(SELECT q.key FROM jsonb_each(p.value) q WHERE f.attributes -> q.key = q.value)
             ELSE 'null' END)
         FROM jsonb_each(fields) p WHERE p.key = 'attributes' OR to_jsonb(f) -> p.key = p.value), '{}'), empty_profile.now)
    FROM highseas.profile f WHERE f.tenant_id = empty_profile.tenant_id AND f.customer_key = empty_profile.customer_key;
END;
COMMENT ON FUNCTION highseas.empty_profile(bigint, text, jsonb, timestamptz) IS
'Takes what fill_profile() wrote out of the profile again, but for what was changed since';

CREATE FUNCTION highseas.keep_merge_record(
    tenant_id bigint, merged text, into_customer text, now timestamptz, reason text, row_before jsonb, filled jsonb) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    DELETE FROM highseas.merge_record r
    WHERE r.tenant_id = keep_merge_record.tenant_id
      AND (r.customer_key = merged OR r.into_customer = merged AND r.customer_key = keep_merge_record.into_customer);
    INSERT INTO highseas.merge_record (tenant_id, customer_key, into_customer, merged_at, actor, reason, row_before, moved, profile)
    SELECT keep_merge_record.tenant_id, merged, keep_merge_record.into_customer, now, highseas.actor(), keep_merge_record.reason, keep_merge_record.row_before,
        jsonb_build_object(
            'filled', filled,
            'merged', (SELECT jsonb_agg(x.customer_key) FROM highseas.merge_record x WHERE x.tenant_id = keep_merge_record.tenant_id AND x.into_customer = merged),
            'holdings', (SELECT jsonb_agg(x.holding_id) FROM highseas.holding x WHERE x.tenant_id = keep_merge_record.tenant_id AND x.customer_key = merged),
            'follow-ups', (SELECT jsonb_agg(x.follow_up_id) FROM highseas.follow_up x WHERE x.tenant_id = keep_merge_record.tenant_id AND x.customer_key = merged),
            'events', (SELECT jsonb_agg(x.event_id) FROM highseas.customer_event x WHERE x.tenant_id = keep_merge_record.tenant_id AND x.customer_key = merged),
            'notices', (SELECT jsonb_agg(x.notice_id) FROM highseas.notice x WHERE x.tenant_id = keep_merge_record.tenant_id AND x.customer_key = merged),
            'extensions', (SELECT jsonb_agg(x.extension_id) FROM highseas.extension x WHERE x.tenant_id = keep_merge_record.tenant_id AND x.customer_key = merged),
            'leads', (SELECT jsonb_agg(x.lead_id) FROM highseas.lead x WHERE x.tenant_id = keep_merge_record.tenant_id AND x.customer_key = merged),
            'first lead', (SELECT min(x.lead_id) FROM highseas.lead x WHERE x.tenant_id = keep_merge_record.tenant_id AND x.customer_key = merged AND x.is_first),
            'orders', (SELECT jsonb_agg(to_jsonb(x)) FROM highseas.purchase x WHERE x.tenant_id = keep_merge_record.tenant_id AND x.customer_key = merged),
            'shared orders', (SELECT jsonb_agg(to_jsonb(x)) FROM highseas.purchase x
                JOIN highseas.purchase y ON y.tenant_id = x.tenant_id AND y.customer_key = keep_merge_record.into_customer
                     AND y.order_key = x.order_key AND y.attachment = x.attachment
                WHERE x.tenant_id = keep_merge_record.tenant_id AND x.customer_key = merged),
            'decisions', (SELECT jsonb_agg(to_jsonb(x)) FROM highseas.not_duplicate x
                WHERE x.tenant_id = keep_merge_record.tenant_id AND merged IN (x.customer_key, x.other_customer)),
            'intent', (SELECT to_jsonb(x) FROM highseas.customer_intent x WHERE x.tenant_id = keep_merge_record.tenant_id AND x.customer_key = merged)),
        (SELECT to_jsonb(f) FROM highseas.profile f WHERE f.tenant_id = keep_merge_record.tenant_id AND f.customer_key = merged);
    -- Whom the merged one took in before is the survivor's now.
    UPDATE highseas.merge_record r SET into_customer = keep_merge_record.into_customer
    WHERE r.tenant_id = keep_merge_record.tenant_id AND r.into_customer = merged;
END;
COMMENT ON FUNCTION highseas.keep_merge_record(bigint, text, text, timestamptz, text, jsonb, jsonb) IS
'Writes down what merge_customer() is about to move, and to fill the survivor''s profile with, for unmerge_customer()';

CREATE FUNCTION highseas.move_duplicates(tenant_id bigint, from_key text, to_key text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE highseas.merge_record r SET into_customer = to_key
    WHERE r.tenant_id = move_duplicates.tenant_id AND r.into_customer = from_key AND r.customer_key <> to_key;
    -- Renamed to the key of one whom he took in: he is that one now.
    DELETE FROM highseas.merge_record r
    WHERE r.tenant_id = move_duplicates.tenant_id AND r.into_customer = from_key AND r.customer_key = to_key;
    -- Of two that are one customer there is nothing left to decide.
    INSERT INTO highseas.not_duplicate (tenant_id, customer_key, other_customer, decided_at, decided_by, reason)
    SELECT n.tenant_id, least(to_key COLLATE "C", o.other), greatest(to_key COLLATE "C", o.other), n.decided_at, n.decided_by, n.reason
    FROM highseas.not_duplicate n
    CROSS JOIN LATERAL (SELECT CASE n.customer_key WHEN from_key THEN n.other_customer ELSE n.customer_key END AS other) o
    WHERE n.tenant_id = move_duplicates.tenant_id AND from_key IN (n.customer_key, n.other_customer) AND o.other <> to_key
    ON CONFLICT DO NOTHING;
    DELETE FROM highseas.not_duplicate n WHERE n.tenant_id = move_duplicates.tenant_id AND from_key IN (n.customer_key, n.other_customer);
    DELETE FROM highseas.duplicate_finding d WHERE d.tenant_id = move_duplicates.tenant_id AND from_key IN (d.customer_key, d.other_customer);
    PERFORM highseas.forget_duplicate_keys(tenant_id, ARRAY[from_key]);
    PERFORM FROM highseas.write_duplicate_keys(tenant_id, ARRAY[to_key]);
END
$$;
COMMENT ON FUNCTION highseas.move_duplicates(bigint, text, text) IS
'Puts what screening knows of a customer under another key: his keys and terms, the decisions that he is not somebody else. After everything else is locked.';

CREATE FUNCTION highseas.merge_preview(customer text, into_customer text, tenant text DEFAULT NULL)
RETURNS TABLE (item text, merged text, survivor text, result text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
    gone highseas.customer;
    kept highseas.customer;
    after highseas.customer;
    ends boolean;
    now timestamptz := highseas.clock();
    lacks jsonb := highseas.profile_lacks(t, into_customer, customer);
    fed boolean := highseas.profile_is_fed(t, into_customer);
BEGIN
    PERFORM highseas.require_key('customer', customer);
    PERFORM highseas.require_key('into_customer', into_customer);
    IF customer = into_customer THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'a customer cannot be merged into itself', HINT = 'Name two customers.';
    END IF;
    SELECT x.* INTO gone FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key = customer;
    SELECT x.* INTO kept FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key = into_customer;
    PERFORM highseas.require_customer(gone, customer);
    PERFORM highseas.require_customer(kept, into_customer);
    after := gone;
    ends := highseas.merge_ends_spell(gone, kept);
    IF ends THEN
        after.holder := NULL;
        after.state := 'free';
    END IF;
    after := highseas.merge_outcome(after, kept);
    -- As move_history() has it: the last intent learned stands, and the kind of who is classed.
    SELECT i.intent, highseas.sleeps_until(i.intent, i.expected_on, z.time_zone) INTO after.intent, after.asleep_until
    FROM highseas.tenant z
    LEFT JOIN LATERAL (SELECT x.* FROM highseas.customer_intent x
                       WHERE x.tenant_id = t AND x.customer_key IN (customer, into_customer)
                       ORDER BY x.at DESC, x.customer_key = into_customer DESC LIMIT 1) i ON true
    WHERE z.tenant_id = t;
    IF NOT EXISTS (SELECT FROM highseas.customer_class k WHERE k.tenant_id = t AND k.customer_key = into_customer) THEN
        after.kind := gone.kind;
    END IF;
    SELECT d.due_at INTO after.due_at
    FROM highseas.tenant z
    LEFT JOIN LATERAL highseas.due_of(
        t, after.holder, after.pool_key, after.class, after.kind, after.held_since, after.last_follow_up_at, after.last_order_at,
        after.extended_until, after.protected_until, after.deal, after.intent, after.asleep_until,
        least(after.due_at, highseas.shift(now, z.grace, z.time_zone)), now) d ON after.holder IS NOT NULL
    WHERE z.tenant_id = t;
    RETURN QUERY
    SELECT v.item, v.merged, v.survivor, v.result
    FROM (VALUES
        (1, 'state', gone.state, kept.state, after.state),
        (2, 'holder', gone.holder, kept.holder, after.holder),
        (3, 'pool', gone.pool_key, kept.pool_key, after.pool_key),
        (4, 'deal', gone.deal, kept.deal, after.deal),
        (5, 'held since', gone.held_since::text, kept.held_since::text, after.held_since::text),
        (6, 'protected until', gone.protected_until::text, kept.protected_until::text, after.protected_until::text),
        (7, 'due', gone.due_at::text, kept.due_at::text, after.due_at::text),
        (8, 'class', gone.class, kept.class, after.class),
        (9, 'spell of the merged one', gone.holder, NULL, CASE WHEN ends THEN 'ends' ELSE 'goes on' END)) v(n, item, merged, survivor, result)
    WHERE CASE v.n WHEN 9 THEN gone.holder IS NOT NULL ELSE (v.merged, v.survivor) IS DISTINCT FROM (v.result, v.result) END
    ORDER BY v.n;
    RETURN QUERY
    SELECT 'attachment', f.attachment, g.attachment, 'the CRM may keep him: his orders and follow-ups there are the survivor''s, his row is passed over'
    FROM highseas.profile f
    JOIN highseas.attachment a ON a.tenant_id = t AND a.attachment = f.attachment AND a.kind = 'customers'
    LEFT JOIN highseas.profile g ON g.tenant_id = t AND g.customer_key = into_customer
    WHERE f.tenant_id = t AND f.customer_key = customer;
    RETURN QUERY
    SELECT 'profile', NULL::text, g.attachment, 'it is the CRM''s: what it lacks is filled there only'
    FROM highseas.profile g WHERE g.tenant_id = t AND g.customer_key = into_customer AND fed AND lacks <> '{}';
    RETURN QUERY
    SELECT p.key, p.value, q.value,
           CASE WHEN fed OR NOT lacks ? p.key THEN q.value
                WHEN p.key = 'attributes' THEN (lacks -> 'attributes' || q.value::jsonb)::text
                ELSE lacks ->> p.key END
    FROM highseas.profile f
    CROSS JOIN LATERAL json_each_text(row_to_json(f)) WITH ORDINALITY p(key, value, n)
    LEFT JOIN highseas.profile g ON g.tenant_id = t AND g.customer_key = into_customer
    LEFT JOIN LATERAL json_each_text(row_to_json(g)) q(key, value) ON q.key = p.key
    WHERE f.tenant_id = t AND f.customer_key = customer AND p.value IS DISTINCT FROM q.value
      AND p.key NOT IN ('tenant_id', 'customer_key', 'attachment', 'crm_owner', 'agreed_owner', 'changed_at')
    ORDER BY p.n;
    RETURN QUERY
    SELECT c.item, c.merged::text, c.survivor::text, (c.merged + c.survivor - c.shared)::text
    FROM (
        SELECT 1 AS n, 'orders' AS item, count(*) FILTER (WHERE p.customer_key = customer) AS merged,
               count(*) FILTER (WHERE p.customer_key = into_customer) AS survivor, count(*) - count(DISTINCT (p.order_key, p.attachment)) AS shared
        FROM highseas.purchase p WHERE p.tenant_id = t AND p.customer_key IN (customer, into_customer)
        UNION ALL
        SELECT 2, 'holdings', count(*) FILTER (WHERE p.customer_key = customer), count(*) FILTER (WHERE p.customer_key = into_customer), 0
        FROM highseas.holding p WHERE p.tenant_id = t AND p.customer_key IN (customer, into_customer)
        UNION ALL
        SELECT 3, 'follow-ups', count(*) FILTER (WHERE p.customer_key = customer), count(*) FILTER (WHERE p.customer_key = into_customer), 0
        FROM highseas.follow_up p WHERE p.tenant_id = t AND p.customer_key IN (customer, into_customer)
        UNION ALL
        SELECT 4, 'leads', count(*) FILTER (WHERE p.customer_key = customer), count(*) FILTER (WHERE p.customer_key = into_customer), 0
        FROM highseas.lead p WHERE p.tenant_id = t AND p.customer_key IN (customer, into_customer)) c
    ORDER BY c.n;
END
$$;
COMMENT ON FUNCTION highseas.merge_preview(text, text, text) IS
'What merge_customer(customer, into_customer) would do, and changes nothing: whose holder, state, due date and class stay, the fields of the profile that differ (the survivor''s stand, and what it lacks is filled from the merged one''s, unless an attachment brings the survivor), how many orders, holdings, follow-ups and leads each has and will have; and where an attachment brings the merged one, what becomes of his rows in the CRM. For managers, who see contact fields. Errors: 42704, 22023, 22004, 42501.';

CREATE FUNCTION highseas_api.unmerge_customer(
    customer text, reason text DEFAULT NULL, tenant text DEFAULT NULL, OUT customer_key text, OUT survivor text, OUT holder text, OUT refused text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
    r highseas.merge_record;
    kept highseas.customer;
    back highseas.customer;
    now timestamptz;
    open_holding bigint;
    family text[];
    former text;
    v highseas.verdict;
BEGIN
    PERFORM highseas.require_key('customer', customer);
    SELECT x.into_customer, p.rep_key INTO survivor, former
    FROM highseas.merge_record x
    LEFT JOIN highseas.rep p ON p.tenant_id = x.tenant_id AND p.rep_key = x.row_before ->> 'holder'
    WHERE x.tenant_id = t AND x.customer_key = customer;
    IF survivor IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('customer "%s" is not merged into another one', left(customer, 100)),
            DETAIL = 'Nothing was changed.', HINT = 'highseas.merge_record lists those who are.';
    END IF;
    kept := highseas.lock_customer(t, survivor, VARIADIC array_remove(ARRAY[former], NULL));
    SELECT x.* INTO r FROM highseas.merge_record x WHERE x.tenant_id = t AND x.customer_key = customer FOR UPDATE;
    IF r.into_customer IS DISTINCT FROM survivor OR kept.customer_key IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '55P03', MESSAGE = format('customer "%s" is just being merged on, or renamed', left(survivor, 100)),
            DETAIL = 'Nothing was changed.', HINT = 'Try again.';
    ELSIF EXISTS (SELECT FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key = customer) THEN
        RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('customer "%s" exists already', left(customer, 100)),
            DETAIL = 'The key came in again since the merge, and belongs to another customer now.',
            HINT = 'CALL highseas.rekey_customer() gives that one another key.';
    END IF;
    now := highseas.act_time(t, ARRAY[kept.holder, former], ARRAY[survivor]);
    open_holding := kept.holding_id;
    back := jsonb_populate_record(NULL::highseas.customer, r.row_before);
    INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, lane, pooled_since, last_act_at, last_order_at, score,
                                   passive_returns, online, has_email, state, deal, class, region)
    SELECT t, customer, p.pool_key, highseas.lane_of(customer, p.lanes), now, now, back.last_order_at, back.score, back.passive_returns,
           back.online, back.has_email, CASE WHEN back.state = 'held' THEN 'free' ELSE back.state END, back.deal, back.class, back.region
    FROM highseas.pool p
    WHERE p.tenant_id = t AND p.pool_key = coalesce(
        (SELECT x.pool_key FROM highseas.pool x WHERE x.tenant_id = t AND x.pool_key = back.pool_key), kept.pool_key);
    INSERT INTO highseas.profile SELECT f.* FROM jsonb_populate_record(NULL::highseas.profile, r.profile) f WHERE r.profile IS NOT NULL;
    IF NOT highseas.profile_is_fed(t, survivor) THEN
        PERFORM highseas.empty_profile(t, survivor, r.moved -> 'filled', now);
    END IF;

    -- He takes along whom he had taken in.
    WITH taken AS (
        UPDATE highseas.merge_record x SET into_customer = customer
        WHERE x.tenant_id = t AND x.into_customer = survivor
          AND x.customer_key IN (SELECT j FROM jsonb_array_elements_text(nullif(r.moved -> 'merged', 'null')) j)
        RETURNING x.customer_key
    )
    SELECT array_agg(x.customer_key) || customer INTO family FROM taken x;

    -- A spell that goes on as the survivor's is his, with its extensions.
    UPDATE highseas.holding x SET customer_key = customer
    WHERE x.tenant_id = t AND x.customer_key = survivor AND x.holding_id IS DISTINCT FROM open_holding
      AND x.holding_id IN (SELECT j::bigint FROM jsonb_array_elements_text(nullif(r.moved -> 'holdings', 'null')) j);
    -- With what a sync brought since under his key in the CRM.
    UPDATE highseas.follow_up x SET customer_key = customer, merged_key = nullif(x.merged_key, customer)
    WHERE x.tenant_id = t AND x.customer_key = survivor
      AND (x.merged_key = ANY (family)
           OR x.follow_up_id IN (SELECT j::bigint FROM jsonb_array_elements_text(nullif(r.moved -> 'follow-ups', 'null')) j));
    UPDATE highseas.customer_event x SET customer_key = customer
    WHERE x.tenant_id = t AND x.customer_key = survivor
      AND x.event_id IN (SELECT j::bigint FROM jsonb_array_elements_text(nullif(r.moved -> 'events', 'null')) j);
    UPDATE highseas.notice x SET customer_key = customer
    WHERE x.tenant_id = t AND x.notice_id = ANY (ARRAY(
        SELECT y.notice_id FROM highseas.notice y
        WHERE y.tenant_id = t AND y.customer_key = survivor
          AND y.notice_id IN (SELECT j::bigint FROM jsonb_array_elements_text(nullif(r.moved -> 'notices', 'null')) j)
        ORDER BY y.notice_id FOR NO KEY UPDATE));
    UPDATE highseas.extension x SET customer_key = customer
    WHERE x.tenant_id = t AND x.customer_key = survivor AND x.holding_id IS DISTINCT FROM open_holding
      AND x.extension_id IN (SELECT j::bigint FROM jsonb_array_elements_text(nullif(r.moved -> 'extensions', 'null')) j);
    UPDATE highseas.lead x SET customer_key = customer, is_first = x.lead_id IS NOT DISTINCT FROM (r.moved ->> 'first lead')::bigint
    WHERE x.tenant_id = t AND x.customer_key = survivor
      AND x.lead_id IN (SELECT j::bigint FROM jsonb_array_elements_text(nullif(r.moved -> 'leads', 'null')) j);
    UPDATE highseas.purchase x SET customer_key = customer, merged_key = nullif(x.merged_key, customer)
    WHERE x.tenant_id = t AND x.customer_key = survivor AND x.merged_key = ANY (family);
    UPDATE highseas.purchase x SET customer_key = customer
    FROM jsonb_populate_recordset(NULL::highseas.purchase, nullif(r.moved -> 'orders', 'null')) o
    WHERE x.tenant_id = t AND x.customer_key = survivor AND x.order_key = o.order_key AND x.attachment = o.attachment
      AND NOT EXISTS (SELECT FROM jsonb_populate_recordset(NULL::highseas.purchase, nullif(r.moved -> 'shared orders', 'null')) s
                      WHERE s.order_key = o.order_key AND s.attachment = o.attachment);
    INSERT INTO highseas.purchase
    SELECT s.* FROM jsonb_populate_recordset(NULL::highseas.purchase, nullif(r.moved -> 'shared orders', 'null')) s
    ON CONFLICT DO NOTHING;
    INSERT INTO highseas.customer_intent
    SELECT i.* FROM jsonb_populate_record(NULL::highseas.customer_intent, nullif(r.moved -> 'intent', 'null')) i WHERE i.customer_key = customer
    ON CONFLICT DO NOTHING;
    UPDATE highseas.customer c SET intent = i.intent, asleep_until = highseas.sleeps_until(i.intent, i.expected_on, z.time_zone)
    FROM highseas.customer_intent i JOIN highseas.tenant z ON z.tenant_id = i.tenant_id
    WHERE i.tenant_id = t AND i.customer_key = customer AND c.tenant_id = t AND c.customer_key = customer;
    -- Who was decided not to be the merged one was decided so of him, not of the survivor.
    DELETE FROM highseas.not_duplicate n
    USING jsonb_populate_recordset(NULL::highseas.not_duplicate, nullif(r.moved -> 'decisions', 'null')) d
    CROSS JOIN LATERAL (SELECT CASE d.customer_key WHEN customer THEN d.other_customer ELSE d.customer_key END AS other) o
    WHERE n.tenant_id = t AND n.customer_key = least(survivor COLLATE "C", o.other) AND n.other_customer = greatest(survivor COLLATE "C", o.other)
      AND (n.decided_at, n.decided_by, n.reason) IS NOT DISTINCT FROM (d.decided_at, d.decided_by, d.reason);
    INSERT INTO highseas.not_duplicate
    SELECT d.* FROM jsonb_populate_recordset(NULL::highseas.not_duplicate, nullif(r.moved -> 'decisions', 'null')) d
    ON CONFLICT DO NOTHING;
    UPDATE highseas.customer c
    SET last_act_at = now,
        has_email = c.has_email AND NOT (r.moved -> 'filled' ? 'email' AND EXISTS (
            SELECT FROM highseas.profile f WHERE f.tenant_id = t AND f.customer_key = survivor AND f.email IS NULL))
    WHERE c.tenant_id = t AND c.customer_key = survivor;
    DELETE FROM highseas.merge_record x WHERE x.tenant_id = t AND x.customer_key = customer;
    -- What the CRM changed of him since was passed over: the next sync reads him, whatever his changed_at says.
    PERFORM highseas.note_problems(a, ARRAY[customer], ARRAY['it was merged into another one, and is read by the next sync'], ARRAY[true])
    FROM highseas.attachment a WHERE a.tenant_id = t AND a.attachment = r.profile ->> 'attachment' AND a.kind = 'customers';
    PERFORM highseas.orders_changed(t, ARRAY[customer, survivor]);
    PERFORM highseas.make_stale(t, ARRAY[customer, survivor]);
    PERFORM highseas.record_event(t, now, customer, 'unmerge', NULL, reason, format('was merged into %s', survivor));
    PERFORM highseas.record_event(t, now, survivor, 'unmerge', kept.holder, reason, format('gave back %s', customer));
    -- Back to his rep as a manager would assign him, within what the rep may hold.
    IF back.holder IS NOT NULL THEN
        v := highseas.check_claim(t, former, customer, now, 'assign');
        IF former IS NULL THEN
            refused := 'no such rep';
        ELSIF v.allowed THEN
            holder := former;
            PERFORM highseas.take_one(t, customer, former, 'assign', highseas.actor(), now, coalesce(reason, 'unmerged from ' || survivor), NULL);
            INSERT INTO highseas.notice (tenant_id, at, rep_key, customer_key, kind, message)
            VALUES (t, now, former, customer, 'given', format('Customer %s is yours again%s', customer, coalesce(': ' || reason, '')));
        ELSE
            refused := v.rule;
        END IF;
    END IF;
    -- The keys of the survivor first: what was the other one's is free then.
    PERFORM FROM highseas.write_duplicate_keys(t, ARRAY[survivor]);
    PERFORM FROM highseas.write_duplicate_keys(t, ARRAY[customer]);
    unmerge_customer.customer_key := customer;
END
$$;
COMMENT ON FUNCTION highseas_api.unmerge_customer(text, text, text) IS
'Takes a merge back: the merged customer is there again with his profile as it was then, held by the rep who held him (holder), if the rule of assign() lets that rep have him, else in the pool (refused: by which rule); a spell that went on stays the survivor''s. He has his holdings, follow-ups, events, notices, leads and orders back, and the decisions that he is not somebody else; what the survivor''s profile gained from his goes, unless it was changed. With them comes what a sync brought since under his key in the CRM; what else happened since the merge stays the survivor''s, and so do the class, the deal and the embargo that the merge gave him. Errors: 42704 he was not merged, 23505 his key is taken again, 55P03, 42501, 22004.';
