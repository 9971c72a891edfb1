// The invariants of the hot rows, one call for each row written: PostgreSQL reads the text of every
// CHECK again for every statement, and twenty of them cost more than the write.
#include "pg/postgres.hpp"

#include "pg/arguments.hpp"

#include "core/pool/words.hpp"

extern "C" {
PG_FUNCTION_INFO_V1(highseas_is_sound_key);
PG_FUNCTION_INFO_V1(highseas_is_sound_holder);
PG_FUNCTION_INFO_V1(highseas_is_sound_plan);
PG_FUNCTION_INFO_V1(highseas_is_sound_spell);
}

using namespace highseas;
using namespace highseas::pg;

namespace {

bool finite(FunctionCallInfo fcinfo, int i) {
    return PG_ARGISNULL(i) || !TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(i));
}

bool is_key(FunctionCallInfo fcinfo, int i) {
    if (PG_ARGISNULL(i))
        return false;
    const auto key = argument<std::string_view>(fcinfo, i);
    return !key.empty() && key.size() <= 1024;
}

// NULL or not after the other.
bool ordered(FunctionCallInfo fcinfo, int first, int second) {
    return PG_ARGISNULL(first) || PG_ARGISNULL(second) ||
           PG_GETARG_TIMESTAMPTZ(first) <= PG_GETARG_TIMESTAMPTZ(second);
}

} // namespace

extern "C" Datum highseas_is_sound_key(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(is_key(fcinfo, 0));
}

// (state, holder, holding_id, held_since, due_at, deal, customer_key, intent)
extern "C" Datum highseas_is_sound_holder(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(5))
        PG_RETURN_BOOL(false);
    const auto state = argument<std::string_view>(fcinfo, 0);
    const bool held = state == "held";
    PG_RETURN_BOOL(is_customer_state(state) && held != PG_ARGISNULL(1) && held != PG_ARGISNULL(2) &&
                   held != PG_ARGISNULL(3) && (held || PG_ARGISNULL(4)) &&
                   is_deal(argument<std::string_view>(fcinfo, 5)) && is_key(fcinfo, 6) &&
                   (PG_ARGISNULL(7) || is_intent(argument<std::string_view>(fcinfo, 7))));
}

// (check_at, next_at, due_at, then times that must only be finite)
extern "C" Datum highseas_is_sound_plan(PG_FUNCTION_ARGS) {
    bool sound = PG_ARGISNULL(0) == PG_ARGISNULL(2) && PG_ARGISNULL(1) == PG_ARGISNULL(2) &&
                 ordered(fcinfo, 0, 1) && ordered(fcinfo, 1, 2);
    for (int i = 0; i < PG_NARGS(); ++i)
        sound = sound && finite(fcinfo, i);
    PG_RETURN_BOOL(sound);
}

// (act, started_at, end_act, ended_at)
extern "C" Datum highseas_is_sound_spell(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(!PG_ARGISNULL(0) && is_take_act(argument<std::string_view>(fcinfo, 0)) &&
                   PG_ARGISNULL(2) == PG_ARGISNULL(3) && ordered(fcinfo, 1, 3) &&
                   finite(fcinfo, 1) && finite(fcinfo, 3) &&
                   (PG_ARGISNULL(2) || is_end_act(argument<std::string_view>(fcinfo, 2))));
}
