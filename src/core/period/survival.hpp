// How long something takes to happen, where some still wait: the estimate of Kaplan and Meier
// (Nonparametric estimation from incomplete observations, JASA 53, 1958).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/status.hpp"

namespace highseas {

// One case, or `weight` that are alike. Who still waits is known to have waited that long.
struct Waited {
    double duration;
    double weight;
    bool happened;
};

// Of those still waiting, and the limits of 95 % confidence: Greenwood's variance on the scale of
// log(-log S) (Kalbfleisch and Prentice, 1980), empty where S is 0.
struct SurvivalPoint {
    double time;
    double at_risk;
    double events;
    double survival;
    std::optional<double> lower;
    std::optional<double> upper;
};

// The points at which something happened, in order of time, and the weight of all cases. The digits
// do not depend on the order of the cases.
Status kaplan_meier(std::span<const Waited> cases, ShouldStop should_stop,
                    std::vector<SurvivalPoint> &points, double &subjects);

// A curve as it is kept: the share still waiting from each time on. Nothing is known after `last`,
// the longest time that anybody was watched.
struct SurvivalCurve {
    std::span<const double> times;
    std::span<const double> survival;
    double last;

    Status check() const noexcept;

    // Empty after last, unless nobody was left.
    std::optional<double> at(double time) const noexcept;

    // From when on the chance that it happens within `further`, for one who still waits, stays
    // below `chance` for as long as can be told; empty: from no time on.
    std::optional<double> waiting_limit(double further, double chance) const;

    // Of what happens up to last, the share that happens after the window; empty: nothing does.
    std::optional<double> share_after(double window) const noexcept;
};

} // namespace highseas
