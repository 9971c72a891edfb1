// The facts that the pool's rules ask for, gathered by key: of the rep, of his limits, of the
// deadlines that apply to him, of the customer he wants.
#include "pg/postgres.hpp"

#include <algorithm>
#include <initializer_list>

#include "core/calendar/period.hpp"
#include "core/pool/limit.hpp"
#include "core/pool/matching.hpp"
#include "core/pool/tier.hpp"
#include "core/pool/verdict.hpp"
#include "pg/access.hpp"
#include "pg/arguments.hpp"
#include "pg/due.hpp"
#include "pg/guard.hpp"
#include "pg/row.hpp"
#include "pg/table.hpp"
#include "pg/verdict.hpp"
#include "pg/zone.hpp"

extern "C" {
PG_FUNCTION_INFO_V1(highseas_rep_facts);
PG_FUNCTION_INFO_V1(highseas_limits_of);
PG_FUNCTION_INFO_V1(highseas_due_of);
PG_FUNCTION_INFO_V1(highseas_check_claim);
}

using namespace highseas;
using namespace highseas::pg;

namespace {

using Text = std::string_view;

// What the policies say of a statement: only members of the tenant's roles read here.
bool sees(std::int64_t tenant_id) {
    if (superuser_arg(GetUserId()))
        return true;
    bool found = false;
    for_each_row("tenant_role", nullptr, {equals("tenant_id", tenant_id)}, [&](const Row &row) {
        found = found || has_role(GetUserId(), *DatumGetName(row.datum("role_name")));
    });
    return found;
}

Scope scope_of(const Row &row) {
    return {row.find<Text>("pool_key"), row.find<Text>("tier"), row.find<Text>("class"),
            row.find<Text>("rep_key")};
}

// Tenant and rep ------------------------------------------------------------

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

struct Rep {
    std::optional<Date> hired_on;
    bool active;
    int held;
};

struct RepFacts {
    std::optional<Text> tier;
    bool active = false; // and not on leave
    int held = 0;
    std::optional<Date> last_day_of_leave;
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
    for_each_row("rep_leave", nullptr,
                 {equals("tenant_id", tenant_id), equals("rep_key", rep_key)}, [&](const Row &row) {
                     const Date first_day = row.get<Date>("first_day");
                     const Date last_day = row.get<Date>("last_day");
                     const bool begins_it = first_day <= day && day <= last_day;
                     if (begins_it || (last && std::int64_t{first_day} - *last <= 1))
                         last = std::max(last.value_or(last_day), last_day);
                 });
    return last;
}

std::optional<RepFacts> find_rep(std::int64_t tenant_id, Text rep_key, Date day) {
    const auto rep = read_row(
        "rep", {equals("tenant_id", tenant_id), equals("rep_key", rep_key)}, [](const Row &row) {
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

// Limits --------------------------------------------------------------------

struct RepLimit {
    LimitKind kind;
    Text rule;
    Scope scope;
    int maximum;
    bool closed_deals = true; // of a capacity: those count, too
    Time since = 0;           // of a quota: the start of its period
    int used = 0;
    std::optional<Time> resets{};
};

struct Limited {
    std::int64_t tenant_id;
    Text rep_key;
    RepFacts facts;
    Time now;
    pg_tz *zone;
};

// Where the rule leaves the customers open, whom it counts is left to scope.pool and .customer_class.
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
                     if (act == "import" || act == "adopt") // found in the CRM, not taken
                         return;
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

// Deadlines -----------------------------------------------------------------

struct DeadlineRow {
    Text kind;
    Text rule;
    Scope scope;
    int amount;
    Text unit;
    Datum remind_before;
};

// Of each kind the most specific, then the first by name.
std::span<const DeadlineRow> find_deadlines(std::int64_t tenant_id, const Scope &holding) {
    const auto all = read_rows("deadline", {equals("tenant_id", tenant_id)}, [](const Row &row) {
        return DeadlineRow{row.get<Text>("kind"),        row.get<Text>("rule"),
                           scope_of(row),                row.get<std::int32_t>("window_amount"),
                           row.get<Text>("window_unit"), row.datum("remind_before")};
    });
    auto *chosen = allocate<DeadlineRow>(all.size());
    auto *end = chosen;
    for (const DeadlineRow &row : all) { // they come in the order of their names
        if (!covers(row.scope, holding))
            continue;
        auto *same = std::find_if(chosen, end, [&](auto &other) { return other.kind == row.kind; });
        if (same == end)
            new (end++) DeadlineRow(row);
        else if (specificity(row.scope) > specificity(same->scope))
            *same = row;
    }
    return {chosen, end};
}

struct HoldingPlan {
    DueDate due;
    int reminded = 0;
    std::optional<Time> next;
};

HoldingPlan plan_holding(const HoldingFacts &facts, std::span<const DeadlineRow> deadlines,
                  const Calendar &calendar, std::optional<Time> not_before, Time now) {
    const auto count = deadlines.size();
    auto *kinds = allocate<Text>(count);
    auto *rules = allocate<Text>(count);
    auto *amounts = allocate<int>(count);
    auto *units = allocate<Text>(count);
    for (std::size_t i = 0; i < count; ++i) {
        kinds[i] = deadlines[i].kind;
        rules[i] = deadlines[i].rule;
        amounts[i] = deadlines[i].amount;
        units[i] = deadlines[i].unit;
    }
    HoldingPlan plan{};
    plan.due =
        find_due(facts, {{kinds, count}, {rules, count}, {amounts, count}, {units, count}}, calendar);
    if (!plan.due.at)
        return plan;

    plan.due.at = std::max(plan.due.at, not_before);
    const auto deciding = std::find_if(deadlines.begin(), deadlines.end(), [&](auto &deadline) {
        return deadline.rule == plan.due.rule;
    });
    const auto steps =
        steps_from(array_elements<Interval>(deciding->remind_before, "remind_before"));
    check(guarded([&] { return reminders_due(*plan.due.at, steps, now, plan.reminded); }));
    Time next = 0;
    check(guarded([&] { return next_event(*plan.due.at, steps, plan.reminded, next); }));
    plan.next = next;
    return plan;
}

// Claims --------------------------------------------------------------------

struct Customer {
    Text state;
    std::optional<Text> holder;
    std::optional<Time> embargo_until;
    Text pool_key;
    std::optional<Text> customer_class;
};

std::optional<Customer> find_customer(std::int64_t tenant_id, Text customer_key) {
    return read_row("customer",
                    {equals("tenant_id", tenant_id), equals("customer_key", customer_key)},
                    [](const Row &row) {
                        return Customer{row.get<Text>("state"), row.find<Text>("holder"),
                                        row.find<Time>("embargo_until"), row.get<Text>("pool_key"),
                                        row.find<Text>("class")};
                    });
}

struct Pool {
    bool open;
    bool members_only;
    Datum cooldown;
};

bool is_member(const Limited &rep, Text pool_key) {
    bool found = false;
    for_each_row("pool_member", nullptr,
                 {equals("tenant_id", rep.tenant_id), equals("pool_key", pool_key)},
                 [&](const Row &row) {
                     found = found || (covers(row.find<Text>("rep_key"), rep.rep_key) &&
                                       covers(row.find<Text>("tier"), rep.facts.tier));
                 });
    return found;
}

Time add_interval(Time instant, Datum interval, pg_tz *zone) {
    const Datum local = DirectFunctionCall2(
        timestamp_pl_interval, TimestampGetDatum(to_local(zone, instant)), interval);
    return to_instant(zone, DatumGetTimestamp(local));
}

// All earlier holdings count, not only the last: else two reps swap.
std::optional<Time> cooled_down_at(const Limited &rep, Text customer_key, Datum cooldown) {
    std::optional<Time> last;
    for_each_row("holding", nullptr,
                 {equals("tenant_id", rep.tenant_id), equals("customer_key", customer_key)},
                 [&](const Row &row) {
                     if (row.get<Text>("rep_key") == rep.rep_key)
                         last = std::max(last, row.find<Time>("ended_at"));
                 });
    if (!last)
        return std::nullopt;
    return add_interval(*last, cooldown, rep.zone);
}

Verdict decide_claim(ClaimFacts &facts, std::span<const RepLimit> quotas,
                     std::span<const RepLimit> capacities, const Customer &customer) {
    const auto room = quotas.size() + capacities.size();
    auto *kinds = allocate<Text>(room);
    auto *rules = allocate<Text>(room);
    auto *maxima = allocate<int>(room);
    auto *used = allocate<int>(room);
    auto *resets = allocate<std::optional<Time>>(room);
    std::size_t count = 0;
    for (const auto limits : {quotas, capacities})
        for (const RepLimit &limit : limits)
            if (covers(limit.scope.pool, customer.pool_key) &&
                covers(limit.scope.customer_class, customer.customer_class)) {
                kinds[count] = name_of(limit.kind);
                rules[count] = limit.rule;
                maxima[count] = limit.maximum;
                used[count] = limit.used;
                new (resets + count) std::optional<Time>(limit.resets);
                ++count;
            }
    facts.limits = {{kinds, count}, {rules, count}, {maxima, count}, {used, count}, {resets, count}};
    Verdict verdict{};
    check(guarded([&] { return claim_verdict(facts, verdict); }));
    return verdict;
}

// Whoever decides in place of a claim overrules holder, freeze, embargo and a closed pool; whoever
// decides in place of the rep, cooldown and membership, too; what the CRM says, leave and quotas.
Verdict check_claim(std::int64_t tenant_id, Text rep_key, Text customer_key, Time now, Text act) {
    const bool by_rep = act == "claim" || act == "transfer";
    const bool by_crm = act == "import" || act == "adopt";
    ClaimFacts facts{};
    facts.now = now;
    facts.rep = rep_key;

    const auto customer = find_customer(tenant_id, customer_key);
    const auto calendar = find_calendar(tenant_id);
    if (!customer || !calendar)
        return decide_claim(facts, {}, {}, {});
    const auto pool = read_row(
        "pool", {equals("tenant_id", tenant_id), equals("pool_key", customer->pool_key)},
        [](const Row &row) {
            return Pool{row.get<bool>("is_open"), row.get<bool>("members_only"), row.datum("cooldown")};
        });
    Limited rep{tenant_id, rep_key, {}, now, find_zone(*calendar->zone)};
    rep.facts = find_rep(tenant_id, rep_key, day_of(now, rep.zone)).value_or(RepFacts{});

    const bool decided = act != "claim" && customer->state != "withdrawn" && customer->state != "gone";
    facts.state = decided ? "free" : customer->state;
    if (!decided) {
        facts.holder = customer->holder;
        facts.embargo_until = customer->embargo_until;
    }
    facts.pool_open = decided || pool->open;
    facts.rep_active = rep.facts.active || (decided && by_crm);
    if (rep.facts.last_day_of_leave)
        facts.back_at = start_of(*rep.facts.last_day_of_leave + 1, rep.zone);
    facts.member = !by_rep || !pool->members_only || is_member(rep, customer->pool_key);
    if (by_rep)
        facts.cooldown_until = cooled_down_at(rep, customer_key, pool->cooldown);
    return decide_claim(facts, by_crm ? std::span<const RepLimit>{} : find_quotas(rep),
                        find_capacities(rep), *customer);
}

} // namespace

// (tenant_id, rep_key, now)
Datum highseas_rep_facts(PG_FUNCTION_ARGS) {
    const auto tenant_id = argument<std::int64_t>(fcinfo, 0);
    const auto rep_key = argument<Text>(fcinfo, 1);
    const Time now = argument<Time>(fcinfo, 2);
    TupleDesc descriptor = result_descriptor(fcinfo);

    const auto calendar = sees(tenant_id) ? find_calendar(tenant_id) : std::nullopt;
    if (!calendar)
        PG_RETURN_NULL();
    const auto rep = find_rep(tenant_id, rep_key, day_of(now, find_zone(*calendar->zone)));
    if (!rep)
        PG_RETURN_NULL();
    Datum values[3] = {rep->tier ? text_datum(*rep->tier) : 0, BoolGetDatum(rep->active),
                       Int32GetDatum(rep->held)};
    bool nulls[3] = {!rep->tier};
    return row(descriptor, values, nulls);
}

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
            const auto &[pool, tier, customer_class, only_rep] = limit.scope;
            Datum values[7] = {text_datum(name_of(limit.kind)), text_datum(limit.rule),
                               text_or_null(pool), text_or_null(customer_class),
                               Int32GetDatum(limit.maximum), Int32GetDatum(limit.used),
                               TimestampTzGetDatum(limit.resets.value_or(0))};
            bool nulls[7] = {false, false, !pool, !customer_class, false, false, !limit.resets};
            tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
        }
    return 0;
}

// (tenant_id, rep_key, pool_key, class, held_since, last_follow_up_at, last_order_at, extended_until,
//  protected_until, deal, not_before, now)
Datum highseas_due_of(PG_FUNCTION_ARGS) {
    const auto tenant_id = required_argument<std::int64_t>(fcinfo, 0, "tenant_id");
    const auto rep_key = required_argument<Text>(fcinfo, 1, "rep_key");
    const auto held_since = optional_argument<Time>(fcinfo, 4);
    const Time now = required_argument<Time>(fcinfo, 11, "now");
    TupleDesc descriptor = result_descriptor(fcinfo);

    HoldingPlan plan{};
    const auto calendar = find_calendar(tenant_id);
    if (calendar && held_since && required_argument<Text>(fcinfo, 9, "deal") != "open") {
        Scope holding{optional_argument<Text>(fcinfo, 2), std::nullopt,
                      optional_argument<Text>(fcinfo, 3), rep_key};
        if (const auto rep = find_rep(tenant_id, rep_key, day_of(now, find_zone(*calendar->zone))))
            holding.tier = rep->tier;
        plan = plan_holding({*held_since, optional_argument<Time>(fcinfo, 5),
                             optional_argument<Time>(fcinfo, 6), optional_argument<Time>(fcinfo, 7),
                             optional_argument<Time>(fcinfo, 8)},
                            find_deadlines(tenant_id, holding), *calendar,
                            optional_argument<Time>(fcinfo, 10), now);
    }
    const bool never = !plan.due.at;
    Datum values[4] = {TimestampTzGetDatum(plan.due.at.value_or(0)),
                       never ? 0 : text_datum(plan.due.rule), Int32GetDatum(plan.reminded),
                       TimestampTzGetDatum(plan.next.value_or(0))};
    bool nulls[4] = {never, never, false, never};
    return row(descriptor, values, nulls);
}

// (tenant_id, rep_key, customer_key, now, act)
Datum highseas_check_claim(PG_FUNCTION_ARGS) {
    TupleDesc descriptor = result_descriptor(fcinfo);
    return verdict_row(descriptor, check_claim(argument<std::int64_t>(fcinfo, 0), argument<Text>(fcinfo, 1),
                                               argument<Text>(fcinfo, 2), argument<Time>(fcinfo, 3),
                                               argument<Text>(fcinfo, 4)));
}
