-- Two weeks later: who moved
\connect - sales_manager
-- Who brought nothing for two weeks is alive with a smaller chance; last year's purchases leave the period. Nobody flips
-- at a border: it must be passed by a margin, and a class is left after a minimum stay, here of two weeks.
SELECT from_class, to_class, customers, round(value_before) AS value_before, round(value) AS value
FROM highseas.class_migration('2026-11-18', '2026-12-02') WHERE from_class <> to_class;
SELECT demo.expect((SELECT sum(customers) FILTER (WHERE from_class <> to_class) BETWEEN 5 AND .1 * sum(customers)
                  FROM highseas.class_migration('2026-11-18', '2026-12-02')), 'some moved, most stayed') \g /dev/null
-- The worst of it, and why.
SELECT h.customer_key AS id, f.company, h.from_class, h.to_class, h.reason
FROM highseas.class_history h JOIN highseas.profile f USING (tenant_id, customer_key)
WHERE h.aspect = 'category' AND h.from_class = 'A' AND h.to_class > 'A' ORDER BY h.value DESC, h.customer_key LIMIT 3;
