// Reads a function's arguments into plain memory of the current context: spans and views without
// destructors, so errors may be raised while they live. Read all of them before calling the core.
#pragma once

#include "pg/postgres.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace highseas::pg {

[[noreturn]] inline void raise_null(const char *name) {
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                    errmsg("argument \"%s\" must not be null", name)));
    pg_unreachable();
}

// One value -----------------------------------------------------------------

template <class T>
T from_datum(Datum datum) {
    if constexpr (std::is_same_v<T, bool>) {
        return DatumGetBool(datum);
    } else if constexpr (std::is_same_v<T, std::int32_t>) { // integer and date
        return DatumGetInt32(datum);
    } else if constexpr (std::is_same_v<T, std::int64_t>) { // bigint and timestamptz
        return DatumGetInt64(datum);
    } else if constexpr (std::is_same_v<T, double>) {
        return DatumGetFloat8(datum);
    } else {
        static_assert(std::is_same_v<T, std::string_view>);
        const text *value = DatumGetTextPP(datum);
        return {VARDATA_ANY(value), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(value))};
    }
}

// Of a STRICT function, or where the caller has looked.
template <class T>
T argument(FunctionCallInfo fcinfo, int i) {
    return from_datum<T>(PG_GETARG_DATUM(i));
}

template <class T>
std::optional<T> optional_argument(FunctionCallInfo fcinfo, int i) {
    if (PG_ARGISNULL(i))
        return std::nullopt;
    return argument<T>(fcinfo, i);
}

template <class T>
T required_argument(FunctionCallInfo fcinfo, int i, const char *name) {
    if (PG_ARGISNULL(i))
        raise_null(name);
    return argument<T>(fcinfo, i);
}

// Arrays: NULL is an empty one ----------------------------------------------

template <class T>
T *allocate(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T *>(MemoryContextAllocHuge(CurrentMemoryContext, count * sizeof(T)));
}

inline ArrayType *flat_array(Datum datum, const char *name) {
    ArrayType *array = DatumGetArrayTypeP(datum);
    if (ARR_NDIM(array) > 1)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("array \"%s\" must have one dimension", name)));
    return ARR_NDIM(array) == 0 ? nullptr : array;
}

// Walks over the elements: visit(i, pointer to the element or nullptr).
template <class T, class Visit>
void for_each_element(ArrayType *array, Visit visit) {
    const int count = ARR_DIMS(array)[0];
    const bits8 *not_null = ARR_NULLBITMAP(array);
    char *element = ARR_DATA_PTR(array);
    for (int i = 0; i < count; ++i) {
        if (not_null && !(not_null[i / 8] & (1 << (i % 8)))) {
            visit(i, nullptr);
        } else if constexpr (std::is_same_v<T, std::string_view>) {
            element = reinterpret_cast<char *>(
                att_align_pointer(reinterpret_cast<uintptr_t>(element), TYPALIGN_INT, -1, element));
            visit(i, element);
            element += VARSIZE_ANY(element);
        } else {
            visit(i, element);
            element += sizeof(T);
        }
    }
}

template <class T>
T from_element(const char *element) {
    if constexpr (std::is_same_v<T, std::string_view>)
        return {VARDATA_ANY(element), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(element))};
    else
        return *reinterpret_cast<const T *>(element);
}

template <class T>
std::span<const T> array_elements(Datum datum, const char *name) {
    ArrayType *array = flat_array(datum, name);
    if (!array)
        return {};
    if (ARR_HASNULL(array) && array_contains_nulls(array))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("array \"%s\" must not contain nulls", name)));
    const auto count = static_cast<std::size_t>(ARR_DIMS(array)[0]);
    if constexpr (std::is_same_v<T, std::string_view>) {
        T *elements = allocate<T>(count);
        for_each_element<T>(array, [elements](int k, const char *element) {
            elements[k] = from_element<T>(element);
        });
        return {elements, count};
    } else { // values of one size stand side by side: no copy
        return {reinterpret_cast<const T *>(ARR_DATA_PTR(array)), count};
    }
}

template <class T>
std::span<const T> array_argument(FunctionCallInfo fcinfo, int i, const char *name) {
    if (PG_ARGISNULL(i))
        return {};
    return array_elements<T>(PG_GETARG_DATUM(i), name);
}

template <class T>
std::span<const std::optional<T>> nullable_array_argument(FunctionCallInfo fcinfo, int i,
                                                          const char *name) {
    if (PG_ARGISNULL(i))
        return {};
    ArrayType *array = flat_array(PG_GETARG_DATUM(i), name);
    if (!array)
        return {};
    const auto count = static_cast<std::size_t>(ARR_DIMS(array)[0]);
    auto *elements = allocate<std::optional<T>>(count);
    for_each_element<T>(array, [elements](int k, const char *element) {
        new (elements + k) std::optional<T>();
        if (element)
            elements[k] = from_element<T>(element);
    });
    return {elements, count};
}

// Results -------------------------------------------------------------------

inline Datum text_datum(std::string_view value) {
    return PointerGetDatum(cstring_to_text_with_len(value.data(), static_cast<int>(value.size())));
}

} // namespace highseas::pg
