// Rules are rows with wildcards: an empty column matches any.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

namespace highseas {

// What a rule is for; of a customer and a rep, what they are.
struct Scope {
    std::optional<std::string_view> pool;
    std::optional<std::string_view> tier;
    std::optional<std::string_view> customer_class;
    std::optional<std::string_view> rep;
    std::optional<std::string_view> intent{};        // deadlines only
    std::optional<std::string_view> customer_kind{}; // deadlines and treatments only
};

inline constexpr bool covers(const std::optional<std::string_view> &rule,
                             const std::optional<std::string_view> &fact) noexcept {
    return !rule || (fact && *rule == *fact);
}

bool covers(const Scope &rule, const Scope &fact) noexcept;

// Of the rules that match, the greatest decides: rep before intent before class before kind of
// customer before pool before tier.
int specificity(const Scope &rule) noexcept;

// Of each kind the most specific row that matches, then the first. chosen has room for one of each
// kind; returns its end.
template <class Row>
const Row **choose_by_kind(std::span<const Row> rows, const Scope &holding, const Row **chosen) {
    const Row **end = chosen;
    for (const Row &row : rows) {
        if (!covers(row.scope, holding))
            continue;
        const Row **same =
            std::find_if(chosen, end, [&](const Row *other) { return other->kind == row.kind; });
        if (same == end)
            *end++ = &row;
        else if (specificity(row.scope) > specificity((*same)->scope))
            *same = &row;
    }
    return end;
}

// The most specific rows that match, which are for the same. chosen has room for all; returns its
// end.
template <class Row>
const Row **choose_most_specific(std::span<const Row> rows, const Scope &fact, const Row **chosen) {
    const Row **end = chosen;
    for (const Row &row : rows) {
        if (!covers(row.scope, fact))
            continue;
        if (end != chosen && specificity(row.scope) > specificity(chosen[0]->scope))
            end = chosen;
        if (end == chosen || specificity(row.scope) == specificity(chosen[0]->scope))
            *end++ = &row;
    }
    return end;
}

} // namespace highseas
