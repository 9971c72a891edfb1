-- A customer's text never stops an import: it has a key, or a problem that says why not.
\pset format unaligned
SET search_path = highseas, public;

SELECT t AS phone, (normalise_phone(t, 'US')).key, (normalise_phone(t, 'US')).problem
FROM unnest(ARRAY['404-8229', 'call me', '+999 123456', '', repeat('1', 300)]) WITH ORDINALITY x(t, n) WHERE length(t) < 20 ORDER BY n;
SELECT t AS email, (normalise_email(t)).problem
FROM unnest(ARRAY['info', 'a b@example.com', 'a@localhost', 'a@1.2.3.4', E'\u200B']) WITH ORDINALITY x(t, n) ORDER BY n;
SELECT t AS domain, (normalise_domain(t)).problem
FROM unnest(ARRAY['co.uk', 'http://', '10.0.0.1', ' ']) WITH ORDINALITY x(t, n) ORDER BY n;
SELECT t AS company, (normalise_company(t)).key, (normalise_company(t)).problem
FROM unnest(ARRAY['&', '🔥🔥', '', 'A', 'Ltd']) WITH ORDINALITY x(t, n) ORDER BY n;
SELECT t AS address, (normalise_address(t)).problem FROM unnest(ARRAY['--', '']) t;
SELECT normalise_phone('13800138000', 'China') AS unknown_region;

-- 10 MB each
WITH big AS (SELECT repeat('有限', 1700000) AS t)
SELECT (normalise_phone(t, 'CN')).problem AS phone, (normalise_email(t)).problem AS email, (normalise_domain(t)).problem AS domain,
       (normalise_company(t)).problem AS company, (normalise_address(t)).problem AS address FROM big;

-- NULL stays NULL
SELECT normalise_phone(NULL, 'CN') IS NULL AND normalise_email(NULL) IS NULL AND normalise_domain(NULL) IS NULL
   AND normalise_company(NULL) IS NULL AND normalise_address(NULL) IS NULL AS all_null;

-- The key of a key is the key.
SELECT count(*) AS changed FROM (
    SELECT (normalise_company(t)).key AS k FROM unnest(ARRAY['Ltd', 'J. P. Morgan', 'Société à responsabilité limitée', '有限公司', 'Α.Ε.', 'B zeta A', 'The']) t) x
WHERE (normalise_company(k)).key <> k;
