// The lifetime models behind one face: fits over rows in flat memory, and what a fit says about a
// customer.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "core/status.hpp"
#include "core/value/fit.hpp"
#include "core/value/history.hpp"
#include "core/value/purchase_summary.hpp"

namespace highseas {

enum class Model : unsigned char { mbg_nbd, bg_nbd, pareto_nbd, gamma_gamma };

inline constexpr std::string_view model_names[] = {"mbg_nbd", "bg_nbd", "pareto_nbd",
                                                   "gamma_gamma"};

constexpr std::string_view name_of(Model model) noexcept {
    return model_names[static_cast<std::size_t>(model)];
}

// A fit that was made earlier.
struct FittedModel {
    Model model;
    TimeUnit unit; // of the lifetime models
    Vector<4> parameters;
};

Status read_time_unit(std::string_view name, TimeUnit &unit) noexcept;
Status read_model(std::string_view model, std::span<const double> parameters,
                  std::optional<std::string_view> unit, FittedModel &fitted) noexcept;

// The rows are sorted and merged in place, so that afterwards `rows` is the part to keep.
Status fit_lifetime(Model model, std::span<History> &rows, ShouldStop should_stop, Fit &fit);
Status fit_spending(std::span<Spending> &rows, ShouldStop should_stop, Fit &fit);

Status log_likelihood(const FittedModel &fitted, const History &history, double &result) noexcept;
Status p_alive(const FittedModel &fitted, const History &history, double &result) noexcept;
// Until `horizon` from now, in the fit's unit.
Status expected_purchases(const FittedModel &fitted, const History &history, double horizon,
                          double &result) noexcept;
// Without end, discounted continuously at `rate` a unit of time: Pareto/NBD only.
Status discounted_purchases(const FittedModel &fitted, const History &history, double rate,
                            double &result) noexcept;
// Empty: the model has no mean.
Status expected_spend(const FittedModel &fitted, const Spending &spending,
                      std::optional<double> &result) noexcept;

struct LifetimeValue {
    double horizon;       // in the fit's unit
    double discount_rate; // a year: .1 is 10 %
    double margin;        // profit per amount: .3 is 30 %
};
// Σ over months (the last may be shorter) of margin · expected spend · expected purchases in the
// month, discounted from its end.
Status lifetime_value(const FittedModel &fitted, const FittedModel &spend, const History &history,
                      double mean_value, const LifetimeValue &terms,
                      std::optional<double> &result) noexcept;

} // namespace highseas
