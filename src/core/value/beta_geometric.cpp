#include "core/value/beta_geometric.hpp"

#include <algorithm>
#include <cmath>

#include "core/value/gamma_functions.hpp"
#include "core/value/quadrature.hpp"

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

// Everything but what differs between customers of equal repeats.
double common_part(const BetaGeometric &m, double x) {
    const double ends = m.modified ? x + 1 : x;
    return std::lgamma(m.r + x) - std::lgamma(m.r) + m.r * std::log(m.alpha) +
           std::lgamma(m.a + m.b) + std::lgamma(m.b + ends) - std::lgamma(m.b) -
           std::lgamma(m.a + m.b + ends);
}

double survivals(const BetaGeometric &m, double x) {
    return m.b + (m.modified ? x : x - 1);
}

// ln of the odds that the last purchase was the end.
double log_odds_gone(const BetaGeometric &m, const History &h) {
    return std::log(m.a / survivals(m, h.repeats)) +
           (m.r + h.repeats) * std::log1p((h.age - h.recency) / (m.alpha + h.recency));
}

bool cannot_be_gone(const BetaGeometric &m, const History &h) {
    return !m.modified && h.repeats == 0;
}

double log1p_exp(double u) {
    return u > 0 ? u + std::log1p(std::exp(-u)) : std::log1p(std::exp(u));
}

constexpr int most_terms = 4000;

// The series S = Σ (c)_k (a)_{k-1} / ((C)_k k!) z^k of Euler's transformation, for several z at
// once, the greatest last. With it the expected purchases have a safe form also at a = 1, where
// fits of real data live. False where it converges too slowly or cancels (c < 0: terms of both
// signs).
template <std::size_t count>
bool euler_series(double c, double a, double C, const double (&z)[count], double (&sums)[count]) {
    const double greatest = z[count - 1];
    double factor = c / C, size = 0, powers[count];
    for (std::size_t i = 0; i < count; ++i) {
        powers[i] = z[i];
        sums[i] = 0;
    }
    for (int k = 1; k < most_terms; ++k) {
        const double term = std::abs(factor * powers[count - 1]);
        size += term;
        for (std::size_t i = 0; i < count; ++i) {
            sums[i] += factor * powers[i];
            powers[i] *= z[i];
        }
        if (term <= 1e-15 * size * (1 - greatest))
            return std::isfinite(size) && size < 1e4 * (std::abs(sums[count - 1]) + greatest) &&
                   std::abs(a - 1) * size < 1e4 * (1 + (a - 1) * sums[count - 1]);
        factor *= (c + k) * (a + k - 1) / ((C + k) * (k + 1));
    }
    return false;
}

// The same as the mean over the probability p of an end: ∫ [1 − (1 + p t/(alpha+T))^−(r+x)] / p
// dBeta.
double by_quadrature(const BetaGeometric &m, double x, double beta, double t_over_age) {
    const double log_scale = std::lgamma(m.a + beta) - std::lgamma(m.a) - std::lgamma(beta);
    const double centre = std::log(m.a / beta);
    const double width = std::min(1., std::sqrt(1 / m.a + 1 / beta));
    return integrate_line(centre, width, .0625, [&](double v, double weight) {
        const double log_p = -log1p_exp(-v), log_q = -log1p_exp(v), p = std::exp(log_p);
        const double times_p = -std::expm1(-(m.r + x) * std::log1p(p * t_over_age));
        return weight * (p > 1e-300 ? times_p / p : (m.r + x) * t_over_age) *
               std::exp(log_scale + m.a * log_p + beta * log_q);
    });
}

struct LogLikelihood {
    bool modified;
    std::span<const History> rows;
    ShouldStop should_stop;

    bool operator()(const Vector<4> &theta, Derivatives<4> &d) const {
        for (std::size_t i = 0; i < rows.size();)
            if (!add_group(theta, i, d))
                return false;
        return true;
    }

    // Customers of equal repeats, from row i on, which moves behind them.
    bool add_group(const Vector<4> &theta, std::size_t &i, Derivatives<4> &d) const {
        const auto [r, alpha, a, b] = theta;
        const BetaGeometric m{r, alpha, a, b, modified};
        const int repeats = rows[i].repeats;
        const double x = repeats, n = r + x;
        const bool two_terms = modified || repeats > 0;
        const double k = survivals(m, x), log_odds = two_terms ? std::log(a / k) : 0;

        // With w the probability that he is gone, v = w (1 − w), and the difference (dr, dalpha,
        // 1/a, −1/k) between the gradients of the two terms.
        double weight = 0, value = 0, log_age = 0, inverse = 0, inverse2 = 0;
        double w_sum = 0, w_dr = 0, w_inverse = 0, w_inverse2 = 0;
        double v_sum = 0, v_dr = 0, v_dalpha = 0, v_dr_dr = 0, v_dr_dalpha = 0, v_dalpha_dalpha = 0;
        for (; i < rows.size() && rows[i].repeats == repeats; ++i) {
            if (i % 16384 == 0 && should_stop())
                return false;
            const History &h = rows[i];
            const double i1 = 1 / (alpha + h.age), l1 = std::log(alpha + h.age);
            weight += h.weight;
            value -= h.weight * n * l1;
            log_age += h.weight * l1;
            inverse += h.weight * i1;
            inverse2 += h.weight * i1 * i1;
            if (!two_terms)
                continue;
            const double i2 = 1 / (alpha + h.recency);
            const double dr = l1 - std::log(alpha + h.recency), dalpha = n * (i1 - i2);
            const double u = log_odds + n * dr;
            const double e = std::exp(-std::abs(u));
            value += h.weight * (std::max(u, 0.) + std::log(1 + e));
            const double w = (u > 0 ? 1 : e) / (1 + e), hw = h.weight * w;
            const double v = h.weight * e / ((1 + e) * (1 + e));
            w_sum += hw;
            w_dr += hw * dr;
            w_inverse += hw * (i1 - i2);
            w_inverse2 += hw * (i1 * i1 - i2 * i2);
            v_sum += v;
            v_dr += v * dr;
            v_dalpha += v * dalpha;
            v_dr_dr += v * dr * dr;
            v_dr_dalpha += v * dr * dalpha;
            v_dalpha_dalpha += v * dalpha * dalpha;
        }

        const double ends = modified ? x + 1 : x;
        const double psi_ends = digamma(a + b) - digamma(a + b + ends);
        const double psi1_ends = trigamma(a + b) - trigamma(a + b + ends);
        const double da = 1 / a, db = two_terms ? -1 / k : 0;
        d.value += weight * common_part(m, x) + value;
        d.gradient[0] += weight * (digamma(n) - digamma(r) + std::log(alpha)) - log_age + w_dr;
        d.gradient[1] += weight * r / alpha - n * (inverse - w_inverse);
        d.gradient[2] += weight * psi_ends + w_sum * da;
        d.gradient[3] += weight * (psi_ends + digamma(b + ends) - digamma(b)) + w_sum * db;
        auto add = [&d](std::size_t p, std::size_t q, double value_pq) {
            d.hessian[p][q] += value_pq;
            if (p != q)
                d.hessian[q][p] += value_pq;
        };
        add(0, 0, weight * (trigamma(n) - trigamma(r)) + v_dr_dr);
        add(0, 1, weight / alpha - inverse + w_inverse + v_dr_dalpha);
        add(0, 2, v_dr * da);
        add(0, 3, v_dr * db);
        add(1, 1, -weight * r / (alpha * alpha) + n * (inverse2 - w_inverse2) + v_dalpha_dalpha);
        add(1, 2, v_dalpha * da);
        add(1, 3, v_dalpha * db);
        add(2, 2, weight * psi1_ends + (v_sum - w_sum) * da * da);
        add(2, 3, weight * psi1_ends + v_sum * da * db);
        add(3, 3,
            weight * (psi1_ends + trigamma(b + ends) - trigamma(b)) + (v_sum + w_sum) * db * db);
        return true;
    }
};

} // namespace

double BetaGeometric::log_likelihood(const History &h) const noexcept {
    const double first = common_part(*this, h.repeats) - (r + h.repeats) * std::log(alpha + h.age);
    return cannot_be_gone(*this, h) ? first : first + log1p_exp(log_odds_gone(*this, h));
}

double BetaGeometric::p_alive(const History &h) const noexcept {
    return cannot_be_gone(*this, h) ? 1 : 1 / (1 + std::exp(log_odds_gone(*this, h)));
}

template <std::size_t count>
void BetaGeometric::purchases_if_alive(const History &h, const double (&times)[count],
                                       double (&purchases)[count]) const noexcept {
    const double x = h.repeats;
    const double beta = b + (modified ? x + 1 : x);
    const double C = a + beta - 1, e = a - 1;
    const double age = alpha + h.age;
    double z[count], sums[count];
    for (std::size_t i = 0; i < count; ++i)
        z[i] = times[i] / (age + times[i]);
    const bool converged =
        z[count - 1] <= .99 && a <= 1000 && C > .05 && euler_series(C - r - x, a, C, z, sums);
    for (std::size_t i = 0; i < count; ++i) {
        const double log_q = std::log1p(-z[i]);
        if (!converged || !(1 + e * sums[i] > 0))
            purchases[i] = by_quadrature(*this, x, beta, times[i] / age);
        else if (std::abs(e) < 1e-300)
            purchases[i] = -C * (sums[i] + log_q);
        else
            purchases[i] = -C * std::expm1(std::log1p(e * sums[i]) + e * log_q) / e;
    }
}

template void BetaGeometric::purchases_if_alive(const History &, const double (&)[1],
                                                double (&)[1]) const noexcept;
template void BetaGeometric::purchases_if_alive(const History &, const double (&)[12],
                                                double (&)[12]) const noexcept;

bool fit_beta_geometric(bool modified, std::span<const History> rows, double mean_age,
                        ShouldStop should_stop, Fit &fit) {
    return fit_model<4>(LogLikelihood{modified, rows, should_stop}, {.5, mean_age / 10, 1, 2}, fit);
}

} // namespace highseas
