// The ways to allocate. Each fills given, the rep of each of the market's customers (or nobody),
// and takes what it gives from the market's room.
#pragma once

#include <span>

#include "core/allocate/market.hpp"

namespace highseas {

using Given = std::span<int>;

// Customer by customer, the best first, each to the rep whose turn it is: of the nearest region,
// then of the smallest rank, then whose priority is the smallest, then who waits longest.
Status give_by_turns(Market &market, const AllocationFacts &facts, AllocationMethod method,
                     ShouldStop should_stop, Given given);

// Customer by customer, the best first, each to the rep who makes the most of it.
Status give_to_best_fit(Market &market, ShouldStop should_stop, Given given);

// So that the whole brings the most. upper_bound is what no plan can exceed.
Status give_optimally(Market &market, ShouldStop should_stop, Given given, double &upper_bound);

// What each rep's share of the value, and of the customers of the band's class, may be, as
// multiples of his fair share; what he got in the days before counts, too.
struct Band {
    double least;
    double most;
};

// Moves and exchanges customers, those that cost the least first, until each rep's shares lie
// within the band, or nothing more helps that takes nobody else out of it. moved says whose rep is
// another one now.
Status make_fair(Market &market, const AllocationFacts &facts, const Band &band,
                 ShouldStop should_stop, Given given, std::span<bool> moved);

} // namespace highseas
