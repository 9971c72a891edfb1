-- Seven months of a sister company in fast motion
-- What its shops bought, and when, is real: every third company of the CRM. Who took and called them when is drawn by lot, always
-- alike. highseas acts on Mondays, Wednesdays and Fridays.
SET timezone = 'Asia/Shanghai';
SET highseas.clock = '2025-05-05 08:00';
CALL highseas.create_tenant('record store', 'Asia/Shanghai');
SET highseas.tenant = 'record store';
CREATE ROLE store_manager LOGIN;
CALL highseas.grant_role('store_manager', 'manager');
-- Who may see both companies says which one.
ALTER DATABASE crm SET highseas.tenant = 'trading house';
ALTER ROLE store_manager SET highseas.tenant = 'record store';

INSERT INTO highseas.pool (pool_key, name, cooldown) VALUES ('shops', 'Shops that bought once', '60 days');
INSERT INTO highseas.deadline (rule, kind, window_amount, window_unit, remind_before)
VALUES ('call-in-a-month', 'no_follow_up', 30, 'day', '{}');
CALL highseas.attach('reps', 'reps', $$
    SELECT * FROM (VALUES ('mei', date '2021-03-01'), ('jan', date '2022-09-01'), ('ines', date '2023-02-01'), ('paul', date '2024-06-01'))
    AS r(rep_key, hired_on)
$$, run_as => 'crm_owner');
CALL highseas.attach('shops', 'customers', $$
    SELECT 'S' || id AS customer_key, company FROM crm.account WHERE id % 3 = 0
$$, pool => 'shops', run_as => 'crm_owner');
CALL highseas.sync('record store');
CREATE TEMP TABLE shop AS
SELECT 'S' || account_id AS customer_key, min(ordered_at) AS first_order, account_id % 9 = 0 AS neglected
FROM crm.orders WHERE account_id % 3 = 0 GROUP BY account_id;
ANALYZE;
-- From 0 up to 1, by the shop, the day and what is decided.
CREATE FUNCTION pg_temp.lot(shop text, day integer, what text) RETURNS double precision LANGUAGE sql IMMUTABLE
RETURN ('x' || left(md5(concat_ws(' ', shop, day, what)), 7))::bit(28)::integer / 268435456.0;

DO $$
DECLARE
    t CONSTANT bigint := highseas.current_tenant();
    reps CONSTANT text[] := '{mei,jan,ines,paul}';
    now timestamptz;
BEGIN
    FOR day IN 1..210 LOOP
        now := timestamptz '2025-05-05 10:00+08' + day * interval '1 day';
        CONTINUE WHEN extract(isodow FROM now) NOT IN (1, 3, 5);
        PERFORM set_config('highseas.clock', now::text, false);
        CALL highseas.expire_due('record store');
        -- A new customer is taken within days of his first order, one who came back to the pool within weeks.
        PERFORM highseas_api.claim_many(array_agg(x.customer_key), x.rep)
        FROM (SELECT c.customer_key, reps[1 + floor(4 * pg_temp.lot(s.customer_key, day, 'rep'))] AS rep
              FROM shop s JOIN highseas.customer c ON c.tenant_id = t AND c.customer_key = s.customer_key
              WHERE c.state = 'free' AND s.first_order < now
                AND pg_temp.lot(s.customer_key, day, 'claim') < CASE WHEN c.last_act_at < s.first_order THEN .5 ELSE .1 END) x
        GROUP BY x.rep;
        -- Everybody is called every ten days or so, but every third is neglected.
        PERFORM highseas_api.follow_up(c.customer_key, 'call', rep => c.holder)
        FROM shop s JOIN highseas.customer c ON c.tenant_id = t AND c.customer_key = s.customer_key
        WHERE c.state = 'held' AND pg_temp.lot(s.customer_key, day, 'call') < CASE WHEN s.neglected THEN .06 ELSE .25 END;
    END LOOP;
END
$$;
-- Then its orders, also those to come: what lies ahead of the clock does not count.
CALL highseas.attach('orders', 'orders', $$
    SELECT id AS order_key, 'S' || account_id AS customer_key, ordered_at, amount FROM crm.orders WHERE account_id % 3 = 0
$$, run_as => 'crm_owner');
CALL highseas.sync('record store');
-- There its clock stands still.
ALTER ROLE store_manager SET highseas.clock = '2025-12-02 08:00+08';
