#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/classify/category.hpp"
#include "core/classify/hysteresis.hpp"
#include "core/classify/kind.hpp"
#include "core/classify/lifecycle.hpp"
#include "core/value/concentration.hpp"
#include "random.hpp"

using namespace highseas;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t day = 86'400'000'000;

CategoryRule rule(const char *name, char category, CategoryBox from, CategoryBox to) {
    return {name, category, from, to};
}

// The space cut in two again and again: sound by construction.
std::vector<CategoryRule> random_rules(Random &random) {
    std::vector<CategoryRule> rules{
        rule("r", 'A', {0, -infinite, -infinite, -infinite}, {3, infinite, infinite, infinite})};
    for (int cuts = random.below(12); cuts > 0; --cuts) {
        const auto i = static_cast<std::size_t>(random.below(static_cast<int>(rules.size())));
        const auto figure = static_cast<std::size_t>(random.below(4));
        const double cut = figure == 0   ? random.between(1, 2)
                           : figure == 1 ? random.between(1, 99)
                           : figure == 2 ? random.between(1, 9) / 10.0
                                         : random.between(-50, 50);
        if (cut <= rules[i].from[figure] || cut >= rules[i].to[figure])
            continue;
        CategoryRule upper = rules[i];
        upper.from[figure] = cut;
        rules[i].to[figure] = cut;
        upper.category = static_cast<char>('A' + random.below(6));
        rules.push_back(upper);
    }
    return rules;
}

CategoryFacts random_facts(Random &random) {
    CategoryFacts facts{static_cast<char>('A' + random.below(3)),
                        static_cast<double>(random.between(0, 100)), random.between(0, 10) / 10.0,
                        static_cast<double>(random.between(-60, 60))};
    if (random.chance(10))
        facts.abc = '\0';
    for (double *figure : {&facts.potential, &facts.alive, &facts.profit})
        if (random.chance(10))
            *figure = random.chance(50) ? unknown : infinite;
    return facts;
}

int how_many_fit(std::span<const CategoryRule> rules, const CategoryBox &figures) {
    int fits = 0;
    for (std::size_t i = 0; i < rules.size(); ++i)
        fits += find_category(rules.subspan(i, 1), figures) == 0;
    return fits;
}

std::vector<CategoryProblem> problems_of(std::span<const CategoryRule> rules) {
    std::vector<CategoryProblem> problems(200);
    std::size_t count = 0;
    REQUIRE(find_category_problems(rules, problems, count, never_stop).ok());
    problems.resize(count);
    return problems;
}

} // namespace

TEST_CASE("categories: sound rules put every customer in exactly one") {
    Random random(71);
    for (int round = 0; round < 500; ++round) {
        const auto rules = random_rules(random);
        REQUIRE(problems_of(rules).empty());
        for (int i = 0; i < 50; ++i)
            REQUIRE(how_many_fit(rules, random_facts(random).figures()) == 1);
    }
}

TEST_CASE("categories: gaps and overlaps are found where they are, and nowhere else") {
    Random random(72);
    int gaps = 0, overlaps = 0;
    for (int round = 0; round < 1'000; ++round) {
        auto rules = random_rules(random);
        const auto changed = static_cast<std::size_t>(random.below(static_cast<int>(rules.size())));
        if (random.chance(30)) {
            rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(changed));
        } else {
            const auto figure = static_cast<std::size_t>(random.between(1, 3));
            double &border =
                random.chance(50) ? rules[changed].from[figure] : rules[changed].to[figure];
            border = std::isfinite(border) ? border + random.between(-3, 3) * .1 : border;
            if (rules[changed].from[figure] >= rules[changed].to[figure])
                continue;
        }
        const auto problems = problems_of(rules);
        for (const CategoryProblem &problem : problems) {
            // Its lower corner is a customer that none or two rules fit.
            CategoryBox corner = problem.from;
            for (std::size_t f = 0; f < 4; ++f)
                if (std::isinf(corner[f]))
                    corner[f] = std::isinf(problem.to[f]) ? 0 : problem.to[f] - 1;
            const int fits = how_many_fit(rules, corner);
            REQUIRE((problem.first < 0 ? fits == 0 : fits >= 2));
            (problem.first < 0 ? gaps : overlaps) += 1;
        }
        for (int i = 0; i < 100; ++i) {
            const CategoryBox figures = random_facts(random).figures();
            const int fits = how_many_fit(rules, figures);
            const bool in_problem = std::any_of(problems.begin(), problems.end(), [&](auto &p) {
                return find_category(std::vector{rule("p", 'A', p.from, p.to)}, figures) == 0;
            });
            REQUIRE(in_problem == (fits != 1));
        }
    }
    CHECK(gaps > 100);
    CHECK(overlaps > 100);
}

TEST_CASE("categories: what is unknown speaks neither for nor against") {
    const CategoryBox figures = CategoryFacts{'\0', unknown, unknown, unknown}.figures();
    CHECK(figures == CategoryBox{2, 0, 1, 0});
    CHECK(CategoryFacts{'A', 200, -3, -infinite}.figures()[potential_score] == 100);
}

TEST_CASE("categories: the sentence has every figure, and never leaves its room") {
    const CategoryRule core = rule("core", 'C', {1, -infinite, .3, 0}, {2, 60, infinite, infinite});
    std::string room(room_to_explain(core), ' ');
    room.resize(explain_category(core, {'B', 40.5, .8125, 120}, room));
    CHECK(room == "Category C by rule \"core\": value class B (only B), potential 40.5 (below 60), "
                  "chance alive 0.812 (from 0.3), profit after service 120.00 (from 0).");
    room.assign(room_to_explain(core), ' ');
    room.resize(explain_category(core, {'\0', unknown, unknown, unknown}, room));
    CHECK(room ==
          "Category C by rule \"core\": no value (only B), potential unknown (below 60), chance "
          "alive unknown (from 0.3), profit after service unknown (from 0).");
    for (std::size_t size = 1; size < 80; ++size) {
        std::string small(size, ' ');
        CHECK(explain_category(core, {'B', 1, 1, -1e300}, small) == size - 1);
    }
}

TEST_CASE("categories: rows that are not sound are refused") {
    using Names = std::vector<std::string_view>;
    using Numbers = std::vector<double>;
    const Names names{"x"};
    const auto compiles = [&](Names category, Names abc_from, Names abc_to, Numbers from,
                              Numbers to) {
        std::vector<CategoryRule> rules(1);
        return compile_categories({names, category, abc_from, abc_to, from, to, from, to, from, to},
                                  rules)
            .ok();
    };
    CHECK(compiles({"A"}, {"A"}, {"C"}, {0}, {1}));
    CHECK_FALSE(compiles({"G"}, {"A"}, {"C"}, {0}, {1}));
    CHECK_FALSE(compiles({""}, {"A"}, {"C"}, {0}, {1}));
    CHECK_FALSE(compiles({"A"}, {"B"}, {"A"}, {0}, {1}));
    CHECK_FALSE(compiles({"A"}, {"A"}, {"D"}, {0}, {1}));
    CHECK_FALSE(compiles({"A"}, {"A"}, {"C"}, {1}, {1}));
    CHECK_FALSE(compiles({"A"}, {"A"}, {"C"}, {unknown}, {1}));
    CHECK_FALSE(compiles({"A", "B"}, {"A"}, {"C"}, {0}, {1}));
}

TEST_CASE("hysteresis: nobody flips twice within the stay, whatever his value does") {
    Random random(73);
    int flips = 0;
    for (int round = 0; round < 300; ++round) {
        const AbcBounds bounds{random.between(50, 100), random.between(1, 50)};
        const std::int64_t least = random.between(0, 20) * day;
        const std::int64_t margin = random.between(0, 30) * whole_share / 100;
        char current = abc_class(random.below(150), bounds);
        std::int64_t since = 0, now = 0;
        bool moved = false;
        for (int step = 0; step < 200; ++step) {
            now += random.between(0, 3) * day;
            const std::int64_t value = random.between(-5, 150);
            const char next = next_abc_class(current, {since, now, least}, value, bounds, margin);
            if (next == current)
                continue;
            REQUIRE(now - since >= least);
            flips += moved;
            moved = true;
            current = next;
            since = now;
        }
    }
    CHECK(flips > 1'000);
}

TEST_CASE("hysteresis: nobody moves within the margin of a border, and everybody beyond it") {
    Random random(74);
    const Stay over{0, day, 0};
    for (int round = 0; round < 20'000; ++round) {
        const AbcBounds bounds{random.between(500, 1'000), random.between(1, 500)};
        const std::int64_t percent = random.between(0, 30);
        const std::int64_t value = random.between(-50, 1'500);
        const char current = static_cast<char>('A' + random.below(3));
        const char next = next_abc_class(current, over, value, bounds, percent * whole_share / 100);
        const auto below = [&](std::int64_t bound) {
            return value * 100 < bound * (100 - percent);
        };
        const auto above = [&](std::int64_t bound) {
            return value * 100 >= bound * (100 + percent);
        };
        // The borders between the two classes, each passed by the margin; the next one not.
        if (next < current) {
            REQUIRE(above(next == 'A' ? bounds.a_from : bounds.b_from));
        } else if (next > current) {
            REQUIRE(below(next == 'C' ? bounds.b_from : bounds.a_from));
        } else {
            REQUIRE_FALSE((current == 'A' && below(bounds.a_from)));
            REQUIRE_FALSE((current == 'C' && above(bounds.b_from)));
            REQUIRE_FALSE((current == 'B' && (above(bounds.a_from) || below(bounds.b_from))));
        }
        // Where he came to he stays.
        REQUIRE(next_abc_class(next, over, value, bounds, percent * whole_share / 100) == next);
        REQUIRE(next_abc_class('\0', over, value, bounds, whole_share / 2) ==
                abc_class(value, bounds));
    }
}

TEST_CASE(
    "hysteresis: a category is kept within the stay and near it, and otherwise left at once") {
    Random random(75);
    int kept = 0, left = 0;
    for (int round = 0; round < 5'000; ++round) {
        const auto rules = random_rules(random);
        const CategoryBox figures = random_facts(random).figures();
        const CategoryBox margin = category_margin(random.between(0, 30) / 100.0, random.below(20));
        const char current = static_cast<char>('A' + random.below(6));
        const char plain = rules[static_cast<std::size_t>(find_category(rules, figures))].category;
        const char next = next_category(current, {0, day, day}, rules, figures, margin);
        REQUIRE(next_category(current, {0, day, day + 1}, rules, figures, margin) == current);
        REQUIRE(next_category('\0', {0, day, day + 1}, rules, figures, margin) == plain);
        REQUIRE((next == current || next == plain));
        REQUIRE((next == current) ==
                (plain == current || is_near_category(rules, current, figures, margin)));
        REQUIRE(next_category(current, {0, day, day}, rules, figures, {}) == plain);
        (next == plain ? left : kept) += 1;
    }
    CHECK(kept > 100);
    CHECK(left > 100);
    CHECK(next_category('A', {0, day, 0}, {}, {}, {}) == '\0');
}

TEST_CASE("hysteresis: a figure that swings by less than the margin moves nobody back and forth") {
    Random random(76);
    for (int round = 0; round < 300; ++round) {
        const std::vector rules{
            rule("low", 'E', {0, -infinite, -infinite, -infinite}, {3, 60, infinite, infinite}),
            rule("high", 'B', {0, 60, -infinite, -infinite}, {3, infinite, infinite, infinite})};
        const CategoryBox margin = category_margin(.05, 0);
        char current = 'E';
        int moves = 0;
        for (int step = 0; step < 100; ++step) {
            const CategoryFacts facts{'C', 57.6 + random.below(48) / 10.0, 1, 0}; // 57.6 .. 62.3
            const char next = next_category(current, {0, day, 0}, rules, facts.figures(), margin);
            moves += next != current;
            current = next;
        }
        REQUIRE(moves == 0);
    }
}

TEST_CASE("lifecycle: the stages by hand") {
    const LifecycleRule rule{90, .2, 730, 1.25, .75};
    const auto stage = [&](LifecycleFacts facts) { return std::string(lifecycle(facts, rule)); };
    CHECK(stage({0, false, false, 0, 0, {}, 0, 0}) == "lead");
    CHECK(stage({0, true, false, 0, 0, {}, 0, 0}) == "prospect");
    CHECK(stage({0, true, true, 0, 0, {}, 0, 0}) == "lost");
    CHECK(stage({1, true, false, 10, 10, .9, 50, 0}) == "new");
    CHECK(stage({1, true, false, 89, 89, {}, 50, 0}) == "new");
    CHECK(stage({5, true, false, 90, 10, .9, 100, 100}) == "core");
    CHECK(stage({5, true, false, 900, 10, .9, 125, 100}) == "growing");
    CHECK(stage({5, true, false, 900, 10, .9, 124.9, 100}) == "core");
    CHECK(stage({5, true, false, 900, 10, .9, 75, 100}) == "core");
    CHECK(stage({5, true, false, 900, 10, .9, 74.9, 100}) == "declining");
    CHECK(stage({5, true, false, 900, 10, .9, 0, 0}) == "declining");
    CHECK(stage({5, true, false, 900, 10, .19, 125, 100}) == "lost");
    CHECK(stage({5, true, false, 900, 730, {}, 0, 0}) == "lost");
    // Nothing before, so nothing to compare.
    CHECK(stage({5, true, false, 900, 729, {}, 1, 0}) == "core");
    CHECK(stage({5, true, false, 900, 729, {}, 1, -5}) == "core");
    CHECK(next_lifecycle("growing", {5, true, false, 900, 729, {}, 1, 0}, rule, .1) == "core");
}

TEST_CASE(
    "lifecycle: a stage is left beyond its border by the margin, and nobody goes back and forth") {
    Random random(77);
    const LifecycleRule rule{90, .2, 730, 1.25, .75};
    const auto facts = [](double alive, double recent) {
        return LifecycleFacts{5, true, false, 900, 10, alive, recent, 100};
    };
    const auto next = [&](std::string_view current, double alive, double recent) {
        return std::string(next_lifecycle(current, facts(alive, recent), rule, .1));
    };
    CHECK(next("growing", .9, 112.6) == "growing");
    CHECK(next("growing", .9, 112.4) == "core");
    CHECK(next("core", .9, 124.9) == "core");
    CHECK(next("declining", .9, 82.4) == "declining");
    CHECK(next("declining", .9, 82.6) == "core");
    CHECK(next("lost", .219, 100) == "lost");
    CHECK(next("lost", .221, 100) == "core");
    CHECK(next("core", .19, 100) == "lost");
    CHECK(next("", .9, 125) == "growing");
    int moves = 0, plain_moves = 0;
    std::string current = "core", plain = "core";
    for (int step = 0; step < 1'000; ++step) {
        // Within the margin of all three borders.
        const double alive = .19 + random.below(28) / 1'000.0;
        const double recent = random.below(2) ? 113 + random.below(24) : 68 + random.below(14);
        const std::string stage(next_lifecycle(current, facts(alive, recent), rule, .1));
        const std::string now(lifecycle(facts(alive, recent), rule));
        moves += stage != current;
        plain_moves += now != plain;
        current = stage;
        plain = now;
        REQUIRE((stage == now || stage == next(stage, alive, recent)));
    }
    CHECK(moves < 3);
    CHECK(plain_moves > 300);
    // A margin may be so wide that the borders meet, never that they cross.
    for (const char *stage : {"growing", "declining", "lost"})
        for (double margin = 0; margin <= 1; margin += .125)
            CHECK_FALSE(next_lifecycle(stage, facts(.9, 100), rule, margin).empty());
    // What he does counts at once.
    CHECK(next_lifecycle("lead", {1, true, false, 0, 0, {}, 10, 0}, rule, .1) == "new");
    CHECK(next_lifecycle("growing", {5, true, true, 900, 10, .9, 900, 1}, rule, .1) == "lost");
}

TEST_CASE("kind: the first rule that fits, in any case, and personal where none does") {
    using Names = std::vector<std::string_view>;
    const Names kinds{"commercial", "personal", "commercial"}, fields{"company", "email", "email"},
        words{"@gmail.", "@QQ.com"};
    const std::vector<int> counts{0, 2, 0};
    std::vector<KindRule> rules(3);
    REQUIRE(compile_kinds({kinds, fields, counts, words}, rules).ok());
    CHECK(customer_kind(rules, {"Acme", "", "x@gmail.com"}) == "commercial");
    CHECK(customer_kind(rules, {" ", "", "x@GMail.com"}) == "personal");
    CHECK(customer_kind(rules, {"", "", "x@qq.COM"}) == "personal");
    CHECK(customer_kind(rules, {"", "", "x@acme.com"}) == "commercial");
    CHECK(customer_kind(rules, {"", "acme.com"}) == "personal");
    for (const std::vector<int> &wrong : {std::vector<int>{0, 1, 0}, {0, 3, 0}, {-1, 3, 0}, {0, 2}})
        CHECK_FALSE(compile_kinds({kinds, fields, wrong, words}, rules).ok());
    const Names wrong_field{"company", "nosuch", "email"};
    CHECK_FALSE(compile_kinds({kinds, wrong_field, counts, words}, rules).ok());
}
