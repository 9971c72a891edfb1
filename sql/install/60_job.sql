-- Jobs: procedures that commit after each batch. The loop is the caller's; every step is definer code
-- that checks the caller again, so a job needs no rights on tables.
-- Locks as in the verbs: the reps' rows in the order of their keys, all before the first customer, then the
-- customers in the order of theirs. SKIP LOCKED does not replace the order: where a row changes at that very
-- moment PostgreSQL follows its newer version, and waits for whoever has that one.

CREATE TABLE highseas.job (
    tenant_id bigint NOT NULL REFERENCES highseas.tenant,
    job text COLLATE "C" NOT NULL,
    run_id bigint,
    backend_pid integer,
    called_at timestamptz,
    PRIMARY KEY (tenant_id, job)
);
COMMENT ON TABLE highseas.job IS
'One row a job: the run that has it, its session and when that began the CALL. A run whose session is gone, or does something else by now, is taken over by the next.';

CREATE TABLE highseas.job_run (
    tenant_id bigint NOT NULL,
    run_id bigint GENERATED ALWAYS AS IDENTITY,
    job text COLLATE "C" NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    status text NOT NULL CHECK (status IN ('running', 'done', 'bounded', 'failed', 'interrupted')),
    batches integer NOT NULL DEFAULT 0,
    rows bigint NOT NULL DEFAULT 0,
    busy bigint NOT NULL DEFAULT 0,
    position text,
    error text,
    PRIMARY KEY (tenant_id, run_id)
);
CREATE INDEX job_run_job ON highseas.job_run (tenant_id, job, run_id);
COMMENT ON TABLE highseas.job_run IS
'Every run of a job. status bounded: stopped at its limit of rows or time, the next run goes on; interrupted: its session ended. busy: customers left to the next run, because somebody was at work on them or on their rep; position: how far the run is, in the job''s own words.';
COMMENT ON COLUMN highseas.job_run.error IS 'The first line of the error''s message, without its detail: readers see it';

-- The two sweeps by check_at go on from the time they reached, without those they found busy there.
CREATE FUNCTION highseas.note_busy(tenant_id bigint, run bigint, reached timestamptz, keys text[], locked text[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    busy_customers text[] := '{}';
BEGIN
    IF cardinality(locked) < cardinality(keys) THEN
        busy_customers := ARRAY(SELECT unnest(keys) EXCEPT SELECT unnest(locked));
    END IF;
    UPDATE highseas.job_run j
    SET busy = j.busy + cardinality(busy_customers),
        position = jsonb_build_object('reached', reached, 'busy', to_jsonb(busy_customers)
            || CASE WHEN (j.position::jsonb ->> 'reached')::timestamptz = note_busy.reached
                    THEN j.position::jsonb -> 'busy' ELSE '[]' END)
    WHERE j.tenant_id = note_busy.tenant_id AND j.run_id = run;
END
$$;
COMMENT ON FUNCTION highseas.note_busy(bigint, bigint, timestamptz, text[], text[]) IS
'Writes down how far a sweep is, and which of the customers found it could not lock';

-- expire_due ----------------------------------------------------------------------------------

CREATE FUNCTION highseas.expire_due_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    now timestamptz := highseas.clock();
    at jsonb := (SELECT j.position::jsonb FROM highseas.job_run j
                 WHERE j.tenant_id = expire_due_batch.tenant_id AND j.run_id = run);
    reached timestamptz := coalesce((at ->> 'reached')::timestamptz, '-infinity');
    busy_customers text[] := ARRAY(SELECT jsonb_array_elements_text(at -> 'busy'));
    found text[];
    holders text[];
    reps text[];
    reps_acted timestamptz;
    customers_acted timestamptz;
    locked text[];
    later text[];
    replanned text[];
    due text[];
    announced text[] := '{}';
BEGIN
    -- Who is busy (a rep in an open transaction, for hours perhaps) is left to the next run and holds up nobody
    -- behind him. Each batch goes on where the last one ended; of those with that very time it skips who was busy.
    SELECT coalesce(array_agg(x.customer_key), '{}'), coalesce(array_agg(DISTINCT x.holder), '{}'),
           coalesce(max(x.check_at), reached), count(*) = batch
    INTO found, holders, reached, more
    FROM (SELECT c.customer_key, c.holder, c.check_at
          FROM highseas.customer c
          WHERE c.tenant_id = expire_due_batch.tenant_id AND c.state = 'held'
            AND c.check_at >= reached AND c.check_at <= now AND (c.due_at <= now OR c.next_at > now)
            AND c.customer_key <> ALL (busy_customers)
          ORDER BY c.check_at LIMIT batch) x;

    SELECT coalesce(array_agg(x.rep_key), '{}'), max(x.last_act_at) INTO reps, reps_acted
    FROM (SELECT r.rep_key, r.last_act_at FROM highseas.rep r
          WHERE r.tenant_id = expire_due_batch.tenant_id AND r.rep_key = ANY (holders)
          ORDER BY r.rep_key FOR NO KEY UPDATE SKIP LOCKED) x;
    now := greatest(now, reps_acted);
    -- Judged by what is so now, under the locks. (Fenced off: a condition on anything but the key could draw the
    -- planner to another index, and the list would be searched for each of its entries.) later: followed up meanwhile, only to look at again later.
    -- replanned: due by the date as planned, but a rule got longer since.
    SELECT coalesce(array_agg(x.customer_key), '{}'),
           array_agg(x.customer_key) FILTER (WHERE x.due_at > now),
           array_agg(x.customer_key) FILTER (WHERE d.judged AND (d.due_at > now) IS NOT FALSE),
           coalesce(array_agg(x.customer_key) FILTER (WHERE d.due_at <= now), '{}'),
           max(x.last_act_at)
    INTO locked, later, replanned, due, customers_acted
    FROM (SELECT c.* FROM highseas.customer c
          WHERE c.tenant_id = expire_due_batch.tenant_id AND c.customer_key = ANY (found)
          ORDER BY c.customer_key OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED) x
    LEFT JOIN LATERAL (
        SELECT true AS judged, y.due_at
        FROM highseas.due_of(x.tenant_id, x.holder, x.pool_key, x.class, x.kind, x.held_since, x.last_follow_up_at,
            x.last_order_at, x.extended_until, x.protected_until, x.deal, x.intent, x.asleep_until, NULL, now) y
        WHERE x.due_at <= now) d ON true
    WHERE x.state = 'held' AND x.holder = ANY (reps) AND x.check_at <= now AND (x.due_at <= now OR x.next_at > now);
    now := greatest(now, customers_acted + interval '1 microsecond');
    rows := cardinality(locked);

    IF later IS NOT NULL THEN
        UPDATE highseas.customer c SET check_at = c.next_at
        WHERE c.tenant_id = expire_due_batch.tenant_id AND c.customer_key = ANY (later);
    END IF;
    IF replanned IS NOT NULL THEN
        PERFORM highseas.replan_customers(tenant_id, replanned, now);
    END IF;
    -- Nothing strikes unannounced: of whom no job reminded anybody, it does so now, and the grace is left.
    IF cardinality(due) > 0 THEN
        WITH late AS (
            UPDATE highseas.customer c
            SET due_at = x.due_at, next_at = x.due_at, check_at = x.due_at, reminded = cardinality(d.remind_before)
            FROM highseas.deadline d, highseas.tenant t
            CROSS JOIN LATERAL (SELECT highseas.shift(now, t.grace, t.time_zone) AS due_at) x
            WHERE c.tenant_id = expire_due_batch.tenant_id AND c.customer_key = ANY (due)
              AND d.tenant_id = c.tenant_id AND d.rule = c.due_rule AND t.tenant_id = c.tenant_id
              AND highseas.needs_warning(c.reminded, d.remind_before, t.grace)
            RETURNING c.customer_key, c.holder, c.due_at, c.due_rule
        ), told AS (
            INSERT INTO highseas.notice (tenant_id, at, rep_key, customer_key, kind, due_at, message)
            SELECT expire_due_batch.tenant_id, now, l.holder, l.customer_key, 'reminder', l.due_at,
                   highseas.reminder_text(l.customer_key, l.due_rule)
            FROM late l
        )
        SELECT coalesce(array_agg(l.customer_key), '{}') INTO announced FROM late l;
        due := ARRAY(SELECT unnest(due) EXCEPT SELECT unnest(announced));
    END IF;
    PERFORM highseas.release(tenant_id, due, 'expire', highseas.actor(), now);
    IF cardinality(announced) > 0 OR cardinality(due) > 0 THEN
        PERFORM pg_notify('highseas', '');
    END IF;

    PERFORM highseas.note_busy(tenant_id, run, reached, found, locked);
END
$$;
COMMENT ON FUNCTION highseas.expire_due_batch(bigint, bigint, integer) IS
'Returns the next batch overdue customers to their pools; postpones what was never announced or is due later by today''s rules. Waits for nobody: busy reps and customers are left out of the whole run.';

-- send_reminders ------------------------------------------------------------------------------

CREATE FUNCTION highseas.reminder_text(customer_key text, due_rule text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.format('Customer %s goes back to the pool if nothing is done (%s)', customer_key, due_rule);
COMMENT ON FUNCTION highseas.reminder_text(text, text) IS 'What a reminder says';

CREATE FUNCTION highseas.send_reminders_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    now timestamptz := highseas.clock();
    at jsonb := (SELECT j.position::jsonb FROM highseas.job_run j
                 WHERE j.tenant_id = send_reminders_batch.tenant_id AND j.run_id = run);
    reached timestamptz := coalesce((at ->> 'reached')::timestamptz, '-infinity');
    busy_customers text[] := ARRAY(SELECT jsonb_array_elements_text(at -> 'busy'));
    found text[];
    locked text[];
    sent bigint;
BEGIN
    -- As in expire_due_batch(), but no rep's row is written, so none is locked.
    SELECT coalesce(array_agg(x.customer_key), '{}'), coalesce(max(x.check_at), reached), count(*) = batch
    INTO found, reached, more
    FROM (SELECT c.customer_key, c.check_at FROM highseas.customer c
          WHERE c.tenant_id = send_reminders_batch.tenant_id AND c.state = 'held'
            AND c.check_at >= reached AND c.check_at <= now AND c.due_at > now AND c.customer_key <> ALL (busy_customers)
          ORDER BY c.check_at LIMIT batch) x;
    locked := ARRAY(SELECT x.customer_key
                    FROM (SELECT c.* FROM highseas.customer c
                          WHERE c.tenant_id = send_reminders_batch.tenant_id AND c.customer_key = ANY (found)
                          ORDER BY c.customer_key OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED) x
                    WHERE x.state = 'held' AND x.check_at <= now AND x.due_at > now);
    rows := cardinality(locked);
    WITH looked AS (
        UPDATE highseas.customer c
        SET reminded = n.reminded, next_at = n.next_at, check_at = n.next_at
        FROM (SELECT x.customer_key, x.next_at <= now AS due, y.reminded,
                     CASE WHEN x.next_at <= now THEN highseas.next_event(x.due_at, d.remind_before, y.reminded)
                          ELSE x.next_at END AS next_at
              FROM highseas.customer x
              LEFT JOIN highseas.deadline d ON d.tenant_id = x.tenant_id AND d.rule = x.due_rule
              -- At least 1, whatever became of the rule: the date is announced.
              CROSS JOIN LATERAL (
                  SELECT CASE WHEN x.next_at <= now THEN greatest(highseas.reminders_due(x.due_at, d.remind_before, now), 1)
                              ELSE x.reminded END AS reminded OFFSET 0) y
              WHERE x.tenant_id = send_reminders_batch.tenant_id AND x.customer_key = ANY (locked)) n
        WHERE c.tenant_id = send_reminders_batch.tenant_id AND c.customer_key = n.customer_key
        RETURNING c.customer_key, c.holder, c.due_at, c.due_rule, n.due
    )
    INSERT INTO highseas.notice (tenant_id, at, rep_key, customer_key, kind, due_at, message)
    SELECT send_reminders_batch.tenant_id, now, l.holder, l.customer_key, 'reminder', l.due_at,
           highseas.reminder_text(l.customer_key, l.due_rule)
    FROM looked l WHERE l.due;
    GET DIAGNOSTICS sent = ROW_COUNT;
    IF sent > 0 THEN
        PERFORM pg_notify('highseas', '');
    END IF;

    PERFORM highseas.note_busy(tenant_id, run, reached, found, locked);
END
$$;
COMMENT ON FUNCTION highseas.send_reminders_batch(bigint, bigint, integer) IS
'Writes a notice for up to batch customers whose next reminder step is reached, once for each step and due date. Waits for nobody: busy customers are left out of the whole run.';

-- replan, purge -------------------------------------------------------------------------------

CREATE FUNCTION highseas.replan_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    reached text := (SELECT coalesce(j.position, '') FROM highseas.job_run j
                     WHERE j.tenant_id = replan_batch.tenant_id AND j.run_id = run);
    keys text[];
    found integer;
    relaned bigint;
BEGIN
    SELECT array_agg(x.customer_key ORDER BY x.customer_key), count(*), max(x.customer_key) INTO keys, found, reached
    FROM (SELECT c.customer_key FROM highseas.customer c
          WHERE c.tenant_id = replan_batch.tenant_id AND c.customer_key > reached
          ORDER BY c.customer_key LIMIT batch) x;
    more := found = batch;
    keys := ARRAY(SELECT c.customer_key FROM highseas.customer c
                  WHERE c.tenant_id = replan_batch.tenant_id AND c.customer_key = ANY (keys)
                  ORDER BY c.customer_key FOR NO KEY UPDATE SKIP LOCKED);
    rows := highseas.replan_customers(tenant_id, keys, highseas.clock());
    UPDATE highseas.customer c SET lane = highseas.lane_of(c.customer_key, p.lanes)
    FROM highseas.pool p
    WHERE c.tenant_id = replan_batch.tenant_id AND c.customer_key = ANY (keys) AND c.state <> 'held'
      AND p.tenant_id = c.tenant_id AND p.pool_key = c.pool_key
      AND c.lane <> highseas.lane_of(c.customer_key, p.lanes);
    GET DIAGNOSTICS relaned = ROW_COUNT;
    rows := rows + relaned;
    UPDATE highseas.job_run j SET position = reached, busy = j.busy + found - cardinality(keys)
    WHERE j.tenant_id = replan_batch.tenant_id AND j.run_id = run AND reached IS NOT NULL;
END
$$;
COMMENT ON FUNCTION highseas.replan_batch(bigint, bigint, integer) IS
'Plans the due dates of the next batch customers by today''s rules, with the grace, and puts them into the lane that their pool''s row asks for';

CREATE FUNCTION highseas.purge_batch(tenant_id bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    before timestamptz := (SELECT highseas.shift(highseas.clock(), - t.retention, t.time_zone)
                           FROM highseas.tenant t WHERE t.tenant_id = purge_batch.tenant_id);
    n bigint;
BEGIN
    DELETE FROM highseas.notice x
    WHERE x.tenant_id = purge_batch.tenant_id AND x.notice_id = ANY (ARRAY(
        SELECT y.notice_id FROM highseas.notice y
        WHERE y.tenant_id = purge_batch.tenant_id AND y.acknowledged_at < before LIMIT batch FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS rows = ROW_COUNT;
    DELETE FROM highseas.job_run x USING (
        SELECT y.run_id FROM highseas.job_run y
        WHERE y.tenant_id = purge_batch.tenant_id AND y.ended_at < before LIMIT batch) z
    WHERE x.tenant_id = purge_batch.tenant_id AND x.run_id = z.run_id;
    GET DIAGNOSTICS n = ROW_COUNT;
    more := rows = batch OR n = batch;
    rows := rows + n;
END
$$;
COMMENT ON FUNCTION highseas.purge_batch(bigint, integer) IS
'Deletes read notices and ended job runs older than the tenant''s retention';

-- The loop ------------------------------------------------------------------------------------

CREATE FUNCTION highseas.job_tenants(tenant text) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mine bigint[];
BEGIN
    IF tenant IS NOT NULL THEN
        RETURN ARRAY[highseas.authorize(tenant, 'admin')];
    END IF;
    mine := ARRAY(SELECT t.tenant_id FROM highseas.tenant t
                  WHERE highseas.has_access(t.tenant_id, 'admin') ORDER BY t.tenant_id);
    IF cardinality(mine) = 0 AND NOT highseas.caller_has(NULL) THEN
        PERFORM highseas.authorize(NULL, 'admin');
    END IF;
    RETURN mine;
END
$$;
COMMENT ON FUNCTION highseas.job_tenants(text) IS
'The tenants that a job of the caller runs for: the named one, or all that he administers. Errors: 42704, 42501.';

CREATE FUNCTION highseas.job_start(tenant_id bigint, job text, begin_at text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    j highseas.job;
    run bigint;
BEGIN
    PERFORM highseas.require_admin(tenant_id);
    IF NOT EXISTS (SELECT FROM highseas.jobs() x WHERE x.job = job_start.job) THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('unknown job "%s"', left(coalesce(job_start.job, ''), 100)),
            HINT = format('One of %s.', (SELECT string_agg(x.job, ', ') FROM highseas.jobs() x));
    END IF;
    SELECT x.* INTO j FROM highseas.job x
    WHERE x.tenant_id = job_start.tenant_id AND x.job = job_start.job FOR UPDATE SKIP LOCKED;
    -- A session may outlive its CALL: cancelled, or timed out, it stays in a pool. (query_start is NULL without
    -- track_activities; a restored copy of this database has its own sessions.)
    IF j.job IS NULL OR EXISTS (
        SELECT FROM pg_stat_activity a
        WHERE a.pid = j.backend_pid AND coalesce(a.query_start, a.backend_start) = j.called_at
          AND a.state IS DISTINCT FROM 'idle' AND a.datname = current_database() AND a.pid <> pg_backend_pid()) THEN
        RETURN NULL;
    END IF;
    UPDATE highseas.job_run r SET status = 'interrupted', ended_at = highseas.clock()
    WHERE r.tenant_id = job_start.tenant_id AND r.run_id = j.run_id AND r.status = 'running';
    INSERT INTO highseas.job_run AS r (tenant_id, job, started_at, status, position)
    VALUES (job_start.tenant_id, job_start.job, highseas.clock(), 'running', job_start.begin_at)
    RETURNING r.run_id INTO run;
    UPDATE highseas.job x
    SET run_id = run, backend_pid = pg_backend_pid(),
        called_at = (SELECT coalesce(a.query_start, a.backend_start) FROM pg_stat_activity a WHERE a.pid = pg_backend_pid())
    WHERE x.tenant_id = job_start.tenant_id AND x.job = job_start.job;
    RETURN run;
END
$$;
COMMENT ON FUNCTION highseas.job_start(bigint, text, text) IS
'Begins a run, at a position, and returns its number; NULL when another session has the job';

CREATE FUNCTION highseas.job_step(
    tenant_id bigint, job text, run bigint, batch integer, OUT rows bigint, OUT more boolean, OUT error text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    message text;
    details text;
BEGIN
    rows := 0;
    more := false;
    PERFORM highseas.require_admin(tenant_id);
    PERFORM FROM highseas.job x
    WHERE x.tenant_id = job_step.tenant_id AND x.job = job_step.job AND x.run_id = run
      AND x.backend_pid = pg_backend_pid() FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    BEGIN
        CASE job
            WHEN 'expire_due' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.expire_due_batch(tenant_id, run, batch) b;
            WHEN 'send_reminders' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.send_reminders_batch(tenant_id, run, batch) b;
            WHEN 'rotate', 'allocate' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.allocate_batch(tenant_id, job, run, batch) b;
            WHEN 'cover_leave' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.cover_leave_batch(tenant_id, run, batch) b;
            WHEN 'hand_over' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.hand_over_batch(tenant_id, run, batch) b;
            WHEN 'replan' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.replan_batch(tenant_id, run, batch) b;
            WHEN 'purge' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.purge_batch(tenant_id, batch) b;
            WHEN 'refresh_value' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.refresh_value_batch(tenant_id, run, batch) b;
            WHEN 'reclassify' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.reclassify_batch(tenant_id, run, batch) b;
            WHEN 'wake' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.wake_batch(tenant_id, run, batch) b;
            WHEN 'take_leads' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.take_leads_batch(tenant_id, run, batch) b;
            WHEN 'check_profiles' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.check_profiles_batch(tenant_id, run, batch) b;
            WHEN 'rekey_duplicates' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.rekey_duplicates_batch(tenant_id, run, batch) b;
            WHEN 'scan_duplicates' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.scan_duplicates_batch(tenant_id, run, batch) b;
            WHEN 'sync' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.sync_batch(tenant_id, run, batch) b;
            WHEN 'reconcile' THEN SELECT b.rows, b.more INTO rows, more FROM highseas.reconcile_batch(tenant_id, run, batch) b;
        END CASE;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, details = PG_EXCEPTION_DETAIL;
        rows := 0;
        more := false;
        IF SQLSTATE = '55P03' THEN
            details := concat_ws(E'\n', message, nullif(details, ''));
            message := highseas.lock_error('it needs');
        END IF;
        error := concat_ws(E'\n', message, nullif(details, ''));
    END;
    UPDATE highseas.job_run r SET batches = r.batches + 1, rows = r.rows + job_step.rows
    WHERE r.tenant_id = job_step.tenant_id AND r.run_id = run;
END
$$;
COMMENT ON FUNCTION highseas.job_step(bigint, text, bigint, integer) IS
'One batch of a run; an error undoes the batch and is returned. It waits no longer than five seconds for a lock, lest one session holds up every tenant.';

CREATE FUNCTION highseas.job_end(tenant_id bigint, job text, run bigint, status text, error text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM highseas.require_admin(tenant_id);
    UPDATE highseas.job_run r SET status = job_end.status, error = split_part(job_end.error, E'\n', 1), ended_at = highseas.clock()
    WHERE r.tenant_id = job_end.tenant_id AND r.run_id = run AND r.status = 'running';
    UPDATE highseas.job x SET run_id = NULL, backend_pid = NULL, called_at = NULL
    WHERE x.tenant_id = job_end.tenant_id AND x.job = job_end.job AND x.run_id = run AND x.backend_pid = pg_backend_pid();
END
$$;
COMMENT ON FUNCTION highseas.job_end(bigint, text, bigint, text, text) IS 'Ends a run and frees the job';

CREATE PROCEDURE highseas.run_job(job text, tenant text, max_rows bigint, max_seconds double precision, batch integer, begin_at text DEFAULT NULL)
LANGUAGE plpgsql
AS $$
DECLARE
    -- Types are looked up before the first statement, so in the path of the caller.
    tenants bigint[];
    t bigint;
    run bigint;
    step pg_catalog.record;
    done bigint;
    began pg_catalog.timestamptz;
    status pg_catalog.text;
    failure pg_catalog.text;
BEGIN
    -- Repeated after each COMMIT: a procedure that commits can have no SET clause.
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    PERFORM highseas.require_top_level();
    IF max_rows IS NULL OR max_seconds IS NULL OR batch IS NULL
       OR max_rows < 1 OR max_seconds <= 0 OR max_seconds > 31536000 OR batch NOT BETWEEN 1 AND 100000 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'a bound of the job is out of range',
            DETAIL = 'max_rows and max_seconds must be positive, max_seconds a year at most, batch between 1 and 100000.',
            HINT = 'Leave them out for the defaults.';
    END IF;
    tenants := highseas.job_tenants(tenant);
    FOREACH t IN ARRAY tenants LOOP
        run := highseas.job_start(t, job, begin_at);
        COMMIT;
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        CONTINUE WHEN run IS NULL;
        done := 0;
        began := clock_timestamp();
        LOOP
            step := highseas.job_step(t, job, run, least(batch, max_rows - done)::integer);
            COMMIT;
            PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
            done := done + step.rows;
            status := CASE WHEN step.error IS NOT NULL THEN 'failed' WHEN step.more THEN 'bounded' ELSE 'done' END;
            failure := coalesce(failure, step.error);
            EXIT WHEN NOT step.more OR done >= max_rows
                   OR clock_timestamp() >= began + make_interval(secs => max_seconds);
        END LOOP;
        PERFORM highseas.job_end(t, job, run, status, step.error);
        COMMIT;
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    END LOOP;
    IF failure IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SE010', CONSTRAINT = job, SCHEMA = 'highseas', MESSAGE = format('job "%s" failed: %s', job, split_part(failure, E'\n', 1)),
            DETAIL = coalesce(nullif(substr(failure, strpos(failure || E'\n', E'\n') + 1), ''), 'Its batch was undone.'),
            HINT = 'highseas.job_run has every run; other tenants were served, and the next run goes on.';
    END IF;
END
$$;
COMMENT ON PROCEDURE highseas.run_job(text, text, bigint, double precision, integer, text) IS
'The loop of every job: for each tenant batches, each committed, until nothing is left or a bound is reached. begin_at: where it begins, in the job''s own words. Use the procedures named like the jobs. Error SE010 at the end when a batch of any tenant failed, with the job as CONSTRAINT NAME.';

CREATE PROCEDURE highseas.expire_due(tenant text DEFAULT NULL, max_rows bigint DEFAULT 1000000, max_seconds double precision DEFAULT 600, batch integer DEFAULT 150)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('expire_due', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.expire_due(text, bigint, double precision, integer) IS
'Job: returns overdue customers to their pools and tells the reps. tenant: default all that the caller administers. Stops after max_rows or max_seconds, the next run goes on. Errors: SE010 when a batch failed (it was undone, other tenants were served), 25001 inside a transaction block, 22023, 42501, 42704.';

CREATE PROCEDURE highseas.send_reminders(tenant text DEFAULT NULL, max_rows bigint DEFAULT 1000000, max_seconds double precision DEFAULT 600, batch integer DEFAULT 1000)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('send_reminders', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.send_reminders(text, bigint, double precision, integer) IS
'Job: writes a notice for every reminder step that is reached. Arguments and errors as in expire_due.';

CREATE PROCEDURE highseas.sync(tenant text DEFAULT NULL, max_rows bigint DEFAULT 10000000, max_seconds double precision DEFAULT 3600, batch integer DEFAULT 5000)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('sync', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.sync(text, bigint, double precision, integer) IS
'Job: brings in what changed in the attached CRM. Arguments and errors as in expire_due; a query that fails is named in the error.';

CREATE PROCEDURE highseas.reconcile(tenant text DEFAULT NULL, max_rows bigint DEFAULT 10000000, max_seconds double precision DEFAULT 3600, batch integer DEFAULT 5000)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('reconcile', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.reconcile(text, bigint, double precision, integer) IS
'Job: compares customers and holders with the CRM and reports (or adopts) what it changed behind our back. Arguments and errors as in expire_due.';

CREATE PROCEDURE highseas.replan(tenant text DEFAULT NULL, max_rows bigint DEFAULT 10000000, max_seconds double precision DEFAULT 3600, batch integer DEFAULT 1000)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('replan', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.replan(text, bigint, double precision, integer) IS
'Job: applies changed rules, classes and tiers to the due dates of what is held, with the tenant''s grace, and changed lanes to the pools. Arguments and errors as in expire_due.';

CREATE PROCEDURE highseas.purge(tenant text DEFAULT NULL, max_rows bigint DEFAULT 1000000, max_seconds double precision DEFAULT 600, batch integer DEFAULT 5000)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('purge', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.purge(text, bigint, double precision, integer) IS
'Job: deletes read notices and ended job runs older than the tenant''s retention. Arguments and errors as in expire_due.';

CREATE PROCEDURE highseas.refresh_value(tenant text DEFAULT NULL, max_rows bigint DEFAULT 10000000, max_seconds double precision DEFAULT 3600, batch integer DEFAULT 5000)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('refresh_value', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.refresh_value(text, bigint, double precision, integer) IS
'Job: makes the value models anew where they are due, and values the customers that changed since, by the rows of value_rule and the scorecard. Arguments and errors as in expire_due.';

CREATE PROCEDURE highseas.reclassify(tenant text DEFAULT NULL, max_rows bigint DEFAULT 10000000, max_seconds double precision DEFAULT 3600, batch integer DEFAULT 2000)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('reclassify', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.reclassify(text, bigint, double precision, integer) IS
'Job: brings the classes of all valued customers up to date, by the rows of class_rule, category_rule, lifecycle_rule and kind_rule: run it after refresh_value. rows counts the customers in whom something changed. Arguments and errors as in expire_due; it fails while the category rules leave a gap.';

CREATE PROCEDURE highseas.wake(tenant text DEFAULT NULL, max_rows bigint DEFAULT 1000000, max_seconds double precision DEFAULT 600, batch integer DEFAULT 5000)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('wake', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.wake(text, bigint, double precision, integer) IS
'Job: tells the reps of customers who wanted to buy later that the time has come, and gives the free ones the place in the pool that intent_rule asks for. Arguments and errors as in expire_due.';

CREATE PROCEDURE highseas.take_leads(tenant text DEFAULT NULL, max_rows bigint DEFAULT 1000000, max_seconds double precision DEFAULT 600, batch integer DEFAULT 1000)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('take_leads', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.take_leads(text, bigint, double precision, integer) IS
'Job: makes customers of the leads that wait; what is wrong with one puts it into quarantine. Arguments and errors as in expire_due.';

CREATE PROCEDURE highseas.check_profiles(tenant text DEFAULT NULL, max_rows bigint DEFAULT 10000000, max_seconds double precision DEFAULT 3600, batch integer DEFAULT 5000)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('check_profiles', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.check_profiles(text, bigint, double precision, integer) IS
'Job: how complete, sound and fresh each customer''s profile is, into profile_quality; then the day''s figures of each origin and rep, into quality_history. Arguments and errors as in expire_due.';

CREATE PROCEDURE highseas.rekey_duplicates(tenant text DEFAULT NULL, max_rows bigint DEFAULT 10000000, max_seconds double precision DEFAULT 3600, batch integer DEFAULT 2000)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('rekey_duplicates', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.rekey_duplicates(text, bigint, double precision, integer) IS
'Job: writes the keys and terms by which duplicates are found, where they are missing, older than the profile or made by other rules or another version of a normaliser. Arguments and errors as in expire_due.';

CREATE PROCEDURE highseas.scan_duplicates(tenant text DEFAULT NULL, max_rows bigint DEFAULT 10000000, max_seconds double precision DEFAULT 3600, batch integer DEFAULT 500)
LANGUAGE plpgsql AS $$ BEGIN CALL highseas.run_job('scan_duplicates', tenant, max_rows, max_seconds, batch); END $$;
COMMENT ON PROCEDURE highseas.scan_duplicates(text, bigint, double precision, integer) IS
'Job: compares every customer that has terms with those that share some; duplicate_review and duplicate_cluster show the pairs. Arguments and errors as in expire_due.';

CREATE VIEW highseas.job_health WITH (security_invoker) AS
SELECT j.job, r.started_at AS last_run_at, r.status AS last_status, r.rows AS last_rows,
       r.ended_at - r.started_at AS last_duration, g.last_success_at, g.failures_7_days, r.error AS last_error,
       CASE WHEN j.job IN ('expire_due', 'send_reminders') THEN (
           SELECT min(CASE j.job WHEN 'expire_due' THEN c.due_at ELSE c.next_at END)
           FROM highseas.customer c
           WHERE c.tenant_id = j.tenant_id AND c.state = 'held' AND c.check_at <= highseas.clock()
             AND CASE j.job WHEN 'expire_due' THEN c.due_at ELSE c.next_at END <= highseas.clock()) END AS oldest_overdue,
       nullif(current_setting('highseas.clock', true), '') AS clock
FROM highseas.job j
LEFT JOIN LATERAL (
    SELECT x.* FROM highseas.job_run x WHERE x.tenant_id = j.tenant_id AND x.job = j.job
    ORDER BY x.run_id DESC LIMIT 1) r ON true
CROSS JOIN LATERAL (
    SELECT max(x.ended_at) FILTER (WHERE x.status = 'done') AS last_success_at,
           count(*) FILTER (WHERE x.status IN ('failed', 'interrupted')
                            AND x.started_at > highseas.clock() - interval '7 days') AS failures_7_days
    FROM highseas.job_run x WHERE x.tenant_id = j.tenant_id AND x.job = j.job) g
WHERE j.tenant_id = (SELECT highseas.current_tenant());
COMMENT ON VIEW highseas.job_health IS
'Each job''s last run, its rows, duration and error, the failures of a week, and what is overdue the longest; clock is set where time is overridden';

CREATE FUNCTION highseas.schedule_jobs() RETURNS TABLE (job text, schedule text, command text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') THEN
        RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'pg_cron is not installed in this database',
            DETAIL = 'schedule_jobs() registers the jobs with pg_cron.',
            HINT = 'CREATE EXTENSION pg_cron, or let any scheduler CALL highseas.expire_due() and the other jobs.';
    END IF;
    FOR job, schedule IN SELECT j.job, j.schedule FROM highseas.jobs() j
    LOOP
        command := format('CALL highseas.%s()', job);
        EXECUTE 'SELECT cron.schedule($1, $2, $3)' USING 'highseas ' || job, schedule, command;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION highseas.schedule_jobs() IS
'Registers every job with pg_cron, to run as the current role for all tenants that it administers; calling it again renews the schedules. Change one by cron.alter_job. Error 55000 without pg_cron.';

CREATE FUNCTION highseas.unschedule_jobs() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    removed integer;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') THEN
        RETURN 0;
    END IF;
    -- By name and command: a name that begins like ours may be somebody's own.
    EXECUTE $sql$ SELECT count(cron.unschedule(jobid)) FROM cron.job
                  WHERE jobname LIKE 'highseas %' AND command LIKE 'CALL highseas.' || substr(jobname, 10) || '(%'
                    AND username = current_user $sql$ INTO removed;
    RETURN removed;
END
$$;
COMMENT ON FUNCTION highseas.unschedule_jobs() IS
'Removes the current role''s highseas jobs from pg_cron and returns how many';
