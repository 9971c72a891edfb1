#include "pg/postgres.hpp"

extern "C" {
#include "utils/numeric.h"
}

#include "core/value/scorecard.hpp"
#include "pg/arguments.hpp"
#include "pg/columns.hpp"
#include "pg/guard.hpp"
#include "pg/kept.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_is_sound_bands);
PG_FUNCTION_INFO_V1(highseas_potential_score);
PG_FUNCTION_INFO_V1(highseas_potential_coverage);
PG_FUNCTION_INFO_V1(highseas_potential_lines);
}

namespace {

struct Card {
    Scorecard rows;
    CompiledScorecard compiled;
    Columns columns;
    double *facts;
};

Card &card_argument(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(0))
        raise_null("card");
    return kept_argument<Card>(fcinfo, 0, [fcinfo](HeapTupleHeader tuple, Card &card) {
        Fields<6> fields(tuple);
        card.rows = {array_argument<std::string_view>(fields, 0, "criteria"),
                     array_argument<double>(fields, 1, "weights"),
                     array_argument<std::int32_t>(fields, 2, "band_counts"),
                     array_argument<double>(fields, 3, "band_from"),
                     array_argument<double>(fields, 4, "band_points"),
                     array_argument<std::string_view>(fields, 5, "bands")};
        const std::size_t criteria = card.rows.criteria.size();
        card.compiled.criteria = {allocate<ScoreCriterion>(criteria), criteria};
        const std::size_t bands = card.rows.from.size() + criteria;
        card.compiled.bands = {allocate<ScoreBand>(bands), bands};
        card.facts = allocate<double>(criteria);
        check(compile_scorecard(card.rows, card.compiled));
        describe_columns(fcinfo, 1, card.columns);
    });
}

std::span<const double> facts_argument(FunctionCallInfo fcinfo, Card &card) {
    const int criteria = static_cast<int>(card.rows.criteria.size());
    const int given = read_numbers(fcinfo, card.columns, {card.facts, card.rows.criteria.size()});
    if (given != criteria)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("the scorecard needs %d facts, not %d", criteria, given),
                        errhint("Pass one for each criterion, in their order; NULL = unknown.")));
    return {card.facts, static_cast<std::size_t>(criteria)};
}

Datum hundredths_datum(std::int64_t value) {
    return NumericGetDatum(int64_div_fast_to_numeric(value, 2));
}

} // namespace

Datum highseas_is_sound_bands(PG_FUNCTION_ARGS) {
    for (int i = 0; i < 3; ++i)
        if (PG_ARGISNULL(i))
            PG_RETURN_BOOL(false);
    PG_RETURN_BOOL(is_sound_bands(array_argument<double>(fcinfo, 0, "cuts"),
                                  array_argument<double>(fcinfo, 1, "points"),
                                  array_argument<std::string_view>(fcinfo, 2, "bands")));
}

Datum highseas_potential_score(PG_FUNCTION_ARGS) {
    Card &card = card_argument(fcinfo);
    const Potential result = potential(card.compiled, facts_argument(fcinfo, card));
    if (!result.is_known())
        PG_RETURN_NULL();
    PG_RETURN_FLOAT8(result.score());
}

Datum highseas_potential_coverage(PG_FUNCTION_ARGS) {
    Card &card = card_argument(fcinfo);
    PG_RETURN_FLOAT8(potential(card.compiled, facts_argument(fcinfo, card)).coverage());
}

Datum highseas_potential_lines(PG_FUNCTION_ARGS) {
    Card &card = card_argument(fcinfo);
    const auto facts = facts_argument(fcinfo, card);
    const std::span<ScoreLine> lines{allocate<ScoreLine>(facts.size()), facts.size()};
    check(guarded([&] {
        explain_potential(card.compiled, facts, lines);
        return Status{};
    }));

    InitMaterializedSRF(fcinfo, 0);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const ScoreLine &line = lines[i];
        const bool known = line.band >= 0;
        Datum values[7] = {text_datum(card.rows.criteria[i]), Float8GetDatum(facts[i]),  0,
                           hundredths_datum(line.points),     hundredths_datum(line.of), 0,
                           hundredths_datum(line.gain)};
        bool nulls[7] = {false, !known, !known};
        if (known)
            values[2] = text_datum(card.rows.bands[static_cast<std::size_t>(line.band)]);
        nulls[5] = line.gain <= 0;
        if (!nulls[5])
            values[5] = text_datum(card.rows.bands[static_cast<std::size_t>(line.best)]);
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return 0;
}
