-- What class a customer is in besides ABC: rules as rows, decided by C++ (src/core/classify). A tenant without rows
-- has the built-in ones. A class changes by next_abc_class() and next_category(), so that nobody flips at a border.

CREATE TABLE highseas.class_rule (
    tenant_id bigint PRIMARY KEY DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    value_kind text COLLATE "C" NOT NULL DEFAULT 'actual' CHECK (value_kind IN ('actual', 'potential', 'lifetime')),
    within text COLLATE "C" NOT NULL DEFAULT 'tenant' CHECK (within IN ('tenant', 'pool', 'region')),
    a_share numeric NOT NULL DEFAULT .80,
    b_share numeric NOT NULL DEFAULT .95,
    margin double precision NOT NULL DEFAULT .05 CHECK (margin >= 0 AND margin < 1),
    profit_margin double precision NOT NULL DEFAULT 0 CHECK (profit_margin BETWEEN 0 AND 1e14),
    minimum_stay integer NOT NULL DEFAULT 30 CHECK (minimum_stay BETWEEN 0 AND 36500),
    CONSTRAINT class_rule_shares_check CHECK (1e-8 <= a_share AND a_share <= b_share AND b_share <= 1)
);
COMMENT ON TABLE highseas.class_rule IS
'How a tenant''s customers are classed; without a row by the defaults of its columns. ABC is by value_kind within the tenant, each pool or each region, with abc_bounds(value, a_share, b_share): the actual value before the cost of service, the potential or the lifetime value, as class_value() has it. The margin holds for the stages of life, too, that go by figures. A class or category is left after minimum_stay days (of 24 hours) at the earliest, and only when its border is passed by the margin: a share of an ABC bound, of the 100 points of the potential and of the chance to be alive; profit_margin is of the profit, in money. Who took another customer in (merge_customer) is classed anew by the figures of both: within minimum_stay (at least a day) neither stay nor margin holds him where he was before.';

CREATE FUNCTION highseas.class_rule_of(tenant_id bigint) RETURNS highseas.class_rule
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.* FROM highseas.class_rule r WHERE r.tenant_id = class_rule_of.tenant_id
    UNION ALL
    SELECT class_rule_of.tenant_id, 'actual', 'tenant', .80, .95, .05, 0, 30
    WHERE NOT EXISTS (SELECT FROM highseas.class_rule r WHERE r.tenant_id = class_rule_of.tenant_id);
END;
COMMENT ON FUNCTION highseas.class_rule_of(bigint) IS 'How a tenant''s customers are classed: its row of class_rule, else the defaults';

-- Categories ---------------------------------------------------------------

CREATE TABLE highseas.category_rule (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    rule text COLLATE "C" NOT NULL CHECK (octet_length(rule) BETWEEN 1 AND 63),
    category text COLLATE "C" NOT NULL CHECK (category IN ('A', 'B', 'C', 'D', 'E', 'F')),
    abc_from text COLLATE "C" NOT NULL DEFAULT 'A' CHECK (abc_from IN ('A', 'B', 'C')),
    abc_to text COLLATE "C" NOT NULL DEFAULT 'C' CHECK (abc_to IN ('A', 'B', 'C')),
    potential_from numeric CHECK (potential_from BETWEEN 0 AND 100),
    potential_to numeric CHECK (potential_to BETWEEN 0 AND 100),
    alive_from numeric CHECK (alive_from BETWEEN 0 AND 1),
    alive_to numeric CHECK (alive_to BETWEEN 0 AND 1),
    profit_from numeric CHECK (profit_from BETWEEN -1e14 AND 1e14),
    profit_to numeric CHECK (profit_to BETWEEN -1e14 AND 1e14),
    PRIMARY KEY (tenant_id, rule),
    CONSTRAINT category_rule_abc_check CHECK (abc_from <= abc_to),
    CONSTRAINT category_rule_potential_check CHECK (potential_from::double precision < potential_to::double precision),
    CONSTRAINT category_rule_alive_check CHECK (alive_from::double precision < alive_to::double precision),
    CONSTRAINT category_rule_profit_check CHECK (profit_from::double precision < profit_to::double precision),
    CONSTRAINT category_rule_overlap EXCLUDE USING gist (
        int8range(tenant_id, tenant_id, '[]') WITH &&, int4range(ascii(abc_from), ascii(abc_to), '[]') WITH &&,
        numrange(potential_from, potential_to) WITH &&, numrange(alive_from, alive_to) WITH &&,
        numrange(profit_from, profit_to) WITH &&) DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE highseas.category_rule IS
'Categories by rules over four figures: the ABC class (both ends included), the potential score, the chance to be alive and the profit after the cost of service (of who never bought: what he is expected to bring, customer_value.potential_value, less that cost; an unknown profit counts as 0), from included, to not; NULL = no border. A primary: retain by all means; B considerable potential: invest; C core: invest step by step; D ending or not to be won: reduce; E low: reduce; F unattractive, may cause losses: consider withdrawing. No row of a tenant: builtin_category_rules(), which INSERT INTO highseas.category_rule (rule, category, ...) SELECT * FROM builtin_category_rules() copies for editing.
Two rules that fit the same customer are refused at COMMIT (23P01), so change both rows in one transaction. check_category_rules() shows what no rule covers; no customer is classed as long as there is such a gap.';

CREATE FUNCTION highseas.builtin_category_rules()
RETURNS TABLE (rule text, category text, abc_from text, abc_to text, potential_from numeric, potential_to numeric,
               alive_from numeric, alive_to numeric, profit_from numeric, profit_to numeric)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
    VALUES ('primary',             'A', 'A', 'A', NULL::numeric, NULL::numeric, .3, NULL::numeric, 0, NULL::numeric),
           ('potential',           'B', 'B', 'C', 60,   NULL, .3,   NULL, 0,    NULL),
           ('potential at a loss', 'B', 'A', 'C', 60,   NULL, .3,   NULL, NULL, 0),
           ('core',                'C', 'B', 'B', NULL, 60,   .3,   NULL, 0,    NULL),
           ('ending',              'D', 'A', 'C', NULL, NULL, NULL, .3,   0,    NULL),
           ('low',                 'E', 'C', 'C', NULL, 60,   .3,   NULL, 0,    NULL),
           ('loss',                'F', 'A', 'C', NULL, 60,   .3,   NULL, NULL, 0),
           ('ending at a loss',    'F', 'A', 'C', NULL, NULL, NULL, .3,   NULL, 0);
END;
COMMENT ON FUNCTION highseas.builtin_category_rules() IS
'The built-in rows of category_rule. Who is probably gone (a chance below .3) is in D, or in F where his service costs more than he brings. Of the others, a loss is borne for a potential from 60 (B), else F; without a loss value class A is primary, B and C with a potential from 60 are B, the rest is core or low.';

CREATE FUNCTION highseas.category_rules_of(tenant_id bigint)
RETURNS TABLE (rule text, category text, abc_from text, abc_to text, potential_from numeric, potential_to numeric,
               alive_from numeric, alive_to numeric, profit_from numeric, profit_to numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
    SELECT r.rule, r.category, r.abc_from, r.abc_to, r.potential_from, r.potential_to, r.alive_from, r.alive_to,
           r.profit_from, r.profit_to
    FROM highseas.category_rule r WHERE r.tenant_id = category_rules_of.tenant_id
    UNION ALL
    SELECT b.rule COLLATE "C", b.category, b.abc_from, b.abc_to, b.potential_from, b.potential_to, b.alive_from, b.alive_to,
           b.profit_from, b.profit_to
    FROM highseas.builtin_category_rules() b
    WHERE NOT EXISTS (SELECT FROM highseas.category_rule r WHERE r.tenant_id = category_rules_of.tenant_id)
    ORDER BY 2, 1;
END;
COMMENT ON FUNCTION highseas.category_rules_of(bigint) IS 'A tenant''s rows of category_rule, else the built-in ones';

CREATE TYPE highseas.category_rules AS (
    rules text[],
    categories text[],
    abc_from text[],
    abc_to text[],
    potential_from double precision[],
    potential_to double precision[],
    alive_from double precision[],
    alive_to double precision[],
    profit_from double precision[],
    profit_to double precision[]
);
COMMENT ON TYPE highseas.category_rules IS
'The rows of category_rule as parallel arrays, for category_of(); infinite = no border. categories_of() makes it of the rows.';

CREATE FUNCTION highseas.category_of(
    rules highseas.category_rules, abc text, potential double precision, alive double precision, profit double precision)
RETURNS text LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'highseas_category_of';
COMMENT ON FUNCTION highseas.category_of(highseas.category_rules, text, double precision, double precision, double precision) IS
'The category A to F of a customer: that of the rule that his figures fit; NULL when none does.
abc: his ABC class. potential: 0 to 100, alive: 0 to 1, what lies beyond counts as the end. profit: after the cost of service, in money; reclassify() adds the potential value of who never bought, so that his is unknown where that is, or not to be trusted. NULL and NaN = unknown, which speaks neither for nor against him: no value counts as class C, an unknown potential as 0, an unknown chance as 1, an unknown profit as 0.
Errors: 22004 when rules is NULL; 22023 for rules that are not sound, or an ABC class that is none.';

CREATE FUNCTION highseas.explain_category(
    rules highseas.category_rules, abc text, potential double precision, alive double precision, profit double precision)
RETURNS text LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'highseas_explain_category';
COMMENT ON FUNCTION highseas.explain_category(highseas.category_rules, text, double precision, double precision, double precision) IS
'The decision of category_of() as one sentence: the category, the rule, and each figure with the borders it met. Arguments, NULL and errors as in category_of().';

CREATE FUNCTION highseas.category_problems(rules highseas.category_rules)
RETURNS TABLE (problem text, rule text, other_rule text, abc_from text, abc_to text, potential_from double precision,
               potential_to double precision, alive_from double precision, alive_to double precision,
               profit_from double precision, profit_to double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1 AS 'MODULE_PATHNAME', 'highseas_category_problems';
COMMENT ON FUNCTION highseas.category_problems(highseas.category_rules) IS
'Where rules of categories leave a gap or overlap, the first 100: a part of the figures'' space (from included, to not, NULL = no border; ABC classes both included) that no rule covers, or that rule and other_rule both do. No row: every customer is in exactly one category. Errors: 22004 when rules is NULL; 22023 for rules that are not sound.';

CREATE FUNCTION highseas.compile_category_rules(tenant_id bigint) RETURNS highseas.category_rules
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT ROW(array_agg(r.rule), array_agg(r.category), array_agg(r.abc_from), array_agg(r.abc_to),
               array_agg(coalesce(r.potential_from::double precision, '-Infinity')), array_agg(coalesce(r.potential_to::double precision, 'Infinity')),
               array_agg(coalesce(r.alive_from::double precision, '-Infinity')), array_agg(coalesce(r.alive_to::double precision, 'Infinity')),
               array_agg(coalesce(r.profit_from::double precision, '-Infinity')), array_agg(coalesce(r.profit_to::double precision, 'Infinity'))
           )::highseas.category_rules
    FROM highseas.category_rules_of(compile_category_rules.tenant_id) r;
END;
COMMENT ON FUNCTION highseas.compile_category_rules(bigint) IS
'The rows of category_rules_of() as category_of() takes them, as they are: categories_of() refuses those that leave a gap';

CREATE FUNCTION highseas.check_category_rules(tenant_id bigint DEFAULT highseas.current_tenant())
RETURNS TABLE (problem text, rule text, other_rule text, abc_from text, abc_to text, potential_from double precision,
               potential_to double precision, alive_from double precision, alive_to double precision,
               profit_from double precision, profit_to double precision)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
    SELECT p.* FROM highseas.category_problems(highseas.compile_category_rules(check_category_rules.tenant_id)) p;
END;
COMMENT ON FUNCTION highseas.check_category_rules(bigint) IS
'What category_problems() finds in a tenant''s rules: look here after changing rows of category_rule. Errors: 22023 more than one tenant to choose from.';

CREATE FUNCTION highseas.categories_of(tenant_id bigint DEFAULT highseas.current_tenant()) RETURNS highseas.category_rules
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rules highseas.category_rules := highseas.compile_category_rules(tenant_id);
    p record;
BEGIN
    SELECT x.* INTO p FROM highseas.category_problems(rules) x LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '22023',
            MESSAGE = CASE p.problem WHEN 'gap' THEN 'the category rules leave a gap'
                                     ELSE format('category rules "%s" and "%s" overlap', left(p.rule, 100), left(p.other_rule, 100)) END,
            DETAIL = format('At value class %s to %s, potential %s to %s, chance alive %s to %s, profit %s to %s.', p.abc_from, p.abc_to,
                            coalesce(p.potential_from::text, 'any'), coalesce(p.potential_to::text, 'any'), coalesce(p.alive_from::text, 'any'),
                            coalesce(p.alive_to::text, 'any'), coalesce(p.profit_from::text, 'any'), coalesce(p.profit_to::text, 'any')),
            HINT = 'check_category_rules() shows all problems; the rules are rows of highseas.category_rule.';
    END IF;
    RETURN rules;
END
$$;
COMMENT ON FUNCTION highseas.categories_of(bigint) IS
'A tenant''s category rules for category_of(). Pass it as a sub-select, (SELECT highseas.categories_of()), so that it is made and checked once a query. Error 22023 when they leave a gap or overlap, or more than one tenant to choose from.';

-- A change of class ---------------------------------------------------------

CREATE FUNCTION highseas.next_abc_class(
    current text, since timestamptz, now timestamptz, value numeric, bounds numeric[], margin double precision, minimum_stay integer)
RETURNS text LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_next_abc_class';
COMMENT ON FUNCTION highseas.next_abc_class(text, timestamptz, timestamptz, numeric, numeric[], double precision, integer) IS
'The ABC class of a customer who is in class current since then: the same until minimum_stay days (of 24 hours) are over, and as long as his value is within the margin of the border: up when it reaches a bound * (1 + margin), down when it falls below a bound * (1 - margin). current NULL: abc_class(value, bounds), and since, now, margin and minimum_stay do not matter.
margin: 0 to 1. minimum_stay: 0 to 36500. NULL when value or bounds is NULL.
Errors: 22004 when since, now, margin or minimum_stay is NULL; 22023 for one out of range, a class that is none, or what abc_class refuses; 22003 as there.';

CREATE FUNCTION highseas.next_category(
    rules highseas.category_rules, current text, since timestamptz, now timestamptz, abc text, potential double precision,
    alive double precision, profit double precision, margin double precision, profit_margin double precision, minimum_stay integer)
RETURNS text LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'highseas_next_category';
COMMENT ON FUNCTION highseas.next_category(highseas.category_rules, text, timestamptz, timestamptz, text, double precision, double precision, double precision, double precision, double precision, integer) IS
'The category of a customer who is in category current since then: the same until minimum_stay days (of 24 hours) are over, and as long as a rule of it would fit him with each border moved outwards: by margin * 100 of the potential, margin of the chance, profit_margin of the profit; the ABC class has its own margin in next_abc_class(). Else, and with current NULL, category_of().
margin: 0 to 1. profit_margin: 0 to 100 trillion. minimum_stay: 0 to 36500. NULL when no rule fits.
Errors: 22004 when since, now, a margin or minimum_stay is NULL and current is not; 22023 for one out of range, a category that is none; else as in category_of().';

-- Stage of life --------------------------------------------------------------

CREATE TABLE highseas.lifecycle_rule (
    tenant_id bigint PRIMARY KEY DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    new_days integer NOT NULL DEFAULT 90 CHECK (new_days >= 0),
    lost_below double precision NOT NULL DEFAULT .2 CHECK (lost_below BETWEEN 0 AND 1),
    lost_days integer NOT NULL DEFAULT 730 CHECK (lost_days > 0),
    growing_from double precision NOT NULL DEFAULT 1.25 CHECK (growing_from BETWEEN 0 AND 1e30),
    declining_below double precision NOT NULL DEFAULT .75 CHECK (declining_below >= 0),
    engaged_by text[] DEFAULT '{visit,meeting,quotation,sample}' CHECK (array_position(engaged_by, NULL) IS NULL),
    CONSTRAINT lifecycle_rule_trend_check CHECK (declining_below <= growing_from)
);
COMMENT ON TABLE highseas.lifecycle_rule IS
'The borders of lifecycle(); without a row by the defaults of its columns. new_days: a buyer is new while his first purchase is less days ago. lost_below: he is lost when his chance to be alive is below, or, where it is unknown, when his last purchase is lost_days ago. growing_from, declining_below: what he brought lately as a multiple of what he brought in as long a time before; who brought nothing then is not growing, as there is nothing to compare. engaged_by: the kinds of follow_up that make a prospect of a lead (NULL = any), as an intent of his does.';

CREATE FUNCTION highseas.lifecycle_rule_of(tenant_id bigint) RETURNS highseas.lifecycle_rule
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.* FROM highseas.lifecycle_rule r WHERE r.tenant_id = lifecycle_rule_of.tenant_id
    UNION ALL
    SELECT lifecycle_rule_of.tenant_id, 90, .2, 730, 1.25, .75, '{visit,meeting,quotation,sample}'
    WHERE NOT EXISTS (SELECT FROM highseas.lifecycle_rule r WHERE r.tenant_id = lifecycle_rule_of.tenant_id);
END;
COMMENT ON FUNCTION highseas.lifecycle_rule_of(bigint) IS 'A tenant''s borders of lifecycle(): its row of lifecycle_rule, else the defaults';

CREATE FUNCTION highseas.lifecycle(
    purchases bigint, engaged boolean, refused boolean, first_days integer, last_days integer, alive double precision,
    recent double precision, earlier double precision, new_days integer, lost_below double precision, lost_days integer,
    growing_from double precision, declining_below double precision)
RETURNS text LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_lifecycle';
COMMENT ON FUNCTION highseas.lifecycle(bigint, boolean, boolean, integer, integer, double precision, double precision, double precision, integer, double precision, integer, double precision, double precision) IS
'The stage of a customer''s life, the first that fits: lost (refused for good); without a purchase prospect (engaged: he answered, visited or was quoted) or lead; lost (probably gone); new; declining (nothing lately, or much less than before); growing (much more than before, when he brought something, too); core.
purchases: how many. first_days, last_days: since the first and the last. alive: 0 to 1. recent, earlier: value of the last period and of as long a one before. The rest: the borders, as in lifecycle_rule.
NULL: none, false, 0 days, unknown chance, no value. Errors: 22004 for a border NULL; 22023 for borders that are not sound.';

CREATE FUNCTION highseas.next_lifecycle(
    current text, purchases bigint, engaged boolean, refused boolean, first_days integer, last_days integer, alive double precision,
    recent double precision, earlier double precision, new_days integer, lost_below double precision, lost_days integer,
    growing_from double precision, declining_below double precision, margin double precision)
RETURNS text LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_next_lifecycle';
COMMENT ON FUNCTION highseas.next_lifecycle(text, bigint, boolean, boolean, integer, integer, double precision, double precision, double precision, integer, double precision, integer, double precision, double precision, double precision) IS
'The stage of a customer who is in stage current now: that of lifecycle(), with the border by which he would leave lost, growing or declining moved outwards by the margin, a share of it; what he does (a first purchase, a refusal) counts at once.
margin: 0 to 1. current: NULL or any other = none. The rest, NULL and errors as in lifecycle(); 22004, 22023 for the margin, too.';

-- Kind -----------------------------------------------------------------------

CREATE TABLE highseas.kind_rule (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    priority integer NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('commercial', 'personal')),
    field text COLLATE "C" NOT NULL CHECK (field IN ('company', 'website', 'email', 'position', 'source')),
    words text[] CHECK (array_position(words, NULL) IS NULL AND array_position(words, '') IS NULL AND array_ndims(words) = 1),
    PRIMARY KEY (tenant_id, priority)
);
COMMENT ON TABLE highseas.kind_rule IS
'Whether a customer buys as a company or for himself: the first row by priority that his profile fits, else personal. A row fits when one of the words occurs in the field (in any case of A to Z); words NULL: when the field is given. No row of a tenant: builtin_kind_rules().';

CREATE FUNCTION highseas.builtin_kind_rules()
RETURNS TABLE (priority integer, kind text, field text, words text[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    VALUES (10, 'commercial', 'company', NULL::text[]),
           (20, 'commercial', 'website', NULL),
           (30, 'commercial', 'position', '{buy,purchas,procure,sourcing,import,merchandis,owner,director,ceo,einkauf,geschäftsführ,acheteur,compras,采购,总经理,老板}'),
           (40, 'personal', 'email', '{@gmail.,@googlemail.,@hotmail.,@outlook.,@live.,@yahoo.,@icloud.,@aol.,@gmx.,@web.de,@mail.ru,@yandex.,@proton,@qq.com,@163.com,@126.com,@foxmail.com,@sina.,@naver.com}'),
           (50, 'commercial', 'email', NULL);
END;
COMMENT ON FUNCTION highseas.builtin_kind_rules() IS
'The built-in rows of kind_rule: commercial is who gives a company, a website, a buyer''s position or an e-mail address that is not with a free provider. INSERT INTO highseas.kind_rule (priority, kind, field, words) SELECT * FROM builtin_kind_rules() copies them for editing.';

CREATE TYPE highseas.kind_rules AS (kinds text[], fields text[], word_counts integer[], words text[]);
COMMENT ON TYPE highseas.kind_rules IS
'The rows of kind_rule for customer_kind(), by priority: kinds, fields and how many words each has; then the words of all, one after another. kinds_of() makes it of the rows.';

CREATE FUNCTION highseas.kinds_of(tenant_id bigint DEFAULT highseas.current_tenant()) RETURNS highseas.kind_rules
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH r AS MATERIALIZED (
        SELECT k.priority, k.kind, k.field, k.words FROM highseas.kind_rule k WHERE k.tenant_id = kinds_of.tenant_id
        UNION ALL
        SELECT b.priority, b.kind, b.field, b.words FROM highseas.builtin_kind_rules() b
        WHERE NOT EXISTS (SELECT FROM highseas.kind_rule k WHERE k.tenant_id = kinds_of.tenant_id))
    SELECT ROW(array_agg(r.kind ORDER BY r.priority), array_agg(r.field ORDER BY r.priority),
               array_agg(coalesce(cardinality(r.words), 0) ORDER BY r.priority),
               ARRAY(SELECT w.word FROM r CROSS JOIN LATERAL unnest(r.words) WITH ORDINALITY w(word, n) ORDER BY r.priority, w.n)
           )::highseas.kind_rules
    FROM r;
END;
COMMENT ON FUNCTION highseas.kinds_of(bigint) IS
'A tenant''s kind rules for customer_kind(): its rows of kind_rule, else the built-in ones. Pass it as a sub-select, so that it is made once a query. Error 22023 more than one tenant to choose from.';

CREATE FUNCTION highseas.customer_kind(
    rules highseas.kind_rules, company text, website text, email text, "position" text, source text)
RETURNS text LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'highseas_customer_kind';
COMMENT ON FUNCTION highseas.customer_kind(highseas.kind_rules, text, text, text, text, text) IS
'commercial or personal, by the first rule that fits the profile''s fields; personal when none does. NULL or blank fields are not given. Errors: 22004 when rules is NULL; 22023 for rules that are not sound.';

-- Service ----------------------------------------------------------------------

CREATE FUNCTION highseas.divide_budget(budget numeric, weights numeric[], floors numeric[] DEFAULT NULL, caps numeric[] DEFAULT NULL)
RETURNS numeric[] LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'highseas_divide_budget';
COMMENT ON FUNCTION highseas.divide_budget(numeric, numeric[], numeric[], numeric[]) IS
'Divides money or hours by weights, each part between its floor and its cap, exactly: the parts add up to the budget to the hundredth. What neither floor nor cap binds is in proportion to its weight, rounded by largest remainder (of equal ones the first is rounded up).
budget: 0 to 100 trillion in whole hundredths. weights: 0 or more, exact to 1/10,000; 0 or NULL = the floor only. floors, caps: whole hundredths, as many as weights; an array NULL or an element NULL = no floor, no cap. Up to 10 million parts.
NULL when budget or weights is NULL.
Errors: 22023 when the floors are more than the budget, the caps leave a part of it over, a number is negative, NaN or infinite, a floor is above its cap, or the arrays differ in length; 22003 for numbers that are too large; 54000 for too many parts.';
