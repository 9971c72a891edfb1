-- What a page of rows brings, set-based. The keys of a page are sound and each comes once. Each function returns the
-- rows that it left out, or could not take whole. Who is locked by somebody else is left out and read again by the
-- next run: one busy customer holds up no page.
-- LATERAL ... OFFSET 0 is one index lookup a row, and what is locked is updated by its place: tables that are just
-- being filled have no statistics yet to plan by.

CREATE FUNCTION highseas.rows_but(page jsonb, key text, keys text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN keys = '{}' THEN page
    ELSE (SELECT coalesce(pg_catalog.jsonb_agg(r), '[]') FROM pg_catalog.jsonb_array_elements(page) r
          WHERE (r ->> key) COLLATE "C" NOT IN (SELECT k COLLATE "C" FROM pg_catalog.unnest(keys) k))
END;
COMMENT ON FUNCTION highseas.rows_but(jsonb, text, text[]) IS 'A page without the rows of these keys';

CREATE FUNCTION highseas.lock_reps(tenant_id bigint, keys text[]) RETURNS text[]
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN ARRAY(SELECT r.rep_key FROM highseas.rep r
                 WHERE r.tenant_id = lock_reps.tenant_id AND r.rep_key = ANY (keys)
                 ORDER BY r.rep_key FOR NO KEY UPDATE SKIP LOCKED);
END
$$;
COMMENT ON FUNCTION highseas.lock_reps(bigint, text[]) IS 'Locks those of the reps that nobody else has locked, and returns them';

CREATE FUNCTION highseas.lock_customers(tenant_id bigint, keys text[]) RETURNS text[]
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN ARRAY(SELECT c.customer_key
                 FROM (SELECT DISTINCT x COLLATE "C" AS customer_key FROM unnest(keys) x ORDER BY 1) k
                 CROSS JOIN LATERAL (SELECT y.customer_key FROM highseas.customer y
                                     WHERE y.tenant_id = lock_customers.tenant_id AND y.customer_key = k.customer_key
                                     FOR NO KEY UPDATE SKIP LOCKED OFFSET 0) c);
END
$$;
COMMENT ON FUNCTION highseas.lock_customers(bigint, text[]) IS
'Locks those of the customers that nobody else has locked, in the order of their keys, and returns them';

CREATE FUNCTION highseas.give_to_owners(
    tenant_id bigint, customers text[], owners text[], act text, now timestamptz, reason text DEFAULT 'owner in the CRM')
RETURNS TABLE (customer_key text, owner text, rule text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v highseas.verdict;
BEGIN
    -- One by one: each take lowers what the next one may use.
    FOR customer_key, owner IN SELECT x.key, x.owner FROM unnest(customers, owners) x(key, owner) ORDER BY x.key COLLATE "C" LOOP
        v := highseas.check_claim(give_to_owners.tenant_id, owner, customer_key, now, act);
        rule := v.rule;
        IF v.allowed THEN
            PERFORM highseas.take_one(give_to_owners.tenant_id, customer_key, owner, act, highseas.actor(), now, reason, NULL);
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION highseas.give_to_owners(bigint, text[], text[], text, timestamptz, text) IS
'Gives each customer to the owner beside it (act: import, adopt), within his capacity; rule is what refused it, NULL for what was done. The caller has locked reps and customers.';

CREATE FUNCTION highseas.take_back(tenant_id bigint, customers text[], now timestamptz) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    WITH back AS (
        UPDATE highseas.customer c
        SET state = 'free', pooled_since = take_back.now, last_act_at = greatest(take_back.now, c.last_act_at + interval '1 microsecond')
        FROM unnest(take_back.customers) k
        CROSS JOIN LATERAL (SELECT y.ctid AS place FROM highseas.customer y
                            WHERE y.tenant_id = take_back.tenant_id AND y.customer_key = k AND y.state = 'gone' OFFSET 0) g
        WHERE c.ctid = g.place
        RETURNING c.customer_key, c.last_act_at
    )
    INSERT INTO highseas.customer_event (tenant_id, at, customer_key, act, actor, reason)
    SELECT take_back.tenant_id, b.last_act_at, b.customer_key, 'reinstate', highseas.actor(), 'in the CRM again' FROM back b;
END;
COMMENT ON FUNCTION highseas.take_back(bigint, text[], timestamptz) IS
'Puts those of the customers back into the pool who were gone from the CRM; the caller has locked them';

CREATE FUNCTION highseas.rep_attachment(a highseas.attachment, present text) RETURNS text
LANGUAGE sql STABLE
RETURN coalesce((SELECT o.attachment FROM highseas.attachment o
                 WHERE o.tenant_id = (a).tenant_id AND o.attachment = present AND o.kind = 'reps'), (a).attachment);
COMMENT ON FUNCTION highseas.rep_attachment(highseas.attachment, text) IS
'Which attachment brings a rep whom a lists: the present one, as long as it is attached';

CREATE FUNCTION highseas.sync_reps(a highseas.attachment, page jsonb) RETURNS TABLE (key text, problem text, left_out boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    now timestamptz := highseas.clock();
    changed text[];
    locked text[];
    busy text[];
BEGIN
    changed := ARRAY(
        SELECT r.rep_key
        FROM jsonb_to_recordset(page) x(rep_key text, name text, hired_on timestamptz, active boolean, login_role name)
        JOIN highseas.rep r ON r.tenant_id = a.tenant_id AND r.rep_key = x.rep_key
        WHERE (r.attachment, r.name, r.hired_on, r.active, r.login_role) IS DISTINCT FROM (
            highseas.rep_attachment(a, r.attachment),
            CASE WHEN 'name' = ANY (a.columns) THEN x.name ELSE r.name END,
            CASE WHEN 'hired_on' = ANY (a.columns) THEN x.hired_on::date ELSE r.hired_on END,
            CASE WHEN 'active' = ANY (a.columns) THEN coalesce(x.active, true) ELSE r.active END,
            CASE WHEN 'login_role' = ANY (a.columns) THEN x.login_role ELSE r.login_role END));
    locked := highseas.lock_reps(a.tenant_id, changed);
    busy := ARRAY(SELECT c FROM unnest(changed) c EXCEPT SELECT c FROM unnest(locked) c);
    RETURN QUERY SELECT b, 'it is just being changed', true FROM unnest(busy) b;
    page := highseas.rows_but(page, 'rep_key', busy);

    UPDATE highseas.rep r
    SET attachment = highseas.rep_attachment(a, r.attachment),
        name = CASE WHEN 'name' = ANY (a.columns) THEN x.name ELSE r.name END,
        hired_on = CASE WHEN 'hired_on' = ANY (a.columns) THEN x.hired_on::date ELSE r.hired_on END,
        active = CASE WHEN 'active' = ANY (a.columns) THEN coalesce(x.active, true) ELSE r.active END,
        login_role = CASE WHEN 'login_role' = ANY (a.columns) THEN x.login_role ELSE r.login_role END,
        -- Whoever comes back waits from now on.
        waiting_since = CASE WHEN 'active' = ANY (a.columns) AND coalesce(x.active, true) AND NOT r.active THEN now ELSE r.waiting_since END
    FROM jsonb_to_recordset(page) x(rep_key text, name text, hired_on timestamptz, active boolean, login_role name)
    WHERE r.tenant_id = a.tenant_id AND r.rep_key = x.rep_key AND r.rep_key = ANY (locked);
    INSERT INTO highseas.rep (tenant_id, rep_key, name, hired_on, active, login_role, waiting_since, attachment)
    SELECT a.tenant_id, x.rep_key, x.name, x.hired_on::date, coalesce(x.active, true), x.login_role, now, a.attachment
    FROM jsonb_to_recordset(page) x(rep_key text, name text, hired_on timestamptz, active boolean, login_role name)
    ON CONFLICT (tenant_id, rep_key) DO NOTHING;

    IF a.columns && '{region,regions}' THEN
        RETURN QUERY
        SELECT x.rep_key, format('region "%s" is unknown', g.region), false
        FROM jsonb_to_recordset(page) x(rep_key text, region text, regions text)
        CROSS JOIN LATERAL unnest(x.region || coalesce(x.regions::text[], '{}')) g(region)
        WHERE g.region IS NOT NULL AND NOT EXISTS (
            SELECT FROM highseas.region n WHERE n.tenant_id = a.tenant_id AND n.region = g.region);
        DELETE FROM highseas.rep_region g
        USING jsonb_to_recordset(page) x(rep_key text, region text, regions text)
        WHERE g.tenant_id = a.tenant_id AND g.rep_key = x.rep_key
          AND (g.region = ANY (x.region || coalesce(x.regions::text[], '{}'))) IS NOT TRUE;
        INSERT INTO highseas.rep_region (tenant_id, rep_key, region)
        SELECT a.tenant_id, x.rep_key, g.region
        FROM jsonb_to_recordset(page) x(rep_key text, region text, regions text)
        JOIN highseas.region g ON g.tenant_id = a.tenant_id AND g.region = ANY (x.region || coalesce(x.regions::text[], '{}'))
        ON CONFLICT DO NOTHING;
    END IF;
END
$$;
COMMENT ON FUNCTION highseas.sync_reps(highseas.attachment, jsonb) IS 'Brings a page of reps in; what the query does not offer stays as it is';

CREATE FUNCTION highseas.sync_customers(a highseas.attachment, page jsonb) RETURNS TABLE (key text, problem text, left_out boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    now timestamptz := highseas.clock();
    wrong text[];
    problems text[];
    changed text[];
    locked text[];
    busy text[];
    owned text[];
    owners text[];
    created text[];
    back text[];
    merged text[];
    replanned text[];
BEGIN
    -- Who is merged into another one stays so: his row is passed over.
    page := highseas.rows_but(page, 'customer_key', highseas.merged_keys(a.tenant_id, page));
    SELECT array_agg(x.customer_key), array_agg(format('attachment "%s" brings this customer', o.attachment)) INTO wrong, problems
    FROM jsonb_to_recordset(page) x(customer_key text)
    CROSS JOIN LATERAL (SELECT f.attachment FROM highseas.profile f
                        WHERE f.tenant_id = a.tenant_id AND f.customer_key = x.customer_key OFFSET 0) f
    JOIN highseas.attachment o ON o.tenant_id = a.tenant_id AND o.attachment = f.attachment AND o.kind = 'customers'
    WHERE f.attachment <> a.attachment;
    RETURN QUERY SELECT w.key, w.problem, true FROM unnest(wrong, problems) w(key, problem);
    page := highseas.rows_but(page, 'customer_key', coalesce(wrong, '{}'));

    -- The owners of new customers first, then the customers that change, each in the order of keys.
    SELECT array_agg(x.customer_key), array_agg(x.owner) INTO owned, owners
    FROM jsonb_to_recordset(page) x(customer_key text, owner text)
    JOIN highseas.rep r ON r.tenant_id = a.tenant_id AND r.rep_key = x.owner
    LEFT JOIN LATERAL (SELECT true AS known FROM highseas.profile f
                       WHERE f.tenant_id = a.tenant_id AND f.customer_key = x.customer_key OFFSET 0) f ON true
    WHERE f.known IS NULL;
    locked := highseas.lock_reps(a.tenant_id, owners);
    busy := ARRAY(SELECT x.key FROM unnest(owned, owners) x(key, owner) WHERE x.owner <> ALL (locked));
    changed := ARRAY(
        SELECT c.customer_key
        FROM jsonb_to_recordset(page) x(customer_key text, email text, online boolean, score numeric, class text, region text, deal text)
        CROSS JOIN LATERAL (SELECT y.* FROM highseas.customer y
                            WHERE y.tenant_id = a.tenant_id AND y.customer_key = x.customer_key OFFSET 0) c
        WHERE c.state = 'gone' OR (c.online, c.has_email, c.score, c.class, c.region, c.deal) IS DISTINCT FROM (
            CASE WHEN 'online' = ANY (a.columns) THEN coalesce(x.online, false) ELSE c.online END,
            CASE WHEN 'email' = ANY (a.columns) THEN coalesce(btrim(x.email), '') <> '' ELSE c.has_email END,
            CASE WHEN 'score' = ANY (a.columns) THEN CASE WHEN x.score BETWEEN -1e30 AND 1e30 THEN x.score::real ELSE 0 END ELSE c.score END,
            CASE WHEN 'class' = ANY (a.columns) THEN x.class ELSE c.class END,
            CASE WHEN 'region' = ANY (a.columns) THEN x.region ELSE c.region END,
            CASE WHEN 'deal' = ANY (a.columns) THEN CASE WHEN x.deal IN ('open', 'closed') THEN x.deal ELSE 'none' END ELSE c.deal END)
           OR c.customer_key = ANY (owned));
    locked := highseas.lock_customers(a.tenant_id, changed);
    busy := busy || ARRAY(SELECT k FROM unnest(changed) k EXCEPT SELECT k FROM unnest(locked) k);
    RETURN QUERY SELECT DISTINCT b, 'it, or its owner, is just being changed', true FROM unnest(busy) b;
    page := highseas.rows_but(page, 'customer_key', busy);

    RETURN QUERY
    SELECT x.customer_key, p.problem, false
    FROM jsonb_to_recordset(page) x(customer_key text, deal text, score numeric, owner text, region text, pool_key text)
    CROSS JOIN LATERAL (
        SELECT format('deal "%s" is none, open or closed', x.deal) AS problem WHERE x.deal NOT IN ('none', 'open', 'closed')
        UNION ALL SELECT format('score %s is out of range', x.score) WHERE x.score NOT BETWEEN -1e30 AND 1e30
        UNION ALL SELECT format('owner "%s" is no rep', x.owner) WHERE x.owner IS NOT NULL AND NOT EXISTS (
            SELECT FROM highseas.rep r WHERE r.tenant_id = a.tenant_id AND r.rep_key = x.owner)
        -- A tenant without regions does not use them.
        UNION ALL SELECT format('region "%s" is unknown', x.region) WHERE x.region IS NOT NULL AND NOT EXISTS (
            SELECT FROM highseas.region g WHERE g.tenant_id = a.tenant_id AND g.region = x.region)
            AND EXISTS (SELECT FROM highseas.region g WHERE g.tenant_id = a.tenant_id)
        UNION ALL SELECT format('pool "%s" is unknown', x.pool_key) WHERE x.pool_key IS NOT NULL AND NOT EXISTS (
            SELECT FROM highseas.pool p WHERE p.tenant_id = a.tenant_id AND p.pool_key = x.pool_key)) p;

    back := ARRAY(SELECT c.customer_key FROM highseas.customer c
                  WHERE c.tenant_id = a.tenant_id AND c.customer_key = ANY (locked) AND c.state = 'gone');
    PERFORM highseas.take_back(a.tenant_id, locked, now);
    WITH written AS (
        UPDATE highseas.customer c
        SET online = CASE WHEN 'online' = ANY (a.columns) THEN coalesce(x.online, false) ELSE c.online END,
            has_email = CASE WHEN 'email' = ANY (a.columns) THEN coalesce(btrim(x.email), '') <> '' ELSE c.has_email END,
            score = CASE WHEN 'score' = ANY (a.columns) THEN CASE WHEN x.score BETWEEN -1e30 AND 1e30 THEN x.score::real ELSE 0 END ELSE c.score END,
            class = CASE WHEN 'class' = ANY (a.columns) THEN x.class ELSE c.class END,
            region = CASE WHEN 'region' = ANY (a.columns) THEN x.region ELSE c.region END,
            deal = CASE WHEN 'deal' = ANY (a.columns) THEN CASE WHEN x.deal IN ('open', 'closed') THEN x.deal ELSE 'none' END ELSE c.deal END
        FROM (SELECT x.*, o.class AS old_class, o.deal AS old_deal, o.place
              FROM jsonb_to_recordset(page) x(customer_key text, email text, online boolean, score numeric, class text, region text, deal text)
              JOIN unnest(locked) k ON k = x.customer_key
              CROSS JOIN LATERAL (SELECT y.class, y.deal, y.ctid AS place FROM highseas.customer y
                                  WHERE y.tenant_id = a.tenant_id AND y.customer_key = k OFFSET 0) o) x
        WHERE c.ctid = x.place
        RETURNING c.customer_key, c.state = 'held' AND (c.class, c.deal) IS DISTINCT FROM (x.old_class, x.old_deal) AS replans
    )
    SELECT array_agg(w.customer_key) INTO replanned FROM written w WHERE w.replans;
    WITH inserted AS (
        INSERT INTO highseas.customer AS c (tenant_id, customer_key, pool_key, lane, pooled_since, last_act_at,
                                            online, has_email, score, class, region, deal)
        SELECT a.tenant_id, x.customer_key, p.pool_key, highseas.lane_of(x.customer_key, p.lanes), now, now,
               coalesce(x.online, false), coalesce(btrim(x.email), '') <> '',
               CASE WHEN x.score BETWEEN -1e30 AND 1e30 THEN x.score::real ELSE 0 END, x.class, x.region,
               CASE WHEN x.deal IN ('open', 'closed') THEN x.deal ELSE 'none' END
        FROM jsonb_to_recordset(page) x(customer_key text, email text, online boolean, score numeric, class text, region text, deal text, pool_key text)
        JOIN highseas.pool p ON p.tenant_id = a.tenant_id AND p.pool_key = coalesce(
            (SELECT y.pool_key FROM highseas.pool y WHERE y.tenant_id = a.tenant_id AND y.pool_key = x.pool_key), a.pool_key)
        ON CONFLICT (tenant_id, customer_key) DO NOTHING
        RETURNING c.customer_key
    )
    SELECT array_agg(i.customer_key) INTO created FROM inserted i;
    -- Who was merged since this page was read is new only because his row went.
    merged := ARRAY(SELECT r.customer_key FROM unnest(created) k
                    CROSS JOIN LATERAL (SELECT m.customer_key FROM highseas.merge_record m
                                        WHERE m.tenant_id = a.tenant_id AND m.customer_key = k OFFSET 0) r);
    IF merged <> '{}' THEN
        DELETE FROM highseas.customer c WHERE c.tenant_id = a.tenant_id AND c.customer_key = ANY (merged);
        created := ARRAY(SELECT k FROM unnest(created) k EXCEPT SELECT k FROM unnest(merged) k);
        page := highseas.rows_but(page, 'customer_key', merged);
    END IF;

    -- Who is new with an owner in the CRM is imported, within the owner's capacity; but not who got this key from
    -- somebody else just now, and is not locked.
    SELECT array_agg(c.customer_key), array_agg(x.owner) INTO owned, owners
    FROM unnest(owned, owners) x(key, owner)
    JOIN unnest(locked || created) k ON k = x.key
    CROSS JOIN LATERAL (SELECT y.customer_key, y.state FROM highseas.customer y
                        WHERE y.tenant_id = a.tenant_id AND y.customer_key = x.key OFFSET 0) c
    WHERE c.state = 'free' AND x.key <> ALL (busy);
    now := highseas.act_time(a.tenant_id, owners, owned);
    WITH refused AS (
        SELECT g.customer_key, g.owner, g.rule FROM highseas.give_to_owners(a.tenant_id, owned, owners, 'import', now) g WHERE g.rule IS NOT NULL
    ), frozen AS (
        UPDATE highseas.customer c SET state = 'frozen', last_act_at = now
        FROM refused r WHERE c.tenant_id = a.tenant_id AND c.customer_key = r.customer_key
    ), told AS (
        INSERT INTO highseas.customer_event (tenant_id, at, customer_key, act, rep_key, actor, reason)
        SELECT a.tenant_id, now, r.customer_key, 'refuse_import', r.owner, highseas.actor(), r.rule FROM refused r
    )
    INSERT INTO highseas.reconcile_finding (tenant_id, attachment, customer_key, kind, theirs, found_at, action, detail)
    SELECT a.tenant_id, a.attachment, r.customer_key, 'import_refused', r.owner, now, 'refused', r.rule FROM refused r
    ON CONFLICT DO NOTHING;

    WITH written AS (
        INSERT INTO highseas.profile AS f (tenant_id, customer_key, attachment, name, company, contact, position, email, phone, mobile,
            fax, address, city, country, website, source, main_products, registered_at, last_login_at, crm_owner, agreed_owner, changed_at, attributes)
        SELECT a.tenant_id, x.customer_key, a.attachment, x.name, x.company, x.contact, x.position, x.email,
            x.phone, x.mobile, x.fax, x.address, x.city, x.country, x.website, x.source, x.main_products, x.registered_at,
            x.last_login_at, x.owner, c.holder, x.changed_at, coalesce(x.attributes::jsonb, '{}')
        FROM jsonb_to_recordset(page) x(customer_key text, name text, company text, contact text, position text, email text,
            phone text, mobile text, fax text, address text, city text, country text, website text, source text, main_products text,
            registered_at timestamptz, last_login_at timestamptz, owner text, changed_at timestamptz, attributes text)
        LEFT JOIN LATERAL (SELECT y.holder FROM highseas.customer y
                           WHERE y.tenant_id = a.tenant_id AND y.customer_key = x.customer_key AND y.holder = x.owner OFFSET 0) c ON true
        ON CONFLICT (tenant_id, customer_key) DO UPDATE
        SET attachment = EXCLUDED.attachment, name = EXCLUDED.name, company = EXCLUDED.company, contact = EXCLUDED.contact,
            position = EXCLUDED.position, email = EXCLUDED.email, phone = EXCLUDED.phone, mobile = EXCLUDED.mobile, fax = EXCLUDED.fax,
            address = EXCLUDED.address, city = EXCLUDED.city, country = EXCLUDED.country, website = EXCLUDED.website,
            source = EXCLUDED.source, main_products = EXCLUDED.main_products, registered_at = EXCLUDED.registered_at,
            last_login_at = EXCLUDED.last_login_at, crm_owner = EXCLUDED.crm_owner,
            agreed_owner = coalesce(EXCLUDED.agreed_owner, f.agreed_owner), changed_at = EXCLUDED.changed_at,
            attributes = CASE WHEN 'attributes' = ANY (a.columns) THEN EXCLUDED.attributes ELSE f.attributes END
        WHERE (f.attachment, f.name, f.company, f.contact, f.position, f.email, f.phone, f.mobile, f.fax, f.address, f.city, f.country,
               f.website, f.source, f.main_products, f.registered_at, f.last_login_at, f.crm_owner, f.agreed_owner,
               f.changed_at, f.attributes)
            IS DISTINCT FROM (EXCLUDED.attachment, EXCLUDED.name, EXCLUDED.company, EXCLUDED.contact, EXCLUDED.position, EXCLUDED.email,
               EXCLUDED.phone, EXCLUDED.mobile, EXCLUDED.fax, EXCLUDED.address, EXCLUDED.city, EXCLUDED.country, EXCLUDED.website,
               EXCLUDED.source, EXCLUDED.main_products, EXCLUDED.registered_at, EXCLUDED.last_login_at, EXCLUDED.crm_owner,
               coalesce(EXCLUDED.agreed_owner, f.agreed_owner), EXCLUDED.changed_at, CASE WHEN 'attributes' = ANY (a.columns) THEN EXCLUDED.attributes ELSE f.attributes END)
        RETURNING f.customer_key
    )
    SELECT array_agg(w.customer_key) INTO changed FROM written w;
    -- Nor has he a profile of his own any more.
    merged := highseas.merged_keys(a.tenant_id, page);
    IF merged <> '{}' THEN
        DELETE FROM highseas.profile f WHERE f.tenant_id = a.tenant_id AND f.customer_key = ANY (merged);
    END IF;

    PERFORM highseas.make_stale(a.tenant_id, ARRAY(SELECT x.customer_key FROM jsonb_to_recordset(page) x(customer_key text)));
    -- A deal or class that changed changes when a holding is due.
    PERFORM highseas.replan_customers(a.tenant_id, replanned, now);
    -- The CRM's customers all come in; who has a key of somebody else is found by scan_duplicates().
    PERFORM FROM highseas.write_duplicate_keys(a.tenant_id, changed || back);
END
$$;
COMMENT ON FUNCTION highseas.sync_customers(highseas.attachment, jsonb) IS
'Brings a page of customers in: new ones into their pool_key or the attachment''s pool (or to their owner, within his capacity), changed ones as they are now, but for those who are merged into others';

CREATE FUNCTION highseas.orders_changed(tenant_id bigint, customers text[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    keys text[];
BEGIN
    PERFORM highseas.refresh_purchases(orders_changed.tenant_id, customers, highseas.clock());
    WITH changed AS (
        UPDATE highseas.customer c SET last_order_at = o.last_order_at
        FROM (SELECT y.place, p.last_order_at FROM unnest(customers) k(key)
              CROSS JOIN LATERAL (SELECT y.ctid AS place FROM highseas.customer y
                                  WHERE y.tenant_id = orders_changed.tenant_id AND y.customer_key = k.key OFFSET 0) y
              CROSS JOIN LATERAL (SELECT max(p.ordered_at) AS last_order_at FROM highseas.purchase p
                                  WHERE p.tenant_id = orders_changed.tenant_id AND p.customer_key = k.key AND p.amount > 0 OFFSET 0) p) o
        WHERE c.ctid = o.place AND c.last_order_at IS DISTINCT FROM o.last_order_at
        RETURNING c.customer_key, c.state
    )
    SELECT array_agg(c.customer_key) INTO keys FROM changed c WHERE c.state = 'held';
    PERFORM highseas.replan_customers(orders_changed.tenant_id, keys, highseas.clock());
END
$$;
COMMENT ON FUNCTION highseas.orders_changed(bigint, text[]) IS
'Brings up to date what depends on the orders of these customers, whom the caller has locked: summaries, the last order and deadlines by it';

CREATE FUNCTION highseas.sync_orders(a highseas.attachment, page jsonb) RETURNS TABLE (key text, problem text, left_out boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    locked text[];
    wrong text[];
    problems text[];
    keys text[];
BEGIN
    page := highseas.as_survivors(a.tenant_id, page);
    -- What is in already needs no lock.
    page := highseas.rows_but(page, 'order_key', ARRAY(
        SELECT x.order_key
        FROM jsonb_to_recordset(page) x(order_key text, customer_key text, ordered_at timestamptz, amount numeric, currency text, merged_key text)
        CROSS JOIN LATERAL (SELECT y.* FROM highseas.purchase y
                            WHERE y.tenant_id = a.tenant_id AND y.attachment = a.attachment AND y.attachment <> '' AND y.order_key = x.order_key OFFSET 0) p
        WHERE (x.customer_key, x.ordered_at, x.amount, x.currency, x.merged_key)
            IS NOT DISTINCT FROM (p.customer_key, p.ordered_at, p.amount, p.currency, p.merged_key)));
    -- Those whose orders they are, and those whose they were.
    locked := highseas.lock_customers(a.tenant_id, ARRAY(
        SELECT x.customer_key FROM jsonb_to_recordset(page) x(customer_key text)
        UNION
        SELECT p.customer_key FROM jsonb_to_recordset(page) x(order_key text)
        CROSS JOIN LATERAL (SELECT y.customer_key FROM highseas.purchase y
                            WHERE y.tenant_id = a.tenant_id AND y.attachment = a.attachment AND y.attachment <> '' AND y.order_key = x.order_key OFFSET 0) p));
    SELECT array_agg(w.order_key), array_agg(w.problem) INTO wrong, problems
    FROM (SELECT x.order_key, CASE
              WHEN x.ordered_at IS NULL OR NOT isfinite(x.ordered_at) OR x.amount IS NULL OR x.amount NOT BETWEEN -1e14 AND 1e14
                  THEN 'time or amount is missing or out of range'
              WHEN c.customer_key IS NULL THEN format('customer "%s" is unknown', x.customer_key)
              WHEN l.key IS NULL OR p.customer_key <> x.customer_key AND p.customer_key <> ALL (locked)
                  AND EXISTS (SELECT FROM highseas.customer o WHERE o.tenant_id = a.tenant_id AND o.customer_key = p.customer_key)
                  OR x.merged_key IS NOT NULL AND highseas.survivor_of(a.tenant_id, x.merged_key) IS DISTINCT FROM x.customer_key
                  THEN 'its customer is just being changed' END AS problem
          FROM jsonb_to_recordset(page) x(order_key text, customer_key text, ordered_at timestamptz, amount numeric, merged_key text)
          LEFT JOIN LATERAL (SELECT y.customer_key FROM highseas.customer y
                             WHERE y.tenant_id = a.tenant_id AND y.customer_key = x.customer_key OFFSET 0) c ON true
          LEFT JOIN unnest(locked) l(key) ON l.key = x.customer_key
          LEFT JOIN LATERAL (SELECT y.customer_key FROM highseas.purchase y
                             WHERE y.tenant_id = a.tenant_id AND y.attachment = a.attachment AND y.attachment <> '' AND y.order_key = x.order_key OFFSET 0) p ON true) w
    WHERE w.problem IS NOT NULL;
    RETURN QUERY SELECT w.key, w.problem, true FROM unnest(wrong, problems) w(key, problem);
    page := highseas.rows_but(page, 'order_key', coalesce(wrong, '{}'));

    WITH moved AS (
        SELECT p.customer_key
        FROM jsonb_to_recordset(page) x(order_key text, customer_key text)
        CROSS JOIN LATERAL (SELECT y.customer_key FROM highseas.purchase y
                            WHERE y.tenant_id = a.tenant_id AND y.attachment = a.attachment AND y.attachment <> '' AND y.order_key = x.order_key OFFSET 0) p
        WHERE p.customer_key <> x.customer_key
    ), written AS (
        INSERT INTO highseas.purchase AS p (tenant_id, customer_key, order_key, ordered_at, amount, currency, attachment, merged_key)
        SELECT a.tenant_id, x.customer_key, x.order_key, x.ordered_at, x.amount, x.currency, a.attachment, x.merged_key
        FROM jsonb_to_recordset(page) x(order_key text, customer_key text, ordered_at timestamptz, amount numeric, currency text, merged_key text)
        ON CONFLICT (tenant_id, attachment, order_key) WHERE attachment <> '' DO UPDATE
        SET customer_key = EXCLUDED.customer_key, ordered_at = EXCLUDED.ordered_at, amount = EXCLUDED.amount, currency = EXCLUDED.currency,
            merged_key = EXCLUDED.merged_key
        RETURNING p.customer_key
    )
    SELECT array_agg(w.customer_key) INTO keys
    FROM (SELECT m.customer_key FROM moved m UNION SELECT w.customer_key FROM written w) w;
    PERFORM highseas.orders_changed(a.tenant_id, keys);
END
$$;
COMMENT ON FUNCTION highseas.sync_orders(highseas.attachment, jsonb) IS
'Brings a page of orders in, each once, to the customer whose it is now (or whom he is merged into); the last order with a positive amount moves deadlines of the kind no_order';

CREATE FUNCTION highseas.sync_activities(a highseas.attachment, page jsonb) RETURNS TABLE (key text, problem text, left_out boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    now timestamptz := highseas.clock();
    locked text[];
    wrong text[];
    problems text[];
    keys text[];
BEGIN
    RETURN QUERY
    SELECT x.activity_key, format('rep "%s" is unknown', x.rep_key), false
    FROM jsonb_to_recordset(page) x(activity_key text, rep_key text)
    WHERE x.rep_key IS NOT NULL AND NOT EXISTS (SELECT FROM highseas.rep r WHERE r.tenant_id = a.tenant_id AND r.rep_key = x.rep_key);
    -- What is in already needs no lock.
    page := highseas.rows_but(highseas.as_survivors(a.tenant_id, page), 'activity_key', ARRAY(
        SELECT x.activity_key FROM jsonb_to_recordset(page) x(activity_key text)
        CROSS JOIN LATERAL (SELECT FROM highseas.follow_up y
                            WHERE y.tenant_id = a.tenant_id AND y.activity_key = a.attachment || ':' || x.activity_key OFFSET 0) f));
    locked := highseas.lock_customers(a.tenant_id, ARRAY(SELECT x.customer_key FROM jsonb_to_recordset(page) x(customer_key text)));
    SELECT array_agg(w.activity_key), array_agg(w.problem) INTO wrong, problems
    FROM (SELECT x.activity_key, CASE
              WHEN x.at IS NULL OR x.at = '-infinity' OR x.rep_key IS NULL THEN 'rep or time is missing'
              -- A planned one has done nothing yet; it comes in when its time has come.
              WHEN x.at > now THEN 'it lies in the future'
              WHEN c.customer_key IS NULL THEN format('customer "%s" is unknown', x.customer_key)
              WHEN l.key IS NULL OR x.merged_key IS NOT NULL AND highseas.survivor_of(a.tenant_id, x.merged_key) IS DISTINCT FROM x.customer_key
                  THEN 'its customer is just being changed' END AS problem
          FROM jsonb_to_recordset(page) x(activity_key text, customer_key text, rep_key text, at timestamptz, merged_key text)
          LEFT JOIN LATERAL (SELECT y.customer_key FROM highseas.customer y
                             WHERE y.tenant_id = a.tenant_id AND y.customer_key = x.customer_key OFFSET 0) c ON true
          LEFT JOIN unnest(locked) l(key) ON l.key = x.customer_key) w
    WHERE w.problem IS NOT NULL;
    RETURN QUERY SELECT w.key, w.problem, true FROM unnest(wrong, problems) w(key, problem);
    page := highseas.rows_but(page, 'activity_key', coalesce(wrong, '{}'));

    INSERT INTO highseas.follow_up (tenant_id, at, customer_key, rep_key, kind, actor, note, activity_key, merged_key)
    SELECT a.tenant_id, x.at, x.customer_key, x.rep_key, coalesce(x.kind, 'contact'), highseas.actor(), x.note,
           a.attachment || ':' || x.activity_key, x.merged_key
    FROM jsonb_to_recordset(page) x(activity_key text, customer_key text, rep_key text, at timestamptz, kind text, note text, merged_key text)
    ORDER BY x.at
    ON CONFLICT (tenant_id, activity_key) WHERE activity_key IS NOT NULL DO NOTHING;
    -- What the holder did in the CRM counts as his follow-up; what others did is kept, and moves nothing.
    WITH changed AS (
        UPDATE highseas.customer c SET last_follow_up_at = f.at
        FROM (SELECT y.ctid AS place, x.rep_key, max(x.at) AS at
              FROM jsonb_to_recordset(page) x(customer_key text, rep_key text, at timestamptz)
              CROSS JOIN LATERAL (SELECT y.ctid FROM highseas.customer y
                                  WHERE y.tenant_id = a.tenant_id AND y.customer_key = x.customer_key OFFSET 0) y
              GROUP BY y.ctid, x.rep_key) f
        WHERE c.ctid = f.place AND c.holder = f.rep_key AND f.at >= c.held_since AND (c.last_follow_up_at IS NULL OR f.at > c.last_follow_up_at)
        RETURNING c.customer_key
    )
    SELECT array_agg(c.customer_key) INTO keys FROM changed c;
    PERFORM highseas.replan_customers(a.tenant_id, keys, now);
END
$$;
COMMENT ON FUNCTION highseas.sync_activities(highseas.attachment, jsonb) IS
'Brings a page of activities in as follow-ups, each once, of the customer whose it is (or whom he is merged into); what the present holder did moves his due date';
