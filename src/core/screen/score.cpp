#include "core/screen/score.hpp"

#include <cmath>

#include "core/no_postgres.hpp"

namespace highseas::screen {

double calibrated(double sum, double doubt) {
    return doubt * std::asinh(sum / doubt);
}

Score score_of(const Comparison &comparison, const Weights &weights) {
    Score score;
    double sum = 0;
    for (std::size_t k = 0; k < feature_count; ++k) {
        const double part = comparison[k] * weights[k];
        score.contributions[static_cast<std::size_t>(features[k].field)] += part;
        sum += part;
    }
    const double log_odds = calibrated(sum);
    for (double &part : score.contributions)
        part *= sum == 0 ? 1 : log_odds / sum;
    score.probability = 1 / (1 + std::exp(-log_odds));
    return score;
}

} // namespace highseas::screen
