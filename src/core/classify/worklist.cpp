#include "core/classify/worklist.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/no_postgres.hpp"

namespace highseas {
namespace {

using Text = std::string_view;

constexpr double due_window = 7; // days before the end of a holding
constexpr double due_points = 100;
constexpr double interested_points = 60;
constexpr double expected_points = 60; // within purchase_window, as he said
constexpr double first_contact_points = 40;
constexpr double buys_points = 30; // within purchase_window, by his own rhythm
constexpr double rhythm_points = 20;
constexpr double most_rhythms = 3;
constexpr double purchase_window = 7; // days

struct Goal {
    Text name;
    double weight;
};
constexpr std::array goals{Goal{"retain", 1.5}, Goal{"invest", 1.3}, Goal{"grow share", 1.2},
                           Goal{"reduce", .7}, Goal{"withdraw", .4}};
constexpr std::array<Text, 4> intents{"interested", "hesitating", "not now", "never"};

// Days from one to another.
double days_between(Time from, Time to) noexcept {
    return (static_cast<double>(to) - static_cast<double>(from)) / microseconds_per_day;
}

void weigh_due(const WorkFacts &facts, Work &work) noexcept {
    const double left = days_between(facts.now, *facts.due_at);
    if (left >= due_window)
        return;
    const double points = due_points * std::min(1.0, 1 - left / due_window);
    if (left < 1)
        work.add(points, "%s", left < 0 ? "goes back at any moment" : "goes back within a day");
    else
        work.add(points, "goes back in %.0f day%s", std::floor(left), plural(std::floor(left)));
}

void weigh_contact(const WorkFacts &facts, bool without_selling, Work &work) noexcept {
    if (!facts.last_contact) {
        const double held = std::floor(days_between(facts.held_since, facts.now));
        if (held >= 1)
            work.add(first_contact_points, "yours for %.0f day%s, no contact since", held,
                     plural(held));
        else
            work.add(first_contact_points, "%s", "new to you, no contact yet");
    } else if (facts.contact_every) {
        const double silent = days_between(*facts.last_contact, facts.now);
        const double rhythm = days_between(0, *facts.contact_every);
        if (silent >= rhythm)
            work.add(rhythm_points * std::min(silent / rhythm, most_rhythms),
                     "no contact for %.0f day%s, the rhythm is %.0f%s", std::floor(silent),
                     plural(std::floor(silent)), rhythm,
                     without_selling ? " (he hesitates: without selling)" : "");
    }
}

// Whether a purchase lies within the window around now.
bool is_near(const WorkFacts &facts, std::optional<Time> purchase) noexcept {
    return purchase && std::abs(days_between(facts.now, *purchase)) <= purchase_window;
}

Status check_facts(const WorkFacts &facts) noexcept {
    for (const std::optional<Time> &time :
         {std::optional(facts.now), std::optional(facts.held_since), facts.last_contact,
          facts.due_at, facts.expected_at, facts.buys_at})
        if (time && is_infinite(*time))
            return Status::error(sqlstate::out_of_range, "a time of the worklist is infinite");
    if (facts.contact_every && *facts.contact_every <= 0)
        return Status::error(sqlstate::bad_parameter, "\"contact_every\" must be positive");
    if (facts.intent && std::find(intents.begin(), intents.end(), *facts.intent) == intents.end())
        return Status::error(sqlstate::bad_parameter, "unknown intent \"%.*s\"",
                             shown_length(*facts.intent), facts.intent->data())
            .with_hint("The intents are interested, hesitating, not now and never.");
    return {};
}

} // namespace

Status weigh_work(const WorkFacts &facts, Work &work) noexcept {
    if (Status status = check_facts(facts); !status.ok())
        return status;
    double weight = 1;
    if (facts.goal) {
        const auto goal = std::find_if(goals.begin(), goals.end(),
                                       [&](const Goal &g) { return g.name == *facts.goal; });
        if (goal == goals.end())
            return Status::error(sqlstate::bad_parameter, "unknown goal \"%.*s\" of a treatment",
                                 shown_length(*facts.goal), facts.goal->data());
        weight = goal->weight;
    }

    work = {};
    const Text intent = facts.intent.value_or(Text{});
    if (facts.due_at)
        weigh_due(facts, work);
    if (intent == "interested")
        work.add(interested_points, "%s", "is interested");
    // Who said when, or never, is left alone until then.
    if (intent == "not now") {
        if (is_near(facts, facts.expected_at) ||
            (facts.expected_at && *facts.expected_at < facts.now))
            work.add(expected_points, "%s", "wanted to buy about now");
    } else if (intent != "never") {
        weigh_contact(facts, intent == "hesitating", work);
        if (intent != "hesitating" && is_near(facts, facts.buys_at))
            work.add(buys_points, "%s", "buys about now by his own rhythm");
    }
    work.points *= weight;
    return {};
}

} // namespace highseas
