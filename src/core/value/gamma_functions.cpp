#include "core/value/gamma_functions.hpp"

#include <cmath>

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

constexpr double large = 12;

} // namespace

double digamma(double z) noexcept {
    double sum = 0;
    for (; z < large; z += 1)
        sum -= 1 / z;
    const double y = 1 / (z * z);
    const double series =
        y * (1. / 12 -
             y * (1. / 120 -
                  y * (1. / 252 -
                       y * (1. / 240 - y * (1. / 132 - y * (691. / 32760 - y * (1. / 12)))))));
    return sum + std::log(z) - 1 / (2 * z) - series;
}

double trigamma(double z) noexcept {
    double sum = 0;
    for (; z < large; z += 1)
        sum += 1 / (z * z);
    const double y = 1 / (z * z);
    const double series =
        y * (1. / 6 - y * (1. / 30 -
                           y * (1. / 42 -
                                y * (1. / 30 - y * (5. / 66 - y * (691. / 2730 - y * (7. / 6)))))));
    return sum + (1 + series) / z + y / 2;
}

} // namespace highseas
