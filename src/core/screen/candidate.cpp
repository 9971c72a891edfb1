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
constexpr int weight_of(std::int32_t term) {
    constexpr int weights[] = {1, 2, 3, 6};
    return weights[static_cast<std::uint32_t>(term) & 3U];
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

// The letters without their order: words change places or grow together, neighbours are swapped.
std::string letters(Word word) {
    std::sort(word.begin(), word.end());
    return utf8(word);
}

// What tells a name apart: its words but trades and places, unless it has no others.
struct Name {
    std::vector<Word> words;
    Word joined;
    std::string rest; // trades and places
};

Name name_of(const std::vector<WeightedWord> &words) {
    Name name;
    Word rest;
    for (const WeightedWord &word : words)
        if (word.weight >= 0.9)
            name.words.push_back(word.word);
        else
            rest += word.word;
    if (name.words.empty()) {
        for (const WeightedWord &word : words)
            name.words.push_back(word.word);
        rest.clear();
    }
    for (const Word &word : name.words)
        name.joined += word;
    name.rest = utf8(rest);
    return name;
}

// MinHash of the pairs of neighbouring letters, in bands of three.
void add_bands(const Word &name, Terms &terms) {
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
    for (std::uint64_t band = 0; band < 2; ++band) {
        std::uint64_t hash = terms.seed() * 31 + band * 7;
        for (std::uint64_t row = 1; row <= 3; ++row)
            hash = mixed(hash ^ least(3 * band + row));
        terms.add(spelling, hash);
    }
}

// One typing error leaves two thirds of a word as they were. Who asks also asks as if a letter were
// missing or too much.
void add_thirds(const Word &word, const std::string &beside, bool asking, Terms &terms) {
    const std::size_t size = word.size(), more = asking ? 1 : 0;
    for (std::size_t length = size - std::min(size, more); length <= size + more; ++length) {
        const std::size_t first = length / 3, second = 2 * length / 3;
        if (first < 1 || std::max(second, length - first) > size)
            continue;
        const Word head = word.substr(0, first), tail = word.substr(size - (length - second));
        terms.add(pair, tagged('<', utf8(word.substr(0, second)) + "/" + beside));
        terms.add(pair, tagged('|', utf8(head) + "-" + utf8(tail) + "/" + beside));
        terms.add(pair, tagged('>', utf8(word.substr(size - (length - first))) + "/" + beside));
    }
}

// Beside a whole word half of the other is enough.
void add_halves(const Word &word, const Word &beside, bool asking, Terms &terms) {
    const std::size_t half = word.size() / 2;
    for (std::size_t h = asking && half > 2 ? half - 1 : half; h <= half + (asking ? 1 : 0); ++h) {
        if (h < 2 || h > word.size())
            continue;
        terms.add(pair, tagged('<', utf8(word.substr(0, h) + U"+" + beside)));
        terms.add(pair, tagged('>', utf8(word.substr(word.size() - h) + U"+" + beside)));
    }
}

Word without(const std::vector<Word> &words, std::size_t left_out) {
    Word result;
    for (std::size_t i = 0; i < words.size(); ++i)
        if (i != left_out)
            result += words[i];
    return result;
}

constexpr std::size_t most_varied = 6; // words of a name, or characters of a dense one

// A typing error is in one word of the name: the others are as they were. Of three words or more
// they tell enough.
void add_words(const Name &name, bool asking, Terms &terms) {
    const std::size_t count = std::min(name.words.size(), most_varied);
    if (name.words.size() == 1)
        add_thirds(name.words[0], name.rest, asking, terms);
    for (std::size_t i = 0; i < count && name.words.size() == 2; ++i)
        add_halves(name.words[i], name.words[1 - i], asking, terms);
    // Who asks has perhaps a trade or a legal form that a typing error made a name.
    for (std::size_t i = 0; i < count && name.words.size() > (asking ? 1 : 2); ++i)
        terms.add(pair, tagged('n', letters(without(name.words, i))));
    add_bands(name.joined, terms);
    std::vector<Word> longest = name.words;
    std::stable_sort(longest.begin(), longest.end(),
                     [](const Word &a, const Word &b) { return a.size() > b.size(); });
    longest.resize(std::min<std::size_t>(longest.size(), asking ? 3 : 1));
    for (const Word &word : longest)
        terms.add(common, tagged('w', utf8(word)));
}

// Of a name in a dense script each character but one, beside its trade and place; and its
// neighbours alone, for a trade or place that is missing or wrong.
void add_characters(const Record &record, Name name, bool asking, Terms &terms) {
    std::stable_sort(name.words.begin(), name.words.end(), [&](const Word &a, const Word &b) {
        return record.company_joined.find(a) < record.company_joined.find(b);
    });
    std::vector<Word> characters;
    for (const Word &word : name.words)
        for (const char32_t c : word)
            characters.emplace_back(1, c);
    const std::size_t count = characters.size();
    for (std::size_t i = 0; i <= count && count <= most_varied + asking; ++i) // at last all of them
        terms.add(pair, tagged('c', letters(without(characters, i)) + "/" + name.rest));
    const std::size_t pairs = asking ? 10 : count > most_varied ? most_varied : 3;
    for (std::size_t i = 0; i + 1 < count && i < pairs; ++i)
        terms.add(spelling, tagged('2', utf8(characters[i] + characters[i + 1])));
}

void add_company(const Record &record, bool asking, Terms &terms) {
    if (record.company.empty())
        return;
    const Name name = name_of(record.company);
    if (record.dense)
        add_characters(record, name, asking, terms);
    else
        add_words(name, asking, terms);
    if (!record.dense) // for a letter in another place, be it of a trade or the legal form
        terms.add(pair, tagged('s', utf8(record.company_letters)));
    // Names in a dense script by their reading.
    const Word latin = record.dense ? name_of(record.romanised).joined : name.joined;
    terms.add(pair, tagged('n', letters(latin)));
}

void add_contact(const Record &record, bool asking, Terms &terms) {
    if (record.contact.empty())
        return;
    if (!record.born.empty())
        terms.add(pair, tagged('b', record.born));
    if (!record.company.empty())
        return;
    // A day or month that is wrong, or a name cut short; a mailbox with another provider.
    for (const WeightedWord &word : record.contact)
        if (!record.born.empty()) {
            const std::string begins = utf8(word.word.substr(0, 2));
            terms.add(pair, tagged('y', begins + record.born.substr(0, 4)));
            terms.add(pair, tagged('m', begins + record.born.substr(4)));
        }
    if (!record.born.empty() && !record.city.empty())
        terms.add(pair, tagged('q', record.born.substr(0, 6) + utf8(record.city.substr(0, 3))));
    if (record.mailbox >= 4)
        terms.add(pair, tagged('x', utf8(record.email.substr(0, record.mailbox))));
    Name name;
    for (const WeightedWord &word : record.contact)
        name.words.push_back(word.word);
    std::sort(name.words.begin(), name.words.end());
    for (const Word &word : name.words)
        name.joined += word;
    terms.add(pair, tagged('n', letters(name.joined)));
    add_words(name, asking, terms);
    const auto longest =
        std::max_element(name.words.begin(), name.words.end(),
                         [](const Word &a, const Word &b) { return a.size() < b.size(); });
    if (!record.city.empty())
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
    terms.add(pair, tagged('a', record.address.house + " " + utf8(street->word) + " " +
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
        keys.push_back(static_cast<std::int64_t>((hash & ~std::uint64_t{3}) |
                                                 static_cast<std::uint64_t>(kind)));
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
    add_contact(record, asking, terms);
    add_details(record, terms);
    return std::move(terms).sorted();
}

std::vector<std::int32_t> buckets_of(std::span<const std::int32_t> terms, int at_least) {
    std::vector<std::int32_t> buckets;
    for (const std::int32_t term : terms)
        if (weight_of(term) >= at_least)
            buckets.push_back(term & (bucket_count - 1));
    std::sort(buckets.begin(), buckets.end());
    buckets.erase(std::unique(buckets.begin(), buckets.end()), buckets.end());
    return buckets;
}

int shared_terms(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
    int shared = 0;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i] == b[j]) {
            shared += weight_of(a[i]);
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
