// The closed forms against the definitions: integrals over what differs between customers, added up
// on a fine grid.
#include "catch.hpp"

#include <algorithm>
#include <cmath>

#include "core/value/lifetime.hpp"
#include "random.hpp"

using namespace highseas;

namespace {

double uniform(Random &random, double low, double high) {
    return low + (high - low) * static_cast<double>(random.next() >> 11) * 0x1p-53;
}

// Between low and high, as often small as large.
double spread(Random &random, double low, double high) {
    return low * std::pow(high / low, uniform(random, 0, 1));
}

History random_history(Random &random) {
    const double age = spread(random, .5, 100);
    if (random.chance(30))
        return {0, 0, age};
    return {random.between(1, 25), age * uniform(random, .05, 1), age};
}

// ∫ f(value) · gamma density: in ln value.
template <class Function>
double over_gamma(double shape, double rate, Function &&f, double step = .1) {
    double sum = 0;
    const double norm = shape * std::log(rate) - std::lgamma(shape);
    for (double v = -34 / std::min(shape, 1.); v < std::log((700 + 4 * shape) / rate); v += step)
        sum += f(std::exp(v)) * std::exp(norm + shape * v - rate * std::exp(v));
    return sum * step;
}

template <class Function>
double over_beta(double a, double b, Function &&f) {
    constexpr double step = .1;
    double sum = 0;
    const double norm = std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b);
    for (double v = -34 / std::min(a, 1.); v < 34 / std::min(b, 1.); v += step) {
        const double p = 1 / (1 + std::exp(-v)), q = 1 / (1 + std::exp(v));
        sum += f(p, q) * std::exp(norm + a * std::log(p) + b * std::log(q));
    }
    return sum * step;
}

struct Reference {
    double likelihood, alive, purchases;
};

// Given rate λ and probability p of an end: the likelihood, its part with the customer alive, and
// that part times his purchases until `time` later.
Reference beta_geometric(bool modified, Vector<4> theta, History h, double time) {
    const auto [r, alpha, a, b] = theta;
    Reference sum{};
    // λ^x e^(−λT) without its size, which would underflow: the same factor everywhere
    const double scale = h.repeats > 0 ? h.repeats * std::log(h.repeats / (alpha + h.age)) : 0;
    auto poisson = [&](double rate, double until) {
        return std::exp((h.repeats ? h.repeats * std::log(rate) : 0) - rate * until - scale);
    };
    auto part = [&](int what) {
        return over_gamma(r, alpha, [&](double rate) {
            const double here = poisson(rate, h.age), gone = poisson(rate, h.recency);
            if (here + gone < 1e-40)
                return 0.;
            return over_beta(a, b, [&](double p, double q) {
                const double survived = std::pow(q, h.repeats + (modified ? 1 : 0)) * here;
                if (what == 1)
                    return survived;
                if (what == 2)
                    return survived * -std::expm1(-rate * p * time) / p;
                const bool can_end = modified || h.repeats > 0;
                return survived +
                       (can_end ? p * std::pow(q, h.repeats - (modified ? 0 : 1)) * gone : 0);
            });
        });
    };
    sum.likelihood = part(0);
    sum.alive = part(1) / sum.likelihood;
    sum.purchases = part(2) / sum.likelihood;
    sum.likelihood = std::log(sum.likelihood) + scale;
    return sum;
}

Reference pareto(Vector<4> theta, History h, double time, double rate_of_discount,
                 double &discounted) {
    const auto [r, alpha, s, beta] = theta;
    const double scale = h.repeats > 0 ? h.repeats * std::log(h.repeats / (alpha + h.age)) : 0;
    auto part = [&](int what) {
        return over_gamma(r, alpha, [&](double rate) {
            const double power = (h.repeats ? h.repeats * std::log(rate) : 0) - scale;
            if (power - rate * h.recency < -90)
                return 0.;
            return over_gamma(s, beta, [&](double end) {
                const double total = rate + end, here = std::exp(power - total * h.age);
                if (what == 1)
                    return here;
                if (what == 2)
                    return here * rate * -std::expm1(-end * time) / end;
                if (what == 3)
                    return here * rate / (end + rate_of_discount);
                return (end * std::exp(power - total * h.recency) + rate * here) / total;
            });
        });
    };
    const double likelihood = part(0);
    discounted = part(3) / likelihood;
    return {std::log(likelihood) + scale, part(1) / likelihood, part(2) / likelihood};
}

void check_near(double value, double reference) {
    INFO(value << " instead of " << reference);
    CHECK(std::abs(value - reference) <= 1e-9 * (1e-3 + std::abs(reference)));
}

void compare(const FittedModel &fitted, const History &h, double time, const Reference &reference) {
    INFO(name_of(fitted.model) << " {" << fitted.parameters[0] << ", " << fitted.parameters[1]
                               << ", " << fitted.parameters[2] << ", " << fitted.parameters[3]
                               << "} x " << h.repeats << " t_x " << h.recency << " T " << h.age
                               << " t " << time);
    double value = 0;
    REQUIRE(log_likelihood(fitted, h, value).ok());
    check_near(value, reference.likelihood);
    REQUIRE(p_alive(fitted, h, value).ok());
    check_near(value, reference.alive);
    REQUIRE(expected_purchases(fitted, h, time, value).ok());
    check_near(value, reference.purchases);
}

} // namespace

TEST_CASE("lifetime: BG/NBD and MBG/NBD are what their definitions say") {
    Random random(11);
    for (int round = 0; round < 24; ++round) {
        // every third with a = 1 or next to it, where the closed form is singular
        const double near_one = 1 + (round % 2 ? 1e-9 : 0);
        const Vector<4> theta{spread(random, .3, 3), spread(random, 1, 20),
                              round % 3 ? spread(random, .3, 5) : near_one, spread(random, .3, 5)};
        const History h = random_history(random);
        const double time = spread(random, .1, 400);
        const bool modified = round % 4 < 2;
        const FittedModel fitted{modified ? Model::mbg_nbd : Model::bg_nbd, TimeUnit::day, theta};
        compare(fitted, h, time, beta_geometric(modified, theta, h, time));
    }
}

// Given that he is alive, the rate drops out in closed form: what is left is a mean over the
// probability of an end, which is quick enough for a wide range of parameters.
TEST_CASE("lifetime: BG/NBD and MBG/NBD far from the ordinary") {
    const double alpha = 9, age = 20;
    for (const bool modified : {true, false})
        for (const double a : {.1, .5, 5., 49., 200., 800.})
            for (const double b : {.3, 3., 1500.})
                for (const double r : {.3, 4., 60.})
                    for (const int x : {0, 3, 40})
                        for (const double time : {.5, 10., 200., 900.}) {
                            const double beta = b + x + (modified ? 1 : 0);
                            const double width = 12 * std::sqrt(1 / a + 1 / beta);
                            const double low = std::log(a / beta) - std::max(width, 40 / a);
                            const double high = std::log(a / beta) + std::max(width, 40 / beta);
                            const double norm =
                                std::lgamma(a + beta) - std::lgamma(a) - std::lgamma(beta);
                            const double step = (high - low) / 8000;
                            double sum = 0;
                            for (double v = low; v < high; v += step) {
                                const double p = 1 / (1 + std::exp(-v));
                                sum -= std::expm1(-(r + x) * std::log1p(p * time / (alpha + age))) /
                                       p *
                                       std::exp(norm - a * std::log1p(std::exp(-v)) -
                                                beta * std::log1p(std::exp(v)));
                            }
                            const FittedModel fitted{modified ? Model::mbg_nbd : Model::bg_nbd,
                                                     TimeUnit::day,
                                                     {r, alpha, a, b}};
                            const History h{x, x ? 15. : 0, age};
                            double purchases = 0, alive = 0;
                            REQUIRE(expected_purchases(fitted, h, time, purchases).ok());
                            REQUIRE(p_alive(fitted, h, alive).ok());
                            INFO("a " << a << " b " << b << " r " << r << " x " << x << " t "
                                      << time);
                            check_near(purchases / alive, sum * step);
                        }
}

TEST_CASE("lifetime: Pareto/NBD is what its definition says") {
    Random random(12);
    for (int round = 0; round < 16; ++round) {
        // every fourth with scales far apart or equal, where another form is used
        const double alpha = spread(random, 1, 20);
        const double beta = round % 4    ? spread(random, 1, 20)
                            : round % 8  ? alpha
                            : round % 16 ? alpha * 200
                                         : alpha / 200;
        const Vector<4> theta{spread(random, .3, 3), alpha, round % 5 ? spread(random, .3, 3) : 1.,
                              beta};
        const History h = random_history(random);
        const double time = spread(random, .1, 400), rate = spread(random, .001, 1);
        double discounted = 0, value = 0;
        const FittedModel fitted{Model::pareto_nbd, TimeUnit::day, theta};
        compare(fitted, h, time, pareto(theta, h, time, rate, discounted));
        REQUIRE(discounted_purchases(fitted, h, rate, value).ok());
        check_near(value, discounted);
    }
}

TEST_CASE("lifetime: Gamma-Gamma is what its definition says") {
    Random random(13);
    for (int round = 0; round < 200; ++round) {
        const double p = spread(random, .3, 10), q = spread(random, 1.2, 10);
        const double gamma = spread(random, 1, 50), m = spread(random, 1, 100);
        const int x = random.between(1, 40);
        // The mean of x purchases is gamma distributed with shape p x and rate nu x.
        auto part = [&](bool mean) {
            return over_gamma(
                q, gamma,
                [&](double nu) {
                    const double density = std::exp(p * x * std::log(nu * x) - std::lgamma(p * x) +
                                                    (p * x - 1) * std::log(m) - nu * x * m);
                    return mean ? density * p / nu : density;
                },
                .02);
        };
        const double likelihood = part(false);
        if (likelihood < 1e-250)
            continue; // out of reach for the sum
        std::optional<double> spend;
        const FittedModel fitted{Model::gamma_gamma, TimeUnit::day, {p, q, gamma}};
        REQUIRE(expected_spend(fitted, {x, m}, spend).ok());
        check_near(*spend, part(true) / likelihood);
    }
}

TEST_CASE("lifetime: the value is the discounted sum of what is expected") {
    const FittedModel spend{Model::gamma_gamma, TimeUnit::day, {6.25, 3.74, 15.44}};
    Random random(14);
    for (int round = 0; round < 60; ++round) {
        const FittedModel fitted{static_cast<Model>(round % 3),
                                 static_cast<TimeUnit>(round % 4),
                                 {spread(random, .3, 3), spread(random, 1, 20),
                                  spread(random, .3, 5), spread(random, .3, 5)}};
        const History h = random_history(random);
        const double months[] = {365.25 / 12, 365.25 / 84, 1, 1. / 12};
        const double month = months[round % 4], rate = uniform(random, 0, .3);
        const double horizon = month * uniform(random, 0, 40), mean = spread(random, 5, 80);
        double sum = 0, before = 0;
        for (int k = 1; (k - 1) * month < horizon; ++k) {
            const double end = std::min(k * month, horizon);
            double purchases = 0;
            REQUIRE(expected_purchases(fitted, h, end, purchases).ok());
            sum += (purchases - before) / std::pow(1 + rate, end / month / 12);
            before = purchases;
        }
        std::optional<double> amount, value;
        REQUIRE(expected_spend(spend, {h.repeats, mean}, amount).ok());
        REQUIRE(lifetime_value(fitted, spend, h, mean, {horizon, rate, .3}, value).ok());
        check_near(*value, sum * *amount * .3);
    }
}

TEST_CASE("lifetime: every answer is finite and makes sense") {
    Random random(15);
    const FittedModel spend{Model::gamma_gamma, TimeUnit::day, {6.25, 3.74, 15.44}};
    const double ages[] = {0, 1e-6, .01, 1, 30, 1000, 10000};
    const int repeats[] = {0, 1, 2, 10, 221, 3000, 100000};
    for (int round = 0; round < 400; ++round) {
        const FittedModel fitted{static_cast<Model>(round % 3),
                                 TimeUnit::day,
                                 {spread(random, .001, 1000), spread(random, .001, 1000),
                                  spread(random, .001, 1000), spread(random, .001, 1000)}};
        History h{repeats[random.below(7)], 0, ages[random.below(7)]};
        if (h.age == 0)
            h.repeats = 0;
        if (h.repeats > 0)
            h.recency = h.age * (random.chance(20) ? 1 : uniform(random, .001, 1));
        INFO(name_of(fitted.model)
             << " {" << fitted.parameters[0] << ", " << fitted.parameters[1] << ", "
             << fitted.parameters[2] << ", " << fitted.parameters[3] << "} x " << h.repeats
             << " t_x " << h.recency << " T " << h.age);
        double value = 0, alive = 0, before = 0;
        REQUIRE(log_likelihood(fitted, h, value).ok());
        REQUIRE(std::isfinite(value));
        REQUIRE(p_alive(fitted, h, alive).ok());
        REQUIRE((alive >= 0 && alive <= 1));
        for (double time : {0., .001, 1., 50., 365., 10000.}) {
            REQUIRE(expected_purchases(fitted, h, time, value).ok());
            INFO("until " << time << ": " << value << " after " << before);
            REQUIRE(std::isfinite(value));
            REQUIRE(value >= before * (1 - 1e-9) - 1e-300);
            // no more than at the rate of one who never ends
            REQUIRE(value <= alive * (fitted.parameters[0] + h.repeats) /
                                     (fitted.parameters[1] + h.age) * time * (1 + 1e-9) +
                                 1e-300);
            before = value;
        }
        std::optional<double> clv;
        REQUIRE(lifetime_value(fitted, spend, h, 20, {3650, .1, 1}, clv).ok());
        REQUIRE((std::isfinite(*clv) && *clv >= 0));
    }
}
