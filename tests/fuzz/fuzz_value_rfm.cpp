// Any arrays for breaks and segments, any ranks: refused, or a score that was reached and the
// segment that has all three.
#include <array>
#include <optional>
#include <vector>

#include "core/value/rfm.hpp"
#include "input.hpp"

using namespace highseas;

namespace {

// Mostly as long as the others.
std::vector<int> integers(Input &input, std::size_t count) {
    std::vector<int> values(input.below(16) == 0 ? static_cast<std::size_t>(input.below(4))
                                                 : count);
    for (int &value : values)
        value = input.below(4) ? 1 + input.below(10) : input.take<int>();
    return values;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    Input input(data, size);
    const auto population = input.take<std::int64_t>();
    const auto first = input.take<std::int64_t>();
    const auto last = input.take<std::int64_t>();
    int score = 0;
    if (const int levels = input.take<int>();
        quantile_score(first, last, population, levels, score).ok())
        require(score >= 1 && score <= levels && levels <= largest_score);

    std::vector<double> bounds(static_cast<std::size_t>(input.below(6)));
    for (double &bound : bounds)
        bound = input.take<double>();
    const std::vector<int> scores = integers(input, bounds.size());
    const auto value = input.take<double>();
    if (break_score(value, scores, bounds, score).ok()) {
        bool given = score == 1;
        for (std::size_t i = 0; i < scores.size(); ++i)
            given = given || (scores[i] == score && bounds[i] <= value);
        require(given);
    }

    const std::vector<std::string_view> names(static_cast<std::size_t>(input.below(6)), "segment");
    std::array<std::vector<int>, 6> limits;
    for (auto &limit : limits)
        limit = integers(input, names.size());
    const RfmSegments segments{
        names, {limits[0], limits[2], limits[4]}, {limits[1], limits[3], limits[5]}};
    const int three[] = {1 + input.below(10), 1 + input.below(10), 1 + input.below(10)};
    std::optional<std::string_view> name;
    if (rfm_segment(three, segments, name).ok()) {
        bool fits = false;
        for (std::size_t i = 0; i < names.size(); ++i) {
            bool all = true;
            for (std::size_t k = 0; k < 3; ++k)
                all = all && segments.from[k][i] <= three[k] && three[k] <= segments.to[k][i];
            fits = fits || all;
        }
        require(name.has_value() == fits);
    }
    return 0;
}
