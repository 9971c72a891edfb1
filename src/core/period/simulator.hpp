// One play of a history under given rules.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <queue>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/period/rule_book.hpp"
#include "core/period/simulation.hpp"
#include "core/pool/keys.hpp"

namespace highseas {

inline constexpr Time never = after_all_times;

struct Stopped {};
struct Failed {
    Status status;
};

inline void require(const Status &status) {
    if (!status.ok())
        throw Failed{status};
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
    struct Given { // by a rotation or an allocation
        Time at;
        int customer;
        int rep;
    };
    struct Tried { // a recorded holding, when it was known how it came out
        Time at;
        int customer;
        int rep;
        bool won;
        auto key() const { return std::tuple(at, customer, rep, won); }
    };
    struct Conversion {                          // of each rep, and of all together
        std::vector<std::pair<int, int>> of_rep; // won, tried
        int won = 0;
        int tried = 0;
    };
    struct Used { // of a limit by a rep
        int count = 0;
        Date period = std::numeric_limits<Date>::min();
    };

    Status check_facts() const;
    Status check_allocation() const;
    void read_tries();
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
    void leave_record(int customer, Time since, Time now);
    void wait_for_round(int customer, Time ready);
    void give_out(Time now, std::vector<Waiting> &waiting, std::size_t round);
    void give_out_pool(Time now, std::span<const Waiting> waiting, std::size_t round);
    bool is_given_alike(std::size_t pool) const;
    bool is_by_fit(std::size_t pool) const;
    std::optional<std::string_view> segment_of(std::size_t pool, int customer) const;
    void learn(std::size_t pool, Time now);
    double affinity(std::size_t pool, int rep, std::optional<std::string_view> segment) const;
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
    std::vector<std::vector<bool>> pool_reps_;           // who ever held a pool's; empty: nobody
    std::vector<bool> broke_limit_;                      // each spell's take, in the record
    std::vector<std::vector<Time>> waits_;               // in each pool, recorded; never: not taken
    std::vector<Tried> tries_;                           // in the order of time

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
    std::vector<std::vector<Given>> given_; // from each pool
    std::vector<std::map<std::optional<std::string_view>, Conversion>> conversion_; // in each pool
    std::vector<std::size_t> learned_;                                              // of tries_
};

} // namespace highseas
