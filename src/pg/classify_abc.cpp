#include "pg/postgres.hpp"

extern "C" {
#include "catalog/pg_type_d.h"
}

#include "core/classify/abc.hpp"
#include "pg/classify.hpp"
#include "pg/values.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_abc_bounds);
PG_FUNCTION_INFO_V1(highseas_abc_class);
}

Datum highseas_abc_bounds(PG_FUNCTION_ARGS) {
    auto *state = state_argument<Values>(fcinfo, 0);
    if (!state)
        PG_RETURN_NULL();
    const auto [a_share, b_share] = state->shares;
    if (a_share == 0 || a_share > b_share)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("\"a_share\" must be above 0 and not above \"b_share\"")));
    const AbcBounds bounds = abc_bounds(sorted_values(state), a_share, b_share);
    Datum elements[2] = {amount_datum(bounds.a_from), amount_datum(bounds.b_from)};
    return PointerGetDatum(construct_array(elements, 2, NUMERICOID, -1, false, TYPALIGN_INT));
}

// (value, bounds)
Datum highseas_abc_class(PG_FUNCTION_ARGS) {
    const AbcBounds bounds = abc_bounds_argument(fcinfo, 1);
    const char letter = abc_class(amount_argument(fcinfo, 0, "value"), bounds);
    return text_datum({&letter, 1});
}
