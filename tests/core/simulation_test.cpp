#include "catch.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "core/period/simulation.hpp"
#include "random.hpp"
#include "times.hpp"

using namespace highseas;

namespace {

using Text = std::string_view;
using OptionalText = std::optional<Text>;

const Date begin = date(2026, 1, 1);
Time day(double days) {
    return on_day(begin) + static_cast<Time>(days * static_cast<double>(microseconds_per_day));
}

constexpr double still = 1e6; // held

struct Spell {
    int customer, rep;
    double started, ended; // days
    Begin act = Begin::claim;
    End end = End::expired;
    bool exempt = false;
};

struct Rules {
    std::vector<Text> names, kinds, units;
    std::vector<int> amounts;
    std::vector<Text> limits, limit_kinds;
    std::vector<OptionalText> periods, limit_classes;
    std::vector<int> maxima;
    std::vector<OptionalText> any, any_limit;
    std::vector<Time> cooldown{0}, embargo{0}, rotate_after{after_all_times};
    std::optional<Text> method;

    Rules &deadline(Text kind, int amount, Text unit = "day") {
        names.push_back(kind);
        kinds.push_back(kind);
        units.push_back(unit);
        amounts.push_back(amount);
        any.emplace_back();
        return *this;
    }
    Rules &limit(Text kind, int maximum, OptionalText period = {}) {
        limits.push_back(kind);
        limit_kinds.push_back(kind);
        periods.push_back(period);
        maxima.push_back(maximum);
        any_limit.emplace_back();
        return *this;
    }
    SimulationRules facts() const {
        return {names,     kinds,  any,         any,     any,          any,       amounts,
                units,     limits, limit_kinds, periods, any_limit,    any_limit, any_limit,
                any_limit, maxima, cooldown,    embargo, rotate_after, method};
    }
};

struct World {
    int customers = 0, reps = 0;
    std::vector<Spell> spells{};
    std::vector<std::pair<int, double>> follow_ups{};
    std::vector<std::pair<int, double>> orders{};
    double length = 100;
    int repetitions = 3;
    std::uint64_t seed = 1;
    double grace = 0;
    Time from = day(0);

    struct Result {
        std::vector<Estimate> figures, loads, calls;
        Status status;
        Estimate of(Figure figure) const { return figures[static_cast<std::size_t>(figure)]; }
        double mean(Figure figure) const { return of(figure).mean; }
    };

    Result run(const Rules &in_force, const Rules &policy,
               ShouldStop should_stop = never_stop) const {
        std::vector<std::string> names;
        for (int i = 0; i < std::max(customers, reps); ++i)
            names.push_back("k" + std::to_string(1000 + i));
        const std::vector<Text> customer_keys(names.begin(), names.begin() + customers);
        const std::vector<Text> rep_keys(names.begin(), names.begin() + reps);
        const std::size_t c = customer_keys.size(), r = rep_keys.size();
        const std::vector<Time> arrived(c, day(-100)), rep_from(r, before_all_times),
            rep_until(r, after_all_times);
        const std::vector<int> pools(c, 0), classes(c, -1);
        const std::vector<OptionalText> regions(c);
        const std::vector<double> values(c, 1);
        const std::vector<Date> hired(r, std::numeric_limits<Date>::min());
        std::vector<int> customer, rep, begins, ends, to_pool, exempt;
        std::vector<Time> started, ended;
        for (const Spell &s : spells) {
            customer.push_back(s.customer);
            rep.push_back(s.rep);
            begins.push_back(static_cast<int>(s.act));
            ends.push_back(s.ended == still ? 0 : static_cast<int>(s.end));
            to_pool.push_back(s.ended == still || s.end == End::elsewhere ? -1 : 0);
            exempt.push_back(s.exempt);
            started.push_back(day(s.started));
            ended.push_back(s.ended == still ? after_all_times : day(s.ended));
        }
        const std::vector<int> spell_pools(spells.size(), 0), spell_classes(spells.size(), -1);
        const std::vector<Time> extended(spells.size(), before_all_times);
        std::vector<int> call_of, order_of;
        std::vector<Time> call_at, order_at;
        for (const auto &[of, when] : follow_ups) {
            call_of.push_back(of);
            call_at.push_back(day(when));
        }
        for (const auto &[of, when] : orders) {
            order_of.push_back(of);
            order_at.push_back(day(when));
        }
        const std::vector<double> amounts(orders.size(), 10);
        const std::vector<Text> pool_keys{"main"};
        const SimulationHistory history{customer_keys,
                                        arrived,
                                        pools,
                                        classes,
                                        regions,
                                        values,
                                        rep_keys,
                                        hired,
                                        rep_from,
                                        rep_until,
                                        {},
                                        {},
                                        {},
                                        {},
                                        {},
                                        {},
                                        {},
                                        {},
                                        {},
                                        pool_keys,
                                        {},
                                        customer,
                                        rep,
                                        spell_pools,
                                        spell_classes,
                                        started,
                                        ended,
                                        begins,
                                        ends,
                                        to_pool,
                                        extended,
                                        exempt,
                                        call_of,
                                        call_at,
                                        order_of,
                                        order_at,
                                        amounts};
        const std::vector<Time> offsets{0};
        const SimulationPlan plan{
            from,          day(length), from + static_cast<Time>(grace * microseconds_per_day),
            {{}, offsets}, {},          seed,
            repetitions};
        Result result{std::vector<Estimate>(figure_count),
                      std::vector<Estimate>(r),
                      std::vector<Estimate>(r),
                      {}};
        result.status = simulate(history, in_force.facts(), policy.facts(), plan, should_stop,
                                 result.figures, result.loads, result.calls);
        return result;
    }
};

// Holdings one after another, with all kinds of ends.
World random_world(std::uint64_t seed) {
    Random random(seed);
    World world;
    world.customers = 60;
    world.reps = 5;
    world.seed = seed;
    for (int c = 0; c < world.customers; ++c) {
        double now = random.between(-30, 20);
        while (now < world.length && random.chance(80)) {
            const double length = random.between(1, 40) + random.below(24) / 24.0;
            const bool open = random.chance(10);
            const End end = random.chance(50)   ? End::expired
                            : random.chance(50) ? End::returned
                                                : End::elsewhere;
            world.spells.push_back({c, random.below(world.reps), now, open ? still : now + length,
                                    random.chance(30)   ? Begin::rotation
                                    : random.chance(20) ? Begin::decided
                                                        : Begin::claim,
                                    end, random.chance(10)});
            for (double call = now + random.between(1, 9); call < now + length;
                 call += random.between(1, 15))
                world.follow_ups.emplace_back(c, call);
            if (open)
                break;
            now += length + random.between(0, 20) + 1 / 24.0;
        }
        for (int k = random.below(3); k > 0; --k)
            world.orders.emplace_back(c, random.between(-10, 99) + .25);
    }
    return world;
}

Rules some_rules() {
    return Rules()
        .deadline("no_follow_up", 20)
        .deadline("longest_holding", 35)
        .limit("capacity", 9)
        .limit("quota", 3, "week");
}

void check_same(const std::vector<Estimate> &a, const std::vector<Estimate> &b) {
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        CHECK(a[i].mean == b[i].mean);
        CHECK(a[i].lower == b[i].lower);
        CHECK(a[i].upper == b[i].upper);
    }
}

} // namespace

TEST_CASE("the rules in force reproduce every history exactly, whatever made it", "[simulation]") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        Rules renamed = some_rules();
        renamed.names = {"a", "b"};
        renamed.limits = {"c", "d"};
        const World world = random_world(seed);
        const auto result = world.run(some_rules(), renamed);
        REQUIRE(result.status.ok());
        for (const auto *estimates : {&result.figures, &result.loads, &result.calls})
            for (const Estimate &one : *estimates) {
                CHECK(one.mean == one.history);
                CHECK(one.lower == one.history);
                CHECK(one.upper == one.history);
            }
        // And the record's own figures are what plain counting says.
        double takes = 0, held = 0;
        for (const Spell &s : world.spells) {
            takes += s.started >= 0 && s.started < world.length;
            const double end = std::min(s.ended, world.length);
            held += std::max(0.0, end - std::max(s.started, 0.0));
        }
        CHECK(result.of(Figure::takes).history == takes);
        CHECK(std::abs(result.of(Figure::held_mean).history - held / world.length) < 1e-9);
    }
}

TEST_CASE("a shorter window strikes at its time, and what came later is not the holder's",
          "[simulation]") {
    World world{.customers = 1,
                .reps = 1,
                .spells = {{0, 0, 10, 45}},
                .follow_ups = {{0, 15}},
                .orders = {{0, 12}, {0, 32}}};
    const Rules thirty = Rules().deadline("no_follow_up", 30);
    const auto result = world.run(thirty, Rules().deadline("no_follow_up", 14));
    REQUIRE(result.status.ok());
    CHECK(result.of(Figure::held_mean).history == 0.35);
    CHECK(std::abs(result.mean(Figure::held_mean) - .19) < 1e-12); // day 10 to day 15 + 14
    CHECK(result.mean(Figure::expiries) == 1);
    CHECK(result.of(Figure::orders_held).history == 2);
    CHECK(result.mean(Figure::orders_held) == 1);
    CHECK(result.mean(Figure::orders_moved) == 1);
    CHECK(result.mean(Figure::value_moved) == 10);
    CHECK(result.mean(Figure::changed) == 1);
    // An order puts off a deadline that is about orders.
    CHECK(std::abs(world.run(Rules().deadline("no_order", 30), Rules().deadline("no_order", 21))
                       .mean(Figure::held_mean) -
                   .35) < 1e-12);
    // Protected: as it was.
    world.spells[0].exempt = true;
    CHECK(world.run(thirty, Rules().deadline("no_follow_up", 14)).mean(Figure::changed) == 0);
}

TEST_CASE("a longer window keeps what expired, and only that", "[simulation]") {
    World world{
        .customers = 2,
        .reps = 2,
        .spells = {{0, 0, 10, 24}, {0, 1, 30, 44}, {1, 1, 10, 20, Begin::claim, End::returned}}};
    const auto result =
        world.run(Rules().deadline("no_follow_up", 14), Rules().deadline("no_follow_up", 30));
    REQUIRE(result.status.ok());
    // The first is held until day 40, so nobody takes it at day 30; what follows is drawn.
    CHECK(result.loads[0].mean >= .30 - 1e-12);
    CHECK(result.mean(Figure::changed) == 1);
    CHECK(result.of(Figure::returns).history == 3);
    // Without any deadline it is held to the end.
    const auto forever = world.run(Rules().deadline("no_follow_up", 14), Rules());
    CHECK(std::abs(forever.loads[0].mean - .9) < 1e-12);
    CHECK(std::abs(forever.loads[1].mean - .1) < 1e-12);
}

TEST_CASE("those held at the beginning have the grace", "[simulation]") {
    World world{.customers = 1, .reps = 1, .spells = {{0, 0, -20, 10}}, .length = 50, .grace = 3};
    const Rules thirty = Rules().deadline("no_follow_up", 30),
                week = Rules().deadline("no_follow_up", 7);
    CHECK(std::abs(world.run(thirty, week).mean(Figure::held_mean) - 3 / 50.0) < 1e-12);
    world.grace = 20; // never later than it would have been anyway
    CHECK(std::abs(world.run(thirty, week).mean(Figure::held_mean) - 10 / 50.0) < 1e-12);
}

TEST_CASE("a limit refuses what it would have refused, but not what broke it in the record",
          "[simulation]") {
    World world{.customers = 3,
                .reps = 1,
                .spells = {{0, 0, 1, still}, {1, 0, 2, still}, {2, 0, 3, still}}};
    CHECK(world.run(Rules(), Rules().limit("capacity", 1)).mean(Figure::refused) == 2);
    CHECK(world.run(Rules().limit("capacity", 1), Rules().limit("capacity", 1))
              .mean(Figure::refused) == 0);
    CHECK(world.run(Rules().limit("capacity", 2), Rules().limit("capacity", 1))
              .mean(Figure::refused) == 1);
    CHECK(world.run(Rules(), Rules().limit("quota", 2, "month")).mean(Figure::refused) == 1);
    CHECK(world.run(Rules(), Rules().limit("quota", 1, "day")).mean(Figure::refused) == 0);
    world.spells[2].act = Begin::decided;
    CHECK(world.run(Rules(), Rules().limit("capacity", 1)).mean(Figure::refused) == 1);
}

TEST_CASE("another method decides rotations anew", "[simulation]") {
    World world{.customers = 12, .reps = 2};
    for (int c = 0; c < 10; ++c) // all of them to one
        world.spells.push_back({c, 0, 1.0 + c, still, Begin::rotation});
    world.spells.push_back({10, 1, 0, 1, Begin::claim, End::returned});
    Rules least_loaded;
    least_loaded.method = "least_loaded";
    const auto result = world.run(Rules(), least_loaded);
    REQUIRE(result.status.ok());
    CHECK(result.of(Figure::load_greatest).history > 9);
    CHECK(result.mean(Figure::load_greatest) < 6);
    least_loaded.method = "by lot";
    CHECK(std::string(world.run(Rules(), least_loaded).status.message) ==
          "unknown method \"by lot\"");
}

TEST_CASE("rotation after another time", "[simulation]") {
    World world{.customers = 1,
                .reps = 2,
                .spells = {{0, 0, -10, 5, Begin::claim, End::returned},
                           {0, 1, 45, still, Begin::rotation}}};
    Rules forty, ten;
    forty.rotate_after = {40 * microseconds_per_day};
    ten.rotate_after = {10 * microseconds_per_day};
    const auto earlier = world.run(forty, ten);
    CHECK(earlier.of(Figure::wait_mean).history == 40);
    CHECK(earlier.mean(Figure::wait_mean) == 10);
    CHECK(world.run(ten, forty).mean(Figure::wait_mean) == 40);
}

TEST_CASE("the same seed gives the same digits, in any order of rows; another one others",
          "[simulation]") {
    const World world = random_world(7);
    const Rules policy = Rules().deadline("no_follow_up", 5).limit("capacity", 9);
    const auto result = world.run(some_rules(), policy);
    REQUIRE(result.status.ok());
    World shuffled = world;
    Random random(3);
    auto shuffle = [&](auto &rows) {
        auto copy = rows;
        const auto order = random.permutation(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i] = copy[order[i]];
    };
    shuffle(shuffled.spells);
    shuffle(shuffled.follow_ups);
    shuffle(shuffled.orders);
    const auto other = shuffled.run(some_rules(), policy);
    check_same(result.figures, other.figures);
    check_same(result.loads, other.loads);
    CHECK(result.of(Figure::held_mean).lower < result.of(Figure::held_mean).upper);
    World reseeded = world;
    reseeded.seed = 8;
    CHECK(reseeded.run(some_rules(), policy).mean(Figure::held_mean) !=
          result.mean(Figure::held_mean));
}

TEST_CASE("no play breaks its own limits", "[simulation]") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        World world = random_world(seed);
        for (Spell &spell : world.spells) {
            spell.act = Begin::claim;
            spell.started = std::abs(spell.started);
            if (spell.ended != still)
                spell.ended = std::max(spell.ended, spell.started + .5);
        }
        world.spells.resize(60);
        const auto result =
            world.run(Rules(), Rules().deadline("no_follow_up", 4).limit("capacity", 3));
        REQUIRE(result.status.ok());
        for (const Estimate &load : result.loads)
            CHECK(load.mean <= 3);
    }
}

TEST_CASE("what cannot be is refused", "[simulation]") {
    const World world{.customers = 1, .reps = 1, .spells = {{0, 0, 10, 45}}};
    auto state = [](const World::Result &result) { return std::string(result.status.sqlstate); };
    CHECK(state(world.run(Rules(), Rules().deadline("no_luck", 3))) == "22023");
    CHECK(state(world.run(Rules(), Rules().deadline("no_order", 3, "year"))) == "22023");
    CHECK(state(world.run(Rules(), Rules().deadline("no_order", -3))) == "22023");
    CHECK(state(world.run(Rules(), Rules().limit("quota", 3, "year"))) == "22023");
    CHECK(state(world.run(Rules(), Rules().limit("luck", 3))) == "22023");
    World wrong = world;
    wrong.spells[0].rep = 1;
    CHECK(state(wrong.run(Rules(), Rules())) == "22023");
    wrong = world;
    wrong.length = 0;
    CHECK(state(wrong.run(Rules(), Rules())) == "22023");
    wrong = world;
    wrong.repetitions = 0;
    CHECK(state(wrong.run(Rules(), Rules())) == "22023");
    Rules uneven = Rules().deadline("no_order", 3);
    uneven.amounts.clear();
    CHECK(state(world.run(Rules(), uneven)) == "22023");
}

TEST_CASE("a simulation can be interrupted", "[simulation]") {
    World world = random_world(1);
    world.repetitions = 1000;
    const auto result =
        world.run(Rules(), Rules().deadline("no_follow_up", 2), []() noexcept { return true; });
    CHECK(std::string(result.status.sqlstate) == "57014");
}
