-- Follow-ups: what is worked on stays (Wednesday, 4 November)
\connect - crm_app
SET highseas.rep = 'carmen.garcia';
-- What Carmen García holds since Monday.
SELECT customer_key, company, due_at, due_rule FROM highseas.my_customers;
-- Today she calls one of them. Its time begins anew.
SELECT min(customer_key) AS called FROM highseas.my_customers \gset
CALL highseas.follow_up(:'called', 'call', 'wants a quotation by Friday');
SELECT demo.expect((SELECT due_at = '2026-11-18 10:00+08' FROM highseas.my_customers WHERE customer_key = :'called'),
                 'the due date lies 14 days after the call') \g /dev/null
-- She asks for more time for another one: up to seven days need no manager.
SELECT max(customer_key) AS asked FROM highseas.my_customers \gset
CALL highseas.extend(:'asked', '2026-11-20 18:00+08', 'the buyer is on holiday until the 18th');
SELECT demo.expect((SELECT due_at = '2026-11-20 18:00+08' FROM highseas.my_customers WHERE customer_key = :'asked'),
                 'the extension puts the due date off') \g /dev/null
