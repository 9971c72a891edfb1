-- Which leads are promising, and why: a score with its reasons, and a chance learnt from the campaign
\connect - sales_manager
-- Every score from 0 to 100 is explained. What the CRM does not know counts neither for nor against; coverage says how much
-- of the scorecard is known.
SELECT v.customer_key AS lead, f.contact, v.potential_score AS score, v.coverage
FROM highseas.customer_value v JOIN highseas.profile f USING (tenant_id, customer_key)
JOIN highseas.customer c USING (tenant_id, customer_key)
WHERE c.pool_key = 'leads' ORDER BY v.potential_score, v.customer_key LIMIT 1 \gset
SELECT :'contact' AS contact, :score::numeric(5, 2) AS score, :coverage::numeric(3, 2) AS coverage;
SELECT criterion, points, of, reason, gain, by AS if_it_were FROM highseas.explain_potential(:'lead') WHERE of > 0;
SELECT demo.expect((SELECT sum(points) = :score::numeric(5, 2) FROM highseas.explain_potential(:'lead')),
                 'the points add up to the score') \g /dev/null
-- What to find out about this lead first.
SELECT criterion, reason, by AS if_it_were, gain FROM highseas.explain_potential(:'lead') WHERE gain > 0 ORDER BY gain DESC LIMIT 3;

\connect - postgres
-- Points are somebody's opinion. A chance is learnt: whether a lead bought, by what the campaign knew before the call.
CREATE TABLE demo.chance AS
SELECT highseas.fit_logistic(bought, 1, age, job, marital, education, balance, in_default, housing_loan, personal_loan, calls,
                             earlier_calls, earlier_outcome) AS fit FROM crm.lead;
-- auc: in so many cases of 100 a lead who bought had the higher chance than one who did not (50 = by chance).
SELECT (fit).status, (fit).customers AS leads, (fit).positives AS bought, round((fit).auc::numeric * 100) AS auc FROM demo.chance;
SELECT demo.expect((SELECT (fit).status = 'ok' AND (fit).auc > .7 FROM demo.chance), 'the campaign has taught something') \g /dev/null
-- Can the chances be taken at their word? The leads by tenths: what was predicted for them, by fits that had not seen
-- them, and what they did, in percent.
SELECT b.band, b.customers AS leads, round(b.predicted::numeric * 100) AS predicted, round(b.observed::numeric * 100) AS bought
FROM demo.chance, highseas.conversion_calibration(fit) b;
-- Whom to call: the best who have not bought, each with the strongest reason.
SELECT l.contact_name, l.job_title, round(l.chance::numeric * 100) AS chance, r.name || ' = ' || r.value AS reason
FROM (SELECT x.*, highseas.conversion_chance((SELECT fit FROM demo.chance), age, job, marital, education, balance, in_default,
             housing_loan, personal_loan, calls, earlier_calls, earlier_outcome) AS chance
      FROM crm.lead x WHERE NOT bought ORDER BY chance DESC, id LIMIT 5) l
CROSS JOIN LATERAL (
    SELECT * FROM highseas.conversion_reasons((SELECT fit FROM demo.chance),
        '{age,job,marital,education,balance,default,housing loan,loan,calls,earlier calls,earlier outcome}', age, job, marital,
        education, balance, in_default, housing_loan, personal_loan, calls, earlier_calls, earlier_outcome) LIMIT 1) r
ORDER BY l.chance DESC;
