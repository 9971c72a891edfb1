// The purchases of the CDNOW data (examples/README.md).
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

struct CdnowOrder {
    std::string customer;
    int date; // yyyymmdd
    std::int64_t cents;
};

inline std::vector<CdnowOrder> cdnow_sample() {
    std::ifstream file(std::filesystem::path(__FILE__).parent_path() /
                       "../../examples/CDNOW_sample.txt");
    std::vector<CdnowOrder> orders;
    std::string in_full_file, customer;
    int date, discs;
    double dollars;
    while (file >> in_full_file >> customer >> date >> discs >> dollars)
        orders.push_back({customer, date, std::llround(dollars * 100)});
    return orders;
}

// The full cohort is no part of the repository: it is where HIGHSEAS_CDNOW_MASTER says, else in
// shared/data beside the checkout. Empty: not there. It has a header, and no second number of the
// customer.
inline std::vector<CdnowOrder> cdnow_master() {
    const char *named = std::getenv("HIGHSEAS_CDNOW_MASTER");
    std::ifstream file(named ? std::filesystem::path(named)
                             : std::filesystem::path(__FILE__).parent_path() /
                                   "../../../shared/data/CDNOW_master.txt");
    std::string header;
    std::getline(file, header);
    std::vector<CdnowOrder> orders;
    std::string customer;
    int date, discs;
    double dollars;
    while (file >> customer >> date >> discs >> dollars)
        orders.push_back({customer, date, std::llround(dollars * 100)});
    return orders;
}
