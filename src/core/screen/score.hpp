// How probable it is that two customers are one, and what each field has to do with it: the sum of
// the contributions is the logarithm of the odds.
#pragma once

#include <array>

#include "core/screen/comparison.hpp"

namespace highseas::screen {

using Weights = std::array<double, feature_count>;

// Fitted once, on all labelled sets together: bench/duplicates.
extern const Weights built_in_weights;

// What the fields say in sum, s, counts as doubt * asinh(s / doubt): they are not independent, so
// that certainty grows slower than their sum. Fitted on pairs that the weights were not fitted on;
// more is more certain. What is more probable stays so, and 0.5 is 0.5.
constexpr double usual_doubt = 3.25;

double calibrated(double sum, double doubt = usual_doubt);

struct Score {
    double probability = 0;
    std::array<double, field_count> contributions{}; // by Field
};

Score score_of(const Comparison &comparison, const Weights &weights);

} // namespace highseas::screen
