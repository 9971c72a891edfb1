// The CDNOW purchases as the lifetime models take them.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cdnow.hpp"
#include "core/value/history.hpp"

namespace cdnow {

struct Customer {
    std::vector<std::pair<int, double>> days; // day of purchase from 1997-01-01, amount; ascending
};

inline int day_number(int yyyymmdd) {
    constexpr int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    return (yyyymmdd / 10000 - 1997) * 365 + before[yyyymmdd / 100 % 100 - 1] + yyyymmdd % 100 - 1;
}

inline std::vector<Customer> by_customer(const std::vector<CdnowOrder> &orders) {
    std::map<std::string, std::map<int, double>> purchases;
    for (const CdnowOrder &order : orders)
        purchases[order.customer][day_number(order.date)] += static_cast<double>(order.cents) / 100;
    std::vector<Customer> customers;
    for (const auto &[_, days] : purchases)
        customers.push_back({{days.begin(), days.end()}});
    return customers;
}

inline const std::vector<Customer> &sample() {
    static const auto customers = by_customer(cdnow_sample());
    return customers;
}

// The whole cohort where it is to be had, else the sample.
inline const std::vector<Customer> &cohort() {
    static const auto customers = [] {
        const auto orders = cdnow_master();
        return orders.empty() ? sample() : by_customer(orders);
    }();
    return customers;
}

constexpr int calibration_end = 272; // 1997-09-30

// In weeks, up to the end of calibration.
inline std::vector<highseas::History> histories(const std::vector<Customer> &customers) {
    std::vector<highseas::History> rows;
    for (const Customer &customer : customers) {
        const int first = customer.days.front().first;
        int repeats = -1, last = first;
        for (const auto &[day, _] : customer.days)
            if (day <= calibration_end) {
                ++repeats;
                last = day;
            }
        rows.push_back({repeats, (last - first) / 7., (calibration_end - first) / 7.});
    }
    return rows;
}

// Of those with repeats.
inline std::vector<highseas::Spending> spendings(const std::vector<Customer> &customers) {
    std::vector<highseas::Spending> rows;
    for (const Customer &customer : customers) {
        int repeats = -1;
        double sum = 0;
        for (const auto &[day, amount] : customer.days)
            if (day <= calibration_end && ++repeats > 0)
                sum += amount;
        if (repeats > 0 && sum > 0)
            rows.push_back({repeats, sum / repeats});
    }
    return rows;
}

} // namespace cdnow
