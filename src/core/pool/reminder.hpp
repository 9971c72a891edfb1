// Reminders come in steps before the due date, the longest first. All functions judge a step by
// the same condition, so what one calls reached is never what another announces next.
#pragma once

#include <span>

#include "core/calendar/time.hpp"
#include "core/status.hpp"

namespace highseas {

// How long before the due date, in the server's three parts.
struct Step {
    std::int64_t microseconds;
    int days;
    int months;
};

Status next_event(Time due_at, std::span<const Step> steps, int reminded, Time &event);
// Of a date that was set at now: the first step still to come; when all are past, halfway to the
// date, lest it strike unannounced.
Status first_event(Time due_at, std::span<const Step> steps, Time now, Time &event);
Status reminders_due(Time due_at, std::span<const Step> steps, Time now, int &count) noexcept;

} // namespace highseas
