#include "catch.hpp"

#include <map>
#include <string>
#include <vector>

#include "core/pool/verdict.hpp"
#include "random.hpp"
#include "times.hpp"

using namespace highseas;

namespace {

struct LimitRows {
    std::vector<std::string_view> kinds, rules;
    std::vector<int> maxima, used;
    std::vector<std::optional<Time>> resets;

    void add(std::string_view kind, std::string_view rule, int is_used, int maximum,
             std::optional<Time> reset = {}) {
        kinds.push_back(kind);
        rules.push_back(rule);
        maxima.push_back(maximum);
        used.push_back(is_used);
        resets.push_back(reset);
    }
    Limits limits() const { return {kinds, rules, maxima, used, resets}; }
};

const Time now = at(2024, 1, 10, 12);

ClaimFacts free_customer() {
    return {now, "free", {}, "rep", {}, true, true, true, {}, {}, {}};
}

Verdict verdict_of(const ClaimFacts &facts) {
    Verdict verdict{};
    const Status status = claim_verdict(facts, verdict);
    INFO(status.message);
    REQUIRE(status.ok());
    return verdict;
}

void check_refused(const ClaimFacts &facts, std::string_view code, std::string_view rule,
                   std::optional<Time> allowed_from = {}) {
    const Verdict verdict = verdict_of(facts);
    CHECK_FALSE(verdict.allowed);
    CHECK(verdict.code == code);
    CHECK(verdict.rule == rule);
    CHECK(verdict.allowed_from == allowed_from);
}

} // namespace

TEST_CASE("a free customer in an open pool may be taken") {
    const Verdict verdict = verdict_of(free_customer());
    CHECK(verdict.allowed);
    CHECK(verdict.code.empty());
    CHECK_FALSE(verdict.allowed_from);
}

TEST_CASE("the first check that fails answers") {
    // Everything is wrong; each step puts the first wrong thing right.
    LimitRows rows;
    rows.add("capacity", "small", 3, 2);
    rows.add("quota", "day", 5, 5, at(2024, 1, 11));
    ClaimFacts facts{now,   std::nullopt, "rep",          "rep",         at(2024, 2, 1), false,
                     false, false,        at(2024, 3, 1), rows.limits(), at(2024, 1, 15)};
    check_refused(facts, "42704", "unknown-customer");
    facts.state = "withdrawn";
    check_refused(facts, "SE002", "withdrawn");
    facts.state = "gone";
    check_refused(facts, "SE002", "gone");
    facts.state = "held";
    check_refused(facts, "SE001", "own");
    facts.holder = "other";
    check_refused(facts, "SE001", "held");
    facts.holder = std::nullopt;
    check_refused(facts, "SE001", "held");
    facts.state = "frozen";
    check_refused(facts, "SE006", "frozen");
    facts.state = "free";
    check_refused(facts, "SE006", "embargo", at(2024, 2, 1));
    facts.embargo_until = now;
    check_refused(facts, "SE008", "closed");
    facts.pool_open = true;
    check_refused(facts, "SE009", "inactive", at(2024, 1, 15));
    facts.back_at = std::nullopt;
    check_refused(facts, "SE009", "inactive");
    facts.rep_active = true;
    check_refused(facts, "SE009", "member");
    facts.member = true;
    facts.tier_allowed = false;
    check_refused(facts, "SE009", "treatment");
    facts.tier_allowed = true;
    check_refused(facts, "SE004", "day", at(2024, 1, 11));
    rows.used[1] = 4;
    check_refused(facts, "SE003", "small");
    rows.used[0] = 1;
    check_refused(facts, "SE005", "cooldown", at(2024, 3, 1));
    facts.cooldown_until = now;
    CHECK(verdict_of(facts).allowed);
}

TEST_CASE("of several limits the one that lasts longest is named") {
    LimitRows rows;
    rows.add("quota", "day", 5, 5, at(2024, 1, 11));
    rows.add("quota", "month", 30, 20, at(2024, 2, 1));
    rows.add("quota", "week", 9, 10, at(2024, 3, 1)); // not violated
    ClaimFacts facts = free_customer();
    facts.limits = rows.limits();
    check_refused(facts, "SE004", "month", at(2024, 2, 1));
    CHECK(verdict_of(facts).used == 30);
    CHECK(verdict_of(facts).maximum == 20);

    rows.add("quota", "ever", 1, 1);
    facts.limits = rows.limits();
    check_refused(facts, "SE004", "ever");

    LimitRows capacities;
    capacities.add("capacity", "all", 300, 300);
    capacities.add("capacity", "class A", 0, 0);
    facts.limits = capacities.limits();
    check_refused(facts, "SE003", "class A");
    CHECK(verdict_of(facts).used == 0);
    CHECK(verdict_of(facts).maximum == 0);
}

TEST_CASE("the order of limits does not matter") {
    Random random(5);
    const std::vector<std::string_view> names{"a", "b", "c", "d"};
    for (int round = 0; round < 2000; ++round) {
        LimitRows rows;
        for (std::string_view name : names)
            rows.add(random.chance(50) ? "quota" : "capacity", name, random.below(3),
                     random.below(3),
                     random.chance(70) ? std::optional<Time>(random.below(2)) : std::nullopt);
        LimitRows other;
        for (std::size_t i : random.permutation(names.size()))
            other.add(rows.kinds[i], rows.rules[i], rows.used[i], rows.maxima[i], rows.resets[i]);
        ClaimFacts facts = free_customer();
        facts.limits = rows.limits();
        ClaimFacts other_facts = free_customer();
        other_facts.limits = other.limits();
        const Verdict a = verdict_of(facts);
        const Verdict b = verdict_of(other_facts);
        REQUIRE(a.code == b.code);
        REQUIRE(a.rule == b.rule);
        REQUIRE(a.allowed_from == b.allowed_from);
    }
}

TEST_CASE("no history of claims and returns passes a limit") {
    // The model counts by itself; the verdict alone decides who may take what.
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Random random(seed);
        constexpr int customers = 40;
        constexpr int reps = 4;
        const int capacity = random.between(0, 8);
        const int day_quota = random.between(0, 5);
        const int week_quota = random.between(0, 12);
        const std::string_view rep_names[] = {"ann", "bo", "cy", "dee"};
        std::vector<int> holder(customers, -1);
        std::vector<std::vector<int>> taken(reps); // days
        std::map<std::pair<int, int>, Time> given_back;
        const Time cooldown = 3 * microseconds_per_day;
        int day = 0;
        for (int act = 0; act < 2000; ++act) {
            day += random.chance(5);
            const Time time = on_day(date(2024, 1, 1) + day, act % 24);
            const int rep = random.below(reps);
            const int customer = random.below(customers);
            if (random.chance(40)) { // a return refunds no quota
                if (holder[customer] >= 0) {
                    given_back[{holder[customer], customer}] = time;
                    holder[customer] = -1;
                }
                continue;
            }
            auto count = [&](int first_day) {
                int n = 0;
                for (int d : taken[rep])
                    n += d >= first_day;
                return n;
            };
            int held = 0;
            for (int h : holder)
                held += h == rep;
            const int week_start = day - day % 7;
            LimitRows rows;
            rows.add("capacity", "capacity", held, capacity);
            rows.add("quota", "day", count(day), day_quota, on_day(date(2024, 1, 1) + day + 1));
            rows.add("quota", "week", count(week_start), week_quota,
                     on_day(date(2024, 1, 1) + week_start + 7));
            ClaimFacts facts = free_customer();
            facts.now = time;
            facts.rep = rep_names[rep];
            if (holder[customer] >= 0) {
                facts.state = "held";
                facts.holder = rep_names[holder[customer]];
            }
            if (auto back = given_back.find({rep, customer}); back != given_back.end())
                facts.cooldown_until = back->second + cooldown;
            facts.limits = rows.limits();
            const Verdict verdict = verdict_of(facts);
            if (!verdict.allowed) {
                REQUIRE_FALSE(verdict.code.empty());
                REQUIRE_FALSE(verdict.rule.empty());
                if (verdict.allowed_from)
                    REQUIRE(*verdict.allowed_from > time);
                continue;
            }
            REQUIRE(holder[customer] == -1);
            holder[customer] = rep;
            taken[rep].push_back(day);
            REQUIRE(held + 1 <= capacity);
            REQUIRE(count(day) <= day_quota);
            REQUIRE(count(week_start) <= week_quota);
        }
    }
}

TEST_CASE("verdicts refuse what has no meaning") {
    Verdict verdict{};
    ClaimFacts facts = free_customer();
    facts.state = "Free";
    CHECK(std::string(claim_verdict(facts, verdict).sqlstate) == "22023");
    LimitRows rows;
    rows.add("Quota", "day", 1, 1);
    facts = free_customer();
    facts.limits = rows.limits();
    CHECK(std::string(claim_verdict(facts, verdict).sqlstate) == "22023");
    rows.kinds[0] = "quota";
    rows.used.push_back(1);
    facts.limits = rows.limits();
    CHECK(std::string(claim_verdict(facts, verdict).sqlstate) == "22023");
}
