// Lanes spread the free customers of a pool, so that parallel claims look at different heads.
#pragma once

#include <string_view>

#include "core/status.hpp"

namespace highseas {

// 0 .. lanes - 1. Lanes are stored: the hash must never change.
Status lane_of(std::string_view customer_key, int lanes, int &lane) noexcept;

} // namespace highseas
