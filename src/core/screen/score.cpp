#include "core/screen/score.hpp"

#include <cmath>

#include "core/no_postgres.hpp"

namespace highseas::screen {

Score score_of(const Comparison &comparison, const Weights &weights) {
    Score score;
    double sum = 0;
    for (std::size_t k = 0; k < feature_count; ++k) {
        const double part = comparison[k] * weights[k];
        score.contributions[static_cast<std::size_t>(features[k].field)] += part;
        sum += part;
    }
    score.probability = 1 / (1 + std::exp(-sum));
    return score;
}

} // namespace highseas::screen
