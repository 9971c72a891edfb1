#include "core/classify/budget.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

// Where money per weight reaches a part's floor or cap.
struct Event {
    std::int64_t amount;
    std::int64_t weight;
    std::uint32_t part;
    bool is_cap;
};

bool comes_before(const Event &a, const Event &b) noexcept {
    const Int128 left = Int128{a.amount} * b.weight;
    const Int128 right = Int128{b.amount} * a.weight;
    return left != right ? left < right : a.is_cap < b.is_cap;
}

Status check_parts(std::int64_t budget, std::span<const BudgetPart> parts) noexcept {
    if (budget < 0 || budget > largest_budget)
        return Status::error(sqlstate::bad_parameter,
                             "\"budget\" must be between 0 and 100 trillion");
    if (parts.size() > most_parts)
        return Status::error(sqlstate::too_large, "too many parts")
            .with_detail("A budget can be divided into at most %zu.", most_parts);
    Int128 floors = 0, caps = 0, weights = 0;
    for (const BudgetPart &part : parts) {
        if (part.weight < 0)
            return Status::error(sqlstate::bad_parameter, "a weight must not be negative");
        if (part.floor < 0 || part.cap < part.floor)
            return Status::error(sqlstate::bad_parameter,
                                 "a floor must not be negative, nor above its cap");
        floors += part.floor;
        caps += part.weight == 0 ? part.floor : part.cap;
        weights += part.weight;
    }
    if (weights > largest_weight_sum)
        return Status::error(sqlstate::value_too_large, "the sum of \"weights\" is too large");
    if (floors > budget)
        return Status::error(sqlstate::bad_parameter, "the floors are more than the budget")
            .with_hint("Raise the budget or lower the floors.");
    if (caps < budget)
        return Status::error(sqlstate::bad_parameter, "the caps leave a part of the budget over")
            .with_detail("A part without weight gets its floor only.")
            .with_hint("Lower the budget or raise the caps.");
    return {};
}

} // namespace

// Money per weight rises from 0 until all is spent: a part stands at its floor, then it grows with
// its weight, then it stands at its cap.
Status divide_budget(std::int64_t budget, std::span<const BudgetPart> parts,
                     std::span<std::int64_t> shares, ShouldStop should_stop) {
    if (const Status status = check_parts(budget, parts); !status.ok())
        return status;
    const Status interrupted =
        Status::error(sqlstate::interrupted, "dividing the budget was interrupted");

    std::vector<Event> events;
    std::int64_t rest = budget; // for the parts that grow
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const BudgetPart &part = parts[i];
        const auto number = static_cast<std::uint32_t>(i);
        shares[i] = part.floor;
        rest -= part.floor;
        if (part.weight == 0 || part.cap == part.floor)
            continue;
        events.push_back({part.floor, part.weight, number, false});
        if (part.cap < budget)
            events.push_back({part.cap, part.weight, number, true});
    }
    if (should_stop())
        return interrupted;
    std::sort(events.begin(), events.end(), comes_before);
    if (should_stop())
        return interrupted;

    std::vector<bool> grows(parts.size());
    Int128 weight = 0; // of the parts that grow
    for (const Event &event : events) {
        // Money per weight at this event, amount / weight, would spend at least the rest.
        if (weight * event.amount >= Int128{rest} * event.weight)
            break;
        grows[event.part] = !event.is_cap;
        weight += event.is_cap ? -event.weight : event.weight;
        rest += event.is_cap ? -event.amount : event.amount;
        if (event.is_cap)
            shares[event.part] = event.amount;
    }

    std::vector<std::pair<Int128, std::uint32_t>> remainders;
    std::int64_t left = rest;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!grows[i])
            continue;
        const Int128 exact = Int128{rest} * parts[i].weight;
        shares[i] = static_cast<std::int64_t>(exact / weight);
        left -= shares[i];
        remainders.emplace_back(-(exact % weight), static_cast<std::uint32_t>(i));
    }
    const auto raised = remainders.begin() + left;
    std::nth_element(remainders.begin(), raised, remainders.end());
    for (auto r = remainders.begin(); r != raised; ++r)
        ++shares[r->second];
    return {};
}

} // namespace highseas
