# Acts that lock several reps and customers at once, over so few of them that everybody meets everybody, in random
# order, while the jobs expire and rotate the same ones: one order of locks, so not one deadlock.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use HighseasCluster;
use HighseasStorm;

my $node = start_node('main', $STORM_SETTINGS, "deadlock_timeout = '100ms'\n");
# Two of the reps are on leave: the rotation writes their rows, too.
create_storm($node, reps => 6, on_leave => 2, customers => 12);

my $problems = finish_storm(start_storm($node, storm_seconds(10),
	{ assign => 10, transfer => 10, claim_many => 10, return => 3, claim_next => 3, follow_up => 3, withdraw => 2, reinstate => 4, arrive => 8 },
	qw(expire_due rotate)));
is($problems, '', 'no client met an error that no comment promises');
is($node->safe_psql('postgres', q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'}), 0, 'not one deadlock');
check_storm($node, 'after the mixed load');
cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM highseas.holding WHERE act IN ('assign', 'transfer')}), '>', 50, 'customers changed hands');
isnt($node->safe_psql('postgres', q{SELECT count(*) FROM highseas.holding WHERE act = 'rotate'}), 0, 'the rotation gave some away');
# That holdings really expire under load is 010's: here, with so few customers, all may change hands in time.
isnt($node->safe_psql('postgres', q{SELECT count(*) FROM highseas.job_run WHERE job = 'expire_due' AND status IN ('done', 'bounded')}), 0, 'the expiry ran');

$node->stop;
done_testing();
