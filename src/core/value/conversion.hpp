// The chance that a lead converts, learnt from those whose outcome is known. Both models (logistic
// regression, naive Bayes) end in the same form: log odds that add up over the columns.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/status.hpp"

namespace highseas {

enum class ColumnKind : unsigned char { number, level };

// The effect of a number x is constant + coefficient * d + curvature * d * d with d = x - center;
// that of a level is its coefficient. What has no term, or is unknown, has no effect.
struct ConversionTerm {
    int column;
    bool is_level;
    std::string_view level;
    double constant;
    double center;
    double coefficient;
    double curvature;
    double error; // standard error of the coefficient
};

struct CalibrationBand {
    std::size_t rows;
    double predicted; // the mean chance
    double observed;  // the share that converted
};

// By cross-validation: each lead is judged by a model that has not seen it.
struct Validation {
    double log_loss;
    double base_log_loss; // of saying the overall share to everybody
    double auc;
    std::array<CalibrationBand, 10> bands; // by tenths of the leads, from the smallest chance up
};

enum class FitStatus : unsigned char { ok, miscalibrated, thin, separated, too_small };
const char *name_of(FitStatus status) noexcept;

struct ConversionFit {
    FitStatus status;
    char remark[256];
    std::size_t rows;
    std::size_t positives;
    double intercept;
    std::span<ConversionTerm> terms; // the caller's memory: room for each number and each level
    std::size_t term_count;          // 0 where there was too little to fit
    Validation validation;           // means nothing then
};

// Of a fit that is ok but for this: whoever had said the overall share to everybody had lost less.
void look_at_calibration(ConversionFit &fit) noexcept;

// Rows as they came, each of 1 + kinds.size() words: the label (0 or 1), then a number's bits as a
// float (NaN = unknown) or the code of a level.
struct LeadTable {
    std::span<const ColumnKind> kinds;
    std::span<const std::span<const std::string_view>> levels; // of each column, by code
    std::span<const std::span<const std::uint32_t>> chunks;
};
inline constexpr std::uint32_t unknown_level = 0xffffffff;

inline constexpr std::size_t least_of_each_label = 20;
inline constexpr std::size_t most_terms = 500;

// Newton's method on the likelihood with a ridge: ridge / 2 times the sum of the squared effects of
// standardised numbers and of levels (those seen in 10 rows and more) is taken off.
Status fit_logistic(const LeadTable &table, double ridge, ShouldStop should_stop,
                    ConversionFit &fit);

// Numbers are normal within a label; `smoothing` rows of the average lead are added to each label,
// and to each level once for each label (Laplace).
Status fit_naive_bayes(const LeadTable &table, double smoothing, ShouldStop should_stop,
                       ConversionFit &fit);

// Prediction -----------------------------------------------------------------

// A fit read back: terms by column, levels of a column by byte order.
struct ConversionModel {
    double intercept;
    std::span<const ColumnKind> kinds;
    std::span<const ConversionTerm> terms;
    std::span<const std::size_t> first; // kinds.size() + 1: where the terms of a column begin
};

struct Cell {
    bool known;
    double number;
    std::string_view level;
};

// `first` is the memory of `model.first`.
Status check_model(ConversionModel &model, std::span<std::size_t> first) noexcept;

double column_effect(const ConversionModel &model, std::size_t column, const Cell &cell) noexcept;

inline double chance_of(double log_odds) noexcept {
    return 1 / (1 + std::exp(-log_odds));
}

// log(1 + exp(x)), finite for every x
inline double softplus(double x) noexcept {
    return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

} // namespace highseas
