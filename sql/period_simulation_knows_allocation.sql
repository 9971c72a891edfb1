-- A simulation gives customers away as the company's own jobs do: by each pool's allocation_rule, within regions, else to the
-- fallback pool. What another company recorded under another rule is what the simulation says of it.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET highseas.clock = '2026-03-01 08:00';
-- Two companies alike, but for how they give new leads away: in turn, or by weight and with a fallback pool.
CALL highseas.create_tenant('turn');
CALL highseas.create_tenant('weight');
INSERT INTO highseas.pool (tenant_id, pool_key, members_only) SELECT t, p, true FROM generate_series(1, 2) t, unnest('{main,rest}'::text[]) p;
INSERT INTO highseas.rep (tenant_id, rep_key, hired_on) SELECT t, r, '2020-01-01' FROM generate_series(1, 2) t, unnest('{ana,ben,cem,dan}'::text[]) r;
INSERT INTO highseas.pool_member (tenant_id, pool_key, rep_key) SELECT t, m.p, m.r FROM generate_series(1, 2) t, (VALUES ('main', 'ana'), ('main', 'ben'), ('main', 'cem'), ('rest', 'dan')) m(p, r);
INSERT INTO highseas.region (tenant_id, region, parent) SELECT t, m.* FROM generate_series(1, 2) t, (VALUES ('china', NULL), ('east', 'china'), ('shanghai', 'east'), ('mars', NULL)) m;
INSERT INTO highseas.rep_region (tenant_id, rep_key, region) SELECT t, m.* FROM generate_series(1, 2) t, (VALUES ('ana', 'east'), ('ben', 'east'), ('cem', 'shanghai')) m;
INSERT INTO highseas.rep_weight (tenant_id, rep_key, weight) SELECT t, 'ana', .25 FROM generate_series(1, 2) t;
INSERT INTO highseas.allocation_rule (tenant_id, pool_key, method, fallback_pool)
VALUES (1, 'main', 'serial', NULL), (1, 'rest', 'serial', NULL), (2, 'main', 'weighted_turns', 'rest'), (2, 'rest', 'serial', NULL);
-- The first four are theirs from the beginning; then eleven a morning come and are given away at once.
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT t, 'first ' || m.r, m.p, highseas.clock(), highseas.clock() FROM generate_series(1, 2) t, (VALUES ('main', 'ana'), ('main', 'ben'), ('main', 'cem'), ('rest', 'dan')) m(p, r);
SELECT count(*) FROM generate_series(1, 2) t, unnest('{ana,ben,cem,dan}'::text[]) r, highseas_api.claim('first ' || r, rep => r, tenant => (ARRAY['turn', 'weight'])[t]);
\set ECHO none
SELECT what FROM generate_series(0, 19) d, LATERAL (VALUES
    (1, format('SET highseas.clock = %L', timestamptz '2026-03-02 08:00' + d * interval '1 day')),
    (2, format('INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, region, score, pooled_since, last_act_at)
                SELECT t, format(''c%s-%%s'', i), ''main'', CASE i %% 4 WHEN 0 THEN ''shanghai'' WHEN 3 THEN ''mars'' ELSE ''east'' END, i, highseas.clock(), highseas.clock()
                FROM generate_series(1, 2) t, generate_series(1, 11) i', d)),
    (3, 'INSERT INTO highseas.profile (tenant_id, customer_key, registered_at) SELECT c.tenant_id, c.customer_key, c.pooled_since FROM highseas.customer c WHERE c.pooled_since = highseas.clock()'),
    (4, format('SET highseas.clock = %L', timestamptz '2026-03-02 09:00' + d * interval '1 day')),
    (5, 'CALL highseas.allocate(tenant => ''turn'')'), (6, 'CALL highseas.allocate(tenant => ''weight'')')) e(n, what) ORDER BY d, n \gexec
\set ECHO all
SET highseas.clock = '2026-04-01 09:00';
SELECT t.name, h.rep_key, h.pool_key, h.act, count(*) FROM highseas.holding h JOIN highseas.tenant t USING (tenant_id) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2;
-- The rules in force, however they are written, reproduce both.
SELECT n.name, count(*) FILTER (WHERE (simulated, lower_limit, upper_limit) IS DISTINCT FROM (recorded, recorded, recorded)) AS differ
FROM (VALUES ('turn', '{}'::jsonb), ('turn', '{"allocation_rule": {"main": {"method": "serial", "least_share": 0.8}}}'), ('turn', '{"method": "serial"}'),
             ('weight', '{}'), ('weight', '{"allocation_rule": {"main": {"fallback_pool": "rest"}}}')) n(name, rules),
     highseas.simulate_policy(n.rules, '2026-03-01 09:00', tenant => n.name) s
WHERE s.part <> 'assumption' GROUP BY n.name, n.rules ORDER BY 1, n.rules;
-- By weight instead of in turn: what the other company recorded. Who came to the fallback pool has his turn there a day later.
CREATE FUNCTION public.compared(rules jsonb, since timestamptz) RETURNS TABLE (item text, turn numeric, simulated numeric, weight numeric, "as recorded" boolean) LANGUAGE sql AS $$
    SELECT s.item, round(s.recorded::numeric, 3), round(s.simulated::numeric, 3), round(o.recorded::numeric, 3), abs(s.simulated - o.recorded) < 1e-6
    FROM highseas.simulate_policy(rules, since, tenant => 'turn') s
    JOIN highseas.simulate_policy('{}', since, tenant => 'weight') o USING (part, item)
    WHERE s.part = 'customers held by' OR s.item = 'takes' ORDER BY s.item
$$;
SELECT * FROM public.compared('{"allocation_rule": {"main": {"method": "weighted_turns", "fallback_pool": "rest"}}}', '2026-03-01 09:00');
SELECT * FROM public.compared('{"method": "weighted_turns"}', '2026-03-01 09:00');
-- And back again.
SELECT item, recorded::numeric(10, 3), simulated::numeric(10, 3) FROM highseas.simulate_policy('{"allocation_rule": {"main": null}}', '2026-03-01 09:00', tenant => 'weight')
WHERE item IN ('takes', 'ana', 'ben', 'cem', 'dan', 'days in the pool, mean') AND part <> 'follow-ups of' ORDER BY item;
-- By conversion, within a band: nobody sold anything, so only the band decides.
SELECT s.item, abs(s.simulated - s.recorded) > .5 AS otherwise FROM highseas.simulate_policy('{"allocation_rule": {"main": {"method": "optimal", "least_share": 0.9, "most_share": 1.1, "band_class": null, "segment": "region"}}}', '2026-03-01 09:00', tenant => 'turn') s
WHERE s.part = 'customers held by' ORDER BY s.item;
SELECT count(*) FROM highseas.simulate_policy('{}', '2026-03-01 09:00', tenant => 'turn') WHERE part = 'assumption' AND item ~ 'fallback pool|nearest region|new_leads|conversion';
-- Bad input.
SET highseas.tenant = 'turn';
SELECT highseas.simulate_policy('{"allocation_rule": 1}', '2026-03-01');
SELECT highseas.simulate_policy('{"allocation_rule": {"nowhere": {"method": "serial"}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"allocation_rule": {"nowhere": null}}', '2026-03-01');
SELECT highseas.simulate_policy('{"allocation_rule": {"main": {"rep_key": "ana"}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"allocation_rule": {"main": {"method": "by lot"}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"allocation_rule": {"main": {"method": null}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"allocation_rule": {"main": {"segment": "mood"}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"allocation_rule": {"main": {"fallback_pool": "main"}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"allocation_rule": {"main": {"fallback_pool": "nowhere"}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"allocation_rule": {"main": {"band_days": -1}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"allocation_rule": {"main": {"method": "optimal", "most_share": 0.5}}}', '2026-03-01');
SELECT highseas.simulate_policy('{"method": null}', '2026-03-01');
RESET highseas.tenant;
DROP FUNCTION public.compared(jsonb, timestamptz);
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
