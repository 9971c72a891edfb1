-- Otherwise it would show its owner's rows, which no policy filters.
SELECT c.oid::regclass
FROM pg_depend AS d
JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'highseas'
JOIN pg_class AS c ON c.oid = d.objid
WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  AND c.relkind = 'v'
  AND NOT EXISTS (SELECT FROM pg_options_to_table(c.reloptions) AS o
                  WHERE o.option_name = 'security_invoker' AND o.option_value::boolean)
ORDER BY c.oid::regclass::text;
