#include "core/allocate/methods.hpp"

#include <algorithm>
#include <limits>

#include "core/no_postgres.hpp"

namespace highseas {
namespace {

constexpr std::size_t between_looks = 4096;
constexpr int most_tries = 20;    // to help one rep: what is given to others may take it away again
constexpr int partners_tried = 4; // of an exchange: the customers of the other rep worth the least

class Balancer {
public:
    Balancer(Market &market, const Band &band, ShouldStop should_stop, Given given,
             std::span<bool> moved)
        : market_(market), band_(band), should_stop_(should_stop), given_(given), moved_(moved),
          held_(at(market.rep_count())), values_(held_.size()), tries_(held_.size()) {}

    Status run();

private:
    static constexpr std::size_t no_customer = SIZE_MAX;
    // What he gives for it, if anything, goes to the rep it comes from.
    struct Move {
        std::size_t customer = no_customer;
        int from = nobody;
        int to = nobody;
        std::size_t partner = no_customer;
        double loss = 0;
        double cost = std::numeric_limits<double>::infinity(); // loss for what it helps
    };

    double least(int rep) const { return band_.least * market_.fair_shares[at(rep)] * total_; }
    double most(int rep) const { return band_.most * market_.fair_shares[at(rep)] * total_; }
    double lack(int rep) const { return least(rep) - values_[at(rep)]; }
    double excess(int rep) const { return values_[at(rep)] - most(rep); }
    double unnoticed() const { return 1e-9 * total_; }
    bool is_within(int rep) const { return std::max(lack(rep), excess(rep)) <= unnoticed(); }
    int worst() const;

    Status help(int rep);
    Status place_left_over();
    Status find_moves(int rep, std::vector<Move> &moves);
    void consider(std::size_t customer, int to, int helped, Move &best) const;
    void weigh(Move move, double gain_of_to, double gain_of_from, int helped, Move &best) const;
    void make(const Move &move);

    const Customer &customer(std::size_t i) const { return market_.customers[i]; }
    int class_of(std::size_t i) const { return market_.kind_of(customer(i)).customer_class; }
    // Less than nothing: he may not have it.
    double value(std::size_t i, int rep) const {
        const Candidate *candidate = market_.kind_of(customer(i)).find(rep);
        return candidate && !market_.held_before(customer(i), rep)
                   ? customer(i).value * candidate->factor
                   : -1;
    }
    void hold(std::size_t i, int rep);
    void release(std::size_t i);

    Market &market_;
    const Band band_;
    ShouldStop should_stop_;
    Given given_;
    std::span<bool> moved_;
    std::vector<std::vector<std::size_t>> held_; // by each rep, rising: the best first
    std::vector<double> values_;
    std::vector<int> tries_;
    double total_ = 0;
};

Status Balancer::run() {
    for (std::size_t i = 0; i < given_.size(); ++i)
        if (given_[i] != nobody) {
            held_[at(given_[i])].push_back(i);
            values_[at(given_[i])] += value(i, given_[i]);
        }
    for (double one : values_)
        total_ += one;
    for (int rep = worst(); rep != nobody; rep = worst())
        if (Status status = help(rep); !status.ok())
            return status;
    return place_left_over();
}

// A move may have made room for somebody who stays.
Status Balancer::place_left_over() {
    for (std::size_t i = 0; i < given_.size(); ++i) {
        if (i % between_looks == 0 && should_stop_())
            return allocation_interrupted();
        if (given_[i] != nobody)
            continue;
        for (const Candidate &candidate : market_.kind_of(customer(i)).candidates) {
            const double more = value(i, candidate.rep);
            if (more >= 0 && more <= -excess(candidate.rep) &&
                !market_.room.blocking(candidate.rep, class_of(i))) {
                hold(i, candidate.rep);
                total_ += more;
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
        if (const double distance = std::max(lack(rep), excess(rep));
            tries_[at(rep)] < most_tries && distance > furthest) {
            furthest = distance;
            found = rep;
        }
    return found;
}

// Makes the moves in the order of their cost, each if it is still one, until he lies within the
// band.
Status Balancer::help(int rep) {
    std::vector<Move> moves;
    if (Status status = find_moves(rep, moves); !status.ok())
        return status;
    std::sort(moves.begin(), moves.end(), [](const Move &a, const Move &b) {
        return a.cost != b.cost ? a.cost < b.cost : a.customer < b.customer;
    });
    bool some_made = false;
    for (const Move &found : moves) {
        if (is_within(rep))
            break;
        if (found.from != given_[found.customer])
            continue;
        Move move;
        consider(found.customer, found.to, rep, move);
        if (move.to == nobody)
            continue;
        make(move);
        some_made = true;
    }
    tries_[at(rep)] = some_made ? tries_[at(rep)] + 1 : most_tries;
    return {};
}

// Of each customer that he could get, or hand over, the cheapest move.
Status Balancer::find_moves(int rep, std::vector<Move> &moves) {
    const bool needs_more = lack(rep) > 0;
    const std::size_t count = needs_more ? given_.size() : held_[at(rep)].size();
    for (std::size_t k = 0; k < count; ++k) {
        if (k % between_looks == 0 && should_stop_())
            return allocation_interrupted();
        const std::size_t i = needs_more ? k : held_[at(rep)][k];
        Move best;
        if (needs_more) {
            if (given_[i] != rep)
                consider(i, rep, rep, best);
        } else {
            for (const Candidate &candidate : market_.kind_of(customer(i)).candidates)
                if (candidate.rep != rep)
                    consider(i, candidate.rep, rep, best);
        }
        if (best.to != nobody)
            moves.push_back(best);
    }
    return {};
}

void Balancer::consider(std::size_t i, int to, int helped, Move &best) const {
    const double there = value(i, to);
    if (there <= 0)
        return;
    const int from = given_[i];
    const double here = from == nobody ? 0 : value(i, from);
    if (!market_.room.blocking(to, class_of(i)))
        weigh({i, from, to, no_customer, here - there}, there, -here, helped, best);
    if (from == nobody)
        return;
    int tried = 0;
    for (auto k = held_[at(to)].rbegin(); k != held_[at(to)].rend() && tried < partners_tried;
         ++k) {
        const double partner_here = value(*k, from);
        const double partner_there = value(*k, to);
        if (partner_here < 0 || partner_there >= there ||
            (class_of(*k) != class_of(i) && (market_.room.left(to, class_of(i)) <= 0 ||
                                             market_.room.left(from, class_of(*k)) <= 0)))
            continue;
        ++tried;
        weigh({i, from, to, *k, here + partner_there - there - partner_here}, there - partner_there,
              partner_here - here, helped, best);
    }
}

// A move counts if it helps and takes neither of the two out of the band, or further out.
void Balancer::weigh(Move move, double gain_of_to, double gain_of_from, int helped,
                     Move &best) const {
    if (gain_of_to > -excess(move.to) || (move.from != nobody && gain_of_from < lack(move.from)))
        return;
    const double help = helped == move.to ? std::min(gain_of_to, lack(helped))
                                          : std::min(-gain_of_from, excess(helped));
    if (help <= unnoticed())
        return;
    move.cost = move.loss / help;
    if (move.cost < best.cost)
        best = move;
}

void Balancer::make(const Move &move) {
    release(move.customer);
    if (move.partner != no_customer) {
        release(move.partner);
        hold(move.partner, move.from);
    }
    hold(move.customer, move.to);
    total_ -= move.loss;
}

void Balancer::release(std::size_t i) {
    const int rep = given_[i];
    if (rep == nobody)
        return;
    std::vector<std::size_t> &held = held_[at(rep)];
    held.erase(std::lower_bound(held.begin(), held.end(), i));
    values_[at(rep)] -= value(i, rep);
    market_.room.give_back(rep, class_of(i));
}

void Balancer::hold(std::size_t i, int rep) {
    std::vector<std::size_t> &held = held_[at(rep)];
    held.insert(std::lower_bound(held.begin(), held.end(), i), i);
    values_[at(rep)] += value(i, rep);
    market_.room.take(rep, class_of(i));
    given_[i] = rep;
    moved_[i] = true;
}

} // namespace

Status make_fair(Market &market, const Band &band, ShouldStop should_stop, Given given,
                 std::span<bool> moved) {
    return Balancer(market, band, should_stop, given, moved).run();
}

} // namespace highseas
