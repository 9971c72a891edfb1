// What the functions of screening share: texts in UTF-8 and a tenant's rows of rules.
#pragma once

#include "pg/postgres.hpp"

#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "core/screen/company_words.hpp"
#include "core/screen/domain.hpp"
#include "core/screen/problem.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/row.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/typcache.h"
}

namespace highseas::pg {

using Text = std::string_view;

// The core works in UTF-8, whatever the database does. A text over the limit is refused by its
// size, so it needs no converting.
inline Text utf8_argument(FunctionCallInfo fcinfo, int i, std::size_t longest) {
    const Text text = argument<Text>(fcinfo, i);
    if (text.size() > longest)
        return text;
    const char *converted = pg_server_to_any(text.data(), static_cast<int>(text.size()), PG_UTF8);
    return converted == text.data() ? text : Text{converted, std::strlen(converted)};
}

inline Datum from_utf8(const std::string &text) {
    return text_datum(pg_any_to_server(text.c_str(), static_cast<int>(text.size()), PG_UTF8));
}

template <std::size_t count>
struct Columns {
    Datum values[count];
    bool nulls[count];
    int filled = 0;

    void add(Datum value, bool is_null) {
        values[filled] = value;
        nulls[filled++] = is_null;
    }
    void add(const std::string &text) {
        add(text.empty() ? Datum{} : from_utf8(text), text.empty());
    }
    void add(const char *text) { add(text ? CStringGetTextDatum(text) : Datum{}, text == nullptr); }
    void add_boolean(bool value, screen::Problem problem) {
        add(BoolGetDatum(value), problem != screen::Problem::none);
    }
    void add_array(const Datum *elements, std::size_t length, Oid type, int size, bool by_value,
                   screen::Problem problem) {
        add(problem != screen::Problem::none
                ? Datum{}
                : PointerGetDatum(construct_array(const_cast<Datum *>(elements),
                                                  static_cast<int>(length), type, size, by_value,
                                                  TYPALIGN_INT)),
            problem != screen::Problem::none);
    }
    Datum row_of(FunctionCallInfo fcinfo) { return row(result_descriptor(fcinfo), values, nulls); }
};

// A tenant's rows -----------------------------------------------------------

struct Element {
    TupleDesc descriptor;
    Datum *values;
    bool *nulls;

    int position(const char *column) const {
        for (int i = 0; i < descriptor->natts; ++i)
            if (std::strcmp(NameStr(TupleDescAttr(descriptor, i)->attname), column) == 0)
                return i;
        elog(ERROR, "column \"%s\" does not exist", column);
        pg_unreachable();
    }
    bool has(const char *column) const { return !nulls[position(column)]; }
    template <class T>
    T get(const char *column) const {
        return from_datum<T>(values[position(column)]);
    }
    Text text_of(const char *column) const {
        if (!has(column))
            return {};
        const Text value = get<Text>(column);
        const char *converted =
            pg_server_to_any(value.data(), static_cast<int>(value.size()), PG_UTF8);
        return converted == value.data() ? value : Text{converted, std::strlen(converted)};
    }
};

template <class Visit>
void for_each_composite(ArrayType *array, Visit visit) {
    Datum *elements;
    bool *nulls;
    int count;
    deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &elements, &nulls,
                      &count);
    const TupleDesc descriptor = lookup_rowtype_tupdesc_copy(ARR_ELEMTYPE(array), -1);
    const auto natts = static_cast<std::size_t>(descriptor->natts);
    for (int i = 0; i < count; ++i) {
        if (nulls[i])
            continue;
        HeapTupleHeader header = DatumGetHeapTupleHeader(elements[i]);
        HeapTupleData tuple = {};
        tuple.t_len = HeapTupleHeaderGetDatumLength(header);
        tuple.t_data = header;
        const Element element{descriptor, allocate<Datum>(natts), allocate<bool>(natts)};
        heap_deform_tuple(&tuple, descriptor, element.values, element.nulls);
        visit(i, element);
    }
}

struct DomainRow {
    Text domain, same_as, tag_separator, ignored;
    bool shared;
};

struct WordRow {
    Text word, kind, meaning;
    std::optional<float> weight;
};

inline DomainRow domain_row(const Element &row) {
    return {row.text_of("domain"), row.text_of("same_as"), row.text_of("tag_separator"),
            row.text_of("ignored"), row.has("shared") && row.get<bool>("shared")};
}

inline WordRow word_row(const Element &row) {
    WordRow result{row.text_of("word"), row.text_of("kind"), row.text_of("meaning"), std::nullopt};
    if (row.has("weight"))
        result.weight = DatumGetFloat4(row.values[row.position("weight")]);
    return result;
}

inline void add(screen::DomainRules &rules, const DomainRow &row) {
    rules.set(row.domain, {row.shared, std::string(row.same_as), std::string(row.tag_separator),
                           std::string(row.ignored)});
}

inline void add(screen::CompanyWords &words, const WordRow &row) {
    if (const auto kind = screen::word_kind_named(row.kind))
        words.set(row.word, *kind, row.weight, row.meaning);
}

inline void close(screen::DomainRules &) {}
inline void close(screen::CompanyWords &words) {
    words.close();
}

// The rules of the last call stay compiled: a query brings the same ones for each row.
template <class Rules, class From>
const Rules &compiled(FunctionCallInfo fcinfo, int i, const char *name, From from) {
    using Compiled = decltype(from(std::declval<const Element &>()));
    struct Cache {
        std::string source;
        std::unique_ptr<const Rules> rules;
    };
    static Cache cache;
    if (PG_ARGISNULL(i))
        return Rules::built_in();
    ArrayType *array = flat_array(PG_GETARG_DATUM(i), name);
    if (!array)
        return Rules::built_in();
    const Text source{reinterpret_cast<const char *>(array), VARSIZE(array)};
    if (cache.rules && cache.source == source)
        return *cache.rules;
    const auto room = static_cast<std::size_t>(ARR_DIMS(array)[0]);
    auto *rows = allocate<Compiled>(room);
    std::size_t count = 0;
    for_each_composite(array,
                       [&](int, const Element &row) { new (rows + count++) Compiled(from(row)); });
    check(guarded([&] {
        auto rules = std::make_unique<Rules>();
        for (std::size_t k = 0; k < count; ++k)
            add(*rules, rows[k]);
        close(*rules);
        cache.rules.reset();
        cache.source = source;
        cache.rules = std::move(rules);
        return Status{};
    }));
    return *cache.rules;
}

inline const screen::DomainRules &tenant_domain_rules(FunctionCallInfo fcinfo, int i) {
    return compiled<screen::DomainRules>(fcinfo, i, "rules", domain_row);
}

inline const screen::CompanyWords &tenant_company_words(FunctionCallInfo fcinfo, int i) {
    return compiled<screen::CompanyWords>(fcinfo, i, "words", word_row);
}

} // namespace highseas::pg
