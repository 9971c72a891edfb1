#include "core/allocate/transport.hpp"

#include <algorithm>
#include <limits>

#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include "core/no_postgres.hpp"

namespace {

// LEMON can't be asked to stop, so the amounts that it compares ask.
thread_local highseas::ShouldStop stop_asked = highseas::never_stop;
thread_local unsigned comparisons = 0;

struct Stopped {};

inline void look() {
    if (++comparisons % 4096 == 0 && stop_asked())
        throw Stopped();
}

class Asking {
public:
    explicit Asking(highseas::ShouldStop should_stop) {
        stop_asked = should_stop;
        comparisons = 0;
    }
    ~Asking() { stop_asked = highseas::never_stop; }
};

struct Amount {
    std::int32_t count = 0;

    Amount() = default;
    Amount(std::int32_t n) : count(n) {}

    Amount &operator+=(Amount b) { return count += b.count, *this; }
    Amount &operator-=(Amount b) { return count -= b.count, *this; }
    friend Amount operator+(Amount a, Amount b) { return a.count + b.count; }
    friend Amount operator-(Amount a, Amount b) { return a.count - b.count; }
    friend Amount operator-(Amount a) { return -a.count; }
    friend Amount operator*(int a, Amount b) { return a * b.count; }
    friend bool operator==(Amount a, Amount b) { return a.count == b.count; }
    friend bool operator>(Amount a, Amount b) { return a.count > b.count; }
    friend bool operator>=(Amount a, Amount b) { return a.count >= b.count; }
    friend bool operator<(Amount a, Amount b) { return look(), a.count < b.count; }
    friend bool operator<=(Amount a, Amount b) { return look(), a.count <= b.count; }
};

} // namespace

template <>
class std::numeric_limits<Amount> : public std::numeric_limits<std::int32_t> {};

namespace highseas {
namespace {

using Graph = lemon::SmartDigraph;
using Solver = lemon::NetworkSimplex<Graph, Amount, std::int64_t>;

// What LEMON takes for a map: the values of nodes or arcs by their numbers.
template <class Item, class T>
struct Numbered {
    using Key = Item;
    using Value = T;

    std::vector<T> values;

    T operator[](Item item) const { return values[static_cast<std::size_t>(Graph::id(item))]; }
};

} // namespace

int Transport::add_place(int capacity, int within) {
    places_.push_back({capacity, within});
    prices_.push_back(0);
    return static_cast<int>(places_.size()) - 1;
}

Status Transport::solve(std::span<const int> supplies, std::span<Way> ways,
                        ShouldStop should_stop) {
    const auto stopped = [] {
        return Status::error(sqlstate::interrupted, "the flow was interrupted");
    };
    Graph graph;
    Numbered<Graph::Node, Amount> supply;
    Numbered<Graph::Arc, Amount> capacity;
    Numbered<Graph::Arc, std::int64_t> cost;
    graph.reserveArc(static_cast<int>(places_.size() + supplies.size() + ways.size()));
    auto add_arc = [&](int from, int to, int most, std::int64_t its_cost) {
        graph.addArc(Graph::nodeFromId(from), Graph::nodeFromId(to));
        capacity.values.push_back(most);
        cost.values.push_back(its_cost);
    };

    // The nodes: the sink, the places, the lots.
    const int first_lot = 1 + static_cast<int>(places_.size());
    int total = 0;
    for (int count : supplies)
        total += count;
    supply.values.assign(static_cast<std::size_t>(first_lot), 0);
    supply.values[0] = -total;
    supply.values.insert(supply.values.end(), supplies.begin(), supplies.end());
    for (std::size_t i = 0; i < supply.values.size(); ++i)
        graph.addNode();

    const int no_limit = total + 1;
    for (std::size_t i = 0; i < places_.size(); ++i)
        add_arc(static_cast<int>(i) + 1, places_[i].within + 1,
                std::min(places_[i].capacity, no_limit), 0);
    for (std::size_t i = 0; i < supplies.size(); ++i)
        add_arc(first_lot + static_cast<int>(i), 0, no_limit, 0);
    const std::size_t first_way = cost.values.size();
    for (const Way &way : ways)
        add_arc(first_lot + way.lot, way.place + 1, no_limit, -way.gain);
    if (should_stop())
        return stopped();

    const Asking asking(should_stop);
    try {
        Solver solver(graph);
        solver.upperMap(capacity).costMap(cost).supplyMap(supply);
        if (solver.run() != Solver::OPTIMAL)
            return Status::error(sqlstate::internal, "the flow has no optimum");
        auto above_sink = [&](int node) {
            return solver.potential(Graph::nodeFromId(node)) -
                   solver.potential(Graph::nodeFromId(0));
        };
        for (std::size_t i = 0; i < ways.size(); ++i)
            ways[i].flow = solver.flow(Graph::arcFromId(static_cast<int>(first_way + i))).count;
        prices_.clear();
        for (int place = 0; place + 1 < first_lot; ++place)
            prices_.push_back(-above_sink(place + 1));
        worths_.clear();
        for (std::size_t i = 0; i < supplies.size(); ++i)
            worths_.push_back(above_sink(first_lot + static_cast<int>(i)));
    } catch (const Stopped &) {
        return stopped();
    }

    // A place that is not full is worth nothing beyond what it lies within; where none of it is
    // used, its potential may lie below.
    for (std::size_t i = 0; i < places_.size(); ++i)
        prices_[i] = std::max(prices_[i], places_[i].within == outside ? std::int64_t{0}
                                                                       : price(places_[i].within));
    return {};
}

double Transport::worth_of_places() const {
    double worth = 0;
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const int within = places_[i].within;
        const std::int64_t own = prices_[i] - (within == outside ? 0 : price(within));
        if (own > 0)
            worth += static_cast<double>(own) * places_[i].capacity;
    }
    return worth;
}

} // namespace highseas
