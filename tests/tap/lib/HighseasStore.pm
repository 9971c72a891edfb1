# Two tenants with something in every table, the logins that may see them, and what to compare of a database.
package HighseasStore;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(create_logins fill_store as_login row_sums sequences empty_tables consistency);

# One login an access for tenant east, one agent for west, and one whom nobody granted anything.
my @LOGINS = qw(east_reader east_agent east_manager east_admin west_agent stranger);

my $FILL = <<'SQL';
SET highseas.clock = '2026-01-05 02:00:00+00';
CALL highseas.create_tenant('east', 'Asia/Shanghai');
CALL highseas.create_tenant('west');

CALL highseas.grant_role('east_reader', 'reader', 'east');
CALL highseas.grant_role('east_agent', 'agent', 'east');
CALL highseas.grant_role('east_manager', 'manager', 'east');
CALL highseas.grant_role('east_admin', 'admin', 'east');
CALL highseas.grant_role('west_agent', 'agent', 'west');

INSERT INTO highseas.region (tenant_id, region, parent) VALUES (1, 'china', NULL), (1, 'a child', 'china');
INSERT INTO highseas.rep (tenant_id, rep_key, name, hired_on, login_role, waiting_since)
SELECT t, r, 'Rep ' || r, h::date, l, '2025-12-01'
FROM (VALUES (1, 'ann', '2020-01-01', NULL), (1, 'bob', '2025-12-20', NULL), (1, 'cid', '2020-01-01', NULL),
             (1, 'dora', '2020-01-01', 'east_manager'), (2, 'ann', '2020-01-01', NULL)) x(t, r, h, l);
INSERT INTO highseas.rep_region VALUES (1, 'bob', 'a child');
INSERT INTO highseas.rep_leave VALUES (1, 'cid', '2026-01-01', '2026-01-31');
INSERT INTO highseas.pool (tenant_id, pool_key, cooldown, rotate_after, return_to)
VALUES (1, 'vip', '0', NULL, 'vip'), (1, 'main', '7 days', '20 days', NULL), (2, 'main', '0', NULL, NULL);
INSERT INTO highseas.pool_member (tenant_id, pool_key, rep_key) VALUES (1, 'vip', 'ann');
INSERT INTO highseas.capacity (tenant_id, rule, tier, maximum) VALUES (1, 'at most 20', NULL, 20), (1, 'new: 5', 'new', 5);
INSERT INTO highseas.quota (tenant_id, rule, period, maximum) VALUES (1, 'ten a day', 'day', 10);
INSERT INTO highseas.deadline (tenant_id, rule, kind, window_amount, window_unit) VALUES (1, 'a week', 'no_follow_up', 7, 'day');
INSERT INTO highseas.allocation_rule (tenant_id, pool_key, method, band_class, fallback_pool) VALUES (1, 'main', 'weighted_turns', 'it''s "A"', 'vip');
INSERT INTO highseas.rep_weight VALUES (1, 'bob', .5);
INSERT INTO highseas.leave_rule (tenant_id, rule, occasion, handling, deputy) VALUES (1, 'gone', 'departure', 'deputy', 'ann');
INSERT INTO highseas.rfm_break (tenant_id, measure, score, bound) VALUES (1, 'recency', 2, 365.25);
INSERT INTO highseas.rfm_segment (tenant_id, priority, segment, recency_from) VALUES (1, 1, 'buys', 2);
INSERT INTO highseas.class_rule (tenant_id, minimum_stay) VALUES (1, 14);
INSERT INTO highseas.category_rule SELECT t, b.* FROM generate_series(1, 2) t, highseas.builtin_category_rules() b;
INSERT INTO highseas.lifecycle_rule (tenant_id, new_days) VALUES (1, 60);
INSERT INTO highseas.kind_rule SELECT 1, * FROM highseas.builtin_kind_rules();
INSERT INTO highseas.churn_rule (tenant_id, alive_drop) VALUES (1, .1);
INSERT INTO highseas.intent_rule SELECT 1, * FROM highseas.builtin_intent_rules();
INSERT INTO highseas.treatment SELECT 1, * FROM highseas.builtin_treatments();
INSERT INTO highseas.overflow_rule (tenant_id, rule, rep_key, maximum, to_tiers, veto, may_keep) VALUES (1, 'ann: 2', 'ann', 2, '{new}', '0', 1);
INSERT INTO highseas.treatment_tier (tenant_id, class, kind, tier) VALUES (1, 'A', NULL, 'veteran'), (1, NULL, 'personal', 'new');

CALL highseas.copy_scorecard(tenant => 'east');

INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at, score, region)
SELECT t, 'c' || n, CASE WHEN t = 1 AND n > 35 THEN 'vip' ELSE 'main' END,
       CASE WHEN n BETWEEN 20 AND 25 THEN '2026-01-04' ELSE '2025-12-31' END::date, '2025-12-31', n,
       CASE WHEN n % 2 = 0 THEN 'a child' ELSE 'china' END
FROM generate_series(1, 2) t, generate_series(1, 40) n;
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT 1, k, 'main', '2025-12-31', '2025-12-31' FROM unnest(ARRAY[' blank ', 'quo''te"', E'tab\tback\\slash\\.', '客户', '\N']) k;
INSERT INTO highseas.profile (tenant_id, customer_key, name, email, attributes)
SELECT c.tenant_id, c.customer_key, E'O''Neil \\ ' || c.customer_key || E'\nGmbH', c.customer_key || '@example.com',
       jsonb_build_object('key', c.customer_key)
FROM highseas.customer c;
INSERT INTO highseas.attachment (tenant_id, attachment, kind, query, run_as, key_type, columns, enabled)
VALUES (1, 'staff', 'reps', 'SELECT ''x'' AS rep_key -- it''s "quoted"', 'somebody', 'text', '{rep_key}', false);
INSERT INTO highseas.sync_problem (tenant_id, attachment, key, problem, seen_at) VALUES (1, 'staff', NULL, 'the key is NULL', '2025-12-01');
INSERT INTO highseas.reconcile_finding (tenant_id, attachment, customer_key, kind, ours, theirs, found_at, action)
VALUES (1, 'staff', 'c1', 'owner', NULL, 'ann', '2025-12-01', 'reported');
INSERT INTO highseas.domain_rule (tenant_id, domain, shared, same_as) VALUES (1, 'example.com', true, 'example.org');
INSERT INTO highseas.duplicate_rule (tenant_id, kind, block) VALUES (1, 'phone', false);
INSERT INTO highseas.duplicate_weight (tenant_id, feature, weight) VALUES (1, 'phone_same', 2.5);
INSERT INTO highseas.duplicate_key (tenant_id, key, customer_key) VALUES (1, 4, 'c1'), (2, 4, 'c1');
INSERT INTO highseas.duplicate_terms (tenant_id, written_at, version, customer_key, keys, terms) VALUES (1, '2026-01-01', 1, 'c1', '{4}', '{-1,2}');
INSERT INTO highseas.not_duplicate (tenant_id, customer_key, other_customer, decided_at, decided_by) VALUES (1, 'c1', 'c2', '2026-01-01', 'ann');
INSERT INTO highseas.duplicate_finding (tenant_id, customer_key, other_customer, probability, contributions, found_at)
VALUES (1, 'c1', 'c3', .75, '{"company": 1.5}', '2026-01-01');
INSERT INTO highseas.merge_record (tenant_id, customer_key, into_customer, merged_at, actor, row_before, moved, profile)
VALUES (1, 'c9', 'c1', '2026-01-01', 'ann', '{"state": "free"}', '{"leads": [1]}', '{"company": "Acme"}');
INSERT INTO highseas.company_word (tenant_id, word, kind, weight) VALUES (1, '客户', 'trade', .2);
INSERT INTO highseas.screen_rule (tenant_id, country) VALUES (1, 'CN');
INSERT INTO highseas.campaign (tenant_id, campaign, origin, cost) SELECT t, 'Canton "26"', 'fair', 12.5 FROM generate_series(1, 2) t;
INSERT INTO highseas.intake_rule (tenant_id, problem, action) VALUES (1, 'formula', 'ignore');
INSERT INTO highseas.profile_question (tenant_id, fact, question) VALUES (1, 'fax', '传真?');
INSERT INTO highseas.abc_bound VALUES (1, '', '{10,5}', 2, 15, '2026-01-01'), (2, '', '{10,5}', 2, 15, '2026-01-01');
INSERT INTO highseas.customer_class (tenant_id, customer_key, abc, abc_since, classified_at)
SELECT t, 'c1', 'A', '2026-01-01', '2026-01-01' FROM generate_series(1, 2) t;
INSERT INTO highseas.class_history (tenant_id, customer_key, at, aspect, to_class, reason, value)
SELECT t, 'c1', '2026-01-01', 'abc', 'A', 'over the bound', 12 FROM generate_series(1, 2) t;
INSERT INTO highseas.purchase VALUES (1, 'c1', 'o1', '2025-06-01', 12.50, 'EUR'), (1, 'c1', 'o2', '2025-07-01', -1e-20, NULL);

SET highseas.tenant = 'east';
CALL highseas.claim('c1', 'ann', retry_key => 'once');
CALL highseas.claim('c2', 'bob');
CALL highseas.claim('c3', 'ann');
CALL highseas.claim('c4', 'ann');
CALL highseas.claim('c5', 'ann');
CALL highseas.claim('c36', 'ann');
CALL highseas.claim('客户', 'ann');
CALL highseas.claim(E'tab\tback\\slash\\.', 'ann');
CALL highseas.follow_up('c1', 'call', E'said \\.\nand more', 'ann');
CALL highseas.return_to_pool('c36', 'price', rep => 'ann');
CALL highseas.transfer('c4', 'dora', 'knows them', 'ann');
CALL highseas.extend('c3', '2026-03-01', 'holidays', 'ann');
CALL highseas.protect('c5', '2026-02-01', 'contract', 'ann');
CALL highseas.follow_up('c5', 'call', 'compares offers', 'ann', NULL, 'hesitating', '2026-09-01');
CALL highseas.withdraw('c40', 'insolvent');
CALL highseas.claim('c1', 'ann', 'west');

SET highseas.clock = '2026-01-11 02:00:00+00';
CALL highseas.send_reminders();
SET highseas.clock = '2026-01-13 02:00:00+00';
CALL highseas.expire_due('east');
SET highseas.clock = '2026-01-22 02:00:00+00';
CALL highseas.rotate('east');
INSERT INTO highseas.value_rule (tenant_id, currency) VALUES (1, 'EUR');
CALL highseas.refresh_value('east');
CALL highseas.suggest_deadlines();
CALL highseas.intake(E'Tab\\tbed \\\\ "Ltd"', email => 'a@example.com', campaign => 'Canton "26"');
CALL highseas.intake('客户有限公司', email => 'a@example.com', campaign => 'Canton "26"', customer => '客户');
CALL highseas.check_profiles('east');
CALL highseas.hand_over('east');
SELECT highseas_api.keep_customer(min(customer_key), 'knows them', 'ann') FROM highseas.hand_over;
SELECT highseas_api.acknowledge(array_agg(notice_id), 'ann') FROM highseas.notice WHERE rep_key = 'ann' AND kind = 'returned';
SQL

sub create_logins
{
	my ($node) = @_;
	$node->safe_psql('postgres', join '', map { "CREATE ROLE $_ LOGIN;\n" } @LOGINS);
	return;
}

# as_login($node, 'shop', 'east_agent', 'SELECT ...'): what psql prints, both streams; errors included.
sub as_login
{
	my ($node, $database, $login, $sql) = @_;
	my ($status, $out, $err) = $node->psql($database, $sql, extra_params => [ '-U', $login ]);
	return $status == 0 ? $out : "$out$err";
}

sub fill_store
{
	my ($node, $database) = @_;
	$node->safe_psql($database, $FILL);
	return;
}

my $TABLES = q{
	SELECT c.oid::regclass FROM pg_depend d
	JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'highseas'
	JOIN pg_class c ON c.oid = d.objid AND c.relkind IN ('r', 'p')
	WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	ORDER BY c.oid::regclass::text};

# One line a table: its name, how many rows, the sum over all of them.
sub row_sums
{
	my ($node, $database) = @_;
	my @tables = split /\n/, $node->safe_psql($database, $TABLES);
	return $node->safe_psql($database, join "\nUNION ALL\n", map { qq{
		SELECT '$_', count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C")) FROM $_ t} } @tables);
}

sub empty_tables
{
	my ($node, $database) = @_;
	return join ' ', map { (split /\|/)[0] } grep { /\|0\|/ } split /\n/, row_sums($node, $database);
}

sub sequences
{
	my ($node, $database) = @_;
	return $node->safe_psql($database, q{
		SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'highseas' ORDER BY 1});
}

sub consistency
{
	my ($node, $database) = @_;
	return $node->safe_psql($database, 'SELECT * FROM highseas.check_consistency()');
}

1;
