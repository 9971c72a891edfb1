# A storm: two tenants, in each five agents and three managers, every one of them a login of its own, call the verbs
# with random arguments while the jobs run and the CRM underneath changes, on a clock that runs 7200 times as fast as
# the real one (a second is two hours). Every call logs what it was told in its own transaction, so that the log can be
# compared with the ledger, whatever happened to the client.
package HighseasStorm;

use strict;
use warnings;
use Exporter 'import';
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(storm_seconds create_storm start_storm finish_storm storm_sql check_storm check_crm $STORM_SETTINGS);

our $STORM_SETTINGS = <<'CONF';
max_connections = 60
restart_after_crash = on
log_statement = none
# What a deadlock was about, should there be one: who waited for whom, and where.
log_lock_waits = on
deadlock_timeout = 200ms
CONF

# How long a storm rages: as the test says, shorter for a quick look by HIGHSEAS_STORM_SECONDS.
sub storm_seconds { return $ENV{HIGHSEAS_STORM_SECONDS} || $_[0]; }

my @LOGINS = ((map { "agent$_" } 1 .. 5), (map { "manager$_" } 1 .. 3));

# Who may call what; what stands in neither list is an agent's.
my %MANAGERS = map { $_ => 1 } qw(take_back assign decide withdraw reinstate merge rekey);
my %WEATHER = map { $_ => 1 } qw(arrive crm_new crm_change crm_deal crm_vanish crm_back crm_order crm_call crm_follow);

my $SCHEMA = <<'SQL';
CREATE EXTENSION highseas;
CREATE SCHEMA storm;
CREATE TABLE storm.began AS SELECT clock_timestamp() AS at, ${reps}::integer AS reps, ${customers}::integer AS customers;
CREATE FUNCTION storm.clock() RETURNS timestamptz LANGUAGE sql
RETURN (SELECT timestamptz '2026-03-02 12:00+00' + (clock_timestamp() - b.at) * 7200 FROM storm.began b);
-- id is drawn while the act holds its customer's lock, so the acts on one customer are in its order.
CREATE TABLE storm.log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text DEFAULT split_part(session_user, '_', 1), actor name DEFAULT session_user,
    verb text, customer text COLLATE "C", rep text COLLATE "C", was text COLLATE "C", code text, message text, n bigint,
    followed boolean NOT NULL DEFAULT false);
CREATE INDEX ON storm.log (tenant, was, id) WHERE was IS NOT NULL;
CREATE SEQUENCE storm.newcomer;

-- The key by which a customer goes today that an act knew by this one.
CREATE FUNCTION storm.key_now(tenant text, key text, id bigint) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    next record;
BEGIN
    LOOP
        SELECT l.id, l.customer INTO next FROM storm.log l
        WHERE l.tenant = key_now.tenant AND l.was = key AND l.id > key_now.id AND l.code IS NULL ORDER BY l.id LIMIT 1;
        EXIT WHEN NOT FOUND;
        id := next.id;
        key := next.customer;
    END LOOP;
    RETURN key;
END
$$;

-- The CRM: one for both tenants, as many are.
CREATE SCHEMA crm;
CREATE TABLE crm.staff (shop text, login text, hired date, db_login text);
CREATE TABLE crm.client (
    shop text, id text, pool text, owner text, score integer DEFAULT 0, class text, deal text DEFAULT 'none',
    vanished boolean DEFAULT false, PRIMARY KEY (shop, id));
-- Whose keys are one tenant's own: what is written back goes to this tenant's rows.
CREATE VIEW crm.client_of_bolt AS SELECT c.id, c.owner FROM crm.client c WHERE c.shop = 'bolt';
CREATE TABLE crm.purchase (shop text, id bigint GENERATED ALWAYS AS IDENTITY, client text, at timestamptz, amount numeric);
CREATE TABLE crm.call (shop text, id bigint GENERATED ALWAYS AS IDENTITY, client text, login text, at timestamptz);
INSERT INTO crm.staff
SELECT shop, 'r' || n, CASE WHEN n % 3 = 0 THEN '2026-02-20' ELSE '2020-01-01' END::date, CASE WHEN n <= 5 THEN shop || '_agent' || n END
FROM unnest('{acme,bolt}'::text[]) shop, generate_series(1, ${reps}) n;
INSERT INTO crm.client (shop, id, pool, score, class)
SELECT shop, 'c' || n, CASE WHEN n % 2 = 0 THEN 'strict' ELSE 'wide' END, n % 50, CASE WHEN n % 4 = 0 THEN 'A' END
FROM unnest('{acme,bolt}'::text[]) shop, generate_series(1, ${customers}) n;

-- A newcomer whom another way than a sync brought in: nobody held it, and it sleeps already.
CREATE FUNCTION storm.arrive(tenant text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, score, class, pooled_since, last_act_at)
    SELECT t.tenant_id, 'n' || nextval('storm.newcomer'), 'strict', -1, CASE WHEN random() < 0.3 THEN 'A' END, '2026-03-01', '2026-03-01'
    FROM highseas.tenant t WHERE t.name = tenant;
END;

CREATE FUNCTION storm.any_key() RETURNS text LANGUAGE sql
RETURN 'c' || 1 + floor(random() * (SELECT customers FROM storm.began));
-- What the CRM's own application does, which knows nothing of highseas.
CREATE FUNCTION storm.weather(what text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    here text := (ARRAY['acme', 'bolt'])[1 + floor(random() * 2)];
    someone text := (SELECT c.id FROM crm.client c WHERE c.shop = here ORDER BY random() LIMIT 1);
    rep text := (SELECT s.login FROM crm.staff s WHERE s.shop = here ORDER BY random() LIMIT 1);
    told storm.log;
BEGIN
    CASE what
        WHEN 'arrive' THEN PERFORM storm.arrive(here);
        WHEN 'crm_new' THEN
            INSERT INTO crm.client (shop, id, pool, owner, score)
            VALUES (here, 'n' || nextval('storm.newcomer'), 'wide', CASE WHEN random() < 0.3 THEN rep END, -1);
        WHEN 'crm_change' THEN
            UPDATE crm.client SET owner = CASE WHEN random() < 0.7 THEN rep END, score = floor(random() * 50) WHERE shop = here AND id = someone;
        WHEN 'crm_deal' THEN
            UPDATE crm.client SET deal = (ARRAY['none', 'none', 'open', 'closed'])[1 + floor(random() * 4)] WHERE shop = here AND id = someone;
        WHEN 'crm_vanish' THEN UPDATE crm.client SET vanished = true WHERE shop = here AND id = someone;
        WHEN 'crm_back' THEN
            UPDATE crm.client SET vanished = false
            WHERE shop = here AND id = (SELECT c.id FROM crm.client c WHERE c.shop = here AND c.vanished ORDER BY random() LIMIT 1);
        WHEN 'crm_order' THEN
            INSERT INTO crm.purchase (shop, client, at, amount) VALUES (here, someone, storm.clock() - random() * interval '1 day', random() * 100);
        WHEN 'crm_call' THEN
            INSERT INTO crm.call (shop, client, login, at)
            SELECT here, c.id, coalesce(c.owner, rep), storm.clock() FROM crm.client c WHERE c.shop = here AND c.id = someone;
        WHEN 'crm_follow' THEN  -- what highseas was told first: renamed, merged
            FOR told IN UPDATE storm.log l SET followed = true
                        WHERE l.was IS NOT NULL AND l.code IS NULL AND NOT l.followed RETURNING l.* LOOP
                IF told.verb = 'merge' OR EXISTS (SELECT FROM crm.client c WHERE c.shop = told.tenant AND c.id = told.customer) THEN
                    DELETE FROM crm.client c WHERE c.shop = told.tenant AND c.id = told.was;
                ELSE
                    UPDATE crm.client c SET id = told.customer WHERE c.shop = told.tenant AND c.id = told.was;
                END IF;
            END LOOP;
    END CASE;
END
$$;

-- Mostly one that this login may act as.
CREATE FUNCTION storm.any_rep() RETURNS text LANGUAGE sql
RETURN CASE WHEN random() < 0.01 THEN 'nobody'
            WHEN random() < 0.95 AND session_user ~ '_agent'
            THEN (SELECT r.rep_key FROM highseas.rep r WHERE r.login_role IS NULL OR r.login_role = session_user ORDER BY random() LIMIT 1)
            ELSE 'r' || 1 + floor(random() * (SELECT reps FROM storm.began)) END;
CREATE FUNCTION storm.any_customer() RETURNS text LANGUAGE sql
RETURN CASE WHEN random() < 0.01 THEN 'c0' WHEN random() < 0.05 THEN 'n' || 1 + floor(random() * 200) ELSE storm.any_key() END;
-- Mostly one that the rep holds at this moment, or held.
CREATE FUNCTION storm.held_by(rep text) RETURNS text LANGUAGE sql
RETURN CASE WHEN random() < 0.9
       THEN coalesce((SELECT c.customer_key FROM highseas.customer c WHERE c.holder = rep AND c.state = 'held'
                      ORDER BY random() LIMIT 1), storm.any_customer())
       ELSE storm.any_customer() END;
-- What this login sees of another tenant.
CREATE FUNCTION storm.over_the_wall(mine bigint) RETURNS bigint LANGUAGE sql
RETURN (SELECT count(*) FROM (
    SELECT tenant_id FROM highseas.tenant UNION ALL SELECT tenant_id FROM highseas.rep UNION ALL SELECT tenant_id FROM highseas.customer
    UNION ALL SELECT tenant_id FROM highseas.profile UNION ALL SELECT tenant_id FROM highseas.holding
    UNION ALL SELECT tenant_id FROM highseas.follow_up UNION ALL SELECT tenant_id FROM highseas.customer_event
    UNION ALL SELECT tenant_id FROM highseas.notice UNION ALL SELECT tenant_id FROM highseas.extension
    UNION ALL SELECT tenant_id FROM highseas.purchase UNION ALL SELECT tenant_id FROM highseas.job_run
    UNION ALL SELECT tenant_id FROM highseas.check_consistency()) x WHERE x.tenant_id <> mine);

CREATE FUNCTION storm.act(verb text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    mine text;
    other text;
    key text;
    keys text[];
    x record;
    again record;
    intent text;
    elsewhere text := CASE WHEN session_user ~ '^acme' THEN 'bolt' ELSE 'acme' END;
BEGIN
    PERFORM set_config('highseas.clock', storm.clock()::text, false);
    mine := storm.any_rep();
    other := storm.any_rep();
    key := CASE WHEN verb IN ('follow_up', 'return', 'take_back', 'transfer', 'extend', 'protect', 'unprotect')
                THEN storm.held_by(mine) ELSE storm.any_customer() END;
    CASE verb
        WHEN 'claim' THEN
            SELECT * INTO x FROM highseas_api.claim(key, mine);
            INSERT INTO storm.log (verb, customer, rep) VALUES ('claim', key, mine);
        WHEN 'regret' THEN  -- what he had a moment ago
            key := coalesce((SELECT h.customer_key FROM highseas.holding h JOIN highseas.customer c USING (tenant_id, customer_key)
                             WHERE h.rep_key = mine AND h.to_pool = 'wide' AND c.state = 'free' ORDER BY h.ended_at DESC LIMIT 1), key);
            SELECT * INTO x FROM highseas_api.claim(key, mine);
            INSERT INTO storm.log (verb, customer, rep) VALUES ('claim', key, mine);
        WHEN 'claim_twice' THEN  -- the same retry key: once in the ledger
            SELECT * INTO x FROM highseas_api.claim(key, mine, retry_key => 'try ' || pg_current_xact_id());
            SELECT * INTO again FROM highseas_api.claim(key, mine, retry_key => 'try ' || pg_current_xact_id());
            IF x.held_since IS DISTINCT FROM again.held_since THEN
                RAISE 'the retry key was not honoured: % and %', x, again;
            END IF;
            INSERT INTO storm.log (verb, customer, rep) VALUES ('claim', key, mine);
        WHEN 'claim_next' THEN
            SELECT * INTO x FROM highseas_api.claim_next((ARRAY['strict', 'wide'])[1 + floor(random() * 2)], mine);
            INSERT INTO storm.log (verb, customer, rep)
            VALUES (CASE WHEN x.customer_key IS NULL THEN 'nobody there' ELSE 'claim' END, x.customer_key, mine);
        WHEN 'claim_many' THEN
            keys := ARRAY(SELECT k FROM (SELECT DISTINCT storm.any_customer() AS k FROM generate_series(1, 5)) y ORDER BY random());
            SELECT * INTO x FROM highseas_api.claim_many(keys, mine);
            INSERT INTO storm.log (verb, customer, rep)
            SELECT 'claim', k, mine FROM unnest(keys) k
            WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(x.refusals::jsonb) e WHERE e ->> 'customer' = k);
        WHEN 'follow_up' THEN
            intent := (ARRAY['interested', 'hesitating', 'not now', 'never'])[1 + floor(random() * 10)];
            SELECT * INTO x FROM highseas_api.follow_up(key, 'call', NULL, mine, intent => intent,
                expected_on => CASE intent WHEN 'not now' THEN storm.clock()::date + 1 + floor(random() * 2)::integer END,
                reason => CASE intent WHEN 'never' THEN 'price' END);
            INSERT INTO storm.log (verb, customer, rep) VALUES ('follow_up', key, mine);
        WHEN 'return' THEN
            SELECT * INTO x FROM highseas_api.return_to_pool(key, 'price', rep => mine,
                pool => CASE WHEN random() < 0.2 THEN 'wide' END);
            INSERT INTO storm.log (verb, customer, rep) VALUES ('return', key, mine);
        WHEN 'take_back' THEN
            SELECT * INTO x FROM highseas_api.return_to_pool(key, 'price');
            INSERT INTO storm.log (verb, customer) VALUES ('take_back', key);
        WHEN 'assign' THEN
            SELECT * INTO x FROM highseas_api.assign(key, other);
            INSERT INTO storm.log (verb, customer, rep) VALUES ('assign', key, other);
        WHEN 'transfer' THEN
            SELECT * INTO x FROM highseas_api.transfer(key, other, rep => mine);
            INSERT INTO storm.log (verb, customer, rep) VALUES ('transfer', key, other);
        WHEN 'extend' THEN
            SELECT * INTO x FROM highseas_api.extend(key, storm.clock() + random() * interval '20 hours', rep => mine);
            INSERT INTO storm.log (verb, customer, rep) VALUES ('extend', key, mine);
        WHEN 'decide' THEN
            SELECT e.extension_id, e.rep_key INTO x FROM highseas.extension e
            WHERE e.status = 'asked' ORDER BY random() LIMIT 1;
            -- The customer may have got another key since it was read.
            SELECT d.customer_key, x.rep_key INTO again
            FROM highseas_api.decide_extension(coalesce(x.extension_id, 0), random() < 0.5) d;
            INSERT INTO storm.log (verb, customer, rep) VALUES ('extend', again.customer_key, again.rep_key);
        WHEN 'protect' THEN
            SELECT * INTO x FROM highseas_api.protect(key, storm.clock() + interval '4 hours', rep => mine);
            INSERT INTO storm.log (verb, customer, rep) VALUES ('protect', key, mine);
        WHEN 'unprotect' THEN
            SELECT * INTO x FROM highseas_api.protect(key, NULL, rep => mine);
            INSERT INTO storm.log (verb, customer, rep) VALUES ('unprotect', key, mine);
        WHEN 'withdraw' THEN
            SELECT * INTO x FROM highseas_api.withdraw(key, 'storm');
            INSERT INTO storm.log (verb, customer) VALUES ('withdraw', key);
        WHEN 'reinstate' THEN
            key := coalesce((SELECT c.customer_key FROM highseas.customer c WHERE c.state IN ('withdrawn', 'frozen')
                             ORDER BY random() LIMIT 1), key);
            SELECT * INTO x FROM highseas_api.reinstate(key);
            INSERT INTO storm.log (verb, customer) VALUES ('reinstate', key);
        WHEN 'merge' THEN
            -- Two of a kind: where a spell goes on as a customer's of another class or pool, the ledger alone does not
            -- tell which limits it counts for.
            SELECT c.customer_key, c.class, c.pool_key INTO x FROM highseas.customer c WHERE c.state <> 'gone' ORDER BY random() LIMIT 1;
            SELECT c.customer_key INTO again FROM highseas.customer c
            WHERE c.state <> 'gone' AND c.class IS NOT DISTINCT FROM x.class AND c.pool_key = x.pool_key AND c.customer_key <> x.customer_key
            ORDER BY random() LIMIT 1;
            key := x.customer_key;
            PERFORM FROM highseas_api.merge_customer(key, again.customer_key);
            INSERT INTO storm.log (verb, customer, was) VALUES ('merge', again.customer_key, key);
        WHEN 'rekey' THEN
            other := CASE WHEN random() < 0.1 THEN (SELECT c.customer_key FROM highseas.customer c ORDER BY random() LIMIT 1)
                          ELSE 'k' || nextval('storm.newcomer') END;
            PERFORM FROM highseas_api.rekey_customer(key, other);
            INSERT INTO storm.log (verb, customer, was) VALUES ('rekey', other, key);
        WHEN 'acknowledge' THEN
            SELECT * INTO x FROM highseas_api.acknowledge(
                -- Some of anybody's, too.
                ARRAY(SELECT n.notice_id FROM highseas.notice n WHERE n.rep_key = mine AND n.acknowledged_at IS NULL
                      ORDER BY random() LIMIT 20) || ARRAY(SELECT 1 + floor(random() * 1000)::bigint FROM generate_series(1, 5)), mine);
            INSERT INTO storm.log (verb, rep, n) VALUES ('acknowledge', mine, x.acknowledged);
        WHEN 'trespass' THEN
            -- What must be seen is nothing, and what must come of it is an error.
            IF storm.over_the_wall((SELECT min(t.tenant_id) FROM highseas.tenant t)) > 0 THEN
                RAISE 'somebody else''s rows were seen';
            END IF;
            CASE floor(random() * 3)
                WHEN 0 THEN PERFORM FROM highseas_api.claim(key, mine, tenant => elsewhere);
                WHEN 1 THEN PERFORM FROM highseas_api.return_to_pool(key, 'price', tenant => elsewhere);
                ELSE PERFORM FROM highseas_api.follow_up(key, rep => mine, tenant => elsewhere);
            END CASE;
            RAISE 'a verb acted for another tenant';
    END CASE;
EXCEPTION WHEN OTHERS THEN
    INSERT INTO storm.log (verb, customer, rep, code, message) VALUES (verb, key, mine, SQLSTATE, SQLERRM);
END
$$;

SET highseas.clock = '2026-03-01 00:00:00+00';
CREATE ROLE crm_reader;
CREATE ROLE crm_app LOGIN;
GRANT USAGE ON SCHEMA crm TO crm_reader, crm_app;
GRANT SELECT ON ALL TABLES IN SCHEMA crm TO crm_reader;
GRANT UPDATE ON crm.client_of_bolt TO crm_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA crm TO crm_app;
GRANT SELECT, UPDATE (followed) ON storm.log TO crm_app;
CALL highseas.create_tenant('acme', 'Asia/Shanghai');
CALL highseas.create_tenant('bolt', 'America/New_York');
DO $$
DECLARE
    shop text;
    login text;
BEGIN
    FOREACH shop IN ARRAY '{acme,bolt}'::text[] LOOP
        FOR login IN SELECT format('%s_%s', shop, who) FROM unnest('{${logins},admin}'::text[]) who LOOP
            EXECUTE format('CREATE ROLE %I LOGIN', login);
            CALL highseas.grant_role(login, substring(login FROM '_([a-z]+)'), shop);
        END LOOP;
    END LOOP;
    FOR login IN SELECT r.role_name FROM highseas.tenant_role r UNION ALL SELECT 'crm_app' LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA storm TO %I', login);
        EXECUTE format('GRANT SELECT ON storm.began TO %I', login);
        EXECUTE format('GRANT INSERT ON storm.log TO %I', login);
        EXECUTE format('GRANT USAGE ON SEQUENCE storm.newcomer TO %I', login);
        EXECUTE format('GRANT SET ON PARAMETER highseas.clock TO %I', login);
    END LOOP;
END
$$;
UPDATE highseas.tenant SET grace = '2 hours';
INSERT INTO highseas.pool (tenant_id, pool_key, lanes, rotate_after, cooldown, embargo, freeze_after, max_extension)
SELECT t.tenant_id, p.* FROM highseas.tenant t, (VALUES
    ('strict', 1, interval '3 hours', interval '0', interval '0', 6, interval '4 hours'),
    ('wide', 8, '5 hours', '${cooldown}', '${embargo}', NULL, '4 hours')) p;
INSERT INTO highseas.deadline (tenant_id, rule, kind, window_amount, window_unit, remind_before)
SELECT t.tenant_id, d.* FROM highseas.tenant t, (VALUES
    ('six hours', 'no_follow_up', 6, 'hour', '{2 hours}'::interval[]),
    ('a day', 'longest_holding', 24, 'hour', '{2 hours}')) d;
INSERT INTO highseas.deadline (tenant_id, rule, kind, intent, window_amount, window_unit, remind_before)
SELECT t.tenant_id, 'three hours', 'no_follow_up', 'interested', 3, 'hour', '{1 hour}' FROM highseas.tenant t;
-- acme's CRM decides who holds whom, bolt's is told.
DO $$
DECLARE
    shop text;
    pool text;
BEGIN
    FOREACH shop IN ARRAY '{acme,bolt}'::text[] LOOP
        PERFORM highseas_api.attach('staff', 'reps', format('SELECT login AS rep_key, hired AS hired_on, db_login AS login_role FROM crm.staff WHERE shop = %L', shop),
            run_as => 'crm_reader', tenant => shop);
        FOREACH pool IN ARRAY '{strict,wide}'::text[] LOOP
            PERFORM highseas_api.attach(pool, 'customers', format(
                'SELECT id AS customer_key, owner, score, class, deal FROM crm.client WHERE shop = %L AND pool = %L AND NOT vanished', shop, pool),
                pool => pool, run_as => 'crm_reader', adopt => shop = 'acme', owner_table => CASE shop WHEN 'bolt' THEN 'crm.client_of_bolt' END,
                owner_key => 'id', owner_column => 'owner', tenant => shop);
        END LOOP;
        PERFORM highseas_api.attach('orders', 'orders', format(
            'SELECT id AS order_key, client AS customer_key, at AS ordered_at, amount FROM crm.purchase WHERE shop = %L', shop),
            run_as => 'crm_reader', tenant => shop);
        PERFORM highseas_api.attach('calls', 'activities', format(
            'SELECT id AS activity_key, client AS customer_key, login AS rep_key, at FROM crm.call WHERE shop = %L', shop),
            run_as => 'crm_reader', tenant => shop);
    END LOOP;
END
$$;
CALL highseas.sync();
INSERT INTO highseas.rep_leave (tenant_id, rep_key, first_day, last_day)
SELECT t.tenant_id, 'r' || n, '2026-01-01', '2026-12-31'
FROM highseas.tenant t, generate_series(${reps} - ${on_leave} + 1, ${reps}) n;
SQL

# create_storm($node, reps => 12, customers => 200, on_leave => 0, cooldown => '2 hours', embargo => '1 hour',
#              rules => 'INSERT ...'): the same for each of the two tenants.
sub create_storm
{
	my ($node, %option) = @_;
	my %value = (on_leave => 0, cooldown => '0', embargo => '0', logins => join(',', @LOGINS), %option);
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

# start_storm($node, $seconds, { claim => 20, ... }, 'expire_due', ...): 16 clients, each with the verbs that its access
# allows; the CRM; and for each tenant two sessions that run the jobs, the next one at random, so that both often want
# the same one.
sub start_storm
{
	my ($node, $seconds, $verbs, @jobs) = @_;
	my $dir = $node->basedir;
	my @common = ('pgbench', '-n', '-h', $node->host, '-p', $node->port, '-T', int($seconds + 0.999));
	my (@agent, @manager, @weather, @job_files);
	for my $verb (sort keys %$verbs)
	{
		append_once("$dir/$verb.sql", $WEATHER{$verb} ? "SELECT storm.weather('$verb');\n" : "SELECT storm.act('$verb');\n");
		my @file = ('-f', "$dir/$verb.sql\@$verbs->{$verb}");
		push @weather, @file if $WEATHER{$verb};
		push @manager, @file unless $WEATHER{$verb};
		push @agent, @file unless $WEATHER{$verb} || $MANAGERS{$verb};
	}
	for my $job (@jobs)
	{
		my $batch = $job =~ /sync|reconcile|value/ ? 50 : 5;
		append_once("$dir/job_$job.sql", "SELECT set_config('highseas.clock', storm.clock()::text, false);\n"
			. "CALL highseas.$job(batch => $batch);\n");
		push @job_files, '-f', "$dir/job_$job.sql";
	}
	my @storm = map { background(@common, '-U', 'crm_app', '-R', 40, @weather, 'postgres') } @weather ? 1 : ();
	for my $tenant (qw(acme bolt))
	{
		push @storm, background(@common, '-U', "${tenant}_$_", /agent/ ? @agent : @manager, 'postgres') for @LOGINS;
		push @storm, background(@common, '-U', "${tenant}_admin", '-c', 2, @job_files, 'postgres');
	}
	return \@storm;
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

# Waits for the clients; returns what went wrong.
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

# What the clients did: their log, and the ledger's rows of theirs, each as tenant, verb, customer, rep, actor. The jobs
# are the admins'.
my $COMPARE = <<'SQL';
WITH logged AS (
    SELECT t.tenant_id, l.verb, storm.key_now(l.tenant, l.customer, l.id),
           CASE WHEN l.verb NOT IN ('take_back', 'withdraw', 'merge', 'rekey') THEN l.rep END, l.actor::text
    FROM storm.log l JOIN highseas.tenant t ON t.name = l.tenant
    WHERE l.code IS NULL AND l.verb NOT IN ('acknowledge', 'nobody there')
), written AS (
    SELECT w.* FROM (
        SELECT tenant_id, act, customer_key, rep_key, actor FROM highseas.holding
        UNION ALL SELECT tenant_id, end_act, customer_key, CASE end_act WHEN 'return' THEN rep_key END, end_actor
            FROM highseas.holding WHERE end_act IN ('return', 'take_back')
        UNION ALL SELECT tenant_id, 'follow_up', customer_key, rep_key, actor FROM highseas.follow_up
        UNION ALL SELECT tenant_id, act, customer_key, CASE WHEN act NOT IN ('withdraw', 'merge', 'rekey') THEN rep_key END, actor
            FROM highseas.customer_event) w
    WHERE w.actor ~ '_(agent|manager)'
)
SELECT 'not in the ledger', x.* FROM (SELECT * FROM logged EXCEPT ALL SELECT * FROM written) x
UNION ALL
SELECT 'not in the log', x.* FROM (SELECT * FROM written EXCEPT ALL SELECT * FROM logged) x
SQL

# At every take, what the rep held then by the ledger: itself, and what began before and had not ended.
my $OVER_CAPACITY = <<'SQL';
SELECT h.tenant_id, h.rep_key, k.rule, h.started_at, h.act, count(*), k.maximum
FROM highseas.holding h
JOIN highseas.rep r ON r.tenant_id = h.tenant_id AND r.rep_key = h.rep_key
JOIN highseas.capacity k ON k.tenant_id = h.tenant_id AND (k.rep_key IS NULL OR k.rep_key = h.rep_key)
    AND (k.tier IS NULL OR k.tier = CASE WHEN r.hired_on < '2025-08-01' THEN 'veteran' ELSE 'new' END)
    AND (k.class IS NULL OR k.class = h.class) AND (k.pool_key IS NULL OR k.pool_key = h.pool_key)
JOIN highseas.holding o ON o.tenant_id = h.tenant_id AND o.rep_key = h.rep_key AND o.started_at <= h.started_at
    AND (o.ended_at IS NULL OR o.ended_at > h.started_at)
    -- Newcomers, to whom no CRM gives a class, may have been put into another one since.
    AND (k.class IS NULL OR k.class = o.class AND NOT (o.customer_key LIKE 'n%' AND EXISTS (
        SELECT FROM highseas.class_history y WHERE y.tenant_id = o.tenant_id AND y.customer_key = o.customer_key AND y.aspect = 'category')))
    AND (k.pool_key IS NULL OR k.pool_key = o.pool_key)
GROUP BY h.tenant_id, h.holding_id, h.rep_key, k.rule, h.started_at, h.act, k.maximum HAVING count(*) > k.maximum
SQL

# What an import or a reconciliation found in the CRM is no take.
my $OVER_QUOTA = <<'SQL';
SELECT h.tenant_id, h.rep_key, q.rule, date_trunc(q.period, h.started_at AT TIME ZONE t.time_zone) AS since, count(*), q.maximum
FROM highseas.holding h
JOIN highseas.tenant t ON t.tenant_id = h.tenant_id
JOIN highseas.rep r ON r.tenant_id = h.tenant_id AND r.rep_key = h.rep_key
JOIN highseas.quota q ON q.tenant_id = h.tenant_id AND (q.rep_key IS NULL OR q.rep_key = h.rep_key)
    AND (q.tier IS NULL OR q.tier = CASE WHEN r.hired_on < '2025-08-01' THEN 'veteran' ELSE 'new' END)
    AND (q.class IS NULL OR q.class = h.class) AND (q.pool_key IS NULL OR q.pool_key = h.pool_key)
WHERE h.act NOT IN ('import', 'adopt', 'cover', 'give_back', 'succeed')
GROUP BY h.tenant_id, h.rep_key, q.rule, since, q.maximum HAVING count(*) > q.maximum
SQL

# Who lost a customer by a deadline had been reminded in that spell. (An act that sets the date tells it itself, a
# follow-up near the end of the longest holding, too.)
my $UNANNOUNCED = <<'SQL';
SELECT h.tenant_id, h.customer_key, h.rep_key, h.started_at, h.ended_at FROM highseas.holding h
WHERE h.end_act = 'expire'
  AND NOT EXISTS (SELECT FROM highseas.notice n WHERE n.tenant_id = h.tenant_id AND n.kind = 'reminder' AND n.customer_key = h.customer_key
                  AND n.rep_key = h.rep_key AND n.at BETWEEN h.started_at AND h.ended_at)
  AND NOT EXISTS (SELECT FROM highseas.customer_event e WHERE e.tenant_id = h.tenant_id AND e.customer_key = h.customer_key
                  AND e.act IN ('extend', 'protect', 'unprotect') AND e.at BETWEEN h.started_at AND h.ended_at)
  AND NOT EXISTS (SELECT FROM highseas.follow_up f WHERE f.tenant_id = h.tenant_id AND f.customer_key = h.customer_key
                  AND f.rep_key = h.rep_key AND f.activity_key IS NULL
                  AND f.at BETWEEN h.started_at + interval '22 hours' AND h.ended_at)
SQL

# Of customers that became one, each brought its own history.
my $COOLED = <<'SQL';
SELECT h.tenant_id, h.customer_key, h.rep_key, h.started_at FROM highseas.holding h
JOIN highseas.pool p ON p.tenant_id = h.tenant_id AND p.pool_key = h.pool_key AND p.cooldown > '0'
JOIN highseas.holding o ON o.tenant_id = h.tenant_id AND o.customer_key = h.customer_key AND o.rep_key = h.rep_key
    AND o.holding_id <> h.holding_id AND o.ended_at <= h.started_at AND o.ended_at + p.cooldown > h.started_at
WHERE h.act IN ('claim', 'transfer')
  AND NOT EXISTS (SELECT FROM highseas.customer_event e WHERE e.tenant_id = h.tenant_id AND e.customer_key = h.customer_key AND e.act = 'merge')
SQL

# The comment of a verb lists its refusals; the README the faults of a set-up, and what any act may meet.
my $UNPROMISED = <<'SQL';
SELECT DISTINCT ON (l.verb, l.code) l.verb, l.code, l.message FROM storm.log l
JOIN pg_proc p ON p.pronamespace = 'highseas_api'::regnamespace AND p.proname = CASE
    WHEN l.verb IN ('regret', 'claim_twice', 'trespass') THEN 'claim' WHEN l.verb IN ('return', 'take_back') THEN 'return_to_pool'
    WHEN l.verb = 'decide' THEN 'decide_extension' WHEN l.verb = 'unprotect' THEN 'protect'
    WHEN l.verb IN ('merge', 'rekey') THEN l.verb || '_customer' ELSE l.verb END
WHERE l.code IS NOT NULL AND l.code NOT IN ('42704', '42501', '22023', '55P03') AND strpos(obj_description(p.oid, 'pg_proc'), l.code) = 0
SQL

# Whatever was done in one tenant, its own logins did, and the walls held.
my $CLIMBED = <<'SQL';
SELECT t.name, w.actor FROM (
    SELECT tenant_id, actor FROM highseas.holding UNION SELECT tenant_id, end_actor FROM highseas.holding WHERE end_actor IS NOT NULL
    UNION SELECT tenant_id, actor FROM highseas.follow_up UNION SELECT tenant_id, actor FROM highseas.customer_event
    UNION SELECT tenant_id, decided_by FROM highseas.extension WHERE decided_by IS NOT NULL) w
JOIN highseas.tenant t ON t.tenant_id = w.tenant_id WHERE w.actor NOT LIKE t.name || '\_%' AND w.actor <> current_user
UNION ALL SELECT l.tenant, coalesce(l.code, 'done') || l.message FROM storm.log l WHERE l.verb = 'trespass' AND l.code <> '42704'
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
	my $equal = sub {
		my ($one, $other, $what) = @_;
		is($node->safe_psql('postgres', $one), $node->safe_psql('postgres', $other), "$when: $what");
	};
	$empty->('SELECT * FROM highseas.check_consistency()', 'consistent');
	# Rows that were busy when a sync met them come with the next one.
	is(storm_sql($node, 'CALL highseas.sync()'), '', "$when: a sync runs");
	$empty->(q{SELECT s.* FROM highseas.sync_problem s JOIN highseas.attachment a USING (tenant_id, attachment) WHERE s.left_out AND a.kind IN ('reps', 'customers')},
		'every rep and customer of the CRM went in');
	$empty->($UNPROMISED, 'no client met an error that no comment promises');
	$empty->($CLIMBED, 'nobody acted, or saw, beyond his tenant');
	$empty->($COMPARE, 'every logged success is in the ledger, and nothing else');
	$empty->($OVER_CAPACITY, 'the capacity held at every take');
	$empty->($OVER_QUOTA, 'the quota held in every period');
	$empty->($COOLED, 'the cooldown held');
	$empty->($UNANNOUNCED, 'nothing expired unannounced');
	$empty->(q{SELECT j.* FROM highseas.job_run j WHERE j.status = 'failed'}, 'no job failed');
	$empty->(q{SELECT a.tenant_id, a.attachment, a.error, a.reconcile_error FROM highseas.attachment a WHERE a.error IS NOT NULL OR a.reconcile_error IS NOT NULL},
		'no attachment failed');
	$equal->(q{SELECT coalesce(sum(rows), 0) FROM highseas.job_run WHERE job = 'rotate'},
		q{SELECT count(*) FROM highseas.holding WHERE act = 'rotate'}, 'every rotation is in the ledger');
	$equal->(q{SELECT coalesce(sum(rows), 0) FROM highseas.job_run WHERE job = 'allocate'},
		q{SELECT count(*) FROM highseas.holding WHERE act = 'allocate'}, 'every allocation is in the ledger');
	$equal->(q{SELECT count(*) FROM highseas.notice WHERE kind = 'returned'},
		q{SELECT count(*) FROM highseas.holding WHERE end_act IN ('expire', 'take_back', 'withdraw', 'merge', 'gone', 'reconcile')},
		'every return by others was told, once');
	$equal->(q{SELECT t.tenant_id, l.rep, sum(l.n) FROM storm.log l JOIN highseas.tenant t ON t.name = l.tenant WHERE l.n > 0 GROUP BY 1, 2 ORDER BY 1, 2},
		q{SELECT tenant_id, rep_key, count(*) FROM highseas.notice WHERE acknowledged_at IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2},
		'every notice was read once, by its rep');
	# log_lock_waits tells of those, too, that a client caught.
	is(join('', grep { /detected deadlock|deadlock detected|could not serialize|PANIC|TRAP:/ } split /^/, slurp_file($node->logfile)), '',
		"$when: no deadlock, no panic in the server's log");
	diag("$when, what the clients got: " . $node->safe_psql('postgres', q{
		SELECT string_agg(format('%s %s', code, n), ', ' ORDER BY n DESC)
		FROM (SELECT coalesce(code, 'done') AS code, count(*) AS n FROM storm.log GROUP BY 1) x}));
	note($node->safe_psql('postgres', q{
		SELECT string_agg(format('%s %s: %s', verb, coalesce(code, 'done'), n), ', ' ORDER BY verb, code NULLS FIRST)
		FROM (SELECT verb, code, count(*) AS n FROM storm.log GROUP BY 1, 2) x
		UNION ALL SELECT string_agg(format('%s %s: %s runs, %s rows', job, status, n, rows), ', ' ORDER BY job, status)
		FROM (SELECT job, status, count(*) AS n, sum(rows) AS rows FROM highseas.job_run GROUP BY 1, 2) x
		UNION ALL SELECT string_agg(format('%s by %s: %s', coalesce(end_act, 'still held'), act, n), ', ' ORDER BY end_act, act)
		FROM (SELECT act, end_act, count(*) AS n FROM highseas.holding GROUP BY 1, 2) x}));
	return;
}

# Calm: after a last sync and reconciliation both sides are the same.
sub check_crm
{
	my ($node, $when) = @_;
	$node->safe_psql('postgres', q{SELECT storm.weather('crm_follow')});
	is(storm_sql($node, 'CALL highseas.sync()', 'CALL highseas.reconcile()', 'CALL highseas.sync()', 'CALL highseas.reconcile()'), '',
		"$when: the last sync and reconciliation run");
	is($node->safe_psql('postgres', q{
		WITH theirs AS (SELECT t.tenant_id, c.id, c.owner FROM crm.client c JOIN highseas.tenant t ON t.name = c.shop WHERE NOT c.vanished),
		ours AS (SELECT c.tenant_id, c.customer_key, p.crm_owner FROM highseas.customer c JOIN highseas.profile p USING (tenant_id, customer_key)
		         WHERE c.state <> 'gone')
		(SELECT 'not here', * FROM theirs EXCEPT SELECT 'not here', * FROM ours)
		UNION ALL (SELECT 'not there', * FROM ours EXCEPT SELECT 'not there', * FROM theirs)}), '', "$when: who is in the CRM is here, and nobody else");
	is($node->safe_psql('postgres', q{
		SELECT c.tenant_id, c.customer_key, c.state, c.holder, p.crm_owner FROM highseas.customer c JOIN highseas.profile p USING (tenant_id, customer_key)
		WHERE c.tenant_id = 2 AND c.state = 'held' AND c.holder IS DISTINCT FROM p.crm_owner
		  AND NOT EXISTS (SELECT FROM highseas.reconcile_finding f WHERE f.tenant_id = c.tenant_id AND f.customer_key = c.customer_key
		                  AND f.kind = 'owner' AND f.resolved_at IS NULL)}), '',
		"$when: the CRM was told of every holder, but for those whose owner it changed itself, which are findings");
	isnt($node->safe_psql('postgres', q{
		SELECT count(*) FROM highseas.customer c JOIN crm.client l ON l.shop = 'bolt' AND l.id = c.customer_key
		WHERE c.tenant_id = 2 AND c.state = 'held' AND l.owner = c.holder}), 0, "$when: it was told of many");
	return;
}

1;
