-- pg_dump takes an extension's rows only from what went through pg_extension_config_dump; the sequences of identity
-- columns must go through it, too, or the first insert after a restore fails.
WITH member AS (
    SELECT c.oid, c.relkind
    FROM pg_depend AS d
    JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'highseas'
    JOIN pg_class AS c ON c.oid = d.objid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
), stored AS (
    SELECT oid FROM member WHERE relkind IN ('r', 'p', 'S')
    UNION
    SELECT s.oid
    FROM member AS m
    JOIN pg_depend AS i ON i.classid = 'pg_class'::regclass AND i.refclassid = 'pg_class'::regclass
                       AND i.refobjid = m.oid AND i.deptype IN ('i', 'a')
    JOIN pg_class AS s ON s.oid = i.objid AND s.relkind = 'S'
)
SELECT s.oid::regclass
FROM stored AS s, pg_extension AS e
WHERE e.extname = 'highseas' AND s.oid <> ALL (coalesce(e.extconfig, '{}'))
ORDER BY s.oid::regclass::text;
