#include "core/pool/verdict.hpp"

#include <tuple>

#include "core/pool/limit.hpp"
#include "core/no_postgres.hpp"

namespace highseas {
namespace {

Verdict refusal(std::string_view code, std::string_view rule,
                std::optional<Time> allowed_from = std::nullopt) noexcept {
    return {false, code, rule, std::nullopt, std::nullopt, allowed_from};
}

Status check_limits(const Limits &limits) noexcept {
    const std::size_t count = limits.kinds.size();
    if (limits.rules.size() != count || limits.maxima.size() != count ||
        limits.used.size() != count || limits.resets.size() != count)
        return Status::error(sqlstate::bad_parameter, "limit arrays differ in length")
            .with_detail("There are %zu kinds, %zu rules, %zu maxima, %zu used and %zu resets.",
                         count, limits.rules.size(), limits.maxima.size(), limits.used.size(),
                         limits.resets.size());
    for (std::string_view kind : limits.kinds)
        if (!limit_kind_named(kind))
            return unknown_limit_kind(kind);
    return {};
}

// The violated limit to report: of quotas the one that resets last (a quota without a date lasts
// longest), of capacities the smallest. The rest of the order only makes the answer definite.
std::optional<std::size_t> violated(const Limits &limits, LimitKind kind) noexcept {
    auto order = [&](std::size_t i) {
        const Time reset =
            kind == LimitKind::quota ? limits.resets[i].value_or(after_all_times) : 0;
        return std::tuple(-static_cast<__int128>(reset), limits.maxima[i], limits.rules[i],
                          limits.used[i]);
    };
    std::optional<std::size_t> worst;
    for (std::size_t i = 0; i < limits.kinds.size(); ++i)
        if (limit_kind_named(limits.kinds[i]) == kind && limits.used[i] >= limits.maxima[i] &&
            (!worst || order(i) < order(*worst)))
            worst = i;
    return worst;
}

Verdict limit_refusal(const Limits &limits, std::size_t i, std::string_view code,
                      std::optional<Time> allowed_from) noexcept {
    return {false, code, limits.rules[i], limits.used[i], limits.maxima[i], allowed_from};
}

} // namespace

Status claim_verdict(const ClaimFacts &facts, Verdict &verdict) noexcept {
    if (Status status = check_limits(facts.limits); !status.ok())
        return status;

    auto answer = [&verdict](const Verdict &refused) {
        verdict = refused;
        return Status{};
    };
    if (!facts.state)
        return answer(refusal("42704", "unknown-customer"));
    const std::string_view state = *facts.state;
    if (state == "withdrawn")
        return answer(refusal("SE002", "withdrawn"));
    if (state == "gone")
        return answer(refusal("SE002", "gone"));
    if (state == "held")
        return answer(refusal("SE001", facts.holder == facts.rep ? "own" : "held"));
    if (state == "frozen")
        return answer(refusal("SE006", "frozen"));
    if (state != "free")
        return Status::error(sqlstate::bad_parameter, "unknown state \"%.*s\" of a customer",
                             shown_length(state), state.data())
            .with_hint("The states are free, held, frozen, withdrawn and gone.");
    if (facts.embargo_until > facts.now)
        return answer(refusal("SE006", "embargo", facts.embargo_until));
    if (!facts.pool_open)
        return answer(refusal("SE008", "closed"));
    if (!facts.rep_active)
        return answer(refusal("SE009", "inactive", facts.back_at));
    if (!facts.member)
        return answer(refusal("SE009", "member"));
    if (!facts.tier_allowed)
        return answer(refusal("SE009", "treatment"));
    if (auto i = violated(facts.limits, LimitKind::quota))
        return answer(limit_refusal(facts.limits, *i, "SE004", facts.limits.resets[*i]));
    if (auto i = violated(facts.limits, LimitKind::capacity))
        return answer(limit_refusal(facts.limits, *i, "SE003", std::nullopt));
    if (facts.cooldown_until > facts.now)
        return answer(refusal("SE005", "cooldown", facts.cooldown_until));
    verdict = Verdict{true, {}, {}, {}, {}, {}};
    return {};
}

} // namespace highseas
