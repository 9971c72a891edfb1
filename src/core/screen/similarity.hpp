// How alike two texts and two sets of words are: symmetric, from 0 to 1.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/screen/text.hpp"

namespace highseas::screen {

// Jaro–Winkler with the usual prefix of four at .1.
double jaro_winkler(std::u32string_view a, std::u32string_view b);

// 1 - (insertions, deletions, substitutions and swaps of neighbours) / longer length. What is
// longer than 128 characters is compared by its beginning.
double edit_similarity(std::u32string_view a, std::u32string_view b);

// Of two words: 0 where they are not alike; words with digits must be equal.
double word_similarity(std::u32string_view a, std::u32string_view b);

struct WeightedWord {
    Word word;
    double weight = 1;
};

// What two sets of words share, each word matched once, the best matches first.
struct Overlap {
    double shared = 0; // weight, times the similarity of what was matched
    double only_a = 0, only_b = 0;
    double weight_a = 0, weight_b = 0;
    double longest_a = 0, longest_b = 0; // the heaviest word that is left
    double telling = 0;                  // the heaviest word that both have

    double dice() const;      // shared of both sides
    double contained() const; // shared of the smaller side
};

constexpr std::size_t most_words = 48; // of each side; what is beyond is left out

Overlap overlap(std::span<const WeightedWord> a, std::span<const WeightedWord> b);

} // namespace highseas::screen
