-- The chance that a lead converts, learnt from those whose outcome is known (src/core/value/logistic,
-- naive_bayes). Works on anybody's table.

CREATE TYPE highseas.conversion_fit AS (
    model text,
    status text,
    remark text,
    customers bigint,
    positives bigint,
    ridge double precision,
    kinds text[],
    intercept double precision,
    term_columns integer[],
    term_levels text[],
    constants double precision[],
    centers double precision[],
    coefficients double precision[],
    curvatures double precision[],
    standard_errors double precision[],
    log_loss double precision,
    base_log_loss double precision,
    auc double precision,
    band_rows double precision[],
    band_predicted double precision[],
    band_observed double precision[]
);
COMMENT ON TYPE highseas.conversion_fit IS
'What fit_logistic() and fit_naive_bayes() learnt; keep it in a table, and pass it to conversion_chance(). conversion_terms() and conversion_calibration() show the arrays as rows.';
COMMENT ON COLUMN highseas.conversion_fit.model IS 'logistic or naive_bayes';
COMMENT ON COLUMN highseas.conversion_fit.status IS
'ok; too_small: fewer than 20 rows of a label, nothing was fitted; separated: something parts the labels, its coefficient is as large as the ridge allows; thin: fewer than 5 rows of the rarer label for each term; miscalibrated: log_loss is not below base_log_loss, so that at best the order of the chances counts';
COMMENT ON COLUMN highseas.conversion_fit.remark IS 'What the status means here; NULL when ok';
COMMENT ON COLUMN highseas.conversion_fit.customers IS 'Rows with a label';
COMMENT ON COLUMN highseas.conversion_fit.positives IS 'Those whose label is true';
COMMENT ON COLUMN highseas.conversion_fit.ridge IS 'The ridge, or the smoothing';
COMMENT ON COLUMN highseas.conversion_fit.kinds IS 'Of each column: number or level';
COMMENT ON COLUMN highseas.conversion_fit.intercept IS 'Log odds before any column adds to them; of the average customer where the model is logistic';
COMMENT ON COLUMN highseas.conversion_fit.term_columns IS 'Of each term, the number of its column, from 1';
COMMENT ON COLUMN highseas.conversion_fit.term_levels IS 'Of each term, the level; NULL = the column is a number';
COMMENT ON COLUMN highseas.conversion_fit.constants IS 'See coefficients';
COMMENT ON COLUMN highseas.conversion_fit.centers IS 'See coefficients';
COMMENT ON COLUMN highseas.conversion_fit.coefficients IS
'What a term adds to the log odds: of a level, the coefficient; of a number x, constant + coefficient * d + curvature * d * d with d = x - center, its mean. Constants and curvatures are 0 where the model is logistic.';
COMMENT ON COLUMN highseas.conversion_fit.curvatures IS 'See coefficients';
COMMENT ON COLUMN highseas.conversion_fit.standard_errors IS 'Of the coefficients, by the curvature of the penalised likelihood; NULL for naive Bayes';
COMMENT ON COLUMN highseas.conversion_fit.log_loss IS 'Mean of -ln(chance given to what happened), by cross-validation';
COMMENT ON COLUMN highseas.conversion_fit.base_log_loss IS 'The same, had everybody been given the overall share: a fit that is not below it has learnt nothing';
COMMENT ON COLUMN highseas.conversion_fit.auc IS 'How often who converts has the higher chance of two (ties: half), by cross-validation';
COMMENT ON COLUMN highseas.conversion_fit.band_rows IS 'See conversion_calibration()';
COMMENT ON COLUMN highseas.conversion_fit.band_predicted IS 'See conversion_calibration()';
COMMENT ON COLUMN highseas.conversion_fit.band_observed IS 'See conversion_calibration()';

CREATE FUNCTION highseas.leads_add(internal, boolean, double precision, VARIADIC "any") RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_leads_add';
COMMENT ON FUNCTION highseas.leads_add(internal, boolean, double precision, VARIADIC "any") IS 'A step of fit_logistic() and fit_naive_bayes()';
CREATE FUNCTION highseas.leads_combine(internal, internal) RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_leads_combine';
COMMENT ON FUNCTION highseas.leads_combine(internal, internal) IS 'Puts two states of fit_logistic() or fit_naive_bayes() together';
CREATE FUNCTION highseas.leads_serialize(internal) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_leads_serialize';
COMMENT ON FUNCTION highseas.leads_serialize(internal) IS 'A state of fit_logistic() or fit_naive_bayes() as bytes';
CREATE FUNCTION highseas.leads_deserialize(bytea, internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_leads_deserialize';
COMMENT ON FUNCTION highseas.leads_deserialize(bytea, internal) IS 'The reverse of leads_serialize()';
CREATE FUNCTION highseas.leads_logistic(internal) RETURNS highseas.conversion_fit
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_fit_logistic';
COMMENT ON FUNCTION highseas.leads_logistic(internal) IS 'The end of fit_logistic()';
CREATE FUNCTION highseas.leads_naive_bayes(internal) RETURNS highseas.conversion_fit
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'highseas_fit_naive_bayes';
COMMENT ON FUNCTION highseas.leads_naive_bayes(internal) IS 'The end of fit_naive_bayes()';

CREATE AGGREGATE highseas.fit_logistic(converted boolean, ridge double precision, VARIADIC columns "any") (
    SFUNC = highseas.leads_add, STYPE = internal, SSPACE = 65536, FINALFUNC = highseas.leads_logistic,
    COMBINEFUNC = highseas.leads_combine, SERIALFUNC = highseas.leads_serialize,
    DESERIALFUNC = highseas.leads_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.fit_logistic(boolean, double precision, VARIADIC "any") IS
'Logistic regression of whether a customer converted on columns, by Newton''s method (IRLS). fit_logistic(bought, 1, age, job, balance): numbers and booleans are numbers, texts are levels; or VARIADIC one array. The result is a conversion_fit.
ridge: ridge / 2 * (the sum of squares of the coefficients of standardised numbers and of levels) is added to the loss, all rows together; above 0, NULL = 1, the same in every row.
NULL: rows without converted are skipped; a NULL (or NaN) in a column is unknown, which counts as the average, as do levels seen in fewer than 10 rows. Numbers are kept as real (7 digits).
log_loss, auc and calibration are by tenfold cross-validation; equal customers are in one fold. The digits are the same for any row order and any plan.
Errors: 22023 for a ridge out of range or one that differs, rows that differ in their number of columns, or a number that is infinite or does not fit a real; 42804 for a column that is neither number, boolean nor text; 54000 for more than 1 GB of memory (a row takes 80 bytes, and 8 more for each column), 1600 columns, 10000 levels of a column, or 500 terms.';

CREATE AGGREGATE highseas.fit_naive_bayes(converted boolean, smoothing double precision, VARIADIC columns "any") (
    SFUNC = highseas.leads_add, STYPE = internal, SSPACE = 65536, FINALFUNC = highseas.leads_naive_bayes,
    COMBINEFUNC = highseas.leads_combine, SERIALFUNC = highseas.leads_serialize,
    DESERIALFUNC = highseas.leads_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE highseas.fit_naive_bayes(boolean, double precision, VARIADIC "any") IS
'Naive Bayes: the chance that a customer converts, as if columns were independent within each label. Numbers are normal, levels counted. Simpler than fit_logistic() and good with few rows; its chances are too extreme where columns tell the same or numbers are skewed, see status and conversion_calibration(): mostly their order counts.
smoothing: so many rows of the average customer are added to the numbers of each label, and as many of each level (Laplace); above 0, NULL = 1, the same in every row. The rest is as in fit_logistic(); an unknown or a new level has no effect.
Errors: as fit_logistic(), without the limit of 500 terms.';

CREATE FUNCTION highseas.conversion_chance(fit highseas.conversion_fit, VARIADIC columns "any") RETURNS double precision
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'highseas_conversion_chance';
COMMENT ON FUNCTION highseas.conversion_chance(highseas.conversion_fit, VARIADIC "any") IS
'The chance, 0 to 1, that a customer converts: 1 / (1 + exp(-(intercept + the effect of each column))). columns: those that the fit was made of, in their order. NULL when the fit is NULL or too_small; a NULL or NaN in a column, and a level that the fit does not know, has no effect.
Errors: 22023 for another number of columns, a number that is infinite or does not fit a real, or a fit that is not sound; 42804 for a column of another kind.';

CREATE FUNCTION highseas.conversion_reasons(fit highseas.conversion_fit, names text[], VARIADIC columns "any")
RETURNS TABLE (number integer, name text, value text, effect double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 ROWS 10 AS 'MODULE_PATHNAME', 'highseas_conversion_reasons';
COMMENT ON FUNCTION highseas.conversion_reasons(highseas.conversion_fit, text[], VARIADIC "any") IS
'Why a customer has his chance: of each column, what it adds to the log odds, the strongest first (LIMIT 3 for the top reasons); with the intercept they add up to the log odds. number, name: the column, by its place and by names (NULL = none); value: what it was, NULL = unknown. No row when the fit is NULL or too_small. Errors: as conversion_chance(), and 22023 for another number of names.';

CREATE FUNCTION highseas.conversion_terms(fit highseas.conversion_fit)
RETURNS TABLE (number integer, level text, coefficient double precision, standard_error double precision, center double precision,
               constant double precision, curvature double precision)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT t.number, t.level, t.coefficient, t.standard_error, t.center, t.constant, t.curvature
    FROM unnest((fit).term_columns, (fit).term_levels, (fit).coefficients, (fit).standard_errors, (fit).centers, (fit).constants,
                (fit).curvatures) t(number, level, coefficient, standard_error, center, constant, curvature);
END;
COMMENT ON FUNCTION highseas.conversion_terms(highseas.conversion_fit) IS
'The terms of a fit as rows: see the columns of conversion_fit';

CREATE FUNCTION highseas.conversion_calibration(fit highseas.conversion_fit)
RETURNS TABLE (band integer, customers bigint, predicted double precision, observed double precision)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    SELECT b.band::integer, b.customers::bigint, b.predicted, b.observed
    FROM unnest((fit).band_rows, (fit).band_predicted, (fit).band_observed) WITH ORDINALITY b(customers, predicted, observed, band)
    WHERE b.customers > 0;
END;
COMMENT ON FUNCTION highseas.conversion_calibration(highseas.conversion_fit) IS
'Whether the chances can be taken at their word: the customers by tenths, from the smallest cross-validated chance up, with the mean chance and the share that converted. Equal chances are in one band, so bands differ in size, or lack.';
