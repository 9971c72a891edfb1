// From a customer's orders to what the lifetime models take: repeat purchase days, recency, age and
// the mean value of a repeat purchase day.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/status.hpp"

namespace highseas {

// Dates are days since any day.
struct PurchaseDay {
    std::int64_t units; // of 1/10,000
    std::int32_t day;
    bool bought; // false: only returns
};

// Sorts the days and makes one of those that are equal; count is how many are left in front.
Status merge_days(std::span<PurchaseDay> days, std::size_t &count) noexcept;

struct PurchaseSummary {
    std::int32_t repeats;
    std::int32_t first;
    std::int32_t last;
    std::int64_t units;               // of all orders, returns deducted
    std::optional<double> mean_value; // of a repeat purchase day; none without any
};

// Of days merged before. A return counts against the last purchase day up to it; none where nothing
// was bought.
Status summarize(std::span<const PurchaseDay> days,
                 std::optional<PurchaseSummary> &summary) noexcept;

// day, week, month (1/12 of a year) or year (365.25 days).
enum class TimeUnit : unsigned char { day, week, month, year };

std::optional<TimeUnit> time_unit_named(std::string_view name) noexcept;
std::string_view name_of(TimeUnit unit) noexcept;
double days_of(TimeUnit unit) noexcept;

} // namespace highseas
