#include "core/calendar/window.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <vector>

#include "core/no_postgres.hpp"

namespace highseas {
namespace {

constexpr int longest_amount = 100'000;
constexpr std::chrono::sys_days epoch{std::chrono::year{2000} / 1 / 1};

constexpr std::int64_t floor_div(std::int64_t value, std::int64_t divisor) noexcept {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}

// 0 = Monday; 2000-01-01 was a Saturday.
constexpr int weekday(std::int64_t day) noexcept {
    return static_cast<int>(day + 5 - 7 * floor_div(day + 5, 7));
}

constexpr bool in_mask(std::int64_t day, int mask) noexcept {
    return (mask >> weekday(day)) & 1;
}

bool contains(std::span<const Date> days, Date day) noexcept {
    return std::find(days.begin(), days.end(), day) != days.end();
}

// The days of the mask after `from`, up to and with `to`.
std::int64_t count_mask_days(std::int64_t from, std::int64_t to, int mask) noexcept {
    std::int64_t weeks = (to - from) / 7;
    std::int64_t count = weeks * std::popcount(static_cast<unsigned>(mask));
    for (std::int64_t day = from + 7 * weeks + 1; day <= to; ++day)
        count += in_mask(day, mask);
    return count;
}

std::int64_t nth_mask_day(std::int64_t from, std::int64_t n, int mask) noexcept {
    const int per_week = std::popcount(static_cast<unsigned>(mask));
    std::int64_t weeks = (n - 1) / per_week;
    std::int64_t day = from + 7 * weeks;
    for (n -= weeks * per_week; n > 0; n -= in_mask(day, mask))
        ++day;
    return day;
}

std::vector<Date> sorted_after(std::span<const Date> days, std::int64_t from) {
    std::vector<Date> after;
    for (Date day : days)
        if (day > from && !is_infinite(day))
            after.push_back(day);
    if (!std::is_sorted(after.begin(), after.end()))
        std::sort(after.begin(), after.end());
    after.erase(std::unique(after.begin(), after.end()), after.end());
    return after;
}

// The days that differ from the mask, in order.
std::vector<Date> exceptions_after(std::int64_t from, const WorkingDays &calendar) {
    std::vector<Date> on = sorted_after(calendar.days_on, from);
    std::vector<Date> off = sorted_after(calendar.days_off, from);
    std::vector<Date> exceptions;
    exceptions.reserve(on.size() + off.size());
    for (Date day : on)
        if (!in_mask(day, calendar.week_mask))
            exceptions.push_back(day);
    const auto middle = static_cast<std::ptrdiff_t>(exceptions.size());
    for (Date day : off)
        if (in_mask(day, calendar.week_mask) && !std::binary_search(on.begin(), on.end(), day))
            exceptions.push_back(day);
    std::inplace_merge(exceptions.begin(), exceptions.begin() + middle, exceptions.end());
    return exceptions;
}

// Goes from exception to exception and counts the days between by arithmetic, so a window of
// years costs what its holidays cost.
Status nth_working_day(std::int64_t from, std::int64_t n, const WorkingDays &calendar,
                       std::int64_t &result) {
    const int mask = calendar.week_mask;
    for (Date exception : exceptions_after(from, calendar)) {
        std::int64_t between = count_mask_days(from, exception - 1, mask);
        if (between >= n)
            break;
        n -= between;
        from = exception;
        if (!in_mask(exception, mask) && --n == 0) {
            result = exception;
            return {};
        }
    }
    if (mask == 0)
        return Status::error(sqlstate::bad_parameter, "no working day found")
            .with_detail("The week mask is 0 and there are not enough extra working days.");
    result = nth_mask_day(from, n, mask);
    return {};
}

// Where a window leads. shared: an earlier day leads there as well.
struct Landing {
    std::int64_t day;
    bool shared;
};

Landing add_months(std::int64_t from, int months) {
    using namespace std::chrono;
    const year_month_day date{epoch + days{from}};
    const year_month target = year_month{date.year(), date.month()} + std::chrono::months{months};
    const day last_day = (target / last).day();
    const bool beyond = date.day() > last_day;
    const sys_days landing{target / (beyond ? last_day : date.day())};
    return {(landing - epoch).count(), beyond};
}

bool works_on(std::int64_t day, const WorkingDays &calendar) noexcept {
    const Date date = static_cast<Date>(day);
    return contains(calendar.days_on, date) ||
           (in_mask(day, calendar.week_mask) && !contains(calendar.days_off, date));
}

Status land(std::int64_t from, Window window, const WorkingDays &calendar, Landing &landing) {
    switch (window.unit) {
    case Unit::hour:
        break;
    case Unit::day:
        landing = {from + window.amount, false};
        break;
    case Unit::week:
        landing = {from + std::int64_t{7} * window.amount, false};
        break;
    case Unit::month:
        landing = add_months(from, window.amount);
        break;
    case Unit::working_day:
        landing = {from, false};
        if (window.amount == 0)
            break;
        landing.shared = !works_on(from, calendar);
        return nth_working_day(from, window.amount, calendar, landing.day);
    }
    return {};
}

// Far enough from the ends of the server's times and of std::chrono's years that no sum overflows.
constexpr Time latest_start =
    (std::chrono::sys_days{std::chrono::year{20'000} / 1 / 1} - epoch).count() *
    microseconds_per_day;

Status check_start(Time start) noexcept {
    if (is_infinite(start))
        return Status::error(sqlstate::out_of_range, "a window cannot start at an infinite time");
    if (start < earliest_time || start >= latest_start)
        return Status::error(sqlstate::out_of_range, "start of the window is out of range")
            .with_detail("A window starts before the year 20000.");
    return {};
}

Status close_window(Time start, Window window, const WorkingDays &calendar, bool whole, Time &end) {
    if (window.amount < 0 || window.amount > longest_amount)
        return Status::error(sqlstate::bad_parameter, "amount %d of a window is out of range",
                             window.amount)
            .with_detail("An amount lies between 0 and %d.", longest_amount);
    if (Status status = check_week_mask(calendar.week_mask); !status.ok())
        return status;
    if (Status status = check_start(start); !status.ok())
        return status;

    if (window.unit == Unit::hour) {
        end = start + window.amount * microseconds_per_hour;
        return {};
    }
    const std::int64_t from = floor_div(start, microseconds_per_day);
    Landing landing{};
    if (Status status = land(from, window, calendar, landing); !status.ok())
        return status;
    if (whole && landing.shared)
        end = (landing.day + 1) * microseconds_per_day;
    else
        end = start + (landing.day - from) * microseconds_per_day;
    return {};
}

} // namespace

std::optional<Unit> unit_named(std::string_view name) noexcept {
    if (name == "hour")
        return Unit::hour;
    if (name == "day")
        return Unit::day;
    if (name == "working_day")
        return Unit::working_day;
    if (name == "week")
        return Unit::week;
    if (name == "month")
        return Unit::month;
    return std::nullopt;
}

Status unknown_unit(std::string_view name) noexcept {
    return Status::error(sqlstate::bad_parameter, "unknown unit \"%.*s\"", shown_length(name),
                         name.data())
        .with_hint("The units are hour, day, working_day, week and month.");
}

Status check_week_mask(int week_mask) noexcept {
    if (week_mask < 0 || week_mask > 127)
        return Status::error(sqlstate::bad_parameter, "week mask %d is out of range", week_mask)
            .with_detail("A week mask lies between 0 and 127.")
            .with_hint("Bit 0 is Monday and bit 6 is Sunday; 31 is Monday to Friday.");
    return {};
}

Status add_window(Time start, Window window, const WorkingDays &calendar, Time &end) {
    return close_window(start, window, calendar, false, end);
}

Status add_whole_window(Time start, Window window, const WorkingDays &calendar, Time &end) {
    return close_window(start, window, calendar, true, end);
}

Status is_working_day(Date day, const WorkingDays &calendar, bool &answer) noexcept {
    if (Status status = check_week_mask(calendar.week_mask); !status.ok())
        return status;
    if (is_infinite(day))
        return Status::error(sqlstate::out_of_range, "an infinite date is no day");
    answer = works_on(day, calendar);
    return {};
}

} // namespace highseas
