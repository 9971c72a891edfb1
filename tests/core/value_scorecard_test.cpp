#include "catch.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/value/scorecard.hpp"
#include "random.hpp"

using namespace highseas;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct Rows {
    std::vector<std::string_view> criteria;
    std::vector<double> weights;
    std::vector<int> band_counts;
    std::vector<double> from;
    std::vector<double> points;
    std::vector<std::string_view> bands;

    std::vector<ScoreCriterion> compiled_criteria = {};
    std::vector<ScoreBand> compiled_bands = {};

    Status compile(CompiledScorecard &compiled) {
        compiled_criteria.resize(criteria.size());
        compiled_bands.resize(from.size() + criteria.size());
        compiled.criteria = compiled_criteria;
        compiled.bands = compiled_bands;
        return compile_scorecard({criteria, weights, band_counts, from, points, bands}, compiled);
    }
};

Rows two_criteria() {
    return {{"login", "phone"},
            {3, 1},
            {3, 2},
            {-infinite, 30, 90, -infinite, 1},
            {10, 4, 0, 0, 10},
            {"month", "quarter", "long ago", "none", "given"}};
}

std::string refusal(Rows rows) {
    CompiledScorecard compiled{};
    return rows.compile(compiled).sqlstate;
}

std::vector<ScoreLine> explain(const CompiledScorecard &card, const std::vector<double> &facts) {
    std::vector<ScoreLine> lines(facts.size());
    explain_potential(card, facts, lines);
    return lines;
}

} // namespace

TEST_CASE("a fact gives the points of the last band that begins at or below it") {
    Rows rows = two_criteria();
    CompiledScorecard card{};
    REQUIRE(rows.compile(card).ok());
    auto score = [&card](double login, double phone) {
        return potential(card, std::vector<double>{login, phone}).score();
    };
    CHECK(score(0, 1) == 100);
    CHECK(score(-infinite, 1) == 100);
    CHECK(score(29.999, 0) == 75);
    CHECK(score(30, 0) == 30);
    CHECK(score(89, 1) == 55);
    CHECK(score(90, 1) == 25);
    CHECK(score(infinite, 0) == 0);
}

TEST_CASE("what is unknown counts neither for nor against") {
    Rows rows = two_criteria();
    CompiledScorecard card{};
    REQUIRE(rows.compile(card).ok());
    const Potential half = potential(card, std::vector<double>{30, unknown});
    CHECK(half.score() == 40);
    CHECK(half.coverage() == .75);
    const Potential none = potential(card, std::vector<double>{unknown, unknown});
    CHECK_FALSE(none.is_known());
    CHECK(none.coverage() == 0);
    CHECK(potential(card, std::vector<double>{1, 1}).coverage() == 1);
}

TEST_CASE("an explanation adds up to the score, and what it promises comes true") {
    Random random(11);
    for (int round = 0; round < 2000; ++round) {
        Rows rows;
        const int criteria = random.between(1, 12);
        for (int i = 0; i < criteria; ++i) {
            const int bands = random.between(1, 5);
            rows.criteria.push_back("criterion");
            rows.weights.push_back(random.between(1, 700) / 7.);
            rows.band_counts.push_back(bands);
            for (int band = 0; band < bands; ++band) {
                rows.from.push_back(band == 0 ? -infinite : band * 10);
                rows.points.push_back(random.between(0, 30) / 3.);
                rows.bands.push_back("band");
            }
            rows.points.back() += 1;
        }
        CompiledScorecard card{};
        REQUIRE(rows.compile(card).ok());

        // Another way to the same: by the rows.
        std::vector<double> facts;
        double worth = 0;
        double known = 0;
        std::size_t first = 0;
        for (int i = 0; i < criteria; ++i) {
            const auto bands =
                static_cast<std::size_t>(rows.band_counts[static_cast<std::size_t>(i)]);
            facts.push_back(random.chance(20) ? unknown : random.between(-5, 55));
            double most = 0;
            double here = 0;
            for (std::size_t band = first; band < first + bands; ++band) {
                most = std::max(most, rows.points[band]);
                if (facts.back() >= rows.from[band])
                    here = rows.points[band];
            }
            if (!std::isnan(facts.back())) {
                worth += rows.weights[static_cast<std::size_t>(i)] * here;
                known += rows.weights[static_cast<std::size_t>(i)] * most;
            }
            first += bands;
        }
        const Potential result = potential(card, facts);
        REQUIRE(result.is_known() == (known > 0));
        if (known > 0)
            REQUIRE(std::abs(result.score() - 100 * worth / known) < .00501);

        const auto lines = explain(card, facts);
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            sum += lines[i].points;
            REQUIRE(lines[i].points >= 0);
            REQUIRE(lines[i].points <= lines[i].of);
            auto better = facts;
            const double best = rows.from[static_cast<std::size_t>(lines[i].best)];
            better[i] = std::isinf(best) ? -1 : best;
            REQUIRE(std::llround(100 * potential(card, better).score()) ==
                    std::llround(100 * result.score()) + lines[i].gain);
        }
        REQUIRE(sum == std::llround(100 * result.score()));
    }
}

TEST_CASE("a scorecard that is not sound is refused") {
    CHECK(refusal(two_criteria()) == "");
    CHECK(refusal({}) == "22023");
    auto broken = [](auto change) {
        Rows rows = two_criteria();
        change(rows);
        return refusal(rows);
    };
    CHECK(broken([](Rows &rows) { rows.weights.pop_back(); }) == "22023");
    CHECK(broken([](Rows &rows) { rows.bands.pop_back(); }) == "22023");
    CHECK(broken([](Rows &rows) { rows.weights[0] = 0; }) == "22023");
    CHECK(broken([](Rows &rows) { rows.weights[1] = unknown; }) == "22023");
    CHECK(broken([](Rows &rows) { rows.weights[1] = infinite; }) == "22023");
    CHECK(broken([](Rows &rows) { rows.band_counts[0] = 0; }) == "22023");
    CHECK(broken([](Rows &rows) { rows.band_counts[0] = -1; }) == "22023");
    CHECK(broken([](Rows &rows) { rows.band_counts[0] = 2147483647; }) == "22023");
    CHECK(broken([](Rows &rows) { rows.band_counts[1] = 1; }) == "22023");
    CHECK(broken([](Rows &rows) { rows.from[0] = 0; }) == "22023");
    CHECK(broken([](Rows &rows) { rows.from[2] = 30; }) == "22023");
    CHECK(broken([](Rows &rows) { rows.from[2] = unknown; }) == "22023");
    CHECK(broken([](Rows &rows) { rows.points[0] = -1; }) == "22023");
    CHECK(broken([](Rows &rows) { rows.points[4] = 0; }) == "22023");
    CHECK(broken([](Rows &rows) { rows.bands[1] = ""; }) == "22023");
}
