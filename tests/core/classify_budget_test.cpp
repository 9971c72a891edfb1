#include "catch.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "core/classify/budget.hpp"
#include "random.hpp"

using namespace highseas;

namespace {

using Shares = std::vector<std::int64_t>;

Shares divided(std::int64_t budget, const std::vector<BudgetPart> &parts) {
    Shares shares(parts.size());
    REQUIRE(divide_budget(budget, parts, shares, never_stop).ok());
    return shares;
}

std::string refusal(std::int64_t budget, const std::vector<BudgetPart> &parts) {
    Shares shares(parts.size());
    return divide_budget(budget, parts, shares, never_stop).sqlstate;
}

struct Case {
    std::int64_t budget;
    std::vector<BudgetPart> parts;
};

// A budget that the floors and caps leave possible.
Case random_case(Random &random) {
    Case result{0, {}};
    const int large = random.chance(20) ? 1'000'000'000 : 200;
    std::int64_t floors = 0, caps = 0;
    for (int i = random.between(1, 40); i > 0; --i) {
        BudgetPart part{random.chance(10) ? 0 : random.between(1, large), 0, no_cap};
        part.floor = random.chance(50) ? random.below(50) : 0;
        if (random.chance(50))
            part.cap = part.floor + random.below(300);
        floors += part.floor;
        caps += part.weight == 0 ? part.floor : std::min<std::int64_t>(part.cap, 10'000);
        result.parts.push_back(part);
    }
    const auto room = static_cast<std::uint64_t>(caps - floors + 1);
    result.budget = floors + static_cast<std::int64_t>(random.next() % room);
    return result;
}

} // namespace

TEST_CASE("a budget is divided to the last unit, between floors and caps, by weight") {
    Random random(81);
    for (int round = 0; round < 5'000; ++round) {
        const auto [budget, parts] = random_case(random);
        const Shares shares = divided(budget, parts);
        REQUIRE(std::accumulate(shares.begin(), shares.end(), std::int64_t{0}) == budget);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            REQUIRE(shares[i] >= parts[i].floor);
            REQUIRE(shares[i] <= parts[i].cap);
            if (parts[i].weight == 0)
                REQUIRE(shares[i] == parts[i].floor);
        }
        // Nobody above his floor has more for his weight than one below his cap, but for rounding:
        // he could give a unit, and the other could take one.
        for (std::size_t i = 0; i < parts.size(); ++i)
            for (std::size_t j = 0; j < parts.size(); ++j) {
                if (parts[i].weight == 0 || parts[j].weight == 0 || shares[i] == parts[i].floor ||
                    shares[j] == parts[j].cap)
                    continue;
                REQUIRE(Int128{shares[i] - 1} * parts[j].weight <=
                        Int128{shares[j] + 1} * parts[i].weight);
            }
    }
}

TEST_CASE("a budget without floors and caps is the largest remainder method") {
    Random random(82);
    for (int round = 0; round < 2'000; ++round) {
        std::vector<BudgetPart> parts;
        std::int64_t weight = 0;
        for (int i = random.between(1, 30); i > 0; --i) {
            parts.push_back({random.between(1, 1'000), 0, no_cap});
            weight += parts.back().weight;
        }
        const std::int64_t budget = random.below(100'000);
        Shares expected;
        std::vector<std::pair<std::int64_t, std::size_t>> remainders;
        std::int64_t left = budget;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            expected.push_back(budget * parts[i].weight / weight);
            left -= expected.back();
            remainders.emplace_back(-(budget * parts[i].weight % weight), i);
        }
        std::sort(remainders.begin(), remainders.end());
        for (std::int64_t i = 0; i < left; ++i)
            ++expected[remainders[static_cast<std::size_t>(i)].second];
        REQUIRE(divided(budget, parts) == expected);
    }
}

TEST_CASE("who weighs more gets no less, and equal parts differ by a unit at most") {
    Random random(83);
    for (int round = 0; round < 2'000; ++round) {
        std::vector<BudgetPart> parts;
        const std::int64_t floor = random.below(5), cap = floor + random.between(1, 100);
        const int count = random.between(2, 30);
        for (int i = 0; i < count; ++i)
            parts.push_back({random.between(1, 20), floor, cap});
        const std::int64_t budget =
            floor * count + random.below(static_cast<int>((cap - floor) * count) + 1);
        const Shares shares = divided(budget, parts);
        for (std::size_t i = 0; i < parts.size(); ++i)
            for (std::size_t j = 0; j < parts.size(); ++j) {
                if (parts[i].weight > parts[j].weight)
                    REQUIRE(shares[i] >= shares[j]);
                if (parts[i].weight == parts[j].weight)
                    REQUIRE(std::abs(shares[i] - shares[j]) <= 1);
            }
    }
}

TEST_CASE("budgets by hand") {
    CHECK((divided(100, {{1, 0, no_cap}, {1, 0, no_cap}, {1, 0, no_cap}}) == Shares{34, 33, 33}));
    CHECK((divided(100, {{3, 0, 50}, {1, 0, no_cap}}) == Shares{50, 50}));
    CHECK((divided(100, {{9, 0, no_cap}, {1, 30, no_cap}}) == Shares{70, 30}));
    CHECK((divided(100, {{0, 10, no_cap}, {7, 0, no_cap}}) == Shares{10, 90}));
    CHECK((divided(10, {{1, 10, 10}, {5, 0, 0}}) == Shares{10, 0}));
    CHECK((divided(0, {{1, 0, no_cap}}) == Shares{0}));
    CHECK(divided(0, {}).empty());
    CHECK(refusal(1, {}) == "22023");
    CHECK(refusal(-1, {{1, 0, no_cap}}) == "22023");
    CHECK(refusal(10, {{1, 11, no_cap}}) == "22023");
    CHECK(refusal(10, {{1, 0, 9}}) == "22023");
    CHECK(refusal(10, {{0, 0, no_cap}}) == "22023");
    CHECK(refusal(10, {{-1, 0, no_cap}}) == "22023");
    CHECK(refusal(10, {{1, 5, 4}}) == "22023");
}

TEST_CASE("the largest budgets and weights stay within 128 bits") {
    std::vector<BudgetPart> parts(10'000, {largest_units, 0, largest_budget / 5'000});
    const Shares shares = divided(largest_budget, parts);
    CHECK(std::all_of(shares.begin(), shares.end(),
                      [](std::int64_t s) { return s == largest_budget / 10'000; }));
    parts.push_back({1, 0, no_cap});
    CHECK(refusal(largest_budget, parts) == "22003");
}
