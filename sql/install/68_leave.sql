-- Leave and departure: who looks after a rep's customers while he is away, and whether he gets them back. Dates stop
-- meanwhile, by due().

CREATE TABLE highseas.leave_rule (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    rule text COLLATE "C" NOT NULL CHECK (octet_length(rule) BETWEEN 1 AND 63),
    occasion text NOT NULL CHECK (occasion IN ('leave', 'departure')),
    pool_key text COLLATE "C",
    tier text COLLATE "C",
    class text COLLATE "C",
    rep_key text COLLATE "C",
    min_days integer NOT NULL DEFAULT 1 CHECK (min_days >= 1),
    handling text NOT NULL CHECK (handling IN ('keep', 'deputy', 'team', 'pool')),
    deputy text COLLATE "C",
    give_back boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, rule),
    FOREIGN KEY (tenant_id, pool_key) REFERENCES highseas.pool,
    FOREIGN KEY (tenant_id, tier) REFERENCES highseas.tier,
    FOREIGN KEY (tenant_id, rep_key) REFERENCES highseas.rep,
    FOREIGN KEY (tenant_id, deputy) REFERENCES highseas.rep,
    CHECK ((handling = 'deputy') = (deputy IS NOT NULL)),
    CHECK (deputy <> rep_key)
);
COMMENT ON TABLE highseas.leave_rule IS
'What happens to the customers of a rep on leave of min_days or longer (leaves that adjoin or overlap are one), or who departed (is not active any more). The most specific matching row counts (rep before class before pool before tier, then the longest min_days, then the first by name); without one he keeps them. keep: he keeps them, and their dates stop. deputy: another rep; team: the reps who may have them, by the pool''s allocation_rule; pool: back to their pools, but for open deals, what is protected, and what he holds in place of a rep who is to come back. give_back: when he is back from leave, he gets back what others still hold in his place; false: they take it over for good. What the row says when they take it over counts, and the ledger says which: cover or succeed.';

CREATE FUNCTION highseas.leave_rule_of(
    tenant_id bigint, occasion text, rep_key text, tier text, pool_key text, class text, days integer) RETURNS highseas.leave_rule
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT l FROM highseas.leave_rule l
    WHERE l.tenant_id = leave_rule_of.tenant_id AND l.occasion = leave_rule_of.occasion
      AND (l.rep_key IS NULL OR l.rep_key = leave_rule_of.rep_key) AND (l.tier IS NULL OR l.tier = leave_rule_of.tier)
      AND (l.pool_key IS NULL OR l.pool_key = leave_rule_of.pool_key) AND (l.class IS NULL OR l.class = leave_rule_of.class)
      AND (l.min_days <= days) IS NOT FALSE
    ORDER BY l.rep_key IS NULL, l.class IS NULL, l.pool_key IS NULL, l.tier IS NULL, l.min_days DESC, l.rule
    LIMIT 1;
END;
COMMENT ON FUNCTION highseas.leave_rule_of(bigint, text, text, text, text, text, integer) IS
'The leave_rule that counts for a customer of a rep; days: how long the leave is, NULL = no matter. NULL where none matches.';

CREATE FUNCTION highseas_api.set_leave(
    rep text, first_day date, last_day date, tenant text DEFAULT NULL,
    OUT rep_key text, OUT away boolean, OUT back_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'manager');
BEGIN
    rep := highseas.require_key('rep', rep);
    IF first_day IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'first_day must not be null', HINT = 'Only last_day may be: then the leave is taken back.';
    ELSIF NOT isfinite(first_day) OR NOT isfinite(last_day) OR last_day < first_day OR last_day > date '9999-12-31' THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'a leave must end on the day it begins, or after it',
            DETAIL = 'Both days must be finite, and not beyond the year 9999.';
    END IF;
    PERFORM FROM highseas.rep r WHERE r.tenant_id = t AND r.rep_key = rep FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('rep "%s" does not exist', left(rep, 100)),
            DETAIL = 'No such rep in this tenant.', HINT = 'highseas.rep lists them; a sync brings new ones.';
    END IF;
    IF last_day IS NOT NULL THEN
        INSERT INTO highseas.rep_leave AS l (tenant_id, rep_key, first_day, last_day)
        VALUES (t, rep, set_leave.first_day, set_leave.last_day)
        ON CONFLICT ON CONSTRAINT rep_leave_pkey DO UPDATE SET last_day = EXCLUDED.last_day;
    ELSE
        DELETE FROM highseas.rep_leave l WHERE l.tenant_id = t AND l.rep_key = rep AND l.first_day = set_leave.first_day;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('rep "%s" has no leave that begins on that day', left(rep, 100)),
                DETAIL = 'Nothing was taken back.', HINT = 'highseas.rep_leave lists them.';
        END IF;
    END IF;
    rep_key := rep;
    SELECT EXISTS (SELECT FROM highseas.rep_leave l JOIN highseas.tenant x ON x.tenant_id = l.tenant_id
                   WHERE l.tenant_id = t AND l.rep_key = rep
                     AND (highseas.clock() AT TIME ZONE x.time_zone)::date BETWEEN l.first_day AND l.last_day),
           f.back_at
    INTO away, back_at FROM highseas.rep_facts(t, rep, highseas.clock()) f;
END
$$;
COMMENT ON FUNCTION highseas_api.set_leave(text, date, date, text) IS
'A manager enters a rep''s leave from first_day to last_day, both included; of one that begins on that day he sets another end, or (last_day NULL) takes it back. Meanwhile the rep takes nothing and is given nothing, and his customers'' dates stand still; cover_leave() acts by leave_rule. Returns whether the rep is away today and, if so, from when he is back. Errors: 42704 unknown rep, or no such leave to take back, 22023 a last_day before first_day or beyond the year 9999, 22004, 42501.';

CREATE FUNCTION highseas.move_held(
    tenant_id bigint, customers text[], reps text[], reasons text[], act text, now timestamptz, notes text[] DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    -- By key from the arrays: who knows their length reads both tables whole, takes the two joined for one row, and compares
    -- each with each.
    WITH closed AS (
        UPDATE highseas.holding h
        SET ended_at = move_held.now, end_act = move_held.act, end_actor = highseas.actor(), end_reason = x.reason, end_note = x.note
        FROM unnest(customers, reps, reasons, notes) x(customer_key, rep_key, reason, note)
        JOIN highseas.customer c ON c.tenant_id = move_held.tenant_id AND c.customer_key = x.customer_key
        WHERE h.tenant_id = move_held.tenant_id AND h.customer_key = x.customer_key AND h.holding_id = c.holding_id
        RETURNING h.customer_key, h.rep_key, x.rep_key AS to_rep, x.reason
    ), told AS (
        INSERT INTO highseas.notice (tenant_id, at, rep_key, customer_key, kind, message)
        SELECT move_held.tenant_id, move_held.now, c.rep_key, c.customer_key, 'taken', format('Customer %s went to %s: %s', c.customer_key, c.to_rep, c.reason)
        FROM closed c
    )
    UPDATE highseas.rep r SET held = r.held - n.lost, last_act_at = move_held.now
    FROM (SELECT c.rep_key, count(*) AS lost FROM closed c GROUP BY c.rep_key) n
    WHERE r.tenant_id = move_held.tenant_id AND r.rep_key = n.rep_key;

    INSERT INTO highseas.notice (tenant_id, at, rep_key, customer_key, kind, due_at, message)
    SELECT move_held.tenant_id, move_held.now, t.rep_key, t.customer_key, 'given', t.due_at, concat_ws('. ', format('Customer %s is yours now: %s', t.customer_key, x.reason), x.note)
    FROM highseas.take_in_turn(tenant_id, customers, reps, reasons, act, highseas.actor(), now) t
    JOIN unnest(customers, reasons, notes) x(customer_key, reason, note) ON x.customer_key = t.customer_key;
END
$$;
COMMENT ON FUNCTION highseas.move_held(bigint, text[], text[], text[], text, timestamptz, text[]) IS
'Gives each held customer to the rep beside it, for the reason beside it: closes the spells of those before, opens the new ones, tells both, the new one with the note beside it. The caller has locked them all, reps first.';

-- Whose a customer is who is held in place of another rep: the holder before those who cover.
CREATE FUNCTION highseas.covered_rep(tenant_id bigint, customer_key text) RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT h.rep_key FROM highseas.holding h
        WHERE h.tenant_id = covered_rep.tenant_id AND h.customer_key = covered_rep.customer_key AND h.act <> 'cover'
        ORDER BY h.holding_id DESC LIMIT 1);
COMMENT ON FUNCTION highseas.covered_rep(bigint, text) IS 'In whose place a customer is held by cover: the last holder who took it himself';

-- What cover_leave() moves, by the rows of leave_rule: customers of who is away, and back to who is here again.
CREATE FUNCTION highseas.to_cover(tenant_id bigint, now timestamptz)
RETURNS TABLE (customer_key text, holder text, pool_key text, act text, handling text, to_rep text, reason text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH away AS (
        SELECT r.rep_key, f.tier, CASE WHEN r.active THEN 'leave' ELSE 'departure' END AS occasion,
               -- Leaves that adjoin or overlap are one, as in rep_facts(); beyond the year 9999 none matters.
               (SELECT upper(x.span) - lower(x.span)
                FROM (SELECT unnest(range_agg(daterange(l.first_day, least(l.last_day, '9999-12-31'), '[]'))) AS span FROM highseas.rep_leave l
                      WHERE l.tenant_id = r.tenant_id AND l.rep_key = r.rep_key AND l.first_day <= '9999-12-31') x
                WHERE x.span @> (now AT TIME ZONE t.time_zone)::date) AS days
        FROM highseas.rep r
        JOIN highseas.tenant t ON t.tenant_id = r.tenant_id
        CROSS JOIN LATERAL highseas.rep_facts(r.tenant_id, r.rep_key, now) f
        WHERE r.tenant_id = to_cover.tenant_id AND r.held > 0 AND NOT f.active
    ), settled AS MATERIALIZED (
        SELECT c.customer_key, c.holder, c.pool_key, 'give_back' AS act, 'deputy' AS handling, o.rep_key AS to_rep, format('%s is back', o.rep_key) AS reason
        FROM highseas.holding h
        JOIN highseas.customer c ON c.tenant_id = h.tenant_id AND c.customer_key = h.customer_key AND c.holding_id = h.holding_id
        CROSS JOIN LATERAL (SELECT highseas.covered_rep(h.tenant_id, h.customer_key) AS rep_key OFFSET 0) o
        CROSS JOIN LATERAL highseas.rep_facts(h.tenant_id, o.rep_key, now) f
        WHERE h.tenant_id = to_cover.tenant_id AND h.act = 'cover' AND h.ended_at IS NULL
          AND f.active AND o.rep_key <> c.holder
        UNION ALL
        -- He departed while others covered for him.
        SELECT c.customer_key, c.holder, c.pool_key, 'succeed', l.handling, l.deputy, format('departure of %s, rule %s', o.rep_key, l.rule)
        FROM highseas.holding h
        JOIN highseas.customer c ON c.tenant_id = h.tenant_id AND c.customer_key = h.customer_key AND c.holding_id = h.holding_id
        JOIN highseas.rep o ON o.tenant_id = h.tenant_id AND o.rep_key = highseas.covered_rep(h.tenant_id, h.customer_key) AND NOT o.active
        CROSS JOIN LATERAL highseas.rep_facts(h.tenant_id, o.rep_key, now) f
        CROSS JOIN LATERAL highseas.leave_rule_of(h.tenant_id, 'departure', o.rep_key, f.tier, c.pool_key, c.class, NULL) l
        WHERE h.tenant_id = to_cover.tenant_id AND h.act = 'cover' AND h.ended_at IS NULL
          AND l.handling <> 'keep' AND (l.handling <> 'pool' OR (c.deal <> 'open' AND (c.protected_until > now) IS NOT TRUE))
    )
    SELECT c.customer_key, c.holder, c.pool_key,
           CASE WHEN h.act = 'cover' OR (a.occasion = 'leave' AND l.give_back) THEN 'cover' ELSE 'succeed' END,
           l.handling, l.deputy, format('%s of %s, rule %s', a.occasion, a.rep_key, l.rule)
    FROM away a
    JOIN highseas.customer c ON c.tenant_id = to_cover.tenant_id AND c.holder = a.rep_key AND c.state = 'held'
    JOIN highseas.holding h ON h.tenant_id = c.tenant_id AND h.customer_key = c.customer_key AND h.holding_id = c.holding_id
    CROSS JOIN LATERAL highseas.leave_rule_of(to_cover.tenant_id, a.occasion, a.rep_key, a.tier, c.pool_key, c.class, a.days) l
    WHERE l.handling <> 'keep'
      AND (l.handling <> 'pool' OR (c.deal <> 'open' AND (c.protected_until > now) IS NOT TRUE))
      -- What he holds in place of a rep who is to come back is not his to give up.
      AND NOT (l.handling = 'pool' AND h.act = 'cover' AND (
          SELECT o.active FROM highseas.rep o
          WHERE o.tenant_id = c.tenant_id AND o.rep_key = highseas.covered_rep(c.tenant_id, c.customer_key)))
      AND NOT EXISTS (SELECT FROM settled s WHERE s.customer_key = c.customer_key)
    UNION ALL
    SELECT s.* FROM settled s;
END;
COMMENT ON FUNCTION highseas.to_cover(bigint, timestamptz) IS
'What cover_leave() moves, each customer once: back to who is here again (give_back), else, of who departed while others held it in his place, as leave_rule says of him (succeed), else of reps who are away to whom leave_rule says (cover; succeed for good, after a departure or without give_back; what one holds in place of a rep who is to come back does not go to the pool)';

CREATE FUNCTION highseas.cover_leave_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    now timestamptz := highseas.clock();
    at jsonb := (SELECT j.position::jsonb FROM highseas.job_run j
                 WHERE j.tenant_id = cover_leave_batch.tenant_id AND j.run_id = run);
    reached text := at ->> 'reached';
    turns bigint := coalesce((at ->> 'turn')::bigint, 0);
    reps text[];
    busy_reps text[];
    acted timestamptz;
    found text[];
    locked text[];
    g record;
    keys text[];
    to_reps text[];
    reasons text[];
    notes text[];
    left_out bigint;
BEGIN
    SELECT l.reps, l.busy_reps, l.acted INTO reps, busy_reps, acted FROM highseas.lock_reps(tenant_id) l;
    now := greatest(now, acted);
    IF at IS NULL THEN
        DELETE FROM highseas.allocation a
        WHERE a.tenant_id = cover_leave_batch.tenant_id AND a.run_id IN (
            SELECT r.run_id FROM highseas.job_run r
            WHERE r.tenant_id = cover_leave_batch.tenant_id AND r.job = 'cover_leave' AND r.run_id < run);
    END IF;
    SELECT coalesce(array_agg(x.customer_key ORDER BY x.customer_key), '{}') INTO found
    FROM (SELECT t.customer_key FROM highseas.to_cover(tenant_id, now) t
          WHERE t.customer_key > coalesce(reached, '') ORDER BY t.customer_key LIMIT batch) x;
    more := cardinality(found) = batch;
    SELECT coalesce(array_agg(x.customer_key), '{}'), max(x.last_act_at) INTO locked, acted
    FROM (SELECT c.customer_key, c.last_act_at, c.holder, c.state FROM highseas.customer c
          WHERE c.tenant_id = cover_leave_batch.tenant_id AND c.customer_key = ANY (found)
          ORDER BY c.customer_key OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED) x
    WHERE x.state = 'held' AND x.holder = ANY (reps);
    now := greatest(now, acted + interval '1 microsecond');
    left_out := cardinality(found) - cardinality(locked);
    rows := 0;
    -- Judged by what is so now, under the locks. Each group is one plan.
    FOR g IN
        SELECT t.pool_key, t.act, t.handling, t.to_rep, t.reason, array_agg(t.customer_key) AS customers
        FROM highseas.to_cover(tenant_id, now) t WHERE t.customer_key = ANY (locked)
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    LOOP
        IF g.handling = 'pool' THEN
            PERFORM highseas.release(tenant_id, g.customers, 'take_back', highseas.actor(), now, g.reason);
            rows := rows + cardinality(g.customers);
            CONTINUE;
        END IF;
        WITH planned AS (
            INSERT INTO highseas.allocation AS a (tenant_id, run_id, turn, pool_key, customer_key, planned_at, rep_key, reason,
                                                  value, next_rep_key, next_value)
            SELECT cover_leave_batch.tenant_id, run, turns + p.turn, g.pool_key, p.customer_key, now, p.rep_key,
                   CASE WHEN p.rep_key IS NULL THEN p.reason ELSE g.reason END, p.value, p.next_rep_key, p.next_value
            FROM highseas.plan_pool_allocation(cover_leave_batch.tenant_id, g.pool_key, now, g.customers, busy_reps, true, g.to_rep) p
            RETURNING a.turn, a.customer_key, a.rep_key, a.reason)
        SELECT coalesce(array_agg(p.customer_key ORDER BY p.turn) FILTER (WHERE p.rep_key IS NOT NULL), '{}'),
               coalesce(array_agg(p.rep_key ORDER BY p.turn) FILTER (WHERE p.rep_key IS NOT NULL), '{}'),
               coalesce(array_agg(p.reason ORDER BY p.turn) FILTER (WHERE p.rep_key IS NOT NULL), '{}'),
               turns + count(*), left_out + count(*) FILTER (WHERE p.reason = 'busy')
        INTO keys, to_reps, reasons, turns, left_out FROM planned p;
        -- Who takes over, or is back, is told what was last said, and the next step.
        notes := ARRAY(SELECT nullif(concat_ws('; ', 'last contact ' || y.last_said, 'next: ' || y.next_step), '')
                       FROM highseas.stories_of(cover_leave_batch.tenant_id, keys) y ORDER BY y.place);
        PERFORM highseas.move_held(tenant_id, keys, to_reps, reasons, g.act, now, notes);
        rows := rows + cardinality(keys);
    END LOOP;
    IF rows > 0 THEN
        PERFORM pg_notify('highseas', '');
    END IF;
    UPDATE highseas.job_run j
    SET busy = j.busy + left_out,
        position = jsonb_build_object('reached', coalesce(found[cardinality(found)], reached), 'turn', turns)
    WHERE j.tenant_id = cover_leave_batch.tenant_id AND j.run_id = run;
END
$$;
COMMENT ON FUNCTION highseas.cover_leave_batch(bigint, bigint, integer) IS
'Moves the next batch of what to_cover() lists; highseas.allocation keeps the plan, with the reason of who stays. Waits 50 ms at most for reps who are at work; what concerns them is left to the next run.';

CREATE PROCEDURE highseas.cover_leave(tenant text DEFAULT NULL, max_rows bigint DEFAULT 1000000, max_seconds double precision DEFAULT 600, batch integer DEFAULT 5000)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('cover_leave', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.cover_leave(text, bigint, double precision, integer) IS
'Job: gives the customers of reps who are on leave or gone to whom leave_rule says, and back when they are here again; capacities bind, quotas do not. highseas.allocation tells why somebody stayed. Arguments and errors as in expire_due.';
