#include "core/period/simulator.hpp"

#include <algorithm>
#include <numeric>

#include "core/allocate/allocation.hpp"
#include "core/pool/tier.hpp"
#include "core/no_postgres.hpp"

namespace highseas {

namespace {

constexpr std::size_t most_spells = 10'000'000;
constexpr std::size_t most_events = 50'000'000; // follow-ups; orders
constexpr unsigned between_looks = 1 << 12;

} // namespace

void Simulator::look() {
    if (++looks_ % between_looks == 0 && should_stop_())
        throw Stopped();
}

Status Simulator::check_facts() const {
    const std::size_t customers = h_.customer_keys.size();
    for (const Status &status :
         {check_lengths("customer",
                        {customers, h_.customer_arrived.size(), h_.customer_pools.size(),
                         h_.customer_classes.size(), h_.customer_regions.size(),
                         h_.customer_values.size(), h_.customer_sources.size(),
                         h_.customer_countries.size(), h_.customer_cities.size()}),
          check_lengths("rep", {h_.rep_keys.size(), h_.rep_hired.size(), h_.rep_from.size(),
                                h_.rep_until.size(), h_.rep_weights.size()}),
          check_lengths("leave",
                        {h_.leave_reps.size(), h_.leave_from.size(), h_.leave_until.size()}),
          check_lengths("spell",
                        {h_.spell_customers.size(), h_.spell_reps.size(), h_.spell_pools.size(),
                         h_.spell_classes.size(), h_.spell_started.size(), h_.spell_ended.size(),
                         h_.spell_begins.size(), h_.spell_ends.size(), h_.spell_to_pools.size(),
                         h_.spell_extended.size(), h_.spell_exempt.size()}),
          check_lengths("follow-up", {h_.follow_up_customers.size(), h_.follow_up_at.size()}),
          check_lengths("order",
                        {h_.order_customers.size(), h_.order_at.size(), h_.order_amounts.size()})})
        if (!status.ok())
            return status;
    if (h_.spell_customers.size() > most_spells || customers > most_spells ||
        h_.follow_up_at.size() > most_events || h_.order_at.size() > most_events)
        return Status::error(sqlstate::too_large, "the history is too large to simulate")
            .with_detail("There are %zu customers, %zu holdings, %zu follow-ups and %zu orders.",
                         customers, h_.spell_customers.size(), h_.follow_up_at.size(),
                         h_.order_at.size())
            .with_hint("Simulate a shorter time.");
    auto within = [](std::span<const int> numbers, int least, std::size_t end) {
        return std::all_of(numbers.begin(), numbers.end(), [&](int number) {
            return number >= least && number < static_cast<int>(end);
        });
    };
    const std::size_t reps = h_.rep_keys.size();
    const std::size_t pools = h_.pool_keys.size();
    if (!within(h_.customer_pools, 0, pools) || !within(h_.spell_pools, 0, pools) ||
        !within(h_.spell_to_pools, -1, pools) || !within(h_.spell_customers, 0, customers) ||
        !within(h_.follow_up_customers, 0, customers) ||
        !within(h_.order_customers, 0, customers) || !within(h_.spell_reps, 0, reps) ||
        !within(h_.leave_reps, 0, reps) || !within(h_.spell_classes, -1, h_.classes.size()) ||
        !within(h_.customer_classes, -1, h_.classes.size()) || !within(h_.spell_begins, 0, 5) ||
        !within(h_.spell_ends, 0, 4))
        return Status::error(sqlstate::bad_parameter, "a number of the history is out of range");
    if (plan_.from >= plan_.to || is_infinite(plan_.from) || is_infinite(plan_.to))
        return Status::error(sqlstate::bad_parameter,
                             "the simulation must end after it begins, both at finite times");
    if (plan_.repetitions < 1 || plan_.repetitions > 1000)
        return Status::error(sqlstate::bad_parameter, "the number of repetitions is out of range")
            .with_detail("It lies between 1 and 1000.");
    return plan_.clock.check();
}

void Simulator::group(std::span<const int> customers, std::span<const Time> times,
                      Grouped &grouped) {
    grouped.begins.assign(h_.customer_keys.size() + 1, 0);
    for (int customer : customers)
        ++grouped.begins[at(customer) + 1];
    std::partial_sum(grouped.begins.begin(), grouped.begins.end(), grouped.begins.begin());
    grouped.numbers.resize(customers.size());
    std::vector<std::uint32_t> next(grouped.begins.begin(), grouped.begins.end() - 1);
    for (std::size_t i = 0; i < customers.size(); ++i)
        grouped.numbers[next[at(customers[i])]++] = static_cast<std::uint32_t>(i);
    for (std::size_t c = 0; c < h_.customer_keys.size(); ++c) {
        look();
        std::sort(grouped.numbers.begin() + grouped.begins[c],
                  grouped.numbers.begin() + grouped.begins[c + 1],
                  [&](std::uint32_t a, std::uint32_t b) {
                      return std::tuple(times[a], a) < std::tuple(times[b], b);
                  });
    }
}

Status Simulator::read() {
    if (Status status = check_facts(); !status.ok())
        return status;
    if (Status status = in_force_.read(in_force_facts_, h_.pool_keys.size(), plan_); !status.ok())
        return status;
    if (Status status = policy_.read(policy_facts_, h_.pool_keys.size(), plan_); !status.ok())
        return status;

    if (Status status = check_allocation(); !status.ok())
        return status;

    group(h_.spell_customers, h_.spell_started, spells_);
    group(h_.follow_up_customers, h_.follow_up_at, follow_ups_);
    group(h_.order_customers, h_.order_at, orders_);

    const std::size_t spells = h_.spell_customers.size();
    rep_spells_.resize(h_.rep_keys.size());
    pool_reps_.assign(h_.pool_keys.size(), {});
    courses_.resize(spells);
    events_.reserve(spells * 2 + h_.customer_keys.size() + h_.order_at.size());
    for (std::size_t s = 0; s < spells; ++s) {
        look();
        const int spell = static_cast<int>(s);
        std::vector<bool> &reps = pool_reps_[at(h_.spell_pools[s])];
        reps.resize(h_.rep_keys.size());
        reps[at(h_.spell_reps[s])] = true;
        courses_[s] = course_on_record(spell);
        if (h_.spell_started[s] >= plan_.to)
            continue;
        events_.push_back({h_.spell_started[s], Kind::take, h_.spell_customers[s], spell});
        if (h_.spell_ended[s] < plan_.to)
            events_.push_back({std::max(h_.spell_ended[s], h_.spell_started[s] + 1), Kind::end,
                               h_.spell_customers[s], spell});
    }
    // Whatever is drawn from must not depend on the order of the rows.
    for (std::uint32_t s : spells_.numbers)
        rep_spells_[at(h_.spell_reps[s])].push_back(s);
    for (std::size_t c = 0; c < h_.customer_keys.size(); ++c)
        if (h_.customer_arrived[c] < plan_.to)
            events_.push_back({h_.customer_arrived[c], Kind::arrival, static_cast<int>(c), nobody});
    order_reps_.assign(h_.order_at.size(), nobody);
    for (std::size_t o = 0; o < h_.order_at.size(); ++o) {
        look();
        if (!in_period(h_.order_at[o]))
            continue;
        events_.push_back(
            {h_.order_at[o], Kind::order, h_.order_customers[o], static_cast<int>(o)});
        for (std::uint32_t s : spells_.of(h_.order_customers[o]))
            if (h_.spell_started[s] <= h_.order_at[o] && h_.order_at[o] < h_.spell_ended[s])
                order_reps_[o] = h_.spell_reps[s];
    }
    for (std::size_t p = 0; p < h_.pool_keys.size() && tries_.empty(); ++p)
        if (is_by_fit(p))
            read_tries();
    std::sort(events_.begin(), events_.end(), [this](const Event &a, const Event &b) {
        look();
        return a.key() < b.key();
    });
    return {};
}

// What plan_allocation() would refuse in the middle of a simulation.
Status Simulator::check_allocation() const {
    const int pools = static_cast<int>(h_.pool_keys.size());
    for (std::size_t p = 0; p < h_.pool_keys.size(); ++p) {
        AllocationFacts facts{};
        facts.method = policy_facts_.methods[p];
        facts.least_share = policy_facts_.least_shares[p];
        facts.most_share = policy_facts_.most_shares[p];
        std::optional<double> bound;
        if (Status status = plan_allocation(facts, should_stop_, {}, bound); !status.ok())
            return status;
        const OptionalText &segment = policy_facts_.segments[p];
        constexpr Text known[]{"source", "country", "city", "class", "region"};
        if (segment && std::find(std::begin(known), std::end(known), *segment) == std::end(known))
            return Status::error(sqlstate::bad_parameter, "unknown segment \"%.*s\"",
                                 shown_length(*segment), segment->data())
                .with_hint("It is source, country, city, class or region.");
        if (policy_facts_.fallback_pools[p] < -1 || policy_facts_.fallback_pools[p] >= pools ||
            policy_facts_.band_days[p] < 0)
            return Status::error(sqlstate::bad_parameter, "a number of the rules is out of range");
    }
    return {};
}

std::optional<std::string_view> Simulator::class_name(int number) const {
    if (number == nobody)
        return std::nullopt;
    return h_.classes[at(number)];
}

Date Simulator::day_of(Time now) const {
    const Time local = plan_.clock.to_local(now);
    return static_cast<Date>(local / microseconds_per_day - (local % microseconds_per_day < 0));
}

std::optional<std::string_view> Simulator::tier_of_rep(int rep, Time at_time) const {
    const Date hired = h_.rep_hired[at(rep)];
    if (is_infinite(hired))
        return std::nullopt;
    std::optional<std::string_view> tier;
    require(tier_of(day_of(at_time) - hired, h_.tier_names, h_.tier_from_days, tier));
    return tier;
}

Scope Simulator::scope_of(int rep, int pool, int customer_class, Time at_time) const {
    return {h_.pool_keys[at(pool)], tier_of_rep(rep, at_time), class_name(customer_class),
            h_.rep_keys[at(rep)]};
}

} // namespace highseas
