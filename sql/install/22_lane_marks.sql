-- What a session remembers of the lanes' heads (src/pg/lanes.cpp).

CREATE FUNCTION highseas.lane_draw(tenant_id bigint, pool_key text, lanes integer) RETURNS integer
LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'highseas_lane_draw';
COMMENT ON FUNCTION highseas.lane_draw(bigint, text, integer) IS
'A random lane of a pool, 0 .. lanes - 1; one that this session knows already while a full read would cost too much. Error 22023 when lanes is out of 1 .. 4096.';

CREATE FUNCTION highseas.lane_mark(
    tenant_id bigint, pool_key text, lane integer,
    OUT score real, OUT online boolean, OUT has_email boolean, OUT customer_key text)
LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'highseas_lane_mark';
COMMENT ON FUNCTION highseas.lane_mark(bigint, text, integer) IS
'Where to begin to read a lane that was drawn, downwards: the head as this session last saw it, or the top (an infinite score) when that was over a second ago and full reads take less than a fiftieth of the session''s time';

CREATE FUNCTION highseas.lane_seen(
    tenant_id bigint, pool_key text, lane integer, score real, online boolean, has_email boolean, customer_key text)
RETURNS void
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'highseas_lane_seen';
COMMENT ON FUNCTION highseas.lane_seen(bigint, text, integer, real, boolean, boolean, text) IS
'Remembers the head of a lane that was read from lane_mark(); a NULL customer_key says that nobody was there';
