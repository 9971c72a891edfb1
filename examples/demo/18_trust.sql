-- Is the model to be trusted? It predicts half a year that is over already
\connect - sales_manager
-- Fitted to the orders until the end of April, compared with those of the 180 days after. The model comes close to what was
-- bought; carrying on last year's pace promises more than twice of it. top_share: of all purchases, those of the 20 % of
-- companies whom the method puts first (perfect: the best there could be). To name the best customers, counting their
-- purchases of a year does about as well here: the model's use is the amount, and who is gone.
SELECT method, customers, actual, round(predicted::numeric) AS predicted, round(top_share::numeric * 100) AS top_share, status
FROM highseas.holdout_check('2026-04-30', 180) WHERE repeats = 'all';
-- By how often they had bought again until then.
SELECT repeats, customers, actual, round(predicted::numeric) AS predicted
FROM highseas.holdout_check('2026-04-30', 180) WHERE method = 'mbg_nbd' AND repeats <> 'all';
SELECT demo.expect((SELECT abs(predicted / actual - 1) < .1 AND status = 'ok' FROM highseas.holdout_check('2026-04-30', 180)
                  WHERE method = 'mbg_nbd' AND repeats = 'all'), 'the model is within 10 % of what happened') \g /dev/null
