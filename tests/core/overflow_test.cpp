#include "catch.hpp"

#include <string>

#include "core/allocate/overflow.hpp"

using namespace highseas;

namespace {

std::int32_t limit_on(const OverflowLimit &rule, std::int32_t today) {
    std::int32_t limit = -1;
    REQUIRE(overflow_limit(rule, today, limit).ok());
    return limit;
}

// Followed up yesterday, sells like all, brings all that he could.
ServiceFacts served() {
    return {1, 30, 1, 1000, 0};
}

double points(const ServiceFacts &facts) {
    Neglect neglect;
    REQUIRE(weigh_neglect(facts, neglect).ok());
    return neglect.points;
}

std::string reason(const ServiceFacts &facts) {
    Neglect neglect;
    REQUIRE(weigh_neglect(facts, neglect).ok());
    return std::string(neglect.reason());
}

} // namespace

TEST_CASE("a limit without steps is the maximum on every day") {
    CHECK(limit_on({50, {}, 1, 1, 0}, -100000) == 50);
    CHECK(limit_on({0, {}, 1, 1, 0}, 100000) == 0);
}

TEST_CASE("a falling limit loses a step every so many days, down to the maximum") {
    const OverflowLimit rule{50, 75, 10, 7, 1000};
    CHECK(limit_on(rule, 0) == 75);
    CHECK(limit_on(rule, 1000) == 75);
    CHECK(limit_on(rule, 1006) == 75);
    CHECK(limit_on(rule, 1007) == 65);
    CHECK(limit_on(rule, 1014) == 55);
    CHECK(limit_on(rule, 1021) == 50);
    CHECK(limit_on(rule, 2147483647) == 50);
    CHECK(limit_on({0, 2147483647, 2147483647, 1, -2147483647 - 1}, 2147483647) == 0);
}

TEST_CASE("steps that are none are refused") {
    std::int32_t limit = 7;
    CHECK_FALSE(overflow_limit({50, 49, 1, 1, 0}, 0, limit).ok());
    CHECK_FALSE(overflow_limit({50, 60, 0, 1, 0}, 0, limit).ok());
    CHECK_FALSE(overflow_limit({50, 60, 1, 0, 0}, 0, limit).ok());
    CHECK_FALSE(overflow_limit({-1, {}, 1, 1, 0}, 0, limit).ok());
    CHECK(limit == 7);
}

TEST_CASE("the longer the silence, the fewer the sales and the more is open, the less is served") {
    double before = -1;
    for (double days = 0; days <= 90; days += 10) {
        ServiceFacts facts = served();
        facts.silent_days = days;
        CHECK(points(facts) > before);
        before = points(facts);
    }
    before = -1;
    for (double affinity = 1; affinity >= 0; affinity -= .25) {
        ServiceFacts facts = served();
        facts.affinity = affinity;
        CHECK(points(facts) > before);
        before = points(facts);
    }
    before = -1;
    for (double headroom = 0; headroom <= 4000; headroom += 500) {
        ServiceFacts facts = served();
        facts.headroom = headroom;
        CHECK(points(facts) > before);
        before = points(facts);
    }
    // A shorter rhythm makes the same silence longer; who sells better than all loses nothing by
    // it.
    ServiceFacts often = served();
    often.silent_days = 20;
    const double rare = points(often);
    often.rhythm_days = 10;
    CHECK(points(often) > rare);
    ServiceFacts good = served();
    good.affinity = 3;
    CHECK(points(good) == points(served()));
}

TEST_CASE("the reason names what speaks for another rep") {
    CHECK(reason(served()) == "no follow-up for 1 day, within the rhythm of 30");
    CHECK(reason({95.5, 30, .4, 250, 750}) ==
          "no follow-up for 95 days, the rhythm is 30; sells to such customers 40 % as often as "
          "all reps; 75 % of what he could bring is open");
    CHECK(reason({31, {}, {}, {}, {}}) == "no follow-up for 31 days, the rhythm is 30");
    CHECK(reason({0, {}, {}, {}, 10}) == "100 % of what he could bring is open");
    CHECK(reason({1e300, 1e-300, 0, 1e300, 1e300}).size() < 256);
}

TEST_CASE("facts out of range are refused") {
    Neglect neglect;
    const double nan = 0.0 / 0.0;
    CHECK_FALSE(weigh_neglect({nan, 30, 1, 1, 1}, neglect).ok());
    CHECK_FALSE(weigh_neglect({1, 0, 1, 1, 1}, neglect).ok());
    CHECK_FALSE(weigh_neglect({1, nan, 1, 1, 1}, neglect).ok());
    CHECK_FALSE(weigh_neglect({1, 30, -1, 1, 1}, neglect).ok());
    CHECK_FALSE(weigh_neglect({1, 30, 1, -1, 1}, neglect).ok());
    CHECK_FALSE(weigh_neglect({1, 30, 1, 1, 1 / 0.0}, neglect).ok());
}
