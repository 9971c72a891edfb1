// Lots of customers to places, so that the gain is greatest: a minimum-cost flow.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/status.hpp"

namespace highseas {

class Transport {
public:
    static constexpr int outside = -1;

    // Of a lot's customers, who go to a place, and what one of them gains there.
    struct Way {
        int lot;
        int place;
        std::int64_t gain;
        int flow;
    };

    // Places that lie within another one share its capacity; that one is added before them.
    int add_place(int capacity, int within);

    // A customer may always stay, for no gain. The flows of the ways are set. A lot's worth and a
    // place's price are what one customer and one seat more would add; at an optimum no way gains
    // more than its lot's worth and its place's price together.
    Status solve(std::span<const int> supplies, std::span<Way> ways, ShouldStop should_stop);

    std::int64_t worth(int lot) const { return worths_[static_cast<std::size_t>(lot)]; }
    // With the prices of the places that it lies within. Before the first solution all are free.
    std::int64_t price(int place) const { return prices_[static_cast<std::size_t>(place)]; }

    // What all seats together are worth at these prices.
    double worth_of_places() const;

private:
    struct Place {
        int capacity;
        int within;
    };
    std::vector<Place> places_;
    std::vector<std::int64_t> prices_;
    std::vector<std::int64_t> worths_;
};

} // namespace highseas
