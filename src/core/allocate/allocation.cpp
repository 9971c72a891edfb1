#include "core/allocate/allocation.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/allocate/market.hpp"
#include "core/allocate/methods.hpp"
#include "core/no_postgres.hpp"

namespace highseas {
namespace {

constexpr std::pair<Text, AllocationMethod> methods[]{
    {"serial", AllocationMethod::serial},
    {"weighted_turns", AllocationMethod::weighted_turns},
    {"least_loaded", AllocationMethod::least_loaded},
    {"best_fit", AllocationMethod::best_fit},
    {"optimal", AllocationMethod::optimal},
};

Status read_band(const AllocationFacts &facts, AllocationMethod method,
                 std::optional<Band> &band) noexcept {
    if (!facts.least_share && !facts.most_share)
        return {};
    const double least = facts.least_share.value_or(0);
    const double most = facts.most_share.value_or(std::numeric_limits<double>::infinity());
    if (!(least >= 0 && least <= 1 && most >= 1))
        return Status::error(sqlstate::bad_parameter, "the band of fair shares is no band")
            .with_detail("It is %g to %g.", least, most)
            .with_hint("The least share is 0 to 1, the most is 1 or more; 1 is the fair share.");
    if (method != AllocationMethod::optimal)
        return Status::error(sqlstate::bad_parameter,
                             "a band of fair shares needs the method \"optimal\"");
    band = Band{least, most};
    return {};
}

Ground ground_of(AllocationMethod method, bool moved, const Allocated &given) noexcept {
    switch (method) {
    case AllocationMethod::serial:
    case AllocationMethod::weighted_turns:
        return Ground::turn;
    case AllocationMethod::least_loaded:
        return Ground::least_load;
    case AllocationMethod::best_fit:
    case AllocationMethod::optimal:
        break;
    }
    if (moved)
        return Ground::fairness;
    return given.next_value > given.value ? Ground::room : Ground::best_fit;
}

// Of a customer that nobody got. Whoever may have it is at a limit now, whatever the method, or the
// band shuts him out.
Hurdle hurdle_of(const Market &market, const Customer &customer) {
    const Kind &kind = market.kind_of(customer);
    if (market.rep_numbers.empty())
        return Hurdle::no_reps;
    if (!kind.is_covered)
        return Hurdle::no_region;
    if (kind.candidates.empty() && kind.busy.empty())
        return Hurdle::no_tier;
    for (int rep : kind.busy)
        if (!market.held_before(customer, rep))
            return Hurdle::busy;
    Hurdle hurdle = Hurdle::earlier_holder;
    for (const Candidate &candidate : kind.candidates) {
        if (market.held_before(customer, candidate.rep))
            continue;
        const auto limit = market.room.blocking(candidate.rep, kind.customer_class);
        if (!limit)
            return Hurdle::fairness;
        if (hurdle == Hurdle::earlier_holder)
            hurdle = *limit == LimitKind::quota ? Hurdle::quota : Hurdle::capacity;
    }
    return hurdle;
}

Allocated explain(const Market &market, AllocationMethod method, const Customer &customer, int rep,
                  bool moved) {
    Allocated given{customer.number, nobody, Hurdle::none, Ground::none, 0, nobody, 0};
    const Kind &kind = market.kind_of(customer);
    for (const Candidate &candidate : kind.candidates)
        if (candidate.rep != rep && !market.held_before(customer, candidate.rep)) {
            given.next_rep = market.rep_numbers[at(candidate.rep)];
            given.next_value = customer.value * candidate.factor;
            break;
        }
    if (rep == nobody) {
        given.hurdle = hurdle_of(market, customer);
        return given;
    }
    given.rep = market.rep_numbers[at(rep)];
    given.value = customer.value * kind.find(rep)->factor;
    given.ground = ground_of(method, moved, given);
    return given;
}

} // namespace

std::optional<AllocationMethod> allocation_method_named(std::string_view name) noexcept {
    for (const auto &[its_name, method] : methods)
        if (its_name == name)
            return method;
    return std::nullopt;
}

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

const char *name_of(Ground ground) noexcept {
    switch (ground) {
    case Ground::none:
        break;
    case Ground::turn:
        return "turn";
    case Ground::least_load:
        return "least-load";
    case Ground::best_fit:
        return "best-fit";
    case Ground::room:
        return "room";
    case Ground::fairness:
        return "fairness";
    }
    return nullptr;
}

Status plan_allocation(const AllocationFacts &facts, ShouldStop should_stop,
                       std::span<Allocated> plan, std::optional<double> &upper_bound) {
    const auto method = allocation_method_named(facts.method);
    if (!method)
        return Status::error(sqlstate::bad_parameter, "unknown method \"%.*s\"",
                             shown_length(facts.method), facts.method.data())
            .with_hint("It is serial, weighted_turns, least_loaded, best_fit or optimal.");
    std::optional<Band> band;
    if (Status status = read_band(facts, *method, band); !status.ok())
        return status;
    Market market;
    if (Status status = market.read(facts, should_stop); !status.ok())
        return status;

    const std::size_t count = market.customers.size();
    std::vector<int> given(count, nobody);
    const auto moved = std::make_unique<bool[]>(count);
    const std::span<bool> all_moved{moved.get(), count};
    double bound = 0;
    Status status;
    if (*method == AllocationMethod::optimal)
        status = give_optimally(market, should_stop, given, bound);
    else if (*method == AllocationMethod::best_fit)
        status = give_to_best_fit(market, should_stop, given);
    else
        status = give_by_turns(market, facts, *method, should_stop, given);
    if (status.ok() && band)
        status = make_fair(market, facts, *band, should_stop, given, all_moved);
    if (!status.ok())
        return status;

    upper_bound = *method == AllocationMethod::optimal ? std::optional(bound) : std::nullopt;
    for (std::size_t i = 0; i < count; ++i)
        plan[i] = explain(market, *method, market.customers[i], given[i], moved[i]);
    return {};
}

Status rep_affinity(double won, double tried, double average, double prior,
                    double &affinity) noexcept {
    if (!(won >= 0 && won <= tried && std::isfinite(tried)))
        return Status::error(sqlstate::bad_parameter, "\"won\" must be between 0 and \"tried\"");
    if (!(average > 0 && average <= 1))
        return Status::error(sqlstate::bad_parameter, "\"average\" must be above 0 and at most 1");
    if (!(prior > 0 && std::isfinite(prior)))
        return Status::error(sqlstate::bad_parameter, "\"prior\" must be finite and above 0");
    affinity = (won + prior * average) / (tried + prior) / average;
    return {};
}

} // namespace highseas
