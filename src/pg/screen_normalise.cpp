// The normalisers, and the check of a profile by them, as SQL functions. What a text of a customer
// may be never raises an error; the last result stays in memory until the next call, so that an
// error here can leak none.
#include "pg/postgres.hpp"

#include <memory>
#include <string>

#include "core/screen/address.hpp"
#include "core/screen/company.hpp"
#include "core/screen/country.hpp"
#include "core/screen/email.hpp"
#include "core/screen/phone.hpp"
#include "core/screen/profile.hpp"
#include "core/screen/version.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/row.hpp"
#include "pg/screen_rows.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_type.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(highseas_normalise_phone);
PG_FUNCTION_INFO_V1(highseas_normalise_email);
PG_FUNCTION_INFO_V1(highseas_normalise_domain);
PG_FUNCTION_INFO_V1(highseas_normalise_company);
PG_FUNCTION_INFO_V1(highseas_normalise_address);
PG_FUNCTION_INFO_V1(highseas_country_code);
PG_FUNCTION_INFO_V1(highseas_check_profile);
PG_FUNCTION_INFO_V1(highseas_normaliser_version);
}

using namespace highseas;
using namespace highseas::pg;
using namespace highseas::screen;

namespace {

using Text = std::string_view;

// The core works in UTF-8, whatever the database does. A text over the limit is refused by its
// size, so it needs no converting.
Text utf8_argument(FunctionCallInfo fcinfo, int i, std::size_t longest) {
    const Text text = argument<Text>(fcinfo, i);
    if (text.size() > longest)
        return text;
    const char *converted = pg_server_to_any(text.data(), static_cast<int>(text.size()), PG_UTF8);
    return converted == text.data() ? text : Text{converted, std::strlen(converted)};
}

Datum from_utf8(const std::string &text) {
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
    void add_boolean(bool value, Problem problem) {
        add(BoolGetDatum(value), problem != Problem::none);
    }
    void add_array(const Datum *elements, std::size_t length, Oid type, int size, bool by_value,
                   Problem problem) {
        add(problem != Problem::none ? Datum{}
                                     : PointerGetDatum(construct_array(
                                           const_cast<Datum *>(elements), static_cast<int>(length),
                                           type, size, by_value, TYPALIGN_INT)),
            problem != Problem::none);
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

DomainRow domain_row(const Element &row) {
    return {row.text_of("domain"), row.text_of("same_as"), row.text_of("tag_separator"),
            row.text_of("ignored"), row.has("shared") && row.get<bool>("shared")};
}

WordRow word_row(const Element &row) {
    WordRow result{row.text_of("word"), row.text_of("kind"), row.text_of("meaning"), std::nullopt};
    if (row.has("weight"))
        result.weight = DatumGetFloat4(row.values[row.position("weight")]);
    return result;
}

void add(DomainRules &rules, const DomainRow &row) {
    rules.set(row.domain, {row.shared, std::string(row.same_as), std::string(row.tag_separator),
                           std::string(row.ignored)});
}

void add(CompanyWords &words, const WordRow &row) {
    if (const auto kind = word_kind_named(row.kind))
        words.set(row.word, *kind, row.weight, row.meaning);
}

void close(DomainRules &) {}
void close(CompanyWords &words) {
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

const DomainRules &tenant_domain_rules(FunctionCallInfo fcinfo, int i) {
    return compiled<DomainRules>(fcinfo, i, "rules", domain_row);
}

const CompanyWords &tenant_company_words(FunctionCallInfo fcinfo, int i) {
    return compiled<CompanyWords>(fcinfo, i, "words", word_row);
}

// missing is NULL, given 0.
void add_grade(Columns<10> &columns, Grade grade) {
    columns.add(Int32GetDatum(static_cast<int>(grade) - 1), grade == Grade::missing);
}

} // namespace

Datum highseas_normalise_phone(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    const Text given = utf8_argument(fcinfo, 0, longest_phone_text);
    const Text region = optional_argument<Text>(fcinfo, 1).value_or(Text{});
    static Phone phone;
    check(guarded([&] {
        phone = normalise_phone(given, region);
        return Status{};
    }));
    Columns<6> columns;
    columns.add(phone.key);
    columns.add(phone.extension);
    columns.add(phone.region);
    columns.add(phone.kind);
    columns.add(phone.digits);
    columns.add(name_of(phone.problem));
    return columns.row_of(fcinfo);
}

Datum highseas_normalise_email(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    const Text given = utf8_argument(fcinfo, 0, longest_email_text);
    const DomainRules &rules = tenant_domain_rules(fcinfo, 1);
    static Email email;
    check(guarded([&] {
        email = normalise_email(given, rules);
        return Status{};
    }));
    Columns<5> columns;
    columns.add(email.key);
    columns.add(email.address);
    columns.add(email.problem == Problem::none ? email.domain.key : std::string());
    columns.add_boolean(email.domain.shared, email.problem);
    columns.add(name_of(email.problem));
    return columns.row_of(fcinfo);
}

Datum highseas_normalise_domain(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    const Text given = utf8_argument(fcinfo, 0, longest_domain_text);
    const DomainRules &rules = tenant_domain_rules(fcinfo, 1);
    static Domain domain;
    check(guarded([&] {
        domain = normalise_domain(given, rules);
        return Status{};
    }));
    Columns<5> columns;
    columns.add(domain.key);
    columns.add(domain.host);
    columns.add_boolean(domain.shared, domain.problem);
    columns.add_boolean(domain.known_suffix, domain.problem);
    columns.add(name_of(domain.problem));
    return columns.row_of(fcinfo);
}

Datum highseas_normalise_company(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    const Text given = utf8_argument(fcinfo, 0, longest_company_text);
    const CompanyWords &words = tenant_company_words(fcinfo, 1);
    static Company company;
    check(guarded([&] {
        company = normalise_company(given, words);
        return Status{};
    }));
    const std::size_t count = company.tokens.size();
    auto *tokens = allocate<Datum>(count);
    auto *kinds = allocate<Datum>(count);
    auto *weights = allocate<Datum>(count);
    for (std::size_t i = 0; i < count; ++i) {
        tokens[i] = from_utf8(company.tokens[i].word);
        kinds[i] = CStringGetTextDatum(name_of(company.tokens[i].kind));
        weights[i] = Float4GetDatum(company.tokens[i].weight);
    }
    Columns<8> columns;
    columns.add(company.key);
    columns.add(company.name);
    columns.add(company.romanised);
    columns.add_array(tokens, count, TEXTOID, -1, false, company.problem);
    columns.add_array(kinds, count, TEXTOID, -1, false, company.problem);
    columns.add_array(weights, count, FLOAT4OID, sizeof(float4), true, company.problem);
    columns.add(company.legal_form);
    columns.add(name_of(company.problem));
    return columns.row_of(fcinfo);
}

Datum highseas_normalise_address(PG_FUNCTION_ARGS) {
    const Text given = utf8_argument(fcinfo, 0, longest_address_text);
    static Address address;
    check(guarded([&] {
        address = normalise_address(given);
        return Status{};
    }));
    const std::size_t count = address.tokens.size();
    auto *tokens = allocate<Datum>(count);
    for (std::size_t i = 0; i < count; ++i)
        tokens[i] = from_utf8(address.tokens[i]);
    Columns<6> columns;
    columns.add(address.key);
    columns.add_array(tokens, count, TEXTOID, -1, false, address.problem);
    columns.add(address.house);
    columns.add(address.unit);
    columns.add(address.postcode);
    columns.add(name_of(address.problem));
    return columns.row_of(fcinfo);
}

Datum highseas_country_code(PG_FUNCTION_ARGS) {
    const Text given = utf8_argument(fcinfo, 0, longest_country_text);
    static std::string code;
    check(guarded([&] {
        code = country_code(given);
        return Status{};
    }));
    if (code.empty())
        PG_RETURN_NULL();
    return text_datum(code);
}

Datum highseas_check_profile(PG_FUNCTION_ARGS) {
    Profile profile = {};
    for (std::size_t i = 0; i < field_count; ++i)
        if (const int n = static_cast<int>(i); !PG_ARGISNULL(n))
            profile[i] = utf8_argument(fcinfo, n, longest_text_of(static_cast<Field>(i)));
    constexpr int region_argument = field_count;
    const Text region = PG_ARGISNULL(region_argument)
                            ? Text{}
                            : utf8_argument(fcinfo, region_argument, longest_country_text);
    const DomainRules &rules = tenant_domain_rules(fcinfo, region_argument + 1);
    const CompanyWords &words = tenant_company_words(fcinfo, region_argument + 2);
    static ProfileCheck found;
    check(guarded([&] {
        found = check_profile(profile, region, rules, words);
        return Status{};
    }));
    Columns<10> columns;
    for (const Grade grade : {found.email, found.phone, found.mobile, found.fax, found.company,
                              found.main_products, found.address})
        add_grade(columns, grade);
    columns.add(found.country);
    auto *problems = allocate<Datum>(found.problems.size());
    std::size_t count = 0;
    for (const Finding &finding : found.problems)
        problems[count++] = CStringGetTextDatum(
            psprintf("%s: %s", name_of(finding.field), name_of(finding.problem)));
    columns.add_array(problems, count, TEXTOID, -1, false, Problem::none);
    auto *contradictions = allocate<Datum>(found.contradictions.size());
    count = 0;
    for (const std::string &contradiction : found.contradictions)
        contradictions[count++] = from_utf8(contradiction);
    columns.add_array(contradictions, count, TEXTOID, -1, false, Problem::none);
    return columns.row_of(fcinfo);
}

Datum highseas_normaliser_version(PG_FUNCTION_ARGS) {
    const Text normaliser = argument<Text>(fcinfo, 0);
    static std::string version;
    check(guarded([&] { return normaliser_version(normaliser, version); }));
    return text_datum(version);
}
