#include "catch.hpp"

#include <algorithm>

#include "core/pool/tier.hpp"
#include "random.hpp"

using namespace highseas;

namespace {

std::optional<std::string_view> tier(int days, std::vector<std::string_view> names,
                                     std::vector<int> from_days) {
    std::optional<std::string_view> result;
    REQUIRE(tier_of(days, names, from_days, result).ok());
    return result;
}

} // namespace

TEST_CASE("a tier begins on its first day") {
    CHECK(tier(0, {"new", "veteran"}, {0, 90}) == "new");
    CHECK(tier(89, {"veteran", "new"}, {90, 0}) == "new");
    CHECK(tier(90, {"new", "veteran"}, {0, 90}) == "veteran");
    CHECK(tier(-5, {"new", "veteran"}, {0, 90}) == std::nullopt);
    CHECK(tier(-5, {"hired"}, {-30}) == "hired");
    CHECK(tier(5, {}, {}) == std::nullopt);
    CHECK(tier(5, {"b", "a", "c"}, {0, 0, 0}) == "a");
}

TEST_CASE("the order of tiers does not matter") {
    Random random(3);
    const std::vector<std::string_view> names{"a", "b", "c", "d", "e"};
    for (int round = 0; round < 500; ++round) {
        std::vector<int> from_days;
        for (std::size_t i = 0; i < names.size(); ++i)
            from_days.push_back(random.below(4));
        std::vector<std::string_view> other_names;
        std::vector<int> other_days;
        for (std::size_t i : random.permutation(names.size())) {
            other_names.push_back(names[i]);
            other_days.push_back(from_days[i]);
        }
        for (int days = -1; days < 5; ++days)
            REQUIRE(tier(days, names, from_days) == tier(days, other_names, other_days));
    }
}

TEST_CASE("tier arrays of different lengths are refused") {
    std::optional<std::string_view> result;
    const std::vector<std::string_view> names{"a"};
    CHECK(std::string(tier_of(1, names, {}, result).sqlstate) == "22023");
}
