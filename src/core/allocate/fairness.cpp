#include "core/allocate/methods.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/no_postgres.hpp"

namespace highseas {
namespace {

constexpr std::size_t between_looks = 4096;
constexpr int most_tries = 20;    // to help one rep: what is given to others may take it away again
constexpr int partners_tried = 4; // of an exchange: the customers of the other rep worth the least
constexpr int partners_seen = 32;

// What is shared out: the value, and the customers of the band's class, by number.
enum Measure : std::size_t { of_value, of_class };
using Gains = std::array<double, 2>; // by measure

class Balancer {
public:
    Balancer(Market &market, const AllocationFacts &facts, const Band &band, ShouldStop should_stop,
             Given given, std::span<bool> moved);

    Status run();

private:
    static constexpr std::size_t no_customer = SIZE_MAX;
    enum Exchange { alone, in_exchange };
    // What he gives for it, if anything, goes to the rep it comes from.
    struct Move {
        std::size_t customer = no_customer;
        int from = nobody;
        int to = nobody;
        std::size_t partner = no_customer;
        double loss = 0;
        double cost = std::numeric_limits<double>::infinity(); // loss for what it helps
    };
    // std's heaps put the greatest first.
    static bool is_dearer(const Move &a, const Move &b) {
        return a.cost != b.cost ? a.cost > b.cost : a.customer > b.customer;
    }

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
    double unnoticed() const { return measure_ == of_value ? 1e-9 * totals_[of_value] : .5; }
    double distance(int rep) const { return std::max(lack(measure_, rep), excess(measure_, rep)); }
    int worst() const;

    Status share_out(Measure measure);
    Status help(int rep);
    Status place_left_over();
    Status make_cheapest(int rep, Exchange exchange, std::vector<Move> &moves, bool &some_made);
    Move move_to(const Candidate &candidate, Exchange exchange, std::size_t customer) const;
    Move move_from(int rep, Exchange exchange, std::size_t customer) const;
    Status find_moves_to(int rep, Exchange exchange, std::vector<Move> &moves) const;
    Status find_moves_from(int rep, Exchange exchange, std::vector<Move> &moves) const;
    void consider(Exchange exchange, std::size_t customer, const Candidate &to, int helped,
                  Move &best) const;
    void weigh(Move move, const Gains &of_to, const Gains &of_from, int helped, Move &best) const;
    bool may_gain(int rep, const Gains &gains) const;
    void make(const Move &move);

    const Customer &customer(std::size_t i) const { return market_.customers[i]; }
    int class_of(std::size_t i) const { return market_.kind_of(customer(i)).customer_class; }
    Gains gains(std::size_t i, double value) const {
        return {value, static_cast<double>(is_of_class_[i])};
    }
    // Less than nothing: he may not have it.
    double value(std::size_t i, int rep) const {
        const Candidate *candidate = market_.kind_of(customer(i)).find(rep);
        return candidate && !market_.held_before(customer(i), rep)
                   ? customer(i).value * candidate->factor
                   : -1;
    }
    void hold(std::size_t i, int rep);
    void release(std::size_t i);
    void change(std::size_t i, int rep, double sign);

    Market &market_;
    const Band band_;
    ShouldStop should_stop_;
    Given given_;
    std::span<bool> moved_;
    std::vector<bool> is_of_class_;
    std::vector<double> worth_;                     // each customer with the rep who has it
    std::vector<std::vector<std::size_t>> held_;    // by each rep, rising: the best first
    std::vector<std::vector<std::size_t>> of_kind_; // the customers of each kind
    std::array<std::vector<double>, 2> amounts_;    // of each rep
    std::array<double, 2> totals_{};
    std::vector<int> tries_;
    Measure measure_ = of_value; // that is shared out now; no move may spoil the other one
};

Balancer::Balancer(Market &market, const AllocationFacts &facts, const Band &band,
                   ShouldStop should_stop, Given given, std::span<bool> moved)
    : market_(market), band_(band), should_stop_(should_stop), given_(given), moved_(moved),
      is_of_class_(given.size()), worth_(given.size()), held_(at(market.rep_count())),
      of_kind_(market.kinds.size()) {
    for (std::vector<double> &amounts : amounts_)
        amounts.resize(held_.size());
    for (std::size_t rep = 0; rep < held_.size(); ++rep) {
        const std::size_t number = at(market.rep_numbers[rep]);
        if (!facts.rep_received.empty())
            amounts_[of_value][rep] = facts.rep_received[number];
        if (!facts.rep_received_of_class.empty())
            amounts_[of_class][rep] = facts.rep_received_of_class[number];
    }
    for (std::size_t i = 0; i < given.size(); ++i) {
        is_of_class_[i] =
            facts.band_class && facts.classes[at(customer(i).number)] == facts.band_class;
        of_kind_[at(customer(i).kind)].push_back(i);
        if (given[i] == nobody)
            continue;
        held_[at(given[i])].push_back(i);
        worth_[i] = value(i, given[i]);
        change(i, given[i], 1);
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
    for (std::size_t i = 0; i < given_.size(); ++i) {
        if (i % between_looks == 0 && should_stop_())
            return allocation_interrupted();
        if (given_[i] != nobody)
            continue;
        for (const Candidate &candidate : market_.kind_of(customer(i)).candidates) {
            const double more = customer(i).value * candidate.factor;
            if (!market_.held_before(customer(i), candidate.rep) &&
                may_gain(candidate.rep, gains(i, more)) &&
                !market_.room.blocking(candidate.rep, class_of(i))) {
                hold(i, candidate.rep);
                for (Measure measure : {of_value, of_class})
                    totals_[measure] += gains(i, more)[measure];
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
    for (Exchange exchange : {alone, in_exchange}) {
        if (distance(rep) <= unnoticed())
            break;
        std::vector<Move> moves;
        if (Status status = lack(measure_, rep) > 0 ? find_moves_to(rep, exchange, moves)
                                                    : find_moves_from(rep, exchange, moves);
            !status.ok())
            return status;
        if (Status status = make_cheapest(rep, exchange, moves, some_made); !status.ok())
            return status;
    }
    tries_[at(rep)] = some_made ? tries_[at(rep)] + 1 : most_tries;
    return {};
}

// In the order of their cost, each if it is still one, until he lies within the band.
Status Balancer::make_cheapest(int rep, Exchange exchange, std::vector<Move> &moves,
                               bool &some_made) {
    std::make_heap(moves.begin(), moves.end(), is_dearer); // few of them will be made
    for (auto end = moves.end(); end != moves.begin() && distance(rep) > unnoticed(); --end) {
        if (should_stop_())
            return allocation_interrupted();
        std::pop_heap(moves.begin(), end, is_dearer);
        const Move &found = *(end - 1);
        if (found.from != given_[found.customer])
            continue;
        const Move move = found.to == rep
                              ? move_to(*market_.kind_of(customer(found.customer)).find(rep),
                                        exchange, found.customer)
                              : move_from(rep, exchange, found.customer);
        if (move.to == nobody)
            continue;
        make(move);
        some_made = true;
    }
    return {};
}

Balancer::Move Balancer::move_to(const Candidate &candidate, Exchange exchange,
                                 std::size_t i) const {
    Move best;
    consider(exchange, i, candidate, candidate.rep, best);
    return best;
}

// To the first who may have it: they stand by what they make of it.
Balancer::Move Balancer::move_from(int rep, Exchange exchange, std::size_t i) const {
    Move best;
    for (const Candidate &candidate : market_.kind_of(customer(i)).candidates) {
        if (candidate.rep != rep)
            consider(exchange, i, candidate, rep, best);
        if (best.to != nobody)
            break;
    }
    return best;
}

// Of each customer that he could get the cheapest move.
Status Balancer::find_moves_to(int rep, Exchange exchange, std::vector<Move> &moves) const {
    std::size_t done = 0;
    for (std::size_t k = 0; k < of_kind_.size(); ++k) {
        const Candidate *to = market_.kinds[k].find(rep);
        if (!to)
            continue;
        for (std::size_t i : of_kind_[k]) {
            if (done++ % between_looks == 0 && should_stop_())
                return allocation_interrupted();
            if (given_[i] == rep)
                continue;
            const Move move = move_to(*to, exchange, i);
            if (move.to != nobody)
                moves.push_back(move);
        }
    }
    return {};
}

// Of each customer that he could hand over the cheapest move.
Status Balancer::find_moves_from(int rep, Exchange exchange, std::vector<Move> &moves) const {
    for (std::size_t i : held_[at(rep)]) {
        if (should_stop_())
            return allocation_interrupted();
        const Move move = move_from(rep, exchange, i);
        if (move.to != nobody)
            moves.push_back(move);
    }
    return {};
}

void Balancer::consider(Exchange exchange, std::size_t i, const Candidate &candidate, int helped,
                        Move &best) const {
    const int to = candidate.rep;
    const int from = given_[i];
    if (from != nobody && lack(measure_, from) >= 0) // the most frequent case
        return;
    const double there = customer(i).value * candidate.factor;
    if (there <= 0 || (measure_ == of_class && !is_of_class_[i]) ||
        market_.held_before(customer(i), to))
        return;
    const double here = from == nobody ? 0 : worth_[i];
    const Gains gain = gains(i, there);
    if (exchange == alone) {
        if (!market_.room.blocking(to, class_of(i)))
            weigh({i, from, to, no_customer, here - there}, gain, {-here, -gain[of_class]}, helped,
                  best);
        return;
    }
    if (from == nobody)
        return;
    int tried = 0;
    int seen = 0;
    for (auto k = held_[at(to)].rbegin();
         k != held_[at(to)].rend() && tried < partners_tried && seen < partners_seen; ++k, ++seen) {
        if (measure_ == of_class ? is_of_class_[*k] : worth_[*k] >= there)
            continue;
        const double partner_here = value(*k, from);
        if (partner_here < 0 ||
            (class_of(*k) != class_of(i) && (market_.room.left(to, class_of(i)) <= 0 ||
                                             market_.room.left(from, class_of(*k)) <= 0)))
            continue;
        ++tried;
        const double more = gain[of_class] - static_cast<double>(is_of_class_[*k]);
        weigh({i, from, to, *k, here + worth_[*k] - there - partner_here},
              {there - worth_[*k], more}, {partner_here - here, -more}, helped, best);
    }
}

// It takes him not out of the band, nor further out.
bool Balancer::may_gain(int rep, const Gains &gains) const {
    for (Measure measure : {of_value, of_class})
        if (const double gain = gains[measure];
            (gain > 0 && gain > -excess(measure, rep)) || (gain < 0 && gain < lack(measure, rep)))
            return false;
    return true;
}

// A move counts if it helps and both may gain what it brings them.
void Balancer::weigh(Move move, const Gains &of_to, const Gains &of_from, int helped,
                     Move &best) const {
    if (!may_gain(move.to, of_to) || (move.from != nobody && !may_gain(move.from, of_from)))
        return;
    const double help = helped == move.to ? std::min(of_to[measure_], lack(measure_, helped))
                                          : std::min(-of_from[measure_], excess(measure_, helped));
    if (help <= (measure_ == of_value ? unnoticed() : 0))
        return;
    move.cost = move.loss / help;
    if (move.cost < best.cost)
        best = move;
}

void Balancer::make(const Move &move) {
    if (move.from == nobody)
        totals_[of_class] += is_of_class_[move.customer];
    release(move.customer);
    if (move.partner != no_customer) {
        release(move.partner);
        hold(move.partner, move.from);
    }
    hold(move.customer, move.to);
    totals_[of_value] -= move.loss;
}

void Balancer::release(std::size_t i) {
    const int rep = given_[i];
    if (rep == nobody)
        return;
    std::vector<std::size_t> &held = held_[at(rep)];
    held.erase(std::lower_bound(held.begin(), held.end(), i));
    change(i, rep, -1);
    market_.room.give_back(rep, class_of(i));
}

void Balancer::hold(std::size_t i, int rep) {
    std::vector<std::size_t> &held = held_[at(rep)];
    held.insert(std::lower_bound(held.begin(), held.end(), i), i);
    worth_[i] = value(i, rep);
    change(i, rep, 1);
    market_.room.take(rep, class_of(i));
    given_[i] = rep;
    moved_[i] = true;
}

void Balancer::change(std::size_t i, int rep, double sign) {
    const Gains its = gains(i, worth_[i]);
    for (Measure measure : {of_value, of_class})
        amounts_[measure][at(rep)] += sign * its[measure];
}

} // namespace

Status make_fair(Market &market, const AllocationFacts &facts, const Band &band,
                 ShouldStop should_stop, Given given, std::span<bool> moved) {
    return Balancer(market, facts, band, should_stop, given, moved).run();
}

} // namespace highseas
