#include "core/screen/phone.hpp"

#include <phonenumbers/phonenumberutil.h>

#include "core/screen/text.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

// The first one costs as much as hundreds of numbers.
const PhoneNumberUtil &library() {
    return *PhoneNumberUtil::GetInstance();
}

const char *name_of(PhoneNumberUtil::PhoneNumberType type) {
    switch (type) {
    case PhoneNumberUtil::FIXED_LINE:
        return "fixed";
    case PhoneNumberUtil::MOBILE:
        return "mobile";
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE:
        return "fixed or mobile";
    case PhoneNumberUtil::TOLL_FREE:
        return "toll free";
    case PhoneNumberUtil::PREMIUM_RATE:
        return "premium rate";
    case PhoneNumberUtil::SHARED_COST:
        return "shared cost";
    case PhoneNumberUtil::VOIP:
        return "voip";
    case PhoneNumberUtil::PERSONAL_NUMBER:
        return "personal";
    case PhoneNumberUtil::PAGER:
        return "pager";
    case PhoneNumberUtil::UAN:
        return "company";
    case PhoneNumberUtil::VOICEMAIL:
        return "voicemail";
    default:
        return nullptr;
    }
}

Problem problem_of(PhoneNumberUtil::ErrorType error) {
    switch (error) {
    case PhoneNumberUtil::NO_PARSING_ERROR:
        return Problem::none;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
        return Problem::unknown_country;
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN:
        return Problem::too_short;
    case PhoneNumberUtil::TOO_LONG_NSN:
        return Problem::too_long;
    default:
        return Problem::not_a_number;
    }
}

struct Reading {
    PhoneNumber number;
    PhoneNumberUtil::PhoneNumberType type = PhoneNumberUtil::UNKNOWN;
    Problem problem = Problem::none;
};

Reading read(const std::string &text, const std::string &region) {
    Reading result;
    result.problem = problem_of(library().Parse(text, region, &result.number));
    if (result.problem != Problem::none)
        return result;
    // A number is valid when it is of a type.
    result.type = library().GetNumberType(result.number);
    if (result.type == PhoneNumberUtil::UNKNOWN)
        result.problem = Problem::invalid_number;
    return result;
}

std::string digits_of(std::string_view text) {
    std::string digits;
    for (char c : text)
        if (c >= '0' && c <= '9')
            digits += c;
    return digits;
}

std::string without_zeros(std::string_view text) {
    return '+' + std::string(text.substr(text.find("00") + 2));
}

} // namespace

Phone normalise_phone(std::string_view text, std::string_view region) {
    Phone phone;
    if (text.size() > longest_phone_text) {
        phone.problem = Problem::too_long;
        return phone;
    }
    const std::string folded = casefold(text);
    const std::string given(trimmed(folded));
    if (given.empty()) {
        phone.problem = Problem::empty;
        return phone;
    }
    std::string country(trimmed(region).substr(0, 8));
    for (char &c : country)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');

    Reading reading = read(given, country);
    // 00 dials abroad from most countries, and people everywhere write it.
    if (reading.problem != Problem::none && digits_of(given).starts_with("00") &&
        given.find("00") != std::string::npos) {
        Reading abroad = read(without_zeros(given), country);
        if (abroad.problem == Problem::none)
            reading = std::move(abroad);
    }
    phone.problem = reading.problem;
    phone.extension = reading.number.extension();
    phone.digits = digits_of(given);
    if (!phone.extension.empty() && phone.digits.ends_with(phone.extension))
        phone.digits.resize(phone.digits.size() - phone.extension.size());
    if (phone.problem != Problem::none)
        return phone;
    library().Format(reading.number, PhoneNumberUtil::E164, &phone.key);
    library().GetRegionCodeForNumber(reading.number, &phone.region);
    phone.kind = name_of(reading.type);
    return phone;
}

bool dialled_alike(std::string_view region, std::string_view other) {
    return library().GetCountryCodeForRegion(std::string(region)) ==
           library().GetCountryCodeForRegion(std::string(other));
}

} // namespace highseas::screen
