#include "core/value/pareto_nbd.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/value/gamma_functions.hpp"
#include "core/value/quadrature.hpp"

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

// The likelihood is a sum of two integrals J(i, j, p, q) = ∫₀^∞ (p + y)^−i (q + y)^−j dy, i + j >
// 1: he ended at some time after his last purchase, or buys again. Its logarithm is, for p ≥ q,
//   −ln(i+j−1) − i ln p − (j−1) ln q + ln Σ_k (i)_k / (i+j)_k z^k,  z = 1 − q/p:
// a hypergeometric series whose terms are all positive, so nothing cancels.
constexpr double slow = .9; // the z from which quadrature is cheaper

double hill(double i, double j, double p, double q) {
    double low = std::log(std::min(p, q) / (i + j - 1)),
           high = std::log(std::max(p, q) / (i + j - 1));
    for (int k = 0; k < 40; ++k) {
        const double middle = (low + high) / 2, y = std::exp(middle);
        (i * y / (p + y) + j * y / (q + y) < 1 ? low : high) = middle;
    }
    return (low + high) / 2;
}

// ln J. Calls visit(f, ln(p + y), ln(q + y), y) for each node, with f in proportion to its part of
// J; sum becomes the sum of these f.
template <class Visit>
double quadrature(double i, double j, double p, double q, double &sum, Visit &&visit) {
    const double centre = hill(i, j, p, q), y0 = std::exp(centre);
    const double curvature =
        i * p * y0 / ((p + y0) * (p + y0)) + j * q * y0 / ((q + y0) * (q + y0));
    const double top = centre - i * std::log(p + y0) - j * std::log(q + y0);
    const double width = std::min(1., 1 / std::sqrt(curvature));
    sum = integrate_line(centre, width, .125, [&](double v, double weight) {
        const double y = std::exp(v); // may be infinite
        const double lp = v < 600 ? std::log(p + y) : v, lq = v < 600 ? std::log(q + y) : v;
        const double f = weight * std::exp(v - i * lp - j * lq - top);
        visit(f, lp, lq, y);
        return f;
    });
    return top + std::log(sum);
}

double log_tail(double i, double j, double p, double q) {
    if (p < q) {
        std::swap(i, j);
        std::swap(p, q);
    }
    const double z = (p - q) / p;
    double sum = 0;
    if (z > slow)
        return quadrature(i, j, p, q, sum, [](double, double, double, double) {});
    double term = 1;
    for (int k = 0; term > 1e-17 * sum * (1 - z); ++k) {
        sum += term;
        term *= (i + k) / (i + j + k) * z;
    }
    return -std::log(i + j - 1) - i * std::log(p) - (j - 1) * std::log(q) + std::log(sum);
}

// ln J with its derivatives by (i, p, j, q), which are those by (r, alpha, s, beta).
void log_tail_by_quadrature(double i, double p, double j, double q, Derivatives<4> &d) {
    double sum = 0;
    Vector<4> mean{};
    Matrix<4> second{};
    Vector<4> curvature{}; // (ip, pp, jq, qq)
    d.value = quadrature(i, j, p, q, sum, [&](double f, double lp, double lq, double y) {
        const double ip = 1 / (p + y), iq = 1 / (q + y);
        const Vector<4> g{-lp, -i * ip, -lq, -j * iq};
        for (std::size_t a = 0; a < 4; ++a) {
            mean[a] += f * g[a];
            for (std::size_t b = 0; b <= a; ++b)
                second[a][b] += f * g[a] * g[b];
        }
        curvature[0] -= f * ip;
        curvature[1] += f * i * ip * ip;
        curvature[2] -= f * iq;
        curvature[3] += f * j * iq * iq;
    });
    for (std::size_t a = 0; a < 4; ++a) {
        d.gradient[a] = mean[a] / sum;
        for (std::size_t b = 0; b <= a; ++b)
            d.hessian[a][b] = second[a][b] / sum - mean[a] / sum * d.gradient[b];
    }
    d.hessian[1][0] += curvature[0] / sum;
    d.hessian[1][1] += curvature[1] / sum;
    d.hessian[3][2] += curvature[2] / sum;
    d.hessian[3][3] += curvature[3] / sum;
}

// For p ≥ q.
void log_tail_by_series(double i, double p, double j, double q, Derivatives<4> &d) {
    // Σ t_k, t_k = (c)_k / (e)_k z^k; the sums are of t_k times what stands in their names, with u
    // and w the first and u2 and w2 the second derivatives of its logarithm by c and e.
    const double c = i, e = i + j, z = std::max((p - q) / p, 1e-100);
    double t = 1, sum = 0, u = 0, u2 = 0, w = 0, w2 = 0;
    double s_c = 0, s_e = 0, s_k = 0, s_cc = 0, s_ce = 0, s_ee = 0, s_ck = 0, s_ek = 0, s_kk = 0;
    for (int k = 0; t * (1 + k) > 1e-17 * sum * (1 - z); ++k) {
        sum += t;
        s_c += t * u;
        s_e += t * w;
        s_k += t * k;
        s_cc += t * (u * u + u2);
        s_ce += t * u * w;
        s_ee += t * (w * w + w2);
        s_ck += t * u * k;
        s_ek += t * w * k;
        s_kk += t * k * (k - 1.);
        const double ic = 1 / (c + k), ie = 1 / (e + k);
        t *= (c + k) * ie * z;
        u += ic;
        u2 -= ic * ic;
        w -= ie;
        w2 += ie * ie;
    }
    // ln Σ by c, e, z
    const double g_c = s_c / sum, g_e = s_e / sum, g_z = s_k / sum / z;
    const double h_cc = s_cc / sum - g_c * g_c, h_ce = s_ce / sum - g_c * g_e;
    const double h_ee = s_ee / sum - g_e * g_e, h_zz = s_kk / sum / z / z - g_z * g_z;
    const double h_cz = s_ck / sum / z - g_c * g_z, h_ez = s_ek / sum / z - g_e * g_z;
    // c = i, e = i + j, z = 1 − q/p, and the elementary part
    const double A = i + j - 1, lp = std::log(p), lq = std::log(q);
    const double z_p = q / (p * p), z_q = -1 / p, z_pp = -2 * z_p / p, z_pq = 1 / (p * p);
    d.value = -std::log(A) - i * lp - (j - 1) * lq + std::log(sum);
    d.gradient = {-1 / A - lp + g_c + g_e, -i / p + g_z * z_p, -1 / A - lq + g_e,
                  -(j - 1) / q + g_z * z_q};
    const double A2 = 1 / (A * A);
    d.hessian[0][0] = A2 + h_cc + 2 * h_ce + h_ee;
    d.hessian[1][0] = -1 / p + (h_cz + h_ez) * z_p;
    d.hessian[1][1] = i / (p * p) + h_zz * z_p * z_p + g_z * z_pp;
    d.hessian[2][0] = A2 + h_ce + h_ee;
    d.hessian[2][1] = h_ez * z_p;
    d.hessian[2][2] = A2 + h_ee;
    d.hessian[3][0] = (h_cz + h_ez) * z_q;
    d.hessian[3][1] = h_zz * z_p * z_q + g_z * z_pq;
    d.hessian[3][2] = -1 / q + h_ez * z_q;
    d.hessian[3][3] = (j - 1) / (q * q) + h_zz * z_q * z_q;
}

// Only the lower triangle of the second derivatives.
Derivatives<4> log_tail_derivatives(double i, double p, double j, double q) {
    Derivatives<4> d;
    const double high = std::max(p, q), low = std::min(p, q);
    if ((high - low) / high > slow) {
        log_tail_by_quadrature(i, p, j, q, d);
    } else if (p >= q) {
        log_tail_by_series(i, p, j, q, d);
    } else { // the same with (i, p) and (j, q) exchanged
        log_tail_by_series(j, q, i, p, d);
        std::swap(d.gradient[0], d.gradient[2]);
        std::swap(d.gradient[1], d.gradient[3]);
        auto &h = d.hessian;
        std::swap(h[0][0], h[2][2]);
        std::swap(h[1][1], h[3][3]);
        std::swap(h[1][0], h[3][2]);
        std::swap(h[2][1], h[3][0]);
    }
    return d;
}

double log_add(double a, double b) {
    return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}

// ln of (he ended after his last purchase + he buys again), without the common factors.
double log_bracket(const ParetoNbd &m, const History &h) {
    const double x = h.repeats;
    return log_add(std::log(m.s) +
                       log_tail(m.r + x, m.s + 1, m.alpha + h.recency, m.beta + h.recency),
                   std::log(m.r + x) + log_tail(m.r + x + 1, m.s, m.alpha + h.age, m.beta + h.age));
}

// The part of one who ended after his last purchase, and of one who buys again.
Derivatives<4> ended_part(const Vector<4> &theta, double repeats, double recency) {
    const auto [r, alpha, s, beta] = theta;
    Derivatives<4> d = log_tail_derivatives(r + repeats, alpha + recency, s + 1, beta + recency);
    d.value += std::log(s);
    d.gradient[2] += 1 / s;
    d.hessian[2][2] -= 1 / (s * s);
    return d;
}

Derivatives<4> again_part(const Vector<4> &theta, double repeats, double age) {
    const auto [r, alpha, s, beta] = theta;
    const double n = r + repeats;
    Derivatives<4> d = log_tail_derivatives(n + 1, alpha + age, s, beta + age);
    d.value += std::log(n);
    d.gradient[0] += 1 / n;
    d.hessian[0][0] -= 1 / (n * n);
    return d;
}

// What was worked out last for an age, among customers of equal repeats: they stand in the order of
// their recencies, and the same few hundred or thousand days come again for each.
class PartsByAge {
public:
    void forget() { ++group_; }

    template <class Work>
    const Derivatives<4> &part(double age, Work &&work) {
        Entry &entry = entries_[std::bit_cast<std::uint64_t>(age) * 0x9e3779b97f4a7c15u >> 51];
        if (entry.group != group_ || entry.age != age)
            entry = {group_, age, work()};
        return entry.part;
    }

private:
    struct Entry {
        std::uint64_t group = 0;
        double age = 0;
        Derivatives<4> part;
    };

    std::uint64_t group_ = 0;
    std::vector<Entry> entries_ = std::vector<Entry>(1 << 13);
};

struct LogLikelihood {
    std::span<const History> rows;
    ShouldStop should_stop;
    PartsByAge &again;

    bool operator()(const Vector<4> &theta, Derivatives<4> &d) const {
        const auto [r, alpha, s, beta] = theta;
        for (std::size_t row = 0; row < rows.size();) {
            const int repeats = rows[row].repeats;
            const double n = r + repeats;
            double weight = 0;
            Derivatives<4> ended;
            double recency = -1;
            again.forget();
            for (; row < rows.size() && rows[row].repeats == repeats; ++row) {
                if (row % 1024 == 0 && should_stop())
                    return false;
                const History &h = rows[row];
                if (h.recency != recency) {
                    recency = h.recency;
                    ended = ended_part(theta, repeats, recency);
                }
                add_row(h.weight, ended,
                        again.part(h.age, [&] { return again_part(theta, repeats, h.age); }), d);
                weight += h.weight;
            }
            d.value += weight *
                       (std::lgamma(n) - std::lgamma(r) + r * std::log(alpha) + s * std::log(beta));
            d.gradient[0] += weight * (digamma(n) - digamma(r) + std::log(alpha));
            d.gradient[1] += weight * r / alpha;
            d.gradient[2] += weight * std::log(beta);
            d.gradient[3] += weight * s / beta;
            d.hessian[0][0] += weight * (trigamma(n) - trigamma(r));
            d.hessian[1][0] += weight / alpha;
            d.hessian[1][1] -= weight * r / (alpha * alpha);
            d.hessian[3][2] += weight / beta;
            d.hessian[3][3] -= weight * s / (beta * beta);
        }
        for (std::size_t a = 0; a < 4; ++a)
            for (std::size_t b = 0; b < a; ++b)
                d.hessian[b][a] = d.hessian[a][b];
        return true;
    }

    static void add_row(double weight, const Derivatives<4> &ended, const Derivatives<4> &again,
                        Derivatives<4> &d) {
        const double u = ended.value - again.value, e = std::exp(-std::abs(u));
        const double w = (u > 0 ? 1 : e) / (1 + e), v = e / ((1 + e) * (1 + e));
        d.value += weight * (std::max(ended.value, again.value) + std::log(1 + e));
        for (std::size_t a = 0; a < 4; ++a) {
            const double difference = ended.gradient[a] - again.gradient[a];
            d.gradient[a] += weight * (again.gradient[a] + w * difference);
            for (std::size_t b = 0; b <= a; ++b)
                d.hessian[a][b] +=
                    weight * (w * ended.hessian[a][b] + (1 - w) * again.hessian[a][b] +
                              v * difference * (ended.gradient[b] - again.gradient[b]));
        }
    }
};

// A million rows of which no two are alike take seconds for each of the 10 to 40 steps of a search:
// most of them are made with fewer rows.
constexpr std::size_t many_rows = 100'000, fewer_rows = 20'000;

// Sorted rows: of so many in turn, the middle one with the weight of all.
std::vector<History> thinned(std::span<const History> rows) {
    const std::size_t step = (rows.size() + fewer_rows - 1) / fewer_rows;
    std::vector<History> result;
    for (std::size_t first = 0; first < rows.size(); first += step) {
        const auto part = rows.subspan(first, std::min(step, rows.size() - first));
        result.push_back(part[part.size() / 2]);
        result.back().weight = 0;
        for (const History &row : part)
            result.back().weight += row.weight;
    }
    return result;
}

} // namespace

double ParetoNbd::log_likelihood(const History &h) const noexcept {
    return std::lgamma(r + h.repeats) - std::lgamma(r) + r * std::log(alpha) + s * std::log(beta) +
           log_bracket(*this, h);
}

double ParetoNbd::p_alive(const History &h) const noexcept {
    const double alive = -(r + h.repeats) * std::log(alpha + h.age) - s * std::log(beta + h.age);
    return std::min(1., std::exp(alive - log_bracket(*this, h)));
}

double ParetoNbd::purchases_if_alive(const History &h, double time) const noexcept {
    const double e = s - 1, log_ratio = std::log1p(time / (beta + h.age));
    const double mean = std::abs(e) < 1e-300 ? log_ratio : -std::expm1(-e * log_ratio) / e;
    return (r + h.repeats) / (alpha + h.age) * (beta + h.age) * mean;
}

double ParetoNbd::discounted_if_alive(const History &h, double rate) const noexcept {
    // ∫₀^∞ e^(−z u) (1 + u)^−s du with u = e^v
    const double z = rate * (beta + h.age);
    double low = std::log(1e-3 / (s + z)), high = std::log(1e3 / z); // where 1 = z u + s u/(1+u)
    for (int k = 0; k < 40; ++k) {
        const double middle = (low + high) / 2, u = std::exp(middle);
        (z * u + s * u / (1 + u) < 1 ? low : high) = middle;
    }
    const double centre = (low + high) / 2;
    const double sum = integrate_line(centre, 1, .0625, [&](double v, double weight) {
        const double u = std::exp(v);
        return weight * std::exp(v - z * u - s * std::log1p(u));
    });
    return (r + h.repeats) / (alpha + h.age) * (beta + h.age) * sum;
}

bool fit_pareto_nbd(std::span<const History> rows, double mean_age, ShouldStop should_stop,
                    Fit &fit) {
    const Vector<4> typical{.5, mean_age / 5, .7, mean_age / 4};
    PartsByAge again;
    if (rows.size() < many_rows)
        return fit_model<4>(LogLikelihood{rows, should_stop, again}, typical, fit);
    const std::vector<History> rough = thinned(rows);
    return fit_model<4>(LogLikelihood{rough, should_stop, again}, typical, fit) &&
           refine_fit<4>(LogLikelihood{rows, should_stop, again}, typical, fit);
}

} // namespace highseas
