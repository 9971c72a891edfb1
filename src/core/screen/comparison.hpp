// Two customers compared, field by field: what the score weighs. All of it is symmetric.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "core/screen/record.hpp"

namespace highseas::screen {

enum class Field {
    prior,
    company,
    contact,
    email,
    domain,
    phone,
    address,
    city,
    country,
    born,
    number
};
constexpr std::size_t field_count = 11;
const char *name_of(Field field) noexcept;

// What agrees never speaks against one customer, nor what differs for one: a person has to believe
// the contributions. Weights are fitted within these bounds.
enum class Sign { agrees, differs, either };

struct Feature {
    Field field;
    std::string_view name;
    Sign sign;
};

#define HIGHSEAS_FEATURES(F)                                                                       \
    F(prior, prior, either)                                                                        \
    F(prior, unconfirmed, either)                                                                  \
    F(company, company_over_85, agrees)                                                            \
    F(company, company_more_name, differs)                                                         \
    F(company, company_within, agrees)                                                             \
    F(company, company_spelled_alike, agrees)                                                      \
    F(company, company_letters, agrees)                                                            \
    F(company, company_and_phone, agrees)                                                          \
    F(company, company_and_address, agrees)                                                        \
    F(company, company_in_address, agrees)                                                         \
    F(company, company_part_in_address, agrees)                                                    \
    F(company, company_word_in_address, agrees)                                                    \
    F(company, company_other_word_here, differs)                                                   \
    F(company, company_elsewhere, differs)                                                         \
    F(company, company_and_domain, agrees)                                                         \
    F(company, company_unconfirmed, differs)                                                       \
    F(company, company_other, differs)                                                             \
    F(company, company_other_word, differs)                                                        \
    F(company, company_initials, agrees)                                                           \
    F(company, company_other_form, differs)                                                        \
    F(company, company_short, either)                                                              \
    F(prior, company_missing, either)                                                              \
    F(contact, contact_alike, agrees)                                                              \
    F(contact, contact_over_70, agrees)                                                            \
    F(contact, contact_other, differs)                                                             \
    F(contact, contact_short, either)                                                              \
    F(prior, contact_missing, either)                                                              \
    F(email, email_same, agrees)                                                                   \
    F(email, email_near, agrees)                                                                   \
    F(email, email_same_mailbox, agrees)                                                           \
    F(email, email_other, differs)                                                                 \
    F(email, email_confirms, agrees)                                                               \
    F(domain, domain_same, agrees)                                                                 \
    F(domain, domain_near, agrees)                                                                 \
    F(domain, domain_other, differs)                                                               \
    F(domain, domain_other_here, differs)                                                          \
    F(phone, phone_same, agrees)                                                                   \
    F(phone, phone_near, agrees)                                                                   \
    F(phone, phone_block, agrees)                                                                  \
    F(phone, phone_elsewhere, differs)                                                             \
    F(phone, phone_other, differs)                                                                 \
    F(address, address_alike, agrees)                                                              \
    F(address, address_same, agrees)                                                               \
    F(address, address_near, agrees)                                                               \
    F(address, address_other, differs)                                                             \
    F(address, elsewhere, differs)                                                                 \
    F(address, address_and_phone, either)                                                          \
    F(address, house_same, agrees)                                                                 \
    F(address, house_other, differs)                                                               \
    F(city, city_same, agrees)                                                                     \
    F(city, city_other, differs)                                                                   \
    F(city, postcode_same, agrees)                                                                 \
    F(city, postcode_other, differs)                                                               \
    F(country, country_other, differs)                                                             \
    F(born, born_same, agrees)                                                                     \
    F(born, born_near, agrees)                                                                     \
    F(born, born_digits, agrees)                                                                   \
    F(born, born_other, differs)                                                                   \
    F(born, born_other_here, differs)                                                              \
    F(number, number_same, agrees)                                                                 \
    F(number, number_near, agrees)                                                                 \
    F(number, number_other, differs)

enum FeatureIndex : std::size_t {
#define F(field, name, sign) name,
    HIGHSEAS_FEATURES(F)
#undef F
        feature_count
};

extern const std::array<Feature, feature_count> features;

using Comparison = std::array<double, feature_count>;

Comparison compare(const Record &a, const Record &b);

} // namespace highseas::screen
