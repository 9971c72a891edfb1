-- Every access goes through grant_role. Functions are executable by PUBLIC unless revoked, so NULL counts as that.
-- Types stay usable: without a right on a table or function a type shows nothing.
WITH member AS (
    SELECT d.classid, d.objid
    FROM pg_depend AS d
    JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'highseas'
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
), acl AS (
    SELECT m.classid, m.objid, 0 AS objsubid, coalesce(p.proacl, acldefault('f', p.proowner)) AS acl
    FROM member AS m JOIN pg_proc AS p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
    UNION ALL
    SELECT m.classid, m.objid, 0, c.relacl
    FROM member AS m JOIN pg_class AS c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
    UNION ALL
    SELECT m.classid, m.objid, a.attnum, a.attacl
    FROM member AS m JOIN pg_attribute AS a ON m.classid = 'pg_class'::regclass AND a.attrelid = m.objid
    UNION ALL
    SELECT 'pg_class'::regclass, c.oid, 0, c.relacl  -- the sequences of identity columns are no members
    FROM member AS m
    JOIN pg_depend AS i ON m.classid = 'pg_class'::regclass AND i.refclassid = m.classid AND i.refobjid = m.objid AND i.deptype = 'i'
    JOIN pg_class AS c ON i.classid = 'pg_class'::regclass AND c.oid = i.objid AND c.relkind = 'S'
    UNION ALL
    SELECT m.classid, m.objid, 0, n.nspacl
    FROM member AS m JOIN pg_namespace AS n ON m.classid = 'pg_namespace'::regclass AND n.oid = m.objid
)
SELECT DISTINCT pg_describe_object(acl.classid, acl.objid, acl.objsubid) AS object, x.privilege_type
FROM acl, aclexplode(acl.acl) AS x
WHERE x.grantee = 0
ORDER BY 1, 2;
