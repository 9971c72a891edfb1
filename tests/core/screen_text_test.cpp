#include "catch.hpp"

#include "core/screen/text.hpp"
#include "core/screen/version.hpp"
#include "screen_texts.hpp"

using namespace highseas::screen;

TEST_CASE("folding twice changes nothing") {
    for (std::string text : hostile_texts())
        if (text.size() < 10'000)
            CHECK(fold(utf8(fold(text))) == fold(text));
    Random random(17);
    for (int round = 0; round < 6000; ++round) {
        const std::string text = random_text(random);
        INFO(text);
        REQUIRE(fold(utf8(fold(text))) == fold(text));
    }
}

TEST_CASE("Chinese characters are simplified and read") {
    CHECK(utf8(fold("華為臺灣")) == "华为台湾");
    CHECK(reading(fold("華為")) == "huawei");
    CHECK(reading(fold("宁波")) == "ningbo");
    CHECK(reading(fold("삼성")) == "samseong");
}

TEST_CASE("a version names the rules and the libraries") {
    std::string version;
    REQUIRE(normaliser_version("phone", version).ok());
    CHECK(version.find("libphonenumber 8.") != std::string::npos);
    REQUIRE(normaliser_version("domain", version).ok());
    CHECK(version.find("icu ") != std::string::npos);
    CHECK(version.find("psl ") != std::string::npos);
    CHECK(std::string(normaliser_version("fax", version).sqlstate) == "22023");
}
