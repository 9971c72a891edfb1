// A customer as duplicates are looked for: every field in one spelling.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/screen/address.hpp"
#include "core/screen/company.hpp"
#include "core/screen/domain.hpp"
#include "core/screen/similarity.hpp"

namespace highseas::screen {

// As given; empty where not known.
struct Fields {
    std::string_view company, contact, email, website, address, city, postcode, country, born,
        number;
    std::array<std::string_view, 3> phones; // telephone, mobile, fax
};

struct Record {
    std::vector<WeightedWord> company;   // the words of the name
    std::vector<WeightedWord> romanised; // of a name in a dense script
    std::vector<WeightedWord> letters;   // of a name in a dense script
    Word company_joined;                 // the words as given, without what stands between
    Word romanised_joined;
    Word company_letters; // all of the text's, with its legal form, sorted
    Word initials;
    std::string company_key, legal_form;
    bool dense = false;

    std::vector<WeightedWord> contact;
    Word contact_joined;

    std::vector<std::string> phones; // E.164, or the digits of what is no valid number
    Word email;
    std::size_t mailbox = 0; // characters of it before the @
    bool email_shared = false;
    std::string domain; // its own, by website or e-mail
    Address address;
    std::vector<WeightedWord> street;
    Word address_joined; // as given, without what stands between the words
    Word city, postcode;
    std::string country;
    std::string born; // yyyymmdd
    Word number;      // in a register: company, tax, insurance
};

Record record_of(const Fields &fields, const CompanyWords &words, const DomainRules &domains);

} // namespace highseas::screen
