# pg_dump and a restore bring back every row, grant, policy and sequence, and the verbs go on where they were.
# The dump is made as the README prescribes: by a superuser, or by a role with pg_read_all_data and BYPASSRLS.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use HighseasCatalogue;
use HighseasCluster;
use HighseasStore;

my $node = start_node('main');
$node->safe_psql('postgres', 'CREATE ROLE backup LOGIN BYPASSRLS IN ROLE pg_read_all_data');
create_logins($node);
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', 'CREATE EXTENSION highseas');
fill_store($node, 'shop');
is(empty_tables($node, 'shop'), '', 'every table has a row to lose (a new table: give it one in HighseasStore)');
is(consistency($node, 'shop'), '', 'the source is sound');

# Sequences of tables that were emptied again go on as well.
$node->safe_psql('shop', q{
	INSERT INTO highseas.notice (tenant_id, at, rep_key, customer_key, kind, message)
	SELECT 1, now(), 'ann', 'c1', 'given', 'x' FROM generate_series(1, 10);
	DELETE FROM highseas.notice WHERE message = 'x'});

my $dir = $node->basedir;
my $elsewhere = start_node('elsewhere');
command_ok([ 'pg_dumpall', '--roles-only', '-f', "$dir/roles.sql", '-d', $node->connstr('postgres') ], 'the roles are dumped');
# initdb made the superuser there already, the one statement that fails.
$elsewhere->psql('postgres', slurp_file("$dir/roles.sql"), on_error_stop => 0);

for my $dumper (scalar getpwuid($<), 'backup')
{
	my $who = $dumper eq 'backup' ? 'a role with pg_read_all_data and BYPASSRLS' : 'a superuser';
	my @from = ('-U', $dumper, '-d', $node->connstr('shop'));

	command_ok([ 'pg_dump', '-f', "$dir/$dumper.sql", @from ], "plain dump by $who");
	$node->safe_psql('postgres', "CREATE DATABASE plain_$dumper");
	command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/$dumper.sql", '-d', $node->connstr("plain_$dumper") ],
		"plain dump by $who: restored without an error");
	verify($node, "plain_$dumper", "plain dump by $who");

	command_ok([ 'pg_dump', '-Fc', '-f', "$dir/$dumper.dump", @from ], "custom dump by $who");
	$elsewhere->safe_psql('postgres', "CREATE DATABASE custom_$dumper");
	command_ok([ 'pg_restore', '--exit-on-error', '-d', $elsewhere->connstr("custom_$dumper"), "$dir/$dumper.dump" ],
		"custom dump by $who: restored into another cluster without an error");
	verify($elsewhere, "custom_$dumper", "custom dump by $who");
}

# Who sees only one tenant cannot make a dump that looks complete.
command_fails_like([ 'pg_dump', '-f', "$dir/partial.sql", '-U', 'east_admin', '-d', $node->connstr('shop') ],
	qr/permission denied|row-level security/, 'a tenant login cannot dump');

# pg_restore -j loads tables side by side; for the tables of an extension, whose foreign keys stand already, PostgreSQL
# keeps no order then. So the README loads these by one job, and only the rest in parallel.
{
	$elsewhere->safe_psql('postgres', 'CREATE DATABASE parallel');
	my @into = ('pg_restore', '--exit-on-error', '-d', $elsewhere->connstr('parallel'));
	command_ok([ @into, '--section=pre-data', "$dir/backup.dump" ], 'in parallel: what stands before the data');
	command_ok([ @into, '--section=data', '-n', 'highseas', "$dir/backup.dump" ], 'our data');
	command_ok([ @into, '-j', '4', '--section=data', '--section=post-data', '-N', 'highseas', "$dir/backup.dump" ],
		'and the rest by four jobs');
	verify($elsewhere, 'parallel', 'in parallel');
}

# A second generation: what came from a dump dumps as well as what was typed.
command_ok([ 'pg_dump', '-f', "$dir/again.sql", '-d', $node->connstr('plain_backup') ], 'a restored database is dumped');
$node->safe_psql('postgres', 'CREATE DATABASE again');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/again.sql", '-d', $node->connstr('again') ], 'and restored');
is(differences(row_sums($node, 'again'), row_sums($node, 'plain_backup')), '', 'second generation: all rows of all tables');

# One statement a row: rows that refer to rows of their own table must not come too early.
command_ok([ 'pg_dump', '--inserts', '-f', "$dir/inserts.sql", '-d', $node->connstr('shop') ], 'a dump with --inserts');
$node->safe_psql('postgres', 'CREATE DATABASE inserts');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/inserts.sql", '-d', $node->connstr('inserts') ], 'and restored');
is(differences(row_sums($node, 'inserts'), row_sums($node, 'shop')), '', '--inserts: all rows of all tables');

$node->stop;
$elsewhere->stop;
done_testing();

# Rights and policies as a login feels them; read only.
sub feels
{
	my ($server, $database) = @_;
	my @asked = (
		[ 'east_reader', 'SELECT count(*), min(tenant_id), max(tenant_id) FROM highseas.customer' ],
		[ 'east_reader', 'SELECT count(*) FROM highseas.pool_list' ],
		[ 'east_reader', 'SELECT email FROM highseas.profile' ],
		[ 'east_reader', q{CALL highseas.claim('c20', 'ann')} ],
		[ 'east_reader', 'SELECT customer_key, email FROM highseas.pool_list LIMIT 1' ],
		[ 'east_agent', q{SELECT allowed, code, rule FROM highseas.may_claim('ann', 'c20')} ],
		[ 'east_agent', q{CALL highseas.assign('c20', 'ann')} ],
		[ 'east_manager', 'CALL highseas.expire_due()' ],
		[ 'east_admin', 'BEGIN; UPDATE highseas.pool SET is_open = is_open RETURNING pool_key; ROLLBACK' ],
		[ 'east_admin', 'UPDATE highseas.customer SET score = 0' ],
		[ 'west_agent', 'SELECT count(*), min(tenant_id), max(tenant_id) FROM highseas.customer' ],
		[ 'west_agent', 'SELECT count(*) FROM highseas.ledger' ],
		[ 'stranger', 'SELECT count(*) FROM highseas.customer' ],
		[ 'stranger', q{SELECT highseas_api.claim('c20', 'ann')} ]);
	return join "\n", map { "$_->[0]: $_->[1]\n" . as_login($server, $database, @$_) } @asked;
}

sub verify
{
	my ($server, $database, $what) = @_;
	is(differences(row_sums($server, $database), row_sums($node, 'shop')), '', "$what: all rows of all tables");
	is(differences(sequences($server, $database), sequences($node, 'shop')), '', "$what: all sequences");
	is(differences(catalogue($server, $database), catalogue($node, 'shop')), '', "$what: the same catalogue, grants and policies");
	is(differences(feels($server, $database), feels($node, 'shop')), '', "$what: every login sees and may what it did");
	is(consistency($server, $database), '', "$what: consistent");

	# Acts go on: an old holder follows up, returns, claims; the same retry key is still known.
	my $clock = q{SET highseas.clock = '2026-01-23 02:00:00+00'; };
	$server->safe_psql('postgres', "ALTER DATABASE $database SET highseas.clock = '2026-01-23 02:00:00+00'");
	is(as_login($server, $database, 'east_agent', q{SELECT customer_key, held_since IS NOT NULL FROM highseas_api.claim('c20', 'ann')}),
		'c20|t', "$what: claim");
	is(as_login($server, $database, 'east_agent', q{SELECT held_since FROM highseas_api.claim('c1', 'ann', retry_key => 'once')}),
		as_login($node, 'shop', 'east_agent', q{SELECT held_since FROM highseas_api.claim('c1', 'ann', retry_key => 'once')}),
		"$what: a retried claim");
	is(as_login($server, $database, 'east_agent', q{SELECT customer_key FROM highseas_api.follow_up('c20', 'call', rep => 'ann')}),
		'c20', "$what: follow_up");
	is(as_login($server, $database, 'east_agent', q{SELECT state FROM highseas_api.return_to_pool('c20', 'price', rep => 'ann')}),
		'free', "$what: return");
	is(as_login($server, $database, 'east_agent', q{SELECT code, rule FROM highseas.may_claim('ann', 'c20')}),
		'SE005|cooldown', "$what: the cooldown knows it");
	is(as_login($server, $database, 'east_manager', q{SELECT status FROM highseas_api.extend('c5', '2026-04-01')}),
		'granted', "$what: extend");
	$server->safe_psql('postgres', "ALTER DATABASE $database SET highseas.clock = '2026-02-20 02:00:00+00'");
	is(as_login($server, $database, 'east_admin', "CALL highseas.$_()"), '', "$what: $_")
		for qw(send_reminders expire_due rotate replan purge);
	is($server->safe_psql($database, q{
		SELECT job, last_status FROM highseas.job_health WHERE job IN ('expire_due', 'rotate') ORDER BY 1},
		extra_params => [ '-U', 'east_admin' ]), "expire_due|done\nrotate|done", "$what: the jobs ran");
	$server->safe_psql($database, q{CALL highseas.create_tenant('north')});
	is($server->safe_psql($database, q{SELECT tenant_id FROM highseas.tenant WHERE name = 'north'}), 3, "$what: the next tenant");
	is(consistency($server, $database), '', "$what: consistent after all of it");
	return;
}
