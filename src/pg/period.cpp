// The aggregate kaplan_meier, and what is asked of its curve.
#include "pg/postgres.hpp"

extern "C" {
#include "catalog/pg_type_d.h"
#include "executor/executor.h"
}

#include <algorithm>
#include <cmath>

#include "core/period/survival.hpp"
#include "pg/aggregate.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/row.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_survival_add);
PG_FUNCTION_INFO_V1(highseas_survival_combine);
PG_FUNCTION_INFO_V1(highseas_survival_send);
PG_FUNCTION_INFO_V1(highseas_survival_receive);
PG_FUNCTION_INFO_V1(highseas_kaplan_meier);
PG_FUNCTION_INFO_V1(highseas_survival_at);
PG_FUNCTION_INFO_V1(highseas_waiting_limit);
PG_FUNCTION_INFO_V1(highseas_share_after);
}

namespace {

constexpr std::size_t most_cases = 40'000'000; // fits in a gigabyte

struct Cases {
    std::uint32_t capacity;
    std::uint32_t count;
    Waited cases[];

    static std::size_t size_of(std::size_t count) { return sizeof(Cases) + sizeof(Waited) * count; }
};

Cases *new_cases(MemoryContext context, std::uint32_t capacity) {
    auto *state = static_cast<Cases *>(MemoryContextAllocZero(context, Cases::size_of(capacity)));
    state->capacity = capacity;
    return state;
}

// Room for more cases; the state may move.
Cases *with_room(Cases *state, std::uint32_t more) {
    const std::size_t needed = std::size_t{state->count} + more;
    if (needed <= state->capacity)
        return state;
    if (needed > most_cases)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many cases"),
                        errdetail("One curve may rest on %zu rows.", most_cases),
                        errhint("Group equal cases and give their number as weight.")));
    state->capacity = static_cast<std::uint32_t>(
        std::min(std::max<std::size_t>(needed, std::size_t{state->capacity} * 2), most_cases));
    return static_cast<Cases *>(repalloc(state, Cases::size_of(state->capacity)));
}

double number_argument(FunctionCallInfo fcinfo, int i, const char *name) {
    const double number = PG_GETARG_FLOAT8(i);
    if (!std::isfinite(number) || number < 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("\"%s\" must be finite and not negative", name)));
    return number;
}

template <class Of>
Datum numbers_datum(std::size_t count, Of of) {
    auto *values = pg::allocate<Datum>(count);
    auto *nulls = pg::allocate<bool>(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::optional<double> number = of(i);
        nulls[i] = !number;
        values[i] = Float8GetDatum(number.value_or(0));
    }
    int dimensions[] = {static_cast<int>(count)};
    int bounds[] = {1};
    if (count == 0)
        return PointerGetDatum(construct_empty_array(FLOAT8OID));
    return PointerGetDatum(construct_md_array(values, nulls, 1, dimensions, bounds, FLOAT8OID,
                                              sizeof(double), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

Datum attribute(HeapTupleHeader curve, const char *name) {
    bool is_null = false;
    const Datum value = GetAttributeByName(curve, name, &is_null);
    if (is_null)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("the curve is no result of kaplan_meier()")));
    return value;
}

SurvivalCurve curve_argument(FunctionCallInfo fcinfo) {
    HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
    const SurvivalCurve curve{array_elements<double>(attribute(row, "times"), "times"),
                              array_elements<double>(attribute(row, "survival"), "survival"),
                              DatumGetFloat8(attribute(row, "longest"))};
    check(curve.check());
    return curve;
}

Datum number_datum(FunctionCallInfo fcinfo, std::optional<double> number) {
    fcinfo->isnull = !number;
    return Float8GetDatum(number.value_or(0));
}

} // namespace

// (state, duration, happened [, weight])
Datum highseas_survival_add(PG_FUNCTION_ARGS) {
    const MemoryContext context = aggregate_context(fcinfo);
    auto *state = state_argument<Cases>(fcinfo, 0);
    const bool has_weight = PG_NARGS() > 3;
    if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || (has_weight && PG_ARGISNULL(3)))
        return state_datum(fcinfo, state);
    const double duration = number_argument(fcinfo, 1, "duration");
    const double weight = has_weight ? number_argument(fcinfo, 3, "weight") : 1;
    if (weight == 0)
        return state_datum(fcinfo, state);
    state = with_room(state ? state : new_cases(context, 8), 1);
    state->cases[state->count++] = {duration, weight, PG_GETARG_BOOL(2)};
    return state_datum(fcinfo, state);
}

Datum highseas_survival_combine(PG_FUNCTION_ARGS) {
    const MemoryContext context = aggregate_context(fcinfo);
    auto *state = state_argument<Cases>(fcinfo, 0);
    const auto *other = state_argument<Cases>(fcinfo, 1);
    if (!other)
        return state_datum(fcinfo, state);
    state = with_room(state ? state : new_cases(context, other->count), other->count);
    std::copy(other->cases, other->cases + other->count, state->cases + state->count);
    state->count += other->count;
    return state_datum(fcinfo, state);
}

Datum highseas_survival_send(PG_FUNCTION_ARGS) {
    const auto *state = state_argument<Cases>(fcinfo, 0);
    return sent(state, Cases::size_of(state->count));
}

Datum highseas_survival_receive(PG_FUNCTION_ARGS) {
    auto *state = received<Cases>(fcinfo, CurrentMemoryContext);
    state->capacity = state->count;
    return state_datum(fcinfo, state);
}

Datum highseas_kaplan_meier(PG_FUNCTION_ARGS) {
    const auto *state = state_argument<Cases>(fcinfo, 0);
    if (!state)
        PG_RETURN_NULL();
    TupleDesc descriptor = result_descriptor(fcinfo);

    // The points leave the guard as plain memory: at most one for each case.
    auto *points = pg::allocate<SurvivalPoint>(state->count);
    std::size_t count = 0;
    double subjects = 0;
    double events = 0;
    run_interruptible([&] {
        std::vector<SurvivalPoint> found;
        Status status =
            kaplan_meier({state->cases, state->count}, interrupt_waits, found, subjects);
        std::copy(found.begin(), found.end(), points);
        count = found.size();
        return status;
    });
    double longest = 0;
    for (std::uint32_t i = 0; i < state->count; ++i)
        longest = std::max(longest, state->cases[i].duration);
    for (std::size_t i = 0; i < count; ++i)
        events += points[i].events;

    auto numbers = [&](auto SurvivalPoint::*member) {
        return numbers_datum(
            count, [&](std::size_t i) { return std::optional<double>(points[i].*member); });
    };
    Datum values[9] = {
        Float8GetDatum(subjects),          Float8GetDatum(events),
        Float8GetDatum(longest),           numbers(&SurvivalPoint::time),
        numbers(&SurvivalPoint::at_risk),  numbers(&SurvivalPoint::events),
        numbers(&SurvivalPoint::survival), numbers(&SurvivalPoint::lower),
        numbers(&SurvivalPoint::upper),
    };
    bool nulls[9] = {};
    return row(descriptor, values, nulls);
}

Datum highseas_survival_at(PG_FUNCTION_ARGS) {
    const double time = number_argument(fcinfo, 1, "duration");
    return number_datum(fcinfo, curve_argument(fcinfo).at(time));
}

Datum highseas_waiting_limit(PG_FUNCTION_ARGS) {
    const double further = number_argument(fcinfo, 1, "further");
    const double chance = number_argument(fcinfo, 2, "chance");
    const SurvivalCurve curve = curve_argument(fcinfo);
    std::optional<double> limit;
    check(guarded([&] {
        limit = curve.waiting_limit(further, chance);
        return Status();
    }));
    return number_datum(fcinfo, limit);
}

Datum highseas_share_after(PG_FUNCTION_ARGS) {
    const double window = number_argument(fcinfo, 1, "window");
    return number_datum(fcinfo, curve_argument(fcinfo).share_after(window));
}
