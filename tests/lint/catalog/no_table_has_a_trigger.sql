-- Triggers fire during a restore. Foreign keys bring their own, which PostgreSQL handles.
SELECT t.tgrelid::regclass, t.tgname
FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE c.relnamespace IN (to_regnamespace('highseas'), to_regnamespace('highseas_api')) AND NOT t.tgisinternal
ORDER BY t.tgrelid::regclass::text, t.tgname;
