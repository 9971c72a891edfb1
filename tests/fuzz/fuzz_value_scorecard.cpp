// Any arrays for a scorecard, any facts: refused, or a score from 0 to 100 that its lines add up
// to.
#include <cmath>
#include <vector>

#include "core/value/scorecard.hpp"
#include "input.hpp"

using namespace highseas;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    Input input(data, size);
    static constexpr std::string_view names[] = {"a", "b", ""};
    // Mostly what is nearly sound, else nothing gets past the first look.
    const bool nearly_sound = input.below(4) != 0;
    std::vector<std::string_view> criteria(static_cast<std::size_t>(input.below(6)), "criterion");
    std::vector<double> weights;
    std::vector<int> band_counts;
    std::vector<double> from;
    std::vector<double> points;
    std::vector<std::string_view> bands;
    for (std::size_t i = 0; i < criteria.size(); ++i) {
        const int count = input.below(5);
        weights.push_back(nearly_sound ? 1 + input.below(100) : input.take<double>());
        band_counts.push_back(nearly_sound ? count : input.take<int>());
        for (int band = 0; band < count; ++band) {
            from.push_back(!nearly_sound ? input.take<double>() : band == 0 ? -INFINITY : band);
            points.push_back(nearly_sound ? input.below(20) : input.take<double>());
            bands.push_back(names[nearly_sound ? 0 : input.below(3)]);
        }
    }
    if (input.below(8) == 0 && !points.empty())
        points.pop_back();
    std::vector<ScoreCriterion> compiled_criteria(criteria.size());
    std::vector<ScoreBand> compiled_bands(from.size());
    CompiledScorecard card{compiled_criteria, compiled_bands, 0};
    if (!compile_scorecard({criteria, weights, band_counts, from, points, bands}, card).ok())
        return 0;

    std::vector<double> facts;
    for (std::size_t i = 0; i < criteria.size(); ++i)
        facts.push_back(input.take<double>());
    const Potential result = potential(card, facts);
    require(result.score() >= 0 && result.score() <= 100);
    require(result.coverage() >= 0 && result.coverage() <= 1);
    require(result.is_known() == (result.coverage() > 0));
    std::vector<ScoreLine> lines(facts.size());
    explain_potential(card, facts, lines);
    std::int64_t sum = 0;
    for (const ScoreLine &line : lines) {
        require(line.points >= 0 && line.points <= line.of && line.gain >= 0);
        sum += line.points;
    }
    require(sum == std::llround(100 * result.score()));
    return 0;
}
