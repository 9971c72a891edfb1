-- The verbs, as functions in highseas_api; 80_calls.sql makes the procedures of them.
-- Each: who may act; the reps' rows in order of their keys, then the customers'; the rule; the move.
-- SECURITY DEFINER code of a superuser: every name is qualified, nobody else's code is run. Plans are
-- generic: every access is by key, and planning a move anew costs five times the move.

CREATE FUNCTION highseas.refuse(v highseas.verdict, customer text, tenant_id bigint) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = v.code, CONSTRAINT = v.rule, SCHEMA = 'highseas',
        MESSAGE = CASE v.code
            WHEN '42704' THEN format('customer "%s" does not exist', left(customer, 100))
            WHEN 'SE001' THEN format('customer "%s" is held already', left(customer, 100))
            WHEN 'SE002' THEN format('customer "%s" is not in a pool', left(customer, 100))
            WHEN 'SE003' THEN format('capacity is used up for customer "%s"', left(customer, 100))
            WHEN 'SE004' THEN format('quota is used up for customer "%s"', left(customer, 100))
            WHEN 'SE005' THEN format('customer "%s" is in its cooldown', left(customer, 100))
            WHEN 'SE006' THEN format('customer "%s" cannot be taken yet', left(customer, 100))
            WHEN 'SE008' THEN format('the pool of customer "%s" is closed', left(customer, 100))
            ELSE format('the rep may not take customer "%s"', left(customer, 100)) END,
        DETAIL = highseas.verdict_detail(v, (SELECT t.time_zone FROM highseas.tenant t WHERE t.tenant_id = refuse.tenant_id)),
        HINT = CASE v.code
            WHEN '42704' THEN 'Keys are the CRM''s primary keys as text; a sync brings new ones.'
            WHEN 'SE003' THEN 'Return a customer first, or ask an admin about the rule.'
            ELSE 'SELECT * FROM highseas.may_claim(rep, customer) answers without acting.' END;
END
$$;
COMMENT ON FUNCTION highseas.refuse(highseas.verdict, text, bigint) IS
'Raises a verdict''s refusal: its SQLSTATE, the rule as CONSTRAINT NAME, the reason and the date as DETAIL';

CREATE FUNCTION highseas.refuse_holder(customer text, rep text) RETURNS void
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'SE007', CONSTRAINT = 'not-the-holder', SCHEMA = 'highseas',
        MESSAGE = format('rep "%s" does not hold customer "%s"', left(rep, 100), left(customer, 100)),
        DETAIL = 'It may have been returned, or given to somebody else.',
        HINT = 'highseas.my_customers lists what a rep holds.';
END
$$;
COMMENT ON FUNCTION highseas.refuse_holder(text, text) IS 'Raises SE007: not the holder';

CREATE FUNCTION highseas.require_key(what text, key text) RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_require_key';
COMMENT ON FUNCTION highseas.require_key(text, text) IS 'The key. Errors: 22004 for a NULL one, 22023 for an empty or overlong one.';

CREATE FUNCTION highseas.acting_rep(tenant_id bigint, rep text) RETURNS text
LANGUAGE c STABLE PARALLEL RESTRICTED COST 20 AS 'MODULE_PATHNAME', 'highseas_acting_rep';
COMMENT ON FUNCTION highseas.acting_rep(bigint, text) IS
'The rep who acts: the argument or current_rep(). Errors: 42704 unknown, 42501 another login''s.';

CREATE FUNCTION highseas.require_own_rep(tenant_id bigint, pool text, rep text) RETURNS text
LANGUAGE c STABLE PARALLEL RESTRICTED COST 20 AS 'MODULE_PATHNAME', 'highseas_require_own_rep';
COMMENT ON FUNCTION highseas.require_own_rep(bigint, text, text) IS
'The rep. Error 42501 when the pool''s row says current_rep_only and an agent names another rep.';

-- Locks the holder and the others in the order of their keys, then the customer. The holder is read
-- before the locks; should it change meanwhile, the new one is locked out of order, so without waiting.
CREATE FUNCTION highseas.lock_customer(tenant_id bigint, customer text, VARIADIC others text[] DEFAULT '{}')
RETURNS highseas.customer
LANGUAGE plpgsql
AS $$
DECLARE
    locked text[];
    c highseas.customer;
    patience text;
BEGIN
    customer := highseas.require_key('customer', customer);
    locked := others || (SELECT x.holder FROM highseas.customer x
                         WHERE x.tenant_id = lock_customer.tenant_id AND x.customer_key = customer);
    PERFORM FROM highseas.rep r
    WHERE r.tenant_id = lock_customer.tenant_id AND r.rep_key = ANY (locked)
    ORDER BY r.rep_key FOR NO KEY UPDATE;

    SELECT x.* INTO c FROM highseas.customer x
    WHERE x.tenant_id = lock_customer.tenant_id AND x.customer_key = customer
    FOR NO KEY UPDATE;

    -- Nobody held it a moment ago: then locked has a NULL, which must not pass for a match.
    IF c.holder IS NOT NULL AND (c.holder = ANY (locked)) IS NOT TRUE THEN
        -- SKIP LOCKED alone would wait where the row changes at this very moment: PostgreSQL follows its newer version.
        patience := current_setting('lock_timeout');
        PERFORM set_config('lock_timeout', '1ms', true);
        PERFORM FROM highseas.rep r
        WHERE r.tenant_id = lock_customer.tenant_id AND r.rep_key = c.holder FOR NO KEY UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = '55P03',
                MESSAGE = format('customer "%s" is changing hands', left(customer, 100)),
                DETAIL = 'Its new holder is busy with another act.', HINT = 'Try again.';
        END IF;
        PERFORM set_config('lock_timeout', patience, true);
    END IF;
    RETURN c;
END
$$;
COMMENT ON FUNCTION highseas.lock_customer(bigint, text, text[]) IS
'Locks the holder and the other reps in the order of their keys, then the customer, and returns its row (NULLs for an unknown one). Error 55P03 when it changes hands at this moment.';

CREATE FUNCTION highseas.require_customer(c highseas.customer, customer text) RETURNS void
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    IF c.customer_key IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '42704', CONSTRAINT = 'unknown-customer', SCHEMA = 'highseas',
            MESSAGE = format('customer "%s" does not exist', left(customer, 100)),
            DETAIL = 'No such customer in this tenant.',
            HINT = 'Keys are the CRM''s primary keys as text; a sync brings new ones.';
    END IF;
END
$$;
COMMENT ON FUNCTION highseas.require_customer(highseas.customer, text) IS 'Raises 42704 for an unknown customer';

-- The caller has locked the rep's row, so nobody uses the key at the same time.
CREATE FUNCTION highseas.require_retry_key(tenant_id bigint, rep text, retry_key text, customers text[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    other text;
BEGIN
    SELECT h.customer_key INTO other FROM highseas.holding h
    WHERE h.tenant_id = require_retry_key.tenant_id AND h.rep_key = rep AND h.retry_key = require_retry_key.retry_key
      AND h.customer_key <> ALL (customers)
    ORDER BY h.customer_key LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '22023', CONSTRAINT = 'retry-key', SCHEMA = 'highseas',
            MESSAGE = format('retry key "%s" was used for another customer', left(retry_key, 100)),
            DETAIL = format('Rep "%s" claimed customer "%s" with it.', left(rep, 100), left(other, 100)),
            HINT = 'A retry repeats the same call; each other call needs a key of its own.';
    END IF;
END
$$;
COMMENT ON FUNCTION highseas.require_retry_key(bigint, text, text, text[]) IS
'Raises 22023 when a rep used a retry key for a customer who is not among these';

CREATE FUNCTION highseas_api.claim(
    customer text, rep text DEFAULT NULL, tenant text DEFAULT NULL, retry_key text DEFAULT NULL,
    OUT customer_key text, OUT pool_key text, OUT held_since timestamptz, OUT due_at timestamptz, OUT due_rule text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'agent');
    who text := highseas.acting_rep(t, rep);
    now timestamptz;
    rep_acted timestamptz;
    customer_acted timestamptz;
    v highseas.verdict;
    taken record;
BEGIN
    customer := highseas.require_key('customer', customer);
    retry_key := CASE WHEN retry_key IS NOT NULL THEN highseas.require_key('retry_key', retry_key) END;
    SELECT r.last_act_at INTO rep_acted FROM highseas.rep r
    WHERE r.tenant_id = t AND r.rep_key = who FOR NO KEY UPDATE;
    IF retry_key IS NOT NULL THEN
        PERFORM highseas.require_retry_key(t, who, retry_key, ARRAY[customer]);
        SELECT h.customer_key, h.pool_key, h.started_at INTO claim.customer_key, claim.pool_key, claim.held_since
        FROM highseas.holding h
        WHERE h.tenant_id = t AND h.rep_key = who AND h.retry_key = claim.retry_key AND h.customer_key = customer;
    END IF;
    IF claim.customer_key IS NULL THEN
        SELECT c.pool_key, c.last_act_at INTO claim.pool_key, customer_acted FROM highseas.customer c
        WHERE c.tenant_id = t AND c.customer_key = customer FOR NO KEY UPDATE;
        who := highseas.require_own_rep(t, claim.pool_key, who);
        now := greatest(highseas.clock(), rep_acted, customer_acted + interval '1 microsecond');
        v := highseas.check_claim(t, who, customer, now, 'claim');
        IF NOT v.allowed THEN
            PERFORM highseas.refuse(v, customer, t);
        END IF;
        taken := highseas.take_one(t, customer, who, 'claim', highseas.actor(), now, NULL, retry_key);
        claim.customer_key := customer;
        claim.held_since := now;
        claim.due_at := taken.due_at;
        claim.due_rule := taken.due_rule;
    ELSE
        SELECT c.pool_key, c.due_at, c.due_rule INTO claim.pool_key, claim.due_at, claim.due_rule
        FROM highseas.customer c WHERE c.tenant_id = t AND c.customer_key = customer;
    END IF;
END
$$;
COMMENT ON FUNCTION highseas_api.claim(text, text, text, text) IS
'A rep takes a named customer from its pool. customer: the CRM''s key; rep: who takes it (default current_rep()); tenant: default the only one or the setting; retry_key: a text of your own, a second call of the rep for this customer with it changes nothing and answers the same; for another customer it is an error. Errors: SE001 held, SE002 not in a pool, SE003 capacity, SE004 quota, SE005 cooldown, SE006 embargo or frozen, SE008 pool closed, SE009 no member or not of a tier for its class, 42704 unknown, 42501 privilege, 22004/22023 bad key, or a retry key used for another customer.';

-- Users may call it directly, and PL/pgSQL keeps what a type's name meant when it was first called in a
-- session: without the path of its own, a domain pg_temp.text would run the user's CHECK in definer code.
CREATE FUNCTION highseas.only_pool(tenant_id bigint, pool text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found text;
    matches bigint;
BEGIN
    SELECT min(p.pool_key), count(*) INTO found, matches FROM highseas.pool p
    WHERE p.tenant_id = only_pool.tenant_id AND (pool IS NULL OR p.pool_key = pool);
    IF matches = 0 THEN
        RAISE EXCEPTION USING ERRCODE = '42704',
            MESSAGE = CASE WHEN pool IS NULL THEN 'the tenant has no pool' ELSE format('pool "%s" does not exist', left(pool, 100)) END,
            DETAIL = 'No such pool in this tenant.', HINT = 'highseas.pool lists them.';
    ELSIF matches > 1 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'more than one pool to choose from', HINT = 'Name one as the argument "pool".';
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION highseas.only_pool(bigint, text) IS
'The named pool, or the only one of the tenant. Errors: 42704 unknown, 22023 when several and none is named.';

CREATE FUNCTION highseas.cooled_down(
    tenant_id bigint, rep_key text, customer_key text, now timestamptz, cooldown interval, time_zone text)
RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME', 'highseas_cooled_down';
COMMENT ON FUNCTION highseas.cooled_down(bigint, text, text, timestamptz, interval, text) IS
'Whether every earlier holding of a customer by a rep lies a cooldown back';

CREATE FUNCTION highseas_api.claim_next(
    pool text DEFAULT NULL, rep text DEFAULT NULL, tenant text DEFAULT NULL, retry_key text DEFAULT NULL,
    OUT customer_key text, OUT pool_key text, OUT held_since timestamptz, OUT due_at timestamptz, OUT due_rule text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'agent');
    who text := highseas.acting_rep(t, rep);
    p text := highseas.only_pool(t, pool);
    now timestamptz;
    rep_acted timestamptz;
    customer_acted timestamptz;
    v highseas.verdict;
    taken record;
    lanes integer;
    cooldown interval;
    zone text;
    candidates text[];
    tried integer := 0;
    candidate text;
    candidate_class text;
    candidate_kind text;
    skipped text[] := '{}';
    full_classes text[] := '{}';
    barred text[] := '{}';
BEGIN
    retry_key := CASE WHEN retry_key IS NOT NULL THEN highseas.require_key('retry_key', retry_key) END;
    who := highseas.require_own_rep(t, p, who);
    SELECT r.last_act_at INTO rep_acted FROM highseas.rep r
    WHERE r.tenant_id = t AND r.rep_key = who FOR NO KEY UPDATE;
    IF retry_key IS NOT NULL THEN
        SELECT h.customer_key, h.pool_key, h.started_at, c.due_at, c.due_rule
        INTO claim_next.customer_key, claim_next.pool_key, claim_next.held_since, claim_next.due_at, claim_next.due_rule
        FROM highseas.holding h JOIN highseas.customer c ON c.tenant_id = t AND c.customer_key = h.customer_key
        WHERE h.tenant_id = t AND h.rep_key = who AND h.retry_key = claim_next.retry_key;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    -- With lanes a session tries one of the best, so that sessions seldom meet at the same row; where that
    -- finds nobody, the pool is read in order before it is called empty.
    SELECT x.lanes, nullif(x.cooldown, '0'), z.time_zone INTO lanes, cooldown, zone
    FROM highseas.pool x JOIN highseas.tenant z ON z.tenant_id = x.tenant_id
    WHERE x.tenant_id = t AND x.pool_key = p;
    IF lanes > 1 THEN
        candidates := highseas.lane_candidates(t, p, lanes, highseas.clock());
    END IF;
    LOOP
        IF tried < cardinality(candidates) THEN
            tried := tried + 1;
            SELECT c.customer_key, c.class, c.kind, c.last_act_at INTO candidate, candidate_class, candidate_kind, customer_acted
            FROM highseas.customer c
            WHERE c.tenant_id = t AND c.customer_key = candidates[tried] AND c.state = 'free' AND c.pool_key = p
              AND (c.class IS NULL OR c.class <> ALL (full_classes))
              AND (barred = '{}' OR format('%s %s', c.kind, c.class) <> ALL (barred))
            FOR NO KEY UPDATE SKIP LOCKED;
            CONTINUE WHEN candidate IS NULL;
        ELSE
            now := highseas.clock();
            SELECT c.customer_key, c.class, c.kind, c.last_act_at INTO candidate, candidate_class, candidate_kind, customer_acted
            FROM highseas.customer c
            WHERE c.tenant_id = t AND c.pool_key = p AND c.state = 'free'
              AND (c.embargo_until IS NULL OR c.embargo_until <= now)
              AND c.customer_key <> ALL (skipped) AND (c.class IS NULL OR c.class <> ALL (full_classes))
              AND (barred = '{}' OR format('%s %s', c.kind, c.class) <> ALL (barred))
              AND (cooldown IS NULL OR highseas.cooled_down(t, who, c.customer_key, now, cooldown, zone))
            ORDER BY c.score DESC, c.online DESC, c.has_email DESC, c.customer_key DESC
            LIMIT 1
            FOR NO KEY UPDATE SKIP LOCKED;
            EXIT WHEN candidate IS NULL;
        END IF;
        -- Only a nomination: the rule decides, in a new statement, on the locked row.
        now := greatest(highseas.clock(), rep_acted, customer_acted + interval '1 microsecond');
        v := highseas.check_claim(t, who, candidate, now, 'claim');
        IF v.allowed THEN
            taken := highseas.take_one(t, candidate, who, 'claim', highseas.actor(), now, NULL, retry_key);
            claim_next.customer_key := candidate;
            claim_next.pool_key := p;
            claim_next.held_since := now;
            claim_next.due_at := taken.due_at;
            claim_next.due_rule := taken.due_rule;
            EXIT;
        -- He stays locked, so the next one is locked out of order, without waiting. (But for the instant in which a row
        -- gets a newer version and somebody locks that: only then could this be part of a deadlock, which PostgreSQL ends.)
        ELSIF v.code IN ('SE001', 'SE005', 'SE006') THEN
            skipped := skipped || candidate;
        ELSIF v.code = 'SE009' AND v.rule = 'treatment' THEN
            barred := barred || format('%s %s', candidate_kind, candidate_class);
        ELSIF v.code IN ('SE003', 'SE004') AND candidate_class IS NOT NULL AND EXISTS (
                  SELECT FROM highseas.capacity x WHERE x.tenant_id = t AND x.rule = v.rule AND x.class IS NOT NULL
                  UNION ALL
                  SELECT FROM highseas.quota x WHERE x.tenant_id = t AND x.rule = v.rule AND x.class IS NOT NULL) THEN
            full_classes := full_classes || candidate_class;
        ELSE
            PERFORM highseas.refuse(v, candidate, t);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION highseas_api.claim_next(text, text, text, text) IS
'A rep takes the best customer of a pool that he may take: the highest score, then online, then with an e-mail address. All NULL when there is none. pool may be omitted where the tenant has one; retry_key: a second call of the rep with it changes nothing and answers what the first one took; the rest as in claim. With lanes = 1 it is strictly the best one that nobody else is taking at this moment; with more lanes one of the best. Errors: SE003 capacity, SE004 quota, SE008 pool closed, SE009 no member, 42704, 42501, 22023.';

CREATE FUNCTION highseas_api.claim_many(
    customers text[], rep text DEFAULT NULL, tenant text DEFAULT NULL, retry_key text DEFAULT NULL,
    OUT claimed bigint, OUT refused bigint, OUT refusals text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'agent');
    who text := highseas.acting_rep(t, rep);
    now timestamptz;
    key text;
    v highseas.verdict;
    zone text := (SELECT x.time_zone FROM highseas.tenant x WHERE x.tenant_id = t);
    reasons jsonb := '[]';
BEGIN
    claimed := 0;
    refused := 0;
    retry_key := CASE WHEN retry_key IS NOT NULL THEN highseas.require_key('retry_key', retry_key) END;
    IF array_ndims(customers) > 1 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'customers must be a plain list', HINT = 'Pass ARRAY[''key'', ''key''].';
    ELSIF customers IS NULL OR array_position(customers, NULL) IS NOT NULL THEN
        customers := ARRAY[highseas.require_key('customer', NULL)];
    ELSIF cardinality(customers) > 10000 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'too many customers in one call',
            DETAIL = format('%s customers, 10000 are allowed.', cardinality(customers)), HINT = 'Claim them in several calls.';
    END IF;
    PERFORM FROM highseas.rep r WHERE r.tenant_id = t AND r.rep_key = who FOR NO KEY UPDATE;
    IF retry_key IS NOT NULL THEN
        PERFORM highseas.require_retry_key(t, who, retry_key, customers);
    END IF;
    PERFORM FROM highseas.customer c WHERE c.tenant_id = t AND c.customer_key = ANY (customers)
    ORDER BY c.customer_key FOR NO KEY UPDATE;
    now := highseas.act_time(t, ARRAY[who], customers);
    -- One by one, in the caller's order: each take lowers what the next one may use.
    FOREACH key IN ARRAY customers LOOP
        key := highseas.require_key('customer', key);
        who := highseas.require_own_rep(t, (SELECT c.pool_key FROM highseas.customer c
                                             WHERE c.tenant_id = t AND c.customer_key = key), who);
        IF retry_key IS NOT NULL AND EXISTS (
            SELECT FROM highseas.holding h WHERE h.tenant_id = t AND h.rep_key = who
               AND h.retry_key = claim_many.retry_key AND h.customer_key = key) THEN
            claimed := claimed + 1;
            CONTINUE;
        END IF;
        v := highseas.check_claim(t, who, key, now, 'claim');
        IF v.allowed THEN
            PERFORM highseas.take_one(t, key, who, 'claim', highseas.actor(), now, NULL, retry_key);
            claimed := claimed + 1;
        ELSE
            refused := refused + 1;
            reasons := reasons || jsonb_build_object('customer', key, 'code', v.code, 'rule', v.rule,
                'detail', highseas.verdict_detail(v, zone), 'allowed_from', v.allowed_from);
        END IF;
    END LOOP;
    refusals := reasons::text;
END
$$;
COMMENT ON FUNCTION highseas_api.claim_many(text[], text, text, text) IS
'A rep takes several customers in one transaction without deadlocks: those he may take, in the order given. Returns how many were claimed and refused, and the refusals as JSON (customer, code, rule, detail, allowed_from). At most 10,000. retry_key: those claimed with it before count as claimed, those refused are tried again; it is an error when this rep used it for a customer who is not in the list. Errors: 42704 unknown rep, 42501, 22004, 22023.';

CREATE FUNCTION highseas_api.follow_up(
    customer text, kind text DEFAULT 'contact', note text DEFAULT NULL, rep text DEFAULT NULL, tenant text DEFAULT NULL,
    intent text DEFAULT NULL, expected_on date DEFAULT NULL, reason text DEFAULT NULL,
    OUT customer_key text, OUT followed_up_at timestamptz, OUT due_at timestamptz, OUT due_rule text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'agent');
    who text := highseas.acting_rep(t, rep);
    c record;
    d highseas.holding_plan;
    now timestamptz;
    not_before timestamptz;
    asleep_until timestamptz;
BEGIN
    customer := highseas.require_key('customer', customer);
    kind := highseas.require_key('kind', kind);
    IF intent IS NOT NULL OR expected_on IS NOT NULL OR reason IS NOT NULL THEN
        PERFORM highseas.require_intent(t, intent, expected_on, reason, note);
        IF intent = 'never' THEN
            -- It may end the holding, which writes the rep's row: that comes first.
            PERFORM highseas.lock_customer(t, customer);
        END IF;
    END IF;
    SELECT x.pool_key, x.class, x.kind, x.held_since, x.last_act_at, x.last_order_at, x.extended_until, x.protected_until,
           x.deal, x.due_at, x.reminded, x.next_at, x.check_at, x.intent, x.asleep_until
    INTO c FROM highseas.customer x
    WHERE x.tenant_id = t AND x.customer_key = customer AND x.holder = who FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM highseas.require_customer((SELECT x FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key = customer), customer);
        PERFORM highseas.refuse_holder(customer, who);
    END IF;
    IF rep IS NOT NULL THEN
        who := highseas.require_own_rep(t, c.pool_key, who);
    END IF;
    now := greatest(highseas.clock(), c.last_act_at + interval '1 microsecond');
    not_before := c.due_at;
    IF intent IS NOT NULL THEN
        asleep_until := highseas.learn_intent(t, customer, who, intent, expected_on, reason, now);
        -- Another intent has windows of its own, which may be shorter; where they are over already, the date stays.
        IF (intent, asleep_until) IS DISTINCT FROM (c.intent, c.asleep_until) THEN
            d := highseas.due_of(t, who, c.pool_key, c.class, c.kind, c.held_since, now, c.last_order_at, c.extended_until,
                                 c.protected_until, c.deal, intent, asleep_until, NULL, now);
            not_before := CASE WHEN d.due_at <= now THEN c.due_at END;
        END IF;
        c.intent := intent;
        c.asleep_until := asleep_until;
    END IF;
    d := highseas.due_of(t, who, c.pool_key, c.class, c.kind, c.held_since, now, c.last_order_at, c.extended_until,
                         c.protected_until, c.deal, c.intent, c.asleep_until, not_before, now);
    IF d.due_at = c.due_at THEN
        d.reminded := c.reminded;
        d.next_at := c.next_at;
    END IF;
    UPDATE highseas.customer x
    SET last_act_at = now, last_follow_up_at = now, due_at = d.due_at, due_rule = d.rule, reminded = d.reminded,
        next_at = d.next_at, check_at = CASE WHEN d.next_at IS NOT NULL THEN least(c.check_at, d.next_at) END,
        intent = c.intent, asleep_until = c.asleep_until
    WHERE x.tenant_id = t AND x.customer_key = customer;
    follow_up.customer_key := customer;
    follow_up.followed_up_at := now;
    follow_up.due_at := d.due_at;
    follow_up.due_rule := d.rule;
    INSERT INTO highseas.follow_up (tenant_id, at, customer_key, rep_key, kind, actor, note, intent, expected_on, reason)
    VALUES (t, followed_up_at, customer, who, kind, highseas.actor(), note, follow_up.intent, follow_up.expected_on, follow_up.reason);
    IF intent = 'never' THEN
        IF highseas.withdraw_refused(t, customer, who, reason) THEN
            follow_up.due_at := NULL;
            follow_up.due_rule := NULL;
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION highseas_api.follow_up(text, text, text, text, text, text, date, text) IS
'The holder did something for the customer. kind: a word of your own (call, mail, visit, quotation …); note: free text. intent: what he learned of the customer''s wish to buy, one of interested, hesitating, not now, never; NULL: nothing new. expected_on: the day on which he means to buy: after today, for not now required, at most intent_rule.longest ahead (but for managers), never with never. reason: why never, a row of refusal_reason, which may demand a note. Returns the new due date. Only another intent moves it earlier: its windows (deadline.intent) count from now; not now: from expected_on, and nothing is due before. After never it is NULL where intent_rule takes the customer out of service. Errors: SE007 not the holder, 42704 unknown customer or reason, 42501, 22004/22023.';

CREATE FUNCTION highseas_api.return_to_pool(
    customer text, reason text, note text DEFAULT NULL, rep text DEFAULT NULL, pool text DEFAULT NULL, tenant text DEFAULT NULL,
    OUT customer_key text, OUT pool_key text, OUT state text, OUT embargo_until timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'agent');
    who text;
    c highseas.customer;
    needs_note boolean;
    now timestamptz;
    manager boolean := highseas.has_access(t, 'manager');
BEGIN
    reason := highseas.require_key('reason', reason);
    SELECT x.needs_note INTO needs_note FROM highseas.return_reason x
    WHERE x.tenant_id = t AND x.reason = return_to_pool.reason;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('return reason "%s" does not exist', left(reason, 100)),
            DETAIL = 'Reasons are rows.', HINT = 'highseas.return_reason lists them.';
    ELSIF needs_note AND coalesce(btrim(note), '') = '' THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('return reason "%s" needs a note', reason),
            DETAIL = 'Its row says so.', HINT = 'Say in a sentence why.';
    END IF;
    IF pool IS NOT NULL THEN
        PERFORM highseas.only_pool(t, pool);
    END IF;
    c := highseas.lock_customer(t, customer);
    PERFORM highseas.require_customer(c, customer);
    -- A manager who names no rep takes back from whoever holds it.
    IF rep IS NULL AND manager THEN
        who := c.holder;
    ELSE
        who := highseas.acting_rep(t, rep);
    END IF;
    IF c.holder IS NULL OR c.holder <> who THEN
        PERFORM highseas.refuse_holder(customer, coalesce(who, ''));
    END IF;
    who := highseas.require_own_rep(t, c.pool_key, who);
    now := highseas.act_time(t, ARRAY[who], ARRAY[customer]);
    IF c.protected_until > now THEN
        RAISE EXCEPTION USING ERRCODE = 'SE006', CONSTRAINT = 'protected', SCHEMA = 'highseas',
            MESSAGE = format('customer "%s" is protected', customer),
            DETAIL = format('It may not be returned before %s.', c.protected_until), HINT = 'A manager can end the protection by highseas.protect().';
    END IF;
    PERFORM highseas.release(t, ARRAY[customer], CASE WHEN rep IS NULL AND manager THEN 'take_back' ELSE 'return' END,
                             highseas.actor(), now, reason, note, pool);
    SELECT x.customer_key, x.pool_key, x.state, x.embargo_until
    INTO return_to_pool.customer_key, return_to_pool.pool_key, return_to_pool.state, return_to_pool.embargo_until
    FROM highseas.customer x WHERE x.tenant_id = t AND x.customer_key = customer;
END
$$;
COMMENT ON FUNCTION highseas_api.return_to_pool(text, text, text, text, text, text) IS
'The holder gives a customer back, or a manager (naming no rep) takes it back. reason: a row of return_reason; note: demanded where that row says so; pool: where it goes, unless its pool has a fixed target. Errors: SE007 not the holder, SE006 protected, 42704 unknown customer, reason or pool, 42501, 22004/22023.';

-- assign and transfer: the same move, decided by a manager or by the holder.
CREATE FUNCTION highseas.move(
    tenant_id bigint, customer text, to_rep text, act text, from_rep text, reason text)
RETURNS highseas.customer
LANGUAGE plpgsql
AS $$
DECLARE
    c highseas.customer;
    now timestamptz;
    v highseas.verdict;
BEGIN
    to_rep := highseas.require_key('rep', to_rep);
    IF NOT EXISTS (SELECT FROM highseas.rep r WHERE r.tenant_id = move.tenant_id AND r.rep_key = to_rep) THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('rep "%s" does not exist', left(to_rep, 100)),
            DETAIL = 'No such rep in this tenant.', HINT = 'highseas.rep lists them; a sync brings new ones.';
    END IF;
    c := highseas.lock_customer(tenant_id, customer, VARIADIC ARRAY[to_rep]);
    PERFORM highseas.require_customer(c, customer);
    IF act = 'transfer' THEN
        IF c.holder IS DISTINCT FROM from_rep THEN
            PERFORM highseas.refuse_holder(customer, from_rep);
        END IF;
        from_rep := highseas.require_own_rep(tenant_id, c.pool_key, from_rep);
        IF EXISTS (SELECT FROM highseas.holding h
                   WHERE h.tenant_id = move.tenant_id AND h.customer_key = customer AND h.act = 'cover' AND h.ended_at IS NULL) THEN
            RAISE EXCEPTION USING ERRCODE = 'SE011', CONSTRAINT = 'cover', SCHEMA = 'highseas',
                MESSAGE = format('rep "%s" holds customer "%s" in place of another rep', left(from_rep, 100), left(customer, 100)),
                DETAIL = format('It comes back to "%s", who is away.', left(highseas.covered_rep(tenant_id, customer), 100)), HINT = 'A manager may assign it.';
        END IF;
    END IF;
    now := highseas.act_time(tenant_id, ARRAY[to_rep, c.holder], ARRAY[customer]);
    IF c.holder = to_rep THEN
        v := ROW(false, 'SE001', 'own', NULL, NULL, NULL);
    ELSE
        v := highseas.check_claim(tenant_id, to_rep, customer, now, act);
    END IF;
    IF NOT v.allowed THEN
        PERFORM highseas.refuse(v, customer, tenant_id);
    END IF;
    PERFORM highseas.take_one(tenant_id, customer, to_rep, act, highseas.actor(), now, reason, NULL);
    INSERT INTO highseas.notice (tenant_id, at, rep_key, customer_key, kind, message)
    SELECT move.tenant_id, now, x.rep_key, customer, x.kind, x.message
    FROM (VALUES (to_rep, 'given', format('Customer %s is yours now%s', customer, coalesce(': ' || reason, ''))),
                 (c.holder, 'taken', format('Customer %s went to %s%s', customer, to_rep, coalesce(': ' || reason, ''))))
         x(rep_key, kind, message)
    WHERE x.rep_key IS NOT NULL;
    SELECT x.* INTO c FROM highseas.customer x WHERE x.tenant_id = move.tenant_id AND x.customer_key = customer;
    RETURN c;
END
$$;
COMMENT ON FUNCTION highseas.move(bigint, text, text, text, text, text) IS
'Gives a customer to a rep (act assign or transfer), asks the rule, and tells both';

CREATE FUNCTION highseas_api.assign(
    customer text, rep text, reason text DEFAULT NULL, tenant text DEFAULT NULL,
    OUT customer_key text, OUT pool_key text, OUT held_since timestamptz, OUT due_at timestamptz, OUT due_rule text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    c highseas.customer := highseas.move(highseas.authorize(tenant, 'manager'), customer, rep, 'assign', NULL, reason);
BEGIN
    customer_key := c.customer_key;
    pool_key := c.pool_key;
    held_since := c.held_since;
    due_at := c.due_at;
    due_rule := c.due_rule;
END
$$;
COMMENT ON FUNCTION highseas_api.assign(text, text, text, text) IS
'A manager gives a customer to a rep: from the pool, out of a freeze, or from another holder. Overrules embargo, freeze, cooldown, membership and the tiers of a class, never capacity or quota. Errors: SE001 he holds it, SE002 not in a pool, SE003, SE004, SE009 inactive, 42704, 42501, 22004/22023.';

CREATE FUNCTION highseas_api.transfer(
    customer text, to_rep text, reason text DEFAULT NULL, rep text DEFAULT NULL, tenant text DEFAULT NULL,
    OUT customer_key text, OUT pool_key text, OUT held_since timestamptz, OUT due_at timestamptz, OUT due_rule text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'agent');
    c highseas.customer := highseas.move(t, customer, to_rep, 'transfer', highseas.acting_rep(t, rep), reason);
BEGIN
    customer_key := c.customer_key;
    pool_key := c.pool_key;
    held_since := c.held_since;
    due_at := c.due_at;
    due_rule := c.due_rule;
END
$$;
COMMENT ON FUNCTION highseas_api.transfer(text, text, text, text, text) IS
'The holder passes a customer on to a colleague, who must be free to take it: member, of a tier for its class and kind, capacity, quota, and not in a cooldown (else two reps could keep a customer between them). What he holds in place of a rep who is away is not his to pass on. Errors: SE007 not the holder, SE011 in place of another rep, SE001, SE003, SE004, SE005, SE009, 42704, 42501, 22004/22023.';

-- Recomputes when holdings are due by today's rules; what gets shorter leaves at least the grace.
CREATE FUNCTION highseas.replan_customers(tenant_id bigint, customers text[], now timestamptz) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    changed bigint;
BEGIN
    UPDATE highseas.customer c
    SET due_at = p.due_at, due_rule = p.rule, reminded = p.reminded, next_at = p.next_at, check_at = p.next_at
    FROM (SELECT x.customer_key, d.due_at, d.rule, d.reminded,
                 -- A date that moved earlier was not said to anybody: a step that it has reached already is sent now.
                 CASE WHEN d.missed > 0 AND (d.due_at >= x.due_at) IS NOT TRUE THEN least(replan_customers.now, d.due_at)
                      ELSE d.next_at END AS next_at
          FROM highseas.customer x
          JOIN highseas.tenant t ON t.tenant_id = x.tenant_id
          CROSS JOIN LATERAL highseas.due_of(x.tenant_id, x.holder, x.pool_key, x.class, x.kind, x.held_since,
              x.last_follow_up_at, x.last_order_at, x.extended_until, x.protected_until, x.deal,
              x.intent, x.asleep_until,
              -- Whoever was due within the grace anyway stays due then.
              least(x.due_at, highseas.shift(replan_customers.now, t.grace, t.time_zone)), replan_customers.now) d
          WHERE x.tenant_id = replan_customers.tenant_id AND x.customer_key = ANY (customers) AND x.state = 'held') p
    WHERE c.tenant_id = replan_customers.tenant_id AND c.customer_key = p.customer_key
      AND (c.due_at, c.due_rule) IS DISTINCT FROM (p.due_at, p.rule);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$;
COMMENT ON FUNCTION highseas.replan_customers(bigint, text[], timestamptz) IS
'Plans the due dates of held customers anew, by today''s rules and facts; a date that moves earlier stays at least the tenant''s grace away, and is announced. Returns how many changed.';
