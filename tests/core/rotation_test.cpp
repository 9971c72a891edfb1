#include "catch.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/pool/rotation.hpp"
#include "random.hpp"
#include "times.hpp"

using namespace highseas;

namespace {

struct Row {
    std::string customer;
    std::string rep;
    std::string reason;
    bool operator==(const Row &) const = default;
};

using Maybe = std::optional<std::string>;

// The facts as rows, which can be put in another order.
struct World {
    std::vector<std::tuple<std::string, float, Maybe, Maybe>>
        customers;                                          // key, score, region, class
    std::vector<std::tuple<std::string, int, Time>> reps;   // key, rank, waiting since
    std::vector<std::pair<std::string, std::string>> cover; // rep, region
    std::vector<std::pair<std::string, Maybe>> tree;        // region, parent
    std::vector<std::tuple<std::string, std::string, Maybe, int>> limits; // rep, kind, class, left
    std::vector<std::pair<std::string, std::string>> past;                // customer, rep
    std::vector<std::string> busy;                                        // rep

    World shuffled(Random &random) const {
        World other = *this;
        auto shuffle = [&random](auto &rows) {
            const auto old = rows;
            std::size_t place = 0;
            for (std::size_t i : random.permutation(old.size()))
                rows[place++] = old[i];
        };
        shuffle(other.customers);
        shuffle(other.reps);
        shuffle(other.cover);
        shuffle(other.tree);
        shuffle(other.limits);
        shuffle(other.past);
        return other;
    }
};

template <std::size_t column, class Value, class Rows>
std::vector<Value> column_of(const Rows &rows) {
    std::vector<Value> values;
    for (const auto &row : rows)
        values.emplace_back(std::get<column>(row));
    return values;
}

Status try_plan(const World &world, std::vector<Row> &rows, ShouldStop should_stop = never_stop) {
    const auto customer_keys = column_of<0, Text>(world.customers);
    const auto scores = column_of<1, float>(world.customers);
    const auto regions = column_of<2, OptionalText>(world.customers);
    const auto classes = column_of<3, OptionalText>(world.customers);
    const auto rep_keys = column_of<0, Text>(world.reps);
    const auto ranks = column_of<1, int>(world.reps);
    const auto waiting = column_of<2, Time>(world.reps);
    const auto cover_reps = column_of<0, Text>(world.cover);
    const auto cover_regions = column_of<1, Text>(world.cover);
    const auto tree_regions = column_of<0, Text>(world.tree);
    const auto tree_parents = column_of<1, OptionalText>(world.tree);
    const auto limit_reps = column_of<0, Text>(world.limits);
    const auto limit_kinds = column_of<1, Text>(world.limits);
    const auto limit_classes = column_of<2, OptionalText>(world.limits);
    const auto limit_left = column_of<3, int>(world.limits);
    const auto past_customers = column_of<0, Text>(world.past);
    const auto past_reps = column_of<1, Text>(world.past);
    const std::vector<Text> busy(world.busy.begin(), world.busy.end());
    const RotationFacts facts{customer_keys,  scores,     regions,     classes,       rep_keys,
                              ranks,          waiting,    cover_reps,  cover_regions, tree_regions,
                              tree_parents,   limit_reps, limit_kinds, limit_classes, limit_left,
                              past_customers, past_reps,  busy};
    std::vector<Assignment> plan(customer_keys.size());
    Status status = plan_rotation(facts, should_stop, plan);
    if (status.ok())
        for (const Assignment &given : plan)
            rows.push_back(
                {std::string(customer_keys[static_cast<std::size_t>(given.customer)]),
                 given.rep < 0 ? "" : std::string(rep_keys[static_cast<std::size_t>(given.rep)]),
                 given.hurdle == Hurdle::none ? "" : name_of(given.hurdle)});
    return status;
}

std::vector<Row> plan_of(const World &world) {
    std::vector<Row> rows;
    const Status status = try_plan(world, rows);
    INFO(status.message);
    REQUIRE(status.ok());
    return rows;
}

std::string error_of(const World &world) {
    std::vector<Row> rows;
    return try_plan(world, rows).sqlstate;
}

World random_world(Random &random) {
    World world;
    auto region = [&random] { return "region " + std::to_string(random.below(8)); };
    auto class_name = [&random] {
        return std::string(1, static_cast<char>('A' + random.below(3)));
    };
    const int customers = random.below(40);
    const int reps = random.below(7);
    for (int i = 0; i < customers; ++i)
        world.customers.emplace_back("c" + std::to_string(i), static_cast<float>(random.below(5)),
                                     random.chance(80) ? Maybe(region()) : Maybe(),
                                     random.chance(80) ? Maybe(class_name()) : Maybe());
    for (int i = 0; i < reps; ++i)
        world.reps.emplace_back("r" + std::to_string(i), random.below(2), random.below(3));
    auto rep = [&random] { return "r" + std::to_string(random.below(8)); };
    for (int i = random.below(8); i > 0; --i)
        world.cover.emplace_back(rep(), region());
    for (int i = 0; i < 6; ++i) // a parent has a smaller number, so there is no cycle
        world.tree.emplace_back("region " + std::to_string(i),
                                i > 0 && random.chance(70)
                                    ? Maybe("region " + std::to_string(random.below(i)))
                                    : Maybe());
    for (int i = random.below(12); i > 0; --i)
        world.limits.emplace_back(rep(), random.chance(50) ? "quota" : "capacity",
                                  random.chance(50) ? Maybe(class_name()) : Maybe(),
                                  random.between(-1, 8));
    for (int i = random.below(60); i > 0; --i)
        world.past.emplace_back("c" + std::to_string(random.below(45)), rep());
    return world;
}

// The rule as it is said, with a look at every pair: slow and plain.
std::vector<Row> plain_plan(World world) {
    std::map<std::string, Maybe> parents(world.tree.begin(), world.tree.end());
    std::sort(world.customers.begin(), world.customers.end(), [](const auto &a, const auto &b) {
        return std::get<1>(a) != std::get<1>(b) ? std::get<1>(a) > std::get<1>(b)
                                                : std::get<0>(a) < std::get<0>(b);
    });
    std::vector<std::string> queue;
    std::sort(world.reps.begin(), world.reps.end(), [](const auto &a, const auto &b) {
        return std::get<2>(a) != std::get<2>(b) ? std::get<2>(a) < std::get<2>(b)
                                                : std::get<0>(a) < std::get<0>(b);
    });
    std::map<std::string, int> rank;
    for (const auto &[key, its_rank, waiting] : world.reps) {
        queue.push_back(key);
        rank[key] = its_rank;
    }
    // how far up the tree the rep's region lies: 1000 = none needed, -1 = he may not have it
    auto distance = [&](const std::string &rep, const Maybe &region) {
        std::set<std::string> covered;
        for (const auto &[who, what] : world.cover)
            if (who == rep)
                covered.insert(what);
        if (!region)
            return 0;
        int steps = 0;
        for (Maybe above = region; above; ++steps) {
            if (covered.count(*above))
                return steps;
            const auto parent = parents.find(*above);
            above = parent == parents.end() ? Maybe() : parent->second;
        }
        return covered.empty() ? 1000 : -1;
    };
    std::vector<Row> rows;
    for (const auto &[customer, score, region, its_class] : world.customers) {
        bool covered = false;
        bool limited = false;
        std::tuple<int, int, std::size_t> best;
        std::string chosen;
        for (std::size_t place = 0; place < queue.size(); ++place) {
            const std::string &rep = queue[place];
            const int steps = distance(rep, region);
            if (steps < 0)
                continue;
            covered = true;
            if (std::count(world.past.begin(), world.past.end(), std::pair(customer, rep)))
                continue;
            bool blocked = false;
            for (const auto &[who, kind, limit_class, left] : world.limits)
                blocked |= who == rep && (!limit_class || limit_class == its_class) && left <= 0;
            limited |= blocked;
            const std::tuple order(steps, rank[rep], place);
            if (!blocked && (chosen.empty() || order < best)) {
                best = order;
                chosen = rep;
            }
        }
        if (chosen.empty()) {
            rows.push_back({customer, "",
                            queue.empty() ? "no-reps"
                            : !covered    ? "no-region"
                            : limited     ? "limit"
                                          : "earlier-holder"});
            continue;
        }
        rows.push_back({customer, chosen, ""});
        queue.erase(std::find(queue.begin(), queue.end(), chosen));
        queue.push_back(chosen);
        for (auto &[who, kind, limit_class, left] : world.limits)
            if (who == chosen && (!limit_class || limit_class == its_class))
                --left;
    }
    return rows;
}

} // namespace

TEST_CASE("reps take turns, the longest wait first, the best customers first") {
    World world;
    for (int i = 0; i < 5; ++i)
        world.customers.emplace_back("c" + std::to_string(i), static_cast<float>(i), Maybe(),
                                     Maybe());
    world.reps = {{"late", 0, 20}, {"early", 0, 10}};
    CHECK(plan_of(world) == std::vector<Row>{{"c4", "early", ""},
                                             {"c3", "late", ""},
                                             {"c2", "early", ""},
                                             {"c1", "late", ""},
                                             {"c0", "early", ""}});
    world.reps[0] = {"late", -1, 20}; // a smaller rank comes first as long as it may
    world.limits = {{"late", "quota", {}, 2}};
    CHECK(plan_of(world) == std::vector<Row>{{"c4", "late", ""},
                                             {"c3", "late", ""},
                                             {"c2", "early", ""},
                                             {"c1", "early", ""},
                                             {"c0", "early", ""}});
}

TEST_CASE("the nearest region wins, and nobody leaves his regions") {
    World world;
    world.tree = {{"china", {}}, {"east", "china"}, {"shanghai", "east"}, {"north", "china"}};
    world.reps = {{"anywhere", 0, 0}, {"chinese", 0, 0}, {"eastern", 0, 0}, {"local", 0, 0}};
    world.cover = {{"local", "shanghai"}, {"eastern", "east"}, {"chinese", "china"}};
    auto rep_for = [&world](Maybe region) {
        world.customers = {{"c", 1.0f, region, {}}};
        const Row row = plan_of(world)[0];
        return row.rep.empty() ? row.reason : row.rep;
    };
    CHECK(rep_for("shanghai") == "local");
    CHECK(rep_for("east") == "eastern");
    CHECK(rep_for("north") == "chinese");
    CHECK(rep_for("mars") == "anywhere");
    CHECK(rep_for({}) == "anywhere"); // every rep alike: the first by key
    world.limits = {{"local", "quota", {}, 0}};
    CHECK(rep_for("shanghai") == "eastern");
    world.reps.erase(world.reps.begin());
    CHECK(rep_for("mars") == "no-region");
}

TEST_CASE("a customer left over says why") {
    World world;
    world.customers = {{"c", 1.0f, {}, "A"}};
    auto reason = [&world] { return plan_of(world)[0].reason; };
    CHECK(reason() == "no-reps");
    world.reps = {{"r", 0, 0}};
    world.past = {{"c", "r"}, {"c", "r"}, {"x", "r"}, {"c", "x"}};
    CHECK(reason() == "earlier-holder");
    world.limits = {{"r", "quota", "A", 0}};
    CHECK(reason() == "earlier-holder");
    world.past.clear();
    CHECK(reason() == "quota");
    world.limits = {{"r", "capacity", {}, 0}, {"r", "quota", "B", 0}};
    CHECK(reason() == "capacity");
}

TEST_CASE("the plan is what a look at every pair gives, whatever the order of the facts") {
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        Random random(seed);
        const World world = random_world(random);
        const std::vector<Row> plan = plan_of(world);
        REQUIRE(plan == plan_of(world.shuffled(random)));

        std::vector<Row> compared = plan;
        for (Row &row : compared)
            if (row.reason == "quota" || row.reason == "capacity")
                row.reason = "limit";
        REQUIRE(compared == plain_plan(world));
    }
}

TEST_CASE("no plan passes a limit or goes to an earlier holder") {
    for (std::uint64_t seed = 10'000; seed < 11'000; ++seed) {
        Random random(seed);
        const World world = random_world(random);
        const std::vector<Row> plan = plan_of(world);
        REQUIRE(plan.size() == world.customers.size());
        std::map<std::string, Maybe> class_of;
        for (const auto &[key, score, region, its_class] : world.customers)
            class_of[key] = its_class;
        for (const auto &[rep, kind, its_class, left] : world.limits) {
            int given = 0;
            for (const Row &row : plan)
                given += row.rep == rep && (!its_class || class_of[row.customer] == its_class);
            REQUIRE(given <= std::max(left, 0));
        }
        for (const auto &[customer, rep] : world.past)
            REQUIRE(std::count(plan.begin(), plan.end(), Row{customer, rep, ""}) == 0);
        for (const Row &row : plan)
            REQUIRE(row.rep.empty() != row.reason.empty());
    }
}

TEST_CASE("scores that are no numbers come last") {
    World world;
    world.customers = {{"a", std::numeric_limits<float>::quiet_NaN(), {}, {}},
                       {"b", -5.0f, {}, {}},
                       {"c", std::numeric_limits<float>::infinity(), {}, {}}};
    world.reps = {{"r", 0, 0}};
    const std::vector<Row> plan = plan_of(world);
    CHECK(plan[0].customer == "c");
    CHECK(plan[2].customer == "a");
}

TEST_CASE("rotations refuse what has no meaning") {
    World world;
    world.customers = {{"c", 1.0f, {}, {}}};
    world.reps = {{"r", 0, 0}};
    World cycle = world;
    cycle.tree = {{"a", "b"}, {"b", "c"}, {"c", "a"}};
    CHECK(error_of(cycle) == "22023");
    cycle.tree = {{"a", "a"}};
    CHECK(error_of(cycle) == "22023");
    World twice = world;
    twice.customers.push_back(twice.customers[0]);
    CHECK(error_of(twice) == "22023");
    twice = world;
    twice.reps.push_back(twice.reps[0]);
    CHECK(error_of(twice) == "22023");
    twice = world;
    twice.tree = {{"a", {}}, {"a", {}}};
    CHECK(error_of(twice) == "22023");
    World unknown = world;
    unknown.limits = {{"r", "limit", {}, 1}};
    CHECK(error_of(unknown) == "22023");

    std::vector<Row> rows;
    CHECK(std::string(try_plan(world, rows, []() noexcept { return true; }).sqlstate) == "57014");

    RotationFacts uneven{};
    const std::vector<Text> keys{"a"};
    uneven.customer_keys = keys;
    CHECK(std::string(plan_rotation(uneven, never_stop, {}).sqlstate) == "22023");
}

TEST_CASE("a rotation that is too large is refused before it begins") {
    const std::vector<Text> keys(25'000, "same");
    const std::vector<float> scores(25'000);
    const std::vector<OptionalText> none(25'000);
    const std::vector<int> ranks(25'000);
    const std::vector<Time> waiting(25'000);
    RotationFacts facts{};
    facts.customer_keys = keys;
    facts.scores = scores;
    facts.regions = facts.classes = none;
    facts.rep_keys = keys;
    facts.rep_ranks = ranks;
    facts.rep_waiting_since = waiting;
    CHECK(std::string(plan_rotation(facts, never_stop, {}).sqlstate) == "54000");
}

TEST_CASE(
    "a busy rep gets nothing, keeps his place, and is the reason where he might have got it") {
    World world;
    world.customers = {{"c1", 3, {}, {}}, {"c2", 2, "north", {}}, {"c3", 1, "north", {}}};
    world.reps = {{"ann", 0, 1}, {"bob", 0, 2}};
    world.cover = {{"ann", "north"}};
    world.tree = {{"north", {}}};
    world.busy = {"ann", "nobody"};
    CHECK(plan_of(world) ==
          std::vector<Row>{{"c1", "bob", ""}, {"c2", "bob", ""}, {"c3", "bob", ""}});
    world.limits = {{"bob", "capacity", {}, 2}};
    world.past = {{"c2", "ann"}};
    CHECK(plan_of(world) ==
          std::vector<Row>{{"c1", "bob", ""}, {"c2", "bob", ""}, {"c3", "", "busy"}});
    world.past = {{"c3", "ann"}};
    CHECK(plan_of(world) ==
          std::vector<Row>{{"c1", "bob", ""}, {"c2", "bob", ""}, {"c3", "", "capacity"}});
    world.past.push_back({"c3", "bob"});
    CHECK(plan_of(world)[2] == Row{"c3", "", "earlier-holder"});
}
