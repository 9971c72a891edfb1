-- What a customer means to do: noted with a follow-up, in force until another one is. Its windows are rows of
-- deadline (deadline.intent), so due_of() alone says when a holding is due.

CREATE TABLE highseas.refusal_reason (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    reason text COLLATE "C" NOT NULL CHECK (octet_length(reason) BETWEEN 1 AND 1024),
    label text,
    about_product boolean NOT NULL DEFAULT false,
    needs_note boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, reason)
);
COMMENT ON TABLE highseas.refusal_reason IS
'Why a customer will never buy. about_product: the product department should know (product_feedback); needs_note: only with a text.';

CREATE TABLE highseas.intent_rule (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    intent text COLLATE "C" NOT NULL CHECK (intent IN ('interested', 'hesitating', 'not now', 'never')),
    selling boolean NOT NULL DEFAULT false,
    rhythm interval CHECK (rhythm BETWEEN '1 hour' AND '10 years'),
    stage text,
    hint text,
    wake_before interval CHECK (wake_before BETWEEN '0' AND '1 year'),
    longest interval CHECK (longest BETWEEN '1 day' AND '100 years'),
    rank text COLLATE "C" CHECK (rank IN ('first', 'last')),
    withdraw boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, intent),
    CONSTRAINT intent_rule_sleep_check CHECK (intent = 'not now' OR num_nonnulls(wake_before, longest) = 0),
    CONSTRAINT intent_rule_withdraw_check CHECK (intent = 'never' OR NOT withdraw)
);
COMMENT ON TABLE highseas.intent_rule IS
'How customers of an intent are handled; of an intent without a row by builtin_intent_rules(). selling: whether an offer is in place; rhythm: how long after a contact the next is due; stage: what comes next; hint: what to do. Not now: wake_before, how long before the expected purchase the rep is told (NULL: when it is due); longest, how far ahead that may lie (NULL: any). rank: its place in the pool, first or last (who buys later: once awake, until somebody got in touch), NULL = by score. withdraw: who never buys is taken out of service at once. Windows for holders are rows of deadline.';

CREATE TABLE highseas.customer_intent (
    tenant_id bigint NOT NULL,
    customer_key text COLLATE "C" NOT NULL CHECK (octet_length(customer_key) BETWEEN 1 AND 1024),
    intent text COLLATE "C" NOT NULL CHECK (intent IN ('interested', 'hesitating', 'not now', 'never')),
    since timestamptz NOT NULL,
    at timestamptz NOT NULL,
    rep_key text COLLATE "C" NOT NULL,
    expected_on date,
    reason text COLLATE "C",
    wake_at timestamptz,
    woken_at timestamptz,
    earlier_score real,
    ranked_score real,
    PRIMARY KEY (tenant_id, customer_key),
    CHECK ((intent <> 'not now' OR expected_on IS NOT NULL) AND (intent = 'never') = (reason IS NOT NULL))
);
CREATE INDEX customer_intent_wake ON highseas.customer_intent (tenant_id, wake_at) WHERE wake_at IS NOT NULL;
COMMENT ON TABLE highseas.customer_intent IS
'The last intent of a customer: since when, when and by whom it was last noted. wake_at: when wake() tells the rep, woken_at: when it did. ranked_score: the score that wake() gave him for his place in the pool, earlier_score the one before, which he gets back. All that was noted stands in follow_up.';

CREATE FUNCTION highseas.builtin_intent_rules()
RETURNS TABLE (intent text, selling boolean, rhythm interval, stage text, hint text, wake_before interval, longest interval,
               rank text, withdraw boolean)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
    VALUES ('interested', true, interval '3 days', 'quotation', 'Quote while the interest lasts',
            NULL::interval, NULL::interval, NULL, false),
           ('hesitating', false, '30 days', NULL, 'Keep in touch with news and answers, without an offer', NULL, NULL, NULL, false),
           ('not now', false, NULL, NULL, 'Leave alone until the expected purchase comes near', '7 days', '2 years', 'first', false),
           ('never', false, NULL, NULL, 'Leave alone', NULL, NULL, 'last', false);
END;
COMMENT ON FUNCTION highseas.builtin_intent_rules() IS
'The built-in handling of each intent. INSERT INTO highseas.intent_rule (intent, selling, rhythm, stage, hint, wake_before, longest, rank, withdraw) SELECT * FROM builtin_intent_rules() copies it for editing.';

CREATE FUNCTION highseas.intent_rules_of(tenant_id bigint DEFAULT highseas.current_tenant()) RETURNS SETOF highseas.intent_rule
LANGUAGE sql STABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
    SELECT r.* FROM highseas.intent_rule r WHERE r.tenant_id = intent_rules_of.tenant_id
    UNION ALL
    SELECT intent_rules_of.tenant_id, b.* FROM highseas.builtin_intent_rules() b
    WHERE NOT EXISTS (SELECT FROM highseas.intent_rule r
                      WHERE r.tenant_id = intent_rules_of.tenant_id AND r.intent = b.intent);
END;
COMMENT ON FUNCTION highseas.intent_rules_of(bigint) IS
'How a tenant handles each intent: its row of intent_rule, else the built-in one. Error 22023 more than one tenant to choose from.';

CREATE FUNCTION highseas.sleeps_until(intent text, expected_on date, time_zone text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE intent WHEN 'not now' THEN expected_on::timestamp AT TIME ZONE time_zone END;
COMMENT ON FUNCTION highseas.sleeps_until(text, date, text) IS
'Until when a customer of this intent is not given up: the beginning of the day on which he means to buy; NULL when the intent is not "not now"';

-- In the follow_up verb ---------------------------------------------------------------------------

CREATE FUNCTION highseas.require_intent(tenant_id bigint, intent text, expected_on date, reason text, note text) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    zone text := (SELECT t.time_zone FROM highseas.tenant t WHERE t.tenant_id = require_intent.tenant_id);
    today date := (highseas.clock() AT TIME ZONE zone)::date;
    last_day date;
    r highseas.refusal_reason;
BEGIN
    IF intent IS NULL OR intent NOT IN ('interested', 'hesitating', 'not now', 'never') THEN
        RAISE EXCEPTION USING ERRCODE = CASE WHEN intent IS NULL THEN '22004' ELSE '22023' END,
            MESSAGE = CASE WHEN intent IS NULL THEN 'intent must not be null where expected_on or reason is given'
                           ELSE format('unknown intent "%s"', left(intent, 100)) END,
            HINT = 'One of interested, hesitating, not now, never.';
    ELSIF intent = 'not now' AND expected_on IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'expected_on must not be null with the intent "not now"',
            DETAIL = 'The customer is woken in time for that day.', HINT = 'Pass the day on which he means to buy; an estimate will do.';
    ELSIF intent = 'never' AND reason IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'reason must not be null with the intent "never"',
            DETAIL = 'A refusal has a reason.', HINT = 'highseas.refusal_reason lists them.';
    ELSIF intent = 'never' AND expected_on IS NOT NULL OR intent <> 'never' AND reason IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22023',
            MESSAGE = format('intent "%s" has no %s', intent, CASE intent WHEN 'never' THEN 'expected purchase' ELSE 'reason' END),
            DETAIL = 'A reason belongs to never, an expected purchase to the others.', HINT = 'Leave it out, or choose another intent.';
    END IF;
    IF expected_on IS NOT NULL THEN
        last_day := least(date '9998-12-31', (
            SELECT (today + x.longest)::date FROM highseas.intent_rules_of(require_intent.tenant_id) x
            WHERE x.intent = require_intent.intent AND NOT highseas.has_access(require_intent.tenant_id, 'manager')));
        IF NOT isfinite(expected_on) OR expected_on <= today OR expected_on > last_day THEN
            RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'expected_on is out of range',
                DETAIL = format('It must lie after %s and not after %s.', to_char(today, 'YYYY-MM-DD'), to_char(last_day, 'YYYY-MM-DD')),
                HINT = 'The rule is intent_rule.longest; it does not bind managers.';
        END IF;
    END IF;
    IF reason IS NOT NULL THEN
        SELECT x.* INTO r FROM highseas.refusal_reason x
        WHERE x.tenant_id = require_intent.tenant_id AND x.reason = require_intent.reason;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('refusal reason "%s" does not exist', left(reason, 100)),
                DETAIL = 'Reasons are rows.', HINT = 'highseas.refusal_reason lists them.';
        ELSIF r.needs_note AND coalesce(btrim(note), '') = '' THEN
            RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('refusal reason "%s" needs a note', reason),
                DETAIL = 'Its row says so.', HINT = 'Say in a sentence why.';
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION highseas.require_intent(bigint, text, date, text, text) IS
'Raises 22004/22023 for an intent that is none or does not fit what comes with it, 42704 for an unknown reason';

CREATE FUNCTION highseas.learn_intent(
    tenant_id bigint, customer text, rep text, intent text, expected_on date, reason text, now timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
    zone text := (SELECT t.time_zone FROM highseas.tenant t WHERE t.tenant_id = learn_intent.tenant_id);
    until timestamptz := highseas.sleeps_until(intent, expected_on, zone);
    wake_at timestamptz := (SELECT highseas.shift(until, - coalesce(r.wake_before, '0'), zone)
                            FROM highseas.intent_rules_of(learn_intent.tenant_id) r WHERE r.intent = learn_intent.intent);
BEGIN
    INSERT INTO highseas.customer_intent AS i (tenant_id, customer_key, intent, since, at, rep_key, expected_on, reason, wake_at)
    VALUES (tenant_id, customer, intent, now, now, rep, expected_on, reason, CASE WHEN wake_at > now THEN wake_at ELSE until END)
    ON CONFLICT ON CONSTRAINT customer_intent_pkey DO UPDATE
    SET intent = EXCLUDED.intent, since = CASE WHEN i.intent = EXCLUDED.intent THEN i.since ELSE EXCLUDED.since END,
        at = EXCLUDED.at, rep_key = EXCLUDED.rep_key, expected_on = EXCLUDED.expected_on, reason = EXCLUDED.reason,
        wake_at = EXCLUDED.wake_at, woken_at = NULL;
    -- His stage of life may be another one.
    PERFORM highseas.make_stale(tenant_id, ARRAY[customer]);
    RETURN until;
END
$$;
COMMENT ON FUNCTION highseas.learn_intent(bigint, text, text, text, date, text, timestamptz) IS
'Notes an intent of a locked customer, has his value and classes worked out anew, plans when to wake the rep (in time, or if that is past already, on the very day), and returns sleeps_until()';

CREATE FUNCTION highseas.withdraw_refused(tenant_id bigint, customer text, rep text, reason text) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    now timestamptz;
BEGIN
    IF NOT EXISTS (SELECT FROM highseas.intent_rules_of(withdraw_refused.tenant_id) r WHERE r.intent = 'never' AND r.withdraw) THEN
        RETURN false;
    END IF;
    now := highseas.act_time(tenant_id, ARRAY[rep], ARRAY[customer]);
    PERFORM highseas.release(tenant_id, ARRAY[customer], 'withdraw', highseas.actor(), now, reason, NULL, NULL, 'withdrawn');
    PERFORM highseas.record_event(tenant_id, now, customer, 'withdraw', rep, reason, 'never buys');
    RETURN true;
END
$$;
COMMENT ON FUNCTION highseas.withdraw_refused(bigint, text, text, text) IS
'Takes a held customer who never buys out of service where intent_rule says so, and tells whether it did. The caller has locked rep and customer.';

-- wake ----------------------------------------------------------------------------------------------

CREATE FUNCTION highseas.wake_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    now timestamptz := highseas.clock();
    busy_customers text[] := ARRAY(SELECT jsonb_array_elements_text(j.position::jsonb) FROM highseas.job_run j
                                   WHERE j.tenant_id = wake_batch.tenant_id AND j.run_id = run AND j.position IS NOT NULL);
    found text[];
    locked text[];
    told bigint;
    ranked bigint;
BEGIN
    found := ARRAY(SELECT i.customer_key FROM highseas.customer_intent i
                   WHERE i.tenant_id = wake_batch.tenant_id AND i.wake_at <= now AND i.customer_key <> ALL (busy_customers)
                   ORDER BY i.wake_at, i.customer_key LIMIT batch);
    locked := highseas.lock_customers(tenant_id, found);
    WITH woken AS (
        UPDATE highseas.customer_intent i SET wake_at = NULL, woken_at = now
        WHERE i.tenant_id = wake_batch.tenant_id AND i.customer_key = ANY (locked) AND i.wake_at <= now
        RETURNING i.customer_key, i.expected_on, i.rep_key
    )
    INSERT INTO highseas.notice (tenant_id, at, rep_key, customer_key, kind, message)
    SELECT wake_batch.tenant_id, now, coalesce(c.holder, w.rep_key), w.customer_key, 'wake',
           format('Customer %s wanted to buy about %s%s', w.customer_key, to_char(w.expected_on, 'YYYY-MM-DD'),
                  CASE WHEN c.holder IS NULL THEN ', and is in pool ' || c.pool_key ELSE '' END)
    FROM woken w
    JOIN highseas.customer c ON c.tenant_id = wake_batch.tenant_id AND c.customer_key = w.customer_key
    WHERE c.state IN ('held', 'free');
    GET DIAGNOSTICS told = ROW_COUNT;
    IF told > 0 THEN
        PERFORM pg_notify('highseas', '');
    END IF;
    busy_customers := busy_customers || ARRAY(SELECT unnest(found) EXCEPT SELECT unnest(locked));
    ranked := highseas.rank_intents(tenant_id, batch);
    rows := cardinality(locked) + ranked;
    more := cardinality(found) = batch OR ranked = batch;
    UPDATE highseas.job_run j SET position = to_jsonb(busy_customers), busy = cardinality(busy_customers)
    WHERE j.tenant_id = wake_batch.tenant_id AND j.run_id = run;
END
$$;
COMMENT ON FUNCTION highseas.wake_batch(bigint, bigint, integer) IS
'Tells the holders of the next batch customers whose time has come, or of free ones whoever noted it, and puts the places in the pool right. Waits for nobody: busy customers are left to the next run.';

-- Each run anew: the CRM or a valuation may have written another score meanwhile.
CREATE FUNCTION highseas.rank_intents(tenant_id bigint, batch integer) RETURNS bigint
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    changed bigint;
BEGIN
    -- One point of score beyond all whom no intent ranks: the same answer until these change.
    WITH place AS MATERIALIZED (
        SELECT r.intent, r.rank, p.pool_key,
               CASE r.rank
                   WHEN 'first' THEN (
                       SELECT least(c.score + 1, 1e30) FROM highseas.customer c
                       WHERE c.tenant_id = rank_intents.tenant_id AND c.pool_key = p.pool_key AND c.state = 'free'
                         AND NOT EXISTS (SELECT FROM highseas.customer_intent i WHERE i.tenant_id = c.tenant_id
                                         AND i.customer_key = c.customer_key AND i.ranked_score = c.score)
                       ORDER BY c.score DESC, c.online DESC, c.has_email DESC, c.customer_key DESC LIMIT 1)
                   ELSE (
                       SELECT greatest(c.score - 1, -1e30) FROM highseas.customer c
                       WHERE c.tenant_id = rank_intents.tenant_id AND c.pool_key = p.pool_key AND c.state = 'free'
                         AND NOT EXISTS (SELECT FROM highseas.customer_intent i WHERE i.tenant_id = c.tenant_id
                                         AND i.customer_key = c.customer_key AND i.ranked_score = c.score)
                       ORDER BY c.score, c.online, c.has_email, c.customer_key LIMIT 1) END::real AS score
        FROM highseas.intent_rules_of(rank_intents.tenant_id) r
        JOIN highseas.pool p ON p.tenant_id = rank_intents.tenant_id
        WHERE r.rank IS NOT NULL
    ), wanted AS MATERIALIZED (
        -- NULL: no place of its own (any more), or nobody else to compare with.
        SELECT i.customer_key, p.score,
               CASE WHEN c.score IS DISTINCT FROM i.ranked_score THEN c.score ELSE i.earlier_score END AS earlier_score
        FROM highseas.customer_intent i
        JOIN highseas.customer c ON c.tenant_id = i.tenant_id AND c.customer_key = i.customer_key
        LEFT JOIN place p ON p.intent = i.intent AND p.pool_key = c.pool_key AND c.state = 'free'
                         -- Once awake, until somebody got in touch.
                         AND (i.intent <> 'not now' OR i.woken_at IS NOT NULL AND NOT EXISTS (
                             SELECT FROM highseas.follow_up f
                             WHERE f.tenant_id = i.tenant_id AND f.customer_key = i.customer_key AND f.at >= i.woken_at))
        WHERE i.tenant_id = rank_intents.tenant_id
          AND (p.score IS NOT NULL AND (p.score, p.score) IS DISTINCT FROM (i.ranked_score, c.score)
               OR p.score IS NULL AND i.ranked_score IS NOT NULL)
        ORDER BY i.customer_key LIMIT batch
    ), locked AS MATERIALIZED (
        SELECT l.customer_key
        FROM unnest(highseas.lock_customers(rank_intents.tenant_id, ARRAY(SELECT w.customer_key FROM wanted w))) l(customer_key)
    ), noted AS (
        UPDATE highseas.customer_intent i
        SET ranked_score = w.score, earlier_score = CASE WHEN w.score IS NOT NULL THEN w.earlier_score END
        FROM wanted w, locked l
        WHERE w.customer_key = l.customer_key AND i.tenant_id = rank_intents.tenant_id AND i.customer_key = l.customer_key
    )
    UPDATE highseas.customer c SET score = coalesce(w.score, w.earlier_score, c.score)
    FROM wanted w, locked l
    WHERE w.customer_key = l.customer_key AND c.tenant_id = rank_intents.tenant_id AND c.customer_key = l.customer_key;
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$;
COMMENT ON FUNCTION highseas.rank_intents(bigint, integer) IS
'Gives up to batch customers the place in their pool that intent_rule.rank asks for, and back their own score when it does not any more. Returns how many changed; what somebody else is at work on waits for the next run.';

-- What people look at -----------------------------------------------------------------------------

CREATE VIEW highseas.customer_intents WITH (security_invoker) AS
SELECT i.customer_key, c.holder, c.pool_key, c.state, i.intent, i.since, i.at, i.rep_key, i.expected_on, i.reason,
       r.selling, r.stage, r.hint,
       CASE WHEN i.intent <> 'not now' THEN highseas.shift(greatest(i.at, c.last_follow_up_at), r.rhythm, t.time_zone)
            WHEN (c.last_follow_up_at >= i.woken_at) IS NOT TRUE THEN coalesce(i.wake_at, i.woken_at) END AS next_contact_at
FROM highseas.customer_intent i
JOIN highseas.tenant t ON t.tenant_id = i.tenant_id
JOIN highseas.customer c ON c.tenant_id = i.tenant_id AND c.customer_key = i.customer_key
JOIN highseas.intent_rules_of((SELECT highseas.current_tenant())) r ON r.intent = i.intent
WHERE i.tenant_id = (SELECT highseas.current_tenant());
COMMENT ON VIEW highseas.customer_intents IS
'Each customer''s intent with how it is handled: whether to sell, the next stage, what to do, and when the next contact is due (NULL: not by the intent)';

CREATE VIEW highseas.product_feedback WITH (security_invoker) AS
SELECT f.month, f.reason, r.label, p.main_products,
       count(*) AS customers, sum(v.potential_value) AS value_at_stake,
       array_agg(f.note ORDER BY f.at) FILTER (WHERE btrim(f.note) <> '') AS notes
FROM (SELECT DISTINCT ON (x.customer_key, x.reason, month)
             x.*, date_trunc('month', x.at AT TIME ZONE t.time_zone)::date AS month
      FROM highseas.follow_up x JOIN highseas.tenant t ON t.tenant_id = x.tenant_id
      WHERE x.tenant_id = (SELECT highseas.current_tenant()) AND x.intent = 'never'
      ORDER BY x.customer_key, x.reason, month, x.at DESC) f
JOIN highseas.refusal_reason r ON r.tenant_id = f.tenant_id AND r.reason = f.reason AND r.about_product
LEFT JOIN highseas.profile p ON p.tenant_id = f.tenant_id AND p.customer_key = f.customer_key
LEFT JOIN highseas.customer_value v ON v.tenant_id = f.tenant_id AND v.customer_key = f.customer_key
GROUP BY f.month, f.reason, r.label, p.main_products;
COMMENT ON VIEW highseas.product_feedback IS
'Refusals for the product department: by month, reason (about_product) and main products how many customers, what they could bring (potential_value, NULL: not known), and what was noted. Who refused twice in a month for one reason counts once, with the last note.';
