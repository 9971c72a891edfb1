// Takes a fuzzer's bytes apart; nothing is left: zeros.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <type_traits>

class Input {
public:
    Input(const std::uint8_t *data, std::size_t size) : data_(data), size_(size) {}

    bool empty() const { return size_ == 0; }

    template <class T>
    T take() {
        static_assert(std::is_trivially_copyable_v<T>);
        T value{};
        const std::size_t bytes = size_ < sizeof(T) ? size_ : sizeof(T);
        std::memcpy(&value, data_, bytes);
        data_ += bytes;
        size_ -= bytes;
        return value;
    }
    int below(int bound) { return take<std::uint8_t>() % bound; }

private:
    const std::uint8_t *data_;
    std::size_t size_;
};

inline void require(bool condition) {
    if (!condition)
        std::abort();
}
