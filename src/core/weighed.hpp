// Points, and the reasons for them in one text.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <string_view>

namespace highseas {

template <std::size_t longest>
class Weighed {
public:
    double points = 0;

    std::string_view reason() const noexcept { return {text_.data(), length_}; }

    // The texts are ours and short.
    template <class... Values>
    void tell(const char *format, Values... values) noexcept {
        if (length_ > 0)
            put("%s", "; ");
        put(format, values...);
    }
    template <class... Values>
    void add(double more, const char *format, Values... values) noexcept {
        points += more;
        tell(format, values...);
    }

private:
    template <class... Values>
    void put(const char *format, Values... values) noexcept {
        const std::size_t room = text_.size() - length_;
        const int length = std::snprintf(text_.data() + length_, room, format, values...);
        length_ += std::min(static_cast<std::size_t>(std::max(length, 0)), room - 1);
    }

    std::array<char, longest> text_{}; // cut where it would be longer
    std::size_t length_ = 0;
};

inline const char *plural(double count) noexcept {
    return count == 1 ? "" : "s";
}

} // namespace highseas
