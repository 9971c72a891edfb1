#include "pg/postgres.hpp"

#include "pg/table.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/namespace.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"
}

namespace highseas::pg {
namespace {

Oid relation_named(const char *name) {
    const Oid relation = get_relname_relid(name, get_namespace_oid("highseas", false));
    if (!OidIsValid(relation))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
                        errmsg("relation \"highseas.%s\" does not exist", name)));
    return relation;
}

Oid primary_key(Relation table) {
#if PG_VERSION_NUM >= 180000
    return RelationGetPrimaryKeyIndex(table, false);
#else
    return RelationGetPrimaryKeyIndex(table);
#endif
}

} // namespace

Relation open_table(const char *name) {
    return table_open(relation_named(name), AccessShareLock);
}

Relation open_index(const char *name) {
    return index_open(relation_named(name), AccessShareLock);
}

int Row::position(const char *column) const {
    for (int i = 0; i < descriptor->natts; ++i)
        if (std::strcmp(NameStr(TupleDescAttr(descriptor, i)->attname), column) == 0)
            return i;
    ereport(ERROR,
            (errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("column \"%s\" does not exist", column)));
    pg_unreachable();
}

Key equals(const char *column, std::int64_t value) {
    return {column, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(value)};
}

Key equals(const char *column, std::string_view value) {
    return {column, BTEqualStrategyNumber, F_TEXTEQ, text_datum(value)};
}

Key at_least(const char *column, TimestampTz value) {
    return {column, BTGreaterEqualStrategyNumber, F_TIMESTAMPTZ_GE, TimestampTzGetDatum(value)};
}

Scan begin_scan(const char *table_name, const char *index, Keys keys) {
    const Relation table = open_table(table_name);
    const Row columns{RelationGetDescr(table), nullptr, nullptr};
    ScanKeyData scan_keys[4];
    int count = 0;
    Assert(keys.size() <= lengthof(scan_keys));
    for (const Key &key : keys)
        ScanKeyInit(&scan_keys[count++], static_cast<AttrNumber>(columns.position(key.column) + 1),
                    key.strategy, key.comparison, key.value);
    const auto natts = static_cast<std::size_t>(columns.descriptor->natts);
    return {table,
            systable_beginscan(table, index ? relation_named(index) : primary_key(table), true,
                               GetActiveSnapshot(), count, scan_keys),
            allocate<Datum>(natts), allocate<bool>(natts)};
}

std::optional<Row> next_row(const Scan &scan, bool keep) {
    const HeapTuple tuple = systable_getnext(scan.rows);
    if (!HeapTupleIsValid(tuple))
        return std::nullopt;
    const TupleDesc descriptor = RelationGetDescr(scan.table);
    heap_deform_tuple(keep ? heap_copytuple(tuple) : tuple, descriptor, scan.values, scan.nulls);
    return Row{descriptor, scan.values, scan.nulls};
}

void end_scan(const Scan &scan) {
    systable_endscan(scan.rows);
    // Not kept until the transaction ends: a backend has room for 16 locks of its own, and a claim
    // reads more tables than that; the shared lock table is where many claims would meet.
    table_close(scan.table, AccessShareLock);
}

} // namespace highseas::pg
