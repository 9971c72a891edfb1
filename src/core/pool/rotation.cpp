#include "core/pool/rotation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <vector>

#include "core/pool/capacity_left.hpp"
#include "core/pool/keys.hpp"
#include "core/pool/limit.hpp"
#include "core/pool/region_tree.hpp"
#include "core/no_postgres.hpp"

namespace highseas {
namespace {

constexpr std::size_t largest_plan = 500'000'000; // customers times reps

Status check_facts(const RotationFacts &facts) noexcept {
    for (const Status &status :
         {check_lengths("customer", {facts.customer_keys.size(), facts.scores.size(),
                                     facts.regions.size(), facts.classes.size()}),
          check_lengths("rep", {facts.rep_keys.size(), facts.rep_ranks.size(),
                                facts.rep_waiting_since.size()}),
          check_lengths("rep region",
                        {facts.rep_region_reps.size(), facts.rep_region_regions.size()}),
          check_lengths("region tree", {facts.tree_regions.size(), facts.tree_parents.size()}),
          check_lengths("limit", {facts.limit_reps.size(), facts.limit_kinds.size(),
                                  facts.limit_classes.size(), facts.limit_left.size()}),
          check_lengths("past holding", {facts.past_customers.size(), facts.past_reps.size()})})
        if (!status.ok())
            return status;
    if (!facts.rep_keys.empty() &&
        facts.customer_keys.size() > largest_plan / facts.rep_keys.size())
        return Status::error(sqlstate::too_large, "the rotation is too large")
            .with_detail("There are %zu customers and %zu reps; their product may be %zu.",
                         facts.customer_keys.size(), facts.rep_keys.size(), largest_plan)
            .with_hint("Plan fewer customers at a time.");
    return {};
}

// The reps who cover one region (or all reps, or those without a region), for customers of one
// class, in their order. A place in the queue only ever gets later, so an entry is put right when
// it comes to the front; whom a limit shuts out never returns, because limits only sink.
struct Line {
    struct Entry {
        int rank;
        std::int64_t place;
        int rep;

        bool operator<(const Entry &other) const noexcept { // std's heaps put the greatest first
            return rank != other.rank ? rank > other.rank : place > other.place;
        }
    };

    std::vector<Entry> heap;
    std::int64_t shut_out_at = -1;     // when a limit last shut a rep out,
    Hurdle shut_out_by = Hurdle::none; // and what kind it was

    void push(const Entry &entry) {
        heap.push_back(entry);
        std::push_heap(heap.begin(), heap.end());
    }

    Entry pop() {
        std::pop_heap(heap.begin(), heap.end());
        const Entry first = heap.back();
        heap.pop_back();
        return first;
    }
};

class Planner {
public:
    explicit Planner(const RotationFacts &facts) : facts_(facts) {}

    Status read();
    Status plan(ShouldStop should_stop, std::span<Assignment> plan);

private:
    struct Customer {
        int number;
        int region;
        int customer_class;
    };

    Status read_limits();
    void read_cover();
    void read_past();
    void read_busy();
    void start_queue();
    std::vector<int> best_first() const;

    static constexpr int without_region = RegionTree::none - 1;

    Customer customer(int number) const;
    Assignment assign(const Customer &customer);
    int first_free(Line &line, const Customer &customer);
    Hurdle hurdle(const Customer &customer) const;

    bool held_before(int customer, int rep) const;
    bool covers(int rep, int region) const;
    std::size_t count_covering(const Customer &customer) const;
    template <class Visit>
    void for_each_group(int region, Visit visit) const;
    static std::uint64_t line_key(int group, int customer_class);
    Line &line(int group, int customer_class);

    const RotationFacts &facts_;
    Numbers customers_;
    Numbers reps_;
    Numbers classes_; // only those with a limit of their own; all others are any_class
    RegionTree regions_;
    CapacityLeft left_;

    // A group of reps: those who cover region g; then those without any region; then all.
    std::vector<std::vector<int>> groups_;
    int regionless_ = 0;
    int everybody_ = 0;
    std::unordered_map<std::uint64_t, Line> lines_; // by group and class, made when first needed

    std::vector<std::pair<int, int>> past_; // (customer, rep), sorted
    std::vector<bool> busy_;                // each rep
    std::vector<std::int64_t> place_;       // of each rep in the queue
    std::int64_t last_place_ = 0;
    std::int64_t shut_outs_ = 0;
};

Status Planner::read() {
    if (Status status = check_facts(facts_); !status.ok())
        return status;
    if (Status status = number_keys(facts_.customer_keys, "customer", customers_); !status.ok())
        return status;
    if (Status status = number_keys(facts_.rep_keys, "rep", reps_); !status.ok())
        return status;
    if (Status status = regions_.read(facts_.tree_regions, facts_.tree_parents); !status.ok())
        return status;
    if (Status status = read_limits(); !status.ok())
        return status;
    read_cover();
    read_past();
    read_busy();
    start_queue();
    return {};
}

Status Planner::read_limits() {
    for (std::size_t i = 0; i < facts_.limit_reps.size(); ++i) {
        const auto kind = limit_kind_named(facts_.limit_kinds[i]);
        if (!kind)
            return unknown_limit_kind(facts_.limit_kinds[i]);
        const int rep = number_in(reps_, facts_.limit_reps[i]);
        if (rep == nobody)
            continue;
        int customer_class = CapacityLeft::any_class;
        if (facts_.limit_classes[i])
            customer_class =
                classes_.try_emplace(*facts_.limit_classes[i], static_cast<int>(classes_.size()))
                    .first->second;
        left_.add(*kind, rep, customer_class, facts_.limit_left[i]);
    }
    return {};
}

void Planner::read_cover() {
    std::vector<std::pair<int, int>> cover; // (region, rep)
    for (std::size_t i = 0; i < facts_.rep_region_reps.size(); ++i)
        if (const int rep = number_in(reps_, facts_.rep_region_reps[i]); rep != nobody)
            cover.emplace_back(regions_.number_of(facts_.rep_region_regions[i]), rep);
    std::sort(cover.begin(), cover.end());
    cover.erase(std::unique(cover.begin(), cover.end()), cover.end());

    regionless_ = static_cast<int>(regions_.size());
    everybody_ = regionless_ + 1;
    groups_.resize(at(everybody_) + 1);
    std::vector<bool> has_region(reps_.size());
    for (const auto &[region, rep] : cover) {
        groups_[at(region)].push_back(rep);
        has_region[at(rep)] = true;
    }
    for (int rep = 0; rep < static_cast<int>(reps_.size()); ++rep) {
        groups_[at(everybody_)].push_back(rep);
        if (!has_region[at(rep)])
            groups_[at(regionless_)].push_back(rep);
    }
}

void Planner::read_past() {
    for (std::size_t i = 0; i < facts_.past_customers.size(); ++i) {
        const int customer = number_in(customers_, facts_.past_customers[i]);
        const int rep = number_in(reps_, facts_.past_reps[i]);
        if (customer != nobody && rep != nobody)
            past_.emplace_back(customer, rep);
    }
    std::sort(past_.begin(), past_.end());
    past_.erase(std::unique(past_.begin(), past_.end()), past_.end());
}

void Planner::read_busy() {
    busy_.resize(reps_.size());
    for (Text key : facts_.busy_reps)
        if (const int rep = number_in(reps_, key); rep != nobody)
            busy_[at(rep)] = true;
}

void Planner::start_queue() {
    std::vector<int> queue(reps_.size());
    std::iota(queue.begin(), queue.end(), 0);
    std::sort(queue.begin(), queue.end(), [this](int a, int b) {
        const Time wait_a = facts_.rep_waiting_since[at(a)];
        const Time wait_b = facts_.rep_waiting_since[at(b)];
        return wait_a != wait_b ? wait_a < wait_b : facts_.rep_keys[at(a)] < facts_.rep_keys[at(b)];
    });
    place_.resize(queue.size());
    for (int rep : queue)
        place_[at(rep)] = last_place_++;
}

std::vector<int> Planner::best_first() const {
    struct Candidate {
        float score;
        int number;
    };
    std::vector<Candidate> candidates;
    candidates.reserve(customers_.size());
    for (std::size_t i = 0; i < facts_.customer_keys.size(); ++i) {
        const float score = facts_.scores[i]; // not a number: as good as no score
        candidates.push_back({std::isnan(score) ? -std::numeric_limits<float>::infinity() : score,
                              static_cast<int>(i)});
    }
    std::sort(candidates.begin(), candidates.end(), [this](const auto &a, const auto &b) {
        return a.score != b.score
                   ? a.score > b.score
                   : facts_.customer_keys[at(a.number)] < facts_.customer_keys[at(b.number)];
    });
    std::vector<int> order;
    order.reserve(candidates.size());
    for (const Candidate &candidate : candidates)
        order.push_back(candidate.number);
    return order;
}

Status Planner::plan(ShouldStop should_stop, std::span<Assignment> plan) {
    constexpr std::size_t between_looks = 256;
    std::size_t done = 0;
    for (int number : best_first()) {
        if (done % between_looks == 0 && should_stop())
            return Status::error(sqlstate::interrupted, "the rotation was interrupted");
        plan[done++] = assign(customer(number));
    }
    return {};
}

Planner::Customer Planner::customer(int number) const {
    Customer customer{number, without_region, CapacityLeft::any_class};
    if (const OptionalText &region = facts_.regions[at(number)])
        customer.region = regions_.find(*region);
    if (const OptionalText &customer_class = facts_.classes[at(number)])
        customer.customer_class = number_in(classes_, *customer_class);
    return customer;
}

// The groups of reps who may have customers of the region, the nearest first, until visit says
// false. Of a region that nobody has heard of only those without any region.
template <class Visit>
void Planner::for_each_group(int region, Visit visit) const {
    if (region == without_region) {
        visit(everybody_);
        return;
    }
    for (int above = region; above != RegionTree::none; above = regions_.parent_of(above))
        if (!groups_[at(above)].empty() && !visit(above))
            return;
    visit(regionless_);
}

Assignment Planner::assign(const Customer &customer) {
    int rep = nobody;
    for_each_group(customer.region, [&](int group) {
        rep = first_free(line(group, customer.customer_class), customer);
        return rep == nobody;
    });
    if (rep == nobody)
        return {customer.number, nobody, hurdle(customer)};
    left_.take_one(rep, customer.customer_class);
    return {customer.number, rep, Hurdle::none};
}

// Whoever is given one stands at the end of this line at once, and of his other lines as soon as he
// comes to their front.
int Planner::first_free(Line &line, const Customer &customer) {
    std::vector<Line::Entry> passed_over;
    int chosen = nobody;
    while (chosen == nobody && !line.heap.empty()) {
        Line::Entry entry = line.pop();
        if (entry.place != place_[at(entry.rep)]) {
            entry.place = place_[at(entry.rep)];
            line.push(entry);
        } else if (const auto kind = left_.blocking(entry.rep, customer.customer_class)) {
            line.shut_out_at = shut_outs_++;
            line.shut_out_by = *kind == LimitKind::quota ? Hurdle::quota : Hurdle::capacity;
        } else if (held_before(customer.number, entry.rep)) {
            passed_over.push_back(entry);
        } else {
            chosen = entry.rep;
            entry.place = place_[at(chosen)] = last_place_++;
            line.push(entry);
        }
    }
    for (const Line::Entry &entry : passed_over)
        line.push(entry);
    return chosen;
}

// Of a customer whom no line had a rep for. Who covers it and did not hold it was shut out.
Hurdle Planner::hurdle(const Customer &customer) const {
    if (reps_.empty())
        return Hurdle::no_reps;
    const std::size_t covering = count_covering(customer);
    if (covering == 0)
        return Hurdle::no_region;
    std::size_t earlier_holders = 0;
    for (auto pair = std::lower_bound(past_.begin(), past_.end(), std::pair(customer.number, 0));
         pair != past_.end() && pair->first == customer.number; ++pair)
        earlier_holders += covers(pair->second, customer.region);
    if (earlier_holders == covering)
        return Hurdle::earlier_holder;
    for (int rep = 0; rep < static_cast<int>(busy_.size()); ++rep)
        if (busy_[at(rep)] && covers(rep, customer.region) && !held_before(customer.number, rep))
            return Hurdle::busy;
    const Line *last = nullptr;
    for_each_group(customer.region, [&](int group) {
        const auto place = lines_.find(line_key(group, customer.customer_class));
        if (place != lines_.end() && (!last || place->second.shut_out_at > last->shut_out_at))
            last = &place->second;
        return true;
    });
    return last->shut_out_by;
}

bool Planner::held_before(int customer, int rep) const {
    return std::binary_search(past_.begin(), past_.end(), std::pair(customer, rep));
}

bool Planner::covers(int rep, int region) const {
    bool found = false;
    for_each_group(region, [&](int group) {
        const std::vector<int> &reps = groups_[at(group)]; // sorted, as read_cover made it
        found = std::binary_search(reps.begin(), reps.end(), rep);
        return !found;
    });
    return found;
}

std::size_t Planner::count_covering(const Customer &customer) const {
    std::vector<bool> seen(reps_.size());
    std::size_t count = 0;
    for_each_group(customer.region, [&](int group) {
        for (int rep : groups_[at(group)]) {
            count += !seen[at(rep)];
            seen[at(rep)] = true;
        }
        return true;
    });
    return count;
}

std::uint64_t Planner::line_key(int group, int customer_class) {
    return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(group)) << 32) |
           static_cast<std::uint32_t>(customer_class);
}

Line &Planner::line(int group, int customer_class) {
    const auto [place, is_new] = lines_.try_emplace(line_key(group, customer_class));
    Line &line = place->second;
    if (is_new) {
        line.heap.reserve(groups_[at(group)].size());
        for (int rep : groups_[at(group)])
            if (!busy_[at(rep)])
                line.heap.push_back({facts_.rep_ranks[at(rep)], place_[at(rep)], rep});
        std::make_heap(line.heap.begin(), line.heap.end());
    }
    return line;
}

} // namespace

const char *name_of(Hurdle hurdle) noexcept {
    switch (hurdle) {
    case Hurdle::none:
        break;
    case Hurdle::no_reps:
        return "no-reps";
    case Hurdle::no_region:
        return "no-region";
    case Hurdle::no_tier:
        return "no-tier";
    case Hurdle::earlier_holder:
        return "earlier-holder";
    case Hurdle::capacity:
        return "capacity";
    case Hurdle::quota:
        return "quota";
    case Hurdle::busy:
        return "busy";
    case Hurdle::fairness:
        return "fairness";
    }
    return nullptr;
}

Status plan_rotation(const RotationFacts &facts, ShouldStop should_stop,
                     std::span<Assignment> plan) {
    Planner planner(facts);
    if (Status status = planner.read(); !status.ok())
        return status;
    return planner.plan(should_stop, plan);
}

} // namespace highseas
