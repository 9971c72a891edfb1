-- Growth and the day's work: who could bring more, and whom to contact today, why, in which order.

CREATE VIEW highseas.growth WITH (security_invoker) AS
SELECT c.customer_key, c.holder AS rep_key, f.name, f.company, c.class, round(c.value, 2) AS value, round(c.headroom, 2) AS headroom,
       round(c.value / nullif(c.value + c.headroom, 0), 4) AS share_of_wallet, c.goal, c.action
FROM highseas.treated_customers((SELECT highseas.current_tenant()), false) c
LEFT JOIN highseas.profile f ON f.tenant_id = (SELECT highseas.current_tenant()) AND f.customer_key = c.customer_key
WHERE c.headroom > 0 AND (c.goal IN ('invest', 'grow share') OR c.headroom > c.value AND c.goal IS DISTINCT FROM 'withdraw')
ORDER BY c.headroom DESC, c.customer_key;
COMMENT ON VIEW highseas.growth IS
'The customers in service who could bring more, the greatest headroom first: those to invest in or to grow with, and of the others, but for those to withdraw from, whose potential is more than twice what they bring. value: what he brings a period (customer_value.actual_value, not below 0); headroom: by how much potential_value, brought from the horizon to the length of that period (* value_rule.period / horizon), is above it; share_of_wallet: value / (value + headroom), 0 to 1; goal, action: by his treatment.';

CREATE TYPE highseas.work AS (points double precision, reason text);
COMMENT ON TYPE highseas.work IS 'How much a customer should be contacted today, and why; 0 points and no reason: not today';

CREATE FUNCTION highseas.weigh_work(
    now timestamptz, held_since timestamptz, last_contact_at timestamptz, due_at timestamptz, contact_every interval,
    goal text, intent text, expected_at timestamptz, buys_at timestamptz)
RETURNS highseas.work
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'highseas_weigh_work';
COMMENT ON FUNCTION highseas.weigh_work(timestamptz, timestamptz, timestamptz, timestamptz, interval, text, text, timestamptz, timestamptz) IS
'How much a held customer should be contacted today, and why, a sum of points times a weight of the goal:
up to 100 for a holding that ends (due_at) within 7 days, the nearer the more; 60 for the intent interested; 60 for not now, when the purchase he spoke of (expected_at) is at most 7 days ahead, or past; else, but for not now and never: 40 when nobody contacted him since held_since; 20 when his last contact is contact_every ago, up to 60 at three times that (hesitating: the reason says without selling); 30 when a purchase by his own rhythm (buys_at) is at most 7 days away (not for hesitating).
goal: retain 1.5, invest 1.3, grow share 1.2, none 1, reduce 0.7, withdraw 0.4. In contact_every a month counts as 30 days, a day as 24 hours.
NULL: none of it; points 0 and reason NULL: nothing to do today. Errors: 22004 when now or held_since is NULL; 22023 for an unknown goal or intent, or a rhythm that is not positive; 22008 for an infinite time.';

CREATE FUNCTION highseas.story_of(tenant_id bigint, customer_key text, holder text, intent text, time_zone text)
RETURNS TABLE (had_by text, last_said text)
LANGUAGE sql STABLE ROWS 1
BEGIN ATOMIC
    SELECT (SELECT format('%s until %s', h.rep_key, to_char(h.ended_at AT TIME ZONE time_zone, 'YYYY-MM-DD'))
            FROM highseas.holding h
            WHERE h.tenant_id = story_of.tenant_id AND h.customer_key = story_of.customer_key
              AND h.ended_at IS NOT NULL AND h.rep_key IS DISTINCT FROM holder
            ORDER BY h.holding_id DESC LIMIT 1),
           (SELECT concat(to_char(f.at AT TIME ZONE time_zone, 'YYYY-MM-DD'), ', ', f.kind, ' by ', f.rep_key,
                          ': ' || left(f.note, 300), ' (' || story_of.intent || ')')
            FROM highseas.follow_up f
            WHERE f.tenant_id = story_of.tenant_id AND f.customer_key = story_of.customer_key
            ORDER BY f.follow_up_id DESC LIMIT 1);
END;
COMMENT ON FUNCTION highseas.story_of(bigint, text, text, text, text) IS
'What whoever takes a customer over should know. had_by: which other rep than the holder last held it, until which day of the time zone; last_said: its last follow-up, whoever made it: day, kind, rep, the first 300 characters of the note, and the customer''s intent; NULL where there is none.';

CREATE FUNCTION highseas.stories_of(tenant_id bigint, customers text[])
RETURNS TABLE (place bigint, customer_key text, held_since timestamptz, had_by text, last_said text, next_step text)
LANGUAGE sql STABLE SET jit = off SET enable_nestloop = off -- see take_in_turn()
BEGIN ATOMIC
    WITH asked AS MATERIALIZED (
        SELECT a.place, c.customer_key, c.held_since, c.holder, c.intent, coalesce(c.class, '') AS class, coalesce(k.chosen_kind, k.kind, '') AS kind
        FROM unnest(customers) WITH ORDINALITY a(customer_key, place)
        JOIN highseas.customer c ON c.tenant_id = stories_of.tenant_id AND c.customer_key = a.customer_key AND c.customer_key = ANY (customers)
        LEFT JOIN highseas.customer_class k ON k.tenant_id = stories_of.tenant_id AND k.customer_key = c.customer_key
            AND k.customer_key = ANY (customers)
    ), treated AS MATERIALIZED (
        SELECT s.class, s.kind, x.action
        FROM (SELECT DISTINCT a.class, a.kind FROM asked a) s
        LEFT JOIN LATERAL highseas.treatment_of(stories_of.tenant_id, nullif(s.class, ''), nullif(s.kind, '')) x ON true
    )
    SELECT a.place, a.customer_key, a.held_since, y.had_by, y.last_said, t.action
    FROM asked a
    JOIN treated t ON t.class = a.class AND t.kind = a.kind
    JOIN highseas.tenant z ON z.tenant_id = stories_of.tenant_id
    CROSS JOIN LATERAL highseas.story_of(stories_of.tenant_id, a.customer_key, a.holder, a.intent, z.time_zone) y;
END;
COMMENT ON FUNCTION highseas.stories_of(bigint, text[]) IS
'What whoever takes customers over is told of each: story_of(), since when its holder has it and, by its treatment, the next step. place: where it stands in customers. No row for an unknown one.';

CREATE FUNCTION highseas.worklist(rep text DEFAULT NULL, most integer DEFAULT 50)
RETURNS TABLE (place bigint, customer_key text, name text, company text, class text, reason text, action text,
               points double precision, value numeric, last_follow_up_at timestamptz, due_at timestamptz,
               had_by text, last_said text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    t bigint := highseas.current_tenant();
    who text := coalesce(rep, highseas.current_rep()) COLLATE "C";
    zone text := (SELECT x.time_zone FROM highseas.tenant x WHERE x.tenant_id = t);
    now timestamptz := highseas.clock();
    money text := (SELECT x.currency FROM highseas.value_run x WHERE x.tenant_id = t AND x.in_force);
    by_kind boolean := EXISTS (SELECT FROM highseas.treatment x WHERE x.tenant_id = t AND x.kind IS NOT NULL);
BEGIN
    IF most IS NULL OR most < 0 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'most is out of range', DETAIL = 'It must not be negative.',
            HINT = 'Say how many rows you want.';
    ELSIF NOT EXISTS (SELECT FROM highseas.rep r WHERE r.tenant_id = t AND r.rep_key = who) THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('rep "%s" does not exist', left(who, 100)),
            DETAIL = 'No such rep in this tenant.', HINT = 'highseas.rep lists them; a sync brings new ones.';
    END IF;
    RETURN QUERY
    WITH mine AS MATERIALIZED (
        SELECT c.customer_key, coalesce(c.class, '') AS class, c.held_since, c.last_follow_up_at, c.due_at, c.score, c.intent, c.asleep_until,
               coalesce((SELECT coalesce(k.chosen_kind, k.kind) FROM highseas.customer_class k
                         WHERE by_kind AND k.tenant_id = t AND k.customer_key = c.customer_key), '') AS kind
        FROM highseas.customer c
        WHERE c.tenant_id = t AND c.state = 'held' AND c.holder = who
    ), treated AS MATERIALIZED (
        SELECT s.class, s.kind, x.goal, x.contact_every, x.action
        FROM (SELECT DISTINCT m.class, m.kind FROM mine m) s
        LEFT JOIN LATERAL highseas.treatment_of(t, nullif(s.class, ''), nullif(s.kind, '')) x ON true
    ), work AS (
        SELECT m.customer_key, m.class, m.last_follow_up_at, m.due_at, m.score, m.intent, x.action,
               highseas.weigh_work(now, m.held_since, m.last_follow_up_at, m.due_at, x.contact_every, x.goal, m.intent, m.asleep_until,
                   (p.last_on + ((p.last_on - p.first_on) / p.repeats))::timestamp AT TIME ZONE zone) AS work
        FROM mine m
        JOIN treated x ON x.class = m.class AND x.kind = m.kind
        LEFT JOIN highseas.purchases p ON p.tenant_id = t AND p.customer_key = m.customer_key AND p.currency = money AND p.repeats > 0
        OFFSET 0
    ), first AS (
        SELECT row_number() OVER (ORDER BY (w.work).points DESC, w.due_at, w.score DESC, w.customer_key) AS place, w.*
        FROM work w WHERE (w.work).points > 0
        ORDER BY 1 LIMIT most
    )
    SELECT w.place, w.customer_key, f.name, f.company, nullif(w.class, ''), (w.work).reason, w.action,
           round((w.work).points::numeric, 1)::double precision, v.actual_value, w.last_follow_up_at, w.due_at,
           y.had_by, y.last_said
    FROM first w
    CROSS JOIN LATERAL highseas.story_of(t, w.customer_key, who, w.intent, zone) y
    LEFT JOIN highseas.profile f ON f.tenant_id = t AND f.customer_key = w.customer_key
    LEFT JOIN highseas.customer_value v ON v.tenant_id = t AND v.customer_key = w.customer_key
    ORDER BY w.place;
END
$$;
COMMENT ON FUNCTION highseas.worklist(text, integer) IS
'Whom a rep (NULL: current_rep()) should contact today, by the points of weigh_work() (then what is due first, the best score, the key), why, and what to do by the treatment of his class: the first most (0 or more). had_by, last_said: who had the customer before, and what was last said, by him or others. Only customers that he holds, and only those for whom something is to be done. Errors: 42704 unknown rep, 22004 no rep, 22023 a bad most, or more than one tenant.';

CREATE VIEW highseas.my_worklist WITH (security_invoker) AS
SELECT w.*
FROM highseas.rep r CROSS JOIN LATERAL highseas.worklist(r.rep_key) w
WHERE r.tenant_id = (SELECT highseas.current_tenant()) AND r.rep_key = (SELECT highseas.current_rep());
COMMENT ON VIEW highseas.my_worklist IS 'Whom current_rep() should contact today, the first 50 of worklist()';
