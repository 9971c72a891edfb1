// Any leads: a fit that is finite, and that can be read back; any arrays for a fit: refused, or an
// effect.
#include <bit>
#include <cmath>
#include <vector>

#include "core/value/conversion.hpp"
#include "input.hpp"

using namespace highseas;

namespace {

constexpr std::string_view names[] = {"a", "b", "c", "", "\xff"};

void read_back(Input &input) {
    std::vector<ColumnKind> kinds;
    for (int i = input.below(4); i > 0; --i)
        kinds.push_back(input.below(2) ? ColumnKind::level : ColumnKind::number);
    std::vector<ConversionTerm> terms;
    for (int i = input.below(6); i > 0; --i)
        terms.push_back({input.below(5) - 1, input.below(2) == 1, names[input.below(5)],
                         input.take<double>(), input.take<double>(), input.take<double>(),
                         input.take<double>(), 0});
    ConversionModel model{input.take<double>(), kinds, terms, {}};
    std::vector<std::size_t> first(kinds.size() + 1);
    if (!check_model(model, first).ok())
        return;
    for (std::size_t column = 0; column < kinds.size(); ++column)
        column_effect(model, column,
                      {input.below(2) == 1, input.take<double>(), names[input.below(5)]});
}

void fit(Input &input) {
    const bool bayes = input.below(2) == 1;
    const double weight = std::pow(10, input.below(13) - 6);
    std::vector<ColumnKind> kinds;
    std::vector<std::span<const std::string_view>> levels;
    for (int i = input.below(4); i > 0; --i) {
        kinds.push_back(input.below(2) ? ColumnKind::level : ColumnKind::number);
        levels.emplace_back();
        if (kinds.back() == ColumnKind::level)
            levels.back() = names;
    }
    // Few bytes stand for many rows: each comes several times.
    std::vector<std::uint32_t> words;
    while (!input.empty()) {
        std::vector<std::uint32_t> row{static_cast<std::uint32_t>(input.below(2))};
        for (ColumnKind kind : kinds) {
            if (kind == ColumnKind::level) {
                const int code = input.below(6);
                row.push_back(code == 5 ? unknown_level : static_cast<std::uint32_t>(code));
                continue;
            }
            const auto number = input.take<float>();
            row.push_back(std::bit_cast<std::uint32_t>(
                std::isfinite(number) ? number : std::numeric_limits<float>::quiet_NaN()));
        }
        for (int times = input.below(30); times >= 0; --times)
            words.insert(words.end(), row.begin(), row.end());
    }
    const std::span<const std::uint32_t> chunk(words);
    std::vector<ConversionTerm> terms(5 * kinds.size());
    ConversionFit result{};
    result.terms = terms;
    const Status status = (bayes ? fit_naive_bayes : fit_logistic)({kinds, levels, {&chunk, 1}},
                                                                   weight, never_stop, result);
    require(status.ok());
    if (result.status == FitStatus::too_small)
        return;
    require(std::isfinite(result.validation.log_loss));
    require(result.validation.auc >= 0 && result.validation.auc <= 1);
    ConversionModel model{result.intercept,
                          kinds,
                          std::span<const ConversionTerm>(terms).first(result.term_count),
                          {}};
    std::vector<std::size_t> first(kinds.size() + 1);
    require(check_model(model, first).ok());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    Input input(data, size);
    if (input.below(4) == 0)
        read_back(input);
    else
        fit(input);
    return 0;
}
