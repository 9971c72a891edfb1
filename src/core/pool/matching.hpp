// Rules are rows with wildcards: an empty column matches any.
#pragma once

#include <optional>
#include <string_view>

namespace highseas {

// What a rule is for; of a customer and a rep, what they are.
struct Scope {
    std::optional<std::string_view> pool;
    std::optional<std::string_view> tier;
    std::optional<std::string_view> customer_class;
    std::optional<std::string_view> rep;
};

inline constexpr bool covers(const std::optional<std::string_view> &rule,
                             const std::optional<std::string_view> &fact) noexcept {
    return !rule || rule == fact;
}

inline constexpr bool covers(const Scope &rule, const Scope &fact) noexcept {
    return covers(rule.pool, fact.pool) && covers(rule.tier, fact.tier) &&
           covers(rule.customer_class, fact.customer_class) && covers(rule.rep, fact.rep);
}

// Of the rules that match, the greatest decides: rep before class before pool before tier.
inline constexpr int specificity(const Scope &rule) noexcept {
    return (rule.rep ? 8 : 0) + (rule.customer_class ? 4 : 0) + (rule.pool ? 2 : 0) +
           (rule.tier ? 1 : 0);
}

} // namespace highseas
