-- With a policy: enabled without one, nobody but the owner would see a row.
SELECT c.oid::regclass, CASE WHEN c.relrowsecurity THEN 'no policy' ELSE 'row level security is off' END
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
WHERE c.relnamespace = to_regnamespace('highseas') AND c.relkind IN ('r', 'p')
  AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid))
ORDER BY c.oid::regclass::text;
