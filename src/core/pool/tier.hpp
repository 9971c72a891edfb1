// Tiers: new, veteran and any number between, derived from the days a rep has been with us.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/status.hpp"

namespace highseas {

// Of the tiers reached, the one with the greatest from_days; of equal ones the first by name.
Status tier_of(int tenure_days, std::span<const std::string_view> names,
               std::span<const int> from_days, std::optional<std::string_view> &tier) noexcept;

} // namespace highseas
