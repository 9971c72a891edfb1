# A storm: many clients call the verbs with random arguments while the jobs run, on a clock that runs 7200 times as
# fast as the real one (a second is two hours). Every call logs what it was told in its own transaction, so that the
# log can be compared with the ledger, whatever happened to the client.
package HighseasStorm;

use strict;
use warnings;
use Exporter 'import';
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(storm_seconds create_storm start_storm finish_storm storm_sql check_storm $STORM_SETTINGS);

our $STORM_SETTINGS = <<'CONF';
max_connections = 60
restart_after_crash = on
log_statement = none
CONF

# How long a storm rages: as the test says, shorter for a quick look by HIGHSEAS_STORM_SECONDS.
sub storm_seconds { return $ENV{HIGHSEAS_STORM_SECONDS} || $_[0]; }

my $SCHEMA = <<'SQL';
CREATE EXTENSION highseas;
CREATE SCHEMA storm;
CREATE TABLE storm.began AS SELECT clock_timestamp() AS at, ${reps}::integer AS reps, ${customers}::integer AS customers;
CREATE FUNCTION storm.clock() RETURNS timestamptz LANGUAGE sql
RETURN (SELECT timestamptz '2026-03-02 12:00+00' + (clock_timestamp() - b.at) * 7200 FROM storm.began b);
CREATE TABLE storm.log (verb text, customer text COLLATE "C", rep text COLLATE "C", code text, n bigint);
CREATE SEQUENCE storm.newcomer;

CREATE FUNCTION storm.any_rep() RETURNS text LANGUAGE sql
RETURN CASE WHEN random() < 0.01 THEN 'nobody' ELSE 'r' || 1 + floor(random() * (SELECT reps FROM storm.began)) END;
CREATE FUNCTION storm.any_customer() RETURNS text LANGUAGE sql
RETURN CASE WHEN random() < 0.01 THEN 'c0' ELSE 'c' || 1 + floor(random() * (SELECT customers FROM storm.began)) END;
-- Mostly one that the rep holds at this moment, or held.
CREATE FUNCTION storm.held_by(rep text) RETURNS text LANGUAGE sql
RETURN CASE WHEN random() < 0.9
       THEN coalesce((SELECT c.customer_key FROM highseas.customer c WHERE c.tenant_id = 1 AND c.holder = rep AND c.state = 'held'
                      ORDER BY random() LIMIT 1), storm.any_customer())
       ELSE storm.any_customer() END;

CREATE FUNCTION storm.act(verb text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    mine text := storm.any_rep();
    other text := storm.any_rep();
    key text;
    keys text[];
    x record;
    again record;
BEGIN
    PERFORM set_config('highseas.clock', storm.clock()::text, false);
    key := CASE WHEN verb IN ('follow_up', 'return', 'take_back', 'transfer', 'extend', 'protect', 'unprotect')
                THEN storm.held_by(mine) ELSE storm.any_customer() END;
    CASE verb
        WHEN 'claim' THEN
            SELECT * INTO x FROM highseas_api.claim(key, mine);
            INSERT INTO storm.log VALUES ('claim', key, mine);
        WHEN 'regret' THEN  -- what he had a moment ago
            key := coalesce((SELECT h.customer_key FROM highseas.holding h JOIN highseas.customer c USING (tenant_id, customer_key)
                             WHERE h.rep_key = mine AND h.to_pool = 'wide' AND c.state = 'free' ORDER BY h.ended_at DESC LIMIT 1), key);
            SELECT * INTO x FROM highseas_api.claim(key, mine);
            INSERT INTO storm.log VALUES ('claim', key, mine);
        WHEN 'claim_twice' THEN  -- the same retry key: once in the ledger
            SELECT * INTO x FROM highseas_api.claim(key, mine, retry_key => 'try ' || pg_current_xact_id());
            SELECT * INTO again FROM highseas_api.claim(key, mine, retry_key => 'try ' || pg_current_xact_id());
            IF x.held_since IS DISTINCT FROM again.held_since THEN
                RAISE 'the retry key was not honoured: % and %', x, again;
            END IF;
            INSERT INTO storm.log VALUES ('claim', key, mine);
        WHEN 'claim_next' THEN
            SELECT * INTO x FROM highseas_api.claim_next((ARRAY['strict', 'wide'])[1 + floor(random() * 2)], mine);
            INSERT INTO storm.log VALUES (CASE WHEN x.customer_key IS NULL THEN 'nobody there' ELSE 'claim' END, x.customer_key, mine);
        WHEN 'claim_many' THEN
            keys := ARRAY(SELECT k FROM (SELECT DISTINCT storm.any_customer() AS k FROM generate_series(1, 5)) y ORDER BY random());
            SELECT * INTO x FROM highseas_api.claim_many(keys, mine);
            INSERT INTO storm.log
            SELECT 'claim', k, mine FROM unnest(keys) k
            WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(x.refusals::jsonb) e WHERE e ->> 'customer' = k);
        WHEN 'follow_up' THEN
            SELECT * INTO x FROM highseas_api.follow_up(key, 'call', NULL, mine);
            INSERT INTO storm.log VALUES ('follow_up', key, mine);
        WHEN 'return' THEN
            SELECT * INTO x FROM highseas_api.return_to_pool(key, 'price', rep => mine,
                pool => CASE WHEN random() < 0.2 THEN 'wide' END);
            INSERT INTO storm.log VALUES ('return', key, mine);
        WHEN 'take_back' THEN
            SELECT * INTO x FROM highseas_api.return_to_pool(key, 'price');
            INSERT INTO storm.log VALUES ('take_back', key);
        WHEN 'assign' THEN
            SELECT * INTO x FROM highseas_api.assign(key, other);
            INSERT INTO storm.log VALUES ('assign', key, other);
        WHEN 'transfer' THEN
            SELECT * INTO x FROM highseas_api.transfer(key, other, rep => mine);
            INSERT INTO storm.log VALUES ('transfer', key, other);
        WHEN 'extend' THEN
            SELECT * INTO x FROM highseas_api.extend(key, storm.clock() + random() * interval '20 hours', rep => mine);
            INSERT INTO storm.log VALUES ('extend', key, mine);
        WHEN 'decide' THEN
            SELECT e.extension_id, e.customer_key, e.rep_key INTO x FROM highseas.extension e
            WHERE e.status = 'asked' ORDER BY random() LIMIT 1;
            PERFORM highseas_api.decide_extension(coalesce(x.extension_id, 0), random() < 0.5);
            INSERT INTO storm.log VALUES ('extend', x.customer_key, x.rep_key);
        WHEN 'protect' THEN
            SELECT * INTO x FROM highseas_api.protect(key, storm.clock() + interval '4 hours', rep => mine);
            INSERT INTO storm.log VALUES ('protect', key, mine);
        WHEN 'unprotect' THEN
            SELECT * INTO x FROM highseas_api.protect(key, NULL, rep => mine);
            INSERT INTO storm.log VALUES ('unprotect', key, mine);
        WHEN 'withdraw' THEN
            SELECT * INTO x FROM highseas_api.withdraw(key, 'storm');
            INSERT INTO storm.log VALUES ('withdraw', key);
        WHEN 'reinstate' THEN
            key := coalesce((SELECT c.customer_key FROM highseas.customer c WHERE c.state IN ('withdrawn', 'frozen')
                             ORDER BY random() LIMIT 1), key);
            SELECT * INTO x FROM highseas_api.reinstate(key);
            INSERT INTO storm.log VALUES ('reinstate', key);
        WHEN 'acknowledge' THEN
            SELECT * INTO x FROM highseas_api.acknowledge(
                ARRAY(SELECT n.notice_id FROM highseas.notice n WHERE n.rep_key = mine AND n.acknowledged_at IS NULL
                      ORDER BY random() LIMIT 20), mine);
            INSERT INTO storm.log VALUES ('acknowledge', NULL, mine, NULL, x.acknowledged);
        WHEN 'arrive' THEN  -- a newcomer that nobody held, asleep already
            INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, score, class, pooled_since, last_act_at)
            VALUES (1, 'n' || nextval('storm.newcomer'), 'strict', -1, CASE WHEN random() < 0.3 THEN 'A' END, '2026-03-01', '2026-03-01');
    END CASE;
EXCEPTION WHEN OTHERS THEN
    -- What the verbs' comments promise; anything else, a deadlock first of all, is a fault.
    IF SQLSTATE !~ '^SE00[1-9]$' AND SQLSTATE NOT IN ('42704', '22023', '55P03') THEN
        RAISE;
    END IF;
    INSERT INTO storm.log VALUES (verb, key, mine, SQLSTATE);
END
$$;

SET highseas.clock = '2026-03-01 00:00:00+00';
CALL highseas.create_tenant('acme', 'Asia/Shanghai');
UPDATE highseas.tenant SET grace = '2 hours';
INSERT INTO highseas.rep (tenant_id, rep_key, hired_on)
SELECT 1, 'r' || n, CASE WHEN n % 3 = 0 THEN '2026-02-20' ELSE '2020-01-01' END::date
FROM generate_series(${reps}, 1, -1) n;
INSERT INTO highseas.rep_leave SELECT 1, 'r' || n, '2026-01-01', '2026-12-31' FROM generate_series(${reps} - ${on_leave} + 1, ${reps}) n;
INSERT INTO highseas.pool (tenant_id, pool_key, lanes, rotate_after, cooldown, embargo, freeze_after, max_extension)
VALUES (1, 'strict', 1, '3 hours', '0', '0', 6, '4 hours'), (1, 'wide', 8, '5 hours', '${cooldown}', '${embargo}', NULL, '4 hours');
INSERT INTO highseas.deadline (tenant_id, rule, kind, window_amount, window_unit, remind_before)
VALUES (1, 'six hours', 'no_follow_up', 6, 'hour', '{2 hours}'), (1, 'a day', 'longest_holding', 24, 'hour', '{2 hours}');
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, score, class, lane, pooled_since, last_act_at)
SELECT 1, 'c' || n, CASE WHEN n % 2 = 0 THEN 'strict' ELSE 'wide' END, n % 50, CASE WHEN n % 4 = 0 THEN 'A' END,
       CASE WHEN n % 2 = 0 THEN 0 ELSE highseas.lane_of('c' || n, 8) END, '2026-03-01', '2026-03-01'
FROM generate_series(1, ${customers}) n;
SQL

# create_storm($node, reps => 12, customers => 200, on_leave => 0, cooldown => '2 hours', embargo => '1 hour',
#              rules => 'INSERT ...')
sub create_storm
{
	my ($node, %option) = @_;
	my %value = (on_leave => 0, cooldown => '0', embargo => '0', %option);
	(my $sql = $SCHEMA) =~ s/\$\{(\w+)\}/$value{$1}/g;
	$node->safe_psql('postgres', $sql . ($option{rules} // ''));
	return;
}

# storm_sql($node, 'CALL ...', ...): each on its own, at the storm's time.
sub storm_sql
{
	my ($node, @statements) = @_;
	my @arguments = map { ('-c', $_) } q{SELECT set_config('highseas.clock', storm.clock()::text, false)}, @statements;
	my ($out, $err);
	my $ok = IPC::Run::run([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), @arguments ],
		'<', \undef, '>', \$out, '2>', \$err);
	return $ok ? '' : $err;
}

# start_storm($node, $seconds, { claim => 20, ... }, 'expire_due', ...): 16 clients and four that run the jobs, each
# the next one at random, so that two often want the same one.
sub start_storm
{
	my ($node, $seconds, $verbs, @jobs) = @_;
	my $dir = $node->basedir;
	my (@verbs, @jobs_files);
	for my $verb (sort keys %$verbs)
	{
		append_once("$dir/$verb.sql", "SELECT storm.act('$verb');\n");
		push @verbs, '-f', "$dir/$verb.sql\@$verbs->{$verb}";
	}
	for my $job (@jobs)
	{
		append_once("$dir/job_$job.sql", "SELECT set_config('highseas.clock', storm.clock()::text, false);\n"
			. "CALL highseas.$job(batch => 5);\n");
		push @jobs_files, '-f', "$dir/job_$job.sql";
	}
	my @common = ('pgbench', '-n', '-h', $node->host, '-p', $node->port, '-T', int($seconds + 0.999));
	return [ map { background(@common, @$_, 'postgres') } [ '-c', 16, '-j', 2, @verbs ], [ '-c', 4, '-j', 1, @jobs_files ] ];
}

sub append_once
{
	my ($file, $text) = @_;
	append_to_file($file, $text) unless -e $file;
	return;
}

sub background
{
	my @command = @_;
	my $run = { out => '', err => '' };
	$run->{handle} = IPC::Run::start(\@command, '<', \undef, '>', \$run->{out}, '2>', \$run->{err});
	return $run;
}

# Waits for the clients; returns what went wrong, and says how much was done.
sub finish_storm
{
	my ($storm) = @_;
	my $problems = '';
	for my $run (@$storm)
	{
		$run->{handle}->finish;
		$problems .= $run->{err} if $run->{handle}->result(0) || $run->{err} =~ /ERROR|abort/;
		my ($failed) = $run->{out} =~ /number of failed transactions: (\d+)/;
		$problems .= "$failed transactions failed\n" if $failed;
	}
	return $problems;
}

my $COMPARE = <<'SQL';
WITH logged AS (
    SELECT verb, customer, CASE WHEN verb NOT IN ('take_back', 'withdraw') THEN rep END
    FROM storm.log WHERE code IS NULL AND verb NOT IN ('acknowledge', 'nobody there')
), written AS (
    SELECT act, customer_key, rep_key FROM highseas.holding WHERE act <> 'rotate'
    UNION ALL SELECT end_act, customer_key, CASE end_act WHEN 'return' THEN rep_key END FROM highseas.holding WHERE end_act IN ('return', 'take_back')
    UNION ALL SELECT 'follow_up', customer_key, rep_key FROM highseas.follow_up
    UNION ALL SELECT act, customer_key, CASE WHEN act <> 'withdraw' THEN rep_key END FROM highseas.customer_event WHERE act <> 'freeze'
)
SELECT 'not in the ledger', x.* FROM (SELECT * FROM logged EXCEPT ALL SELECT * FROM written) x
UNION ALL
SELECT 'not in the log', x.* FROM (SELECT * FROM written EXCEPT ALL SELECT * FROM logged) x
SQL

# At every take, what the rep held then by the ledger: itself, and what began before and had not ended.
my $OVER_CAPACITY = <<'SQL';
SELECT h.rep_key, k.rule, h.started_at, count(*), k.maximum
FROM highseas.holding h
JOIN highseas.rep r ON r.tenant_id = h.tenant_id AND r.rep_key = h.rep_key
JOIN highseas.capacity k ON (k.rep_key IS NULL OR k.rep_key = h.rep_key)
    AND (k.tier IS NULL OR k.tier = CASE WHEN r.hired_on < '2025-08-01' THEN 'veteran' ELSE 'new' END)
    AND (k.class IS NULL OR k.class = h.class) AND (k.pool_key IS NULL OR k.pool_key = h.pool_key)
JOIN highseas.holding o ON o.rep_key = h.rep_key AND o.started_at <= h.started_at
    AND (o.ended_at IS NULL OR o.ended_at > h.started_at)
    AND (k.class IS NULL OR k.class = o.class) AND (k.pool_key IS NULL OR k.pool_key = o.pool_key)
GROUP BY h.holding_id, h.rep_key, k.rule, h.started_at, k.maximum HAVING count(*) > k.maximum
SQL

my $OVER_QUOTA = <<'SQL';
SELECT h.rep_key, q.rule, date_trunc(q.period, h.started_at AT TIME ZONE 'Asia/Shanghai') AS since, count(*), q.maximum
FROM highseas.holding h
JOIN highseas.rep r ON r.tenant_id = h.tenant_id AND r.rep_key = h.rep_key
JOIN highseas.quota q ON (q.rep_key IS NULL OR q.rep_key = h.rep_key)
    AND (q.tier IS NULL OR q.tier = CASE WHEN r.hired_on < '2025-08-01' THEN 'veteran' ELSE 'new' END)
    AND (q.class IS NULL OR q.class = h.class) AND (q.pool_key IS NULL OR q.pool_key = h.pool_key)
GROUP BY h.rep_key, q.rule, since, q.maximum HAVING count(*) > q.maximum
SQL

# Who lost a customer by a deadline had been reminded in that spell. (An act that sets the date tells it itself.)
my $UNANNOUNCED = <<'SQL';
SELECT h.customer_key, h.rep_key, h.started_at, h.ended_at FROM highseas.holding h
WHERE h.end_act = 'expire'
  AND NOT EXISTS (SELECT FROM highseas.notice n WHERE n.kind = 'reminder' AND n.customer_key = h.customer_key
                  AND n.rep_key = h.rep_key AND n.at BETWEEN h.started_at AND h.ended_at)
  AND NOT EXISTS (SELECT FROM highseas.customer_event e WHERE e.customer_key = h.customer_key
                  AND e.act IN ('extend', 'protect', 'unprotect') AND e.at BETWEEN h.started_at AND h.ended_at)
SQL

my $COOLED = <<'SQL';
SELECT h.customer_key, h.rep_key, h.started_at FROM highseas.holding h
JOIN highseas.pool p ON p.pool_key = h.pool_key AND p.cooldown > '0'
JOIN highseas.holding o ON o.customer_key = h.customer_key AND o.rep_key = h.rep_key AND o.holding_id <> h.holding_id
    AND o.ended_at <= h.started_at AND o.ended_at + p.cooldown > h.started_at
WHERE h.act IN ('claim', 'transfer')
SQL

# What must hold when it is calm again, by SQL that shares nothing with the rules. The server's log goes back to the
# start, over every crash.
sub check_storm
{
	my ($node, $when) = @_;
	my $empty = sub {
		my ($query, $what) = @_;
		is($node->safe_psql('postgres', $query), '', "$when: $what");
	};
	$empty->('SELECT * FROM highseas.check_consistency()', 'consistent');
	$empty->($COMPARE, 'every logged success is in the ledger, and nothing else');
	$empty->($OVER_CAPACITY, 'the capacity held at every take');
	$empty->($OVER_QUOTA, 'the quota held in every period');
	$empty->($COOLED, 'the cooldown held');
	$empty->($UNANNOUNCED, 'nothing expired unannounced');
	$empty->(q{SELECT j.* FROM highseas.job_run j WHERE j.status = 'failed'}, 'no job failed');
	is($node->safe_psql('postgres', q{SELECT coalesce(sum(rows), 0) FROM highseas.job_run WHERE job = 'rotate'}),
		$node->safe_psql('postgres', q{SELECT count(*) FROM highseas.holding WHERE act = 'rotate'}), "$when: every rotation is in the ledger");
	is($node->safe_psql('postgres', q{SELECT count(*) FROM highseas.notice WHERE kind = 'returned'}),
		$node->safe_psql('postgres', q{SELECT count(*) FROM highseas.holding WHERE end_act IN ('expire', 'take_back', 'withdraw')}),
		"$when: every return by others was told, once");
	is($node->safe_psql('postgres', q{SELECT coalesce(sum(n), 0) FROM storm.log WHERE verb = 'acknowledge'}),
		$node->safe_psql('postgres', q{SELECT count(*) FROM highseas.notice WHERE acknowledged_at IS NOT NULL}), "$when: every notice was read once");
	is(join('', grep { /deadlock detected|could not serialize|PANIC|TRAP:/ } split /^/, slurp_file($node->logfile)), '',
		"$when: no deadlock, no panic in the server's log");
	note($node->safe_psql('postgres', q{
		SELECT string_agg(format('%s %s: %s', verb, coalesce(code, 'done'), n), ', ' ORDER BY verb, code NULLS FIRST)
		FROM (SELECT verb, code, count(*) AS n FROM storm.log GROUP BY 1, 2) x
		UNION ALL SELECT string_agg(format('%s %s: %s runs, %s rows', job, status, n, rows), ', ' ORDER BY job, status)
		FROM (SELECT job, status, count(*) AS n, sum(rows) AS rows FROM highseas.job_run GROUP BY 1, 2) x
		UNION ALL SELECT string_agg(format('%s by %s: %s', coalesce(end_act, 'still held'), act, n), ', ' ORDER BY end_act, act)
		FROM (SELECT act, end_act, count(*) AS n FROM highseas.holding GROUP BY 1, 2) x}));
	return;
}

1;
