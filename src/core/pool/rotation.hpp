// Rotation: sleeping customers to reps by turns. Greedy, and definite: the same facts give the same
// plan in whatever order they stand.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/calendar/time.hpp"
#include "core/status.hpp"

namespace highseas {

using Text = std::string_view;
using OptionalText = std::optional<std::string_view>;

// Each group of arrays stands in parallel.
struct RotationFacts {
    std::span<const Text> customer_keys;
    std::span<const float> scores;
    std::span<const OptionalText> regions; // empty: no region
    std::span<const OptionalText> classes;

    std::span<const Text> rep_keys;
    std::span<const int> rep_ranks; // the smaller first
    std::span<const Time> rep_waiting_since;

    std::span<const Text> rep_region_reps; // which regions a rep covers
    std::span<const Text> rep_region_regions;

    std::span<const Text> tree_regions;
    std::span<const OptionalText> tree_parents; // empty: the top

    std::span<const Text> limit_reps;
    std::span<const Text> limit_kinds;
    std::span<const OptionalText> limit_classes; // empty: any class
    std::span<const int> limit_left;

    std::span<const Text> past_customers; // who held whom before
    std::span<const Text> past_reps;

    std::span<const Text> busy_reps; // get nothing this time
};

// Why nobody gets a customer: the furthest hurdle that any rep reached.
enum class Hurdle : unsigned char {
    none,
    no_reps,
    no_region,
    no_tier, // in an allocation only
    earlier_holder,
    capacity,
    quota,
    busy,
    fairness // in an allocation only: its band
};
const char *name_of(Hurdle hurdle) noexcept;

struct Assignment {
    int customer;
    int rep; // -1: nobody
    Hurdle hurdle;
};

// plan has room for each customer; it is filled in the order in which they are given away.
Status plan_rotation(const RotationFacts &facts, ShouldStop should_stop,
                     std::span<Assignment> plan);

} // namespace highseas
