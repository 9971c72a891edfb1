// What a profile is worth as a profile: which of its contacts can be used, what is told in detail,
// what contradicts itself. Intake, completeness and the potential score all ask here.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/screen/company_words.hpp"
#include "core/screen/domain.hpp"
#include "core/screen/problem.hpp"

namespace highseas::screen {

enum class ProfileField {
    company,
    contact,
    position,
    email,
    phone,
    mobile,
    fax,
    address,
    city,
    country,
    website,
    main_products,
};
constexpr std::size_t field_count = 12;

constexpr const char *name_of(ProfileField field) noexcept {
    constexpr std::array<const char *, field_count> names = {
        "company", "contact", "position", "email",   "phone",   "mobile",
        "fax",     "address", "city",     "country", "website", "main_products"};
    return names[static_cast<std::size_t>(field)];
}

std::size_t longest_text_of(ProfileField field) noexcept; // bytes

using Profile = std::array<std::string_view, field_count>; // empty = not given

// given: of no use; plain: a contact that works, or a text with little in it.
enum class Grade { missing, given, plain, detailed };

struct Finding {
    ProfileField field;
    Problem problem;
};

struct ProfileCheck {
    Grade email = Grade::missing;
    Grade phone = Grade::missing;
    Grade mobile = Grade::missing;
    Grade fax = Grade::missing;
    Grade company = Grade::missing;       // detailed: with legal form, or of several words
    Grade main_products = Grade::missing; // detailed: several of them
    Grade address = Grade::missing;       // detailed: down to the house
    std::string country;                  // ISO 3166 code, or empty
    std::vector<Finding> problems;
    std::vector<std::string> contradictions; // field: what does not fit
};

// region: the country of who gives none.
ProfileCheck check_profile(const Profile &profile, std::string_view region,
                           const DomainRules &rules, const CompanyWords &words);

} // namespace highseas::screen
