-- Undoes what a round did, in bulk: the claimed are free again, the returned are held, dead rows are gone.
-- lanes: how many the pools of claim_next get for the next round.
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
UPDATE highseas.customer c
SET state = 'free', holder = NULL, holding_id = NULL, held_since = NULL, due_at = NULL, due_rule = NULL, next_at = NULL,
    check_at = NULL, reminded = 0
FROM highseas.holding h, bench.mark m
WHERE h.tenant_id = 1 AND h.holding_id > m.before_claims AND c.tenant_id = 1 AND c.customer_key = h.customer_key;
DELETE FROM highseas.holding h USING bench.mark m WHERE h.tenant_id = 1 AND h.holding_id > m.before_claims;
UPDATE highseas.customer c
SET state = 'held', holder = h.rep_key, holding_id = h.holding_id, held_since = h.started_at, due_rule = 'silent for 30 days',
    due_at = h.started_at + interval '30 days', next_at = h.started_at + interval '27 days', check_at = h.started_at + interval '27 days'
FROM highseas.holding h
WHERE h.tenant_id = 1 AND h.end_act = 'return' AND h.customer_key LIKE 'kept-%' AND c.tenant_id = 1 AND c.customer_key = h.customer_key;
UPDATE highseas.holding h
SET ended_at = NULL, end_act = NULL, to_pool = NULL, end_actor = NULL, end_reason = NULL, end_note = NULL
WHERE h.tenant_id = 1 AND h.end_act = 'return' AND h.customer_key LIKE 'kept-%';
UPDATE highseas.rep r SET held = coalesce(n.held, 0)
FROM highseas.rep x LEFT JOIN (SELECT c.holder, count(*) AS held FROM highseas.customer c
                               WHERE c.tenant_id = 1 AND c.state = 'held' GROUP BY c.holder) n ON n.holder = x.rep_key
WHERE x.tenant_id = 1 AND r.tenant_id = 1 AND r.rep_key = x.rep_key AND r.held <> coalesce(n.held, 0);
TRUNCATE highseas.follow_up;
UPDATE highseas.customer SET state = 'free' WHERE tenant_id = 1 AND state = 'withdrawn';
UPDATE highseas.pool SET lanes = :lanes WHERE tenant_id = 1 AND pool_key IN ('main', 'huge');
UPDATE highseas.customer SET lane = highseas.lane_of(customer_key, :lanes)
WHERE tenant_id = 1 AND pool_key IN ('main', 'huge') AND lane <> highseas.lane_of(customer_key, :lanes);
UPDATE bench.customer SET state = 'free', holder = NULL, holding_id = NULL, held_since = NULL, due_at = NULL,
    due_rule = NULL, next_at = NULL, check_at = NULL WHERE state <> 'free';
DELETE FROM bench.history WHERE holding_id >= 1000000000;
VACUUM highseas.customer, highseas.holding, highseas.rep, highseas.follow_up, bench.customer, bench.history, bench.rep;
