#include "core/classify/abc.hpp"

#include "core/no_postgres.hpp"
#include "core/value/concentration.hpp"

namespace highseas {

AbcBounds abc_bounds(std::span<const std::int64_t> rising, std::int64_t a_share,
                     std::int64_t b_share) noexcept {
    Int128 total = 0;
    for (std::int64_t value : rising)
        total += value > 0 ? value : 0;

    // The bounds are values, so the first of equal ones decides for all.
    AbcBounds bounds{1, 1};
    Int128 before = 0;
    for (auto value = rising.rbegin();
         value != rising.rend() && *value > 0 && before * whole_share < total * b_share; ++value) {
        if (before * whole_share < total * a_share)
            bounds.a_from = *value;
        bounds.b_from = *value;
        before += *value;
    }
    return bounds;
}

} // namespace highseas
