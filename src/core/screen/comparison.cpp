#include "core/screen/comparison.hpp"

#include <algorithm>
#include <cstdlib>

#include "core/no_postgres.hpp"

namespace highseas::screen {

const std::array<Feature, feature_count> features = {{
#define F(field, name, sign) {Field::field, #name, Sign::sign},
    HIGHSEAS_FEATURES(F)
#undef F
}};

const char *name_of(Field field) noexcept {
    constexpr const char *names[field_count] = {"prior",   "company", "contact", "email",
                                                "domain",  "phone",   "address", "city",
                                                "country", "born",    "number"};
    return names[static_cast<std::size_t>(field)];
}

namespace {

double above(double value, double bound) {
    return std::max(0.0, value - bound) / (1 - bound);
}

// "PLA", "People's Liberation Army"
bool are_initials(const Record &a, const Record &b) {
    return a.company.size() == 1 && b.initials.size() >= 3 && !a.dense && !b.dense &&
           a.company.front().word == b.initials;
}

Overlap all_of(double weight) {
    Overlap result;
    result.shared = result.weight_a = result.weight_b = weight;
    return result;
}

double weight_of(const std::vector<WeightedWord> &words) {
    double sum = 0;
    for (const WeightedWord &word : words)
        sum += word.weight;
    return sum;
}

Word sorted(const std::vector<WeightedWord> &words) {
    Word result; // they are
    for (const WeightedWord &word : words)
        result += word.word;
    return result;
}

// Of the names of the companies, for what is compared together.
struct Names {
    double alike = 0, contained = 0;
    bool word = false; // a telling word of both
};

void compare_companies(const Record &a, const Record &b, Names &names, Comparison &result) {
    if (a.company.empty() || b.company.empty()) {
        result[company_missing] = 1;
        return;
    }
    const bool cross = a.dense != b.dense;
    const auto &words_a = cross && a.dense ? a.romanised : a.company;
    const auto &words_b = cross && b.dense ? b.romanised : b.company;
    const Word &joined_a = cross && a.dense ? a.romanised_joined : a.company_joined;
    const Word &joined_b = cross && b.dense ? b.romanised_joined : b.company_joined;
    const double spelled = std::max(edit_similarity(joined_a, joined_b),
                                    edit_similarity(sorted(words_a), sorted(words_b)));
    const Overlap shared = joined_a == joined_b || are_initials(a, b) || are_initials(b, a)
                               ? all_of(std::max(weight_of(words_a), weight_of(words_b)))
                               : overlap(words_a, words_b);
    const double alike = shared.dice();
    result[company_over_85] = above(alike, 0.85);
    names = {alike, shared.contained(), shared.telling >= 0.9};
    // All that one has more is a place or a trade.
    result[company_within] = alike < 0.999 && shared.contained() > 0.999 &&
                             std::max(shared.longest_a, shared.longest_b) < 1;
    result[company_spelled_alike] = above(spelled, 0.6);
    const Overlap letters = a.dense && b.dense ? overlap(a.letters, b.letters) : shared;
    result[company_letters] = above(letters.dice(), 0.7);
    result[company_more_name] = std::abs(shared.longest_a - shared.longest_b);
    result[company_other] = std::min(3.0, std::min(shared.only_a, shared.only_b));
    result[company_other_word] = std::min(shared.longest_a, shared.longest_b);
    result[company_initials] = are_initials(a, b) || are_initials(b, a);
    result[company_other_form] =
        !a.legal_form.empty() && !b.legal_form.empty() && a.legal_form != b.legal_form;
    result[company_short] = alike / (1 + std::min(shared.weight_a, shared.weight_b));
}

void compare_contacts(const Record &a, const Record &b, Comparison &result) {
    if (a.contact.empty() || b.contact.empty()) {
        result[contact_missing] = 1;
        return;
    }
    const Overlap shared = a.contact_joined == b.contact_joined ? all_of(weight_of(a.contact))
                                                                : overlap(a.contact, b.contact);
    const double alike = shared.dice();
    result[contact_alike] = alike;
    result[contact_over_70] = above(alike, 0.7);
    result[contact_other] = std::min(2.0, std::min(shared.only_a, shared.only_b));
    result[contact_short] = alike > 0.7 && std::min(a.contact.size(), b.contact.size()) == 1;
}

void compare_emails(const Record &a, const Record &b, Comparison &result) {
    if (a.email.empty() || b.email.empty())
        return;
    if (a.email == b.email) {
        result[email_same] = 1;
        return;
    }
    const double alike = edit_similarity(a.email, b.email);
    result[email_near] = above(alike, 0.75);
    const auto box_a = std::u32string_view(a.email).substr(0, a.mailbox),
               box_b = std::u32string_view(b.email).substr(0, b.mailbox);
    result[email_same_mailbox] = box_a == box_b;
    result[email_other] = alike < 0.75;
}

void compare_domains(const Record &a, const Record &b, Comparison &result) {
    if (a.domain.empty() || b.domain.empty())
        return;
    const double alike = a.domain == b.domain ? 1 : edit_similarity(fold(a.domain), fold(b.domain));
    if (alike == 1)
        result[domain_same] = 1;
    else if (alike >= 0.8)
        result[domain_near] = 1;
    else
        result[domain_other] = 1;
}

std::string_view significant(std::string_view digits) {
    const auto first = digits.find_first_not_of("+0");
    return first == std::string_view::npos ? std::string_view{} : digits.substr(first);
}

// 1: the same number, perhaps one of them without country or area; .5: a digit differs.
double phone_similarity(std::string_view a, std::string_view b) {
    if (a == b)
        return 1;
    a = significant(a);
    b = significant(b);
    const auto &shorter = a.size() <= b.size() ? a : b;
    const auto &longer = a.size() <= b.size() ? b : a;
    if (shorter.size() >= 7 && longer.ends_with(shorter))
        return 1;
    std::size_t same = 0;
    while (same < shorter.size() &&
           shorter[shorter.size() - 1 - same] == longer[longer.size() - 1 - same])
        ++same;
    if (same >= 9)
        return 1;
    const auto wide = [](std::string_view text) { return Word(text.begin(), text.end()); };
    return shorter.size() >= 7 && edit_similarity(wide(a), wide(b)) >= 0.84 ? 0.5 : 0;
}

// Numbers of one exchange: the last three digits differ.
bool are_extensions(std::string_view a, std::string_view b) {
    return a.size() == b.size() && a.size() >= 7 &&
           a.substr(0, a.size() - 3) == b.substr(0, b.size() - 3);
}

void compare_phones(const Record &a, const Record &b, Comparison &result) {
    if (a.phones.empty() || b.phones.empty())
        return;
    double best = 0;
    bool block = false;
    for (const std::string &x : a.phones)
        for (const std::string &y : b.phones) {
            best = std::max(best, phone_similarity(x, y));
            block = block || are_extensions(x, y);
        }
    result[best == 1 ? phone_same : best > 0 ? phone_near : phone_other] = 1;
    result[phone_block] = best < 1 && block;
}

// A typing error in the number, or the next door.
bool are_near(const std::string &a, const std::string &b) {
    if (a == b || a.empty() || b.empty())
        return false;
    const int distance = std::abs(std::atoi(a.c_str()) - std::atoi(b.c_str()));
    return distance <= 20 || (std::min(a.size(), b.size()) >= 2 &&
                              edit_similarity(Word(a.begin(), a.end()), Word(b.begin(), b.end())) >=
                                  1 - 1.0 / static_cast<double>(std::max(a.size(), b.size())));
}

void compare_addresses(const Record &a, const Record &b, Comparison &result) {
    // A space in the wrong place makes another number and street of the same letters.
    const bool equal = !a.address_joined.empty() && a.address_joined == b.address_joined;
    const bool houses = !a.address.house.empty() && !b.address.house.empty();
    if (houses || equal)
        result[equal || a.address.house == b.address.house ? house_same : house_other] = 1;
    if (a.street.empty() || b.street.empty())
        return;
    const Overlap shared = overlap(a.street, b.street);
    const double alike = (shared.dice() + shared.contained()) / 2;
    const bool street =
        equal || (shared.telling >= 0.6 && std::min(shared.longest_a, shared.longest_b) < 1);
    result[address_alike] = alike;
    result[address_same] = result[house_same] > 0 && street;
    result[address_near] = street && are_near(a.address.house, b.address.house);
    result[address_other] =
        alike < 0.5 && !equal && edit_similarity(a.address_joined, b.address_joined) < 0.75;
    result[elsewhere] = result[address_other] > 0 && result[house_other] > 0;
}

void compare_places(const Record &a, const Record &b, Comparison &result) {
    if (!a.city.empty() && !b.city.empty()) {
        const bool alike = a.city == b.city || jaro_winkler(a.city, b.city) >= 0.85;
        result[alike ? city_same : city_other] = 1;
    }
    if (!a.postcode.empty() && !b.postcode.empty()) {
        const bool alike =
            a.postcode == b.postcode || edit_similarity(a.postcode, b.postcode) >= 0.75;
        result[alike ? postcode_same : postcode_other] = 1;
    }
    if (!a.country.empty() && !b.country.empty())
        result[country_other] = a.country != b.country;
}

void compare_days(const Record &a, const Record &b, Comparison &result) {
    if (a.born.empty() || b.born.empty())
        return;
    if (a.born == b.born) {
        result[born_same] = 1;
        return;
    }
    const auto part = [](const std::string &day, std::size_t at, std::size_t length) {
        return std::string_view(day).substr(at, length);
    };
    const bool turned = part(a.born, 0, 4) == part(b.born, 0, 4) &&
                        part(a.born, 4, 2) == part(b.born, 6, 2) &&
                        part(a.born, 6, 2) == part(b.born, 4, 2);
    const int parts = (part(a.born, 0, 4) == part(b.born, 0, 4)) +
                      (part(a.born, 4, 2) == part(b.born, 4, 2)) +
                      (part(a.born, 6, 2) == part(b.born, 6, 2));
    const auto wide = [](const std::string &text) { return Word(text.begin(), text.end()); };
    const double alike = edit_similarity(wide(a.born), wide(b.born));
    int digits = 0;
    for (std::size_t i = 0; i < 8; ++i)
        digits += a.born[i] == b.born[i];
    result[born_digits] = std::max(0.0, digits / 8.0 - 0.25);
    if (turned || alike > 0.8)
        result[born_near] = 1;
    else if (parts == 2 || alike > 0.7)
        result[born_near] = 0.5;
    else
        result[born_other] = 1;
}

void compare_numbers(const Record &a, const Record &b, Comparison &result) {
    if (a.number.empty() || b.number.empty())
        return;
    const double alike = edit_similarity(a.number, b.number);
    result[alike == 1 ? number_same : alike > 0.7 ? number_near : number_other] = 1;
}

bool has_details(const Record &record) {
    return !record.phones.empty() || !record.email.empty() || !record.domain.empty() ||
           !record.street.empty();
}

// What one field says depends on what others say.
void compare_together(const Record &a, const Record &b, const Names &names, Comparison &result) {
    const double place = result[address_same];
    const double mail = std::max(result[email_same], result[email_near]);
    const double domain = std::max(result[domain_same], mail);
    result[unconfirmed] = (has_details(a) || has_details(b)) &&
                          result[phone_same] + result[phone_near] + domain + place == 0;
    result[company_unconfirmed] = result[unconfirmed] * names.alike;
    result[company_and_phone] = std::max(result[phone_same], result[phone_near]) * names.alike;
    result[company_and_address] = place * names.alike;
    result[company_in_address] = place * above(names.contained, 0.7);
    result[company_part_in_address] = place * names.contained;
    result[company_word_in_address] = place * names.word;
    result[company_and_domain] = domain * names.alike;
    // At the same place another name or telephone differs less, and a family lives there.
    result[company_other] *= 1 - place;
    result[company_other_word_here] = names.word ? 0 : place * result[company_other_word];
    result[company_other_word] *= 1 - place;
    result[company_elsewhere] = result[elsewhere] * names.alike;
    result[phone_elsewhere] = result[elsewhere] * std::max(result[phone_same], result[phone_near]);
    result[domain_other_here] = place * result[domain_other];
    result[phone_other] *= 1 - place;
    result[born_other_here] = place * result[born_other];
    result[address_same] *= 1 - result[company_missing];
    result[address_and_phone] = place * result[phone_same];
    result[email_confirms] = mail * (result[contact_alike] + result[contact_missing]);
}

} // namespace

Comparison compare(const Record &a, const Record &b) {
    Comparison result{};
    result[prior] = 1;
    Names names;
    compare_companies(a, b, names, result);
    compare_contacts(a, b, result);
    compare_emails(a, b, result);
    compare_domains(a, b, result);
    compare_phones(a, b, result);
    compare_addresses(a, b, result);
    compare_places(a, b, result);
    compare_days(a, b, result);
    compare_numbers(a, b, result);
    compare_together(a, b, names, result);
    return result;
}

} // namespace highseas::screen
