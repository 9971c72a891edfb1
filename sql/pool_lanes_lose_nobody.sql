-- A pool with lanes hands out every customer once, near the best first, and is called empty only when it is.
\set VERBOSITY terse
SET client_min_messages = warning;
CALL highseas.create_tenant('acme');
INSERT INTO highseas.pool (tenant_id, pool_key, lanes) VALUES (1, 'wide', 16);
INSERT INTO highseas.rep (tenant_id, rep_key) SELECT 1, 'rep' || i FROM generate_series(1, 4) i;
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, score, lane, pooled_since, last_act_at)
SELECT 1, 'c' || i, 'wide', i, highseas.lane_of('c' || i, 16), '2026-01-01', '2026-01-01' FROM generate_series(1, 500) i;

-- A session gets to know the lanes; it takes a little time for that only.
DO $$ BEGIN FOR i IN 1 .. 60 LOOP PERFORM highseas.lane_candidates(1, 'wide', 16, now()), pg_sleep(.01); END LOOP; END $$;
-- In 500 claims every customer comes once; the 501st finds nobody.
CREATE TABLE claimed AS
SELECT n, (highseas_api.claim_next('wide', 'rep' || n % 4 + 1)).customer_key FROM generate_series(1, 500) n;
SELECT count(DISTINCT customer_key) AS customers, count(*) AS claims FROM claimed;
CALL highseas.claim_next('wide', 'rep1');

-- Best first within the bounds of the lanes: the first half of the claims took mostly the better half.
SELECT count(*) > 200 AS near_the_best FROM claimed WHERE n <= 250 AND substr(customer_key, 2)::integer > 250;

-- Somebody better comes back: the session knows the lanes as empty, and finds it all the same.
CALL highseas.return_to_pool('c77', 'no_interest');
SELECT customer_key FROM highseas_api.claim_next('wide', 'rep1');

-- With one lane it is strictly the best.
CALL highseas.return_to_pool('c1', 'no_interest');
CALL highseas.return_to_pool('c499', 'no_interest');
CALL highseas.return_to_pool('c250', 'no_interest');
UPDATE highseas.pool SET lanes = 1;
SELECT customer_key FROM highseas_api.claim_next('wide', 'rep1')
UNION ALL SELECT customer_key FROM highseas_api.claim_next('wide', 'rep1')
UNION ALL SELECT customer_key FROM highseas_api.claim_next('wide', 'rep1');

-- A changed number of lanes reaches the rows by replan().
CALL highseas.return_to_pool('c1', 'no_interest');
UPDATE highseas.pool SET lanes = 8;
UPDATE highseas.customer SET lane = 4000 WHERE customer_key = 'c1';
SELECT customer_key FROM highseas_api.claim_next('wide', 'rep1');
CALL highseas.return_to_pool('c1', 'no_interest');
UPDATE highseas.customer SET lane = 4000 WHERE customer_key = 'c1';
CALL highseas.replan();
SELECT lane = highseas.lane_of('c1', 8) AS relaned FROM highseas.customer WHERE customer_key = 'c1';

-- Bad numbers change nothing.
SELECT highseas.lane_candidates(1, 'wide', 0, now());
SELECT highseas.lane_candidates(1, 'wide', 4097, now());
SELECT highseas.lane_candidates(1, 'nosuch', 8, now()), highseas.lane_candidates(2, 'wide', 8, '-infinity');
SELECT highseas.lane_of('c1', 0);
SELECT * FROM highseas.check_consistency();
