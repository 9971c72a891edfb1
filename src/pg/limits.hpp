// A rep's limits, with what is used of them.
#pragma once

#include "pg/postgres.hpp"

#include <optional>
#include <span>
#include <string_view>

#include "core/pool/limit.hpp"
#include "core/pool/matching.hpp"
#include "pg/rep.hpp"

namespace highseas::pg {

struct RepLimit {
    LimitKind kind;
    std::string_view rule;
    Scope scope;
    int maximum;
    bool closed_deals = true; // of a capacity: those count, too
    Time since = 0;           // of a quota: the start of its period
    int used = 0;
    std::optional<Time> resets{};
};

struct Limited {
    std::int64_t tenant_id;
    std::string_view rep_key;
    RepFacts facts;
    Time now;
    pg_tz *zone;
};

std::span<const RepLimit> find_capacities(const Limited &rep);
std::span<const RepLimit> find_quotas(const Limited &rep);

} // namespace highseas::pg
