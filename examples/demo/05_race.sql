-- What each of the two sessions of the race runs, at the same moment (:rep, :customer, :start)
SET highseas.rep = :'rep';
SELECT pg_sleep_until(:'start') \g /dev/null
CALL highseas.claim(:'customer');
