#include "catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "core/pool/deadline.hpp"
#include "random.hpp"
#include "times.hpp"

using namespace highseas;

namespace {

struct Rules {
    std::vector<std::string_view> kinds, rules, units;
    std::vector<int> amounts;

    Rules &add(std::string_view kind, std::string_view rule, int amount, std::string_view unit) {
        kinds.push_back(kind);
        rules.push_back(rule);
        amounts.push_back(amount);
        units.push_back(unit);
        return *this;
    }
    DeadlineRules view() const { return {kinds, rules, amounts, units}; }
};

// As a caller whose wall clock is UTC.
DueDate due(const HoldingFacts &facts, const Rules &rules, const WorkingDays &calendar = {}) {
    Deadlines deadlines{};
    REQUIRE(read_deadlines(facts, rules.view(), deadlines).ok());
    REQUIRE(close_windows(deadlines, calendar).ok());
    return decide_due(facts, deadlines);
}

std::string error_of(const Rules &rules) {
    Deadlines deadlines{};
    return read_deadlines({0, {}, {}, {}, {}}, rules.view(), deadlines).sqlstate;
}

const Time held_since = at(2024, 1, 10, 9);

} // namespace

TEST_CASE("without a deadline a holding is never due") {
    CHECK_FALSE(due({held_since, {}, {}, {}, at(2030, 1, 1)}, {}).at);
}

TEST_CASE("every window stands still while the holder is on leave") {
    Rules follow_up;
    follow_up.add("no_follow_up", "f", 7, "day").add("longest_holding", "l", 30, "day");
    auto due_at = [&](std::optional<Time> follow_up_at, std::vector<Leave> leaves) {
        return due({held_since, follow_up_at, {}, {}, {}, {}, leaves}, follow_up).at;
    };
    const Leave week{at(2024, 1, 15), at(2024, 1, 22)};
    CHECK(due_at({}, {week}) == at(2024, 1, 24, 9));
    CHECK(due_at({}, {{at(2024, 1, 1), at(2024, 1, 9)}}) == at(2024, 1, 17, 9));     // before it
    CHECK(due_at({}, {{at(2024, 1, 17, 9), at(2024, 2, 9)}}) == at(2024, 1, 17, 9)); // too late
    CHECK(due_at(at(2024, 1, 20), {week}) == at(2024, 1, 29)); // begins within: what is left of it
    // One that adjoins, one within, and one that the first one puts the date into.
    CHECK(due_at({},
                 {week, {at(2024, 1, 16), at(2024, 1, 17)}, {at(2024, 1, 22), at(2024, 1, 23)}}) ==
          at(2024, 1, 25, 9));
    CHECK(due_at({}, {week, {at(2024, 1, 24), at(2024, 1, 26)}}) == at(2024, 1, 26, 9));
    // The longest holding decides, put off by its own leaves.
    CHECK(due_at(at(2024, 2, 20), {week}) == at(2024, 2, 16, 9));
    CHECK(due_at({}, {{at(2024, 1, 15), end_of_time - 1}}) == end_of_time - 1);
    // Whoever does something later is never due earlier.
    for (int day = 10; day < 30; ++day)
        CHECK(due_at(at(2024, 1, day + 1), {week}) >= due_at(at(2024, 1, day), {week}));
}

TEST_CASE("each deadline counts from its own base") {
    Rules follow_up;
    follow_up.add("no_follow_up", "f", 7, "day");
    CHECK(due({held_since, {}, {}, {}, {}}, follow_up).at == at(2024, 1, 17, 9));
    CHECK(due({held_since, at(2024, 1, 12, 8), {}, {}, {}}, follow_up).at == at(2024, 1, 19, 8));
    CHECK(due({held_since, at(2024, 1, 2, 8), {}, {}, {}}, follow_up).at == at(2024, 1, 17, 9));
    CHECK(due({held_since, {}, at(2024, 1, 12), {}, {}}, follow_up).at == at(2024, 1, 17, 9));

    Rules order;
    order.add("no_order", "o", 2, "month");
    CHECK(due({held_since, at(2024, 1, 12), {}, {}, {}}, order).at == at(2024, 3, 10, 9));
    CHECK(due({held_since, {}, at(2024, 1, 31), {}, {}}, order).at == at(2024, 3, 31));

    Rules longest;
    longest.add("longest_holding", "l", 72, "hour");
    CHECK(due({held_since, at(2024, 1, 12), at(2024, 1, 12), {}, {}}, longest).at ==
          at(2024, 1, 13, 9));
}

TEST_CASE("who buys later is not given up before, and has the whole windows from then") {
    Rules rules;
    rules.add("no_follow_up", "f", 7, "day");
    const Time then = at(2024, 5, 1);
    HoldingFacts facts{held_since, at(2024, 1, 12), {}, {}, {}, then};
    CHECK(due(facts, rules).at == at(2024, 5, 8));
    rules.add("no_order", "o", 2, "day");
    CHECK(due(facts, rules).rule == "o");
    facts.last_follow_up_at = facts.last_order_at = at(2024, 5, 3);
    CHECK(due(facts, rules).at == at(2024, 5, 5));
    facts.last_order_at.reset();
    rules.add("longest_holding", "l", 30, "day");
    const DueDate due_date = due(facts, rules);
    CHECK(due_date.rule == "l");
    CHECK(due_date.at == then);
    facts.asleep_until.reset();
    CHECK(due(facts, rules).at == at(2024, 1, 12, 9));
}

TEST_CASE("the earliest decides and lends its name") {
    Rules rules;
    rules.add("longest_holding", "l", 30, "day");
    rules.add("no_order", "o", 20, "day");
    rules.add("no_follow_up", "f", 7, "day");
    CHECK(due({held_since, {}, {}, {}, {}}, rules).rule == "f");
    CHECK(due({held_since, at(2024, 1, 29), {}, {}, {}}, rules).rule == "o");
    const DueDate last = due({held_since, at(2024, 2, 5), at(2024, 2, 5), {}, {}}, rules);
    CHECK(last.rule == "l");
    CHECK(last.at == at(2024, 2, 9, 9));
}

TEST_CASE("an extension puts off up to the longest holding, a protection everything") {
    Rules rules;
    rules.add("no_follow_up", "f", 7, "day").add("longest_holding", "l", 30, "day");
    const DueDate extended = due({held_since, {}, {}, at(2024, 1, 25), {}}, rules);
    CHECK(extended.at == at(2024, 1, 25));
    CHECK(extended.rule == "f");
    const DueDate too_long = due({held_since, {}, {}, at(2025, 1, 1), {}}, rules);
    CHECK(too_long.at == at(2024, 2, 9, 9));
    CHECK(too_long.rule == "l");
    CHECK(due({held_since, {}, {}, at(2024, 1, 11), {}}, rules).at == at(2024, 1, 17, 9));
    CHECK(due({held_since, {}, {}, {}, at(2025, 1, 1)}, rules).at == at(2025, 1, 1));
    CHECK(due({held_since, {}, {}, {}, after_all_times}, rules).at == after_all_times);

    Rules longest;
    longest.add("longest_holding", "l", 30, "day");
    CHECK(due({held_since, {}, {}, at(2025, 1, 1), {}}, longest).at == at(2024, 2, 9, 9));
}

TEST_CASE("no history of follow-ups, orders and grants makes a due date earlier") {
    const std::vector<std::string_view> units{"hour", "day", "working_day", "week", "month"};
    const std::vector<std::string_view> kinds{"no_follow_up", "no_order", "longest_holding"};
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        Random random(seed);
        Rules rules;
        for (std::size_t i : random.permutation(3))
            if (random.chance(70))
                rules.add(kinds[i], kinds[i], random.below(40),
                          units[static_cast<std::size_t>(random.below(5))]);
        std::vector<Date> off, on;
        for (int i = 0; i < 10; ++i) {
            off.push_back(date(2024, 1, 1) + random.below(60));
            on.push_back(date(2024, 1, 1) + random.below(60));
        }
        const WorkingDays calendar{random.between(1, 127), off, on};
        auto later = [&random](std::optional<Time> time, Time least) {
            return std::max(time.value_or(least), least) +
                   random.below(5 * 24 * 60) * (microseconds_per_hour / 60);
        };
        HoldingFacts facts{
            on_day(date(2024, 1, 1) + random.below(60), random.below(24)), {}, {}, {}, {}};
        DueDate before = due(facts, rules, calendar);
        for (int act = 0; act < 20; ++act) {
            const int what = random.below(4);
            std::optional<Time> &changed = what == 0   ? facts.last_follow_up_at
                                           : what == 1 ? facts.last_order_at
                                           : what == 2 ? facts.extended_until
                                                       : facts.protected_until;
            changed = later(changed, facts.held_since);
            const DueDate after = due(facts, rules, calendar);
            REQUIRE(before.at.has_value() == after.at.has_value());
            REQUIRE(before.at <= after.at);
            REQUIRE((!after.at || std::count(kinds.begin(), kinds.end(), after.rule) == 1));
            before = after;
        }
    }
}

TEST_CASE("deadlines refuse what has no meaning") {
    CHECK(error_of(Rules().add("No_order", "o", 1, "day")) == "22023");
    CHECK(error_of(Rules().add("no_order", "o", 1, "days")) == "22023");
    CHECK(error_of(Rules().add("no_order", "o", 1, "day").add("no_order", "p", 2, "day")) ==
          "22023");
    Rules uneven;
    uneven.add("no_order", "o", 1, "day");
    uneven.amounts.push_back(1);
    CHECK(error_of(uneven) == "22023");

    Rules negative;
    negative.add("no_order", "o", -1, "day");
    Deadlines deadlines{};
    REQUIRE(read_deadlines({0, {}, {}, {}, {}}, negative.view(), deadlines).ok());
    CHECK(std::string(close_windows(deadlines, {}).sqlstate) == "22023");
}
