#include "catch.hpp"

#include <cmath>

#include "cdnow_histories.hpp"
#include "core/value/gamma_functions.hpp"
#include "core/value/gamma_gamma.hpp"
#include "core/value/lifetime.hpp"
#include "random.hpp"

using namespace highseas;

namespace {

constexpr Model lifetime_models[] = {Model::mbg_nbd, Model::bg_nbd, Model::pareto_nbd};

Fit fit_rows(Model model, std::vector<History> rows) {
    std::span<History> span(rows);
    Fit fit;
    REQUIRE(fit_lifetime(model, span, never_stop, fit).ok());
    return fit;
}

Fit fit_rows(std::vector<Spending> rows) {
    std::span<Spending> span(rows);
    Fit fit;
    REQUIRE(fit_spending(span, never_stop, fit).ok());
    return fit;
}

bool identical(const Fit &a, const Fit &b) {
    return a.parameters == b.parameters && a.standard_errors == b.standard_errors &&
           a.log_likelihood == b.log_likelihood && a.customers == b.customers &&
           a.status == b.status;
}

double uniform(Random &random) {
    return static_cast<double>((random.next() >> 11) + 1) * 0x1p-53;
}

double exponential(Random &random, double rate) {
    return -std::log(uniform(random)) / rate;
}

// With an integer shape.
double gamma(Random &random, int shape, double rate) {
    double sum = 0;
    for (int i = 0; i < shape; ++i)
        sum += exponential(random, rate);
    return sum;
}

// Customers as Pareto/NBD describes them, in whole days.
std::vector<History> simulate(int count, int r, double alpha, int s, double beta) {
    Random random(5);
    std::vector<History> rows;
    for (int i = 0; i < count; ++i) {
        const double rate = gamma(random, r, alpha),
                     end = exponential(random, gamma(random, s, beta));
        const double age = random.between(100, 400);
        History h{0, 0, age};
        for (double day = 0;;) {
            day += exponential(random, rate);
            if (day > std::min(end, age))
                break;
            ++h.repeats;
            h.recency = std::min(age, std::ceil(day));
        }
        rows.push_back(h);
    }
    return rows;
}

// The likelihood, one customer after the other, by the function for a single one.
double likelihood(Model model, const Vector<4> &parameters, const std::vector<History> &rows) {
    double sum = 0;
    for (const History &row : rows) {
        double value = 0;
        REQUIRE(log_likelihood({model, TimeUnit::week, parameters}, row, value).ok());
        sum += row.weight * value;
    }
    return sum;
}

double likelihood(const Vector<4> &parameters, const std::vector<Spending> &rows) {
    double sum = 0;
    for (const Spending &row : rows)
        sum += row.weight *
               GammaGamma{parameters[0], parameters[1], parameters[2]}.log_likelihood(row);
    return sum;
}

// The fit stands on a maximum, and its standard errors follow from the curvature there.
template <class Likelihood>
void check_maximum(const Fit &fit, Likelihood &&at) {
    INFO(fit.parameters[0] << " " << fit.parameters[1] << " " << fit.parameters[2] << " "
                           << fit.parameters[3]);
    REQUIRE(fit.status == FitOutcome::ok);
    const double top = at(fit.parameters);
    CHECK(std::abs(top - fit.log_likelihood) < 1e-9 * std::abs(top));
    const auto n = static_cast<std::size_t>(fit.count);
    const double h = 2e-3; // of the logarithms
    auto shifted = [&](std::size_t i, double by_i, std::size_t j, double by_j) {
        Vector<4> parameters = fit.parameters;
        parameters[i] *= std::exp(by_i);
        parameters[j] *= std::exp(by_j);
        return at(parameters);
    };
    // information · covariance must be the unit matrix: solve for each column by elimination
    std::vector<std::vector<double>> m(n, std::vector<double>(2 * n));
    for (std::size_t i = 0; i < n; ++i) {
        const double up = shifted(i, h, i, 0), down = shifted(i, -h, i, 0);
        CHECK(up < top);
        CHECK(down < top);
        for (std::size_t j = 0; j < n; ++j)
            m[i][j] = i == j ? (2 * top - up - down) / (h * h)
                             : (shifted(i, h, j, -h) + shifted(i, -h, j, h) - shifted(i, h, j, h) -
                                shifted(i, -h, j, -h)) /
                                   (4 * h * h);
        // the gradient, in standard errors: the search has converged
        const double relative_error = fit.standard_errors[i] / fit.parameters[i];
        CHECK(std::abs(up - down) / (2 * h) * relative_error < 2e-3);
        m[i][n + i] = 1;
    }
    for (std::size_t k = 0; k < n; ++k)
        for (std::size_t i = 0; i < n; ++i) {
            const double factor = i == k ? 1 - 1 / m[k][k] : m[i][k] / m[k][k];
            for (std::size_t j = 0; j < 2 * n; ++j)
                m[i][j] -= factor * m[k][j];
        }
    for (std::size_t i = 0; i < n; ++i) {
        INFO("standard error of parameter " << i);
        CHECK(std::abs(fit.standard_errors[i] / (fit.parameters[i] * std::sqrt(m[i][n + i])) - 1) <
              1e-2);
    }
}

} // namespace

TEST_CASE("lifetime: digamma and trigamma") {
    CHECK(std::abs(digamma(1) + .57721566490153286061) < 1e-15);
    CHECK(std::abs(digamma(.5) + 1.96351002602142347944) < 1e-14);
    CHECK(std::abs(trigamma(1) - 1.64493406684822643647) < 1e-15);
    CHECK(std::abs(trigamma(.5) - 4.93480220054467930942) < 1e-14);
    for (double z = .01; z < 1e6; z *= 1.7) {
        CHECK(std::abs(digamma(z + 1) - digamma(z) - 1 / z) < 1e-14 * (1 + 1 / z + std::log1p(z)));
        CHECK(std::abs(trigamma(z) - trigamma(z + 1) - 1 / (z * z)) < 1e-14 / (z * z) + 1e-15);
    }
}

TEST_CASE("lifetime: a fit is the maximum, and its errors are the curvature's") {
    const auto rows = cdnow::histories(cdnow::sample());
    for (Model model : lifetime_models)
        check_maximum(fit_rows(model, rows),
                      [&](const Vector<4> &at) { return likelihood(model, at, rows); });
    // scales far apart, either way: the other forms of Pareto/NBD
    for (const auto &simulated : {simulate(1000, 1, 3, 2, 300), simulate(1000, 2, 150, 1, 4)})
        check_maximum(fit_rows(Model::pareto_nbd, simulated), [&](const Vector<4> &at) {
            return likelihood(Model::pareto_nbd, at, simulated);
        });
    const auto spendings = cdnow::spendings(cdnow::sample());
    check_maximum(fit_rows(spendings),
                  [&](const Vector<4> &at) { return likelihood(at, spendings); });
}

TEST_CASE("lifetime: a fit finds what its data were made from") {
    const Fit fit = fit_rows(Model::pareto_nbd, simulate(20000, 2, 40, 1, 100));
    const double truth[] = {2, 40, 1, 100};
    for (std::size_t i = 0; i < 4; ++i) {
        INFO(fit.parameters[i] << " +- " << fit.standard_errors[i] << ", truth " << truth[i]);
        CHECK(std::abs(fit.parameters[i] - truth[i]) < 4 * fit.standard_errors[i]);
    }
}

TEST_CASE("lifetime: the unit of time changes nothing but the scale") {
    auto weeks = cdnow::histories(cdnow::sample()), days = weeks;
    for (History &h : days)
        h = {h.repeats, h.recency * 7, h.age * 7};
    for (Model model : lifetime_models) {
        const Fit by_week = fit_rows(model, weeks), by_day = fit_rows(model, days);
        CHECK(std::abs(by_day.parameters[0] - by_week.parameters[0]) < 1e-8);
        CHECK(std::abs(by_day.parameters[1] - 7 * by_week.parameters[1]) < 1e-6);
        CHECK(by_day.status == by_week.status);
    }
}

TEST_CASE("lifetime: no order of the rows changes a digit") {
    Random random(2);
    // more rows than std::sort gets at once, many of them equal
    std::vector<History> rows;
    std::vector<Spending> spendings;
    for (int copy = 0; copy < 20; ++copy) {
        for (const History &h : cdnow::histories(cdnow::sample()))
            rows.push_back({h.repeats, h.recency, h.age, .1 + random.below(7) * .3});
        for (const Spending &s : cdnow::spendings(cdnow::sample()))
            spendings.push_back({s.repeats, s.mean_value, .1 + random.below(7) * .3});
    }
    auto shuffled = [&](const auto &original) {
        auto result = original;
        const auto order = random.permutation(original.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            result[i] = original[order[i]];
        return result;
    };
    for (Model model : lifetime_models) {
        const Fit fit = fit_rows(model, rows);
        for (int round = 0; round < 3; ++round)
            CHECK(identical(fit, fit_rows(model, shuffled(rows))));
    }
    const Fit fit = fit_rows(spendings);
    for (int round = 0; round < 3; ++round) {
        const Fit other = fit_rows(shuffled(spendings));
        CHECK(identical(fit, other));
        CHECK(fit.correlation == other.correlation);
    }
}

TEST_CASE("lifetime: a weight stands for that many customers") {
    std::vector<History> rows, repeated;
    Random random(3);
    for (const History &h : cdnow::histories(cdnow::sample())) {
        const int weight = random.between(1, 3);
        rows.push_back({h.repeats, h.recency, h.age, static_cast<double>(weight)});
        repeated.insert(repeated.end(), static_cast<std::size_t>(weight), h);
    }
    for (Model model : lifetime_models)
        CHECK(identical(fit_rows(model, rows), fit_rows(model, repeated)));
}

namespace {

// So many of them, or all, no one twice.
template <class Row>
void draw(std::vector<Row> &from, int size, std::vector<Row> &drawn, Random &random) {
    const auto count = std::min(from.size(), static_cast<std::size_t>(size));
    for (std::size_t i = 0; i < count; ++i) {
        std::swap(from[i], from[i + random.next() % (from.size() - i)]);
        drawn.push_back(from[i]);
    }
}

} // namespace

TEST_CASE("lifetime: any sample, however small or odd, gives a finite and flagged fit") {
    auto customers = cdnow::histories(cdnow::cohort());
    auto spendings = cdnow::spendings(cdnow::cohort());
    Random random(1);
    int seen[4][3] = {};
    for (int round = 0; round < 1000; ++round) {
        const int sizes[] = {3, 30, 100, 1000};
        const int size = round < 200 ? 3 : random.between(3, sizes[round % 4]);
        std::vector<History> rows;
        std::vector<Spending> values;
        draw(customers, size, rows, random);
        draw(spendings, size, values, random);
        double repeats = 0;
        for (const History &h : rows)
            repeats += h.repeats;
        for (std::size_t m = 0; m < 4; ++m) {
            const Model model = static_cast<Model>(m);
            const Fit fit = m < 3 ? fit_rows(model, rows) : fit_rows(values);
            INFO(name_of(model) << ", round " << round << ", " << size << " customers");
            REQUIRE(std::isfinite(fit.log_likelihood));
            for (std::size_t i = 0; i < static_cast<std::size_t>(fit.count); ++i) {
                REQUIRE((std::isfinite(fit.parameters[i]) && fit.parameters[i] > 0));
                REQUIRE((std::isfinite(fit.standard_errors[i]) && fit.standard_errors[i] > 0));
            }
            if (m < 3 && repeats == 0)
                REQUIRE(fit.status == FitOutcome::boundary);
            ++seen[m][static_cast<std::size_t>(fit.status)];
        }
    }
    for (const auto &statuses : seen) {
        CHECK(statuses[0] > 50);
        CHECK(statuses[1] > 50);
    }
}

TEST_CASE("lifetime: degenerate samples") {
    const std::vector<std::vector<History>> samples = {
        {{0, 0, 0}},
        {{0, 0, 10}},
        {{1, 10, 10}},
        {{1000000, 10000, 10000}},
        {{1, 1e-6, 1e9}, {0, 0, 1e9}},
        std::vector<History>(50, History{3, 5, 9}),
        {{100000, 9999, 10000}, {0, 0, 1}, {1, 1, 1}},
        {{5, 2, 3, 1e-12}, {0, 0, 3, 1e12}},
    };
    for (const auto &sample : samples)
        for (Model model : lifetime_models) {
            const Fit fit = fit_rows(model, sample);
            INFO(name_of(model) << ", sample with " << sample[0].repeats << " repeats first");
            CHECK(std::isfinite(fit.log_likelihood));
            for (std::size_t i = 0; i < 4; ++i) {
                CHECK((std::isfinite(fit.parameters[i]) && fit.parameters[i] > 0));
                CHECK((std::isfinite(fit.standard_errors[i]) && fit.standard_errors[i] >= 0));
            }
        }
    for (const auto &sample : std::vector<std::vector<Spending>>{
             {{1, 5}}, std::vector<Spending>(9, Spending{2, 7}), {{1, 1e-9}, {1000000, 1e12}}}) {
        const Fit fit = fit_rows(sample);
        CHECK(std::isfinite(fit.log_likelihood));
        for (std::size_t i = 0; i < 3; ++i)
            CHECK((std::isfinite(fit.parameters[i]) && std::isfinite(fit.standard_errors[i])));
    }
}

TEST_CASE("lifetime: a fit without a mean says so") {
    Random random(6);
    std::vector<Spending> rows;
    for (int i = 0; i < 5000; ++i) { // q = .6: 1/u^(1/q) has no mean
        const int repeats = random.between(1, 3);
        const double own = std::pow(uniform(random), -1 / .6);
        rows.push_back({repeats, own * gamma(random, 2 * repeats, 2 * repeats)});
    }
    const Fit fit = fit_rows(rows);
    CHECK(fit.parameters[1] < 1);
    CHECK(std::abs(std::log(fit.parameters[0] / 2)) < 1); // nothing else is odd
    CHECK(fit.status == FitOutcome::boundary);
    std::optional<double> spend = 1;
    REQUIRE(
        expected_spend({Model::gamma_gamma, TimeUnit::day, fit.parameters}, {0, 0}, spend).ok());
    CHECK(!spend);
}

namespace {

int questions = 0, patience = 0;
bool stop_after_patience() noexcept {
    return ++questions > patience;
}

} // namespace

TEST_CASE("lifetime: an interrupted fit loses no row, and goes on to the same result") {
    std::vector<History> rows;
    for (int copy = 0; copy < 30; ++copy)
        for (const History &h : cdnow::histories(cdnow::sample()))
            rows.push_back({h.repeats, h.recency, h.age + copy * .01});
    for (Model model : lifetime_models) {
        const Fit whole = fit_rows(model, rows);
        for (int when : {0, 1, 2, 3, 5, 20}) {
            std::vector<History> copy = rows;
            std::span<History> span(copy);
            Fit fit;
            questions = 0;
            patience = when;
            REQUIRE(std::string(fit_lifetime(model, span, stop_after_patience, fit).sqlstate) ==
                    "57014");
            REQUIRE(questions == when + 1); // and not one step more
            REQUIRE(fit_lifetime(model, span, never_stop, fit).ok());
            CHECK(identical(fit, whole));
        }
    }
}

TEST_CASE("lifetime: a Pareto/NBD fit of many rows is the whole fit, in few passes over them") {
    // What passes over the rows there were, by the questions whether to stop.
    auto passes = [](std::vector<History> &rows, Fit &fit) {
        const double a_pass = static_cast<double>(rows.size()) / 1024;
        std::span<History> span(rows);
        questions = 0;
        patience = 1000000;
        REQUIRE(fit_lifetime(Model::pareto_nbd, span, stop_after_patience, fit).ok());
        REQUIRE(span.size() == rows.size());
        return questions / a_pass;
    };
    const auto sample = cdnow::histories(cdnow::sample());
    std::vector<History> apart;
    for (int copy = 0; copy < 51; ++copy)
        for (const History &h : sample) {
            apart.push_back(h);
            apart.back().age += static_cast<double>(apart.size()) * 1e-9;
        }
    Fit fit;
    CHECK(passes(apart, fit) < 8);
    const Fit plain = fit_rows(Model::pareto_nbd, sample);
    CHECK(fit.status == FitOutcome::ok);
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(std::abs(fit.parameters[i] / plain.parameters[i] - 1) < 1e-4);
    CHECK(std::abs(fit.log_likelihood / (51 * plain.log_likelihood) - 1) < 1e-6);

    // As regular as no Poisson process: the parameters run away.
    Random random(8);
    std::vector<History> regular;
    for (int i = 0; i < 120'000; ++i) {
        const double age = 20 + 80 * uniform(random);
        regular.push_back({static_cast<int>(age) / 5, std::floor(age / 5) * 5, age});
    }
    CHECK(passes(regular, fit) < 12);
    CHECK(fit.status == FitOutcome::boundary);
    CHECK(std::abs(fit.log_likelihood / likelihood(Model::pareto_nbd, fit.parameters, regular) -
                   1) < 1e-9);
}

TEST_CASE("lifetime: impossible input is refused") {
    auto refused = [](const Status &status) { return std::string(status.sqlstate) == "22023"; };
    for (const History &h : std::vector<History>{{-1, 0, 1},
                                                 {1, 2, 1},
                                                 {0, 1, 2},
                                                 {1, 0, 2},
                                                 {1, -1, 2},
                                                 {0, 0, -1},
                                                 {1, NAN, 2},
                                                 {1, 1, NAN},
                                                 {1, 1, INFINITY},
                                                 {1, -INFINITY, 1}})
        CHECK(refused(check_history(h)));
    CHECK(check_history({0, 0, 0}).ok());
    for (double weight : {-1., static_cast<double>(NAN), static_cast<double>(INFINITY)})
        CHECK(refused(check_weight(weight)));
    FittedModel fitted{};
    const double good[] = {1, 1, 1, 1}, bad[] = {1, 0, 1, 1}, worse[] = {1, NAN, 1, 1};
    CHECK(read_model("bg_nbd", good, "day", fitted).ok());
    CHECK(refused(read_model("bg_nbd", good, "fortnight", fitted)));
    CHECK(refused(read_model("bg_nbd", good, std::nullopt, fitted)));
    CHECK(refused(read_model("bg_nbd", bad, "day", fitted)));
    CHECK(refused(read_model("bg_nbd", worse, "day", fitted)));
    CHECK(refused(read_model("bg_nbd", std::span(good, 3), "day", fitted)));
    CHECK(refused(read_model("gamma_gamma", good, "day", fitted)));
    CHECK(refused(read_model("BG/NBD", good, "day", fitted)));
}
