// An e-mail address in one spelling: case, international domains, what a provider ignores.
#pragma once

#include "core/screen/domain.hpp"

namespace highseas::screen {

struct Email {
    std::string key;     // the address
    std::string address; // the same before what its provider ignores was dropped
    Domain domain;       // of the key
    Problem problem = Problem::none;
};

constexpr std::size_t longest_email_text = 1000; // bytes, with a display name

Email normalise_email(std::string_view text, const DomainRules &rules);

} // namespace highseas::screen
