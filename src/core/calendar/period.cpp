#include "core/calendar/period.hpp"

#include <chrono>

#include "core/no_postgres.hpp"

namespace highseas {

std::optional<Period> period_named(std::string_view name) noexcept {
    if (name == "day")
        return Period::day;
    if (name == "week")
        return Period::week;
    if (name == "month")
        return Period::month;
    return std::nullopt;
}

Status unknown_period(std::string_view name) noexcept {
    return Status::error(sqlstate::bad_parameter, "unknown period \"%.*s\"", shown_length(name),
                         name.data())
        .with_hint("The periods are day, week and month.");
}

Status period_around(Date day, Period period, Days &result) noexcept {
    using namespace std::chrono;
    constexpr sys_days epoch{year{2000} / 1 / 1};
    constexpr Date limit =
        (sys_days{year{20'000} / 1 / 1} - epoch).count(); // of std::chrono's years
    if (day > limit || day < -limit)
        return Status::error(sqlstate::out_of_range, "date out of range");

    const sys_days date = epoch + days{day};
    const auto number = [epoch](sys_days at) { return static_cast<Date>((at - epoch).count()); };
    switch (period) {
    case Period::day:
        result = {day, day + 1};
        break;
    case Period::week: {
        const sys_days monday = date - (weekday{date} - Monday);
        result = {number(monday), number(monday + weeks{1})};
        break;
    }
    case Period::month: {
        const year_month_day civil{date};
        const year_month month{civil.year(), civil.month()};
        result = {number(sys_days{month / 1}), number(sys_days{(month + months{1}) / 1})};
        break;
    }
    }
    return {};
}

} // namespace highseas
