#include "core/value/history.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

constexpr std::ptrdiff_t small = 1 << 15;

template <class Row>
Row median(Row a, Row b, Row c) {
    return std::max(std::min(a, b), std::min(std::max(a, b), c));
}

// Quicksort down to parts that std::sort does in a few milliseconds: std::sort can't be stopped.
template <class Row>
bool sort(Row *first, Row *last, ShouldStop should_stop) {
    while (last - first > small) {
        if (should_stop())
            return false;
        const std::ptrdiff_t step = (last - first) / 9;
        const Row pivot = median(median(first[0], first[step], first[2 * step]),
                                 median(first[3 * step], first[4 * step], first[5 * step]),
                                 median(first[6 * step], first[7 * step], first[8 * step]));
        Row *equal = std::partition(first, last, [&](const Row &row) { return row < pivot; });
        Row *greater = std::partition(equal, last, [&](const Row &row) { return row <= pivot; });
        const bool left_is_shorter = equal - first < last - greater;
        if (!(left_is_shorter ? sort(first, equal, should_stop) : sort(greater, last, should_stop)))
            return false;
        (left_is_shorter ? first : last) = left_is_shorter ? greater : equal;
    }
    std::sort(first, last);
    return !should_stop();
}

bool same(const History &a, const History &b) {
    return a.repeats == b.repeats && a.recency == b.recency && a.age == b.age;
}

bool same(const Spending &a, const Spending &b) {
    return a.repeats == b.repeats && a.mean_value == b.mean_value;
}

template <class Row>
bool merge(std::span<Row> &rows, ShouldStop should_stop) {
    if (!sort(rows.data(), rows.data() + rows.size(), should_stop))
        return false;
    std::size_t count = 0;
    for (const Row &row : rows) {
        if (count > 0 && same(rows[count - 1], row))
            rows[count - 1].weight += row.weight;
        else
            rows[count++] = row;
    }
    rows = rows.first(count);
    return true;
}

} // namespace

Status check_history(const History &history) noexcept {
    const auto &[repeats, recency, age, weight] = history;
    const char *hint = nullptr;
    if (!std::isfinite(recency) || !std::isfinite(age))
        hint = "Recency and age must be finite.";
    else if (repeats < 0)
        hint = "Repeats are days with a purchase after the first: 0 or more.";
    else if (recency > age)
        hint = "Recency is the time from the first to the last purchase, age from the first to the "
               "end of observation: age is never less.";
    else if (repeats == 0 ? recency != 0 : recency <= 0)
        hint = "Recency is 0 where there is no repeat, and greater than 0 where there is one: "
               "purchases of one day count once.";
    else if (age < 0)
        hint = "Age must be 0 or more.";
    if (!hint)
        return {};
    return Status::error(sqlstate::bad_parameter, "a purchase history is impossible")
        .with_detail("Repeats %d, recency %g, age %g.", repeats, recency, age)
        .with_hint("%s", hint);
}

Status check_spending(const Spending &spending) noexcept {
    const auto &[repeats, mean_value, _] = spending;
    if (repeats == 0 || (repeats > 0 && std::isfinite(mean_value)))
        return {};
    return Status::error(sqlstate::bad_parameter, "a spending is impossible")
        .with_detail("Repeats %d, mean value %g.", repeats, mean_value)
        .with_hint("Repeats are 0 or more, the mean value of the repeat purchases is finite.");
}

Status check_weight(double weight) noexcept {
    if (weight >= 0 && std::isfinite(weight))
        return {};
    return Status::error(sqlstate::bad_parameter, "weight %g is out of range", weight)
        .with_hint("A weight is how many customers a row stands for: finite, 0 or more.");
}

bool merge_equal(std::span<History> &rows, ShouldStop should_stop) noexcept {
    return merge(rows, should_stop);
}

bool merge_equal(std::span<Spending> &rows, ShouldStop should_stop) noexcept {
    return merge(rows, should_stop);
}

} // namespace highseas
