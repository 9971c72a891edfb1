// Purchases at a gamma-distributed rate (r, alpha), an end with a beta-distributed probability
// (a, b): BG/NBD, after each repeat purchase (Fader, Hardie, Lee 2005); MBG/NBD, after the first
// one, too (Batislam, Denizel, Filiztekin 2007), so that who never came back can be gone.
#pragma once

#include <cstddef>
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
    // For one who is alive now, the purchases until each of `times` from now, ascending. One or a
    // year's 12 at once.
    template <std::size_t count>
    void purchases_if_alive(const History &history, const double (&times)[count],
                            double (&purchases)[count]) const noexcept;
};

// Rows sorted by merge_equal. False: stopped.
bool fit_beta_geometric(bool modified, std::span<const History> rows, double mean_age,
                        ShouldStop should_stop, Fit &fit);

} // namespace highseas
