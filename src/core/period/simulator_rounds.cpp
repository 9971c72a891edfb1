#include "core/period/simulator.hpp"

#include <algorithm>
#include <numeric>

#include "core/allocate/allocation.hpp"
#include "core/no_postgres.hpp"

namespace highseas {
namespace {

constexpr int rounds_until_next_try = 7;
constexpr double prior_tries = 20; // as rep_affinity() has it by default

} // namespace

bool Simulator::is_given_alike(std::size_t pool) const {
    const SimulationRules &a = policy_facts_;
    const SimulationRules &b = in_force_facts_;
    return a.methods[pool] == b.methods[pool] && a.segments[pool] == b.segments[pool] &&
           a.least_shares[pool] == b.least_shares[pool] &&
           a.most_shares[pool] == b.most_shares[pool] &&
           a.band_classes[pool] == b.band_classes[pool] && a.band_days[pool] == b.band_days[pool] &&
           a.fallback_pools[pool] == b.fallback_pools[pool];
}

bool Simulator::is_by_fit(std::size_t pool) const {
    const auto method = allocation_method_named(policy_facts_.methods[pool]);
    return method == AllocationMethod::best_fit || method == AllocationMethod::optimal;
}

std::optional<std::string_view> Simulator::segment_of(std::size_t pool, int customer) const {
    const OptionalText &segment = policy_facts_.segments[pool];
    const std::size_t c = at(customer);
    if (segment == "source")
        return h_.customer_sources[c];
    if (segment == "country")
        return h_.customer_countries[c];
    if (segment == "city")
        return h_.customer_cities[c];
    if (segment == "class")
        return class_name(h_.customer_classes[c]);
    if (segment == "region")
        return h_.customer_regions[c];
    return std::nullopt;
}

// How each holding came out is known by its first order, or when it ends.
void Simulator::read_tries() {
    for (std::size_t s = 0; s < h_.spell_customers.size(); ++s) {
        look();
        if (static_cast<Begin>(h_.spell_begins[s]) == Begin::found)
            continue;
        const auto orders = orders_.of(h_.spell_customers[s]);
        const auto order =
            std::lower_bound(orders.begin(), orders.end(), h_.spell_started[s],
                             [this](std::uint32_t o, Time time) { return h_.order_at[o] < time; });
        const bool won = order != orders.end() && h_.order_at[*order] <= h_.spell_ended[s];
        const Time known = won ? h_.order_at[*order] : h_.spell_ended[s];
        if (known != never)
            tries_.push_back({known, h_.spell_customers[s], h_.spell_reps[s], won});
    }
    std::sort(tries_.begin(), tries_.end(),
              [](const Tried &a, const Tried &b) { return a.key() < b.key(); });
}

void Simulator::learn(std::size_t pool, Time now) {
    auto add = [this](Conversion &conversion, const Tried &one) {
        conversion.of_rep.resize(h_.rep_keys.size());
        auto &[won, tried] = conversion.of_rep[at(one.rep)];
        won += one.won;
        ++tried;
        conversion.won += one.won;
        ++conversion.tried;
    };
    for (; learned_[pool] < tries_.size() && tries_[learned_[pool]].at < now; ++learned_[pool]) {
        const Tried &one = tries_[learned_[pool]];
        add(conversion_[pool][std::nullopt], one);
        if (const auto segment = segment_of(pool, one.customer))
            add(conversion_[pool][segment], one);
    }
}

// In the segment, or, where he tried nothing there, over all.
double Simulator::affinity(std::size_t pool, int rep,
                           std::optional<std::string_view> segment) const {
    for (const auto &one : {segment, std::optional<std::string_view>()}) {
        const auto place = conversion_[pool].find(one);
        if (place == conversion_[pool].end() || place->second.won == 0 ||
            place->second.of_rep[at(rep)].second == 0)
            continue;
        const Conversion &all = place->second;
        const auto &[won, tried] = all.of_rep[at(rep)];
        double factor = 1;
        require(rep_affinity(won, tried, static_cast<double>(all.won) / all.tried, prior_tries,
                             factor));
        return factor;
    }
    return 1;
}

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
    const std::size_t p = at(pool);
    const bool by_fit = is_by_fit(p);
    if (by_fit)
        learn(p, now);

    std::vector<Text> customer_keys;
    std::vector<double> values;
    std::vector<OptionalText> regions, classes, segments;
    for (const Waiting &one : waiting) {
        customer_keys.push_back(h_.customer_keys[at(one.customer)]);
        values.push_back(h_.customer_values[at(one.customer)]);
        regions.push_back(h_.customer_regions[at(one.customer)]);
        classes.push_back(class_name(h_.customer_classes[at(one.customer)]));
        segments.push_back(by_fit ? segment_of(p, one.customer) : std::nullopt);
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
    std::vector<double> weights;
    for (int rep = 0; rep < static_cast<int>(h_.rep_keys.size()); ++rep) {
        if (rep_spells_[at(rep)].empty() || !(pool_reps_[p].empty() || pool_reps_[p][at(rep)]) ||
            on_leave[at(rep)] || now < h_.rep_from[at(rep)] || now >= h_.rep_until[at(rep)])
            continue;
        const OptionalText tier = tier_of_rep(rep, now);
        reps.push_back(rep);
        rep_keys.push_back(h_.rep_keys[at(rep)]);
        tiers.push_back(tier);
        loads.push_back(held_[at(rep)]);
        waiting_since.push_back(last_take_[at(rep)]);
        weights.push_back(h_.rep_weights[at(rep)]);
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

    std::vector<Text> affinity_reps;
    std::vector<OptionalText> affinity_segments;
    std::vector<double> affinity_factors;
    if (by_fit)
        for (const auto &[segment, conversion] : conversion_[p])
            for (int rep : reps) {
                affinity_reps.push_back(h_.rep_keys[at(rep)]);
                affinity_segments.push_back(segment);
                affinity_factors.push_back(affinity(p, rep, segment));
            }

    // With him, as the plan reckons.
    std::vector<double> received(reps.size());
    std::vector<int> received_of_class(reps.size());
    if (policy_facts_.least_shares[p] || policy_facts_.most_shares[p]) {
        std::vector<int> place(h_.rep_keys.size(), nobody);
        for (std::size_t i = 0; i < reps.size(); ++i)
            place[at(reps[i])] = static_cast<int>(i);
        const Time since = now - policy_facts_.band_days[p] * microseconds_per_day;
        for (auto one = given_[p].rbegin(); one != given_[p].rend() && one->at > since; ++one)
            if (const int i = place[at(one->rep)]; i != nobody) {
                received[at(i)] += h_.customer_values[at(one->customer)] *
                                   affinity(p, one->rep, segment_of(p, one->customer));
                const auto its_class = class_name(h_.customer_classes[at(one->customer)]);
                received_of_class[at(i)] += its_class && its_class == policy_facts_.band_classes[p];
            }
    }

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
    facts.method = policy_facts_.methods[p];
    facts.least_share = policy_facts_.least_shares[p];
    facts.most_share = policy_facts_.most_shares[p];
    facts.band_class = policy_facts_.band_classes[p];
    facts.rep_received = received;
    facts.rep_received_of_class = received_of_class;
    facts.affinity_reps = affinity_reps;
    facts.affinity_segments = affinity_segments;
    facts.affinity_factors = affinity_factors;
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
        const int fallback = policy_facts_.fallback_pools[p];
        if (one.hurdle == Hurdle::no_region && fallback != -1) {
            state.pool = fallback;
            state.since = now;
            const auto spells = spells_.of(waits.customer);
            const bool is_new =
                state.last_simulated == nobody &&
                (spells.empty() || h_.spell_started[spells.front()] >= state.left_record);
            if (is_new && policy_facts_.new_leads[at(fallback)])
                wait_for_round(waits.customer, now + 1); // the next one
            else
                leave_record(waits.customer, now, now + 1);
            continue;
        }
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
        given_[p].push_back({now, waits.customer, rep});
        state.follow_ups = follow_ups;
        state.how = course.how;
        if (course.end < plan_.to)
            planned_.push({course.end, waits.customer, state.version, true});
    }
}

} // namespace highseas
