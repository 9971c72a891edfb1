# Everything that the catalogue says about the extension, as lines to compare: "kind<tab>name<tab>what it is".
package HighseasCatalogue;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(catalogue differences);

# Objects carry no OIDs here; columns stand by their place among the living ones, so that a column which an upgrade
# adds must be the last one of a fresh install, too: SELECT * and COPY without a list then mean the same.
my $QUERY = <<'SQL';
SET search_path = pg_catalog;
WITH member AS (
	SELECT d.classid, d.objid FROM pg_depend d
	JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'highseas'
	WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
), relation AS (
	SELECT c.* FROM pg_class c JOIN member m ON m.classid = 'pg_class'::regclass AND m.objid = c.oid
	UNION ALL
	-- A composite type's attributes.
	SELECT c.* FROM pg_class c JOIN member m ON m.classid = 'pg_type'::regclass AND m.objid = c.reltype WHERE c.relkind = 'c'
), part AS (
	-- With what hangs on the members: indexes, constraints, policies, columns.
	SELECT classid, objid FROM member
	UNION SELECT 'pg_class'::regclass, c.oid FROM relation c
	UNION SELECT 'pg_class'::regclass, i.indexrelid FROM pg_index i JOIN relation c ON c.oid = i.indrelid
	UNION SELECT 'pg_constraint'::regclass, k.oid FROM pg_constraint k JOIN relation c ON c.oid = k.conrelid
	UNION SELECT 'pg_policy'::regclass, p.oid FROM pg_policy p JOIN relation c ON c.oid = p.polrelid
), line(kind, name, what) AS (
	SELECT 'member', pg_describe_object(classid, objid, 0), '' FROM member
	UNION ALL
	SELECT 'relation', c.oid::regclass::text, concat_ws(' ', c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity,
		c.reloptions::text, c.relreplident, pg_get_userbyid(c.relowner)) FROM relation c
	UNION ALL
	SELECT 'column', format('%s.%s', c.oid::regclass, a.attname), concat_ws(' ', row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
		format_type(a.atttypid, a.atttypmod), CASE WHEN a.attcollation <> 0 THEN a.attcollation::regcollation END,
		CASE WHEN a.attnotnull THEN 'not null' END, a.attidentity, a.attgenerated, a.attstorage, a.attcompression,
		a.attstattarget,
		(SELECT string_agg(o, ',' ORDER BY o) FROM unnest(a.attoptions) o WHERE o LIKE 'n\_distinct%'), pg_get_expr(d.adbin, d.adrelid))
	FROM relation c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
	UNION ALL
	SELECT 'index', i.indexrelid::regclass::text, concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisreplident, i.indisclustered)
	FROM pg_index i JOIN relation c ON c.oid = i.indrelid
	UNION ALL
	SELECT 'constraint', format('%s.%s', k.conrelid::regclass, k.conname), concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated)
	FROM pg_constraint k JOIN relation c ON c.oid = k.conrelid
	UNION ALL
	SELECT 'policy', format('%s.%s', p.polrelid::regclass, p.polname), concat_ws(' ', p.polcmd, p.polpermissive,
		(SELECT array_agg(CASE r WHEN 0 THEN 'public' ELSE pg_get_userbyid(r)::text END) FROM unnest(p.polroles) r)::text,
		pg_get_expr(p.polqual, p.polrelid), '|', pg_get_expr(p.polwithcheck, p.polrelid))
	FROM pg_policy p JOIN relation c ON c.oid = p.polrelid
	UNION ALL
	SELECT 'trigger or rule', format('%s.%s', t.tgrelid::regclass, t.tgname), pg_get_triggerdef(t.oid)
	FROM pg_trigger t JOIN relation c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
	UNION ALL
	SELECT 'trigger or rule', format('%s.%s', r.ev_class::regclass, r.rulename), pg_get_ruledef(r.oid)
	FROM pg_rewrite r JOIN relation c ON c.oid = r.ev_class
	UNION ALL
	SELECT 'sequence', s.seqrelid::regclass::text, concat_ws(' ', format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
		s.seqcache, s.seqcycle) FROM pg_sequence s JOIN relation c ON c.oid = s.seqrelid
	UNION ALL
	SELECT 'routine', p.oid::regprocedure::text, concat_ws(' ', pg_get_userbyid(p.proowner), CASE WHEN p.prokind = 'a' THEN a::text
		ELSE pg_get_functiondef(p.oid) END)
	FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
	LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
	UNION ALL
	SELECT 'type', t.oid::regtype::text, concat_ws(' ', t.typtype, t.typcategory, t.typlen, t.typbyval, t.typalign, t.typstorage,
		t.typnotnull, t.typdefault, format_type(nullif(t.typbasetype, 0), t.typtypmod),
		(SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)::text)
	FROM pg_type t JOIN member m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid
	UNION ALL
	SELECT 'comment', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description
	FROM pg_description d JOIN part m ON m.classid = d.classoid AND m.objid = d.objoid
	UNION ALL
	-- NULL stands for the default, which lets PUBLIC call a function.
	SELECT 'privilege', pg_describe_object(x.classid, x.objid, x.subid), format('%s: %s%s by %s',
		CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type,
		CASE WHEN a.is_grantable THEN ' with grant option' END, pg_get_userbyid(a.grantor))
	FROM (
		SELECT 'pg_class'::regclass::oid AS classid, oid AS objid, 0 AS subid,
			coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner)) AS acl FROM pg_class
		UNION ALL SELECT 'pg_class'::regclass, attrelid, attnum, attacl FROM pg_attribute WHERE NOT attisdropped
		UNION ALL SELECT 'pg_proc'::regclass, oid, 0, coalesce(proacl, acldefault('f', proowner)) FROM pg_proc
		UNION ALL SELECT 'pg_type'::regclass, oid, 0, coalesce(typacl, acldefault('T', typowner)) FROM pg_type
		UNION ALL SELECT 'pg_namespace'::regclass, oid, 0, coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace) x
	JOIN member m ON m.classid = x.classid AND m.objid = x.objid
	CROSS JOIN aclexplode(x.acl) a
	UNION ALL
	-- What pg_dump takes as given: a grant that is in here would not be dumped.
	SELECT 'initial privilege', pg_describe_object(i.classoid, i.objoid, i.objsubid), format('%s: %s',
		CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type)
	FROM pg_init_privs i JOIN member m ON m.classid = i.classoid AND m.objid = i.objoid
	CROSS JOIN aclexplode(i.initprivs) a
	UNION ALL
	SELECT 'dumped', e.extconfig[n]::regclass::text, e.extcondition[n]
	FROM pg_extension e, generate_subscripts(e.extconfig, 1) n WHERE e.extname = 'highseas'
	UNION ALL
	SELECT 'extension', extname, concat_ws(' ', extnamespace::regnamespace, extrelocatable, extversion) FROM pg_extension WHERE extname = 'highseas'
	UNION ALL
	-- Kinds that nothing above describes: operators, casts, languages ... Teach this query when one comes.
	SELECT 'undescribed', pg_describe_object(classid, objid, 0), '' FROM member
	WHERE classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_namespace'::regclass)
)
SELECT text FROM (SELECT concat_ws(E'\t', kind, name, replace(what, E'\n', '\n')) AS text FROM line) x ORDER BY text COLLATE "C";
SQL

sub catalogue
{
	my ($node, $database) = @_;
	return $node->safe_psql($database, $QUERY);
}

# To ask inside of a transaction.
sub query { return $QUERY; }

# What stands in one of two texts only, a line each; '' when they are the same.
sub differences
{
	my ($got, $expected) = @_;
	my (%count, @lines);
	$count{$_}++ for split /\n/, $got;
	$count{$_}-- for split /\n/, $expected;
	push @lines, ($count{$_} > 0 ? '+ ' : '- ') . $_ for grep { $count{$_} } sort keys %count;
	return join "\n", @lines;
}

1;
