-- The holder gives one back.
\set i :i + 1
\set k :due + 1 + ((:client_id + :clients * :i + :start) * 514229) % (:held - :due)
\set r 1 + :k % 1000
CALL highseas.return_to_pool('kept-' || :k, 'price', NULL, 'rep' || :r);
