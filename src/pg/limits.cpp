#include "pg/postgres.hpp"

#include "pg/limits.hpp"

#include <algorithm>
#include <initializer_list>

#include "core/calendar/period.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/scope.hpp"
#include "pg/table.hpp"
#include "pg/zone.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_limits_of);
}

namespace {

using Text = std::string_view;

// Where the rule leaves the customers open, whom it counts is left to scope.pool and
// .customer_class.
bool binds(const RepLimit &limit, const Limited &rep) {
    return covers(limit.scope.tier, rep.facts.tier) && covers(limit.scope.rep, rep.rep_key);
}

bool counts(const RepLimit &limit, const Row &row) {
    return (!limit.scope.pool || limit.scope.pool == row.find<Text>("pool_key")) &&
           (!limit.scope.customer_class || limit.scope.customer_class == row.find<Text>("class"));
}

void count_held(std::span<RepLimit> limits, const Limited &rep) {
    auto is_general = [](const RepLimit &limit) {
        return !limit.scope.pool && !limit.scope.customer_class && limit.closed_deals;
    };
    for (RepLimit &limit : limits)
        limit.used = is_general(limit) ? rep.facts.held : 0;
    if (std::all_of(limits.begin(), limits.end(), is_general))
        return;
    for_each_row("customer", "customer_holder",
                 {equals("tenant_id", rep.tenant_id), equals("holder", rep.rep_key)},
                 [&](const Row &row) {
                     for (RepLimit &limit : limits)
                         if (!is_general(limit) && counts(limit, row) &&
                             (limit.closed_deals || row.get<Text>("deal") != "closed"))
                             ++limit.used;
                 });
}

void count_taken(std::span<RepLimit> limits, const Limited &rep) {
    if (limits.empty())
        return;
    const Time since = std::min_element(limits.begin(), limits.end(), [](auto &one, auto &other) {
                           return one.since < other.since;
                       })->since;
    for_each_row("holding", "holding_rep",
                 {equals("tenant_id", rep.tenant_id), equals("rep_key", rep.rep_key),
                  at_least("started_at", since)},
                 [&](const Row &row) {
                     const Text act = row.get<Text>("act");
                     if (act == "import" || act == "adopt" || act == "cover" ||
                         act == "give_back" || act == "succeed")
                         return; // found in the CRM, or standing in for another one: not taken
                     const Time started_at = row.get<Time>("started_at");
                     for (RepLimit &limit : limits)
                         if (started_at >= limit.since && counts(limit, row))
                             ++limit.used;
                 });
}

// The rows of a table of limits that give a maximum and bind this rep.
template <class From>
std::span<RepLimit> read_limits(const char *table, const Limited &rep, From from) {
    const auto all = read_rows(table, {equals("tenant_id", rep.tenant_id)},
                               [&](const Row &row) -> std::optional<RepLimit> {
                                   const auto maximum = row.find<std::int32_t>("maximum");
                                   if (!maximum)
                                       return std::nullopt;
                                   return from(row, RepLimit{.kind = LimitKind::capacity,
                                                             .rule = row.get<Text>("rule"),
                                                             .scope = scope_of(row),
                                                             .maximum = *maximum});
                               });
    auto *limits = allocate<RepLimit>(all.size());
    std::size_t count = 0;
    for (const auto &limit : all)
        if (limit && binds(*limit, rep))
            limits[count++] = *limit;
    return {limits, count};
}

} // namespace

namespace highseas::pg {

std::span<const RepLimit> find_capacities(const Limited &rep) {
    const auto limits = read_limits("capacity", rep, [](const Row &row, RepLimit limit) {
        limit.closed_deals = row.get<bool>("closed_deals");
        return row.get<Text>("counts") == "held" ? std::optional(limit) : std::nullopt;
    });
    count_held(limits, rep);
    return limits;
}

std::span<const RepLimit> find_quotas(const Limited &rep) {
    const Date today = day_of(rep.now, rep.zone);
    const auto limits = read_limits("quota", rep, [&](const Row &row, RepLimit limit) {
        const auto name = row.get<Text>("period");
        const auto period = period_named(name);
        if (!period)
            check(unknown_period(name));
        Days days{};
        check(period_around(today, *period, days));
        limit.kind = LimitKind::quota;
        limit.since = start_of(days.first, rep.zone);
        if (limit.maximum > 0) // one of 0 is never free again
            limit.resets = start_of(days.next, rep.zone);
        return std::optional(limit);
    });
    count_taken(limits, rep);
    return limits;
}

} // namespace highseas::pg

// (tenant_id, rep_key, now)
Datum highseas_limits_of(PG_FUNCTION_ARGS) {
    InitMaterializedSRF(fcinfo, 0);
    const auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    const auto tenant_id = argument<std::int64_t>(fcinfo, 0);
    const Time now = argument<Time>(fcinfo, 2);

    const auto calendar = sees(tenant_id) ? find_calendar(tenant_id) : std::nullopt;
    if (!calendar)
        return 0;
    Limited rep{tenant_id, argument<Text>(fcinfo, 1), {}, now, find_zone(*calendar->zone)};
    const auto facts = find_rep(tenant_id, rep.rep_key, day_of(now, rep.zone));
    if (!facts)
        return 0;
    rep.facts = *facts;
    auto text_or_null = [](const std::optional<Text> &value) {
        return value ? text_datum(*value) : 0;
    };
    for (const auto limits : {find_capacities(rep), find_quotas(rep)})
        for (const RepLimit &limit : limits) {
            const auto &pool = limit.scope.pool;
            const auto &customer_class = limit.scope.customer_class;
            Datum values[7] = {text_datum(name_of(limit.kind)),
                               text_datum(limit.rule),
                               text_or_null(pool),
                               text_or_null(customer_class),
                               Int32GetDatum(limit.maximum),
                               Int32GetDatum(limit.used),
                               TimestampTzGetDatum(limit.resets.value_or(0))};
            bool nulls[7] = {false, false, !pool, !customer_class, false, false, !limit.resets};
            tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
        }
    return 0;
}
