-- Rules are rows, but DELETE is a right to a whole table, and with it comes LOCK TABLE in every mode: one tenant's
-- admin could hold up the claims of all. So admins insert and update (a right to columns), and delete by this.

CREATE FUNCTION highseas.rule_tables() RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN ARRAY(SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
             WHERE c.relnamespace = to_regnamespace('highseas') AND c.relkind = 'r' AND c.relname <> 'rep'
               AND a.attname = 'tenant_id' AND a.atthasdef ORDER BY c.relname);
COMMENT ON FUNCTION highseas.rule_tables() IS
'The tables of rules: those that people write, so that their tenant_id is current_tenant() by default; but for rep, which other rows hang on';

CREATE FUNCTION highseas_api.delete_rules("table" text, matching jsonb, tenant text DEFAULT NULL, OUT deleted bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'admin');
    tables text[] := highseas.rule_tables();
    unknown_column text;
BEGIN
    IF "table" IS NULL OR matching IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'table and matching must not be null', DETAIL = 'Nothing was changed.';
    ELSIF "table" <> ALL (tables) THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('"%s" is no table of rules', left("table", 100)),
            HINT = format('One of %s.', array_to_string(tables, ', '));
    ELSIF jsonb_typeof(matching) <> 'object' OR matching = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'matching must name at least one column and its value',
            HINT = 'For example {"rule": "day-new"}.';
    END IF;
    SELECT min(k) INTO unknown_column FROM jsonb_object_keys(matching) k
    WHERE NOT EXISTS (SELECT FROM pg_attribute a
                      WHERE a.attrelid = format('highseas.%I', "table")::regclass AND a.attname = k AND a.attnum > 0 AND NOT a.attisdropped);
    IF unknown_column IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22023',
            MESSAGE = format('table "%s" has no column "%s"', "table", left(unknown_column, 100)), DETAIL = 'Nothing was changed.';
    END IF;
    -- Not @>: a column that is an array must be equal, not only contain what is given.
    EXECUTE format('DELETE FROM highseas.%I x WHERE x.tenant_id = $1 AND NOT EXISTS (
        SELECT FROM jsonb_each($2) m WHERE to_jsonb(x) -> m.key IS DISTINCT FROM m.value)', "table") USING t, matching;
    GET DIAGNOSTICS deleted = ROW_COUNT;
END
$$;
COMMENT ON FUNCTION highseas_api.delete_rules(text, jsonb, text) IS
'An admin deletes the rows of a table of rules (rule_tables() lists them) whose columns have all these values, and returns how many: delete_rules(''rep_leave'', ''{"rep_key": "kim", "first_day": "2027-08-02"}''). A null in matching is a NULL in the row. Errors: 23503 another row refers to it, 22023 another table, an unknown column or none, 22004, 42501, 42704.';
