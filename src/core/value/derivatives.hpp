// A value with its first and second derivatives by n parameters.
#pragma once

#include <array>
#include <cstddef>

namespace highseas {

template <std::size_t n>
using Vector = std::array<double, n>;

template <std::size_t n>
using Matrix = std::array<Vector<n>, n>;

template <std::size_t n>
struct Derivatives {
    double value = 0;
    Vector<n> gradient{};
    Matrix<n> hessian{}; // symmetric, all of it filled
};

} // namespace highseas
