#include "core/classify/hysteresis.hpp"

#include "core/no_postgres.hpp"
#include "core/value/concentration.hpp"

namespace highseas {

namespace {

// By the bounds times `factor` / whole_share.
char class_by(std::int64_t value, const AbcBounds &bounds, std::int64_t factor) noexcept {
    const Int128 scaled = Int128{value} * whole_share;
    return scaled >= Int128{bounds.a_from} * factor   ? 'A'
           : scaled >= Int128{bounds.b_from} * factor ? 'B'
                                                      : 'C';
}

} // namespace

char next_abc_class(char current, const Stay &stay, std::int64_t value, const AbcBounds &bounds,
                    std::int64_t margin) noexcept {
    if (current < 'A' || current > 'C')
        return abc_class(value, bounds);
    if (!stay.is_over())
        return current;
    const char up = class_by(value, bounds, whole_share + margin);
    const char down = class_by(value, bounds, whole_share - margin);
    return up < current ? up : down > current ? down : current;
}

char next_category(char current, const Stay &stay, std::span<const CategoryRule> rules,
                   const CategoryBox &figures, const CategoryBox &margin) noexcept {
    if (current && (!stay.is_over() || is_near_category(rules, current, figures, margin)))
        return current;
    const int rule = find_category(rules, figures);
    return rule < 0 ? '\0' : rules[static_cast<std::size_t>(rule)].category;
}

} // namespace highseas
