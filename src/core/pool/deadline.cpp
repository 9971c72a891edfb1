#include "core/pool/deadline.hpp"

#include <algorithm>

#include "core/no_postgres.hpp"

namespace highseas {
namespace {

std::optional<DeadlineKind> deadline_kind_named(std::string_view name) noexcept {
    if (name == "no_follow_up")
        return DeadlineKind::no_follow_up;
    if (name == "no_order")
        return DeadlineKind::no_order;
    if (name == "longest_holding")
        return DeadlineKind::longest_holding;
    return std::nullopt;
}

Status unknown_deadline_kind(std::string_view name) noexcept {
    return Status::error(sqlstate::bad_parameter, "unknown kind of deadline \"%.*s\"",
                         shown_length(name), name.data())
        .with_hint("The kinds are no_follow_up, no_order and longest_holding.");
}

Status twice(std::string_view kind) noexcept {
    return Status::error(sqlstate::bad_parameter, "deadline \"%.*s\" is given twice",
                         shown_length(kind), kind.data())
        .with_detail("There is at most one deadline of a kind.");
}

Time base_of(DeadlineKind kind, const HoldingFacts &facts) noexcept {
    switch (kind) {
    case DeadlineKind::no_follow_up:
        return std::max({facts.held_since, facts.last_follow_up_at.value_or(before_all_times),
                         facts.asleep_until.value_or(before_all_times)});
    case DeadlineKind::no_order:
        return std::max({facts.held_since, facts.last_order_at.value_or(before_all_times),
                         facts.asleep_until.value_or(before_all_times)});
    case DeadlineKind::longest_holding:
        break;
    }
    return facts.held_since;
}

const Deadline &of(DeadlineKind kind, const Deadlines &deadlines) noexcept {
    return deadlines[static_cast<std::size_t>(kind)];
}

// The end of a window that counts from base, when it stands still during leaves.
Time put_off(Time end, Time base, std::span<const Leave> leaves) noexcept {
    for (const Leave &leave : leaves) {
        const Time from = std::max(leave.from, base);
        if (from >= end)
            break;
        if (leave.until <= from)
            continue;
        end += std::min(leave.until - from, end_of_time - 1 - end);
        base = leave.until;
    }
    return end;
}

} // namespace

Status read_deadlines(const HoldingFacts &facts, const DeadlineRules &rules,
                      Deadlines &deadlines) noexcept {
    const std::size_t count = rules.kinds.size();
    if (rules.rules.size() != count || rules.amounts.size() != count || rules.units.size() != count)
        return Status::error(sqlstate::bad_parameter, "deadline arrays differ in length")
            .with_detail("There are %zu kinds, %zu rules, %zu amounts and %zu units.", count,
                         rules.rules.size(), rules.amounts.size(), rules.units.size());
    for (std::size_t i = 0; i < count; ++i) {
        const auto kind = deadline_kind_named(rules.kinds[i]);
        if (!kind)
            return unknown_deadline_kind(rules.kinds[i]);
        const auto unit = unit_named(rules.units[i]);
        if (!unit)
            return unknown_unit(rules.units[i]);
        Deadline &deadline = deadlines[static_cast<std::size_t>(*kind)];
        if (deadline.given)
            return twice(rules.kinds[i]);
        deadline = {true, rules.rules[i], {rules.amounts[i], *unit}, base_of(*kind, facts), 0};
    }
    return {};
}

Status close_windows(Deadlines &deadlines, const WorkingDays &calendar) {
    for (Deadline &deadline : deadlines)
        if (deadline.given)
            if (Status status =
                    add_whole_window(deadline.base, deadline.window, calendar, deadline.end);
                !status.ok())
                return status;
    return {};
}

DueDate decide_due(const HoldingFacts &facts, const Deadlines &deadlines) noexcept {
    DueDate due{};
    auto take_if_earlier = [&](DeadlineKind kind) {
        const Deadline &deadline = of(kind, deadlines);
        if (!deadline.given)
            return;
        const Time end = put_off(deadline.end, base_of(kind, facts), facts.leaves);
        if (!due.at || end < *due.at)
            due = {end, deadline.rule};
    };
    take_if_earlier(DeadlineKind::no_follow_up);
    take_if_earlier(DeadlineKind::no_order);
    if (due.at)
        due.at = std::max(due.at, facts.extended_until);
    take_if_earlier(DeadlineKind::longest_holding);
    if (due.at)
        due.at = std::max({due.at, facts.protected_until, facts.asleep_until});
    return due;
}

} // namespace highseas
