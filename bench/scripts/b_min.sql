-- Four round trips: what an application without us does at the very least.
\set i :i + 1
\set k 1 + ((:client_id + :clients * :i + :start) * 514229) % :known
\set r random(1, 1000)
BEGIN;
UPDATE bench.customer SET state = 'held', holder = 'rep' || :r, holding_id = :k, held_since = now(), due_at = now() + interval '30 days', due_rule = 'silent', next_at = now() + interval '27 days', check_at = now() + interval '27 days', last_act_at = now() WHERE tenant_id = 1 AND customer_key = 'known-' || :k;
INSERT INTO bench.history (tenant_id, customer_key, rep_key, pool_key, started_at, act, actor) VALUES (1, 'known-' || :k, 'rep' || :r, 'known', now(), 'claim', 'bench');
COMMIT;
