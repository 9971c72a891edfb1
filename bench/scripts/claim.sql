-- A known customer.
\set i :i + 1
\set k 1 + ((:client_id + :clients * :i + :start) * 514229) % :known
\set r random(1, 1000)
CALL highseas.claim('known-' || :k, 'rep' || :r);
