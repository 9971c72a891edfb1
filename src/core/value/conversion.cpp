#include "core/value/conversion.hpp"

#include <algorithm>
#include <cstdio>

#include "core/no_postgres.hpp"

namespace highseas {

const char *name_of(FitStatus status) noexcept {
    switch (status) {
    case FitStatus::ok:
        return "ok";
    case FitStatus::miscalibrated:
        return "miscalibrated";
    case FitStatus::thin:
        return "thin";
    case FitStatus::separated:
        return "separated";
    case FitStatus::too_small:
        break;
    }
    return "too_small";
}

void look_at_calibration(ConversionFit &fit) noexcept {
    const Validation &found = fit.validation;
    if (fit.status != FitStatus::ok || found.log_loss < found.base_log_loss)
        return;
    fit.status = FitStatus::miscalibrated;
    std::snprintf(fit.remark, sizeof fit.remark,
                  "the chances are worse than the overall share (log loss %.3g, not below %.3g); "
                  "at best their order counts (AUC %.3g)",
                  found.log_loss, found.base_log_loss, found.auc);
}

Status check_model(ConversionModel &model, std::span<std::size_t> first) noexcept {
    auto refuse = [] {
        return Status::error(sqlstate::bad_parameter, "the fit is not sound")
            .with_hint("Take it as fit_logistic() or fit_naive_bayes() made it.");
    };
    std::size_t column = 0;
    if (!std::isfinite(model.intercept))
        return refuse();
    first[0] = 0;
    for (std::size_t i = 0; i < model.terms.size(); ++i) {
        const ConversionTerm &term = model.terms[i];
        if (term.column < 0 || static_cast<std::size_t>(term.column) >= model.kinds.size())
            return refuse();
        const auto here = static_cast<std::size_t>(term.column);
        if (here < column || term.is_level != (model.kinds[here] == ColumnKind::level))
            return refuse();
        while (column < here)
            first[++column] = i;
        if (i > first[column] && !(term.is_level && model.terms[i - 1].level < term.level))
            return refuse();
        for (double value : {term.constant, term.center, term.coefficient, term.curvature})
            if (!std::isfinite(value))
                return refuse();
    }
    while (column < model.kinds.size())
        first[++column] = model.terms.size();
    model.first = first;
    return {};
}

double column_effect(const ConversionModel &model, std::size_t column, const Cell &cell) noexcept {
    const ConversionTerm *begin = model.terms.data() + model.first[column];
    const ConversionTerm *end = model.terms.data() + model.first[column + 1];
    if (!cell.known || begin == end)
        return 0;
    if (model.kinds[column] == ColumnKind::number) {
        const double distance = cell.number - begin->center;
        return begin->constant + distance * (begin->coefficient + distance * begin->curvature);
    }
    const ConversionTerm *term =
        std::lower_bound(begin, end, cell.level,
                         [](const ConversionTerm &a, std::string_view b) { return a.level < b; });
    return term != end && term->level == cell.level ? term->coefficient : 0;
}

} // namespace highseas
