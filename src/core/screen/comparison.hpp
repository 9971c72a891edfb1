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

struct Feature {
    Field field;
    std::string_view name;
};

#define HIGHSEAS_FEATURES(F)                                                                       \
    F(prior, prior)                                                                                \
    F(prior, unconfirmed)                                                                          \
    F(company, company_alike)                                                                      \
    F(company, company_over_50)                                                                    \
    F(company, company_over_85)                                                                    \
    F(company, company_over_95)                                                                    \
    F(company, company_more_name)                                                                  \
    F(company, company_contained)                                                                  \
    F(company, company_within)                                                                     \
    F(company, company_spelled_alike)                                                              \
    F(company, company_letters)                                                                    \
    F(company, company_and_phone)                                                                  \
    F(company, company_and_address)                                                                \
    F(company, company_in_address)                                                                 \
    F(company, company_other_here)                                                                 \
    F(phone, phone_other_here)                                                                     \
    F(company, company_and_domain)                                                                 \
    F(company, company_unconfirmed)                                                                \
    F(company, company_other)                                                                      \
    F(company, company_other_word)                                                                 \
    F(company, company_initials)                                                                   \
    F(company, company_other_form)                                                                 \
    F(company, company_short)                                                                      \
    F(company, company_missing)                                                                    \
    F(contact, contact_alike)                                                                      \
    F(contact, contact_over_70)                                                                    \
    F(contact, contact_over_90)                                                                    \
    F(contact, contact_contained)                                                                  \
    F(contact, contact_other)                                                                      \
    F(contact, contact_short)                                                                      \
    F(contact, contact_missing)                                                                    \
    F(email, email_same)                                                                           \
    F(email, email_near)                                                                           \
    F(email, email_same_mailbox)                                                                   \
    F(email, email_other)                                                                          \
    F(email, email_confirms)                                                                       \
    F(domain, domain_same)                                                                         \
    F(domain, domain_near)                                                                         \
    F(domain, domain_other)                                                                        \
    F(phone, phone_same)                                                                           \
    F(phone, phone_near)                                                                           \
    F(phone, phone_other)                                                                          \
    F(address, address_alike)                                                                      \
    F(address, address_same)                                                                       \
    F(address, address_other)                                                                      \
    F(address, address_of_contact)                                                                 \
    F(address, address_and_phone)                                                                  \
    F(address, house_same)                                                                         \
    F(address, house_other)                                                                        \
    F(city, city_same)                                                                             \
    F(city, city_other)                                                                            \
    F(city, postcode_same)                                                                         \
    F(city, postcode_other)                                                                        \
    F(country, country_same)                                                                       \
    F(country, country_other)                                                                      \
    F(born, born_same)                                                                             \
    F(born, born_near)                                                                             \
    F(born, born_digits)                                                                           \
    F(born, born_other)                                                                            \
    F(number, number_same)                                                                         \
    F(number, number_near)                                                                         \
    F(number, number_other)

enum FeatureIndex : std::size_t {
#define F(field, name) name,
    HIGHSEAS_FEATURES(F)
#undef F
        feature_count
};

extern const std::array<Feature, feature_count> features;

using Comparison = std::array<double, feature_count>;

Comparison compare(const Record &a, const Record &b);

} // namespace highseas::screen
