// The wall clock of a time zone over a stretch of time, as a table of its changes: for rules that
// ask for millions of times. Both ways keep the order of time: in the hour that a clock repeats it
// stands still the second time; a reading that it skips is the moment of the change.
#pragma once

#include <span>

#include "core/calendar/time.hpp"
#include "core/status.hpp"

namespace highseas {

struct LocalClock {
    std::span<const Time> changes; // instants, rising
    std::span<const Time> offsets; // east of UTC, before the first change and from each on

    Status check() const noexcept;
    Time to_local(Time instant) const noexcept;
    Time to_instant(Time local) const noexcept;
};

} // namespace highseas
