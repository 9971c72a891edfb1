// Times and dates for tests.
#pragma once

#include <chrono>

#include "core/calendar/time.hpp"

inline highseas::Date date(int year, int month, int day) {
    using namespace std::chrono;
    const sys_days days{std::chrono::year{year} / month / day};
    return static_cast<highseas::Date>((days - sys_days{std::chrono::year{2000} / 1 / 1}).count());
}

inline highseas::Time on_day(highseas::Date day, int hour = 0, int minute = 0) {
    return day * highseas::microseconds_per_day + hour * highseas::microseconds_per_hour +
           minute * highseas::microseconds_per_hour / 60;
}

inline highseas::Time at(int year, int month, int day, int hour = 0, int minute = 0) {
    return on_day(date(year, month, day), hour, minute);
}
