-- Functions, procedures, tables, views, types, schemas. Left out is what belongs to something commented: an identity
-- column's sequence, the row type of a table, the array of a type (members from PostgreSQL 16 on).
SELECT pg_describe_object(d.classid, d.objid, 0)
FROM pg_depend AS d
JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'highseas'
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  AND d.classid IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_type'::regclass, 'pg_namespace'::regclass)
  AND NOT EXISTS (SELECT FROM pg_class AS c WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind = 'S')
  AND NOT EXISTS (SELECT FROM pg_type AS t LEFT JOIN pg_class AS c ON c.oid = t.typrelid
                  WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid AND (t.typcategory = 'A' OR c.relkind <> 'c'))
  AND obj_description(d.objid, d.classid::regclass::text) IS NULL
ORDER BY 1;
