// The row that a function returns.
#pragma once

#include "pg/postgres.hpp"

#include <cstddef>

namespace highseas::pg {

// Looked up once per call site: the catalogue costs more than the rule.
inline TupleDesc result_descriptor(FunctionCallInfo fcinfo) {
    FmgrInfo *call_site = fcinfo->flinfo;
    if (!call_site->fn_extra) {
        const MemoryContext caller = MemoryContextSwitchTo(call_site->fn_mcxt);
        TupleDesc descriptor = nullptr;
        if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE)
            elog(ERROR, "the function must return a row type");
        call_site->fn_extra = BlessTupleDesc(descriptor);
        MemoryContextSwitchTo(caller);
    }
    return static_cast<TupleDesc>(call_site->fn_extra);
}

template <std::size_t count>
Datum row(TupleDesc descriptor, Datum (&values)[count], bool (&nulls)[count]) {
    return HeapTupleGetDatum(heap_form_tuple(descriptor, values, nulls));
}

} // namespace highseas::pg
