-- Who is on leave is told from when he may claim again: the day after, in the tenant's time zone, with leaves
-- that adjoin or overlap taken as one; who is not active at all gets no date.
\set VERBOSITY default
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
SET timezone = 'UTC';
SET datestyle = 'ISO';
CALL highseas.create_tenant('alpha', 'Asia/Shanghai');
INSERT INTO highseas.pool (pool_key) VALUES ('main');
INSERT INTO highseas.rep (rep_key, active) VALUES ('ana', true), ('ben', true), ('gone', false);
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
VALUES (1, 'x', 'main', '2026-01-01', '2026-01-01');
-- Two that adjoin, one within, one that overlaps; after a day of work another; another rep's goes on.
INSERT INTO highseas.rep_leave (rep_key, first_day, last_day) VALUES
    ('ana', '2026-08-03', '2026-08-05'), ('ana', '2026-08-06', '2026-08-14'), ('ana', '2026-08-07', '2026-08-08'),
    ('ana', '2026-08-10', '2026-08-20'), ('ana', '2026-08-22', '2026-08-23'), ('ben', '2026-08-21', '2026-08-30'),
    ('gone', '2026-08-01', '2026-08-30');
SELECT at, (highseas.rep_facts(1, 'ana', at)).back_at FROM unnest(ARRAY['2026-08-02 15:59:59', '2026-08-02 16:00', '2026-08-05 16:00',
    '2026-08-20 15:59:59', '2026-08-20 16:00', '2026-08-21 16:00', '2026-08-23 16:00']::timestamptz[]) at;
SELECT (highseas.rep_facts(1, 'gone', '2026-08-10')).back_at, (highseas.rep_facts(1, 'nosuch', '2026-08-10')).back_at, (highseas.rep_facts(2, 'ana', '2026-08-10')).back_at,
    (highseas.rep_facts(1, 'ana', NULL)).back_at;
-- Another tenant's leaves are not his.
CALL highseas.create_tenant('beta');
INSERT INTO highseas.rep (tenant_id, rep_key) VALUES (2, 'ana');
INSERT INTO highseas.rep_leave (tenant_id, rep_key, first_day, last_day) VALUES (2, 'ana', '2026-08-19', '2026-09-30');
SELECT (highseas.rep_facts(1, 'ana', '2026-08-10')).back_at, (highseas.rep_facts(2, 'ana', '2026-08-20')).back_at;

-- The rule names the date, and nothing but a rep who is not active has it.
SELECT * FROM highseas.claim_verdict('2026-08-10', 'free', NULL, 'ana', NULL, true, true, false, NULL, NULL, NULL, NULL, NULL, NULL, '2026-08-20 16:00');
SELECT * FROM highseas.claim_verdict('2026-08-10', 'free', NULL, 'ana', NULL, true, true, false, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT * FROM highseas.claim_verdict('2026-08-10', 'free', NULL, 'ana', NULL, true, true, true, NULL, NULL, NULL, NULL, NULL, NULL, '2026-08-20 16:00');

-- A leave without end, in practice, has no date.
INSERT INTO highseas.rep_leave (tenant_id, rep_key, first_day, last_day) VALUES (1, 'ben', '2026-08-31', '5874897-12-31');
SELECT (highseas.rep_facts(1, 'ben', '2026-08-25')).back_at, (highseas.rep_facts(1, 'ben', '2026-09-25')).back_at;

DROP EXTENSION highseas;
CREATE EXTENSION highseas;
