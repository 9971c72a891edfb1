-- The best of a pool.
\set r random(1, 1000)
CALL highseas.claim_next(:target::text, 'rep' || :r);
