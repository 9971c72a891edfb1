-- What people look at. Every view is the invoker's own sight, of one tenant.

CREATE FUNCTION highseas.contact_field(tenant_id bigint, customer_key text, field text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp COST 1000
AS $$
DECLARE
    value text;
BEGIN
    IF NOT highseas.has_access(tenant_id, 'reader') THEN
        RETURN NULL;
    END IF;
    SELECT CASE
               WHEN x.value IS NULL OR p.masked IS NULL OR NOT contact_field.field = ANY (p.masked)
                    OR highseas.has_access(contact_field.tenant_id, 'manager')
                    OR (c.holder = current_setting('highseas.rep', true)
                        AND highseas.has_access(contact_field.tenant_id, 'agent')
                        AND (r.login_role IS NULL OR highseas.caller_has(r.login_role))) THEN x.value
               ELSE '***' END
    INTO value
    FROM highseas.profile f
    JOIN highseas.customer c ON c.tenant_id = f.tenant_id AND c.customer_key = f.customer_key
    LEFT JOIN highseas.pool p ON p.tenant_id = c.tenant_id AND p.pool_key = c.pool_key
    LEFT JOIN highseas.rep r ON r.tenant_id = c.tenant_id AND r.rep_key = c.holder
    CROSS JOIN LATERAL (
        SELECT CASE contact_field.field WHEN 'email' THEN f.email WHEN 'phone' THEN f.phone
               WHEN 'mobile' THEN f.mobile WHEN 'fax' THEN f.fax WHEN 'address' THEN f.address END AS value) x
    WHERE f.tenant_id = contact_field.tenant_id AND f.customer_key = contact_field.customer_key;
    RETURN value;
END
$$;
COMMENT ON FUNCTION highseas.contact_field(bigint, text, text) IS
'A contact field (email, phone, mobile, fax, address) of a customer: as it is for managers and for the holder who acts (an agent, by highseas.rep and, where the holder has one, his login_role), *** where the pool''s row masks it for others; NULL when there is none, or no access';

CREATE VIEW highseas.pool_list WITH (security_invoker) AS
SELECT c.customer_key, c.pool_key, f.name, f.company, f.contact, f.position, f.country, f.city, c.region,
       f.source, f.main_products, c.score, c.online, c.has_email, c.class,
       c.pooled_since, c.embargo_until, c.last_order_at, c.passive_returns,
       highseas.contact_field(c.tenant_id, c.customer_key, 'email') AS email,
       highseas.contact_field(c.tenant_id, c.customer_key, 'phone') AS phone,
       highseas.contact_field(c.tenant_id, c.customer_key, 'mobile') AS mobile,
       highseas.contact_field(c.tenant_id, c.customer_key, 'fax') AS fax,
       highseas.contact_field(c.tenant_id, c.customer_key, 'address') AS address,
       f.website, f.attributes
FROM highseas.customer c
LEFT JOIN highseas.profile f ON f.tenant_id = c.tenant_id AND f.customer_key = c.customer_key
WHERE c.tenant_id = (SELECT highseas.current_tenant()) AND c.state = 'free'
ORDER BY c.score DESC, c.online DESC, c.has_email DESC, c.customer_key DESC;
COMMENT ON VIEW highseas.pool_list IS
'The customers that nobody holds, the best score first, then online, then with an e-mail address. Select by WHERE on any column; name a pool for the fastest page.';

CREATE VIEW highseas.my_customers WITH (security_invoker) AS
SELECT c.customer_key, c.holder AS rep_key, c.pool_key, f.name, f.company, f.contact, f.position, f.country, f.city,
       c.region, c.score, c.online, c.class, c.deal, c.held_since, c.last_follow_up_at, c.last_order_at,
       c.due_at, c.due_rule, c.extended_until, c.protected_until,
       highseas.contact_field(c.tenant_id, c.customer_key, 'email') AS email,
       highseas.contact_field(c.tenant_id, c.customer_key, 'phone') AS phone,
       highseas.contact_field(c.tenant_id, c.customer_key, 'mobile') AS mobile,
       highseas.contact_field(c.tenant_id, c.customer_key, 'fax') AS fax,
       highseas.contact_field(c.tenant_id, c.customer_key, 'address') AS address,
       f.website, f.attributes
FROM highseas.customer c
LEFT JOIN highseas.profile f ON f.tenant_id = c.tenant_id AND f.customer_key = c.customer_key
WHERE c.tenant_id = (SELECT highseas.current_tenant()) AND c.state = 'held'
  AND c.holder = (SELECT highseas.current_rep())
ORDER BY c.due_at, c.customer_key;
COMMENT ON VIEW highseas.my_customers IS 'What current_rep() holds, what is due first comes first';

CREATE VIEW highseas.rep_status WITH (security_invoker) AS
SELECT r.rep_key, r.name, f.tier, f.active, r.held, k.maximum AS capacity, k.rule AS capacity_rule,
       q.used AS taken, q.maximum AS quota, q.rule AS quota_rule, q.resets_at AS quota_resets_at,
       d.due_3_days, d.due_7_days
FROM highseas.rep r
CROSS JOIN LATERAL (SELECT highseas.clock() AS at) now
CROSS JOIN LATERAL highseas.rep_facts(r.tenant_id, r.rep_key, now.at) f
LEFT JOIN LATERAL (
    SELECT l.maximum, l.rule FROM highseas.limits_of(r.tenant_id, r.rep_key, now.at) l
    WHERE l.kind = 'capacity' AND l.pool_key IS NULL AND l.class IS NULL
    ORDER BY l.maximum - l.used, l.rule LIMIT 1) k ON true
LEFT JOIN LATERAL (
    SELECT l.used, l.maximum, l.rule, l.resets_at
    FROM highseas.limits_of(r.tenant_id, r.rep_key, now.at) l
    WHERE l.kind = 'quota' AND l.pool_key IS NULL AND l.class IS NULL
    ORDER BY l.maximum - l.used, l.rule LIMIT 1) q ON true
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE c.due_at <= now.at + interval '3 days') AS due_3_days,
           count(*) FILTER (WHERE c.due_at <= now.at + interval '7 days') AS due_7_days
    FROM highseas.customer c
    WHERE c.tenant_id = r.tenant_id AND c.holder = r.rep_key AND c.state = 'held') d
WHERE r.tenant_id = (SELECT highseas.current_tenant());
COMMENT ON VIEW highseas.rep_status IS
'Each rep''s tier, what he holds against the tightest general capacity, what he took against the tightest general quota, what is due within 3 and 7 days. limits_of() lists the limits by pool and class, too.';

CREATE VIEW highseas.ledger WITH (security_invoker) AS
SELECT l.at, l.customer_key, l.act, l.from_rep, l.to_rep, l.pool_key, l.reason, l.note, l.actor
FROM (
    SELECT h.started_at AS at, 1 AS part, h.holding_id AS id, h.customer_key, h.act, h.from_rep, h.rep_key AS to_rep,
           h.pool_key, h.reason,
           CASE WHEN h.act = 'hand_over' THEN (
               SELECT p.end_note FROM highseas.holding p
               WHERE p.tenant_id = h.tenant_id AND p.customer_key = h.customer_key AND p.holding_id < h.holding_id
               ORDER BY p.holding_id DESC LIMIT 1) END AS note, h.actor, h.tenant_id
    FROM highseas.holding h
    UNION ALL
    SELECT h.ended_at, 2, h.holding_id, h.customer_key, h.end_act, h.rep_key, NULL,
           h.to_pool, h.end_reason, h.end_note, h.end_actor, h.tenant_id
    FROM highseas.holding h WHERE h.end_act NOT IN ('assign', 'transfer', 'adopt', 'cover', 'give_back', 'succeed', 'hand_over')
    UNION ALL
    SELECT e.at, 3, e.event_id, e.customer_key, e.act, e.rep_key, e.rep_key, NULL, e.reason, e.detail, e.actor, e.tenant_id
    FROM highseas.customer_event e) l
WHERE l.tenant_id = (SELECT highseas.current_tenant())
ORDER BY l.at, l.part, l.id;
COMMENT ON VIEW highseas.ledger IS
'Who held whom, when, why and by whose act: one row for every change of holder (from_rep NULL = the pool, to_rep NULL = back to pool_key), and one for every other act on a customer (from_rep = to_rep)';

CREATE FUNCTION highseas.needs_warning(reminded integer, remind_before interval[], grace interval) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN reminded = 0 AND coalesce(cardinality(remind_before), 0) > 0 AND grace > '0';
COMMENT ON FUNCTION highseas.needs_warning(integer, interval[], interval) IS
'Whether what is overdue is not returned yet: no reminder was sent (reminded), though the deadline has some (remind_before). expire_due() sends one instead, and the tenant''s grace is left';

CREATE FUNCTION highseas.planned_returns(until timestamptz)
RETURNS TABLE (customer_key text, rep_key text, company text, pool_key text, held_since timestamptz,
               last_follow_up_at timestamptz, due_at timestamptz, due_rule text, deadline_kind text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    now timestamptz := highseas.clock();
BEGIN
    IF until IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'until must not be null', HINT = 'Pass a time.';
    END IF;
    RETURN QUERY
    SELECT c.customer_key, c.holder, f.company, c.pool_key, c.held_since, c.last_follow_up_at,
           x.due_at, c.due_rule, d.kind
    FROM highseas.customer c
    JOIN highseas.tenant t ON t.tenant_id = c.tenant_id
    LEFT JOIN highseas.profile f ON f.tenant_id = c.tenant_id AND f.customer_key = c.customer_key
    LEFT JOIN highseas.deadline d ON d.tenant_id = c.tenant_id AND d.rule = c.due_rule
    CROSS JOIN LATERAL (
        SELECT CASE WHEN c.due_at <= now AND highseas.needs_warning(c.reminded, d.remind_before, t.grace)
                    THEN highseas.shift(now, t.grace, t.time_zone) ELSE c.due_at END AS due_at) x
    WHERE c.tenant_id = (SELECT highseas.current_tenant())
      AND c.state = 'held' AND c.check_at <= until AND c.due_at <= until AND x.due_at <= until
    ORDER BY x.due_at, c.customer_key;
END
$$;
COMMENT ON FUNCTION highseas.planned_returns(timestamptz) IS
'What would go back to its pool until a time if nobody did anything, when (due_at), and by which deadline. What is overdue and was never announced, as after jobs stood still, goes back the tenant''s grace from now: expire_due() sends the reminder first. Error 22004 for NULL.';

CREATE FUNCTION highseas.check_consistency()
RETURNS TABLE (tenant_id bigint, problem text, key text, detail text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.tenant_id, 'held customer without its open holding', c.customer_key, c.holder
    FROM highseas.customer c
    WHERE c.state = 'held' AND NOT EXISTS (
        SELECT FROM highseas.holding h WHERE h.tenant_id = c.tenant_id AND h.customer_key = c.customer_key
           AND h.holding_id = c.holding_id AND h.rep_key = c.holder AND h.ended_at IS NULL AND h.started_at = c.held_since)
    UNION ALL
    SELECT h.tenant_id, 'open holding that its customer does not know', h.customer_key, h.rep_key
    FROM highseas.holding h
    WHERE h.ended_at IS NULL AND NOT EXISTS (
        SELECT FROM highseas.customer c WHERE c.tenant_id = h.tenant_id AND c.customer_key = h.customer_key
           AND c.holding_id = h.holding_id)
    UNION ALL
    SELECT r.tenant_id, 'rep''s counter differs', r.rep_key, format('%s counted, %s held', r.held, coalesce(n.held, 0))
    FROM highseas.rep r
    LEFT JOIN (SELECT c.tenant_id, c.holder, count(*) AS held FROM highseas.customer c
               WHERE c.state = 'held' GROUP BY c.tenant_id, c.holder) n
        ON n.tenant_id = r.tenant_id AND n.holder = r.rep_key
    WHERE r.held <> coalesce(n.held, 0)
    UNION ALL
    SELECT c.tenant_id, 'holder who is no rep', c.customer_key, c.holder
    FROM highseas.customer c
    WHERE c.holder IS NOT NULL AND NOT EXISTS (
        SELECT FROM highseas.rep r WHERE r.tenant_id = c.tenant_id AND r.rep_key = c.holder)
    UNION ALL
    SELECT a.tenant_id, 'spells that overlap', a.customer_key, format('%s and %s', a.holding_id, b.holding_id)
    FROM highseas.holding a JOIN highseas.holding b
        ON b.tenant_id = a.tenant_id AND b.customer_key = a.customer_key AND b.holding_id > a.holding_id
       AND b.started_at < coalesce(a.ended_at, 'infinity')
    -- Of customers that became one, each brought its own history.
    WHERE NOT EXISTS (SELECT FROM highseas.customer_event e
                      WHERE e.tenant_id = a.tenant_id AND e.customer_key = a.customer_key AND e.act = 'merge')
    UNION ALL
    SELECT c.tenant_id, 'intent that differs', c.customer_key, format('%s noted, %s in force', i.intent, c.intent)
    FROM highseas.customer c
    LEFT JOIN highseas.customer_intent i ON i.tenant_id = c.tenant_id AND i.customer_key = c.customer_key
    WHERE c.intent IS DISTINCT FROM i.intent
    UNION ALL
    SELECT c.tenant_id, 'kind that differs', c.customer_key, format('%s decided, %s in force', k.kind, c.kind)
    FROM highseas.customer c
    LEFT JOIN highseas.customer_class k ON k.tenant_id = c.tenant_id AND k.customer_key = c.customer_key
    WHERE c.kind IS DISTINCT FROM k.kind
    UNION ALL
    SELECT t.tenant_id, 'ledger row of an unknown customer', t.customer_key, t.source
    FROM (SELECT h.tenant_id, h.customer_key, 'holding' AS source FROM highseas.holding h
          UNION SELECT f.tenant_id, f.customer_key, 'follow_up' FROM highseas.follow_up f
          UNION SELECT e.tenant_id, e.customer_key, 'customer_event' FROM highseas.customer_event e
          UNION SELECT o.tenant_id, o.customer_key, 'hand_over' FROM highseas.hand_over o
          UNION SELECT l.tenant_id, l.customer_key, 'lead' FROM highseas.lead l WHERE l.customer_key IS NOT NULL
          UNION SELECT m.tenant_id, m.into_customer, 'merge_record' FROM highseas.merge_record m
          UNION SELECT k.tenant_id, k.customer_key, 'customer_class' FROM highseas.customer_class k
          UNION SELECT y.tenant_id, y.customer_key, 'class_history' FROM highseas.class_history y) t
    WHERE NOT EXISTS (SELECT FROM highseas.customer c
                      WHERE c.tenant_id = t.tenant_id AND c.customer_key = t.customer_key)
    UNION ALL
    SELECT y.tenant_id, 'class that is not the last in its history', y.customer_key,
           format('%s: %s, at last %s', y.aspect, coalesce(x.class, 'none'), coalesce(y.to_class, 'none'))
    FROM (SELECT DISTINCT ON (h.tenant_id, h.customer_key, h.aspect) h.* FROM highseas.class_history h
          ORDER BY h.tenant_id, h.customer_key, h.aspect, h.change_id DESC) y
    LEFT JOIN highseas.customer_class k ON k.tenant_id = y.tenant_id AND k.customer_key = y.customer_key
    CROSS JOIN LATERAL (SELECT CASE y.aspect WHEN 'abc' THEN k.abc WHEN 'category' THEN k.category
                                             WHEN 'lifecycle' THEN k.lifecycle ELSE k.kind END AS class) x
    WHERE x.class IS DISTINCT FROM y.to_class
    UNION ALL
    SELECT p.tenant_id, 'unknown tier in rotate_tiers', p.pool_key, x.tier
    FROM highseas.pool p CROSS JOIN unnest(p.rotate_tiers) x(tier)
    WHERE NOT EXISTS (SELECT FROM highseas.tier t WHERE t.tenant_id = p.tenant_id AND t.tier = x.tier)
    UNION ALL
    SELECT o.tenant_id, 'unknown tier in to_tiers', o.rule, x.tier
    FROM highseas.overflow_rule o CROSS JOIN unnest(o.to_tiers) x(tier)
    WHERE NOT EXISTS (SELECT FROM highseas.tier t WHERE t.tenant_id = o.tenant_id AND t.tier = x.tier)
    UNION ALL
    SELECT x.tenant_id, 'region below itself', x.region, array_to_string(x.path || x.region, ' in ')
    FROM (WITH RECURSIVE up AS (
              SELECT r.tenant_id, r.region, r.parent, ARRAY[r.region] AS path FROM highseas.region r
              UNION ALL
              SELECT u.tenant_id, u.region, r.parent, u.path || r.region
              FROM up u JOIN highseas.region r ON r.tenant_id = u.tenant_id AND r.region = u.parent
              WHERE u.parent <> ALL (u.path))
          SELECT u.tenant_id, u.region, u.path FROM up u WHERE u.parent = u.region) x
    UNION ALL
    SELECT x.tenant_id, 'pool falls back to itself', x.pool_key, array_to_string(x.path || x.pool_key, ' to ')
    FROM (WITH RECURSIVE back AS (
              SELECT r.tenant_id, r.pool_key, r.fallback_pool, ARRAY[r.pool_key] AS path FROM highseas.allocation_rule r
              UNION ALL
              SELECT b.tenant_id, b.pool_key, r.fallback_pool, b.path || r.pool_key
              FROM back b JOIN highseas.allocation_rule r ON r.tenant_id = b.tenant_id AND r.pool_key = b.fallback_pool
              WHERE b.fallback_pool <> ALL (b.path))
          SELECT b.tenant_id, b.pool_key, b.path FROM back b WHERE b.fallback_pool = b.pool_key) x
$$;
COMMENT ON FUNCTION highseas.check_consistency() IS
'What must never be: every row is a fault, of the data or (rotate_tiers, to_tiers, region, fallback_pool) of the rules. Empty in a sound database. Shows what the current role may see; reads everything, so call it at quiet times.';
