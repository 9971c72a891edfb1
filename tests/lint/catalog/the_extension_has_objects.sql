-- Guards the other checks: over an empty extension each of them would pass.
SELECT 'the extension highseas has no objects in this database'
WHERE NOT EXISTS (SELECT FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'highseas'
                  WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.classid = 'pg_proc'::regclass);
