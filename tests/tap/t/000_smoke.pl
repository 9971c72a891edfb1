# The extension and pg_cron live in one database, and the extension needs no preloading.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use HighseasCluster;

my $node = start_node('main', $CRON_SETTINGS);

$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron');
is($node->safe_psql('postgres', 'SHOW cron.use_background_workers'), 'on', 'pg_cron is loaded');

$node->safe_psql('postgres', 'CREATE EXTENSION highseas');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_extension WHERE extname IN ('highseas', 'pg_cron')}),
	2, 'both extensions in one database');
unlike($node->safe_psql('postgres', 'SHOW shared_preload_libraries'), qr/highseas/, 'highseas needs no preloading');

$node->stop;
done_testing();
