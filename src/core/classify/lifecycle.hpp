// Where a customer is in his life with us, by what he did and a few borders; and where he is next,
// who does not go back and forth at one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace highseas {

struct LifecycleRule {
    std::int32_t new_days;  // new: the first purchase is less days ago
    double lost_below;      // lost: the chance to be alive is below
    std::int32_t lost_days; // or, where it is unknown, the last purchase is so many days ago
    double growing_from;    // recent value over the value, above 0, of as long a time before
    double declining_below; // likewise

    bool is_sound() const noexcept {
        return new_days >= 0 && lost_days > 0 && lost_below >= 0 && lost_below <= 1 &&
               declining_below >= 0 && declining_below <= growing_from &&
               growing_from <= std::numeric_limits<double>::max();
    }
};

struct LifecycleFacts {
    std::int64_t purchases;
    bool engaged;            // answered, visited or was quoted
    bool refused;            // said never
    std::int32_t first_days; // since the first purchase; of a buyer
    std::int32_t last_days;
    std::optional<double> alive;
    double recent; // value of the last period, and of the one before
    double earlier;
};

inline std::string_view lifecycle(const LifecycleFacts &facts, const LifecycleRule &rule) noexcept {
    if (facts.refused)
        return "lost";
    if (facts.purchases <= 0)
        return facts.engaged ? "prospect" : "lead";
    if (facts.alive ? *facts.alive < rule.lost_below : facts.last_days >= rule.lost_days)
        return "lost";
    if (facts.first_days < rule.new_days)
        return "new";
    if (facts.recent <= 0 || facts.recent < rule.declining_below * facts.earlier)
        return "declining";
    if (facts.earlier > 0 && facts.recent >= rule.growing_from * facts.earlier)
        return "growing";
    return "core";
}

// The borders of the stage that he is in lie further out by the margin, a share of each below one.
inline std::string_view next_lifecycle(std::string_view current, const LifecycleFacts &facts,
                                       LifecycleRule rule, double margin) noexcept {
    if (current == "lost")
        rule.lost_below = std::min(rule.lost_below * (1 + margin), 1.0);
    else if (current == "growing")
        rule.growing_from = std::max(rule.growing_from * (1 - margin), rule.declining_below);
    else if (current == "declining")
        rule.declining_below = std::min(rule.declining_below * (1 + margin), rule.growing_from);
    return lifecycle(facts, rule);
}

} // namespace highseas
