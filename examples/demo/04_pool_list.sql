-- The pool list: what a rep sees before he takes anybody
\connect - crm_app
-- The best leads of South China with an e-mail address. Contacts are masked until somebody holds the customer.
SELECT left(customer_key, 8) AS lead, contact, position, region, score, email, phone
FROM highseas.pool_list WHERE pool_key = 'leads' AND region = 'CN-S' AND has_email
LIMIT 5;

-- The whole sea.
SELECT pool_key, count(*) AS free, count(*) FILTER (WHERE has_email) AS with_email, max(score) AS best_score
FROM highseas.pool_list GROUP BY pool_key ORDER BY pool_key;
