// Facts come as parallel arrays of keys; a plan works with numbers.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <unordered_map>

#include "core/status.hpp"

namespace highseas {

inline constexpr int nobody = -1;

using Numbers = std::unordered_map<std::string_view, int>;

inline std::size_t at(int number) noexcept {
    return static_cast<std::size_t>(number);
}

inline int number_in(const Numbers &numbers, std::string_view key) {
    const auto place = numbers.find(key);
    return place == numbers.end() ? nobody : place->second;
}

inline Status number_keys(std::span<const std::string_view> keys, const char *what,
                          Numbers &numbers) {
    numbers.reserve(keys.size());
    for (std::string_view key : keys)
        if (!numbers.try_emplace(key, static_cast<int>(numbers.size())).second)
            return Status::error(sqlstate::bad_parameter, "%s \"%.*s\" is given twice", what,
                                 shown_length(key), key.data());
    return {};
}

inline Status check_lengths(const char *what, std::initializer_list<std::size_t> lengths) noexcept {
    for (std::size_t length : lengths)
        if (length != *lengths.begin())
            return Status::error(sqlstate::bad_parameter, "%s arrays differ in length", what)
                .with_detail("The first has %zu elements, another has %zu.", *lengths.begin(),
                             length);
    return {};
}

} // namespace highseas
