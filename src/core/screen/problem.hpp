// Why a text gave no key. A text of a customer is never an error: intake goes on and says what is
// wrong with it.
#pragma once

namespace highseas::screen {

enum class Problem {
    none,
    empty,
    too_long,
    not_a_number,
    unknown_country,
    too_short,
    invalid_number,
    not_an_address,
    not_a_domain,
    no_letters,
    control_characters,
    formula,
    placeholder,
    unknown_suffix,
};

constexpr const char *name_of(Problem problem) noexcept {
    switch (problem) {
    case Problem::none:
        return nullptr;
    case Problem::empty:
        return "empty";
    case Problem::too_long:
        return "too long";
    case Problem::not_a_number:
        return "not a number";
    case Problem::unknown_country:
        return "unknown country";
    case Problem::too_short:
        return "too short";
    case Problem::invalid_number:
        return "invalid number";
    case Problem::not_an_address:
        return "not an address";
    case Problem::not_a_domain:
        return "not a domain";
    case Problem::no_letters:
        return "no letters";
    case Problem::control_characters:
        return "control characters";
    case Problem::formula:
        return "formula";
    case Problem::placeholder:
        return "placeholder";
    case Problem::unknown_suffix:
        return "unknown suffix";
    }
    return nullptr;
}

} // namespace highseas::screen
