// Pareto/NBD (Schmittlein, Morrison, Colombo 1987): purchases at a gamma-distributed rate (r,
// alpha) until an end that comes at any time, at a gamma-distributed rate (s, beta).
#pragma once

#include <span>

#include "core/status.hpp"
#include "core/value/fit.hpp"
#include "core/value/history.hpp"

namespace highseas {

struct ParetoNbd {
    double r, alpha, s, beta;

    double log_likelihood(const History &history) const noexcept;
    double p_alive(const History &history) const noexcept;
    // Of one who is alive now.
    double purchases_if_alive(const History &history, double time) const noexcept;
    // The same without end, discounted continuously at `rate` a unit of time.
    double discounted_if_alive(const History &history, double rate) const noexcept;
};

// Rows sorted by merge_equal. False: stopped.
bool fit_pareto_nbd(std::span<const History> rows, double mean_age, ShouldStop should_stop,
                    Fit &fit);

} // namespace highseas
