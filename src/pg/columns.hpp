// The columns that a VARIADIC "any" function is given: numbers and words of any of the usual types,
// as arguments or as one VARIADIC array.
#pragma once

#include "pg/postgres.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

namespace highseas::pg {

struct Columns {
    int first; // argument
    int count; // arguments; of an array it is known only when it is read
    bool is_array;
    int16 length; // of an array's element
    bool by_value;
    char alignment;
    Oid types[FUNC_MAX_ARGS]; // an array: of its elements
};

inline bool is_word(Oid type) {
    return type == TEXTOID || type == VARCHAROID || type == BPCHAROID;
}

inline Oid column_type(Oid type, int number) {
    type = getBaseType(type);
    switch (type) {
    case BOOLOID:
    case INT2OID:
    case INT4OID:
    case INT8OID:
    case FLOAT4OID:
    case FLOAT8OID:
    case NUMERICOID:
    case TEXTOID:
    case VARCHAROID:
    case BPCHAROID:
    case UNKNOWNOID: // a bare NULL, or a literal: read_columns refuses that
        return type;
    default:
        ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                        errmsg("column %d has type %s", number, format_type_be(type)),
                        errhint("A column is a number, a boolean or a text: cast it.")));
    }
    pg_unreachable();
}

inline void describe_columns(FunctionCallInfo fcinfo, int first, Columns &columns) {
    FmgrInfo *site = fcinfo->flinfo;
    columns.first = first;
    columns.is_array = get_fn_expr_variadic(site);
    columns.count = columns.is_array ? 0 : PG_NARGS() - first;
    if (columns.is_array) {
        const Oid type = get_base_element_type(get_fn_expr_argtype(site, first));
        if (!OidIsValid(type))
            elog(ERROR, "a VARIADIC argument must be an array");
        columns.types[0] = column_type(type, 1);
        get_typlenbyvalalign(type, &columns.length, &columns.by_value, &columns.alignment);
    } else {
        for (int i = 0; i < columns.count; ++i)
            columns.types[i] = column_type(get_fn_expr_argtype(site, first + i), i + 1);
    }
}

// Of a column that is no word.
inline double number_of(Oid type, Datum datum, int number) {
    switch (type) {
    case BOOLOID:
        return DatumGetBool(datum) ? 1 : 0;
    case INT2OID:
        return DatumGetInt16(datum);
    case INT4OID:
        return DatumGetInt32(datum);
    case INT8OID:
        return static_cast<double>(DatumGetInt64(datum));
    case FLOAT4OID:
        return static_cast<double>(DatumGetFloat4(datum));
    case FLOAT8OID:
        return DatumGetFloat8(datum);
    case NUMERICOID:
        return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, datum));
    default:
        ereport(ERROR,
                (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("column %d is no number", number),
                 errhint("Cast it to a number or a boolean.")));
    }
    pg_unreachable();
}

inline std::string_view word_of(Datum datum) {
    const text *value = DatumGetTextPP(datum);
    return {VARDATA_ANY(value), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(value))};
}

// visit(column from 0, type, datum, is null). Returns how many columns there were.
template <class Visit>
int for_each_column(FunctionCallInfo fcinfo, const Columns &columns, Visit visit) {
    if (!columns.is_array) {
        for (int i = 0; i < columns.count; ++i) {
            const NullableDatum &argument = fcinfo->args[columns.first + i];
            visit(i, columns.types[i], argument.value, argument.isnull);
        }
        return columns.count;
    }
    if (PG_ARGISNULL(columns.first))
        return 0;
    ArrayType *array = PG_GETARG_ARRAYTYPE_P(columns.first);
    const int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    const bits8 *not_null = ARR_NULLBITMAP(array);
    char *element = ARR_DATA_PTR(array);
    for (int i = 0; i < count; ++i) {
        if (not_null && !(not_null[i / 8] & (1 << (i % 8)))) {
            visit(i, columns.types[0], Datum(0), true);
            continue;
        }
        visit(i, columns.types[0], fetch_att(element, columns.by_value, columns.length), false);
        element = att_addlength_pointer(element, columns.length, element);
        element = reinterpret_cast<char *>(
            att_align_nominal(reinterpret_cast<uintptr_t>(element), columns.alignment));
    }
    return count;
}

// NULL = NaN. Returns how many columns there were: they are read when `numbers` has as many.
inline int read_numbers(FunctionCallInfo fcinfo, const Columns &columns,
                        std::span<double> numbers) {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    if (!columns.is_array || columns.types[0] != FLOAT8OID || PG_ARGISNULL(columns.first))
        return for_each_column(
            fcinfo, columns, [&numbers](int i, Oid type, Datum datum, bool is_null) {
                const auto at = static_cast<std::size_t>(i);
                if (at < numbers.size())
                    numbers[at] = is_null ? unknown : number_of(type, datum, i + 1);
            });
    const ArrayType *array = PG_GETARG_ARRAYTYPE_P(columns.first);
    const int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    if (static_cast<std::size_t>(count) != numbers.size())
        return count;
    const bits8 *not_null = ARR_NULLBITMAP(array);
    if (!not_null) {
        std::memcpy(numbers.data(), ARR_DATA_PTR(array), numbers.size_bytes());
        return count;
    }
    // NULLs stand anywhere, a jump would be mispredicted: they become NaN by all bits set.
    // Backwards, as before the first number stands the head of the array, which may be read in
    // vain.
    const char *next = reinterpret_cast<const char *>(array) + VARSIZE(array);
    for (int i = count; i-- > 0;) {
        const std::uint64_t is_known = not_null[i / 8] >> (i % 8) & 1;
        std::uint64_t bits;
        std::memcpy(&bits, next - sizeof bits, sizeof bits);
        numbers[static_cast<std::size_t>(i)] = std::bit_cast<double>(bits | (is_known - 1));
        next -= is_known * sizeof bits;
    }
    return count;
}

} // namespace highseas::pg
