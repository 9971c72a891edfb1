# 16 clients call every verb with random arguments while the jobs run and the CRM underneath changes: no rule is passed,
# nothing is lost.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use HighseasCluster;
use HighseasStorm;

my $node = start_node('main', $STORM_SETTINGS);
create_storm($node, reps => 12, customers => 200, cooldown => '6 hours', embargo => '30 minutes', rules => q{
	INSERT INTO highseas.capacity (tenant_id, rule, tier, class, pool_key, maximum)
	SELECT t.tenant_id, c.* FROM highseas.tenant t, (VALUES
		('at most 15', NULL, NULL, NULL, 15), ('new: 6', 'new', NULL, NULL, 6),
		('class A: 4', NULL, 'A', NULL, 4), ('wide: 8', NULL, NULL, 'wide', 8)) c;
	INSERT INTO highseas.quota (tenant_id, rule, period, tier, class, pool_key, maximum)
	SELECT t.tenant_id, q.* FROM highseas.tenant t, (VALUES
		('a day', 'day', NULL, NULL, NULL, 40), ('new, a day', 'day', 'new', NULL, NULL, 20),
		('class A, a day', 'day', NULL, 'A', NULL, 12), ('wide, a day', 'day', NULL, NULL, 'wide', 20)) q;
	INSERT INTO highseas.allocation_rule (tenant_id, pool_key, method, least_share, most_share)
	SELECT t.tenant_id, 'wide', 'optimal', .5, 2 FROM highseas.tenant t;
	INSERT INTO highseas.leave_rule (tenant_id, rule, occasion, handling) SELECT t.tenant_id, 'gone: the team', 'departure', 'team' FROM highseas.tenant t});

my $problems = finish_storm(start_storm($node, storm_seconds(20),
	{ claim => 15, claim_twice => 3, regret => 4, claim_next => 15, claim_many => 5, follow_up => 15, return => 12, take_back => 4,
	  assign => 16, transfer => 8, extend => 4, decide => 4, protect => 3, unprotect => 2, withdraw => 2, reinstate => 6,
	  merge => 2, rekey => 2, acknowledge => 3, trespass => 1,
	  arrive => 4, crm_new => 2, crm_change => 8, crm_deal => 2, crm_vanish => 2, crm_back => 2, crm_order => 4, crm_call => 8, crm_follow => 8 },
	qw(expire_due send_reminders rotate replan purge sync reconcile refresh_value reclassify wake allocate cover_leave)));
is($problems, '', 'no client failed');
check_storm($node, 'after the storm');
is($node->safe_psql('postgres', q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'}), 0, 'no deadlock in the statistics');

# It was a storm: everything happened, and every limit was run into.
is($node->safe_psql('postgres', q{
	SELECT string_agg(v, ' ') FROM unnest(ARRAY['claim', 'follow_up', 'return', 'take_back', 'assign', 'transfer', 'extend', 'protect',
		'unprotect', 'withdraw', 'reinstate', 'merge', 'rekey', 'acknowledge']) v
	WHERE NOT EXISTS (SELECT FROM storm.log l WHERE l.verb = v AND l.code IS NULL)}), '', 'every verb succeeded');
is($node->safe_psql('postgres', q{
	SELECT string_agg(c, ' ') FROM unnest(ARRAY['SE001', 'SE003', 'SE004', 'SE005', 'SE006', 'SE007', '42704', '42501']) c
	WHERE NOT EXISTS (SELECT FROM storm.log l WHERE l.code = c)}), '', 'and was refused for every reason');
is($node->safe_psql('postgres', q{
	SELECT string_agg(what, ' ') FROM (VALUES ('rotate', (SELECT count(*) FROM highseas.holding WHERE act = 'rotate')),
		('allocate', (SELECT count(*) FROM highseas.holding WHERE act = 'allocate')),
		('expire', (SELECT count(*) FROM highseas.holding WHERE end_act = 'expire')),
		('remind', (SELECT count(*) FROM highseas.notice WHERE kind = 'reminder')),
		('import', (SELECT count(*) FROM highseas.holding WHERE act = 'import')),
		('adopt', (SELECT count(*) FROM highseas.holding WHERE act = 'adopt')),
		('gone', (SELECT count(*) FROM highseas.holding WHERE end_act = 'gone')),
		('value', (SELECT count(*) FROM highseas.customer_value WHERE actual_value > 0)),
		('class', (SELECT count(*) FROM highseas.class_history WHERE from_class IS NOT NULL))) x(what, n) WHERE n = 0}), '',
	'the jobs rotated, allocated, reminded, expired, imported, adopted, let go who vanished, valued who bought, and classed anew');
check_crm($node, 'at last');
is($node->safe_psql('postgres', 'SELECT * FROM highseas.check_consistency()'), '', 'and still consistent');

$node->stop;
done_testing();
