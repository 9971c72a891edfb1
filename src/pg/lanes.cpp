// What this session remembers of each pool's lanes: where it last saw the head of a lane. Claimed
// customers leave dead entries at the head of an index; who starts below them does not read them
// again. A mark is only a hint: the row's lock decides, and a pool is never called empty by it.
#include "pg/postgres.hpp"

#include "pg/arguments.hpp"
#include "pg/row.hpp"

extern "C" {
#include "common/hashfn.h"
#include "common/pg_prng.h"
#include "utils/float.h"
#include "utils/hsearch.h"

PG_FUNCTION_INFO_V1(highseas_lane_draw);
PG_FUNCTION_INFO_V1(highseas_lane_mark);
PG_FUNCTION_INFO_V1(highseas_lane_seen);
}

using namespace highseas::pg;

namespace {

constexpr TimestampTz freshness = 1'000'000; // a better newcomer is seen after a second
constexpr TimestampTz reserve = 50;          // full reads take at most a fiftieth of the time

struct Mark {
    TimestampTz read_at; // 0: never read from the top
    TimestampTz reading_since;
    float4 score;
    bool online;
    bool has_email;
    text *customer_key; // NULL: nobody was there
};

struct PoolKey {
    int64 tenant_id;
    uint64 pool;
};

struct PoolLanes {
    PoolKey key;
    int lanes;
    int warm_count;
    int *warm;
    Mark *marks;
};

HTAB *pools = nullptr;
TimestampTz next_full_read = 0;

PoolLanes *pool_lanes(int64 tenant_id, std::string_view pool, int lanes) {
    if (!pools) {
        HASHCTL control = {};
        control.keysize = sizeof(PoolKey);
        control.entrysize = sizeof(PoolLanes);
        control.hcxt = TopMemoryContext;
        pools = hash_create("highseas lanes", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    }
    const PoolKey key{tenant_id,
                      hash_bytes_extended(reinterpret_cast<const unsigned char *>(pool.data()),
                                          static_cast<int>(pool.size()), 0)};
    bool found = false;
    auto *entry = static_cast<PoolLanes *>(hash_search(pools, &key, HASH_ENTER, &found));
    if (!found) {
        entry->lanes = 0;
        entry->warm_count = 0;
        entry->warm = nullptr;
        entry->marks = nullptr;
    }
    if (entry->lanes != lanes && lanes > 0) {
        for (int i = 0; i < entry->lanes; ++i)
            if (entry->marks[i].customer_key)
                pfree(entry->marks[i].customer_key);
        if (entry->marks)
            pfree(entry->marks);
        if (entry->warm)
            pfree(entry->warm);
        entry->lanes = 0;
        const auto count = static_cast<Size>(lanes);
        entry->warm = static_cast<int *>(MemoryContextAlloc(TopMemoryContext, count * sizeof(int)));
        entry->marks =
            static_cast<Mark *>(MemoryContextAllocZero(TopMemoryContext, count * sizeof(Mark)));
        entry->warm_count = 0;
        entry->lanes = lanes;
    }
    return entry;
}

Mark &mark_argument(FunctionCallInfo fcinfo, PoolLanes *&pool, int &lane) {
    pool = pool_lanes(argument<std::int64_t>(fcinfo, 0), argument<std::string_view>(fcinfo, 1), 0);
    lane = argument<std::int32_t>(fcinfo, 2);
    if (lane < 0 || lane >= pool->lanes)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("lane %d was not drawn", lane)));
    return pool->marks[lane];
}

} // namespace

extern "C" Datum highseas_lane_draw(PG_FUNCTION_ARGS) {
    const int lanes = argument<std::int32_t>(fcinfo, 2);
    if (lanes < 1 || lanes > 4096)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("lanes must lie between 1 and 4096")));
    PoolLanes *pool =
        pool_lanes(argument<std::int64_t>(fcinfo, 0), argument<std::string_view>(fcinfo, 1), lanes);
    int lane = static_cast<int>(pg_prng_uint64_range(&pg_global_prng_state, 0, lanes - 1));
    // A lane that was never read costs a full read: while that is over the budget, a known one.
    if (pool->marks[lane].read_at == 0 && pool->warm_count >= 2 &&
        GetCurrentTimestamp() < next_full_read)
        lane = pool->warm[pg_prng_uint64_range(&pg_global_prng_state, 0, pool->warm_count - 1)];
    PG_RETURN_INT32(lane);
}

extern "C" Datum highseas_lane_mark(PG_FUNCTION_ARGS) {
    PoolLanes *pool = nullptr;
    int lane = 0;
    Mark &mark = mark_argument(fcinfo, pool, lane);
    const TimestampTz now = GetCurrentTimestamp();
    Datum values[4];
    bool nulls[4] = {};
    if (mark.read_at == 0 || (now > mark.read_at + freshness && now >= next_full_read)) {
        mark.reading_since = now;
        values[0] = Float4GetDatum(get_float4_infinity());
        values[1] = BoolGetDatum(true);
        values[2] = BoolGetDatum(true);
        values[3] = PointerGetDatum(cstring_to_text(""));
    } else {
        mark.reading_since = 0;
        values[0] = Float4GetDatum(mark.customer_key ? mark.score : -get_float4_infinity());
        values[1] = BoolGetDatum(mark.online);
        values[2] = BoolGetDatum(mark.has_email);
        values[3] = PointerGetDatum(mark.customer_key ? mark.customer_key : cstring_to_text(""));
    }
    PG_RETURN_DATUM(row(result_descriptor(fcinfo), values, nulls));
}

extern "C" Datum highseas_lane_seen(PG_FUNCTION_ARGS) {
    PoolLanes *pool = nullptr;
    int lane = 0;
    Mark &mark = mark_argument(fcinfo, pool, lane);
    text *key = nullptr;
    if (!PG_ARGISNULL(6)) {
        const text *given = PG_GETARG_TEXT_PP(6);
        key = static_cast<text *>(
            MemoryContextAlloc(TopMemoryContext, VARHDRSZ + VARSIZE_ANY_EXHDR(given)));
        SET_VARSIZE(key, VARHDRSZ + VARSIZE_ANY_EXHDR(given));
        memcpy(VARDATA(key), VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given));
        mark.score = PG_GETARG_FLOAT4(3);
        mark.online = PG_GETARG_BOOL(4);
        mark.has_email = PG_GETARG_BOOL(5);
    }
    if (mark.customer_key)
        pfree(mark.customer_key);
    mark.customer_key = key;
    if (mark.reading_since != 0) {
        const TimestampTz now = GetCurrentTimestamp();
        next_full_read = now + reserve * (now - mark.reading_since);
        if (mark.read_at == 0)
            pool->warm[pool->warm_count++] = lane;
        mark.read_at = now;
        mark.reading_since = 0;
    }
    PG_RETURN_VOID();
}
