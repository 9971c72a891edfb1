-- The rules that made a history reproduce it exactly; 14 instead of 30 days come to what a company with 14 days recorded; each
-- figure as recorded is what plain counting says; and nothing is changed.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET highseas.clock = '2026-03-01 09:00';
-- Two companies that do the same, with windows of 30 and of 14 days, across a change of the clocks.
CALL highseas.create_tenant('thirty', 'Europe/Berlin');
CALL highseas.create_tenant('fourteen', 'Europe/Berlin');
INSERT INTO highseas.pool (tenant_id, pool_key) SELECT t, 'main' FROM generate_series(1, 2) t;
INSERT INTO highseas.rep (tenant_id, rep_key, hired_on) SELECT t, r, '2020-01-01' FROM generate_series(1, 2) t, unnest('{ana,ben}'::text[]) r;
INSERT INTO highseas.deadline (tenant_id, rule, kind, window_amount, window_unit, remind_before)
VALUES (1, 'idle', 'no_follow_up', 30, 'day', '{}'), (2, 'idle', 'no_follow_up', 14, 'day', '{}'),
       (1, 'longest', 'longest_holding', 45, 'working_day', '{}'), (2, 'longest', 'longest_holding', 45, 'working_day', '{}');
INSERT INTO highseas.capacity (tenant_id, rule, maximum) SELECT t, 'all', 30 FROM generate_series(1, 2) t;
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT t, 'c' || i, 'main', timestamptz '2026-03-01', timestamptz '2026-03-01' FROM generate_series(1, 2) t, generate_series(1, 40) i;
INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount)
SELECT t, 'c' || i, 'o', timestamptz '2026-03-02 12:00' + (i * 7 % 50) * interval '1 day', i
FROM generate_series(1, 2) t, generate_series(1, 40) i WHERE i % 2 = 0;
-- Every morning: what is due goes back, then claims on the first 20 days, and follow-ups by those who still hold.
\set ECHO none
SELECT format(e.what, t.name)
FROM generate_series(0, 99) d, (VALUES ('thirty'), ('fourteen')) t(name), LATERAL (
    SELECT 1, format('SET highseas.clock = %L', (timestamp '2026-03-02 10:00' + d * interval '1 day') AT TIME ZONE 'Europe/Berlin')
    UNION ALL SELECT 2, 'CALL highseas.expire_due(%L)'
    UNION ALL SELECT 3, format('SELECT count(*) FROM highseas_api.claim_many(''{c%s,c%s}'', %L, tenant => %%L) HAVING count(*) = 0', d * 2 + 1, d * 2 + 2, CASE WHEN d % 3 = 0 THEN 'ben' ELSE 'ana' END) WHERE d < 20
    UNION ALL SELECT 4, format('SELECT count(f.due_at) FROM highseas.tenant n JOIN highseas.customer c USING (tenant_id), highseas_api.follow_up(c.customer_key, rep => c.holder, tenant => n.name) f WHERE n.name = %%L AND c.state = ''held'' AND c.last_act_at < highseas.clock() AND mod(substr(c.customer_key, 2)::integer * 3 + %s, 11) = 0 AND %s < substr(c.customer_key, 2)::integer * 2 + 12 HAVING count(*) < 0', d, d)) e(n, what)
ORDER BY d, e.n, t.name \gexec
\set ECHO all
SELECT t.name, count(*) FILTER (WHERE h.end_act = 'expire') AS expired, count(*) FILTER (WHERE h.ended_at IS NULL) AS held, count(DISTINCT h.end_reason)
FROM highseas.holding h JOIN highseas.tenant t USING (tenant_id) GROUP BY 1 ORDER BY 1;
CREATE FUNCTION public.counted(tenant bigint, since timestamptz, until timestamptz) RETURNS TABLE (item text, counted double precision) LANGUAGE sql AS $$
    WITH h AS (SELECT x.*, least(coalesce(x.ended_at, until), until) AS stop, greatest(x.started_at, since) AS start FROM highseas.holding x WHERE x.tenant_id = tenant),
    o AS (SELECT p.*, EXISTS (SELECT FROM h WHERE h.customer_key = p.customer_key AND h.started_at <= p.ordered_at AND p.ordered_at < coalesce(h.ended_at, 'infinity')) AS held
          FROM highseas.purchase p WHERE p.tenant_id = tenant AND p.ordered_at >= since AND p.ordered_at < until)
    SELECT 'takes', count(*) FROM h WHERE started_at >= since AND started_at < until
    UNION ALL SELECT 'returns', count(*) FROM h WHERE ended_at >= since AND ended_at < until AND end_act IN ('expire', 'return', 'take_back')
    UNION ALL SELECT 'expiries', count(*) FROM h WHERE ended_at >= since AND ended_at < until AND end_act = 'expire'
    UNION ALL SELECT 'customers held', sum(extract(epoch FROM stop - start)) / extract(epoch FROM until - since) FROM h WHERE stop > start
    UNION ALL SELECT 'follow-ups', count(*) FROM highseas.follow_up f WHERE f.tenant_id = tenant AND f.at >= since AND f.at < until
    UNION ALL SELECT 'orders while held', count(*) FROM o WHERE held
    UNION ALL SELECT 'value while held', coalesce(sum(amount), 0) FROM o WHERE held
$$;
CREATE TABLE public.ledger AS SELECT md5(string_agg(h::text, '' ORDER BY h::text)) FROM highseas.holding h;
-- As recorded: by counting. Under the rules in force: the same, to the last digit; whatever part of the time.
SELECT s.item, round(s.recorded::numeric, 3), abs(s.recorded - c.counted) < 1e-9 AS counted
FROM highseas.simulate_policy('{}', '2026-03-01', tenant => 'thirty') s JOIN public.counted(1, '2026-03-01', '2026-06-09 08:00') c USING (item) ORDER BY s.item;
SELECT w.since, count(*) > 10, count(*) FILTER (WHERE (simulated, lower_limit, upper_limit) IS DISTINCT FROM (recorded, recorded, recorded)) AS differ
FROM (VALUES (timestamptz '2026-03-01', timestamptz '2026-06-09'), ('2026-03-29 02:30', '2026-05-01'), ('2026-01-01', '2026-03-05')) w(since, until),
     highseas.simulate_policy('{"deadline": {"idle": {"window_amount": 30}}, "capacity": {"all": {"maximum": 30}}}', w.since, w.until, tenant => 'thirty') s
WHERE s.part <> 'assumption' GROUP BY 1 ORDER BY 1;
SELECT s.item FROM highseas.simulate_policy('{}', '2026-03-20', '2026-05-01', tenant => 'fourteen') s JOIN public.counted(2, '2026-03-20', '2026-05-01') c USING (item)
WHERE abs(s.recorded - c.counted) > 1e-9 OR s.simulated <> s.recorded;
-- 14 instead of 30 days: what the other company recorded. Nobody took anything a second time, so nothing is drawn.
SELECT s.item, round(s.recorded::numeric, 3) AS thirty, round(s.simulated::numeric, 3) AS fourteen, s.lower_limit = s.upper_limit AS sure, abs(s.simulated - o.recorded) < 1e-9 AS as_recorded
FROM highseas.simulate_policy('{"deadline": {"idle": {"window_amount": 14}}}', '2026-03-01', tenant => 'thirty') s
JOIN highseas.simulate_policy('{}', '2026-03-01', tenant => 'fourteen') o USING (part, item)
WHERE s.part <> 'assumption' AND s.item NOT LIKE '%taken from the holder' AND s.item <> 'holdings changed' ORDER BY s.part, s.item;
SELECT item, simulated FROM highseas.simulate_policy('{"deadline": {"idle": {"window_amount": 14}}}', '2026-03-01', tenant => 'thirty')
WHERE item LIKE '%taken from the holder' OR item = 'holdings changed' ORDER BY item;
-- The assumptions are told, and the seed decides.
SELECT count(*) > 5 FROM highseas.simulate_policy('{}', '2026-03-01', tenant => 'thirty') WHERE part = 'assumption' AND item LIKE '%.' AND simulated IS NULL;
INSERT INTO highseas.holding (tenant_id, customer_key, rep_key, pool_key, started_at, act, actor)
SELECT 1, c.customer_key, 'ben', 'main', c.pooled_since + (1 + length(c.customer_key)) * interval '1 day', 'claim', 'x' FROM highseas.customer c WHERE c.tenant_id = 1 AND c.state = 'free' AND c.pooled_since > '2026-03-02' LIMIT 20;
CREATE FUNCTION public.run(seed bigint) RETURNS text LANGUAGE sql AS $$
    SELECT md5(string_agg(s::text, '' ORDER BY s::text)) FROM highseas.simulate_policy('{"deadline": {"idle": {"window_amount": 7}}, "pool": {"main": {"cooldown": "3 days", "rotate_after": "10 days"}}, "quota": {"slow": {"period": "day", "maximum": 2}}, "capacity": {"all": null}, "method": "least_loaded"}', '2026-03-01', tenant => 'thirty', seed => seed) s
$$;
SELECT public.run(1) = public.run(1), public.run(1) <> public.run(2);
SELECT lower_limit < simulated AND simulated < upper_limit FROM highseas.simulate_policy('{"deadline": {"idle": {"window_amount": 7}}}', '2026-03-01', tenant => 'thirty') WHERE item = 'customers held';
DELETE FROM highseas.holding WHERE actor = 'x';
-- Nothing was changed.
SELECT (SELECT md5 FROM public.ledger) = md5(string_agg(h::text, '' ORDER BY h::text)) FROM highseas.holding h;
SELECT count(*) FROM highseas.deadline WHERE window_amount = 30;
-- Bad input.
SET highseas.tenant = 'thirty';
SELECT highseas.simulate_policy(NULL, '2026-03-01');
SELECT highseas.simulate_policy('[]', '2026-03-01');
SELECT highseas.simulate_policy('{"deadlines": {}}', '2026-03-01');
SELECT highseas.simulate_policy('{"deadline": 14}', '2026-03-01');
SELECT highseas.simulate_policy('{"deadline": {"idle": 14}}', '2026-03-01');
SELECT highseas.simulate_policy('{"deadline": {"idle": {"window": 14}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"deadline": {"idle": {"window_amount": 0}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"deadline": {"idle": {"window_amount": "two weeks"}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"deadline": {"idle": {"window_unit": "year"}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"deadline": {"new": {"window_amount": 14}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"deadline": {"old": null}}', '2026-03-01');
SELECT highseas.simulate_policy('{"deadline": {"idle": {"pool_key": "nowhere"}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"deadline": {"idle": {"rep_key": "nobody"}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"capacity": {"all": {"maximum": -1}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"quota": {"q": {"maximum": 1, "period": "year"}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"pool": {"nowhere": {"cooldown": "1 day"}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"pool": {"main": {"cooldown": "-1 day"}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"pool": {"main": null}}', '2026-03-01');
SELECT highseas.simulate_policy('{"method": "by lot"}', '2026-03-01');
SELECT highseas.simulate_policy('{}', '2026-12-01');
SELECT highseas.simulate_policy('{}', '-infinity');
SELECT highseas.simulate_policy('{}', '2026-03-01', repetitions => 0);
SELECT highseas.simulate_policy('{}', '2026-03-01', tenant => 'other');
RESET highseas.tenant;
-- A tenant without any history.
CALL highseas.create_tenant('empty');
SELECT count(*), sum(recorded), sum(simulated) FROM highseas.simulate_policy('{}', '2026-03-01', tenant => 'empty') WHERE part = 'figure';
DROP TABLE public.ledger;
DROP FUNCTION public.counted(bigint, timestamptz, timestamptz), public.run(bigint);
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
