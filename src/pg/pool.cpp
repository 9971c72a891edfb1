#include "pg/postgres.hpp"

#include <algorithm>

#include "core/pool/deadline.hpp"
#include "core/pool/lane.hpp"
#include "core/pool/reminder.hpp"
#include "core/pool/rotation.hpp"
#include "core/pool/tier.hpp"
#include "core/pool/verdict.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/row.hpp"
#include "pg/zone.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_tier_of);
PG_FUNCTION_INFO_V1(highseas_claim_verdict);
PG_FUNCTION_INFO_V1(highseas_due);
PG_FUNCTION_INFO_V1(highseas_next_event);
PG_FUNCTION_INFO_V1(highseas_reminders_due);
PG_FUNCTION_INFO_V1(highseas_plan_rotation);
PG_FUNCTION_INFO_V1(highseas_lane_of);
}

namespace {

std::span<const Step> steps_argument(FunctionCallInfo fcinfo, int i, const char *name) {
    const auto intervals = array_argument<Interval>(fcinfo, i, name);
    Step *steps = allocate<Step>(intervals.size());
    for (std::size_t k = 0; k < intervals.size(); ++k)
        steps[k] = {intervals[k].time, intervals[k].day, intervals[k].month};
    return {steps, intervals.size()};
}

} // namespace

Datum highseas_tier_of(PG_FUNCTION_ARGS) {
    const auto tenure_days = optional_argument<std::int32_t>(fcinfo, 0);
    const auto names = array_argument<Text>(fcinfo, 1, "names");
    const auto from_days = array_argument<std::int32_t>(fcinfo, 2, "from_days");
    if (!tenure_days)
        PG_RETURN_NULL();

    OptionalText tier;
    check(guarded([&] { return tier_of(*tenure_days, names, from_days, tier); }));
    if (!tier)
        PG_RETURN_NULL();
    return text_datum(*tier);
}

Datum highseas_claim_verdict(PG_FUNCTION_ARGS) {
    ClaimFacts facts{};
    facts.now = required_argument<Time>(fcinfo, 0, "now");
    facts.state = optional_argument<Text>(fcinfo, 1);
    facts.holder = optional_argument<Text>(fcinfo, 2);
    facts.rep = required_argument<Text>(fcinfo, 3, "rep");
    facts.embargo_until = optional_argument<Time>(fcinfo, 4);
    facts.pool_open = optional_argument<bool>(fcinfo, 5).value_or(false);
    facts.member = optional_argument<bool>(fcinfo, 6).value_or(false);
    facts.rep_active = optional_argument<bool>(fcinfo, 7).value_or(false);
    facts.cooldown_until = optional_argument<Time>(fcinfo, 8);
    facts.limits.kinds = array_argument<Text>(fcinfo, 9, "limit_kinds");
    facts.limits.rules = array_argument<Text>(fcinfo, 10, "limit_rules");
    facts.limits.maxima = array_argument<std::int32_t>(fcinfo, 11, "limit_maxima");
    facts.limits.used = array_argument<std::int32_t>(fcinfo, 12, "limit_used");
    facts.limits.resets = nullable_array_argument<Time>(fcinfo, 13, "limit_resets");
    TupleDesc descriptor = result_descriptor(fcinfo);

    Verdict verdict{};
    check(guarded([&] { return claim_verdict(facts, verdict); }));

    Datum values[6] = {BoolGetDatum(verdict.allowed)};
    bool nulls[6] = {};
    nulls[1] = nulls[2] = verdict.allowed;
    if (!verdict.allowed) {
        values[1] = text_datum(verdict.code);
        values[2] = text_datum(verdict.rule);
    }
    nulls[3] = !verdict.used;
    values[3] = Int32GetDatum(verdict.used.value_or(0));
    nulls[4] = !verdict.maximum;
    values[4] = Int32GetDatum(verdict.maximum.value_or(0));
    nulls[5] = !verdict.allowed_from;
    values[5] = TimestampTzGetDatum(verdict.allowed_from.value_or(0));
    return row(descriptor, values, nulls);
}

Datum highseas_due(PG_FUNCTION_ARGS) {
    TupleDesc descriptor = result_descriptor(fcinfo);
    const auto held_since = optional_argument<Time>(fcinfo, 0);
    const bool open_deal = required_argument<bool>(fcinfo, 5, "open_deal");
    const DeadlineRules rules{array_argument<Text>(fcinfo, 6, "kinds"),
                              array_argument<Text>(fcinfo, 7, "rules"),
                              array_argument<std::int32_t>(fcinfo, 8, "amounts"),
                              array_argument<Text>(fcinfo, 9, "units")};

    DueDate due{};
    if (held_since && !open_deal) {
        const HoldingFacts facts{
            *held_since, optional_argument<Time>(fcinfo, 1), optional_argument<Time>(fcinfo, 2),
            optional_argument<Time>(fcinfo, 3), optional_argument<Time>(fcinfo, 4)};
        Deadlines deadlines{};
        check(guarded([&] { return read_deadlines(facts, rules, deadlines); }));

        auto any = [&deadlines](auto condition) {
            return std::any_of(deadlines.begin(), deadlines.end(), [&](const Deadline &deadline) {
                return deadline.given && condition(deadline.window.unit);
            });
        };
        pg_tz *zone = nullptr;
        if (any(is_local))
            zone = find_zone(required_argument<Text>(fcinfo, 10, "zone"));
        WorkingDays calendar;
        if (any([](Unit unit) { return unit == Unit::working_day; }))
            calendar = {required_argument<std::int32_t>(fcinfo, 11, "week_mask"),
                        array_argument<Date>(fcinfo, 12, "days_off"),
                        array_argument<Date>(fcinfo, 13, "days_on")};

        for (Deadline &deadline : deadlines)
            if (deadline.given && is_local(deadline.window.unit))
                deadline.base = to_local(zone, deadline.base);
        check(guarded([&] { return close_windows(deadlines, calendar); }));
        for (Deadline &deadline : deadlines)
            if (deadline.given && is_local(deadline.window.unit))
                deadline.end = to_instant(zone, deadline.end);
        due = decide_due(facts, deadlines);
    }

    Datum values[2] = {TimestampTzGetDatum(due.at.value_or(0)), 0};
    bool nulls[2] = {!due.at, !due.at};
    if (due.at)
        values[1] = text_datum(due.rule);
    return row(descriptor, values, nulls);
}

Datum highseas_next_event(PG_FUNCTION_ARGS) {
    const auto due_at = optional_argument<Time>(fcinfo, 0);
    const auto steps = steps_argument(fcinfo, 1, "remind_before");
    const auto reminded = required_argument<std::int32_t>(fcinfo, 2, "reminded");
    if (!due_at)
        PG_RETURN_NULL();

    Time event = 0;
    check(guarded([&] { return next_event(*due_at, steps, reminded, event); }));
    PG_RETURN_TIMESTAMPTZ(event);
}

Datum highseas_reminders_due(PG_FUNCTION_ARGS) {
    const auto due_at = optional_argument<Time>(fcinfo, 0);
    const auto steps = steps_argument(fcinfo, 1, "remind_before");
    const Time now = required_argument<Time>(fcinfo, 2, "now");
    if (!due_at)
        PG_RETURN_INT32(0);

    int count = 0;
    check(guarded([&] { return reminders_due(*due_at, steps, now, count); }));
    PG_RETURN_INT32(count);
}

Datum highseas_plan_rotation(PG_FUNCTION_ARGS) {
    const RotationFacts facts{
        array_argument<Text>(fcinfo, 0, "customer_keys"),
        array_argument<float>(fcinfo, 1, "scores"),
        nullable_array_argument<Text>(fcinfo, 2, "regions"),
        nullable_array_argument<Text>(fcinfo, 3, "classes"),
        array_argument<Text>(fcinfo, 4, "rep_keys"),
        array_argument<std::int32_t>(fcinfo, 5, "rep_ranks"),
        array_argument<Time>(fcinfo, 6, "rep_waiting_since"),
        array_argument<Text>(fcinfo, 7, "rep_region_reps"),
        array_argument<Text>(fcinfo, 8, "rep_region_regions"),
        array_argument<Text>(fcinfo, 9, "tree_regions"),
        nullable_array_argument<Text>(fcinfo, 10, "tree_parents"),
        array_argument<Text>(fcinfo, 11, "limit_reps"),
        array_argument<Text>(fcinfo, 12, "limit_kinds"),
        nullable_array_argument<Text>(fcinfo, 13, "limit_classes"),
        array_argument<std::int32_t>(fcinfo, 14, "limit_left"),
        array_argument<Text>(fcinfo, 15, "past_customers"),
        array_argument<Text>(fcinfo, 16, "past_reps"),
    };
    const std::span<Assignment> plan{allocate<Assignment>(facts.customer_keys.size()),
                                     facts.customer_keys.size()};
    run_interruptible([&] { return plan_rotation(facts, interrupt_waits, plan); });

    InitMaterializedSRF(fcinfo, 0);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    Datum *rep_keys = allocate<Datum>(facts.rep_keys.size());
    for (std::size_t rep = 0; rep < facts.rep_keys.size(); ++rep)
        rep_keys[rep] = text_datum(facts.rep_keys[rep]);
    for (const auto &[customer, rep, hurdle] : plan) {
        CHECK_FOR_INTERRUPTS();
        const bool given = hurdle == Hurdle::none;
        Datum values[3] = {text_datum(facts.customer_keys[static_cast<std::size_t>(customer)]),
                           given ? rep_keys[rep] : 0,
                           given ? 0 : CStringGetTextDatum(name_of(hurdle))};
        bool nulls[3] = {false, !given, given};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
        pfree(DatumGetPointer(values[0]));
        if (!given)
            pfree(DatumGetPointer(values[2]));
    }
    return 0;
}

Datum highseas_lane_of(PG_FUNCTION_ARGS) {
    const auto customer_key = argument<Text>(fcinfo, 0);
    const auto lanes = argument<std::int32_t>(fcinfo, 1);

    int lane = 0;
    check(guarded([&] { return lane_of(customer_key, lanes, lane); }));
    PG_RETURN_INT32(lane);
}
