// The state of the aggregates over what each customer brings. PostgreSQL shares it between those in
// a query that have the same arguments.
#pragma once

#include "pg/postgres.hpp"

#include <algorithm>
#include <span>

#include "core/value/concentration.hpp"
#include "pg/aggregate.hpp"
#include "pg/amount.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"

namespace highseas::pg {

// The arguments after the value, the same in all rows; -1 where there is none.
struct Shares {
    std::int64_t first = -1;
    std::int64_t second = -1;
    bool operator==(const Shares &) const = default;
};

struct Values {
    Shares shares;
    std::uint32_t capacity;
    std::uint32_t count;
    std::int64_t units[];

    static std::size_t size_of(std::size_t count) {
        return sizeof(Values) + sizeof(std::int64_t) * count;
    }
};
static_assert(most_values * 2 <= UINT32_MAX);

inline Values *new_values(MemoryContext context, const Shares &shares, std::uint32_t capacity) {
    auto *state = static_cast<Values *>(MemoryContextAlloc(context, Values::size_of(capacity)));
    state->shares = shares;
    state->capacity = capacity;
    state->count = 0;
    return state;
}

// Room for more values; the state may move.
inline Values *with_room(Values *state, std::uint32_t more) {
    const std::size_t needed = std::size_t{state->count} + more;
    if (needed <= state->capacity)
        return state;
    if (needed > most_values)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many values"),
                        errdetail("At most %zu can be compared at once.", most_values),
                        errhint("Take a random sample.")));
    state->capacity =
        static_cast<std::uint32_t>(std::max<std::size_t>(needed, state->capacity * 2));
    return static_cast<Values *>(repalloc(state, Values::size_of(state->capacity)));
}

inline std::int64_t share_argument(FunctionCallInfo fcinfo, int i, const char *name) {
    if (PG_ARGISNULL(i))
        raise_null(name);
    std::int64_t share = 0;
    const auto *value = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(i));
    if (read_units<2>(value, share) != Reading::good || share < 0 || share > whole_share)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("\"%s\" must be between 0 and 1", name), errhint("20 %% is 0.2.")));
    return share;
}

// (state, value [, share]) or (state, value, a_share, b_share)
inline Shares shares_argument(FunctionCallInfo fcinfo) {
    if (PG_NARGS() == 3)
        return {share_argument(fcinfo, 2, "share"), -1};
    if (PG_NARGS() == 4)
        return {share_argument(fcinfo, 2, "a_share"), share_argument(fcinfo, 3, "b_share")};
    return {};
}

inline void require_same_shares(const Shares &a, const Shares &b) {
    if (a != b)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("\"share\" must be the same for all rows")));
}

// Sorts in place, which changes nothing for a later final function or a row that is still added.
inline std::span<const std::int64_t> sorted_values(std::span<std::int64_t> units) {
    run_interruptible([&] { return sort_values(units, interrupt_waits); });
    return units;
}

inline std::span<const std::int64_t> sorted_values(Values *state) {
    return sorted_values({state->units, state->count});
}

} // namespace highseas::pg
