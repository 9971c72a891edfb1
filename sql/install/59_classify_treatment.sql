-- What each class gets: its goal, how often its customers are contacted, what to do next, its share of the service,
-- and who may hold it. Deadlines by class and kind, and capacity by class, are rows of deadline and capacity.

CREATE TABLE highseas.treatment (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    rule text COLLATE "C" NOT NULL CHECK (octet_length(rule) BETWEEN 1 AND 63),
    class text COLLATE "C" CHECK (octet_length(class) BETWEEN 1 AND 1024),
    kind text COLLATE "C" CHECK (kind IN ('commercial', 'personal')),
    goal text COLLATE "C" NOT NULL CHECK (goal IN ('retain', 'invest', 'grow share', 'reduce', 'withdraw')),
    contact_every interval CHECK (contact_every BETWEEN '1 day' AND '10 years'),
    action text NOT NULL CHECK (octet_length(action) BETWEEN 1 AND 1024),
    service_share numeric NOT NULL DEFAULT 1 CHECK (service_share BETWEEN 0 AND 1000000 AND scale(service_share) <= 4),
    service_floor numeric NOT NULL DEFAULT 0 CHECK (service_floor BETWEEN 0 AND 1000000),
    service_cap numeric CHECK (service_cap BETWEEN 0 AND 1000000),
    PRIMARY KEY (tenant_id, rule),
    CONSTRAINT treatment_once UNIQUE NULLS NOT DISTINCT (tenant_id, class, kind),
    CONSTRAINT treatment_service_check CHECK (service_floor <= service_cap)
);
COMMENT ON TABLE highseas.treatment IS
'What the customers of a class (customer.class) and a kind get; NULL = any. The most specific row counts: class and kind before class before kind. No row of a tenant: builtin_treatments(), which INSERT INTO highseas.treatment (rule, class, ...) SELECT * FROM highseas.builtin_treatments() copies for editing.
goal: retain, invest, grow share, reduce or withdraw. contact_every: how long he may go without a contact (NULL: no rhythm). action: what to do next, for the worklist. service_share: what one of them weighs in plan_service(); service_floor, service_cap: the least and the most for one customer, as a multiple of what each got if all got the same (cap NULL: none).
Who may hold a class is said by treatment_tier, its windows by deadline, how many a rep may hold by capacity.';

CREATE TABLE highseas.treatment_tier (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    row_id bigint GENERATED ALWAYS AS IDENTITY,
    class text COLLATE "C" CHECK (octet_length(class) BETWEEN 1 AND 1024),
    kind text COLLATE "C" CHECK (kind IN ('commercial', 'personal')),
    tier text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, row_id),
    CONSTRAINT treatment_tier_once UNIQUE NULLS NOT DISTINCT (tenant_id, class, kind, tier),
    FOREIGN KEY (tenant_id, tier) REFERENCES highseas.tier
);
COMMENT ON TABLE highseas.treatment_tier IS
'Who may hold the customers of a class and a kind (NULL = any): reps of the tiers in the most specific rows that match, class and kind before class before kind; whom no row matches is for all. Binds claims and transfers (SE009, rule treatment) and rotations; a manager''s assign overrules it, and who holds such a customer already keeps it.';

CREATE FUNCTION highseas.builtin_treatments()
RETURNS TABLE (rule text, class text, kind text, goal text, contact_every interval, action text,
               service_share numeric, service_floor numeric, service_cap numeric)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 7
BEGIN ATOMIC
    VALUES ('primary', 'A', NULL::text, 'retain', interval '14 days', 'Visit or call: is he content, what comes next', 40::numeric, .5, NULL::numeric),
           ('potential', 'B', NULL, 'invest', '21 days', 'Show what he does not buy yet: a sample, a quotation', 25, .5, NULL),
           ('core', 'C', NULL, 'grow share', '30 days', 'Offer the next step up: more of his need from us', 20, .25, NULL),
           ('ending', 'D', NULL, 'reduce', '90 days', 'Ask once why he stopped; leave the rest to mailings', 3, 0, NULL),
           ('low', 'E', NULL, 'reduce', '60 days', 'Serve on request; orders by shop or mail', 6, 0, NULL),
           ('unattractive', 'F', NULL, 'withdraw', NULL, 'No visits; raise the price, or let him go', 1, 0, NULL),
           ('not classed', NULL, NULL, 'invest', '30 days', 'Find out what he needs and who decides', 5, 0, NULL);
END;
COMMENT ON FUNCTION highseas.builtin_treatments() IS
'The built-in rows of treatment: most for each of those who bring most or could (A, B, C), little for those who end or bring little (D, E), next to nothing for F; 0.5 or 0.25 of an even share at least for A, B and C';

CREATE FUNCTION highseas.treatments_of(tenant_id bigint)
RETURNS TABLE (rule text, class text, kind text, goal text, contact_every interval, action text,
               service_share numeric, service_floor numeric, service_cap numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 7
BEGIN ATOMIC
    SELECT t.rule, t.class, t.kind, t.goal, t.contact_every, t.action, t.service_share, t.service_floor, t.service_cap
    FROM highseas.treatment t WHERE t.tenant_id = treatments_of.tenant_id
    UNION ALL
    SELECT b.rule COLLATE "C", b.class, b.kind, b.goal, b.contact_every, b.action, b.service_share, b.service_floor, b.service_cap
    FROM highseas.builtin_treatments() b
    WHERE NOT EXISTS (SELECT FROM highseas.treatment t WHERE t.tenant_id = treatments_of.tenant_id);
END;
COMMENT ON FUNCTION highseas.treatments_of(bigint) IS 'A tenant''s rows of treatment, else the built-in ones';

CREATE FUNCTION highseas.treatment_of(tenant_id bigint, class text, kind text)
RETURNS TABLE (rule text, goal text, contact_every interval, action text,
               service_share numeric, service_floor numeric, service_cap numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
    SELECT t.rule, t.goal, t.contact_every, t.action, t.service_share, t.service_floor, t.service_cap
    FROM highseas.treatments_of(treatment_of.tenant_id) t
    WHERE (t.class IS NULL OR t.class = treatment_of.class COLLATE "C") AND (t.kind IS NULL OR t.kind = treatment_of.kind COLLATE "C")
    ORDER BY t.class IS NULL, t.kind IS NULL
    LIMIT 1;
END;
COMMENT ON FUNCTION highseas.treatment_of(bigint, text, text) IS
'What a customer of this class and kind gets: of treatments_of() the most specific row that fits; class or kind NULL = unknown, which fits rows for any only. No row when none fits.';
