# 64 connections enter one customer at the same moment, each in another spelling: one gets in, the others are his leads,
# nobody fails. By a key that only one may have, and by the score alone.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use HighseasCluster;

my $clients = 64;
my $trials = $ENV{HIGHSEAS_TRIALS} || 4;

my $node = start_node('main', "max_connections = 100\ndeadlock_timeout = '100ms'\n");
$node->safe_psql('postgres', q{
	CREATE EXTENSION highseas;
	CALL highseas.create_tenant('acme');
	INSERT INTO highseas.pool (tenant_id, pool_key) VALUES (1, 'main');
	CREATE SCHEMA race;
	-- 64 spellings: by key they differ in letters, signs and the legal form only; by the score words are misspelt, too.
	CREATE FUNCTION race.spelling(n integer, exact boolean) RETURNS text LANGUAGE sql AS $$
		SELECT (CASE WHEN exact THEN ARRAY['Krüger', 'krueger', 'KRÜGER', 'Krueger'] ELSE ARRAY['Krüger', 'Krueger', 'Krügar', 'Kruger'] END)[n % 4 + 1]
			|| (CASE WHEN exact THEN ARRAY[' Druckerei', '  DRUCKEREI', '-Druckerei', ' druckerei,']
				ELSE ARRAY[' Druckerei', ' Drukerei', '-Druckerrei', ' Druckereien'] END)[n / 4 % 4 + 1]
			|| (ARRAY[' GmbH', ' G.m.b.H.', ' gmbh', ', GMBH'])[n / 16 + 1] $$;
	CREATE FUNCTION race.enter(n integer, exact boolean) RETURNS text LANGUAGE sql AS $$
		SELECT state FROM highseas_api.intake(race.spelling(n, exact), 'Jörg Müller', phone => (ARRAY['030 901820', '+49 30 901820', '0049-30-901820'])[n % 3 + 1],
			address => (ARRAY['Hauptstraße 12', 'Hauptstr. 12'])[n % 2 + 1], city => 'Berlin', country => 'DE', origin => 'fair', tenant => 'acme') $$;
	CREATE TABLE race.start (at timestamptz)});

for my $exact ('true', 'false')
{
	my $what = $exact eq 'true' ? 'by key' : 'by the score';
	# One rule alone decides.
	$node->safe_psql('postgres', qq{
		DELETE FROM highseas.duplicate_rule;
		INSERT INTO highseas.duplicate_rule (tenant_id, kind, block)
		SELECT 1, k, (k <> 'alike') = $exact FROM unnest('{number,phone,email,domain,alike}'::text[]) k});
	my $file = $node->basedir . "/$exact.sql";
	# All wait for one moment.
	append_to_file($file, "SELECT pg_sleep_until(at) FROM race.start;\nSELECT race.enter(:client_id, $exact);\n");
	my ($failed, $wrong) = ('', '');
	for my $trial (1 .. $trials)
	{
		$node->safe_psql('postgres', q{
			TRUNCATE highseas.customer, highseas.profile, highseas.lead, highseas.duplicate_key, highseas.duplicate_terms, race.start;
			INSERT INTO race.start VALUES (clock_timestamp() + interval '700 ms')});
		my ($out, $err) = ('', '');
		IPC::Run::run([ 'pgbench', '-n', '-h', $node->host, '-p', $node->port, '-c', $clients, '-j', 2, '-t', 1, '-f', $file, 'postgres' ],
			'<', \undef, '>', \$out, '2>', \$err) or $failed .= "trial $trial: $err\n";
		my $n = $node->safe_psql('postgres', q{
			SELECT (SELECT count(*) FROM highseas.customer) || ' ' || count(DISTINCT customer_key) || ' ' || count(*) || ' ' || count(*) FILTER (WHERE is_first)
			FROM highseas.lead WHERE state = 'taken'});
		$wrong .= "trial $trial: $n\n" if $n ne "1 1 $clients 1";
	}
	is($failed, '', "$what: nobody failed in $trials trials of $clients");
	is($wrong, '', "$what: one customer, whose lead everybody is");
}
is($node->safe_psql('postgres', q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'}), 0, 'no deadlock in the statistics');
is($node->safe_psql('postgres', 'SELECT * FROM highseas.check_consistency()'), '', 'and everything is consistent');

$node->stop;
done_testing();
