#include "catch.hpp"

#include <algorithm>

#include "core/calendar/window.hpp"
#include "random.hpp"
#include "times.hpp"

using namespace highseas;

namespace {

Time end_of(Time start, int amount, Unit unit, const WorkingDays &calendar = {}) {
    Time end = 0;
    const Status status = add_window(start, {amount, unit}, calendar, end);
    INFO(status.message);
    REQUIRE(status.ok());
    return end;
}

Time whole_end_of(Time start, int amount, Unit unit, const WorkingDays &calendar = {}) {
    Time end = 0;
    REQUIRE(add_whole_window(start, {amount, unit}, calendar, end).ok());
    return end;
}

std::string error_of(Time start, int amount, Unit unit, const WorkingDays &calendar = {}) {
    Time end = 0;
    return add_window(start, {amount, unit}, calendar, end).sqlstate;
}

bool works(Date day, const WorkingDays &calendar) {
    bool answer = false;
    REQUIRE(is_working_day(day, calendar, answer).ok());
    return answer;
}

struct RandomCalendar {
    std::vector<Date> off;
    std::vector<Date> on;
    int mask;

    RandomCalendar(Random &random, Date around) : mask(random.below(128)) {
        for (int i = random.below(40); i > 0; --i)
            off.push_back(around + random.below(120) - 10);
        for (int i = random.below(40); i > 0; --i)
            on.push_back(around + random.below(120) - 10);
    }
    WorkingDays days() const { return {mask, off, on}; }
};

} // namespace

TEST_CASE("units keep the time of day") {
    const Time start = at(2024, 2, 28, 10, 30);
    CHECK(end_of(start, 36, Unit::hour) == at(2024, 2, 29, 22, 30));
    CHECK(end_of(start, 2, Unit::day) == at(2024, 3, 1, 10, 30));
    CHECK(end_of(start, 2, Unit::week) == at(2024, 3, 13, 10, 30));
    CHECK(end_of(start, 24, Unit::month) == at(2026, 2, 28, 10, 30));
    for (Unit unit : {Unit::hour, Unit::day, Unit::working_day, Unit::week, Unit::month})
        CHECK(end_of(start, 0, unit) == start);
}

TEST_CASE("a month ends on its last day at the latest") {
    CHECK(end_of(at(2023, 1, 31, 10), 1, Unit::month) == at(2023, 2, 28, 10));
    CHECK(end_of(at(2024, 1, 31, 10), 1, Unit::month) == at(2024, 2, 29, 10));
    CHECK(end_of(at(2100, 1, 31, 10), 1, Unit::month) == at(2100, 2, 28, 10));
    CHECK(end_of(at(2024, 2, 29), 12, Unit::month) == at(2025, 2, 28));
    CHECK(end_of(at(2024, 2, 29), 48, Unit::month) == at(2028, 2, 29));
    CHECK(end_of(at(2023, 12, 31), 2, Unit::month) == at(2024, 2, 29));
    CHECK(end_of(at(1999, 8, 31), 6, Unit::month) == at(2000, 2, 29));
    CHECK(end_of(at(-4000, 1, 31), 1, Unit::month) == at(-4000, 2, 29));
}

TEST_CASE("working days skip days off and count extra working days") {
    const Time saturday = at(2024, 1, 6, 10);
    CHECK(end_of(saturday, 1, Unit::working_day) == at(2024, 1, 8, 10));
    CHECK(end_of(at(2024, 1, 5, 15), 1, Unit::working_day) == at(2024, 1, 8, 15));

    // Chinese New Year 2024: eight days off, and two working weekends.
    const std::vector<Date> off{date(2024, 2, 12), date(2024, 2, 13), date(2024, 2, 14),
                                date(2024, 2, 15), date(2024, 2, 16)};
    const std::vector<Date> on{date(2024, 2, 18), date(2024, 2, 4)};
    const WorkingDays china{31, off, on};
    CHECK(end_of(at(2024, 2, 2, 9), 1, Unit::working_day, china) == at(2024, 2, 4, 9));
    CHECK(end_of(at(2024, 2, 9, 9), 1, Unit::working_day, china) == at(2024, 2, 18, 9));
    CHECK(end_of(at(2024, 2, 9, 9), 2, Unit::working_day, china) == at(2024, 2, 19, 9));

    const std::vector<Date> both{date(2024, 1, 8)};
    CHECK(works(date(2024, 1, 8), {31, both, both}));
    CHECK_FALSE(works(date(2024, 1, 8), {31, both, {}}));
}

TEST_CASE("working days are those a walk from day to day finds") {
    Random random(1);
    for (int round = 0; round < 3000; ++round) {
        const Date from = date(1995, 1, 1) + random.below(20'000);
        const RandomCalendar calendar(random, from);
        const int amount = random.between(1, 60);

        std::optional<Time> expected;
        int left = amount;
        for (Date day = from + 1; day < from + 1000 && !expected; ++day)
            if (works(day, calendar.days()) && --left == 0)
                expected = on_day(day, 7);
        Time end = 0;
        const Status status =
            add_window(on_day(from, 7), {amount, Unit::working_day}, calendar.days(), end);
        if (expected) {
            REQUIRE(status.ok());
            REQUIRE(end == *expected);
        } else {
            REQUIRE(std::string(status.sqlstate) == "22023");
        }
    }
}

TEST_CASE("a whole window never ends earlier because it starts later") {
    Random random(2);
    for (int round = 0; round < 3000; ++round) {
        const Date from = date(2023, 1, 1) + random.below(1000);
        RandomCalendar calendar(random, from);
        calendar.mask |= 1 << random.below(7);
        const Unit unit = static_cast<Unit>(random.below(5));
        const int amount = random.below(30);
        const Time earlier = on_day(from, random.below(24), random.below(60));
        const Time later = earlier + random.below(72 * 60) * (microseconds_per_hour / 60);
        REQUIRE(whole_end_of(earlier, amount, unit, calendar.days()) <=
                whole_end_of(later, amount, unit, calendar.days()));
        REQUIRE(whole_end_of(later, amount, unit, calendar.days()) >=
                end_of(later, amount, unit, calendar.days()));
    }
}

TEST_CASE("whole windows last until the end of a day that several days lead to") {
    CHECK(whole_end_of(at(2024, 1, 5, 15), 1, Unit::working_day) == at(2024, 1, 8, 15));
    CHECK(whole_end_of(at(2024, 1, 6, 10), 1, Unit::working_day) == at(2024, 1, 9));
    CHECK(whole_end_of(at(2023, 1, 28, 10), 1, Unit::month) == at(2023, 2, 28, 10));
    CHECK(whole_end_of(at(2023, 1, 31, 10), 1, Unit::month) == at(2023, 3, 1));
}

TEST_CASE("windows refuse what has no meaning") {
    const Time start = at(2024, 1, 1);
    CHECK(error_of(start, -1, Unit::day) == "22023");
    CHECK(error_of(start, 100'001, Unit::day) == "22023");
    CHECK(error_of(start, 1, Unit::day, {128, {}, {}}) == "22023");
    CHECK(error_of(start, 1, Unit::day, {-1, {}, {}}) == "22023");
    CHECK(error_of(start, 1, Unit::working_day, {0, {}, {}}) == "22023");
    CHECK(error_of(after_all_times, 1, Unit::hour) == "22008");
    CHECK(error_of(before_all_times, 1, Unit::working_day) == "22008");
    CHECK(error_of(end_of_time - 1, 1, Unit::month) == "22008");
    for (Unit unit : {Unit::hour, Unit::day, Unit::working_day, Unit::week, Unit::month})
        CHECK(end_of(at(19'999, 12, 31), 100'000, unit) < end_of_time);
    CHECK(end_of(earliest_time, 100'000, Unit::month) > earliest_time);
    CHECK_FALSE(unit_named("Day"));
    CHECK_FALSE(unit_named(""));

    bool answer = false;
    CHECK_FALSE(is_working_day(std::numeric_limits<Date>::max(), {}, answer).ok());
    CHECK_FALSE(is_working_day(0, {128, {}, {}}, answer).ok());
}

TEST_CASE("infinite days among the exceptions change nothing") {
    const std::vector<Date> infinite{std::numeric_limits<Date>::min(),
                                     std::numeric_limits<Date>::max()};
    CHECK(end_of(at(2024, 1, 5), 1, Unit::working_day, {31, infinite, infinite}) == at(2024, 1, 8));
}
