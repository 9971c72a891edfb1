// Whether a rep may take a customer; and if not, why, and from when he might.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/calendar/time.hpp"
#include "core/status.hpp"

namespace highseas {

// The limits that apply to this rep and this customer; the arrays stand in parallel.
struct Limits {
    std::span<const std::string_view> kinds;
    std::span<const std::string_view> rules;
    std::span<const int> maxima;
    std::span<const int> used;
    std::span<const std::optional<Time>> resets; // when a quota is free again
};

struct ClaimFacts {
    Time now;
    std::optional<std::string_view> state; // empty: no such customer
    std::optional<std::string_view> holder;
    std::string_view rep;
    std::optional<Time> embargo_until;
    bool pool_open;
    bool member;
    bool rep_active;
    std::optional<Time> cooldown_until;
    Limits limits;
    std::optional<Time> back_at; // when a rep who is not active is so again
    bool tier_allowed = true;    // by the treatment of the customer's class
};

struct Verdict {
    bool allowed;
    std::string_view code; // the SQLSTATE a verb raises
    std::string_view rule;
    std::optional<int> used;
    std::optional<int> maximum;
    std::optional<Time> allowed_from;
};

Status claim_verdict(const ClaimFacts &facts, Verdict &verdict) noexcept;

} // namespace highseas
