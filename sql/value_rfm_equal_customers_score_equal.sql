-- RFM: equal customers have equal scores, whoever they are and however many; breaks and segments are rows, and
-- without rows the built-in rule holds; tenants see their own.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET highseas.clock = '1998-06-30 20:00+00';
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('acme', 'Asia/Shanghai');
CALL highseas.create_tenant('other');
CREATE ROLE regress_rfm_reader;
CREATE ROLE regress_rfm_admin;
CALL highseas.grant_role('regress_rfm_reader', 'reader', 'acme');
CALL highseas.grant_role('regress_rfm_admin', 'admin', 'acme');
\set sample `cat "$PG_ABS_SRCDIR/examples/CDNOW_sample.txt"`
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount, currency)
SELECT 1, w[2], n, (to_date(w[3], 'YYYYMMDD') + time '09:00') AT TIME ZONE 'Asia/Shanghai', w[5]::numeric, 'USD'
FROM string_to_table(:'sample', E'\n') WITH ORDINALITY AS l(line, n), regexp_split_to_array(btrim(line, E' \r'), '\s+') AS w
WHERE line <> '';
INSERT INTO highseas.purchase VALUES (2, 'theirs', '1', '1998-01-01', 5, 'EUR');

SET highseas.tenant = 'acme';
CREATE TEMP TABLE rfm AS SELECT * FROM highseas.rfm();
-- In Shanghai it is the first of July: one day after the last order.
SELECT count(*), count(segment), min(recency), max(recency), min(frequency), max(frequency), sum(monetary) FROM rfm;
-- The measures by plain SQL.
SELECT count(*) FILTER (WHERE (r.recency, r.frequency, r.monetary) IS DISTINCT FROM (s.recency, s.frequency, s.monetary)) AS differ
FROM rfm r FULL JOIN (
    SELECT customer_key, date '1998-07-01' - max((ordered_at AT TIME ZONE 'Asia/Shanghai')::date) AS recency,
           count(DISTINCT (ordered_at AT TIME ZONE 'Asia/Shanghai')::date)::int AS frequency, sum(amount) AS monetary
    FROM highseas.purchase WHERE tenant_id = 1 GROUP BY customer_key) s USING (customer_key);
-- The scores by counting who is worse, and half of those who are equal; who bought once has 1.
SELECT count(*) FILTER (WHERE r.recency_score <> 1 + 5 * (SELECT 2 * count(*) FILTER (WHERE o.recency > r.recency) + count(*) FILTER (WHERE o.recency = r.recency) FROM rfm o) / (2 * 2357)) AS recency,
       count(*) FILTER (WHERE r.frequency_score <> CASE r.frequency WHEN 1 THEN 1 ELSE 1 + 5 * (SELECT 2 * count(*) FILTER (WHERE o.frequency < r.frequency) + count(*) FILTER (WHERE o.frequency = r.frequency) FROM rfm o) / (2 * 2357) END) AS frequency,
       count(*) FILTER (WHERE r.monetary_score <> 1 + 5 * (SELECT 2 * count(*) FILTER (WHERE o.monetary < r.monetary) + count(*) FILTER (WHERE o.monetary = r.monetary) FROM rfm o) / (2 * 2357)) AS monetary
FROM rfm r;
-- Equal customers, equal scores; ntile gives those who bought once three different ones.
SELECT max(scores) FROM (
    SELECT count(DISTINCT frequency_score) AS scores FROM rfm GROUP BY frequency
    UNION ALL SELECT count(DISTINCT recency_score) FROM rfm GROUP BY recency
    UNION ALL SELECT count(DISTINCT monetary_score) FROM rfm GROUP BY monetary) x;
SELECT frequency, count(*), min(frequency_score), max(frequency_score), min(tile), max(tile)
FROM (SELECT *, ntile(5) OVER (ORDER BY frequency) AS tile FROM rfm) x WHERE frequency <= 5 GROUP BY frequency ORDER BY frequency;
SELECT recency_score, count(*) FROM rfm GROUP BY recency_score ORDER BY recency_score;
SELECT segment, count(*) FROM rfm GROUP BY segment ORDER BY segment;
-- In any order of the rows: after an UPDATE the table is in another one.
UPDATE highseas.purchase SET amount = amount WHERE right(order_key, 1) IN ('3', '7');
SELECT count(*) FROM (SELECT * FROM rfm EXCEPT SELECT * FROM highseas.rfm()) x;
-- Without an end: today; with one: as it was then.
SELECT count(*), max(recency), min(recency) FROM highseas.rfm('1997-09-30');

-- The built-in segments have a place for everybody, and each of them is somebody's.
SELECT count(*) FILTER (WHERE s IS NULL), count(DISTINCT s)
FROM generate_series(1, 5) r, generate_series(1, 5) f, generate_series(1, 5) m, highseas.rfm_segments_of(1) g,
     LATERAL (SELECT highseas.rfm_segment(r, f, m, g.segments, g.recency_from, g.recency_to, g.frequency_from, g.frequency_to, g.monetary_from, g.monetary_to) AS s) x;

-- Breaks are rows; the others stay quintiles.
SET ROLE regress_rfm_admin;
INSERT INTO highseas.rfm_break (measure, score, bound) VALUES ('recency', 2, 365), ('recency', 3, 180), ('recency', 4, 60), ('monetary', 2, 100);
CREATE TEMP TABLE fixed AS SELECT * FROM highseas.rfm();
SELECT recency_score, min(recency), max(recency) FROM fixed GROUP BY recency_score ORDER BY recency_score;
SELECT monetary_score, min(monetary) >= 100, max(monetary) >= 100 FROM fixed GROUP BY monetary_score ORDER BY monetary_score;
RESET ROLE;
SELECT count(*) FROM rfm JOIN fixed USING (customer_key) WHERE rfm.frequency_score <> fixed.frequency_score;
-- Segments are rows: copied for editing, then edited.
DELETE FROM highseas.rfm_break;
SET ROLE regress_rfm_admin;
INSERT INTO highseas.rfm_segment (priority, segment, recency_from, recency_to, frequency_from, frequency_to, monetary_from, monetary_to)
SELECT * FROM highseas.default_rfm_segments();
CREATE TEMP TABLE copied AS SELECT * FROM highseas.rfm();
UPDATE highseas.rfm_segment SET segment = 'gone' WHERE segment = 'lost';
SELECT highseas_api.delete_rules('rfm_segment', '{"segment": "about to sleep"}');
INSERT INTO highseas.rfm_segment (priority, segment, monetary_from) VALUES (-1, 'rich', 5);
CREATE TEMP TABLE edited AS SELECT * FROM highseas.rfm();
RESET ROLE;
SELECT count(*) FROM (TABLE rfm EXCEPT TABLE copied) x;
SELECT c.segment, e.segment, count(*) FROM copied c JOIN edited e USING (customer_key)
WHERE c.segment IS DISTINCT FROM e.segment GROUP BY 1, 2 ORDER BY 1, 2;
-- What a row may not say.
INSERT INTO highseas.rfm_break (measure, score, bound) VALUES ('recency', 1, 5);
INSERT INTO highseas.rfm_break (measure, score, bound) VALUES ('money', 2, 5);
INSERT INTO highseas.rfm_break (measure, score, bound) VALUES ('recency', 2, 'NaN');
INSERT INTO highseas.rfm_segment (priority, segment, recency_from, recency_to) VALUES (1, 'nobody', 4, 3);
INSERT INTO highseas.rfm_segment (priority, segment, recency_from) VALUES (1, 'nobody', 11);

-- Readers ask, and change nothing; the other tenant is somebody else's.
SET ROLE regress_rfm_reader;
SELECT count(*) FROM highseas.rfm();
DELETE FROM highseas.rfm_segment;
RESET ROLE;
SET highseas.tenant = 'other';
SELECT * FROM highseas.rfm();
SET ROLE regress_rfm_reader;
SELECT * FROM highseas.rfm();
RESET ROLE;

-- Odd customers.
DELETE FROM highseas.purchase;
SELECT * FROM highseas.rfm();
INSERT INTO highseas.purchase VALUES (2, 'zero', '1', '1998-01-01', 0, NULL), (2, 'only returns', '1', '1998-01-01', -5, NULL),
    (2, 'gave it back', '1', '1998-01-01', 5, NULL), (2, 'gave it back', '2', '1998-02-01', -5, NULL), (2, 'tomorrow', '1', '1998-07-01', 5, NULL);
SELECT * FROM highseas.rfm() ORDER BY customer_key;
SELECT * FROM highseas.rfm('infinity');
INSERT INTO highseas.purchase VALUES (2, 'europe', '1', '1998-01-01', 50, 'EUR');
SELECT * FROM highseas.rfm();
INSERT INTO highseas.purchase VALUES (2, 'europe', '2', '1998-01-02', 50, 'USD');
SELECT * FROM highseas.rfm();
SELECT * FROM highseas.rfm(currency => 'EUR');
SELECT * FROM highseas.rfm(currency => 'XAU');
-- The currency of value_rule is that of all figures; '' = those that give none.
INSERT INTO highseas.value_rule (tenant_id, currency) VALUES (2, 'EUR');
SELECT customer_key, monetary FROM highseas.rfm();
SELECT customers, actual FROM highseas.holdout_check('1998-01-15', 30) WHERE method = 'perfect' AND repeats = 'all';
SELECT customer_key, monetary FROM highseas.rfm(currency => '') ORDER BY 1;
DELETE FROM highseas.value_rule;

-- The rules on anybody's table, and what is odd.
SELECT v, highseas.quantile_score(rank() OVER w, count(*) OVER w, count(*) OVER (), 4) FROM unnest('{1,1,1,1,2,2,3,3}'::int[]) v WINDOW w AS (ORDER BY v);
SELECT highseas.quantile_score(NULL, 1, 5), highseas.quantile_score(5, 5, 5), highseas.quantile_score(1, 1, 9223372036854775807), highseas.quantile_score(1, 200, 200);
SELECT highseas.quantile_score(0, 1, 5);
SELECT highseas.quantile_score(3, 2, 5);
SELECT highseas.quantile_score(1, 6, 5);
SELECT highseas.quantile_score(1, 1, 5, 11);
SELECT highseas.break_score(7, '{3,2}', '{7,5}'), highseas.break_score(6, '{3,2}', '{7,5}'), highseas.break_score('-Infinity', '{2}', '{0}'),
       highseas.break_score(NULL, '{2}', '{0}'), highseas.break_score(1, NULL, NULL), highseas.break_score(1, '{}', '{}');
SELECT highseas.break_score(1, '{2,3}', '{1}');
SELECT highseas.break_score('NaN', '{2}', '{1}');
SELECT highseas.break_score(1, '{2,NULL}', '{1,2}');
SELECT highseas.rfm_segment(1, NULL, 1, '{a}', '{1}', '{5}', '{1}', '{5}', '{1}', '{5}');
SELECT highseas.rfm_segment(1, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT highseas.rfm_segment(1, 1, 1, '{a,b}', '{1,1}', '{5,5}', '{1,1}', '{5}', '{1,1}', '{5,5}');

RESET highseas.tenant;
DROP TABLE rfm, fixed, copied, edited;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
DROP OWNED BY regress_rfm_reader, regress_rfm_admin;
DROP ROLE regress_rfm_reader, regress_rfm_admin;
