// The aggregate summarize_purchases.
#include "pg/postgres.hpp"

#include <algorithm>

#include "core/value/purchase_summary.hpp"
#include "pg/aggregate.hpp"
#include "pg/amount.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/row.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_purchases_add);
PG_FUNCTION_INFO_V1(highseas_purchases_combine);
PG_FUNCTION_INFO_V1(highseas_purchases_send);
PG_FUNCTION_INFO_V1(highseas_purchases_receive);
PG_FUNCTION_INFO_V1(highseas_purchases_summary);
}

namespace {

// What the caller states once for a customer, the same in every row.
struct Frame {
    std::int32_t ends_on;
    TimeUnit unit;
    bool has_currency;
    char currency[18]; // filled up with zeros

    bool operator==(const Frame &) const = default;
};

// Days are appended as they come. Only when the memory is full, and at the end, are they sorted and
// merged: a row costs the same in whatever order the rows come.
struct Purchases {
    Frame frame;
    std::int32_t capacity;
    std::int32_t count;
    PurchaseDay days[];

    std::size_t size() const { return sizeof(Purchases) + sizeof(PurchaseDay) * count; }
};
static_assert(sizeof(Purchases) == 32);

// Powers of two in bytes are what the allocator gives anyway.
std::int32_t capacity_of(std::size_t bytes) {
    return static_cast<std::int32_t>((bytes - sizeof(Purchases)) / sizeof(PurchaseDay));
}

Purchases *new_purchases(MemoryContext context, const Frame &frame) {
    constexpr std::size_t bytes = 64;
    auto *state = static_cast<Purchases *>(MemoryContextAlloc(context, bytes));
    state->frame = frame;
    state->capacity = capacity_of(bytes);
    state->count = 0;
    return state;
}

void merge(Purchases *state) {
    std::size_t count = 0;
    check(guarded([&] {
        return merge_days({state->days, static_cast<std::size_t>(state->count)}, count);
    }));
    state->count = static_cast<std::int32_t>(count);
}

Purchases *with_day(Purchases *state, const PurchaseDay &day) {
    if (state->count == state->capacity) {
        merge(state);
        if (state->count > state->capacity / 2) {
            std::size_t bytes = 64;
            while (capacity_of(bytes) <= state->capacity)
                bytes *= 2;
            state = static_cast<Purchases *>(repalloc(state, bytes));
            state->capacity = capacity_of(bytes);
        }
    }
    state->days[state->count++] = day;
    return state;
}

Frame frame_argument(FunctionCallInfo fcinfo) {
    Frame frame{};
    frame.ends_on = required_argument<std::int32_t>(fcinfo, 3, "ends_on");
    if (DATE_NOT_FINITE(frame.ends_on))
        ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
                        errmsg("\"ends_on\" must be finite")));
    const auto name = required_argument<std::string_view>(fcinfo, 4, "unit");
    const auto unit = time_unit_named(name);
    if (!unit)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("unknown time unit \"%.*s\"", shown_length(name), name.data()),
                        errhint("One of day, week, month, year.")));
    frame.unit = *unit;
    if (PG_NARGS() > 5 && !PG_ARGISNULL(5)) {
        const auto currency = argument<std::string_view>(fcinfo, 5);
        if (currency.size() > sizeof frame.currency)
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                            errmsg("currency \"%.*s\" is too long", shown_length(currency),
                                   currency.data()),
                            errdetail("A currency has at most %zu bytes.", sizeof frame.currency)));
        frame.has_currency = true;
        std::copy(currency.begin(), currency.end(), frame.currency);
    }
    return frame;
}

void require_same(const Frame &a, const Frame &b) {
    if (a == b)
        return;
    if (a.ends_on != b.ends_on || a.unit != b.unit)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("\"ends_on\" and \"unit\" must be the same for all of a customer's "
                               "orders")));
    auto name = [](const Frame &frame) {
        return frame.has_currency
                   ? psprintf("\"%.*s\"", static_cast<int>(sizeof frame.currency), frame.currency)
                   : pstrdup("none");
    };
    const char *one = name(a);
    const char *other = name(b);
    if (std::strcmp(one, other) > 0)
        std::swap(one, other);
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("a customer's orders have several currencies"),
                    errdetail("There are %s and %s.", one, other),
                    errhint("Convert the amounts, or GROUP BY the currency, too.")));
}

} // namespace

// (state, ordered_on, amount, ends_on, unit [, currency])
Datum highseas_purchases_add(PG_FUNCTION_ARGS) {
    const MemoryContext context = aggregate_context(fcinfo);
    auto *state = state_argument<Purchases>(fcinfo, 0);
    if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
        return state_datum(fcinfo, state);

    const auto day = argument<std::int32_t>(fcinfo, 1);
    if (DATE_NOT_FINITE(day))
        ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
                        errmsg("\"ordered_on\" must be finite")));
    const std::int64_t units = amount_argument(fcinfo, 2, "amount");
    const Frame frame = frame_argument(fcinfo);
    if (state)
        require_same(state->frame, frame);
    else
        state = new_purchases(context, frame);
    if (day <= frame.ends_on)
        state = with_day(state, {units, day, units >= 0});
    return state_datum(fcinfo, state);
}

Datum highseas_purchases_combine(PG_FUNCTION_ARGS) {
    const MemoryContext context = aggregate_context(fcinfo);
    auto *state = state_argument<Purchases>(fcinfo, 0);
    const auto *other = state_argument<Purchases>(fcinfo, 1);
    if (!other)
        return state_datum(fcinfo, state);
    if (state)
        require_same(state->frame, other->frame);
    else
        state = new_purchases(context, other->frame);
    for (std::int32_t i = 0; i < other->count; ++i)
        state = with_day(state, other->days[i]);
    return state_datum(fcinfo, state);
}

Datum highseas_purchases_send(PG_FUNCTION_ARGS) {
    const auto *state = state_argument<Purchases>(fcinfo, 0);
    return sent(state, state->size());
}

Datum highseas_purchases_receive(PG_FUNCTION_ARGS) {
    auto *state = received<Purchases>(fcinfo, CurrentMemoryContext);
    state->capacity = state->count;
    return state_datum(fcinfo, state);
}

Datum highseas_purchases_summary(PG_FUNCTION_ARGS) {
    auto *state = state_argument<Purchases>(fcinfo, 0);
    if (!state)
        PG_RETURN_NULL();
    TupleDesc descriptor = result_descriptor(fcinfo);
    std::optional<PurchaseSummary> summary;
    merge(state);
    check(guarded([&] {
        return summarize({state->days, static_cast<std::size_t>(state->count)}, summary);
    }));
    if (!summary)
        PG_RETURN_NULL();

    const auto &[ends_on, unit, has_currency, currency] = state->frame;
    Datum values[10] = {Int32GetDatum(summary->repeats),
                        Float8GetDatum((summary->last - summary->first) / days_of(unit)),
                        Float8GetDatum((ends_on - summary->first) / days_of(unit)),
                        Float8GetDatum(summary->mean_value.value_or(0)),
                        NumericGetDatum(int64_div_fast_to_numeric(summary->units, 4)),
                        DateADTGetDatum(summary->first),
                        DateADTGetDatum(summary->last),
                        DateADTGetDatum(ends_on),
                        text_datum(name_of(unit)),
                        0};
    bool nulls[10] = {};
    nulls[3] = !summary->mean_value;
    nulls[9] = !has_currency;
    if (has_currency)
        values[9] = text_datum({currency, strnlen(currency, sizeof currency)});
    return row(descriptor, values, nulls);
}
