#include "core/screen/candidate.hpp"

#include <algorithm>
#include <string>

#include "core/no_postgres.hpp"

namespace highseas::screen {

namespace {

std::uint64_t mixed(std::uint64_t x) {
    x ^= x >> 30;
    x *= 0xBF58476D1CE4E5B9ULL;
    x ^= x >> 27;
    x *= 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

// The same on every machine: it is stored.
std::uint64_t hash_of(std::uint64_t seed, std::string_view text) {
    std::uint64_t hash = mixed(seed + 0x9E3779B97F4A7C15ULL);
    for (char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    return mixed(hash);
}

// A letter in front keeps the kinds of terms apart.
std::string tagged(char tag, std::string_view text) {
    return std::string(1, tag) + std::string(text);
}

enum Telling : std::uint32_t { common = 0, spelling = 1, pair = 2, exact = 3 };
constexpr int weight_of(std::uint32_t telling) {
    constexpr int weights[] = {1, 2, 3, 6};
    return weights[telling & 3U];
}

class Terms {
public:
    explicit Terms(std::int64_t tenant) : seed_(static_cast<std::uint64_t>(tenant)) {}

    void add(Telling telling, const std::string &text) { add(telling, hash_of(seed_, text)); }
    void add(Telling telling, std::uint64_t hash) {
        const auto term = (static_cast<std::uint32_t>(hash >> 32) & ~3U) | telling;
        terms_.push_back(static_cast<std::int32_t>(term));
    }
    std::uint64_t seed() const { return seed_; }
    std::vector<std::int32_t> sorted() && {
        std::sort(terms_.begin(), terms_.end());
        terms_.erase(std::unique(terms_.begin(), terms_.end()), terms_.end());
        return std::move(terms_);
    }

private:
    std::uint64_t seed_;
    std::vector<std::int32_t> terms_;
};

// What tells a name apart: its words but trades and places, unless it has no others. The sort is by
// the words as compared.
std::vector<Word> telling_words(const std::vector<WeightedWord> &words) {
    std::vector<Word> result;
    for (const WeightedWord &word : words)
        if (word.weight >= 0.9)
            result.push_back(word.word);
    if (result.empty())
        for (const WeightedWord &word : words)
            result.push_back(word.word);
    return result;
}

// MinHash of the pairs of neighbouring letters, in bands of two. A pair's position is no part of
// it, so that a letter more or less changes two pairs of all.
void add_bands(const Word &name, char tag, std::size_t bands, Terms &terms) {
    if (name.size() < 2)
        return;
    std::vector<std::uint64_t> grams;
    const Word padded = U"^" + name + U"$";
    for (std::size_t i = 0; i + 1 < padded.size() && i < 64; ++i)
        grams.push_back((static_cast<std::uint64_t>(padded[i]) << 32) | padded[i + 1]);
    const auto least = [&](std::uint64_t seed) {
        std::uint64_t best = ~0ULL;
        for (const std::uint64_t gram : grams)
            best = std::min(best, mixed(gram * 0x9E3779B97F4A7C15ULL + mixed(seed)));
        return best;
    };
    for (std::uint64_t band = 0; band < bands; ++band) {
        const std::uint64_t first = least(3 * band + 1), second = least(3 * band + 2),
                            third = least(3 * band + 3);
        terms.add(
            spelling,
            mixed(first ^ mixed(second ^ mixed(third ^ mixed(terms.seed() * 31 + band * 7 +
                                                             static_cast<std::uint64_t>(tag))))));
    }
}

// One typing error leaves the beginning or the end as it was; who asks also asks as if a letter
// were missing or too much.
void add_halves(const Word &name, bool asking, Terms &terms) {
    const std::size_t half = name.size() / 2;
    for (std::size_t h = asking && half > 2 ? half - 1 : half; h <= half + (asking ? 1 : 0); ++h) {
        if (h < 2 || h > name.size())
            continue;
        terms.add(spelling, tagged('<', utf8(name.substr(0, h))));
        terms.add(spelling, tagged('>', utf8(name.substr(name.size() - h))));
    }
}

// Of a few Chinese characters any two, in order. What was cut wrongly for a typing error is longer.
void add_pairs(const Word &name, bool asking, Terms &terms) {
    const std::size_t most = asking ? 8 : 4;
    for (std::size_t i = 0; i < name.size() && i < most; ++i)
        for (std::size_t j = i + 1; j < name.size() && j < most && j < i + 4; ++j)
            terms.add(spelling, tagged('2', utf8(Word{name[i], name[j]})));
}

void add_company(const Record &record, bool asking, Terms &terms) {
    if (record.company.empty())
        return;
    const std::vector<Word> words = telling_words(record.company);
    Word joined, whole;
    for (const Word &word : words)
        joined += word;
    for (const WeightedWord &word : record.company)
        whole += word.word;
    add_bands(record.dense ? whole : joined, 'c', 3, terms);
    if (record.dense)
        add_pairs(joined, asking, terms);
    else
        add_halves(joined, asking, terms);
    // Chinese names and their readings.
    Word latin = joined;
    if (record.dense) {
        latin.clear();
        for (const Word &word : telling_words(record.romanised))
            latin += word;
    }
    terms.add(pair, tagged('n', utf8(latin)));
    if (asking) { // a trade with a typing error is taken for a name
        for (std::size_t i = 0; i < words.size() && i < 6; ++i) {
            Word others;
            for (std::size_t j = 0; j < words.size(); ++j)
                if (j != i)
                    others += words[j];
            if (!others.empty() && !record.dense)
                terms.add(pair, tagged('n', utf8(others)));
            terms.add(common, tagged('w', utf8(words[i])));
            if (words.size() > 1 && !record.dense)
                add_halves(words[i], asking, terms);
        }
        return;
    }
    const auto longest =
        std::max_element(words.begin(), words.end(),
                         [](const Word &x, const Word &y) { return x.size() < y.size(); });
    terms.add(common, tagged('w', utf8(*longest)));
}

void add_contact(const Record &record, Terms &terms) {
    if (record.contact.empty())
        return;
    std::vector<Word> words;
    for (const WeightedWord &word : record.contact)
        words.push_back(word.word);
    std::sort(words.begin(), words.end());
    Word joined;
    for (const Word &word : words)
        joined += word;
    if (record.company.empty())
        add_bands(joined, 'p', 4, terms);
    if (!record.born.empty())
        terms.add(pair, tagged('b', record.born));
    const auto longest =
        std::max_element(words.begin(), words.end(),
                         [](const Word &a, const Word &b) { return a.size() < b.size(); });
    if (record.company.empty() && !record.city.empty())
        terms.add(common, tagged('l', utf8(*longest) + "/" + utf8(record.city)));
}

void add_details(const Record &record, Terms &terms) {
    for (const std::string &phone : record.phones) {
        const std::size_t length = std::min<std::size_t>(7, phone.size());
        terms.add(exact, tagged('t', phone.substr(phone.size() - length)));
    }
    if (!record.email.empty())
        terms.add(exact, tagged('e', utf8(record.email)));
    if (!record.domain.empty())
        terms.add(exact, tagged('d', record.domain));
    if (!record.number.empty())
        terms.add(exact, tagged('r', utf8(record.number)));
    if (record.address.house.empty() || record.street.empty())
        return;
    const auto street = std::max_element(record.street.begin(), record.street.end(),
                                         [](const WeightedWord &a, const WeightedWord &b) {
                                             return a.word.size() != b.word.size()
                                                        ? a.word.size() < b.word.size()
                                                        : a.word > b.word;
                                         });
    terms.add(common, tagged('a', record.address.house + " " + utf8(street->word) + " " +
                                      utf8(record.city.substr(0, 3))));
}

} // namespace

const char *name_of(KeyKind kind) noexcept {
    switch (kind) {
    case KeyKind::number:
        return "number";
    case KeyKind::phone:
        return "phone";
    case KeyKind::email:
        return "email";
    case KeyKind::domain:
        return "domain";
    }
    return "";
}

std::vector<std::int64_t> keys_of(std::int64_t tenant, const Record &record) {
    std::vector<std::int64_t> keys;
    const auto seed = static_cast<std::uint64_t>(tenant);
    // The kind is in the lowest bits.
    const auto add = [&](KeyKind kind, const std::string &text) {
        const auto hash = hash_of(seed, name_of(kind) + ("/" + text));
        keys.push_back(
            static_cast<std::int64_t>((hash & ~3ULL) | static_cast<std::uint64_t>(kind)));
    };
    if (record.number.size() >= 5)
        add(KeyKind::number, record.country + "/" + utf8(record.number));
    if (record.company_key.empty())
        return keys;
    for (const std::string &phone : record.phones)
        if (phone.starts_with('+'))
            add(KeyKind::phone, phone + "/" + record.company_key);
    if (!record.email.empty())
        add(KeyKind::email, utf8(record.email) + "/" + record.company_key);
    if (!record.domain.empty())
        add(KeyKind::domain, record.domain + "/" + record.company_key);
    return keys;
}

std::vector<std::int32_t> terms_of(std::int64_t tenant, const Record &record, bool asking) {
    Terms terms(tenant);
    add_company(record, asking, terms);
    add_contact(record, terms);
    add_details(record, terms);
    return std::move(terms).sorted();
}

int shared_terms(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
    int shared = 0;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i] == b[j]) {
            shared += weight_of(static_cast<std::uint32_t>(a[i]));
            ++i;
            ++j;
        } else if (a[i] < b[j]) {
            ++i;
        } else {
            ++j;
        }
    }
    return shared;
}

} // namespace highseas::screen
