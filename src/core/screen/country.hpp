// A country as people write it, by name or code.
#pragma once

#include <string>
#include <string_view>

namespace highseas::screen {

constexpr std::size_t longest_country_text = 250; // bytes

// Its ISO 3166 code of two letters; empty where the text is no country's name (in any of a dozen
// languages, by ICU) and no code of two or three letters.
std::string country_code(std::string_view text);

// The same without the codes, which are words of addresses, too ("de", "IN").
std::string country_named(std::string_view text);

} // namespace highseas::screen
