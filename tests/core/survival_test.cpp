#include "catch.hpp"

#include <cmath>
#include <string>

#include "core/period/survival.hpp"
#include "random.hpp"

using namespace highseas;

namespace {

std::vector<SurvivalPoint> curve_of(const std::vector<Waited> &cases) {
    std::vector<SurvivalPoint> points;
    double subjects = 0;
    REQUIRE(kaplan_meier(cases, never_stop, points, subjects).ok());
    return points;
}

// Weeks in remission with 6-MP: Freireich et al., Blood 21 (1963); Gehan, Biometrika 52 (1965).
const std::vector<Waited> leukaemia{
    {6, 1, true},   {6, 1, true},   {6, 1, true},   {6, 1, false}, {7, 1, true},   {9, 1, false},
    {10, 1, true},  {10, 1, false}, {11, 1, false}, {13, 1, true}, {16, 1, true},  {17, 1, false},
    {19, 1, false}, {20, 1, false}, {22, 1, true},  {23, 1, true}, {25, 1, false}, {32, 1, false},
    {32, 1, false}, {34, 1, false}, {35, 1, false}};

struct Kept {
    std::vector<double> times, survival;
    double last;
    SurvivalCurve curve() const { return {times, survival, last}; }
};

Kept kept(const std::vector<Waited> &cases) {
    Kept curve{{}, {}, 0};
    for (const SurvivalPoint &point : curve_of(cases)) {
        curve.times.push_back(point.time);
        curve.survival.push_back(point.survival);
    }
    for (const Waited &one : cases)
        curve.last = std::max(curve.last, one.duration);
    return curve;
}

} // namespace

TEST_CASE("the remissions under 6-MP have the published survival") {
    const double time[] = {6, 7, 10, 13, 16, 22, 23};
    const double at_risk[] = {21, 17, 15, 12, 11, 7, 6};
    // The book multiplies rounded factors.
    const double survival[] = {.857, .807, .753, .690, .628, .538, .448};
    // Standard errors of Greenwood: Kleinbaum and Klein, Survival Analysis (2005), table of 6-MP.
    const double error[] = {.0764, .0869, .0963, .1068, .1141, .1282, .1346};
    const auto points = curve_of(leukaemia);
    REQUIRE(points.size() == 7);
    for (std::size_t i = 0; i < 7; ++i) {
        const SurvivalPoint &point = points[i];
        CHECK(point.time == time[i]);
        CHECK(point.at_risk == at_risk[i]);
        CHECK(point.events == (i == 0 ? 3 : 1));
        CHECK(std::abs(point.survival - survival[i]) < 6e-4);
        // The limits are those of the published error, taken through log(-log S).
        const double width = 1.96 * error[i] / (point.survival * -std::log(point.survival));
        CHECK(std::abs(*point.lower - std::pow(point.survival, std::exp(width))) < 2e-3);
        CHECK(std::abs(*point.upper - std::pow(point.survival, std::exp(-width))) < 2e-3);
    }
}

TEST_CASE("the maintained remissions of acute leukaemia have the published survival") {
    // Weeks of the maintained group: Embury et al. (1977) in Miller, Survival Analysis (1981), the
    // data "aml" of R's package survival, whose summary() gives survival and errors.
    const auto points = curve_of({{9, 1, true},
                                  {13, 1, true},
                                  {13, 1, false},
                                  {18, 1, true},
                                  {23, 1, true},
                                  {28, 1, false},
                                  {31, 1, true},
                                  {34, 1, true},
                                  {45, 1, false},
                                  {48, 1, true},
                                  {161, 1, false}});
    const double time[] = {9, 13, 18, 23, 31, 34, 48};
    const double at_risk[] = {11, 10, 8, 7, 5, 4, 2};
    const double survival[] = {.909, .818, .716, .614, .491, .368, .184};
    const double error[] = {.0867, .1163, .1397, .1526, .1642, .1627, .1535};
    REQUIRE(points.size() == 7);
    for (std::size_t i = 0; i < 7; ++i) {
        const SurvivalPoint &point = points[i];
        CHECK(point.time == time[i]);
        CHECK(point.at_risk == at_risk[i]);
        CHECK(std::abs(point.survival - survival[i]) < 6e-4);
        const double width = 1.96 * error[i] / (point.survival * -std::log(point.survival));
        CHECK(std::abs(*point.lower - std::pow(point.survival, std::exp(width))) < 2e-3);
        CHECK(std::abs(*point.upper - std::pow(point.survival, std::exp(-width))) < 2e-3);
    }
}

TEST_CASE("the order of the cases changes no digit, and a weight is as many cases") {
    Random random(1);
    std::vector<Waited> cases, single;
    for (int i = 0; i < 500; ++i) {
        const Waited one{random.below(60) * .1, static_cast<double>(random.between(1, 4)),
                         random.chance(40)};
        cases.push_back(one);
        for (double k = 0; k < one.weight; ++k)
            single.push_back({one.duration, 1, one.happened});
    }
    std::vector<Waited> shuffled;
    for (std::size_t i : random.permutation(cases.size()))
        shuffled.push_back(cases[i]);
    const auto points = curve_of(cases);
    const auto other = curve_of(shuffled);
    const auto of_single = curve_of(single);
    REQUIRE(points.size() == other.size());
    REQUIRE(points.size() == of_single.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        CHECK(points[i].survival == other[i].survival);
        CHECK(points[i].lower == other[i].lower);
        CHECK(points[i].survival == of_single[i].survival);
        CHECK(points[i].at_risk == of_single[i].at_risk);
    }
}

TEST_CASE("where all happened the survival is the share that is left") {
    const auto points = curve_of({{1, 1, true}, {2, 1, true}, {2, 1, true}, {5, 1, true}});
    REQUIRE(points.size() == 3);
    CHECK(points[0].survival == .75);
    CHECK(points[1].survival == .25);
    CHECK(points[2].survival == 0);
    CHECK(!points[2].lower);
    CHECK(curve_of({}).empty());
    CHECK(curve_of({{3, 1, false}}).empty());
}

TEST_CASE("the waiting limit is where a further time adds less than the chance") {
    // Of 100, 10 a week in the first five weeks, then 1 in week 7, the others watched for 20.
    std::vector<Waited> cases;
    for (int week = 1; week <= 5; ++week)
        cases.push_back({week - .5, 10, true});
    cases.push_back({6.5, 1, true});
    cases.push_back({20, 49, false});
    const Kept curve = kept(cases);
    CHECK(curve.curve().waiting_limit(1, .1) == 4.5);
    CHECK(curve.curve().waiting_limit(1, .01) == 6.5);
    CHECK(curve.curve().waiting_limit(1, .9) == 0.0);
    CHECK(curve.curve().waiting_limit(21, .01) == std::nullopt); // nobody was watched so long
    const Kept late = kept({{1, 1, true}, {10, 1, true}, {10, 1, false}});
    CHECK(late.curve().waiting_limit(2, .2) == std::nullopt); // the end is the worst

    // As it is said, at every time on a grid.
    Random random(2);
    for (int round = 0; round < 300; ++round) {
        std::vector<Waited> some;
        for (int i = random.between(1, 12); i > 0; --i)
            some.push_back({static_cast<double>(random.below(20)), 1, random.chance(60)});
        const Kept one = kept(some);
        const double further = random.between(1, 5);
        const double chance = random.between(1, 9) * .1 + .03;
        std::optional<double> limit;
        for (double time = one.last; time >= 0; --time) {
            if (time + further > one.last)
                continue;
            const double before = *one.curve().at(time);
            if (before > 0 && 1 - *one.curve().at(time + further) / before >= chance)
                break;
            limit = time;
        }
        CHECK(one.curve().waiting_limit(further, chance) == limit);
    }
}

TEST_CASE("a window takes away what happens after it") {
    const Kept all = kept({{1, 1, true}, {2, 1, true}, {3, 1, true}, {4, 1, true}});
    CHECK(all.curve().share_after(0) == 1.0);
    CHECK(all.curve().share_after(2) == .5);
    CHECK(all.curve().share_after(99) == 0.0);
    const Kept none = kept({{5, 1, false}});
    CHECK(none.curve().share_after(2) == std::nullopt);
    CHECK(none.curve().at(5) == 1.0);
    CHECK(none.curve().at(6) == std::nullopt);
    const Kept published = kept(leukaemia);
    CHECK(std::abs(*published.curve().share_after(10) - (.753 - .448) / (1 - .448)) < 1e-3);
}

TEST_CASE("a curve that is none is refused, and an estimate can be stopped") {
    const std::vector<double> falling{3, 1}, one{1}, rising{.5, .7}, two{1, 2};
    CHECK(std::string(SurvivalCurve{falling, rising, 9}.check().sqlstate) == "22023");
    CHECK(std::string(SurvivalCurve{two, one, 9}.check().sqlstate) == "22023");
    CHECK(std::string(SurvivalCurve{two, rising, 9}.check().sqlstate) == "22023");
    CHECK(std::string(SurvivalCurve{one, one, .5}.check().sqlstate) == "22023");
    CHECK(kept(leukaemia).curve().check().ok());

    Random random(3);
    std::vector<Waited> many;
    for (int i = 0; i < 200'000; ++i)
        many.push_back({static_cast<double>(random.below(100'000)), 1, true});
    std::vector<SurvivalPoint> points;
    double subjects = 0;
    CHECK(std::string(kaplan_meier(
                          many, []() noexcept { return true; }, points, subjects)
                          .sqlstate) == "57014");
}
