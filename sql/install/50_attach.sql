-- The CRM: attached by queries, never altered. A sync reads pages of them in the order of their keys.

CREATE TABLE highseas.attachment (
    tenant_id bigint NOT NULL REFERENCES highseas.tenant,
    attachment text COLLATE "C" NOT NULL CHECK (highseas.is_sound_key(attachment)),
    kind text NOT NULL CHECK (kind IN ('reps', 'customers', 'orders', 'activities')),
    query text NOT NULL,
    run_as name NOT NULL,
    key_type text NOT NULL,
    columns text[] NOT NULL,
    pool_key text COLLATE "C",
    adopt boolean NOT NULL DEFAULT false,
    owner_statement text,
    enabled boolean NOT NULL DEFAULT true,
    position jsonb,
    changed_at timestamptz,
    newest_change timestamptz,
    synced_run bigint,
    error text,
    reconciled_run bigint,
    PRIMARY KEY (tenant_id, attachment),
    FOREIGN KEY (tenant_id, pool_key) REFERENCES highseas.pool,
    CHECK ((kind = 'customers') = (pool_key IS NOT NULL))
);
COMMENT ON TABLE highseas.attachment IS
'The queries that bring a CRM in, written by attach(). run_as: the role that they run as. position: how far a pass has come; changed_at: what changed before it is known. adopt: reconcile() takes over holders that the CRM changed; owner_statement: writes our holders back. error: why its last sync failed. enabled false: left alone.';

CREATE TABLE highseas.sync_problem (
    tenant_id bigint NOT NULL,
    problem_id bigint GENERATED ALWAYS AS IDENTITY,
    attachment text COLLATE "C" NOT NULL,
    key text,
    problem text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, problem_id)
);
COMMENT ON TABLE highseas.sync_problem IS
'Rows of an attachment''s last pass that could not go in, or not whole, and why (the first 10,000)';

CREATE TABLE highseas.reconcile_finding (
    tenant_id bigint NOT NULL,
    finding_id bigint GENERATED ALWAYS AS IDENTITY,
    attachment text COLLATE "C" NOT NULL,
    customer_key text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('owner', 'gone', 'import_refused')),
    ours text,
    theirs text,
    found_at timestamptz NOT NULL,
    action text NOT NULL CHECK (action IN ('reported', 'adopted', 'refused', 'gone')),
    detail text,
    resolved_at timestamptz,
    PRIMARY KEY (tenant_id, finding_id)
);
CREATE UNIQUE INDEX reconcile_finding_open ON highseas.reconcile_finding (tenant_id, customer_key, kind) WHERE resolved_at IS NULL;
COMMENT ON TABLE highseas.reconcile_finding IS
'What the CRM changed behind our back: another holder, a customer that vanished, an owner whose capacity did not allow the import. One open row for a customer and kind; resolved_at when it is so no more.';

CREATE FUNCTION highseas.fetch_rows(query text, run_as name, columns text[]) RETURNS SETOF text[]
LANGUAGE c VOLATILE STRICT COST 100000 AS 'MODULE_PATHNAME', 'highseas_fetch_rows';
COMMENT ON FUNCTION highseas.fetch_rows(text, name, text[]) IS
'The rows of one read-only statement run as a role, security-restricted, with pg_catalog alone in the path: the wanted columns as text (NULL where the query has none of that name)';

CREATE FUNCTION highseas.describe_query(query text, run_as name) RETURNS TABLE (name text, type regtype)
LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'highseas_describe_query';
COMMENT ON FUNCTION highseas.describe_query(text, name) IS
'The columns of one statement, prepared as a role and not run; domains as their base types';

CREATE FUNCTION highseas.write_owners(statement text, run_as name, keys text[], owners text[]) RETURNS bigint
LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'highseas_write_owners';
COMMENT ON FUNCTION highseas.write_owners(text, name, text[], text[]) IS
'Runs a statement with $1 = key and $2 = owner for each pair, as a role, security-restricted; returns how many rows it wrote';

CREATE FUNCTION highseas.attachment_columns(kind text) RETURNS TABLE (name text, type text, required boolean)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.name, c.type, c.required
    FROM (VALUES
        ('reps', 'rep_key', 'key', true), ('reps', 'name', 'text', false), ('reps', 'hired_on', 'time', false),
        ('reps', 'active', 'boolean', false), ('reps', 'region', 'text', false), ('reps', 'login_role', 'text', false),
        ('reps', 'changed_at', 'time', false),
        ('customers', 'customer_key', 'key', true), ('customers', 'name', 'text', false), ('customers', 'company', 'text', false),
        ('customers', 'contact', 'text', false), ('customers', 'position', 'text', false), ('customers', 'email', 'text', false),
        ('customers', 'phone', 'text', false), ('customers', 'mobile', 'text', false), ('customers', 'fax', 'text', false),
        ('customers', 'address', 'text', false), ('customers', 'city', 'text', false), ('customers', 'country', 'text', false),
        ('customers', 'website', 'text', false), ('customers', 'source', 'text', false), ('customers', 'main_products', 'text', false),
        ('customers', 'registered_at', 'time', false), ('customers', 'last_login_at', 'time', false),
        ('customers', 'online', 'boolean', false), ('customers', 'score', 'number', false), ('customers', 'class', 'text', false),
        ('customers', 'region', 'text', false), ('customers', 'owner', 'text', false), ('customers', 'deal', 'text', false),
        ('customers', 'attributes', 'json', false), ('customers', 'changed_at', 'time', false),
        ('orders', 'order_key', 'key', true), ('orders', 'customer_key', 'text', true), ('orders', 'ordered_at', 'time', true),
        ('orders', 'amount', 'number', true), ('orders', 'currency', 'text', false), ('orders', 'changed_at', 'time', false),
        ('activities', 'activity_key', 'key', true), ('activities', 'customer_key', 'text', true), ('activities', 'rep_key', 'text', true),
        ('activities', 'at', 'time', true), ('activities', 'kind', 'text', false), ('activities', 'note', 'text', false),
        ('activities', 'changed_at', 'time', false)) c(kind, name, type, required)
    WHERE c.kind = attachment_columns.kind
$$;
COMMENT ON FUNCTION highseas.attachment_columns(text) IS
'The columns that a query of a kind (reps, customers, orders, activities) may offer. type: key (smallint, integer, bigint, numeric, uuid, text, varchar, char), time (timestamptz, timestamp, date), number, boolean, json; text takes any type.';

CREATE FUNCTION highseas_api.attach(
    name text, kind text, query text, pool text DEFAULT NULL, run_as text DEFAULT NULL, adopt boolean DEFAULT false,
    owner_table text DEFAULT NULL, owner_key text DEFAULT NULL, owner_column text DEFAULT NULL, tenant text DEFAULT NULL,
    OUT attachment text, OUT columns text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'admin');
    role name := coalesce(attach.run_as, highseas.actor())::name;
    problems text[] := '{}';
    offered text[];
    key_type text;
    text_of_query text := regexp_replace(attach.query, '[;[:space:]]+$', '');
    statement text;
    c record;
BEGIN
    PERFORM highseas.require_key('name', name);
    IF query IS NULL OR kind IS NULL OR adopt IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'kind, query and adopt must not be null', HINT = 'See highseas.attachment_columns(kind).';
    END IF;
    IF NOT EXISTS (SELECT FROM highseas.attachment_columns(attach.kind)) THEN
        problems := problems || format('unknown kind "%s": it is reps, customers, orders or activities', left(attach.kind, 100));
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role) THEN
        problems := problems || format('role "%s" does not exist', role);
    ELSIF EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role AND r.rolsuper) THEN
        problems := problems || format('role "%s" is a superuser: name another one as run_as, with SELECT on the CRM''s tables', role);
    ELSIF NOT highseas.caller_has(role) THEN
        problems := problems || format('you are not a member of role "%s"', role);
    ELSE
        BEGIN
            offered := '{}';
            FOR c IN
                SELECT d.name, count(*) AS times, min(d.type::text) AS type, min(w.type) AS wanted, max(y.typcategory) AS category
                FROM highseas.describe_query(text_of_query, role) d
                JOIN pg_type y ON y.oid = d.type
                LEFT JOIN highseas.attachment_columns(attach.kind) w ON w.name = d.name
                GROUP BY d.name ORDER BY d.name
            LOOP
                offered := offered || c.name;
                IF c.times > 1 THEN
                    problems := problems || format('column "%s" comes %s times', c.name, c.times);
                ELSIF c.wanted IS NULL THEN
                    problems := problems || format('column "%s" is none that a query of this kind has', c.name);
                ELSIF (CASE c.wanted
                      WHEN 'key' THEN c.type NOT IN ('smallint', 'integer', 'bigint', 'numeric', 'uuid', 'text', 'character varying', 'character')
                      WHEN 'time' THEN c.type NOT IN ('timestamp with time zone', 'timestamp without time zone', 'date')
                      WHEN 'number' THEN c.category <> 'N'
                      WHEN 'boolean' THEN c.type <> 'boolean'
                      WHEN 'json' THEN c.type NOT IN ('json', 'jsonb')
                      ELSE false END) THEN
                    problems := problems || format('column "%s" has type %s, which is no %s', c.name, c.type, c.wanted);
                END IF;
                IF c.wanted = 'key' THEN
                    key_type := c.type;
                END IF;
            END LOOP;
            -- As sync() reads it.
            PERFORM highseas.describe_query(format('SELECT q.* FROM (%s%s) q', text_of_query, E'\n'), role);
        EXCEPTION WHEN OTHERS THEN
            offered := NULL;
            problems := problems || format('the query: %s', SQLERRM);
        END;
        IF offered IS NOT NULL THEN
            problems := problems || ARRAY(
                SELECT format('column "%s" is missing', w.name) FROM highseas.attachment_columns(attach.kind) w
                WHERE w.required AND w.name <> ALL (offered));
        END IF;
    END IF;
    IF kind = 'customers' AND NOT EXISTS (SELECT FROM highseas.pool p WHERE p.tenant_id = t AND p.pool_key = attach.pool) THEN
        problems := problems || format('pool "%s" does not exist: new customers need one', coalesce(attach.pool, ''));
    ELSIF kind <> 'customers' AND (pool IS NOT NULL OR adopt OR owner_table IS NOT NULL) THEN
        problems := problems || 'pool, adopt and owner_table are for customers'::text;
    END IF;
    IF owner_table IS NOT NULL THEN
        IF owner_key IS NULL OR owner_column IS NULL THEN
            problems := problems || 'owner_table needs owner_key and owner_column'::text;
        ELSIF adopt THEN
            problems := problems || 'adopt and owner_table exclude each other: one side decides'::text;
        ELSIF to_regclass(owner_table) IS NULL THEN
            problems := problems || format('table "%s" does not exist (name its schema, too)', owner_table);
        ELSE
            SELECT format('UPDATE %s SET %I = $2::%s WHERE %I = $1::%s', to_regclass(owner_table), o.attname,
                          format_type(o.atttypid, -1), k.attname, format_type(k.atttypid, k.atttypmod))
            INTO statement
            FROM pg_attribute k JOIN pg_attribute o ON o.attrelid = k.attrelid
            WHERE k.attrelid = to_regclass(owner_table) AND k.attname = owner_key AND o.attname = owner_column
              AND k.attnum > 0 AND o.attnum > 0 AND NOT k.attisdropped AND NOT o.attisdropped;
            IF statement IS NULL THEN
                problems := problems || format('table "%s" has no columns "%s" and "%s"', owner_table, owner_key, owner_column);
            END IF;
        END IF;
    END IF;
    IF problems <> '{}' THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('attachment "%s" cannot be registered', left(name, 100)),
            DETAIL = array_to_string(problems, E'\n'),
            HINT = 'SELECT * FROM highseas.attachment_columns(kind) lists what a query may offer.';
    END IF;
    INSERT INTO highseas.attachment AS a (tenant_id, attachment, kind, query, run_as, key_type, columns, pool_key, adopt, owner_statement)
    VALUES (t, attach.name, attach.kind, text_of_query, role, key_type, offered, attach.pool, attach.adopt, statement)
    ON CONFLICT ON CONSTRAINT attachment_pkey DO UPDATE
    SET kind = EXCLUDED.kind, query = EXCLUDED.query, run_as = EXCLUDED.run_as, key_type = EXCLUDED.key_type,
        columns = EXCLUDED.columns, pool_key = EXCLUDED.pool_key, adopt = EXCLUDED.adopt,
        owner_statement = EXCLUDED.owner_statement, enabled = true,
        position = NULL, changed_at = NULL, newest_change = NULL, synced_run = NULL, reconciled_run = NULL;
    attachment := name;
    columns := array_to_string(offered, ', ');
END
$$;
COMMENT ON FUNCTION highseas_api.attach(text, text, text, text, text, boolean, text, text, text, text) IS
'Registers (or renews) a query on the CRM. name: your own; kind: reps, customers, orders or activities; query: one SELECT with the columns of attachment_columns(kind), a changed_at makes the sync incremental; pool: where new customers go; run_as: the role that it runs as, of which you must be a member, no superuser (default: yourself); adopt: reconcile() takes over holders that the CRM changed; owner_table, owner_key, owner_column: write our holders back. Every problem is reported at once, in DETAIL. Errors: 22023, 22004, 42501.';

CREATE FUNCTION highseas_api.detach(name text, tenant text DEFAULT NULL, OUT attachment text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'admin');
BEGIN
    DELETE FROM highseas.attachment a WHERE a.tenant_id = t AND a.attachment = detach.name
    RETURNING a.attachment INTO detach.attachment;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('attachment "%s" does not exist', left(name, 100)),
            HINT = 'highseas.attachment lists them.';
    END IF;
END
$$;
COMMENT ON FUNCTION highseas_api.detach(text, text) IS
'Forgets an attachment: nothing more is read from it, and nothing that it brought is lost. Errors: 42704, 42501.';

-- sync ----------------------------------------------------------------------------------------

CREATE FUNCTION highseas.refuse_query(a highseas.attachment, state text, message text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = state,
        MESSAGE = format('attachment "%s": its query of %s failed: %s', a.attachment, a.kind, message),
        DETAIL = format('The query is: %s', a.query),
        HINT = 'If the CRM changed, call highseas.attach() again with a query that fits; nothing is lost.';
END
$$;
COMMENT ON FUNCTION highseas.refuse_query(highseas.attachment, text, text) IS
'Raises the error of an attachment''s query anew, with the names of both';

CREATE FUNCTION highseas.fetch_page(a highseas.attachment, batch integer) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    key text := (SELECT w.name FROM highseas.attachment_columns(a.kind) w WHERE w.type = 'key');
    key_type text;
    missing text[];
    statement text;
    message text;
    state text;
    page jsonb;
BEGIN
    -- As the CRM is today: keys of another type would be other customers, a column that went would empty ours.
    SELECT max(d.type::text) FILTER (WHERE d.name = key),
           ARRAY(SELECT c FROM unnest(a.columns) c EXCEPT SELECT unnest(array_agg(d.name)) ORDER BY 1)
    INTO key_type, missing
    FROM highseas.describe_query(a.query, a.run_as) d;
    IF missing <> '{}' THEN
        RAISE EXCEPTION USING ERRCODE = '42703', MESSAGE = format('column "%s" is missing', array_to_string(missing, '", "'));
    ELSIF key_type <> a.key_type AND NOT ARRAY[key_type, a.key_type] <@ '{smallint,integer,bigint}'
          AND NOT ARRAY[key_type, a.key_type] <@ '{text,character varying,character}' THEN
        RAISE EXCEPTION USING ERRCODE = '42804', MESSAGE = format('column "%s" was %s and is %s', key, a.key_type, key_type);
    END IF;
    -- A bare character is char(1).
    key_type := CASE key_type WHEN 'character' THEN 'bpchar' ELSE key_type END;
    -- The first pass, and every pass of a query without changed_at, goes by key; later ones by change.
    statement := CASE
        WHEN a.changed_at IS NOT NULL THEN
            format('SELECT * FROM (%s%s) q WHERE (q.changed_at, q.%I) > (%L::timestamptz, %L::%s) ORDER BY q.changed_at, q.%I LIMIT %s',
                   a.query, E'\n', key, coalesce((a.position ->> 'changed_at')::timestamptz, a.changed_at),
                   a.position ->> 'key', key_type, key, batch)
        ELSE format('SELECT * FROM (%s%s) q %s ORDER BY q.%I LIMIT %s', a.query, E'\n',
                    CASE WHEN a.position IS NOT NULL
                         THEN format('WHERE q.%I > %L::%s', key, a.position ->> 'key', key_type) ELSE '' END,
                    key, batch) END;
    IF a.changed_at IS NOT NULL AND a.position IS NULL THEN
        statement := format('SELECT * FROM (%s%s) q WHERE q.changed_at >= %L::timestamptz ORDER BY q.changed_at, q.%I LIMIT %s',
                            a.query, E'\n', a.changed_at, key, batch);
    END IF;
    SELECT coalesce(jsonb_agg(jsonb_object(a.columns, r)), '[]') INTO page
    FROM highseas.fetch_rows(statement, a.run_as, a.columns) r;
    RETURN page;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, state = RETURNED_SQLSTATE;
    PERFORM highseas.refuse_query(a, state, message);
END
$$;
COMMENT ON FUNCTION highseas.fetch_page(highseas.attachment, integer) IS
'The next rows of an attachment as JSON objects of texts; an error names the attachment and the query';

CREATE FUNCTION highseas.report_problem(tenant_id bigint, attachment text, key text, problem text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO highseas.sync_problem (tenant_id, attachment, key, problem, seen_at)
    SELECT report_problem.tenant_id, report_problem.attachment, left(report_problem.key, 200), report_problem.problem, highseas.clock()
    WHERE (SELECT count(*) FROM (SELECT FROM highseas.sync_problem s WHERE s.tenant_id = report_problem.tenant_id
           AND s.attachment = report_problem.attachment LIMIT 10000) x) < 10000;
END
$$;
COMMENT ON FUNCTION highseas.report_problem(bigint, text, text, text) IS 'Notes a row that could not go in';

CREATE FUNCTION highseas.sync_reps(a highseas.attachment, page jsonb) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    now timestamptz := highseas.clock();
BEGIN
    PERFORM highseas.report_problem(a.tenant_id, a.attachment, x.rep_key, 'the key is NULL, empty or longer than 1024 bytes')
    FROM jsonb_to_recordset(page) x(rep_key text) WHERE highseas.is_sound_key(x.rep_key) IS NOT TRUE;
    PERFORM highseas.report_problem(a.tenant_id, a.attachment, x.rep_key, format('region "%s" is unknown', x.region))
    FROM jsonb_to_recordset(page) x(rep_key text, region text)
    WHERE x.region IS NOT NULL AND NOT EXISTS (SELECT FROM highseas.region g WHERE g.tenant_id = a.tenant_id AND g.region = x.region);

    INSERT INTO highseas.rep AS r (tenant_id, rep_key, name, hired_on, active, login_role, waiting_since)
    SELECT DISTINCT ON (x.rep_key) a.tenant_id, x.rep_key, x.name, x.hired_on::date, coalesce(x.active, true), x.login_role, now
    FROM jsonb_to_recordset(page) x(rep_key text, name text, hired_on timestamptz, active boolean, login_role name)
    WHERE highseas.is_sound_key(x.rep_key)
    ORDER BY x.rep_key
    ON CONFLICT (tenant_id, rep_key) DO UPDATE
    SET name = CASE WHEN 'name' = ANY (a.columns) THEN EXCLUDED.name ELSE r.name END,
        hired_on = CASE WHEN 'hired_on' = ANY (a.columns) THEN EXCLUDED.hired_on ELSE r.hired_on END,
        active = CASE WHEN 'active' = ANY (a.columns) THEN EXCLUDED.active ELSE r.active END,
        login_role = CASE WHEN 'login_role' = ANY (a.columns) THEN EXCLUDED.login_role ELSE r.login_role END,
        -- Whoever comes back waits from now on.
        waiting_since = CASE WHEN 'active' = ANY (a.columns) AND EXCLUDED.active AND NOT r.active THEN now ELSE r.waiting_since END
    WHERE (r.name, r.hired_on, r.active, r.login_role)
        IS DISTINCT FROM (CASE WHEN 'name' = ANY (a.columns) THEN EXCLUDED.name ELSE r.name END,
                          CASE WHEN 'hired_on' = ANY (a.columns) THEN EXCLUDED.hired_on ELSE r.hired_on END,
                          CASE WHEN 'active' = ANY (a.columns) THEN EXCLUDED.active ELSE r.active END,
                          CASE WHEN 'login_role' = ANY (a.columns) THEN EXCLUDED.login_role ELSE r.login_role END);

    IF 'region' = ANY (a.columns) THEN
        DELETE FROM highseas.rep_region g
        USING jsonb_to_recordset(page) x(rep_key text, region text)
        WHERE g.tenant_id = a.tenant_id AND g.rep_key = x.rep_key AND g.region IS DISTINCT FROM x.region;
        INSERT INTO highseas.rep_region (tenant_id, rep_key, region)
        SELECT a.tenant_id, x.rep_key, g.region
        FROM jsonb_to_recordset(page) x(rep_key text, region text)
        JOIN highseas.region g ON g.tenant_id = a.tenant_id AND g.region = x.region
        WHERE highseas.is_sound_key(x.rep_key)
        ON CONFLICT DO NOTHING;
    END IF;
END
$$;
COMMENT ON FUNCTION highseas.sync_reps(highseas.attachment, jsonb) IS 'Brings a page of reps in; what the query does not offer stays as it is';

CREATE FUNCTION highseas.sync_customers(a highseas.attachment, page jsonb) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    now timestamptz := highseas.clock();
    keys text[];
    owned record;
    v highseas.verdict;
BEGIN
    PERFORM highseas.report_problem(a.tenant_id, a.attachment, x.customer_key, 'the key is NULL, empty or longer than 1024 bytes')
    FROM jsonb_to_recordset(page) x(customer_key text) WHERE highseas.is_sound_key(x.customer_key) IS NOT TRUE;
    PERFORM highseas.report_problem(a.tenant_id, a.attachment, x.customer_key, format('deal "%s" is none, open or closed', x.deal))
    FROM jsonb_to_recordset(page) x(customer_key text, deal text) WHERE x.deal NOT IN ('none', 'open', 'closed');
    PERFORM highseas.report_problem(a.tenant_id, a.attachment, x.customer_key, format('score %s is out of range', x.score))
    FROM jsonb_to_recordset(page) x(customer_key text, score text)
    WHERE NOT x.score::double precision BETWEEN -1e30 AND 1e30;
    PERFORM highseas.report_problem(a.tenant_id, a.attachment, x.customer_key, format('owner "%s" is no rep', x.owner))
    FROM jsonb_to_recordset(page) x(customer_key text, owner text)
    WHERE x.owner IS NOT NULL AND NOT EXISTS (SELECT FROM highseas.rep r WHERE r.tenant_id = a.tenant_id AND r.rep_key = x.owner);

    -- Owners' rows first, then the customers, each in the order of keys.
    PERFORM FROM highseas.rep r
    WHERE r.tenant_id = a.tenant_id AND r.rep_key IN (
        SELECT x.owner FROM jsonb_to_recordset(page) x(customer_key text, owner text)
        WHERE x.owner IS NOT NULL AND NOT EXISTS (
            SELECT FROM highseas.profile f WHERE f.tenant_id = a.tenant_id AND f.customer_key = x.customer_key))
    ORDER BY r.rep_key FOR NO KEY UPDATE;
    -- LATERAL ... OFFSET 0: one index lookup a key, whatever the statistics of a table that is being filled say.
    keys := ARRAY(SELECT c.customer_key
                  FROM (SELECT DISTINCT x.customer_key FROM jsonb_to_recordset(page) x(customer_key text) ORDER BY 1) k
                  CROSS JOIN LATERAL (SELECT y.customer_key FROM highseas.customer y
                                      WHERE y.tenant_id = a.tenant_id AND y.customer_key = k.customer_key
                                      FOR NO KEY UPDATE OFFSET 0) c);

    WITH given AS MATERIALIZED (
        SELECT DISTINCT ON (x.customer_key) x.*, CASE WHEN x.deal IN ('open', 'closed') THEN x.deal ELSE 'none' END AS known_deal,
               CASE WHEN x.score BETWEEN -1e30 AND 1e30 THEN x.score::real ELSE 0 END AS known_score
        FROM jsonb_to_recordset(page) x(customer_key text, email text, online boolean, score double precision, class text,
                                        region text, owner text, deal text)
        WHERE highseas.is_sound_key(x.customer_key)
        ORDER BY x.customer_key
    ), changed AS (
        UPDATE highseas.customer c
        SET online = CASE WHEN 'online' = ANY (a.columns) THEN coalesce(g.online, false) ELSE c.online END,
            has_email = CASE WHEN 'email' = ANY (a.columns) THEN coalesce(btrim(g.email), '') <> '' ELSE c.has_email END,
            score = CASE WHEN 'score' = ANY (a.columns) THEN g.known_score ELSE c.score END,
            class = CASE WHEN 'class' = ANY (a.columns) THEN g.class ELSE c.class END,
            region = CASE WHEN 'region' = ANY (a.columns) THEN g.region ELSE c.region END,
            deal = CASE WHEN 'deal' = ANY (a.columns) THEN g.known_deal ELSE c.deal END,
            state = CASE WHEN c.state = 'gone' THEN 'free' ELSE c.state END,
            pooled_since = CASE WHEN c.state = 'gone' THEN now ELSE c.pooled_since END
        FROM given g
        WHERE c.tenant_id = a.tenant_id AND c.customer_key = g.customer_key
          AND (c.state = 'gone' OR (c.online, c.has_email, c.score, c.class, c.region, c.deal) IS DISTINCT FROM (
               CASE WHEN 'online' = ANY (a.columns) THEN coalesce(g.online, false) ELSE c.online END,
               CASE WHEN 'email' = ANY (a.columns) THEN coalesce(btrim(g.email), '') <> '' ELSE c.has_email END,
               CASE WHEN 'score' = ANY (a.columns) THEN g.known_score ELSE c.score END,
               CASE WHEN 'class' = ANY (a.columns) THEN g.class ELSE c.class END,
               CASE WHEN 'region' = ANY (a.columns) THEN g.region ELSE c.region END,
               CASE WHEN 'deal' = ANY (a.columns) THEN g.known_deal ELSE c.deal END))
    )
    INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, lane, pooled_since, last_act_at,
                                   online, has_email, score, class, region, deal)
    SELECT a.tenant_id, g.customer_key, a.pool_key, highseas.lane_of(g.customer_key, p.lanes), now, now,
           coalesce(g.online, false), coalesce(btrim(g.email), '') <> '', coalesce(g.known_score, 0), g.class, g.region, g.known_deal
    FROM given g JOIN highseas.pool p ON p.tenant_id = a.tenant_id AND p.pool_key = a.pool_key
    ON CONFLICT (tenant_id, customer_key) DO NOTHING;

    -- Who is new with an owner in the CRM is imported, within the owner's capacity.
    FOR owned IN
        SELECT c.customer_key, x.owner
        FROM jsonb_to_recordset(page) x(customer_key text, owner text)
        JOIN highseas.customer c ON c.tenant_id = a.tenant_id AND c.customer_key = x.customer_key AND c.state = 'free'
        JOIN highseas.rep r ON r.tenant_id = a.tenant_id AND r.rep_key = x.owner
        WHERE NOT EXISTS (SELECT FROM highseas.profile f WHERE f.tenant_id = a.tenant_id AND f.customer_key = x.customer_key)
        ORDER BY c.customer_key
    LOOP
        v := highseas.check_claim(a.tenant_id, owned.owner, owned.customer_key, now, 'import');
        IF v.allowed THEN
            PERFORM highseas.take_one(a.tenant_id, owned.customer_key, owned.owner, 'import', highseas.actor(),
                highseas.act_time(a.tenant_id, ARRAY[owned.owner], ARRAY[owned.customer_key]), 'owner in the CRM', NULL);
        ELSE
            UPDATE highseas.customer c SET state = 'frozen'
            WHERE c.tenant_id = a.tenant_id AND c.customer_key = owned.customer_key;
            PERFORM highseas.record_event(a.tenant_id, now, owned.customer_key, 'refuse_import', owned.owner, v.rule, NULL);
            INSERT INTO highseas.reconcile_finding (tenant_id, attachment, customer_key, kind, theirs, found_at, action, detail)
            VALUES (a.tenant_id, a.attachment, owned.customer_key, 'import_refused', owned.owner, now, 'refused', v.rule)
            ON CONFLICT DO NOTHING;
        END IF;
    END LOOP;

    INSERT INTO highseas.profile AS f (tenant_id, customer_key, attachment, name, company, contact, position, email, phone, mobile,
        fax, address, city, country, website, source, main_products, registered_at, last_login_at, crm_owner, changed_at, attributes)
    SELECT DISTINCT ON (x.customer_key) a.tenant_id, x.customer_key, a.attachment, x.name, x.company, x.contact, x.position, x.email,
        x.phone, x.mobile, x.fax, x.address, x.city, x.country, x.website, x.source, x.main_products, x.registered_at,
        x.last_login_at, x.owner, x.changed_at, coalesce(x.attributes::jsonb, '{}')
    FROM jsonb_to_recordset(page) x(customer_key text, name text, company text, contact text, position text, email text,
        phone text, mobile text, fax text, address text, city text, country text, website text, source text, main_products text,
        registered_at timestamptz, last_login_at timestamptz, owner text, changed_at timestamptz, attributes text)
    WHERE highseas.is_sound_key(x.customer_key)
    ORDER BY x.customer_key
    ON CONFLICT (tenant_id, customer_key) DO UPDATE
    SET attachment = EXCLUDED.attachment, name = EXCLUDED.name, company = EXCLUDED.company, contact = EXCLUDED.contact,
        position = EXCLUDED.position, email = EXCLUDED.email, phone = EXCLUDED.phone, mobile = EXCLUDED.mobile, fax = EXCLUDED.fax,
        address = EXCLUDED.address, city = EXCLUDED.city, country = EXCLUDED.country, website = EXCLUDED.website,
        source = EXCLUDED.source, main_products = EXCLUDED.main_products, registered_at = EXCLUDED.registered_at,
        last_login_at = EXCLUDED.last_login_at, crm_owner = EXCLUDED.crm_owner, changed_at = EXCLUDED.changed_at,
        attributes = CASE WHEN 'attributes' = ANY (a.columns) THEN EXCLUDED.attributes ELSE f.attributes END
    WHERE (f.attachment, f.name, f.company, f.contact, f.position, f.email, f.phone, f.mobile, f.fax, f.address, f.city, f.country,
           f.website, f.source, f.main_products, f.registered_at, f.last_login_at, f.crm_owner, f.changed_at, f.attributes)
        IS DISTINCT FROM (EXCLUDED.attachment, EXCLUDED.name, EXCLUDED.company, EXCLUDED.contact, EXCLUDED.position, EXCLUDED.email,
           EXCLUDED.phone, EXCLUDED.mobile, EXCLUDED.fax, EXCLUDED.address, EXCLUDED.city, EXCLUDED.country, EXCLUDED.website,
           EXCLUDED.source, EXCLUDED.main_products, EXCLUDED.registered_at, EXCLUDED.last_login_at, EXCLUDED.crm_owner,
           EXCLUDED.changed_at, CASE WHEN 'attributes' = ANY (a.columns) THEN EXCLUDED.attributes ELSE f.attributes END);

    UPDATE highseas.profile p SET agreed_owner = p.crm_owner
    FROM jsonb_to_recordset(page) x(customer_key text, owner text)
    JOIN highseas.customer c ON c.tenant_id = a.tenant_id AND c.customer_key = x.customer_key AND c.holder = x.owner
    WHERE p.tenant_id = a.tenant_id AND p.customer_key = x.customer_key AND p.agreed_owner IS DISTINCT FROM p.crm_owner;

    -- A deal or class that changed changes when a holding is due.
    PERFORM highseas.replan_customers(a.tenant_id, keys, now);
END
$$;
COMMENT ON FUNCTION highseas.sync_customers(highseas.attachment, jsonb) IS
'Brings a page of customers in: new ones into the attachment''s pool (or to their owner, within his capacity), changed ones as they are now';

CREATE FUNCTION highseas.sync_orders(a highseas.attachment, page jsonb) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    keys text[];
BEGIN
    PERFORM highseas.report_problem(a.tenant_id, a.attachment, x.order_key, format('customer "%s" is unknown, or key, time or amount is missing', x.customer_key))
    FROM jsonb_to_recordset(page) x(order_key text, customer_key text, ordered_at text, amount text)
    WHERE highseas.is_sound_key(x.order_key) IS NOT TRUE OR x.ordered_at IS NULL OR x.amount IS NULL
       OR x.amount IN ('NaN', 'Infinity', '-Infinity') OR NOT EXISTS (
          SELECT FROM highseas.customer c WHERE c.tenant_id = a.tenant_id AND c.customer_key = x.customer_key);
    WITH given AS (
        SELECT DISTINCT ON (x.customer_key, x.order_key) x.*
        FROM jsonb_to_recordset(page) x(order_key text, customer_key text, ordered_at timestamptz, amount numeric, currency text)
        JOIN highseas.customer c ON c.tenant_id = a.tenant_id AND c.customer_key = x.customer_key
        WHERE highseas.is_sound_key(x.order_key) AND isfinite(x.ordered_at) AND x.amount NOT IN ('NaN', 'Infinity', '-Infinity')
        ORDER BY x.customer_key, x.order_key
    ), written AS (
        INSERT INTO highseas.purchase AS p (tenant_id, customer_key, order_key, ordered_at, amount, currency)
        SELECT a.tenant_id, g.customer_key, g.order_key, g.ordered_at, g.amount, g.currency FROM given g
        ON CONFLICT (tenant_id, customer_key, order_key) DO UPDATE
        SET ordered_at = EXCLUDED.ordered_at, amount = EXCLUDED.amount, currency = EXCLUDED.currency
        WHERE (p.ordered_at, p.amount, p.currency) IS DISTINCT FROM (EXCLUDED.ordered_at, EXCLUDED.amount, EXCLUDED.currency)
        RETURNING p.customer_key
    )
    SELECT array_agg(DISTINCT w.customer_key) INTO keys FROM written w;
    keys := ARRAY(SELECT c.customer_key FROM highseas.customer c
                  WHERE c.tenant_id = a.tenant_id AND c.customer_key = ANY (keys) ORDER BY c.customer_key FOR NO KEY UPDATE);
    UPDATE highseas.customer c SET last_order_at = o.last_order_at
    FROM (SELECT p.customer_key, max(p.ordered_at) AS last_order_at FROM highseas.purchase p
          WHERE p.tenant_id = a.tenant_id AND p.customer_key = ANY (keys) AND p.amount > 0 GROUP BY p.customer_key) o
    WHERE c.tenant_id = a.tenant_id AND c.customer_key = o.customer_key AND c.last_order_at IS DISTINCT FROM o.last_order_at;
    PERFORM highseas.replan_customers(a.tenant_id, keys, highseas.clock());
END
$$;
COMMENT ON FUNCTION highseas.sync_orders(highseas.attachment, jsonb) IS
'Brings a page of orders in; the last order with a positive amount moves deadlines of the kind no_order';

CREATE FUNCTION highseas.sync_activities(a highseas.attachment, page jsonb) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    keys text[];
BEGIN
    PERFORM highseas.report_problem(a.tenant_id, a.attachment, x.activity_key, format('customer "%s" is unknown, or key, rep or time is missing', x.customer_key))
    FROM jsonb_to_recordset(page) x(activity_key text, customer_key text, rep_key text, at text)
    WHERE highseas.is_sound_key(x.activity_key) IS NOT TRUE OR x.at IS NULL OR x.rep_key IS NULL OR NOT EXISTS (
          SELECT FROM highseas.customer c WHERE c.tenant_id = a.tenant_id AND c.customer_key = x.customer_key);
    -- LATERAL ... OFFSET 0: one index lookup a key, whatever the statistics of a table that is being filled say.
    keys := ARRAY(SELECT c.customer_key
                  FROM (SELECT DISTINCT x.customer_key FROM jsonb_to_recordset(page) x(customer_key text) ORDER BY 1) k
                  CROSS JOIN LATERAL (SELECT y.customer_key FROM highseas.customer y
                                      WHERE y.tenant_id = a.tenant_id AND y.customer_key = k.customer_key
                                      FOR NO KEY UPDATE OFFSET 0) c);
    INSERT INTO highseas.follow_up (tenant_id, at, customer_key, rep_key, kind, actor, note, activity_key)
    SELECT a.tenant_id, x.at, x.customer_key, x.rep_key, coalesce(x.kind, 'contact'), highseas.actor(), x.note,
           a.attachment || ':' || x.activity_key
    FROM jsonb_to_recordset(page) x(activity_key text, customer_key text, rep_key text, at timestamptz, kind text, note text)
    WHERE highseas.is_sound_key(x.activity_key) AND x.rep_key IS NOT NULL AND isfinite(x.at) AND x.customer_key = ANY (keys)
    ORDER BY x.at
    ON CONFLICT (tenant_id, activity_key) WHERE activity_key IS NOT NULL DO NOTHING;
    -- What the holder did in the CRM counts as his follow-up, were it before the sync.
    UPDATE highseas.customer c SET last_follow_up_at = f.at
    FROM (SELECT x.customer_key, x.rep_key, max(x.at) AS at
          FROM jsonb_to_recordset(page) x(customer_key text, rep_key text, at timestamptz)
          WHERE isfinite(x.at) AND x.at <= highseas.clock() GROUP BY x.customer_key, x.rep_key) f
    WHERE c.tenant_id = a.tenant_id AND c.customer_key = f.customer_key AND c.holder = f.rep_key
      AND f.at >= c.held_since AND (c.last_follow_up_at IS NULL OR f.at > c.last_follow_up_at);
    PERFORM highseas.replan_customers(a.tenant_id, keys, highseas.clock());
END
$$;
COMMENT ON FUNCTION highseas.sync_activities(highseas.attachment, jsonb) IS
'Brings a page of activities in as follow-ups, each once; what the present holder did moves his due date';

CREATE FUNCTION highseas.write_back(a highseas.attachment, batch integer) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    keys text[];
    owners text[];
    message text;
BEGIN
    SELECT array_agg(x.customer_key), array_agg(x.holder) INTO keys, owners
    FROM (SELECT c.customer_key, c.holder
          FROM highseas.profile f JOIN highseas.customer c ON c.tenant_id = f.tenant_id AND c.customer_key = f.customer_key
          WHERE f.tenant_id = a.tenant_id AND f.attachment = a.attachment AND c.state <> 'gone'
            AND c.holder IS DISTINCT FROM f.crm_owner
            -- An owner whom we could not take in is the CRM's, until somebody holds the customer here.
            AND (c.holder IS NOT NULL OR EXISTS (
                SELECT FROM highseas.holding h WHERE h.tenant_id = c.tenant_id AND h.customer_key = c.customer_key))
          ORDER BY c.customer_key LIMIT batch) x;
    IF keys IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM highseas.write_owners(a.owner_statement, a.run_as, keys, owners);
    UPDATE highseas.profile f SET crm_owner = x.owner, agreed_owner = x.owner
    FROM unnest(keys, owners) x(key, owner)
    WHERE f.tenant_id = a.tenant_id AND f.customer_key = x.key;
    RETURN cardinality(keys);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
    RAISE EXCEPTION USING ERRCODE = SQLSTATE,
        MESSAGE = format('attachment "%s": writing owners back failed: %s', a.attachment, message),
        DETAIL = format('The statement is: %s', a.owner_statement),
        HINT = 'If the CRM changed, call highseas.attach() again; nothing is lost.';
END
$$;
COMMENT ON FUNCTION highseas.write_back(highseas.attachment, integer) IS
'Writes up to batch holders that differ from the CRM''s owners into its table, as run_as';

CREATE FUNCTION highseas.sync_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    a highseas.attachment;
    page jsonb;
    began timestamptz;
    last_row jsonb;
    message text;
    details text;
BEGIN
    rows := 0;
    SELECT x.* INTO a FROM highseas.attachment x
    WHERE x.tenant_id = sync_batch.tenant_id AND x.enabled AND x.synced_run IS DISTINCT FROM run
    ORDER BY array_position(ARRAY['reps', 'customers', 'orders', 'activities'], x.kind), x.attachment
    LIMIT 1 FOR UPDATE;
    more := FOUND;
    IF NOT more THEN
        -- All had their turn: now say what failed.
        SELECT x.error INTO message FROM highseas.attachment x
        WHERE x.tenant_id = sync_batch.tenant_id AND x.enabled AND x.error IS NOT NULL ORDER BY x.attachment LIMIT 1;
        IF message IS NOT NULL THEN
            RAISE EXCEPTION USING MESSAGE = split_part(message, E'\n', 1),
                DETAIL = substr(message, strpos(message || E'\n', E'\n') + 1),
                HINT = 'highseas.attachment has every error.';
        END IF;
        RETURN;
    END IF;
    IF a.position IS NULL THEN
        DELETE FROM highseas.sync_problem p WHERE p.tenant_id = a.tenant_id AND p.attachment = a.attachment;
    END IF;
    began := coalesce((a.position ->> 'began')::timestamptz, highseas.clock());
    BEGIN
        page := highseas.fetch_page(a, batch);
        rows := jsonb_array_length(page);
        CASE a.kind
            WHEN 'reps' THEN PERFORM highseas.sync_reps(a, page);
            WHEN 'customers' THEN PERFORM highseas.sync_customers(a, page);
            WHEN 'orders' THEN PERFORM highseas.sync_orders(a, page);
            WHEN 'activities' THEN PERFORM highseas.sync_activities(a, page);
        END CASE;
        last_row := page -> -1;
        -- A date in the future must not hide what changes until then.
        a.newest_change := greatest(a.newest_change, (
            SELECT max(x.changed_at) FROM jsonb_to_recordset(page) x(changed_at timestamptz)
            WHERE isfinite(x.changed_at) AND x.changed_at <= began));
        IF rows = batch THEN
            a.position := jsonb_build_object('began', began, 'changed_at', last_row -> 'changed_at',
                'key', last_row -> (SELECT w.name FROM highseas.attachment_columns(a.kind) w WHERE w.type = 'key'));
        ELSE
            -- Transactions commit out of order: the next pass looks a little further back.
            a.position := NULL;
            a.changed_at := CASE WHEN a.newest_change IS NOT NULL THEN least(a.newest_change, began) - interval '5 minutes' END;
            IF a.owner_statement IS NOT NULL THEN
                LOOP
                    EXIT WHEN highseas.write_back(a, batch) < batch;
                END LOOP;
            END IF;
            a.synced_run := run;
        END IF;
        UPDATE highseas.attachment x
        SET position = a.position, changed_at = a.changed_at, newest_change = a.newest_change, synced_run = a.synced_run, error = NULL
        WHERE x.tenant_id = a.tenant_id AND x.attachment = a.attachment;
    EXCEPTION WHEN OTHERS THEN
        -- The others go on; this one begins where it was when the next run comes.
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, details = PG_EXCEPTION_DETAIL;
        rows := 0;
        UPDATE highseas.attachment x SET synced_run = run, error = concat_ws(E'\n', message, nullif(details, ''))
        WHERE x.tenant_id = a.tenant_id AND x.attachment = a.attachment;
    END;
END
$$;
COMMENT ON FUNCTION highseas.sync_batch(bigint, bigint, integer) IS
'One page of one attachment: reps, then customers, orders and activities; a pass that was cut off goes on where it was';

-- reconcile -----------------------------------------------------------------------------------

CREATE FUNCTION highseas.reconcile_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    a highseas.attachment;
    now timestamptz := highseas.clock();
    keys text[];
    d record;
    c highseas.customer;
    v highseas.verdict;
    state text;
    message text;
BEGIN
    rows := 0;
    SELECT x.* INTO a FROM highseas.attachment x
    WHERE x.tenant_id = reconcile_batch.tenant_id AND x.enabled AND x.kind = 'customers'
      AND x.reconciled_run IS DISTINCT FROM run
    ORDER BY x.attachment LIMIT 1 FOR UPDATE;
    more := FOUND;
    IF NOT more THEN
        RETURN;
    END IF;

    -- Who vanished: ours against all keys of the CRM.
    BEGIN
        -- A CRM that shows nothing is broken, or shut to run_as; it has not lost everybody overnight.
        IF NOT EXISTS (SELECT FROM highseas.fetch_rows(format('SELECT customer_key FROM (%s%s) q LIMIT 1', a.query, E'\n'), a.run_as, '{customer_key}')) THEN
            RAISE EXCEPTION USING ERRCODE = '02000', MESSAGE = 'it returns no rows';
        END IF;
        keys := ARRAY(
            SELECT f.customer_key FROM highseas.profile f
            JOIN highseas.customer x ON x.tenant_id = f.tenant_id AND x.customer_key = f.customer_key AND x.state <> 'gone'
            WHERE f.tenant_id = a.tenant_id AND f.attachment = a.attachment
            EXCEPT
            SELECT r[1] COLLATE "C" FROM highseas.fetch_rows(format('SELECT customer_key FROM (%s%s) q', a.query, E'\n'), a.run_as, '{customer_key}') r
            LIMIT batch);
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, state = RETURNED_SQLSTATE;
        PERFORM highseas.refuse_query(a, state, message);
    END;
    PERFORM FROM highseas.rep r
    WHERE r.tenant_id = a.tenant_id AND r.rep_key IN (
        SELECT x.holder FROM highseas.customer x WHERE x.tenant_id = a.tenant_id AND x.customer_key = ANY (keys))
    ORDER BY r.rep_key FOR NO KEY UPDATE;
    PERFORM FROM highseas.customer x WHERE x.tenant_id = a.tenant_id AND x.customer_key = ANY (keys)
    ORDER BY x.customer_key FOR NO KEY UPDATE;
    now := highseas.act_time(a.tenant_id, '{}', keys);
    PERFORM highseas.release(a.tenant_id, ARRAY(
        SELECT x.customer_key FROM highseas.customer x
        WHERE x.tenant_id = a.tenant_id AND x.customer_key = ANY (keys) AND x.state = 'held'),
        'gone', highseas.actor(), now, 'not in the CRM any more', NULL, NULL, 'gone');
    UPDATE highseas.customer x SET state = 'gone', last_act_at = now
    WHERE x.tenant_id = a.tenant_id AND x.customer_key = ANY (keys) AND x.state <> 'gone';
    INSERT INTO highseas.customer_event (tenant_id, at, customer_key, act, actor, reason)
    SELECT a.tenant_id, now, k, 'gone', highseas.actor(), 'not in the CRM any more' FROM unnest(keys) k;
    INSERT INTO highseas.reconcile_finding (tenant_id, attachment, customer_key, kind, found_at, action)
    SELECT a.tenant_id, a.attachment, k, 'gone', now, 'gone' FROM unnest(keys) k
    ON CONFLICT DO NOTHING;
    rows := cardinality(keys);
    IF rows = batch THEN
        RETURN;
    END IF;

    -- Both sides say the same again, whoever changed it.
    UPDATE highseas.profile p SET agreed_owner = p.crm_owner
    FROM highseas.customer x
    WHERE p.tenant_id = a.tenant_id AND p.attachment = a.attachment AND p.agreed_owner IS DISTINCT FROM p.crm_owner
      AND x.tenant_id = p.tenant_id AND x.customer_key = p.customer_key AND x.holder IS NOT DISTINCT FROM p.crm_owner;
    -- What was found before and is so no more.
    UPDATE highseas.reconcile_finding f SET resolved_at = now
    FROM highseas.customer x LEFT JOIN highseas.profile p ON p.tenant_id = x.tenant_id AND p.customer_key = x.customer_key
    WHERE f.tenant_id = a.tenant_id AND f.attachment = a.attachment AND f.resolved_at IS NULL
      AND x.tenant_id = f.tenant_id AND x.customer_key = f.customer_key
      AND CASE f.kind WHEN 'gone' THEN x.state <> 'gone'
                      WHEN 'owner' THEN p.crm_owner IS NOT DISTINCT FROM p.agreed_owner
                      ELSE x.state <> 'frozen' END;

    -- Whose owner the CRM changed, as of the last sync; what we changed ourselves is no finding.
    IF 'owner' = ANY (a.columns) AND a.owner_statement IS NULL THEN
        FOR d IN
            SELECT x.customer_key, x.holder, p.crm_owner
            FROM highseas.profile p JOIN highseas.customer x ON x.tenant_id = p.tenant_id AND x.customer_key = p.customer_key
            WHERE p.tenant_id = a.tenant_id AND p.attachment = a.attachment AND x.state IN ('free', 'held')
              AND p.crm_owner IS DISTINCT FROM p.agreed_owner AND x.holder IS DISTINCT FROM p.crm_owner
              AND (a.adopt OR NOT EXISTS (
                  SELECT FROM highseas.reconcile_finding f WHERE f.tenant_id = a.tenant_id AND f.customer_key = x.customer_key
                     AND f.kind = 'owner' AND f.resolved_at IS NULL))
            ORDER BY x.customer_key
        LOOP
            message := NULL;
            state := 'reported';
            IF a.adopt THEN
                c := highseas.lock_customer(a.tenant_id, d.customer_key, VARIADIC ARRAY[d.crm_owner]);
                now := highseas.act_time(a.tenant_id, ARRAY[d.crm_owner, c.holder], ARRAY[d.customer_key]);
                IF d.crm_owner IS NULL THEN
                    PERFORM highseas.release(a.tenant_id, ARRAY[d.customer_key], 'reconcile', highseas.actor(), now, 'no owner in the CRM');
                    state := 'adopted';
                ELSIF NOT EXISTS (SELECT FROM highseas.rep r WHERE r.tenant_id = a.tenant_id AND r.rep_key = d.crm_owner) THEN
                    message := 'the owner is no rep';
                ELSE
                    v := highseas.check_claim(a.tenant_id, d.crm_owner, d.customer_key, now, 'adopt');
                    IF v.allowed THEN
                        PERFORM highseas.take_one(a.tenant_id, d.customer_key, d.crm_owner, 'adopt', highseas.actor(), now, 'owner in the CRM', NULL);
                        state := 'adopted';
                    ELSE
                        state := 'refused';
                        message := v.rule;
                    END IF;
                END IF;
            END IF;
            IF state = 'adopted' THEN
                UPDATE highseas.profile p SET agreed_owner = d.crm_owner
                WHERE p.tenant_id = a.tenant_id AND p.customer_key = d.customer_key;
            END IF;
            INSERT INTO highseas.reconcile_finding AS f (tenant_id, attachment, customer_key, kind, ours, theirs, found_at, action, detail, resolved_at)
            VALUES (a.tenant_id, a.attachment, d.customer_key, 'owner', d.holder, d.crm_owner, now, state, message,
                    CASE state WHEN 'adopted' THEN now END)
            ON CONFLICT (tenant_id, customer_key, kind) WHERE resolved_at IS NULL DO UPDATE
            SET ours = EXCLUDED.ours, theirs = EXCLUDED.theirs, action = EXCLUDED.action, detail = EXCLUDED.detail;
            rows := rows + 1;
        END LOOP;
    END IF;
    UPDATE highseas.attachment x SET reconciled_run = run
    WHERE x.tenant_id = a.tenant_id AND x.attachment = a.attachment;
END
$$;
COMMENT ON FUNCTION highseas.reconcile_batch(bigint, bigint, integer) IS
'One attachment: customers that vanished from the CRM leave service (state gone); holders that it changed itself are reported, or adopted through the rule';
