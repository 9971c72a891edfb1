#include "catch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>

#include "cdnow.hpp"
#include "core/value/concentration.hpp"
#include "random.hpp"

using namespace highseas;

namespace {

using Values = std::vector<std::int64_t>;

Values sorted(Values values) {
    REQUIRE(sort_values(values, never_stop).ok());
    return values;
}

// The mean absolute difference of all pairs over twice the mean.
double gini_by_pairs(const Values &values) {
    long double differences = 0;
    long double total = 0;
    for (std::int64_t a : values) {
        total += a;
        for (std::int64_t b : values)
            differences += std::abs(a - b);
    }
    return static_cast<double>(differences / (2 * total * values.size()));
}

// The first customers of a share in any order, the last one in part.
double share_of_first(const Values &values, long double share) {
    long double left = share * values.size();
    long double sum = 0;
    long double total = 0;
    for (std::int64_t value : values) {
        const long double part = std::clamp(left, 0.0L, 1.0L);
        sum += part * value;
        total += value;
        left -= 1;
    }
    return static_cast<double>(sum / total);
}

std::vector<WhalePoint> curve(const Values &rising, std::size_t steps) {
    std::vector<WhalePoint> points(steps + 2);
    points.resize(whale_curve(Concentration(rising), steps, points));
    return points;
}

Values cents_by_customer(const std::vector<CdnowOrder> &orders) {
    std::map<std::string, std::int64_t> sums;
    for (const CdnowOrder &order : orders)
        sums[order.customer] += order.cents;
    Values cents;
    for (const auto &[customer, sum] : sums)
        cents.push_back(sum);
    return sorted(cents);
}

bool close(std::optional<double> a, double b, double tolerance = 1e-12) {
    return a && std::abs(*a - b) <= tolerance;
}

int stops_left;
bool stop_after_some() noexcept {
    return stops_left-- == 0;
}

} // namespace

TEST_CASE("values are sorted as signed numbers") {
    Random random(51);
    for (int round = 0; round < 300; ++round) {
        Values values;
        const int bits = random.between(1, 64);
        for (int i = random.below(300); i > 0; --i)
            values.push_back(static_cast<std::int64_t>(random.next()) >> (64 - bits));
        Values expected = values;
        std::sort(expected.begin(), expected.end());
        REQUIRE((sorted(values) == expected));
    }
}

TEST_CASE("sorting that is stopped anywhere loses no value") {
    Random random(52);
    Values values;
    for (int i = 0; i < 2'500'000; ++i)
        values.push_back(static_cast<std::int64_t>(random.next()) >> 44);
    const Values expected = sorted(values);
    int stops = 0;
    for (;; ++stops) {
        stops_left = stops;
        const Status status = sort_values(values, stop_after_some);
        if (status.ok())
            break;
        REQUIRE(std::string(status.sqlstate) == "57014");
    }
    CHECK(stops > 3);
    CHECK((values == expected)); // not to be printed
}

TEST_CASE("small cases by hand") {
    const Values one{5};
    CHECK(Concentration(one).gini() == 0.0);
    CHECK(Concentration(one).top_share(whole_share / 5) == 0.2);
    CHECK(Concentration(one).customers_needed(whole_share / 2) == 1u);
    const Values alike{3, 3, 3, 3};
    CHECK(Concentration(alike).gini() == 0.0);
    CHECK(Concentration(alike).customers_needed(whole_share / 4) == 1u);
    CHECK(Concentration(alike).customers_needed(whole_share / 4 + 1) == 2u);
    CHECK(Concentration(alike).customers_needed(0) == 0u);
    const Values one_has_all{0, 0, 0, 8};
    CHECK(Concentration(one_has_all).gini() == 0.75);
    CHECK(Concentration(one_has_all).top_share(whole_share / 4) == 1.0);
    CHECK(Concentration(one_has_all).bottom_share(whole_share / 4 * 3) == 0.0);
    // Somebody eats a part: the Gini coefficient and the best customers' share exceed 1.
    const Values with_loss{-4, 1, 4};
    CHECK(Concentration(with_loss).gini() == 16.0 / 3);
    CHECK(Concentration(with_loss).top_share(whole_share) == 1.0);
    CHECK(*Concentration(with_loss).top_share(33'333'333) > 3.9);
    CHECK(*Concentration(with_loss).bottom_share(33'333'333) < -3.9);
    CHECK(Concentration(with_loss).loss_makers().customers == 1);
    CHECK(whale_peak(Concentration(with_loss)).customers == 2);
    CHECK(whale_peak(Concentration(with_loss)).sum == 5);
}

TEST_CASE("without a positive total there are no shares") {
    for (const Values &values : {Values{0, 0}, Values{-3, -2}, Values{-2, 2}}) {
        const Concentration of(values);
        std::array<double, 101> points{};
        CHECK(of.gini() == std::nullopt);
        CHECK(of.top_share(whole_share) == std::nullopt);
        CHECK(of.bottom_share(0) == std::nullopt);
        CHECK(of.customers_needed(0) == std::nullopt);
        CHECK_FALSE(of.lorenz(points));
    }
}

TEST_CASE("all agree with their slow definitions") {
    Random random(53);
    for (int round = 0; round < 500; ++round) {
        Values values;
        const int low = random.chance(50) ? 0 : -300;
        for (int i = random.between(1, 60); i > 0; --i)
            values.push_back(random.between(low, 1'000));
        values = sorted(values);
        const Concentration of(values);
        if (of.total <= 0)
            continue;
        Values falling(values.rbegin(), values.rend());
        REQUIRE(close(of.gini(), gini_by_pairs(values)));
        const std::int64_t share = random.below(static_cast<int>(whole_share) + 1);
        const long double part = static_cast<long double>(share) / whole_share;
        REQUIRE(close(of.bottom_share(share), share_of_first(values, part)));
        REQUIRE(close(of.top_share(share), share_of_first(falling, part)));
        std::array<double, 101> points{};
        REQUIRE(of.lorenz(points));
        for (std::size_t percent = 0; percent <= 100; ++percent)
            REQUIRE(points[percent] ==
                    of.bottom_share(whole_share / 100 * static_cast<std::int64_t>(percent)));

        std::size_t needed = 0;
        Int128 sum = 0;
        while (sum * whole_share < of.total * share)
            sum += falling[needed++];
        REQUIRE(of.customers_needed(share) == needed);
    }
}

TEST_CASE("the whale curve goes from none to all over the peak") {
    Random random(54);
    for (int round = 0; round < 500; ++round) {
        Values values;
        for (int i = random.between(1, 40); i > 0; --i)
            values.push_back(random.between(-50, 100));
        values = sorted(values);
        const auto steps = static_cast<std::size_t>(random.between(1, 60));
        const auto points = curve(values, steps);
        REQUIRE(points.front().customers == 0);
        REQUIRE(points.back().customers == values.size());
        std::size_t next = 0;
        Int128 sum = 0;
        Int128 highest = 0;
        Int128 best_point = 0;
        for (std::size_t customers = 0; customers <= values.size(); ++customers) {
            if (customers > 0)
                sum += values[values.size() - customers];
            highest = std::max(highest, sum);
            if (next < points.size() && points[next].customers == customers) {
                REQUIRE(points[next].sum == sum);
                best_point = std::max(best_point, points[next].sum);
                ++next;
            }
        }
        REQUIRE(next == points.size());
        REQUIRE(best_point == highest);
        REQUIRE(points.size() <= std::min(steps, values.size()) + 2);
        REQUIRE(points.size() >= std::min(steps, values.size()) + 1);
    }
}

TEST_CASE("as many values as there may be, as large as they may be, stay within 128 bits") {
    Values values(1'000, largest_units);
    const Concentration of(values);
    CHECK(of.gini() == 0.0);
    CHECK(of.top_share(whole_share / 5) == 0.2);
    // n^2 * largest_units * 2, and n * largest_units * whole_share, with n = most_values.
    const long double n = most_values;
    CHECK(n * n * largest_units * 4 < 1.7e38L);
    CHECK(n * largest_units * whole_share < 1.7e38L);
}

TEST_CASE("the CDNOW sample agrees with its slow definitions") {
    const Values cents = cents_by_customer(cdnow_sample());
    CHECK(cents.size() == 2357);
    const Concentration of(cents);
    CHECK(close(of.gini(), gini_by_pairs(cents), 1e-13));
    CHECK(close(of.bottom_share(whole_share / 10 * 3), share_of_first(cents, 0.3L), 1e-13));
}

TEST_CASE("the full CDNOW cohort has the published concentration") {
    const std::vector<CdnowOrder> orders = cdnow_master();
    if (orders.empty()) {
        WARN("not run: the full cohort is not there");
        return;
    }
    const Values cents = cents_by_customer(orders);
    REQUIRE(cents.size() == 23570);
    const Concentration of(cents);
    CHECK(close(of.gini(), .634571184582, 5e-13));
    CHECK(close(of.top_share(whole_share / 5), .677774, 5e-7));
    CHECK(close(of.top_share(whole_share / 10 * 3), .779510, 5e-7));
    CHECK(of.customers_needed(whole_share / 5 * 4) == 7695u);
    CHECK(of.customers_needed(whole_share / 20 * 19) == 7695u + 8044u);
}
