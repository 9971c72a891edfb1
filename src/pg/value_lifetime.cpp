// The lifetime models as aggregates, and what their fits say about a customer.
#include "pg/postgres.hpp"

#include <algorithm>
#include <cmath>

#include "core/value/lifetime.hpp"
#include "pg/aggregate.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/kept.hpp"
#include "pg/row.hpp"

extern "C" {
#include "libpq/pqformat.h"

PG_FUNCTION_INFO_V1(highseas_lifetime_add);
PG_FUNCTION_INFO_V1(highseas_spending_add);
PG_FUNCTION_INFO_V1(highseas_lifetime_combine);
PG_FUNCTION_INFO_V1(highseas_spending_combine);
PG_FUNCTION_INFO_V1(highseas_lifetime_serialize);
PG_FUNCTION_INFO_V1(highseas_spending_serialize);
PG_FUNCTION_INFO_V1(highseas_lifetime_deserialize);
PG_FUNCTION_INFO_V1(highseas_spending_deserialize);
PG_FUNCTION_INFO_V1(highseas_fit_mbg_nbd);
PG_FUNCTION_INFO_V1(highseas_fit_bg_nbd);
PG_FUNCTION_INFO_V1(highseas_fit_pareto_nbd);
PG_FUNCTION_INFO_V1(highseas_fit_gamma_gamma);
PG_FUNCTION_INFO_V1(highseas_history_log_likelihood);
PG_FUNCTION_INFO_V1(highseas_p_alive);
PG_FUNCTION_INFO_V1(highseas_expected_purchases);
PG_FUNCTION_INFO_V1(highseas_discounted_purchases);
PG_FUNCTION_INFO_V1(highseas_expected_spend);
PG_FUNCTION_INFO_V1(highseas_clv);
}

using namespace highseas;
using namespace highseas::pg;

namespace {

// Aggregates ----------------------------------------------------------------
// The state is the rows themselves: the final function sorts them, so that no order and no parallel
// plan changes a digit.

constexpr std::int64_t most_rows = 30'000'000; // fits into a bytea for a parallel plan

struct Head {
    std::int64_t count;
    std::int64_t skipped;
    TimeUnit unit;
};

template <class Row>
struct State {
    Head head;
    std::int64_t capacity;
    Row *rows;

    static State *of(FunctionCallInfo fcinfo, int i) {
        return PG_ARGISNULL(i) ? nullptr : reinterpret_cast<State *>(PG_GETARG_POINTER(i));
    }

    static State *create(MemoryContext context, TimeUnit unit) {
        auto *state = static_cast<State *>(MemoryContextAllocZero(context, sizeof(State)));
        state->head.unit = unit;
        return state;
    }

    void reserve(MemoryContext context, std::int64_t more) {
        const std::int64_t needed = head.count + more;
        if (needed <= capacity)
            return;
        if (needed > most_rows)
            ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                            errmsg("a fit takes at most %lld rows", (long long)most_rows),
                            errhint("Fit a sample, or group equal customers and give their number "
                                    "as weight.")));
        capacity = std::min(most_rows, std::max<std::int64_t>(needed, capacity * 2 + 64));
        const Size size = static_cast<Size>(capacity) * sizeof(Row);
        rows = static_cast<Row *>(rows ? repalloc_huge(rows, size)
                                       : MemoryContextAllocHuge(context, size));
    }

    void add(MemoryContext context, const Row *more, std::int64_t number) {
        reserve(context, number);
        std::copy(more, more + number, rows + head.count);
        head.count += number;
    }
};

TimeUnit unit_argument(FunctionCallInfo fcinfo, int i) {
    const auto name = required_argument<std::string_view>(fcinfo, i, "unit");
    TimeUnit unit{};
    check(read_time_unit(name, unit));
    return unit;
}

void check_same_unit(TimeUnit a, TimeUnit b) {
    if (a != b)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("the rows of a fit have different time units"),
                        errdetail("\"%s\" and \"%s\".", name_of(a).data(), name_of(b).data())));
}

// The optional last argument.
double weight_argument(FunctionCallInfo fcinfo, int i) {
    if (PG_NARGS() <= i)
        return 1;
    const double weight = PG_GETARG_FLOAT8(i);
    check(check_weight(weight));
    return weight;
}

bool any_null(FunctionCallInfo fcinfo, int from) {
    for (int i = from; i < PG_NARGS(); ++i)
        if (PG_ARGISNULL(i))
            return true;
    return false;
}

template <class Row>
Datum combine(FunctionCallInfo fcinfo) {
    const MemoryContext context = aggregate_context(fcinfo);
    State<Row> *left = State<Row>::of(fcinfo, 0), *right = State<Row>::of(fcinfo, 1);
    if (!right)
        return left ? PointerGetDatum(left) : (fcinfo->isnull = true, Datum{0});
    if (!left)
        left = State<Row>::create(context, right->head.unit);
    check_same_unit(left->head.unit, right->head.unit);
    left->add(context, right->rows, right->head.count);
    left->head.skipped += right->head.skipped;
    return PointerGetDatum(left);
}

template <class Row>
Datum serialize(FunctionCallInfo fcinfo) {
    const State<Row> *state = State<Row>::of(fcinfo, 0);
    const Size size = static_cast<Size>(state->head.count) * sizeof(Row);
    auto *bytes = static_cast<bytea *>(palloc(VARHDRSZ + sizeof(Head) + size));
    SET_VARSIZE(bytes, VARHDRSZ + sizeof(Head) + size);
    memcpy(VARDATA(bytes), &state->head, sizeof(Head));
    if (size > 0)
        memcpy(VARDATA(bytes) + sizeof(Head), state->rows, size);
    return PointerGetDatum(bytes);
}

template <class Row>
Datum deserialize(FunctionCallInfo fcinfo) {
    const bytea *bytes = PG_GETARG_BYTEA_PP(0);
    auto *state = State<Row>::create(CurrentMemoryContext, TimeUnit::day);
    memcpy(&state->head, VARDATA_ANY(bytes), sizeof(Head));
    const std::int64_t count = state->head.count;
    state->head.count = 0;
    state->reserve(CurrentMemoryContext, count);
    if (count > 0)
        memcpy(state->rows, VARDATA_ANY(bytes) + sizeof(Head),
               static_cast<Size>(count) * sizeof(Row));
    state->head.count = count;
    return PointerGetDatum(state);
}

Datum doubles(const double *values, int count) {
    Datum elements[4];
    for (int i = 0; i < count; ++i)
        elements[i] = Float8GetDatum(values[i]);
    return PointerGetDatum(construct_array(elements, count, FLOAT8OID, sizeof(float8),
                                           FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

// NULL where there was no row to fit.
template <class Row, class Call>
Datum fit_rows(FunctionCallInfo fcinfo, Model model, Call &&call) {
    aggregate_context(fcinfo);
    State<Row> *state = State<Row>::of(fcinfo, 0);
    if (!state || state->head.count == 0)
        PG_RETURN_NULL();
    TupleDesc descriptor = result_descriptor(fcinfo);

    Fit fit;
    run_interruptible([&] {
        std::span<Row> rows{state->rows, static_cast<Size>(state->head.count)};
        const Status status = call(rows, fit);
        state->head.count = static_cast<std::int64_t>(rows.size());
        return status;
    });

    const bool spending = model == Model::gamma_gamma;
    Datum values[] = {text_datum(name_of(model)),
                      doubles(fit.parameters.data(), fit.count),
                      doubles(fit.standard_errors.data(), fit.count),
                      Float8GetDatum(fit.log_likelihood),
                      Float8GetDatum(fit.customers),
                      Int64GetDatum(state->head.skipped),
                      text_datum(name_of(fit.status)),
                      spending ? 0 : text_datum(name_of(state->head.unit)),
                      Float8GetDatum(fit.correlation)};
    bool nulls[std::size(values)] = {};
    nulls[7] = spending;
    nulls[8] = !spending || std::isnan(fit.correlation);
    return row(descriptor, values, nulls);
}

Datum fit_histories(FunctionCallInfo fcinfo, Model model) {
    return fit_rows<History>(fcinfo, model, [model](std::span<History> &rows, Fit &fit) {
        return fit_lifetime(model, rows, interrupt_waits, fit);
    });
}

// Fits as arguments ---------------------------------------------------------

// A fit is the same for all rows of a query: read once, then only its bytes are compared.
void read_fit(HeapTupleHeader header, const char *name, FittedModel &fitted) {
    const Fields<9> fit(header);
    if (fit.is_null(0) || fit.is_null(1))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("model and parameters of \"%s\" must not be null", name)));
    ArrayType *array = DatumGetArrayTypeP(fit.datum(1));
    std::span<const double> parameters;
    if (ARR_NDIM(array) == 1 && !array_contains_nulls(array))
        parameters = {reinterpret_cast<const double *>(ARR_DATA_PTR(array)),
                      static_cast<Size>(ARR_DIMS(array)[0])};
    std::optional<std::string_view> unit;
    if (!fit.is_null(7))
        unit = from_datum<std::string_view>(fit.datum(7));
    check(read_model(from_datum<std::string_view>(fit.datum(0)), parameters, unit, fitted));
}

template <int count>
const FittedModel &fit_argument(FunctionCallInfo fcinfo, int i, const char *name) {
    return kept_argument<FittedModel, count>(
        fcinfo, i,
        [name](HeapTupleHeader header, FittedModel &fitted) { read_fit(header, name, fitted); });
}

// (repeats, recency, age) from argument i on.
History history_arguments(FunctionCallInfo fcinfo, int i) {
    return {PG_GETARG_INT32(i), PG_GETARG_FLOAT8(i + 1), PG_GETARG_FLOAT8(i + 2)};
}

Datum value_or_null(FunctionCallInfo fcinfo, const std::optional<double> &value) {
    if (!value)
        PG_RETURN_NULL();
    PG_RETURN_FLOAT8(*value);
}

} // namespace

// (state, repeats, recency, age, unit [, weight])
Datum highseas_lifetime_add(PG_FUNCTION_ARGS) {
    const MemoryContext context = aggregate_context(fcinfo);
    auto *state = State<History>::of(fcinfo, 0);
    const TimeUnit unit = unit_argument(fcinfo, 4);
    if (!state)
        state = State<History>::create(context, unit);
    check_same_unit(state->head.unit, unit);
    if (any_null(fcinfo, 1)) {
        ++state->head.skipped;
        PG_RETURN_POINTER(state);
    }
    History history = history_arguments(fcinfo, 1);
    history.weight = weight_argument(fcinfo, 5);
    check(check_history(history));
    if (history.weight > 0)
        state->add(context, &history, 1);
    PG_RETURN_POINTER(state);
}

// (state, repeats, mean_value [, weight])
Datum highseas_spending_add(PG_FUNCTION_ARGS) {
    const MemoryContext context = aggregate_context(fcinfo);
    auto *state = State<Spending>::of(fcinfo, 0);
    if (!state)
        state = State<Spending>::create(context, TimeUnit::day);
    if (any_null(fcinfo, 1)) {
        ++state->head.skipped;
        PG_RETURN_POINTER(state);
    }
    const Spending spending{PG_GETARG_INT32(1), PG_GETARG_FLOAT8(2), weight_argument(fcinfo, 3)};
    check(check_spending(spending));
    if (spending.repeats == 0 || spending.mean_value <= 0)
        ++state->head.skipped;
    else if (spending.weight > 0)
        state->add(context, &spending, 1);
    PG_RETURN_POINTER(state);
}

Datum highseas_lifetime_combine(PG_FUNCTION_ARGS) {
    return combine<History>(fcinfo);
}
Datum highseas_spending_combine(PG_FUNCTION_ARGS) {
    return combine<Spending>(fcinfo);
}
Datum highseas_lifetime_serialize(PG_FUNCTION_ARGS) {
    return serialize<History>(fcinfo);
}
Datum highseas_spending_serialize(PG_FUNCTION_ARGS) {
    return serialize<Spending>(fcinfo);
}
Datum highseas_lifetime_deserialize(PG_FUNCTION_ARGS) {
    return deserialize<History>(fcinfo);
}
Datum highseas_spending_deserialize(PG_FUNCTION_ARGS) {
    return deserialize<Spending>(fcinfo);
}

Datum highseas_fit_mbg_nbd(PG_FUNCTION_ARGS) {
    return fit_histories(fcinfo, Model::mbg_nbd);
}
Datum highseas_fit_bg_nbd(PG_FUNCTION_ARGS) {
    return fit_histories(fcinfo, Model::bg_nbd);
}
Datum highseas_fit_pareto_nbd(PG_FUNCTION_ARGS) {
    return fit_histories(fcinfo, Model::pareto_nbd);
}

Datum highseas_fit_gamma_gamma(PG_FUNCTION_ARGS) {
    return fit_rows<Spending>(fcinfo, Model::gamma_gamma, [](std::span<Spending> &rows, Fit &fit) {
        return fit_spending(rows, interrupt_waits, fit);
    });
}

Datum highseas_history_log_likelihood(PG_FUNCTION_ARGS) {
    const FittedModel &fitted = fit_argument<1>(fcinfo, 0, "fit");
    double result = 0;
    check(log_likelihood(fitted, history_arguments(fcinfo, 1), result));
    PG_RETURN_FLOAT8(result);
}

Datum highseas_p_alive(PG_FUNCTION_ARGS) {
    const FittedModel &fitted = fit_argument<1>(fcinfo, 0, "fit");
    double result = 0;
    check(p_alive(fitted, history_arguments(fcinfo, 1), result));
    PG_RETURN_FLOAT8(result);
}

Datum highseas_expected_purchases(PG_FUNCTION_ARGS) {
    const FittedModel &fitted = fit_argument<1>(fcinfo, 0, "fit");
    double result = 0;
    check(expected_purchases(fitted, history_arguments(fcinfo, 1), PG_GETARG_FLOAT8(4), result));
    PG_RETURN_FLOAT8(result);
}

Datum highseas_discounted_purchases(PG_FUNCTION_ARGS) {
    const FittedModel &fitted = fit_argument<1>(fcinfo, 0, "fit");
    double result = 0;
    check(discounted_purchases(fitted, history_arguments(fcinfo, 1), PG_GETARG_FLOAT8(4), result));
    PG_RETURN_FLOAT8(result);
}

// (spend_fit, repeats, mean_value): the value of one without repeats may be NULL.
Datum highseas_expected_spend(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || (PG_ARGISNULL(2) && PG_GETARG_INT32(1) != 0))
        PG_RETURN_NULL();
    const FittedModel &fitted = fit_argument<1>(fcinfo, 0, "spend_fit");
    const Spending spending{PG_GETARG_INT32(1), PG_ARGISNULL(2) ? 0 : PG_GETARG_FLOAT8(2)};
    std::optional<double> result;
    check(expected_spend(fitted, spending, result));
    return value_or_null(fcinfo, result);
}

// (fit, spend_fit, repeats, recency, age, mean_value, horizon, discount_rate, margin)
Datum highseas_clv(PG_FUNCTION_ARGS) {
    for (int i = 0; i < PG_NARGS(); ++i)
        if (PG_ARGISNULL(i) && !(i == 5 && PG_GETARG_INT32(2) == 0))
            PG_RETURN_NULL();
    const FittedModel &fitted = fit_argument<2>(fcinfo, 0, "fit");
    const FittedModel &spend = fit_argument<2>(fcinfo, 1, "spend_fit");
    const double mean_value = PG_ARGISNULL(5) ? 0 : PG_GETARG_FLOAT8(5);
    const LifetimeValue terms{PG_GETARG_FLOAT8(6), PG_GETARG_FLOAT8(7), PG_GETARG_FLOAT8(8)};
    std::optional<double> result;
    check(lifetime_value(fitted, spend, history_arguments(fcinfo, 2), mean_value, terms, result));
    return value_or_null(fcinfo, result);
}
