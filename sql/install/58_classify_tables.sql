-- The class of each customer, and how it came to be.

CREATE TABLE highseas.abc_bound (
    tenant_id bigint NOT NULL,
    scope text COLLATE "C" NOT NULL CHECK (octet_length(scope) <= 1024),
    bounds numeric[] NOT NULL,
    customers bigint NOT NULL,
    total numeric NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, scope)
);
COMMENT ON TABLE highseas.abc_bound IS
'The values that bound the ABC classes, as abc_bounds() has them. scope: the pool or region that class_rule.within names; '''' = the tenant, or customers without a region. customers, total: whose values made them.';

CREATE TABLE highseas.customer_class (
    tenant_id bigint NOT NULL,
    customer_key text COLLATE "C" NOT NULL CHECK (octet_length(customer_key) BETWEEN 1 AND 1024),
    abc text COLLATE "C" CHECK (abc IN ('A', 'B', 'C')),
    abc_since timestamptz,
    category text COLLATE "C" CHECK (category IN ('A', 'B', 'C', 'D', 'E', 'F')),
    category_since timestamptz,
    lifecycle text COLLATE "C",
    lifecycle_since timestamptz,
    kind text COLLATE "C" CHECK (kind IN ('commercial', 'personal')),
    chosen_kind text COLLATE "C" CHECK (chosen_kind IN ('commercial', 'personal')),
    classified_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, customer_key),
    CHECK ((abc IS NULL) = (abc_since IS NULL) AND (category IS NULL) = (category_since IS NULL)
           AND (lifecycle IS NULL) = (lifecycle_since IS NULL))
) WITH (fillfactor = 85);
COMMENT ON TABLE highseas.customer_class IS
'The classes a customer is in, each since when; the view customer_classes shows today''s figures beside them, class_history the ones that decided. classified_at: when they were last written. kind: commercial or personal; chosen_kind: what somebody decided instead of the rule. NULL classes: not classed, because not valued yet or gone from the CRM. Written by reclassify() and set_kind().';

CREATE TABLE highseas.class_history (
    tenant_id bigint NOT NULL,
    change_id bigint GENERATED ALWAYS AS IDENTITY,
    customer_key text COLLATE "C" NOT NULL CHECK (octet_length(customer_key) BETWEEN 1 AND 1024),
    at timestamptz NOT NULL,
    aspect text COLLATE "C" NOT NULL CHECK (aspect IN ('abc', 'category', 'lifecycle', 'kind')),
    from_class text COLLATE "C",
    to_class text COLLATE "C",
    reason text NOT NULL,
    value numeric,
    PRIMARY KEY (tenant_id, customer_key, change_id),
    CHECK (from_class IS DISTINCT FROM to_class)
);
COMMENT ON TABLE highseas.class_history IS
'Every change of a class, with its reason and figures, and the first class as a change from NULL; NULL as a class: not classed. value: what ABC went by then. As a ledger it is not purged: class_at() and class_migration() read it.';
