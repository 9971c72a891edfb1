// Maximum likelihood for models whose parameters are all positive: a damped Newton search over
// their logarithms. Where the likelihood is flat (small and odd samples: it has no maximum, or one
// that says nothing), a weak prior decides: each logarithm is normal around that of a typical
// value.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>

#include "core/status.hpp"
#include "core/value/derivatives.hpp"

namespace highseas {

enum class FitOutcome : unsigned char {
    ok,          // the likelihood has its maximum here
    regularised, // the likelihood is flat, and the prior decided
    boundary     // at the edge of what the model can say
};

constexpr std::string_view name_of(FitOutcome status) noexcept {
    constexpr std::string_view names[] = {"ok", "regularised", "boundary"};
    return names[static_cast<int>(status)];
}

struct Fit {
    int count = 0; // of the parameters
    Vector<4> parameters{};
    Vector<4> standard_errors{};
    double log_likelihood = 0;
    double customers = 0;   // sum of the weights
    double correlation = 0; // of repeats and value (Gamma-Gamma)
    FitOutcome status = FitOutcome::ok;
};

namespace fitting {

inline constexpr double prior_sd = 1;  // of a logarithm: mostly 1/7 … 7 times the typical value
inline constexpr double farthest = 7;  // from the typical value, in logarithms: a factor of 1,100
inline constexpr double vaguest = 1.5; // standard error of a logarithm: a factor of 4 either way
inline constexpr double longest_step = 2;
inline constexpr int most_steps = 60;          // a search that ends well takes up to 20
inline constexpr int most_refining_steps = 10; // from close by, 3 or 4 do

// Lower triangle with L Lᵀ = m; false when m is not positive definite.
template <std::size_t n>
bool cholesky(const Matrix<n> &m, Matrix<n> &lower) {
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = m[i][j];
            for (std::size_t k = 0; k < j; ++k)
                sum -= lower[i][k] * lower[j][k];
            if (i == j && !(sum > 1e-14 * std::abs(m[i][i])))
                return false;
            lower[i][j] = i == j ? std::sqrt(sum) : sum / lower[j][j];
        }
    return true;
}

template <std::size_t n>
Vector<n> solve(const Matrix<n> &lower, Vector<n> v) {
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < i; ++k)
            v[i] -= lower[i][k] * v[k];
        v[i] /= lower[i][i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k)
            v[i] -= lower[k][i] * v[k];
        v[i] /= lower[i][i];
    }
    return v;
}

template <std::size_t n>
double dot(const Vector<n> &a, const Vector<n> &b) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
        sum += a[i] * b[i];
    return sum;
}

template <std::size_t n>
struct Optimum {
    Vector<n> logarithms{};
    Vector<n> standard_errors{}; // of the logarithms
    double log_likelihood = 0;   // without the prior
    bool converged = false;
};

// From optimum.logarithms on. False: stopped.
template <std::size_t n, class Likelihood>
bool search(const Likelihood &likelihood, const Vector<n> &typical, bool with_prior, int steps,
            Optimum<n> &optimum) {
    // The likelihood by the logarithms, with the prior where there is one.
    double plain = 0;
    auto evaluate = [&](const Vector<n> &at, Derivatives<n> &d) {
        Vector<n> theta;
        for (std::size_t i = 0; i < n; ++i)
            theta[i] = std::exp(at[i]);
        d = {};
        if (!likelihood(theta, d))
            return false;
        plain = d.value;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j)
                d.hessian[i][j] *= theta[i] * theta[j];
            d.gradient[i] *= theta[i];
            d.hessian[i][i] += d.gradient[i];
        }
        for (std::size_t i = 0; with_prior && i < n; ++i) {
            const double z = (at[i] - typical[i]) / prior_sd;
            d.value -= z * z / 2;
            d.gradient[i] -= z / prior_sd;
            d.hessian[i][i] -= 1 / (prior_sd * prior_sd);
        }
        return true;
    };

    Vector<n> at = optimum.logarithms;
    Derivatives<n> here;
    if (!evaluate(at, here))
        return false;
    optimum.log_likelihood = plain;
    double damping = 0;
    for (int k = 0; k < steps && !optimum.converged; ++k) {
        double largest = 0;
        for (std::size_t i = 0; i < n; ++i)
            largest = std::max(largest, std::abs(here.hessian[i][i]));
        Matrix<n> curvature, lower{};
        auto factorise = [&](double added) {
            for (std::size_t i = 0; i < n; ++i)
                for (std::size_t j = 0; j < n; ++j)
                    curvature[i][j] = (i == j ? added * largest : 0) - here.hessian[i][j];
            return cholesky<n>(curvature, lower);
        };
        // Close to the maximum one more step of Newton squares what is left of the error.
        const bool last = factorise(0) && dot<n>(solve<n>(lower, here.gradient), here.gradient) <
                                              1e-12 * (1 + std::abs(here.value));
        if (damping > 1e10)
            break; // not one step leads upwards, but for rounding
        if (!last && !factorise(damping)) {
            damping = std::max(1e-3, damping * 10);
            continue;
        }
        const Vector<n> step = solve<n>(lower, here.gradient);
        double length = longest_step;
        for (double s : step)
            length = std::max(length, std::abs(s));
        Vector<n> there = at;
        bool far = false;
        for (std::size_t i = 0; i < n; ++i) {
            there[i] += step[i] * longest_step / length;
            far = far || std::abs(there[i] - typical[i]) > farthest;
        }
        if (far && !with_prior)
            break; // it runs away: flat
        Derivatives<n> next;
        if (!evaluate(there, next))
            return false;
        if (last || (std::isfinite(next.value) && next.value > here.value)) {
            at = there;
            here = next;
            optimum.log_likelihood = plain;
            damping = damping < 1e-6 ? 0 : damping / 10;
            optimum.converged = last;
        } else {
            damping = std::max(1e-3, damping * 10);
        }
    }
    optimum.logarithms = at;
    Matrix<n> lower{}, information;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            information[i][j] = -here.hessian[i][j];
    if (!cholesky<n>(information, lower)) {
        optimum.converged = false;
        return true;
    }
    for (std::size_t i = 0; i < n; ++i) {
        Vector<n> unit{};
        unit[i] = 1;
        optimum.standard_errors[i] = std::sqrt(solve<n>(lower, unit)[i]);
    }
    return true;
}

template <std::size_t n, class Likelihood>
bool fit_from(const Vector<n> &start, bool with_prior, int steps, const Likelihood &likelihood,
              const Vector<n> &centre, Fit &fit) {
    Optimum<n> optimum{start};
    if (!search<n>(likelihood, centre, with_prior, steps, optimum))
        return false;
    if (!with_prior &&
        (!optimum.converged || *std::max_element(optimum.standard_errors.begin(),
                                                 optimum.standard_errors.end()) > vaguest)) {
        with_prior = true;
        optimum = {start};
        if (!search<n>(likelihood, centre, with_prior, steps, optimum))
            return false;
    }
    fit.status = with_prior ? FitOutcome::regularised : FitOutcome::ok;
    fit.count = static_cast<int>(n);
    for (std::size_t i = 0; i < n; ++i) {
        fit.parameters[i] = std::exp(optimum.logarithms[i]);
        fit.standard_errors[i] = fit.parameters[i] * optimum.standard_errors[i];
        if (!optimum.converged || std::abs(optimum.logarithms[i] - centre[i]) > farthest)
            fit.status = FitOutcome::boundary;
    }
    fit.log_likelihood = optimum.log_likelihood;
    return true;
}

template <std::size_t n>
Vector<n> logarithms(const double *values) {
    Vector<n> result;
    for (std::size_t i = 0; i < n; ++i)
        result[i] = std::log(values[i]);
    return result;
}

} // namespace fitting

// `likelihood(parameters, derivatives)` adds up and returns false when it was stopped. False:
// stopped.
template <std::size_t n, class Likelihood>
bool fit_model(const Likelihood &likelihood, const Vector<n> &typical, Fit &fit) {
    const Vector<n> centre = fitting::logarithms<n>(typical.data());
    return fitting::fit_from<n>(centre, false, fitting::most_steps, likelihood, centre, fit);
}

// From a fit to nearly the same likelihood: where that one was flat, so is this one. A fit at the
// boundary stays there: its parameters mean nothing, and to look for better ones takes the longest.
template <std::size_t n, class Likelihood>
bool refine_fit(const Likelihood &likelihood, const Vector<n> &typical, Fit &fit) {
    const int steps = fit.status == FitOutcome::boundary ? 0 : fitting::most_refining_steps;
    return fitting::fit_from<n>(fitting::logarithms<n>(fit.parameters.data()),
                                fit.status != FitOutcome::ok, steps, likelihood,
                                fitting::logarithms<n>(typical.data()), fit);
}

} // namespace highseas
