// Who gets which customer: one function over customers, reps and rules. The same facts give the
// same plan, in whatever order they stand.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/calendar/time.hpp"
#include "core/status.hpp"

namespace highseas {

using Text = std::string_view;
using OptionalText = std::optional<std::string_view>;

enum class AllocationMethod : unsigned char {
    serial,
    weighted_turns,
    least_loaded,
    best_fit,
    optimal
};

std::optional<AllocationMethod> allocation_method_named(std::string_view name) noexcept;

// Each group of arrays stands in parallel.
struct AllocationFacts {
    Text method;
    std::optional<double> least_share; // of each rep's fair share of the value: the band
    std::optional<double> most_share;

    std::span<const Text> customer_keys;
    std::span<const double> customer_values; // what a sale to it is expected to bring
    std::span<const OptionalText> regions;
    std::span<const OptionalText> classes;
    std::span<const OptionalText> segments;

    std::span<const Text> rep_keys;
    std::span<const OptionalText> rep_tiers;
    std::span<const int> rep_ranks; // the smaller first
    std::span<const double> rep_weights;
    std::span<const int> rep_loads;
    std::span<const Time> rep_waiting_since;

    std::span<const Text> rep_region_reps; // which regions a rep covers
    std::span<const Text> rep_region_regions;

    std::span<const Text> tree_regions;
    std::span<const OptionalText> tree_parents; // empty: the top

    std::span<const Text> affinity_reps; // how much more than its value a customer brings with him
    std::span<const OptionalText> affinity_segments; // empty: all that have no row of their own
    std::span<const double> affinity_factors;

    std::span<const OptionalText> tier_classes; // who may hold whom, with tier_kinds; empty: any
    std::span<const Text> tier_names;

    std::span<const Text> limit_reps;
    std::span<const Text> limit_kinds;
    std::span<const OptionalText> limit_classes; // empty: any class
    std::span<const int> limit_left;

    std::span<const Text> past_customers; // who held whom before
    std::span<const Text> past_reps;

    std::span<const double> rep_received; // of each rep: the value that he got in the days before,
    std::optional<Text> band_class;       // how many customers of this class,
    std::span<const int> rep_received_of_class; // all of it within the band; empty: nothing

    std::span<const Text> busy_reps; // get nothing this time

    std::span<const OptionalText> kinds;      // of the customers; no array: unknown
    std::span<const OptionalText> tier_kinds; // no array: any
};

// Why nobody gets a customer: the furthest hurdle that any rep reached.
enum class Hurdle : unsigned char {
    none,
    no_reps,
    no_region,
    no_tier,
    earlier_holder,
    capacity,
    quota,
    busy,
    fairness
};
const char *name_of(Hurdle hurdle) noexcept;

// Why this rep: his turn; the smallest load; nobody is worth more; who is worth more has no room
// left that is not worth more to somebody else; the band.
enum class Ground : unsigned char { none, turn, least_load, best_fit, room, fairness };
const char *name_of(Ground ground) noexcept;

struct Allocated {
    int customer;
    int rep;       // nobody: it stays, because of hurdle
    Hurdle hurdle; // none: it goes to rep, because of ground
    Ground ground;
    double value; // with this rep
    int next_rep; // who else may have it and is worth most; nobody: nobody
    double next_value;
};

// plan has room for each customer; the best comes first. upper_bound: what no plan under these
// rules can exceed in total; only the method optimal knows it.
Status plan_allocation(const AllocationFacts &facts, ShouldStop should_stop,
                       std::span<Allocated> plan, std::optional<double> &upper_bound);

// A rep's own share of successes over the average, shrunk: as if he had tried `prior` average ones
// more.
Status rep_affinity(double won, double tried, double average, double prior,
                    double &affinity) noexcept;

} // namespace highseas
