-- Do 20 % of the customers bring 80 %?
\connect - sales_manager
-- Not here. Of all sales of 18 months, in percent: the best 20 % of the companies, the last 30 %, and how many companies
-- bring 80 %.
SELECT (c).customers AS companies, round((c).total) AS sales, round((c).top_20_share::numeric * 100) AS best_20,
       round((c).bottom_30_share::numeric * 100) AS last_30, (c).customers_for_80 AS bring_80,
       round((c).customers_for_80 * 100.0 / (c).customers) AS percent_of_them, round((c).gini::numeric, 2) AS gini
FROM (SELECT highseas.concentration(total) AS c FROM highseas.purchases) x;
SELECT demo.expect((SELECT highseas.top_share(total, .2) BETWEEN .67 AND .68 FROM highseas.purchases),
                 'the best 20 % bring 67 % (68 % in the full file of 23,570 customers)') \g /dev/null
-- The profit of the last year, of companies and leads together: follow-ups cost, and some have brought nothing for it yet.
SELECT customers, round(total) AS profit, round(peak) AS without_loss_makers, loss_makers, round(loss) AS loss
FROM highseas.profit_concentration;
SELECT demo.expect((SELECT loss < 0 AND peak + loss = total FROM highseas.profit_concentration), 'follow-ups cost') \g /dev/null
-- Segments by recency, frequency and money, and what is expected of each.
SELECT r.segment, count(*) AS companies, round(sum(r.monetary)) AS bought_for, round(sum(v.clv)::numeric) AS clv
FROM highseas.rfm() r JOIN highseas.customer_value v USING (customer_key) GROUP BY r.segment ORDER BY sum(v.clv) DESC;
