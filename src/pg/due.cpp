#include "pg/postgres.hpp"

#include "pg/due.hpp"

#include <algorithm>

#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/row.hpp"
#include "pg/zone.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_due);
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
                        optional_argument<Time>(fcinfo, 4)},
                       rules, calendar);

    Datum values[2] = {TimestampTzGetDatum(due.at.value_or(0)), 0};
    bool nulls[2] = {!due.at, !due.at};
    if (due.at)
        values[1] = text_datum(due.rule);
    return row(descriptor, values, nulls);
}
