// Whether a customer moves to another class: not before he was in the present one for the least
// stay, and only when he has passed the border by the margin. So nobody flips at a border.
#pragma once

#include <cstdint>

#include "core/classify/abc.hpp"
#include "core/classify/category.hpp"

namespace highseas {

// Times in microseconds.
struct Stay {
    std::int64_t since; // in the present class
    std::int64_t now;
    std::int64_t least;
    bool is_over() const noexcept { return Int128{now} - since >= least; }
};

// margin: of the bounds, in units of whole_share, below one. '\0' = in no class yet.
char next_abc_class(char current, const Stay &stay, std::int64_t value, const AbcBounds &bounds,
                    std::int64_t margin) noexcept;

// '\0' as a result: no rule fits, and the present category cannot be kept.
char next_category(char current, const Stay &stay, std::span<const CategoryRule> rules,
                   const CategoryBox &figures, const CategoryBox &margin) noexcept;

} // namespace highseas
