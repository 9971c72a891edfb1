#include "core/period/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>

#include "core/allocate/allocation.hpp"
#include "core/period/rule_book.hpp"
#include "core/pool/keys.hpp"
#include "core/pool/tier.hpp"
#include "core/pool/verdict.hpp"
#include "core/no_postgres.hpp"

namespace highseas {
namespace {

constexpr std::size_t most_spells = 10'000'000;
constexpr std::size_t most_events = 50'000'000; // follow-ups; orders
constexpr unsigned between_looks = 1 << 12;
constexpr int rounds_until_next_try = 7;
constexpr Time never = after_all_times;

struct Stopped {};
struct Failed {
    Status status;
};

void require(const Status &status) {
    if (!status.ok())
        throw Failed{status};
}

// A number between 0 and 1 by place: it does not depend on the order of the draws, so two policies
// meet the same luck.
double draw(std::uint64_t seed, std::uint64_t repetition, std::uint64_t customer,
            std::uint64_t turn) noexcept {
    std::uint64_t z = seed;
    for (std::uint64_t part : {repetition, customer, turn}) {
        z += 0x9e3779b97f4a7c15 * (part + 1);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        z ^= z >> 31;
    }
    return static_cast<double>(z >> 11) * 0x1p-53;
}

// The two-sided 95 % point of Student's distribution (Abramowitz and Stegun 1964, 26.7.5).
double student_95(double freedom) noexcept {
    const double z = 1.959963984540054;
    const double z3 = z * z * z;
    const double z5 = z3 * z * z;
    return z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom);
}

// What belongs to each customer, side by side.
struct Grouped {
    std::vector<std::uint32_t> begins;
    std::vector<std::uint32_t> numbers;

    std::span<const std::uint32_t> of(int customer) const {
        return {numbers.data() + begins[at(customer)], numbers.data() + begins[at(customer) + 1]};
    }
};

// How a holding that does not go as recorded goes on.
struct Course {
    Time end = never;
    End how = End::open;
    bool changed = false;
};

struct Outcome {
    std::array<double, figure_count> figures{};
    std::vector<double> rep_loads;
    std::vector<double> rep_follow_ups;

    double &operator[](Figure figure) { return figures[static_cast<std::size_t>(figure)]; }
};

class Simulator {
public:
    Simulator(const SimulationHistory &history, const SimulationRules &policy_facts,
              const SimulationRules &in_force_facts, const SimulationPlan &plan,
              ShouldStop should_stop)
        : h_(history), policy_facts_(policy_facts), in_force_facts_(in_force_facts), plan_(plan),
          should_stop_(should_stop) {}

    Status read();
    Outcome play_record();
    Outcome play(int repetition);
    bool has_drawn() const { return has_drawn_; }

private:
    // At the same time one holding ends before the next begins, and an order is the new holder's.
    enum class Kind : unsigned char { end, arrival, take, order };
    struct Event {
        Time at;
        Kind kind;
        int customer;
        int number; // of the spell, the order
        auto key() const { return std::tuple(at, kind, customer, number); }
    };
    struct Planned { // by the simulation: the end of a holding, or a rotation
        Time at;
        int customer;
        unsigned version;
        bool is_end;
        bool operator<(const Planned &other) const { // std's queues have the greatest first
            return std::tuple(at, customer) > std::tuple(other.at, other.customer);
        }
    };
    struct Waiting {
        int customer;
        unsigned version;
    };
    struct State {
        Time since = 0; // he is held, or in the pool
        int rep = nobody;
        int spell = nobody; // the recorded one
        int follow_ups = 0; // of one that is not recorded
        int pool = 0;
        int held_class = nobody;
        unsigned version = 0;
        unsigned draws = 0;
        int last_simulated = nobody; // holding
        Time left_record = never;
        End how = End::open;
        bool in_pool = false;
        bool on_record = true; // what happened is what was recorded
    };
    struct Simulated { // a holding that was not recorded
        int rep;
        Time ended;
        int before; // the customer's one before it
    };
    struct Used { // of a limit by a rep
        int count = 0;
        Date period = std::numeric_limits<Date>::min();
    };

    Status check_facts() const;
    void group(std::span<const int> customers, std::span<const Time> times, Grouped &grouped);
    void look();

    std::optional<std::string_view> tier_of_rep(int rep, Time at) const;
    Scope scope_of(int rep, int pool, int customer_class, Time at) const;
    Course course_on_record(int spell);
    Course course_off_record(int customer, int rep, Time start, int like, int &follow_ups);
    int recorded_follow_ups(int spell, Time until) const;

    Outcome play(bool as_recorded, std::uint64_t repetition);
    void handle(const Event &event);
    void handle(const Planned &planned);
    void take_on_record(int spell, Time now);
    void open(int customer, int rep, int pool, int customer_class, Time now);
    void close(int customer, Time now, End how, int to_pool);
    void enter_pool(int customer, Time now);
    void leave_record(int customer, Time now);
    void wait_for_round(int customer, Time ready);
    void give_out(Time now, std::vector<Waiting> &waiting, std::size_t round);
    void give_out_pool(Time now, std::span<const Waiting> waiting, std::size_t round);
    bool is_refused(int rep, int pool, int customer_class, Time now);
    void count(int rep, int pool, int customer_class, Time now, bool found);
    int used(std::size_t limit, int rep, Time now);
    Date day_of(Time now) const;
    Used &used_of(std::size_t limit, int rep) {
        return used_[limit * h_.rep_keys.size() + at(rep)];
    }
    bool counts(const RuleBook::Limit &limit, int pool, int customer_class) const;
    std::optional<std::string_view> class_name(int number) const;
    double chance(int customer);
    std::size_t pick(int customer, std::size_t count);
    bool in_period(Time time) const { return time >= plan_.from && time < plan_.to; }
    const RuleBook &book() const { return as_recorded_ ? in_force_ : policy_; }

    const SimulationHistory &h_;
    const SimulationRules &policy_facts_;
    const SimulationRules &in_force_facts_;
    const SimulationPlan &plan_;
    const ShouldStop should_stop_;
    unsigned looks_ = 0;

    RuleBook in_force_;
    RuleBook policy_;
    Grouped spells_, follow_ups_, orders_;
    std::vector<Event> events_;
    std::vector<Course> courses_;                        // of each spell
    std::vector<int> order_reps_;                        // who held the customer, as recorded
    std::vector<std::vector<std::uint32_t>> rep_spells_; // how a rep behaves
    std::vector<std::vector<bool>> pool_reps_;           // who ever held customers of a pool
    std::vector<bool> broke_limit_;                      // each spell's take, in the record
    std::vector<std::vector<Time>> waits_;               // in each pool, recorded; never: not taken

    // The state of a play.
    bool as_recorded_ = true;
    bool has_drawn_ = false;
    std::uint64_t repetition_ = 0;
    Outcome outcome_;
    std::vector<State> states_;
    std::vector<Used> used_;
    std::vector<int> held_;
    std::vector<Time> last_take_;
    std::vector<Time> play_waits_;
    std::vector<Simulated> simulated_;
    std::priority_queue<Planned> planned_;
    std::vector<std::vector<Waiting>> rounds_;
};

void Simulator::look() {
    if (++looks_ % between_looks == 0 && should_stop_())
        throw Stopped();
}

Status Simulator::check_facts() const {
    const std::size_t customers = h_.customer_keys.size();
    for (const Status &status :
         {check_lengths("customer", {customers, h_.customer_arrived.size(),
                                     h_.customer_pools.size(), h_.customer_classes.size(),
                                     h_.customer_regions.size(), h_.customer_values.size()}),
          check_lengths("rep", {h_.rep_keys.size(), h_.rep_hired.size(), h_.rep_from.size(),
                                h_.rep_until.size()}),
          check_lengths("leave",
                        {h_.leave_reps.size(), h_.leave_from.size(), h_.leave_until.size()}),
          check_lengths("spell",
                        {h_.spell_customers.size(), h_.spell_reps.size(), h_.spell_pools.size(),
                         h_.spell_classes.size(), h_.spell_started.size(), h_.spell_ended.size(),
                         h_.spell_begins.size(), h_.spell_ends.size(), h_.spell_to_pools.size(),
                         h_.spell_extended.size(), h_.spell_exempt.size()}),
          check_lengths("follow-up", {h_.follow_up_customers.size(), h_.follow_up_at.size()}),
          check_lengths("order",
                        {h_.order_customers.size(), h_.order_at.size(), h_.order_amounts.size()})})
        if (!status.ok())
            return status;
    if (h_.spell_customers.size() > most_spells || customers > most_spells ||
        h_.follow_up_at.size() > most_events || h_.order_at.size() > most_events)
        return Status::error(sqlstate::too_large, "the history is too large to simulate")
            .with_detail("There are %zu customers, %zu holdings, %zu follow-ups and %zu orders.",
                         customers, h_.spell_customers.size(), h_.follow_up_at.size(),
                         h_.order_at.size())
            .with_hint("Simulate a shorter time.");
    auto within = [](std::span<const int> numbers, int least, std::size_t end) {
        return std::all_of(numbers.begin(), numbers.end(), [&](int number) {
            return number >= least && number < static_cast<int>(end);
        });
    };
    const std::size_t reps = h_.rep_keys.size();
    const std::size_t pools = h_.pool_keys.size();
    if (!within(h_.customer_pools, 0, pools) || !within(h_.spell_pools, 0, pools) ||
        !within(h_.spell_to_pools, -1, pools) || !within(h_.spell_customers, 0, customers) ||
        !within(h_.follow_up_customers, 0, customers) ||
        !within(h_.order_customers, 0, customers) || !within(h_.spell_reps, 0, reps) ||
        !within(h_.leave_reps, 0, reps) || !within(h_.spell_classes, -1, h_.classes.size()) ||
        !within(h_.customer_classes, -1, h_.classes.size()) || !within(h_.spell_begins, 0, 4) ||
        !within(h_.spell_ends, 0, 4))
        return Status::error(sqlstate::bad_parameter, "a number of the history is out of range");
    if (plan_.from >= plan_.to || is_infinite(plan_.from) || is_infinite(plan_.to))
        return Status::error(sqlstate::bad_parameter,
                             "the simulation must end after it begins, both at finite times");
    if (plan_.repetitions < 1 || plan_.repetitions > 1000)
        return Status::error(sqlstate::bad_parameter, "the number of repetitions is out of range")
            .with_detail("It lies between 1 and 1000.");
    if (policy_facts_.method && !allocation_method_named(*policy_facts_.method))
        return Status::error(sqlstate::bad_parameter, "unknown method \"%.*s\"",
                             shown_length(*policy_facts_.method), policy_facts_.method->data())
            .with_hint(
                "The methods are serial, weighted_turns, least_loaded, best_fit and optimal.");
    return plan_.clock.check();
}

void Simulator::group(std::span<const int> customers, std::span<const Time> times,
                      Grouped &grouped) {
    grouped.begins.assign(h_.customer_keys.size() + 1, 0);
    for (int customer : customers)
        ++grouped.begins[at(customer) + 1];
    std::partial_sum(grouped.begins.begin(), grouped.begins.end(), grouped.begins.begin());
    grouped.numbers.resize(customers.size());
    std::vector<std::uint32_t> next(grouped.begins.begin(), grouped.begins.end() - 1);
    for (std::size_t i = 0; i < customers.size(); ++i)
        grouped.numbers[next[at(customers[i])]++] = static_cast<std::uint32_t>(i);
    for (std::size_t c = 0; c < h_.customer_keys.size(); ++c) {
        look();
        std::sort(grouped.numbers.begin() + grouped.begins[c],
                  grouped.numbers.begin() + grouped.begins[c + 1],
                  [&](std::uint32_t a, std::uint32_t b) {
                      return std::tuple(times[a], a) < std::tuple(times[b], b);
                  });
    }
}

Status Simulator::read() {
    if (Status status = check_facts(); !status.ok())
        return status;
    if (Status status = in_force_.read(in_force_facts_, h_.pool_keys.size(), plan_); !status.ok())
        return status;
    if (Status status = policy_.read(policy_facts_, h_.pool_keys.size(), plan_); !status.ok())
        return status;

    group(h_.spell_customers, h_.spell_started, spells_);
    group(h_.follow_up_customers, h_.follow_up_at, follow_ups_);
    group(h_.order_customers, h_.order_at, orders_);

    const std::size_t spells = h_.spell_customers.size();
    rep_spells_.resize(h_.rep_keys.size());
    pool_reps_.assign(h_.pool_keys.size(), std::vector<bool>(h_.rep_keys.size()));
    courses_.resize(spells);
    events_.reserve(spells * 2 + h_.customer_keys.size() + h_.order_at.size());
    for (std::size_t s = 0; s < spells; ++s) {
        look();
        const int spell = static_cast<int>(s);
        pool_reps_[at(h_.spell_pools[s])][at(h_.spell_reps[s])] = true;
        courses_[s] = course_on_record(spell);
        if (h_.spell_started[s] >= plan_.to)
            continue;
        events_.push_back({h_.spell_started[s], Kind::take, h_.spell_customers[s], spell});
        if (h_.spell_ended[s] < plan_.to)
            events_.push_back({std::max(h_.spell_ended[s], h_.spell_started[s] + 1), Kind::end,
                               h_.spell_customers[s], spell});
    }
    // Whatever is drawn from must not depend on the order of the rows.
    for (std::uint32_t s : spells_.numbers)
        rep_spells_[at(h_.spell_reps[s])].push_back(s);
    for (std::size_t c = 0; c < h_.customer_keys.size(); ++c)
        if (h_.customer_arrived[c] < plan_.to)
            events_.push_back({h_.customer_arrived[c], Kind::arrival, static_cast<int>(c), nobody});
    order_reps_.assign(h_.order_at.size(), nobody);
    for (std::size_t o = 0; o < h_.order_at.size(); ++o) {
        look();
        if (!in_period(h_.order_at[o]))
            continue;
        events_.push_back(
            {h_.order_at[o], Kind::order, h_.order_customers[o], static_cast<int>(o)});
        for (std::uint32_t s : spells_.of(h_.order_customers[o]))
            if (h_.spell_started[s] <= h_.order_at[o] && h_.order_at[o] < h_.spell_ended[s])
                order_reps_[o] = h_.spell_reps[s];
    }
    std::sort(events_.begin(), events_.end(), [this](const Event &a, const Event &b) {
        look();
        return a.key() < b.key();
    });
    return {};
}

std::optional<std::string_view> Simulator::class_name(int number) const {
    if (number == nobody)
        return std::nullopt;
    return h_.classes[at(number)];
}

Date Simulator::day_of(Time now) const {
    const Time local = plan_.clock.to_local(now);
    return static_cast<Date>(local / microseconds_per_day - (local % microseconds_per_day < 0));
}

std::optional<std::string_view> Simulator::tier_of_rep(int rep, Time at_time) const {
    const Date hired = h_.rep_hired[at(rep)];
    if (is_infinite(hired))
        return std::nullopt;
    std::optional<std::string_view> tier;
    require(tier_of(day_of(at_time) - hired, h_.tier_names, h_.tier_from_days, tier));
    return tier;
}

Scope Simulator::scope_of(int rep, int pool, int customer_class, Time at_time) const {
    return {h_.pool_keys[at(pool)], tier_of_rep(rep, at_time), class_name(customer_class),
            h_.rep_keys[at(rep)]};
}

// Of a recorded holding, where the other rules end it at another time than those in force do.
Course Simulator::course_on_record(int spell) {
    const std::size_t s = at(spell);
    const Time started = h_.spell_started[s];
    const Time ended = h_.spell_ended[s];
    if (h_.spell_exempt[s] || ended < plan_.from || started >= plan_.to)
        return {};
    const Scope scope = scope_of(h_.spell_reps[s], h_.spell_pools[s], h_.spell_classes[s], started);
    const RuleBook::Choice now = in_force_.deadlines_of(scope);
    const RuleBook::Choice then = policy_.deadlines_of(scope);
    if (are_alike(now, then))
        return {};

    const auto follow_ups = follow_ups_.of(h_.spell_customers[s]);
    const auto orders = orders_.of(h_.spell_customers[s]);
    auto follow_up =
        std::upper_bound(follow_ups.begin(), follow_ups.end(), started,
                         [this](Time time, std::uint32_t f) { return time < h_.follow_up_at[f]; });
    auto order =
        std::upper_bound(orders.begin(), orders.end(), started,
                         [this](Time time, std::uint32_t o) { return time < h_.order_at[o]; });
    HoldingFacts facts{started, {}, {}, {}, {}};
    if (h_.spell_extended[s] != before_all_times)
        facts.extended_until = h_.spell_extended[s];
    std::optional<Time> due_now, due_then;
    for (;;) {
        look();
        require(in_force_.due(now, facts, due_now));
        require(policy_.due(then, facts, due_then));
        const Time next_follow_up =
            follow_up != follow_ups.end() ? h_.follow_up_at[*follow_up] : never;
        const Time next_order = order != orders.end() ? h_.order_at[*order] : never;
        const Time next = std::min({next_follow_up, next_order, ended, plan_.to});
        if (due_then && (!due_now || *due_then < *due_now)) {
            Time strikes = std::max(*due_then, plan_.from);
            if (started < plan_.from)
                strikes = std::max(strikes, std::min(due_now.value_or(never), plan_.grace_until));
            if (strikes < next)
                return {strikes, End::expired, true};
        }
        if (next == ended || next == plan_.to)
            break;
        if (next == next_follow_up) {
            facts.last_follow_up_at = next;
            ++follow_up;
        } else {
            facts.last_order_at = next;
            ++order;
        }
    }
    const bool lasts_longer = h_.spell_ends[s] == static_cast<int>(End::expired) &&
                              ended < plan_.to && due_now && (!due_then || *due_then > *due_now) &&
                              (!due_then || *due_then > ended);
    if (!lasts_longer)
        return {};
    // What the holder would have done then is not known: nothing. The customer orders when it did.
    for (;;) {
        const Time next = order != orders.end() ? h_.order_at[*order] : never;
        if (due_then && *due_then <= next)
            return {std::max(*due_then, ended), End::expired, true};
        if (next >= plan_.to)
            return {never, End::open, true};
        facts.last_order_at = next;
        ++order;
        require(policy_.due(then, facts, due_then));
    }
}

// A holding that was not recorded goes like a recorded one of the same rep: follow-ups and a return
// of his own accord after the same times; deadlines strike by the rules, orders come when they did.
Course Simulator::course_off_record(int customer, int rep, Time start, int like, int &follow_ups) {
    const std::size_t s = at(like);
    const Time shift = start - h_.spell_started[s];
    const bool gives_back = h_.spell_ends[s] >= static_cast<int>(End::returned);
    const Time given_back = gives_back ? h_.spell_ended[s] + shift : never;
    const Time last = h_.spell_ended[s];
    const State &state = states_[at(customer)];
    const RuleBook::Choice choice =
        policy_.deadlines_of(scope_of(rep, state.pool, h_.customer_classes[at(customer)], start));

    const auto calls = follow_ups_.of(h_.spell_customers[s]);
    const auto orders = orders_.of(customer);
    auto call =
        std::upper_bound(calls.begin(), calls.end(), h_.spell_started[s],
                         [this](Time time, std::uint32_t f) { return time < h_.follow_up_at[f]; });
    auto order =
        std::upper_bound(orders.begin(), orders.end(), start,
                         [this](Time time, std::uint32_t o) { return time < h_.order_at[o]; });
    HoldingFacts facts{start, {}, {}, {}, {}};
    for (follow_ups = 0;;) {
        look();
        std::optional<Time> due;
        require(policy_.due(choice, facts, due));
        const Time next_call = call != calls.end() && h_.follow_up_at[*call] < last
                                   ? h_.follow_up_at[*call] + shift
                                   : never;
        const Time next_order = order != orders.end() ? h_.order_at[*order] : never;
        const Time next = std::min({next_call, next_order, given_back});
        if (due && *due <= next)
            return {*due, End::expired, true};
        if (next >= plan_.to)
            return {never, End::open, true};
        if (next == given_back)
            return {next, End::returned, true};
        if (next == next_call) {
            facts.last_follow_up_at = next;
            ++follow_ups;
            ++call;
        } else {
            facts.last_order_at = next;
            ++order;
        }
    }
}

int Simulator::recorded_follow_ups(int spell, Time until) const {
    const auto of_customer = follow_ups_.of(h_.spell_customers[at(spell)]);
    auto before = [this](std::uint32_t f, Time time) { return h_.follow_up_at[f] < time; };
    const Time begin = std::max(h_.spell_started[at(spell)], plan_.from);
    const Time end = std::min(std::min(until, h_.spell_ended[at(spell)]), plan_.to);
    if (begin >= end)
        return 0;
    return static_cast<int>(
        std::lower_bound(of_customer.begin(), of_customer.end(), end, before) -
        std::lower_bound(of_customer.begin(), of_customer.end(), begin, before));
}

double Simulator::chance(int customer) {
    has_drawn_ = true;
    return draw(plan_.seed, repetition_, static_cast<std::uint64_t>(customer),
                states_[at(customer)].draws++);
}

std::size_t Simulator::pick(int customer, std::size_t count) {
    const auto number = static_cast<std::size_t>(chance(customer) * static_cast<double>(count));
    return std::min(number, count - 1);
}

// Limits --------------------------------------------------------------------

bool Simulator::counts(const RuleBook::Limit &limit, int pool, int customer_class) const {
    return (!limit.scope.pool || *limit.scope.pool == h_.pool_keys[at(pool)]) &&
           (!limit.scope.customer_class ||
            limit.scope.customer_class == class_name(customer_class));
}

int Simulator::used(std::size_t limit, int rep, Time now) {
    Used &used = used_of(limit, rep);
    const RuleBook::Limit &rule = book().limits()[limit];
    if (rule.kind == LimitKind::quota) {
        Days days{};
        require(period_around(day_of(now), rule.period, days));
        if (used.period != days.first)
            used = {0, days.first};
    }
    return used.count;
}

void Simulator::count(int rep, int pool, int customer_class, Time now, bool found) {
    const auto limits = book().limits();
    for (std::size_t i = 0; i < limits.size(); ++i)
        if (counts(limits[i], pool, customer_class) &&
            !(found && limits[i].kind == LimitKind::quota)) {
            used(i, rep, now);
            ++used_of(i, rep).count;
        }
}

bool Simulator::is_refused(int rep, int pool, int customer_class, Time now) {
    const auto limits = book().limits();
    if (limits.empty())
        return false;
    const Scope scope = scope_of(rep, pool, customer_class, now);
    std::vector<std::string_view> kinds, rules;
    std::vector<int> maxima, counts_used;
    for (std::size_t i = 0; i < limits.size(); ++i)
        if (covers(limits[i].scope, scope)) {
            kinds.push_back(name_of(limits[i].kind));
            rules.push_back(limits[i].rule);
            maxima.push_back(limits[i].maximum);
            counts_used.push_back(used(i, rep, now));
        }
    const std::vector<std::optional<Time>> resets(kinds.size());
    ClaimFacts facts{};
    facts.now = now;
    facts.state = "free";
    facts.rep = h_.rep_keys[at(rep)];
    facts.pool_open = facts.member = facts.rep_active = true;
    facts.limits = {kinds, rules, maxima, counts_used, resets};
    Verdict verdict{};
    require(claim_verdict(facts, verdict));
    return !verdict.allowed;
}

// One play ------------------------------------------------------------------

void Simulator::open(int customer, int rep, int pool, int customer_class, Time now) {
    State &state = states_[at(customer)];
    if (state.rep != nobody)
        close(customer, now, End::elsewhere, -1);
    if (in_period(now)) {
        ++outcome_[Figure::takes];
        if (state.in_pool)
            play_waits_.push_back(now - state.since);
    }
    if (as_recorded_ && state.in_pool)
        waits_[at(state.pool)].push_back(now - state.since);
    state.rep = rep;
    state.since = now;
    state.pool = pool;
    state.held_class = customer_class;
    state.in_pool = false;
    ++state.version;
    ++held_[at(rep)];
    last_take_[at(rep)] = now;
}

void Simulator::close(int customer, Time now, End how, int to_pool) {
    State &state = states_[at(customer)];
    const int rep = state.rep;
    const Time begin = std::max(state.since, plan_.from);
    const Time end = std::min(now, plan_.to);
    if (end > begin)
        outcome_.rep_loads[at(rep)] += static_cast<double>(end - begin);
    const int follow_ups =
        state.spell != nobody ? recorded_follow_ups(state.spell, now) : state.follow_ups;
    outcome_.rep_follow_ups[at(rep)] += follow_ups;
    outcome_[Figure::follow_ups] += follow_ups;
    if (in_period(now)) {
        outcome_[Figure::returns] += to_pool >= 0;
        outcome_[Figure::expiries] += how == End::expired;
    }
    const auto limits = book().limits();
    for (std::size_t i = 0; i < limits.size(); ++i)
        if (limits[i].kind == LimitKind::capacity &&
            counts(limits[i], state.pool, state.held_class))
            --used_of(i, rep).count;
    --held_[at(rep)];
    if (!as_recorded_ && state.spell == nobody) {
        simulated_.push_back({rep, now, state.last_simulated});
        state.last_simulated = static_cast<int>(simulated_.size()) - 1;
    }
    state.rep = nobody;
    state.spell = nobody;
    state.since = now;
    ++state.version;
    if (to_pool >= 0) {
        state.pool = to_pool;
        enter_pool(customer, now);
    }
}

void Simulator::enter_pool(int customer, Time now) {
    State &state = states_[at(customer)];
    state.since = now;
    state.in_pool = true;
    const Time after = policy_facts_.rotate_after[at(state.pool)];
    if (!as_recorded_ && state.on_record && after != never &&
        after != in_force_facts_.rotate_after[at(state.pool)])
        planned_.push({std::max(now + after, plan_.from), customer, state.version, false});
}

// From here on nothing is known of the customer but that it orders when it did.
void Simulator::leave_record(int customer, Time now) {
    State &state = states_[at(customer)];
    state.on_record = false;
    state.left_record = std::min(state.left_record, now);
    const std::size_t pool = at(state.pool);
    Time ready = never;
    if (const auto &waits = waits_[pool]; !waits.empty())
        if (const Time wait = waits[pick(customer, waits.size())]; wait != never)
            ready = now + wait;
    if (const Time after = policy_facts_.rotate_after[pool]; after != never)
        ready = std::min(ready, now + after);
    if (ready != never)
        wait_for_round(customer, std::max(ready, now + policy_facts_.embargoes[pool]));
}

void Simulator::wait_for_round(int customer, Time ready) {
    State &state = states_[at(customer)];
    state.on_record = false;
    state.left_record = std::min(state.left_record, ready);
    const Time begin = std::max(ready - plan_.from, Time{0});
    const auto round =
        static_cast<std::size_t>((begin + microseconds_per_day - 1) / microseconds_per_day);
    if (round < rounds_.size())
        rounds_[round].push_back({customer, state.version});
}

void Simulator::take_on_record(int spell, Time now) {
    const std::size_t s = at(spell);
    const int customer = h_.spell_customers[s];
    State &state = states_[at(customer)];
    if (!state.on_record)
        return;
    const int rep = h_.spell_reps[s];
    const int pool = h_.spell_pools[s];
    const int customer_class = h_.spell_classes[s];
    const auto begin = static_cast<Begin>(h_.spell_begins[s]);
    if (now >= plan_.from && (begin == Begin::claim || begin == Begin::rotation) &&
        state.rep == nobody) {
        if (!as_recorded_ && begin == Begin::rotation && state.in_pool) {
            const Time after = policy_facts_.rotate_after[at(pool)];
            const bool is_changed = after != in_force_facts_.rotate_after[at(pool)];
            if (is_changed && (after == never || state.since + after > now)) {
                leave_record(customer, state.since);
                return;
            }
            if (policy_facts_.method) {
                wait_for_round(customer, now);
                return;
            }
        }
        const bool refused = is_refused(rep, pool, customer_class, now);
        if (as_recorded_)
            broke_limit_[s] = refused;
        else if (refused && !broke_limit_[s]) {
            ++outcome_[Figure::refused];
            leave_record(customer, now);
            return;
        }
    }
    open(customer, rep, pool, customer_class, now);
    state.spell = spell;
    count(rep, pool, customer_class, now, begin == Begin::found);
    if (!as_recorded_ && courses_[s].changed && courses_[s].end < plan_.to)
        planned_.push({courses_[s].end, customer, state.version, true});
}

void Simulator::handle(const Event &event) {
    switch (event.kind) {
    case Kind::arrival: {
        const State &state = states_[at(event.customer)];
        if (state.rep == nobody && !state.in_pool)
            enter_pool(event.customer, event.at);
        break;
    }
    case Kind::take:
        take_on_record(event.number, event.at);
        break;
    case Kind::end: {
        const std::size_t s = at(event.number);
        State &state = states_[at(event.customer)];
        if (state.spell != event.number)
            break;
        if (!as_recorded_ && courses_[s].changed) { // it goes on, whatever was recorded next
            ++outcome_[Figure::changed];
            state.on_record = false;
            break;
        }
        close(event.customer, event.at, static_cast<End>(h_.spell_ends[s]), h_.spell_to_pools[s]);
        break;
    }
    case Kind::order: {
        const std::size_t o = at(event.number);
        const int rep = states_[at(event.customer)].rep;
        if (rep != nobody) {
            ++outcome_[Figure::orders_held];
            outcome_[Figure::value_held] += h_.order_amounts[o];
        }
        if (order_reps_[o] != nobody && order_reps_[o] != rep) {
            ++outcome_[Figure::orders_moved];
            outcome_[Figure::value_moved] += h_.order_amounts[o];
        }
        break;
    }
    }
}

void Simulator::handle(const Planned &planned) {
    State &state = states_[at(planned.customer)];
    if (state.version != planned.version)
        return;
    if (!planned.is_end) {
        if (state.on_record)
            wait_for_round(planned.customer, planned.at);
        return;
    }
    int to_pool = state.pool;
    if (state.spell != nobody) {
        if (state.on_record) // before its recorded end
            ++outcome_[Figure::changed];
        if (const int recorded = h_.spell_to_pools[at(state.spell)]; recorded >= 0)
            to_pool = recorded;
    }
    state.on_record = false;
    close(planned.customer, planned.at, state.spell != nobody ? End::expired : state.how, to_pool);
    leave_record(planned.customer, planned.at);
}

// Once a day, as a rotation does.
void Simulator::give_out(Time now, std::vector<Waiting> &waiting, std::size_t round) {
    std::erase_if(waiting, [this](const Waiting &one) {
        const State &state = states_[at(one.customer)];
        return state.version != one.version || !state.in_pool;
    });
    auto pool_of = [this](const Waiting &one) { return states_[at(one.customer)].pool; };
    std::sort(waiting.begin(), waiting.end(), [&](const Waiting &a, const Waiting &b) {
        return std::tuple(pool_of(a), a.customer) < std::tuple(pool_of(b), b.customer);
    });
    for (auto first = waiting.begin(); first != waiting.end();) {
        const auto last = std::find_if(first, waiting.end(), [&](const Waiting &one) {
            return pool_of(one) != pool_of(*first);
        });
        give_out_pool(now, {first, last}, round);
        first = last;
    }
}

void Simulator::give_out_pool(Time now, std::span<const Waiting> waiting, std::size_t round) {
    using Text = std::string_view;
    using OptionalText = std::optional<std::string_view>;
    const int pool = states_[at(waiting.front().customer)].pool;

    std::vector<Text> customer_keys;
    std::vector<double> values;
    std::vector<OptionalText> regions, classes, segments(waiting.size());
    for (const Waiting &one : waiting) {
        customer_keys.push_back(h_.customer_keys[at(one.customer)]);
        values.push_back(h_.customer_values[at(one.customer)]);
        regions.push_back(h_.customer_regions[at(one.customer)]);
        classes.push_back(class_name(h_.customer_classes[at(one.customer)]));
    }

    std::vector<bool> on_leave(h_.rep_keys.size());
    for (std::size_t i = 0; i < h_.leave_reps.size(); ++i)
        if (h_.leave_from[i] <= now && now < h_.leave_until[i])
            on_leave[at(h_.leave_reps[i])] = true;
    std::vector<int> reps; // who gets customers of this pool
    std::vector<Text> rep_keys, limit_reps, limit_kinds;
    std::vector<OptionalText> tiers, limit_classes;
    std::vector<int> loads, limit_left;
    std::vector<Time> waiting_since;
    for (int rep = 0; rep < static_cast<int>(h_.rep_keys.size()); ++rep) {
        if (!pool_reps_[at(pool)][at(rep)] || on_leave[at(rep)] || now < h_.rep_from[at(rep)] ||
            now >= h_.rep_until[at(rep)])
            continue;
        const OptionalText tier = tier_of_rep(rep, now);
        reps.push_back(rep);
        rep_keys.push_back(h_.rep_keys[at(rep)]);
        tiers.push_back(tier);
        loads.push_back(held_[at(rep)]);
        waiting_since.push_back(last_take_[at(rep)]);
        const auto limits = policy_.limits();
        for (std::size_t i = 0; i < limits.size(); ++i)
            if (covers(limits[i].scope.rep, h_.rep_keys[at(rep)]) &&
                covers(limits[i].scope.tier, tier) &&
                covers(limits[i].scope.pool, h_.pool_keys[at(pool)])) {
                limit_reps.push_back(h_.rep_keys[at(rep)]);
                limit_kinds.push_back(name_of(limits[i].kind));
                limit_classes.push_back(limits[i].scope.customer_class);
                limit_left.push_back(std::max(limits[i].maximum - used(i, rep, now), 0));
            }
    }
    const std::vector<int> ranks(reps.size());
    const std::vector<double> weights(reps.size(), 1.0);

    // Who held a customer before waits for the pool's cooldown.
    const Time cooldown = policy_facts_.cooldowns[at(pool)];
    std::vector<Text> past_customers, past_reps;
    auto cools_down = [&](int customer, int rep, Time ended) {
        if (ended <= now && now - ended < cooldown) {
            past_customers.push_back(h_.customer_keys[at(customer)]);
            past_reps.push_back(h_.rep_keys[at(rep)]);
        }
    };
    for (const Waiting &one : waiting) {
        const State &state = states_[at(one.customer)];
        for (std::uint32_t s : spells_.of(one.customer))
            if (h_.spell_started[s] < state.left_record)
                cools_down(one.customer, h_.spell_reps[s],
                           courses_[s].changed ? courses_[s].end : h_.spell_ended[s]);
        for (int k = state.last_simulated; k != nobody; k = simulated_[at(k)].before)
            cools_down(one.customer, simulated_[at(k)].rep, simulated_[at(k)].ended);
    }

    AllocationFacts facts{};
    facts.method = policy_facts_.method.value_or("serial");
    facts.customer_keys = customer_keys;
    facts.customer_values = values;
    facts.regions = regions;
    facts.classes = classes;
    facts.segments = segments;
    facts.rep_keys = rep_keys;
    facts.rep_tiers = tiers;
    facts.rep_ranks = ranks;
    facts.rep_weights = weights;
    facts.rep_loads = loads;
    facts.rep_waiting_since = waiting_since;
    facts.rep_region_reps = h_.rep_region_reps;
    facts.rep_region_regions = h_.rep_region_regions;
    facts.tree_regions = h_.tree_regions;
    facts.tree_parents = h_.tree_parents;
    facts.limit_reps = limit_reps;
    facts.limit_kinds = limit_kinds;
    facts.limit_classes = limit_classes;
    facts.limit_left = limit_left;
    facts.past_customers = past_customers;
    facts.past_reps = past_reps;
    std::vector<Allocated> given(waiting.size());
    std::optional<double> bound;
    require(plan_allocation(facts, should_stop_, given, bound));

    for (const Allocated &one : given) {
        const Waiting &waits = waiting[at(one.customer)];
        State &state = states_[at(waits.customer)];
        if (one.rep == nobody) {
            if (round + rounds_until_next_try < rounds_.size())
                rounds_[round + rounds_until_next_try].push_back(waits);
            continue;
        }
        const int rep = reps[at(one.rep)];
        const auto &behaviour = rep_spells_[at(rep)];
        const int like = static_cast<int>(behaviour[pick(waits.customer, behaviour.size())]);
        int follow_ups = 0;
        const Course course = course_off_record(waits.customer, rep, now, like, follow_ups);
        const int customer_class = h_.customer_classes[at(waits.customer)];
        open(waits.customer, rep, state.pool, customer_class, now);
        count(rep, state.pool, customer_class, now, false);
        state.follow_ups = follow_ups;
        state.how = course.how;
        if (course.end < plan_.to)
            planned_.push({course.end, waits.customer, state.version, true});
    }
}

Outcome Simulator::play(bool as_recorded, std::uint64_t repetition) {
    as_recorded_ = as_recorded;
    repetition_ = repetition;
    has_drawn_ = false;
    const std::size_t reps = h_.rep_keys.size();
    outcome_ = {};
    outcome_.rep_loads.assign(reps, 0);
    outcome_.rep_follow_ups.assign(reps, 0);
    states_.assign(h_.customer_keys.size(), {});
    for (std::size_t c = 0; c < states_.size(); ++c)
        states_[c].pool = h_.customer_pools[c];
    used_.assign(book().limits().size() * reps, {});
    held_.assign(reps, 0);
    last_take_.assign(reps, earliest_time);
    play_waits_.clear();
    simulated_.clear();
    planned_ = {};
    rounds_.assign(static_cast<std::size_t>((plan_.to - plan_.from - 1) / microseconds_per_day + 1),
                   {});

    std::size_t event = 0;
    std::size_t round = 0;
    for (;;) {
        look();
        const Time next_event = event < events_.size() ? events_[event].at : never;
        const Time next_planned = !planned_.empty() ? planned_.top().at : never;
        const Time next_round = round < rounds_.size()
                                    ? plan_.from + static_cast<Time>(round) * microseconds_per_day
                                    : never;
        if (std::min({next_event, next_planned, next_round}) >= plan_.to)
            break;
        if (next_planned <= next_event && next_planned <= next_round) {
            const Planned first = planned_.top();
            planned_.pop();
            handle(first);
        } else if (next_event <= next_round) {
            handle(events_[event++]);
        } else {
            std::vector<Waiting> waiting = std::move(rounds_[round]);
            if (!waiting.empty())
                give_out(next_round, waiting, round);
            ++round;
        }
    }

    for (std::size_t c = 0; c < states_.size(); ++c) {
        if (states_[c].rep != nobody)
            close(static_cast<int>(c), plan_.to, End::open, -1);
        else if (as_recorded && states_[c].in_pool)
            waits_[at(states_[c].pool)].push_back(never);
    }
    const double length = static_cast<double>(plan_.to - plan_.from);
    for (double &load : outcome_.rep_loads) {
        load /= length;
        outcome_[Figure::held_mean] += load;
        outcome_[Figure::load_greatest] = std::max(outcome_[Figure::load_greatest], load);
    }
    if (!play_waits_.empty()) {
        const double days = static_cast<double>(microseconds_per_day);
        double sum = 0;
        for (Time wait : play_waits_)
            sum += static_cast<double>(wait) / days;
        outcome_[Figure::wait_mean] = sum / static_cast<double>(play_waits_.size());
        const auto tenth =
            play_waits_.begin() + static_cast<std::ptrdiff_t>((play_waits_.size() - 1) * 9 / 10);
        std::nth_element(play_waits_.begin(), tenth, play_waits_.end());
        outcome_[Figure::wait_p90] = static_cast<double>(*tenth) / days;
    }
    return std::move(outcome_);
}

Outcome Simulator::play_record() {
    broke_limit_.assign(h_.spell_customers.size(), false);
    waits_.assign(h_.pool_keys.size(), {});
    Outcome outcome = play(true, 0);
    for (std::vector<Time> &waits : waits_)
        std::sort(waits.begin(), waits.end(), [this](Time a, Time b) {
            look();
            return a < b;
        });
    return outcome;
}

Outcome Simulator::play(int repetition) {
    return play(false, static_cast<std::uint64_t>(repetition));
}

Estimate estimate(double history, std::span<const double> values) {
    const double n = static_cast<double>(values.size());
    // From the first value, so that equal ones have just it as their mean.
    double difference = 0;
    for (double value : values)
        difference += value - values.front();
    const double mean = values.front() + difference / n;
    double squares = 0;
    for (double value : values)
        squares += (value - mean) * (value - mean);
    const double width =
        values.size() < 2 ? 0 : student_95(n - 1) * std::sqrt(squares / (n - 1) / n);
    return {history, mean, mean - width, mean + width};
}

} // namespace

const char *name_of(Figure figure) noexcept {
    static constexpr const char *names[figure_count] = {"takes",
                                                        "returns",
                                                        "expiries",
                                                        "days in the pool, mean",
                                                        "days in the pool, 90 %",
                                                        "customers held",
                                                        "most held by a rep",
                                                        "follow-ups",
                                                        "orders while held",
                                                        "value while held",
                                                        "orders taken from the holder",
                                                        "value taken from the holder",
                                                        "takes refused",
                                                        "holdings changed"};
    return names[static_cast<std::size_t>(figure)];
}

Status simulate(const SimulationHistory &history, const SimulationRules &in_force,
                const SimulationRules &policy, const SimulationPlan &plan, ShouldStop should_stop,
                std::span<Estimate> figures, std::span<Estimate> rep_loads,
                std::span<Estimate> rep_follow_ups) {
    try {
        Simulator simulator(history, policy, in_force, plan, should_stop);
        if (Status status = simulator.read(); !status.ok())
            return status;
        const Outcome record = simulator.play_record();
        std::vector<Outcome> outcomes;
        for (int repetition = 0; repetition < plan.repetitions; ++repetition) {
            outcomes.push_back(simulator.play(repetition));
            if (!simulator.has_drawn()) // the others would be just the same
                break;
        }
        std::vector<double> values(outcomes.size());
        auto fill = [&](std::span<Estimate> estimates, auto value_of) {
            for (std::size_t i = 0; i < estimates.size(); ++i) {
                for (std::size_t k = 0; k < outcomes.size(); ++k)
                    values[k] = value_of(outcomes[k], i);
                estimates[i] = estimate(value_of(record, i), values);
            }
        };
        fill(figures, [](const Outcome &one, std::size_t i) { return one.figures[i]; });
        fill(rep_loads, [](const Outcome &one, std::size_t i) { return one.rep_loads[i]; });
        fill(rep_follow_ups,
             [](const Outcome &one, std::size_t i) { return one.rep_follow_ups[i]; });
        return {};
    } catch (const Stopped &) {
        return Status::error(sqlstate::interrupted, "the simulation was interrupted");
    } catch (const Failed &failed) {
        return failed.status;
    }
}

} // namespace highseas
