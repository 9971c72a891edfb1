-- Attaching the CRM: queries on its tables, which stay as they are; then the first sync
-- The tree of sales regions.
INSERT INTO highseas.region (region, parent) SELECT code, parent FROM crm.region;

-- Every query runs as crm_owner, read-only. The CRM's keys are of three types: varchar, int and uuid.
CALL highseas.attach('reps', 'reps', $$
    SELECT login AS rep_key, full_name AS name, hired_on, active, region FROM crm.app_user
$$, run_as => 'crm_owner');
CALL highseas.attach('accounts', 'customers', $$
    SELECT a.id AS customer_key, a.company, a.email, a.phone, a.country, a.region, a.owner_id AS owner,
           least(100, 8 * (SELECT count(*) FROM crm.orders o WHERE o.account_id = a.id)) AS score,
           a.updated_at AS changed_at
    FROM crm.account a
$$, pool => 'accounts', run_as => 'crm_owner');
CALL highseas.attach('leads', 'customers', $$
    SELECT id AS customer_key, contact_name AS name, contact_name AS contact, job_title AS position, email, phone, country, region,
           owner_id AS owner, 'telephone campaign' AS source,
           CASE earlier_outcome WHEN 'success' THEN 60 WHEN 'failure' THEN 10 ELSE 30 END
               + greatest(0, least(40, balance / 100)) AS score,
           updated_at AS changed_at
    FROM crm.lead
$$, pool => 'leads', run_as => 'crm_owner');
CALL highseas.attach('orders', 'orders', $$
    SELECT id AS order_key, account_id::text AS customer_key, ordered_at, amount, currency FROM crm.orders
$$, run_as => 'crm_owner');
CALL highseas.attach('activities', 'activities', $$
    SELECT id AS activity_key, coalesce(account_id::text, lead_id::text) AS customer_key, user_login AS rep_key,
           happened_at AS at, kind, note
    FROM crm.activity
$$, run_as => 'crm_owner');

-- A query that does not fit is refused with everything that is wrong with it.
\set ON_ERROR_STOP off
CALL highseas.attach('contacts', 'customers', $$
    SELECT id, company, created_at AS online FROM crm.account
$$, pool => 'nowhere', run_as => 'crm_owner');
\set ON_ERROR_STOP on
SELECT demo.expect(:'LAST_ERROR_SQLSTATE' = '22023', 'the query is refused') \g /dev/null

\connect - crm_jobs
CALL highseas.sync();
SELECT job, last_status, last_rows FROM highseas.job_health WHERE job = 'sync';
SELECT attachment, key, problem FROM highseas.sync_problem LIMIT 5;
SELECT (SELECT count(*) FROM highseas.rep) AS reps, (SELECT count(*) FROM highseas.customer) AS customers,
       (SELECT count(*) FROM highseas.purchase) AS purchases, (SELECT count(*) FROM highseas.follow_up) AS activities;
SELECT demo.expect((SELECT count(*) = 6878 FROM highseas.customer), 'all companies and leads came in') \g /dev/null
SELECT demo.expect((SELECT count(*) = 6919 FROM highseas.purchase), 'all purchases came in') \g /dev/null

-- The jobs, as crm_jobs. (The story calls for them when it needs them: their schedules are put off meanwhile.)
SELECT job, schedule, command FROM highseas.schedule_jobs();
