#include "core/allocate/methods.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "core/allocate/transport.hpp"
#include "core/no_postgres.hpp"

namespace highseas {
namespace {

using Way = Transport::Way;

constexpr std::size_t most_exact_customers = 10'000;
constexpr std::size_t most_value_classes = 40;
constexpr std::size_t coarse_ways = 100'000;
constexpr std::size_t first_ways = 6; // of a lot, by the coarse prices
constexpr std::size_t next_ways = 3;  // at most, in each round after that
constexpr std::size_t between_looks = 256;

// Customers of one kind and about one value that are allocated by number. They stand side by side
// in order, the best first.
struct Lot {
    int kind;
    std::size_t from;
    std::size_t to;
    double value = 0;        // on average
    std::vector<int> barred; // reps who held them all before, rising

    int count() const { return static_cast<int>(to - from); }
};

// A way that a lot might get, and what it would gain beyond the price of its place.
struct Offer {
    std::int64_t beyond;
    std::int64_t gain;
    int place;
    int rep;
};

struct Share {
    const Candidate *candidate;
    int count;
    int left;
};

// A coarse problem, with few lots, tells the price of each rep's places; it decides which few ways
// the fine problem starts with. Its own prices tell which others would gain, until none does: then
// the flow is an optimum over all ways.
class Optimizer {
public:
    Optimizer(Market &market, ShouldStop should_stop, Given given)
        : market_(market), should_stop_(should_stop), given_(given) {}

    Status run();
    double upper_bound() const { return upper_bound_; }

private:
    void order_by_kind();
    void add_places();
    void choose_unit();
    void make_lots(std::size_t classes);
    void make_value_classes(std::size_t from, std::size_t to, std::size_t classes);
    void describe(Lot &lot) const;
    void split_by_past();

    Status solve_coarse();
    Status solve_fine();
    std::vector<Offer> best_offers(const Lot &lot, std::size_t most, std::int64_t least) const;
    void add_ways(int lot, std::size_t most, std::int64_t least);
    Status solve();

    void deal_all();
    void deal(const Lot &lot, std::vector<Share> &shares);
    void exchange(const Lot &lot, std::size_t i, std::vector<Share> &shares);
    void place_left_over();
    Status measure_bound();

    bool may_go(const Customer &customer, int rep) const {
        return !market_.held_before(customer, rep);
    }
    int place_of(int rep, int customer_class) const {
        const auto &places = class_places_[at(rep)];
        const auto place = places.find(customer_class);
        return place == places.end() ? rep : place->second;
    }
    // One customer more that is placed counts less than the least difference in value.
    std::int64_t gain(const Lot &lot, const Candidate &candidate) const {
        return std::llrint(lot.value * candidate.factor * units_) * per_unit_ + 1;
    }
    void give(std::size_t customer, int rep);

    Market &market_;
    ShouldStop should_stop_;
    Given given_;
    double units_ = 1; // in one of value
    std::int64_t per_unit_ = 0;
    std::vector<std::size_t> order_; // of the customers: by kind, the best first
    Transport transport_;            // the first places are the reps
    std::vector<std::unordered_map<int, int>> class_places_; // where a class has a limit of its own
    std::vector<int> rep_of_place_;
    std::vector<Lot> lots_;
    std::vector<Way> ways_;
    double upper_bound_ = 0;
};

Status Optimizer::run() {
    order_by_kind();
    add_places();
    choose_unit();
    if (Status status = solve_coarse(); !status.ok())
        return status;
    if (Status status = solve_fine(); !status.ok())
        return status;
    deal_all();
    place_left_over();
    return measure_bound();
}

// A power of two, so that a value stays what it is but for the digits cut off; so small that the
// sum of all costs fits.
void Optimizer::choose_unit() {
    const double greatest = market_.greatest_value();

    auto bits = [](std::size_t count) { return static_cast<int>(std::bit_width(count)); };
    const std::size_t nodes =
        2 * order_.size() + market_.kinds.size() * 2 + market_.rep_numbers.size() * 2;
    per_unit_ = std::int64_t{1} << bits(order_.size());
    const int exponent = 58 - bits(nodes) - bits(order_.size());
    units_ = std::ldexp(1.0, greatest > 0 ? std::min(exponent - std::ilogb(greatest), 1023) : 1023);
}

void Optimizer::order_by_kind() {
    order_.resize(market_.customers.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [this](std::size_t a, std::size_t b) {
        return market_.customers[a].kind < market_.customers[b].kind;
    });
}

void Optimizer::add_places() {
    for (int rep = 0; rep < market_.rep_count(); ++rep) {
        transport_.add_place(market_.room.left(rep, Room::any_class), Transport::outside);
        rep_of_place_.push_back(rep);
    }
    class_places_.resize(market_.rep_numbers.size());
    for (const Kind &kind : market_.kinds)
        for (const Candidate &candidate : kind.candidates)
            if (kind.customer_class != Room::any_class) {
                const int left = market_.room.left(candidate.rep, kind.customer_class);
                auto &places = class_places_[at(candidate.rep)];
                if (left != Room::unlimited && !places.contains(kind.customer_class)) {
                    places.emplace(kind.customer_class, transport_.add_place(left, candidate.rep));
                    rep_of_place_.push_back(candidate.rep);
                }
            }
}

// Each lot as fine as can be, or `classes` of them for each kind.
void Optimizer::make_lots(std::size_t classes) {
    lots_.clear();
    for (std::size_t from = 0, to = 0; from < order_.size(); from = to) {
        const int kind = market_.customers[order_[from]].kind;
        while (to < order_.size() && market_.customers[order_[to]].kind == kind)
            ++to;
        make_value_classes(from, to, classes);
    }
    for (Lot &lot : lots_)
        describe(lot);
    ways_.clear();
}

void Optimizer::describe(Lot &lot) const {
    double sum = 0;
    for (std::size_t i = lot.from; i < lot.to; ++i)
        sum += market_.customers[order_[i]].value;
    lot.value = sum / lot.count();
    const Customer &first = market_.customers[order_[lot.from]];
    if (lot.count() == 1)
        lot.barred.assign(market_.past.begin() + static_cast<std::ptrdiff_t>(first.past_from),
                          market_.past.begin() + static_cast<std::ptrdiff_t>(first.past_to));
}

// The customers of a lot that the same reps held before, of those who could win it, make a lot of
// their own, so that the flow knows about them.
void Optimizer::split_by_past() {
    std::vector<Lot> parts;
    for (const Lot &lot : lots_) {
        if (lot.count() == 1) {
            parts.push_back(lot);
            continue;
        }
        std::vector<int> rivals;
        for (const Offer &offer : best_offers(lot, first_ways, INT64_MIN))
            rivals.push_back(offer.rep);
        std::sort(rivals.begin(), rivals.end());
        std::vector<std::pair<std::vector<int>, std::size_t>> customers; // whom it may not go to
        for (std::size_t i = lot.from; i < lot.to; ++i) {
            std::vector<int> barred;
            for (int rep : rivals)
                if (!may_go(market_.customers[order_[i]], rep))
                    barred.push_back(rep);
            customers.emplace_back(std::move(barred), order_[i]);
        }
        std::stable_sort(customers.begin(), customers.end(),
                         [](const auto &a, const auto &b) { return a.first < b.first; });
        for (std::size_t i = lot.from; i < lot.to; ++i) {
            const auto &[barred, customer] = customers[i - lot.from];
            order_[i] = customer;
            if (i == lot.from || barred != parts.back().barred)
                parts.push_back({lot.kind, i, i, 0, barred});
            ++parts.back().to;
        }
    }
    lots_ = std::move(parts);
    for (Lot &lot : lots_)
        describe(lot);
}

// Each class has a like part of the customers and of their value: the few great ones stand apart.
void Optimizer::make_value_classes(std::size_t from, std::size_t to, std::size_t classes) {
    auto customer = [this](std::size_t i) -> const Customer & {
        return market_.customers[order_[i]];
    };
    double total = 0;
    for (std::size_t i = from; i < to; ++i)
        total += customer(i).value;
    const double count = static_cast<double>(to - from);
    const bool one_by_one = classes >= to - from;

    double reached = 0; // of the way through the classes
    int number = -1;
    for (std::size_t i = from; i < to; ++i) {
        const bool starts = one_by_one ? i == from || customer(i).value != customer(i - 1).value ||
                                             customer(i).has_past() || customer(i - 1).has_past()
                                       : static_cast<int>(reached) > number;
        if (starts) {
            lots_.push_back({customer(i).kind, i, i, 0, {}});
            number = static_cast<int>(reached);
        }
        ++lots_.back().to;
        reached += (1 / count + (total > 0 ? customer(i).value / total : 1 / count)) / 2 *
                   static_cast<double>(classes);
    }
}

Status Optimizer::solve_coarse() {
    std::size_t pairs = 1;
    for (const Kind &kind : market_.kinds)
        pairs += kind.candidates.size();
    make_lots(std::clamp(coarse_ways / pairs, std::size_t{1}, most_value_classes));
    for (std::size_t lot = 0; lot < lots_.size(); ++lot)
        add_ways(static_cast<int>(lot), SIZE_MAX, INT64_MIN);
    return solve();
}

Status Optimizer::solve_fine() {
    make_lots(order_.size() <= most_exact_customers ? SIZE_MAX : most_value_classes);
    split_by_past();
    const int count = static_cast<int>(lots_.size());
    for (int lot = 0; lot < count; ++lot) {
        if (at(lot) % between_looks == 0 && should_stop_())
            return allocation_interrupted();
        add_ways(lot, first_ways, INT64_MIN);
    }
    for (std::size_t before = SIZE_MAX; before != ways_.size();) {
        before = ways_.size();
        if (Status status = solve(); !status.ok())
            return status;
        for (int lot = 0; lot < count; ++lot) {
            if (at(lot) % between_looks == 0 && should_stop_())
                return allocation_interrupted();
            add_ways(lot, next_ways, transport_.worth(lot));
        }
    }
    return {};
}

Status Optimizer::solve() {
    std::vector<int> supplies;
    for (const Lot &lot : lots_)
        supplies.push_back(lot.count());
    return transport_.solve(supplies, ways_, should_stop_);
}

// Of the ways that gain more than least beyond the price of their place those that gain the most.
std::vector<Offer> Optimizer::best_offers(const Lot &lot, std::size_t most,
                                          std::int64_t least) const {
    const Kind &kind = market_.kinds[at(lot.kind)];
    std::vector<Offer> offers;
    for (const Candidate &candidate : kind.candidates) {
        const int place = place_of(candidate.rep, kind.customer_class);
        const std::int64_t its_gain = gain(lot, candidate);
        const std::int64_t beyond = its_gain - transport_.price(place);
        if (beyond > least &&
            !std::binary_search(lot.barred.begin(), lot.barred.end(), candidate.rep))
            offers.push_back({beyond, its_gain, place, candidate.rep});
    }
    if (offers.size() > most) {
        std::nth_element(offers.begin(), offers.begin() + static_cast<std::ptrdiff_t>(most),
                         offers.end(), [](const Offer &a, const Offer &b) {
                             return a.beyond != b.beyond ? a.beyond > b.beyond : a.place < b.place;
                         });
        offers.resize(most);
    }
    return offers;
}

void Optimizer::add_ways(int lot, std::size_t most, std::int64_t least) {
    for (const Offer &offer : best_offers(lots_[at(lot)], most, least))
        ways_.push_back({lot, offer.place, offer.gain, 0});
}

void Optimizer::deal_all() {
    std::erase_if(ways_, [](const Way &way) { return way.flow == 0; });
    std::sort(ways_.begin(), ways_.end(), [](const Way &a, const Way &b) {
        return a.lot != b.lot ? a.lot < b.lot : a.place < b.place;
    });
    std::vector<Share> shares;
    for (std::size_t i = 0; i < ways_.size(); ++i) {
        const Lot &lot = lots_[at(ways_[i].lot)];
        const int rep = rep_of_place_[at(ways_[i].place)];
        shares.push_back({market_.kinds[at(lot.kind)].find(rep), ways_[i].flow, ways_[i].flow});
        if (i + 1 == ways_.size() || ways_[i + 1].lot != ways_[i].lot) {
            deal(lot, shares);
            shares.clear();
        }
    }
}

// The best to who makes the most of it; those who make the same get an even mix.
void Optimizer::deal(const Lot &lot, std::vector<Share> &shares) {
    auto is_before = [](const Share &a, const Share &b) {
        if (a.candidate->factor != b.candidate->factor)
            return a.candidate->factor > b.candidate->factor;
        return std::int64_t{a.left} * b.count > std::int64_t{b.left} * a.count;
    };
    for (std::size_t i = lot.from; i < lot.to; ++i) {
        const Customer &customer = market_.customers[order_[i]];
        Share *best = nullptr;
        bool some_left = false;
        for (Share &share : shares) {
            some_left |= share.left > 0;
            if (share.left > 0 && (!best || is_before(share, *best)) &&
                may_go(customer, share.candidate->rep))
                best = &share;
        }
        if (best) {
            --best->left;
            give(order_[i], best->candidate->rep);
        } else if (some_left) {
            exchange(lot, i, shares);
        }
    }
}

// All reps with something left held this one before: one who did not gives up another customer of
// the lot that they did not hold.
void Optimizer::exchange(const Lot &lot, std::size_t i, std::vector<Share> &shares) {
    const Customer &customer = market_.customers[order_[i]];
    const int customer_class = market_.kinds[at(lot.kind)].customer_class;
    for (std::size_t k = lot.from; k < i; ++k) {
        const std::size_t other = order_[k];
        const int rep = given_[other];
        if (rep == nobody || !may_go(customer, rep))
            continue;
        for (Share &share : shares)
            if (share.left > 0 && may_go(market_.customers[other], share.candidate->rep)) {
                --share.left;
                market_.room.give_back(rep, customer_class);
                give(other, share.candidate->rep);
                give(order_[i], rep);
                return;
            }
    }
}

void Optimizer::give(std::size_t customer, int rep) {
    given_[customer] = rep;
    market_.room.take(rep, market_.kind_of(market_.customers[customer]).customer_class);
}

// Whom grouping found no rep for goes to the best who has room.
void Optimizer::place_left_over() {
    for (std::size_t i = 0; i < market_.customers.size(); ++i) {
        if (given_[i] != nobody)
            continue;
        const Customer &customer = market_.customers[i];
        const Kind &kind = market_.kind_of(customer);
        for (const Candidate &candidate : kind.candidates)
            if (!market_.room.blocking(candidate.rep, kind.customer_class) &&
                may_go(customer, candidate.rep)) {
                give(i, candidate.rep);
                break;
            }
    }
}

// Weak duality: at any prices no plan brings more than all places are worth and, of each customer,
// the most that anybody makes of it beyond the price of his place.
Status Optimizer::measure_bound() {
    auto in_value = [this](double gain) { return gain / static_cast<double>(per_unit_) / units_; };
    upper_bound_ = in_value(transport_.worth_of_places());
    std::vector<double> kind_prices;
    for (std::size_t i = 0; i < order_.size(); ++i) {
        if (i % between_looks == 0 && should_stop_())
            return allocation_interrupted();
        const Customer &customer = market_.customers[order_[i]];
        const Kind &kind = market_.kind_of(customer);
        if (i == 0 || customer.kind != market_.customers[order_[i - 1]].kind) {
            kind_prices.clear();
            for (const Candidate &candidate : kind.candidates)
                kind_prices.push_back(in_value(static_cast<double>(
                    transport_.price(place_of(candidate.rep, kind.customer_class)))));
        }
        double most = 0;
        for (std::size_t c = 0; c < kind_prices.size(); ++c) {
            const double gain = customer.value * kind.candidates[c].factor - kind_prices[c];
            if (gain > most && may_go(customer, kind.candidates[c].rep))
                most = gain;
        }
        upper_bound_ += most;
    }
    return {};
}

} // namespace

Status give_optimally(Market &market, ShouldStop should_stop, Given given, double &upper_bound) {
    Optimizer optimizer(market, should_stop, given);
    if (Status status = optimizer.run(); !status.ok())
        return status;
    upper_bound = optimizer.upper_bound();
    return {};
}

} // namespace highseas
