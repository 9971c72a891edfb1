-- Who sees what: policies on every table with a tenant, nothing to PUBLIC, and grants by grant_role().

DO $do$
DECLARE
    t record;
BEGIN
    FOR t IN
        SELECT c.oid, c.relname,
               c.relname = ANY (ARRAY['tenant', 'rep'] || highseas.rule_tables()) AS configured
        FROM pg_class c
        WHERE c.relnamespace = 'highseas'::regnamespace AND c.relkind = 'r' ORDER BY c.relname
    LOOP
        EXECUTE format('ALTER TABLE highseas.%I ENABLE ROW LEVEL SECURITY', t.relname);
        IF t.relname = 'tenant_role' THEN
            EXECUTE 'CREATE POLICY sees ON highseas.tenant_role FOR SELECT USING (highseas.current_user_has(role_name))';
        ELSE
            EXECUTE format('CREATE POLICY sees ON highseas.%I FOR SELECT
                USING (tenant_id = ANY (ARRAY(SELECT r.tenant_id FROM highseas.tenant_role r)))', t.relname);
        END IF;
        IF t.configured THEN
            EXECUTE format('CREATE POLICY administers ON highseas.%I
                USING (tenant_id = ANY (ARRAY(SELECT r.tenant_id FROM highseas.tenant_role r WHERE r.access = ''admin'')))', t.relname);
        END IF;
        EXECUTE format('SELECT pg_catalog.pg_extension_config_dump(%L, %L)', 'highseas.' || quote_ident(t.relname), '');
    END LOOP;
    FOR t IN
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'highseas'::regnamespace AND c.relkind = 'S' ORDER BY c.relname
    LOOP
        EXECUTE format('SELECT pg_catalog.pg_extension_config_dump(%L, %L)', 'highseas.' || quote_ident(t.relname), '');
    END LOOP;
END
$do$;

-- The planner has seen every tenant's rows: by its estimates EXPLAIN would tell whose customers others have, too.
ALTER TABLE highseas.profile ALTER name SET STATISTICS 0, ALTER company SET STATISTICS 0, ALTER contact SET STATISTICS 0,
    ALTER website SET STATISTICS 0, ALTER attributes SET STATISTICS 0;
ALTER TABLE highseas.lead ALTER fields SET STATISTICS 0, ALTER given SET STATISTICS 0;

-- What each access may do; each includes the ones before it. NULL columns: the whole table.
CREATE FUNCTION highseas.access_grants(access text) RETURNS TABLE (privilege text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'USAGE ON SCHEMA highseas, highseas_api'
    UNION ALL
    SELECT format('SELECT ON highseas.%I', c.relname) FROM pg_class c
    WHERE c.relnamespace = 'highseas'::regnamespace AND c.relkind IN ('r', 'v')
      -- A telephone number is soon guessed by its hash.
      AND c.relname NOT IN ('profile', 'lead', 'merge_record', 'duplicate_key', 'duplicate_terms') AND (c.relname <> 'attachment' OR access = 'admin')
    UNION ALL
    -- The contact columns are shown through the views only.
    SELECT format('SELECT (%s) ON %s', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), a.attrelid::regclass)
    FROM pg_attribute a
    WHERE a.attrelid IN ('highseas.profile'::regclass, 'highseas.lead'::regclass, 'highseas.merge_record'::regclass) AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attname NOT IN ('email', 'phone', 'mobile', 'fax', 'address', 'fields', 'given', 'profile')
    GROUP BY a.attrelid
    UNION ALL
    SELECT format('EXECUTE ON FUNCTION %s', p.oid::regprocedure) FROM pg_proc p
    WHERE p.pronamespace = 'highseas'::regnamespace AND p.prokind IN ('f', 'a')
      AND 'internal'::regtype <> ALL (p.proargtypes) AND (
        p.prokind = 'a' OR p.prolang = (SELECT l.oid FROM pg_language l WHERE l.lanname = 'c')
            AND (p.provolatile = 'i' OR p.proname IN ('caller', 'actor', 'caller_has', 'is_let_in', 'current_user_has', 'clock', 'require_top_level'))
        OR p.proname IN ('has_access', 'access_rank', 'current_tenant', 'current_rep', 'may_claim', 'contact_field',
                         'rep_facts', 'limits_of', 'shift', 'verdict_detail', 'only_pool',
                         'plan_pool_allocation', 'to_allocate', 'conversion_by_segment', 'allocation_reason', 'back_from_leave', 'segment_of', 'next_pool', 'planned', 'planned_rotation', 'planned_allocation', 'allocation_fairness', 'leave_rule_of', 'covered_rep', 'to_propose', 'to_give', 'plan_hand_overs', 'planned_hand_overs', 'story_of', 'planned_returns', 'needs_warning', 'check_consistency',
                         'holdout_check', 'rfm', 'rfm_segments_of', 'default_rfm_segments',
                         'builtin_criteria', 'criteria_of', 'compile_scorecard', 'scorecard_of', 'potential_scores', 'explain_potential', 'conversion_terms', 'conversion_calibration', 'survival_points', 'survival_median', 'survival_text', 'days_between', 'wilson_lower', 'simulate_policy',
                         'builtin_buyer_titles', 'builtin_completeness', 'builtin_intake_rules', 'builtin_profile_questions',
                         'lead_fields', 'lead_contents', 'explain_completeness', 'normaliser_version', 'domain_rules', 'company_words', 'duplicate_weights', 'duplicate_fields_of', 'find_duplicates', 'duplicates_of', 'merge_preview',
                         'class_rule_of', 'builtin_category_rules', 'category_rules_of', 'compile_category_rules',
                         'check_category_rules', 'categories_of', 'lifecycle_rule_of', 'builtin_kind_rules', 'kinds_of',
                         'class_value', 'class_of_value', 'class_at', 'class_migration',
                         'builtin_intent_rules', 'intent_rules_of',
                         'churn_rule_of', 'doublings', 'come_back', 'withdrawable', 'require_category', 'withdrawal_preview',
                         'builtin_treatments', 'treatments_of', 'treatment_of', 'days_in', 'treated_customers', 'divide_service', 'plan_service', 'service_inversion', 'worklist'))
    UNION ALL
    SELECT format('EXECUTE ON %s %s', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure)
    FROM pg_proc p
    WHERE p.pronamespace IN ('highseas'::regnamespace, 'highseas_api'::regnamespace)
      AND (p.pronamespace = 'highseas_api'::regnamespace OR p.prokind = 'p')
      AND CASE
          WHEN p.proname IN ('claim', 'claim_next', 'claim_many', 'follow_up', 'return_to_pool', 'transfer',
                             'extend', 'protect', 'keep_customer', 'acknowledge', 'intake', 'correct_lead', 'discard_lead', 'not_a_duplicate') THEN access IN ('agent', 'manager', 'admin')
          WHEN p.proname IN ('assign', 'decide_extension', 'withdraw', 'reinstate', 'merge_customer', 'unmerge_customer', 'rekey_customer', 'set_kind', 'set_leave',
                             'fill_win_back', 'withdraw_many', 'reinstate_many',
                             'suggest_deadlines', 'intake_rows', 'intake_query', 'retry_leads', 'separate_lead')
              THEN access IN ('manager', 'admin')
          WHEN p.proname IN ('run_job', 'attach', 'detach', 'delete_rules', 'copy_scorecard', 'adopt_suggestion')
               OR p.proname IN (SELECT j.job FROM highseas.jobs() j) THEN access = 'admin'
          ELSE false END
    UNION ALL
    SELECT format('EXECUTE ON FUNCTION %s', p.oid::regprocedure) FROM pg_proc p
    WHERE access = 'admin' AND p.pronamespace = 'highseas'::regnamespace
      AND p.proname IN ('jobs', 'job_tenants', 'job_start', 'job_step', 'job_end', 'schedule_jobs', 'unschedule_jobs', 'attachment_columns')
    UNION ALL
    -- By column: UPDATE or DELETE of a whole table would let LOCK TABLE hold up every tenant. delete_rules() deletes.
    SELECT format('INSERT, UPDATE (%s) ON highseas.%I', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), c.relname)
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'tenant_id' AND a.attidentity = ''
    WHERE access = 'admin' AND c.relnamespace = 'highseas'::regnamespace AND c.relname = ANY (highseas.rule_tables())
    GROUP BY c.relname
    UNION ALL
    SELECT g FROM unnest(ARRAY[
        'UPDATE (time_zone, week_mask, days_off, days_on, grace, retention) ON highseas.tenant',
        'INSERT (tenant_id, rep_key, name, hired_on, active, login_role), UPDATE (name, hired_on, active, login_role) ON highseas.rep']) g
    WHERE access = 'admin'
$$;
COMMENT ON FUNCTION highseas.access_grants(text) IS
'The privileges that grant_role() grants for an access (reader, agent, manager, admin), as the middle part of GRANT … TO';

CREATE PROCEDURE highseas.grant_role(role name, access text, tenant text DEFAULT NULL)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'admin');
    g text;
BEGIN
    IF to_regrole(quote_ident(role::text)) IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('role "%s" does not exist', role), HINT = 'CREATE ROLE first.';
    ELSIF highseas.access_rank(access) IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('unknown access "%s"', left(access, 100)),
            HINT = 'One of reader, agent, manager, admin.';
    END IF;
    -- A role without our grants is new to us, whatever its name was let into before.
    DELETE FROM highseas.tenant_role r WHERE r.role_name = role AND NOT highseas.is_let_in(role);
    INSERT INTO highseas.tenant_role AS r (tenant_id, role_name, access) VALUES (t, role, grant_role.access)
    ON CONFLICT (tenant_id, role_name) DO UPDATE SET access = EXCLUDED.access;
    FOR g IN SELECT x.privilege FROM highseas.access_grants(grant_role.access) x LOOP
        EXECUTE format('GRANT %s TO %I', g, role);
    END LOOP;
END
$$;
COMMENT ON PROCEDURE highseas.grant_role(name, text, text) IS
'Lets a role into a tenant as reader, agent, manager or admin, and grants it what that needs. A role that has none of these grants any more, as after DROP OWNED or when its name was dropped and created again, is let into this tenant only. For the DBA (a superuser); call it again after ALTER EXTENSION UPDATE. Errors: 42704 unknown role or tenant, 22023 unknown access.';

CREATE PROCEDURE highseas.revoke_role(role name, tenant text DEFAULT NULL)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t bigint := highseas.authorize(tenant, 'admin');
BEGIN
    DELETE FROM highseas.tenant_role r WHERE r.tenant_id = t AND r.role_name = role;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('role "%s" has no access to this tenant', role);
    END IF;
END
$$;
COMMENT ON PROCEDURE highseas.revoke_role(name, text) IS
'Shuts a role out of a tenant. What was granted to it shows it nothing any more. For the DBA. Error 42704 when it had no access.';

DO $do$
DECLARE
    p record;
BEGIN
    FOR p IN
        SELECT x.oid::regprocedure AS signature, x.prokind FROM pg_proc x
        WHERE x.pronamespace IN ('highseas'::regnamespace, 'highseas_api'::regnamespace)
    LOOP
        EXECUTE format('REVOKE ALL ON %s %s FROM PUBLIC', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.signature);
    END LOOP;
END
$do$;
