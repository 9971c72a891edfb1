// A postal address as a set of words and its house number. Street words have one spelling in a
// language; floor and room stand apart, because the same firm gives them or not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/screen/problem.hpp"

namespace highseas::screen {

struct Address {
    std::string key;                 // house number and words
    std::vector<std::string> tokens; // the words, sorted, each once
    std::string house;
    std::string unit;     // floor, room, building
    std::string postcode; // a long number, or one of the United Kingdom or Canada
    Problem problem = Problem::none;
};

constexpr std::size_t longest_address_text = 4000; // bytes

// The ISO 3166 code of the country whose postcodes alone look so (GB, CA), else empty. Those of GB
// are Jersey's, Guernsey's, Man's and Gibraltar's, too.
std::string_view country_of_postcode(std::string_view postcode);

Address normalise_address(std::string_view text);

} // namespace highseas::screen
