-- Several at once: Carmen García takes three companies in Spain and Portugal
\connect - crm_app
SET highseas.rep = 'carmen.garcia';
SELECT array_agg(customer_key) AS best FROM (SELECT customer_key FROM highseas.pool_list
    WHERE pool_key = 'accounts' AND region = 'IBERIA' LIMIT 3) AS l \gset
SELECT customer_key AS raced FROM highseas.customer WHERE holder IN ('chen.li', 'wang.fang') \gset
-- The fourth one in her list is the customer of the race: the reply says why she does not get it.
CALL highseas.claim_many(:'best'::text[] || :'raced'::text);
-- Now that she holds them she sees how to reach them.
SELECT customer_key, company, email, phone, due_at, due_rule FROM highseas.my_customers;
SELECT demo.expect((SELECT count(*) = 3 AND bool_and(phone <> '***') FROM highseas.my_customers), 'Carmen holds three companies and sees them') \g /dev/null
