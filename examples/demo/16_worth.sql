-- What pg_cron valued at night: who will bring how much, and who is probably lost
\connect - sales_manager
-- Two models, fitted to all purchases: how often customers buy and when they stop; what they spend. status ok: to be used.
SELECT (lifetime).model, (lifetime).customers, (lifetime).status, (spend).model AS spend, (spend).customers AS repeaters,
       (spend).status AS spend_status, round((spend).correlation::numeric, 2) AS correlation
FROM highseas.value_run WHERE in_force;
SELECT demo.expect((SELECT (lifetime).status = 'ok' AND (spend).status = 'ok' FROM highseas.value_run WHERE in_force),
                 'both fits are good') \g /dev/null
-- The five who will bring most in the next 52 weeks: profit in dollars, discounted. p_alive: the chance, in percent, that
-- they still are customers.
SELECT v.customer_key AS id, f.company, p.repeats + 1 AS purchases, p.last_on, round(v.p_alive::numeric * 100) AS p_alive,
       round(v.expected_purchases::numeric, 1) AS expected, round(v.expected_spend::numeric) AS spend, round(v.clv::numeric) AS clv
FROM highseas.customer_value v JOIN highseas.purchases p USING (tenant_id, customer_key) JOIN highseas.profile f USING (tenant_id, customer_key)
ORDER BY v.clv DESC LIMIT 5;
-- Once good, probably lost: they bought often and for much, and have been silent for longer than their habit explains.
SELECT v.customer_key AS id, f.company, p.repeats + 1 AS purchases, p.last_on, round(p.total) AS bought_for,
       round(v.p_alive::numeric * 100, 1) AS p_alive, round(v.clv::numeric) AS clv
FROM highseas.customer_value v JOIN highseas.purchases p USING (tenant_id, customer_key) JOIN highseas.profile f USING (tenant_id, customer_key)
WHERE v.p_alive < .2 ORDER BY p.total DESC LIMIT 5;
SELECT demo.expect((SELECT count(*) > 5 FROM highseas.customer_value v JOIN highseas.purchases p USING (tenant_id, customer_key)
                  WHERE v.p_alive < .2 AND p.total > 200), 'some good customers are probably lost') \g /dev/null
-- The same silence means little for who buys seldom, and much for who bought every month: three who bought last in
-- June 2026.
SELECT DISTINCT ON (p.repeats) p.repeats + 1 AS purchases, p.first_on, p.last_on, round(v.p_alive::numeric * 100) AS p_alive
FROM highseas.customer_value v JOIN highseas.purchases p USING (tenant_id, customer_key)
WHERE p.last_on BETWEEN '2026-06-01' AND '2026-06-30' AND p.repeats IN (1, 4, 9) ORDER BY p.repeats, p.last_on, v.customer_key;
