-- Categories, stages of life and kinds follow from rows that a DBA reads and changes: the built-in ones stand until
-- there are any, rules that overlap or leave a gap are refused, and nobody flips at a border.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null -
SET highseas.clock = '2026-03-02 09:00+00';
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('alpha');
SET highseas.tenant = 'alpha';

-- The built-in categories: complete, and each with its sentence.
SELECT * FROM highseas.check_category_rules();
CREATE VIEW public.examples AS SELECT * FROM (VALUES
    ('A', 20, .9, 500), ('A', 90, .9, -5), ('A', 20, .9, -5), ('B', 70, .9, 10), ('B', 59.9, .3, 0), ('C', 60, .8, 3), ('C', 10, .8, 3),
    ('C', 10, .8, -3), ('A', 99, .29, 80), ('B', 10, .1, -2), (NULL, NULL, NULL, NULL), (NULL, 80, NULL, NULL)) x(abc, potential, alive, profit);
SELECT highseas.category_of(r, abc, potential, alive, profit), highseas.explain_category(r, abc, potential, alive, profit)
FROM public.examples, highseas.categories_of() r;
-- Every customer of a fine grid is in exactly one.
SELECT category, count(*) FROM (
    SELECT highseas.category_of(r, a, p, l / 20.0, m) AS category
    FROM (SELECT highseas.categories_of() AS r OFFSET 0) r, unnest('{A,B,C,NULL}'::text[]) a, generate_series(-5, 105, 5) p, generate_series(-1, 21) l,
         generate_series(-2, 2) m) x GROUP BY category ORDER BY category;

-- Rows of one's own.
INSERT INTO highseas.category_rule (rule, category, abc_from, abc_to, potential_from, potential_to, alive_from, alive_to, profit_from, profit_to)
SELECT * FROM highseas.builtin_category_rules();
SELECT * FROM highseas.check_category_rules();
-- A border moved on one side only leaves a gap, which is found where it is; nobody is classed meanwhile.
UPDATE highseas.category_rule SET alive_from = .4 WHERE rule = 'core';
SELECT * FROM highseas.check_category_rules();
SELECT highseas.categories_of();
UPDATE highseas.category_rule SET alive_from = .2 WHERE rule = 'core';
UPDATE highseas.category_rule SET alive_from = .3 WHERE rule = 'core';
-- In one transaction both sides may move.
BEGIN;
UPDATE highseas.category_rule SET alive_from = .2 WHERE alive_from = .3;
UPDATE highseas.category_rule SET alive_to = .2 WHERE alive_to = .3;
COMMIT;
SELECT * FROM highseas.check_category_rules();
SELECT highseas.explain_category(highseas.categories_of(), 'B', 50, .25, 7);
INSERT INTO highseas.category_rule (rule, category) VALUES ('all', 'E');
INSERT INTO highseas.category_rule (rule, category) VALUES ('x', 'G');
INSERT INTO highseas.category_rule (rule, category, abc_from, abc_to) VALUES ('x', 'E', 'C', 'A');
INSERT INTO highseas.category_rule (rule, category, potential_from, potential_to) VALUES ('x', 'E', 50, 50);
INSERT INTO highseas.category_rule (rule, category, alive_from) VALUES ('x', 'E', 'NaN');
DELETE FROM highseas.category_rule WHERE rule = 'ending';
SELECT problem, rule, abc_from, abc_to, alive_from, alive_to, profit_from FROM highseas.check_category_rules();
-- The C++ finds overlaps, too, where arrays come from elsewhere.
SELECT problem, rule, other_rule, potential_from, potential_to FROM highseas.category_problems(
    ROW('{low,high}', '{E,B}', '{A,A}', '{C,C}', '{-Infinity,50}', '{60,Infinity}', '{-Infinity,-Infinity}', '{Infinity,Infinity}', '{-Infinity,-Infinity}', '{Infinity,Infinity}'));
SELECT highseas.category_of(NULL, 'A', 1, 1, 1);
SELECT highseas.category_of(highseas.compile_category_rules(1), 'D', 1, 1, 1);
SELECT highseas.category_of(ROW('{x}', '{Z}', '{A}', '{C}', '{0}', '{1}', '{0}', '{1}', '{0}', '{1}'), 'A', 1, 1, 1);
SELECT highseas.category_of(ROW('{x}', '{A}', '{A}', '{C}', '{0}', '{1}', '{0}', '{1}', '{0}', '{}'), 'A', 1, 1, 1);

-- Kept within the stay and near a border.
SELECT d, highseas.next_abc_class('A', '2026-01-01', timestamptz '2026-01-01' + d * interval '1 day', 10, '{100,50}', .05, 30) FROM unnest('{0,29,30}'::int[]) d;
SELECT v, highseas.next_abc_class('B', '2026-01-01', '2026-03-01', v, '{100,50}', .1, 30) FROM unnest('{44.9,45,55,109.9,110}'::numeric[]) v;
SELECT 'new', highseas.next_abc_class(NULL, NULL, NULL, 99, '{100,50}', NULL, NULL), highseas.next_category(highseas.compile_category_rules(1), NULL, NULL, NULL, 'A', 1, 1, 1, NULL, NULL, NULL);
SELECT p, highseas.next_category(r, 'E', '2026-01-01', '2026-03-01', 'C', p, .9, 5, .05, 0, 30), highseas.next_category(r, 'E', '2026-01-01', '2026-01-30', 'C', p, .9, 5, .05, 0, 30)
FROM highseas.compile_category_rules(1) r, unnest('{59,60,64.9,65}'::float[]) p;
SELECT m, highseas.next_category(r, 'E', '2026-01-01', '2026-03-01', 'C', 10, .9, m, .05, 20, 30) FROM highseas.compile_category_rules(1) r, unnest('{-20,-20.01}'::float[]) m;
SELECT highseas.next_abc_class('A', NULL, now(), 1, '{2,1}', .1, 1);
SELECT highseas.next_abc_class('A', now(), now(), 1, '{2,1}', 1.1, 1);
SELECT highseas.next_abc_class('A', now(), now(), 1, '{2,1}', .1, -1);
SELECT highseas.next_abc_class('D', now(), now(), 1, '{2,1}', .1, 1);

-- The other rules: built in until there is a row.
SELECT highseas.class_rule_of(1) AS class_defaults, highseas.lifecycle_rule_of(1) AS lifecycle_defaults \gset
SELECT :'class_defaults', :'lifecycle_defaults';
INSERT INTO highseas.class_rule DEFAULT VALUES;
INSERT INTO highseas.lifecycle_rule DEFAULT VALUES;
SELECT highseas.class_rule_of(1)::text = :'class_defaults', highseas.lifecycle_rule_of(1)::text = :'lifecycle_defaults';
UPDATE highseas.class_rule SET within = 'pool', a_share = .7, b_share = .9, minimum_stay = 14;
UPDATE highseas.lifecycle_rule SET growing_from = 1.2;
SELECT highseas.class_rule_of(1), highseas.lifecycle_rule_of(1);
UPDATE highseas.lifecycle_rule SET growing_from = .5;
UPDATE highseas.class_rule SET a_share = .95;
UPDATE highseas.class_rule SET a_share = 'NaN';
UPDATE highseas.class_rule SET margin = 1;
SELECT s.stage, highseas.lifecycle(s.purchases, s.engaged, s.refused, s.first_days, s.last_days, s.alive, s.recent, s.earlier,
                                   r.new_days, r.lost_below, r.lost_days, r.growing_from, r.declining_below)
FROM (VALUES ('lead', 0, false, false, NULL::int, NULL::int, NULL::float, NULL::float, NULL::float), ('prospect', 0, true, false, NULL, NULL, NULL, NULL, NULL),
             ('lost', 0, true, true, NULL, NULL, NULL, NULL, NULL), ('new', 1, NULL, NULL, 30, 30, .8, 10, 0), ('growing', 9, NULL, NULL, 800, 3, .8, 48, 40),
             ('core', 9, NULL, NULL, 800, 3, .8, 47, 40), ('declining', 9, NULL, NULL, 800, 90, .8, 29, 40), ('lost', 9, NULL, NULL, 800, 90, .1, 29, 40),
             ('lost', 9, NULL, NULL, 800, 730, NULL, 29, 40)) s(stage, purchases, engaged, refused, first_days, last_days, alive, recent, earlier),
     highseas.lifecycle_rule_of(1) r;
SELECT highseas.lifecycle(1, false, false, 1, 1, .5, 1, 1, 90, .2, 730, 1, 2);
SELECT highseas.lifecycle(1, false, false, 1, 1, .5, 1, 1, 90, NULL, 730, 1.25, .75);
SELECT highseas.customer_kind(k, c, w, e, p, NULL) FROM highseas.kinds_of() k, (VALUES
    (1, 'Acme Ltd', NULL, 'joe@gmail.com', NULL), (2, ' ', 'acme.example', NULL, NULL), (3, NULL, NULL, 'Joe@GMail.com', NULL), (4, NULL, NULL, 'joe@gmail.com', 'Purchasing'),
    (5, NULL, NULL, 'joe@acme.example', ''), (6, NULL, NULL, NULL, NULL), (7, NULL, NULL, 'a@qq.com', '采购经理')) x(n, c, w, e, p) ORDER BY n;
INSERT INTO highseas.kind_rule (priority, kind, field, words) VALUES (1, 'personal', 'source', '{shop,fair}'), (2, 'commercial', 'email', NULL);
SELECT highseas.kinds_of();
SELECT highseas.customer_kind(highseas.kinds_of(), NULL, NULL, 'x@y', NULL, s) FROM unnest('{Shop,phone}'::text[]) s;
INSERT INTO highseas.kind_rule (priority, kind, field, words) VALUES (3, 'personal', 'source', '{""}');
SELECT highseas.customer_kind(ROW('{personal}', '{phone}', '{0}', '{}'), 'x', 'x', 'x', 'x', 'x');
SELECT highseas.customer_kind(ROW('{personal}', '{email}', '{2}', '{a}'), 'x', 'x', 'x', 'x', 'x');

-- A budget to the cent.
SELECT highseas.divide_budget(100, '{1,1,1}');
SELECT highseas.divide_budget(100, '{5,3,1,NULL}', '{0,NULL,20,1}', '{40,NULL,NULL,NULL}');
SELECT (SELECT sum(x) FROM unnest(d) x) = 12345.67 AS exact, cardinality(d) FROM (
    SELECT highseas.divide_budget(12345.67, array_agg(i % 97 + .5), array_agg(i % 3 * .01), array_agg(nullif(i % 7, 0)::numeric)) AS d FROM generate_series(1, 5000) i) x;
SELECT highseas.divide_budget(0, '{}'), highseas.divide_budget(NULL, '{1}'), highseas.divide_budget(1, NULL);
SELECT highseas.divide_budget(10, '{1}', '{11}');
SELECT highseas.divide_budget(10, '{1}', NULL, '{9}');
SELECT highseas.divide_budget(10, '{0}');
SELECT highseas.divide_budget(10, '{-1}');
SELECT highseas.divide_budget(10.001, '{1}');
SELECT highseas.divide_budget(10, '{1,2}', '{1}');
SELECT highseas.divide_budget(10, '{NaN}');

DROP VIEW public.examples;
DROP EXTENSION highseas CASCADE;
CREATE EXTENSION highseas;
