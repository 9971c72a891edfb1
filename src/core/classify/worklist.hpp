// Whom a rep should contact today, and why: points for what presses, weighed by what the class is
// to get.
#pragma once

#include <optional>
#include <string_view>

#include "core/calendar/time.hpp"
#include "core/status.hpp"
#include "core/weighed.hpp"

namespace highseas {

struct WorkFacts {
    Time now;
    Time held_since;
    std::optional<Time> last_contact;
    std::optional<Time> due_at;        // when the holding ends
    std::optional<Time> contact_every; // the rhythm of his treatment, a span
    std::optional<std::string_view> goal;
    std::optional<std::string_view> intent;
    std::optional<Time> expected_at; // the purchase, as he said
    std::optional<Time> buys_at;     // as his own rhythm says
};

// points 0: not today. The reason's parts stand in the order of these facts.
using Work = Weighed<512>;

Status weigh_work(const WorkFacts &facts, Work &work) noexcept;

} // namespace highseas
