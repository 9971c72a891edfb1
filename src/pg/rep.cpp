#include "pg/postgres.hpp"

#include "pg/rep.hpp"

#include <algorithm>

#include "core/access/rank.hpp"
#include "core/pool/tier.hpp"
#include "pg/access.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/row.hpp"
#include "pg/table.hpp"
#include "pg/zone.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_rep_facts);
}

namespace {

using Text = std::string_view;

constexpr Time furthest_day = end_of_time / microseconds_per_day - 2;

struct Rep {
    std::optional<Date> hired_on;
    bool active;
    int held;
};

std::optional<Text> find_tier(std::int64_t tenant_id, int tenure_days) {
    struct Tier {
        Text name;
        int from_days;
    };
    const auto tiers = read_rows("tier", {equals("tenant_id", tenant_id)}, [](const Row &row) {
        return Tier{row.get<Text>("tier"), row.get<std::int32_t>("from_days")};
    });
    auto *names = allocate<Text>(tiers.size());
    auto *from_days = allocate<int>(tiers.size());
    for (std::size_t i = 0; i < tiers.size(); ++i) {
        names[i] = tiers[i].name;
        from_days[i] = tiers[i].from_days;
    }
    std::optional<Text> tier;
    check(tier_of(tenure_days, {names, tiers.size()}, {from_days, tiers.size()}, tier));
    return tier;
}

// The last day of the leave that a day lies in; leaves that adjoin or overlap are one. They come in
// the order of their first days.
std::optional<Date> last_day_of_leave(std::int64_t tenant_id, Text rep_key, Date day) {
    std::optional<Date> last;
    for_each_row("rep_leave", nullptr, {equals("tenant_id", tenant_id), equals("rep_key", rep_key)},
                 [&](const Row &row) {
                     const Date first_day = row.get<Date>("first_day");
                     const Date last_day = row.get<Date>("last_day");
                     const bool begins_it = first_day <= day && day <= last_day;
                     if (begins_it || (last && std::int64_t{first_day} - *last <= 1))
                         last = std::max(last.value_or(last_day), last_day);
                 });
    return last;
}

} // namespace

namespace highseas::pg {

bool sees(std::int64_t tenant_id) {
    return has_access(GetUserId(), tenant_id, access_rank("reader"));
}

std::optional<Calendar> find_calendar(std::int64_t tenant_id) {
    return read_row("tenant", {equals("tenant_id", tenant_id)}, [](const Row &row) {
        return Calendar{row.get<Text>("time_zone"), row.get<std::int32_t>("week_mask"),
                        array_elements<Date>(row.datum("days_off"), "days_off"),
                        array_elements<Date>(row.datum("days_on"), "days_on")};
    });
}

Date day_of(Time now, pg_tz *zone) {
    const Time local = to_local(zone, now);
    return static_cast<Date>(local / microseconds_per_day - (local % microseconds_per_day < 0));
}

Time start_of(Date day, pg_tz *zone) {
    return to_instant(zone, day * microseconds_per_day);
}

std::optional<RepFacts> find_rep(std::int64_t tenant_id, Text rep_key, Date day) {
    const auto rep = read_row("rep", {equals("tenant_id", tenant_id), equals("rep_key", rep_key)},
                              [](const Row &row) {
                                  return Rep{row.find<Date>("hired_on"), row.get<bool>("active"),
                                             row.get<std::int32_t>("held")};
                              });
    if (!rep)
        return std::nullopt;
    RepFacts facts{std::nullopt, rep->active, rep->held, std::nullopt};
    if (rep->active) {
        facts.last_day_of_leave = last_day_of_leave(tenant_id, rep_key, day);
        facts.active = !facts.last_day_of_leave;
    }
    if (rep->hired_on)
        facts.tier = find_tier(tenant_id, day - *rep->hired_on);
    return facts;
}

std::span<const Leave> find_leaves(std::int64_t tenant_id, Text rep_key, pg_tz *zone) {
    return read_rows("rep_leave", {equals("tenant_id", tenant_id), equals("rep_key", rep_key)},
                     [zone](const Row &row) {
                         const Time last = std::min<Time>(row.get<Date>("last_day"), furthest_day);
                         return Leave{start_of(row.get<Date>("first_day"), zone),
                                      start_of(static_cast<Date>(last + 1), zone)};
                     });
}

std::optional<Time> back_at(const RepFacts &facts, pg_tz *zone) {
    if (!facts.last_day_of_leave || *facts.last_day_of_leave > furthest_day)
        return std::nullopt;
    return start_of(*facts.last_day_of_leave + 1, zone);
}

} // namespace highseas::pg

// (tenant_id, rep_key, now)
Datum highseas_rep_facts(PG_FUNCTION_ARGS) {
    const auto tenant_id = argument<std::int64_t>(fcinfo, 0);
    const auto rep_key = argument<Text>(fcinfo, 1);
    const Time now = argument<Time>(fcinfo, 2);
    TupleDesc descriptor = result_descriptor(fcinfo);

    const auto calendar = sees(tenant_id) ? find_calendar(tenant_id) : std::nullopt;
    if (!calendar)
        PG_RETURN_NULL();
    pg_tz *zone = find_zone(*calendar->zone);
    const auto rep = find_rep(tenant_id, rep_key, day_of(now, zone));
    if (!rep)
        PG_RETURN_NULL();
    const auto back = back_at(*rep, zone);
    Datum values[4] = {rep->tier ? text_datum(*rep->tier) : 0, BoolGetDatum(rep->active),
                       Int32GetDatum(rep->held), TimestampTzGetDatum(back.value_or(0))};
    bool nulls[4] = {!rep->tier, false, false, !back};
    return row(descriptor, values, nulls);
}
