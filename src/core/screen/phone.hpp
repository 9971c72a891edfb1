// A telephone number as E.164, by libphonenumber.
#pragma once

#include <string>
#include <string_view>

#include "core/screen/problem.hpp"

namespace highseas::screen {

struct Phone {
    std::string key; // E.164; of a valid number only
    std::string extension;
    std::string region;         // ISO 3166: where the number is from; "001" is no country's
    const char *kind = nullptr; // fixed, mobile, fixed or mobile, toll free, …
    std::string digits;         // as given, without the extension: no key, but may be compared
    Problem problem = Problem::none;
};

constexpr std::size_t longest_phone_text = 250; // bytes

// region: ISO 3166 code of the country that a number without one is from; may be empty.
Phone normalise_phone(std::string_view text, std::string_view region);

// Whether two ISO 3166 codes are dialled by the same country code, as US and CA.
bool dialled_alike(std::string_view region, std::string_view other);

} // namespace highseas::screen
