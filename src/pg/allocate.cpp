#include "pg/postgres.hpp"

#include "core/allocate/allocation.hpp"
#include "core/allocate/overflow.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/row.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_plan_allocation);
PG_FUNCTION_INFO_V1(highseas_rep_affinity);
PG_FUNCTION_INFO_V1(highseas_overflow_limit);
PG_FUNCTION_INFO_V1(highseas_weigh_neglect);
}

Datum highseas_plan_allocation(PG_FUNCTION_ARGS) {
    const AllocationFacts facts{
        required_argument<Text>(fcinfo, 0, "method"),
        optional_argument<double>(fcinfo, 27),
        optional_argument<double>(fcinfo, 28),
        array_argument<Text>(fcinfo, 1, "customer_keys"),
        array_argument<double>(fcinfo, 2, "customer_values"),
        nullable_array_argument<Text>(fcinfo, 3, "regions"),
        nullable_array_argument<Text>(fcinfo, 4, "classes"),
        nullable_array_argument<Text>(fcinfo, 5, "segments"),
        array_argument<Text>(fcinfo, 6, "rep_keys"),
        nullable_array_argument<Text>(fcinfo, 7, "rep_tiers"),
        array_argument<std::int32_t>(fcinfo, 8, "rep_ranks"),
        array_argument<double>(fcinfo, 9, "rep_weights"),
        array_argument<std::int32_t>(fcinfo, 10, "rep_loads"),
        array_argument<Time>(fcinfo, 11, "rep_waiting_since"),
        array_argument<Text>(fcinfo, 12, "rep_region_reps"),
        array_argument<Text>(fcinfo, 13, "rep_region_regions"),
        array_argument<Text>(fcinfo, 14, "tree_regions"),
        nullable_array_argument<Text>(fcinfo, 15, "tree_parents"),
        array_argument<Text>(fcinfo, 16, "affinity_reps"),
        nullable_array_argument<Text>(fcinfo, 17, "affinity_segments"),
        array_argument<double>(fcinfo, 18, "affinity_factors"),
        nullable_array_argument<Text>(fcinfo, 19, "tier_classes"),
        array_argument<Text>(fcinfo, 20, "tier_names"),
        array_argument<Text>(fcinfo, 21, "limit_reps"),
        array_argument<Text>(fcinfo, 22, "limit_kinds"),
        nullable_array_argument<Text>(fcinfo, 23, "limit_classes"),
        array_argument<std::int32_t>(fcinfo, 24, "limit_left"),
        array_argument<Text>(fcinfo, 25, "past_customers"),
        array_argument<Text>(fcinfo, 26, "past_reps"),
        array_argument<double>(fcinfo, 29, "rep_received"),
        optional_argument<Text>(fcinfo, 30),
        array_argument<std::int32_t>(fcinfo, 31, "rep_received_of_class"),
        array_argument<Text>(fcinfo, 32, "busy_reps"),
        nullable_array_argument<Text>(fcinfo, 33, "kinds"),
        nullable_array_argument<Text>(fcinfo, 34, "tier_kinds"),
    };
    const std::span<Allocated> plan{pg::allocate<Allocated>(facts.customer_keys.size()),
                                    facts.customer_keys.size()};
    std::optional<double> upper_bound;
    run_interruptible([&] { return plan_allocation(facts, interrupt_waits, plan, upper_bound); });

    InitMaterializedSRF(fcinfo, 0);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    auto *rep_keys = pg::allocate<Datum>(facts.rep_keys.size());
    for (std::size_t rep = 0; rep < facts.rep_keys.size(); ++rep)
        rep_keys[rep] = text_datum(facts.rep_keys[rep]);
    for (const Allocated &one : plan) {
        CHECK_FOR_INTERRUPTS();
        const bool stays = one.rep < 0;
        const bool no_next = one.next_rep < 0;
        Datum values[7] = {text_datum(facts.customer_keys[static_cast<std::size_t>(one.customer)]),
                           stays ? 0 : rep_keys[one.rep],
                           CStringGetTextDatum(stays ? name_of(one.hurdle) : name_of(one.ground)),
                           Float8GetDatum(one.value),
                           no_next ? 0 : rep_keys[one.next_rep],
                           Float8GetDatum(one.next_value),
                           Float8GetDatum(upper_bound.value_or(0))};
        bool nulls[7] = {false, stays, false, stays, no_next, no_next, !upper_bound};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
        pfree(DatumGetPointer(values[0]));
        pfree(DatumGetPointer(values[2]));
    }
    return 0;
}

Datum highseas_rep_affinity(PG_FUNCTION_ARGS) {
    const auto won = PG_GETARG_FLOAT8(0);
    const auto tried = PG_GETARG_FLOAT8(1);
    const auto average = PG_GETARG_FLOAT8(2);
    const auto prior = PG_GETARG_FLOAT8(3);

    double affinity = 0;
    check(guarded([&] { return rep_affinity(won, tried, average, prior, affinity); }));
    PG_RETURN_FLOAT8(affinity);
}

// (maximum, falls_from, step, step_days, starts_on, today)
Datum highseas_overflow_limit(PG_FUNCTION_ARGS) {
    const auto maximum = required_argument<std::int32_t>(fcinfo, 0, "maximum");
    const auto today = required_argument<std::int32_t>(fcinfo, 5, "today");
    OverflowLimit rule{maximum, optional_argument<std::int32_t>(fcinfo, 1), 1, 1, today};
    if (rule.falls_from) {
        rule.step = required_argument<std::int32_t>(fcinfo, 2, "step");
        rule.step_days = required_argument<std::int32_t>(fcinfo, 3, "step_days");
        rule.starts_on = required_argument<std::int32_t>(fcinfo, 4, "starts_on");
    }
    std::int32_t limit = 0;
    check(guarded([&] { return overflow_limit(rule, today, limit); }));
    PG_RETURN_INT32(limit);
}

// (silent_days, rhythm_days, affinity, value, headroom)
Datum highseas_weigh_neglect(PG_FUNCTION_ARGS) {
    const ServiceFacts facts{
        required_argument<double>(fcinfo, 0, "silent_days"), optional_argument<double>(fcinfo, 1),
        optional_argument<double>(fcinfo, 2), optional_argument<double>(fcinfo, 3),
        optional_argument<double>(fcinfo, 4)};
    TupleDesc descriptor = result_descriptor(fcinfo);
    Neglect neglect;
    check(guarded([&] { return weigh_neglect(facts, neglect); }));
    Datum values[2] = {Float8GetDatum(neglect.points), text_datum(neglect.reason())};
    bool nulls[2] = {false, false};
    return row(descriptor, values, nulls);
}
