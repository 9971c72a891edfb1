# The README's examples work. Its tour, and its sections on value and what follows from it, each as one psql session:
# each block of SQL gives the output in the block of console after it.
# UPDATE_GOLDEN=1 writes the output into the README instead.
use strict;
use warnings;
use IPC::Run qw(run);
use PostgreSQL::Test::Utils;
use Test::More;
use HighseasCluster;

my $readme = "$ENV{HIGHSEAS_SOURCE}/README.md";
my $text = slurp_file($readme);
# Text, SQL, text, SQL ...; a console block belongs to the SQL block that it follows directly.
my $block = qr/^```sql\n(.*?)^```\n(?:\n```console\n(.*?)^```\n)?/ms;

my $node = start_node('main');
$node->safe_psql('postgres', 'CREATE DATABASE crm');
chdir $ENV{HIGHSEAS_SOURCE} or die "$ENV{HIGHSEAS_SOURCE}: $!";

session('Ten-minute tour');
session('Value (`value`)');
session('Classes (`classify`)');
session('Screening (`screen`)');
session('Allocation and periods (`allocate`, `period`)');

# The examples of rules, in the database of the tour's shop.
my ($rules) = $text =~ /^## Rules by example.*?^```sql\n(.*?)^```/ms or die 'the README has no rules';
is($node->psql('crm', $rules), 0, 'the examples of rules work');

$node->stop;
done_testing();

# One psql session runs the SQL of a section.
sub session
{
	my ($title) = @_;
	my ($section) = $text =~ /^(## \Q$title\E\n.*?)^## /ms or die "the README has no section $title";
	my (@sql, @expected);
	while ($section =~ /$block/g)
	{
		push @sql, $1;
		push @expected, $2 // '';
	}
	ok(@sql, "$title: it has blocks of SQL");

	my $input = join '', map { "\\echo \@\@ next block\n$_" } @sql;
	my $output = '';
	run [ 'psql', '-X', '-q', '-d', $node->connstr('crm') ], '<', \$input, '>', \$output, '2>&1';
	$output =~ s/[ \t]+$//mg;
	my (undef, @actual) = split /^\@\@ next block\n/m, $output, -1;
	s/\n+\z/\n/ for @actual;
	is(scalar @actual, scalar @sql, "$title: the session comes to its end") or die "it ended with: $actual[-1]";

	if ($ENV{UPDATE_GOLDEN})
	{
		my @blocks = @actual;
		$section =~ s/$block/"```sql\n$1```\n" . console(shift @blocks)/ge;
		$text =~ s/^## \Q$title\E\n.*?(?=^## )/$section/ms;
		open my $file, '>', $readme or die "$readme: $!";
		print $file $text;
		close $file;
		@expected = @actual;
	}
	for my $n (0 .. $#sql)
	{
		my ($first) = split /\n/, $sql[$n];
		is($actual[$n], $expected[$n], "$title: block @{[$n + 1]}: $first");
	}
}

sub console
{
	my ($shown) = @_;
	return $shown eq '' ? '' : "\n```console\n$shown```\n";
}
