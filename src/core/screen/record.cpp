#include "core/screen/record.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "core/screen/email.hpp"
#include "core/screen/phone.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

namespace {

constexpr std::size_t longest_plain_text = 400; // bytes, of a city, a number and the like

Word folded(std::string_view text) {
    return text.size() > longest_plain_text ? Word{} : fold(text);
}

Word letters_and_digits(std::string_view text) {
    Word result;
    for (const Word &word : words(folded(text)))
        result += word;
    return result;
}

Word without_spaces(std::string_view text) {
    Word result = fold(text);
    std::erase(result, U' ');
    return result;
}

// Numbers written as words: "Brigade Forty-Four" is 44.
const std::unordered_map<Word, int> &number_words() {
    static const std::unordered_map<Word, int> table = {
        {U"first", 1},    {U"1st", 1},     {U"second", 2},  {U"2nd", 2},     {U"third", 3},
        {U"3rd", 3},      {U"4th", 4},     {U"5th", 5},     {U"two", 2},     {U"three", 3},
        {U"four", 4},     {U"five", 5},    {U"six", 6},     {U"seven", 7},   {U"eight", 8},
        {U"nine", 9},     {U"ten", 10},    {U"eleven", 11}, {U"twelve", 12}, {U"twenty", 20},
        {U"thirty", 30},  {U"forty", 40},  {U"fourty", 40}, {U"fifty", 50},  {U"sixty", 60},
        {U"seventy", 70}, {U"eighty", 80}, {U"ninety", 90}};
    return table;
}

bool is_all_digits(const Word &word) {
    return !word.empty() && word.size() <= 4 && std::all_of(word.begin(), word.end(), is_digit);
}

int value_of(const Word &word) {
    const auto found = number_words().find(word);
    if (found != number_words().end())
        return found->second;
    int value = 0;
    if (!is_all_digits(word))
        return -1;
    for (char32_t c : word)
        value = value * 10 + static_cast<int>(c - U'0');
    return value;
}

Word number(int value) {
    return fold(std::to_string(value));
}

std::vector<Word> with_numbers(const std::vector<Word> &given) {
    std::vector<Word> result;
    int pending = -1; // tens, which a unit may follow
    for (const Word &word : given) {
        const int value = value_of(word);
        if (pending >= 0 && value > 0 && value < 10) {
            result.back() = number(pending + value);
            pending = -1;
            continue;
        }
        pending = -1;
        if (value < 0) {
            result.push_back(word);
            continue;
        }
        result.push_back(number(value));
        if (!is_all_digits(word) && value >= 20)
            pending = value;
    }
    return result;
}

void set_company(std::string_view text, const CompanyWords &dictionary, Record &record) {
    const Company company = normalise_company(text, dictionary);
    if (company.problem != Problem::none)
        return;
    record.company_key = company.key;
    record.legal_form = company.legal_form;
    for (const Word &word : words(fold(text)))
        record.company_letters += word;
    std::sort(record.company_letters.begin(), record.company_letters.end());
    const std::vector<Word> given = with_numbers(words(fold(company.name)));
    std::unordered_map<std::string, float> weights;
    for (const CompanyToken &token : company.tokens)
        weights[token.word] = token.weight;
    // The tokens are cut finer than the words of a dense script, so they are what is compared.
    std::vector<Word> tokens;
    for (const CompanyToken &token : company.tokens)
        tokens.push_back(fold(token.word));
    record.dense = std::any_of(tokens.begin(), tokens.end(),
                               [](const Word &word) { return is_dense(word.front()); });
    const auto weight_of_word = [&](const Word &word) {
        if (!record.dense && word.size() == 1 && !is_digit(word.front()))
            return 0.3; // an initial, or "y" and "e": and
        const auto found = weights.find(utf8(word));
        return found == weights.end() ? 1.0 : std::max(0.1, static_cast<double>(found->second));
    };
    for (const Word &word : record.dense ? tokens : given) {
        const double weight = weight_of_word(word);
        if (std::none_of(record.company.begin(), record.company.end(),
                         [&](const WeightedWord &other) { return other.word == word; }))
            record.company.push_back({word, weight});
    }
    std::sort(record.company.begin(), record.company.end(),
              [](const WeightedWord &a, const WeightedWord &b) { return a.word < b.word; });
    for (const WeightedWord &word : record.company)
        for (std::size_t i = 0; record.dense && i < word.word.size(); ++i)
            record.letters.push_back({word.word.substr(i, 1), word.weight});
    for (const Word &word : given) {
        record.company_joined += word;
        record.initials.push_back(word.front());
    }
    if (record.dense) {
        for (const Word &word : words(fold(company.romanised)))
            record.romanised.push_back(
                {word, std::max(0.1, static_cast<double>(dictionary.of(word).weight))});
        record.romanised_joined = without_spaces(reading(fold(company.name)));
    }
}

void set_contact(std::string_view text, Record &record) {
    for (Word &word : words(folded(text))) {
        record.contact_joined += word;
        record.contact.push_back({std::move(word), 1.0});
    }
}

void set_domain(std::string_view website, const DomainRules &domains, Record &record) {
    const auto own = [&](const Domain &domain) {
        return domain.problem == Problem::none && !domain.shared ? domain.key : std::string();
    };
    if (!website.empty())
        record.domain = own(normalise_domain(website, domains));
}

void set_email(std::string_view text, const DomainRules &domains, Record &record) {
    if (text.empty())
        return;
    const Email email = normalise_email(text, domains);
    if (email.problem != Problem::none)
        return;
    record.email = fold(email.key);
    record.mailbox = std::min(record.email.find(U'@'), record.email.size());
    record.email_shared = email.domain.shared;
    if (record.domain.empty() && !email.domain.shared)
        record.domain = email.domain.key;
}

void set_phones(const Fields &fields, Record &record) {
    for (std::string_view text : fields.phones) {
        if (text.empty())
            continue;
        const Phone phone = normalise_phone(text, fields.country);
        const std::string &key = phone.key.empty() ? phone.digits : phone.key;
        if (key.size() >= 5)
            record.phones.push_back(key);
    }
    std::sort(record.phones.begin(), record.phones.end());
    record.phones.erase(std::unique(record.phones.begin(), record.phones.end()),
                        record.phones.end());
}

// What many streets are called says little; and 51st Street is 51 Street.
void set_street(Record &record) {
    static const std::set<Word> common = {
        U"ave", U"rd", U"blvd", U"dr",   U"ln",   U"ct",  U"pl",  U"hwy",   U"pkwy", U"ter",
        U"cir", U"sq", U"ctr",  U"bldg", U"ctra", U"cad", U"sok", U"prosp", U"expy", U"cres"};
    for (const std::string &token : record.address.tokens) {
        Word word = fold(token);
        const bool is_common =
            (word.size() <= 2 && !is_dense(word.front())) || common.contains(word);
        if (is_digit(word.front()) && word.size() >= 3)
            word.resize(word.find_first_not_of(U"0123456789"));
        record.street.push_back({word, is_common ? 0.3 : 1});
    }
    for (const Word &word : words(fold(record.address.key)))
        if (is_all_digits(word) && utf8(word) != record.address.house && word.size() <= 3)
            record.street.push_back({word, 0.6});
}

// Any usual way to write a day; which of two small numbers is the month is left to comparing.
std::string day(std::string_view text) {
    std::vector<std::string> parts(1);
    for (char32_t c : folded(text)) {
        if (is_digit(c))
            parts.back() += static_cast<char>(c);
        else if (!parts.back().empty())
            parts.emplace_back();
    }
    if (parts.back().empty())
        parts.pop_back();
    if (parts.size() == 1 && parts[0].size() == 8)
        return parts[0];
    static constexpr std::string_view months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};
    if (parts.size() == 2) {
        const std::string lower = utf8(folded(text));
        for (int m = 0; m < 12; ++m)
            if (lower.find(months[m]) != std::string::npos) {
                parts.insert(parts.begin(), std::to_string(m + 1));
                break;
            }
    }
    if (parts.size() != 3)
        return {};
    if (parts[0].size() == 4)
        std::rotate(parts.begin(), parts.begin() + 1, parts.end());
    if (parts[2].size() == 2)
        parts[2].insert(0, parts[2] > "30" ? "19" : "20");
    for (std::string &part : parts)
        if (part.size() == 1)
            part.insert(0, "0");
    return parts[2].size() == 4 && parts[0].size() == 2 && parts[1].size() == 2
               ? parts[2] + parts[0] + parts[1]
               : std::string();
}

} // namespace

Record record_of(const Fields &fields, const CompanyWords &dictionary, const DomainRules &domains) {
    Record record;
    if (!fields.company.empty())
        set_company(fields.company, dictionary, record);
    set_contact(fields.contact, record);
    set_domain(fields.website, domains, record);
    set_email(fields.email, domains, record);
    set_phones(fields, record);
    if (!fields.address.empty()) {
        record.address = normalise_address(fields.address);
        set_street(record);
        record.address_joined = letters_and_digits(fields.address);
    }
    record.city = letters_and_digits(fields.city);
    record.postcode = letters_and_digits(fields.postcode);
    if (record.postcode.empty())
        record.postcode = fold(record.address.postcode);
    record.country = utf8(letters_and_digits(fields.country));
    record.born = day(fields.born);
    record.number = letters_and_digits(fields.number);
    return record;
}

} // namespace highseas::screen
