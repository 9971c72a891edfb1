// Categories A to F by rules over four figures. A rule is a box: a band of each figure, from
// included, to excluded. Sound rules cover every customer exactly once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/status.hpp"

namespace highseas {

// The ABC class of the actual value as 0, 1, 2; the potential score, 0 to 100; the chance to be
// alive, 0 to 1; profit after the cost of service, in money.
enum CategoryFigure { value_class, potential_score, chance_alive, profit_left };
inline constexpr std::size_t category_figures = 4;
using CategoryBox = std::array<double, category_figures>;

// As rows say it; letters of ABC classes both included, infinite = no border.
struct CategoryRows {
    std::span<const std::string_view> rules;
    std::span<const std::string_view> categories;
    std::span<const std::string_view> abc_from, abc_to;
    std::span<const double> potential_from, potential_to;
    std::span<const double> alive_from, alive_to;
    std::span<const double> profit_from, profit_to;
};

struct CategoryRule {
    std::string_view name;
    char category;
    CategoryBox from, to;
};

// `rules` has room for rows.rules.size().
Status compile_categories(const CategoryRows &rows, std::span<CategoryRule> rules) noexcept;

// Of one customer; NaN and '\0' = unknown. What is unknown speaks neither for nor against him: no
// value is in C, an unknown potential is 0, he counts as alive, and as causing no loss.
struct CategoryFacts {
    char abc;
    double potential, alive, profit;
    CategoryBox figures() const noexcept;
};

// The first that fits, -1: none does.
int find_category(std::span<const CategoryRule> rules, const CategoryBox &figures) noexcept;

// A part of the figures' space that no rule covers (first = -1) or two do.
struct CategoryProblem {
    int first, second;
    CategoryBox from, to;
};

// Fills problems as far as there is room.
Status find_category_problems(std::span<const CategoryRule> rules,
                              std::span<CategoryProblem> problems, std::size_t &count,
                              ShouldStop should_stop);

// How much the borders of a customer's category give way before he leaves it: points of 100 for the
// potential, of 1 for the chance, money for the profit. His ABC class has a margin of its own.
CategoryBox category_margin(double share, double profit) noexcept;

// Whether the figures are in `category` once the borders of its rules give way.
bool is_near_category(std::span<const CategoryRule> rules, char category,
                      const CategoryBox &figures, const CategoryBox &margin) noexcept;

// One sentence: the decision with its figures and the borders they met. Returns its length, cut to
// the room.
std::size_t explain_category(const CategoryRule &rule, const CategoryFacts &facts,
                             std::span<char> room) noexcept;
std::size_t room_to_explain(const CategoryRule &rule) noexcept;

} // namespace highseas
