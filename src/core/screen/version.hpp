// Which rules and libraries made a key. Keys of different versions do not compare.
#pragma once

#include <string>
#include <string_view>

#include "core/status.hpp"

namespace highseas::screen {

// To be raised with every change that gives another key to any text.
inline constexpr int phone_version = 1, email_version = 1, domain_version = 1, company_version = 3,
                     address_version = 2, profile_version = 2;

Status normaliser_version(std::string_view normaliser, std::string &version);

} // namespace highseas::screen
