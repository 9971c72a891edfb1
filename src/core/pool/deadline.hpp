// When a holding is due. Three steps, because the core knows no time zones: read the deadlines, the
// caller turns their bases to local times where the unit asks for it; close the windows, the caller
// turns the ends back; decide.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "core/calendar/window.hpp"

namespace highseas {

enum class DeadlineKind : unsigned char { no_follow_up, no_order, longest_holding };

// While the holder is away every window stands still: from one time to before another.
struct Leave {
    Time from;
    Time until;
};

struct HoldingFacts {
    Time held_since;
    std::optional<Time> last_follow_up_at; // before held_since: an earlier holder's, no matter
    std::optional<Time> last_order_at;
    std::optional<Time> extended_until;
    std::optional<Time> protected_until;
    std::optional<Time> asleep_until{}; // he buys then, not now
    std::span<const Leave> leaves{};    // in the order of their beginnings; they may overlap
};

// As they are configured; the arrays stand in parallel, at most one element of a kind.
struct DeadlineRules {
    std::span<const std::string_view> kinds;
    std::span<const std::string_view> rules;
    std::span<const int> amounts;
    std::span<const std::string_view> units;
};

struct Deadline {
    bool given = false;
    std::string_view rule{};
    Window window{0, Unit::hour};
    Time base = 0; // what the window counts from
    Time end = 0;
};

using Deadlines = std::array<Deadline, 3>; // by DeadlineKind

struct DueDate {
    std::optional<Time> at; // empty: never
    std::string_view rule;
};

Status read_deadlines(const HoldingFacts &facts, const DeadlineRules &rules,
                      Deadlines &deadlines) noexcept;
Status close_windows(Deadlines &deadlines, const WorkingDays &calendar);
DueDate decide_due(const HoldingFacts &facts, const Deadlines &deadlines) noexcept;

} // namespace highseas
