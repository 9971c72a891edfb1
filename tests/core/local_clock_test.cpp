#include "catch.hpp"

#include <string>
#include <vector>

#include "core/calendar/local_clock.hpp"
#include "times.hpp"

using namespace highseas;

namespace {

// Berlin in 2026: forward on 29 March at 1:00 UTC, back on 25 October at 1:00 UTC.
const std::vector<Time> changes{at(2026, 3, 29, 1), at(2026, 10, 25, 1)};
const std::vector<Time> offsets{microseconds_per_hour, 2 * microseconds_per_hour,
                                microseconds_per_hour};
const LocalClock berlin{changes, offsets};

} // namespace

TEST_CASE("a wall clock goes by its zone, in summer and winter") {
    CHECK(berlin.to_local(at(2026, 1, 10, 12)) == at(2026, 1, 10, 13));
    CHECK(berlin.to_local(at(2026, 7, 10, 12)) == at(2026, 7, 10, 14));
    CHECK(berlin.to_local(at(2026, 12, 10, 12)) == at(2026, 12, 10, 13));
    CHECK(berlin.to_instant(at(2026, 7, 10, 14)) == at(2026, 7, 10, 12));
    CHECK(berlin.to_instant(at(2026, 12, 10, 13)) == at(2026, 12, 10, 12));
}

TEST_CASE("a reading that is skipped is the moment of the change, the repeated hour stands still") {
    CHECK(berlin.to_instant(at(2026, 3, 29, 2, 30)) == at(2026, 3, 29, 1));
    CHECK(berlin.to_local(at(2026, 10, 25, 0, 30)) == at(2026, 10, 25, 2, 30));
    CHECK(berlin.to_local(at(2026, 10, 25, 1, 30)) == at(2026, 10, 25, 3));
    CHECK(berlin.to_local(at(2026, 10, 25, 2, 30)) == at(2026, 10, 25, 3, 30));
    CHECK(berlin.to_instant(at(2026, 10, 25, 2, 30)) == at(2026, 10, 25, 1, 30));
}

TEST_CASE("both ways keep the order of time") {
    for (Time change : changes) {
        Time local = before_all_times, instant = before_all_times;
        for (Time t = change - 3 * microseconds_per_day; t < change + 3 * microseconds_per_day;
             t += microseconds_per_hour / 12) {
            REQUIRE(berlin.to_local(t) >= local);
            REQUIRE(berlin.to_instant(t) >= instant);
            local = berlin.to_local(t);
            instant = berlin.to_instant(t);
        }
    }
}

TEST_CASE("a table out of order is refused") {
    CHECK(berlin.check().ok());
    CHECK(std::string(LocalClock{changes, changes}.check().sqlstate) == "22023");
    const std::vector<Time> backwards{changes[1], changes[0]};
    CHECK(std::string(LocalClock{backwards, offsets}.check().sqlstate) == "22023");
}
