#include "core/pool/matching.hpp"

#include "core/no_postgres.hpp"

namespace highseas {

bool covers(const Scope &rule, const Scope &fact) noexcept {
    return covers(rule.pool, fact.pool) && covers(rule.tier, fact.tier) &&
           covers(rule.customer_class, fact.customer_class) && covers(rule.rep, fact.rep) &&
           covers(rule.intent, fact.intent) && covers(rule.customer_kind, fact.customer_kind);
}

int specificity(const Scope &rule) noexcept {
    return (rule.rep ? 32 : 0) + (rule.intent ? 16 : 0) + (rule.customer_class ? 8 : 0) +
           (rule.customer_kind ? 4 : 0) + (rule.pool ? 2 : 0) + (rule.tier ? 1 : 0);
}

} // namespace highseas
