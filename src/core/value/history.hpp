// What the models look at: rows of plain memory, which the fit sorts in place, so that neither the
// order in which rows arrive nor a parallel plan changes a digit.
#pragma once

#include <compare>
#include <span>

#include "core/status.hpp"

namespace highseas {

// When a customer bought: all times in one unit.
struct History {
    int repeats;    // days with a purchase, without the first
    double recency; // last less first purchase
    double age;     // end of observation less first purchase
    double weight = 1;

    auto operator<=>(const History &) const = default;
};

// What he spent.
struct Spending {
    int repeats;
    double mean_value; // of the repeat purchases
    double weight = 1;

    auto operator<=>(const Spending &) const = default;
};

Status check_history(const History &history) noexcept;
// Without repeats, mean_value does not matter.
Status check_spending(const Spending &spending) noexcept;
Status check_weight(double weight) noexcept;

// Sorts, and merges equal rows into one with the sum of their weights: `rows` becomes the part that
// is left. False: stopped, with all rows still there, in some order.
bool merge_equal(std::span<History> &rows, ShouldStop should_stop) noexcept;
bool merge_equal(std::span<Spending> &rows, ShouldStop should_stop) noexcept;

} // namespace highseas
