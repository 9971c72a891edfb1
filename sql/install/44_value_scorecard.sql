-- Potential score: what a profile promises, by scorecards. The evaluator is C++ (src/core/value/scorecard)
-- and takes any facts; 56_value_potential.sql has those of our own profiles.

CREATE TYPE highseas.scorecard AS (
    criteria text[],
    weights double precision[],
    band_counts integer[],
    band_from double precision[],
    band_points double precision[],
    bands text[]
);
COMMENT ON TYPE highseas.scorecard IS
'A scorecard as potential_score() takes it: its criteria, how much each weighs, and how many bands each has; then the bands of all criteria, one after another, those of a criterion from the lowest up: where each begins (the first of a criterion at -Infinity), its points, its name. scorecard_of() makes it of the rows.';

CREATE FUNCTION highseas.potential_score(card highseas.scorecard, VARIADIC facts "any") RETURNS double precision
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'highseas_potential_score';
COMMENT ON FUNCTION highseas.potential_score(highseas.scorecard, VARIADIC "any") IS
'The potential score by a scorecard, 0 to 100, in hundredths: 100 * sum(weight * points) / sum(weight * most points), both over the criteria whose fact is known; a fact gives the points of the last band that begins at or below it. NULL when no fact is known.
facts: numbers or booleans (true = 1), one for each criterion in their order, or VARIADIC an array of them. NULL and NaN = unknown: it counts neither for nor against; potential_coverage() says how much was known.
Errors: 22004 when card is NULL; 22023 for a card that is not sound or another number of facts; 42804 for a fact that is no number.';

CREATE FUNCTION highseas.potential_coverage(card highseas.scorecard, VARIADIC facts "any") RETURNS double precision
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'highseas_potential_coverage';
COMMENT ON FUNCTION highseas.potential_coverage(highseas.scorecard, VARIADIC "any") IS
'How much of a scorecard is known, 0 to 1: sum(weight * most points) over the criteria whose fact is known as a share of all. Arguments and errors as in potential_score().';

CREATE FUNCTION highseas.potential_lines(card highseas.scorecard, VARIADIC facts "any")
RETURNS TABLE (criterion text, fact double precision, band text, points numeric, of numeric, better text, gain numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 ROWS 15 AS 'MODULE_PATHNAME', 'highseas_potential_lines';
COMMENT ON FUNCTION highseas.potential_lines(highseas.scorecard, VARIADIC "any") IS
'How potential_score() comes to its score, one row for each criterion: the fact, the band that it lies in (both NULL = unknown), its points (they add up to the score exactly), of how many, the best band where that would raise the score (else NULL), and by how much. Arguments and errors as in potential_score().';

CREATE FUNCTION highseas.is_sound_bands(cuts double precision[], points double precision[], bands text[]) RETURNS boolean
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_is_sound_bands';
COMMENT ON FUNCTION highseas.is_sound_bands(double precision[], double precision[], text[]) IS
'Bands that do not overlap and leave no gap: cuts ascend; points and bands have one element more, points from 0 to 1000000 with one above 0, names not empty. False when an argument is NULL. Error 22004 for a NULL element.';

CREATE TABLE highseas.criterion (
    tenant_id bigint NOT NULL DEFAULT highseas.current_tenant() REFERENCES highseas.tenant,
    scheme text COLLATE "C" NOT NULL DEFAULT 'default' CHECK (octet_length(scheme) BETWEEN 1 AND 63),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    criterion text COLLATE "C" NOT NULL CHECK (octet_length(criterion) BETWEEN 1 AND 63),
    fact text NOT NULL CHECK (fact IN ('main_products', 'company', 'company_details', 'contact', 'position', 'email', 'phone',
                                       'mobile', 'fax', 'address', 'city', 'country', 'website', 'source', 'login_days',
                                       'registered_days', 'online',
                                       'company_detail', 'product_detail', 'address_detail', 'registrations', 'contradictions') OR fact LIKE 'attributes.%_'),
    words text[] CHECK (array_position(words, NULL) IS NULL AND array_position(words, '') IS NULL),
    weight double precision NOT NULL CHECK (weight > 0 AND weight <= 1e6),
    cuts double precision[] NOT NULL,
    points double precision[] NOT NULL,
    bands text[] NOT NULL,
    PRIMARY KEY (tenant_id, scheme, version, criterion),
    CONSTRAINT criterion_bands_check CHECK (highseas.is_sound_bands(cuts, points, bands))
);
COMMENT ON TABLE highseas.criterion IS
'Scorecards: one row for each criterion of a scheme''s version; the highest version counts. A tenant without rows of scheme "default" or "completeness" has the built-in one; copy_scorecard() writes it here to edit.
fact: what it looks at. A text of the profile (main_products, company, contact, position, email, phone, mobile, fax, address, city, country, website, source) counts its characters; with words, 0 = empty, 1 = none of the words occurs in it (in any case), 2 = one does; an e-mail address or number that does not work is 0, as check_profile() has it. company_detail, product_detail, address_detail: 0 of no use, 1 given, 2 in detail, by check_profile(), too; contradictions: how many. registrations: how often the customer registered, by its leads or the attribute registrations. company_details: the share of company, website, city and country that is given. login_days, registered_days: days since the last login (Infinity = never) and since the registration. online: 0 or 1. attributes.KEY: a number, boolean (0 or 1), text (as above) or the length of an array in the profile''s attributes.
A fact that is missing is unknown; where the CRM''s query gives the column and it is empty, it is known to be missing: 0 (a missing registration is unknown).
cuts: where the second band begins, the third ...; points and bands (their names): one more. Of "cuts {1,30}, points {0,.5,1}", 0 points are for less than 1, .5 for 1 up to below 30, 1 from 30 on.';

CREATE FUNCTION highseas.builtin_buyer_titles() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{buy,purchas,procure,sourcing,import,merchandis,owner,founder,president,director,ceo,einkauf,einkäuf,geschäftsführ,inhaber,acheteur,achat,gérant,comprador,compras,gerente,acquist,titolare,inkoop,zakup,закуп,директор,satın alma,采购,採購,总经理,總經理,老板,董事,購買,社長,구매,대표,مشتريات,mua hàng}'::text[];
COMMENT ON FUNCTION highseas.builtin_buyer_titles() IS
'What occurs in the titles of those who buy or decide, in a dozen languages: the words of the built-in criteria "position"';

CREATE FUNCTION highseas.builtin_criteria()
RETURNS TABLE (criterion text, fact text, words text[], weight double precision, cuts double precision[],
               points double precision[], bands text[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 17
BEGIN ATOMIC
    SELECT c.criterion, c.fact, c.words::text[], c.weight, c.cuts::double precision[], c.points::double precision[], c.bands::text[]
    FROM (VALUES
        ('main products', 'product_detail', NULL, 14, '{1,2}', '{0,.5,1}', '{not given,given,in detail}'),
        ('company', 'company_details', NULL, 10, '{.01,1}', '{0,.5,1}', '{nothing given,given in part,in detail}'),
        ('address', 'address_detail', NULL, 6, '{1,2}', '{0,.5,1}', '{not given,given,in full}'),
        ('source', 'source', '{referral,recommend,exhibition,fair,existing customer,推荐,展会}'::text[], 6, '{1,2}', '{0,.5,1}', '{not given,other,preferred}'),
        ('trust mark', 'attributes.trust_mark', NULL, 8, '{1}', '{0,1}', '{none,carries one}'),
        ('registered more than once', 'registrations', NULL, 6, '{2}', '{0,1}', '{no,yes}'),
        ('trades with others', 'attributes.trade_partners', NULL, 8, '{1}', '{0,1}', '{with nobody,yes}'),
        ('position', 'position', highseas.builtin_buyer_titles(), 10, '{1,2}', '{0,.5,1}', '{not given,not of a buyer,relevant to buying}'),
        ('telephone', 'phone', NULL, 3, '{1}', '{0,1}', '{none that works,valid}'),
        ('fax', 'fax', NULL, 1, '{1}', '{0,1}', '{none that works,valid}'),
        ('mobile', 'mobile', NULL, 4, '{1}', '{0,1}', '{none that works,valid}'),
        ('e-mail', 'email', NULL, 4, '{1}', '{0,1}', '{none that works,valid}'),
        ('full company name', 'company_detail', NULL, 3, '{1,2}', '{0,.5,1}', '{not given,short,in full}'),
        ('login', 'login_days', NULL, 8, '{30}', '{1,0}', '{within a month,not within a month}'),
        ('online', 'online', NULL, 4, '{1}', '{0,1}', '{not now,now}'),
        ('maturity', 'registered_days', NULL, 5, '{90,730}', '{0,.5,1}', '{new,over three months,over two years}')
    ) c(criterion, fact, words, weight, cuts, points, bands);
END;
COMMENT ON FUNCTION highseas.builtin_criteria() IS
'The built-in scorecard "default", after what a buyer platform looks at: rows as in criterion. The weights add up to 100. "position" and "source" are words of a list; trust_mark and trade_partners are attributes of the profile.';

CREATE FUNCTION highseas.builtin_completeness()
RETURNS TABLE (criterion text, fact text, words text[], weight double precision, cuts double precision[],
               points double precision[], bands text[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 14
BEGIN ATOMIC
    SELECT c.criterion, c.fact, c.words, c.weight, c.cuts::double precision[], c.points::double precision[], c.bands::text[]
    FROM (VALUES
        ('e-mail', 'email', NULL, 3, '{1}', '{0,1}', '{none that works,valid}'),
        ('full company name', 'company_detail', NULL, 3, '{1,2}', '{0,.5,1}', '{not given,short,in full}'),
        ('mobile', 'mobile', NULL, 3, '{1}', '{0,1}', '{none that works,valid}'),
        ('telephone', 'phone', NULL, 3, '{1}', '{0,1}', '{none that works,valid}'),
        ('main products', 'product_detail', NULL, 2, '{1,2}', '{0,.5,1}', '{not given,given,in detail}'),
        ('position', 'position', highseas.builtin_buyer_titles(), 2, '{1,2}', '{0,.5,1}', '{not given,not of a buyer,relevant to buying}'),
        ('address', 'address_detail', NULL, 2, '{1,2}', '{0,.5,1}', '{not given,given,in full}'),
        ('origin', 'source', NULL, 1, '{1}', '{0,1}', '{not known,known}'),
        ('trust mark', 'attributes.trust_mark', NULL, 1, '{1}', '{0,1}', '{none,carries one}'),
        ('registered more than once', 'registrations', NULL, 1, '{2}', '{0,1}', '{no,yes}'),
        ('trades with others', 'attributes.trade_partners', NULL, 1, '{1}', '{0,1}', '{with nobody,yes}'),
        ('fax', 'fax', NULL, 1, '{1}', '{0,1}', '{none that works,valid}'),
        ('login', 'login_days', NULL, 1, '{30}', '{1,0}', '{within a month,not within a month}'),
        ('maturity', 'registered_days', NULL, 1, '{90}', '{0,1}', '{new,over three months}')
    ) c(criterion, fact, words, weight, cuts, points, bands);
END;
COMMENT ON FUNCTION highseas.builtin_completeness() IS
'The built-in scorecard "completeness": what must be known of a customer, and be so, before somebody must follow him up; rows as in criterion. A criterion is met in the band of the most points.';

CREATE FUNCTION highseas.criteria_of(tenant_id bigint, scheme text, version integer)
RETURNS TABLE (criterion text, fact text, words text[], weight double precision, cuts double precision[],
               points double precision[], bands text[])
LANGUAGE sql STABLE PARALLEL SAFE ROWS 17
BEGIN ATOMIC
    SELECT k.criterion, k.fact, k.words, k.weight, k.cuts, k.points, k.bands
    FROM highseas.criterion k
    WHERE k.tenant_id = criteria_of.tenant_id AND k.scheme = criteria_of.scheme
      AND k.version = coalesce(criteria_of.version, (
          SELECT max(x.version) FROM highseas.criterion x
          WHERE x.tenant_id = criteria_of.tenant_id AND x.scheme = criteria_of.scheme))
    UNION ALL
    SELECT b.criterion COLLATE "C", b.fact, b.words, b.weight, b.cuts, b.points, b.bands
    FROM highseas.builtin_criteria() b
    WHERE criteria_of.scheme = 'default' AND criteria_of.version IS NULL
      AND NOT EXISTS (SELECT FROM highseas.criterion x
                      WHERE x.tenant_id = criteria_of.tenant_id AND x.scheme = 'default')
    UNION ALL
    SELECT b.criterion COLLATE "C", b.fact, b.words, b.weight, b.cuts, b.points, b.bands
    FROM highseas.builtin_completeness() b
    WHERE criteria_of.scheme = 'completeness' AND criteria_of.version IS NULL
      AND NOT EXISTS (SELECT FROM highseas.criterion x
                      WHERE x.tenant_id = criteria_of.tenant_id AND x.scheme = 'completeness')
    ORDER BY 4 DESC, 1;
END;
COMMENT ON FUNCTION highseas.criteria_of(bigint, text, integer) IS
'The criteria of a tenant''s scheme, the heaviest first: of a version (NULL = the highest), or the built-in ones for "default" and "completeness" while these have no rows; no row when there is none';

CREATE FUNCTION highseas.compile_scorecard(tenant_id bigint, scheme text, version integer) RETURNS highseas.scorecard
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    card highseas.scorecard;
BEGIN
    SELECT array_agg(k.criterion ORDER BY k.n), array_agg(k.weight ORDER BY k.n), array_agg(cardinality(k.points) ORDER BY k.n)
    INTO card.criteria, card.weights, card.band_counts
    FROM (SELECT x.*, row_number() OVER () AS n FROM highseas.criteria_of(tenant_id, scheme, version) x) k;
    IF card.criteria IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '42704',
            MESSAGE = format('scorecard "%s"%s does not exist', left(scheme, 100), ' version ' || version),
            HINT = 'Its criteria are rows of highseas.criterion; the built-in one is "default", version NULL.';
    END IF;
    SELECT array_agg(b.begins ORDER BY k.n, b.m), array_agg(b.points ORDER BY k.n, b.m), array_agg(b.band ORDER BY k.n, b.m)
    INTO card.band_from, card.band_points, card.bands
    FROM (SELECT x.*, row_number() OVER () AS n FROM highseas.criteria_of(tenant_id, scheme, version) x) k
    CROSS JOIN LATERAL unnest('-Infinity'::double precision || k.cuts, k.points, k.bands) WITH ORDINALITY b(begins, points, band, m);
    RETURN card;
END
$$;
COMMENT ON FUNCTION highseas.compile_scorecard(bigint, text, integer) IS
'The criteria of criteria_of() as the scorecard that potential_score() takes, in their order. Error 42704 when there is none.';

CREATE FUNCTION highseas.scorecard_of(scheme text DEFAULT 'default', version integer DEFAULT NULL) RETURNS highseas.scorecard
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN highseas.compile_scorecard(highseas.current_tenant(), scheme, version);
END
$$;
COMMENT ON FUNCTION highseas.scorecard_of(text, integer) IS
'A scorecard of current_tenant() for potential_score(): a version (NULL = the highest) of a scheme; "default" is built in while it has no rows. Pass it as a sub-select, (SELECT highseas.scorecard_of()), so that it is made once a query. Errors: 42704 when there is none, 22023 more than one tenant.';
