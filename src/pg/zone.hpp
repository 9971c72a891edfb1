// Wall clocks. Both ways keep the order of time, which AT TIME ZONE does not where clocks are
// changed: else a later follow-up could make a deadline earlier. In the hour that a clock repeats
// it stands still the second time (03:00); a reading that it skips is the moment of the change.
#pragma once

#include "pg/postgres.hpp"

#include <string_view>

#include "core/calendar/local_clock.hpp"
#include "core/calendar/time.hpp"

namespace highseas::pg {

pg_tz *find_zone(std::string_view name); // 22023 if there is none
Time to_local(pg_tz *zone, Time instant);
Time to_instant(pg_tz *zone, Time local);
Time shift(pg_tz *zone, Time instant, Datum interval); // on the wall clock

// The same as a table, for times from first to last.
LocalClock local_clock(pg_tz *zone, Time first, Time last);

} // namespace highseas::pg
