#include "core/pool/matching.hpp"

#include "core/no_postgres.hpp"

namespace highseas {

bool covers(const Scope &rule, const Scope &fact) noexcept {
    return covers(rule.pool, fact.pool) && covers(rule.tier, fact.tier) &&
           covers(rule.customer_class, fact.customer_class) && covers(rule.rep, fact.rep) &&
           covers(rule.intent, fact.intent);
}

int specificity(const Scope &rule) noexcept {
    return (rule.rep ? 16 : 0) + (rule.intent ? 8 : 0) + (rule.customer_class ? 4 : 0) +
           (rule.pool ? 2 : 0) + (rule.tier ? 1 : 0);
}

} // namespace highseas
