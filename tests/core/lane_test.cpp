#include "catch.hpp"

#include <string>
#include <vector>

#include "core/pool/lane.hpp"

using namespace highseas;

namespace {

int lane(std::string_view key, int lanes) {
    int result = -1;
    REQUIRE(lane_of(key, lanes, result).ok());
    return result;
}

} // namespace

TEST_CASE("lanes are stored, so the hash must never change") {
    CHECK(lane("", 1'000'000) == 514342);
    CHECK(lane("42", 1'000'000) == 202476);
    CHECK(lane("客户", 1'000'000) == 137801);
    CHECK(lane("anything", 1) == 0);
}

TEST_CASE("keys in a row spread evenly over the lanes") {
    for (int lanes : {2, 7, 64, 256}) {
        std::vector<int> count(static_cast<std::size_t>(lanes));
        constexpr int keys = 100'000;
        for (int key = 0; key < keys; ++key)
            ++count[static_cast<std::size_t>(lane(std::to_string(key), lanes))];
        for (int in_lane : count) {
            CHECK(in_lane > keys / lanes * 0.75);
            CHECK(in_lane < keys / lanes * 1.25);
        }
    }
}

TEST_CASE("there is at least one lane") {
    int result = 0;
    CHECK(std::string(lane_of("a", 0, result).sqlstate) == "22023");
    CHECK(std::string(lane_of("a", -3, result).sqlstate) == "22023");
}
