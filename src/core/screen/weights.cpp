// Made by bench/duplicates/fit --table.
#include "core/screen/score.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

const Weights built_in_weights = {
    -3.697,  // prior
    -0.967,  // unconfirmed
    0.000,   // company_over_85
    -0.943,  // company_more_name
    0.000,   // company_within
    3.252,   // company_spelled_alike
    7.945,   // company_letters
    0.000,   // company_and_phone
    2.077,   // company_and_address
    2.075,   // company_in_address
    3.283,   // company_part_in_address
    5.232,   // company_word_in_address
    -5.815,  // company_other_word_here
    -6.489,  // company_elsewhere
    3.263,   // company_and_domain
    -0.230,  // company_unconfirmed
    -2.863,  // company_other
    -10.349, // company_other_word
    0.479,   // company_initials
    -1.605,  // company_other_form
    3.682,   // company_short
    2.242,   // company_missing
    2.492,   // contact_alike
    1.316,   // contact_over_70
    -3.863,  // contact_other
    -1.287,  // contact_short
    -1.794,  // contact_missing
    1.004,   // email_same
    3.128,   // email_near
    2.304,   // email_same_mailbox
    -4.234,  // email_other
    0.000,   // email_confirms
    1.050,   // domain_same
    1.441,   // domain_near
    -0.497,  // domain_other
    -1.518,  // domain_other_here
    5.086,   // phone_same
    0.989,   // phone_near
    1.021,   // phone_block
    -2.955,  // phone_elsewhere
    -3.273,  // phone_other
    0.000,   // address_alike
    0.000,   // address_same
    2.790,   // address_near
    -1.412,  // address_other
    -0.228,  // elsewhere
    -0.615,  // address_and_phone
    0.000,   // house_same
    -0.499,  // house_other
    3.258,   // city_same
    -3.511,  // city_other
    1.431,   // postcode_same
    -0.627,  // postcode_other
    -0.339,  // country_other
    6.961,   // born_same
    1.788,   // born_near
    4.812,   // born_digits
    -2.011,  // born_other
    -2.628,  // born_other_here
    7.712,   // number_same
    3.438,   // number_near
    -1.527,  // number_other
};

} // namespace highseas::screen
