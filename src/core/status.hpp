// What a rule answers when it can't answer: plain memory, so that it outlives every C++ object and
// may cross into the code that raises errors.
#pragma once

#include <string_view>

namespace highseas {

struct [[nodiscard]] Status {
    char sqlstate[6];
    char message[512];
    char detail[512];
    char hint[256];

    // Only the ends are set: a status is made on every call and read on few.
    Status() noexcept {
        sqlstate[0] = '\0';
        message[0] = '\0';
        detail[0] = '\0';
        hint[0] = '\0';
    }

    bool ok() const noexcept { return sqlstate[0] == '\0'; }

    [[gnu::format(printf, 2, 3)]] static Status error(const char *sqlstate, const char *format,
                                                      ...) noexcept;
    [[gnu::format(printf, 2, 3)]] Status &with_detail(const char *format, ...) noexcept;
    [[gnu::format(printf, 2, 3)]] Status &with_hint(const char *format, ...) noexcept;
};

namespace sqlstate {
inline constexpr char bad_parameter[] = "22023";
inline constexpr char null_value[] = "22004";
inline constexpr char value_too_large[] = "22003";
inline constexpr char out_of_range[] = "22008";
inline constexpr char too_large[] = "54000";
inline constexpr char out_of_memory[] = "53200";
inline constexpr char interrupted[] = "57014";
inline constexpr char internal[] = "XX000";
} // namespace sqlstate

// How many bytes of a name an error message shows: never half a UTF-8 character.
int shown_length(std::string_view name) noexcept;

// Long loops ask now and then whether the caller has lost interest.
using ShouldStop = bool (*)() noexcept;
inline bool never_stop() noexcept {
    return false;
}

} // namespace highseas
