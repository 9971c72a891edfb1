#include "core/period/survival.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/no_postgres.hpp"

namespace highseas {
namespace {

constexpr double z_95 = 1.959963984540054; // the normal distribution's 97.5 % point

struct Stopped {};

} // namespace

Status kaplan_meier(std::span<const Waited> cases, ShouldStop should_stop,
                    std::vector<SurvivalPoint> &points, double &subjects) {
    constexpr unsigned between_looks = 1 << 18;
    std::vector<Waited> sorted(cases.begin(), cases.end());
    unsigned comparisons = 0;
    try {
        std::sort(sorted.begin(), sorted.end(), [&](const Waited &a, const Waited &b) {
            if (++comparisons % between_looks == 0 && should_stop())
                throw Stopped();
            return std::tie(a.duration, a.happened, a.weight) <
                   std::tie(b.duration, b.happened, b.weight);
        });
    } catch (const Stopped &) {
        return Status::error(sqlstate::interrupted, "the estimate was interrupted");
    }

    // From the longest on, so that at_risk needs no subtraction.
    double at_risk = 0;
    points.clear();
    for (auto last = sorted.rbegin(); last != sorted.rend();) {
        const double time = last->duration;
        double events = 0;
        for (; last != sorted.rend() && last->duration == time; ++last) {
            at_risk += last->weight;
            if (last->happened)
                events += last->weight;
        }
        if (events > 0)
            points.push_back({time, at_risk, events, 0, {}, {}});
    }
    std::reverse(points.begin(), points.end());
    subjects = at_risk;

    double survival = 1;
    double greenwood = 0;
    for (SurvivalPoint &point : points) {
        const double left = std::max(point.at_risk - point.events, 0.0);
        survival *= left / point.at_risk;
        point.survival = survival;
        if (survival <= 0)
            continue;
        greenwood += point.events / (point.at_risk * left);
        const double width = z_95 * std::sqrt(greenwood) / -std::log(survival);
        point.lower = std::pow(survival, std::exp(width));
        point.upper = std::pow(survival, std::exp(-width));
    }
    return {};
}

Status SurvivalCurve::check() const noexcept {
    bool sound = times.size() == survival.size() && last >= 0;
    for (std::size_t i = 0; sound && i < times.size(); ++i)
        sound = times[i] >= (i == 0 ? 0 : times[i - 1]) && times[i] <= last && survival[i] >= 0 &&
                survival[i] <= (i == 0 ? 1 : survival[i - 1]);
    if (!sound)
        return Status::error(sqlstate::bad_parameter, "the curve is no result of kaplan_meier()");
    return {};
}

std::optional<double> SurvivalCurve::at(double time) const noexcept {
    const auto after = std::upper_bound(times.begin(), times.end(), time);
    const double left =
        after == times.begin() ? 1 : survival[static_cast<std::size_t>(after - times.begin()) - 1];
    if (time > last && left > 0)
        return std::nullopt;
    return left;
}

// The chance changes only where something happens, or comes into sight.
std::optional<double> SurvivalCurve::waiting_limit(double further, double chance) const {
    std::vector<double> changes{0};
    for (double time : times)
        for (double change : {time, time - further})
            if (change > 0)
                changes.push_back(change);
    std::sort(changes.begin(), changes.end());
    std::optional<double> limit;
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
        if (*change + further > last)
            continue;
        // What comes into sight at a difference of two times may lie a rounding beyond its sum.
        const double end = std::min(std::nextafter(*change + further, HUGE_VAL), last);
        const double before = *at(*change);
        if (before > 0 && 1 - *at(end) / before >= chance)
            break;
        limit = *change;
    }
    return limit;
}

std::optional<double> SurvivalCurve::share_after(double window) const noexcept {
    const double end = survival.empty() ? 1 : survival.back();
    if (end >= 1)
        return std::nullopt;
    const double then = window >= last ? end : *at(window);
    return (then - end) / (1 - end);
}

} // namespace highseas
