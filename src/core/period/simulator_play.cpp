#include "core/period/simulator.hpp"

#include <algorithm>
#include <cmath>

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

// A number between 0 and 1 by place: it does not depend on the order of the draws, so two policies
// meet the same luck.
double draw(std::uint64_t seed, std::uint64_t repetition, std::uint64_t customer,
            std::uint64_t turn) noexcept {
    std::uint64_t z = seed;
    for (std::uint64_t part : {repetition, customer, turn}) {
        z += 0x9e3779b97f4a7c15 * (part + 1);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        z ^= z >> 31;
    }
    return static_cast<double>(z >> 11) * 0x1p-53;
}

} // namespace

double Simulator::chance(int customer) {
    has_drawn_ = true;
    return draw(plan_.seed, repetition_, static_cast<std::uint64_t>(customer),
                states_[at(customer)].draws++);
}

std::size_t Simulator::pick(int customer, std::size_t count) {
    const auto number = static_cast<std::size_t>(chance(customer) * static_cast<double>(count));
    return std::min(number, count - 1);
}

void Simulator::open(int customer, int rep, int pool, int customer_class, Time now) {
    State &state = states_[at(customer)];
    if (state.rep != nobody)
        close(customer, now, End::elsewhere, -1);
    if (in_period(now)) {
        ++outcome_[Figure::takes];
        if (state.in_pool)
            play_waits_.push_back(now - state.since);
    }
    if (as_recorded_ && state.in_pool)
        waits_[at(state.pool)].push_back(now - state.since);
    state.rep = rep;
    state.since = now;
    state.pool = pool;
    state.held_class = customer_class;
    state.in_pool = false;
    ++state.version;
    ++held_[at(rep)];
    last_take_[at(rep)] = now;
}

void Simulator::close(int customer, Time now, End how, int to_pool) {
    State &state = states_[at(customer)];
    const int rep = state.rep;
    const Time begin = std::max(state.since, plan_.from);
    const Time end = std::min(now, plan_.to);
    if (end > begin)
        outcome_.rep_loads[at(rep)] += static_cast<double>(end - begin);
    const int follow_ups =
        state.spell != nobody ? recorded_follow_ups(state.spell, now) : state.follow_ups;
    outcome_.rep_follow_ups[at(rep)] += follow_ups;
    outcome_[Figure::follow_ups] += follow_ups;
    if (in_period(now)) {
        outcome_[Figure::returns] += to_pool >= 0;
        outcome_[Figure::expiries] += how == End::expired;
    }
    const auto limits = book().limits();
    for (std::size_t i = 0; i < limits.size(); ++i)
        if (limits[i].kind == LimitKind::capacity &&
            counts(limits[i], state.pool, state.held_class))
            --used_of(i, rep).count;
    --held_[at(rep)];
    if (!as_recorded_ && state.spell == nobody) {
        simulated_.push_back({rep, now, state.last_simulated});
        state.last_simulated = static_cast<int>(simulated_.size()) - 1;
    }
    state.rep = nobody;
    state.spell = nobody;
    state.since = now;
    ++state.version;
    if (to_pool >= 0) {
        state.pool = to_pool;
        enter_pool(customer, now);
    }
}

void Simulator::enter_pool(int customer, Time now) {
    State &state = states_[at(customer)];
    state.since = now;
    state.in_pool = true;
    const std::size_t pool = at(state.pool);
    const Time after = policy_facts_.rotate_after[pool];
    if (!as_recorded_ && state.on_record && after != never &&
        (after != in_force_facts_.rotate_after[pool] || !is_given_alike(pool)))
        planned_.push({std::max(now + after, plan_.from), customer, state.version, false});
}

// From here on nothing is known of the customer, in the pool since then, but that it orders when it
// did.
void Simulator::leave_record(int customer, Time since, Time now) {
    State &state = states_[at(customer)];
    state.on_record = false;
    state.left_record = std::min(state.left_record, since);
    const std::size_t pool = at(state.pool);
    Time ready = never;
    if (const auto &waits = waits_[pool]; !waits.empty())
        if (const Time wait = waits[pick(customer, waits.size())]; wait != never)
            ready = since + wait;
    if (const Time after = policy_facts_.rotate_after[pool]; after != never)
        ready = std::min(ready, since + after);
    if (ready != never)
        wait_for_round(customer, std::max({ready, since + policy_facts_.embargoes[pool], now}));
}

void Simulator::wait_for_round(int customer, Time ready) {
    State &state = states_[at(customer)];
    state.on_record = false;
    state.left_record = std::min(state.left_record, ready);
    const Time begin = std::max(ready - plan_.from, Time{0});
    const auto round =
        static_cast<std::size_t>((begin + microseconds_per_day - 1) / microseconds_per_day);
    if (round < rounds_.size())
        rounds_[round].push_back({customer, state.version});
}

void Simulator::take_on_record(int spell, Time now) {
    const std::size_t s = at(spell);
    const int customer = h_.spell_customers[s];
    State &state = states_[at(customer)];
    if (!state.on_record)
        return;
    const int rep = h_.spell_reps[s];
    const int pool = h_.spell_pools[s];
    const int customer_class = h_.spell_classes[s];
    const auto begin = static_cast<Begin>(h_.spell_begins[s]);
    const bool is_given = begin == Begin::rotation || begin == Begin::allocation;
    if (now >= plan_.from && (begin == Begin::claim || is_given) && state.rep == nobody) {
        if (!as_recorded_ && is_given) {
            const Time after = policy_facts_.rotate_after[at(pool)];
            const bool is_changed = after != in_force_facts_.rotate_after[at(pool)];
            const bool is_off =
                begin == Begin::rotation
                    ? is_changed && (after == never || state.since + after > now)
                    : in_force_facts_.new_leads[at(pool)] && !policy_facts_.new_leads[at(pool)];
            if (is_off && state.in_pool) {
                leave_record(customer, state.since, now);
                return;
            }
            if (is_off || !is_given_alike(at(pool))) {
                if (!state.in_pool) { // since when, was not recorded
                    state.pool = pool;
                    state.since = now;
                    state.in_pool = true;
                }
                if (is_off)
                    leave_record(customer, now, now);
                else
                    wait_for_round(customer, now);
                return;
            }
        }
        const bool refused = is_refused(rep, pool, customer_class, now);
        if (as_recorded_)
            broke_limit_[s] = refused;
        else if (refused && !broke_limit_[s]) {
            ++outcome_[Figure::refused];
            leave_record(customer, now, now);
            return;
        }
    }
    open(customer, rep, pool, customer_class, now);
    state.spell = spell;
    count(rep, pool, customer_class, now, begin == Begin::found);
    if (is_given)
        given_[at(pool)].push_back({now, customer, rep});
    if (!as_recorded_ && courses_[s].changed && courses_[s].end < plan_.to)
        planned_.push({courses_[s].end, customer, state.version, true});
}

void Simulator::handle(const Event &event) {
    switch (event.kind) {
    case Kind::arrival: {
        const State &state = states_[at(event.customer)];
        if (state.rep != nobody || state.in_pool)
            break;
        enter_pool(event.customer, event.at);
        const std::size_t pool = at(state.pool);
        if (!as_recorded_ && policy_facts_.new_leads[pool] &&
            (!in_force_facts_.new_leads[pool] || !is_given_alike(pool)))
            planned_.push({std::max(event.at + policy_facts_.embargoes[pool], plan_.from),
                           event.customer, state.version, false});
        break;
    }
    case Kind::take:
        take_on_record(event.number, event.at);
        break;
    case Kind::end: {
        const std::size_t s = at(event.number);
        State &state = states_[at(event.customer)];
        if (state.spell != event.number)
            break;
        if (!as_recorded_ && courses_[s].changed) { // it goes on, whatever was recorded next
            ++outcome_[Figure::changed];
            state.on_record = false;
            break;
        }
        close(event.customer, event.at, static_cast<End>(h_.spell_ends[s]), h_.spell_to_pools[s]);
        break;
    }
    case Kind::order: {
        const std::size_t o = at(event.number);
        const int rep = states_[at(event.customer)].rep;
        if (rep != nobody) {
            ++outcome_[Figure::orders_held];
            outcome_[Figure::value_held] += h_.order_amounts[o];
        }
        if (order_reps_[o] != nobody && order_reps_[o] != rep) {
            ++outcome_[Figure::orders_moved];
            outcome_[Figure::value_moved] += h_.order_amounts[o];
        }
        break;
    }
    }
}

void Simulator::handle(const Planned &planned) {
    State &state = states_[at(planned.customer)];
    if (state.version != planned.version)
        return;
    if (!planned.is_end) {
        if (state.on_record)
            wait_for_round(planned.customer, planned.at);
        return;
    }
    int to_pool = state.pool;
    if (state.spell != nobody) {
        if (state.on_record) // before its recorded end
            ++outcome_[Figure::changed];
        if (const int recorded = h_.spell_to_pools[at(state.spell)]; recorded >= 0)
            to_pool = recorded;
    }
    state.on_record = false;
    close(planned.customer, planned.at, state.spell != nobody ? End::expired : state.how, to_pool);
    leave_record(planned.customer, planned.at, planned.at);
}

Outcome Simulator::play(bool as_recorded, std::uint64_t repetition) {
    as_recorded_ = as_recorded;
    repetition_ = repetition;
    has_drawn_ = false;
    const std::size_t reps = h_.rep_keys.size();
    outcome_ = {};
    outcome_.rep_loads.assign(reps, 0);
    outcome_.rep_follow_ups.assign(reps, 0);
    states_.assign(h_.customer_keys.size(), {});
    for (std::size_t c = 0; c < states_.size(); ++c)
        states_[c].pool = h_.customer_pools[c];
    used_.assign(book().limits().size() * reps, {});
    held_.assign(reps, 0);
    last_take_.assign(reps, earliest_time);
    play_waits_.clear();
    simulated_.clear();
    planned_ = {};
    given_.assign(h_.pool_keys.size(), {});
    conversion_.assign(h_.pool_keys.size(), {});
    learned_.assign(h_.pool_keys.size(), 0);
    rounds_.assign(static_cast<std::size_t>((plan_.to - plan_.from - 1) / microseconds_per_day + 1),
                   {});

    std::size_t event = 0;
    std::size_t round = 0;
    for (;;) {
        look();
        const Time next_event = event < events_.size() ? events_[event].at : never;
        const Time next_planned = !planned_.empty() ? planned_.top().at : never;
        const Time next_round = round < rounds_.size()
                                    ? plan_.from + static_cast<Time>(round) * microseconds_per_day
                                    : never;
        if (std::min({next_event, next_planned, next_round}) >= plan_.to)
            break;
        if (next_planned <= next_event && next_planned <= next_round) {
            const Planned first = planned_.top();
            planned_.pop();
            handle(first);
        } else if (next_event <= next_round) {
            handle(events_[event++]);
        } else {
            std::vector<Waiting> waiting = std::move(rounds_[round]);
            if (!waiting.empty())
                give_out(next_round, waiting, round);
            ++round;
        }
    }

    for (std::size_t c = 0; c < states_.size(); ++c) {
        if (states_[c].rep != nobody)
            close(static_cast<int>(c), plan_.to, End::open, -1);
        else if (as_recorded && states_[c].in_pool)
            waits_[at(states_[c].pool)].push_back(never);
    }
    const double length = static_cast<double>(plan_.to - plan_.from);
    for (double &load : outcome_.rep_loads) {
        load /= length;
        outcome_[Figure::held_mean] += load;
        outcome_[Figure::load_greatest] = std::max(outcome_[Figure::load_greatest], load);
    }
    if (!play_waits_.empty()) {
        const double days = static_cast<double>(microseconds_per_day);
        double sum = 0;
        for (Time wait : play_waits_)
            sum += static_cast<double>(wait) / days;
        outcome_[Figure::wait_mean] = sum / static_cast<double>(play_waits_.size());
        const auto tenth =
            play_waits_.begin() + static_cast<std::ptrdiff_t>((play_waits_.size() - 1) * 9 / 10);
        std::nth_element(play_waits_.begin(), tenth, play_waits_.end());
        outcome_[Figure::wait_p90] = static_cast<double>(*tenth) / days;
    }
    return std::move(outcome_);
}

Outcome Simulator::play_record() {
    broke_limit_.assign(h_.spell_customers.size(), false);
    waits_.assign(h_.pool_keys.size(), {});
    Outcome outcome = play(true, 0);
    for (std::vector<Time> &waits : waits_)
        std::sort(waits.begin(), waits.end(), [this](Time a, Time b) {
            look();
            return a < b;
        });
    return outcome;
}

Outcome Simulator::play(int repetition) {
    return play(false, static_cast<std::uint64_t>(repetition));
}

} // namespace highseas
