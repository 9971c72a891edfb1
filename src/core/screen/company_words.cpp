#include "core/screen/company_words.hpp"

#include <algorithm>

#include "core/screen/company_dictionary.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

namespace {

constexpr WordKind all_kinds[] = {WordKind::name, WordKind::trade, WordKind::place,
                                  WordKind::filler, WordKind::legal_form};

std::string_view next_part(std::string_view &rest, char separator) {
    const auto end = std::min(rest.find(separator), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return trimmed(part);
}

} // namespace

std::optional<WordKind> word_kind_named(std::string_view name) noexcept {
    for (WordKind kind : all_kinds)
        if (name == name_of(kind))
            return kind;
    return std::nullopt;
}

const char *name_of(WordKind kind) noexcept {
    switch (kind) {
    case WordKind::name:
        return "name";
    case WordKind::trade:
        return "trade";
    case WordKind::place:
        return "place";
    case WordKind::filler:
        return "filler";
    case WordKind::legal_form:
        return "legal_form";
    }
    return "name";
}

void CompanyWords::set(std::string_view text, WordKind kind, std::optional<float> weight,
                       std::string_view meaning) {
    std::vector<Word> parts = words(fold(text));
    const bool is_phrase = parts.size() > 1;
    if (is_phrase && (kind == WordKind::legal_form || kind == WordKind::name)) {
        std::sort(parts.begin(), parts.end());
        auto &phrases = phrases_[parts.front()];
        std::erase_if(phrases, [&](const Phrase &phrase) { return phrase.words == parts; });
        phrases.push_back({std::move(parts), kind == WordKind::name ? "" : std::string(meaning)});
        return;
    }
    const WordEntry entry{kind, weight.value_or(weight_of(kind)), std::string(meaning)};
    for (const Word &word : parts) {
        if (is_dense(word.front()))
            longest_dense_ = std::max(longest_dense_, word.size());
        entries_.insert_or_assign(word, entry);
    }
}

void CompanyWords::close() {
    const auto is_dropped = [this](const Word &word) {
        const WordEntry *entry = find(word);
        return entry && (entry->kind == WordKind::legal_form || entry->kind == WordKind::filler);
    };
    for (bool changed = true; changed;) {
        changed = false;
        std::vector<Phrase> rests;
        for (const auto &[first, phrases] : phrases_)
            for (const Phrase &phrase : phrases) {
                Phrase rest = phrase;
                std::erase_if(rest.words, is_dropped);
                if (!rest.words.empty() && rest.words.size() < phrase.words.size() &&
                    (rest.words.size() == 1 || !find_phrase(rest.words)))
                    rests.push_back(std::move(rest));
            }
        for (Phrase &rest : rests) {
            changed = true;
            if (rest.words.size() == 1)
                entries_.insert_or_assign(rest.words.front(),
                                          WordEntry{WordKind::legal_form, 0.0F, ""});
            else if (!find_phrase(rest.words))
                phrases_[rest.words.front()].push_back(std::move(rest));
        }
    }
}

const WordEntry *CompanyWords::find(std::u32string_view word) const {
    const auto found = entries_.find(word);
    if (found != entries_.end())
        return &found->second;
    return base_ ? base_->find(word) : nullptr;
}

WordEntry CompanyWords::of(const Word &word) const {
    const WordEntry *entry = find(word);
    return entry ? *entry : WordEntry{};
}

std::size_t CompanyWords::longest_match(std::u32string_view text) const {
    const std::size_t longest = std::max(longest_dense_, base_ ? base_->longest_dense_ : 0);
    for (std::size_t length = std::min(longest, text.size()); length >= 2; --length)
        if (find(text.substr(0, length)))
            return length;
    return 0;
}

const Phrase *CompanyWords::find_phrase(const std::vector<Word> &words) const {
    const auto found = phrases_.find(words.front());
    if (found == phrases_.end())
        return nullptr;
    for (const Phrase &phrase : found->second)
        if (phrase.words == words)
            return &phrase;
    return nullptr;
}

std::vector<Phrase> CompanyWords::phrases_of(const std::vector<Word> &words) const {
    std::vector<Phrase> result;
    for (const Word &word : words) {
        if (const auto own = phrases_.find(word); own != phrases_.end())
            for (const Phrase &phrase : own->second)
                if (!phrase.meaning.empty())
                    result.push_back(phrase);
        if (!base_)
            continue;
        if (const auto built = base_->phrases_.find(word); built != base_->phrases_.end())
            for (const Phrase &phrase : built->second)
                if (!find_phrase(phrase.words))
                    result.push_back(phrase);
    }
    return result;
}

const CompanyWords &CompanyWords::built_in() {
    static const CompanyWords instance = [] {
        CompanyWords made(nullptr);
        const auto add = [&](std::string_view lines, WordKind kind) {
            while (!lines.empty()) {
                std::string_view line = next_part(lines, '\n');
                const auto meaning = next_part(line, ':');
                while (!line.empty())
                    made.set(next_part(line, ','), kind, std::nullopt, meaning);
            }
        };
        // What is said last wins.
        add(trade_words, WordKind::trade);
        add(place_words, WordKind::place);
        add(filler_words, WordKind::filler);
        add(legal_forms, WordKind::legal_form);
        made.close();
        return made;
    }();
    return instance;
}

} // namespace highseas::screen
