-- How long should a deadline be? What a company's own ledger says
-- Two weeks of ledger tell nothing about that. A sister company in the same database has seven months: 785 shops, whose orders are
-- real (every third company of the CRM); who took and called them when was drawn by lot (examples/demo/23_year.sql). Here the clock
-- stands at 2 December 2025. Neither company sees anything of the other.
\connect - store_manager
SELECT count(*) AS holdings, count(DISTINCT customer_key) AS customers, count(*) FILTER (WHERE end_act = 'expire') AS expired,
       (SELECT count(*) FROM highseas.follow_up) AS calls FROM highseas.holding;
SELECT demo.expect((SELECT count(*) = 0 FROM highseas.customer WHERE pool_key = 'accounts'), 'the trading house is not seen') \g /dev/null
CALL highseas.suggest_deadlines('pool');
-- How many days after a claim does the first order come? A holding that ended without one counts for as long as it lasted
-- (Kaplan-Meier). The window ends where a further week adds less than 2 % for good, and has cut off so many percent of the orders.
SELECT window_days, cases, orders, round(100 * taken_share::numeric) AS percent_cut_off, warning, status
FROM highseas.deadline_suggestion WHERE kind = 'no_order';
SELECT demo.expect((SELECT window_days BETWEEN 30 AND 200 AND status = 'open' FROM highseas.deadline_suggestion
                  WHERE kind = 'no_order'), 'the ledger suggests a window, and nothing is done by itself') \g /dev/null
-- The share that still waits, day by day; the colons mark the window.
SELECT l.line FROM highseas.deadline_suggestion d, highseas.survival_text(d.curve, d.window_days, 66, 8) l WHERE d.kind = 'no_order';

-- What if calls were due within 14 instead of 30 days? The seven months are played again, by the rules that act. Too strict here:
-- who calls every ten days loses many a customer, and with him his orders.
SELECT item, round(recorded::numeric) AS with_30_days, round(simulated::numeric) AS with_14_days,
       round(lower_limit::numeric) AS from, round(upper_limit::numeric) AS to
FROM highseas.simulate_policy('{"deadline": {"call-in-a-month": {"window_amount": 14}}}', since => '2025-05-05')
WHERE item IN ('takes', 'expiries', 'days in the pool, mean', 'customers held', 'most held by a rep', 'follow-ups', 'orders while held',
               'orders taken from the holder');
SELECT demo.expect((SELECT bool_and(simulated > recorded) FROM highseas.simulate_policy('{"deadline": {"call-in-a-month": {"window_amount": 14}}}',
                  since => '2025-05-05') WHERE item IN ('takes', 'expiries', 'orders taken from the holder')), 'shorter deadlines strike more') \g /dev/null
-- It says what it assumes. These are three of its assumptions:
SELECT item AS assumption FROM highseas.simulate_policy('{}', since => '2025-05-05') WHERE part = 'assumption' LIMIT 3;
SELECT demo.expect((SELECT bool_and(simulated = recorded) FROM highseas.simulate_policy('{}', since => '2025-05-05') WHERE part <> 'assumption'),
                 'under the rules in force it comes to what was') \g /dev/null
