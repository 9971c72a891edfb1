#include "catch.hpp"

#include <cmath>
#include <string>

#include "core/classify/worklist.hpp"
#include "random.hpp"
#include "times.hpp"

using namespace highseas;

namespace {

const Time now = at(2026, 3, 2, 9);
constexpr Time day = microseconds_per_day;

// Contacted yesterday, due in a month: nothing presses.
WorkFacts quiet() {
    return {now, now - 30 * day, now - day, now + 30 * day, 14 * day, "grow share", {}, {}, {}};
}

Work work_of(const WorkFacts &facts) {
    Work work;
    const Status status = weigh_work(facts, work);
    INFO(status.message);
    REQUIRE(status.ok());
    return work;
}

std::string reason_of(const WorkFacts &facts) {
    const Work work = work_of(facts);
    return std::string(work.reason());
}

} // namespace

TEST_CASE("who needs nothing today has no points and no reason") {
    CHECK(work_of(quiet()).points == 0);
    CHECK(reason_of(quiet()).empty());
}

TEST_CASE("the nearer the end of a holding, the more it presses") {
    WorkFacts facts = quiet();
    double before = 0;
    for (Time left = 8 * day; left >= -day; left -= day / 2) {
        facts.due_at = now + left;
        const double points = work_of(facts).points;
        CHECK(points >= before);
        CHECK((points > 0) == (left < 7 * day));
        before = points;
    }
    facts.due_at = now + 5 * day / 2;
    CHECK(reason_of(facts) == "goes back in 2 days");
    facts.due_at = now + day;
    CHECK(reason_of(facts) == "goes back in 1 day");
    facts.due_at = now + day - 1;
    CHECK(reason_of(facts) == "goes back within a day");
    facts.due_at = now - 1;
    CHECK(reason_of(facts) == "goes back at any moment");
}

TEST_CASE("a contact is wanted when the rhythm is over, and more the longer it is") {
    WorkFacts facts = quiet();
    facts.last_contact = now - 14 * day + 1;
    CHECK(work_of(facts).points == 0);
    facts.last_contact = now - 14 * day;
    CHECK(reason_of(facts) == "no contact for 14 days, the rhythm is 14");
    const double once = work_of(facts).points;
    facts.last_contact = now - 28 * day;
    CHECK(std::abs(work_of(facts).points - 2 * once) < 1e-9);
    facts.last_contact = now - 400 * day;
    CHECK(std::abs(work_of(facts).points - 3 * once) < 1e-9);
    facts.contact_every.reset();
    CHECK(work_of(facts).points == 0);
    facts.last_contact.reset();
    CHECK(reason_of(facts) == "yours for 30 days, no contact since");
    facts.held_since = now;
    CHECK(reason_of(facts) == "new to you, no contact yet");
}

TEST_CASE("an intent has its own handling") {
    WorkFacts facts = quiet();
    facts.last_contact = now - 20 * day;
    facts.buys_at = now + 3 * day;
    CHECK(reason_of(facts) ==
          "no contact for 20 days, the rhythm is 14; buys about now by his own rhythm");
    facts.intent = "interested";
    CHECK(reason_of(facts) == "is interested; no contact for 20 days, the rhythm is 14; buys "
                              "about now by his own rhythm");
    facts.intent = "hesitating";
    CHECK(reason_of(facts) ==
          "no contact for 20 days, the rhythm is 14 (he hesitates: without selling)");
    facts.intent = "never";
    CHECK(work_of(facts).points == 0);
    facts.intent = "not now";
    CHECK(work_of(facts).points == 0);
    facts.expected_at = now + 8 * day;
    CHECK(work_of(facts).points == 0);
    facts.expected_at = now + 7 * day;
    CHECK(reason_of(facts) == "wanted to buy about now");
    facts.expected_at = now - 80 * day; // not forgotten
    CHECK(reason_of(facts) == "wanted to buy about now");
    facts.due_at = now;
    CHECK(reason_of(facts) == "goes back within a day; wanted to buy about now");
}

TEST_CASE("what is to be retained comes before what is to be given up") {
    WorkFacts facts = quiet();
    facts.intent = "interested";
    double before = 1e9;
    for (const char *goal : {"retain", "invest", "grow share", "reduce", "withdraw"}) {
        facts.goal = goal;
        const double points = work_of(facts).points;
        CHECK(points > 0);
        CHECK(points < before);
        before = points;
    }
}

TEST_CASE("a worklist's facts must be sound") {
    Work work;
    WorkFacts facts = quiet();
    facts.goal = "spoil";
    CHECK(std::string(weigh_work(facts, work).sqlstate) == "22023");
    facts = quiet();
    facts.intent = "maybe";
    CHECK(std::string(weigh_work(facts, work).sqlstate) == "22023");
    facts = quiet();
    facts.contact_every = 0;
    CHECK(std::string(weigh_work(facts, work).sqlstate) == "22023");
    facts = quiet();
    facts.due_at = after_all_times;
    CHECK(std::string(weigh_work(facts, work).sqlstate) == "22008");
}

TEST_CASE("points and a reason come together, whatever the facts") {
    Random random(7);
    for (int i = 0; i < 20'000; ++i) {
        auto time = [&] { return now + random.between(-100, 100) * day / 3; };
        auto maybe = [&] { return random.between(0, 2) ? std::optional(time()) : std::nullopt; };
        WorkFacts facts{now, time(), maybe(), maybe(), {}, {}, {}, maybe(), maybe()};
        if (random.between(0, 2))
            facts.contact_every = random.between(1, 90) * day;
        constexpr const char *intents[]{"interested", "hesitating", "not now", "never"};
        if (random.between(0, 2))
            facts.intent = intents[random.between(0, 3)];
        const Work work = work_of(facts);
        CHECK((work.points > 0) == (!work.reason().empty()));
        CHECK(work.points <= 250);
    }
}
