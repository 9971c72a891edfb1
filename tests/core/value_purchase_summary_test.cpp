#include "catch.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "cdnow.hpp"
#include "core/value/purchase_summary.hpp"
#include "random.hpp"

using namespace highseas;

namespace {

struct Order {
    int day;
    std::int64_t units;
};

std::optional<PurchaseSummary> summary_of(const std::vector<Order> &orders) {
    std::vector<PurchaseDay> days;
    for (const auto &[day, units] : orders)
        days.push_back({units, day, units >= 0});
    std::size_t count = 0;
    REQUIRE(merge_days(days, count).ok());
    std::optional<PurchaseSummary> summary;
    REQUIRE(summarize({days.data(), count}, summary).ok());
    return summary;
}

// As the definition says it, order by order.
std::optional<PurchaseSummary> slow_summary_of(const std::vector<Order> &orders) {
    std::map<int, std::int64_t> bought;
    std::int64_t total = 0;
    for (const auto &[day, units] : orders) {
        total += units;
        if (units >= 0)
            bought[day] += units;
    }
    if (bought.empty())
        return std::nullopt;
    for (const auto &[day, units] : orders)
        if (units < 0)
            if (auto later = bought.upper_bound(day); later != bought.begin())
                std::prev(later)->second += units;
    const int first = bought.begin()->first;
    const int last = bought.rbegin()->first;
    std::int64_t repeated = 0;
    for (const auto &[day, units] : bought)
        if (day > first)
            repeated += units;
    const int repeats = static_cast<int>(bought.size()) - 1;
    std::optional<double> mean;
    if (repeats > 0)
        mean = static_cast<double>(repeated) / (repeats * 10'000.0);
    return PurchaseSummary{repeats, first, last, total, mean};
}

void check_equal(const std::optional<PurchaseSummary> &a, const std::optional<PurchaseSummary> &b) {
    REQUIRE(a.has_value() == b.has_value());
    if (!a)
        return;
    REQUIRE(a->repeats == b->repeats);
    REQUIRE(a->first == b->first);
    REQUIRE(a->last == b->last);
    REQUIRE(a->units == b->units);
    REQUIRE(a->mean_value == b->mean_value);
}

} // namespace

TEST_CASE("a customer's orders come to repeats, recency, age and mean value") {
    const auto summary = summary_of({{17, 297'300}, {0, 293'300}, {213, 149'600}});
    REQUIRE(summary);
    CHECK(summary->repeats == 2);
    CHECK(summary->first == 0);
    CHECK(summary->last == 213);
    CHECK(summary->units == 740'200);
    CHECK(summary->mean_value == 22.345);
}

TEST_CASE("one purchase has no mean value, returns alone are no purchase") {
    CHECK_FALSE(summary_of({}));
    CHECK_FALSE(summary_of({{5, -100}}));
    const auto once = summary_of({{5, 0}, {5, 300}});
    REQUIRE(once);
    CHECK(once->repeats == 0);
    CHECK(once->mean_value == std::nullopt);
}

TEST_CASE("a return counts against the last purchase day up to it") {
    const std::vector<Order> purchases{{1, 100'000}, {5, 200'000}, {9, 400'000}};
    auto mean_with = [&](Order order) {
        auto orders = purchases;
        orders.push_back(order);
        return summary_of(orders)->mean_value;
    };
    CHECK(mean_with({0, -10'000}) == 30);
    CHECK(mean_with({4, -10'000}) == 30);
    CHECK(mean_with({5, -10'000}) == 29.5);
    CHECK(mean_with({30, -10'000}) == 29.5);
    CHECK(summary_of({{1, 100'000}, {5, 200'000}, {30, -10'000}})->last == 5);
}

TEST_CASE("any orders in any order give what the slow definition gives") {
    Random random(41);
    for (int round = 0; round < 2'000; ++round) {
        std::vector<Order> orders;
        const int count = random.below(30);
        const int days = random.between(1, 40);
        for (int i = 0; i < count; ++i)
            orders.push_back({random.between(-5, days), random.between(-300'000, 1'000'000)});
        const auto expected = slow_summary_of(orders);
        check_equal(summary_of(orders), expected);
        std::vector<Order> shuffled;
        for (std::size_t i : random.permutation(orders.size()))
            shuffled.push_back(orders[i]);
        check_equal(summary_of(shuffled), expected);
    }
}

TEST_CASE("merged days merge with others to the same") {
    Random random(42);
    for (int round = 0; round < 200; ++round) {
        std::vector<PurchaseDay> all;
        for (int i = random.below(50); i >= 0; --i)
            all.push_back({random.between(-9, 9), random.below(20), random.chance(50)});
        std::vector<PurchaseDay> parts = all;
        std::size_t count = 0;
        REQUIRE(merge_days({parts.data(), parts.size() / 2}, count).ok());
        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(count),
                    parts.begin() + static_cast<std::ptrdiff_t>(all.size() / 2));
        REQUIRE(merge_days(parts, count).ok());
        parts.resize(count);
        REQUIRE(merge_days(all, count).ok());
        REQUIRE(parts.size() == count);
        for (std::size_t i = 0; i < count; ++i) {
            REQUIRE(parts[i].units == all[i].units);
            REQUIRE(parts[i].day == all[i].day);
            REQUIRE(parts[i].bought == all[i].bought);
        }
    }
}

TEST_CASE("sums out of range are refused") {
    std::vector<PurchaseDay> days(10, {1'000'000'000'000'000'000, 1, true});
    std::size_t count = 0;
    CHECK(std::string(merge_days(days, count).sqlstate) == "22003");
    for (int i = 0; i < 10; ++i)
        days[static_cast<std::size_t>(i)].day = i;
    std::optional<PurchaseSummary> summary;
    CHECK(std::string(summarize(days, summary).sqlstate) == "22003");
}

TEST_CASE("the CDNOW sample until 1997-09-30 has the published repeaters") {
    std::map<std::string, std::vector<Order>> customers;
    for (const CdnowOrder &order : cdnow_sample())
        if (order.date <= 19970930)
            customers[order.customer].push_back({order.date, order.cents * 100});
    CHECK(customers.size() == 2357);
    int repeaters = 0;
    for (const auto &[customer, orders] : customers) {
        const auto summary = summary_of(orders);
        check_equal(summary, slow_summary_of(orders));
        repeaters += summary->repeats > 0;
    }
    CHECK(repeaters == 946);
}

TEST_CASE("time units have names") {
    for (auto unit : {TimeUnit::day, TimeUnit::week, TimeUnit::month, TimeUnit::year})
        CHECK(time_unit_named(name_of(unit)) == unit);
    CHECK(time_unit_named("weeks") == std::nullopt);
    CHECK(days_of(TimeUnit::week) == 7);
    CHECK(days_of(TimeUnit::month) * 12 == days_of(TimeUnit::year));
}
