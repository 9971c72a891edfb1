// Gamma-Gamma (Fader, Hardie 2013): a customer's purchases vary around his mean by a gamma
// distribution (p, nu), nu between customers by another (q, gamma). It takes the mean for
// independent of how often he buys: the fit reports the correlation.
#pragma once

#include <optional>
#include <span>

#include "core/status.hpp"
#include "core/value/fit.hpp"
#include "core/value/history.hpp"

namespace highseas {

struct GammaGamma {
    double p, q, gamma;

    double log_likelihood(const Spending &spending) const noexcept;
    // Without repeats that of the population. Empty where there is no mean.
    std::optional<double> expected_spend(const Spending &spending) const noexcept;
};

// Rows sorted by merge_equal, all with repeats. False: stopped.
bool fit_gamma_gamma(std::span<const Spending> rows, ShouldStop should_stop, Fit &fit);

} // namespace highseas
