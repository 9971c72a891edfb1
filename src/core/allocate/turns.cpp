#include "core/allocate/methods.hpp"

#include <numeric>
#include <tuple>

#include "core/no_postgres.hpp"

namespace highseas {
namespace {

constexpr std::size_t between_looks = 256;

// Each rep's place in the queue: what he is given moves him back.
class Queue {
public:
    Queue(const Market &market, const AllocationFacts &facts, AllocationMethod method)
        : method_(method) {
        for (int number : market.rep_numbers) {
            weights_.push_back(facts.rep_weights[at(number)]);
            counts_.push_back(method == AllocationMethod::least_loaded ? facts.rep_loads[at(number)]
                                                                       : 0);
            ranks_.push_back(facts.rep_ranks[at(number)]);
            priorities_.push_back(0);
        }
        for (int rep = 0; rep < market.rep_count(); ++rep)
            priorities_[at(rep)] = priority(rep);
    }

    bool is_before(const Candidate &a, const Candidate &b) const {
        return std::tuple(a.distance, ranks_[at(a.rep)], priorities_[at(a.rep)], a.rep) <
               std::tuple(b.distance, ranks_[at(b.rep)], priorities_[at(b.rep)], b.rep);
    }

    void give(int rep) {
        ++counts_[at(rep)];
        priorities_[at(rep)] = method_ == AllocationMethod::serial ? ++last_ : priority(rep);
    }

private:
    // Turns: who would have the fewest for his weight when he had this one, too.
    double priority(int rep) const {
        switch (method_) {
        case AllocationMethod::weighted_turns:
            return (counts_[at(rep)] + 1) / weights_[at(rep)];
        case AllocationMethod::least_loaded:
            return counts_[at(rep)] / weights_[at(rep)];
        default:
            return 0;
        }
    }

    AllocationMethod method_;
    std::vector<double> weights_;
    std::vector<double> counts_;
    std::vector<int> ranks_;
    std::vector<double> priorities_;
    double last_ = 0;
};

} // namespace

Status give_by_turns(Market &market, const AllocationFacts &facts, AllocationMethod method,
                     ShouldStop should_stop, Given given) {
    Queue queue(market, facts, method);
    for (std::size_t i = 0; i < market.customers.size(); ++i) {
        if (i % between_looks == 0 && should_stop())
            return allocation_interrupted();
        const Customer &customer = market.customers[i];
        const Kind &kind = market.kind_of(customer);
        const Candidate *first = nullptr;
        for (const Candidate &candidate : kind.candidates)
            if (!market.room.blocking(candidate.rep, kind.customer_class) &&
                (!first || queue.is_before(candidate, *first)) &&
                !market.held_before(customer, candidate.rep))
                first = &candidate;
        if (!first)
            continue;
        given[i] = first->rep;
        queue.give(first->rep);
        market.room.take(first->rep, kind.customer_class);
    }
    return {};
}

// Of those who make the same of it the nearest first, then who was given the fewest.
Status give_to_best_fit(Market &market, ShouldStop should_stop, Given given) {
    std::vector<int> counts(at(market.rep_count()));
    for (std::size_t i = 0; i < market.customers.size(); ++i) {
        if (i % between_looks == 0 && should_stop())
            return allocation_interrupted();
        const Customer &customer = market.customers[i];
        const Kind &kind = market.kind_of(customer);
        const Candidate *best = nullptr;
        for (const Candidate &candidate : kind.candidates) {
            if (best && (candidate.factor < best->factor || candidate.distance > best->distance))
                break;
            if (!market.room.blocking(candidate.rep, kind.customer_class) &&
                (!best || counts[at(candidate.rep)] < counts[at(best->rep)]) &&
                !market.held_before(customer, candidate.rep))
                best = &candidate;
        }
        if (!best)
            continue;
        given[i] = best->rep;
        ++counts[at(best->rep)];
        market.room.take(best->rep, kind.customer_class);
    }
    return {};
}

} // namespace highseas
