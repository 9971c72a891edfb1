-- Whom claim_next() tries in a pool with lanes (src/pg/lanes.cpp).

CREATE FUNCTION highseas.lane_candidates(tenant_id bigint, pool_key text, lanes integer, now timestamptz) RETURNS text[]
LANGUAGE c VOLATILE STRICT COST 100 AS 'MODULE_PATHNAME', 'highseas_lane_candidates';
COMMENT ON FUNCTION highseas.lane_candidates(bigint, text, integer, timestamptz) IS
'Of two random lanes of a pool the one with the better head: its best free customers without an embargo, at most 4, the best first. Read without locks, downwards from where this session last saw the lane''s head, or from the top when that was over a second ago and slow full reads take less than a fiftieth of the session''s time: so it may name nobody, or one that is gone. Error 22023 when lanes is out of 1 .. 4096.';
