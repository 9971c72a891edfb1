// Whether a customer buys as a company or for himself: the first rule that his profile fits.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "core/status.hpp"

namespace highseas {

inline constexpr std::array<std::string_view, 5> kind_fields{"company", "website", "email",
                                                             "position", "source"};

// As rows say it. The words of all rules stand one after another; a rule without any fits when its
// field is given.
struct KindRows {
    std::span<const std::string_view> kinds;
    std::span<const std::string_view> fields;
    std::span<const int> word_counts;
    std::span<const std::string_view> words;
};

struct KindRule {
    std::string_view kind;
    std::size_t field;
    std::span<const std::string_view> words;
};

// `rules` has room for rows.kinds.size().
Status compile_kinds(const KindRows &rows, std::span<KindRule> rules) noexcept;

using Profile = std::array<std::string_view, kind_fields.size()>; // empty = not given

// Words are found in any case of A to Z. Where no rule fits nothing speaks for a company.
std::string_view customer_kind(std::span<const KindRule> rules, const Profile &profile) noexcept;

} // namespace highseas
