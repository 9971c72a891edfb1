// Overflow: how many customers a rep may hold on a day, and which of them he serves least.
#pragma once

#include <cstdint>
#include <optional>

#include "core/status.hpp"
#include "core/weighed.hpp"

namespace highseas {

// A limit may fall in steps: falls_from on starts_on, less by step every step_days, down to
// maximum.
struct OverflowLimit {
    std::int32_t maximum;
    std::optional<std::int32_t> falls_from; // none: maximum from the beginning
    std::int32_t step;
    std::int32_t step_days;
    std::int32_t starts_on; // days, as today
};

Status overflow_limit(const OverflowLimit &rule, std::int32_t today, std::int32_t &limit) noexcept;

struct ServiceFacts {
    double silent_days;                // since his last follow-up, or since he has the customer
    std::optional<double> rhythm_days; // how often the customer should be contacted
    std::optional<double> affinity;    // how well he sells to such customers; 1: like all reps
    std::optional<double> value;       // what the customer brings
    std::optional<double> headroom;    // what he could bring beyond it
};

// The more points, the less he is served.
using Neglect = Weighed<256>;

Status weigh_neglect(const ServiceFacts &facts, Neglect &neglect) noexcept;

} // namespace highseas
