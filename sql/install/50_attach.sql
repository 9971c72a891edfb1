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
    may_vanish real NOT NULL DEFAULT 0.2 CHECK (may_vanish BETWEEN 0 AND 1),
    enabled boolean NOT NULL DEFAULT true,
    position jsonb,
    changed_at timestamptz,
    newest_change timestamptz,
    synced_run bigint,
    error text,
    reconciled_run bigint,
    reconciled_key text COLLATE "C",
    reconcile_error text,
    PRIMARY KEY (tenant_id, attachment),
    FOREIGN KEY (tenant_id, pool_key) REFERENCES highseas.pool,
    CHECK ((kind = 'customers') = (pool_key IS NOT NULL))
);
COMMENT ON TABLE highseas.attachment IS
'The queries that bring a CRM in, written by attach(). run_as: the role that they run as. position: how far a pass has come; changed_at: what changed before it is known; reconciled_key: how far reconcile() has come. adopt: reconcile() takes over holders that the CRM changed; owner_statement: writes our holders back. may_vanish: the share of what is known that one reconcile() may find gone. error and reconcile_error: why its last sync or reconcile failed, with the query. enabled false: left alone.';

CREATE TABLE highseas.sync_problem (
    tenant_id bigint NOT NULL,
    problem_id bigint GENERATED ALWAYS AS IDENTITY,
    attachment text COLLATE "C" NOT NULL,
    key text,
    problem text NOT NULL,
    left_out boolean NOT NULL DEFAULT true,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, problem_id)
);
COMMENT ON TABLE highseas.sync_problem IS
'Rows of an attachment that did not go in (left_out), or not whole, and why: up to 10,000 of each. Every pass reads them again, until they are right or gone; where more than 10,000 are left out, it reads everything again.';

CREATE TABLE highseas.reconcile_finding (
    tenant_id bigint NOT NULL,
    finding_id bigint GENERATED ALWAYS AS IDENTITY,
    attachment text COLLATE "C" NOT NULL,
    customer_key text COLLATE "C",
    rep_key text COLLATE "C",
    kind text NOT NULL CHECK (kind IN ('owner', 'gone', 'import_refused')),
    ours text,
    theirs text,
    found_at timestamptz NOT NULL,
    action text NOT NULL CHECK (action IN ('reported', 'adopted', 'refused', 'gone')),
    detail text,
    resolved_at timestamptz,
    PRIMARY KEY (tenant_id, finding_id),
    CHECK (num_nonnulls(customer_key, rep_key) = 1)
);
CREATE UNIQUE INDEX reconcile_finding_open ON highseas.reconcile_finding (tenant_id, customer_key, kind) WHERE resolved_at IS NULL;
CREATE UNIQUE INDEX reconcile_finding_open_rep ON highseas.reconcile_finding (tenant_id, rep_key, kind) WHERE resolved_at IS NULL;
COMMENT ON TABLE highseas.reconcile_finding IS
'What the CRM changed behind our back: another holder, a customer or rep that vanished, an owner whose capacity did not allow the import. One open row for a customer or rep and kind; resolved_at when it is so no more.';

CREATE FUNCTION highseas.fetch_rows(query text, run_as name, columns text[]) RETURNS SETOF text[]
LANGUAGE c VOLATILE STRICT COST 100000 AS 'MODULE_PATHNAME', 'highseas_fetch_rows';
COMMENT ON FUNCTION highseas.fetch_rows(text, name, text[]) IS
'The rows of one read-only statement run as a role, security-restricted, with pg_catalog alone in the path: the wanted columns as text (NULL where the query has none of that name)';

CREATE FUNCTION highseas.describe_query(query text, run_as name) RETURNS TABLE (name text, type regtype)
LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'highseas_describe_query';
COMMENT ON FUNCTION highseas.describe_query(text, name) IS
'The columns of one statement, prepared as a role and not run; domains as their base types';

CREATE FUNCTION highseas.write_owners(statement text, run_as name, keys text[], owners text[], known text[]) RETURNS text[]
LANGUAGE c VOLATILE STRICT COST 100000 AS 'MODULE_PATHNAME', 'highseas_write_owners';
COMMENT ON FUNCTION highseas.write_owners(text, name, text[], text[], text[]) IS
'Runs a statement with $1 = key, $2 = owner and $3 = the owner that is known for each, as a role, security-restricted, deferrable constraints checked at once; returns the keys for which it wrote no row';

CREATE FUNCTION highseas.attachment_columns(kind text) RETURNS TABLE (name text, type text, required boolean)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.name, c.type, c.required
    FROM (VALUES
        ('reps', 'rep_key', 'key', true), ('reps', 'name', 'text', false), ('reps', 'hired_on', 'time', false),
        ('reps', 'active', 'boolean', false), ('reps', 'region', 'text', false), ('reps', 'regions', 'array', false), ('reps', 'login_role', 'text', false),
        ('reps', 'changed_at', 'time', false),
        ('customers', 'customer_key', 'key', true), ('customers', 'name', 'text', false), ('customers', 'company', 'text', false),
        ('customers', 'contact', 'text', false), ('customers', 'position', 'text', false), ('customers', 'email', 'text', false),
        ('customers', 'phone', 'text', false), ('customers', 'mobile', 'text', false), ('customers', 'fax', 'text', false),
        ('customers', 'address', 'text', false), ('customers', 'city', 'text', false), ('customers', 'country', 'text', false),
        ('customers', 'website', 'text', false), ('customers', 'source', 'text', false), ('customers', 'main_products', 'text', false),
        ('customers', 'registered_at', 'time', false), ('customers', 'last_login_at', 'time', false),
        ('customers', 'online', 'boolean', false), ('customers', 'score', 'number', false), ('customers', 'class', 'text', false),
        ('customers', 'region', 'text', false), ('customers', 'pool_key', 'text', false), ('customers', 'owner', 'reference', false),
        ('customers', 'deal', 'text', false),
        ('customers', 'attributes', 'json', false), ('customers', 'changed_at', 'time', false),
        ('orders', 'order_key', 'key', true), ('orders', 'customer_key', 'reference', true), ('orders', 'ordered_at', 'time', true),
        ('orders', 'amount', 'number', true), ('orders', 'currency', 'text', false), ('orders', 'changed_at', 'time', false),
        ('activities', 'activity_key', 'key', true), ('activities', 'customer_key', 'reference', true), ('activities', 'rep_key', 'reference', true),
        ('activities', 'at', 'time', true), ('activities', 'kind', 'text', false), ('activities', 'note', 'text', false),
        ('activities', 'changed_at', 'time', false)) c(kind, name, type, required)
    WHERE c.kind = attachment_columns.kind
$$;
COMMENT ON FUNCTION highseas.attachment_columns(text) IS
'The columns that a query of a kind (reps, customers, orders, activities) may offer. type: key (smallint, integer, bigint, numeric, uuid, text, varchar, char), reference (the same, and comparable with the key that it names: numbers with numbers, uuid with uuid, text with all), time (timestamptz; timestamp and date are meant in the tenant''s time zone), number (integers, numeric, real, double precision), boolean, json, array (text[], varchar[]); text takes any type.';

CREATE FUNCTION highseas.key_family(type text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN type IN ('smallint', 'integer', 'bigint', 'numeric') THEN 'number'
    WHEN type IN ('text', 'character varying', 'character') THEN 'text'
    WHEN type = 'uuid' THEN 'uuid'
END;
COMMENT ON FUNCTION highseas.key_family(text) IS
'number, text or uuid: keys of one family are the same as text; NULL for a type that no key has';

CREATE FUNCTION highseas_api.attach(
    name text, kind text, query text, pool text DEFAULT NULL, run_as text DEFAULT NULL, adopt boolean DEFAULT false,
    owner_table text DEFAULT NULL, owner_key text DEFAULT NULL, owner_column text DEFAULT NULL,
    may_vanish real DEFAULT 0.2, tenant text DEFAULT NULL,
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
    may_write boolean;
    c record;
BEGIN
    PERFORM highseas.require_key('name', name);
    IF query IS NULL OR kind IS NULL OR adopt IS NULL OR may_vanish IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'kind, query, adopt and may_vanish must not be null', HINT = 'See highseas.attachment_columns(kind).';
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
                SELECT d.name, count(*) AS times, min(d.type::text) AS type, min(w.type) AS wanted
                FROM highseas.describe_query(text_of_query, role) d
                LEFT JOIN highseas.attachment_columns(attach.kind) w ON w.name = d.name
                GROUP BY d.name ORDER BY d.name
            LOOP
                offered := offered || c.name;
                IF c.times > 1 THEN
                    problems := problems || format('column "%s" comes %s times', c.name, c.times);
                ELSIF c.wanted IS NULL THEN
                    problems := problems || format('column "%s" is none that a query of this kind has', c.name);
                ELSIF (CASE
                      WHEN c.wanted IN ('key', 'reference') THEN highseas.key_family(c.type) IS NULL
                      WHEN c.wanted = 'time' THEN c.type NOT IN ('timestamp with time zone', 'timestamp without time zone', 'date')
                      WHEN c.wanted = 'number' THEN c.type NOT IN ('smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision')
                      WHEN c.wanted = 'boolean' THEN c.type <> 'boolean'
                      WHEN c.wanted = 'json' THEN c.type NOT IN ('json', 'jsonb')
                      WHEN c.wanted = 'array' THEN c.type NOT IN ('text[]', 'character varying[]')
                      ELSE false END) THEN
                    problems := problems || format('column "%s" has type %s, which is no %s', c.name, c.type, c.wanted);
                ELSIF c.wanted = 'reference' THEN
                    -- Of several attachments one that fits is enough; of none, any will do.
                    problems := problems || ARRAY(
                        SELECT format('column "%s" has type %s, which never equals the key of %s: %s', c.name, c.type, min(o.kind), string_agg(DISTINCT o.key_type, ', '))
                        FROM highseas.attachment o
                        WHERE o.tenant_id = t AND o.kind = CASE c.name WHEN 'customer_key' THEN 'customers' ELSE 'reps' END
                        HAVING NOT bool_or('text' IN (highseas.key_family(o.key_type), highseas.key_family(c.type))
                                           OR highseas.key_family(o.key_type) = highseas.key_family(c.type)));
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
    IF kind = 'customers' AND pool IS NULL THEN
        problems := problems || 'new customers need a pool: name one as pool'::text;
    ELSIF kind = 'customers' AND NOT EXISTS (SELECT FROM highseas.pool p WHERE p.tenant_id = t AND p.pool_key = attach.pool) THEN
        problems := problems || format('pool "%s" does not exist', left(attach.pool, 100));
    ELSIF kind <> 'customers' AND (pool IS NOT NULL OR adopt OR owner_table IS NOT NULL) THEN
        problems := problems || 'pool, adopt and owner_table are for customers'::text;
    END IF;
    IF owner_table IS NOT NULL THEN
        IF 'owner' <> ALL (offered) THEN
            problems := problems || 'owner_table needs the column "owner": what the CRM changed itself is not written over'::text;
        END IF;
        IF owner_key IS NULL OR owner_column IS NULL THEN
            problems := problems || 'owner_table needs owner_key and owner_column'::text;
        ELSIF adopt THEN
            problems := problems || 'adopt and owner_table exclude each other: one side decides'::text;
        ELSIF to_regclass(owner_table) IS NULL THEN
            problems := problems || format('table "%s" does not exist (name its schema, too)', owner_table);
        ELSE
            SELECT format('UPDATE %s SET %I = $2::%s WHERE %I = $1::%s AND %2$I IS NOT DISTINCT FROM $3::%3$s',
                          to_regclass(owner_table), o.attname, format_type(o.atttypid, -1),
                          k.attname, format_type(k.atttypid, k.atttypmod)),
                   has_schema_privilege(role, s.relnamespace, 'USAGE') AND has_column_privilege(role, s.oid, k.attnum, 'SELECT')
                     AND has_column_privilege(role, s.oid, o.attnum, 'SELECT') AND has_column_privilege(role, s.oid, o.attnum, 'UPDATE')
            INTO statement, may_write
            FROM pg_class s JOIN pg_attribute k ON k.attrelid = s.oid JOIN pg_attribute o ON o.attrelid = k.attrelid
            WHERE s.oid = to_regclass(owner_table) AND k.attname = owner_key AND o.attname = owner_column
              AND k.attnum > 0 AND o.attnum > 0 AND NOT k.attisdropped AND NOT o.attisdropped;
            IF statement IS NULL THEN
                problems := problems || ARRAY(
                    SELECT format('table "%s" has no column "%s"', owner_table, n)
                    FROM unnest(ARRAY[owner_key, owner_column]) n
                    WHERE NOT EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = to_regclass(owner_table) AND o.attname = n
                                      AND o.attnum > 0 AND NOT o.attisdropped));
            ELSIF may_write IS NOT TRUE THEN
                problems := problems || format('role "%s" needs SELECT on the columns "%s" and "%s" of table "%s", UPDATE on "%3$s", and USAGE on its schema',
                    role, owner_key, owner_column, owner_table);
            ELSIF EXISTS (SELECT FROM pg_class r WHERE r.oid = to_regclass(owner_table) AND r.relkind IN ('r', 'p')) AND NOT EXISTS (
                  SELECT FROM pg_index i JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = i.indkey[0]
                  WHERE i.indrelid = to_regclass(owner_table) AND k.attname = owner_key
                    AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1 AND i.indpred IS NULL) THEN
                -- Else one tenant's holders would become the owners of another one's customers.
                problems := problems || format('column "%s" of table "%s" has no unique index of its own: where several tenants share a table, name a view of the rows of this one', owner_key, owner_table);
            END IF;
        END IF;
    END IF;
    IF may_vanish NOT BETWEEN 0 AND 1 THEN
        problems := problems || format('may_vanish is a share from 0 to 1, not %s', may_vanish);
    END IF;
    IF problems <> '{}' THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('attachment "%s" cannot be registered', left(name, 100)),
            DETAIL = array_to_string(problems, E'\n'),
            HINT = 'SELECT * FROM highseas.attachment_columns(kind) lists what a query may offer.';
    END IF;
    INSERT INTO highseas.attachment AS a (tenant_id, attachment, kind, query, run_as, key_type, columns, pool_key, adopt, owner_statement, may_vanish)
    VALUES (t, attach.name, attach.kind, text_of_query, role, key_type, offered, attach.pool, attach.adopt, statement, attach.may_vanish)
    ON CONFLICT ON CONSTRAINT attachment_pkey DO UPDATE
    SET kind = EXCLUDED.kind, query = EXCLUDED.query, run_as = EXCLUDED.run_as, key_type = EXCLUDED.key_type,
        columns = EXCLUDED.columns, pool_key = EXCLUDED.pool_key, adopt = EXCLUDED.adopt,
        owner_statement = EXCLUDED.owner_statement, may_vanish = EXCLUDED.may_vanish, enabled = true,
        position = NULL, changed_at = NULL, newest_change = NULL, synced_run = NULL, error = NULL,
        reconciled_run = NULL, reconciled_key = NULL, reconcile_error = NULL;
    attachment := name;
    columns := array_to_string(offered, ', ');
END
$$;
COMMENT ON FUNCTION highseas_api.attach(text, text, text, text, text, boolean, text, text, text, real, text) IS
'Registers (or renews) a query on the CRM. name: your own; kind: reps, customers, orders or activities; query: one SELECT with the columns of attachment_columns(kind), a changed_at makes the sync incremental; pool: where new customers go that name none as pool_key; run_as: the role that it runs as, of which you must be a member, no superuser (default: yourself); adopt: reconcile() takes over holders that the CRM changed; owner_table, owner_key, owner_column: write our holders back, where the CRM has not changed the owner itself; owner_key has a unique index of its own, or owner_table is a view of this tenant''s rows; may_vanish: where more than 20 and more than this share (0 to 1) of what the attachment brought are not in the query any more, reconcile() refuses to let them go. Every problem is reported at once, in DETAIL. Errors: 22023, 22004, 42501.';

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
    DELETE FROM highseas.sync_problem p WHERE p.tenant_id = t AND p.attachment = detach.name;
END
$$;
COMMENT ON FUNCTION highseas_api.detach(text, text) IS
'Forgets an attachment: nothing more is read from it, and nothing that it brought is lost. Errors: 42704, 42501.';
