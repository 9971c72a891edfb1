-- A small CRM in its own schema, knowing nothing of highseas: companies that order, leads of a telephone campaign, the
-- salespeople and what they did. Run it in this folder, in an empty database:  psql -d DATABASE -f crm.sql
-- The purchases and the leads' facts are real data (README.md); names and addresses are made up from the keys, always
-- the same. All dates are moved so that the last one is the day before :crm_today.
\set ON_ERROR_STOP on
\if :{?crm_today}
\else
\set crm_today 2026-11-01
\endif

BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
CREATE SCHEMA crm;

CREATE TABLE crm.region (
    code varchar(12) PRIMARY KEY,
    parent varchar(12) REFERENCES crm.region,
    name text NOT NULL
);

CREATE TABLE crm.app_user (
    login varchar(20) PRIMARY KEY,
    full_name text NOT NULL,
    hired_on date NOT NULL,
    region varchar(12) REFERENCES crm.region,
    active boolean NOT NULL DEFAULT true
);

CREATE TABLE crm.account (
    id int PRIMARY KEY,
    company text NOT NULL,
    email text,
    phone text,
    country char(2) NOT NULL,
    region varchar(12) NOT NULL REFERENCES crm.region,
    owner_id varchar(20) REFERENCES crm.app_user,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE crm.orders (
    id bigint PRIMARY KEY,
    account_id int NOT NULL REFERENCES crm.account,
    ordered_at timestamptz NOT NULL,
    amount numeric(12,2) NOT NULL,
    currency char(3) NOT NULL DEFAULT 'USD'
);

CREATE TABLE crm.lead (
    id uuid PRIMARY KEY,
    contact_name text NOT NULL,
    job_title text,
    email text,
    phone text,
    country char(2) NOT NULL,
    region varchar(12) NOT NULL REFERENCES crm.region,
    age int,
    job text,
    marital text,
    education text,
    balance int,                -- yearly average, in euros
    in_default boolean,
    housing_loan boolean,
    personal_loan boolean,
    calls int,                  -- in the present campaign
    earlier_calls int,          -- in earlier ones
    earlier_outcome text,
    bought boolean NOT NULL,
    owner_id varchar(20) REFERENCES crm.app_user,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE crm.activity (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id int REFERENCES crm.account,
    lead_id uuid REFERENCES crm.lead,
    user_login varchar(20) NOT NULL REFERENCES crm.app_user,
    happened_at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('call', 'mail', 'visit', 'quotation')),
    note text,
    CHECK (num_nonnulls(account_id, lead_id) = 1)
);

INSERT INTO crm.region (code, parent, name) VALUES
    ('ASIA', NULL, 'Asia'),
    ('CN', 'ASIA', 'China'),
    ('CN-E', 'CN', 'East China'),
    ('CN-S', 'CN', 'South China'),
    ('CN-N', 'CN', 'North China'),
    ('EUROPE', NULL, 'Europe'),
    ('DACH', 'EUROPE', 'Germany, Austria, Switzerland'),
    ('IBERIA', 'EUROPE', 'Spain and Portugal'),
    ('UKI', 'EUROPE', 'United Kingdom and Ireland'),
    ('AMERICAS', NULL, 'Americas'),
    ('NA', 'AMERICAS', 'North America'),
    ('LATAM', 'AMERICAS', 'Latin America');

-- New and veteran, one who covers a whole continent, one without a region, one who left.
INSERT INTO crm.app_user (login, full_name, hired_on, region, active)
SELECT login, full_name, :'crm_today'::date - days, region, active
FROM (VALUES
    ('chen.li', 'Chen Li', 2230, 'CN-E', true),
    ('wang.fang', 'Wang Fang', 1120, 'CN-S', true),
    ('zhao.min', 'Zhao Min', 25, 'CN-E', true),
    ('liu.yang', 'Liu Yang', 47, 'CN', true),
    ('anna.schneider', 'Anna Schneider', 2960, 'DACH', true),
    ('jonas.brandt', 'Jonas Brandt', 62, 'DACH', true),
    ('carmen.garcia', 'Carmen García', 1840, 'IBERIA', true),
    ('lucia.ortega', 'Lucía Ortega', 760, 'LATAM', true),
    ('miguel.ruiz', 'Miguel Ruiz', 12, 'LATAM', true),
    ('emily.hughes', 'Emily Hughes', 1500, 'EUROPE', true),
    ('tom.walker', 'Tom Walker', 80, 'NA', true),
    ('david.osei', 'David Osei', 410, NULL, true),
    ('rachel.morgan', 'Rachel Morgan', 3300, 'NA', false)
) AS u(login, full_name, days, region, active);

\ir crm_names.sql

-- Companies and their orders: customer in the full file, customer in the sample, yyyymmdd, discs, dollars.
CREATE TEMP TABLE purchase_line (n int GENERATED ALWAYS AS IDENTITY, line text) ON COMMIT DROP;
\copy purchase_line (line) FROM 'CDNOW_sample.txt'

CREATE TEMP TABLE purchase ON COMMIT DROP AS
SELECT n, field[2]::int AS account_id, field[3]::date AS day, field[5]::numeric AS amount
FROM (SELECT n, regexp_split_to_array(btrim(line), '\s+') AS field FROM purchase_line) AS l;

UPDATE purchase SET day = day + (:'crm_today'::date - 1 - (SELECT max(day) FROM purchase));

INSERT INTO crm.account (id, company, email, phone, country, region, created_at, updated_at)
SELECT b.id, c.company, CASE WHEN pg_temp.pick(b.id::text, 'no e-mail', 8) > 0 THEN c.email END, pg_temp.phone(b.id::text, p),
       p.country, p.region, b.created_at, b.created_at
FROM (SELECT account_id AS id, pg_temp.office_hour(min(day), 'account' || account_id) AS created_at FROM purchase GROUP BY account_id) AS b
JOIN place AS p ON p.n = pg_temp.pick(b.id::text, 'place', (SELECT count(*)::int FROM place))
CROSS JOIN LATERAL pg_temp.company(b.id, p) AS c;

INSERT INTO crm.orders (id, account_id, ordered_at, amount)
SELECT row_number() OVER (ORDER BY at, n), account_id, at, amount
FROM (SELECT n, account_id, amount, greatest(pg_temp.office_hour(day, 'order' || n), a.created_at) AS at
      FROM purchase JOIN crm.account AS a ON a.id = account_id) AS o;

-- Leads. The file is in the order of time without saying the year: it turns where the month goes back.
CREATE TEMP TABLE campaign_row (
    n int, age int, job text, marital text, education text, in_default boolean, balance int, housing boolean, loan boolean,
    contact text, day int, month text, duration int, campaign int, pdays int, previous int, poutcome text, bought boolean
) ON COMMIT DROP;
\copy campaign_row FROM 'bank_leads.csv' WITH (FORMAT csv, HEADER)

CREATE TEMP TABLE prospect ON COMMIT DROP AS
SELECT r.*, md5('lead ' || n)::uuid AS id,
       make_date(2008 + (sum(turns) OVER (ORDER BY n))::int, month_number, day) AS last_call
FROM (SELECT m.*, (month_number < lag(month_number, 1, 1) OVER (ORDER BY n))::int AS turns
      FROM (SELECT *, extract(month FROM to_date(month, 'mon'))::int AS month_number FROM campaign_row) AS m) AS r;

UPDATE prospect SET last_call = last_call + (:'crm_today'::date - 1 - (SELECT max(last_call) FROM prospect));

INSERT INTO crm.lead
SELECT l.id, c.name, pg_temp.job_title(l.job), CASE WHEN pg_temp.pick(l.n::text, 'e-mail', 5) < 3 THEN c.email END,
       CASE WHEN l.contact <> 'unknown' THEN pg_temp.phone('lead' || l.n, p) END, p.country, p.region,
       l.age, nullif(l.job, 'unknown'), l.marital, nullif(l.education, 'unknown'), l.balance, l.in_default, l.housing, l.loan,
       l.campaign, l.previous, nullif(l.poutcome, 'unknown'), l.bought, NULL,
       called.at - make_interval(days => greatest(l.pdays, 0) + 3 * l.campaign), called.at
FROM prospect AS l
JOIN place AS p ON p.n = pg_temp.pick(l.n::text, 'lead place', (SELECT count(*)::int FROM place))
CROSS JOIN LATERAL pg_temp.office_hour(l.last_call, 'lead' || l.n) AS called(at)
CROSS JOIN LATERAL pg_temp.person(l.n, p) AS c;

-- What the salespeople did: a contact before every third order, and the calls of the campaign, three days apart.
INSERT INTO crm.activity (account_id, lead_id, user_login, happened_at, kind, note)
SELECT a.account_id, a.lead_id, u.login, a.at, a.kind,
       CASE a.kind WHEN 'call' THEN 'Telephone call' WHEN 'mail' THEN 'Sent the new price list'
                   WHEN 'visit' THEN 'Visit at the customer''s office' ELSE 'Quotation sent' END
FROM (
    SELECT account_id, NULL::uuid AS lead_id, ordered_at - make_interval(days => 1 + pg_temp.pick(id::text, 'ahead', 5)) AS at,
           (ARRAY['call', 'mail', 'visit', 'quotation'])[1 + pg_temp.pick(id::text, 'kind', 4)] AS kind
    FROM crm.orders WHERE pg_temp.pick(id::text, 'contact', 3) = 0
    UNION ALL
    SELECT NULL, l.id, l.updated_at - make_interval(days => 3 * k), 'call'
    FROM crm.lead AS l CROSS JOIN generate_series(0, l.calls - 1) AS k
) AS a
CROSS JOIN LATERAL (
    SELECT login FROM crm.app_user WHERE hired_on < a.at::date
    ORDER BY md5(login || coalesce(a.account_id::text, a.lead_id::text)) LIMIT 1
) AS u
ORDER BY a.at, a.account_id, a.lead_id;

UPDATE crm.account AS a SET updated_at = greatest(last_order, last_activity)
FROM (SELECT account_id, max(ordered_at) AS last_order FROM crm.orders GROUP BY account_id) AS o
LEFT JOIN (SELECT account_id, max(happened_at) AS last_activity FROM crm.activity GROUP BY account_id) AS c USING (account_id)
WHERE o.account_id = a.id;

CREATE INDEX ON crm.account (updated_at);
CREATE INDEX ON crm.orders (account_id);
CREATE INDEX ON crm.orders (ordered_at);
CREATE INDEX ON crm.lead (updated_at);
CREATE INDEX ON crm.activity (account_id);
CREATE INDEX ON crm.activity (lead_id);
CREATE INDEX ON crm.activity (happened_at);

COMMIT;
ANALYZE crm.region, crm.app_user, crm.account, crm.orders, crm.lead, crm.activity;
