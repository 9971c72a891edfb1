#include "core/period/rule_book.hpp"

#include <algorithm>
#include <tuple>

#include "core/pool/keys.hpp"
#include "core/no_postgres.hpp"

namespace highseas {
namespace {

auto key_of(const RuleBook::Row *row) {
    return row ? std::tuple(row->kind, row->window.amount, row->unit)
               : std::tuple(std::string_view(), 0, std::string_view());
}

} // namespace

Status RuleBook::read(const SimulationRules &rules, std::size_t pools, const SimulationPlan &plan) {
    for (const Status &status :
         {check_lengths("deadline", {rules.deadline_rules.size(), rules.deadline_kinds.size(),
                                     rules.deadline_pools.size(), rules.deadline_tiers.size(),
                                     rules.deadline_classes.size(), rules.deadline_reps.size(),
                                     rules.deadline_amounts.size(), rules.deadline_units.size()}),
          check_lengths("limit", {rules.limit_rules.size(), rules.limit_kinds.size(),
                                  rules.limit_periods.size(), rules.limit_pools.size(),
                                  rules.limit_tiers.size(), rules.limit_classes.size(),
                                  rules.limit_reps.size(), rules.limit_maxima.size()}),
          check_lengths("pool",
                        {pools, rules.cooldowns.size(), rules.embargoes.size(),
                         rules.rotate_after.size(), rules.methods.size(), rules.segments.size(),
                         rules.least_shares.size(), rules.most_shares.size(),
                         rules.band_classes.size(), rules.band_days.size(),
                         rules.fallback_pools.size(), rules.new_leads.size()})})
        if (!status.ok())
            return status;
    clock_ = plan.clock;
    calendar_ = plan.calendar;
    for (std::size_t i = 0; i < rules.deadline_rules.size(); ++i) {
        const auto unit = unit_named(rules.deadline_units[i]);
        if (!unit)
            return unknown_unit(rules.deadline_units[i]);
        rows_.push_back({rules.deadline_rules[i],
                         rules.deadline_kinds[i],
                         {rules.deadline_pools[i], rules.deadline_tiers[i],
                          rules.deadline_classes[i], rules.deadline_reps[i]},
                         {rules.deadline_amounts[i], *unit},
                         rules.deadline_units[i]});
        // Kind and window are judged once, here, and not in the middle of a simulation.
        std::optional<Time> due;
        if (Status status = this->due({&rows_.back()}, {plan.from, {}, {}, {}, {}}, due);
            !status.ok())
            return status;
    }
    for (std::size_t i = 0; i < rules.limit_rules.size(); ++i) {
        const auto kind = limit_kind_named(rules.limit_kinds[i]);
        if (!kind)
            return unknown_limit_kind(rules.limit_kinds[i]);
        Period period = Period::day;
        if (*kind == LimitKind::quota) {
            const auto named = period_named(rules.limit_periods[i].value_or(""));
            if (!named)
                return unknown_period(rules.limit_periods[i].value_or(""));
            period = *named;
        }
        limits_.push_back({*kind,
                           rules.limit_rules[i],
                           {rules.limit_pools[i], rules.limit_tiers[i], rules.limit_classes[i],
                            rules.limit_reps[i]},
                           rules.limit_maxima[i],
                           period});
    }
    return {};
}

RuleBook::Choice RuleBook::deadlines_of(const Scope &holding) const {
    Choice choice{};
    choose_by_kind<Row>(rows_, holding, choice.data());
    return choice;
}

Status RuleBook::due(const Choice &choice, const HoldingFacts &facts,
                     std::optional<Time> &due) const {
    std::array<std::string_view, 3> kinds, rules, units;
    std::array<int, 3> amounts{};
    std::size_t count = 0;
    for (; count < choice.size() && choice[count]; ++count) {
        kinds[count] = choice[count]->kind;
        rules[count] = choice[count]->rule;
        units[count] = choice[count]->unit;
        amounts[count] = choice[count]->window.amount;
    }
    Deadlines deadlines{};
    if (Status status = read_deadlines(facts,
                                       {{kinds.data(), count},
                                        {rules.data(), count},
                                        {amounts.data(), count},
                                        {units.data(), count}},
                                       deadlines);
        !status.ok())
        return status;
    for (Deadline &deadline : deadlines)
        if (deadline.given && is_local(deadline.window.unit))
            deadline.base = clock_.to_local(deadline.base);
    if (Status status = close_windows(deadlines, calendar_); !status.ok())
        return status;
    for (Deadline &deadline : deadlines)
        if (deadline.given && is_local(deadline.window.unit))
            deadline.end = clock_.to_instant(deadline.end);
    due = decide_due(facts, deadlines).at;
    return {};
}

bool are_alike(const RuleBook::Choice &one, const RuleBook::Choice &other) {
    return std::is_permutation(one.begin(), one.end(), other.begin(),
                               [](auto *a, auto *b) { return key_of(a) == key_of(b); });
}

} // namespace highseas
