-- A claim is refused by the first rule that stands against it, in the documented order, with code, rule
-- and date; may_claim says the same without acting.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'UTC';
SET datestyle = 'ISO';
-- 2 March 2026 is a Monday; in Shanghai it is 16:00.
SET highseas.clock = '2026-03-02 08:00+00';

-- What claim says, and whether may_claim says the same. What succeeds is undone.
CREATE FUNCTION pg_temp.ask(customer text, rep text, OUT code text, OUT rule text, OUT detail text,
                            OUT allowed_from timestamptz, OUT agrees boolean)
LANGUAGE plpgsql AS $$
DECLARE
    m record;
BEGIN
    SELECT * INTO m FROM highseas.may_claim(rep, customer);
    BEGIN
        PERFORM highseas_api.claim(customer, rep);
        RAISE EXCEPTION USING ERRCODE = 'P0999';
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, rule = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL;
        IF code = 'P0999' THEN
            code := 'taken';
            rule := NULL;
            detail := NULL;
        END IF;
    END;
    allowed_from := m.allowed_from;
    agrees := m.allowed = (code = 'taken') AND coalesce(m.code, 'taken') = code AND m.rule IS NOT DISTINCT FROM rule
        AND m.detail IS NOT DISTINCT FROM detail
        AND coalesce(strpos(detail, to_char((m.allowed_from + interval '59.999999 seconds') AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI')) > 0, true);
END $$;
-- What any other call says.
CREATE FUNCTION pg_temp.try(call text, OUT code text, OUT rule text, OUT message text, OUT detail text)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE call;
    code := 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, rule = CONSTRAINT_NAME, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END $$;

CALL highseas.create_tenant('acme', 'Asia/Shanghai');
INSERT INTO highseas.pool (pool_key) VALUES ('north'), ('south'), ('old');
INSERT INTO highseas.rep (rep_key, hired_on) VALUES ('ana', '2020-01-01'), ('ben', '2026-02-01'), ('eva', NULL), ('max', '2020-01-01');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, score, pooled_since, last_act_at)
SELECT 1, 'x', 'north', 10, timestamptz '2026-01-01', timestamptz '2026-01-01'
UNION ALL SELECT 1, 'n' || i, 'north', i, '2026-01-01', '2026-01-01' FROM generate_series(1, 9) i
UNION ALL SELECT 1, 's' || i, 'south', i, '2026-01-01', '2026-01-01' FROM generate_series(1, 9) i;

-- Everything stands against ana and x: she held it, it is under embargo, the pool is closed and for
-- members, she is not active, may take and hold nothing.
UPDATE highseas.pool SET cooldown = '30 days', embargo = '2 days' WHERE pool_key = 'north';
CALL highseas.claim('x', 'ana');
SET highseas.clock = '2026-03-02 09:00+00';
CALL highseas.return_to_pool('x', 'price', rep => 'ana');
UPDATE highseas.pool SET is_open = false, members_only = true WHERE pool_key = 'north';
UPDATE highseas.rep SET active = false WHERE rep_key = 'ana';
INSERT INTO highseas.quota (rule, period, maximum) VALUES ('take-none', 'day', 0);
INSERT INTO highseas.capacity (rule, maximum) VALUES ('hold-none', 0);
-- The order, one obstacle after the other taken away.
SELECT * FROM pg_temp.ask('nobody', 'ana');
UPDATE highseas.customer SET state = 'gone' WHERE customer_key = 'x';
SELECT * FROM pg_temp.ask('x', 'ana');
UPDATE highseas.customer SET state = 'free' WHERE customer_key = 'x';
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT highseas_api.withdraw('x', NULL);
SELECT highseas_api.withdraw(NULL, 'dissolved');
\set VERBOSITY terse
SELECT state FROM highseas_api.withdraw('x', 'dissolved');
SELECT * FROM pg_temp.ask('x', 'ana');
UPDATE highseas.customer SET state = 'frozen' WHERE customer_key = 'x';
SELECT * FROM pg_temp.ask('x', 'ana');
UPDATE highseas.customer SET state = 'free' WHERE customer_key = 'x';
SELECT * FROM pg_temp.ask('x', 'ana');
UPDATE highseas.customer SET embargo_until = NULL WHERE customer_key = 'x';
SELECT * FROM pg_temp.ask('x', 'ana');
UPDATE highseas.pool SET is_open = true WHERE pool_key = 'north';
SELECT * FROM pg_temp.ask('x', 'ana');
UPDATE highseas.rep SET active = true WHERE rep_key = 'ana';
SELECT * FROM pg_temp.ask('x', 'ana');
INSERT INTO highseas.pool_member (pool_key, rep_key) VALUES ('north', 'ana');
SELECT * FROM pg_temp.ask('x', 'ana');
-- A quota of 0 never has room, so there is no date; one that is used up has.
UPDATE highseas.quota SET maximum = 1;
SELECT * FROM pg_temp.ask('x', 'ana');
UPDATE highseas.quota SET maximum = NULL;
SELECT * FROM pg_temp.ask('x', 'ana');
UPDATE highseas.capacity SET maximum = NULL;
SELECT * FROM pg_temp.ask('x', 'ana');
SET highseas.clock = '2026-04-01 08:59:59+00';
SELECT * FROM pg_temp.ask('x', 'ana');
SET highseas.clock = '2026-04-01 09:00+00';
SELECT * FROM pg_temp.ask('x', 'ana');
-- Held: by herself, by another.
CALL highseas.claim('x', 'ana');
SELECT * FROM pg_temp.ask('x', 'ana');
SELECT * FROM pg_temp.ask('x', 'max');
CALL highseas.return_to_pool('x', 'price', rep => 'ana');

-- Members: by tier, by rep, or everybody. Tiers come from hired_on alone: ben becomes a veteran on his 180th day, in Shanghai.
DELETE FROM highseas.pool_member;
INSERT INTO highseas.pool_member (pool_key, tier) VALUES ('north', 'veteran');
SET highseas.clock = '2026-07-30 15:59:59+00';
SELECT rep_key, tier FROM highseas.rep_status ORDER BY rep_key;
SELECT * FROM pg_temp.ask('n1', 'ben');
SET highseas.clock = '2026-07-30 16:00+00';
SELECT * FROM pg_temp.ask('n1', 'ben');
SELECT * FROM pg_temp.ask('n1', 'eva');
INSERT INTO highseas.pool_member (pool_key, rep_key, tier) VALUES ('north', 'eva', 'veteran');
SELECT * FROM pg_temp.ask('n1', 'eva');
INSERT INTO highseas.pool_member (pool_key) VALUES ('north');
SELECT * FROM pg_temp.ask('n1', 'eva');

-- Leave: first and last day included, in Shanghai's days.
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES ('max', '2026-08-03', '2026-08-04');
SET highseas.clock = '2026-08-02 15:59:59+00';
SELECT * FROM pg_temp.ask('n1', 'max');
SET highseas.clock = '2026-08-02 16:00+00';
SELECT * FROM pg_temp.ask('n1', 'max');
SELECT code, rule FROM pg_temp.try($$SELECT highseas_api.assign('n1', 'max')$$);
SET highseas.clock = '2026-08-04 15:59:59+00';
SELECT * FROM pg_temp.ask('n1', 'max');
SET highseas.clock = '2026-08-04 16:00+00';
SELECT * FROM pg_temp.ask('n1', 'max');

-- All matching limits must hold; of several that refuse a capacity names the smallest, a quota the last to reset.
DELETE FROM highseas.quota;
DELETE FROM highseas.capacity;
INSERT INTO highseas.capacity (rule, pool_key, tier, class, rep_key, maximum) VALUES
    ('all', NULL, NULL, NULL, NULL, 3), ('north', 'north', NULL, NULL, NULL, 2), ('vip', NULL, NULL, 'A', NULL, 1),
    ('new', NULL, 'new', NULL, NULL, 1), ('max-unbound', NULL, NULL, NULL, 'max', NULL), ('ben', NULL, NULL, NULL, 'ben', 0);
UPDATE highseas.customer SET class = 'A' WHERE customer_key IN ('s1', 's2');
SET highseas.clock = '2026-09-07 01:00+00';
CALL highseas.claim_many(ARRAY['n1', 'n2', 'n3', 's1', 's2', 's3'], 'max');
SELECT r.* FROM highseas_api.claim_many(ARRAY['n3', 's2'], 'max') c,
    jsonb_to_recordset(c.refusals::jsonb) r(customer text, code text, rule text, detail text, allowed_from timestamptz);
SELECT * FROM pg_temp.ask('s3', 'ben');
-- A rule made smaller takes nothing away, and gives nothing.
UPDATE highseas.capacity SET maximum = 1 WHERE rule = 'all';
SELECT rep_key, held, capacity, capacity_rule FROM highseas.rep_status WHERE rep_key = 'max';
CALL highseas.return_to_pool('n1', 'price', rep => 'max');
SELECT * FROM pg_temp.ask('s3', 'max');
-- Closed deals need not count.
UPDATE highseas.capacity SET maximum = 2 WHERE rule = 'all';
SELECT * FROM pg_temp.ask('s3', 'max');
UPDATE highseas.customer SET deal = 'closed' WHERE customer_key = 'n2';
SELECT * FROM pg_temp.ask('s3', 'max');
UPDATE highseas.capacity SET closed_deals = false WHERE rule = 'all';
SELECT * FROM pg_temp.ask('s3', 'max');
-- No path passes a cap: assign, transfer, claim_next.
UPDATE highseas.capacity SET closed_deals = true WHERE rule = 'all';
SELECT code, rule, detail FROM pg_temp.try($$SELECT highseas_api.assign('s3', 'max')$$);
CALL highseas.claim('s4', 'ana');
SELECT code, rule, detail FROM pg_temp.try($$SELECT highseas_api.transfer('s4', 'max', rep => 'ana')$$);
SELECT code, rule, detail FROM pg_temp.try($$SELECT highseas_api.claim_next('south', 'max')$$);
DELETE FROM highseas.capacity;
-- A class that is full does not end the search for the next.
INSERT INTO highseas.capacity (rule, class, maximum) VALUES ('no-more-A', 'A', 1);
UPDATE highseas.customer SET class = 'A' WHERE customer_key = 's9';
SELECT customer_key FROM highseas_api.claim_next('south', 'max');
DELETE FROM highseas.capacity;

-- Quotas: the day, the week from Monday and the month, each by Shanghai's clock; a return refunds nothing.
INSERT INTO highseas.quota (rule, period, rep_key, maximum) VALUES ('day', 'day', 'eva', 1), ('week', 'week', 'eva', 2), ('month', 'month', 'eva', 3);
-- Sunday, 23:59 in Shanghai.
SET highseas.clock = '2026-09-13 15:59+00';
CALL highseas.claim('n4', 'eva');
CALL highseas.return_to_pool('n4', 'price', rep => 'eva');
SELECT * FROM pg_temp.ask('n5', 'eva');
SELECT taken, quota, quota_rule, quota_resets_at FROM highseas.rep_status WHERE rep_key = 'eva';
-- A minute later a new day and a new week begin.
SET highseas.clock = '2026-09-13 16:00+00';
CALL highseas.claim('n5', 'eva');
SELECT * FROM pg_temp.ask('n6', 'eva');
SET highseas.clock = '2026-09-14 16:00+00';
CALL highseas.claim('n6', 'eva');
-- Now all three refuse: the month is the last to reset.
SELECT * FROM pg_temp.ask('n7', 'eva');
DELETE FROM highseas.quota WHERE rule = 'month';
SELECT * FROM pg_temp.ask('n7', 'eva');
-- Assignments, transfers and a claim_next are takes, too.
SELECT code, rule FROM pg_temp.try($$SELECT highseas_api.assign('n7', 'eva')$$);
SELECT code, rule FROM pg_temp.try($$SELECT highseas_api.transfer('s4', 'eva', rep => 'ana')$$);
SELECT code, rule FROM pg_temp.try($$SELECT highseas_api.claim_next('north', 'eva')$$);
DELETE FROM highseas.quota;

-- The cooldown looks at all earlier holdings: two reps who swap wait, both; passing it on is no way around.
UPDATE highseas.pool SET embargo = '0';
SET highseas.clock = '2026-10-05 09:00+00';
CALL highseas.claim('n8', 'ana');
SET highseas.clock = '2026-10-05 10:00+00';
CALL highseas.return_to_pool('n8', 'price', rep => 'ana');
SET highseas.clock = '2026-10-06 09:00+00';
CALL highseas.claim('n8', 'max');
SELECT code, rule, detail FROM pg_temp.try($$SELECT highseas_api.transfer('n8', 'ana', rep => 'max')$$);
CALL highseas.return_to_pool('n8', 'price', rep => 'max');
SELECT * FROM pg_temp.ask('n8', 'ana');
SELECT * FROM pg_temp.ask('n8', 'max');
SELECT * FROM pg_temp.ask('n8', 'ben');
-- claim_next passes it by, a manager overrules it.
UPDATE highseas.customer SET score = 1000 WHERE customer_key = 'n8';
SELECT customer_key FROM highseas_api.claim_next('north', 'ana');
SELECT customer_key FROM highseas_api.assign('n8', 'ana', 'old friends');
CALL highseas.return_to_pool('n8', 'price', rep => 'ana');

-- Embargo: nobody, then everybody. A manager overrules it.
UPDATE highseas.pool SET embargo = '1 month', cooldown = '0' WHERE pool_key = 'north';
SET highseas.clock = '2027-01-31 09:00+00';
CALL highseas.claim('n9', 'ana');
SET highseas.clock = '2027-01-31 10:00:30+00';
CALL highseas.return_to_pool('n9', 'price', rep => 'ana');
-- (A date is rounded up to the minute, so that nobody comes too early.)
SELECT * FROM pg_temp.ask('n9', 'ben');
SET highseas.clock = '2027-02-28 10:00:29+00';
SELECT * FROM pg_temp.ask('n9', 'ben');
SET highseas.clock = '2027-02-28 10:00:30+00';
SELECT * FROM pg_temp.ask('n9', 'ben');
UPDATE highseas.pool SET embargo = '0';

-- Frozen after two passive returns; a return by the rep is none; reinstating counts anew.
UPDATE highseas.pool SET freeze_after = 2;
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit, remind_before) VALUES ('one-day', 'no_follow_up', 1, 'day', '{}');
CALL highseas.claim('n9', 'ana');
SET highseas.clock = '2027-03-02 09:00+00';
CALL highseas.expire_due();
CALL highseas.claim('n9', 'ana');
CALL highseas.return_to_pool('n9', 'price', rep => 'ana');
SELECT state, passive_returns FROM highseas.customer WHERE customer_key = 'n9';
CALL highseas.claim('n9', 'ana');
SET highseas.clock = '2027-03-04 09:00+00';
CALL highseas.expire_due();
SELECT state, passive_returns FROM highseas.customer WHERE customer_key = 'n9';
SELECT * FROM pg_temp.ask('n9', 'ana');
SELECT act, from_rep, to_rep, reason FROM highseas.ledger WHERE customer_key = 'n9' AND at = '2027-03-04 09:00+00';
CALL highseas.reinstate('n9');
SELECT * FROM pg_temp.ask('n9', 'ana');
SELECT passive_returns FROM highseas.customer WHERE customer_key = 'n9';
SELECT code, rule FROM pg_temp.try($$SELECT highseas_api.reinstate('n9')$$);
DELETE FROM highseas.deadline;

-- Where it goes back to: the chosen pool, unless its own has a fixed target.
CALL highseas.claim('n9', 'ana');
CALL highseas.return_to_pool('n9', 'price', rep => 'ana', pool => 'south');
UPDATE highseas.pool SET return_to = 'old' WHERE pool_key = 'south';
CALL highseas.claim('n9', 'ana');
CALL highseas.return_to_pool('n9', 'price', rep => 'ana', pool => 'north');
SELECT code, message FROM pg_temp.try($$SELECT highseas_api.return_to_pool('n8', 'price', pool => 'nowhere')$$);
-- Reasons: unknown, one that needs a note, a note of blanks; nobody else's, not one that he does not hold.
CALL highseas.claim('n9', 'ana');
SELECT code, message, detail FROM pg_temp.try($$SELECT highseas_api.return_to_pool('n9', 'bored', rep => 'ana')$$);
SELECT code, message, detail FROM pg_temp.try($$SELECT highseas_api.return_to_pool('n9', 'other', rep => 'ana')$$);
SELECT code, message, detail FROM pg_temp.try($$SELECT highseas_api.return_to_pool('n9', 'other', '  ', rep => 'ana')$$);
SELECT code, rule FROM pg_temp.try($$SELECT highseas_api.return_to_pool('n9', 'price', rep => 'max')$$);
SELECT code, rule FROM pg_temp.try($$SELECT highseas_api.return_to_pool('n9', 'other', 'He moved.', 'ana')$$);
SELECT code, rule FROM pg_temp.try($$SELECT highseas_api.return_to_pool('n9', 'price', rep => 'ana')$$);

-- Protection: at most the pool's longest, at most so many; it shuts out return and expiry, and ends by itself.
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit, remind_before) VALUES ('week', 'no_follow_up', 1, 'week', '{}');
INSERT INTO highseas.capacity (rule, counts, maximum) VALUES ('protect-one', 'protected', 1);
SET highseas.clock = '2027-04-05 09:00+00';
SELECT customer_key, due_at FROM highseas_api.claim('n9', 'ana') UNION ALL SELECT customer_key, due_at FROM highseas_api.claim('s5', 'ana');
SELECT code, message, detail FROM pg_temp.try($$SELECT highseas_api.protect('n9', '2027-07-04 09:00:01+00', rep => 'ana')$$);
CALL highseas.protect('n9', '2027-07-04 09:00+00', rep => 'ana');
SELECT code, rule, detail FROM pg_temp.try($$SELECT highseas_api.protect('s5', '2027-04-20', rep => 'ana')$$);
SELECT code, rule, detail FROM pg_temp.try($$SELECT highseas_api.return_to_pool('n9', 'price', rep => 'ana')$$);
SELECT code FROM pg_temp.try($$SELECT highseas_api.protect('n9', '2027-04-05 09:00+00', rep => 'ana')$$);
SELECT code FROM pg_temp.try($$SELECT highseas_api.protect('n9', 'infinity', rep => 'ana')$$);
SELECT code, rule FROM pg_temp.try($$SELECT highseas_api.protect('n9', '2027-05-01', rep => 'max')$$);
SET highseas.clock = '2027-05-01 09:00+00';
CALL highseas.expire_due();
SELECT customer_key, state FROM highseas.customer WHERE customer_key IN ('n9', 's5') ORDER BY 1;
SET highseas.clock = '2027-07-04 09:00+00';
SELECT code FROM pg_temp.try($$SELECT highseas_api.return_to_pool('n9', 'price', rep => 'ana')$$);
DELETE FROM highseas.deadline;
DELETE FROM highseas.capacity;

-- Extensions: at once up to the pool's limit, once for a due date; more is asked for and decided; never past the longest holding.
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit, remind_before) VALUES
    ('week', 'no_follow_up', 7, 'day', '{}'), ('longest', 'longest_holding', 30, 'day', '{}');
SET highseas.clock = '2027-08-02 09:00+00';
SELECT customer_key, due_at, due_rule FROM highseas_api.claim('n9', 'ana');
SELECT code FROM pg_temp.try($$SELECT highseas_api.extend('n9', '2027-08-09 09:00+00', rep => 'ana')$$);
SELECT status, due_at, due_rule FROM highseas_api.extend('n9', '2027-08-16 09:00+00', 'trade fair', 'ana');
SELECT status, due_at, due_rule FROM highseas_api.extend('n9', '2027-08-17 09:00+00', 'once more', 'ana') ;
SELECT extension_id AS asked FROM highseas.extension WHERE status = 'asked' \gset
SELECT status, due_at, due_rule FROM highseas_api.decide_extension(:asked, true);
SELECT code FROM pg_temp.try(format($$SELECT highseas_api.decide_extension(%s, true)$$, :asked));
SELECT status, due_at, due_rule FROM highseas_api.extend('n9', '2027-12-24', 'much more', 'ana') ;
SELECT extension_id AS asked FROM highseas.extension WHERE status = 'asked' \gset
SELECT status, due_at, due_rule FROM highseas_api.decide_extension(:asked, false);
-- A manager who names no rep grants at once, and even he not past the longest holding.
SELECT status, due_at, due_rule FROM highseas_api.extend('n9', '2027-12-24');
-- What was asked lapses with the holding.
SELECT customer_key, due_at, due_rule FROM highseas_api.claim('n8', 'ana');
SELECT status FROM highseas_api.extend('n8', '2028-01-01', rep => 'ana');
CALL highseas.return_to_pool('n8', 'price', rep => 'ana');
SELECT customer_key, status FROM highseas.extension ORDER BY extension_id;
SELECT code, rule FROM pg_temp.try($$SELECT highseas_api.extend('n8', '2027-08-12', rep => 'ana')$$);
SELECT kind, message FROM highseas.notice WHERE kind = 'extension' ORDER BY notice_id;

-- Retry keys: the second call answers the same, and takes nothing; whatever happened since.
SELECT customer_key, held_since FROM highseas_api.claim('s6', 'ana', retry_key => 'k1');
SET highseas.clock = '2027-08-03 09:00+00';
SELECT customer_key, held_since FROM highseas_api.claim('s6', 'ana', retry_key => 'k1');
SELECT customer_key AS first FROM highseas_api.claim_next('south', 'ana', retry_key => 'k2') \gset
SELECT customer_key = :'first' AS same FROM highseas_api.claim_next('south', 'ana', retry_key => 'k2');
SELECT claimed, refused FROM highseas_api.claim_many(ARRAY['s2', 's3'], 'ana', retry_key => 'k3');
SELECT claimed, refused FROM highseas_api.claim_many(ARRAY['s2', 's3'], 'ana', retry_key => 'k3');
SELECT code, rule FROM pg_temp.try($$SELECT highseas_api.claim('s6', 'max', retry_key => 'k1')$$);
CALL highseas.return_to_pool('s6', 'price', rep => 'ana');
SELECT customer_key, held_since FROM highseas_api.claim('s6', 'ana', retry_key => 'k1');
SELECT count(*) FROM highseas.holding WHERE customer_key = 's6';
SELECT code FROM pg_temp.try($$SELECT highseas_api.claim('s7', 'ana', retry_key => '')$$);
-- Another customer is another call, and needs a key of its own.
SELECT * FROM pg_temp.try($$SELECT highseas_api.claim('s7', 'ana', retry_key => 'k1')$$);
SELECT code, message, detail FROM pg_temp.try($$SELECT highseas_api.claim_many('{s7,s8}', 'ana', retry_key => 'k3')$$);
SELECT code, message, detail FROM pg_temp.try($$SELECT highseas_api.claim('s7', 'ana', retry_key => 'k3')$$);
SELECT customer_key, holder FROM highseas.customer WHERE customer_key IN ('s7', 's8') ORDER BY customer_key;
SELECT customer_key FROM highseas_api.claim_next('south', 'ana', retry_key => 'k1');

SELECT * FROM highseas.check_consistency();
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
