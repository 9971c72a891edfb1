// What would have happened under other rules: a company's own history, played again. What the
// rules in force and the other ones decide alike happens as it was recorded, so that the rules that
// made a history reproduce it exactly; where they differ, and for what follows from that, waiting
// times and behaviour are drawn from the recorded ones.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/calendar/local_clock.hpp"
#include "core/calendar/time.hpp"
#include "core/calendar/window.hpp"
#include "core/status.hpp"

namespace highseas {

// Customers, reps, pools and classes are numbers from 0 in the order of their arrays. Each group of
// arrays stands in parallel.
struct SimulationHistory {
    using Text = std::string_view;
    using OptionalText = std::optional<std::string_view>;

    std::span<const Text> customer_keys;
    std::span<const Time> customer_arrived; // in a pool; after_all_times: not known
    std::span<const int> customer_pools;
    std::span<const int> customer_classes; // -1: none
    std::span<const OptionalText> customer_regions;
    std::span<const double> customer_values;
    std::span<const OptionalText> customer_sources;
    std::span<const OptionalText> customer_countries;
    std::span<const OptionalText> customer_cities;

    std::span<const Text> rep_keys;
    std::span<const Date> rep_hired; // the smallest date: not known
    std::span<const Time> rep_from;  // when he is given customers
    std::span<const Time> rep_until;
    std::span<const double> rep_weights;

    std::span<const int> leave_reps;
    std::span<const Time> leave_from;
    std::span<const Time> leave_until;

    std::span<const Text> rep_region_reps; // by key, as an allocation takes them
    std::span<const Text> rep_region_regions;
    std::span<const Text> tree_regions;
    std::span<const OptionalText> tree_parents;

    std::span<const Text> tier_names;
    std::span<const int> tier_from_days;

    std::span<const Text> pool_keys;
    std::span<const Text> classes;

    std::span<const int> spell_customers;
    std::span<const int> spell_reps;
    std::span<const int> spell_pools;
    std::span<const int> spell_classes; // -1: none
    std::span<const Time> spell_started;
    std::span<const Time> spell_ended;    // after_all_times: open
    std::span<const int> spell_begins;    // as Begin
    std::span<const int> spell_ends;      // as End
    std::span<const int> spell_to_pools;  // -1: to none
    std::span<const Time> spell_extended; // before_all_times: never
    std::span<const int> spell_exempt;    // 1: protected, or with an open deal

    std::span<const int> follow_up_customers;
    std::span<const Time> follow_up_at;

    std::span<const int> order_customers;
    std::span<const Time> order_at;
    std::span<const double> order_amounts;
};

enum class Begin : int {
    found,
    claim,
    rotation,
    decided,
    allocation
}; // found: in the CRM, no take
enum class End : int { open, expired, returned, elsewhere };

struct SimulationRules {
    using Text = std::string_view;
    using OptionalText = std::optional<std::string_view>;

    std::span<const Text> deadline_rules; // in the order of their names
    std::span<const Text> deadline_kinds;
    std::span<const OptionalText> deadline_pools;
    std::span<const OptionalText> deadline_tiers;
    std::span<const OptionalText> deadline_classes;
    std::span<const OptionalText> deadline_reps;
    std::span<const int> deadline_amounts;
    std::span<const Text> deadline_units;

    std::span<const Text> limit_rules;
    std::span<const Text> limit_kinds;
    std::span<const OptionalText> limit_periods; // of a quota
    std::span<const OptionalText> limit_pools;
    std::span<const OptionalText> limit_tiers;
    std::span<const OptionalText> limit_classes;
    std::span<const OptionalText> limit_reps;
    std::span<const int> limit_maxima;

    std::span<const Time> cooldowns; // of each pool, in microseconds
    std::span<const Time> embargoes;
    std::span<const Time> rotate_after; // after_all_times: never

    // How each pool's customers are given away, as plan_allocation() takes it.
    std::span<const Text> methods;
    std::span<const OptionalText> segments; // source, country, city, class, region; empty: none
    std::span<const std::optional<double>> least_shares;
    std::span<const std::optional<double>> most_shares;
    std::span<const OptionalText> band_classes;
    std::span<const int> band_days;
    std::span<const int> fallback_pools; // for a region that nobody covers; -1: they stay
    std::span<const int> new_leads;      // 1: given away at once
};

struct SimulationPlan {
    Time from;
    Time to;
    Time grace_until; // whom a new deadline strikes first of those held at the beginning
    LocalClock clock;
    WorkingDays calendar;
    std::uint64_t seed;
    int repetitions;
};

enum class Figure : unsigned char {
    takes,
    returns,
    expiries,
    wait_mean, // days in a pool, of those taken from it
    wait_p90,
    held_mean, // customers held, on average over time
    load_greatest,
    follow_ups,
    orders_held, // that came while somebody held the customer
    value_held,
    orders_moved, // that came while the recorded holder did not hold it any more
    value_moved,
    refused, // recorded takes that a limit of the other rules forbids
    changed  // recorded holdings that ended otherwise
};
inline constexpr std::size_t figure_count = 14;
const char *name_of(Figure figure) noexcept;

struct Estimate {
    double history;
    double mean;  // of the repetitions,
    double lower; // and the limits of its 95 % confidence
    double upper;
};

// figures has room for each Figure, rep_loads (customers held on average) and rep_follow_ups for
// each rep. The same facts and seed give the same digits.
Status simulate(const SimulationHistory &history, const SimulationRules &in_force,
                const SimulationRules &policy, const SimulationPlan &plan, ShouldStop should_stop,
                std::span<Estimate> figures, std::span<Estimate> rep_loads,
                std::span<Estimate> rep_follow_ups);

} // namespace highseas
