// Divides money or hours in proportion to weights, between a floor and a cap of each, exactly to
// the last unit: the parts that neither floor nor cap binds stand in the ratio of their weights,
// but for the rounding by largest remainder.
#pragma once

#include <cstdint>
#include <span>

#include "core/status.hpp"
#include "core/value/amount.hpp"

namespace highseas {

inline constexpr std::int64_t no_cap = INT64_MAX;
// Up to these, all sums and products below stay within 128 bits.
inline constexpr std::int64_t largest_budget = 10'000'000'000'000'000;
__extension__ inline constexpr Int128 largest_weight_sum = Int128{10'000} * largest_units;
inline constexpr std::size_t most_parts = 10'000'000;

struct BudgetPart {
    std::int64_t weight; // 0 = no more than the floor
    std::int64_t floor;
    std::int64_t cap;
};

// `shares` has an element for each part; equal remainders are rounded up from the first on.
Status divide_budget(std::int64_t budget, std::span<const BudgetPart> parts,
                     std::span<std::int64_t> shares, ShouldStop should_stop);

} // namespace highseas
