// What the words of a company's name are: legal forms, trade words, places. The built-in dictionary
// covers what is common; a caller's words come on top and win.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/screen/text.hpp"

namespace highseas::screen {

enum class WordKind { name, trade, place, filler, legal_form };

std::optional<WordKind> word_kind_named(std::string_view name) noexcept;
const char *name_of(WordKind kind) noexcept;

// How much a word tells two companies apart, where no row says otherwise.
constexpr float weight_of(WordKind kind) noexcept {
    switch (kind) {
    case WordKind::name:
        return 1.0F;
    case WordKind::trade:
        return 0.4F;
    case WordKind::place:
        return 0.3F;
    case WordKind::filler:
    case WordKind::legal_form:
        return 0.0F;
    }
    return 1.0F;
}

struct WordHash {
    using is_transparent = void;
    std::size_t operator()(std::u32string_view word) const noexcept {
        return std::hash<std::u32string_view>{}(word);
    }
};

struct WordEntry {
    WordKind kind = WordKind::name;
    float weight = 1.0F;
    std::string meaning; // class of a legal form; a trade's or place's English word
};

// A legal form of several words: a name has it when it has all of them, in any order.
struct Phrase {
    std::vector<Word> words; // sorted
    std::string meaning;

    // The longest first.
    friend bool operator<(const Phrase &a, const Phrase &b) {
        return a.words.size() != b.words.size() ? a.words.size() > b.words.size()
                                                : a.words < b.words;
    }
};

class CompanyWords {
public:
    // A caller's words, on top of the built-in ones.
    CompanyWords() : base_(&built_in()) {}

    // Several words are one legal form; of a place or a trade each is one. What is of the kind name
    // has no other meaning any more.
    void set(std::string_view text, WordKind kind, std::optional<float> weight,
             std::string_view meaning);

    // After the last set. What of a phrase is no form by itself becomes one: else "Public Storage"
    // and "Public Storage Ltd" would differ, as the second has a "public ltd", too.
    void close();

    WordEntry of(const Word &word) const;
    // How much of a text in a dense script is one entry of two characters or more; 0 where none
    // begins there.
    std::size_t longest_match(std::u32string_view text) const;
    // The phrases whose first word is among those given.
    std::vector<Phrase> phrases_of(const std::vector<Word> &words) const;

    static const CompanyWords &built_in();

private:
    using Phrases = std::unordered_map<Word, std::vector<Phrase>, WordHash>; // by the first word

    explicit CompanyWords(std::nullptr_t) {}
    const WordEntry *find(std::u32string_view word) const;
    const Phrase *find_phrase(const std::vector<Word> &words) const;

    const CompanyWords *base_ = nullptr;
    std::unordered_map<Word, WordEntry, WordHash, std::equal_to<>> entries_;
    Phrases phrases_;
    std::size_t longest_dense_ = 0;
};

} // namespace highseas::screen
