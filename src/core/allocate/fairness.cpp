#include "core/allocate/methods.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "core/no_postgres.hpp"

namespace highseas {
namespace {

constexpr std::size_t between_looks = 128;
constexpr int most_tries = 20;    // to help one rep: what is given to others may take it away again
constexpr int partners_tried = 4; // of an exchange: the customers of the other rep worth the least
constexpr int partners_seen = 32;

// What is shared out: the value, and the customers of the band's class, by number.
enum Measure : std::size_t { of_value, of_class };

// Customers of a group are of one kind, and all or none of them of the band's class. What a rep has
// of a group is a cell: whichever of them is moved to another rep, it costs about the same for what
// it helps. So only cells are compared, and of each the customers whose value fits best.
class Balancer {
public:
    Balancer(Market &market, const AllocationFacts &facts, const Band &band, ShouldStop should_stop,
             Given given, std::span<bool> moved);

    Status run();

private:
    static constexpr int no_customer = -1;
    using Customers = std::vector<int>; // rising: the best first
    struct Cell {
        double factor; // what who has them makes of them
        Customers customers;
    };
    enum Exchange { alone, in_exchange };
    struct Route {
        std::size_t group;
        int from;
        int to;
        const Cell *here; // what from has of the group
        double there;     // the factor of to
    };
    // What he gives for it, if anything, goes to the rep it comes from.
    struct Move {
        std::size_t route;
        std::size_t seen_at; // after so many moves: it is as cheap as it looked then
        int customer;
        int partner;
        double loss;
        double cost; // loss for what it helps
    };
    // std's heaps put the greatest first.
    static bool is_dearer(const Move &a, const Move &b) {
        return std::tuple(a.cost, a.customer, a.route) > std::tuple(b.cost, b.customer, b.route);
    }
    // How an amount may change, so that nobody leaves the band, nor gets further out.
    struct Limits {
        double least;
        double most;
    };
    struct Exchanged {
        int partner = no_customer;
        double there = 0; // the partner's worth with who gives it,
        double here = 0;  // and with who gets it
    };

    double fair(Measure measure, int rep) const {
        return market_.fair_shares[at(rep)] * totals_[measure];
    }
    double least(Measure measure, int rep) const {
        const double least = band_.least * fair(measure, rep);
        return measure == of_class ? std::floor(least) : least;
    }
    double most(Measure measure, int rep) const {
        const double most = band_.most * fair(measure, rep);
        return measure == of_class ? std::ceil(most) : most;
    }
    double lack(Measure measure, int rep) const {
        return least(measure, rep) - amounts_[measure][at(rep)];
    }
    double excess(Measure measure, int rep) const {
        return amounts_[measure][at(rep)] - most(measure, rep);
    }
    Limits limits(Measure measure, int rep) const {
        if (rep == nobody)
            return {-std::numeric_limits<double>::infinity(),
                    std::numeric_limits<double>::infinity()};
        return {std::min(lack(measure, rep), 0.0), std::max(-excess(measure, rep), 0.0)};
    }
    double unnoticed() const { return measure_ == of_value ? 1e-9 * totals_[of_value] : .5; }
    double distance(int rep) const { return std::max(lack(measure_, rep), excess(measure_, rep)); }
    int worst() const;

    Status share_out(Measure measure);
    Status help(int rep);
    Status place_left_over();
    std::vector<Route> routes_of(int rep, Exchange exchange) const;
    Status make_cheapest(int rep, Exchange exchange, bool &some_made);
    double least_cost(const Route &route, int helped) const;
    Move best_move(const Route &route, int helped, Exchange exchange) const;
    void consider(const Route &route, const Exchanged &exchanged, int helped, Move &best) const;
    void make(const Route &route, const Move &move);

    const Customer &customer(int i) const { return market_.customers[at(i)]; }
    const Kind &kind(std::size_t group) const { return market_.kinds[group / 2]; }
    static bool is_of_class(std::size_t group) { return group % 2 == 1; }
    std::size_t group(int i) const { return 2 * at(customer(i).kind) + is_of_class_[at(i)]; }
    double factor(std::size_t group, int rep) const {
        const Candidate *candidate = rep == nobody ? nullptr : kind(group).find(rep);
        return candidate ? candidate->factor : 0;
    }
    bool may_have(int i, int rep) const {
        return kind(group(i)).find(rep) && !market_.held_before(customer(i), rep);
    }
    Customers &cell(std::size_t group, int rep) {
        const auto [place, is_new] = cells_[group].try_emplace(rep);
        if (is_new)
            place->second.factor = factor(group, rep);
        return place->second.customers;
    }
    void hold(int i, int rep);
    void release(int i);
    void change(int i, int rep, double sign);
    static void add(Customers &some, int i) {
        some.insert(std::lower_bound(some.begin(), some.end(), i), i);
    }
    static void drop(Customers &some, int i) {
        some.erase(std::lower_bound(some.begin(), some.end(), i));
    }

    Market &market_;
    const Band band_;
    ShouldStop should_stop_;
    Given given_;
    std::span<bool> moved_;
    std::vector<bool> is_of_class_;
    std::vector<double> worth_;                  // each customer with the rep who has it
    std::vector<Customers> held_;                // by each rep
    std::vector<std::map<int, Cell>> cells_;     // of each group, by the rep
    std::array<std::vector<double>, 2> amounts_; // of each rep
    std::array<double, 2> totals_{};
    std::vector<int> tries_;
    std::size_t moves_made_ = 0;
    std::size_t looks_ = 0;
    Measure measure_ = of_value; // that is shared out now; no move may spoil the other one
};

Balancer::Balancer(Market &market, const AllocationFacts &facts, const Band &band,
                   ShouldStop should_stop, Given given, std::span<bool> moved)
    : market_(market), band_(band), should_stop_(should_stop), given_(given), moved_(moved),
      is_of_class_(given.size()), worth_(given.size()), held_(at(market.rep_count())),
      cells_(2 * market.kinds.size()) {
    for (std::vector<double> &amounts : amounts_)
        amounts.resize(held_.size());
    for (std::size_t rep = 0; rep < held_.size(); ++rep) {
        const std::size_t number = at(market.rep_numbers[rep]);
        if (!facts.rep_received.empty())
            amounts_[of_value][rep] = facts.rep_received[number];
        if (!facts.rep_received_of_class.empty())
            amounts_[of_class][rep] = facts.rep_received_of_class[number];
    }
    for (int i = 0; at(i) < given.size(); ++i) {
        const int rep = given[at(i)];
        is_of_class_[at(i)] =
            facts.band_class && facts.classes[at(customer(i).number)] == facts.band_class;
        cell(group(i), rep).push_back(i);
        if (rep == nobody)
            continue;
        held_[at(rep)].push_back(i);
        worth_[at(i)] = customer(i).value * factor(group(i), rep);
        change(i, rep, 1);
    }
    for (Measure measure : {of_value, of_class})
        for (double amount : amounts_[measure])
            totals_[measure] += amount;
}

// The value last, because a customer of the class is worth something, too.
Status Balancer::run() {
    for (Measure measure : {of_class, of_value})
        if (Status status = share_out(measure); !status.ok())
            return status;
    return place_left_over();
}

Status Balancer::share_out(Measure measure) {
    measure_ = measure;
    tries_.assign(held_.size(), 0);
    for (int rep = worst(); rep != nobody; rep = worst())
        if (Status status = help(rep); !status.ok())
            return status;
    return {};
}

// A move may have made room for somebody who stays.
Status Balancer::place_left_over() {
    for (int i = 0; at(i) < given_.size(); ++i) {
        if (at(i) % between_looks == 0 && should_stop_())
            return allocation_interrupted();
        if (given_[at(i)] != nobody)
            continue;
        for (const Candidate &candidate : kind(group(i)).candidates) {
            const double more = customer(i).value * candidate.factor;
            if (!market_.room.blocking(candidate.rep, kind(group(i)).customer_class) &&
                more <= limits(of_value, candidate.rep).most &&
                static_cast<double>(is_of_class_[at(i)]) <= limits(of_class, candidate.rep).most &&
                !market_.held_before(customer(i), candidate.rep)) {
                release(i);
                hold(i, candidate.rep);
                totals_[of_value] += more;
                totals_[of_class] += is_of_class_[at(i)];
                break;
            }
        }
    }
    return {};
}

// Who is furthest out of the band.
int Balancer::worst() const {
    double furthest = unnoticed();
    int found = nobody;
    for (int rep = 0; rep < market_.rep_count(); ++rep)
        if (const double distance = this->distance(rep);
            tries_[at(rep)] < most_tries && distance > furthest) {
            furthest = distance;
            found = rep;
        }
    return found;
}

// First by customers that he gets or hands over alone; if that is not enough, in exchange for
// others.
Status Balancer::help(int rep) {
    bool some_made = false;
    for (Exchange exchange : {alone, in_exchange})
        if (distance(rep) > unnoticed())
            if (Status status = make_cheapest(rep, exchange, some_made); !status.ok())
                return status;
    tries_[at(rep)] = some_made ? tries_[at(rep)] + 1 : most_tries;
    return {};
}

// From whom he could get customers, or, when he has too many, to whom he could hand them over.
std::vector<Balancer::Route> Balancer::routes_of(int rep, Exchange exchange) const {
    std::vector<Route> routes;
    auto add_route = [&](std::size_t group, int from, const Cell &cell, const Candidate &to) {
        if (from == to.rep || cell.customers.empty() || to.factor <= 0)
            return;
        const bool may_open = exchange == alone
                                  ? (from == nobody || lack(measure_, from) < 0) &&
                                        excess(measure_, to.rep) < 0 &&
                                        !market_.room.blocking(to.rep, kind(group).customer_class)
                                  : from != nobody;
        if (may_open)
            routes.push_back({group, from, to.rep, &cell, to.factor});
    };
    const bool gets = lack(measure_, rep) > 0;
    for (std::size_t group = 0; group < cells_.size(); ++group) {
        if (measure_ == of_class && !is_of_class(group))
            continue;
        if (gets) {
            if (const Candidate *to = kind(group).find(rep))
                for (const auto &[from, cell] : cells_[group])
                    add_route(group, from, cell, *to);
        } else if (const auto own = cells_[group].find(rep); own != cells_[group].end()) {
            for (const Candidate &to : kind(group).candidates)
                add_route(group, rep, own->second, to);
        }
    }
    return routes;
}

// In the order of their cost, until he lies within the band. A route is looked at when its turn
// comes, and again when other moves may have changed what it costs.
Status Balancer::make_cheapest(int rep, Exchange exchange, bool &some_made) {
    const std::vector<Route> routes = routes_of(rep, exchange);
    std::vector<Move> moves;
    for (std::size_t route = 0; route < routes.size(); ++route)
        moves.push_back(
            {route, SIZE_MAX, no_customer, no_customer, 0, least_cost(routes[route], rep)});
    std::make_heap(moves.begin(), moves.end(), is_dearer);
    while (!moves.empty() && distance(rep) > unnoticed()) {
        if (looks_++ % between_looks == 0 && should_stop_())
            return allocation_interrupted();
        std::pop_heap(moves.begin(), moves.end(), is_dearer);
        Move &move = moves.back();
        const Route &route = routes[move.route];
        if (move.seen_at == moves_made_) {
            make(route, move);
            some_made = true;
        }
        const Move next = best_move(route, rep, exchange);
        if (next.customer == no_customer) {
            moves.pop_back();
            continue;
        }
        move = {move.route, moves_made_, next.customer, next.partner, next.loss, next.cost};
        std::push_heap(moves.begin(), moves.end(), is_dearer);
    }
    return {};
}

double Balancer::least_cost(const Route &route, int helped) const {
    const double loss = route.here->factor - route.there;
    if (measure_ == of_value)
        return loss / (helped == route.to ? route.there : route.here->factor);
    const Customers &customers = route.here->customers;
    return loss * customer(loss > 0 ? customers.back() : customers.front()).value;
}

Balancer::Move Balancer::best_move(const Route &route, int helped, Exchange exchange) const {
    Move best{0, 0, no_customer, no_customer, 0, std::numeric_limits<double>::infinity()};
    const int from = route.from;
    const int to = route.to;
    const int its_class = kind(route.group).customer_class;
    if (exchange == alone) {
        if (!market_.room.blocking(to, its_class))
            consider(route, {}, helped, best);
        return best;
    }
    int tried = 0;
    int seen = 0;
    for (auto k = held_[at(to)].rbegin();
         k != held_[at(to)].rend() && tried < partners_tried && seen < partners_seen; ++k, ++seen) {
        const int other_class = kind(this->group(*k)).customer_class;
        if ((measure_ == of_class && is_of_class_[at(*k)]) || !may_have(*k, from) ||
            (other_class != its_class &&
             (market_.room.left(to, its_class) <= 0 || market_.room.left(from, other_class) <= 0)))
            continue;
        ++tried;
        consider(route, {*k, worth_[at(*k)], customer(*k).value * factor(this->group(*k), from)},
                 helped, best);
    }
    return best;
}

// Of the cell's customers those of the greatest and of the least value that may go, and the
// greatest that helps no more than is needed.
void Balancer::consider(const Route &route, const Exchanged &exchanged, int helped,
                        Move &best) const {
    const int to = route.to;
    const double there = route.there;
    const double here = route.here->factor;
    const double class_gain =
        is_of_class(route.group) - static_cast<double>(exchanged.partner != no_customer &&
                                                       is_of_class_[at(exchanged.partner)]);
    const Limits class_to = limits(of_class, to);
    const Limits class_from = limits(of_class, route.from);
    if (class_gain < class_to.least || class_gain > class_to.most ||
        -class_gain < class_from.least || -class_gain > class_from.most)
        return;

    const Limits value_to = limits(of_value, to);
    const Limits value_from = limits(of_value, route.from);
    auto gain_to = [&](int i) { return customer(i).value * there - exchanged.there; };
    auto gain_from = [&](int i) { return exchanged.here - customer(i).value * here; };
    auto is_too_great = [&](int i) {
        return gain_to(i) > value_to.most || gain_from(i) < value_from.least;
    };
    auto is_not_too_small = [&](int i) {
        return gain_to(i) >= value_to.least && gain_from(i) <= value_from.most &&
               customer(i).value > 0;
    };
    const double needed = distance(helped);
    const bool gets = helped == to;
    auto help = [&](int i) {
        return measure_ == of_class ? class_gain : gets ? gain_to(i) : -gain_from(i);
    };
    auto is_more_than_needed = [&](int i) { return help(i) > needed; };

    const Customers &customers = route.here->customers;
    const auto first = std::partition_point(customers.begin(), customers.end(), is_too_great);
    const auto last = std::partition_point(first, customers.end(), is_not_too_small);
    const auto enough = std::partition_point(first, last, is_more_than_needed);
    auto weigh = [&](int i) {
        const double helps = std::min(help(i), needed);
        if (helps <= (measure_ == of_value ? unnoticed() : 0))
            return;
        const double loss = -gain_to(i) - gain_from(i);
        if (const double cost = loss / helps; cost < best.cost) {
            best.customer = i;
            best.partner = exchanged.partner;
            best.loss = loss;
            best.cost = cost;
        }
    };
    auto did_not_hold = [&](int i) { return !market_.held_before(customer(i), to); };
    for (auto from_here : {first, enough})
        if (const auto found = std::find_if(from_here, last, did_not_hold); found != last)
            weigh(*found);
    const auto back = std::make_reverse_iterator(first);
    if (const auto found = std::find_if(std::make_reverse_iterator(last), back, did_not_hold);
        found != back)
        weigh(*found);
}

void Balancer::make(const Route &route, const Move &move) {
    if (route.from == nobody)
        totals_[of_class] += is_of_class_[at(move.customer)];
    release(move.customer);
    if (move.partner != no_customer) {
        release(move.partner);
        hold(move.partner, route.from);
    }
    hold(move.customer, route.to);
    totals_[of_value] -= move.loss;
    ++moves_made_;
}

void Balancer::release(int i) {
    const int rep = given_[at(i)];
    drop(cell(group(i), rep), i);
    if (rep == nobody)
        return;
    drop(held_[at(rep)], i);
    change(i, rep, -1);
    market_.room.give_back(rep, kind(group(i)).customer_class);
}

void Balancer::hold(int i, int rep) {
    add(cell(group(i), rep), i);
    add(held_[at(rep)], i);
    worth_[at(i)] = customer(i).value * factor(group(i), rep);
    change(i, rep, 1);
    market_.room.take(rep, kind(group(i)).customer_class);
    given_[at(i)] = rep;
    moved_[at(i)] = true;
}

void Balancer::change(int i, int rep, double sign) {
    amounts_[of_value][at(rep)] += sign * worth_[at(i)];
    amounts_[of_class][at(rep)] += sign * static_cast<double>(is_of_class_[at(i)]);
}

} // namespace

Status make_fair(Market &market, const AllocationFacts &facts, const Band &band,
                 ShouldStop should_stop, Given given, std::span<bool> moved) {
    return Balancer(market, facts, band, should_stop, given, moved).run();
}

} // namespace highseas
