// May a rep take a customer now: the facts, by key, for the rule.
#include "pg/postgres.hpp"

#include <algorithm>
#include <initializer_list>

#include "core/pool/matching.hpp"
#include "core/pool/verdict.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/limits.hpp"
#include "pg/rep.hpp"
#include "pg/row.hpp"
#include "pg/table.hpp"
#include "pg/verdict.hpp"
#include "pg/zone.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_check_claim);
PG_FUNCTION_INFO_V1(highseas_cooled_down);
}

namespace {

using Text = std::string_view;

struct Customer {
    Text state;
    std::optional<Text> holder;
    std::optional<Time> embargo_until;
    Text pool_key;
    std::optional<Text> customer_class;
    std::optional<Text> kind;
};

std::optional<Customer> find_customer(std::int64_t tenant_id, Text customer_key) {
    return read_row("customer",
                    {equals("tenant_id", tenant_id), equals("customer_key", customer_key)},
                    [](const Row &row) {
                        return Customer{row.get<Text>("state"),          row.find<Text>("holder"),
                                        row.find<Time>("embargo_until"), row.get<Text>("pool_key"),
                                        row.find<Text>("class"),         row.find<Text>("kind")};
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

struct TierRow {
    Scope scope;
    Text tier;
};

// By the treatment of the customer's class and kind; where no row matches, every tier may.
bool tier_may_hold(const Limited &rep, const Customer &customer) {
    const auto all =
        read_rows("treatment_tier", {equals("tenant_id", rep.tenant_id)}, [](const Row &row) {
            Scope scope{};
            scope.customer_class = row.find<Text>("class");
            scope.customer_kind = row.find<Text>("kind");
            return TierRow{scope, row.get<Text>("tier")};
        });
    Scope fact{};
    fact.customer_class = customer.customer_class;
    fact.customer_kind = customer.kind;
    auto **chosen = allocate<const TierRow *>(all.size());
    const auto **end = choose_most_specific<TierRow>(all, fact, chosen);
    return end == chosen || std::any_of(chosen, end, [&](const TierRow *row) {
               return row->tier == rep.facts.tier;
           });
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
    return shift(rep.zone, *last, cooldown);
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
    facts.limits = {
        {kinds, count}, {rules, count}, {maxima, count}, {used, count}, {resets, count}};
    Verdict verdict{};
    check(guarded([&] { return claim_verdict(facts, verdict); }));
    return verdict;
}

// Whoever decides in place of a claim overrules holder, freeze, embargo and a closed pool; whoever
// decides in place of the rep, cooldown, membership and the class's tiers, too; what the CRM says,
// leave and quotas.
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
    const auto pool =
        read_row("pool", {equals("tenant_id", tenant_id), equals("pool_key", customer->pool_key)},
                 [](const Row &row) {
                     return Pool{row.get<bool>("is_open"), row.get<bool>("members_only"),
                                 row.datum("cooldown")};
                 });
    Limited rep{tenant_id, rep_key, {}, now, find_zone(*calendar->zone)};
    rep.facts = find_rep(tenant_id, rep_key, day_of(now, rep.zone)).value_or(RepFacts{});

    const bool decided =
        act != "claim" && customer->state != "withdrawn" && customer->state != "gone";
    facts.state = decided ? "free" : customer->state;
    if (!decided) {
        facts.holder = customer->holder;
        facts.embargo_until = customer->embargo_until;
    }
    facts.pool_open = decided || pool->open;
    facts.rep_active = rep.facts.active || (decided && by_crm);
    facts.back_at = back_at(rep.facts, rep.zone);
    facts.member = !by_rep || !pool->members_only || is_member(rep, customer->pool_key);
    facts.tier_allowed = !by_rep || tier_may_hold(rep, *customer);
    if (by_rep)
        facts.cooldown_until = cooled_down_at(rep, customer_key, pool->cooldown);
    return decide_claim(facts, by_crm ? std::span<const RepLimit>{} : find_quotas(rep),
                        find_capacities(rep), *customer);
}

} // namespace

// (tenant_id, rep_key, customer_key, now, act)
Datum highseas_check_claim(PG_FUNCTION_ARGS) {
    TupleDesc descriptor = result_descriptor(fcinfo);
    return verdict_row(descriptor,
                       check_claim(argument<std::int64_t>(fcinfo, 0), argument<Text>(fcinfo, 1),
                                   argument<Text>(fcinfo, 2), argument<Time>(fcinfo, 3),
                                   argument<Text>(fcinfo, 4)));
}

// (tenant_id, rep_key, customer_key, now, cooldown, time_zone)
Datum highseas_cooled_down(PG_FUNCTION_ARGS) {
    const Time now = argument<Time>(fcinfo, 3);
    const Limited rep{argument<std::int64_t>(fcinfo, 0),
                      argument<Text>(fcinfo, 1),
                      {},
                      now,
                      find_zone(argument<Text>(fcinfo, 5))};
    PG_RETURN_BOOL(cooled_down_at(rep, argument<Text>(fcinfo, 2), PG_GETARG_DATUM(4)) <= now);
}
