// The built-in words. A line: what it means, a colon, and the spellings, separated by commas.
#pragma once

#include <string_view>

namespace highseas::screen {

extern const std::string_view legal_forms, trade_words, place_words, filler_words;

} // namespace highseas::screen
