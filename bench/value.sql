-- What the values are measured on: the CDNOW sample's customers and orders over and over, each time observed a day longer
-- (91 different ages, as if they had come over a quarter), up to :customers customers and :orders orders.
\set ON_ERROR_STOP on
CREATE SCHEMA bench;
CREATE TEMP TABLE line (line text);
\copy line FROM 'examples/CDNOW_sample.txt'
CREATE TEMP TABLE sample AS
SELECT f[2]::int AS customer, f[3]::date AS day, f[5]::numeric AS amount
FROM line, regexp_split_to_array(trim(line), '\s+') f;
SELECT count(DISTINCT customer) AS sampled, count(*) AS lines FROM sample \gset

CREATE TABLE bench.history AS
SELECT (s).repeats, (s).recency, (s).age + tile % 91 / 7.0::double precision AS age, (s).mean_value, (s).total
FROM (SELECT highseas.summarize_purchases(day, amount, '1998-06-30', 'week') AS s FROM sample GROUP BY customer) x,
     generate_series(0, :customers / :sampled) tile
LIMIT :customers;
-- The same, no two rows alike: the hardest case of a fit.
CREATE TABLE bench.history_apart AS
SELECT repeats, recency, age + row_number() OVER () / 1e7 AS age FROM bench.history;
CREATE TABLE bench.fit AS
SELECT highseas.fit_mbg_nbd(repeats, recency, age, 'week') AS lifetime, highseas.fit_gamma_gamma(repeats, mean_value) AS spend
FROM bench.history;

CREATE TABLE bench.purchase AS
SELECT tile * :sampled + customer AS customer, day - tile % 91 AS day, amount
FROM generate_series(0, :orders / :lines) tile, sample
LIMIT :orders;
CALL highseas.create_tenant('valued') \gset valued_
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount)
SELECT :valued_tenant_id, customer, row_number() OVER (), day + time '12:00', amount FROM bench.purchase;

-- The facts of the built-in scorecard's 16 criteria, a third of them unknown; leads with 41 columns, of which ten tell.
SELECT setseed(.5);
CREATE TABLE bench.facts AS
SELECT i, ARRAY(SELECT CASE WHEN random() < .67 THEN floor(40 * random() ^ 3) END FROM generate_series(1, 16) c WHERE i > 0) AS facts
FROM generate_series(1, :customers) i;
CREATE TABLE bench.lead AS
SELECT i, columns, random() < 1 / (1 + exp(2 - (SELECT sum(c) FROM unnest(columns[1:10]) c))) AS bought
FROM (SELECT i, ARRAY(SELECT random() - .5 FROM generate_series(1, 41) c WHERE i > 0) AS columns
      FROM generate_series(1, :customers) i OFFSET 0) x;
VACUUM ANALYZE bench.history, bench.history_apart, bench.purchase, bench.facts, bench.lead, highseas.purchase;
