-- When a leave ends: only a refusal asks it, so no other claim pays for it.

CREATE FUNCTION highseas.back_at(tenant_id bigint, rep_key text, now timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    -- The first last day that no other leave goes on from, be it adjacent or overlapping.
    SELECT CASE WHEN min(l.last_day) < date '9999-01-01' THEN (min(l.last_day) + 1)::timestamp AT TIME ZONE x.time_zone END
    FROM (SELECT t.time_zone, (back_at.now AT TIME ZONE t.time_zone)::date AS today
          FROM highseas.rep r JOIN highseas.tenant t ON t.tenant_id = r.tenant_id
          WHERE r.tenant_id = back_at.tenant_id AND r.rep_key = back_at.rep_key AND r.active) x
    JOIN highseas.rep_leave l ON l.tenant_id = back_at.tenant_id AND l.rep_key = back_at.rep_key AND l.last_day >= x.today
    WHERE EXISTS (
            SELECT FROM highseas.rep_leave n
            WHERE n.tenant_id = back_at.tenant_id AND n.rep_key = back_at.rep_key AND x.today BETWEEN n.first_day AND n.last_day)
      AND NOT EXISTS (
            SELECT FROM highseas.rep_leave n
            WHERE n.tenant_id = back_at.tenant_id AND n.rep_key = back_at.rep_key
              AND n.first_day - l.last_day <= 1 AND n.last_day > l.last_day)
    GROUP BY x.time_zone;
END;
COMMENT ON FUNCTION highseas.back_at(bigint, text, timestamptz) IS
'When an active rep who is on leave at now takes customers again: the beginning, in the tenant''s time zone, of the day after his leave, with leaves that adjoin or overlap taken as one. NULL when he is not on leave, not active, unknown, or away beyond the year 9998.';
