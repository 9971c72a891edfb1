// The numbers of the papers and of other implementations.
#include "catch.hpp"

#include "cdnow_histories.hpp"
#include "core/value/lifetime.hpp"

using namespace highseas;

namespace {

bool near(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

Fit fit_rows(Model model, std::vector<History> rows) {
    std::span<History> span(rows);
    Fit fit;
    REQUIRE(fit_lifetime(model, span, never_stop, fit).ok());
    return fit;
}

Fit fit_cdnow(Model model) {
    return fit_rows(model, cdnow::histories(cdnow::sample()));
}

// Some of the numbers were published for weeks rounded to two decimals.
double rounded(double weeks) {
    return std::round(100 * weeks) / 100;
}

FittedModel model(Model m, Vector<4> parameters) {
    return {m, TimeUnit::week, parameters};
}

double alive(const FittedModel &m, History h) {
    double result = 0;
    REQUIRE(p_alive(m, h, result).ok());
    return result;
}

double purchases(const FittedModel &m, History h, double t) {
    double result = 0;
    REQUIRE(expected_purchases(m, h, t, result).ok());
    return result;
}

double likelihood(const FittedModel &m, History h) {
    double result = 0;
    REQUIRE(log_likelihood(m, h, result).ok());
    return result;
}

} // namespace

TEST_CASE("lifetime: the published fits of CDNOW") {
    const Fit bg = fit_cdnow(Model::bg_nbd);
    CHECK(bg.status == FitOutcome::ok);
    CHECK(bg.customers == 2357);
    CHECK(near(bg.parameters[0], .2425945, 5e-7));
    CHECK(near(bg.parameters[1], 4.4136019, 5e-6));
    CHECK(near(bg.parameters[2], .7929199, 5e-6));
    CHECK(near(bg.parameters[3], 2.4258881, 2e-5));
    CHECK(near(bg.log_likelihood, -9582.429, 5e-4));

    auto rows = cdnow::histories(cdnow::sample());
    for (History &row : rows)
        row = {row.repeats, rounded(row.recency), rounded(row.age)};
    const Fit mbg = fit_rows(Model::mbg_nbd, rows);
    CHECK(mbg.status == FitOutcome::ok);
    CHECK(near(mbg.parameters[0], .525, 5e-4));
    CHECK(near(mbg.parameters[1], 6.183, 5e-4));
    CHECK(near(mbg.parameters[2], .891, 5e-4));
    CHECK(near(mbg.parameters[3], 1.614, 5e-4));
    CHECK(near(mbg.log_likelihood, -9582.133, 5e-4));

    const Fit pareto = fit_cdnow(Model::pareto_nbd);
    CHECK(pareto.status == FitOutcome::ok);
    CHECK(near(pareto.parameters[0], .553, 6e-4));
    CHECK(near(pareto.parameters[1], 10.578, 6e-3));
    CHECK(near(pareto.parameters[2], .606, 6e-4));
    CHECK(near(pareto.parameters[3], 11.669, 2e-2));
    CHECK(near(pareto.log_likelihood, -9594.976, 5e-4));
    CHECK(near(pareto.standard_errors[0], .0476264, 5e-6));
    CHECK(near(pareto.standard_errors[1], .8427222, 5e-5));
    CHECK(near(pareto.standard_errors[2], .1872594, 5e-5));
    CHECK(near(pareto.standard_errors[3], 6.2105448, 5e-3));
}

TEST_CASE("lifetime: the published Gamma-Gamma fit of CDNOW") {
    auto rows = cdnow::spendings(cdnow::sample());
    const auto customers = rows;
    REQUIRE(rows.size() == 946);
    std::span<Spending> span(rows);
    Fit fit;
    REQUIRE(fit_spending(span, never_stop, fit).ok());
    CHECK(fit.status == FitOutcome::ok);
    CHECK(fit.customers == 946);
    CHECK(near(fit.parameters[0], 6.25, 6e-3));
    CHECK(near(fit.parameters[1], 3.74, 6e-3));
    CHECK(near(fit.parameters[2], 15.44, 1e-2));
    CHECK(near(fit.log_likelihood, -4055.918, 5e-4));

    const FittedModel fitted = model(Model::gamma_gamma, {6.25, 3.74, 15.44});
    const double expected[] = {24.66, 18.92, 35.22, 35.22, 35.22,
                               71.47, 18.92, 35.22, 27.29, 35.22};
    for (std::size_t i = 0; i < 10; ++i) {
        const auto &days = cdnow::sample()[i].days;
        Spending spending{-1, 0};
        for (const auto &[day, amount] : days)
            if (day <= cdnow::calibration_end && ++spending.repeats > 0)
                spending.mean_value += amount;
        spending.mean_value /= std::max(1, spending.repeats);
        std::optional<double> spend;
        REQUIRE(expected_spend(fitted, spending, spend).ok());
        CHECK(near(*spend, expected[i], 6e-3));
    }
}

TEST_CASE("lifetime: published values of BG/NBD") {
    const FittedModel round = model(Model::bg_nbd, {.25, 4, .8, 2.5});
    CHECK(near(likelihood(round, {0, 0, 40}), -.59947382, 5e-9));
    CHECK(near(likelihood(round, {200, 38, 40}), 100.79569309, 5e-9));

    const FittedModel paper = model(Model::bg_nbd, {.243, 4.414, .793, 2.426});
    CHECK(near(purchases(paper, {2, 30.43, 38.86}, 39), 1.22602817, 5e-9));
    CHECK(near(alive(paper, {2, 30.43, 38.86}), .72657857, 5e-9));
    CHECK(near(purchases(paper, {7, 29.43, 38.86}, 39), 3.33705327, 5e-9));
    CHECK(near(alive(paper, {7, 29.43, 38.86}), .64175635, 5e-9));
    CHECK(near(purchases(paper, {0, 0, 38.86}, 39), .19509805, 5e-9));
    CHECK(alive(paper, {0, 0, 38.86}) == 1);

    const FittedModel fitted = model(Model::bg_nbd, fit_cdnow(Model::bg_nbd).parameters);
    CHECK(near(purchases(fitted, {0, 0, 0}, 1), .0532, 5e-5));
    CHECK(near(purchases(fitted, {0, 0, 0}, 3), .1506, 5e-5));
    CHECK(near(purchases(fitted, {0, 0, 0}, 32), 1.0437, 5e-5));
    CHECK(near(purchases(fitted, {0, 0, 0}, 78), 1.8576, 1e-3));
}

TEST_CASE("lifetime: published values of Pareto/NBD") {
    const FittedModel paper = model(Model::pareto_nbd, {.5534, 10.5802, .6061, 11.6562});
    const History heavy{26, 30.86, 31};
    CHECK(near(purchases(paper, heavy, 52), 25.4549135, 5e-8));
    CHECK(near(alive(paper, heavy), .99791777, 5e-9));
    double discounted = 0;
    REQUIRE(discounted_purchases(paper, heavy, .0027, discounted).ok());
    CHECK(near(discounted, 86.03037562, 5e-9));
    CHECK(near(alive(paper, {0, 0, 38.86}), .29496149, 5e-9));

    const FittedModel other = model(Model::pareto_nbd, {.5143, 2.8845, .2856, 14.1087});
    CHECK(near(alive(other, {221, 103.42857, 103.57143}), .999596052, 5e-10));
    CHECK(near(alive(other, {161, 94.71429, 98}), .749487752, 5e-10));
}
