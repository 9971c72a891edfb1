// Recency, frequency and monetary value as scores from 1, and the segment that three scores make.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/status.hpp"

namespace highseas {

inline constexpr int largest_score = 10;

// By mid-rank: score s says that at least (s - 1) / levels of the population are worse, those who
// are equal counted half. first: 1 + how many are strictly worse; last: how many are not better,
// himself included. Those who are equal have one score, in the middle where all are.
Status quantile_score(std::int64_t first, std::int64_t last, std::int64_t population, int levels,
                      int &score) noexcept;

// By fixed breaks, in any order: the greatest score whose bound the value reaches, else 1.
Status break_score(double value, std::span<const int> scores, std::span<const double> bounds,
                   int &score) noexcept;

struct RfmSegments {
    std::span<const std::string_view> names;
    // For each of the three scores, in the order of the name: from and to, both included.
    std::span<const int> from[3];
    std::span<const int> to[3];
};

// The first that has all three scores; none where none has.
Status rfm_segment(const int (&scores)[3], const RfmSegments &segments,
                   std::optional<std::string_view> &name) noexcept;

} // namespace highseas
