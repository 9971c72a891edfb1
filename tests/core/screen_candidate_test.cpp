#include "catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "core/screen/candidate.hpp"
#include "screen_texts.hpp"

using namespace highseas::screen;

namespace {

Record record(const Fields &fields) {
    return record_of(fields, CompanyWords::built_in(), DomainRules::built_in());
}

Record company(std::string_view name) {
    Fields fields;
    fields.company = name;
    return record(fields);
}

int found(std::string_view stored, std::string_view asked) {
    return shared_terms(terms_of(1, company(stored), false), terms_of(1, company(asked), true));
}

Fields everything(const std::string &text) {
    Fields fields;
    fields.company = fields.contact = fields.email = fields.website = fields.address = fields.city =
        fields.postcode = fields.country = fields.born = fields.number = text;
    fields.phones = {text, text, text};
    return fields;
}

} // namespace

TEST_CASE("a name with one typing error is found by more than a common word") {
    for (std::string_view name : {"Dunvikerdal Logistik GmbH", "Brodinix Holvikra Trading Ltd",
                                  "Müller Kern Söhne KG", "宁波宏鹤雨贸易有限公司"}) {
        const Word letters = fold(name);
        for (std::size_t i = 0; i < letters.size(); ++i) {
            Word missing = letters, other = letters, swapped = letters;
            missing.erase(i, 1);
            other[i] = U'e';
            if (i > 0)
                std::swap(swapped[i - 1], swapped[i]);
            INFO(name << " at " << i);
            CHECK(found(name, utf8(missing)) >= 2);
            CHECK(found(name, utf8(swapped)) >= 2);
            // A letter for a space makes one word of two.
            if (other[i] != letters[i] && letters[i] != U' ')
                CHECK(found(name, utf8(other)) >= 2);
        }
    }
}

TEST_CASE("order of words, legal form and script leave a name where it is found") {
    CHECK(found("Krüger Druckerei GmbH", "DRUCKEREI KRUEGER") >= 3);
    CHECK(found("Bradenix Holvik Ltd", "Holvik Bradenix") >= 3);
    CHECK(found("Goodwill Holvik Ltd", "Good Will Holvik") >= 3);
    CHECK(found("宁波牛杰汽车配件有限公司", "牛杰汽車配件（寧波）") >= 3);
    CHECK(found("宁波牛杰汽车配件有限公司", "Ningbo Niujie Auto Parts Co., Ltd.") >= 3);
    CHECK(found("Meyer Logistik GmbH", "Krüger Logistik GmbH") < 2);
}

TEST_CASE("who asks looks for everything that he would store: entries that share a term meet") {
    Random random(11);
    for (int trial = 0; trial < 400; ++trial) {
        Fields fields = everything(random_text(random));
        const std::string name = random_text(random);
        fields.company = random.chance(70) ? std::string_view(name) : std::string_view();
        const Record r = record(fields);
        const auto stored = terms_of(3, r, false), asked = terms_of(3, r, true);
        CHECK(std::is_sorted(stored.begin(), stored.end()));
        CHECK(std::is_sorted(asked.begin(), asked.end()));
        CHECK(std::includes(asked.begin(), asked.end(), stored.begin(), stored.end()));
    }
}

TEST_CASE("terms and keys are each tenant's own") {
    Fields fields;
    fields.company = "Krüger Druckerei GmbH";
    fields.phones[0] = "+4930901820";
    const Record r = record(fields);
    CHECK(shared_terms(terms_of(1, r, false), terms_of(2, r, false)) == 0);
    CHECK(keys_of(1, r).size() == 1);
    CHECK(keys_of(1, r) != keys_of(2, r));
    CHECK(kind_of(keys_of(1, r).front()) == KeyKind::phone);
}

TEST_CASE("a key needs a valid detail together with a name, but for a register's number") {
    Fields fields;
    fields.phones[0] = "+4930901820";
    fields.email = "info@krueger-druck.de";
    CHECK(keys_of(1, record(fields)).empty());
    fields.number = "HRB 12345";
    CHECK(keys_of(1, record(fields)).size() == 1);
    fields = Fields{};
    fields.company = "Krüger Druckerei GmbH";
    fields.phones[0] = "123";
    CHECK(keys_of(1, record(fields)).empty());
    fields.email = "INFO@Krueger-Druck.de";
    const auto keys = keys_of(1, record(fields));
    fields.company = "DRUCKEREI KRUEGER";
    fields.email = "info@krueger-druck.de";
    CHECK(keys_of(1, record(fields)) == keys);
}

TEST_CASE("buckets are few, and hold every term") {
    const std::vector<std::int32_t> terms = {-5, 0, 1, 2, bucket_count + 1, 3 * bucket_count + 3};
    const auto all = buckets_of(terms, 1), telling = buckets_of(terms, 2);
    CHECK(all == std::vector<std::int32_t>{0, 1, 2, 3, bucket_count - 5});
    CHECK(telling == std::vector<std::int32_t>{1, 2, 3, bucket_count - 5});
}

TEST_CASE("what is shared does not depend on the side, and a detail tells more than a word") {
    Random random(5);
    for (int trial = 0; trial < 200; ++trial) {
        const auto a = terms_of(1, company(random_text(random)), false),
                   b = terms_of(1, company(random_text(random)), true);
        CHECK(shared_terms(a, b) == shared_terms(b, a));
        CHECK(shared_terms(a, a) >= static_cast<int>(a.size()));
    }
}

TEST_CASE("a hostile customer has few terms and keys") {
    for (const std::string &text : hostile_texts()) {
        const Record r = record(everything(text));
        CHECK(terms_of(1, r, false).size() <= 30);
        CHECK(terms_of(1, r, true).size() <= 120);
        CHECK(keys_of(1, r).size() <= 8);
    }
    std::string words, dense;
    for (int i = 0; i < 300; ++i) {
        words += "w" + std::to_string(i) + "x ";
        dense += utf8(Word(1, U'一' + static_cast<char32_t>(i)));
    }
    for (const std::string &text : {words, dense}) {
        CHECK(terms_of(1, company(text), false).size() <= 30);
        CHECK(terms_of(1, company(text), true).size() <= 120);
    }
}
