#include "pg/postgres.hpp"

#include "pg/zone.hpp"

#include <algorithm>

#include "core/status.hpp"
#include "pg/arguments.hpp"

namespace highseas::pg {
namespace {

constexpr Time microseconds_per_second = 1'000'000;
constexpr std::int64_t seconds_to_our_epoch =
    std::int64_t{POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE} * SECS_PER_DAY;

// No zone has ever been further from another, and no change was greater.
constexpr std::int64_t seconds_of_doubt = SECS_PER_DAY;

// A stretch of time between two changes of a zone's clocks, in seconds since 1970.
struct Stretch {
    std::int64_t offset;
    bool ends;
    std::int64_t end;
    std::int64_t next_offset;
};

Stretch stretch_at(pg_tz *zone, std::int64_t second) {
    const pg_time_t when = second;
    pg_time_t boundary = 0;
    long before = 0;
    long after = 0;
    int before_is_dst = 0;
    int after_is_dst = 0;
    const int found = pg_next_dst_boundary(&when, &before, &before_is_dst, &boundary, &after,
                                           &after_is_dst, zone);
    return {before, found > 0, boundary, after};
}

std::int64_t unix_second(Time time) {
    const Time second = time / microseconds_per_second - (time % microseconds_per_second < 0);
    return second + seconds_to_our_epoch;
}

Time from_unix(std::int64_t second) {
    return (second - seconds_to_our_epoch) * microseconds_per_second;
}

} // namespace

pg_tz *find_zone(std::string_view name) {
    char buffer[TZ_STRLEN_MAX + 1];
    pg_tz *zone = nullptr;
    if (name.size() < sizeof buffer) {
        *std::copy(name.begin(), name.end(), buffer) = '\0';
        zone = pg_tzset(buffer);
    }
    if (!zone)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("time zone \"%.*s\" not recognized", shown_length(name), name.data()),
                 errhint("See pg_timezone_names for the names.")));
    return zone;
}

Time to_local(pg_tz *zone, Time instant) {
    if (is_infinite(instant))
        return instant;
    const std::int64_t second = unix_second(instant);
    Stretch stretch = stretch_at(zone, second - seconds_of_doubt);
    Time reached = before_all_times;
    while (stretch.ends && stretch.end <= second) {
        reached = std::max(reached, from_unix(stretch.end + stretch.offset));
        stretch = stretch_at(zone, stretch.end);
    }
    return std::max(reached, instant + stretch.offset * microseconds_per_second);
}

Time to_instant(pg_tz *zone, Time local) {
    if (is_infinite(local))
        return local;
    const std::int64_t reading = unix_second(local);
    Stretch stretch = stretch_at(zone, reading - seconds_of_doubt);
    while (stretch.ends && reading - stretch.next_offset >= stretch.end)
        stretch = stretch_at(zone, stretch.end);
    const Time instant = local - stretch.offset * microseconds_per_second;
    return stretch.ends ? std::min(instant, from_unix(stretch.end)) : instant;
}

Time shift(pg_tz *zone, Time instant, Datum interval) {
    const Datum local = DirectFunctionCall2(timestamp_pl_interval,
                                            TimestampGetDatum(to_local(zone, instant)), interval);
    const Time shifted = to_instant(zone, DatumGetTimestamp(local));
    if (!is_infinite(shifted) && !IS_VALID_TIMESTAMP(shifted))
        ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
                        errmsg("a time is out of range after it was moved by an interval")));
    return shifted;
}

LocalClock local_clock(pg_tz *zone, Time first, Time last) {
    const std::int64_t end = unix_second(last) + seconds_of_doubt;
    std::size_t room = 64;
    std::size_t count = 0;
    auto *changes = allocate<Time>(room);
    auto *offsets = allocate<Time>(room + 1);
    Stretch stretch = stretch_at(zone, unix_second(first) - 2 * seconds_of_doubt);
    offsets[0] = stretch.offset * microseconds_per_second;
    for (; stretch.ends && stretch.end <= end; stretch = stretch_at(zone, stretch.end)) {
        if (count == room) {
            room *= 2;
            changes = static_cast<Time *>(repalloc(changes, room * sizeof(Time)));
            offsets = static_cast<Time *>(repalloc(offsets, (room + 1) * sizeof(Time)));
        }
        changes[count++] = from_unix(stretch.end);
        offsets[count] = stretch.next_offset * microseconds_per_second;
    }
    return {{changes, count}, {offsets, count + 1}};
}

} // namespace highseas::pg
