#include "core/calendar/local_clock.hpp"

#include <algorithm>

#include "core/no_postgres.hpp"

namespace highseas {

Status LocalClock::check() const noexcept {
    if (offsets.size() != changes.size() + 1 || !std::is_sorted(changes.begin(), changes.end()))
        return Status::error(sqlstate::bad_parameter, "the changes of a clock are not in order");
    return {};
}

// No change was ever greater than a day.
Time LocalClock::to_local(Time instant) const noexcept {
    const auto next = std::upper_bound(changes.begin(), changes.end(), instant);
    auto i = static_cast<std::size_t>(next - changes.begin());
    Time local = instant + offsets[i];
    for (; i > 0 && changes[i - 1] > instant - microseconds_per_day; --i)
        local = std::max(local, changes[i - 1] + offsets[i - 1]);
    return local;
}

Time LocalClock::to_instant(Time local) const noexcept {
    const auto near =
        std::upper_bound(changes.begin(), changes.end(), local - microseconds_per_day);
    auto i = static_cast<std::size_t>(near - changes.begin());
    while (i < changes.size() && local - offsets[i + 1] >= changes[i])
        ++i;
    const Time instant = local - offsets[i];
    return i < changes.size() ? std::min(instant, changes[i]) : instant;
}

} // namespace highseas
