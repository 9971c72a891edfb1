// ABC classes by cumulative contribution. A customer's class follows from the share of all positive
// value that customers of strictly greater value bring: A below the first share, B below the
// second, C from there on. So equal customers have equal classes, and a value alone says which
// class it is in, once the least values of A and B are known. Who brings nothing or eats something
// is in C.
#pragma once

#include <cstdint>
#include <span>

#include "core/value/amount.hpp"

namespace highseas {

struct AbcBounds {
    std::int64_t a_from; // the least value in A
    std::int64_t b_from; // the least value in A or B, at most a_from
};

// Values rising; shares in units of whole_share, 0 < a_share <= b_share. At most most_values. Where
// nobody brings anything, whoever did would be in A.
AbcBounds abc_bounds(std::span<const std::int64_t> rising, std::int64_t a_share,
                     std::int64_t b_share) noexcept;

inline bool is_sound(const AbcBounds &bounds) noexcept {
    return 0 < bounds.b_from && bounds.b_from <= bounds.a_from;
}

inline char abc_class(std::int64_t value, const AbcBounds &bounds) noexcept {
    return value >= bounds.a_from ? 'A' : value >= bounds.b_from ? 'B' : 'C';
}

} // namespace highseas
