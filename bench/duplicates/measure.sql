-- After population.sql: writing the keys, their size, the time of a check and how many changed copies are found, and of the
-- scan at some places. cpu: of the server's process, by its clock of 10 ms, which says more than the time on a busy machine.
--   psql -v customers=1000000 -f measure.sql
\set ON_ERROR_STOP on
CREATE OR REPLACE FUNCTION bench.cpu() RETURNS double precision LANGUAGE sql AS
$$ SELECT (split_part(s, ' ', 14)::bigint + split_part(s, ' ', 15)::bigint) / 100.0 FROM pg_read_file('/proc/' || pg_backend_pid() || '/stat') s $$;
SELECT bench.cpu() AS began \gset
\timing on
CALL highseas.rekey_duplicates('bench');
\timing off
SELECT round((1e6 * (bench.cpu() - :began) / :customers)::numeric, 1) AS write_cpu_us;
VACUUM ANALYZE highseas.duplicate_terms, highseas.duplicate_key;
SELECT c.relname, pg_size_pretty(pg_relation_size(c.oid)) AS size FROM pg_class c
WHERE c.relname LIKE 'duplicate\_%' AND pg_relation_size(c.oid) > 1000000 ORDER BY 1;
-- What a person types: the name with a typo, some details missing or in another form.
CREATE TABLE bench.asked AS
SELECT n, q.kind, c.*
FROM generate_series(1, 1000) i, LATERAL (SELECT 1 + bench.draw('q', i, :customers) AS n) p, LATERAL bench.customer(p.n) c,
     (VALUES ('all'), ('name'), ('exact')) q(kind);
UPDATE bench.asked SET company = bench.typo(company, n),
    email = CASE WHEN kind = 'all' AND bench.draw('1', n, 2) = 0 THEN email END, phone = CASE WHEN kind = 'all' AND bench.draw('2', n, 2) = 0 THEN phone END,
    website = CASE WHEN kind = 'all' AND bench.draw('3', n, 2) = 0 THEN website END, address = CASE WHEN kind = 'all' THEN address END,
    city = CASE WHEN kind = 'all' THEN city END
WHERE kind <> 'exact';
CREATE TABLE bench.answer (n bigint, kind text, found boolean, candidate boolean, ms double precision);
CREATE TABLE bench.cost (kind text, cpu_ms double precision);
DO $$
DECLARE a record; k text; began timestamptz; got text[]; t bigint := (SELECT tenant_id FROM highseas.tenant WHERE name = 'bench'); c double precision;
BEGIN
    FOREACH k IN ARRAY '{exact,exact,name,name,all,all}'::text[] LOOP -- first to warm up
        DELETE FROM bench.answer x WHERE x.kind = k;
        c := bench.cpu();
        FOR a IN SELECT * FROM bench.asked x WHERE x.kind = k ORDER BY n LOOP
            began := clock_timestamp();
            IF k = 'exact' THEN
                got := ARRAY(SELECT x.customer_key FROM unnest((highseas.duplicate_terms_of(t, ROW(a.company, NULL, a.email, a.phone, NULL, NULL, a.website,
                           a.address, a.city, NULL, a.country, NULL, NULL)::highseas.duplicate_fields)).keys) y(key)
                       JOIN highseas.duplicate_key x ON x.tenant_id = t AND x.key = y.key);
            ELSE
                got := ARRAY(SELECT f.customer_key FROM highseas.find_duplicates(a.company, email => a.email, phone => a.phone, website => a.website,
                           address => a.address, city => a.city, country => a.country, tenant => 'bench', at_least => 0, most => 25) f);
            END IF;
            INSERT INTO bench.answer VALUES (a.n, k, got[1] = 'c' || a.n, 'c' || a.n = ANY (got), 1000 * extract(epoch FROM clock_timestamp() - began));
        END LOOP;
        DELETE FROM bench.cost x WHERE x.kind = k;
        INSERT INTO bench.cost SELECT k, 1000 * (bench.cpu() - c) / count(*) FROM bench.asked x WHERE x.kind = k;
    END LOOP;
END
$$;
SELECT kind, count(*), round(avg(candidate::int), 3) AS candidate_recall, round(avg(coalesce(found, false)::int), 3) AS first,
       round(percentile_cont(.5) WITHIN GROUP (ORDER BY ms)::numeric, 2) AS p50_ms, round(percentile_cont(.99) WITHIN GROUP (ORDER BY ms)::numeric, 2) AS p99_ms,
       (SELECT round(x.cpu_ms::numeric, 2) FROM bench.cost x WHERE x.kind = a.kind) AS cpu_ms
FROM bench.answer a GROUP BY kind ORDER BY kind;
-- The scan, a thousand customers at each of nine places.
CALL highseas.scan_duplicates('bench', max_rows => 500);
SELECT bench.cpu() AS began \gset
DO $$
DECLARE r bigint := (SELECT max(run_id) FROM highseas.job_run WHERE job = 'scan_duplicates'); t bigint; p text;
BEGIN
    SELECT tenant_id INTO t FROM highseas.job_run WHERE run_id = r;
    FOREACH p IN ARRAY '{c15,c25,c35,c45,c55,c65,c75,c85,c95}'::text[] LOOP
        UPDATE highseas.job_run SET position = p WHERE run_id = r;
        PERFORM highseas.scan_duplicates_batch(t, r, 1000);
    END LOOP;
END
$$;
SELECT round((1e6 * (bench.cpu() - :began) / 9000)::numeric) AS scan_cpu_us, round((:customers * (bench.cpu() - :began) / 9000 / 60)::numeric, 1) AS whole_scan_cpu_minutes;
