-- The first page of the pool list, as a rep's login sees it.
SELECT customer_key, name, company, city, score, online, email FROM highseas.pool_list WHERE pool_key = 'main' LIMIT 50;
