// The integral over the whole line of a smooth function with one hill, which falls at least
// exponentially: the trapezoid rule in y with v = centre + width · sinh y.
#pragma once

#include <cmath>

namespace highseas {

// Adds up term(v, weight) = weight · f(v) from the centre outwards, as far as it matters. A term
// may add up other things, too.
template <class Term>
double integrate_line(double centre, double width, double step, Term &&term) {
    const int count = static_cast<int>(10 / step); // to y = 10: 11,000 widths away
    double sum = term(centre, step * width);
    for (const double side : {-width, width})
        for (int k = 1; k <= count; ++k) {
            const double y = step * k;
            const double added = term(centre + side * std::sinh(y), step * width * std::cosh(y));
            sum += added;
            if (added < 1e-18 * sum)
                break;
        }
    return sum;
}

} // namespace highseas
