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
    int pool = 0;
};

struct Rules {
    std::vector<Text> names, kinds, units;
    std::vector<int> amounts;
    std::vector<Text> limits, limit_kinds;
    std::vector<OptionalText> periods, limit_classes;
    std::vector<int> maxima;
    std::vector<OptionalText> any, any_limit;
    std::vector<Time> cooldown{0}, embargo{0}, rotate_after{after_all_times}; // of each pool
    std::vector<Text> methods{"serial"};
    std::vector<OptionalText> segments{{}}, band_classes{{}};
    std::vector<std::optional<double>> least{{}}, most{{}};
    std::vector<int> band_days{30}, fallback{-1}, new_leads{0};

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
    Rules &method(Text name) {
        methods[0] = name;
        return *this;
    }
    Rules &second_pool() {
        auto repeat = [](auto &...each) { (each.push_back(each[0]), ...); };
        repeat(cooldown, embargo, rotate_after, methods, segments, band_classes, least, most,
               band_days, fallback, new_leads);
        return *this;
    }
    SimulationRules facts() const {
        return {names,     kinds,  any,          any,       any,          any,       amounts,
                units,     limits, limit_kinds,  periods,   any_limit,    any_limit, any_limit,
                any_limit, maxima, cooldown,     embargo,   rotate_after, methods,   segments,
                least,     most,   band_classes, band_days, fallback,     new_leads};
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
    std::vector<double> arrivals{}; // days; else long ago
    std::vector<double> values{};   // else 1
    std::vector<OptionalText> regions{};
    std::vector<std::pair<Text, Text>> cover{};        // rep, region
    std::vector<std::pair<Text, OptionalText>> tree{}; // region, parent
    std::vector<Text> pools{"main"};

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
        std::vector<Time> arrived(c, day(-100));
        for (std::size_t i = 0; i < arrivals.size(); ++i)
            arrived[i] = day(arrivals[i]);
        const std::vector<Time> rep_from(r, before_all_times), rep_until(r, after_all_times);
        const std::vector<int> customer_pools(c, 0), classes(c, -1);
        const std::vector<OptionalText> nothing(c);
        const std::vector<OptionalText> its_regions = regions.empty() ? nothing : regions;
        const std::vector<double> its_values = values.empty() ? std::vector<double>(c, 1) : values;
        const std::vector<double> weights(r, 1);
        std::vector<Text> cover_reps, cover_regions, tree_regions;
        std::vector<OptionalText> tree_parents;
        for (const auto &[who, region] : cover) {
            cover_reps.push_back(who);
            cover_regions.push_back(region);
        }
        for (const auto &[region, parent] : tree) {
            tree_regions.push_back(region);
            tree_parents.push_back(parent);
        }
        const std::vector<Date> hired(r, std::numeric_limits<Date>::min());
        std::vector<int> spell_pools;
        std::vector<int> customer, rep, begins, ends, to_pool, exempt;
        std::vector<Time> started, ended;
        for (const Spell &s : spells) {
            customer.push_back(s.customer);
            rep.push_back(s.rep);
            begins.push_back(static_cast<int>(s.act));
            ends.push_back(s.ended == still ? 0 : static_cast<int>(s.end));
            to_pool.push_back(s.ended == still || s.end == End::elsewhere ? -1 : 0);
            exempt.push_back(s.exempt);
            spell_pools.push_back(s.pool);
            started.push_back(day(s.started));
            ended.push_back(s.ended == still ? after_all_times : day(s.ended));
        }
        const std::vector<int> spell_classes(spells.size(), -1);
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
        const SimulationHistory history{customer_keys,
                                        arrived,
                                        customer_pools,
                                        classes,
                                        its_regions,
                                        its_values,
                                        nothing,
                                        nothing,
                                        nothing,
                                        rep_keys,
                                        hired,
                                        rep_from,
                                        rep_until,
                                        weights,
                                        {},
                                        {},
                                        {},
                                        cover_reps,
                                        cover_regions,
                                        tree_regions,
                                        tree_parents,
                                        {},
                                        {},
                                        pools,
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
                                    : random.chance(20) ? Begin::allocation
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
        Rules given = some_rules().method("optimal");
        given.least = {.8};
        given.new_leads = {1};
        CHECK(world.run(given, given).of(Figure::held_mean).mean ==
              world.run(given, given).of(Figure::held_mean).history);
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
            takes += day(s.started) >= day(0) && s.started < world.length;
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
    const Rules least_loaded = Rules().method("least_loaded");
    CHECK(world.run(least_loaded, least_loaded).mean(Figure::load_greatest) > 9);
    const auto result = world.run(Rules(), least_loaded);
    REQUIRE(result.status.ok());
    CHECK(result.of(Figure::load_greatest).history > 9);
    CHECK(result.mean(Figure::load_greatest) < 6);
    CHECK(std::string(world.run(Rules(), Rules().method("by lot")).status.message) ==
          "unknown method \"by lot\"");
}

TEST_CASE(
    "what is given away anew goes to who covers the nearest region, else to the fallback pool",
    "[simulation]") {
    World world{.customers = 8, .reps = 3};
    for (int c = 0; c < 4; ++c) // all of them to the first
        world.spells.push_back({c, 0, 10, still, c % 2 ? Begin::rotation : Begin::allocation});
    for (int rep = 0; rep < 3; ++rep) // who works for the pool, and gives nothing back
        world.spells.push_back({4 + rep, rep, -20, still});
    world.regions = {"east", "shanghai", "mars", {}, {}, {}, {}, {}};
    world.tree = {{"china", {}}, {"east", "china"}, {"shanghai", "east"}};
    world.cover = {{"k1000", "north"}, {"k1001", "china"}, {"k1002", "shanghai"}};
    const Rules turns = Rules().method("weighted_turns");
    auto result = world.run(Rules(), turns);
    REQUIRE(result.status.ok());
    CHECK(result.loads[1].mean - 1 >
          .89); // east, by china; another one may have him without region
    CHECK(result.loads[2].mean - 1 > .89); // shanghai
    CHECK(result.of(Figure::held_mean).history == 3 + 4 * .9);
    CHECK(result.mean(Figure::held_mean) < 3 + 3 * .9 + 1e-9); // nobody covers mars

    // In the fallback pool somebody without regions is at work.
    world.pools = {"main", "rest"};
    world.reps = 4;
    world.spells.push_back({7, 3, -20, still});
    world.spells.back().pool = 1;
    Rules with_fallback = Rules().second_pool().method("weighted_turns");
    with_fallback.new_leads[1] = 1;
    CHECK(world.run(Rules().second_pool(), with_fallback).loads[3].mean == 1);
    with_fallback.fallback[0] = 1;
    result = world.run(Rules().second_pool(), with_fallback);
    REQUIRE(result.status.ok());
    CHECK(std::abs(result.loads[3].mean - 1 - .89) < 1e-9); // mars, a day later
    CHECK(result.loads[0].mean < 2 + 1e-9);
    with_fallback.fallback[0] = 2;
    CHECK(std::string(world.run(Rules().second_pool(), with_fallback).status.sqlstate) == "22023");
}

TEST_CASE("new leads are given away at once, or no longer", "[simulation]") {
    World world{.customers = 3, .reps = 1};
    world.arrivals = {5, 20, -10};
    world.spells = {{0, 0, 45, still}, {1, 0, 60, still}, {2, 0, -5, still}};
    Rules at_once;
    at_once.new_leads = {1};
    const auto result = world.run(Rules(), at_once);
    REQUIRE(result.status.ok());
    CHECK(result.of(Figure::wait_mean).history == 40);
    CHECK(result.mean(Figure::wait_mean) < 1);
    CHECK(std::abs(result.mean(Figure::held_mean) - (1 + .95 + .8)) < .021);
    // By the rule in force they had to wait for nothing; without it they wait as the others did.
    world.spells[0] = {0, 0, 5, still, Begin::allocation};
    const auto claimed = world.run(at_once, Rules());
    CHECK(claimed.of(Figure::wait_mean).history == 20);
    CHECK(claimed.mean(Figure::wait_mean) >= 20);
    CHECK(world.run(at_once, at_once).mean(Figure::wait_mean) == 20);
}

TEST_CASE("best fit knows who sold before that day, and the band spreads what it gives",
          "[simulation]") {
    World world{.customers = 60, .reps = 2};
    for (int c = 0; c < 20; ++c) { // the first rep sells to each, the second to none
        world.spells.push_back({c, c % 2, -50, -20, Begin::claim, End::returned});
        if (c % 2 == 0)
            world.orders.emplace_back(c, -40);
    }
    for (int c = 20; c < 60; ++c)
        world.spells.push_back({c, 1, c - 15.0, still, Begin::rotation});
    const double all = world.run(Rules(), Rules()).of(Figure::held_mean).history;
    const auto fit = world.run(Rules(), Rules().method("best_fit"));
    REQUIRE(fit.status.ok());
    CHECK(fit.loads[1].history == all);
    CHECK(fit.loads[1].mean == 0);
    Rules band = Rules().method("optimal");
    CHECK(world.run(Rules(), band).loads[1].mean == 0);
    band.least = {.8};
    band.band_days = {90};
    const auto fair = world.run(Rules(), band);
    REQUIRE(fair.status.ok());
    // A fair share of the value takes him more customers, for he makes less of each.
    CHECK(fair.loads[1].mean > .4 * all);
    // What nobody knew on that day counts for nothing.
    for (auto &[customer, when] : world.orders)
        when = -19 + customer; // after the holding
    CHECK(world.run(Rules(), Rules().method("best_fit")).loads[1].mean > .3 * all);
    band.least = {1.5};
    CHECK(std::string(world.run(Rules(), band).status.sqlstate) == "22023");
    band = Rules().method("optimal");
    band.segments = {"mood"};
    CHECK(std::string(world.run(Rules(), band).status.message) == "unknown segment \"mood\"");
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
