-- What people write in many ways has one key; the database's locale (here C) has no part in it.
\pset format unaligned
SET search_path = highseas, public;
SELECT datctype FROM pg_database WHERE datname = current_database();

SELECT t AS phone, (normalise_phone(t, 'CN')).*
FROM unnest(ARRAY['010-6552 9988', '+86 (10) 6552-9988 ext. 12', '0086 10 65529988', '１３８ ００１３ ８０００']) WITH ORDINALITY x(t, n) ORDER BY n;
SELECT (normalise_phone('0086 158 7081 7111', 'US')).key AS a_leading_00, (normalise_phone('+49 30 901820')).region AS no_region_needed;

SELECT t AS email, (normalise_email(t)).*
FROM unnest(ARRAY['Jane.Doe+fair@GoogleMail.com', 'Bücher <INFO@Bücher.de>', 'wang@vip.163.com']) WITH ORDINALITY x(t, n) ORDER BY n;

SELECT t AS domain, (normalise_domain(t)).*
FROM unnest(ARRAY['https://www.Example.co.uk:8443/a?b', 'info@shop.bücher.de', 'acme.en.alibaba.com', 'example.con']) WITH ORDINALITY x(t, n) ORDER BY n;

SELECT t AS company, c.key, c.romanised, c.legal_form
FROM unnest(ARRAY['宁波牛杰汽车配件有限公司', '牛杰汽車（寧波）配件股份有限公司', 'Huawei Technologies Co., Ltd.', '華為技術有限公司', 'Krämer Verpackungen GmbH & Co. KG',
                  'KRAEMER VERPACKUNGEN', 'ООО «Газпром нефть»', 'Gazprom Neft', E'A\u200Bcm\u202Ee S.A.']) WITH ORDINALITY x(t, n),
     normalise_company(t) c ORDER BY n;
SELECT c.tokens, c.kinds, c.weights, c.name FROM normalise_company('中国建设银行股份有限公司上海市分行') c;

SELECT t AS address, (normalise_address(t)).*
FROM unnest(ARRAY['725 South Wells Street, Suite 200', '10115 Berlin, Bahnhofstr. 12a', 'Bahnhofstraße 12a', '上海市浦东新区张江路1000弄3号楼501室']) WITH ORDINALITY x(t, n) ORDER BY n;

-- The same in parallel workers, and in an index.
CREATE TABLE spelling AS SELECT n, 'Müller ' || n || ' Handels GmbH' AS name FROM generate_series(1, 2000) n;
CREATE INDEX spelling_key ON spelling (((normalise_company(name)).key));
ANALYZE spelling;
SET enable_seqscan = off;
SELECT name FROM spelling WHERE (normalise_company(name)).key = (normalise_company('Handels MUELLER 77')).key;
RESET enable_seqscan;
SELECT sum(hashtext((normalise_company(name)).key)) AS serial, sum(hashtext((normalise_phone('138001' || 30000 + n, 'CN')).key)) AS serial_phones FROM spelling \gset
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SELECT sum(hashtext((normalise_company(name)).key)) = :serial AND sum(hashtext((normalise_phone('138001' || 30000 + n, 'CN')).key)) = :serial_phones AS same_in_parallel FROM spelling;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;
DROP TABLE spelling;
