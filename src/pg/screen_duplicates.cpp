// Duplicates as SQL functions: the keys and terms that are stored, and the score of two customers.
// Both sides come as rows of highseas.duplicate_fields.
#include "pg/postgres.hpp"

#include <string>

#include "core/screen/candidate.hpp"
#include "core/screen/score.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/kept.hpp"
#include "pg/screen_rows.hpp"

extern "C" {
PG_FUNCTION_INFO_V1(highseas_duplicate_terms);
PG_FUNCTION_INFO_V1(highseas_duplicate_key_kind);
PG_FUNCTION_INFO_V1(highseas_duplicate_score);
PG_FUNCTION_INFO_V1(highseas_shared_terms);
PG_FUNCTION_INFO_V1(highseas_term_buckets);
PG_FUNCTION_INFO_V1(highseas_duplicate_weights);
}

using namespace highseas;
using namespace highseas::pg;
using namespace highseas::screen;

namespace {

constexpr int column_count = 13;
// What is longer has no key, so that its end is of no use.
constexpr std::size_t longest_field = 4001;

struct Side {
    std::string source; // the row and the rules
    Record record;
};

screen::Fields given_fields(FunctionCallInfo row) {
    Text texts[column_count];
    for (int i = 0; i < column_count; ++i)
        if (!row->args[i].isnull)
            texts[i] = utf8_argument(row, i, longest_field);
    screen::Fields fields;
    fields.company = texts[0];
    fields.contact = texts[1];
    fields.email = texts[2];
    fields.phones = {texts[3], texts[4], texts[5]};
    fields.website = texts[6];
    fields.address = texts[7];
    fields.city = texts[8];
    fields.postcode = texts[9];
    fields.country = texts[10];
    fields.born = texts[11];
    fields.number = texts[12];
    return fields;
}

Text bytes_of(FunctionCallInfo fcinfo, int i) {
    if (PG_ARGISNULL(i))
        return {};
    const auto *value = PG_DETOAST_DATUM(PG_GETARG_DATUM(i));
    return {reinterpret_cast<const char *>(value), VARSIZE(value)};
}

// A query asks for one customer's terms and compares him with many, so each side stays as it is
// while its row does.
Side kept_a, kept_b;

const Record &side(FunctionCallInfo fcinfo, int i, int rules, Side &kept) {
    HeapTupleHeader tuple = PG_GETARG_HEAPTUPLEHEADER(i);
    const Text row{reinterpret_cast<const char *>(tuple), HeapTupleHeaderGetDatumLength(tuple)};
    const Text of_words = bytes_of(fcinfo, rules), of_domains = bytes_of(fcinfo, rules + 1);
    if (kept.source.size() == row.size() + of_words.size() + of_domains.size() &&
        kept.source.starts_with(row) &&
        kept.source.compare(row.size(), of_words.size(), of_words) == 0 &&
        kept.source.ends_with(of_domains))
        return kept.record;
    const CompanyWords &words = tenant_company_words(fcinfo, rules);
    const DomainRules &domains = tenant_domain_rules(fcinfo, rules + 1);
    pg::Fields<column_count> columns(tuple);
    const screen::Fields fields = given_fields(columns);
    check(guarded([&] {
        kept.source.clear();
        kept.record = record_of(fields, words, domains);
        kept.source.append(row).append(of_words).append(of_domains);
        return Status{};
    }));
    return kept.record;
}

} // namespace

Datum highseas_duplicate_terms(PG_FUNCTION_ARGS) {
    const auto tenant = argument<std::int64_t>(fcinfo, 0);
    if (PG_ARGISNULL(1))
        PG_RETURN_NULL();
    const bool asking = !PG_ARGISNULL(4) && argument<bool>(fcinfo, 4);
    const Record &record = side(fcinfo, 1, 2, kept_a);
    static std::vector<std::int64_t> keys;
    static std::vector<std::int32_t> terms;
    check(guarded([&] {
        keys = keys_of(tenant, record);
        terms = terms_of(tenant, record, asking);
        return Status{};
    }));
    auto *hashes = allocate<Datum>(keys.size());
    auto *numbers = allocate<Datum>(terms.size());
    for (std::size_t i = 0; i < keys.size(); ++i)
        hashes[i] = Int64GetDatum(keys[i]);
    for (std::size_t i = 0; i < terms.size(); ++i)
        numbers[i] = Int32GetDatum(terms[i]);
    Columns<2> columns;
    columns.add(PointerGetDatum(construct_array(hashes, static_cast<int>(keys.size()), INT8OID,
                                                sizeof(int64), true, TYPALIGN_DOUBLE)),
                false);
    columns.add_array(numbers, terms.size(), INT4OID, sizeof(int32), true, Problem::none);
    return columns.row_of(fcinfo);
}

Datum highseas_duplicate_key_kind(PG_FUNCTION_ARGS) {
    PG_RETURN_TEXT_P(cstring_to_text(name_of(kind_of(argument<std::int64_t>(fcinfo, 0)))));
}

Datum highseas_duplicate_score(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
        PG_RETURN_NULL();
    const auto given = array_argument<float>(fcinfo, 4, "weights");
    if (!given.empty() && given.size() != feature_count)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("array \"weights\" must have %zu elements", feature_count),
                        errhint("highseas.duplicate_weights() makes it.")));
    const Record &a = side(fcinfo, 0, 2, kept_a), &b = side(fcinfo, 1, 2, kept_b);
    Score score;
    check(guarded([&] {
        Weights weights = built_in_weights;
        std::copy(given.begin(), given.end(), weights.begin());
        score = score_of(compare(a, b), weights);
        return Status{};
    }));
    Columns<field_count + 1> columns;
    columns.add(Float4GetDatum(static_cast<float>(score.probability)), false);
    for (const double part : score.contributions)
        columns.add(Float4GetDatum(static_cast<float>(part)), false);
    return columns.row_of(fcinfo);
}

Datum highseas_shared_terms(PG_FUNCTION_ARGS) {
    const auto a = array_argument<std::int32_t>(fcinfo, 0, "a"),
               b = array_argument<std::int32_t>(fcinfo, 1, "b");
    PG_RETURN_INT32(shared_terms(a, b));
}

Datum highseas_term_buckets(PG_FUNCTION_ARGS) {
    const auto terms = array_argument<std::int32_t>(fcinfo, 0, "terms");
    const auto at_least = argument<std::int32_t>(fcinfo, 1);
    static std::vector<std::int32_t> buckets;
    check(guarded([&] {
        buckets = buckets_of(terms, at_least);
        return Status{};
    }));
    auto *numbers = allocate<Datum>(buckets.size());
    for (std::size_t i = 0; i < buckets.size(); ++i)
        numbers[i] = Int32GetDatum(buckets[i]);
    PG_RETURN_ARRAYTYPE_P(construct_array(numbers, static_cast<int>(buckets.size()), INT4OID,
                                          sizeof(int32), true, TYPALIGN_INT));
}

Datum highseas_duplicate_weights(PG_FUNCTION_ARGS) {
    auto *fields = allocate<Datum>(feature_count);
    auto *names = allocate<Datum>(feature_count);
    auto *weights = allocate<Datum>(feature_count);
    for (std::size_t k = 0; k < feature_count; ++k) {
        fields[k] = CStringGetTextDatum(name_of(features[k].field));
        names[k] = text_datum(features[k].name);
        weights[k] = Float4GetDatum(static_cast<float>(built_in_weights[k]));
    }
    Columns<3> columns;
    columns.add_array(fields, feature_count, TEXTOID, -1, false, Problem::none);
    columns.add_array(names, feature_count, TEXTOID, -1, false, Problem::none);
    columns.add_array(weights, feature_count, FLOAT4OID, sizeof(float4), true, Problem::none);
    return columns.row_of(fcinfo);
}
