// Potential score by a scorecard: each criterion looks at one fact and gives the points of the band
// that the fact lies in. What is not known counts neither for nor against; the coverage says how
// much of the card was known.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/status.hpp"

namespace highseas {

// As rows say it. The bands of all criteria stand one after another, the lowest of each first.
struct Scorecard {
    std::span<const std::string_view> criteria;
    std::span<const double> weights;
    std::span<const int> band_counts;
    std::span<const double> from; // a band begins here; the first of a criterion at -infinity
    std::span<const double> points;
    std::span<const std::string_view> bands;
};

struct ScoreBand {
    double from;
    double worth; // points times weight
    double most;  // what the best band of the criterion is worth
};

struct ScoreCriterion {
    int bands;
    int first; // of its bands, as the rows have them
    int best;
};

// What the evaluator reads: memory of the caller. Before the bands of each criterion stands one
// that is worth nothing of nothing: there is what is not known, without a question asked.
struct CompiledScorecard {
    std::span<ScoreCriterion> criteria;
    std::span<ScoreBand> bands;
    double total; // of all `most`
};

// `compiled` has room for card.criteria.size() criteria and for as many bands more than
// card.from.size().
Status compile_scorecard(const Scorecard &card, CompiledScorecard &compiled) noexcept;

// The bands of one criterion as its row has them: cuts ascend, and one more element in each of the
// others than cuts.
bool is_sound_bands(std::span<const double> cuts, std::span<const double> points,
                    std::span<const std::string_view> bands) noexcept;

struct Potential {
    double worth; // of the bands that the facts lie in
    double known; // of the best bands of the criteria whose fact is known
    double total; // of the best bands of all

    bool is_known() const noexcept { return known > 0; }
    double score() const noexcept { return static_cast<double>(hundredths(worth, known)) / 100; }
    double coverage() const noexcept { return known / total; }

    static std::int64_t hundredths(double worth, double known) noexcept {
        return known > 0 ? static_cast<std::int64_t>(10000 * worth / known + .5) : 0;
    }
};

// NaN = unknown. `facts` has one element for each criterion.
Potential potential(const CompiledScorecard &card, std::span<const double> facts) noexcept;

// In hundredths of a point, so that they add up exactly.
struct ScoreLine {
    int band; // -1: unknown
    int best;
    std::int64_t points;
    std::int64_t of;
    std::int64_t gain; // how much the best band would raise the score
};

void explain_potential(const CompiledScorecard &card, std::span<const double> facts,
                       std::span<ScoreLine> lines);

} // namespace highseas
