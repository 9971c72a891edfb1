// Text as screening compares it: no case, no width, no accents, no invisible characters, one kind
// of Chinese characters, one alphabet. It depends on ICU's version and on nothing of the database.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace highseas::screen {

using Word = std::u32string;

// NFKC and case folding (which drops zero-width and bidi marks), Traditional to Simplified Chinese,
// alphabets other than Latin (not the Chinese, Japanese and Korean scripts) to Latin, no accents,
// digits to ASCII; "ae", "oe", "ue" become the bare vowel, as umlauts do. Folding twice changes
// nothing. Invalid UTF-8 becomes U+FFFD.
Word fold(std::string_view text);

// NFKC and case folding alone, for what has a syntax of its own.
std::string casefold(std::string_view text);

// The reading in Latin letters of folded text: pinyin for Chinese characters.
std::string reading(const Word &folded);

std::string utf8(std::u32string_view text);

bool is_letter(char32_t c) noexcept;
constexpr bool is_digit(char32_t c) noexcept {
    return c >= U'0' && c <= U'9';
}
bool is_han(char32_t c) noexcept;
// Han and Hangul: written without spaces between words.
bool is_dense(char32_t c) noexcept;

// The words of folded text: runs of letters and digits, where a dense script begins or ends, too.
// Apostrophes join; so do dots and slashes between single letters (s.r.o., a/s).
std::vector<Word> words(const Word &folded);

std::string joined(const std::vector<Word> &words, std::string_view separator = " ");

// What a person's eye does not see at the ends: white space, marks.
std::string_view trimmed(std::string_view text) noexcept;

} // namespace highseas::screen
