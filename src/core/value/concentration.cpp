#include "core/value/concentration.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

constexpr std::size_t between_stops = 1 << 20;

// Orders like the signed value.
std::uint64_t sort_key(std::int64_t value) noexcept {
    return static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63);
}

// The sum of the smallest share of all customers, for shares that rise from call to call.
class BottomSum {
public:
    explicit BottomSum(std::span<const std::int64_t> values) noexcept : values_(values) {}

    // Times whole_share.
    Int128 up_to(std::int64_t share) noexcept {
        const Int128 end = Int128{share} * static_cast<Int128>(values_.size());
        while (next_ < static_cast<std::size_t>(end / whole_share))
            sum_ += values_[next_++];
        const Int128 part = end % whole_share;
        return sum_ * whole_share + (part > 0 ? part * values_[next_] : 0);
    }

private:
    std::span<const std::int64_t> values_;
    std::size_t next_ = 0;
    Int128 sum_ = 0;
};

} // namespace

// By bytes, the last first (radix sort): it can be asked to stop at any time, and most bytes of
// amounts are the same in all of them and cost nothing.
Status sort_values(std::span<std::int64_t> values, ShouldStop should_stop) {
    if (std::is_sorted(values.begin(), values.end()))
        return {};
    std::vector<std::int64_t> scratch(values.size());
    std::span<std::int64_t> from = values;
    std::span<std::int64_t> to = scratch;
    bool stopped = false;
    for (int shift = 0; shift < 64 && !stopped; shift += 8) {
        auto byte_of = [shift](std::int64_t value) { return sort_key(value) >> shift & 0xFF; };
        std::array<std::size_t, 256> place{};
        for (std::int64_t value : from)
            ++place[byte_of(value)];
        if (place[byte_of(from[0])] == from.size())
            continue;
        std::size_t sum = 0;
        for (std::size_t &p : place)
            sum += std::exchange(p, sum);
        for (std::size_t i = 0; i < from.size() && !stopped; ++i) {
            to[place[byte_of(from[i])]++] = from[i];
            stopped = i % between_stops == 0 && should_stop();
        }
        if (!stopped)
            std::swap(from, to);
    }
    if (from.data() != values.data())
        std::copy(from.begin(), from.end(), values.begin());
    if (stopped)
        return Status::error(sqlstate::interrupted, "sorting was interrupted");
    return {};
}

Concentration::Concentration(std::span<const std::int64_t> rising) noexcept
    : values(rising), total(0) {
    for (std::int64_t value : values)
        total += value;
}

std::optional<double> Concentration::gini() const noexcept {
    if (total <= 0)
        return std::nullopt;
    Int128 weighted = 0;
    Int128 rank = 0;
    for (std::int64_t value : values)
        weighted += ++rank * value;
    return ratio(2 * weighted - (rank + 1) * total, rank * total);
}

std::optional<double> Concentration::bottom_share(std::int64_t share) const noexcept {
    if (total <= 0)
        return std::nullopt;
    return ratio(BottomSum(values).up_to(share), total * whole_share);
}

std::optional<double> Concentration::top_share(std::int64_t share) const noexcept {
    if (total <= 0)
        return std::nullopt;
    const Int128 rest = BottomSum(values).up_to(whole_share - share);
    return ratio(total * whole_share - rest, total * whole_share);
}

bool Concentration::lorenz(std::span<double, 101> curve) const noexcept {
    if (total <= 0)
        return false;
    BottomSum bottom(values);
    for (std::size_t percent = 0; percent < curve.size(); ++percent)
        curve[percent] = ratio(bottom.up_to(whole_share / 100 * static_cast<std::int64_t>(percent)),
                               total * whole_share);
    return true;
}

std::optional<std::size_t> Concentration::customers_needed(std::int64_t share) const noexcept {
    if (total <= 0)
        return std::nullopt;
    const Int128 wanted = total * share;
    Int128 sum = 0;
    std::size_t customers = 0;
    while (sum * whole_share < wanted)
        sum += values[values.size() - ++customers];
    return customers;
}

Concentration::LossMakers Concentration::loss_makers() const noexcept {
    LossMakers result{0, 0};
    for (std::int64_t value : values) {
        if (value >= 0)
            break;
        ++result.customers;
        result.loss += value;
    }
    return result;
}

WhalePoint whale_peak(const Concentration &of) noexcept {
    WhalePoint peak{0, 0};
    for (auto value = of.values.rbegin(); value != of.values.rend() && *value > 0; ++value) {
        ++peak.customers;
        peak.sum += *value;
    }
    return peak;
}

std::size_t whale_curve(const Concentration &of, std::size_t steps,
                        std::span<WhalePoint> points) noexcept {
    const std::size_t peak = whale_peak(of).customers;
    const std::size_t customers = of.values.size();
    std::size_t count = 0;
    std::size_t step = 0;
    Int128 sum = 0;
    for (std::size_t i = 0; i <= customers; ++i) {
        const bool at_step = i == (step * customers + steps - 1) / steps;
        if (at_step || i == peak)
            points[count++] = {i, sum};
        while (step <= steps && i == (step * customers + steps - 1) / steps)
            ++step;
        if (i < customers)
            sum += of.values[customers - 1 - i];
    }
    return count;
}

} // namespace highseas
