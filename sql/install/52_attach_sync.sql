-- The job sync: a page of one attachment after the other, read by the DBA's query and written set-based. A pass reads
-- (1) by key: everything; once that is done and the query offers changed_at only what has none and what was wrong,
-- (2) by changed_at: what changed since the last pass, and (3) writes our holders back, where that is asked for.

CREATE FUNCTION highseas.lock_error(who text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.format('somebody else''s open transaction holds rows, keys or a table that %s: the next run goes on there', who);
COMMENT ON FUNCTION highseas.lock_error(text) IS 'What a job says that waited in vain for a lock (55P03). who: "its customers need"';

-- Readers see the first line, by job_run: only what is wrong with names, never a value or a text of the CRM.
CREATE FUNCTION highseas.attachment_error(a highseas.attachment, cause text, state text, message text) RETURNS text
LANGUAGE sql STABLE
RETURN pg_catalog.concat_ws(E'\n',
    CASE WHEN state = '55P03' THEN
             pg_catalog.format('attachment "%s": %s', (a).attachment, highseas.lock_error(pg_catalog.format('its %s need', (a).kind)))
         ELSE
             pg_catalog.format('attachment "%s": %s failed: %s', (a).attachment, cause,
                 CASE WHEN state LIKE '42%' OR state = '02000' THEN message ELSE 'SQLSTATE ' || state END) END,
    message, CASE cause WHEN 'writing owners back' THEN (a).owner_statement ELSE (a).query END);
COMMENT ON FUNCTION highseas.attachment_error(highseas.attachment, text, text, text) IS
'Why an attachment failed: in the first line what everybody may know (of a lock that was waited for in vain, 55P03, that it is no fault of the query), then the whole message and the statement';

CREATE FUNCTION highseas.raise_errors(errors text[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    firsts text[] := ARRAY(SELECT split_part(e, E'\n', 1) FROM unnest(errors) e ORDER BY 1);
BEGIN
    IF firsts <> '{}' THEN
        RAISE EXCEPTION USING MESSAGE = firsts[1], DETAIL = array_to_string(firsts[2:] || ARRAY[
            'Nothing is lost. An admin sees the whole error and the query in highseas.attachment; if the CRM changed, he calls highseas.attach() again.'], E'\n');
    END IF;
END
$$;
COMMENT ON FUNCTION highseas.raise_errors(text[]) IS 'One error that names the attachments that failed; none where none did';

CREATE FUNCTION highseas.note_problems(a highseas.attachment, keys text[], problems text[], left_out boolean[]) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO highseas.sync_problem (tenant_id, attachment, key, problem, left_out, seen_at)
    SELECT (a).tenant_id, (a).attachment, x.key, left(x.problem, 300), x.left_out, highseas.clock()
    FROM (SELECT y.*, row_number() OVER (PARTITION BY y.left_out) AS n FROM unnest(keys, problems, left_out) y(key, problem, left_out)) x
    LEFT JOIN (SELECT p.left_out, count(*) AS n FROM highseas.sync_problem p
               WHERE p.tenant_id = (a).tenant_id AND p.attachment = (a).attachment GROUP BY p.left_out) k ON k.left_out = x.left_out
    WHERE x.n + coalesce(k.n, 0) <= 10000;
END;
COMMENT ON FUNCTION highseas.note_problems(highseas.attachment, text[], text[], boolean[]) IS
'Notes rows that did not go in (left_out), or not whole';

CREATE FUNCTION highseas.fetch_page(a highseas.attachment, key text, batch integer) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    by_change boolean := a.position ->> 'phase' IS NOT DISTINCT FROM 'change';
    position_key text := a.position ->> 'key';
    key_type text;
    change_type text;
    missing text[];
    conditions text[] := '{}';
BEGIN
    -- As the CRM is today: keys of another type would be other customers, a column that went would empty ours.
    SELECT max(d.type::text) FILTER (WHERE d.name = fetch_page.key), max(d.type::text) FILTER (WHERE d.name = 'changed_at'),
           ARRAY(SELECT c FROM unnest(a.columns) c EXCEPT SELECT unnest(array_agg(d.name)) ORDER BY 1)
    INTO key_type, change_type, missing
    FROM highseas.describe_query(a.query, a.run_as) d;
    IF missing <> '{}' THEN
        RAISE EXCEPTION USING ERRCODE = '42703', MESSAGE = format('column "%s" is missing', array_to_string(missing, '", "'));
    ELSIF key_type <> a.key_type AND NOT ARRAY[key_type, a.key_type] <@ '{smallint,integer,bigint}'
          AND NOT ARRAY[key_type, a.key_type] <@ '{text,character varying,character}' THEN
        RAISE EXCEPTION USING ERRCODE = '42804', MESSAGE = format('column "%s" was %s and is %s', key, a.key_type, key_type);
    ELSIF by_change AND change_type NOT IN ('timestamp with time zone', 'timestamp without time zone', 'date') THEN
        RAISE EXCEPTION USING ERRCODE = '42804', MESSAGE = format('column "changed_at" is %s, which is no time', change_type);
    END IF;
    -- A bare character is char(1).
    key_type := CASE key_type WHEN 'character' THEN 'bpchar' ELSE key_type END;

    IF by_change AND position_key IS NULL THEN
        conditions := conditions || format('q.changed_at >= %L::timestamptz::%s', a.changed_at, change_type);
    ELSIF by_change THEN
        conditions := conditions || format('(q.changed_at, q.%I) > (%L::%s, %L::%s)', key, a.position ->> 'changed_at', change_type, position_key, key_type);
    ELSIF position_key IS NOT NULL THEN
        conditions := conditions || format('q.%I > %L::%s', key, position_key, key_type);
    END IF;
    IF by_change THEN
        conditions := conditions || format('q.%I IS NOT NULL', key);
    ELSIF a.changed_at IS NOT NULL THEN
        conditions := conditions || format('(q.changed_at IS NULL OR q.%I IS NULL OR q.%I = ANY (%L::%s[]))', key, key, ARRAY(
            SELECT DISTINCT p.key FROM highseas.sync_problem p
            WHERE p.tenant_id = a.tenant_id AND p.attachment = a.attachment AND p.key IS NOT NULL), key_type);
    END IF;
    RETURN (SELECT coalesce(jsonb_agg(jsonb_object(a.columns, r)), '[]')
            FROM highseas.fetch_rows(
                format('SELECT * FROM (%s%s) q%s ORDER BY %sq.%I LIMIT %s', a.query, E'\n',
                       ' WHERE ' || nullif(array_to_string(conditions, ' AND '), ''),
                       CASE WHEN by_change THEN 'q.changed_at, ' END, key, batch + 1),
                a.run_as, a.columns) r);
END
$$;
COMMENT ON FUNCTION highseas.fetch_page(highseas.attachment, text, integer) IS
'The next rows of an attachment as JSON objects of texts, up to one more than batch';

CREATE FUNCTION highseas.whole_keys(page jsonb, key text, batch integer) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN jsonb_array_length(page) <= batch OR page -> -1 ->> key IS NULL OR page -> 0 ->> key = page -> -1 ->> key THEN page
    ELSE (SELECT jsonb_agg(r.row ORDER BY r.n) FROM jsonb_array_elements(page) WITH ORDINALITY r("row", n)
          WHERE r.row ->> key <> (SELECT page -> -1 ->> key))
END;
COMMENT ON FUNCTION highseas.whole_keys(jsonb, text, integer) IS
'Of a page in the order of its keys, with one row more than batch, those whose key is complete: the last key''s other rows may come on the next page';

CREATE FUNCTION highseas.write_rows(a highseas.attachment, key text, page jsonb) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    half integer := jsonb_array_length(page) / 2;
BEGIN
    PERFORM highseas.note_problems(a, array_agg(p.key), array_agg(p.problem), array_agg(p.left_out))
    FROM (SELECT * FROM highseas.sync_reps(a, page) WHERE a.kind = 'reps'
          UNION ALL SELECT * FROM highseas.sync_customers(a, page) WHERE a.kind = 'customers'
          UNION ALL SELECT * FROM highseas.sync_orders(a, page) WHERE a.kind = 'orders'
          UNION ALL SELECT * FROM highseas.sync_activities(a, page) WHERE a.kind = 'activities') p;
EXCEPTION WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded THEN
    -- A value that we cannot hold: halving finds its row, and lets the others in.
    IF half = 0 THEN
        PERFORM highseas.note_problems(a, ARRAY[page -> 0 ->> key], ARRAY[SQLERRM], ARRAY[true]);
    ELSE
        PERFORM highseas.write_rows(a, key, (SELECT jsonb_agg(r.row ORDER BY r.n) FROM jsonb_array_elements(page) WITH ORDINALITY r("row", n) WHERE r.n <= half));
        PERFORM highseas.write_rows(a, key, (SELECT jsonb_agg(r.row ORDER BY r.n) FROM jsonb_array_elements(page) WITH ORDINALITY r("row", n) WHERE r.n > half));
    END IF;
END
$$;
COMMENT ON FUNCTION highseas.write_rows(highseas.attachment, text, jsonb) IS
'Writes a page of rows with sound keys; one with a value that cannot be held is left out and noted';

-- Each page is planned anew: the first one comes when the tables are empty.
CREATE FUNCTION highseas.sync_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    a highseas.attachment;
    key_name text;
    last_key text;
    page jsonb;
    sound jsonb;
    read integer;
    twice constant text := 'key twice in the query: of its rows the one with the newest changed_at goes in, then the one whose values sort first';
    began timestamptz;
    cause text;
BEGIN
    rows := 0;
    SELECT x.* INTO a FROM highseas.attachment x
    WHERE x.tenant_id = sync_batch.tenant_id AND x.enabled AND x.synced_run IS DISTINCT FROM run
    ORDER BY array_position(ARRAY['reps', 'customers', 'orders', 'activities'], x.kind), x.attachment
    LIMIT 1 FOR UPDATE;
    more := FOUND;
    IF NOT more THEN
        -- All had their turn: now say what failed.
        PERFORM highseas.raise_errors(ARRAY(
            SELECT x.error FROM highseas.attachment x
            WHERE x.tenant_id = sync_batch.tenant_id AND x.enabled AND x.error IS NOT NULL));
        RETURN;
    END IF;
    -- Times without a zone are the tenant's; an abbreviation such as CST would read as another zone.
    PERFORM set_config('TimeZone', t.time_zone, true), set_config('DateStyle', 'ISO', true) FROM highseas.tenant t WHERE t.tenant_id = a.tenant_id;
    a.position := coalesce(a.position, jsonb_build_object('phase', 'key', 'began', highseas.clock(), 'problem', (
        SELECT max(p.problem_id) FROM highseas.sync_problem p WHERE p.tenant_id = a.tenant_id AND p.attachment = a.attachment)));
    began := (a.position ->> 'began')::timestamptz;
    cause := CASE a.position ->> 'phase' WHEN 'write' THEN 'writing owners back' ELSE format('its query of %s', a.kind) END;
    key_name := (SELECT w.name FROM highseas.attachment_columns(a.kind) w WHERE w.type = 'key');
    BEGIN
        IF a.position ->> 'phase' = 'write' THEN
            SELECT w.tried, w.last_key INTO rows, last_key FROM highseas.write_back(a, batch) w;
            a.position := CASE WHEN rows = batch THEN a.position || jsonb_build_object('key', last_key) END;
        ELSE
            page := highseas.fetch_page(a, key_name, batch);
            read := jsonb_array_length(page);
            page := CASE a.position ->> 'phase' WHEN 'key' THEN highseas.whole_keys(page, key_name, batch) ELSE page #- ARRAY[batch::text] END;
            rows := jsonb_array_length(page);
            DELETE FROM highseas.sync_problem p USING jsonb_array_elements(page) r
            WHERE p.tenant_id = a.tenant_id AND p.attachment = a.attachment AND coalesce(p.key, '') = coalesce(r ->> key_name, '')
              -- By time, the other rows of a key may be anywhere.
              AND (a.position ->> 'phase' = 'key' OR p.problem <> twice);
            PERFORM highseas.note_problems(a, array_agg(r ->> key_name), array_agg('the key is NULL, empty or longer than 1024 bytes'::text), array_agg(true))
            FROM jsonb_array_elements(page) r WHERE highseas.is_sound_key(r ->> key_name) IS NOT TRUE;
            PERFORM highseas.note_problems(a, array_agg(x.key), array_agg(twice), array_agg(true))
            FROM (SELECT r ->> key_name AS key FROM jsonb_array_elements(page) r
                  WHERE a.position ->> 'phase' = 'key' AND highseas.is_sound_key(r ->> key_name) GROUP BY 1 HAVING count(*) > 1) x;
            SELECT jsonb_agg(x.row) INTO sound
            FROM (SELECT DISTINCT ON (r ->> key_name) r AS row FROM jsonb_array_elements(page) r
                  WHERE highseas.is_sound_key(r ->> key_name)
                  ORDER BY r ->> key_name, CASE WHEN r ->> 'changed_at' ~ '^\d{4}-' THEN (r ->> 'changed_at')::timestamptz END DESC NULLS LAST,
                           r::text COLLATE "C") x;
            IF sound IS NOT NULL THEN
                PERFORM highseas.write_rows(a, key_name, sound);
            END IF;
            -- A date in the future must not hide what changes until then; nor is year 10000 a time of change.
            a.newest_change := greatest(a.newest_change, (
                SELECT max(x.at) FROM (SELECT (r ->> 'changed_at')::timestamptz AS at FROM jsonb_array_elements(page) r
                                       WHERE r ->> 'changed_at' ~ '^\d{4}-' OFFSET 0) x WHERE x.at <= began));
            a.position := a.position || jsonb_build_object('key', page -> -1 -> key_name, 'changed_at', page -> -1 -> 'changed_at');
            -- NULL keys come last.
            IF read <= batch OR a.position ->> 'key' IS NULL THEN
                IF a.position ->> 'phase' = 'key' THEN
                    -- What was wrong when the pass began was read again: whatever is still so, was noted anew.
                    DELETE FROM highseas.sync_problem p
                    WHERE p.tenant_id = a.tenant_id AND p.attachment = a.attachment AND p.problem_id <= (a.position ->> 'problem')::bigint;
                END IF;
                a.position := a.position - '{key,changed_at,problem}'::text[] || jsonb_build_object('phase', CASE
                    WHEN a.position ->> 'phase' = 'key' AND a.changed_at IS NOT NULL THEN 'change'
                    WHEN a.owner_statement IS NOT NULL THEN 'write' END);
            END IF;
        END IF;
        IF a.position ->> 'phase' IS NULL THEN
            a.position := NULL;
            a.synced_run := run;
        END IF;
        IF coalesce(a.position ->> 'phase', 'write') = 'write' AND cause <> 'writing owners back' THEN
            -- Transactions commit out of order: the next pass looks a little further back. More left out than is
            -- noted: it reads everything.
            a.changed_at := CASE WHEN a.newest_change IS NOT NULL AND (
                    SELECT count(*) FROM highseas.sync_problem p
                    WHERE p.tenant_id = a.tenant_id AND p.attachment = a.attachment AND p.left_out) < 10000
                THEN least(a.newest_change, began) - interval '5 minutes' END;
        END IF;
        UPDATE highseas.attachment x
        SET position = a.position, changed_at = a.changed_at, newest_change = a.newest_change, synced_run = a.synced_run, error = NULL
        WHERE x.tenant_id = a.tenant_id AND x.attachment = a.attachment;
    EXCEPTION WHEN OTHERS THEN
        -- The others go on; this one begins where it was when the next run comes, with what it could read before
        -- what it could not write.
        rows := 0;
        UPDATE highseas.attachment x
        SET synced_run = run, error = highseas.attachment_error(a, cause, SQLSTATE, SQLERRM),
            position = CASE WHEN x.position ->> 'phase' IS DISTINCT FROM 'write' THEN x.position END
        WHERE x.tenant_id = a.tenant_id AND x.attachment = a.attachment;
    END;
END
$$;
COMMENT ON FUNCTION highseas.sync_batch(bigint, bigint, integer) IS
'One page of one attachment: reps, then customers, orders and activities; a pass that was cut off goes on where it was';
