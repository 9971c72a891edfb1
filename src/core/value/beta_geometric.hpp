// Purchases at a gamma-distributed rate (r, alpha), an end with a beta-distributed probability
// (a, b): BG/NBD, after each repeat purchase (Fader, Hardie, Lee 2005); MBG/NBD, after the first one,
// too (Batislam, Denizel, Filiztekin 2007), so that who never came back can be gone.
#pragma once

#include <span>

#include "core/status.hpp"
#include "core/value/fit.hpp"
#include "core/value/history.hpp"

namespace highseas {

struct BetaGeometric {
    double r, alpha, a, b;
    bool modified; // MBG/NBD

    double log_likelihood(const History &history) const noexcept;
    double p_alive(const History &history) const noexcept;
    // For one who is alive now, the purchases until each of `times` from now.
    void purchases_if_alive(const History &history, std::span<const double> times,
                            std::span<double> purchases) const noexcept;
};

// Rows sorted by merge_equal. False: stopped.
bool fit_beta_geometric(bool modified, std::span<const History> rows, double mean_age,
                        ShouldStop should_stop, Fit &fit);

} // namespace highseas
