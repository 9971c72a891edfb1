-- A limit refuses: with the rule, the reason, and the date from which it would be allowed
\connect - crm_app
SET highseas.rep = 'zhao.min';
-- Zhao Min is new: three customers a day. claim_next gives him the best free lead.
CALL highseas.claim_next('leads');
CALL highseas.claim_next('leads');
CALL highseas.claim_next('leads', retry_key => 'request 4711') \gset zhao_
-- The same request again, after a lost connection: the retry key makes it one claim.
CALL highseas.claim_next('leads', retry_key => 'request 4711');
SELECT demo.expect((SELECT count(*) = 3 FROM highseas.my_customers), 'Zhao Min holds three customers') \g /dev/null

-- The fourth one.
\set ON_ERROR_STOP off
CALL highseas.claim_next('leads');
\set ON_ERROR_STOP on
SELECT demo.expect(:'LAST_ERROR_SQLSTATE' = 'SE004', 'the quota refuses') \g /dev/null

-- He gives one back: the quota is not refunded, and the cooldown has begun.
CALL highseas.return_to_pool(:'zhao_customer_key', 'no_contact');
-- may_claim answers the same without acting.
SELECT * FROM highseas.may_claim(rep => 'zhao.min', customer => :'zhao_customer_key');
SELECT demo.expect((SELECT code = 'SE004' AND allowed_from = '2026-11-03 00:00+08'
                  FROM highseas.may_claim(rep => 'zhao.min', customer => :'zhao_customer_key')), 'may_claim names rule and date') \g /dev/null

-- Tomorrow the quota is free again, but he held this lead before.
\connect - postgres
SET highseas.clock = '2026-11-03 09:00+08';
SELECT * FROM highseas.may_claim(rep => 'zhao.min', customer => :'zhao_customer_key');
SELECT demo.expect((SELECT code = 'SE005' AND date_trunc('minute', allowed_from) = '2026-12-02 09:00+08'
                  FROM highseas.may_claim(rep => 'zhao.min', customer => :'zhao_customer_key')), 'the cooldown lasts 30 days') \g /dev/null
