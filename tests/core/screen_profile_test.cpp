#include "catch.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "core/screen/country.hpp"
#include "core/screen/profile.hpp"

using namespace highseas::screen;

namespace {

ProfileCheck check(std::initializer_list<std::pair<ProfileField, std::string_view>> fields,
                   std::string_view region = "") {
    Profile profile = {};
    for (const auto &[field, text] : fields)
        profile[static_cast<std::size_t>(field)] = text;
    return check_profile(profile, region, DomainRules::built_in(), CompanyWords::built_in());
}

std::string problems(const ProfileCheck &check) {
    std::string result;
    for (const Finding &finding : check.problems)
        result += std::string(result.empty() ? "" : "; ") + name_of(finding.field) + ": " +
                  name_of(finding.problem);
    return result;
}

std::string contradictions(const ProfileCheck &check) {
    std::string result;
    for (const std::string &one : check.contradictions)
        result += (result.empty() ? "" : "; ") + one;
    return result;
}

} // namespace

TEST_CASE("a country is known by its names and codes") {
    for (const char *text : {"China", "CN", "chn", "中国", "中國", "P.R. China", "PRC", "Chine"})
        CHECK(country_code(text) == "CN");
    for (const char *text : {"Germany", "DEUTSCHLAND", "Alemania", "de", "Германия"})
        CHECK(country_code(text) == "DE");
    CHECK(country_code("U.S.A.") == "US");
    CHECK(country_code("Türkiye") == "TR");
    CHECK(country_code("香港") == "HK");
    for (const char *text : {"", "Atlantis", "-", "\xFF\xFE"})
        CHECK(country_code(text).empty());
    CHECK(country_code(std::string(100000, 'x')).empty());
    CHECK(country_named("de").empty());
}

TEST_CASE("a contact counts when it works") {
    const auto good = check({{ProfileField::country, "Germany"},
                             {ProfileField::phone, "030/901820"},
                             {ProfileField::mobile, "0151 23456789"},
                             {ProfileField::fax, "+49 30 901821"},
                             {ProfileField::email, "einkauf@example.com"}});
    CHECK(good.country == "DE");
    for (const Grade grade : {good.phone, good.mobile, good.fax, good.email})
        CHECK(grade == Grade::plain);
    CHECK(problems(good).empty());
    const auto bad = check({{ProfileField::country, "DE"},
                            {ProfileField::phone, "12"},
                            {ProfileField::mobile, "1234567"},
                            {ProfileField::fax, "0000000000"},
                            {ProfileField::email, "a@gmail.con"}});
    for (const Grade grade : {bad.phone, bad.mobile, bad.fax, bad.email})
        CHECK(grade == Grade::given);
    CHECK(problems(bad) == "phone: invalid number; mobile: placeholder; fax: placeholder; "
                           "email: unknown suffix");
    CHECK(check({{ProfileField::email, "info@norwood.example"}}).email == Grade::plain);
    CHECK(check({}).phone == Grade::missing);
    CHECK(check({{ProfileField::phone, " \u200B"}}).phone == Grade::missing);
}

TEST_CASE("nobody's number is wrong because his country is unknown") {
    CHECK(check({{ProfileField::phone, "0574 8765 4321"}}).phone == Grade::plain);
    CHECK(check({{ProfileField::phone, "0574 8765 4321"}}, "CN").phone == Grade::plain);
    CHECK(check({{ProfileField::phone, "574"}}).phone == Grade::given);
    CHECK(check({{ProfileField::phone, "+999 123456"}}).phone == Grade::given);
}

TEST_CASE("in detail is more than filled") {
    const auto company = [](std::string_view text) {
        return check({{ProfileField::company, text}}).company;
    };
    CHECK(company("Li") == Grade::plain);
    CHECK(company("Siemens AG") == Grade::detailed);
    CHECK(company("宁波海丰五金有限公司") == Grade::detailed);
    CHECK(company("n/a") == Grade::given);
    CHECK(company("!!!") == Grade::given);

    const auto products = [](std::string_view text) {
        return check({{ProfileField::main_products, text}}).main_products;
    };
    CHECK(products("hinges, locks, handles, screws") == Grade::detailed);
    CHECK(products("五金工具、铰链、门锁") == Grade::detailed);
    CHECK(products("hardware") == Grade::plain);
    CHECK(products("hardware hardware hardware hardware hardware") == Grade::plain);
    CHECK(products("a b c d e f g 1 2 3 4 5 6") == Grade::plain);
    CHECK(products("xxxxxxx") == Grade::given);

    const auto address = [](std::string_view text) {
        return check({{ProfileField::address, text}}).address;
    };
    CHECK(address("12 Long Street, Ningbo") == Grade::detailed);
    CHECK(address("浙江省宁波市海曙区中山路85号") == Grade::detailed);
    CHECK(address("Ningbo") == Grade::plain);
    CHECK(address("a long text about where they are, somewhere near the sea") == Grade::plain);
    CHECK(address("...") == Grade::given);
}

TEST_CASE("what contradicts itself is found") {
    CHECK(contradictions(
              check({{ProfileField::country, "China"}, {ProfileField::phone, "+49 30 901820"}})) ==
          "phone: of another country (DE, not CN)");
    // One dialling code, two countries; a number of no place.
    CHECK(contradictions(
              check({{ProfileField::country, "CA"}, {ProfileField::phone, "+1 212 736 5000"}}))
              .empty());
    CHECK(contradictions(
              check({{ProfileField::country, "CN"}, {ProfileField::phone, "+800 1234 5678"}}))
              .empty());
    CHECK(contradictions(check({{ProfileField::country, "FR"},
                                {ProfileField::address, "Hauptstr. 5, Bonn, Germany"}})) ==
          "address: of another country (DE, not FR)");
    CHECK(contradictions(check({{ProfileField::country, "JP"},
                                {ProfileField::address, "中国浙江省宁波市中山路85号"}})) ==
          "address: of another country (CN, not JP)");
    CHECK(contradictions(check({{ProfileField::country, "US"},
                                {ProfileField::address, "5 Peach St, Atlanta, Georgia"}}))
              .empty());
    // A postcode of a form that only one country has; where no country is told, the telephone's.
    const auto place = [](std::string_view country, std::string_view phone,
                          std::string_view address) {
        return contradictions(check({{ProfileField::country, country},
                                     {ProfileField::phone, phone},
                                     {ProfileField::address, address}}));
    };
    CHECK(place("Germany", "", "10 Downing St, London SW1A 2AA") ==
          "address: of another country (GB, not DE)");
    CHECK(place("US", "", "111 Wellington St, Ottawa ON K1A 0A9") ==
          "address: of another country (CA, not US)");
    for (const char *country : {"GB", "Jersey", "Gibraltar"})
        CHECK(place(country, "", "1 Main St, JE2 3AB").empty());
    CHECK(place("", "+49 30 901820", "5 rue de la Paix, Lyon, France") ==
          "address: of another country (FR, not DE, as the telephone)");
    CHECK(place("", "+49 30 901820", "10 Downing St, London SW1A 2AA") ==
          "address: of another country (GB, not DE, as the telephone)");
    CHECK(place("", "+1 212 736 5000", "111 Wellington St, Ottawa ON K1A 0A9").empty());
    CHECK(place("", "+1 212 736 5000", "5 Peach St, Atlanta, Georgia").empty());
    CHECK(place("", "030 901820", "5 rue de la Paix, Lyon, France").empty());

    const auto domain = [](std::string_view company, std::string_view website) {
        return contradictions(
            check({{ProfileField::company, company}, {ProfileField::website, website}}));
    };
    CHECK(domain("Ningbo Haifeng Hardware Co., Ltd.", "www.haifeng-hw.com").empty());
    CHECK(domain("General Electric Company", "ge.com").empty());
    CHECK(domain("International Business Machines", "ibm.com").empty());
    CHECK(domain("宁波海丰五金有限公司", "brand.com").empty());
    CHECK(domain("Acme Tools Ltd", "facebook.com/acme").empty());
    CHECK(domain("Acme Tools Ltd", "www.zyxwv.com") == "website: not like the company's name");
    CHECK(contradictions(check({{ProfileField::company, "Acme Tools Ltd"},
                                {ProfileField::email, "joe@zyxwv.com"}})) ==
          "email: not like the company's name");
    CHECK(contradictions(
              check({{ProfileField::email, "joe@gmail.com"}, {ProfileField::website, "acme.com"}}))
              .empty());
    CHECK(contradictions(check(
              {{ProfileField::email, "joe@acme.org"}, {ProfileField::website, "acme.com"}})) ==
          "email: of another domain than the website");
}

TEST_CASE("hostile text is named, bounded, and of no use") {
    const auto of = [](ProfileField field, std::string_view text) {
        return problems(check({{field, text}}));
    };
    CHECK(of(ProfileField::company, "=cmd|' /C calc'!A0") == "company: formula");
    CHECK(of(ProfileField::contact, "@SUM(1+1)") == "contact: formula");
    CHECK(of(ProfileField::city, "-2+3+cmd") == "city: formula");
    CHECK(of(ProfileField::main_products, "- hinges\n- locks").empty());
    CHECK(of(ProfileField::phone, "+49 30 901820").empty());
    CHECK(of(ProfileField::company, "Acme\x01 Ltd") == "company: control characters");
    CHECK(of(ProfileField::company, "Acme\nLtd") == "company: control characters");
    CHECK(of(ProfileField::address, "5 Long Street\nNingbo").empty());
    CHECK(of(ProfileField::company, "Acme \u202Etdl") == "company: control characters");
    CHECK(of(ProfileField::company, "\u202EAcme Ltd") == "company: control characters");
    CHECK(of(ProfileField::company, "Acme Ltd \u202D") == "company: control characters");
    CHECK(of(ProfileField::company, "\u200EAcme Ltd\n").empty());
    CHECK(of(ProfileField::phone, "\u202D+49 30 901820\u202C").empty());
    CHECK(of(ProfileField::phone, "\u202A+49 30 901820\u202C").empty());
    CHECK(of(ProfileField::company, "Acme\u0085Ltd") == "company: control characters");
    CHECK(of(ProfileField::contact, "asdf") == "contact: placeholder");
    CHECK(of(ProfileField::contact, "-") == "contact: placeholder");
    CHECK(of(ProfileField::country, "NA").empty());
    CHECK(of(ProfileField::country, "Atlantis") == "country: unknown country");
    CHECK(of(ProfileField::website, "http://nowhere.con") == "website: unknown suffix");
    const std::string huge(10 << 20, 'x');
    for (std::size_t i = 0; i < field_count; ++i) {
        const auto field = static_cast<ProfileField>(i);
        CHECK(of(field, huge) == std::string(name_of(field)) + ": too long");
        CHECK(of(field, std::string(10 << 20, ' ')) == std::string(name_of(field)) + ": too long");
        const std::string longest(longest_text_of(field), 'y');
        CHECK(of(field, longest).find("too long:") == std::string::npos);
        for (const char *text : {"\xFF\xFE\xC0", "a", "字", "😀", "مرحبا", "e\u0301", "\xE2\x80"})
            of(field, text);
    }
}
