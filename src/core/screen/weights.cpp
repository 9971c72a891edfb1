// Made by bench/duplicates/fit --table.
#include "core/screen/score.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

const Weights built_in_weights = {
    -4.529, // prior
    -1.527, // unconfirmed
    1.820,  // company_alike
    -0.430, // company_over_50
    1.689,  // company_over_85
    -2.385, // company_over_95
    -0.671, // company_more_name
    -2.224, // company_contained
    1.053,  // company_within
    3.743,  // company_spelled_alike
    7.969,  // company_letters
    2.739,  // company_and_phone
    11.000, // company_and_address
    5.668,  // company_in_address
    6.956,  // company_other_here
    4.316,  // phone_other_here
    3.924,  // company_and_domain
    0.425,  // company_unconfirmed
    -3.124, // company_other
    -9.968, // company_other_word
    1.280,  // company_initials
    -1.112, // company_other_form
    3.315,  // company_short
    4.096,  // company_missing
    2.908,  // contact_alike
    2.996,  // contact_over_70
    -2.542, // contact_over_90
    0.127,  // contact_contained
    -3.927, // contact_other
    -1.845, // contact_short
    -1.189, // contact_missing
    1.011,  // email_same
    3.444,  // email_near
    3.233,  // email_same_mailbox
    -4.609, // email_other
    -0.783, // email_confirms
    1.466,  // domain_same
    0.049,  // domain_near
    -1.066, // domain_other
    5.067,  // phone_same
    1.683,  // phone_near
    -3.060, // phone_other
    1.519,  // address_alike
    0.780,  // address_same
    -2.660, // address_other
    -4.399, // address_of_contact
    -1.395, // address_and_phone
    0.325,  // house_same
    -2.027, // house_other
    1.831,  // city_same
    -3.933, // city_other
    2.814,  // postcode_same
    -2.190, // postcode_other
    -1.006, // country_same
    -1.934, // country_other
    6.653,  // born_same
    2.256,  // born_near
    4.636,  // born_digits
    -2.347, // born_other
    6.972,  // number_same
    2.783,  // number_near
    1.467,  // number_other
};

} // namespace highseas::screen
