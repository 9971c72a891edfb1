#include "catch.hpp"

#include "core/screen/phone.hpp"
#include "screen_texts.hpp"

using namespace highseas::screen;

namespace {

std::string key(std::string_view text, std::string_view region = "") {
    return normalise_phone(text, region).key;
}

std::string problem(std::string_view text, std::string_view region = "") {
    const char *name = name_of(normalise_phone(text, region).problem);
    return name ? name : "";
}

} // namespace

TEST_CASE("a number has one spelling, whoever writes it") {
    for (const char *text :
         {"010-6552 9988", "(010) 65529988", "+86 10 6552 9988", "0086 10 65529988",
          "００８６－１０－６５５２－９９８８", "\u202A+86 (0)10 6552 9988\u202C"})
        CHECK(key(text, "CN") == "+861065529988");
    CHECK(key("+49 30 901820") == "+4930901820");
    CHECK(key("030/901820", "de") == "+4930901820");
    CHECK(key("+39 06 69812345") == "+390669812345"); // Italy keeps the zero
}

TEST_CASE("a leading 00 is a plus, where the country dials abroad otherwise") {
    CHECK(key("0086 158 7081 7111", "US") == "+8615870817111");
    CHECK(key("(00 49) 30 901820", "US") == "+4930901820");
    CHECK(key("0049 30 901820") == "+4930901820");
    CHECK(key("011 49 30 901820", "US") == "+4930901820");
}

TEST_CASE("an extension stands apart") {
    const Phone phone = normalise_phone("(212) 736-5000 ext. 45", "US");
    CHECK(phone.key == "+12127365000");
    CHECK(phone.extension == "45");
    CHECK(phone.digits == "2127365000");
    CHECK(phone.region == "US");
    CHECK(normalise_phone("010-65529988转8012", "CN").key != "+8610655299888012");
}

TEST_CASE("it is told what kind of number it is") {
    CHECK(std::string(normalise_phone("13800138000", "CN").kind) == "mobile");
    CHECK(std::string(normalise_phone("+800 1234 5678", "").kind) == "toll free");
    CHECK(normalise_phone("+800 1234 5678", "").region == "001");
}

TEST_CASE("no key is made of an invalid number") {
    CHECK(problem("4048229", "US") == "invalid number");
    CHECK(problem("13800138000") == "unknown country");
    CHECK(problem("13800138000", "China") == "unknown country");
    CHECK(problem("+999 123456") == "unknown country");
    CHECK(problem("call me", "US") == "not a number");
    CHECK(problem("0086", "CN") == "too short");
    CHECK(problem("13800138000 13900139000 13700137000", "CN") == "too long");
    CHECK(problem(" \t", "CN") == "empty");
    CHECK(normalise_phone("404-8229", "US").digits == "4048229");
    CHECK(normalise_phone("404-8229", "US").key.empty());
}

TEST_CASE("hostile telephone numbers have an answer") {
    for (const std::string &text : hostile_texts())
        for (const char *region : {"", "CN", "ZZ", "\xFF"})
            CHECK(normalise_phone(text, region).key.empty());
    CHECK(problem(std::string(10'000'000, '1'), "CN") == "too long");
}

TEST_CASE("a number normalised twice is the same") {
    Random random(11);
    const char *regions[] = {"CN", "US", "DE", "AR", "MX", "IT",
                             "BR", "IN", "RU", "AU", "JP", "CI"};
    int keys = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string text = random.chance(30) ? "+" : random.chance(30) ? "0" : "";
        for (int digits = random.between(6, 13); digits > 0; --digits)
            text += static_cast<char>('0' + random.below(10));
        const char *region = regions[random.below(12)];
        const std::string once = key(text, region);
        if (once.empty())
            continue;
        ++keys;
        INFO(text << " " << region);
        REQUIRE(key(once) == once);
        REQUIRE(key(once, "US") == once);
    }
    CHECK(keys > 300);
}
