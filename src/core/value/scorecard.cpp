#include "core/value/scorecard.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

constexpr double most_points = 1e6; // keeps every sum exact enough and finite

bool in_range(double value) {
    return value >= 0 && value <= most_points; // false for NaN
}

// `unknown` stands before the bands. Counted to the end: a jump would be mispredicted, and NaN
// stays where it is.
const ScoreBand &band_of(const ScoreBand *unknown, int bands, double fact) noexcept {
    std::ptrdiff_t band = 0;
    for (int next = 1; next <= bands; ++next)
        band += fact >= unknown[next].from;
    return unknown[band];
}

} // namespace

bool is_sound_bands(std::span<const double> cuts, std::span<const double> points,
                    std::span<const std::string_view> bands) noexcept {
    if (points.size() != cuts.size() + 1 || bands.size() != points.size())
        return false;
    double before = -std::numeric_limits<double>::infinity();
    for (double cut : cuts) {
        if (!(cut > before)) // NaN, too
            return false;
        before = cut;
    }
    return std::all_of(points.begin(), points.end(), in_range) &&
           *std::max_element(points.begin(), points.end()) > 0 &&
           std::none_of(bands.begin(), bands.end(), [](auto name) { return name.empty(); });
}

Status compile_scorecard(const Scorecard &card, CompiledScorecard &compiled) noexcept {
    const std::size_t count = card.criteria.size();
    if (count == 0)
        return Status::error(sqlstate::bad_parameter, "the scorecard has no criterion");
    if (card.weights.size() != count || card.band_counts.size() != count ||
        card.points.size() != card.from.size() || card.bands.size() != card.from.size())
        return Status::error(sqlstate::bad_parameter, "scorecard arrays differ in length")
            .with_detail("There are %zu criteria, %zu weights and %zu band counts; %zu bands begin "
                         "somewhere, %zu have points, %zu a name.",
                         count, card.weights.size(), card.band_counts.size(), card.from.size(),
                         card.points.size(), card.bands.size());
    compiled.total = 0;
    ScoreBand *next = compiled.bands.data();
    std::size_t first = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto name = card.criteria[i];
        const int bands = card.band_counts[i];
        const std::size_t left = card.from.size() - first;
        if (bands < 1 || static_cast<std::size_t>(bands) > left)
            return Status::error(sqlstate::bad_parameter, "criterion \"%.*s\" has %d bands",
                                 shown_length(name), name.data(), bands)
                .with_detail("%zu are left for it.", left);
        const auto length = static_cast<std::size_t>(bands);
        if (card.from[first] != -std::numeric_limits<double>::infinity() ||
            !is_sound_bands(card.from.subspan(first + 1, length - 1),
                            card.points.subspan(first, length), card.bands.subspan(first, length)))
            return Status::error(sqlstate::bad_parameter,
                                 "the bands of criterion \"%.*s\" are not sound",
                                 shown_length(name), name.data())
                .with_hint("They begin at -Infinity and ascend, have a name each, and points from "
                           "0 to 1000000, one of them above 0.");
        const double weight = card.weights[i];
        if (!(weight > 0 && weight <= most_points))
            return Status::error(sqlstate::bad_parameter, "the weight of criterion \"%.*s\" is %g",
                                 shown_length(name), name.data(), weight)
                .with_hint("It lies above 0, up to 1000000.");
        ScoreCriterion &criterion = compiled.criteria[i];
        const auto points = card.points.subspan(first, length);
        const auto best = std::max_element(points.begin(), points.end());
        criterion = {bands, static_cast<int>(first),
                     static_cast<int>(first) + static_cast<int>(best - points.begin())};
        const double most = *best * weight;
        *next++ = {0, 0, 0};
        for (std::size_t band = 0; band < length; ++band)
            *next++ = {card.from[first + band], points[band] * weight, most};
        compiled.total += most;
        first += length;
    }
    if (first != card.from.size())
        return Status::error(sqlstate::bad_parameter, "the scorecard has bands of no criterion")
            .with_detail("Its criteria have %zu bands of %zu.", first, card.from.size());
    return {};
}

Potential potential(const CompiledScorecard &card, std::span<const double> facts) noexcept {
    Potential result{0, 0, card.total};
    const ScoreBand *unknown = card.bands.data();
    const double *fact = facts.data();
    for (const ScoreCriterion &criterion : card.criteria) {
        const ScoreBand &band = band_of(unknown, criterion.bands, *fact++);
        result.worth += band.worth;
        result.known += band.most;
        unknown += criterion.bands + 1;
    }
    return result;
}

void explain_potential(const CompiledScorecard &card, std::span<const double> facts,
                       std::span<ScoreLine> lines) {
    constexpr auto hundredths = Potential::hundredths;
    const Potential sums = potential(card, facts);
    const std::int64_t score = hundredths(sums.worth, sums.known);
    std::vector<std::pair<double, std::size_t>> remainders;
    std::int64_t left = score;
    const ScoreBand *unknown = card.bands.data();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const ScoreCriterion &criterion = card.criteria[i];
        const ScoreBand &band = band_of(unknown, criterion.bands, facts[i]);
        const double most = unknown[1].most;
        ScoreLine &line = lines[i];
        line = {-1, criterion.best, 0, 0, 0};
        if (&band == unknown) {
            line.gain = hundredths(sums.worth + most, sums.known + most) - score;
        } else {
            const double exact = 10000 * band.worth / sums.known;
            line.band = criterion.first + static_cast<int>(&band - unknown) - 1;
            line.points = static_cast<std::int64_t>(std::floor(exact));
            line.of = hundredths(most, sums.known);
            line.gain = hundredths(sums.worth - band.worth + most, sums.known) - score;
            left -= line.points;
            remainders.emplace_back(static_cast<double>(line.points) - exact, i);
        }
        unknown += criterion.bands + 1;
    }
    // The hundredths that rounding down left over go to the largest remainders.
    std::sort(remainders.begin(), remainders.end());
    for (const auto &[remainder, i] : remainders) {
        if (left <= 0)
            break;
        ++lines[i].points;
        --left;
    }
    for (ScoreLine &line : lines)
        line.of = std::max(line.of, line.points);
}

} // namespace highseas
