#include "core/period/simulator.hpp"

#include <algorithm>
#include <numeric>

#include "core/allocate/allocation.hpp"
#include "core/no_postgres.hpp"

namespace highseas {
namespace {

constexpr int rounds_until_next_try = 7;

} // namespace

// Once a day, as a rotation does.
void Simulator::give_out(Time now, std::vector<Waiting> &waiting, std::size_t round) {
    std::erase_if(waiting, [this](const Waiting &one) {
        const State &state = states_[at(one.customer)];
        return state.version != one.version || !state.in_pool;
    });
    auto pool_of = [this](const Waiting &one) { return states_[at(one.customer)].pool; };
    std::sort(waiting.begin(), waiting.end(), [&](const Waiting &a, const Waiting &b) {
        return std::tuple(pool_of(a), a.customer) < std::tuple(pool_of(b), b.customer);
    });
    for (auto first = waiting.begin(); first != waiting.end();) {
        const auto last = std::find_if(first, waiting.end(), [&](const Waiting &one) {
            return pool_of(one) != pool_of(*first);
        });
        give_out_pool(now, {first, last}, round);
        first = last;
    }
}

void Simulator::give_out_pool(Time now, std::span<const Waiting> waiting, std::size_t round) {
    const int pool = states_[at(waiting.front().customer)].pool;

    std::vector<Text> customer_keys;
    std::vector<double> values;
    std::vector<OptionalText> regions, classes, segments(waiting.size());
    for (const Waiting &one : waiting) {
        customer_keys.push_back(h_.customer_keys[at(one.customer)]);
        values.push_back(h_.customer_values[at(one.customer)]);
        regions.push_back(h_.customer_regions[at(one.customer)]);
        classes.push_back(class_name(h_.customer_classes[at(one.customer)]));
    }

    std::vector<bool> on_leave(h_.rep_keys.size());
    for (std::size_t i = 0; i < h_.leave_reps.size(); ++i)
        if (h_.leave_from[i] <= now && now < h_.leave_until[i])
            on_leave[at(h_.leave_reps[i])] = true;
    std::vector<int> reps; // who gets customers of this pool
    std::vector<Text> rep_keys, limit_reps, limit_kinds;
    std::vector<OptionalText> tiers, limit_classes;
    std::vector<int> loads, limit_left;
    std::vector<Time> waiting_since;
    for (int rep = 0; rep < static_cast<int>(h_.rep_keys.size()); ++rep) {
        if (!pool_reps_[at(pool)][at(rep)] || on_leave[at(rep)] || now < h_.rep_from[at(rep)] ||
            now >= h_.rep_until[at(rep)])
            continue;
        const OptionalText tier = tier_of_rep(rep, now);
        reps.push_back(rep);
        rep_keys.push_back(h_.rep_keys[at(rep)]);
        tiers.push_back(tier);
        loads.push_back(held_[at(rep)]);
        waiting_since.push_back(last_take_[at(rep)]);
        const auto limits = policy_.limits();
        for (std::size_t i = 0; i < limits.size(); ++i)
            if (covers(limits[i].scope.rep, h_.rep_keys[at(rep)]) &&
                covers(limits[i].scope.tier, tier) &&
                covers(limits[i].scope.pool, h_.pool_keys[at(pool)])) {
                limit_reps.push_back(h_.rep_keys[at(rep)]);
                limit_kinds.push_back(name_of(limits[i].kind));
                limit_classes.push_back(limits[i].scope.customer_class);
                limit_left.push_back(std::max(limits[i].maximum - used(i, rep, now), 0));
            }
    }
    const std::vector<int> ranks(reps.size());
    const std::vector<double> weights(reps.size(), 1.0);

    // Who held a customer before waits for the pool's cooldown.
    const Time cooldown = policy_facts_.cooldowns[at(pool)];
    std::vector<Text> past_customers, past_reps;
    auto cools_down = [&](int customer, int rep, Time ended) {
        if (ended <= now && now - ended < cooldown) {
            past_customers.push_back(h_.customer_keys[at(customer)]);
            past_reps.push_back(h_.rep_keys[at(rep)]);
        }
    };
    for (const Waiting &one : waiting) {
        const State &state = states_[at(one.customer)];
        for (std::uint32_t s : spells_.of(one.customer))
            if (h_.spell_started[s] < state.left_record)
                cools_down(one.customer, h_.spell_reps[s],
                           courses_[s].changed ? courses_[s].end : h_.spell_ended[s]);
        for (int k = state.last_simulated; k != nobody; k = simulated_[at(k)].before)
            cools_down(one.customer, simulated_[at(k)].rep, simulated_[at(k)].ended);
    }

    AllocationFacts facts{};
    facts.method = policy_facts_.method.value_or("serial");
    facts.customer_keys = customer_keys;
    facts.customer_values = values;
    facts.regions = regions;
    facts.classes = classes;
    facts.segments = segments;
    facts.rep_keys = rep_keys;
    facts.rep_tiers = tiers;
    facts.rep_ranks = ranks;
    facts.rep_weights = weights;
    facts.rep_loads = loads;
    facts.rep_waiting_since = waiting_since;
    facts.rep_region_reps = h_.rep_region_reps;
    facts.rep_region_regions = h_.rep_region_regions;
    facts.tree_regions = h_.tree_regions;
    facts.tree_parents = h_.tree_parents;
    facts.limit_reps = limit_reps;
    facts.limit_kinds = limit_kinds;
    facts.limit_classes = limit_classes;
    facts.limit_left = limit_left;
    facts.past_customers = past_customers;
    facts.past_reps = past_reps;
    std::vector<Allocated> given(waiting.size());
    std::optional<double> bound;
    require(plan_allocation(facts, should_stop_, given, bound));

    for (const Allocated &one : given) {
        const Waiting &waits = waiting[at(one.customer)];
        State &state = states_[at(waits.customer)];
        if (one.rep == nobody) {
            if (round + rounds_until_next_try < rounds_.size())
                rounds_[round + rounds_until_next_try].push_back(waits);
            continue;
        }
        const int rep = reps[at(one.rep)];
        const auto &behaviour = rep_spells_[at(rep)];
        const int like = static_cast<int>(behaviour[pick(waits.customer, behaviour.size())]);
        int follow_ups = 0;
        const Course course = course_off_record(waits.customer, rep, now, like, follow_ups);
        const int customer_class = h_.customer_classes[at(waits.customer)];
        open(waits.customer, rep, state.pool, customer_class, now);
        count(rep, state.pool, customer_class, now, false);
        state.follow_ups = follow_ups;
        state.how = course.how;
        if (course.end < plan_.to)
            planned_.push({course.end, waits.customer, state.version, true});
    }
}

} // namespace highseas
