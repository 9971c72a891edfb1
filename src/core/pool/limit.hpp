// The two kinds of limit: how many a rep may hold, and how many he may take in a period.
#pragma once

#include <optional>
#include <string_view>

#include "core/status.hpp"

namespace highseas {

enum class LimitKind : unsigned char { capacity, quota };

std::string_view name_of(LimitKind kind) noexcept;
std::optional<LimitKind> limit_kind_named(std::string_view name) noexcept;
Status unknown_limit_kind(std::string_view name) noexcept;

} // namespace highseas
