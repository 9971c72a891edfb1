// A company's history under other rules: the arrays that SQL gathered, for the simulation.
#include "pg/postgres.hpp"

#include <algorithm>

#include "core/period/simulation.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/kept.hpp"
#include "pg/zone.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_run_simulation);
}

namespace {

using Text = std::string_view;

SimulationHistory history_from(FunctionCallInfo row) {
    return {
        array_argument<Text>(row, 0, "customer_keys"),
        array_argument<Time>(row, 1, "customer_arrived"),
        array_argument<std::int32_t>(row, 2, "customer_pools"),
        array_argument<std::int32_t>(row, 3, "customer_classes"),
        nullable_array_argument<Text>(row, 4, "customer_regions"),
        array_argument<double>(row, 5, "customer_values"),
        nullable_array_argument<Text>(row, 6, "customer_sources"),
        nullable_array_argument<Text>(row, 7, "customer_countries"),
        nullable_array_argument<Text>(row, 8, "customer_cities"),
        array_argument<Text>(row, 9, "rep_keys"),
        array_argument<Date>(row, 10, "rep_hired"),
        array_argument<Time>(row, 11, "rep_from"),
        array_argument<Time>(row, 12, "rep_until"),
        array_argument<double>(row, 13, "rep_weights"),
        array_argument<std::int32_t>(row, 14, "leave_reps"),
        array_argument<Time>(row, 15, "leave_from"),
        array_argument<Time>(row, 16, "leave_until"),
        array_argument<Text>(row, 17, "rep_region_reps"),
        array_argument<Text>(row, 18, "rep_region_regions"),
        array_argument<Text>(row, 19, "tree_regions"),
        nullable_array_argument<Text>(row, 20, "tree_parents"),
        array_argument<Text>(row, 21, "tier_names"),
        array_argument<std::int32_t>(row, 22, "tier_from_days"),
        array_argument<Text>(row, 23, "pool_keys"),
        array_argument<Text>(row, 24, "classes"),
        array_argument<std::int32_t>(row, 25, "spell_customers"),
        array_argument<std::int32_t>(row, 26, "spell_reps"),
        array_argument<std::int32_t>(row, 27, "spell_pools"),
        array_argument<std::int32_t>(row, 28, "spell_classes"),
        array_argument<Time>(row, 29, "spell_started"),
        array_argument<Time>(row, 30, "spell_ended"),
        array_argument<std::int32_t>(row, 31, "spell_begins"),
        array_argument<std::int32_t>(row, 32, "spell_ends"),
        array_argument<std::int32_t>(row, 33, "spell_to_pools"),
        array_argument<Time>(row, 34, "spell_extended"),
        array_argument<std::int32_t>(row, 35, "spell_exempt"),
        array_argument<std::int32_t>(row, 36, "follow_up_customers"),
        array_argument<Time>(row, 37, "follow_up_at"),
        array_argument<std::int32_t>(row, 38, "order_customers"),
        array_argument<Time>(row, 39, "order_at"),
        array_argument<double>(row, 40, "order_amounts"),
    };
}

SimulationRules rules_from(HeapTupleHeader tuple) {
    Fields<27> row(tuple);
    return {
        array_argument<Text>(row, 0, "deadline_rules"),
        array_argument<Text>(row, 1, "deadline_kinds"),
        nullable_array_argument<Text>(row, 2, "deadline_pools"),
        nullable_array_argument<Text>(row, 3, "deadline_tiers"),
        nullable_array_argument<Text>(row, 4, "deadline_classes"),
        nullable_array_argument<Text>(row, 5, "deadline_reps"),
        array_argument<std::int32_t>(row, 6, "deadline_amounts"),
        array_argument<Text>(row, 7, "deadline_units"),
        array_argument<Text>(row, 8, "limit_rules"),
        array_argument<Text>(row, 9, "limit_kinds"),
        nullable_array_argument<Text>(row, 10, "limit_periods"),
        nullable_array_argument<Text>(row, 11, "limit_pools"),
        nullable_array_argument<Text>(row, 12, "limit_tiers"),
        nullable_array_argument<Text>(row, 13, "limit_classes"),
        nullable_array_argument<Text>(row, 14, "limit_reps"),
        array_argument<std::int32_t>(row, 15, "limit_maxima"),
        array_argument<Time>(row, 16, "cooldowns"),
        array_argument<Time>(row, 17, "embargoes"),
        array_argument<Time>(row, 18, "rotate_after"),
        array_argument<Text>(row, 19, "methods"),
        nullable_array_argument<Text>(row, 20, "segments"),
        nullable_array_argument<double>(row, 21, "least_shares"),
        nullable_array_argument<double>(row, 22, "most_shares"),
        nullable_array_argument<Text>(row, 23, "band_classes"),
        array_argument<std::int32_t>(row, 24, "band_days"),
        array_argument<std::int32_t>(row, 25, "fallback_pools"),
        array_argument<std::int32_t>(row, 26, "new_leads"),
    };
}

} // namespace

// (history, in_force, policy, since, until, grace_until, repetitions, seed)
Datum highseas_run_simulation(PG_FUNCTION_ARGS) {
    Fields<45> row(PG_GETARG_HEAPTUPLEHEADER(0));
    const SimulationHistory history = history_from(row);
    const SimulationRules in_force = rules_from(PG_GETARG_HEAPTUPLEHEADER(1));
    const SimulationRules policy = rules_from(PG_GETARG_HEAPTUPLEHEADER(2));
    SimulationPlan plan{};
    plan.from = argument<Time>(fcinfo, 3);
    plan.to = argument<Time>(fcinfo, 4);
    plan.grace_until = argument<Time>(fcinfo, 5);
    plan.repetitions = argument<std::int32_t>(fcinfo, 6);
    plan.seed = static_cast<std::uint64_t>(argument<std::int64_t>(fcinfo, 7));
    plan.calendar = {required_argument<std::int32_t>(row, 42, "week_mask"),
                     array_argument<Date>(row, 43, "days_off"),
                     array_argument<Date>(row, 44, "days_on")};
    Time first = plan.from;
    for (Time started : history.spell_started)
        first = std::min(first, started);
    // Before that no zone had changes that anybody's customers saw.
    constexpr Time year_1900 = -100 * 366 * microseconds_per_day;
    plan.clock = local_clock(find_zone(required_argument<Text>(row, 41, "time_zone")),
                             std::max(first, year_1900), plan.to);

    const std::size_t reps = history.rep_keys.size();
    const std::span figures{pg::allocate<Estimate>(figure_count), figure_count};
    const std::span loads{pg::allocate<Estimate>(reps), reps};
    const std::span follow_ups{pg::allocate<Estimate>(reps), reps};
    run_interruptible([&] {
        return simulate(history, in_force, policy, plan, interrupt_waits, figures, loads,
                        follow_ups);
    });

    InitMaterializedSRF(fcinfo, 0);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    auto put = [&](const char *part, Text item, const Estimate &estimate) {
        Datum values[6] = {CStringGetTextDatum(part),        text_datum(item),
                           Float8GetDatum(estimate.history), Float8GetDatum(estimate.mean),
                           Float8GetDatum(estimate.lower),   Float8GetDatum(estimate.upper)};
        bool nulls[6] = {};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    };
    for (std::size_t i = 0; i < figure_count; ++i)
        put("figure", name_of(static_cast<Figure>(i)), figures[i]);
    for (std::size_t rep = 0; rep < reps; ++rep)
        put("customers held by", history.rep_keys[rep], loads[rep]);
    for (std::size_t rep = 0; rep < reps; ++rep)
        put("follow-ups of", history.rep_keys[rep], follow_ups[rep]);
    return 0;
}
