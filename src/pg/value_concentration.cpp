// The aggregates over what each customer brings, and their common parts.
#include "pg/postgres.hpp"

extern "C" {
#include "catalog/pg_type_d.h"
}

#include <algorithm>

#include "core/value/concentration.hpp"
#include "pg/aggregate.hpp"
#include "pg/amount.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/row.hpp"
#include "pg/values.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_concentration_add);
PG_FUNCTION_INFO_V1(highseas_concentration_combine);
PG_FUNCTION_INFO_V1(highseas_concentration_send);
PG_FUNCTION_INFO_V1(highseas_concentration_receive);
PG_FUNCTION_INFO_V1(highseas_concentration_gini);
PG_FUNCTION_INFO_V1(highseas_concentration_lorenz);
PG_FUNCTION_INFO_V1(highseas_concentration_top_share);
PG_FUNCTION_INFO_V1(highseas_concentration_share_needed);
PG_FUNCTION_INFO_V1(highseas_concentration_report);
PG_FUNCTION_INFO_V1(highseas_whale_curve);
}

namespace {

Concentration sorted(Values *state) {
    return Concentration(sorted_values(state));
}

Datum share_datum(FunctionCallInfo fcinfo, std::optional<double> share) {
    fcinfo->isnull = !share;
    return Float8GetDatum(share.value_or(0));
}

double part_of(std::size_t part, std::size_t whole) {
    return ratio(static_cast<Int128>(part), static_cast<Int128>(whole));
}

} // namespace

// (state, value [, share [, share]])
Datum highseas_concentration_add(PG_FUNCTION_ARGS) {
    const MemoryContext context = aggregate_context(fcinfo);
    auto *state = state_argument<Values>(fcinfo, 0);
    if (PG_ARGISNULL(1))
        return state_datum(fcinfo, state);
    const std::int64_t units = amount_argument(fcinfo, 1, "value");
    const Shares shares = shares_argument(fcinfo);
    if (state)
        require_same_shares(state->shares, shares);
    else
        state = new_values(context, shares, 6);
    state = with_room(state, 1);
    state->units[state->count++] = units;
    return state_datum(fcinfo, state);
}

Datum highseas_concentration_combine(PG_FUNCTION_ARGS) {
    const MemoryContext context = aggregate_context(fcinfo);
    auto *state = state_argument<Values>(fcinfo, 0);
    const auto *other = state_argument<Values>(fcinfo, 1);
    if (!other)
        return state_datum(fcinfo, state);
    if (state)
        require_same_shares(state->shares, other->shares);
    else
        state = new_values(context, other->shares, other->count);
    state = with_room(state, other->count);
    std::copy(other->units, other->units + other->count, state->units + state->count);
    state->count += other->count;
    return state_datum(fcinfo, state);
}

Datum highseas_concentration_send(PG_FUNCTION_ARGS) {
    const auto *state = state_argument<Values>(fcinfo, 0);
    return sent(state, Values::size_of(state->count));
}

Datum highseas_concentration_receive(PG_FUNCTION_ARGS) {
    return state_datum(fcinfo, received<Values>(fcinfo, CurrentMemoryContext));
}

Datum highseas_concentration_gini(PG_FUNCTION_ARGS) {
    auto *state = state_argument<Values>(fcinfo, 0);
    if (!state)
        PG_RETURN_NULL();
    return share_datum(fcinfo, sorted(state).gini());
}

Datum highseas_concentration_lorenz(PG_FUNCTION_ARGS) {
    auto *state = state_argument<Values>(fcinfo, 0);
    double curve[101];
    if (!state || !sorted(state).lorenz(curve))
        PG_RETURN_NULL();
    Datum points[101];
    for (int percent = 0; percent <= 100; ++percent)
        points[percent] = Float8GetDatum(curve[percent]);
    return PointerGetDatum(
        construct_array(points, 101, FLOAT8OID, sizeof(double), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

Datum highseas_concentration_top_share(PG_FUNCTION_ARGS) {
    auto *state = state_argument<Values>(fcinfo, 0);
    if (!state)
        PG_RETURN_NULL();
    return share_datum(fcinfo, sorted(state).top_share(state->shares.first));
}

Datum highseas_concentration_share_needed(PG_FUNCTION_ARGS) {
    auto *state = state_argument<Values>(fcinfo, 0);
    if (!state)
        PG_RETURN_NULL();
    const auto customers = sorted(state).customers_needed(state->shares.first);
    if (!customers)
        PG_RETURN_NULL();
    PG_RETURN_FLOAT8(part_of(*customers, state->count));
}

Datum highseas_concentration_report(PG_FUNCTION_ARGS) {
    auto *state = state_argument<Values>(fcinfo, 0);
    if (!state)
        PG_RETURN_NULL();
    TupleDesc descriptor = result_descriptor(fcinfo);
    const Concentration found = sorted(state);
    const auto needed = found.customers_needed(whole_share / 10 * 8);
    const auto losses = found.loss_makers();
    const WhalePoint peak = whale_peak(found);
    const bool no_shares = found.total <= 0;

    Datum values[11] = {
        Int64GetDatum(state->count),
        amount_datum(found.total),
        Float8GetDatum(found.gini().value_or(0)),
        Float8GetDatum(found.top_share(whole_share / 10 * 2).value_or(0)),
        Float8GetDatum(found.bottom_share(whole_share / 10 * 3).value_or(0)),
        Int64GetDatum(needed.value_or(0)),
        Int64GetDatum(peak.customers),
        amount_datum(peak.sum),
        Float8GetDatum(no_shares ? 0 : ratio(peak.sum, found.total)),
        Int64GetDatum(losses.customers),
        amount_datum(losses.loss),
    };
    bool nulls[11] = {};
    for (int i : {2, 3, 4, 5, 8})
        nulls[i] = no_shares;
    return row(descriptor, values, nulls);
}

// (profits, steps): set-returning.
Datum highseas_whale_curve(PG_FUNCTION_ARGS) {
    const auto steps = argument<std::int32_t>(fcinfo, 1);
    if (steps < 1 || steps > 10'000)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("\"steps\" must be between 1 and 10000")));
    InitMaterializedSRF(fcinfo, 0);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    ArrayType *array = flat_array(PG_GETARG_DATUM(0), "profits");
    if (!array)
        return 0;
    auto *units = allocate<std::int64_t>(static_cast<std::size_t>(ARR_DIMS(array)[0]));
    std::size_t count = 0;
    for_each_element<std::string_view>(array, [&](int, const char *element) {
        if (element)
            units[count++] = amount_from(reinterpret_cast<const varlena *>(element), "profits");
    });
    if (count == 0)
        return 0;

    const Concentration found(sorted_values(std::span{units, count}));
    const auto room = static_cast<std::size_t>(steps) + 2;
    auto *points = allocate<WhalePoint>(room);
    const std::size_t length = whale_curve(found, static_cast<std::size_t>(steps), {points, room});
    for (std::size_t i = 0; i < length; ++i) {
        const auto &[customers, sum] = points[i];
        Datum values[4] = {Int64GetDatum(customers), Float8GetDatum(part_of(customers, count)),
                           amount_datum(sum),
                           Float8GetDatum(found.total > 0 ? ratio(sum, found.total) : 0)};
        bool nulls[4] = {false, false, false, found.total <= 0};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
        pfree(DatumGetPointer(values[2]));
    }
    return 0;
}
