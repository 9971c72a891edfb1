-- Every function of the extension with all that decides how it may be called; functions.golden is the agreed state.
-- Accept a change with UPDATE_GOLDEN=1 scripts/test lint, and read the diff.
SELECT format('%s %s(%s)%s', CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window' ELSE 'function' END,
              p.oid::regproc, pg_get_function_arguments(p.oid), coalesce(' -> ' || pg_get_function_result(p.oid), '')),
       l.lanname,
       CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
       CASE p.proparallel WHEN 's' THEN 'parallel safe' WHEN 'r' THEN 'parallel restricted' ELSE 'parallel unsafe' END,
       CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END,
       CASE WHEN p.proisstrict THEN 'strict' ELSE 'called on null' END,
       coalesce(array_to_string(p.proconfig, '; '), 'no settings')
FROM pg_depend AS d
JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'highseas'
JOIN pg_proc AS p ON p.oid = d.objid
JOIN pg_language AS l ON l.oid = p.prolang
WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
ORDER BY p.oid::regproc::text COLLATE "C", pg_get_function_arguments(p.oid) COLLATE "C";
