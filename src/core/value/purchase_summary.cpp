#include "core/value/purchase_summary.hpp"

#include <algorithm>
#include <array>

#include "core/value/amount.hpp"

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

constexpr std::array<std::string_view, 4> unit_names{"day", "week", "month", "year"};
constexpr std::array<double, 4> unit_days{1, 7, 365.25 / 12, 365.25};

bool earlier(const PurchaseDay &a, const PurchaseDay &b) noexcept {
    return a.day < b.day;
}

} // namespace

Status merge_days(std::span<PurchaseDay> days, std::size_t &count) noexcept {
    if (!std::is_sorted(days.begin(), days.end(), earlier))
        std::sort(days.begin(), days.end(), earlier);
    count = 0;
    for (std::size_t i = 0; i < days.size();) {
        PurchaseDay merged = days[i];
        Int128 units = merged.units;
        for (++i; i < days.size() && days[i].day == merged.day; ++i) {
            units += days[i].units;
            merged.bought = merged.bought || days[i].bought;
        }
        merged.units = static_cast<std::int64_t>(units);
        if (merged.units != units)
            return Status::error(sqlstate::value_too_large, "the amounts of a day are too large")
                .with_detail("A day's sum must be less than 922 trillion.");
        days[count++] = merged;
    }
    return {};
}

Status summarize(std::span<const PurchaseDay> days,
                 std::optional<PurchaseSummary> &summary) noexcept {
    PurchaseSummary result{-1, 0, 0, 0, {}};
    Int128 total = 0;
    Int128 repeated = 0;
    for (const auto &[units, day, bought] : days) {
        if (bought) {
            if (++result.repeats == 0)
                result.first = day;
            result.last = day;
        }
        total += units;
        if (result.repeats > 0)
            repeated += units;
    }
    summary.reset();
    if (result.repeats < 0)
        return {};
    result.units = static_cast<std::int64_t>(total);
    if (result.units != total)
        return Status::error(sqlstate::value_too_large, "the amounts of a customer are too large")
            .with_detail("A customer's total must be less than 922 trillion.");
    if (result.repeats > 0)
        result.mean_value = ratio(repeated, Int128{result.repeats} * units_per_one);
    summary = result;
    return {};
}

std::optional<TimeUnit> time_unit_named(std::string_view name) noexcept {
    const auto found = std::find(unit_names.begin(), unit_names.end(), name);
    if (found == unit_names.end())
        return std::nullopt;
    return static_cast<TimeUnit>(found - unit_names.begin());
}

std::string_view name_of(TimeUnit unit) noexcept {
    return unit_names[static_cast<std::size_t>(unit)];
}

double days_of(TimeUnit unit) noexcept {
    return unit_days[static_cast<std::size_t>(unit)];
}

} // namespace highseas
