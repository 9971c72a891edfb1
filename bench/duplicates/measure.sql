-- After population.sql: writing the keys, their size, the latency of a check and how many changed copies are found.
--   psql -v customers=1000000 -f measure.sql
\set ON_ERROR_STOP on
\timing on
CALL highseas.rekey_duplicates('bench');
\timing off
VACUUM ANALYZE highseas.duplicate_terms, highseas.duplicate_key;
SELECT c.relname, pg_size_pretty(pg_relation_size(c.oid)) AS size FROM pg_class c
WHERE c.relname LIKE 'duplicate\_%' AND pg_relation_size(c.oid) > 100000 ORDER BY 1;
-- What a person types: the name with a typo, some details missing or in another form.
CREATE TABLE bench.asked AS
SELECT n, q.kind, c.*
FROM generate_series(1, 1000) i, LATERAL (SELECT 1 + bench.draw('q', i, :customers) AS n) p, LATERAL bench.customer(p.n) c, (VALUES ('all'), ('name')) q(kind);
UPDATE bench.asked SET company = bench.typo(company, n),
    email = CASE WHEN kind = 'all' AND bench.draw('1', n, 2) = 0 THEN email END, phone = CASE WHEN kind = 'all' AND bench.draw('2', n, 2) = 0 THEN phone END,
    website = CASE WHEN kind = 'all' AND bench.draw('3', n, 2) = 0 THEN website END, address = CASE WHEN kind = 'all' THEN address END,
    city = CASE WHEN kind = 'all' THEN city END;
CREATE TABLE bench.answer (n bigint, kind text, found boolean, candidate boolean, ms double precision);
DO $$
DECLARE a record; began timestamptz; got text[]; t bigint := (SELECT tenant_id FROM highseas.tenant WHERE name = 'bench');
BEGIN
    FOR a IN SELECT * FROM bench.asked ORDER BY kind, n LOOP
        began := clock_timestamp();
        got := ARRAY(SELECT f.customer_key FROM highseas.find_duplicates(a.company, email => a.email, phone => a.phone, website => a.website,
                     address => a.address, city => a.city, country => a.country, tenant => 'bench', at_least => 0, most => 25) f);
        INSERT INTO bench.answer VALUES (a.n, a.kind, got[1] = 'c' || a.n, 'c' || a.n = ANY (got), 1000 * extract(epoch FROM clock_timestamp() - began));
    END LOOP;
END
$$;
SELECT kind, count(*), round(avg(candidate::int), 3) AS candidate_recall, round(avg(found::int), 3) AS first,
       round(percentile_cont(.5) WITHIN GROUP (ORDER BY ms)::numeric, 2) AS p50_ms, round(percentile_cont(.99) WITHIN GROUP (ORDER BY ms)::numeric, 2) AS p99_ms
FROM bench.answer GROUP BY kind ORDER BY kind;
