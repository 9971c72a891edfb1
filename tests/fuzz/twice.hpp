// What holds for every text whatsoever: there is a key or a problem, never both, and the key of a
// key is the key itself.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/screen/problem.hpp"

template <class Normalise>
int normalise_twice(const std::uint8_t *data, std::size_t size, Normalise normalise) {
    const auto once = normalise(std::string_view(reinterpret_cast<const char *>(data), size));
    if (once.key.empty() == (once.problem == highseas::screen::Problem::none))
        std::abort();
    if (!once.key.empty() && normalise(once.key).key != once.key)
        std::abort();
    return 0;
}
