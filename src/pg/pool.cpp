#include "pg/postgres.hpp"

#include "core/pool/lane.hpp"
#include "core/pool/reminder.hpp"
#include "core/pool/tier.hpp"
#include "core/pool/verdict.hpp"
#include "pg/arguments.hpp"
#include "pg/due.hpp"
#include "pg/guard.hpp"
#include "pg/row.hpp"
#include "pg/verdict.hpp"

using namespace highseas;
using namespace highseas::pg;
using Text = std::string_view;
using OptionalText = std::optional<std::string_view>;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_tier_of);
PG_FUNCTION_INFO_V1(highseas_claim_verdict);
PG_FUNCTION_INFO_V1(highseas_next_event);
PG_FUNCTION_INFO_V1(highseas_reminders_due);
PG_FUNCTION_INFO_V1(highseas_lane_of);
}

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
    facts.back_at = optional_argument<Time>(fcinfo, 14);
    facts.tier_allowed = optional_argument<bool>(fcinfo, 15).value_or(true);
    TupleDesc descriptor = result_descriptor(fcinfo);

    Verdict verdict{};
    check(guarded([&] { return claim_verdict(facts, verdict); }));
    return verdict_row(descriptor, verdict);
}

Datum highseas_next_event(PG_FUNCTION_ARGS) {
    const auto due_at = optional_argument<Time>(fcinfo, 0);
    const auto steps = steps_from(array_argument<Interval>(fcinfo, 1, "remind_before"));
    const auto reminded = required_argument<std::int32_t>(fcinfo, 2, "reminded");
    if (!due_at)
        PG_RETURN_NULL();

    Time event = 0;
    check(guarded([&] { return next_event(*due_at, steps, reminded, event); }));
    PG_RETURN_TIMESTAMPTZ(event);
}

Datum highseas_reminders_due(PG_FUNCTION_ARGS) {
    const auto due_at = optional_argument<Time>(fcinfo, 0);
    const auto steps = steps_from(array_argument<Interval>(fcinfo, 1, "remind_before"));
    const Time now = required_argument<Time>(fcinfo, 2, "now");
    if (!due_at)
        PG_RETURN_INT32(0);

    int count = 0;
    check(guarded([&] { return reminders_due(*due_at, steps, now, count); }));
    PG_RETURN_INT32(count);
}

Datum highseas_lane_of(PG_FUNCTION_ARGS) {
    const auto customer_key = argument<Text>(fcinfo, 0);
    const auto lanes = argument<std::int32_t>(fcinfo, 1);

    int lane = 0;
    check(guarded([&] { return lane_of(customer_key, lanes, lane); }));
    PG_RETURN_INT32(lane);
}
