-- The same in one statement: the physical limit.
\set i :i + 1
\set k 1 + ((:client_id + :clients * :i + :start) * 514229) % :known
\set r random(1, 1000)
WITH taken AS (UPDATE bench.customer SET state = 'held', holder = 'rep' || :r, holding_id = :k, held_since = now(), due_at = now() + interval '30 days', due_rule = 'silent', next_at = now() + interval '27 days', check_at = now() + interval '27 days', last_act_at = now() WHERE tenant_id = 1 AND customer_key = 'known-' || :k RETURNING tenant_id, customer_key, holder, pool_key) INSERT INTO bench.history (tenant_id, customer_key, rep_key, pool_key, started_at, act, actor) SELECT tenant_id, customer_key, holder, pool_key, now(), 'claim', 'bench' FROM taken;
