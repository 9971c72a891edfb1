// What several functions of classify take.
#pragma once

#include "pg/postgres.hpp"

#include "core/classify/abc.hpp"
#include "pg/amount.hpp"
#include "pg/arguments.hpp"

namespace highseas::pg {

// An array as the aggregate abc_bounds gives it.
inline AbcBounds abc_bounds_argument(FunctionCallInfo fcinfo, int i) {
    ArrayType *array = flat_array(PG_GETARG_DATUM(i), "bounds");
    std::int64_t bounds[2] = {};
    if (array && ARR_DIMS(array)[0] == 2)
        for_each_element<std::string_view>(array, [&bounds](int k, const char *element) {
            if (element)
                bounds[k] = amount_from(reinterpret_cast<const varlena *>(element), "bounds");
        });
    if (!is_sound({bounds[0], bounds[1]}))
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("\"bounds\" must be two positive values, the first not below the second"),
                 errhint("The aggregate abc_bounds gives them.")));
    return {bounds[0], bounds[1]};
}

} // namespace highseas::pg
