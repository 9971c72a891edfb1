# DROP EXTENSION takes the data with it without asking, grants or not; what it leaves are the roles, other people's
# objects that it refuses to break, and pg_cron's schedules (unschedule_jobs() first). CREATE EXTENSION begins anew.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use HighseasCatalogue;
use HighseasCluster;
use HighseasStore;

my $node = start_node('main', $CRON_SETTINGS);
create_logins($node);

# A fresh database, no preloaded library, the first thing of all.
unlike($node->safe_psql('postgres', 'SHOW shared_preload_libraries'), qr/highseas/, 'the library is not preloaded');
$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', 'CREATE EXTENSION highseas');
is($node->safe_psql('fresh', 'SELECT highseas.tier_of(10, ARRAY[$$new$$], ARRAY[0])'), 'new', 'a fresh database: the library is there');
my $fresh = catalogue($node, 'fresh');

# Whatever schemas there are and whoever may write to them: the script's names are its own.
$node->safe_psql('postgres', 'CREATE DATABASE bare');
$node->safe_psql('bare', 'DROP SCHEMA public');
my ($status, undef, $error) = $node->psql('bare', 'CREATE EXTENSION highseas');
is($status, 0, 'no schema public: created') or diag($error);
$node->safe_psql('postgres', 'CREATE DATABASE trapped');
$node->safe_psql('trapped', q{
	GRANT CREATE ON SCHEMA public TO stranger;
	SET ROLE stranger;
	CREATE FUNCTION public.array_agg_step(text[], text) RETURNS text[] LANGUAGE sql AS 'SELECT $1 || $2';
	CREATE AGGREGATE public.array_agg(text) (SFUNC = public.array_agg_step, STYPE = text[]);
	CREATE FUNCTION public.format(text, text) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE 'format of a stranger'; END$$;
	RESET ROLE});
($status, undef, $error) = $node->psql('trapped', 'CREATE EXTENSION highseas');
is($status, 0, 'foreign functions with a better match stand in public: created') or diag($error);
is($node->safe_psql('trapped', q{
	SELECT pg_describe_object(classid, objid, objsubid), pg_describe_object(refclassid, refobjid, refobjsubid)
	FROM pg_depend WHERE pg_describe_object(refclassid, refobjid, refobjsubid) ~ 'public\.|function (array_agg|format)'
		AND pg_describe_object(classid, objid, objsubid) ~ 'highseas'}),
	'', 'and nothing of ours calls them');

# One of everything, granted and scheduled.
$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron');
$node->safe_psql('postgres', 'CREATE EXTENSION highseas');
fill_store($node, 'postgres');
$node->safe_psql('postgres', 'SELECT * FROM highseas.schedule_jobs()');
isnt($node->safe_psql('postgres', 'SELECT count(*) FROM highseas.holding'), 0, 'there is something to lose');

# Somebody else's objects are not taken away silently ...
$node->safe_psql('postgres', q{
	CREATE SCHEMA crm;
	CREATE TABLE crm.visit (id bigint, holding_count bigint);
	CREATE VIEW crm.held AS SELECT customer_key, holder FROM highseas.customer});
($status, undef, $error) = $node->psql('postgres', 'DROP EXTENSION highseas');
isnt($status, 0, 'refused while a view of the CRM reads ours');
like($error, qr/view crm\.held depends on table highseas\.customer/, 'and says which');
isnt($node->safe_psql('postgres', 'SELECT count(*) FROM highseas.holding'), 0, 'a refused DROP takes nothing');
($status, undef, $error) = $node->psql('postgres', 'DROP TABLE highseas.holding');
like($error, qr/extension highseas requires it/, 'a single table cannot be dropped by mistake');
$node->safe_psql('postgres', 'DROP VIEW crm.held');

# ... but our own data are.
($status, undef, $error) = $node->psql('postgres', 'DROP EXTENSION highseas');
is($status, 0, 'dropped, with all its data, without CASCADE and in spite of grants') or diag($error);
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM pg_namespace WHERE nspname IN ('highseas', 'highseas_api')
	UNION ALL SELECT count(*) FROM pg_depend d WHERE d.refclassid = 'pg_extension'::regclass
		AND NOT EXISTS (SELECT FROM pg_extension e WHERE e.oid = d.refobjid)
	UNION ALL SELECT count(*) FROM pg_init_privs i WHERE i.classoid = 'pg_class'::regclass
		AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = i.objoid)}),
	"0\n0\n0", 'no schema, no member and no privilege is left');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_roles WHERE rolname LIKE 'east\_%' OR rolname LIKE 'west\_%'}), 5,
	'the roles stay');
is($node->safe_psql('postgres', q{SELECT count(*) FROM crm.visit}), 0, 'the CRM stays');
is($node->safe_psql('postgres', q{SELECT count(*) > 0 FROM cron.job WHERE command LIKE 'CALL highseas.%'}), 't',
	'the schedules stay and would fail: unschedule_jobs() comes first');
$node->safe_psql('postgres', 'DROP ROLE east_reader');
pass('a role that was granted something can be dropped');
$node->safe_psql('postgres', 'CREATE ROLE east_reader LOGIN');

# Again.
$node->safe_psql('postgres', 'CREATE EXTENSION highseas');
is(differences(catalogue($node, 'postgres'), $fresh), '', 'created again: the catalogue of a fresh database');
is(join(' ', grep { !/\|0\|$/ } split /\n/, row_sums($node, 'postgres')), '', 'no row came back');
like(as_login($node, 'postgres', 'east_agent', 'SELECT count(*) FROM highseas.customer'), qr/permission denied/, 'no grant came back');
fill_store($node, 'postgres');
is(consistency($node, 'postgres'), '', 'and it works');

# CASCADE takes what depends on it.
$node->safe_psql('postgres', 'CREATE VIEW crm.held AS SELECT customer_key, holder FROM highseas.customer');
$node->safe_psql('postgres', 'SELECT highseas.unschedule_jobs()');
$node->safe_psql('postgres', 'DROP EXTENSION highseas CASCADE');
is($node->safe_psql('postgres', q{SELECT to_regclass('crm.held') IS NULL, count(*) FROM cron.job WHERE command LIKE '%highseas.%'}),
	't|0', 'CASCADE takes the view, unschedule_jobs() took the schedules');

$node->stop;
done_testing();
