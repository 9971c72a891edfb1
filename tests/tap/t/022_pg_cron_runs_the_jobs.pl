# A real pg_cron runs what schedule_jobs() registers: reminders go out, overdue customers return, and it says so.
#
# The clock of its sessions: ALTER DATABASE ... SET highseas.clock, by a superuser. Their library is not loaded when the
# setting is read; it waits as a placeholder and is taken over at the first call. Every new session has it, without a
# restart. (ALTER SYSTEM knows the setting only in a session that has loaded the library, and needs a reload.)
# pg_cron 1.4 counts in minutes, so the same commands are also scheduled @reboot: they run right after a start.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use HighseasCluster;

my $node = start_node('main', $CRON_SETTINGS);

my ($status, undef, $error) = $node->psql('template1', 'CREATE EXTENSION highseas; SELECT * FROM highseas.schedule_jobs()');
like($error, qr/pg_cron is not installed in this database/, 'without pg_cron: a clear error');
is($node->safe_psql('template1', 'SELECT highseas.unschedule_jobs()'), 0, 'without pg_cron: nothing to remove');
$node->safe_psql('template1', 'DROP EXTENSION highseas');

$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron');
$node->safe_psql('postgres', 'CREATE EXTENSION highseas');
$node->safe_psql('postgres', q{
	SET highseas.clock = '2026-01-05 02:00:00+00';
	CALL highseas.create_tenant('east');
	INSERT INTO highseas.rep (tenant_id, rep_key) VALUES (1, 'ann');
	INSERT INTO highseas.pool (tenant_id, pool_key) VALUES (1, 'main');
	INSERT INTO highseas.deadline (tenant_id, rule, kind, window_amount, window_unit, remind_before)
	VALUES (1, 'a week', 'no_follow_up', 7, 'day', '{2 days}');
	INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
	SELECT 1, 'c' || n, 'main', '2026-01-01', '2026-01-01' FROM generate_series(1, 10) n;
	SELECT highseas_api.claim_many(ARRAY['c1', 'c2', 'c3'], 'ann')});

# Other people's schedules, as near to ours as names can be.
$node->safe_psql('postgres', q{
	CREATE ROLE other LOGIN;
	GRANT USAGE ON SCHEMA cron TO other;
	SELECT cron.schedule('nightly', '0 0 1 1 *', 'SELECT 1');
	SELECT cron.schedule('highseas report', '0 0 1 1 *', 'SELECT 2');
	SELECT cron.schedule('0 0 1 1 *', 'SELECT 3');
	SET ROLE other;
	SELECT cron.schedule('highseas expire_due', '0 0 1 1 *', 'SELECT 4')});
my $foreign = $node->safe_psql('postgres', 'SELECT * FROM cron.job ORDER BY jobid');

my $scheduled = $node->safe_psql('postgres', 'SELECT job FROM highseas.schedule_jobs() ORDER BY 1');
is($scheduled, $node->safe_psql('postgres', 'SELECT job FROM highseas.job WHERE tenant_id = 1 ORDER BY 1'), 'every job is scheduled');
my $ours = q{SELECT jobname, schedule, command, username, database, active FROM cron.job
	WHERE command LIKE 'CALL highseas.%' AND schedule <> '@reboot' ORDER BY 1};
my $registered = $node->safe_psql('postgres', $ours);
is(scalar(split /\n/, $registered), scalar(split /\n/, $scheduled), 'pg_cron has a row for each');
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM cron.job j WHERE j.command LIKE 'CALL highseas.%' AND NOT EXISTS (
		SELECT FROM pg_proc p WHERE p.pronamespace = 'highseas'::regnamespace AND p.prokind = 'p'
			AND j.command = format('CALL highseas.%s()', p.proname))}), 0, 'each command CALLs a procedure that is there');
is($node->safe_psql('postgres', q{SELECT DISTINCT username, database, active FROM cron.job WHERE command LIKE 'CALL highseas.%'}),
	join('|', scalar getpwuid($<), 'postgres', 't'), 'as the current role, here');
$node->safe_psql('postgres', 'SELECT * FROM highseas.schedule_jobs()');
is($node->safe_psql('postgres', $ours), $registered, 'scheduled twice: the same schedules');

# run_at('2026-...', jobs): schedules their commands @reboot, restarts under that clock, waits until pg_cron ran each of
# them, and returns how it went.
sub run_at
{
	my ($clock, @jobs) = @_;
	my $names = join ', ', map { "'$_'" } @jobs;
	$node->safe_psql('postgres', qq{
		SELECT cron.unschedule(jobid) FROM cron.job WHERE schedule = '\@reboot';
		SELECT cron.schedule('after a start: ' || job, '\@reboot', command)
		FROM highseas.schedule_jobs() WHERE job IN ($names);
		DELETE FROM cron.job_run_details;
		ALTER DATABASE postgres SET highseas.clock = '$clock'});
	$node->restart;
	my $finished = q{SELECT count(*) FROM cron.job_run_details WHERE command LIKE 'CALL highseas.%' AND status IN ('succeeded', 'failed')};
	$node->poll_query_until('postgres', $finished, scalar @jobs) or die 'pg_cron did not run every job';
	return $node->safe_psql('postgres', q{
		SELECT command, status, return_message FROM cron.job_run_details WHERE command LIKE 'CALL highseas.%' ORDER BY 1});
}

sub succeeded
{
	return join "\n", map { "CALL highseas.$_()|succeeded|CALL" } @_;
}

# All at once, to see that they run; then the two that have something to do: jobs skip what another one is looking at.
my @all = split /\n/, $scheduled;
my @two = qw(expire_due send_reminders);

is(run_at('2026-01-09 02:00:00+00', @all), succeeded(@all), 'nothing is due: every job succeeded');
is($node->safe_psql('postgres', 'SELECT count(*) FROM highseas.notice'), 0, 'no notice');
is($node->safe_psql('postgres', q{SELECT DISTINCT started_at FROM highseas.job_run}), '2026-01-09 02:00:00+00', 'the clock of its sessions is ours');

is(run_at('2026-01-10 03:00:00+00', @two), succeeded(@two), 'two days before: both jobs succeeded');
is($node->safe_psql('postgres', q{SELECT kind, customer_key, due_at FROM highseas.notice ORDER BY 2}), join("\n",
	map { "reminder|c$_|2026-01-12 02:00:00+00" } 1 .. 3), 'a reminder for each');
is($node->safe_psql('postgres', q{SELECT held FROM highseas.rep}), 3, 'nothing returned yet');
$node->safe_psql('postgres', q{SET highseas.clock = '2026-01-11 02:00:00+00'; CALL highseas.follow_up('c3', rep => 'ann')});

# The oldest overdue one shows before the job runs.
is($node->safe_psql('postgres', q{SET highseas.clock = '2026-01-12 03:00:00+00';
	SELECT oldest_overdue FROM highseas.job_health WHERE job = 'expire_due'}), '2026-01-12 02:00:00+00', 'job_health shows what waits');
is(run_at('2026-01-12 03:00:00+00', @two), succeeded(@two), 'past the deadline: both jobs succeeded');
is($node->safe_psql('postgres', q{SELECT customer_key, state, holder FROM highseas.customer WHERE customer_key IN ('c1', 'c2', 'c3') ORDER BY 1}),
	"c1|free|\nc2|free|\nc3|held|ann", 'overdue customers are back, the one followed up is not');
is($node->safe_psql('postgres', q{SELECT end_act, end_reason, end_actor, count(*) FROM highseas.holding WHERE ended_at IS NOT NULL GROUP BY 1, 2, 3}),
	join('|', 'expire', 'a week', scalar getpwuid($<), 2), 'the ledger says by which deadline and for whom');
is($node->safe_psql('postgres', q{SELECT kind, count(*) FROM highseas.notice GROUP BY 1 ORDER BY 1}), "reminder|3\nreturned|2", 'the rep was told');
is($node->safe_psql('postgres', q{
	SELECT job, last_status, last_rows >= 2, last_run_at, last_success_at, failures_7_days, last_error, oldest_overdue, clock
	FROM highseas.job_health WHERE job = 'expire_due'}),
	'expire_due|done|t|2026-01-12 03:00:00+00|2026-01-12 03:00:00+00|0|||2026-01-12 03:00:00+00', 'job_health shows the run');
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT last_status, ' ') FROM highseas.job_health}), 'done', 'job_health: every job done');
is(run_at('2026-01-12 03:00:00+00', @two), succeeded(@two), 'the same time once more: both jobs succeeded');
is($node->safe_psql('postgres', 'SELECT count(*) FROM highseas.notice'), 5, 'and nothing happened twice');
is($node->safe_psql('postgres', 'SELECT * FROM highseas.check_consistency()'), '', 'consistent');

# A job that fails says so in both places.
$node->safe_psql('postgres', 'ALTER TABLE highseas.notice ADD CONSTRAINT jammed CHECK (at IS NULL) NOT VALID');
like(run_at('2026-01-17 03:00:00+00', @two), qr/^CALL highseas\.send_reminders\(\)\|failed\|.*job "send_reminders" failed: .*jammed/m,
	'a job that fails is a failed run of pg_cron, with the reason');
is($node->safe_psql('postgres', q{SELECT last_status, failures_7_days, last_error LIKE '%jammed%' FROM highseas.job_health WHERE job = 'send_reminders'}),
	'failed|1|t', 'and a failure in job_health');
$node->safe_psql('postgres', 'ALTER TABLE highseas.notice DROP CONSTRAINT jammed');
$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET highseas.clock');
is($node->safe_psql('postgres', q{SELECT abs(extract(epoch FROM highseas.clock() - clock_timestamp())) < 5}), 't', 'RESET: the real time again');

# Gone: ours, and only ours.
$node->safe_psql('postgres', q{SELECT cron.unschedule(jobid) FROM cron.job WHERE schedule = '@reboot'});
is($node->safe_psql('postgres', 'SELECT highseas.unschedule_jobs()'), scalar(split /\n/, $scheduled), 'unschedule_jobs() removes every one of ours');
is($node->safe_psql('postgres', 'SELECT * FROM cron.job ORDER BY jobid'), $foreign, 'and nothing else');
is($node->safe_psql('postgres', 'SELECT highseas.unschedule_jobs()'), 0, 'twice: nothing to remove');

# An admin who is no superuser schedules and removes them, too.
$node->safe_psql('postgres', q{CREATE ROLE nightly LOGIN; GRANT USAGE ON SCHEMA cron TO nightly; CALL highseas.grant_role('nightly', 'admin')});
is($node->safe_psql('postgres', 'SET ROLE nightly; SELECT job FROM highseas.schedule_jobs() ORDER BY 1'), $scheduled, 'an admin schedules every job');
is($node->safe_psql('postgres', 'SET ROLE nightly; SELECT highseas.unschedule_jobs()'), scalar(split /\n/, $scheduled), '... and removes every one');

$node->stop;
done_testing();
