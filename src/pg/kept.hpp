// What a function made of a composite argument, kept at the call site as long as the argument's
// bytes stay the same: a query passes the same scorecard or fit with every row.
#pragma once

#include "pg/postgres.hpp"

extern "C" {
#include "utils/typcache.h"
}

#include <cstring>

namespace highseas::pg {

template <class Made>
struct Kept {
    MemoryContext memory; // of all below
    HeapTupleHeader bytes;
    Size size;
    bool ready;
    Made made;
};

// A composite's fields as if they were arguments, so that arguments.hpp reads them.
template <int count>
struct Fields {
    union {
        FunctionCallInfoBaseData info;
        char room[SizeForFunctionCallInfo(count)];
    };

    explicit Fields(HeapTupleHeader tuple) {
        TupleDesc descriptor = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(tuple),
                                                      HeapTupleHeaderGetTypMod(tuple));
        if (descriptor->natts != count)
            elog(ERROR, "a row of %d columns came where one of %d was expected", descriptor->natts,
                 count);
        HeapTupleData data = {};
        data.t_len = HeapTupleHeaderGetDatumLength(tuple);
        data.t_data = tuple;
        Datum values[count];
        bool nulls[count];
        heap_deform_tuple(&data, descriptor, values, nulls);
        ReleaseTupleDesc(descriptor);
        InitFunctionCallInfoData(info, nullptr, count, InvalidOid, nullptr, nullptr);
        for (int i = 0; i < count; ++i)
            info.args[i] = {values[i], nulls[i]};
    }
    operator FunctionCallInfo() { return &info; }
    bool is_null(int i) const { return info.args[i].isnull; }
    Datum datum(int i) const { return info.args[i].value; }
};

// make(tuple, made) may raise errors; what it allocates lives as long as what it makes. A function
// that takes several such composites names how many: they are its first arguments.
template <class Made, int count = 1, class Make>
Made &kept_argument(FunctionCallInfo fcinfo, int i, Make make) {
    MemoryContext site = fcinfo->flinfo->fn_mcxt;
    if (!fcinfo->flinfo->fn_extra)
        fcinfo->flinfo->fn_extra = MemoryContextAllocZero(site, count * sizeof(Kept<Made>));
    Kept<Made> &kept = static_cast<Kept<Made> *>(fcinfo->flinfo->fn_extra)[count == 1 ? 0 : i];
    HeapTupleHeader tuple = PG_GETARG_HEAPTUPLEHEADER(i);
    const Size size = HeapTupleHeaderGetDatumLength(tuple);
    if (kept.ready && kept.size == size && std::memcmp(kept.bytes, tuple, size) == 0)
        return kept.made;
    if (!kept.memory)
        kept.memory = AllocSetContextCreate(site, "highseas kept argument", ALLOCSET_SMALL_SIZES);
    kept.ready = false;
    MemoryContextReset(kept.memory);
    const MemoryContext caller = MemoryContextSwitchTo(kept.memory);
    kept.bytes = static_cast<HeapTupleHeader>(palloc(size));
    std::memcpy(kept.bytes, tuple, size);
    kept.size = size;
    kept.made = Made{};
    make(kept.bytes, kept.made);
    MemoryContextSwitchTo(caller);
    kept.ready = true;
    return kept.made;
}

} // namespace highseas::pg
