#include "core/value/gamma_gamma.hpp"

#include <algorithm>
#include <cmath>

#include "core/value/gamma_functions.hpp"

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

struct LogLikelihood {
    std::span<const Spending> rows;
    ShouldStop should_stop;

    bool operator()(const Vector<3> &theta, Derivatives<3> &d) const {
        const auto [p, q, gamma] = theta;
        for (std::size_t i = 0; i < rows.size();) {
            const int repeats = rows[i].repeats;
            const double x = repeats, n = p * x + q;
            // sums of weight times ln m, ln(gamma + m x), 1/(gamma + m x) and its square
            double weight = 0, log_m = 0, log_s = 0, inverse = 0, inverse2 = 0;
            for (; i < rows.size() && rows[i].repeats == repeats; ++i) {
                if (i % 16384 == 0 && should_stop())
                    return false;
                const auto &[_, m, w] = rows[i];
                const double s = gamma + m * x;
                weight += w;
                log_m += w * std::log(m);
                log_s += w * std::log(s);
                inverse += w / s;
                inverse2 += w / (s * s);
            }
            const double log_gamma = std::log(gamma), log_x = std::log(x);
            d.value += weight * (std::lgamma(n) - std::lgamma(p * x) - std::lgamma(q) +
                                 q * log_gamma + p * x * log_x) +
                       (p * x - 1) * log_m - n * log_s;
            d.gradient[0] += x * (weight * (digamma(n) - digamma(p * x) + log_x) + log_m - log_s);
            d.gradient[1] += weight * (digamma(n) - digamma(q) + log_gamma) - log_s;
            d.gradient[2] += weight * q / gamma - n * inverse;
            auto &h = d.hessian;
            h[0][0] += weight * x * x * (trigamma(n) - trigamma(p * x));
            h[1][0] += weight * x * trigamma(n);
            h[1][1] += weight * (trigamma(n) - trigamma(q));
            h[2][0] -= x * inverse;
            h[2][1] += weight / gamma - inverse;
            h[2][2] += n * inverse2 - weight * q / (gamma * gamma);
        }
        for (std::size_t a = 0; a < 3; ++a)
            for (std::size_t b = 0; b < a; ++b)
                d.hessian[b][a] = d.hessian[a][b];
        return true;
    }
};

// Two passes: the sums of squares of a single one cancel.
double correlation(std::span<const Spending> rows, double weight, double mean_m) {
    double mean_x = 0, xx = 0, xm = 0, mm = 0;
    for (const Spending &row : rows)
        mean_x += row.weight * row.repeats;
    mean_x /= weight;
    for (const auto &[x, m, w] : rows) {
        xx += w * (x - mean_x) * (x - mean_x);
        xm += w * (x - mean_x) * (m - mean_m);
        mm += w * (m - mean_m) * (m - mean_m);
    }
    return xx > 0 && mm > 0 ? std::clamp(xm / std::sqrt(xx) / std::sqrt(mm), -1., 1.) : NAN;
}

} // namespace

double GammaGamma::log_likelihood(const Spending &spending) const noexcept {
    const double x = spending.repeats, m = spending.mean_value, n = p * x + q;
    return std::lgamma(n) - std::lgamma(p * x) - std::lgamma(q) + q * std::log(gamma) +
           (p * x - 1) * std::log(m) + p * x * std::log(x) - n * std::log(gamma + m * x);
}

std::optional<double> GammaGamma::expected_spend(const Spending &spending) const noexcept {
    const double x = spending.repeats, divisor = p * x + q - 1;
    if (!(divisor > 0))
        return std::nullopt;
    return p * (gamma + (x > 0 ? std::max(0., spending.mean_value) * x : 0)) / divisor;
}

bool fit_gamma_gamma(std::span<const Spending> rows, ShouldStop should_stop, Fit &fit) {
    double weight = 0, mean = 0, log_mean = 0;
    for (const Spending &row : rows) {
        weight += row.weight;
        mean += row.weight * row.mean_value;
        log_mean += row.weight * std::log(row.mean_value);
    }
    mean /= weight;
    const double typical = std::exp(log_mean / weight); // which a few huge ones do not move
    if (!fit_model<3>(LogLikelihood{rows, should_stop}, {4, 4, .75 * typical}, fit))
        return false;
    fit.correlation = correlation(rows, weight, mean);
    if (fit.parameters[1] <= 1)
        fit.status = FitOutcome::boundary; // the population has no mean
    return true;
}

} // namespace highseas
