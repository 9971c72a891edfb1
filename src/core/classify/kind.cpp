#include "core/classify/kind.hpp"

#include <algorithm>

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

char lower(char c) noexcept {
    return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains(std::string_view text, std::string_view word) noexcept {
    return std::search(text.begin(), text.end(), word.begin(), word.end(),
                       [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

bool is_given(std::string_view text) noexcept {
    return text.find_first_not_of(" \t\r\n") != std::string_view::npos;
}

bool fits(const KindRule &rule, const Profile &profile) noexcept {
    const std::string_view text = profile[rule.field];
    return is_given(text) &&
           (rule.words.empty() ||
            std::any_of(rule.words.begin(), rule.words.end(),
                        [text](std::string_view word) { return contains(text, word); }));
}

} // namespace

Status compile_kinds(const KindRows &rows, std::span<KindRule> rules) noexcept {
    const std::size_t count = rows.kinds.size();
    if (rows.fields.size() != count || rows.word_counts.size() != count)
        return Status::error(sqlstate::bad_parameter,
                             "the arrays of kind rules must be of one length");
    std::size_t used = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto field = std::find(kind_fields.begin(), kind_fields.end(), rows.fields[i]);
        if (field == kind_fields.end())
            return Status::error(sqlstate::bad_parameter,
                                 "a profile has no field \"%.*s\" for kinds",
                                 shown_length(rows.fields[i]), rows.fields[i].data())
                .with_hint("One of company, website, email, position, source.");
        if (rows.word_counts[i] < 0 ||
            static_cast<std::size_t>(rows.word_counts[i]) > rows.words.size() - used)
            return Status::error(sqlstate::bad_parameter,
                                 "\"word_counts\" must add up to the number of words");
        const auto words = static_cast<std::size_t>(rows.word_counts[i]);
        rules[i] = {rows.kinds[i], static_cast<std::size_t>(field - kind_fields.begin()),
                    rows.words.subspan(used, words)};
        used += words;
    }
    if (used != rows.words.size())
        return Status::error(sqlstate::bad_parameter,
                             "\"word_counts\" must add up to the number of words");
    return {};
}

std::string_view customer_kind(std::span<const KindRule> rules, const Profile &profile) noexcept {
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [&profile](const KindRule &r) { return fits(r, profile); });
    return rule == rules.end() ? "personal" : rule->kind;
}

} // namespace highseas
