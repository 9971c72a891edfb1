-- Which class every customer is in, and why
\connect - sales_manager
-- By rules in rows, from what he brought, his potential, his chance to be alive and the profit after the cost of service: A
-- primary, B potential, C core, D ending, E low, F unattractive.
SELECT category, count(*) AS customers, round(sum(profit)) AS profit, round(sum(clv)::numeric) AS clv,
       count(holder) AS held FROM highseas.customer_classes GROUP BY category ORDER BY category;
SELECT demo.expect((SELECT count(*) = count(category) AND count(DISTINCT category) = 6 FROM highseas.customer_classes),
                 'everybody is in one of six categories') \g /dev/null
-- The bounds of ABC are kept, so that any other value is classed at once.
SELECT (bounds[1])::numeric(9, 2) AS a_from, (bounds[2])::numeric(9, 2) AS b_from, customers, round(total) AS total,
       highseas.class_of_value(100) AS a_hundred_would_be FROM highseas.abc_bound;
-- Each decision is a sentence with its figures: the best of A, and of who is ending.
SELECT DISTINCT ON (category) category, customer_key AS id, lifecycle, kind, why FROM highseas.customer_classes
WHERE category IN ('A', 'D') ORDER BY category, profit DESC, customer_key;
-- In which stage of life they are.
SELECT lifecycle, count(*) AS customers, round(sum(profit)) AS profit FROM highseas.customer_classes GROUP BY lifecycle ORDER BY lifecycle;
