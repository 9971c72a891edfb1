// How money is spread over customers: Lorenz curve, Gini coefficient, whale curve. Loss-makers have
// negative values; shares and the Gini coefficient are of the total, so they exist only where it is
// positive, and with loss-makers they may leave 0 .. 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/status.hpp"
#include "core/value/amount.hpp"

namespace highseas {

// Shares as arguments: whole units of this, so that they are exact, too.
inline constexpr std::int64_t whole_share = 100'000'000;

// So many values, of at most largest_units each, that no sum below leaves 128 bits.
inline constexpr std::size_t most_values = 50'000'000;

// Rising; needs as much memory again. Values stay complete when it stops.
Status sort_values(std::span<std::int64_t> values, ShouldStop should_stop);

// The rest takes values sorted before, at least one.
struct Concentration {
    explicit Concentration(std::span<const std::int64_t> rising) noexcept;

    std::span<const std::int64_t> values;
    Int128 total;

    // 2 sum(i * x_i) / (n * total) - (n + 1) / n.
    std::optional<double> gini() const noexcept;

    // Of the total, what the smallest share of all customers has; a customer is divided where the
    // share ends within him.
    std::optional<double> bottom_share(std::int64_t share) const noexcept;
    std::optional<double> top_share(std::int64_t share) const noexcept;
    // The bottom shares of 0, 1, ... 100 % of the customers; false where there are none.
    bool lorenz(std::span<double, 101> curve) const noexcept;

    // The smallest number of customers who have at least this share of the total.
    std::optional<std::size_t> customers_needed(std::int64_t share) const noexcept;

    struct LossMakers {
        std::size_t customers;
        Int128 loss; // of them all, not positive
    };
    LossMakers loss_makers() const noexcept;
};

// The whale curve: the sum of the first customers, the best first.
struct WhalePoint {
    std::size_t customers;
    Int128 sum;
};

// Its highest point: all who bring something.
WhalePoint whale_peak(const Concentration &of) noexcept;

// From nobody to all in this many equal steps (rounded up to whole customers), with the peak; each
// number of customers once. points has room for steps + 2.
std::size_t whale_curve(const Concentration &of, std::size_t steps,
                        std::span<WhalePoint> points) noexcept;

} // namespace highseas
