-- What customers are worth: the rule, the fits, and the figures of each customer.

CREATE TABLE highseas.value_rule (
    tenant_id bigint PRIMARY KEY DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    currency text COLLATE "C" CHECK (octet_length(currency) <= 18),
    model text NOT NULL DEFAULT 'mbg_nbd' CHECK (model IN ('mbg_nbd', 'bg_nbd', 'pareto_nbd')),
    unit text NOT NULL DEFAULT 'week' CHECK (unit IN ('day', 'week', 'month', 'year')),
    horizon double precision NOT NULL DEFAULT 52 CHECK (horizon > 0 AND horizon <= 36500),
    discount_rate double precision NOT NULL DEFAULT .1 CHECK (discount_rate BETWEEN 0 AND 10),
    margin double precision NOT NULL DEFAULT 1 CHECK (margin > 0 AND margin <= 1),
    period interval NOT NULL DEFAULT '1 year' CHECK (period BETWEEN '1 day' AND '100 years'),
    follow_up_cost numeric NOT NULL DEFAULT 0 CHECK (follow_up_cost BETWEEN 0 AND 1e9),
    cost_attribute text COLLATE "C" CHECK (octet_length(cost_attribute) BETWEEN 1 AND 63),
    scheme text COLLATE "C" NOT NULL DEFAULT 'default',
    refit_after interval NOT NULL DEFAULT '30 days' CHECK (refit_after >= '0'),
    revalue_after interval NOT NULL DEFAULT '7 days' CHECK (revalue_after >= '0')
);
COMMENT ON TABLE highseas.value_rule IS
'How customers are valued; without a row by the defaults of its columns. currency: of all figures, '''' = of orders that give none (NULL = the only one there is); orders in others are left out, and when no order is in it, or it is NULL and there are several, refresh_value() fails and the earlier fit stays in force. model, unit: the lifetime model and its unit. horizon: how far values look ahead, in units (at most 100 years). discount_rate: a year. margin: profit for an amount of 1; with 1 the figures are sales, not profit. period: what the actual value looks back on. follow_up_cost: service cost of a follow-up. cost_attribute: the key in a profile''s attributes whose number is what serving him cost in the period besides, as the CRM''s query has it; NULL, or no number of 0 or more there = nothing. scheme: the scorecard. refit_after: age at which a fit is made anew; 0 makes one at each run. revalue_after: age at which a customer is, also when nothing changed but the day.';

CREATE TYPE highseas.silence AS (repeats_from integer, silence integer, cases bigint, chance double precision);
COMMENT ON TYPE highseas.silence IS 'How often those came back who fell silent for so long: as come_back() has it';

CREATE TABLE highseas.value_run (
    tenant_id bigint NOT NULL,
    run_id bigint GENERATED ALWAYS AS IDENTITY,
    fitted_at timestamptz NOT NULL,
    ends_on date NOT NULL,
    in_force boolean NOT NULL,
    currency text COLLATE "C" NOT NULL,
    lifetime highseas.value_fit,
    spend highseas.value_fit,
    conversion highseas.conversion_fit,
    silences highseas.silence[],
    criteria text[] NOT NULL,
    terms text,
    PRIMARY KEY (tenant_id, run_id)
);
CREATE UNIQUE INDEX value_run_in_force ON highseas.value_run (tenant_id) WHERE in_force;
COMMENT ON TABLE highseas.value_run IS
'Every fit that refresh_value() made; the one in force values the customers. ends_on: the end of observation; lifetime and spend: of those who bought, NULL without any; conversion: of whether a customer ever bought, by the facts of his profile; silences: how often who fell silent came back. criteria: the scorecard whose facts they are; another one asks for another fit. terms: the value_rule that it was made by, as value_terms() has it.';

CREATE TABLE highseas.purchases (
    tenant_id bigint NOT NULL,
    customer_key text COLLATE "C" NOT NULL CHECK (octet_length(customer_key) BETWEEN 1 AND 1024),
    currency text COLLATE "C" NOT NULL,
    repeats integer NOT NULL CHECK (repeats >= 0),
    first_on date NOT NULL,
    last_on date NOT NULL,
    mean_value double precision,
    total numeric NOT NULL,
    summarized_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, customer_key, currency),
    CHECK (last_on >= first_on)
);
COMMENT ON TABLE highseas.purchases IS
'A customer''s orders in a currency ('''' = none was given) as summarize_purchases() has them, up to summarized_at, by days of the tenant''s time zone. repeats: purchase days after the first; mean_value: of those days'' sums.';

CREATE TABLE highseas.customer_value (
    tenant_id bigint NOT NULL,
    customer_key text COLLATE "C" NOT NULL CHECK (octet_length(customer_key) BETWEEN 1 AND 1024),
    run_id bigint NOT NULL,
    as_of date NOT NULL,
    is_stale boolean NOT NULL DEFAULT false,
    currency text COLLATE "C" NOT NULL,
    unit text NOT NULL,
    horizon double precision NOT NULL,
    actual_value numeric NOT NULL,
    service_cost numeric NOT NULL,
    potential_value double precision,
    p_alive double precision,
    expected_purchases double precision,
    expected_spend double precision,
    clv double precision,
    conversion_chance double precision,
    potential_score double precision,
    coverage double precision,
    earlier_score double precision,
    earlier_alive double precision,
    PRIMARY KEY (tenant_id, customer_key)
);
COMMENT ON TABLE highseas.customer_value IS
'What each customer is worth at the end of as_of by the fits of run_id, in currency. actual_value: profit of the rule''s period, margin * orders - service_cost, which is the cost of his follow-ups and what the rule''s cost_attribute says. Of buyers p_alive, the purchases expected within horizon (of units), the expected spend on each, and clv, the profit expected within it, discounted; of the others conversion_chance, that he ever buys. potential_value: clv, or conversion_chance * the clv of a new customer with his first purchase; NULL where no fit can tell, as after a lifetime fit of status boundary. potential_score: 0 to 100, coverage: 0 to 1, how much of the scorecard is known; earlier_score, earlier_alive: the score and p_alive before the valuation.';
COMMENT ON COLUMN highseas.customer_value.is_stale IS 'Orders or profile changed since; refresh_value() values him again';
