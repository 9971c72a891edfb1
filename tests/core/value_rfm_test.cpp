#include "catch.hpp"

#include <array>
#include <cmath>
#include <string>

#include "core/value/rfm.hpp"
#include "random.hpp"

using namespace highseas;

namespace {

int by_rank(std::int64_t first, std::int64_t last, std::int64_t population, int levels = 5) {
    int score = 0;
    REQUIRE(quantile_score(first, last, population, levels, score).ok());
    return score;
}

int by_breaks(double value, const std::vector<int> &scores, const std::vector<double> &bounds) {
    int score = 0;
    REQUIRE(break_score(value, scores, bounds, score).ok());
    return score;
}

} // namespace

TEST_CASE("a score says what share of all is worse, equal ones counted half") {
    Random random(61);
    for (int round = 0; round < 500; ++round) {
        const int population = random.between(1, 200);
        const int levels = random.between(1, 10);
        std::vector<int> values;
        for (int i = 0; i < population; ++i)
            values.push_back(random.below(random.between(1, 30)));
        for (int value : values) {
            int worse = 0, equal = 0;
            for (int other : values) {
                worse += other < value;
                equal += other == value;
            }
            const int score = by_rank(worse + 1, worse + equal, population, levels);
            REQUIRE(score >= 1);
            REQUIRE(score <= levels);
            REQUIRE(2 * (score - 1) * population <= (2 * worse + equal) * levels);
            REQUIRE(2 * score * population > (2 * worse + equal) * levels);
        }
    }
}

TEST_CASE("without ties the levels are of equal size") {
    std::array<int, 6> count{};
    for (int rank = 1; rank <= 1'000; ++rank)
        ++count[static_cast<std::size_t>(by_rank(rank, rank, 1'000))];
    CHECK(count == std::array<int, 6>{0, 200, 200, 200, 200, 200});
    CHECK(by_rank(INT64_MAX, INT64_MAX, INT64_MAX, 10) == 10);
}

TEST_CASE("where all are equal, or one is alone, the score is in the middle") {
    CHECK(by_rank(1, 1, 1) == 3);
    CHECK(by_rank(1, 200, 200) == 3);
    CHECK(by_rank(1, INT64_MAX, INT64_MAX, 10) == 6);
}

TEST_CASE("ranks and levels out of range are refused") {
    int score = 0;
    for (auto [first, last, population, levels] : {std::array{0, 5, 5, 5},
                                                   {6, 6, 5, 5},
                                                   {1, 6, 5, 5},
                                                   {3, 2, 5, 5},
                                                   {1, 1, 0, 5},
                                                   {-1, -1, -1, 5},
                                                   {1, 1, 5, 0},
                                                   {1, 1, 5, 11}})
        CHECK(std::string(quantile_score(first, last, population, levels, score).sqlstate) ==
              "22023");
}

TEST_CASE("by breaks the greatest score that is reached counts") {
    CHECK(by_breaks(9.99, {2, 3, 5}, {10, 100, 1000}) == 1);
    CHECK(by_breaks(10, {2, 3, 5}, {10, 100, 1000}) == 2);
    CHECK(by_breaks(1e9, {2, 3, 5}, {10, 100, 1000}) == 5);
    CHECK(by_breaks(100, {5, 2, 3}, {1000, 10, 100}) == 3);
    CHECK(by_breaks(60, {3, 4}, {100, 50}) == 4);
    CHECK(by_breaks(-30, {2, 3}, {-365, -30}) == 3);
    CHECK(by_breaks(-31, {2, 3}, {-365, -30}) == 2);

    int score = 0;
    const std::vector<int> one{2};
    const std::vector<double> two{1, 2};
    CHECK(std::string(break_score(1, one, two, score).sqlstate) == "22023");
    const std::vector<double> nan{std::nan("")};
    CHECK(std::string(break_score(1, one, nan, score).sqlstate) == "22023");
    CHECK(std::string(break_score(nan[0], one, {two.data(), 1}, score).sqlstate) == "22023");
}

TEST_CASE("the first segment with all three scores is taken") {
    const std::vector<std::string_view> names{"best", "late", "any frequent"};
    const std::vector<int> r_from{4, 1, 1}, r_to{5, 2, 5}, f_from{4, 1, 3}, f_to{5, 5, 5},
        m_from{4, 1, 1}, m_to{5, 5, 5};
    const RfmSegments segments{names, {r_from, f_from, m_from}, {r_to, f_to, m_to}};
    auto segment = [&](int r, int f, int m) {
        std::optional<std::string_view> name;
        REQUIRE(rfm_segment({r, f, m}, segments, name).ok());
        return name;
    };
    CHECK(segment(4, 4, 4) == "best");
    CHECK(segment(5, 5, 3) == "any frequent");
    CHECK(segment(2, 5, 5) == "late");
    CHECK(segment(3, 5, 5) == "any frequent");
    CHECK(segment(3, 2, 5) == std::nullopt);

    std::optional<std::string_view> name;
    const RfmSegments short_of_one{names, {r_from, f_from, m_from}, {r_to, f_to, {m_to.data(), 2}}};
    CHECK(std::string(rfm_segment({1, 1, 1}, short_of_one, name).sqlstate) == "22023");
}
