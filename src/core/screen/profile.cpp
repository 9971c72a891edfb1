#include "core/screen/profile.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <unordered_set>

#include "core/screen/address.hpp"
#include "core/screen/company.hpp"
#include "core/screen/country.hpp"
#include "core/screen/email.hpp"
#include "core/screen/phone.hpp"
#include "core/screen/text.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

namespace {

constexpr std::size_t longest_name_text = 250;
constexpr std::size_t longest_products_text = 10000;

bool is_number_field(ProfileField field) {
    return field == ProfileField::phone || field == ProfileField::mobile ||
           field == ProfileField::fax;
}

bool has_lines(ProfileField field) {
    return field == ProfileField::address || field == ProfileField::main_products;
}

// C0, DEL, C1, and the marks that turn the direction of what follows. Telephones copied from an
// address book bring such marks, and dialling leaves them out.
bool has_control_characters(std::string_view text, ProfileField field) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7F) {
            if (!has_lines(field) || (byte != '\n' && byte != '\r' && byte != '\t'))
                return true;
        } else if (byte == 0xC2 && i + 1 < text.size() &&
                   static_cast<unsigned char>(text[i + 1]) < 0xA0) {
            return true;
        } else if (byte == 0xE2 && i + 2 < text.size() && !is_number_field(field)) {
            const auto second = static_cast<unsigned char>(text[i + 1]);
            const auto third = static_cast<unsigned char>(text[i + 2]);
            if ((second == 0x80 && third >= 0xAA && third <= 0xAE) ||
                (second == 0x81 && third >= 0xA6 && third <= 0xA9))
                return true;
        }
    }
    return false;
}

// One of these at the beginning turns all that is shown after it, so it is no blank to trim.
bool overrides_direction(std::string_view text) {
    return text.find("\u202D") != text.npos || text.find("\u202E") != text.npos;
}

// What a spreadsheet would run when the list is opened in it.
bool is_formula(std::string_view text, ProfileField field) {
    if (text.size() < 2)
        return false;
    if (text.front() == '=' || text.front() == '@')
        return true;
    return (text.front() == '+' || text.front() == '-') && !is_number_field(field) &&
           text[1] != ' ';
}

// What people write where a form wants something.
bool is_placeholder(std::string_view text, ProfileField field) {
    static const std::unordered_set<std::string_view> placeholders = {"na",
                                                                      "none",
                                                                      "null",
                                                                      "nil",
                                                                      "no",
                                                                      "test",
                                                                      "tbd",
                                                                      "tba",
                                                                      "unknown",
                                                                      "asdf",
                                                                      "qwer",
                                                                      "qwerty",
                                                                      "abc",
                                                                      "x",
                                                                      "xx",
                                                                      "keine",
                                                                      "kein",
                                                                      "unbekannt",
                                                                      "ninguno",
                                                                      "aucun",
                                                                      "inconnu",
                                                                      "nessuno",
                                                                      "нет",
                                                                      "无",
                                                                      "没有",
                                                                      "暂无",
                                                                      "测试",
                                                                      "不详",
                                                                      "未知",
                                                                      "なし",
                                                                      "없음",
                                                                      "not available",
                                                                      "not applicable",
                                                                      "not known"};
    constexpr std::size_t longest_placeholder = 40;
    if (text.size() > longest_placeholder)
        return false;
    const Word folded = fold(text);
    const std::vector<Word> all = words(folded);
    if (all.empty())
        return true;
    // NA is Namibia.
    if (field == ProfileField::country)
        return false;
    const std::string spelling = joined(all);
    if (placeholders.contains(spelling))
        return true;
    const Word &first = all.front();
    return all.size() == 1 && first.size() >= 3 && is_letter(first.front()) &&
           std::all_of(first.begin(), first.end(), [&](char32_t c) { return c == first.front(); });
}

// 1234567 and 0000000
bool is_dummy_number(std::string_view digits) {
    if (digits.size() < 7)
        return false;
    const bool same =
        std::all_of(digits.end() - 7, digits.end(), [&](char c) { return c == digits.back(); });
    return same || std::string_view("01234567890").find(digits) != std::string_view::npos;
}

struct Checker {
    const Profile &profile;
    const DomainRules &rules;
    const CompanyWords &words_of_companies;
    std::string_view region; // of the numbers without a country's code
    ProfileCheck check = {};
    std::array<bool, field_count> usable = {};
    std::string dialled = {}; // the country that a number names, where the profile names none

    std::string_view text_of(ProfileField field) const {
        return trimmed(profile[static_cast<std::size_t>(field)]);
    }
    bool is_usable(ProfileField field) const { return usable[static_cast<std::size_t>(field)]; }
    Grade grade_of_unusable(ProfileField field) const {
        return text_of(field).empty() ? Grade::missing : Grade::given;
    }
    void report(ProfileField field, Problem problem) { check.problems.push_back({field, problem}); }
    void contradict(ProfileField field, std::string_view what) {
        check.contradictions.push_back(std::string(name_of(field)) + ": " + std::string(what));
    }

    void check_texts() {
        for (std::size_t i = 0; i < field_count; ++i) {
            const auto field = static_cast<ProfileField>(i);
            // What is stored is not trimmed of marks that nobody sees.
            if (profile[i].size() > longest_text_of(field)) {
                report(field, Problem::too_long);
                continue;
            }
            const std::string_view text = text_of(field);
            if (text.empty())
                continue;
            const bool control = has_control_characters(text, field) ||
                                 (!is_number_field(field) && overrides_direction(profile[i]));
            const bool formula = is_formula(text, field);
            const bool placeholder = is_placeholder(text, field);
            if (control)
                report(field, Problem::control_characters);
            if (formula)
                report(field, Problem::formula);
            if (placeholder)
                report(field, Problem::placeholder);
            usable[i] = !control && !formula && !placeholder;
        }
    }

    void find_country() {
        if (!is_usable(ProfileField::country))
            return;
        check.country = country_code(text_of(ProfileField::country));
        if (check.country.empty())
            report(ProfileField::country, Problem::unknown_country);
        else
            region = check.country;
    }

    Grade number(ProfileField field) {
        if (!is_usable(field))
            return grade_of_unusable(field);
        const Phone phone = normalise_phone(text_of(field), region);
        if (is_dummy_number(phone.digits)) {
            report(field, Problem::placeholder);
            return Grade::given;
        }
        if (phone.problem != Problem::none) {
            report(field, phone.problem);
            // Whose country nobody knows, of him nobody knows that his number is wrong.
            constexpr std::size_t shortest = 7, longest = 15;
            const bool plausible = region.empty() && phone.problem == Problem::unknown_country &&
                                   phone.digits.size() >= shortest &&
                                   phone.digits.size() <= longest && text_of(field).front() != '+';
            return plausible ? Grade::plain : Grade::given;
        }
        const std::string_view kind = phone.kind ? phone.kind : "";
        const bool of_a_place = kind == "fixed" || kind == "mobile" || kind == "fixed or mobile";
        if (of_a_place && !check.country.empty() && !dialled_alike(phone.region, check.country))
            contradict(field,
                       "of another country (" + phone.region + ", not " + check.country + ")");
        if (of_a_place && check.country.empty() && phone.region != region && dialled.empty())
            dialled = phone.region;
        return Grade::plain;
    }

    // .con is a slip, .example is none: it is kept for examples (RFC 2606).
    static bool has_suffix(const Domain &domain) {
        return domain.known_suffix || domain.host.ends_with(".example");
    }

    Domain email() {
        check.email = grade_of_unusable(ProfileField::email);
        if (!is_usable(ProfileField::email))
            return {};
        Email email = normalise_email(text_of(ProfileField::email), rules);
        if (email.problem == Problem::none && !has_suffix(email.domain))
            email.problem = Problem::unknown_suffix;
        if (email.problem != Problem::none) {
            report(ProfileField::email, email.problem);
            return {};
        }
        check.email = Grade::plain;
        return email.domain;
    }

    Domain website() {
        if (!is_usable(ProfileField::website))
            return {};
        Domain domain = normalise_domain(text_of(ProfileField::website), rules);
        if (domain.problem == Problem::none && !has_suffix(domain))
            domain.problem = Problem::unknown_suffix;
        if (domain.problem != Problem::none) {
            report(ProfileField::website, domain.problem);
            return {};
        }
        return domain;
    }

    void company() {
        check.company = grade_of_unusable(ProfileField::company);
        if (!is_usable(ProfileField::company))
            return;
        const Company company =
            normalise_company(text_of(ProfileField::company), words_of_companies);
        if (company.problem != Problem::none) {
            report(ProfileField::company, company.problem);
            return;
        }
        check.company = !company.legal_form.empty() || company.tokens.size() > 1 ? Grade::detailed
                                                                                 : Grade::plain;
    }

    void products() {
        check.main_products = grade_of_unusable(ProfileField::main_products);
        if (!is_usable(ProfileField::main_products))
            return;
        // Two Chinese characters are about a word.
        const std::string_view text = text_of(ProfileField::main_products);
        std::vector<Word> different = words(fold(text));
        std::sort(different.begin(), different.end());
        different.erase(std::unique(different.begin(), different.end()), different.end());
        std::size_t halves = 0;
        for (const Word &word : different)
            if (is_dense(word.front()))
                halves += word.size();
            else if (word.size() > 2 && !is_digit(word.front()))
                halves += 2;
        constexpr std::size_t detailed_halves = 8;
        check.main_products = halves >= detailed_halves ? Grade::detailed : Grade::plain;
    }

    void address() {
        check.address = grade_of_unusable(ProfileField::address);
        if (!is_usable(ProfileField::address))
            return;
        const Address address = normalise_address(text_of(ProfileField::address));
        if (address.problem != Problem::none) {
            report(ProfileField::address, address.problem);
            return;
        }
        const std::size_t places = address.tokens.size() + (is_usable(ProfileField::city) ? 1 : 0);
        const bool has_house = !address.house.empty() || !address.unit.empty();
        check.address = has_house && places >= 2 ? Grade::detailed : Grade::plain;
        address_against_country(address.postcode);
    }

    // Addresses end with the country; Chinese ones begin with it.
    void address_against_country(std::string_view postcode) {
        const std::string &country = check.country.empty() ? dialled : check.country;
        if (country.empty())
            return;
        const std::string_view text = text_of(ProfileField::address);
        const auto cut = text.find_last_of(",;\n");
        std::string there =
            cut == std::string_view::npos ? std::string() : country_named(text.substr(cut + 1));
        constexpr std::size_t character = 3; // bytes of a Chinese one
        for (std::size_t n = 2 * character; there.empty() && n <= 4 * character && n <= text.size();
             n += character)
            if (static_cast<unsigned char>(text.front()) >= 0xE3)
                there = country_named(text.substr(0, n));
        // Of the same name as a state of the USA.
        const bool state = there == "GE" && country == "US";
        if (state || there.empty())
            there = country_of_postcode(postcode);
        constexpr std::string_view british[] = {"GB", "GG", "GI", "IM", "JE"};
        const bool shared = there == "GB" && std::find(std::begin(british), std::end(british),
                                                       country) != std::end(british);
        const bool one_code =
            check.country.empty() && !there.empty() && dialled_alike(there, country);
        if (!there.empty() && there != country && !shared && !one_code)
            contradict(ProfileField::address,
                       "of another country (" + there + ", not " + country +
                           (check.country.empty() ? ", as the telephone)" : ")"));
    }

    // Whether the domain may have been made of the name. Only of Latin names: whoever writes
    // another script takes an English brand for his domain.
    bool fits_company(const Domain &domain) const {
        const Word folded = fold(text_of(ProfileField::company));
        if (std::any_of(folded.begin(), folded.end(), is_dense))
            return true;
        std::string label;
        for (char c : domain.key.substr(0, domain.key.find('.')))
            if (std::isalpha(static_cast<unsigned char>(c)))
                label += c;
        if (domain.key.starts_with("xn--") || label.size() < 2)
            return true;
        std::string name, initials;
        for (const Word &word : words(folded)) {
            name += utf8(word);
            initials += utf8(word.substr(0, 1));
        }
        if (initials.find(label) != std::string::npos ||
            (initials.size() > 2 && label.find(initials) != std::string::npos))
            return true;
        // Four letters in a row that both have, or the whole of a shorter one.
        const std::size_t length = std::min<std::size_t>({4, label.size(), name.size()});
        for (std::size_t i = 0; i + length <= label.size(); ++i)
            if (name.find(label.substr(i, length)) != std::string::npos)
                return true;
        return false;
    }

    ProfileCheck run() {
        check_texts();
        find_country();
        check.phone = number(ProfileField::phone);
        check.mobile = number(ProfileField::mobile);
        check.fax = number(ProfileField::fax);
        const Domain mail = email();
        const Domain site = website();
        company();
        products();
        address();
        const bool own_mail = !mail.key.empty() && !mail.shared;
        const bool own_site = !site.key.empty() && !site.shared;
        if (own_mail && own_site && mail.key != site.key)
            contradict(ProfileField::email, "of another domain than the website");
        if (check.company >= Grade::plain) {
            if (own_site && !fits_company(site))
                contradict(ProfileField::website, "not like the company's name");
            else if (own_mail && !own_site && !fits_company(mail))
                contradict(ProfileField::email, "not like the company's name");
        }
        return std::move(check);
    }
};

} // namespace

std::size_t longest_text_of(ProfileField field) noexcept {
    switch (field) {
    case ProfileField::company:
        return longest_company_text;
    case ProfileField::email:
        return longest_email_text;
    case ProfileField::website:
        return longest_domain_text;
    case ProfileField::address:
        return longest_address_text;
    case ProfileField::main_products:
        return longest_products_text;
    default:
        return longest_name_text; // as of a telephone number, and of a country
    }
}

ProfileCheck check_profile(const Profile &profile, std::string_view region,
                           const DomainRules &rules, const CompanyWords &words) {
    return Checker{profile, rules, words, region}.run();
}

} // namespace highseas::screen
