#include "core/allocate/market.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "core/no_postgres.hpp"
#include "core/pool/matching.hpp"

namespace highseas {
namespace {

constexpr std::size_t largest_plan = 500'000'000; // customers times reps
constexpr std::size_t largest_table = 20'000'000; // kinds, or classes, times reps: half a gigabyte
constexpr int far_away = INT32_MAX;               // a rep without any region
constexpr int any_segment = -1;
constexpr int without_region = RegionTree::none - 1;

constexpr std::uint64_t pair_key(int a, int b) noexcept {
    return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(a)) << 32) |
           static_cast<std::uint32_t>(b);
}

std::uint64_t hash_of(Text key, std::uint64_t hash = 0xcbf29ce484222325) noexcept { // FNV-1a
    for (char c : key)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash ^ (hash >> 29);
}

Status check_numbers(const char *what, std::span<const double> numbers, bool may_be_zero) noexcept {
    for (double number : numbers)
        if (!std::isfinite(number) || number < 0 || (number == 0 && !may_be_zero))
            return Status::error(sqlstate::bad_parameter, "%s must be finite and %s", what,
                                 may_be_zero ? "not negative" : "above zero")
                .with_detail("It is %g.", number);
    return {};
}

Status check_facts(const AllocationFacts &facts) noexcept {
    for (const Status &status :
         {check_lengths("customer",
                        {facts.customer_keys.size(), facts.customer_values.size(),
                         facts.regions.size(), facts.classes.size(), facts.segments.size(),
                         facts.kinds.empty() ? facts.customer_keys.size() : facts.kinds.size()}),
          check_lengths("rep", {facts.rep_keys.size(), facts.rep_tiers.size(),
                                facts.rep_ranks.size(), facts.rep_weights.size(),
                                facts.rep_loads.size(), facts.rep_waiting_since.size()}),
          check_lengths("rep region",
                        {facts.rep_region_reps.size(), facts.rep_region_regions.size()}),
          check_lengths("region tree", {facts.tree_regions.size(), facts.tree_parents.size()}),
          check_lengths("affinity", {facts.affinity_reps.size(), facts.affinity_segments.size(),
                                     facts.affinity_factors.size()}),
          check_lengths("tier", {facts.tier_classes.size(), facts.tier_names.size(),
                                 facts.tier_kinds.empty() ? facts.tier_names.size()
                                                          : facts.tier_kinds.size()}),
          check_lengths("limit", {facts.limit_reps.size(), facts.limit_kinds.size(),
                                  facts.limit_classes.size(), facts.limit_left.size()}),
          check_lengths("rep", {facts.rep_keys.size(),
                                facts.rep_received.empty() ? facts.rep_keys.size()
                                                           : facts.rep_received.size()}),
          check_lengths("rep", {facts.rep_keys.size(), facts.rep_received_of_class.empty()
                                                           ? facts.rep_keys.size()
                                                           : facts.rep_received_of_class.size()}),
          check_lengths("past holding", {facts.past_customers.size(), facts.past_reps.size()}),
          check_numbers("a customer's value", facts.customer_values, true),
          check_numbers("a rep's weight", facts.rep_weights, false),
          check_numbers("what a rep received", facts.rep_received, true),
          check_numbers("an affinity", facts.affinity_factors, true)})
        if (!status.ok())
            return status;
    for (int load : facts.rep_loads)
        if (load < 0)
            return Status::error(sqlstate::bad_parameter, "a rep's load must not be negative");
    for (int count : facts.rep_received_of_class)
        if (count < 0)
            return Status::error(sqlstate::bad_parameter,
                                 "what a rep received must not be negative");
    if (!facts.rep_keys.empty() &&
        facts.customer_keys.size() > largest_plan / facts.rep_keys.size())
        return Status::error(sqlstate::too_large, "the allocation is too large")
            .with_detail("There are %zu customers and %zu reps; their product may be %zu.",
                         facts.customer_keys.size(), facts.rep_keys.size(), largest_plan)
            .with_hint("Plan fewer customers at a time.");
    return {};
}

Status too_many(const char *what) noexcept {
    return Status::error(sqlstate::too_large, "the allocation is too large")
        .with_detail("There are too many different %s for so many reps.", what)
        .with_hint("Plan fewer customers at a time, or with fewer regions, classes and segments.");
}

// Who may hold whom.
struct TierRow {
    Scope scope;
    int tier;
};

constexpr int every_tier = -1;

class Reader {
public:
    Reader(const AllocationFacts &facts, Market &market) : facts_(facts), market_(market) {}

    Status read(ShouldStop should_stop);

private:
    Status order_reps();
    Status read_limits();
    void read_tiers();
    void read_cover();
    Status read_affinities();
    Status read_customers(ShouldStop should_stop);
    Status read_past();

    Status add_kind(int region, int customer_class, int segment, int allowed);
    int allowed_tiers(const OptionalText &customer_class, const OptionalText &customer_kind);
    int nearest_covered(const OptionalText &region) const;
    double factor(int rep, int segment) const;
    bool tier_allows(int rep, int allowed) const;

    const AllocationFacts &facts_;
    Market &market_;
    Numbers customers_; // in the facts
    Numbers reps_;      // in the market
    Numbers classes_;   // only those with a limit of their own; all others are any_class
    Numbers segments_;  // only those with an affinity; all others are any_segment
    RegionTree regions_;
    std::vector<TierRow> tier_rows_;
    std::map<std::vector<int>, int> allowed_; // the sets of tiers that may hold somebody
    std::vector<std::vector<int>> tiers_;     // by their numbers
    std::vector<const TierRow *> chosen_;     // room
    std::vector<int> tier_of_;                // of each rep
    std::vector<bool> busy_;                  // each rep
    std::vector<std::vector<int>> groups_;    // the reps of each region; then those without any
    std::unordered_map<std::uint64_t, double> affinities_;
    std::size_t table_size_ = 0;
};

Status Reader::read(ShouldStop should_stop) {
    if (Status status = check_facts(facts_); !status.ok())
        return status;
    if (Status status = number_keys(facts_.customer_keys, "customer", customers_); !status.ok())
        return status;
    if (Status status = order_reps(); !status.ok())
        return status;
    if (Status status = regions_.read(facts_.tree_regions, facts_.tree_parents); !status.ok())
        return status;
    read_tiers();
    if (Status status = read_limits(); !status.ok())
        return status;
    if (Status status = read_affinities(); !status.ok())
        return status;
    read_cover();
    if (Status status = read_customers(should_stop); !status.ok())
        return status;
    return read_past();
}

// Two who wait equally long stand by a hash that the customers of this plan take part in, so that
// it favours nobody for ever.
Status Reader::order_reps() {
    Numbers given;
    if (Status status = number_keys(facts_.rep_keys, "rep", given); !status.ok())
        return status;
    std::uint64_t salt = 0;
    for (Text key : facts_.customer_keys)
        salt += hash_of(key);

    const std::size_t count = facts_.rep_keys.size();
    std::vector<std::uint64_t> hashes;
    for (Text key : facts_.rep_keys)
        hashes.push_back(hash_of(key, salt));
    market_.rep_numbers.resize(count);
    std::iota(market_.rep_numbers.begin(), market_.rep_numbers.end(), 0);
    std::sort(market_.rep_numbers.begin(), market_.rep_numbers.end(), [&](int a, int b) {
        const Time wait_a = facts_.rep_waiting_since[at(a)];
        const Time wait_b = facts_.rep_waiting_since[at(b)];
        if (wait_a != wait_b)
            return wait_a < wait_b;
        return hashes[at(a)] != hashes[at(b)] ? hashes[at(a)] < hashes[at(b)]
                                              : facts_.rep_keys[at(a)] < facts_.rep_keys[at(b)];
    });

    for (int number : market_.rep_numbers)
        reps_.emplace(facts_.rep_keys[at(number)], static_cast<int>(reps_.size()));
    busy_.resize(count);
    for (Text key : facts_.busy_reps)
        if (const int rep = number_in(reps_, key); rep != nobody)
            busy_[at(rep)] = true;
    double weights = 0;
    for (int rep = 0; rep < market_.rep_count(); ++rep)
        if (!busy_[at(rep)])
            weights += facts_.rep_weights[at(market_.rep_numbers[at(rep)])];
    for (int rep = 0; rep < market_.rep_count(); ++rep)
        market_.fair_shares.push_back(
            busy_[at(rep)] ? 0 : facts_.rep_weights[at(market_.rep_numbers[at(rep)])] / weights);
    return {};
}

void Reader::read_tiers() {
    Numbers tiers;
    for (std::size_t i = 0; i < facts_.tier_names.size(); ++i) {
        Scope scope{};
        scope.customer_class = facts_.tier_classes[i];
        scope.customer_kind = facts_.tier_kinds.empty() ? std::nullopt : facts_.tier_kinds[i];
        tier_rows_.push_back(
            {scope, tiers.try_emplace(facts_.tier_names[i], static_cast<int>(tiers.size()))
                        .first->second});
    }
    for (int number : market_.rep_numbers) {
        const OptionalText &tier = facts_.rep_tiers[at(number)];
        tier_of_.push_back(tier ? number_in(tiers, *tier) : nobody);
    }
}

int Reader::allowed_tiers(const OptionalText &customer_class, const OptionalText &customer_kind) {
    Scope fact{};
    fact.customer_class = customer_class;
    fact.customer_kind = customer_kind;
    chosen_.resize(tier_rows_.size());
    const auto **end = choose_most_specific<TierRow>(tier_rows_, fact, chosen_.data());
    if (end == chosen_.data())
        return every_tier;
    std::vector<int> tiers;
    for (const auto **row = chosen_.data(); row != end; ++row)
        tiers.push_back((*row)->tier);
    std::sort(tiers.begin(), tiers.end());
    const auto [place, is_new] = allowed_.try_emplace(tiers, static_cast<int>(tiers_.size()));
    if (is_new)
        tiers_.push_back(std::move(tiers));
    return place->second;
}

Status Reader::read_limits() {
    auto number_class = [this](Text name) {
        return classes_.try_emplace(name, static_cast<int>(classes_.size())).first->second;
    };
    for (const OptionalText &name : facts_.limit_classes)
        if (name)
            number_class(*name);
    if (!reps_.empty() && classes_.size() + 1 > largest_table / reps_.size())
        return too_many("classes");
    market_.room.resize(static_cast<int>(classes_.size()), market_.rep_count());
    for (std::size_t i = 0; i < facts_.limit_reps.size(); ++i) {
        const auto kind = limit_kind_named(facts_.limit_kinds[i]);
        if (!kind)
            return unknown_limit_kind(facts_.limit_kinds[i]);
        const int rep = number_in(reps_, facts_.limit_reps[i]);
        const OptionalText &name = facts_.limit_classes[i];
        if (rep != nobody)
            market_.room.limit(*kind, rep, name ? number_in(classes_, *name) : Room::any_class,
                               facts_.limit_left[i]);
    }
    return {};
}

Status Reader::read_affinities() {
    for (std::size_t i = 0; i < facts_.affinity_reps.size(); ++i) {
        const OptionalText &name = facts_.affinity_segments[i];
        const int segment =
            name ? segments_.try_emplace(*name, static_cast<int>(segments_.size())).first->second
                 : any_segment;
        const Text key = facts_.affinity_reps[i];
        const int rep = number_in(reps_, key);
        if (rep != nobody &&
            !affinities_.try_emplace(pair_key(rep, segment), facts_.affinity_factors[i]).second)
            return Status::error(sqlstate::bad_parameter,
                                 "the affinity of rep \"%.*s\" is given twice", shown_length(key),
                                 key.data())
                .with_detail("A rep has one for each segment, and one for all others.");
    }
    return {};
}

void Reader::read_cover() {
    std::vector<std::pair<int, int>> cover; // (region, rep)
    for (std::size_t i = 0; i < facts_.rep_region_reps.size(); ++i)
        if (const int rep = number_in(reps_, facts_.rep_region_reps[i]); rep != nobody)
            cover.emplace_back(regions_.number_of(facts_.rep_region_regions[i]), rep);
    groups_.resize(regions_.size() + 1);
    std::vector<bool> has_region(reps_.size());
    for (const auto &[region, rep] : cover) {
        groups_[at(region)].push_back(rep);
        has_region[at(rep)] = true;
    }
    for (int rep = 0; rep < market_.rep_count(); ++rep)
        if (!has_region[at(rep)])
            groups_.back().push_back(rep);
}

Status Reader::read_customers(ShouldStop should_stop) {
    constexpr std::size_t between_looks = 1 << 14;
    std::vector<Customer> &customers = market_.customers;
    std::map<std::array<int, 4>, int> kinds;
    for (std::size_t i = 0; i < facts_.customer_keys.size(); ++i)
        customers.push_back({static_cast<int>(i), 0, facts_.customer_values[i], 0, 0});
    std::sort(customers.begin(), customers.end(), [this](const Customer &a, const Customer &b) {
        return a.value != b.value
                   ? a.value > b.value
                   : facts_.customer_keys[at(a.number)] < facts_.customer_keys[at(b.number)];
    });
    std::size_t done = 0;
    for (Customer &customer : customers) {
        if (done++ % between_looks == 0 && should_stop())
            return allocation_interrupted();
        const std::size_t i = at(customer.number);
        const OptionalText &name = facts_.classes[i];
        const OptionalText &segment = facts_.segments[i];
        const std::array key{
            nearest_covered(facts_.regions[i]), name ? number_in(classes_, *name) : Room::any_class,
            segment ? number_in(segments_, *segment) : any_segment,
            allowed_tiers(name, facts_.kinds.empty() ? std::nullopt : facts_.kinds[i])};
        const auto [place, is_new] = kinds.try_emplace(key, static_cast<int>(kinds.size()));
        customer.kind = place->second;
        if (is_new) {
            if (should_stop())
                return allocation_interrupted();
            if (Status status = add_kind(key[0], key[1], key[2], key[3]); !status.ok())
                return status;
        }
    }
    return {};
}

// The region or the nearest above it that somebody covers.
int Reader::nearest_covered(const OptionalText &region) const {
    if (!region)
        return without_region;
    int above = regions_.find(*region);
    while (above != RegionTree::none && groups_[at(above)].empty())
        above = regions_.parent_of(above);
    return above;
}

Status Reader::add_kind(int region, int customer_class, int segment, int allowed) {
    Kind kind{customer_class, false, {}, {}, {}};
    std::vector<bool> seen(reps_.size());
    auto add = [&](int rep, int distance) {
        if (seen[at(rep)])
            return;
        seen[at(rep)] = true;
        kind.is_covered = true;
        if (!tier_allows(rep, allowed))
            return;
        if (busy_[at(rep)])
            kind.busy.push_back(rep);
        else
            kind.by_rep.push_back({rep, distance, factor(rep, segment)});
    };
    if (region == without_region) {
        for (int rep = 0; rep < market_.rep_count(); ++rep)
            add(rep, 0);
    } else {
        int distance = 0;
        for (int above = region; above != RegionTree::none;
             above = regions_.parent_of(above), ++distance)
            for (int rep : groups_[at(above)])
                add(rep, distance);
        for (int rep : groups_.back())
            add(rep, far_away);
    }
    table_size_ += reps_.size();
    if (table_size_ > largest_table)
        return too_many("regions, classes, kinds and segments");

    std::sort(kind.by_rep.begin(), kind.by_rep.end(),
              [](const Candidate &a, const Candidate &b) { return a.rep < b.rep; });
    kind.candidates = kind.by_rep;
    std::sort(kind.candidates.begin(), kind.candidates.end(),
              [](const Candidate &a, const Candidate &b) {
                  return a.factor != b.factor       ? a.factor > b.factor
                         : a.distance != b.distance ? a.distance < b.distance
                                                    : a.rep < b.rep;
              });
    market_.kinds.push_back(std::move(kind));
    return {};
}

double Reader::factor(int rep, int segment) const {
    for (int one : {segment, any_segment})
        if (const auto place = affinities_.find(pair_key(rep, one)); place != affinities_.end())
            return place->second;
    return 1;
}

bool Reader::tier_allows(int rep, int allowed) const {
    if (allowed == every_tier)
        return true;
    const std::vector<int> &tiers = tiers_[at(allowed)];
    return std::find(tiers.begin(), tiers.end(), tier_of_[at(rep)]) != tiers.end();
}

Status Reader::read_past() {
    std::vector<int> place(facts_.customer_keys.size());
    for (std::size_t i = 0; i < market_.customers.size(); ++i)
        place[at(market_.customers[i].number)] = static_cast<int>(i);
    std::vector<std::pair<int, int>> past; // (customer, rep)
    for (std::size_t i = 0; i < facts_.past_customers.size(); ++i) {
        const int customer = number_in(customers_, facts_.past_customers[i]);
        const int rep = number_in(reps_, facts_.past_reps[i]);
        if (customer != nobody && rep != nobody)
            past.emplace_back(place[at(customer)], rep);
    }
    std::sort(past.begin(), past.end());
    past.erase(std::unique(past.begin(), past.end()), past.end());
    auto next = past.begin();
    for (std::size_t i = 0; i < market_.customers.size(); ++i) {
        Customer &customer = market_.customers[i];
        customer.past_from = market_.past.size();
        for (; next != past.end() && at(next->first) == i; ++next)
            market_.past.push_back(next->second);
        customer.past_to = market_.past.size();
    }
    return {};
}

} // namespace

void Room::resize(int classes, int reps) {
    reps_ = at(reps);
    left_.resize((at(classes) + 1) * reps_);
}

void Room::limit(LimitKind kind, int rep, int customer_class, int left) {
    int &smallest = left_[place(rep, customer_class)].by_kind[static_cast<int>(kind)];
    smallest = std::min(smallest, left);
}

std::optional<LimitKind> Room::blocking(int rep, int customer_class) const {
    const Left &any = left_[place(rep, any_class)];
    const Left &own = left_[place(rep, customer_class)];
    for (LimitKind kind : {LimitKind::quota, LimitKind::capacity}) {
        const int k = static_cast<int>(kind);
        if (any.by_kind[k] <= 0 || own.by_kind[k] <= 0)
            return kind;
    }
    return std::nullopt;
}

int Room::left(int rep, int customer_class) const {
    const Left &left = left_[place(rep, customer_class)];
    return std::max(std::min(left.by_kind[0], left.by_kind[1]), 0);
}

void Room::change(int rep, int customer_class, int by) {
    auto shift = [by](Left &left) {
        for (int &one : left.by_kind)
            if (one != unlimited)
                one += by;
    };
    shift(left_[place(rep, any_class)]);
    if (customer_class != any_class)
        shift(left_[place(rep, customer_class)]);
}

const Candidate *Kind::find(int rep) const {
    const auto place =
        std::lower_bound(by_rep.begin(), by_rep.end(), rep,
                         [](const Candidate &candidate, int r) { return candidate.rep < r; });
    return place != by_rep.end() && place->rep == rep ? &*place : nullptr;
}

bool Market::held_before(const Customer &customer, int rep) const {
    return std::binary_search(past.begin() + static_cast<std::ptrdiff_t>(customer.past_from),
                              past.begin() + static_cast<std::ptrdiff_t>(customer.past_to), rep);
}

double Market::greatest_value() const {
    double factor = 0;
    for (const Kind &kind : kinds)
        if (!kind.candidates.empty())
            factor = std::max(factor, kind.candidates.front().factor);
    return customers.empty() ? 0 : customers.front().value * factor;
}

Status Market::read(const AllocationFacts &facts, ShouldStop should_stop) {
    if (Status status = Reader(facts, *this).read(should_stop); !status.ok())
        return status;
    if (!std::isfinite(greatest_value()))
        return Status::error(sqlstate::value_too_large, "a value times an affinity is too large");
    return {};
}

Status allocation_interrupted() noexcept {
    return Status::error(sqlstate::interrupted, "the allocation was interrupted");
}

} // namespace highseas
