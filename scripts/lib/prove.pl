# prove, but it also writes how many assertions passed and failed, and shows the end of a failed test's log:
#   perl prove.pl COUNTS-FILE TEST...
use strict;
use warnings;
use File::Basename;
use TAP::Harness;

my ($counts, @tests) = @ARGV;
my $harness = TAP::Harness->new({ jobs => $ENV{TAP_JOBS} // 2, failures => 1, color => 0 });
my $result = $harness->runtests(@tests);

my ($passed, $failed) = (scalar $result->passed, scalar $result->failed);
for my $test (@tests)
{
	my ($parser) = $result->parsers($test);
	# Died, ran another number of assertions than planned, or none at all.
	my $broken = $parser->has_problems || !($parser->tests_run || $parser->skip_all);
	$failed++ if $broken && !$parser->failed;
	show_log(basename($test, '.pl')) if $broken;
}
open my $out, '>', $counts or die "$counts: $!";
print $out "$passed $failed\n";
close $out;
exit($failed ? 1 : 0);

sub show_log
{
	my ($name) = @_;
	open my $log, '<', "$ENV{TESTLOGDIR}/regress_log_$name" or return;
	my @lines = <$log>;
	splice @lines, 0, -60 if @lines > 60;
	print "---- the end of the log of $name\n", @lines;
}
