#include "core/value/lifetime.hpp"

#include <algorithm>
#include <cmath>

#include "core/value/beta_geometric.hpp"
#include "core/value/gamma_gamma.hpp"
#include "core/value/pareto_nbd.hpp"

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

constexpr double months_per_year = 12;
constexpr double most_years = 100;
constexpr std::size_t parameter_counts[] = {4, 4, 4, 3};

double units_per_month(TimeUnit unit) {
    return days_of(TimeUnit::month) / days_of(unit);
}

BetaGeometric beta_geometric(const FittedModel &fitted) {
    const auto &[r, alpha, a, b] = fitted.parameters;
    return {r, alpha, a, b, fitted.model == Model::mbg_nbd};
}

ParetoNbd pareto_nbd(const FittedModel &fitted) {
    const auto &[r, alpha, s, beta] = fitted.parameters;
    return {r, alpha, s, beta};
}

Status check_lifetime_model(const FittedModel &fitted, const History &history) noexcept {
    if (fitted.model != Model::gamma_gamma)
        return check_history(history);
    return Status::error(sqlstate::bad_parameter, "a fit of \"gamma_gamma\" has no lifetimes")
        .with_hint("Pass a fit of mbg_nbd, bg_nbd or pareto_nbd.");
}

Status check_horizon(const FittedModel &fitted, double horizon) noexcept {
    const double most = most_years * months_per_year * units_per_month(fitted.unit);
    if (horizon >= 0 && horizon <= most)
        return {};
    return Status::error(sqlstate::bad_parameter, "horizon %g is out of range", horizon)
        .with_hint(
            "A horizon is a time from now in the unit of the fit, 0 to 100 years: here 0 to %g.",
            most);
}

double alive(const FittedModel &fitted, const History &history) noexcept {
    return fitted.model == Model::pareto_nbd ? pareto_nbd(fitted).p_alive(history)
                                             : beta_geometric(fitted).p_alive(history);
}

// Of one who is alive, until each of the times.
template <std::size_t count>
void purchases_if_alive(const FittedModel &fitted, const History &history,
                        const double (&times)[count], double (&purchases)[count]) noexcept {
    if (fitted.model != Model::pareto_nbd) {
        beta_geometric(fitted).purchases_if_alive(history, times, purchases);
        return;
    }
    const ParetoNbd model = pareto_nbd(fitted);
    for (std::size_t i = 0; i < count; ++i)
        purchases[i] = model.purchases_if_alive(history, times[i]);
}

template <class Row>
double total_weight(std::span<const Row> rows) {
    double sum = 0;
    for (const Row &row : rows)
        sum += row.weight;
    return sum;
}

Status stopped() {
    return Status::error(sqlstate::interrupted, "interrupted");
}

} // namespace

Status read_time_unit(std::string_view name, TimeUnit &unit) noexcept {
    const auto found = time_unit_named(name);
    if (!found)
        return Status::error(sqlstate::bad_parameter, "unknown time unit \"%.*s\"",
                             shown_length(name), name.data())
            .with_hint("One of day, week, month, year: the unit of recency and age.");
    unit = *found;
    return {};
}

Status read_model(std::string_view model, std::span<const double> parameters,
                  std::optional<std::string_view> unit, FittedModel &fitted) noexcept {
    const auto found = std::find(std::begin(model_names), std::end(model_names), model);
    if (found == std::end(model_names))
        return Status::error(sqlstate::bad_parameter, "unknown model \"%.*s\"", shown_length(model),
                             model.data())
            .with_hint("One of mbg_nbd, bg_nbd, pareto_nbd, gamma_gamma.");
    const auto position = static_cast<std::size_t>(found - std::begin(model_names));
    const std::size_t count = parameter_counts[position];
    fitted.model = static_cast<Model>(position);
    if (parameters.size() != count ||
        !std::all_of(parameters.begin(), parameters.end(),
                     [](double p) { return p >= 1e-100 && p <= 1e100; }))
        return Status::error(sqlstate::bad_parameter, "a fit has impossible parameters")
            .with_hint("A fit of %.*s has %zu positive parameters.", shown_length(model),
                       model.data(), count);
    std::copy(parameters.begin(), parameters.end(), fitted.parameters.begin());
    fitted.unit = TimeUnit::day;
    if (fitted.model == Model::gamma_gamma)
        return {};
    return read_time_unit(unit.value_or(""), fitted.unit);
}

Status fit_lifetime(Model model, std::span<History> &rows, ShouldStop should_stop, Fit &fit) {
    if (!merge_equal(rows, should_stop))
        return stopped();
    double age = 0, repeats = 0;
    const double customers = total_weight<History>(rows);
    for (const History &row : rows) {
        age += row.weight * row.age;
        repeats += row.weight * row.repeats;
    }
    const double mean_age = age > 0 ? age / customers : 1;
    const bool done = model == Model::pareto_nbd ? fit_pareto_nbd(rows, mean_age, should_stop, fit)
                                                 : fit_beta_geometric(model == Model::mbg_nbd, rows,
                                                                      mean_age, should_stop, fit);
    if (!done)
        return stopped();
    fit.customers = customers;
    if (repeats == 0)
        fit.status = FitOutcome::boundary; // nothing to learn a rate from
    return {};
}

Status fit_spending(std::span<Spending> &rows, ShouldStop should_stop, Fit &fit) {
    if (!merge_equal(rows, should_stop) || !fit_gamma_gamma(rows, should_stop, fit))
        return stopped();
    fit.customers = total_weight<Spending>(rows);
    return {};
}

Status log_likelihood(const FittedModel &fitted, const History &history, double &result) noexcept {
    if (Status status = check_lifetime_model(fitted, history); !status.ok())
        return status;
    result = fitted.model == Model::pareto_nbd ? pareto_nbd(fitted).log_likelihood(history)
                                               : beta_geometric(fitted).log_likelihood(history);
    return {};
}

Status p_alive(const FittedModel &fitted, const History &history, double &result) noexcept {
    if (Status status = check_lifetime_model(fitted, history); !status.ok())
        return status;
    result = alive(fitted, history);
    return {};
}

Status expected_purchases(const FittedModel &fitted, const History &history, double horizon,
                          double &result) noexcept {
    if (Status status = check_lifetime_model(fitted, history); !status.ok())
        return status;
    if (Status status = check_horizon(fitted, horizon); !status.ok())
        return status;
    const double times[] = {horizon};
    double purchases[1];
    purchases_if_alive(fitted, history, times, purchases);
    result = purchases[0] * alive(fitted, history);
    return {};
}

Status discounted_purchases(const FittedModel &fitted, const History &history, double rate,
                            double &result) noexcept {
    if (fitted.model != Model::pareto_nbd)
        return Status::error(sqlstate::bad_parameter,
                             "discounted purchases without end need a fit of \"pareto_nbd\"");
    if (Status status = check_history(history); !status.ok())
        return status;
    if (!(rate > 0 && std::isfinite(rate)))
        return Status::error(sqlstate::bad_parameter, "discount rate %g is out of range", rate)
            .with_hint("Without end only a rate above 0 gives a sum.");
    const ParetoNbd model = pareto_nbd(fitted);
    result = model.p_alive(history) * model.discounted_if_alive(history, rate);
    return {};
}

Status expected_spend(const FittedModel &fitted, const Spending &spending,
                      std::optional<double> &result) noexcept {
    if (fitted.model != Model::gamma_gamma)
        return Status::error(sqlstate::bad_parameter,
                             "expected spend needs a fit of \"gamma_gamma\"");
    if (Status status = check_spending(spending); !status.ok())
        return status;
    const auto &[p, q, gamma, _] = fitted.parameters;
    result = GammaGamma{p, q, gamma}.expected_spend(spending);
    return {};
}

Status lifetime_value(const FittedModel &fitted, const FittedModel &spend, const History &history,
                      double mean_value, const LifetimeValue &terms,
                      std::optional<double> &result) noexcept {
    if (Status status = check_lifetime_model(fitted, history); !status.ok())
        return status;
    if (Status status = check_horizon(fitted, terms.horizon); !status.ok())
        return status;
    if (Status status = expected_spend(spend, {history.repeats, mean_value}, result); !status.ok())
        return status;
    if (!(terms.discount_rate >= 0 && std::isfinite(terms.discount_rate)))
        return Status::error(sqlstate::bad_parameter, "discount rate %g is out of range",
                             terms.discount_rate)
            .with_hint("A rate a year, 0 or more: .1 is 10 %%.");
    if (!std::isfinite(terms.margin))
        return Status::error(sqlstate::bad_parameter, "margin must be finite");
    if (!result)
        return {};

    constexpr std::size_t year = 12; // months
    const double month = units_per_month(fitted.unit);
    const double rate = std::log1p(terms.discount_rate) / months_per_year;
    const double factor = std::exp(-rate), last = std::exp(-rate * terms.horizon / month);
    double sum = 0, before = 0, discount = 1;
    for (double first = 0; first * month < terms.horizon; first += year) {
        double ends[year], times[year], purchases[year];
        for (std::size_t i = 0; i < year; ++i) {
            ends[i] = (first + static_cast<double>(i) + 1) * month;
            times[i] = std::min(ends[i], terms.horizon);
        }
        purchases_if_alive(fitted, history, times, purchases);
        for (std::size_t i = 0; i < year; ++i) {
            discount = ends[i] <= terms.horizon ? discount * factor : last;
            sum += (purchases[i] - before) * discount;
            before = purchases[i];
        }
    }
    result = *result * sum * alive(fitted, history) * terms.margin;
    return {};
}

} // namespace highseas
