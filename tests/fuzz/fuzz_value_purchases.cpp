// Any orders: the same summary however they are split over parallel workers, and one that a model
// can take; or refused.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/value/purchase_summary.hpp"
#include "input.hpp"

using namespace highseas;

namespace {

bool merge(std::vector<PurchaseDay> &days) {
    std::size_t count = 0;
    if (!merge_days(days, count).ok())
        return false;
    days.resize(count);
    return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    Input input(data, size);
    std::vector<PurchaseDay> days, parts[2];
    while (!input.empty()) {
        const bool ordinary = input.below(8) != 0;
        const std::int64_t units =
            ordinary ? input.take<std::int16_t>() : input.take<std::int64_t>();
        days.push_back(
            {units, ordinary ? input.below(20) : input.take<std::int32_t>(), units >= 0});
        parts[input.below(2)].push_back(days.back());
    }
    std::optional<PurchaseSummary> once, split;
    if (!merge(days) || !summarize(days, once).ok())
        return 0;
    require(std::adjacent_find(days.begin(), days.end(), [](const auto &a, const auto &b) {
                return a.day >= b.day;
            }) == days.end());
    // A part may be out of range where the whole is not.
    if (!merge(parts[0]) || !merge(parts[1]))
        return 0;
    parts[0].insert(parts[0].end(), parts[1].begin(), parts[1].end());
    require(merge(parts[0]) && summarize(parts[0], split).ok());
    require(once.has_value() == split.has_value());
    if (!once)
        return 0;
    require(once->repeats == split->repeats && once->first == split->first &&
            once->last == split->last && once->units == split->units &&
            once->mean_value == split->mean_value);
    require(once->repeats >= 0 && (once->repeats == 0) == (once->first == once->last));
    require(once->mean_value.has_value() == (once->repeats > 0));
    require(!once->mean_value || std::isfinite(*once->mean_value));
    return 0;
}
