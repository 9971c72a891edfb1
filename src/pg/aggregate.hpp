// States of aggregates: flat memory in the aggregate's context, sent between processes as it is.
#pragma once

#include "pg/postgres.hpp"

#include <cstring>

namespace highseas::pg {

inline MemoryContext aggregate_context(FunctionCallInfo fcinfo) {
    MemoryContext context = nullptr;
    if (!AggCheckCallContext(fcinfo, &context))
        elog(ERROR, "the function is a part of an aggregate");
    return context;
}

template <class State>
State *state_argument(FunctionCallInfo fcinfo, int i) {
    return PG_ARGISNULL(i) ? nullptr : reinterpret_cast<State *>(PG_GETARG_POINTER(i));
}

template <class State>
Datum state_datum(FunctionCallInfo fcinfo, State *state) {
    fcinfo->isnull = state == nullptr;
    return PointerGetDatum(state);
}

// The first `size` bytes of a state as bytea.
inline Datum sent(const void *state, std::size_t size) {
    auto *bytes = static_cast<bytea *>(palloc(VARHDRSZ + size));
    SET_VARSIZE(bytes, VARHDRSZ + size);
    std::memcpy(VARDATA(bytes), state, size);
    return PointerGetDatum(bytes);
}

template <class State>
State *received(FunctionCallInfo fcinfo, MemoryContext context) {
    const bytea *bytes = PG_GETARG_BYTEA_PP(0);
    const std::size_t size = VARSIZE_ANY_EXHDR(bytes);
    void *state = MemoryContextAlloc(context, size);
    std::memcpy(state, VARDATA_ANY(bytes), size);
    return static_cast<State *>(state);
}

} // namespace highseas::pg
