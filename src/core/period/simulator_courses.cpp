#include "core/period/simulator.hpp"

#include <algorithm>

#include "core/no_postgres.hpp"

namespace highseas {

// Of a recorded holding, where the other rules end it at another time than those in force do.
Course Simulator::course_on_record(int spell) {
    const std::size_t s = at(spell);
    const Time started = h_.spell_started[s];
    const Time ended = h_.spell_ended[s];
    if (h_.spell_exempt[s] || ended < plan_.from || started >= plan_.to)
        return {};
    const Scope scope = scope_of(h_.spell_reps[s], h_.spell_pools[s], h_.spell_classes[s], started);
    const RuleBook::Choice now = in_force_.deadlines_of(scope);
    const RuleBook::Choice then = policy_.deadlines_of(scope);
    if (are_alike(now, then))
        return {};

    const auto follow_ups = follow_ups_.of(h_.spell_customers[s]);
    const auto orders = orders_.of(h_.spell_customers[s]);
    auto follow_up =
        std::upper_bound(follow_ups.begin(), follow_ups.end(), started,
                         [this](Time time, std::uint32_t f) { return time < h_.follow_up_at[f]; });
    auto order =
        std::upper_bound(orders.begin(), orders.end(), started,
                         [this](Time time, std::uint32_t o) { return time < h_.order_at[o]; });
    HoldingFacts facts{started, {}, {}, {}, {}};
    if (h_.spell_extended[s] != before_all_times)
        facts.extended_until = h_.spell_extended[s];
    std::optional<Time> due_now, due_then;
    for (;;) {
        look();
        require(in_force_.due(now, facts, due_now));
        require(policy_.due(then, facts, due_then));
        const Time next_follow_up =
            follow_up != follow_ups.end() ? h_.follow_up_at[*follow_up] : never;
        const Time next_order = order != orders.end() ? h_.order_at[*order] : never;
        const Time next = std::min({next_follow_up, next_order, ended, plan_.to});
        if (due_then && (!due_now || *due_then < *due_now)) {
            Time strikes = std::max(*due_then, plan_.from);
            if (started < plan_.from)
                strikes = std::max(strikes, std::min(due_now.value_or(never), plan_.grace_until));
            if (strikes < next)
                return {strikes, End::expired, true};
        }
        if (next == ended || next == plan_.to)
            break;
        if (next == next_follow_up) {
            facts.last_follow_up_at = next;
            ++follow_up;
        } else {
            facts.last_order_at = next;
            ++order;
        }
    }
    const bool lasts_longer = h_.spell_ends[s] == static_cast<int>(End::expired) &&
                              ended < plan_.to && due_now && (!due_then || *due_then > *due_now) &&
                              (!due_then || *due_then > ended);
    if (!lasts_longer)
        return {};
    // What the holder would have done then is not known: nothing. The customer orders when it did.
    for (;;) {
        const Time next = order != orders.end() ? h_.order_at[*order] : never;
        if (due_then && *due_then <= next)
            return {std::max(*due_then, ended), End::expired, true};
        if (next >= plan_.to)
            return {never, End::open, true};
        facts.last_order_at = next;
        ++order;
        require(policy_.due(then, facts, due_then));
    }
}

// A holding that was not recorded goes like a recorded one of the same rep: follow-ups and a return
// of his own accord after the same times; deadlines strike by the rules, orders come when they did.
Course Simulator::course_off_record(int customer, int rep, Time start, int like, int &follow_ups) {
    const std::size_t s = at(like);
    const Time shift = start - h_.spell_started[s];
    const bool gives_back = h_.spell_ends[s] >= static_cast<int>(End::returned);
    const Time given_back = gives_back ? h_.spell_ended[s] + shift : never;
    const Time last = h_.spell_ended[s];
    const State &state = states_[at(customer)];
    const RuleBook::Choice choice =
        policy_.deadlines_of(scope_of(rep, state.pool, h_.customer_classes[at(customer)], start));

    const auto calls = follow_ups_.of(h_.spell_customers[s]);
    const auto orders = orders_.of(customer);
    auto call =
        std::upper_bound(calls.begin(), calls.end(), h_.spell_started[s],
                         [this](Time time, std::uint32_t f) { return time < h_.follow_up_at[f]; });
    auto order =
        std::upper_bound(orders.begin(), orders.end(), start,
                         [this](Time time, std::uint32_t o) { return time < h_.order_at[o]; });
    HoldingFacts facts{start, {}, {}, {}, {}};
    for (follow_ups = 0;;) {
        look();
        std::optional<Time> due;
        require(policy_.due(choice, facts, due));
        const Time next_call = call != calls.end() && h_.follow_up_at[*call] < last
                                   ? h_.follow_up_at[*call] + shift
                                   : never;
        const Time next_order = order != orders.end() ? h_.order_at[*order] : never;
        const Time next = std::min({next_call, next_order, given_back});
        if (due && *due <= next)
            return {*due, End::expired, true};
        if (next >= plan_.to)
            return {never, End::open, true};
        if (next == given_back)
            return {next, End::returned, true};
        if (next == next_call) {
            facts.last_follow_up_at = next;
            ++follow_ups;
            ++call;
        } else {
            facts.last_order_at = next;
            ++order;
        }
    }
}

int Simulator::recorded_follow_ups(int spell, Time until) const {
    const auto of_customer = follow_ups_.of(h_.spell_customers[at(spell)]);
    auto before = [this](std::uint32_t f, Time time) { return h_.follow_up_at[f] < time; };
    const Time begin = std::max(h_.spell_started[at(spell)], plan_.from);
    const Time end = std::min(std::min(until, h_.spell_ended[at(spell)]), plan_.to);
    if (begin >= end)
        return 0;
    return static_cast<int>(
        std::lower_bound(of_customer.begin(), of_customer.end(), end, before) -
        std::lower_bound(of_customer.begin(), of_customer.end(), begin, before));
}

} // namespace highseas
