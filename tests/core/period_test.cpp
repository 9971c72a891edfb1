#include "catch.hpp"

#include <chrono>
#include <limits>
#include <string>

#include "core/calendar/period.hpp"

using namespace highseas;

namespace {

Date date(int y, unsigned m, unsigned d) {
    using namespace std::chrono;
    return static_cast<Date>(
        (sys_days{year{y} / month{m} / day{d}} - sys_days{year{2000} / 1 / 1}).count());
}

Days around(Date day, Period period) {
    Days days{};
    REQUIRE(period_around(day, period, days).ok());
    return days;
}

} // namespace

TEST_CASE("a week begins on Monday, a month on its first, across years and leap days", "[period]") {
    CHECK(around(date(2026, 11, 24), Period::day).first == date(2026, 11, 24));
    CHECK(around(date(2026, 11, 24), Period::day).next == date(2026, 11, 25));
    CHECK(around(date(2026, 11, 24), Period::week).first == date(2026, 11, 23)); // a Tuesday
    CHECK(around(date(2026, 11, 23), Period::week).first == date(2026, 11, 23));
    CHECK(around(date(2026, 11, 29), Period::week).next == date(2026, 11, 30));
    CHECK(around(date(2021, 1, 1), Period::week).first == date(2020, 12, 28));
    CHECK(around(date(2024, 2, 29), Period::month).first == date(2024, 2, 1));
    CHECK(around(date(2024, 2, 29), Period::month).next == date(2024, 3, 1));
    CHECK(around(date(2026, 12, 31), Period::month).next == date(2027, 1, 1));
    CHECK(around(date(1999, 12, 31), Period::month).next == 0);
}

TEST_CASE("every day lies in exactly one period, and periods follow each other", "[period]") {
    for (const Period period : {Period::day, Period::week, Period::month})
        for (Date day = -1000; day < 1000; ++day) {
            const Days days = around(day, period);
            REQUIRE((days.first <= day && day < days.next));
            REQUIRE(around(days.next, period).first == days.next);
            REQUIRE(around(days.next - 1, period).first == days.first);
        }
}

TEST_CASE("days beyond the calendar are refused", "[period]") {
    Days days{};
    for (const Date day :
         {std::numeric_limits<Date>::max(), std::numeric_limits<Date>::min(), 100'000'000})
        CHECK(std::string(period_around(day, Period::month, days).sqlstate) == "22008");
    CHECK_FALSE(period_named("year"));
    CHECK(std::string(unknown_period("year").message) == "unknown period \"year\"");
}
