// Made by bench/duplicates/fit --table.
#include "core/screen/score.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

const Weights built_in_weights = {
    -2.629, // prior
    -0.463, // unconfirmed
    0.000,  // company_alike
    0.000,  // company_over_50
    0.000,  // company_over_85
    0.000,  // company_over_95
    -1.868, // company_more_name
    0.000,  // company_contained
    0.305,  // company_within
    3.325,  // company_spelled_alike
    7.609,  // company_letters
    2.096,  // company_and_phone
    6.658,  // company_and_address
    0.721,  // company_in_address
    9.580,  // company_part_in_address
    0.000,  // company_other_here
    0.000,  // phone_other_here
    3.311,  // company_and_domain
    -1.923, // company_unconfirmed
    -3.837, // company_other
    -9.716, // company_other_word
    0.440,  // company_initials
    -0.978, // company_other_form
    1.760,  // company_short
    0.976,  // company_missing
    2.514,  // contact_alike
    1.186,  // contact_over_70
    0.000,  // contact_over_90
    0.000,  // contact_contained
    -3.942, // contact_other
    -1.589, // contact_short
    -1.919, // contact_missing
    1.138,  // email_same
    4.258,  // email_near
    2.333,  // email_same_mailbox
    -4.116, // email_other
    0.000,  // email_confirms
    1.093,  // domain_same
    0.478,  // domain_near
    -0.623, // domain_other
    5.362,  // phone_same
    0.904,  // phone_near
    -4.835, // phone_other
    0.000,  // address_alike
    3.455,  // address_same
    -3.141, // address_other
    0.000,  // address_of_contact
    0.106,  // address_and_phone
    0.000,  // house_same
    -1.098, // house_other
    2.205,  // city_same
    -4.200, // city_other
    2.062,  // postcode_same
    -0.957, // postcode_other
    0.000,  // country_same
    -0.483, // country_other
    6.940,  // born_same
    2.138,  // born_near
    5.078,  // born_digits
    -1.975, // born_other
    7.191,  // number_same
    2.648,  // number_near
    0.000,  // number_other
};

} // namespace highseas::screen
