#include "pg/postgres.hpp"

#include "core/value/rfm.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_quantile_score);
PG_FUNCTION_INFO_V1(highseas_break_score);
PG_FUNCTION_INFO_V1(highseas_rfm_segment);
}

Datum highseas_quantile_score(PG_FUNCTION_ARGS) {
    const auto first = argument<std::int64_t>(fcinfo, 0);
    const auto last = argument<std::int64_t>(fcinfo, 1);
    const auto population = argument<std::int64_t>(fcinfo, 2);
    const auto levels = argument<std::int32_t>(fcinfo, 3);
    int score = 0;
    check(guarded([&] { return quantile_score(first, last, population, levels, score); }));
    PG_RETURN_INT32(score);
}

Datum highseas_break_score(PG_FUNCTION_ARGS) {
    const auto scores = array_argument<std::int32_t>(fcinfo, 1, "scores");
    const auto bounds = array_argument<double>(fcinfo, 2, "bounds");
    if (PG_ARGISNULL(0) || (scores.empty() && bounds.empty()))
        PG_RETURN_NULL();
    int score = 0;
    check(guarded([&] { return break_score(PG_GETARG_FLOAT8(0), scores, bounds, score); }));
    PG_RETURN_INT32(score);
}

Datum highseas_rfm_segment(PG_FUNCTION_ARGS) {
    const RfmSegments segments{array_argument<std::string_view>(fcinfo, 3, "segments"),
                               {array_argument<std::int32_t>(fcinfo, 4, "recency_from"),
                                array_argument<std::int32_t>(fcinfo, 6, "frequency_from"),
                                array_argument<std::int32_t>(fcinfo, 8, "monetary_from")},
                               {array_argument<std::int32_t>(fcinfo, 5, "recency_to"),
                                array_argument<std::int32_t>(fcinfo, 7, "frequency_to"),
                                array_argument<std::int32_t>(fcinfo, 9, "monetary_to")}};
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
        PG_RETURN_NULL();
    const int scores[3] = {PG_GETARG_INT32(0), PG_GETARG_INT32(1), PG_GETARG_INT32(2)};
    std::optional<std::string_view> name;
    check(guarded([&] { return rfm_segment(scores, segments, name); }));
    if (!name)
        PG_RETURN_NULL();
    return text_datum(*name);
}
