#include "catch.hpp"

#include "core/screen/address.hpp"
#include "screen_texts.hpp"

using namespace highseas::screen;

namespace {

std::string key(std::string_view text) {
    return normalise_address(text).key;
}

} // namespace

TEST_CASE("a postal address has one spelling") {
    CHECK(key("5120 West 44th Street") == key("5120 w. 44TH st"));
    CHECK(key("Bahnhofstraße 12a, 10115 Berlin") == key("10115 Berlin, Bahnhofstr. 12a"));
    CHECK(key("Bahnhof Straße 12a") == key("BAHNHOFSTRASSE 12a"));
    CHECK(key("Avenida de la Constitución, 5") == key("Avda. Constitucion nº 5"));
    CHECK(key("辽宁省沈阳市工业大道85号") == key("遼寧省瀋陽市工業大道８５號"));
    CHECK(key("Невский проспект, д. 5") == key("Nevskij prospekt 5 d"));
    CHECK(key("85 Main St") != key("86 Main St"));
}

TEST_CASE("house, unit and postcode are told apart") {
    const Address address = normalise_address("上海市浦东新区张江路1000弄3号楼501室");
    CHECK(address.house == "1000");
    CHECK(address.unit == "3 501");
    CHECK(address.tokens == std::vector<std::string>{"上海", "张江路", "浦东新区"});
    CHECK(normalise_address("725 S Wells Street, Suite 200").unit == "200");
    CHECK(key("725 S Wells Street, Suite 200") == key("725 S Wells St"));
    CHECK(key("5 Main St, 3rd floor") == key("5 Main St"));
    CHECK(normalise_address("10115 Berlin, Hauptstr. 5").house == "5");
    CHECK(normalise_address("10115 Berlin, Hauptstr. 5").postcode == "10115");
    CHECK(normalise_address("12345 Main St").house == "12345");
    CHECK(normalise_address("Main St 12345").postcode == "12345");
}

TEST_CASE("postcodes with letters are known in any spelling") {
    for (const char *text : {"10 Downing Street, London SW1A 2AA", "10 Downing St London sw1a2aa",
                             "SW1A 2AA London, 10 Downing Street"}) {
        CHECK(normalise_address(text).postcode == "sw1a2aa");
        CHECK(normalise_address(text).house == "10");
        CHECK(key(text) == key("10 Downing Street, London"));
    }
    CHECK(normalise_address("Kings House, Leeds LS1 4AP").postcode == "ls14ap");
    CHECK(normalise_address("Flat 2, 5 High Road, London N1 9GU").postcode == "n19gu");
    CHECK(normalise_address("111 Wellington St, Ottawa ON K1A 0A9").postcode == "k1a0a9");
    for (const char *text : {"Block A1 2nd floor", "A1 4th Road 5", "Halle B12, 3 Ring", "M1 5km"})
        CHECK(normalise_address(text).postcode.empty());
    CHECK(country_of_postcode("SW1A2AA") == "GB");
    CHECK(country_of_postcode("k1a0a9") == "CA");
    CHECK(country_of_postcode("10115").empty());
    CHECK(country_of_postcode("").empty());
    for (const char *text : {"Kings House, Leeds LS1 4AP", "N1 9GU", "W1A1AA W1A 1AA"})
        CHECK(key(key(text)) == key(text));
}

TEST_CASE("hostile postal addresses have an answer, and normalising twice changes nothing") {
    CHECK(normalise_address("").problem == Problem::empty);
    CHECK(normalise_address("\xF0\x9F\x94\xA5").problem == Problem::no_letters);
    for (std::string text : hostile_texts()) {
        const Address once = normalise_address(text);
        CHECK(once.key.empty() == (once.problem != Problem::none));
    }
    Random random(16);
    for (int round = 0; round < 6000; ++round) {
        const std::string text = random_text(random);
        const Address once = normalise_address(text);
        INFO(text << " / " << once.key);
        REQUIRE(once.key.empty() == (once.problem != Problem::none));
        if (!once.key.empty())
            REQUIRE(key(once.key) == once.key);
    }
}
