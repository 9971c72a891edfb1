#include "pg/postgres.hpp"

#include "core/calendar/window.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/zone.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_add_window);
PG_FUNCTION_INFO_V1(highseas_is_working_day);
PG_FUNCTION_INFO_V1(highseas_shift);
}

Datum highseas_add_window(PG_FUNCTION_ARGS) {
    const Time start = argument<Time>(fcinfo, 0);
    const auto unit_name = argument<std::string_view>(fcinfo, 2);
    const auto unit = unit_named(unit_name);
    if (!unit)
        check(unknown_unit(unit_name));
    const Window window{argument<std::int32_t>(fcinfo, 1), *unit};
    WorkingDays calendar{argument<std::int32_t>(fcinfo, 4)};
    if (*unit == Unit::working_day) {
        calendar.days_off = array_argument<Date>(fcinfo, 5, "days_off");
        calendar.days_on = array_argument<Date>(fcinfo, 6, "days_on");
    }
    pg_tz *zone = is_local(*unit) ? find_zone(argument<std::string_view>(fcinfo, 3)) : nullptr;

    const Time base = zone ? to_local(zone, start) : start;
    Time end = 0;
    check(guarded([&] { return add_window(base, window, calendar, end); }));
    PG_RETURN_TIMESTAMPTZ(zone ? to_instant(zone, end) : end);
}

Datum highseas_is_working_day(PG_FUNCTION_ARGS) {
    const Date day = argument<Date>(fcinfo, 0);
    const WorkingDays calendar{argument<std::int32_t>(fcinfo, 1),
                               array_argument<Date>(fcinfo, 2, "days_off"),
                               array_argument<Date>(fcinfo, 3, "days_on")};

    bool answer = false;
    check(guarded([&] { return is_working_day(day, calendar, answer); }));
    PG_RETURN_BOOL(answer);
}

Datum highseas_shift(PG_FUNCTION_ARGS) {
    PG_RETURN_TIMESTAMPTZ(shift(find_zone(argument<std::string_view>(fcinfo, 2)),
                                argument<Time>(fcinfo, 0), PG_GETARG_DATUM(1)));
}
