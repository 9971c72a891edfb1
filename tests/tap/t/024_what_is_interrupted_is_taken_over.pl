# A long plan stops at once when it is told to; a job that was cancelled, terminated or killed in the middle keeps the
# batches that it committed, and the next run takes over: 'interrupted', and nothing happens twice.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes 'time';
use HighseasCluster;

my $node = start_node('main', "restart_after_crash = on\n");
$node->safe_psql('postgres', 'CREATE EXTENSION highseas');

# A long plan ---------------------------------------------------------------------------------

$node->safe_psql('postgres', q{
	CREATE TABLE crowd AS SELECT array_agg('c' || n) AS customers, array_agg(n::double precision) AS scores, array_agg(1::double precision) AS ones, array_agg(NULL::text) AS regions,
		array_agg('k'::text) AS classes, array_agg('r' || n) AS reps, array_agg(0) AS zeros, array_agg(now()) AS waiting,
		array_agg('capacity'::text) AS kinds FROM generate_series(1, 20000) n});
my $plan = q{SELECT count(*) FROM crowd, highseas.plan_allocation('serial', customers, scores, regions, classes, regions, reps, regions, zeros, ones, zeros, waiting,
	NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, reps, kinds, classes, zeros, NULL, NULL)};
my ($long) = seconds($plan);
my ($took, $error) = seconds("SET statement_timeout = '50ms'; $plan");
like($error, qr/canceling statement due to statement timeout/, 'statement_timeout stops a plan of 400 million pairs');
cmp_ok($took, '<', 1 + $long / 2, sprintf('after %.2f s instead of %.2f s', $took, $long));
($took, $error) = seconds("SELECT 1; SET statement_timeout = '50ms'; SELECT count(*) FROM generate_series(1, 1000) CROSS JOIN LATERAL ($plan) x");
like($error, qr/canceling statement due to statement timeout/, 'and a thousand of them');
cmp_ok($took, '<', 1 + $long / 2, 'as fast');
is($node->safe_psql('postgres', $plan), 20000, 'the server goes on');

# A job in the middle -------------------------------------------------------------------------

$node->safe_psql('postgres', q{
	SET highseas.clock = '2026-01-01';
	CALL highseas.create_tenant('east');
	INSERT INTO highseas.rep (tenant_id, rep_key) VALUES (1, 'ann'), (1, 'bob');
	INSERT INTO highseas.pool (tenant_id, pool_key) VALUES (1, 'main');
	INSERT INTO highseas.deadline (tenant_id, rule, kind, window_amount, window_unit, remind_before)
	VALUES (1, 'a week', 'no_follow_up', 7, 'day', '{}');
	INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
	SELECT 1, 'c' || n, 'main', '2025-12-01', '2025-12-01' FROM generate_series(1, 20) n});

# Whatever is told to bob waits while the table stuck has a row.
$node->safe_psql('postgres', q{
	CREATE TABLE stuck ();
	CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		WHILE EXISTS (SELECT FROM public.stuck) LOOP PERFORM pg_sleep(.02); END LOOP;
		RETURN NEW;
	END $$;
	CREATE TRIGGER wait BEFORE INSERT ON highseas.notice FOR EACH ROW WHEN (NEW.rep_key = 'bob') EXECUTE FUNCTION wait()});

my $month = 0;
interrupt('cancelled, and its session stays idle', '',
	sub { $node->safe_psql('postgres', "SELECT pg_cancel_backend($_[0])") });
interrupt('cancelled, and its session does something else', 'SELECT pg_sleep(600);',
	sub { $node->safe_psql('postgres', "SELECT pg_cancel_backend($_[0])") });
interrupt('terminated', '', sub { $node->safe_psql('postgres', "SELECT pg_terminate_backend($_[0])") });
interrupt('killed by SIGKILL', '', sub {
	kill 'KILL', $_[0];
	# Every session ends with it; the server starts again by itself.
	$node->poll_query_until('postgres', "SELECT count(*) FROM pg_stat_activity WHERE pid = $_[0]", 0) or die 'the server stays down';
});
interrupt('cut off by an immediate stop of the server', '', sub { $node->stop('immediate'); $node->start });

# Who has the job keeps it.
my ($job, $pid) = stuck_job('');
$node->safe_psql('postgres', 'CALL highseas.expire_due()');
is($node->safe_psql('postgres', 'SELECT status FROM highseas.job_run ORDER BY run_id DESC LIMIT 1'), 'running', 'a living run is left alone');
is($node->safe_psql('postgres', "SELECT backend_pid FROM highseas.job WHERE job = 'expire_due'"), $pid, 'its session has the job');
$node->safe_psql('postgres', 'DELETE FROM stuck');
$job->finish;
is($node->safe_psql('postgres', 'SELECT status, batches, rows FROM highseas.job_run ORDER BY run_id DESC LIMIT 1'), 'done|5|20', 'and ends it');

$node->stop;
done_testing();

sub seconds
{
	my ($sql) = @_;
	my $start = time;
	my (undef, undef, $stderr) = $node->psql('postgres', $sql);
	return (time - $start, $stderr);
}

# A session that goes through these statements and then stays until end_session().
sub session
{
	my ($name, $sql) = @_;
	local $ENV{PGAPPNAME} = $name;
	my ($in, $out) = ("$sql\n", '');
	my $psql = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-f', '-' ], '<', \$in, '>', \$out, '2>', \$out);
	$psql->pump while length $in;
	return $psql;
}

# The server does not notice a dead client while it sleeps.
sub end_session
{
	my ($name, $psql) = @_;
	$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '$name'");
	$psql->kill_kill;
	return;
}

# Twenty customers are due; the job has returned ann's ten and waits when it tells bob.
sub stuck_job
{
	my ($then) = @_;
	$month++;
	my $from = sprintf '2026-%02d-01', $month;
	my $later = sprintf '2026-%02d-20 00:00:00', $month;
	$node->safe_psql('postgres', qq{
		SET highseas.clock = '$from 01:00:00';
		SELECT highseas_api.claim_many(array_agg('c' || n), 'ann') FROM generate_series(1, 10) n;
		SET highseas.clock = '$from 02:00:00';
		SELECT highseas_api.claim_many(array_agg('c' || n), 'bob') FROM generate_series(11, 20) n;
		ALTER DATABASE postgres SET highseas.clock = '$later'});
	$node->safe_psql('postgres', 'INSERT INTO stuck DEFAULT VALUES');
	my $run = session('job', "CALL highseas.expire_due(batch => 5); $then");
	await(q{SELECT count(*) FROM pg_stat_activity WHERE application_name = 'job' AND state = 'active' AND wait_event = 'PgSleep'
		AND (SELECT held FROM highseas.rep WHERE rep_key = 'ann') = 0});
	return ($run, $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE application_name = 'job'}));
}

sub await
{
	my ($sql) = @_;
	$node->poll_query_until('postgres', $sql, 1) or die "waited in vain: $sql";
	return;
}

sub held { return $node->safe_psql('postgres', q{SELECT string_agg(rep_key || ' ' || held, ', ' ORDER BY rep_key) FROM highseas.rep}); }

sub interrupt
{
	my ($what, $then, $strike) = @_;
	my ($run, $pid) = stuck_job($then);
	is(held(), 'ann 0, bob 10', "$what: two batches are committed, the third waits");
	$strike->($pid);
	# The next run will not get stuck.
	$node->safe_psql('postgres', 'DELETE FROM stuck');
	$node->poll_query_until('postgres', q{SELECT count(*) FROM pg_stat_activity
		WHERE application_name = 'job' AND query LIKE 'CALL%' AND state = 'active'}, 0)
		or die 'the job goes on';
	is(held(), 'ann 0, bob 10', "$what: they stay");
	$node->safe_psql('postgres', 'CALL highseas.expire_due(batch => 5)');
	is($node->safe_psql('postgres', q{
		SELECT status, ended_at IS NOT NULL, batches, rows FROM highseas.job_run WHERE job = 'expire_due' ORDER BY run_id DESC LIMIT 2}),
		"done|t|3|10\ninterrupted|t|2|10", "$what: the next run takes over");
	is(held(), 'ann 0, bob 0', "$what: everything is returned");
	is($node->safe_psql('postgres', q{
		SELECT end_act, count(*), count(DISTINCT customer_key) FROM highseas.holding
		WHERE started_at >= (SELECT max(started_at) FROM highseas.holding) - interval '2 hours' GROUP BY 1}), 'expire|20|20',
		"$what: each customer once");
	is($node->safe_psql('postgres', q{SELECT last_status, failures_7_days FROM highseas.job_health WHERE job = 'expire_due'}), 'done|1',
		"$what: job_health counts it");
	is($node->safe_psql('postgres', 'SELECT * FROM highseas.check_consistency()'), '', "$what: consistent");
	end_session('job', $run);
	return;
}
