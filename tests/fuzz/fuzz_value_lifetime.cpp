// Whatever a user passes to the lifetime models: fits made by hand, histories, rows to fit. Nothing
// may crash, hang or be undefined, and what is accepted has an answer that makes sense.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "core/value/lifetime.hpp"

using namespace highseas;

namespace {

struct Input {
    const std::uint8_t *data;
    std::size_t size;

    std::uint8_t byte() {
        if (size == 0)
            return 0;
        --size;
        return *data++;
    }

    // Any bits, or a number of an ordinary size.
    double number() {
        const int kind = byte() % 4;
        std::uint64_t bits = 0;
        for (int i = 0; i < (kind == 0 ? 8 : 2); ++i)
            bits = bits << 8 | byte();
        double value = 0;
        if (kind == 0)
            std::memcpy(&value, &bits, sizeof value);
        else if (kind == 1)
            value = std::exp2((static_cast<double>(bits) - 32768) / 1600);
        else
            value = static_cast<double>(bits) / 7;
        return value;
    }

    int integer() {
        const int kind = byte() % 3;
        int value = byte();
        for (int i = 0; i < kind; ++i)
            value = static_cast<int>(static_cast<unsigned>(value) << 8 | byte());
        return kind == 2 ? value * 127 : value;
    }
};

void require(bool condition) {
    if (!condition)
        std::abort();
}

int patience = 0;
bool stop_after_patience() noexcept {
    return --patience < 0;
}

void ask(Input &input) {
    std::vector<double> parameters;
    const std::string_view model = input.byte() % 8 ? model_names[input.byte() % 4] : "other";
    for (int i = input.byte() % 5; i > 0; --i)
        parameters.push_back(input.number());
    FittedModel fitted{};
    if (!read_model(model, parameters, name_of(static_cast<TimeUnit>(input.byte() % 4)), fitted)
             .ok())
        return;
    const History h{input.integer(), input.number(), input.number()};
    const FittedModel spend{Model::gamma_gamma, TimeUnit::day, {6.25, 3.74, 15.44, 0}};
    double value = 0;
    std::optional<double> amount;
    if (p_alive(fitted, h, value).ok())
        require(value >= 0 && value <= 1); // not NaN
    (void)log_likelihood(fitted, h, value);
    (void)expected_purchases(fitted, h, input.number(), value);
    (void)discounted_purchases(fitted, h, input.number(), value);
    (void)expected_spend(fitted, {input.integer(), input.number()}, amount);
    (void)lifetime_value(fitted, spend, h, input.number(),
                         {std::fmod(input.number(), 3653), input.number(), input.number()}, amount);
}

void fit(Input &input) {
    const int model = input.byte() % 4;
    Fit result;
    patience = 300;
    if (model == 3) {
        std::vector<Spending> rows;
        while (input.size > 0 && rows.size() < 40) {
            const Spending row{input.integer(), input.number(), input.number()};
            if (check_spending(row).ok() && row.repeats > 0 && row.mean_value > 0 &&
                check_weight(row.weight).ok() && row.weight > 0)
                rows.push_back(row);
        }
        std::span<Spending> span(rows);
        if (!rows.empty())
            (void)fit_spending(span, stop_after_patience, result);
    } else {
        std::vector<History> rows;
        while (input.size > 0 && rows.size() < 40) {
            const History row{input.integer(), input.number(), input.number(), input.number()};
            if (check_history(row).ok() && check_weight(row.weight).ok() && row.weight > 0)
                rows.push_back(row);
        }
        std::span<History> span(rows);
        if (!rows.empty())
            (void)fit_lifetime(static_cast<Model>(model), span, stop_after_patience, result);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    Input input{data, size};
    if (input.byte() % 2)
        fit(input);
    else
        ask(input);
    return 0;
}
