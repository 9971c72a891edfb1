// Who is likely the best free customer of a pool with lanes. A session draws two random lanes,
// reads the best few of each without locks and names those of the lane with the better head; the
// row's lock decides. It remembers where it last saw each head: claimed customers leave dead
// entries at the head of an index, and who starts below them does not read them again.
#include "pg/postgres.hpp"

#include "pg/arguments.hpp"
#include "pg/table.hpp"

extern "C" {
#include "access/table.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "common/pg_prng.h"
#include "utils/float.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(highseas_lane_candidates);
}

using namespace highseas::pg;

namespace {

using Text = std::string_view;

constexpr TimestampTz freshness = 1'000'000; // a better newcomer is seen after a second
constexpr TimestampTz reserve = 50;          // slow full reads take at most a fiftieth of the time
constexpr TimestampTz slow = 1'000;
constexpr int candidates_wanted = 4;
constexpr int rows_at_most = 64; // under an embargo

// A place in the order of the pool.
struct Place {
    float4 score;
    bool online;
    bool has_email;
    text *customer_key;
};

struct Mark {
    TimestampTz read_at; // 0: never read from the top
    Place head;          // its key NULL: nobody was there
};

struct PoolKey {
    int64 tenant_id;
    uint64 pool;
};

struct PoolLanes {
    PoolKey key;
    int lanes;
    int warm_count;
    int *warm; // the lanes that were read
    Mark *marks;
};

HTAB *pools = nullptr;
TimestampTz next_full_read = 0;

PoolLanes *pool_lanes(int64 tenant_id, Text pool, int lanes) {
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
    if (!found)
        *entry = {key, 0, 0, nullptr, nullptr};
    if (entry->lanes != lanes) {
        for (int i = 0; i < entry->lanes; ++i)
            if (entry->marks[i].head.customer_key)
                pfree(entry->marks[i].head.customer_key);
        if (entry->marks)
            pfree(entry->marks);
        if (entry->warm)
            pfree(entry->warm);
        *entry = {key, 0, 0, nullptr, nullptr};
        const auto count = static_cast<Size>(lanes);
        entry->warm = static_cast<int *>(MemoryContextAlloc(TopMemoryContext, count * sizeof(int)));
        entry->marks =
            static_cast<Mark *>(MemoryContextAllocZero(TopMemoryContext, count * sizeof(Mark)));
        entry->lanes = lanes;
    }
    return entry;
}

int draw_lane(const PoolLanes &pool) {
    const int lane = static_cast<int>(
        pg_prng_uint64_range(&pg_global_prng_state, 0, static_cast<uint64>(pool.lanes) - 1));
    // A lane that was never read costs a full read: while that is over the budget, a known one.
    if (pool.marks[lane].read_at == 0 && pool.warm_count >= 2 &&
        GetCurrentTimestamp() < next_full_read)
        return pool.warm[pg_prng_uint64_range(&pg_global_prng_state, 0,
                                              static_cast<uint64>(pool.warm_count) - 1)];
    return lane;
}

void remember(Mark &mark, const Place &head) {
    if (mark.head.customer_key)
        pfree(mark.head.customer_key);
    mark.head = head;
    if (head.customer_key) {
        const Size size = VARSIZE_ANY(head.customer_key);
        mark.head.customer_key = static_cast<text *>(MemoryContextAlloc(TopMemoryContext, size));
        memcpy(mark.head.customer_key, head.customer_key, size);
    }
}

struct Lane {
    Place head{};
    Place candidates[candidates_wanted];
    int count = 0;
};

Lane read_lane(int64 tenant_id, Text pool_key, int lane, const Place *below, TimestampTz now) {
    Lane found;
    const Relation table = open_table("customer");
    const Relation index = open_index("customer_lane");
    enum Column : AttrNumber { tenant = 1, pool, lane_column, score, online, has_email, customer };
    ScanKeyData keys[4];
    ScanKeyInit(&keys[0], tenant, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(tenant_id));
    ScanKeyInit(&keys[1], pool, BTEqualStrategyNumber, F_TEXTEQ, text_datum(pool_key));
    ScanKeyInit(&keys[2], lane_column, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(lane));
    // (score, online, has_email, customer_key) <= below
    ScanKeyData place[4];
    if (below) {
        auto member = [&place](int i, Column column, RegProcedure compare, Datum value, int flags) {
            ScanKeyEntryInitialize(&place[i], SK_ROW_MEMBER | flags, column,
                                   BTLessEqualStrategyNumber, InvalidOid, C_COLLATION_OID, compare,
                                   value);
        };
        member(0, score, F_BTFLOAT4CMP, Float4GetDatum(below->score), 0);
        member(1, online, F_BTBOOLCMP, BoolGetDatum(below->online), 0);
        member(2, has_email, F_BTBOOLCMP, BoolGetDatum(below->has_email), 0);
        member(3, customer, F_BTTEXTCMP, PointerGetDatum(below->customer_key), SK_ROW_END);
        MemSet(&keys[3], 0, sizeof keys[3]);
        keys[3].sk_flags = SK_ROW_HEADER;
        keys[3].sk_attno = score;
        keys[3].sk_strategy = BTLessEqualStrategyNumber;
        keys[3].sk_argument = PointerGetDatum(place);
    }
    const int key_count = below ? 4 : 3;
#if PG_VERSION_NUM >= 180000
    const IndexScanDesc scan =
        index_beginscan(table, index, GetActiveSnapshot(), nullptr, key_count, 0);
#else
    const IndexScanDesc scan = index_beginscan(table, index, GetActiveSnapshot(), key_count, 0);
#endif
    index_rescan(scan, keys, key_count, nullptr, 0);
    TupleTableSlot *slot = table_slot_create(table, nullptr);
    const Row row{slot->tts_tupleDescriptor, slot->tts_values, slot->tts_isnull};
    for (int visited = 0; visited < rows_at_most && found.count < candidates_wanted &&
                          index_getnext_slot(scan, BackwardScanDirection, slot);
         ++visited) {
        slot_getallattrs(slot);
        const auto key = row.get<Text>("customer_key");
        const Place here{DatumGetFloat4(row.datum("score")), row.get<bool>("online"),
                         row.get<bool>("has_email"),
                         cstring_to_text_with_len(key.data(), static_cast<int>(key.size()))};
        if (visited == 0)
            found.head = here;
        if (row.find<TimestampTz>("embargo_until").value_or(now) <= now)
            found.candidates[found.count++] = here;
    }
    ExecDropSingleTupleTableSlot(slot);
    index_endscan(scan);
    index_close(index, AccessShareLock);
    table_close(table, AccessShareLock);
    return found;
}

Lane read_from_mark(PoolLanes &pool, int64 tenant_id, Text pool_key, int lane, TimestampTz now) {
    Mark &mark = pool.marks[lane];
    const TimestampTz began = GetCurrentTimestamp();
    const bool from_top =
        mark.read_at == 0 || (began > mark.read_at + freshness && began >= next_full_read);
    if (!from_top && !mark.head.customer_key)
        return {};
    const Lane found = read_lane(tenant_id, pool_key, lane, from_top ? nullptr : &mark.head, now);
    remember(mark, found.head);
    if (from_top) {
        const TimestampTz ended = GetCurrentTimestamp();
        if (ended - began > slow)
            next_full_read = ended + reserve * (ended - began);
        if (mark.read_at == 0)
            pool.warm[pool.warm_count++] = lane;
        mark.read_at = ended;
    }
    return found;
}

bool is_better(const Lane &one, const Lane &other) {
    if (one.count == 0 || other.count == 0)
        return one.count > other.count;
    const Place &a = one.candidates[0];
    const Place &b = other.candidates[0];
    if (a.score != b.score)
        return a.score > b.score;
    return a.online != b.online ? a.online : a.has_email && !b.has_email;
}

} // namespace

// (tenant_id, pool_key, lanes, now)
extern "C" Datum highseas_lane_candidates(PG_FUNCTION_ARGS) {
    const auto tenant_id = argument<std::int64_t>(fcinfo, 0);
    const auto pool_key = argument<Text>(fcinfo, 1);
    const int lanes = argument<std::int32_t>(fcinfo, 2);
    const auto now = argument<std::int64_t>(fcinfo, 3);
    if (lanes < 1 || lanes > 4096)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("lanes must lie between 1 and 4096")));

    PoolLanes &pool = *pool_lanes(tenant_id, pool_key, lanes);
    const Lane one = read_from_mark(pool, tenant_id, pool_key, draw_lane(pool), now);
    const Lane other = read_from_mark(pool, tenant_id, pool_key, draw_lane(pool), now);
    const Lane &best = is_better(other, one) ? other : one;
    Datum keys[candidates_wanted];
    for (int i = 0; i < best.count; ++i)
        keys[i] = PointerGetDatum(best.candidates[i].customer_key);
    PG_RETURN_ARRAYTYPE_P(construct_array(keys, best.count, TEXTOID, -1, false, TYPALIGN_INT));
}
