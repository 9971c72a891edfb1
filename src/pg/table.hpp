// Rows of our own tables, read by an index under the active snapshot. A claim asks a dozen of them,
// and starting a statement costs ten times such a read.
#pragma once

#include "pg/postgres.hpp"

#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "pg/arguments.hpp"

extern "C" {
#include "access/genam.h"
#include "access/stratnum.h"
}

namespace highseas::pg {

// By name, for reading.
Relation open_table(const char *name);
Relation open_index(const char *name);

struct Row {
    TupleDesc descriptor;
    const Datum *values;
    const bool *nulls;

    int position(const char *column) const;
    Datum datum(const char *column) const { return values[position(column)]; }

    template <class T>
    std::optional<T> find(const char *column) const {
        const int i = position(column);
        if (nulls[i])
            return std::nullopt;
        return from_datum<T>(values[i]);
    }

    // Of a column that is NOT NULL.
    template <class T>
    T get(const char *column) const {
        return from_datum<T>(datum(column));
    }
};

struct Key {
    const char *column;
    StrategyNumber strategy;
    RegProcedure comparison;
    Datum value;
};

Key equals(const char *column, std::int64_t value);
Key equals(const char *column, std::string_view value);
Key at_least(const char *column, TimestampTz value);

using Keys = std::initializer_list<Key>;

// The rows whose leading columns of an index (of the primary key, without a name) have these keys,
// in its order.
struct Scan {
    Relation table;
    SysScanDesc rows;
    Datum *values;
    bool *nulls;
};

Scan begin_scan(const char *table, const char *index, Keys keys);
std::optional<Row> next_row(const Scan &scan, bool keep);
void end_scan(const Scan &scan);

// A Row lives as long as its visit.
template <class Visit>
void for_each_row(const char *table, const char *index, Keys keys, Visit visit) {
    const Scan scan = begin_scan(table, index, keys);
    while (const auto row = next_row(scan, false)) {
        CHECK_FOR_INTERRUPTS();
        visit(*row);
    }
    end_scan(scan);
}

// What `from` makes of each row: it may keep the values, not the Row.
template <class From>
auto read_rows(const char *table, Keys keys, From from) {
    using Value = decltype(from(std::declval<const Row &>()));
    std::size_t count = 0;
    std::size_t room = 8;
    auto *values = allocate<Value>(room);
    const Scan scan = begin_scan(table, nullptr, keys);
    while (const auto row = next_row(scan, true)) {
        if (count == room) {
            room *= 2;
            values = static_cast<Value *>(repalloc_huge(values, room * sizeof(Value)));
        }
        new (values + count++) Value(from(*row));
    }
    end_scan(scan);
    return std::span<const Value>{values, count};
}

template <class From>
auto read_row(const char *table, Keys keys, From from) {
    std::optional<decltype(from(std::declval<const Row &>()))> value;
    const Scan scan = begin_scan(table, nullptr, keys);
    if (const auto row = next_row(scan, true))
        value.emplace(from(*row));
    end_scan(scan);
    return value;
}

} // namespace highseas::pg
