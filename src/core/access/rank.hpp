// What a role may do in a tenant; each includes the ones before it.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace highseas {

inline constexpr std::array<std::string_view, 4> accesses{"reader", "agent", "manager", "admin"};

// 1 to 4; 0 is no access.
inline constexpr int access_rank(std::string_view access) noexcept {
    const auto *found = std::find(accesses.begin(), accesses.end(), access);
    return found == accesses.end() ? 0 : static_cast<int>(found - accesses.begin()) + 1;
}

} // namespace highseas
