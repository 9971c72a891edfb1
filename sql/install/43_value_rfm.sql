-- Recency, frequency, monetary value: scores with a rule for ties, and segments by rows. Without rows of a tenant the
-- scores are quintiles and the segments the built-in ones.

CREATE TABLE highseas.rfm_break (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    measure text COLLATE "C" NOT NULL CHECK (measure IN ('recency', 'frequency', 'monetary')),
    score integer NOT NULL CHECK (score BETWEEN 2 AND 10),
    bound double precision NOT NULL CHECK (bound BETWEEN '-1e30' AND '1e30'),
    PRIMARY KEY (tenant_id, measure, score)
);
COMMENT ON TABLE highseas.rfm_break IS
'Fixed breaks of rfm(): a customer has the greatest score whose bound he reaches, else 1. bound is at most so many days ago for recency, at least so many purchase days for frequency, at least so much money for monetary. A measure without rows is scored by quintiles.';

CREATE TABLE highseas.rfm_segment (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    priority integer NOT NULL,
    segment text COLLATE "C" NOT NULL CHECK (octet_length(segment) BETWEEN 1 AND 63),
    recency_from integer NOT NULL DEFAULT 1,
    recency_to integer NOT NULL DEFAULT 10,
    frequency_from integer NOT NULL DEFAULT 1,
    frequency_to integer NOT NULL DEFAULT 10,
    monetary_from integer NOT NULL DEFAULT 1,
    monetary_to integer NOT NULL DEFAULT 10,
    PRIMARY KEY (tenant_id, priority),
    CHECK (1 <= recency_from AND recency_from <= recency_to AND recency_to <= 10),
    CHECK (1 <= frequency_from AND frequency_from <= frequency_to AND frequency_to <= 10),
    CHECK (1 <= monetary_from AND monetary_from <= monetary_to AND monetary_to <= 10)
);
COMMENT ON TABLE highseas.rfm_segment IS
'Segments of rfm() by the three scores, both ends included: the first row by priority that fits. A segment may have several rows. No row of a tenant: default_rfm_segments(), which INSERT INTO highseas.rfm_segment (priority, segment, ...) SELECT priority, segment, ... copies for editing.';

CREATE FUNCTION highseas.quantile_score(first bigint, last bigint, population bigint, levels integer DEFAULT 5)
RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'highseas_quantile_score';
COMMENT ON FUNCTION highseas.quantile_score(bigint, bigint, bigint, integer) IS
'The score 1 .. levels of a customer by his mid-rank, the share of those who are worse and half the share of those who are equal, himself included: 1 + floor((first + last - 1) * levels / (2 * population)). So score s says that at least (s - 1) / levels of all are worse, equal ones counted half; equal customers have equal scores, however many they are (ntile divides them), in the middle where all are equal or one is alone; without ties the levels are of equal size.
Over any table: quantile_score(rank() OVER w, count(*) OVER w, count(*) OVER ()) ... WINDOW w AS (ORDER BY amount); for recency ORDER BY last_on.
first: 1 + the number of those strictly worse, last: of those who are not better, 1 <= first <= last <= population. levels: 1 to 10. NULL when an argument is NULL.
Errors: 22023 for ranks or levels out of range.';

CREATE FUNCTION highseas.break_score(value double precision, scores integer[], bounds double precision[])
RETURNS integer
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'highseas_break_score';
COMMENT ON FUNCTION highseas.break_score(double precision, integer[], double precision[]) IS
'The score of a value by fixed breaks, parallel arrays in any order: the greatest of scores whose bound is not above the value, else 1. Where less is better, as for recency, take value and bounds negative.
NULL when value is NULL, or when both arrays are NULL or empty.
Errors: 22023 for arrays of different lengths or NaN; 22004 for a NULL element.';

CREATE FUNCTION highseas.rfm_segment(
    recency_score integer, frequency_score integer, monetary_score integer, segments text[],
    recency_from integer[], recency_to integer[], frequency_from integer[], frequency_to integer[],
    monetary_from integer[], monetary_to integer[])
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME', 'highseas_rfm_segment';
COMMENT ON FUNCTION highseas.rfm_segment(integer, integer, integer, text[], integer[], integer[], integer[], integer[], integer[], integer[]) IS
'The segment of three scores: the first of segments (parallel arrays, as rfm_segments_of gives them) with all of them between its from and to, both included.
NULL when a score is NULL or no segment fits; an array NULL = empty.
Errors: 22023 for arrays of different lengths; 22004 for a NULL element.';

CREATE FUNCTION highseas.default_rfm_segments()
RETURNS TABLE (priority integer, segment text, recency_from integer, recency_to integer,
               frequency_from integer, frequency_to integer, monetary_from integer, monetary_to integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 11
AS $$
    VALUES (10, 'champions', 4, 10, 4, 10, 4, 10),
           (20, 'loyal', 3, 10, 3, 10, 1, 10),
           (30, 'big spenders', 3, 10, 1, 10, 5, 10),
           (40, 'potential loyalists', 4, 10, 2, 10, 1, 10),
           (50, 'new', 5, 10, 1, 10, 1, 10),
           (60, 'promising', 4, 10, 1, 10, 1, 10),
           (70, 'needs attention', 3, 10, 1, 10, 1, 10),
           (80, 'cannot lose', 1, 10, 4, 10, 4, 10),
           (90, 'at risk', 1, 10, 3, 10, 1, 10),
           (100, 'about to sleep', 2, 10, 1, 10, 1, 10),
           (110, 'lost', 1, 10, 1, 10, 1, 10)
$$;
COMMENT ON FUNCTION highseas.default_rfm_segments() IS
'The built-in rows of rfm_segment, for scores 1 to 5. The first that fits: champions bought lately, often and for much; loyal: still buy, often; big spenders: still buy, for very much; potential loyalists: lately, more than once; new and promising: lately, once; needs attention: not so lately; cannot lose: bought often and for much, long ago; at risk: often, long ago; about to sleep and lost: seldom, long ago.';

CREATE FUNCTION highseas.rfm_segments_of(tenant_id bigint)
RETURNS TABLE (segments text[], recency_from integer[], recency_to integer[], frequency_from integer[],
               frequency_to integer[], monetary_from integer[], monetary_to integer[])
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_agg(s.segment ORDER BY s.priority), array_agg(s.recency_from ORDER BY s.priority),
           array_agg(s.recency_to ORDER BY s.priority), array_agg(s.frequency_from ORDER BY s.priority),
           array_agg(s.frequency_to ORDER BY s.priority), array_agg(s.monetary_from ORDER BY s.priority),
           array_agg(s.monetary_to ORDER BY s.priority)
    FROM (
        SELECT r.priority, r.segment, r.recency_from, r.recency_to, r.frequency_from, r.frequency_to, r.monetary_from, r.monetary_to
        FROM highseas.rfm_segment r WHERE r.tenant_id = rfm_segments_of.tenant_id
        UNION ALL
        SELECT d.* FROM highseas.default_rfm_segments() d
        WHERE NOT EXISTS (SELECT FROM highseas.rfm_segment r WHERE r.tenant_id = rfm_segments_of.tenant_id)) s
$$;
COMMENT ON FUNCTION highseas.rfm_segments_of(bigint) IS
'A tenant''s segments as the arrays that rfm_segment() takes: its rows, else the built-in ones';

CREATE FUNCTION highseas.rfm(ends_on date DEFAULT NULL, currency text DEFAULT NULL)
RETURNS TABLE (customer_key text, recency integer, frequency integer, monetary numeric, recency_score integer,
               frequency_score integer, monetary_score integer, segment text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp ROWS 100000
AS $$
#variable_conflict use_column
DECLARE
    t record;
    found record;
BEGIN
    SELECT x.tenant_id, x.time_zone, coalesce(rfm.ends_on, (highseas.clock() AT TIME ZONE x.time_zone)::date) AS ends_on,
           coalesce(rfm.currency, (SELECT r.currency FROM highseas.value_rule r WHERE r.tenant_id = x.tenant_id)) AS currency INTO t
    FROM highseas.tenant x WHERE x.tenant_id = (SELECT highseas.current_tenant());
    IF t.currency IS NULL THEN
        SELECT min(p.currency) AS one, nullif(max(p.currency), min(p.currency)) AS other, bool_or(p.currency IS NULL) AS unknown
        INTO found FROM highseas.purchase p WHERE p.tenant_id = t.tenant_id;
        IF found.other IS NOT NULL OR (found.one IS NOT NULL AND found.unknown) THEN
            RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'the orders have several currencies',
                DETAIL = format('There are "%s" and %s.', left(found.one, 100), coalesce('"' || left(found.other, 100) || '"', 'orders without one')),
                HINT = 'Name one: currency => ''...''.';
        END IF;
    END IF;
    RETURN QUERY
    WITH summary AS (
        SELECT p.customer_key, highseas.summarize_purchases((p.ordered_at AT TIME ZONE t.time_zone)::date, p.amount, t.ends_on, 'day') AS s
        FROM highseas.purchase p
        WHERE p.tenant_id = t.tenant_id AND (t.currency IS NULL OR coalesce(p.currency, '') = t.currency)
        GROUP BY p.customer_key
    ), measured AS MATERIALIZED (  -- else whole summaries are sorted
        SELECT x.customer_key, t.ends_on - (x.s).last_on AS recency, (x.s).repeats + 1 AS frequency, (x.s).total AS monetary
        FROM (SELECT * FROM summary OFFSET 0) x WHERE (x.s).repeats IS NOT NULL
    ), breaks AS (
        SELECT array_agg(b.score) FILTER (WHERE b.measure = 'recency') AS r_scores, array_agg(-b.bound) FILTER (WHERE b.measure = 'recency') AS r_bounds,
               array_agg(b.score) FILTER (WHERE b.measure = 'frequency') AS f_scores, array_agg(b.bound) FILTER (WHERE b.measure = 'frequency') AS f_bounds,
               array_agg(b.score) FILTER (WHERE b.measure = 'monetary') AS m_scores, array_agg(b.bound) FILTER (WHERE b.measure = 'monetary') AS m_bounds,
               (SELECT count(*) FROM measured) AS everybody
        FROM highseas.rfm_break b WHERE b.tenant_id = t.tenant_id
    ), scored AS (
        SELECT m.customer_key, m.recency, m.frequency, m.monetary,
               coalesce(highseas.break_score(-m.recency, b.r_scores, b.r_bounds),
                        highseas.quantile_score(rank() OVER recency, count(*) OVER recency, b.everybody)) AS r_score,
               coalesce(highseas.break_score(m.frequency, b.f_scores, b.f_bounds),
                        -- However many bought once: no segment of those who bought again is for them.
                        CASE WHEN m.frequency = 1 THEN 1 ELSE highseas.quantile_score(rank() OVER frequency, count(*) OVER frequency, b.everybody) END) AS f_score,
               coalesce(highseas.break_score(m.monetary::double precision, b.m_scores, b.m_bounds),
                        highseas.quantile_score(rank() OVER monetary, count(*) OVER monetary, b.everybody)) AS m_score
        FROM measured m CROSS JOIN breaks b
        WINDOW recency AS (ORDER BY m.recency DESC), frequency AS (ORDER BY m.frequency), monetary AS (ORDER BY m.monetary)
    )
    SELECT s.customer_key, s.recency, s.frequency, s.monetary, s.r_score, s.f_score, s.m_score,
           highseas.rfm_segment(s.r_score, s.f_score, s.m_score, g.segments, g.recency_from, g.recency_to, g.frequency_from, g.frequency_to, g.monetary_from, g.monetary_to)
    FROM scored s CROSS JOIN highseas.rfm_segments_of(t.tenant_id) g;
END
$$;
COMMENT ON FUNCTION highseas.rfm(date, text) IS
'Recency (days since the last purchase day), frequency (purchase days) and monetary value (sum of all orders, returns deducted) of the current tenant''s customers who bought until ends_on, with a score of each and their segment (NULL where no row fits). Scores are by the rows of rfm_break, else by quintiles among these customers (quantile_score): more is better, and more lately; equal customers have equal scores, and who bought on one day only has 1 for frequency. Segments are the rows of rfm_segment, else default_rfm_segments(). Days are of the tenant''s time zone.
ends_on: NULL = today; later orders are left out. currency: only orders in it, '''' = those that give none; NULL = as in value_rule, and where that names none either all of them, which must have the same.
Errors: 22023 for orders of several currencies (none counts as one), or more than one tenant to choose from; 22008 for an infinite ends_on.';
