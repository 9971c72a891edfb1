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
            profile[i] = utf8_argument(fcinfo, n, longest_text_of(static_cast<ProfileField>(i)));
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
