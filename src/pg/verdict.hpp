// A verdict as the row that SQL sees: the type highseas.verdict.
#pragma once

#include "pg/postgres.hpp"

#include "core/pool/verdict.hpp"
#include "pg/arguments.hpp"
#include "pg/row.hpp"

namespace highseas::pg {

inline Datum verdict_row(TupleDesc descriptor, const Verdict &verdict) {
    Datum values[6] = {BoolGetDatum(verdict.allowed)};
    bool nulls[6] = {};
    nulls[1] = nulls[2] = verdict.allowed;
    if (!verdict.allowed) {
        values[1] = text_datum(verdict.code);
        values[2] = text_datum(verdict.rule);
    }
    nulls[3] = !verdict.used;
    values[3] = Int32GetDatum(verdict.used.value_or(0));
    nulls[4] = !verdict.maximum;
    values[4] = Int32GetDatum(verdict.maximum.value_or(0));
    nulls[5] = !verdict.allowed_from;
    values[5] = TimestampTzGetDatum(verdict.allowed_from.value_or(0));
    return row(descriptor, values, nulls);
}

} // namespace highseas::pg
