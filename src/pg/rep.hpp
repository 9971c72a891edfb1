// What the rules ask of a rep and of his tenant.
#pragma once

#include "pg/postgres.hpp"

#include <optional>
#include <string_view>

#include "core/calendar/time.hpp"
#include "pg/due.hpp"

namespace highseas::pg {

// What the policies say of a statement: only members of the tenant's roles read.
bool sees(std::int64_t tenant_id);

std::optional<Calendar> find_calendar(std::int64_t tenant_id);

Date day_of(Time now, pg_tz *zone);
Time start_of(Date day, pg_tz *zone);

struct RepFacts {
    std::optional<std::string_view> tier;
    bool active = false; // and not on leave
    int held = 0;
    std::optional<Date> last_day_of_leave;
};

std::optional<RepFacts> find_rep(std::int64_t tenant_id, std::string_view rep_key, Date day);

// All his leaves, in the order of their beginnings.
std::span<const Leave> find_leaves(std::int64_t tenant_id, std::string_view rep_key, pg_tz *zone);

// When somebody on leave is back; empty beyond the end of all times.
std::optional<Time> back_at(const RepFacts &facts, pg_tz *zone);

} // namespace highseas::pg
