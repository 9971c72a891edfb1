-- PL/pgSQL compiles a function once a session and keeps what a type's name meant then. A user who calls it with a
-- path of his own before definer code does would have his domain's CHECK run by a superuser. run_job() commits, so it
-- can have no SET clause: nothing of ours calls it but the jobs, as whoever calls them.
SELECT DISTINCT p.oid::regprocedure
FROM pg_proc AS p
JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
CROSS JOIN highseas.access_grants('admin') AS g
WHERE g.privilege LIKE 'EXECUTE ON FUNCTION %' AND p.prokind = 'f'
  AND to_regprocedure(substr(g.privilege, length('EXECUTE ON FUNCTION ') + 1)) = p.oid
  AND 'search_path=pg_catalog, pg_temp' <> ALL (coalesce(p.proconfig, '{}'))
ORDER BY 1;
