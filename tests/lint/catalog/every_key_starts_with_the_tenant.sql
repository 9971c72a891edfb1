-- Primary keys, unique indexes and both sides of foreign keys: a key that begins otherwise lets one tenant meet
-- another, and cannot be spread over a distributed database.
WITH exception(key) AS (
    VALUES ('highseas.tenant_name_key')  -- a tenant's name is unique among all tenants
), first_column AS (
    SELECT i.indexrelid::regclass::text AS key, i.indrelid AS relation,
           (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[0]) AS name
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indrelid
    WHERE i.indisunique AND c.relkind IN ('r', 'p') AND c.relnamespace = to_regnamespace('highseas')
    UNION ALL
    SELECT format('%s %s', k.conrelid::regclass, side.label), side.relation,
           (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = side.relation AND a.attnum = side.columns[1])
    FROM pg_constraint AS k
    CROSS JOIN LATERAL (VALUES (k.conname || ' (referencing)', k.conrelid, k.conkey),
                               (k.conname || ' (referenced)', k.confrelid, k.confkey)) AS side(label, relation, columns)
    WHERE k.contype = 'f' AND k.connamespace = to_regnamespace('highseas')
)
SELECT f.key, coalesce('starts with ' || f.name, 'starts with an expression')
FROM first_column AS f
WHERE f.name IS DISTINCT FROM 'tenant_id'
  AND f.key NOT IN (SELECT key FROM exception)
ORDER BY 1;
