#include "core/period/simulation.hpp"

#include <cmath>

#include "core/period/simulator.hpp"
#include "core/no_postgres.hpp"

namespace highseas {
namespace {

// The two-sided 95 % point of Student's distribution (Abramowitz and Stegun 1964, 26.7.5).
double student_95(double freedom) noexcept {
    const double z = 1.959963984540054;
    const double z3 = z * z * z;
    const double z5 = z3 * z * z;
    return z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom);
}

Estimate estimate(double history, std::span<const double> values) {
    const double n = static_cast<double>(values.size());
    // From the first value, so that equal ones have just it as their mean.
    double difference = 0;
    for (double value : values)
        difference += value - values.front();
    const double mean = values.front() + difference / n;
    double squares = 0;
    for (double value : values)
        squares += (value - mean) * (value - mean);
    const double width =
        values.size() < 2 ? 0 : student_95(n - 1) * std::sqrt(squares / (n - 1) / n);
    return {history, mean, mean - width, mean + width};
}

} // namespace

const char *name_of(Figure figure) noexcept {
    static constexpr const char *names[figure_count] = {"takes",
                                                        "returns",
                                                        "expiries",
                                                        "days in the pool, mean",
                                                        "days in the pool, 90 %",
                                                        "customers held",
                                                        "most held by a rep",
                                                        "follow-ups",
                                                        "orders while held",
                                                        "value while held",
                                                        "orders taken from the holder",
                                                        "value taken from the holder",
                                                        "takes refused",
                                                        "holdings changed"};
    return names[static_cast<std::size_t>(figure)];
}

Status simulate(const SimulationHistory &history, const SimulationRules &in_force,
                const SimulationRules &policy, const SimulationPlan &plan, ShouldStop should_stop,
                std::span<Estimate> figures, std::span<Estimate> rep_loads,
                std::span<Estimate> rep_follow_ups) {
    try {
        Simulator simulator(history, policy, in_force, plan, should_stop);
        if (Status status = simulator.read(); !status.ok())
            return status;
        const Outcome record = simulator.play_record();
        std::vector<Outcome> outcomes;
        for (int repetition = 0; repetition < plan.repetitions; ++repetition) {
            outcomes.push_back(simulator.play(repetition));
            if (!simulator.has_drawn()) // the others would be just the same
                break;
        }
        std::vector<double> values(outcomes.size());
        auto fill = [&](std::span<Estimate> estimates, auto value_of) {
            for (std::size_t i = 0; i < estimates.size(); ++i) {
                for (std::size_t k = 0; k < outcomes.size(); ++k)
                    values[k] = value_of(outcomes[k], i);
                estimates[i] = estimate(value_of(record, i), values);
            }
        };
        fill(figures, [](const Outcome &one, std::size_t i) { return one.figures[i]; });
        fill(rep_loads, [](const Outcome &one, std::size_t i) { return one.rep_loads[i]; });
        fill(rep_follow_ups,
             [](const Outcome &one, std::size_t i) { return one.rep_follow_ups[i]; });
        return {};
    } catch (const Stopped &) {
        return Status::error(sqlstate::interrupted, "the simulation was interrupted");
    } catch (const Failed &failed) {
        return failed.status;
    }
}

} // namespace highseas
