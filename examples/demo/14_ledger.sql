-- The ledger of one customer, that of the race: who held it, when, why, and by whose act
SELECT customer_key AS raced FROM highseas.ledger WHERE act = 'assign' \gset
SELECT at, act, from_rep, to_rep, pool_key, reason, actor FROM highseas.ledger WHERE customer_key = :'raced';
SELECT demo.expect((SELECT array_agg(act) = '{claim,expire,assign}' FROM highseas.ledger WHERE customer_key = :'raced'), 'its ledger has each change') \g /dev/null
