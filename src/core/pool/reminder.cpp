#include "core/pool/reminder.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "core/no_postgres.hpp"

namespace highseas {
namespace {

using Wide = __int128; // no sum of a step's parts overflows it

// A month counts as 30 days and a day as 24 hours: what is reached must not hang on a time zone.
Wide length(const Step &step) noexcept {
    return Wide{step.microseconds} +
           (Wide{step.months} * 30 + step.days) * Wide{microseconds_per_day};
}

Time reached_at(Time due_at, const Step &step) noexcept {
    if (is_infinite(due_at))
        return due_at;
    return static_cast<Time>(std::max(Wide{due_at} - length(step), Wide{earliest_time}));
}

Status check_steps(std::span<const Step> steps) noexcept {
    for (const Step &step : steps)
        if (length(step) < 0)
            return Status::error(sqlstate::bad_parameter, "a reminder step must not be negative")
                .with_hint("A step says how long before the due date the reminder is sent.");
    return {};
}

} // namespace

Status next_event(Time due_at, std::span<const Step> steps, int reminded, Time &event) {
    if (Status status = check_steps(steps); !status.ok())
        return status;
    if (reminded < 0)
        return Status::error(sqlstate::bad_parameter, "reminded must not be negative");
    event = due_at;
    const auto sent = static_cast<std::size_t>(reminded);
    if (sent < steps.size()) {
        std::vector<Time> events;
        events.reserve(steps.size());
        for (const Step &step : steps)
            events.push_back(reached_at(due_at, step));
        const auto next = events.begin() + static_cast<std::ptrdiff_t>(sent);
        std::nth_element(events.begin(), next, events.end());
        event = *next;
    }
    return {};
}

Status first_event(Time due_at, std::span<const Step> steps, Time now, Time &event) {
    int missed = 0;
    if (Status status = reminders_due(due_at, steps, now, missed); !status.ok())
        return status;
    if (!steps.empty() && static_cast<std::size_t>(missed) == steps.size()) {
        event = due_at <= now ? due_at : std::midpoint(now, due_at);
        return {};
    }
    return next_event(due_at, steps, missed, event);
}

Status reminders_due(Time due_at, std::span<const Step> steps, Time now, int &count) noexcept {
    if (Status status = check_steps(steps); !status.ok())
        return status;
    count = static_cast<int>(std::count_if(steps.begin(), steps.end(), [&](const Step &step) {
        return reached_at(due_at, step) <= now;
    }));
    return {};
}

} // namespace highseas
