# Applications call the verbs through a driver: a plain CALL, parameters bound by the server, gives one row with the
# outputs' names, and an error has its code, its rule, DETAIL and HINT.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use HighseasCluster;

my $node = start_node('main');
$node->safe_psql('postgres', q{
	CREATE EXTENSION highseas;
	CALL highseas.create_tenant('acme');
	CREATE ROLE crm_reader;
	CREATE ROLE shop LOGIN IN ROLE crm_reader;
	CALL highseas.grant_role('shop', 'admin');
	INSERT INTO highseas.rep (tenant_id, rep_key) VALUES (1, 'ann'), (1, 'bob'), (1, 'cid'), (1, 'dan');
	INSERT INTO highseas.pool (tenant_id, pool_key) VALUES (1, 'main');
	INSERT INTO highseas.capacity (tenant_id, rule, rep_key, maximum) VALUES (1, 'none-for-cid', 'cid', 0);
	INSERT INTO highseas.deadline (tenant_id, rule, kind, window_amount, window_unit) VALUES (1, 'two weeks', 'no_follow_up', 14, 'day');
	INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, score, pooled_since, last_act_at)
	SELECT 1, p || ' ' || n, 'main', CASE p WHEN 'some' THEN 1 ELSE 0 END, now(), now()
	FROM unnest('{True,False,some}'::text[]) p, unnest(CASE p WHEN 'some' THEN ARRAY(SELECT generate_series(1, 20)) ELSE '{1,2,3,4,9}' END) n;
	INSERT INTO highseas.holding (tenant_id, customer_key, rep_key, pool_key, started_at, act, actor, ended_at, end_act, end_actor, to_pool)
	SELECT 1, 'some ' || n, 'bob', 'main', now() - interval '100 days', 'claim', 'x', now() - interval '40 days', 'return', 'x', 'main'
	FROM generate_series(19, 20) n;
	INSERT INTO highseas.purchase (tenant_id, customer_key, order_key, ordered_at, amount) VALUES (1, 'some 20', 'o', now() - interval '98 days', 1);
	INSERT INTO highseas.overflow_rule (tenant_id, rule, rep_key, maximum, to_tiers, may_keep) VALUES (1, 'none for dan', 'dan', 0, '{new}', 2);
	SELECT highseas_api.claim(k, 'dan') FROM unnest('{True 9,False 9}'::text[]) k;
	CALL highseas.hand_over()});

my ($out, $err);
my $connection = $node->connstr('postgres') . ' user=shop';
ok(IPC::Run::run([ '/usr/bin/python3', "$ENV{HIGHSEAS_SOURCE}/tests/clients/every_verb.py", $connection ], '<', \undef, '>', \$out, '2>', \$err),
	'every call gave its row') or diag($err);

my %seen;
$seen{$_}++ for grep { !/^refused/ } split /\n/, $out;
my @wrong = grep { $seen{$_} < 2 } keys %seen;
is("@wrong", '', 'with autocommit on and off alike');
is(join("\n", sort keys %seen), $node->safe_psql('postgres', q{
	SELECT concat_ws(' ', p.proname, (SELECT string_agg(p.proargnames[n], ' ' ORDER BY n) FROM generate_subscripts(p.proargmodes, 1) n
	                                  WHERE p.proargmodes[n] = 'o'))
	FROM pg_proc p WHERE p.pronamespace = 'highseas_api'::regnamespace ORDER BY p.proname COLLATE "C"}),
	'each verb there is was called, and answered with the columns that its function has');
my $refused = "refused SE003 none-for-cid True True\nrefused 42704\nrefused 22004\n";
is(join('', map { "$_\n" } grep { /^refused/ } split /\n/, $out), "${refused}${refused}refused 25001\n", 'an error has all that an application needs');

$node->stop;
done_testing();
