// Chinese characters: from Traditional to Simplified, and how they are read. ICU's transliterators
// do the same, but cost a tenth to half a second in each session and a millisecond a name
// (measured).
#pragma once

#include <string_view>

namespace highseas::screen {

// The character itself where it is not Traditional.
char32_t simplified(char32_t c);

// The usual reading of a Simplified character in pinyin, without tone; empty where unknown.
std::string_view pinyin(char32_t c);

} // namespace highseas::screen
