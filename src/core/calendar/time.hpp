// Times and dates as the server keeps them: microseconds and days since 2000-01-01.
#pragma once

#include <cstdint>
#include <limits>

namespace highseas {

using Time = std::int64_t; // an instant (UTC), or a wall clock's reading where a name says local
using Date = std::int32_t;

inline constexpr Time microseconds_per_hour = 3'600'000'000;
inline constexpr Time microseconds_per_day = 24 * microseconds_per_hour;

inline constexpr Time before_all_times = std::numeric_limits<Time>::min(); // -infinity
inline constexpr Time after_all_times = std::numeric_limits<Time>::max();  // infinity

// The server's range: 4714-11-24 BC up to, not including, 294277-01-01.
inline constexpr Time earliest_time = -211'813'488'000'000'000;
inline constexpr Time end_of_time = 9'223'371'331'200'000'000;

inline constexpr bool is_infinite(Time time) noexcept {
    return time == before_all_times || time == after_all_times;
}

inline constexpr bool is_infinite(Date date) noexcept {
    return date == std::numeric_limits<Date>::min() || date == std::numeric_limits<Date>::max();
}

} // namespace highseas
