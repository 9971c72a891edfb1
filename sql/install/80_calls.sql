-- Each verb as a procedure: the function of the same name in highseas_api has the code. An output is a
-- trailing INOUT with a default, so that every driver gets one row from a plain CALL.
DO $do$
DECLARE
    f record;
BEGIN
    FOR f IN
        SELECT p.oid, p.proname, d.description,
               string_agg(format('%I %s', a.name, a.type) || coalesce(' DEFAULT ' || a.default_value, ''), ', ' ORDER BY a.n)
                   FILTER (WHERE a.mode = 'i') AS inputs,
               string_agg(format('INOUT %I %s DEFAULT NULL', a.name, a.type), ', ' ORDER BY a.n) FILTER (WHERE a.mode = 'o') AS outputs,
               string_agg(format('%I.%I', p.proname, a.name), ', ' ORDER BY a.n) FILTER (WHERE a.mode = 'i') AS arguments,
               -- One assignment, then each field's: a SELECT ... INTO would start an executor.
               CASE count(*) FILTER (WHERE a.mode = 'o')
                   WHEN 1 THEN min(format('%I.%I', p.proname, a.name)) FILTER (WHERE a.mode = 'o') ELSE 'answer' END AS target,
               CASE WHEN count(*) FILTER (WHERE a.mode = 'o') > 1 THEN
                   string_agg(format('    %I.%I := answer.%I;', p.proname, a.name, a.name), E'\n' ORDER BY a.n)
                       FILTER (WHERE a.mode = 'o') END AS fields
        FROM pg_proc p
        JOIN pg_description d ON d.objoid = p.oid AND d.classoid = 'pg_proc'::regclass
        CROSS JOIN LATERAL (
            SELECT n, p.proargnames[n] AS name, format_type(p.proallargtypes[n], NULL) AS type, p.proargmodes[n] AS mode,
                   CASE WHEN p.proargmodes[n] = 'i' THEN pg_get_function_arg_default(p.oid, n) END AS default_value
            FROM generate_subscripts(p.proallargtypes, 1) n) a
        WHERE p.pronamespace = 'highseas_api'::regnamespace
        GROUP BY p.oid, p.proname, d.description
    LOOP
        EXECUTE format(
            'CREATE PROCEDURE highseas.%I(%s, %s) LANGUAGE plpgsql AS $body$
DECLARE
    answer record;
BEGIN
    %s := highseas_api.%I(%s);
%s
END
$body$', f.proname, f.inputs, f.outputs, f.target, f.proname, f.arguments, f.fields);
        EXECUTE format('COMMENT ON PROCEDURE highseas.%I IS %L', f.proname, f.description);
    END LOOP;
END
$do$;
