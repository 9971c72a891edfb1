// Windows: so many hours, days, working days, weeks or months after an instant.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/calendar/time.hpp"
#include "core/status.hpp"

namespace highseas {

enum class Unit : unsigned char { hour, day, working_day, week, month };

std::optional<Unit> unit_named(std::string_view name) noexcept;
Status unknown_unit(std::string_view name) noexcept;

// An hour is elapsed time; every other unit is read from the wall clock of a time zone, which the
// core does not know: there the caller gives and takes local times.
inline constexpr bool is_local(Unit unit) noexcept {
    return unit != Unit::hour;
}

struct Window {
    int amount;
    Unit unit;
};

struct WorkingDays {
    int week_mask = 31;               // bit 0 = Monday ... bit 6 = Sunday
    std::span<const Date> days_off{}; // no work in spite of the mask
    std::span<const Date> days_on{};  // work in spite of the mask and of days_off
};

Status check_week_mask(int week_mask) noexcept;

// start and end are instants for Unit::hour and local times for the other units.
Status add_window(Time start, Window window, const WorkingDays &calendar, Time &end);

// For deadlines: as add_window, but a later start never gives an earlier end. Where several days
// lead to one (a window of working days that starts on a day off; 31 January + 1 month) the time of
// day would decide against whoever came later, so the window lasts until that day's end.
Status add_whole_window(Time start, Window window, const WorkingDays &calendar, Time &end);

Status is_working_day(Date day, const WorkingDays &calendar, bool &answer) noexcept;

} // namespace highseas
