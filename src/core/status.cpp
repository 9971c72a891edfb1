#include "core/status.hpp"

#include <cstdarg>
#include <cstdio>

#include "core/no_postgres.hpp"

namespace highseas {

Status Status::error(const char *sqlstate, const char *format, ...) noexcept {
    Status status;
    std::snprintf(status.sqlstate, sizeof status.sqlstate, "%s", sqlstate);
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(status.message, sizeof status.message, format, arguments);
    va_end(arguments);
    return status;
}

Status &Status::with_detail(const char *format, ...) noexcept {
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    return *this;
}

Status &Status::with_hint(const char *format, ...) noexcept {
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(hint, sizeof hint, format, arguments);
    va_end(arguments);
    return *this;
}

int shown_length(std::string_view name) noexcept {
    constexpr std::size_t longest = 64;
    if (name.size() <= longest)
        return static_cast<int>(name.size());
    std::size_t length = longest;
    while (length > 0 && (static_cast<unsigned char>(name[length]) & 0xC0) == 0x80)
        --length;
    return static_cast<int>(length);
}

} // namespace highseas
