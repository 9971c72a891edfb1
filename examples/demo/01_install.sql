-- The extension, the roles and the tenant: what the DBA does once
CREATE EXTENSION pg_cron;
CREATE EXTENSION highseas;

-- Roles are the DBA's own. The CRM's tables belong to crm_owner; the application logs in as crm_app, the head of sales
-- as sales_manager, and pg_cron's jobs run as crm_jobs. None of them is a superuser.
CREATE ROLE crm_owner NOLOGIN;
CREATE ROLE crm_app LOGIN;
CREATE ROLE sales_manager LOGIN;
CREATE ROLE crm_jobs LOGIN;
GRANT USAGE ON SCHEMA crm TO crm_owner;
GRANT SELECT ON ALL TABLES IN SCHEMA crm TO crm_owner;
GRANT USAGE ON SCHEMA cron TO crm_jobs;

CALL highseas.create_tenant('trading house', 'Asia/Shanghai');
CALL highseas.grant_role('crm_app', 'agent');
CALL highseas.grant_role('sales_manager', 'manager');
CALL highseas.grant_role('crm_jobs', 'admin');
SELECT demo.expect((SELECT count(*) = 3 FROM highseas.tenant_role), 'three roles are in the tenant') \g /dev/null
