-- F1 of a labelled set by the paths that a user has: the tenant scanned; each customer asked for.
--   for s in chicago_sites …; do psql -v set=$s -v sets=FOLDER -f f1.sql; done
\set ON_ERROR_STOP on
CREATE SCHEMA IF NOT EXISTS f1;
DROP TABLE IF EXISTS f1.line, f1.given, f1.found;
CREATE TABLE f1.line (n bigint GENERATED ALWAYS AS IDENTITY, line text);
\setenv FILE :sets/:set.csv
\copy f1.line (line) FROM PROGRAM 'python3 -c "import csv,json,os; [print(json.dumps(r, ensure_ascii=False).replace(chr(92), chr(92) * 2)) for r in csv.DictReader(open(os.environ[''FILE'']))]"'
CREATE TABLE f1.given AS SELECT n, line::jsonb AS r FROM f1.line;
CALL highseas.create_tenant(:'set');
INSERT INTO highseas.pool (tenant_id, pool_key, name) SELECT t.tenant_id, 'p', 'p' FROM highseas.tenant t WHERE t.name = :'set';
INSERT INTO highseas.profile (tenant_id, customer_key, company, contact, email, phone, website, address, city, country, attributes)
SELECT t.tenant_id, 'c' || g.n, CASE WHEN r ->> 'kind' = 'PERSON' THEN NULL ELSE nullif(r ->> 'name', '') END,
       nullif(CASE WHEN r ->> 'kind' = 'PERSON' THEN r ->> 'name'
                   ELSE concat_ws(' ', nullif(r ->> 'first_name', ''), r ->> 'given_name', r ->> 'surname') END, ''),
       nullif(r ->> 'email', ''), nullif(r ->> 'phone', ''), nullif(r ->> 'domain', ''),
       nullif(coalesce(r ->> 'address', r ->> 'addr', (r ->> 'street_number') || ' ' || (r ->> 'address_1') || ' ' || (r ->> 'address_2')), ''),
       nullif(coalesce(r ->> 'city', r ->> 'suburb'), ''),
       coalesce(nullif(r ->> 'country', ''), CASE WHEN :'set' IN ('chicago_sites', 'restaurants', 'senzing_truthset') THEN 'US' END),
       jsonb_strip_nulls(jsonb_build_object('postcode', nullif(coalesce(r ->> 'postcode', r ->> 'zip'), ''),
           'born', nullif(coalesce(r ->> 'dob', r ->> 'birth', r ->> 'date_of_birth'), ''), 'register_number', nullif(r ->> 'soc_sec_id', '')))
FROM f1.given g, highseas.tenant t WHERE t.name = :'set';
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT f.tenant_id, f.customer_key, 'p', '2026-01-01', '2026-01-01' FROM highseas.profile f JOIN highseas.tenant t USING (tenant_id) WHERE t.name = :'set';
CALL highseas.rekey_duplicates(:'set');
CALL highseas.scan_duplicates(:'set');
CREATE TABLE f1.found AS
SELECT 'scan' AS path, d.customer_key AS a, d.other_customer AS b FROM highseas.duplicate_finding d JOIN highseas.tenant t USING (tenant_id) WHERE t.name = :'set'
UNION
SELECT 'asked', least(f.customer_key, m.customer_key), greatest(f.customer_key, m.customer_key)
FROM highseas.profile f JOIN highseas.tenant t ON t.tenant_id = f.tenant_id AND t.name = :'set',
     LATERAL highseas.duplicates_of(f.customer_key, most => 25, tenant => :'set') m;
WITH given AS (
    SELECT 'c' || n AS key, r ->> 'cluster' AS cluster, CASE WHEN :'set' IN ('restaurants', 'febrl4') THEN r ->> 'source' ELSE n::text END AS side FROM f1.given
), truth AS (
    SELECT count(*) AS pairs FROM given a JOIN given b ON a.cluster = b.cluster AND a.key < b.key AND a.side <> b.side
), found AS (
    SELECT path, count(*) AS pairs, count(*) FILTER (WHERE a.cluster = b.cluster) AS same
    FROM f1.found d JOIN given a ON a.key = d.a JOIN given b ON b.key = d.b WHERE a.side <> b.side GROUP BY path
)
SELECT :'set' AS set, path, truth.pairs AS truth, found.pairs AS found, same, round(same::numeric / found.pairs, 4) AS precision,
       round(same::numeric / truth.pairs, 4) AS recall, round(2.0 * same / (found.pairs + truth.pairs), 4) AS f1 FROM truth, found ORDER BY path;
