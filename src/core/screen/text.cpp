#include "core/screen/text.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include "core/screen/han.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

namespace {

void require(UErrorCode status) {
    if (U_FAILURE(status))
        throw std::runtime_error(std::string("ICU: ") + u_errorName(status));
}

template <class Get>
const icu::Normalizer2 &normalizer(Get get) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *found = get(status);
    require(status);
    return *found;
}

icu::UnicodeString normalized(const icu::Normalizer2 &form, const icu::UnicodeString &text) {
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeString result = form.normalize(text, status);
    require(status);
    return result;
}

const icu::Normalizer2 &nfkc_casefold() {
    static const auto &form = normalizer(
        [](UErrorCode &status) { return icu::Normalizer2::getNFKCCasefoldInstance(status); });
    return form;
}

// Made when the first text needs it: it costs as much as thousands of names.
const icu::Transliterator &transliterator(const char *id) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Transliterator *made =
        icu::Transliterator::createInstance(icu::UnicodeString(id), UTRANS_FORWARD, status);
    require(status);
    return *made;
}

void to_latin(icu::UnicodeString &text) {
    static const auto &any = transliterator("[[:^Latin:]-[[:Han:][:Hangul:][:Hiragana:][:Katakana:]"
                                            "[:Common:][:Inherited:]]] Any-Latin");
    any.transliterate(text);
}

bool is_combining_accent(char32_t c) noexcept {
    return (c >= 0x0300 && c <= 0x036F) || (c >= 0x1AB0 && c <= 0x1AFF) ||
           (c >= 0x1DC0 && c <= 0x1DFF) || (c >= 0x20D0 && c <= 0x20FF) ||
           (c >= 0xFE20 && c <= 0xFE2F);
}

// Latin letters that are no letter with an accent.
std::u32string_view without_stroke(char32_t c) noexcept {
    switch (c) {
    case U'ø':
        return U"o";
    case U'œ':
        return U"o"; // oe
    case U'æ':
        return U"a"; // ae
    case U'đ':
    case U'ð':
        return U"d";
    case U'ł':
        return U"l";
    case U'ħ':
        return U"h";
    case U'ŧ':
        return U"t";
    case U'ı':
        return U"i";
    case U'þ':
        return U"th";
    case U'ŋ':
        return U"ng";
    case U'ə':
        return U"a";
    default:
        return {};
    }
}

bool is_apostrophe(char32_t c) noexcept {
    return c == U'\'' || c == U'`' || c == U'\u2018' || c == U'\u2019' || c == U'\u201B' ||
           c == U'\u00B4';
}

bool is_umlaut_base(char32_t c) noexcept {
    return c == U'a' || c == U'o' || c == U'u';
}

void append_letter(Word &word, char32_t c) {
    if (c != U'e' || word.empty() || !is_umlaut_base(word.back()))
        word.push_back(c);
}

Word code_points(const icu::UnicodeString &text) {
    Word result;
    result.reserve(static_cast<std::size_t>(text.length()));
    for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
        result.push_back(static_cast<char32_t>(text.char32At(i)));
    return result;
}

icu::UnicodeString utf16(std::u32string_view text) {
    icu::UnicodeString result;
    for (char32_t c : text)
        result.append(static_cast<UChar32>(c));
    return result;
}

bool needs_latin(const icu::UnicodeString &text) {
    for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const UChar32 c = text.char32At(i);
        if (c < 0x370)
            continue;
        UErrorCode status = U_ZERO_ERROR;
        const UScriptCode script = uscript_getScript(c, &status);
        if (script != USCRIPT_LATIN && script != USCRIPT_HAN && script != USCRIPT_HANGUL &&
            script != USCRIPT_HIRAGANA && script != USCRIPT_KATAKANA && script > USCRIPT_INHERITED)
            return true;
    }
    return false;
}

Word fold_once(const icu::UnicodeString &text) {
    static const auto &decomposed =
        normalizer([](UErrorCode &status) { return icu::Normalizer2::getNFDInstance(status); });
    static const auto &composed =
        normalizer([](UErrorCode &status) { return icu::Normalizer2::getNFCInstance(status); });

    icu::UnicodeString folded = normalized(nfkc_casefold(), text);
    if (needs_latin(folded)) {
        to_latin(folded);
        folded = normalized(nfkc_casefold(), folded);
    }
    folded = normalized(decomposed, folded);
    icu::UnicodeString bare;
    for (char32_t c : code_points(folded))
        if (!is_combining_accent(c))
            bare.append(static_cast<UChar32>(c));
    Word result;
    for (char32_t c : code_points(normalized(composed, bare))) {
        if (u_charType(static_cast<UChar32>(c)) == U_MODIFIER_LETTER && c < 0x3000)
            continue; // hard and soft signs, glottal stops
        const auto plain = without_stroke(c);
        if (!plain.empty()) {
            for (char32_t letter : plain)
                append_letter(result, letter);
            continue;
        }
        const int32_t digit = u_charDigitValue(static_cast<UChar32>(c));
        if (digit >= 0)
            result.push_back(U'0' + static_cast<char32_t>(digit));
        else
            append_letter(result, is_han(c) ? simplified(c) : c);
    }
    return result;
}

} // namespace

bool is_letter(char32_t c) noexcept {
    if (c < 0x80)
        return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
    const auto type = u_charType(static_cast<UChar32>(c));
    return (type >= U_UPPERCASE_LETTER && type <= U_OTHER_LETTER) || type == U_NON_SPACING_MARK ||
           type == U_COMBINING_SPACING_MARK;
}

bool is_han(char32_t c) noexcept {
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
           (c >= 0x20000 && c <= 0x323AF);
}

bool is_dense(char32_t c) noexcept {
    return is_han(c) || (c >= 0xAC00 && c <= 0xD7A3);
}

Word fold(std::string_view text) {
    Word result;
    if (std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; })) {
        for (char c : text)
            append_letter(result, c >= 'A' && c <= 'Z' ? static_cast<char32_t>(c - 'A' + 'a')
                                                       : static_cast<char32_t>(c));
        return result;
    }
    auto source = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
    // NFKC turns the acute accent that stands for an apostrophe into a space.
    source.findAndReplace(icu::UnicodeString(static_cast<UChar32>(0xB4)), icu::UnicodeString("'"));
    result = fold_once(source);
    // A letter may need a second look when its accent or alphabet is gone.
    for (int pass = 0; pass < 4; ++pass) {
        Word again = fold_once(utf16(result));
        if (again == result)
            break;
        result = std::move(again);
    }
    return result;
}

std::string reading(const Word &folded) {
    std::string result;
    Word rest;
    const auto flush = [&] {
        if (rest.empty())
            return;
        if (std::any_of(rest.begin(), rest.end(), [](char32_t c) { return c >= 0x3000; })) {
            static const auto &any =
                transliterator("[[:Hangul:][:Hiragana:][:Katakana:]] Any-Latin");
            icu::UnicodeString text = utf16(rest);
            any.transliterate(text);
            std::string latin;
            text.toUTF8String(latin);
            rest = fold(latin);
        }
        result += utf8(rest);
        rest.clear();
    };
    for (char32_t c : folded) {
        if (!is_han(c)) {
            rest.push_back(c);
            continue;
        }
        flush();
        result += pinyin(c);
    }
    flush();
    return utf8(fold(result)); // where two syllables meet
}

std::string casefold(std::string_view text) {
    const auto source = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
    std::string result;
    normalized(nfkc_casefold(), source).toUTF8String(result);
    return result;
}

std::string utf8(std::u32string_view text) {
    std::string result;
    result.reserve(text.size());
    for (char32_t c : text) {
        if (c < 0x80) {
            result += static_cast<char>(c);
        } else if (c < 0x800) {
            result += static_cast<char>(0xC0 | (c >> 6));
            result += static_cast<char>(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            result += static_cast<char>(0xE0 | (c >> 12));
            result += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
            result += static_cast<char>(0x80 | (c & 0x3F));
        } else {
            result += static_cast<char>(0xF0 | (c >> 18));
            result += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
            result += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
            result += static_cast<char>(0x80 | (c & 0x3F));
        }
    }
    return result;
}

std::vector<Word> words(const Word &folded) {
    std::vector<Word> result;
    Word word;
    const auto is_word = [](char32_t c) { return is_letter(c) || is_digit(c); };
    const auto at = [&](std::size_t i) { return i < folded.size() ? folded[i] : U' '; };
    const auto flush = [&] {
        if (!word.empty())
            result.push_back(std::move(word));
        word.clear();
    };
    bool initials = false; // the word is single letters with dots or slashes between them
    for (std::size_t i = 0; i < folded.size(); ++i) {
        const char32_t c = folded[i];
        if (is_word(c)) {
            if (!word.empty() && is_dense(c) != is_dense(word.back()))
                flush();
            if (word.empty())
                initials = true;
            else if (i > 0 && is_word(folded[i - 1]))
                initials = false;
            append_letter(word, c);
        } else if (is_apostrophe(c) && !word.empty() && is_word(at(i + 1))) {
            initials = false;
        } else if ((c == U'.' || c == U'/') && initials && !word.empty() && is_letter(at(i + 1)) &&
                   !is_word(at(i + 2)) && i > 0 && is_letter(folded[i - 1])) {
            // the next letter goes on
        } else {
            flush();
        }
    }
    flush();
    return result;
}

std::string joined(const std::vector<Word> &words, std::string_view separator) {
    std::string result;
    for (const Word &word : words) {
        if (!result.empty())
            result += separator;
        result += utf8(word);
    }
    return result;
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks[] = {
        " ",      "\t",     "\r",     "\n",     "\f",     "\v",     "\u00A0", "\u3000",
        "\u200B", "\u200C", "\u200D", "\u200E", "\u200F", "\u202A", "\u202B", "\u202C",
        "\u202D", "\u202E", "\u2060", "\u2066", "\u2067", "\u2068", "\u2069", "\uFEFF"};
    for (bool found = true; found;) {
        found = false;
        for (const auto blank : blanks) {
            if (text.starts_with(blank)) {
                text.remove_prefix(blank.size());
                found = true;
            }
            if (text.ends_with(blank)) {
                text.remove_suffix(blank.size());
                found = true;
            }
        }
    }
    return text;
}

} // namespace highseas::screen
