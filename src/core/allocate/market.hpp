// The facts of an allocation as numbers: customers the best first, reps the longest wait first, and
// for each kind of customer who may have it and how much he makes of it.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/allocate/allocation.hpp"
#include "core/pool/keys.hpp"
#include "core/pool/limit.hpp"
#include "core/pool/region_tree.hpp"

namespace highseas {

// What is left of the reps' limits.
class Room {
public:
    static constexpr int any_class = -1;
    static constexpr int unlimited = INT32_MAX;

    void resize(int classes, int reps);
    void limit(LimitKind kind, int rep, int customer_class, int left);

    // Which kind of limit shuts the rep out from customers of the class.
    std::optional<LimitKind> blocking(int rep, int customer_class) const;
    // Of the limits for just this class, or for any.
    int left(int rep, int customer_class) const;
    void take(int rep, int customer_class) { change(rep, customer_class, -1); }
    void give_back(int rep, int customer_class) { change(rep, customer_class, 1); }

private:
    // All limits of one kind, rep and class sink together, so the smallest stands for them.
    struct Left {
        int by_kind[2] = {unlimited, unlimited};
    };
    std::size_t place(int rep, int customer_class) const {
        return at(customer_class + 1) * reps_ + at(rep);
    }
    void change(int rep, int customer_class, int by);

    std::size_t reps_ = 0;
    std::vector<Left> left_;
};

// A rep who may have customers of a kind.
struct Candidate {
    int rep;
    int distance; // steps up the tree of regions
    double factor;
};

// Customers of one region, class and segment are alike but for their value and their history.
struct Kind {
    int customer_class;
    bool is_covered;                   // by whatever tier
    std::vector<Candidate> candidates; // the best first; then the nearest, then the longest wait
    std::vector<Candidate> by_rep;
    std::vector<int> busy; // might have them, but is busy

    const Candidate *find(int rep) const;
};

struct Customer {
    int number; // in the facts
    int kind;
    double value;
    std::size_t past_from; // its earlier holders
    std::size_t past_to;

    bool has_past() const { return past_from != past_to; }
};

struct Market {
    std::vector<Customer> customers;
    std::vector<Kind> kinds;
    std::vector<int> rep_numbers;    // in the facts
    std::vector<double> fair_shares; // nothing for who is busy
    std::vector<int> past;           // of each customer, its earlier holders, rising
    Room room;

    int rep_count() const { return static_cast<int>(rep_numbers.size()); }
    const Kind &kind_of(const Customer &customer) const { return kinds[at(customer.kind)]; }
    bool held_before(const Customer &customer, int rep) const;
    double greatest_value() const; // that any customer could have with any rep

    Status read(const AllocationFacts &facts, ShouldStop should_stop);
};

Status allocation_interrupted() noexcept;

} // namespace highseas
