// Amounts of money as whole units of 1/10,000, which add up to the same digits in any order.
#pragma once

#include <cstdint>

namespace highseas {

inline constexpr std::int64_t units_per_one = 10'000;
// 100 trillion: even the square of 100 million customers times this fits in 128 bits.
inline constexpr std::int64_t largest_units = 1'000'000'000'000'000'000;

__extension__ using Int128 = __int128;

// Each of the three steps is correctly rounded, so the digits are the same everywhere.
inline double ratio(Int128 numerator, Int128 denominator) noexcept {
    return static_cast<double>(numerator) / static_cast<double>(denominator);
}

} // namespace highseas
