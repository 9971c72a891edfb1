#include "pg/postgres.hpp"

#include "pg/due.hpp"

#include <algorithm>

#include "core/pool/keys.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/rep.hpp"
#include "pg/row.hpp"
#include "pg/scope.hpp"
#include "pg/table.hpp"
#include "pg/zone.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_due);
PG_FUNCTION_INFO_V1(highseas_due_of);
}

namespace highseas::pg {

DueDate find_due(const HoldingFacts &facts, const DeadlineRules &rules, const Calendar &calendar) {
    Deadlines deadlines{};
    check(guarded([&] { return read_deadlines(facts, rules, deadlines); }));

    auto any = [&deadlines](auto condition) {
        return std::any_of(deadlines.begin(), deadlines.end(), [&](const Deadline &deadline) {
            return deadline.given && condition(deadline.window.unit);
        });
    };
    pg_tz *zone = nullptr;
    if (any(is_local)) {
        if (!calendar.zone)
            raise_null("zone");
        zone = find_zone(*calendar.zone);
    }
    WorkingDays working_days;
    if (any([](Unit unit) { return unit == Unit::working_day; })) {
        if (!calendar.week_mask)
            raise_null("week_mask");
        working_days = {*calendar.week_mask, calendar.days_off, calendar.days_on};
    }

    for (Deadline &deadline : deadlines)
        if (deadline.given && is_local(deadline.window.unit))
            deadline.base = to_local(zone, deadline.base);
    check(guarded([&] { return close_windows(deadlines, working_days); }));
    for (Deadline &deadline : deadlines)
        if (deadline.given && is_local(deadline.window.unit))
            deadline.end = to_instant(zone, deadline.end);
    return decide_due(facts, deadlines);
}

std::span<const Step> steps_from(std::span<const Interval> intervals) {
    Step *steps = allocate<Step>(intervals.size());
    for (std::size_t k = 0; k < intervals.size(); ++k)
        steps[k] = {intervals[k].time, intervals[k].day, intervals[k].month};
    return {steps, intervals.size()};
}

} // namespace highseas::pg

namespace {

using Text = std::string_view;

struct DeadlineRow {
    Text kind;
    Text rule;
    Scope scope;
    int amount;
    Text unit;
    Datum remind_before;
};

std::span<const DeadlineRow *const> find_deadlines(std::int64_t tenant_id, const Scope &holding) {
    // In the order of their names.
    const auto all = read_rows("deadline", {equals("tenant_id", tenant_id)}, [](const Row &row) {
        Scope scope = scope_of(row);
        scope.intent = row.find<Text>("intent");
        scope.customer_kind = row.find<Text>("customer_kind");
        return DeadlineRow{row.get<Text>("kind"),
                           row.get<Text>("rule"),
                           scope,
                           row.get<std::int32_t>("window_amount"),
                           row.get<Text>("window_unit"),
                           row.datum("remind_before")};
    });
    auto **chosen = allocate<const DeadlineRow *>(all.size());
    return {chosen, choose_by_kind<DeadlineRow>(all, holding, chosen)};
}

struct HoldingPlan {
    DueDate due;
    std::optional<Time> next;
    int missed = 0; // reminder steps that are past already
};

HoldingPlan plan_holding(const HoldingFacts &facts, std::span<const DeadlineRow *const> deadlines,
                         const Calendar &calendar, std::optional<Time> not_before, Time now) {
    const auto count = deadlines.size();
    auto *kinds = allocate<Text>(count);
    auto *rules = allocate<Text>(count);
    auto *amounts = allocate<int>(count);
    auto *units = allocate<Text>(count);
    for (std::size_t i = 0; i < count; ++i) {
        kinds[i] = deadlines[i]->kind;
        rules[i] = deadlines[i]->rule;
        amounts[i] = deadlines[i]->amount;
        units[i] = deadlines[i]->unit;
    }
    HoldingPlan plan{};
    plan.due = find_due(facts, {{kinds, count}, {rules, count}, {amounts, count}, {units, count}},
                        calendar);
    if (!plan.due.at)
        return plan;

    plan.due.at = std::max(plan.due.at, not_before);
    const auto deciding = std::find_if(deadlines.begin(), deadlines.end(), [&](auto &deadline) {
        return deadline->rule == plan.due.rule;
    });
    const auto steps =
        steps_from(array_elements<Interval>((*deciding)->remind_before, "remind_before"));
    check(guarded([&] { return reminders_due(*plan.due.at, steps, now, plan.missed); }));
    Time next = 0;
    check(guarded([&] { return first_event(*plan.due.at, steps, now, next); }));
    plan.next = next;
    return plan;
}

std::span<const Leave> leaves_from(FunctionCallInfo fcinfo) {
    const auto from = array_argument<Time>(fcinfo, 15, "leaves_from");
    const auto until = array_argument<Time>(fcinfo, 16, "leaves_until");
    check(check_lengths("leave", {from.size(), until.size()}));
    auto *leaves = allocate<Leave>(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
        if (from[i] <= before_all_times || until[i] >= end_of_time || until[i] < from[i])
            check(Status::error(sqlstate::bad_parameter, "a leave is out of range")
                      .with_detail(
                          "Both its times must be finite, the second not before the first."));
        leaves[i] = {from[i], until[i]};
    }
    std::sort(leaves, leaves + from.size(),
              [](const Leave &a, const Leave &b) { return a.from < b.from; });
    return {leaves, from.size()};
}

} // namespace

Datum highseas_due(PG_FUNCTION_ARGS) {
    TupleDesc descriptor = result_descriptor(fcinfo);
    const auto held_since = optional_argument<Time>(fcinfo, 0);
    const bool open_deal = required_argument<bool>(fcinfo, 5, "open_deal");
    const DeadlineRules rules{array_argument<std::string_view>(fcinfo, 6, "kinds"),
                              array_argument<std::string_view>(fcinfo, 7, "rules"),
                              array_argument<std::int32_t>(fcinfo, 8, "amounts"),
                              array_argument<std::string_view>(fcinfo, 9, "units")};
    const Calendar calendar{optional_argument<std::string_view>(fcinfo, 10),
                            optional_argument<std::int32_t>(fcinfo, 11),
                            array_argument<Date>(fcinfo, 12, "days_off"),
                            array_argument<Date>(fcinfo, 13, "days_on")};

    DueDate due{};
    if (held_since && !open_deal)
        due = find_due({*held_since, optional_argument<Time>(fcinfo, 1),
                        optional_argument<Time>(fcinfo, 2), optional_argument<Time>(fcinfo, 3),
                        optional_argument<Time>(fcinfo, 4), optional_argument<Time>(fcinfo, 14),
                        leaves_from(fcinfo)},
                       rules, calendar);

    Datum values[2] = {TimestampTzGetDatum(due.at.value_or(0)), 0};
    bool nulls[2] = {!due.at, !due.at};
    if (due.at)
        values[1] = text_datum(due.rule);
    return row(descriptor, values, nulls);
}

// (tenant_id, rep_key, pool_key, class, customer_kind, held_since, last_follow_up_at,
//  last_order_at, extended_until, protected_until, deal, intent, asleep_until, not_before, now)
Datum highseas_due_of(PG_FUNCTION_ARGS) {
    const auto tenant_id = required_argument<std::int64_t>(fcinfo, 0, "tenant_id");
    const auto rep_key = required_argument<Text>(fcinfo, 1, "rep_key");
    const auto held_since = optional_argument<Time>(fcinfo, 5);
    const Time now = required_argument<Time>(fcinfo, 14, "now");
    TupleDesc descriptor = result_descriptor(fcinfo);

    HoldingPlan plan{};
    const auto calendar = find_calendar(tenant_id);
    if (calendar && held_since && required_argument<Text>(fcinfo, 10, "deal") != "open") {
        const auto rep = find_rep(tenant_id, rep_key, day_of(now, find_zone(*calendar->zone)));
        const Scope holding{
            optional_argument<Text>(fcinfo, 2),  rep ? rep->tier : std::nullopt,
            optional_argument<Text>(fcinfo, 3),  rep_key,
            optional_argument<Text>(fcinfo, 11), optional_argument<Text>(fcinfo, 4)};
        plan =
            plan_holding({*held_since, optional_argument<Time>(fcinfo, 6),
                          optional_argument<Time>(fcinfo, 7), optional_argument<Time>(fcinfo, 8),
                          optional_argument<Time>(fcinfo, 9), optional_argument<Time>(fcinfo, 12),
                          find_leaves(tenant_id, rep_key, find_zone(*calendar->zone))},
                         find_deadlines(tenant_id, holding), *calendar,
                         optional_argument<Time>(fcinfo, 13), now);
    }
    const bool never = !plan.due.at;
    constexpr int reminded = 0; // nobody was told of this date
    Datum values[5] = {TimestampTzGetDatum(plan.due.at.value_or(0)),
                       never ? 0 : text_datum(plan.due.rule), Int32GetDatum(reminded),
                       TimestampTzGetDatum(plan.next.value_or(0)), Int32GetDatum(plan.missed)};
    bool nulls[5] = {never, never, false, never, false};
    return row(descriptor, values, nulls);
}
