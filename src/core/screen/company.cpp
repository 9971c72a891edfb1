#include "core/screen/company.hpp"

#include <algorithm>
#include <map>

#include "core/no_postgres.hpp"

namespace highseas::screen {

namespace {

// 宁波牛杰汽车配件 → 宁波 牛杰 汽车配件. What is cut once stays as it is when cut again.
void cut_dense(const Word &run, const CompanyWords &dictionary, std::vector<Word> &result) {
    Word rest;
    const auto flush = [&] {
        if (!rest.empty())
            result.push_back(rest);
        rest.clear();
    };
    for (std::size_t i = 0; i < run.size();) {
        const auto tail = std::u32string_view(run).substr(i);
        const std::size_t length = dictionary.longest_match(tail);
        if (length == 0) {
            rest.push_back(run[i++]);
            continue;
        }
        flush();
        result.emplace_back(tail.substr(0, length));
        i += length;
        // 宁波市 is 宁波; but in 上海市场 a word begins with it.
        const bool district = i < run.size() && (run[i] == U'市' || run[i] == U'省' ||
                                                 run[i] == U'县' || run[i] == U'区');
        if (district && dictionary.of(result.back()).kind == WordKind::place &&
            dictionary.longest_match(tail.substr(length)) == 0)
            ++i;
    }
    flush();
}

std::vector<Word> cut(std::string_view text, const CompanyWords &dictionary) {
    std::vector<Word> result;
    for (const Word &word : words(fold(text))) {
        if (is_dense(word.front()))
            cut_dense(word, dictionary, result);
        else
            result.push_back(word);
    }
    return result;
}

// Which class to tell where a name has several forms: the more telling one.
int rank_of(std::string_view legal_form) {
    constexpr std::string_view order[] = {"limited partnership", "limited",     "stock",
                                          "partnership",         "cooperative", "foundation",
                                          "association",         "sole",        "state"};
    const auto *place = std::find(std::begin(order), std::end(order), legal_form);
    return static_cast<int>(place - std::begin(order));
}

class LegalForm {
public:
    void found(const std::string &meaning) {
        if (meaning.empty())
            return;
        if (meaning_.empty() || rank_of(meaning) < rank_of(meaning_) ||
            (rank_of(meaning) == rank_of(meaning_) && meaning < meaning_))
            meaning_ = meaning;
    }
    const std::string &meaning() const { return meaning_; }

private:
    std::string meaning_;
};

std::vector<Word> distinct(std::vector<Word> words) {
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

// The words without those of legal forms and without fillers.
std::vector<Word> without_form(const std::vector<Word> &all, const CompanyWords &dictionary,
                               LegalForm &form) {
    std::map<Word, int> left;
    for (const Word &word : all)
        ++left[word];
    std::vector<Phrase> phrases = dictionary.phrases_of(distinct(all));
    std::sort(phrases.begin(), phrases.end());
    for (const Phrase &phrase : phrases) {
        std::map<Word, int> needed;
        for (const Word &word : phrase.words)
            ++needed[word];
        const bool has_all = std::all_of(needed.begin(), needed.end(), [&](const auto &need) {
            const auto found = left.find(need.first);
            return found != left.end() && found->second >= need.second;
        });
        if (!has_all)
            continue;
        form.found(phrase.meaning);
        for (const Word &word : phrase.words)
            left.erase(word);
    }
    std::vector<Word> result;
    for (const Word &word : all) {
        if (!left.contains(word))
            continue;
        const WordEntry entry = dictionary.of(word);
        if (entry.kind == WordKind::legal_form)
            form.found(entry.meaning);
        else if (entry.kind != WordKind::filler)
            result.push_back(word);
    }
    return result;
}

std::string romanised(const std::vector<Word> &words, const CompanyWords &dictionary) {
    std::vector<Word> latin;
    for (const Word &word : words) {
        const WordEntry entry = dictionary.of(word);
        const bool is_known = entry.kind == WordKind::trade || entry.kind == WordKind::place;
        const Word read = fold(is_known && !entry.meaning.empty() ? entry.meaning : reading(word));
        for (Word &part : screen::words(read))
            latin.push_back(std::move(part));
    }
    return joined(distinct(std::move(latin)));
}

} // namespace

Company normalise_company(std::string_view text, const CompanyWords &dictionary) {
    Company company;
    if (text.size() > longest_company_text) {
        company.problem = Problem::too_long;
        return company;
    }
    const std::vector<Word> all = cut(text, dictionary);
    if (all.empty()) {
        company.problem = trimmed(text).empty() ? Problem::empty : Problem::no_letters;
        return company;
    }
    LegalForm form;
    std::vector<Word> named = without_form(all, dictionary, form);
    if (named.empty())
        named = all; // nothing but a legal form: that is its name, then
    company.legal_form = form.meaning();
    company.name = joined(named);
    const std::vector<Word> sorted = distinct(std::move(named));
    company.key = joined(sorted);
    company.romanised = romanised(sorted, dictionary);
    for (const Word &word : sorted) {
        const WordEntry entry = dictionary.of(word);
        company.tokens.push_back({utf8(word), entry.kind, entry.weight});
    }
    return company;
}

} // namespace highseas::screen
