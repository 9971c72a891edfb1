// Any values: sorted without losing one, shares that complete each other, and a whale curve from
// nobody to all within its room.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/value/concentration.hpp"
#include "input.hpp"

using namespace highseas;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    Input input(data, size);
    const auto steps = static_cast<std::size_t>(1 + input.below(200));
    const std::int64_t share = input.take<std::uint32_t>() % (whole_share + 1);
    std::vector<std::int64_t> values;
    while (!input.empty())
        values.push_back(input.below(4) ? input.take<std::int8_t>()
                                        : input.take<std::int64_t>() % (largest_units + 1));
    if (values.empty())
        return 0;
    std::vector<std::int64_t> rising = values;
    require(sort_values(rising, never_stop).ok());
    std::sort(values.begin(), values.end());
    require(rising == values);

    const Concentration of(rising);
    const auto gini = of.gini(), bottom = of.bottom_share(whole_share - share),
               top = of.top_share(share);
    const auto needed = of.customers_needed(share);
    require(gini.has_value() == (of.total > 0) && top.has_value() == (of.total > 0));
    if (top) {
        require(std::isfinite(*gini));
        require(std::abs(*top + *bottom - 1) <= 1e-12 * (std::abs(*top) + std::abs(*bottom)));
        require(*needed <= values.size());
    }
    require(of.loss_makers().loss <= 0 && of.loss_makers().customers <= values.size());
    std::vector<WhalePoint> points(steps + 2);
    const std::size_t count = whale_curve(of, steps, points);
    require(count >= 1 && count <= points.size());
    require(points[0].customers == 0 && points[count - 1].customers == values.size());
    require(points[count - 1].sum == of.total);
    const Int128 peak = whale_peak(of).sum;
    require(std::all_of(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(count),
                        [&](const WhalePoint &point) { return point.sum <= peak; }));
    return 0;
}
