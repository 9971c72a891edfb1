// The periods that quotas count in.
#pragma once

#include <optional>
#include <string_view>

#include "core/calendar/time.hpp"
#include "core/status.hpp"

namespace highseas {

enum class Period : unsigned char { day, week, month };

std::optional<Period> period_named(std::string_view name) noexcept;
Status unknown_period(std::string_view name) noexcept;

struct Days {
    Date first;
    Date next; // the first day after it
};

// The day, the week (from Monday) or the month that a day lies in.
Status period_around(Date day, Period period, Days &days) noexcept;

} // namespace highseas
