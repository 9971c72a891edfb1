// Deadlines and limits as a simulation asks for them: rows with wildcards, the rules of the core.
#pragma once

#include <array>
#include <vector>

#include "core/calendar/period.hpp"
#include "core/period/simulation.hpp"
#include "core/pool/deadline.hpp"
#include "core/pool/limit.hpp"
#include "core/pool/matching.hpp"

namespace highseas {

class RuleBook {
public:
    struct Limit {
        LimitKind kind;
        std::string_view rule;
        Scope scope;
        int maximum;
        Period period; // of a quota
    };
    struct Row {
        std::string_view rule;
        std::string_view kind;
        Scope scope;
        Window window;
        std::string_view unit;
    };
    using Choice = std::array<const Row *, 3>; // at most one of a kind

    Status read(const SimulationRules &rules, std::size_t pools, const SimulationPlan &plan);

    // Of each kind the most specific row that matches, then the first by name.
    Choice deadlines_of(const Scope &holding) const;
    Status due(const Choice &choice, const HoldingFacts &facts, std::optional<Time> &due) const;

    std::span<const Limit> limits() const { return limits_; }

private:
    std::vector<Row> rows_;
    std::vector<Limit> limits_;
    LocalClock clock_;
    WorkingDays calendar_;
};

// Whether two choices strike alike, whatever their names.
bool are_alike(const RuleBook::Choice &one, const RuleBook::Choice &other);

} // namespace highseas
