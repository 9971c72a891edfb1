// When a holding is due, in a tenant's time zone and calendar.
#pragma once

#include "pg/postgres.hpp"

#include <optional>
#include <span>
#include <string_view>

#include "core/pool/deadline.hpp"
#include "core/pool/reminder.hpp"

namespace highseas::pg {

// What a tenant's row says; the rule asks for what its windows need.
struct Calendar {
    std::optional<std::string_view> zone;
    std::optional<int> week_mask;
    std::span<const Date> days_off;
    std::span<const Date> days_on;
};

DueDate find_due(const HoldingFacts &facts, const DeadlineRules &rules, const Calendar &calendar);

std::span<const Step> steps_from(std::span<const Interval> intervals);

} // namespace highseas::pg
