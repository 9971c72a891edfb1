-- The pool: its rules as rows, the hot customer row, the ledger.
-- In every rule NULL in pool_key, tier, class or rep_key means any, NULL as a maximum means no limit;
-- what people write is current_tenant()'s, so that a company with one tenant never types it.

CREATE TABLE highseas.tier (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    tier text COLLATE "C" NOT NULL CHECK (octet_length(tier) BETWEEN 1 AND 1024),
    from_days integer NOT NULL CHECK (from_days >= 0),
    PRIMARY KEY (tenant_id, tier),
    UNIQUE (tenant_id, from_days)
);
COMMENT ON TABLE highseas.tier IS
'Tiers of reps by days since hired_on: the row with the greatest from_days that is reached. Never set by hand.';

CREATE TABLE highseas.region (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    region text COLLATE "C" NOT NULL CHECK (octet_length(region) BETWEEN 1 AND 1024),
    parent text COLLATE "C",
    PRIMARY KEY (tenant_id, region),
    FOREIGN KEY (tenant_id, parent) REFERENCES highseas.region,
    CHECK (parent <> region)
);
COMMENT ON TABLE highseas.region IS 'The tree of sales regions; parent NULL = at the top';

CREATE TABLE highseas.rep (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    rep_key text COLLATE "C" NOT NULL CHECK (highseas.is_sound_key(rep_key)),
    name text,
    hired_on date CHECK (isfinite(hired_on)),
    active boolean NOT NULL DEFAULT true,
    login_role name,
    held integer NOT NULL DEFAULT 0 CHECK (held >= 0),
    waiting_since timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_act_at timestamptz,
    attachment text COLLATE "C",
    PRIMARY KEY (tenant_id, rep_key)
) WITH (fillfactor = 70);
COMMENT ON TABLE highseas.rep IS
'Salespeople; rep_key is the CRM''s user id as text. login_role, where set, is the only role (with its members and managers) that may act as this rep. held is how many he holds, waiting_since since when he waits for a rotation. attachment: the one that brings him, NULL where none does.';

CREATE TABLE highseas.rep_region (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    rep_key text COLLATE "C" NOT NULL,
    region text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, rep_key, region),
    FOREIGN KEY (tenant_id, rep_key) REFERENCES highseas.rep,
    FOREIGN KEY (tenant_id, region) REFERENCES highseas.region
);
COMMENT ON TABLE highseas.rep_region IS 'The regions that a rep covers, with all below them; none = everywhere';

CREATE TABLE highseas.rep_leave (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    rep_key text COLLATE "C" NOT NULL,
    first_day date NOT NULL CHECK (isfinite(first_day)),
    last_day date NOT NULL CHECK (isfinite(last_day)),
    PRIMARY KEY (tenant_id, rep_key, first_day),
    FOREIGN KEY (tenant_id, rep_key) REFERENCES highseas.rep,
    CHECK (last_day >= first_day)
);
COMMENT ON TABLE highseas.rep_leave IS 'Days on which a rep takes nothing and is given nothing; first and last day included';

CREATE TABLE highseas.pool (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    pool_key text COLLATE "C" NOT NULL CHECK (octet_length(pool_key) BETWEEN 1 AND 1024),
    name text,
    is_open boolean NOT NULL DEFAULT true,
    members_only boolean NOT NULL DEFAULT false,
    current_rep_only boolean NOT NULL DEFAULT false,
    lanes integer NOT NULL DEFAULT 1 CHECK (lanes BETWEEN 1 AND 4096),
    cooldown interval NOT NULL DEFAULT '0' CHECK (cooldown BETWEEN '0' AND '100 years'),
    embargo interval NOT NULL DEFAULT '0' CHECK (embargo BETWEEN '0' AND '100 years'),
    freeze_after integer CHECK (freeze_after > 0),
    return_to text COLLATE "C",
    max_extension interval NOT NULL DEFAULT '7 days' CHECK (max_extension BETWEEN '0' AND '100 years'),
    max_protection interval NOT NULL DEFAULT '90 days' CHECK (max_protection BETWEEN '0' AND '100 years'),
    masked text[] NOT NULL DEFAULT '{email,phone,mobile,fax,address}'
        CHECK (masked <@ '{email,phone,mobile,fax,address}'),
    rotate_after interval CHECK (rotate_after BETWEEN '0' AND '100 years'),
    rotate_tiers text[] CHECK (array_position(rotate_tiers, NULL) IS NULL),
    PRIMARY KEY (tenant_id, pool_key),
    FOREIGN KEY (tenant_id, return_to) REFERENCES highseas.pool
);
COMMENT ON TABLE highseas.pool IS
'Public pools. is_open: reps may claim; members_only: only those of pool_member; current_rep_only: agents act only as current_rep(). lanes: how many claim-next orders run side by side (1 = strictly the best first). cooldown: how long an earlier holder waits; embargo: how long nobody takes a returned customer; freeze_after: passive returns until a manager must look; return_to: where returned customers go (NULL: back here). max_extension and max_protection: what needs no manager. masked: contact fields hidden before a claim. rotate_after: given out after so long in the pool (NULL: never), to reps of rotate_tiers, the first tier first (NULL: all alike).';

CREATE TABLE highseas.pool_member (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    pool_key text COLLATE "C" NOT NULL,
    member_id bigint GENERATED ALWAYS AS IDENTITY,
    rep_key text COLLATE "C",
    tier text COLLATE "C",
    PRIMARY KEY (tenant_id, pool_key, member_id),
    FOREIGN KEY (tenant_id, pool_key) REFERENCES highseas.pool,
    FOREIGN KEY (tenant_id, rep_key) REFERENCES highseas.rep,
    FOREIGN KEY (tenant_id, tier) REFERENCES highseas.tier
);
COMMENT ON TABLE highseas.pool_member IS 'Who may claim from a pool with members_only: a rep, a tier, or (both NULL) everybody';

CREATE TABLE highseas.capacity (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    rule text COLLATE "C" NOT NULL CHECK (octet_length(rule) BETWEEN 1 AND 63),
    counts text NOT NULL DEFAULT 'held' CHECK (counts IN ('held', 'protected')),
    closed_deals boolean NOT NULL DEFAULT true,
    pool_key text COLLATE "C",
    tier text COLLATE "C",
    class text COLLATE "C",
    rep_key text COLLATE "C",
    maximum integer CHECK (maximum >= 0),
    PRIMARY KEY (tenant_id, rule),
    FOREIGN KEY (tenant_id, pool_key) REFERENCES highseas.pool,
    FOREIGN KEY (tenant_id, tier) REFERENCES highseas.tier,
    FOREIGN KEY (tenant_id, rep_key) REFERENCES highseas.rep
);
COMMENT ON TABLE highseas.capacity IS
'How many customers a rep may hold, or protect (counts). All matching rows must hold. closed_deals false: customers with a closed deal do not count. Who is over it keeps what he has and gains nothing.';

CREATE TABLE highseas.quota (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    rule text COLLATE "C" NOT NULL CHECK (octet_length(rule) BETWEEN 1 AND 63),
    period text NOT NULL CHECK (period IN ('day', 'week', 'month')),
    pool_key text COLLATE "C",
    tier text COLLATE "C",
    class text COLLATE "C",
    rep_key text COLLATE "C",
    maximum integer CHECK (maximum >= 0),
    PRIMARY KEY (tenant_id, rule),
    FOREIGN KEY (tenant_id, pool_key) REFERENCES highseas.pool,
    FOREIGN KEY (tenant_id, tier) REFERENCES highseas.tier,
    FOREIGN KEY (tenant_id, rep_key) REFERENCES highseas.rep
);
COMMENT ON TABLE highseas.quota IS
'How many customers a rep may take in a day, week (from Monday) or month of the tenant''s time zone. All matching rows must hold; a return refunds nothing. Holdings that an import found in the CRM, and those in place of a rep who is away, are not takes.';

CREATE TABLE highseas.deadline (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    rule text COLLATE "C" NOT NULL CHECK (octet_length(rule) BETWEEN 1 AND 63),
    kind text NOT NULL CHECK (kind IN ('no_follow_up', 'no_order', 'longest_holding')),
    pool_key text COLLATE "C",
    tier text COLLATE "C",
    class text COLLATE "C",
    rep_key text COLLATE "C",
    intent text COLLATE "C" CHECK (intent IN ('interested', 'hesitating', 'not now', 'never')),
    customer_kind text COLLATE "C" CHECK (customer_kind IN ('commercial', 'personal')),
    window_amount integer NOT NULL CHECK (window_amount BETWEEN 1 AND 20000),
    window_unit text NOT NULL CHECK (window_unit IN ('hour', 'day', 'working_day', 'week', 'month')),
    remind_before interval[] NOT NULL DEFAULT '{3 days,1 day}'
        CHECK (array_position(remind_before, NULL) IS NULL AND interval '0' < ALL (remind_before)
               AND cardinality(remind_before) <= 20),
    PRIMARY KEY (tenant_id, rule),
    FOREIGN KEY (tenant_id, pool_key) REFERENCES highseas.pool,
    FOREIGN KEY (tenant_id, tier) REFERENCES highseas.tier,
    FOREIGN KEY (tenant_id, rep_key) REFERENCES highseas.rep
);
COMMENT ON TABLE highseas.deadline IS
'When a holding ends by itself. Of each kind the most specific matching row counts (rep before intent before class before customer_kind before pool before tier), of the kinds the earliest. remind_before: how long before it each reminder is sent.';

CREATE TABLE highseas.return_reason (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    reason text COLLATE "C" NOT NULL CHECK (octet_length(reason) BETWEEN 1 AND 1024),
    label text,
    needs_note boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, reason)
);
COMMENT ON TABLE highseas.return_reason IS 'The reasons that a rep may give for a return; needs_note: only with a text';

-- Hot: what claims and jobs touch. A follow-up writes no indexed column, so it stays HOT:
-- no index, and no index predicate, on last_follow_up_at, due_at, due_rule, next_at, reminded,
-- extended_until, last_act_at, intent or asleep_until.
CREATE TABLE highseas.customer (
    tenant_id bigint NOT NULL,
    holding_id bigint,
    held_since timestamptz,
    pooled_since timestamptz NOT NULL,
    last_act_at timestamptz NOT NULL,
    last_follow_up_at timestamptz,
    last_order_at timestamptz,
    due_at timestamptz,
    next_at timestamptz,
    check_at timestamptz,
    extended_until timestamptz,
    protected_until timestamptz,
    embargo_until timestamptz,
    asleep_until timestamptz,
    score real NOT NULL DEFAULT 0 CHECK (score BETWEEN '-1e30' AND '1e30'),
    lane integer NOT NULL DEFAULT 0,
    reminded integer NOT NULL DEFAULT 0,
    passive_returns integer NOT NULL DEFAULT 0,
    online boolean NOT NULL DEFAULT false,
    has_email boolean NOT NULL DEFAULT false,
    customer_key text COLLATE "C" NOT NULL,
    pool_key text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'free',
    holder text COLLATE "C",
    due_rule text COLLATE "C",
    deal text COLLATE "C" NOT NULL DEFAULT 'none',
    class text COLLATE "C",
    kind text COLLATE "C",
    region text COLLATE "C",
    intent text COLLATE "C",
    PRIMARY KEY (tenant_id, customer_key),
    FOREIGN KEY (tenant_id, pool_key) REFERENCES highseas.pool,
    CONSTRAINT customer_holder_check CHECK (
        highseas.is_sound_holder(state, holder, holding_id, held_since, due_at, deal, customer_key, intent)),
    CONSTRAINT customer_plan_check CHECK (
        highseas.is_sound_plan(check_at, next_at, due_at, held_since, pooled_since, last_act_at, last_follow_up_at,
                               last_order_at, extended_until, protected_until, embargo_until, asleep_until))
) WITH (fillfactor = 85);
COMMENT ON TABLE highseas.customer IS
'What claims and jobs touch of a customer. state: free in pool_key, held by holder, frozen (a manager must look), withdrawn (out of service), gone (not in the CRM any more). due_at is when the holding ends by due_rule, next_at the next reminder or due_at, check_at when a job looks next. kind (commercial or personal) is the one of customer_class, intent that of customer_intent; asleep_until: who buys later is not given up before.';

CREATE INDEX customer_free ON highseas.customer
    (tenant_id, pool_key, score, online, has_email, customer_key) WHERE state = 'free';
CREATE INDEX customer_lane ON highseas.customer
    (tenant_id, pool_key, lane, score, online, has_email, customer_key) WHERE state = 'free';
CREATE INDEX customer_holder ON highseas.customer (tenant_id, holder) WHERE state = 'held';
CREATE INDEX customer_check ON highseas.customer (tenant_id, check_at) WHERE state = 'held';

CREATE TABLE highseas.profile (
    tenant_id bigint NOT NULL,
    customer_key text COLLATE "C" NOT NULL CHECK (octet_length(customer_key) BETWEEN 1 AND 1024),
    name text,
    company text,
    contact text,
    position text,
    email text,
    phone text,
    mobile text,
    fax text,
    address text,
    city text,
    country text,
    website text,
    source text,
    main_products text,
    registered_at timestamptz,
    last_login_at timestamptz,
    attachment text COLLATE "C",
    crm_owner text COLLATE "C",
    agreed_owner text COLLATE "C",
    changed_at timestamptz,
    attributes jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, customer_key)
);
COMMENT ON TABLE highseas.profile IS
'What is known about a customer, as the attachment''s query gave it. attributes is the DBA''s own room; crm_owner is who holds it according to the CRM, agreed_owner what it said when both sides last agreed: where the two differ, the CRM changed it. The contact columns are shown by pool_list and my_customers only.';

CREATE TABLE highseas.purchase (
    tenant_id bigint NOT NULL,
    customer_key text COLLATE "C" NOT NULL CHECK (octet_length(customer_key) BETWEEN 1 AND 1024),
    order_key text COLLATE "C" NOT NULL CHECK (octet_length(order_key) BETWEEN 1 AND 1024),
    ordered_at timestamptz NOT NULL CHECK (isfinite(ordered_at)),
    amount numeric NOT NULL CHECK (amount BETWEEN -1e14 AND 1e14),
    currency text,
    attachment text COLLATE "C" NOT NULL DEFAULT '',
    merged_key text COLLATE "C",
    PRIMARY KEY (tenant_id, customer_key, order_key, attachment)
);
CREATE UNIQUE INDEX purchase_order ON highseas.purchase (tenant_id, attachment, order_key) WHERE attachment <> '';
COMMENT ON TABLE highseas.purchase IS
'Orders of customers, as the attachment''s orders query gave them, which names each once; returns are negative. merged_key: whose order it is in the CRM, where he is merged into customer_key.';

CREATE TABLE highseas.holding (
    tenant_id bigint NOT NULL,
    holding_id bigint GENERATED ALWAYS AS IDENTITY,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    customer_key text COLLATE "C" NOT NULL,
    rep_key text COLLATE "C" NOT NULL,
    pool_key text COLLATE "C" NOT NULL,
    class text COLLATE "C",
    act text NOT NULL,
    from_rep text COLLATE "C",
    actor text NOT NULL,
    reason text,
    retry_key text COLLATE "C" CHECK (highseas.is_sound_key(retry_key)),
    end_act text,
    to_pool text COLLATE "C",
    end_actor text,
    end_reason text,
    end_note text,
    PRIMARY KEY (tenant_id, customer_key, holding_id),
    CONSTRAINT holding_spell_check CHECK (highseas.is_sound_spell(act, started_at, end_act, ended_at))
);
COMMENT ON TABLE highseas.holding IS
'Who held whom, from when to when, and why: one row a spell, closed once. Quotas, cooldowns and rotation count from it. from_rep: whom it came from (NULL: the pool); to_pool: where it went (NULL: another rep).';

CREATE UNIQUE INDEX holding_open ON highseas.holding (tenant_id, customer_key) WHERE ended_at IS NULL;
CREATE INDEX holding_rep ON highseas.holding (tenant_id, rep_key, started_at);
CREATE INDEX holding_covered ON highseas.holding (tenant_id, customer_key) WHERE act = 'cover' AND ended_at IS NULL;
CREATE UNIQUE INDEX holding_retry ON highseas.holding (tenant_id, rep_key, retry_key, customer_key) WHERE retry_key IS NOT NULL;

CREATE TABLE highseas.follow_up (
    tenant_id bigint NOT NULL,
    follow_up_id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    customer_key text COLLATE "C" NOT NULL,
    rep_key text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    note text,
    intent text COLLATE "C",
    expected_on date,
    reason text COLLATE "C",
    activity_key text COLLATE "C",
    merged_key text COLLATE "C",
    PRIMARY KEY (tenant_id, customer_key, follow_up_id)
);
CREATE UNIQUE INDEX follow_up_activity ON highseas.follow_up (tenant_id, activity_key) WHERE activity_key IS NOT NULL;
COMMENT ON TABLE highseas.follow_up IS 'What holders did for their customers. intent: what he learned of the wish to buy, with when that is expected and, of a refusal, the reason (a row of refusal_reason). activity_key: where it came from, when a sync brought it; merged_key: whose it is in the CRM, where he is merged into customer_key.';

CREATE TABLE highseas.customer_event (
    tenant_id bigint NOT NULL,
    event_id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    customer_key text COLLATE "C" NOT NULL,
    act text NOT NULL CHECK (act IN ('extend', 'protect', 'unprotect', 'withdraw', 'reinstate', 'freeze',
                                     'merge', 'unmerge', 'rekey', 'gone', 'refuse_import', 'set_kind', 'win_back', 'fall_back', 'keep')),
    rep_key text COLLATE "C",
    actor text NOT NULL,
    reason text,
    detail text,
    PRIMARY KEY (tenant_id, customer_key, event_id)
);
COMMENT ON TABLE highseas.customer_event IS 'What else happened to a customer without a change of holder';

CREATE TABLE highseas.extension (
    tenant_id bigint NOT NULL,
    extension_id bigint GENERATED ALWAYS AS IDENTITY,
    customer_key text COLLATE "C" NOT NULL,
    holding_id bigint NOT NULL,
    rep_key text COLLATE "C" NOT NULL,
    asked_at timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (isfinite(until)),
    reason text,
    status text NOT NULL CHECK (status IN ('asked', 'granted', 'refused')),
    decided_at timestamptz,
    decided_by text,
    PRIMARY KEY (tenant_id, extension_id),
    CHECK ((status = 'asked') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX extension_asked ON highseas.extension (tenant_id, customer_key) WHERE status = 'asked';
COMMENT ON TABLE highseas.extension IS 'Extensions of a holding: asked, granted or refused; at most one is open for a customer';

CREATE TABLE highseas.notice (
    tenant_id bigint NOT NULL,
    notice_id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    rep_key text COLLATE "C" NOT NULL,
    customer_key text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('reminder', 'returned', 'given', 'taken', 'extension', 'class', 'wake', 'hand_over')),
    due_at timestamptz,
    message text NOT NULL,
    acknowledged_at timestamptz,
    PRIMARY KEY (tenant_id, notice_id)
);
CREATE INDEX notice_unread ON highseas.notice (tenant_id, rep_key, notice_id) WHERE acknowledged_at IS NULL;
COMMENT ON TABLE highseas.notice IS
'The outbox for reps: applications read it and acknowledge it. Jobs NOTIFY the channel highseas with an empty payload once a batch.';
