-- The holder called one of those he holds.
\set k random(:due + 1, :held)
\set r 1 + :k % 1000
CALL highseas.follow_up('kept-' || :k, 'call', 'Called, interested', 'rep' || :r);
