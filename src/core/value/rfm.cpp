#include "core/value/rfm.hpp"

#include <algorithm>
#include <cmath>

#include "core/value/amount.hpp"

#include "core/no_postgres.hpp"

namespace highseas {

Status quantile_score(std::int64_t first, std::int64_t last, std::int64_t population, int levels,
                      int &score) noexcept {
    if (levels < 1 || levels > largest_score)
        return Status::error(sqlstate::bad_parameter, "\"levels\" must be between 1 and %d",
                             largest_score);
    if (first < 1 || first > last || last > population)
        return Status::error(
                   sqlstate::bad_parameter,
                   "ranks must be between 1 and the population, the first before the last")
            .with_detail("They are %lld to %lld of %lld.", static_cast<long long>(first),
                         static_cast<long long>(last), static_cast<long long>(population));
    score = 1 + static_cast<int>((Int128{first} + last - 1) * levels / (Int128{population} * 2));
    return {};
}

Status break_score(double value, std::span<const int> scores, std::span<const double> bounds,
                   int &score) noexcept {
    if (scores.size() != bounds.size())
        return Status::error(sqlstate::bad_parameter, "break arrays differ in length")
            .with_detail("There are %zu scores and %zu bounds.", scores.size(), bounds.size());
    if (std::isnan(value) ||
        std::any_of(bounds.begin(), bounds.end(), [](double bound) { return std::isnan(bound); }))
        return Status::error(sqlstate::bad_parameter, "a value or bound is not a number");
    score = 1;
    for (std::size_t i = 0; i < scores.size(); ++i)
        if (bounds[i] <= value)
            score = std::max(score, scores[i]);
    return {};
}

Status rfm_segment(const int (&scores)[3], const RfmSegments &segments,
                   std::optional<std::string_view> &name) noexcept {
    for (const auto &bounds : {segments.from, segments.to})
        for (int i = 0; i < 3; ++i)
            if (bounds[i].size() != segments.names.size())
                return Status::error(sqlstate::bad_parameter, "segment arrays differ in length")
                    .with_detail("There are %zu names and %zu elements in another array.",
                                 segments.names.size(), bounds[i].size());
    for (std::size_t k = 0; k < segments.names.size(); ++k) {
        bool inside = true;
        for (int i = 0; i < 3; ++i)
            inside = inside && segments.from[i][k] <= scores[i] && scores[i] <= segments.to[i][k];
        if (inside) {
            name = segments.names[k];
            return {};
        }
    }
    return {};
}

} // namespace highseas
