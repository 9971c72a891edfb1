-- Where customers come from: origins and campaigns with their cost, the leads as they came in, what is refused of them;
-- and how good the profiles are.

CREATE TABLE highseas.origin (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    origin text COLLATE "C" NOT NULL CHECK (octet_length(origin) BETWEEN 1 AND 63),
    label text,
    cost_per_lead numeric NOT NULL DEFAULT 0 CHECK (cost_per_lead BETWEEN 0 AND 1e9),
    pool_key text COLLATE "C",
    finder_first boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, origin),
    FOREIGN KEY (tenant_id, pool_key) REFERENCES highseas.pool
);
COMMENT ON TABLE highseas.origin IS
'Where leads come from. pool_key: the pool of a lead that names none (NULL: the only pool). finder_first: a new customer goes to the rep who found it, within his capacity, else into the pool. cost_per_lead is in the currency of the values.';

CREATE TABLE highseas.campaign (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    campaign text COLLATE "C" NOT NULL CHECK (octet_length(campaign) BETWEEN 1 AND 63),
    origin text COLLATE "C" NOT NULL,
    label text,
    cost numeric NOT NULL DEFAULT 0 CHECK (cost BETWEEN 0 AND 1e14),
    PRIMARY KEY (tenant_id, campaign),
    FOREIGN KEY (tenant_id, origin) REFERENCES highseas.origin
);
COMMENT ON TABLE highseas.campaign IS
'One fair, advertisement or list of an origin. cost: of the whole of it, besides the origin''s cost_per_lead, in the currency of the values.';

CREATE TABLE highseas.intake_rule (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    problem text COLLATE "C" NOT NULL CHECK (octet_length(problem) BETWEEN 1 AND 63),
    field text COLLATE "C" NOT NULL DEFAULT '*' CHECK (octet_length(field) BETWEEN 1 AND 63),
    action text NOT NULL CHECK (action IN ('refuse', 'warn', 'ignore')),
    PRIMARY KEY (tenant_id, problem, field)
);
COMMENT ON TABLE highseas.intake_rule IS
'What a problem of a lead does, over builtin_intake_rules(): refuse (it waits in quarantine), warn (it goes in, the warning stays with it) or ignore. problem: of check_profile(), or "contradiction", "no name", "nobody can be reached", "duplicate" (like a customer whom duplicate_rule does not keep out), "unknown field". field: where, * = anywhere; a row for the field wins over one for all.';

CREATE FUNCTION highseas.builtin_intake_rules() RETURNS TABLE (problem text, field text, action text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
    SELECT r.problem, r.field, r.action
    FROM (VALUES
        ('too long', '*', 'refuse'), ('control characters', '*', 'refuse'), ('formula', '*', 'refuse'),
        ('no name', '*', 'refuse'), ('nobody can be reached', '*', 'refuse'),
        ('not an address', 'email', 'refuse'), ('not a domain', 'email', 'refuse'), ('unknown suffix', 'email', 'refuse'),
        ('not a number', 'phone', 'refuse'), ('invalid number', 'phone', 'refuse'), ('too short', 'phone', 'refuse'),
        ('not a number', 'mobile', 'refuse'), ('invalid number', 'mobile', 'refuse'), ('too short', 'mobile', 'refuse')
    ) r(problem, field, action);
END;
COMMENT ON FUNCTION highseas.builtin_intake_rules() IS
'The built-in rows of intake_rule. Whatever has no rule is a warning: a doubtful fax, website, country, address, a placeholder, a contradiction.';

CREATE FUNCTION highseas.intake_action(tenant_id bigint, problem text, field text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(
        (SELECT r.action FROM highseas.intake_rule r
         WHERE r.tenant_id = intake_action.tenant_id AND r.problem = intake_action.problem AND r.field IN (intake_action.field, '*')
         ORDER BY r.field = '*' LIMIT 1),
        (SELECT b.action FROM highseas.builtin_intake_rules() b
         WHERE b.problem = intake_action.problem AND b.field IN (intake_action.field, '*')
         ORDER BY b.field = '*' LIMIT 1),
        'warn');
END;
COMMENT ON FUNCTION highseas.intake_action(bigint, text, text) IS
'What a problem of a field does to a lead: refuse, warn or ignore, by the tenant''s rows of intake_rule, else the built-in ones';

CREATE TABLE highseas.lead (
    tenant_id bigint NOT NULL,
    lead_id bigint GENERATED ALWAYS AS IDENTITY,
    batch text COLLATE "C" NOT NULL DEFAULT '',
    row_hash text COLLATE "C",
    fields jsonb NOT NULL,
    given jsonb,
    received_at timestamptz NOT NULL CHECK (isfinite(received_at)),
    actor text NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'quarantined', 'taken', 'discarded', 'repeated')),
    repeats bigint,
    problems text[] NOT NULL DEFAULT '{}',
    warnings text[] NOT NULL DEFAULT '{}',
    decided_at timestamptz,
    origin text COLLATE "C",
    campaign text COLLATE "C",
    found_by text COLLATE "C",
    customer_key text COLLATE "C",
    is_first boolean,
    note text,
    PRIMARY KEY (tenant_id, lead_id),
    CHECK ((state = 'taken') = (customer_key IS NOT NULL) AND (state = 'taken') = (is_first IS NOT NULL)),
    CHECK (state <> 'quarantined' OR problems <> '{}'),
    CHECK ((state = 'repeated') = (repeats IS NOT NULL)),
    FOREIGN KEY (tenant_id, repeats) REFERENCES highseas.lead
);
CREATE UNIQUE INDEX lead_row ON highseas.lead (tenant_id, batch, row_hash) WHERE row_hash IS NOT NULL;
CREATE INDEX lead_open ON highseas.lead (tenant_id, state, lead_id) WHERE state IN ('waiting', 'quarantined');
CREATE INDEX lead_customer ON highseas.lead (tenant_id, customer_key) WHERE customer_key IS NOT NULL;
COMMENT ON TABLE highseas.lead IS
'Every lead as it came in: none is ever lost. fields: what was told, given: before it was corrected first. state: waiting (for take_leads()), quarantined (problems says why; warnings keep no lead out), taken (its customer is customer_key; is_first: it was the customer''s first), discarded (note says why) or repeated (its list has exactly the same row already, as the lead repeats, which has its fields). batch: the list that it came with; row_hash: which row of it, so that a list staged again brings nothing twice. fields and given are shown by quarantine only.';

CREATE TABLE highseas.profile_quality (
    tenant_id bigint NOT NULL,
    customer_key text COLLATE "C" NOT NULL CHECK (octet_length(customer_key) BETWEEN 1 AND 1024),
    checked_at timestamptz NOT NULL,
    completeness real NOT NULL CHECK (completeness BETWEEN 0 AND 100),
    is_complete boolean NOT NULL,
    is_qualified boolean NOT NULL,
    missing text[] NOT NULL,
    fingerprint bigint,
    checked highseas.profile_check NOT NULL,
    is_stale boolean NOT NULL,
    quality real NOT NULL CHECK (quality BETWEEN 0 AND 100),
    PRIMARY KEY (tenant_id, customer_key)
);
COMMENT ON TABLE highseas.profile_quality IS
'Each customer''s profile as check_profiles() found it. completeness: 0 to 100, the points of the scorecard "completeness" of all that there are; what is unknown has none. is_complete: every criterion is met. is_qualified: complete enough for screen_rule. missing: the criteria that are not met, the heaviest first. checked: what check_profile() says, of the profile with this profile_fingerprint(); the potential score takes it from here while that is the same. is_stale: nothing of it was confirmed within screen_rule''s stale_after: no change in the CRM, login, order or follow-up. quality: completeness, less the rule''s cost of each contradiction and problem, and half of that when it is stale.';

CREATE TABLE highseas.quality_history (
    tenant_id bigint NOT NULL,
    day date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('origin', 'rep')),
    subject text COLLATE "C" NOT NULL,
    customers bigint NOT NULL,
    quality double precision NOT NULL,
    completeness double precision NOT NULL,
    complete bigint NOT NULL,
    unsound bigint NOT NULL,
    stale bigint NOT NULL,
    PRIMARY KEY (tenant_id, kind, subject, day)
);
COMMENT ON TABLE highseas.quality_history IS
'The quality of the customers of each origin ('''': of none that is a row of origin) and of each rep, at the last check_profiles() of a day (of the tenant''s time zone): how many, mean quality and completeness, how many are complete, contradict themselves or have what does not work (unsound), are stale';
