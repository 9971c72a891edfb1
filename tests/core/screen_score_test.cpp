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
