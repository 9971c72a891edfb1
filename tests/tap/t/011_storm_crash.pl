# The storm, with kill -9 of a backend at work, of one that runs a job, and an immediate stop of the server in the
# middle: what was logged as done is done, what was not is not, and the next runs of the jobs finish what was begun.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);
use HighseasCluster;
use HighseasStorm;

my $node = start_node('main', $STORM_SETTINGS);
create_storm($node, reps => 12, customers => 200, cooldown => '2 hours', rules => q{
	INSERT INTO highseas.capacity (tenant_id, rule, tier, maximum)
	SELECT t.tenant_id, c.* FROM highseas.tenant t, (VALUES ('at most 15', NULL, 15), ('new: 6', 'new', 6)) c;
	INSERT INTO highseas.quota (tenant_id, rule, period, maximum) SELECT t.tenant_id, 'a day', 'day', 60 FROM highseas.tenant t});

my $segment = storm_seconds(10) / 4;
my @storm = ({ claim => 15, claim_next => 15, claim_many => 5, follow_up => 15, return => 12, take_back => 4, assign => 16,
	transfer => 8, protect => 2, withdraw => 2, reinstate => 6, merge => 2, rekey => 2,
	arrive => 4, crm_new => 2, crm_change => 8, crm_vanish => 2, crm_back => 2, crm_follow => 8 }, qw(expire_due send_reminders rotate sync reconcile));

# storm_until(sub { ... }): rages for a segment, then does that to the server; the clients die of it.
sub storm_until
{
	my ($crash, $when) = @_;
	my $storm = start_storm($node, $segment + 60, @storm);
	sleep $segment;
	# A run that is certainly in the middle: its session begins the job and sits there, in the same call.
	my $run = start_in_background("DO \$\$ BEGIN PERFORM highseas.job_start(1, 'purge'); COMMIT; PERFORM pg_sleep(600); END \$\$");
	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM highseas.job_run WHERE job = 'purge' AND status = 'running'})
		or die 'the run did not begin';
	$crash->();
	my $problems = finish_storm($storm);
	$run->finish;
	is(join('', grep { /ERROR/ } split /^/, $problems), '', "$when: the clients lost their server and met no other error");
	$node->poll_query_until('postgres', 'SELECT 1', 1) or die 'the server did not come back';
	is($node->safe_psql('postgres', 'SELECT * FROM highseas.check_consistency()'), '', "$when: consistent at once");
	is(storm_sql($node, 'CALL highseas.purge()'), '', "$when: the next run takes the job over");
	is($node->safe_psql('postgres', q{
		SELECT string_agg(status, ' ' ORDER BY run_id) FROM (SELECT * FROM highseas.job_run WHERE tenant_id = 1 AND job = 'purge' ORDER BY run_id DESC LIMIT 2) x}),
		'interrupted done', "$when: and marks the one before as interrupted");
	return;
}

sub start_in_background
{
	my ($sql) = @_;
	return IPC::Run::start([ 'psql', '-Xq', '-d', $node->connstr('postgres'), '-c', $sql ], '<', \undef, '>', \my $out, '2>', \my $err);
}

# The pid that a query finds, sooner or later.
sub pid_of
{
	my ($query) = @_;
	for (1 .. 200)
	{
		my $pid = $node->safe_psql('postgres', $query);
		return $pid if $pid ne '';
	}
	die "nobody there: $query";
}

storm_until(sub {
	kill 'KILL', pid_of(q{SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT storm.act%' AND state = 'active' ORDER BY random() LIMIT 1});
}, 'a client killed');
storm_until(sub {
	kill 'KILL', pid_of(q{SELECT j.backend_pid FROM highseas.job j JOIN pg_stat_activity a ON a.pid = j.backend_pid
		WHERE j.job <> 'purge' AND a.state = 'active' ORDER BY random() LIMIT 1});
}, 'a job killed');
storm_until(sub { $node->stop('immediate'); $node->start; }, 'the server stopped');

my $problems = finish_storm(start_storm($node, $segment, @storm));
is($problems, '', 'afterwards it goes on as if nothing had happened');

# A month later nobody has done anything: two runs of each job (a reminder with the grace, then the return) end all.
for my $later ('30 days', '31 days')
{
	is(storm_sql($node, "SELECT set_config('highseas.clock', (storm.clock() + interval '$later')::text, false)",
		'CALL highseas.send_reminders()', 'CALL highseas.expire_due()'), '', "the jobs run to completion, $later later");
}
is($node->safe_psql('postgres', q{SELECT count(*) FROM highseas.customer WHERE state = 'held'}), 0, 'nobody is left behind');
is($node->safe_psql('postgres', q{SELECT count(*) FROM highseas.rep WHERE held <> 0}), 0, 'and no counter');
is(storm_sql($node, 'CALL highseas.rotate()', 'CALL highseas.expire_due()', 'CALL highseas.send_reminders()'), '', 'every job runs again');
is($node->safe_psql('postgres', q{SELECT count(*) FROM highseas.job_run WHERE status = 'running'}), 0, 'no run is left open');
check_storm($node, 'after the crashes');

$node->stop;
done_testing();
