-- Tenants and who sees them. A tenant is the wall nobody sees across.

CREATE TABLE highseas.tenant (
    tenant_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE CHECK (octet_length(name) BETWEEN 1 AND 1024),
    time_zone text NOT NULL DEFAULT 'UTC'
        CHECK ((timestamptz 'epoch' AT TIME ZONE time_zone) IS NOT NULL),
    week_mask integer NOT NULL DEFAULT 31 CHECK (week_mask BETWEEN 1 AND 127),
    days_off date[] NOT NULL DEFAULT '{}' CHECK (array_position(days_off, NULL) IS NULL),
    days_on date[] NOT NULL DEFAULT '{}' CHECK (array_position(days_on, NULL) IS NULL),
    grace interval NOT NULL DEFAULT '3 days' CHECK (grace BETWEEN '0' AND '1 year'),
    retention interval NOT NULL DEFAULT '90 days' CHECK (retention >= '1 day'),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE highseas.tenant IS
'A company or store. time_zone, week_mask (bit 0 = Monday ... bit 6 = Sunday), days_off and days_on (days with work in spite of both) make its calendar; grace is the least notice before a changed rule strikes those already held; retention is how long notices that were read and job runs are kept.';

CREATE TABLE highseas.tenant_role (
    tenant_id bigint NOT NULL REFERENCES highseas.tenant,
    role_name name NOT NULL,
    access text NOT NULL CHECK (access IN ('reader', 'agent', 'manager', 'admin')),
    PRIMARY KEY (tenant_id, role_name)
);
COMMENT ON TABLE highseas.tenant_role IS
'Which roles see a tenant and what they may do there: reader reads, agent acts as a rep, manager decides for others, admin writes rules and attachments. Each includes the ones before it. Written by grant_role(); a row counts while is_let_in() its role.';

CREATE FUNCTION highseas.caller() RETURNS oid
LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'highseas_caller';
COMMENT ON FUNCTION highseas.caller() IS
'The role on whose behalf a verb acts: the current role outside of every SECURITY DEFINER function. Error 42501 in a security-restricted operation.';

CREATE FUNCTION highseas.actor() RETURNS text
LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'highseas_actor';
COMMENT ON FUNCTION highseas.actor() IS 'The name of caller(), as the ledger records it';

CREATE FUNCTION highseas.caller_has(role_name name) RETURNS boolean
LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'highseas_caller_has';
COMMENT ON FUNCTION highseas.caller_has(name) IS
'Whether caller() has the privileges of a role now; false for a role that does not exist. NULL asks whether it is a superuser.';

CREATE FUNCTION highseas.is_let_in(role_name name) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'highseas_is_let_in';
COMMENT ON FUNCTION highseas.is_let_in(name) IS
'Whether a role exists and was granted USAGE on the schema highseas itself, as grant_role() does; what it inherits does not count. So a role that was dropped (its grants go before it) and created again under its name has none of its access. NULL gives NULL.';

-- The policies' question, once for each row of tenant_role: one call, for there may be a role for each rep.
CREATE FUNCTION highseas.current_user_has(role_name name) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_current_user_has';
COMMENT ON FUNCTION highseas.current_user_has(name) IS
'Whether current_user has the privileges of a role now and it is_let_in(); false for a role that does not exist. NULL gives NULL.';

CREATE FUNCTION highseas.clock() RETURNS timestamptz
LANGUAGE c VOLATILE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'highseas_clock';
COMMENT ON FUNCTION highseas.clock() IS
'The time by which everything is decided: the setting highseas.clock where a superuser has set it, else the real time';

CREATE FUNCTION highseas.require_top_level() RETURNS void
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'highseas_require_top_level';
COMMENT ON FUNCTION highseas.require_top_level() IS 'Error 25001 with a hint inside a transaction block: jobs commit';

CREATE FUNCTION highseas.access_rank(access text) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_access_rank';
COMMENT ON FUNCTION highseas.access_rank(text) IS 'reader 1, agent 2, manager 3, admin 4; else NULL';

CREATE FUNCTION highseas.has_access(tenant_id bigint, needed text) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED COST 20 AS 'MODULE_PATHNAME', 'highseas_has_access';
COMMENT ON FUNCTION highseas.has_access(bigint, text) IS
'Whether caller() has at least this access (reader, agent, manager, admin) to a tenant';

CREATE FUNCTION highseas.require_admin(tenant_id bigint) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF highseas.has_access(tenant_id, 'admin') IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = '42501',
            MESSAGE = 'permission denied: this needs the access of "admin"',
            DETAIL = pg_catalog.format('Role "%s" does not administer tenant %s.', highseas.actor(), coalesce(tenant_id::text, 'NULL')),
            HINT = 'A DBA grants it by highseas.grant_role().';
    END IF;
END
$$;
COMMENT ON FUNCTION highseas.require_admin(bigint) IS
'Error 42501 when caller() does not administer this very tenant; an unknown one and another one read alike';

CREATE FUNCTION highseas.authorize(tenant text, needed text) RETURNS bigint
LANGUAGE c STABLE PARALLEL RESTRICTED COST 20 AS 'MODULE_PATHNAME', 'highseas_authorize';
COMMENT ON FUNCTION highseas.authorize(text, text) IS
'The tenant to act in: the argument, else the setting highseas.tenant, else the only one that caller() has access to. needed: reader, agent, manager or admin. Errors: 42501 too little access, 42704 unknown tenant, 22023 more than one.';

-- What views show: the invoker's own view of tenant_role, by the policies below.
CREATE FUNCTION highseas.current_tenant() RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted text := nullif(current_setting('highseas.tenant', true), '');
    found bigint;
    matches bigint;
BEGIN
    SELECT min(t.tenant_id), count(*) INTO found, matches
    FROM highseas.tenant t WHERE wanted IS NULL OR t.name = wanted;
    IF matches > 1 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'more than one tenant to choose from',
            HINT = 'SET highseas.tenant = ''name'';';
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION highseas.current_tenant() IS
'The tenant that the views show: by the setting highseas.tenant, else the only one that the current role sees; NULL (and so no rows) when there is none. Error 22023 when there are several.';

CREATE FUNCTION highseas.current_rep() RETURNS text
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_current_rep';
COMMENT ON FUNCTION highseas.current_rep() IS
'The rep who acts where none is named: the setting highseas.rep, else "sub" of the JWT in request.jwt.claims. A setting is no proof: reps with a login_role are checked against it. Errors: 22004 when there is none, 22P02 when the claims are not JSON.';

CREATE FUNCTION highseas.jobs() RETURNS TABLE (job text, schedule text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 17
BEGIN ATOMIC
    VALUES ('expire_due', '*/5 * * * *'),
           ('send_reminders', '*/5 * * * *'),
           ('rotate', '0 6 * * *'),
           ('sync', '*/5 * * * *'),
           ('reconcile', '30 2 * * *'),
           ('replan', '0 3 * * *'),
           ('purge', '45 3 * * *'),
           ('refresh_value', '15 4 * * *'),
           ('reclassify', '45 4 * * *'),
           ('wake', '10 * * * *'),
           ('allocate', '*/5 * * * *'),
           ('cover_leave', '5 0 * * *'),
           ('hand_over', '30 5 * * *'),
           ('take_leads', '*/5 * * * *'),
           ('check_profiles', '55 3 * * *'),
           ('rekey_duplicates', '45 1 * * *'), ('scan_duplicates', '0 1 * * 0');
END;
COMMENT ON FUNCTION highseas.jobs() IS
'The jobs that each tenant has, and when schedule_jobs() has pg_cron run them. Each is a procedure of this name.';

CREATE PROCEDURE highseas.create_tenant(
    name text, time_zone text DEFAULT 'UTC', INOUT tenant_id bigint DEFAULT NULL)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO highseas.tenant (name, time_zone)
    VALUES (create_tenant.name, create_tenant.time_zone)
    RETURNING tenant.tenant_id INTO create_tenant.tenant_id;
    INSERT INTO highseas.tier (tenant_id, tier, from_days)
    VALUES (create_tenant.tenant_id, 'new', 0), (create_tenant.tenant_id, 'veteran', 180);
    INSERT INTO highseas.return_reason (tenant_id, reason, label, needs_note)
    VALUES (create_tenant.tenant_id, 'no_contact', 'Cannot be reached', false),
           (create_tenant.tenant_id, 'no_interest', 'No interest', false),
           (create_tenant.tenant_id, 'price', 'Too expensive', false),
           (create_tenant.tenant_id, 'competitor', 'Buys from a competitor', false),
           (create_tenant.tenant_id, 'wrong_rep', 'Fits another rep better', false),
           (create_tenant.tenant_id, 'other', 'Other', true);
    INSERT INTO highseas.refusal_reason (tenant_id, reason, label, about_product, needs_note)
    VALUES (create_tenant.tenant_id, 'price', 'Too expensive', true, false),
           (create_tenant.tenant_id, 'quality', 'Not good enough', true, true),
           (create_tenant.tenant_id, 'not_offered', 'Needs what we do not offer', true, true),
           (create_tenant.tenant_id, 'competitor', 'Buys from a competitor', false, false),
           (create_tenant.tenant_id, 'no_need', 'Has no need', false, false),
           (create_tenant.tenant_id, 'closed_down', 'Closed down', false, false),
           (create_tenant.tenant_id, 'other', 'Other', false, true);
    INSERT INTO highseas.job (tenant_id, job)
    SELECT create_tenant.tenant_id, j.job
    FROM highseas.jobs() j;
    INSERT INTO highseas.origin (tenant_id, origin, label)
    VALUES (create_tenant.tenant_id, 'fair', 'Fair or exhibition'), (create_tenant.tenant_id, 'search', 'Found by search'),
           (create_tenant.tenant_id, 'platform', 'Trade platform'), (create_tenant.tenant_id, 'advertisement', 'Advertisement'),
           (create_tenant.tenant_id, 'recommendation', 'Recommended by somebody'), (create_tenant.tenant_id, 'import', 'Imported list');
    PERFORM highseas.lock_entries(create_tenant.tenant_id, '{}', true);
END
$$;
COMMENT ON PROCEDURE highseas.create_tenant(text, text, bigint) IS
'Sets up a tenant with the rows that a company usually starts from: tiers new and veteran (180 days), reasons of returns and of refusals, origins of leads, its jobs. All of them are rows to change. For the DBA (a superuser). Errors: 23505 the name is taken, 22023 unknown time zone.';
