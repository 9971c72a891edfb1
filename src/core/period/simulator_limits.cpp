#include "core/period/simulator.hpp"

#include <algorithm>

#include "core/pool/verdict.hpp"
#include "core/no_postgres.hpp"

namespace highseas {

bool Simulator::counts(const RuleBook::Limit &limit, int pool, int customer_class) const {
    return (!limit.scope.pool || *limit.scope.pool == h_.pool_keys[at(pool)]) &&
           (!limit.scope.customer_class ||
            limit.scope.customer_class == class_name(customer_class));
}

int Simulator::used(std::size_t limit, int rep, Time now) {
    Used &used = used_of(limit, rep);
    const RuleBook::Limit &rule = book().limits()[limit];
    if (rule.kind == LimitKind::quota) {
        Days days{};
        require(period_around(day_of(now), rule.period, days));
        if (used.period != days.first)
            used = {0, days.first};
    }
    return used.count;
}

void Simulator::count(int rep, int pool, int customer_class, Time now, bool found) {
    const auto limits = book().limits();
    for (std::size_t i = 0; i < limits.size(); ++i)
        if (counts(limits[i], pool, customer_class) &&
            !(found && limits[i].kind == LimitKind::quota)) {
            used(i, rep, now);
            ++used_of(i, rep).count;
        }
}

bool Simulator::is_refused(int rep, int pool, int customer_class, Time now) {
    const auto limits = book().limits();
    if (limits.empty())
        return false;
    const Scope scope = scope_of(rep, pool, customer_class, now);
    std::vector<std::string_view> kinds, rules;
    std::vector<int> maxima, counts_used;
    for (std::size_t i = 0; i < limits.size(); ++i)
        if (covers(limits[i].scope, scope)) {
            kinds.push_back(name_of(limits[i].kind));
            rules.push_back(limits[i].rule);
            maxima.push_back(limits[i].maximum);
            counts_used.push_back(used(i, rep, now));
        }
    const std::vector<std::optional<Time>> resets(kinds.size());
    ClaimFacts facts{};
    facts.now = now;
    facts.state = "free";
    facts.rep = h_.rep_keys[at(rep)];
    facts.pool_open = facts.member = facts.rep_active = true;
    facts.limits = {kinds, rules, maxima, counts_used, resets};
    Verdict verdict{};
    require(claim_verdict(facts, verdict));
    return !verdict.allowed;
}

} // namespace highseas
