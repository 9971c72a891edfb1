-- Holders on both sides. Who changed one is told by agreed_owner, what the CRM said when both sides last agreed: what
-- we changed is written back (if set so), what the CRM changed is reported, or adopted (if set so); neither side ever
-- writes over what the other one changed.

CREATE FUNCTION highseas.try_owners(a highseas.attachment, keys text[], owners text[], known text[]) RETURNS text[]
LANGUAGE plpgsql
AS $$
DECLARE
    half integer := cardinality(keys) / 2;
BEGIN
    RETURN highseas.write_owners(a.owner_statement, a.run_as, keys, owners, known);
EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
    -- An owner whom the CRM's table does not take: halving finds his customer, and lets the others in.
    IF half = 0 THEN
        RETURN keys;
    END IF;
    RETURN highseas.try_owners(a, keys[:half], owners[:half], known[:half])
        || highseas.try_owners(a, keys[half + 1:], owners[half + 1:], known[half + 1:]);
END
$$;
COMMENT ON FUNCTION highseas.try_owners(highseas.attachment, text[], text[], text[]) IS
'write_owners() of an attachment; what its table refuses counts as not written';

CREATE FUNCTION highseas.write_back(a highseas.attachment, batch integer, OUT tried bigint, OUT last_key text)
LANGUAGE plpgsql
AS $$
DECLARE
    keys text[];
    owners text[];
    known text[];
    unwritten text[];
BEGIN
    SELECT array_agg(x.customer_key), array_agg(x.holder), array_agg(x.crm_owner), count(*), max(x.customer_key)
    INTO keys, owners, known, tried, last_key
    FROM (SELECT c.customer_key, c.holder, f.crm_owner
          FROM highseas.profile f JOIN highseas.customer c ON c.tenant_id = f.tenant_id AND c.customer_key = f.customer_key
          WHERE f.tenant_id = a.tenant_id AND f.attachment = a.attachment AND c.state <> 'gone'
            AND c.holder IS DISTINCT FROM f.crm_owner AND f.crm_owner IS NOT DISTINCT FROM f.agreed_owner
            AND f.customer_key > coalesce(a.position ->> 'key', '')
          ORDER BY f.customer_key LIMIT batch) x;
    IF tried = 0 THEN
        RETURN;
    END IF;
    unwritten := highseas.try_owners(a, keys, owners, known);
    UPDATE highseas.profile f SET crm_owner = x.owner, agreed_owner = x.owner
    FROM unnest(keys, owners) x(key, owner)
    WHERE f.tenant_id = a.tenant_id AND f.customer_key = x.key AND x.key NOT IN (SELECT w FROM unnest(unwritten) w);
    -- Noted, too, so that the next pass reads it again, whatever its changed_at says.
    PERFORM highseas.note_problems(a, array_agg(w), array_agg('its owner was not written back: the CRM has changed it or does not take it, or the row is gone'::text), array_agg(false))
    FROM unnest(unwritten) w;
    INSERT INTO highseas.reconcile_finding (tenant_id, attachment, customer_key, kind, ours, theirs, found_at, action, detail)
    SELECT a.tenant_id, a.attachment, u.key, 'owner', u.owner, u.known, highseas.clock(), 'reported', 'not written back: the CRM has changed it or does not take it, or the row is gone'
    FROM unnest(keys, owners, known) u(key, owner, known) JOIN unnest(unwritten) w ON w = u.key
    ON CONFLICT (tenant_id, customer_key, kind) WHERE resolved_at IS NULL DO NOTHING;
END
$$;
COMMENT ON FUNCTION highseas.write_back(highseas.attachment, integer) IS
'Writes up to batch holders that we changed into the CRM''s table, as run_as, from the attachment''s position on; an owner that the CRM has changed meanwhile, or does not take, becomes a finding. Returns how many it tried, and the last key.';

CREATE FUNCTION highseas.compare_keys(a highseas.attachment, batch integer, OUT vanished text[], OUT returned text[])
LANGUAGE plpgsql
AS $$
DECLARE
    key_name text := (SELECT w.name FROM highseas.attachment_columns(a.kind) w WHERE w.type = 'key');
    known bigint;
    lost bigint;
    listed boolean;
    merges boolean := a.kind = 'customers' AND EXISTS (SELECT FROM highseas.merge_record r WHERE r.tenant_id = a.tenant_id);
BEGIN
    -- Both sides in one aggregate: no plan can make that quadratic.
    WITH compared AS MATERIALIZED (
        SELECT s.key, bool_or(s.gone) AS gone, bool_or(s.listed) AS listed
        FROM (SELECT f.customer_key AS key, x.state = 'gone' AS gone, false AS listed
              FROM highseas.profile f
              JOIN highseas.customer x ON x.tenant_id = f.tenant_id AND x.customer_key = f.customer_key
              WHERE a.kind = 'customers' AND f.tenant_id = a.tenant_id AND f.attachment = a.attachment
              UNION ALL
              SELECT r.rep_key, f.rep_key IS NOT NULL, false
              FROM highseas.rep r
              LEFT JOIN highseas.reconcile_finding f
                ON f.tenant_id = r.tenant_id AND f.rep_key = r.rep_key AND f.kind = 'gone' AND f.resolved_at IS NULL
              WHERE a.kind = 'reps' AND r.tenant_id = a.tenant_id AND r.attachment = a.attachment AND (r.active OR f.rep_key IS NOT NULL)
              UNION ALL
              SELECT p.order_key, false, false
              FROM highseas.purchase p
              WHERE a.kind = 'orders' AND p.tenant_id = a.tenant_id AND p.attachment = a.attachment AND p.attachment <> ''
              UNION ALL
              -- Whom the CRM lists under the key of one who is merged into him is there, too.
              SELECT CASE WHEN merges THEN coalesce(highseas.survivor_of(a.tenant_id, r[1]), r[1]) ELSE r[1] END COLLATE "C", NULL, true
              FROM highseas.fetch_rows(format('SELECT %I FROM (%s%s) q', key_name, a.query, E'\n'), a.run_as, ARRAY[key_name]) r
              WHERE r[1] IS NOT NULL) s
        GROUP BY s.key
    )
    SELECT count(*) FILTER (WHERE NOT c.gone), count(*) FILTER (WHERE NOT c.gone AND NOT c.listed), coalesce(bool_or(c.listed), false),
           ARRAY(SELECT v.key FROM compared v WHERE NOT v.gone AND NOT v.listed ORDER BY v.key LIMIT batch),
           ARRAY(SELECT v.key FROM compared v WHERE v.gone AND v.listed ORDER BY v.key LIMIT batch)
    INTO known, lost, listed, vanished, returned
    FROM compared c;
    -- A CRM that shows nothing, or much less than yesterday, is broken, shut to run_as, or read by a wrong query. What
    -- a batch lets go lowers the share, so that a pass that may begin may also end.
    IF NOT listed AND lost > 0 AND a.may_vanish < 1 OR lost > 20 AND lost > a.may_vanish * known THEN
        RAISE EXCEPTION USING ERRCODE = '02000', MESSAGE = format(
            '%s of %s known %s are not in it any more, and may_vanish is %s: nothing was changed; if they are meant to go, attach it again with may_vanish => 1',
            lost, known, a.kind, a.may_vanish);
    END IF;
END
$$;
COMMENT ON FUNCTION highseas.compare_keys(highseas.attachment, integer) IS
'Compares what an attachment brought with all keys that its query has now: up to batch that vanished, and up to batch that were gone and are listed again. Error 02000 where more than 20 and more than the attachment''s may_vanish of them vanished, or all and may_vanish is below 1.';

CREATE FUNCTION highseas.let_customers_go(a highseas.attachment, keys text[]) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    reps text[];
    now timestamptz;
BEGIN
    reps := highseas.lock_reps(a.tenant_id, ARRAY(
        SELECT x.holder FROM highseas.customer x WHERE x.tenant_id = a.tenant_id AND x.customer_key = ANY (keys)));
    keys := highseas.lock_customers(a.tenant_id, keys);
    -- Who is busy, or went to somebody else meanwhile, waits for the next run.
    keys := ARRAY(SELECT x.customer_key FROM highseas.customer x
                  WHERE x.tenant_id = a.tenant_id AND x.customer_key = ANY (keys) AND (x.holder IS NULL OR x.holder = ANY (reps)));
    now := highseas.act_time(a.tenant_id, reps, keys);
    PERFORM highseas.release(a.tenant_id, ARRAY(
        SELECT x.customer_key FROM highseas.customer x
        WHERE x.tenant_id = a.tenant_id AND x.customer_key = ANY (keys) AND x.state = 'held'),
        'gone', highseas.actor(), now, 'not in the CRM any more', NULL, NULL, 'gone');
    UPDATE highseas.customer x SET state = 'gone', last_act_at = now
    WHERE x.tenant_id = a.tenant_id AND x.customer_key = ANY (keys) AND x.state <> 'gone';
    -- If it comes back with an owner, then by the CRM's will.
    UPDATE highseas.profile f SET agreed_owner = NULL
    WHERE f.tenant_id = a.tenant_id AND f.customer_key = ANY (keys) AND f.agreed_owner IS NOT NULL;
    INSERT INTO highseas.customer_event (tenant_id, at, customer_key, act, actor, reason)
    SELECT a.tenant_id, now, k, 'gone', highseas.actor(), 'not in the CRM any more' FROM unnest(keys) k;
    INSERT INTO highseas.reconcile_finding (tenant_id, attachment, customer_key, kind, found_at, action)
    SELECT a.tenant_id, a.attachment, k, 'gone', now, 'gone' FROM unnest(keys) k
    ON CONFLICT DO NOTHING;
    -- He keeps nobody out any more; he is still found, as lost. Who is there with the same details keeps others out now.
    PERFORM FROM highseas.write_duplicate_keys(a.tenant_id, keys);
    PERFORM FROM highseas.write_duplicate_keys(a.tenant_id, highseas.duplicate_key_heirs(a.tenant_id, keys));
    RETURN cardinality(keys);
END
$$;
COMMENT ON FUNCTION highseas.let_customers_go(highseas.attachment, text[]) IS
'Takes customers out of service that the CRM does not list any more; returns how many, without those who are busy';

CREATE FUNCTION highseas.retire_reps(a highseas.attachment, keys text[]) RETURNS bigint
LANGUAGE plpgsql
AS $$
BEGIN
    -- What he holds stays his until a manager decides.
    keys := highseas.lock_reps(a.tenant_id, keys);
    UPDATE highseas.rep r SET active = false
    WHERE r.tenant_id = a.tenant_id AND r.rep_key = ANY (keys);
    INSERT INTO highseas.reconcile_finding (tenant_id, attachment, rep_key, kind, found_at, action)
    SELECT a.tenant_id, a.attachment, k, 'gone', highseas.clock(), 'gone' FROM unnest(keys) k
    ON CONFLICT DO NOTHING;
    RETURN cardinality(keys);
END
$$;
COMMENT ON FUNCTION highseas.retire_reps(highseas.attachment, text[]) IS
'Makes reps inactive whom the CRM does not list any more, with a finding; returns how many, without those who are busy';

CREATE FUNCTION highseas.delete_orders(a highseas.attachment, keys text[]) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    customers text[];
    deleted bigint;
BEGIN
    customers := highseas.lock_customers(a.tenant_id, ARRAY(
        SELECT p.customer_key FROM highseas.purchase p
        WHERE p.tenant_id = a.tenant_id AND p.attachment = a.attachment AND p.attachment <> '' AND p.order_key = ANY (keys)));
    WITH gone AS (
        DELETE FROM highseas.purchase p
        WHERE p.tenant_id = a.tenant_id AND p.attachment = a.attachment AND p.attachment <> '' AND p.order_key = ANY (keys)
          AND p.customer_key = ANY (customers)
        RETURNING p.customer_key
    )
    SELECT count(*), array_agg(DISTINCT g.customer_key) INTO deleted, customers FROM gone g;
    PERFORM highseas.orders_changed(a.tenant_id, customers);
    RETURN deleted;
END
$$;
COMMENT ON FUNCTION highseas.delete_orders(highseas.attachment, text[]) IS
'Deletes orders that the CRM does not list any more; returns how many, without those whose customer is busy';

CREATE FUNCTION highseas.reconcile_keys(a highseas.attachment, batch integer) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    vanished text[];
    returned text[];
    done bigint;
BEGIN
    SELECT c.vanished, c.returned INTO vanished, returned FROM highseas.compare_keys(a, batch) c;
    CASE a.kind
        WHEN 'customers' THEN
            done := highseas.let_customers_go(a, vanished);
            returned := highseas.lock_customers(a.tenant_id, returned);
            PERFORM highseas.take_back(a.tenant_id, returned, highseas.clock());
            PERFORM FROM highseas.write_duplicate_keys(a.tenant_id, returned);
        WHEN 'reps' THEN
            done := highseas.retire_reps(a, vanished);
            returned := highseas.lock_reps(a.tenant_id, returned);
            -- Where the query says who is active, the next sync does.
            UPDATE highseas.rep r SET active = true, waiting_since = highseas.clock()
            WHERE r.tenant_id = a.tenant_id AND r.rep_key = ANY (returned) AND NOT r.active AND 'active' <> ALL (a.columns);
            UPDATE highseas.reconcile_finding f SET resolved_at = highseas.clock()
            WHERE f.tenant_id = a.tenant_id AND f.rep_key = ANY (returned) AND f.kind = 'gone' AND f.resolved_at IS NULL;
        WHEN 'orders' THEN
            done := highseas.delete_orders(a, vanished);
    END CASE;
    IF returned <> '{}' THEN
        -- What changed while they were away may be older than the last sync: the next one reads everything.
        UPDATE highseas.attachment x SET position = NULL, changed_at = NULL
        WHERE x.tenant_id = a.tenant_id AND x.attachment = a.attachment;
    END IF;
    RETURN greatest(done, cardinality(returned));
END
$$;
COMMENT ON FUNCTION highseas.reconcile_keys(highseas.attachment, integer) IS
'Lets up to batch go that the CRM does not list any more, and takes up to batch back that it lists again; returns the greater number';

CREATE FUNCTION highseas.settle_findings(a highseas.attachment) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    -- Both sides say the same again, whoever changed it.
    UPDATE highseas.profile p SET agreed_owner = p.crm_owner
    FROM highseas.customer x
    WHERE p.tenant_id = a.tenant_id AND p.attachment = a.attachment AND p.agreed_owner IS DISTINCT FROM p.crm_owner
      AND x.tenant_id = p.tenant_id AND x.customer_key = p.customer_key AND x.holder IS NOT DISTINCT FROM p.crm_owner;
    -- What was found before and is so no more.
    UPDATE highseas.reconcile_finding f SET resolved_at = highseas.clock()
    WHERE f.tenant_id = a.tenant_id AND f.attachment = a.attachment AND f.resolved_at IS NULL AND NOT EXISTS (
        SELECT FROM highseas.customer x LEFT JOIN highseas.profile p ON p.tenant_id = x.tenant_id AND p.customer_key = x.customer_key
        WHERE x.tenant_id = f.tenant_id AND x.customer_key = f.customer_key
          AND CASE f.kind WHEN 'gone' THEN x.state = 'gone'
                          WHEN 'owner' THEN p.crm_owner IS DISTINCT FROM p.agreed_owner
                              OR a.owner_statement IS NOT NULL AND x.holder IS DISTINCT FROM p.crm_owner AND x.state <> 'gone'
                          ELSE x.state = 'frozen' END);
END
$$;
COMMENT ON FUNCTION highseas.settle_findings(highseas.attachment) IS 'Resolves the findings of an attachment that are so no more';

CREATE FUNCTION highseas.find_other_owners(a highseas.attachment, batch integer, OUT rows bigint, OUT last_key text)
LANGUAGE plpgsql
AS $$
DECLARE
    keys text[];
    reps text[];
    now timestamptz := highseas.clock();
BEGIN
    SELECT array_agg(x.customer_key), count(*), max(x.customer_key) INTO keys, rows, last_key
    FROM (SELECT x.customer_key
          FROM highseas.profile p JOIN highseas.customer x ON x.tenant_id = p.tenant_id AND x.customer_key = p.customer_key
          WHERE p.tenant_id = a.tenant_id AND p.attachment = a.attachment AND x.state IN ('free', 'held')
            AND p.crm_owner IS DISTINCT FROM p.agreed_owner AND x.holder IS DISTINCT FROM p.crm_owner
            AND p.customer_key > coalesce(a.reconciled_key, '')
          ORDER BY p.customer_key LIMIT batch) x;
    IF a.adopt THEN
        reps := highseas.lock_reps(a.tenant_id, ARRAY(
            SELECT x.holder FROM highseas.customer x WHERE x.tenant_id = a.tenant_id AND x.customer_key = ANY (keys)
            UNION
            SELECT p.crm_owner FROM highseas.profile p WHERE p.tenant_id = a.tenant_id AND p.customer_key = ANY (keys)));
        keys := highseas.lock_customers(a.tenant_id, keys);
        now := highseas.act_time(a.tenant_id, reps, keys);
    END IF;
    WITH other AS MATERIALIZED (
        SELECT x.customer_key, x.holder, p.crm_owner, r.rep_key IS NULL AND p.crm_owner IS NOT NULL AS no_rep
        FROM highseas.profile p
        JOIN highseas.customer x ON x.tenant_id = p.tenant_id AND x.customer_key = p.customer_key
        LEFT JOIN highseas.rep r ON r.tenant_id = p.tenant_id AND r.rep_key = p.crm_owner
        WHERE p.tenant_id = a.tenant_id AND p.customer_key = ANY (keys) AND x.state IN ('free', 'held')
          AND p.crm_owner IS DISTINCT FROM p.agreed_owner AND x.holder IS DISTINCT FROM p.crm_owner
          -- Who is busy, or went to somebody else meanwhile, waits for the next run.
          AND (NOT a.adopt OR (x.holder IS NULL OR x.holder = ANY (reps)) AND (r.rep_key IS NULL OR r.rep_key = ANY (reps)))
    ), freed AS MATERIALIZED (
        SELECT highseas.release(a.tenant_id, array_agg(o.customer_key), 'reconcile', highseas.actor(), now, 'no owner in the CRM')
        FROM other o WHERE a.adopt AND o.crm_owner IS NULL HAVING count(*) > 0
    ), given AS MATERIALIZED (
        SELECT g.customer_key, g.rule
        FROM (SELECT array_agg(o.customer_key) AS keys, array_agg(o.crm_owner) AS owners FROM other o
              WHERE a.adopt AND o.crm_owner IS NOT NULL AND NOT o.no_rep) o
        CROSS JOIN LATERAL highseas.give_to_owners(a.tenant_id, o.keys, o.owners, 'adopt', now) g
    ), found AS (
        SELECT o.customer_key, o.holder, o.crm_owner,
               CASE WHEN NOT a.adopt OR o.no_rep THEN 'reported' WHEN g.rule IS NULL THEN 'adopted' ELSE 'refused' END AS action,
               CASE WHEN o.no_rep THEN 'the owner is no rep' ELSE g.rule END AS detail
        FROM other o LEFT JOIN given g ON g.customer_key = o.customer_key
        WHERE (SELECT count(*) FROM freed) >= 0
    ), agreed AS (
        UPDATE highseas.profile p SET agreed_owner = f.crm_owner
        FROM found f WHERE f.action = 'adopted' AND p.tenant_id = a.tenant_id AND p.customer_key = f.customer_key
    )
    INSERT INTO highseas.reconcile_finding AS f (tenant_id, attachment, customer_key, kind, ours, theirs, found_at, action, detail, resolved_at)
    SELECT a.tenant_id, a.attachment, o.customer_key, 'owner', o.holder, o.crm_owner, now, o.action, o.detail,
           CASE o.action WHEN 'adopted' THEN now END
    FROM found o
    ON CONFLICT (tenant_id, customer_key, kind) WHERE resolved_at IS NULL DO UPDATE
    SET ours = EXCLUDED.ours, theirs = EXCLUDED.theirs, action = EXCLUDED.action, detail = EXCLUDED.detail
    WHERE (f.ours, f.theirs, f.action, f.detail) IS DISTINCT FROM (EXCLUDED.ours, EXCLUDED.theirs, EXCLUDED.action, EXCLUDED.detail);
END
$$;
COMMENT ON FUNCTION highseas.find_other_owners(highseas.attachment, integer) IS
'Reports up to batch customers whose owner the CRM has changed, as of the last sync, or adopts them through the rule, from the attachment''s reconciled_key on. Returns how many it looked at, and the last key.';

CREATE FUNCTION highseas.reconcile_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    a highseas.attachment;
BEGIN
    rows := 0;
    SELECT x.* INTO a FROM highseas.attachment x
    WHERE x.tenant_id = reconcile_batch.tenant_id AND x.enabled AND x.kind IN ('reps', 'customers', 'orders')
      AND x.reconciled_run IS DISTINCT FROM run
    ORDER BY array_position(ARRAY['reps', 'customers', 'orders'], x.kind), x.attachment LIMIT 1 FOR UPDATE;
    more := FOUND;
    IF NOT more THEN
        PERFORM highseas.raise_errors(ARRAY(
            SELECT x.reconcile_error FROM highseas.attachment x
            WHERE x.tenant_id = reconcile_batch.tenant_id AND x.enabled AND x.reconcile_error IS NOT NULL));
        RETURN;
    END IF;
    BEGIN
        IF a.reconciled_key IS NULL THEN
            rows := highseas.reconcile_keys(a, batch);
            -- The owners in a transaction of their own: whoever has customers locks no more reps.
            IF rows < batch AND a.kind = 'customers' THEN
                a.reconciled_key := '';
            ELSIF rows < batch THEN
                a.reconciled_run := run;
            END IF;
        ELSE
            IF a.reconciled_key = '' THEN
                PERFORM highseas.settle_findings(a);
            END IF;
            IF 'owner' = ANY (a.columns) THEN
                SELECT f.rows, f.last_key INTO rows, a.reconciled_key FROM highseas.find_other_owners(a, batch) f;
            END IF;
            IF rows < batch THEN
                a.reconciled_key := NULL;
                a.reconciled_run := run;
            END IF;
        END IF;
        UPDATE highseas.attachment x SET reconciled_key = a.reconciled_key, reconciled_run = a.reconciled_run, reconcile_error = NULL
        WHERE x.tenant_id = a.tenant_id AND x.attachment = a.attachment;
    EXCEPTION WHEN OTHERS THEN
        -- The others go on; this one is tried again when the next run comes.
        rows := 0;
        UPDATE highseas.attachment x
        SET reconciled_run = run, reconcile_error = highseas.attachment_error(a, format('its query of %s', a.kind), SQLSTATE, SQLERRM)
        WHERE x.tenant_id = a.tenant_id AND x.attachment = a.attachment;
    END;
END
$$;
COMMENT ON FUNCTION highseas.reconcile_batch(bigint, bigint, integer) IS
'One batch of one attachment: reps that vanished from the CRM become inactive, customers leave service (state gone), orders are deleted; holders that it changed itself are reported, or adopted through the rule';
