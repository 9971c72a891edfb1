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
    std::optional<std::string_view> intent{}; // deadlines only
};

inline constexpr bool covers(const std::optional<std::string_view> &rule,
                             const std::optional<std::string_view> &fact) noexcept {
    return !rule || (fact && *rule == *fact);
}

bool covers(const Scope &rule, const Scope &fact) noexcept;

// Of the rules that match, the greatest decides: rep before intent before class before pool before
// tier.
int specificity(const Scope &rule) noexcept;

} // namespace highseas
