-- How complete, sound and fresh profiles are: criteria are the scorecard "completeness", facts those of the potential.

CREATE TABLE highseas.profile_question (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    fact text COLLATE "C" NOT NULL CHECK (octet_length(fact) BETWEEN 1 AND 100),
    question text NOT NULL CHECK (question <> ''),
    PRIMARY KEY (tenant_id, fact)
);
COMMENT ON TABLE highseas.profile_question IS
'What to ask next where a fact of the scorecard "completeness" is not as it should be, over builtin_profile_questions(). fact: as in criterion.';

CREATE FUNCTION highseas.builtin_profile_questions() RETURNS TABLE (fact text, question text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
    SELECT q.fact, q.question
    FROM (VALUES
        ('email', 'At which e-mail address do you read your orders?'),
        ('phone', 'At which telephone number are you reached, with the country''s code?'),
        ('mobile', 'At which mobile number are you reached?'),
        ('fax', 'Do you have a fax number?'),
        ('company', 'What is the full name of the company, as it is registered?'),
        ('company_detail', 'What is the full name of the company, as it is registered?'),
        ('company_details', 'Which company is it, where, and what is its website?'),
        ('main_products', 'Which products do you buy and sell?'),
        ('product_detail', 'Which products do you buy and sell, one by one?'),
        ('address', 'What is the address?'),
        ('address_detail', 'What is the full address, with street, number and city?'),
        ('source', 'How did you hear of us?'),
        ('position', 'Who decides about buying, and what is his position?'),
        ('attributes.trust_mark', 'Which platform has verified the company?'),
        ('registrations', 'Invite him again: he registered only once.'),
        ('attributes.trade_partners', 'With whom do you trade already?'),
        ('login_days', 'Bring him back: he was not here within a month.'),
        ('registered_days', 'Wait: he is new.'),
        ('contradictions', 'Which of the two is right?')
    ) q(fact, question);
END;
COMMENT ON FUNCTION highseas.builtin_profile_questions() IS 'The built-in rows of profile_question';

CREATE FUNCTION highseas.profile_question_of(tenant_id bigint, fact text) RETURNS text
LANGUAGE sql STABLE
RETURN coalesce(
    (SELECT q.question FROM highseas.profile_question q WHERE q.tenant_id = profile_question_of.tenant_id AND q.fact = profile_question_of.fact),
    (SELECT b.question FROM highseas.builtin_profile_questions() b WHERE b.fact = profile_question_of.fact));
COMMENT ON FUNCTION highseas.profile_question_of(bigint, text) IS 'What to ask about a fact: the tenant''s question, else the built-in one, else NULL';

CREATE FUNCTION highseas.check_these_profiles(tenant_id bigint, customers text[], now timestamptz) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    r highseas.screen_rule := highseas.screen_rule_of(tenant_id);
    rules highseas.domain_rule[] := highseas.domain_rules(tenant_id);
    words highseas.company_word[] := highseas.company_words(tenant_id);
    screen bigint := highseas.screen_version(tenant_id);
    card highseas.scorecard := highseas.compile_scorecard(tenant_id, 'completeness', NULL);
    since timestamptz := (SELECT highseas.shift(now, -r.stale_after, t.time_zone) FROM highseas.tenant t
                          WHERE t.tenant_id = check_these_profiles.tenant_id);
BEGIN
    INSERT INTO highseas.profile_quality AS q (
        tenant_id, customer_key, checked_at, completeness, is_complete, is_qualified, missing, fingerprint, checked, is_stale, quality)
    SELECT check_these_profiles.tenant_id, x.customer_key, now, x.completeness, x.missing = '{}', x.completeness >= r.qualified_from,
           x.missing, x.fingerprint, x.checked, x.is_stale,
           greatest(x.completeness - r.contradiction_cost * (cardinality((x.checked).problems) + cardinality((x.checked).contradictions)), 0)
               * CASE WHEN x.is_stale THEN .5 ELSE 1 END
    FROM (
        SELECT f.customer_key, c.fingerprint, d.checked,
               least(coalesce(highseas.potential_score(card, VARIADIC f.facts) * highseas.potential_coverage(card, VARIADIC f.facts), 0), 100)::real
                   AS completeness,
               ARRAY(SELECT l.criterion FROM highseas.potential_lines(card, VARIADIC f.facts) WITH ORDINALITY
                         l(criterion, fact, band, points, of, better, gain, n)
                     WHERE l.fact IS NULL OR l.better IS NOT NULL ORDER BY l.n) AS missing,
               coalesce(greatest(p.changed_at, p.last_login_at, p.registered_at, u.last_order_at, u.last_follow_up_at) < since, true) AS is_stale
        FROM (SELECT y.* FROM highseas.profile_facts(check_these_profiles.tenant_id, 'completeness', NULL, now) y
              WHERE y.customer_key = ANY (customers) OFFSET 0) f
        JOIN highseas.customer u ON u.tenant_id = check_these_profiles.tenant_id AND u.customer_key = f.customer_key
        LEFT JOIN highseas.profile p ON p.tenant_id = check_these_profiles.tenant_id AND p.customer_key = f.customer_key
        LEFT JOIN highseas.profile_quality y ON y.tenant_id = check_these_profiles.tenant_id AND y.customer_key = f.customer_key
        CROSS JOIN LATERAL (SELECT highseas.profile_fingerprint(p, screen) AS fingerprint OFFSET 0) c
        CROSS JOIN LATERAL (SELECT CASE WHEN y.fingerprint = c.fingerprint THEN y.checked
                                        ELSE highseas.profile_check_of(p, r, rules, words) END AS checked OFFSET 0) d
        ORDER BY f.customer_key
        OFFSET 0) x
    ON CONFLICT ON CONSTRAINT profile_quality_pkey DO UPDATE
    SET checked_at = EXCLUDED.checked_at, completeness = EXCLUDED.completeness, is_complete = EXCLUDED.is_complete,
        is_qualified = EXCLUDED.is_qualified, missing = EXCLUDED.missing,
        fingerprint = EXCLUDED.fingerprint, checked = EXCLUDED.checked, is_stale = EXCLUDED.is_stale, quality = EXCLUDED.quality;
END
$$;
COMMENT ON FUNCTION highseas.check_these_profiles(bigint, text[], timestamptz) IS 'Writes the profile_quality of these customers';

CREATE FUNCTION highseas.record_quality(tenant_id bigint, now timestamptz) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    today date := (SELECT (now AT TIME ZONE t.time_zone)::date FROM highseas.tenant t WHERE t.tenant_id = record_quality.tenant_id);
BEGIN
    DELETE FROM highseas.quality_history h WHERE h.tenant_id = record_quality.tenant_id AND h.day = today;
    INSERT INTO highseas.quality_history (tenant_id, day, kind, subject, customers, quality, completeness, complete, unsound, stale)
    SELECT record_quality.tenant_id, today, s.kind, s.subject, count(*), avg(q.quality), avg(q.completeness),
           count(*) FILTER (WHERE q.is_complete), count(*) FILTER (WHERE (q.checked).problems <> '{}' OR (q.checked).contradictions <> '{}'),
           count(*) FILTER (WHERE q.is_stale)
    FROM highseas.profile_quality q
    JOIN highseas.customer c ON c.tenant_id = q.tenant_id AND c.customer_key = q.customer_key
    LEFT JOIN highseas.profile p ON p.tenant_id = q.tenant_id AND p.customer_key = q.customer_key
    LEFT JOIN highseas.origin o ON o.tenant_id = q.tenant_id AND o.origin = p.source
    CROSS JOIN LATERAL (VALUES ('origin', coalesce(o.origin, '')), ('rep', c.holder)) s(kind, subject)
    WHERE q.tenant_id = record_quality.tenant_id AND c.state <> 'gone' AND s.subject IS NOT NULL
    GROUP BY s.kind, s.subject;
END
$$;
COMMENT ON FUNCTION highseas.record_quality(bigint, timestamptz) IS 'Writes today''s quality_history from profile_quality, over that of an earlier run of today';

CREATE FUNCTION highseas.check_profiles_batch(tenant_id bigint, run bigint, batch integer, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    now timestamptz := highseas.clock();
    -- A run goes on where the last one stopped at its bounds, or was interrupted.
    reached text := coalesce(
        (SELECT j.position FROM highseas.job_run j WHERE j.tenant_id = check_profiles_batch.tenant_id AND j.run_id = run),
        (SELECT CASE WHEN j.status IN ('bounded', 'failed', 'interrupted') THEN j.position END FROM highseas.job_run j
         WHERE j.tenant_id = check_profiles_batch.tenant_id AND j.job = 'check_profiles' AND j.run_id < run
         ORDER BY j.run_id DESC LIMIT 1), '');
    keys text[] := ARRAY(
        SELECT c.customer_key FROM highseas.customer c
        WHERE c.tenant_id = check_profiles_batch.tenant_id AND c.customer_key > reached AND c.state <> 'gone'
        ORDER BY c.customer_key LIMIT batch);
BEGIN
    PERFORM highseas.check_these_profiles(tenant_id, keys, now);
    rows := cardinality(keys);
    more := rows = batch;
    IF NOT more THEN
        -- Who is gone, was renamed or merged.
        DELETE FROM highseas.profile_quality q
        WHERE q.tenant_id = check_profiles_batch.tenant_id AND NOT EXISTS (
            SELECT FROM highseas.customer c
            WHERE c.tenant_id = q.tenant_id AND c.customer_key = q.customer_key AND c.state <> 'gone');
        PERFORM highseas.record_quality(tenant_id, now);
    END IF;
    UPDATE highseas.job_run j SET position = coalesce(keys[cardinality(keys)], reached)
    WHERE j.tenant_id = check_profiles_batch.tenant_id AND j.run_id = run;
END
$$;
COMMENT ON FUNCTION highseas.check_profiles_batch(bigint, bigint, integer) IS
'Checks the profiles of the next customers (after job_run.position, by key); after the last ones it writes the day''s figures';

CREATE FUNCTION highseas.explain_completeness(customer text, tenant text DEFAULT NULL)
RETURNS TABLE (criterion text, known boolean, met boolean, detail text, ask text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    t bigint := highseas.authorize(explain_completeness.tenant, 'reader');
    now timestamptz := highseas.clock();
    card highseas.scorecard := highseas.compile_scorecard(t, 'completeness', NULL);
    facts double precision[] := (SELECT f.facts FROM highseas.profile_facts(t, 'completeness', NULL, now) f
                                 WHERE f.customer_key = explain_completeness.customer COLLATE "C");
    checked highseas.profile_check := (
        SELECT highseas.profile_check_of(p, highseas.screen_rule_of(t), highseas.domain_rules(t), highseas.company_words(t))
        FROM highseas.profile p WHERE p.tenant_id = t AND p.customer_key = explain_completeness.customer COLLATE "C");
    zone text := (SELECT x.time_zone FROM highseas.tenant x WHERE x.tenant_id = t);
BEGIN
    IF facts IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('customer "%s" does not exist', left(customer, 100)),
            HINT = 'Keys are the CRM''s, as text.';
    END IF;
    RETURN QUERY
    SELECT l.criterion, l.fact IS NOT NULL, l.fact IS NOT NULL AND l.better IS NULL,
           concat_ws('; ', coalesce(l.band, 'unknown'), nullif(array_to_string(d.details, '; '), '')),
           CASE WHEN l.fact IS NULL OR l.better IS NOT NULL THEN highseas.profile_question_of(t, k.fact) END
    FROM highseas.potential_lines(card, VARIADIC facts) WITH ORDINALITY l(criterion, fact, band, points, of, better, gain, n)
    JOIN (SELECT x.criterion, x.fact FROM highseas.criteria_of(t, 'completeness', NULL) x) k ON k.criterion = l.criterion
    CROSS JOIN LATERAL (
        SELECT CASE k.fact
            WHEN 'registrations' THEN ARRAY(
                SELECT format('%s leads, the last on %s', count(*), (max(x.received_at) AT TIME ZONE zone)::date)
                FROM highseas.lead x WHERE x.tenant_id = t AND x.customer_key = explain_completeness.customer COLLATE "C"
                HAVING count(*) > 0)
            WHEN 'contradictions' THEN checked.contradictions
            ELSE ARRAY(SELECT split_part(p, ': ', 2) FROM unnest(checked.problems) p
                       WHERE split_part(p, ': ', 1) = CASE k.fact WHEN 'company_detail' THEN 'company'
                           WHEN 'product_detail' THEN 'main_products' WHEN 'address_detail' THEN 'address' ELSE k.fact END)
            END AS details) d
    ORDER BY l.n;
END
$$;
COMMENT ON FUNCTION highseas.explain_completeness(text, text) IS
'How complete a customer''s profile is, one row for each criterion of the scorecard "completeness", the heaviest first: whether anything is known of it, whether it is met, what is so (and what is wrong, without the contact itself), and what to ask next where it is not met. Needs the access of a reader. Errors: 42704 no such customer or tenant, 42501, 22023 more than one tenant.';

CREATE VIEW highseas.must_follow_up WITH (security_invoker) AS
SELECT c.customer_key, f.company, f.country, c.state, c.holder, c.pool_key, c.score, q.quality, q.checked_at
FROM highseas.profile_quality q
JOIN highseas.customer c ON c.tenant_id = q.tenant_id AND c.customer_key = q.customer_key
LEFT JOIN highseas.profile f ON f.tenant_id = c.tenant_id AND f.customer_key = c.customer_key
WHERE q.tenant_id = (SELECT highseas.current_tenant()) AND q.is_complete AND c.state IN ('free', 'held')
ORDER BY c.score DESC, c.customer_key;
COMMENT ON VIEW highseas.must_follow_up IS
'The customers who met every criterion of the scorecard "completeness" when check_profiles() looked last: nobody should leave one of them alone';

CREATE VIEW highseas.to_complete WITH (security_invoker) AS
SELECT c.customer_key, f.company, c.state, c.holder, c.pool_key, c.score, q.completeness, q.quality, q.missing, (q.checked).problems, (q.checked).contradictions, q.is_stale
FROM highseas.profile_quality q
JOIN highseas.customer c ON c.tenant_id = q.tenant_id AND c.customer_key = q.customer_key
LEFT JOIN highseas.profile f ON f.tenant_id = c.tenant_id AND f.customer_key = c.customer_key
WHERE q.tenant_id = (SELECT highseas.current_tenant()) AND c.state IN ('free', 'held')
  AND (NOT q.is_complete OR (q.checked).problems <> '{}' OR (q.checked).contradictions <> '{}' OR q.is_stale)
ORDER BY q.completeness DESC, c.score DESC, c.customer_key;
COMMENT ON VIEW highseas.to_complete IS
'The customers of whom something is missing, wrong, contradictory or stale, those nearest to complete first; explain_completeness() says what to ask';

CREATE VIEW highseas.quality_trend WITH (security_invoker) AS
SELECT h.kind, h.subject, h.day, h.customers, h.quality, h.quality - lag(h.quality) OVER earlier AS change,
       h.completeness, h.complete, h.unsound, h.stale
FROM highseas.quality_history h
WHERE h.tenant_id = (SELECT highseas.current_tenant())
WINDOW earlier AS (PARTITION BY h.kind, h.subject ORDER BY h.day)
ORDER BY h.kind, h.subject, h.day;
COMMENT ON VIEW highseas.quality_trend IS
'quality_history with the change of the quality since the day before that it has: whose customers'' profiles get better or worse, by origin and by rep';
