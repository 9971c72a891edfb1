#include "catch.hpp"

#include <limits>
#include <string>
#include <vector>

#include "core/pool/reminder.hpp"
#include "random.hpp"
#include "times.hpp"

using namespace highseas;

namespace {

Time next(Time due_at, const std::vector<Step> &steps, int reminded) {
    Time event = 0;
    REQUIRE(next_event(due_at, steps, reminded, event).ok());
    return event;
}

int reached(Time due_at, const std::vector<Step> &steps, Time now) {
    int count = -1;
    REQUIRE(reminders_due(due_at, steps, now, count).ok());
    return count;
}

} // namespace

TEST_CASE("reminders come the longest step first, then the due date") {
    const Time due_at = at(2024, 1, 31, 9);
    const std::vector<Step> steps{{0, 1, 0}, {0, 7, 0}, {6 * microseconds_per_hour, 0, 0}};
    CHECK(next(due_at, steps, 0) == at(2024, 1, 24, 9));
    CHECK(next(due_at, steps, 1) == at(2024, 1, 30, 9));
    CHECK(next(due_at, steps, 2) == at(2024, 1, 31, 3));
    CHECK(next(due_at, steps, 3) == due_at);
    CHECK(next(due_at, steps, 99) == due_at);
    CHECK(next(due_at, {}, 0) == due_at);
    CHECK(reached(due_at, steps, at(2024, 1, 24, 8)) == 0);
    CHECK(reached(due_at, steps, at(2024, 1, 24, 9)) == 1);
    CHECK(reached(due_at, steps, due_at) == 3);
}

TEST_CASE("a month is 30 days") {
    CHECK(next(at(2024, 3, 31), {{0, 0, 1}}, 0) == at(2024, 3, 1));
    CHECK(next(at(2024, 3, 31), {{0, -1, 1}}, 0) == at(2024, 3, 2));
}

TEST_CASE("what is next is always still to come") {
    Random random(4);
    for (int round = 0; round < 5000; ++round) {
        const Time due_at = at(2024, 1, 1) + random.below(1'000'000);
        std::vector<Step> steps;
        for (int i = random.below(6); i > 0; --i)
            steps.push_back({random.below(5), random.below(3), random.below(2)});
        const Time now = random.chance(50) ? due_at - 1 - random.below(10)
                                           : due_at - 1 - random.below(90) * microseconds_per_day;
        const Time event = next(due_at, steps, reached(due_at, steps, now));
        REQUIRE(event > now);
        REQUIRE(event <= due_at);
        // and nothing lies between
        if (event < due_at)
            REQUIRE(reached(due_at, steps, event) > reached(due_at, steps, event - 1));
        REQUIRE(reached(due_at, steps, event - 1) == reached(due_at, steps, now));
    }
}

TEST_CASE("reminders of endless times and endless steps") {
    constexpr int many = std::numeric_limits<int>::max();
    constexpr Time long_time = std::numeric_limits<Time>::max();
    CHECK(next(after_all_times, {{0, 1, 0}}, 0) == after_all_times);
    CHECK(next(before_all_times, {{0, 1, 0}}, 0) == before_all_times);
    CHECK(reached(after_all_times, {{0, 1, 0}}, 0) == 0);
    CHECK(reached(before_all_times, {{0, 1, 0}}, 0) == 1);
    CHECK(next(0, {{long_time, many, many}}, 0) == earliest_time);
    CHECK(reached(0, {{long_time, many, many}}, 0) == 1);
}

TEST_CASE("negative steps and counts are refused") {
    const std::vector<Step> negative{{0, -1, 0}};
    Time event = 0;
    int count = 0;
    CHECK(std::string(next_event(0, negative, 0, event).sqlstate) == "22023");
    CHECK(std::string(reminders_due(0, negative, 0, count).sqlstate) == "22023");
    CHECK(std::string(next_event(0, {}, -1, event).sqlstate) == "22023");
}

TEST_CASE("a new date begins with a step that lies ahead, or else is announced halfway") {
    const Time due_at = at(2024, 1, 31, 9);
    const std::vector<Step> steps{{0, 1, 0}, {0, 7, 0}};
    auto first = [&](const std::vector<Step> &given, Time now) {
        Time event = 0;
        REQUIRE(first_event(due_at, given, now, event).ok());
        return event;
    };
    CHECK(first(steps, at(2024, 1, 1)) == at(2024, 1, 24, 9));
    CHECK(first(steps, at(2024, 1, 24, 9)) == at(2024, 1, 30, 9));
    CHECK(first(steps, at(2024, 1, 30, 9)) == at(2024, 1, 30, 21));
    CHECK(first(steps, at(2024, 1, 31, 7)) == at(2024, 1, 31, 8));
    CHECK(first(steps, due_at) == due_at);
    CHECK(first(steps, at(2024, 2, 1)) == due_at);
    CHECK(first({}, at(2024, 1, 31, 7)) == due_at);
    Time event = 0;
    CHECK_FALSE(first_event(due_at, std::vector<Step>{{0, -1, 0}}, due_at, event).ok());
}
