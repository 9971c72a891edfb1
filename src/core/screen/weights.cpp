// Made by bench/duplicates/fit --table.
#include "core/screen/score.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

const Weights built_in_weights = {
    -3.061, // prior
    -0.479, // unconfirmed
    0.738,  // company_alike
    0.000,  // company_over_50
    0.000,  // company_over_85
    0.000,  // company_over_95
    -1.892, // company_more_name
    0.000,  // company_contained
    0.248,  // company_within
    3.343,  // company_spelled_alike
    7.217,  // company_letters
    2.740,  // company_and_phone
    12.065, // company_and_address
    1.770,  // company_in_address
    0.000,  // company_other_here
    0.000,  // phone_other_here
    3.525,  // company_and_domain
    -1.728, // company_unconfirmed
    -4.568, // company_other
    -8.790, // company_other_word
    0.445,  // company_initials
    -1.069, // company_other_form
    1.735,  // company_short
    1.527,  // company_missing
    2.275,  // contact_alike
    1.303,  // contact_over_70
    0.000,  // contact_over_90
    0.177,  // contact_contained
    -3.924, // contact_other
    -1.623, // contact_short
    -1.844, // contact_missing
    0.769,  // email_same
    4.105,  // email_near
    2.697,  // email_same_mailbox
    -4.733, // email_other
    0.000,  // email_confirms
    1.405,  // domain_same
    0.395,  // domain_near
    -0.963, // domain_other
    5.207,  // phone_same
    0.997,  // phone_near
    -4.615, // phone_other
    0.000,  // address_alike
    5.065,  // address_same
    -3.200, // address_other
    0.000,  // address_of_contact
    -0.882, // address_and_phone
    0.000,  // house_same
    -1.255, // house_other
    1.768,  // city_same
    -4.028, // city_other
    2.179,  // postcode_same
    -0.935, // postcode_other
    0.000,  // country_same
    -0.787, // country_other
    6.773,  // born_same
    2.007,  // born_near
    5.312,  // born_digits
    -1.953, // born_other
    7.151,  // number_same
    2.789,  // number_near
    0.000,  // number_other
};

} // namespace highseas::screen
