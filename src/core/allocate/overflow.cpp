#include "core/allocate/overflow.hpp"

#include <algorithm>
#include <cmath>

#include "core/no_postgres.hpp"

namespace highseas {
namespace {

constexpr double silence_points = 20; // for each rhythm that passed without a follow-up
constexpr double most_rhythms = 3;
constexpr double usual_rhythm = 30;      // days
constexpr double conversion_points = 30; // for who never sells to such customers
constexpr double headroom_points = 30;   // for a customer who brings nothing of what he could
constexpr double told_share = .5;        // of headroom or conversion: from here on it is a reason

bool is_amount(const std::optional<double> &value) noexcept {
    return !value || (std::isfinite(*value) && *value >= 0);
}

} // namespace

Status overflow_limit(const OverflowLimit &rule, std::int32_t today, std::int32_t &limit) noexcept {
    if (rule.maximum < 0 || rule.step < 1 || rule.step_days < 1 ||
        (rule.falls_from && *rule.falls_from < rule.maximum))
        return Status::error(sqlstate::bad_parameter,
                             "the steps of an overflow limit are out of range")
            .with_detail("The maximum must not be negative, falls_from not below it, step and "
                         "step_days positive.");
    limit = rule.maximum;
    if (rule.falls_from) {
        const std::int64_t days = std::max<std::int64_t>(std::int64_t{today} - rule.starts_on, 0);
        const std::int64_t fallen = days / rule.step_days * rule.step;
        limit = static_cast<std::int32_t>(
            std::max<std::int64_t>(rule.maximum, *rule.falls_from - fallen));
    }
    return {};
}

Status weigh_neglect(const ServiceFacts &facts, Neglect &neglect) noexcept {
    if (!std::isfinite(facts.silent_days) || !is_amount(facts.affinity) ||
        !is_amount(facts.value) || !is_amount(facts.headroom))
        return Status::error(sqlstate::bad_parameter, "a fact of the service is out of range")
            .with_detail("All must be finite, and affinity, value and headroom not negative.");
    const double rhythm = facts.rhythm_days.value_or(usual_rhythm);
    if (!std::isfinite(rhythm) || rhythm <= 0)
        return Status::error(sqlstate::bad_parameter,
                             "\"rhythm_days\" must be positive and finite");

    neglect = {};
    const double silent = std::max(facts.silent_days, 0.0);
    neglect.points += silence_points * std::min(silent / rhythm, most_rhythms);
    if (silent >= rhythm)
        neglect.tell("no follow-up for %.0f days, the rhythm is %.0f", std::floor(silent), rhythm);
    if (facts.affinity && *facts.affinity < 1) {
        neglect.points += conversion_points * (1 - *facts.affinity);
        if (*facts.affinity <= told_share)
            neglect.tell("sells to such customers %.0f %% as often as all reps",
                         100 * *facts.affinity);
    }
    if (facts.headroom && *facts.headroom > 0) {
        const double open = *facts.headroom / (*facts.headroom + facts.value.value_or(0));
        neglect.points += headroom_points * open;
        if (open >= told_share)
            neglect.tell("%.0f %% of what he could bring is open", 100 * open);
    }
    if (neglect.reason().empty())
        neglect.tell("no follow-up for %.0f day%s, within the rhythm of %.0f", std::floor(silent),
                     plural(std::floor(silent)), rhythm);
    return {};
}

} // namespace highseas
