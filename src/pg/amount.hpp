// Reads a numeric as whole units. PostgreSQL has no function for it that does not allocate, and
// this runs for every order: so it reads the stored form itself (pg_upgrade keeps that one as it
// is).
#pragma once

#include "pg/postgres.hpp"

#include <cstdint>
#include <cstring>

#include "core/value/amount.hpp"

extern "C" {
#include "utils/numeric.h"
}

namespace highseas::pg {

enum class Reading { good, not_finite, too_large };

// The value times 10,000^groups, rounded half away from zero; at most largest_units either way.
// A numeric is digits of base 10,000, the first of which counts 10,000^weight, behind a header.
template <int groups>
Reading read_units(const varlena *value, std::int64_t &units) noexcept {
    const char *bytes = VARDATA_ANY(value);
    auto word = [bytes](int i) {
        std::uint16_t w;
        std::memcpy(&w, bytes + 2 * i, 2);
        return w;
    };
    const std::uint16_t header = word(0);
    if ((header & 0xC000) == 0xC000)
        return Reading::not_finite;
    const bool is_short = header & 0x8000;
    const bool negative = is_short ? header & 0x2000 : header & 0x4000;
    const int weight =
        is_short ? (header & 0x3F) - (header & 0x40) : static_cast<std::int16_t>(word(1));
    const int head = is_short ? 1 : 2;
    const int digits = static_cast<int>(VARSIZE_ANY_EXHDR(value)) / 2 - head;

    if (digits == 0 || weight < -groups - 1) {
        units = 0;
        return Reading::good;
    }
    if (weight + groups > 4)
        return Reading::too_large;
    Int128 magnitude = 0;
    const int last = weight + groups; // the digit of the units
    for (int i = 0; i <= last; ++i)
        magnitude = magnitude * 10'000 + (i < digits ? word(head + i) : 0);
    if (last + 1 < digits && word(head + last + 1) >= 5'000)
        ++magnitude;
    if (magnitude > largest_units)
        return Reading::too_large;
    units = static_cast<std::int64_t>(negative ? -magnitude : magnitude);
    return Reading::good;
}

inline std::int64_t amount_from(const varlena *value, const char *name) {
    std::int64_t units = 0;
    const Reading reading = read_units<1>(value, units);
    if (reading == Reading::not_finite)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" must be finite", name)));
    if (reading == Reading::too_large)
        ereport(ERROR,
                (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("\"%s\" is too large", name),
                 errdetail("It must not exceed 100 trillion either way.")));
    return units;
}

inline std::int64_t amount_argument(FunctionCallInfo fcinfo, int i, const char *name) {
    return amount_from(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(i)), name);
}

inline Datum amount_datum(Int128 units) {
    const auto small = static_cast<std::int64_t>(units);
    if (small == units)
        return NumericGetDatum(int64_div_fast_to_numeric(small, 4));
    const Int128 high = units / largest_units; // both parts have the sign of the whole
    const Numeric upper = int64_div_fast_to_numeric(static_cast<std::int64_t>(high), -14);
    const Numeric lower =
        int64_div_fast_to_numeric(static_cast<std::int64_t>(units % largest_units), 4);
    return DirectFunctionCall2(numeric_add, NumericGetDatum(upper), NumericGetDatum(lower));
}

} // namespace highseas::pg
