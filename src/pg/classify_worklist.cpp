#include "pg/postgres.hpp"

extern "C" {
#include "utils/timestamp.h"
}

#include "core/classify/worklist.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/row.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_weigh_work);
}

// (now, held_since, last_contact_at, due_at, contact_every, goal, intent, expected_at, buys_at)
Datum highseas_weigh_work(PG_FUNCTION_ARGS) {
    WorkFacts facts{required_argument<Time>(fcinfo, 0, "now"),
                    required_argument<Time>(fcinfo, 1, "held_since"),
                    optional_argument<Time>(fcinfo, 2),
                    optional_argument<Time>(fcinfo, 3),
                    {},
                    optional_argument<std::string_view>(fcinfo, 5),
                    optional_argument<std::string_view>(fcinfo, 6),
                    optional_argument<Time>(fcinfo, 7),
                    optional_argument<Time>(fcinfo, 8)};
    if (!PG_ARGISNULL(4)) { // a month counts as 30 days, a day as 24 hours
        const Interval *every = PG_GETARG_INTERVAL_P(4);
        Time days = 0;
        if (pg_mul_s64_overflow(every->month, DAYS_PER_MONTH, &days) ||
            pg_add_s64_overflow(days, every->day, &days) ||
            pg_mul_s64_overflow(days, microseconds_per_day, &days) ||
            pg_add_s64_overflow(days, every->time, &days))
            ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
                            errmsg("\"contact_every\" is out of range")));
        facts.contact_every = days;
    }
    TupleDesc descriptor = result_descriptor(fcinfo);
    Work work;
    check(guarded([&] { return weigh_work(facts, work); }));
    Datum values[2] = {Float8GetDatum(work.points), text_datum(work.reason())};
    bool nulls[2] = {false, work.reason().empty()};
    return row(descriptor, values, nulls);
}
