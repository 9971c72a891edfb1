# A server of its own for a TAP test, with pg_cron where it is wanted.
package HighseasCluster;

use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Cluster;

our @EXPORT = qw(start_node $CRON_SETTINGS);

# Jobs run as background workers: pg_cron then needs no connection of its own, so no pg_hba.conf entry.
our $CRON_SETTINGS = <<'CONF';
shared_preload_libraries = 'pg_cron'
cron.database_name = 'postgres'
cron.use_background_workers = on
max_worker_processes = 20
CONF

# start_node('main', $CRON_SETTINGS): a running server with these additional settings.
sub start_node
{
	my ($name, @settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
	$node->append_conf('postgresql.conf', $_) for @settings;
	$node->start;
	return $node;
}

1;
