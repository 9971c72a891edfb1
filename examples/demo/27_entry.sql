-- What each of the two sessions of the second race runs, at the same moment (:spelling, :start)
SELECT pg_sleep_until(:'start') \g /dev/null
CALL highseas.intake(:'spelling', phone => '+34 954 00 12 34', city => 'Sevilla', country => 'Spain', origin => 'fair');
