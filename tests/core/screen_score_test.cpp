#include "catch.hpp"

#include <cmath>

#include "core/screen/score.hpp"
#include "screen_texts.hpp"

using namespace highseas::screen;

namespace {

Record record(const Fields &fields) {
    return record_of(fields, CompanyWords::built_in(), DomainRules::built_in());
}

Fields company(std::string_view name) {
    Fields fields;
    fields.company = name;
    return fields;
}

double probability(const Fields &a, const Fields &b) {
    return score_of(compare(record(a), record(b)), built_in_weights).probability;
}

const std::vector<Fields> customers = [] {
    std::vector<Fields> made;
    for (std::string_view name :
         {"Krüger Druckerei GmbH", "Druckerei Krueger AG", "宁波牛杰汽车配件有限公司",
          "Ningbo Niujie Auto Parts Co., Ltd.", "Газпром нефть", "PLA", "Brigade Forty-Four", "",
          "Smith & Sons Trading Ltd", "😀", "a"})
        made.push_back(company(name));
    Fields full = company("Krüger Druckerei GmbH");
    full.contact = "Anna Krüger";
    full.email = "anna@krueger-druck.de";
    full.phones[0] = "+49 30 901820";
    full.address = "Hauptstr. 12, 10115 Berlin";
    full.city = "Berlin";
    full.country = "DE";
    full.born = "1970-02-03";
    full.number = "HRB 12345";
    made.push_back(full);
    full.company = "Meyer Logistik GmbH";
    full.email = "info@meyer-logistik.de";
    full.born = "3.2.1970";
    made.push_back(full);
    return made;
}();

} // namespace

TEST_CASE("the score does not depend on which customer is named first") {
    for (const Fields &a : customers)
        for (const Fields &b : customers)
            CHECK(std::abs(probability(a, b) - probability(b, a)) < 1e-9);
}

TEST_CASE("the contributions of the fields add up to the logarithm of the odds") {
    for (const Fields &a : customers)
        for (const Fields &b : customers) {
            const Score score = score_of(compare(record(a), record(b)), built_in_weights);
            double sum = 0;
            for (double part : score.contributions)
                sum += part;
            CHECK(std::abs(score.probability - 1 / (1 + std::exp(-sum))) < 1e-9);
        }
}

TEST_CASE("order of words, legal form, case and spelling of umlauts make no other company") {
    CHECK(probability(company("Krüger Druckerei GmbH"), company("DRUCKEREI KRUEGER")) > 0.9);
    CHECK(probability(company("萬方實業（香港）有限公司"), company("万方(香港)实业有限公司")) >
          0.9);
    CHECK(probability(company("Goodwill Company"), company("Good Will Company")) > 0.5);
    CHECK(probability(company("Brigade Forty-Four"), company("Brigade 44")) > 0.5);
}

TEST_CASE("a branch is not another branch, and a shared trade is no shared company") {
    CHECK(probability(company("上海银行浦东分行"), company("上海银行淮海支行")) < 0.5);
    CHECK(probability(company("Bowne of Chicago, Inc."), company("Bowne of Cleveland, Inc.")) <
          0.5);
    CHECK(probability(company("Meyer Logistik GmbH"), company("Krüger Logistik GmbH")) < 0.1);
}

TEST_CASE("another firm at the same address and switchboard is another firm") {
    Fields a = company("Krüger Druckerei GmbH"), b = company("Meyer Logistik GmbH");
    a.email = "info@krueger-druck.de";
    b.email = "info@meyer-logistik.de";
    a.phones[0] = b.phones[0] = "+49 30 901820";
    a.address = b.address = "Hauptstr. 12";
    CHECK(probability(a, b) < 0.5);
    b.company = "Krueger Druckerei";
    b.email = "info@krueger-druck.de";
    CHECK(probability(a, b) > 0.95);
}

TEST_CASE("a name word that both have makes them one at the same address, not elsewhere") {
    Fields a = company("Hull House - Lincoln Square"), b = company("Albany Park - Lincoln Square");
    a.address = "4754 N Leavitt St";
    b.address = "4754 N. Leavitt Street";
    const double here = probability(a, b);
    b.address = "12 Ashland Ave";
    CHECK(here > 0.5);
    CHECK(probability(a, b) < 0.1);
}

TEST_CASE(
    "with its own domain another firm at the same address is another firm, name alike or not") {
    Fields a = company("Golden Wearfam Keam Inc."), b = company("Keam Company");
    a.address = b.address = "307 Industrial Way";
    const double before = probability(a, b);
    a.website = "golden-wearfam.com";
    b.website = "keam.co.uk";
    CHECK(probability(a, b) < before);
}

TEST_CASE("sites of one firm with one switchboard are not one") {
    Fields a = company("Christopher House Logan Square"), b = a;
    a.phones[0] = b.phones[0] = "2354073";
    a.address = "2610 N Francisco Avenue";
    b.address = "3255 W Altgeld";
    CHECK(probability(a, b) < 0.5);
    b.address = "2610 N. Francisco Ave";
    CHECK(probability(a, b) > 0.95);
}

TEST_CASE("spellings of an address are one place") {
    const auto at = [](std::string_view address) {
        Fields fields = company("Brite New Minds");
        fields.address = address;
        return record(fields);
    };
    const auto same = [&](std::string_view a, std::string_view b) {
        return compare(at(a), at(b))[company_and_address] > 0;
    };
    CHECK(same("112 E 51st Street", "112 East 51 Street"));
    CHECK(same("744 N. Monticello Ave", "744 N Monticelo"));
    CHECK(same("1900 W VanBuren St", "1900 West Van Buren Street"));
    CHECK(same("789P ark Ave", "789 Park Ave"));
    CHECK_FALSE(same("4500 N Ashland Ave", "4500 N Leavitt Ave"));
    CHECK_FALSE(same("3826 W 58th St", "3826 W 85th St"));
    CHECK(compare(at("1633 W 43rd Street"), at("1653 W 43rd St"))[address_near] == 1);
    CHECK(compare(at("1633 W 43rd Street"), at("1653 W 47th St"))[address_near] == 0);
    CHECK(compare(at("4500 N Ashland Ave"), at("12 N Leavitt Ave"))[elsewhere] == 1);
}

TEST_CASE("a word may be written as two") {
    CHECK(probability(company("Bunnyland Nursery"), company("Bunny Land Nursery")) > 0.5);
    const WeightedWord one[] = {{U"bunnyland", 1}};
    const WeightedWord two[] = {{U"bunny", 1}, {U"land", 1}};
    CHECK(overlap(one, two).dice() == 1);
    CHECK(overlap(two, one).dice() == 1);
    CHECK(overlap(one, two).telling == 1);
    CHECK(overlap(one, std::span(two).first(1)).dice() < 1);
}

TEST_CASE("a word for and is no name") {
    Fields a = company("Transportes Vega y León S.L."),
           b = company("Metalúrgica Martínez y Nieto S.L.");
    a.address = b.address = "Calle Real 133";
    CHECK(compare(record(a), record(b))[company_word_in_address] == 0);
    CHECK(probability(a, b) < 0.1);
}

TEST_CASE("numbers of one exchange") {
    Fields a = company("Krüger"), b = company("Krüger");
    a.phones[0] = "8507000";
    b.phones[0] = "8507176";
    CHECK(compare(record(a), record(b))[phone_block] == 1);
    b.phones[0] = "8517176";
    CHECK(compare(record(a), record(b))[phone_block] == 0);
}

TEST_CASE("what agrees is never negative, what differs never positive") {
    for (std::size_t k = 0; k < feature_count; ++k) {
        INFO(features[k].name);
        CHECK((features[k].sign != Sign::agrees || built_in_weights[k] >= 0));
        CHECK((features[k].sign != Sign::differs || built_in_weights[k] <= 0));
    }
    for (const Fields &a : customers)
        for (const Fields &b : customers)
            for (const double value : compare(record(a), record(b)))
                CHECK(value >= 0);
}

TEST_CASE("doubt leaves the order and .5, and makes certainty smaller") {
    CHECK(calibrated(0) == 0);
    double last = -1e9;
    for (double sum = -40; sum <= 40; sum += 0.5) {
        const double log_odds = calibrated(sum);
        CHECK(log_odds > last);
        CHECK((sum == 0 || std::abs(log_odds) < std::abs(sum)));
        CHECK(log_odds * sum >= 0);
        CHECK(log_odds == -calibrated(-sum));
        last = log_odds;
    }
    CHECK(std::abs(calibrated(0.1) - 0.1) < 0.001);
}

TEST_CASE("a record of what was normalised is the same record") {
    for (const Fields &given : customers) {
        const Record once = record(given);
        Fields again = given;
        const std::string domain = once.domain, number = utf8(once.number), city = utf8(once.city);
        again.website = domain;
        again.city = city;
        again.number = number;
        again.born = once.born;
        if (once.phones.size() == 1)
            again.phones[0] = once.phones[0];
        CHECK(score_of(compare(once, record(again)), built_in_weights).probability ==
              score_of(compare(once, once), built_in_weights).probability);
    }
}

TEST_CASE("similarities are between 0 and 1 and symmetric") {
    Random random(7);
    for (int trial = 0; trial < 2000; ++trial) {
        Word a, b;
        for (int i = random.below(9); i > 0; --i)
            a.push_back(U'a' + static_cast<char32_t>(random.below(4)));
        for (int i = random.below(9); i > 0; --i)
            b.push_back(U'a' + static_cast<char32_t>(random.below(4)));
        for (const auto &similarity : {jaro_winkler, edit_similarity, word_similarity}) {
            const double alike = similarity(a, b);
            CHECK(alike >= 0);
            CHECK(alike <= 1);
            CHECK(std::abs(alike - similarity(b, a)) < 1e-9);
            CHECK(similarity(a, a) == 1);
        }
    }
}

TEST_CASE("hostile text is bounded") {
    std::string words, dense, one(2000, 'x');
    for (int i = 0; i < 300; ++i) {
        words += "w" + std::string(static_cast<std::size_t>(i % 5), 'y') + " ";
        dense += "牛";
    }
    for (const std::string &text : {words, dense, one, std::string(10'000'000, 'z')}) {
        Fields a;
        a.company = a.contact = a.email = a.website = a.address = a.city = a.postcode = a.born =
            a.number = a.phones[0] = text;
        const double p = probability(a, a);
        CHECK(p >= 0);
        CHECK(p <= 1);
    }
}
