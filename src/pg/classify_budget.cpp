#include "pg/postgres.hpp"

extern "C" {
#include "catalog/pg_type_d.h"
}

#include "core/classify/budget.hpp"
#include "pg/amount.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_divide_budget);
}

namespace {

constexpr std::int64_t units_per_hundredth = units_per_one / 100;

std::int64_t hundredths(const varlena *value, const char *name) {
    const std::int64_t units = amount_from(value, name);
    if (units % units_per_hundredth != 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("\"%s\" must be in whole hundredths", name),
                        errhint("Round to 2 decimals.")));
    return units / units_per_hundredth;
}

// put(i, element or nullptr); an array NULL has none.
template <class Put>
void read_array(FunctionCallInfo fcinfo, int argument, const char *name, std::size_t count,
                Put put) {
    if (PG_ARGISNULL(argument))
        return;
    ArrayType *array = flat_array(PG_GETARG_DATUM(argument), name);
    if ((array ? static_cast<std::size_t>(ARR_DIMS(array)[0]) : 0) != count)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("\"%s\" must have as many elements as \"weights\"", name)));
    if (array)
        for_each_element<std::string_view>(array, [&put](int i, const char *element) {
            put(i, reinterpret_cast<const varlena *>(element));
        });
}

} // namespace

// (budget, weights, floors, caps)
Datum highseas_divide_budget(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
        PG_RETURN_NULL();
    const std::int64_t budget = hundredths(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0)), "budget");
    ArrayType *weights = flat_array(PG_GETARG_DATUM(1), "weights");
    const std::size_t count = weights ? static_cast<std::size_t>(ARR_DIMS(weights)[0]) : 0;
    const std::span<BudgetPart> parts{allocate<BudgetPart>(count), count};
    for (BudgetPart &part : parts)
        part = {0, 0, no_cap};
    read_array(fcinfo, 1, "weights", count, [parts](int i, const varlena *element) {
        parts[static_cast<std::size_t>(i)].weight = element ? amount_from(element, "weights") : 0;
    });
    read_array(fcinfo, 2, "floors", count, [parts](int i, const varlena *element) {
        parts[static_cast<std::size_t>(i)].floor = element ? hundredths(element, "floors") : 0;
    });
    read_array(fcinfo, 3, "caps", count, [parts](int i, const varlena *element) {
        parts[static_cast<std::size_t>(i)].cap = element ? hundredths(element, "caps") : no_cap;
    });
    const std::span<std::int64_t> shares{allocate<std::int64_t>(count), count};
    run_interruptible([&] { return divide_budget(budget, parts, shares, interrupt_waits); });

    auto *elements = allocate<Datum>(count);
    for (std::size_t i = 0; i < count; ++i)
        elements[i] = NumericGetDatum(int64_div_fast_to_numeric(shares[i], 2));
    return PointerGetDatum(
        construct_array(elements, static_cast<int>(count), NUMERICOID, -1, false, TYPALIGN_INT));
}
