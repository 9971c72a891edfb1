#include "core/classify/category.hpp"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <limits>
#include <vector>

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr CategoryBox lowest{0, 0, 0, -infinite};
constexpr CategoryBox above_all{3, infinite, infinite, infinite};

double abc_rank(std::string_view letter) noexcept {
    return letter.size() == 1 && 'A' <= letter[0] && letter[0] <= 'C' ? letter[0] - 'A' : -1;
}

bool covers(const CategoryRule &rule, const CategoryBox &figures) noexcept {
    for (std::size_t i = 0; i < category_figures; ++i)
        if (!(rule.from[i] <= figures[i] && figures[i] < rule.to[i]))
            return false;
    return true;
}

// Divides the space figure by figure where the rules that are left have their borders.
class ProblemSearch {
public:
    ProblemSearch(std::span<const CategoryRule> rules, std::span<CategoryProblem> problems,
                  ShouldStop should_stop)
        : rules_(rules), problems_(problems), should_stop_(should_stop) {}

    // False: it was stopped.
    bool run(std::size_t &count) {
        std::vector<int> all;
        for (std::size_t i = 0; i < rules_.size(); ++i)
            all.push_back(static_cast<int>(i));
        search(0, all, {-1, -1, lowest, above_all});
        count = count_;
        return !stopped_;
    }

private:
    void search(std::size_t figure, const std::vector<int> &left, CategoryProblem cell) {
        stopped_ = stopped_ || should_stop_();
        if (stopped_ || count_ == problems_.size())
            return;
        if (left.empty() || figure == category_figures) {
            if (left.size() > 1) {
                cell.first = left[0];
                cell.second = left[1];
            }
            if (left.size() != 1)
                problems_[count_++] = cell;
            return;
        }
        std::vector<double> borders{lowest[figure], above_all[figure]};
        for (int i : left) {
            const CategoryRule &rule = rules_[static_cast<std::size_t>(i)];
            for (double border : {rule.from[figure], rule.to[figure]})
                if (lowest[figure] < border && border < above_all[figure])
                    borders.push_back(border);
        }
        std::sort(borders.begin(), borders.end());
        borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
        for (std::size_t b = 0; b + 1 < borders.size(); ++b) {
            std::vector<int> inside;
            for (int i : left) {
                const CategoryRule &rule = rules_[static_cast<std::size_t>(i)];
                if (rule.from[figure] <= borders[b] && borders[b] < rule.to[figure])
                    inside.push_back(i);
            }
            cell.from[figure] = borders[b];
            cell.to[figure] = borders[b + 1];
            search(figure + 1, inside, cell);
        }
    }

    std::span<const CategoryRule> rules_;
    std::span<CategoryProblem> problems_;
    ShouldStop should_stop_;
    std::size_t count_ = 0;
    bool stopped_ = false;
};

// Text into a room that may be too small.
class Sentence {
public:
    explicit Sentence(std::span<char> room) noexcept : room_(room) {}

    [[gnu::format(printf, 2, 3)]] void add(const char *format, ...) noexcept {
        va_list arguments;
        va_start(arguments, format);
        const int length =
            std::vsnprintf(room_.data() + used_, room_.size() - used_, format, arguments);
        va_end(arguments);
        if (length > 0)
            used_ = std::min(used_ + static_cast<std::size_t>(length), room_.size() - 1);
    }

    void add_band(double from, double to) noexcept {
        if (std::isfinite(from) && std::isfinite(to))
            add(" (from %.10g, below %.10g)", from, to);
        else if (std::isfinite(from))
            add(" (from %.10g)", from);
        else if (std::isfinite(to))
            add(" (below %.10g)", to);
    }

    std::size_t length() const noexcept { return used_; }

private:
    std::span<char> room_;
    std::size_t used_ = 0;
};

} // namespace

Status compile_categories(const CategoryRows &rows, std::span<CategoryRule> rules) noexcept {
    const std::size_t count = rows.rules.size();
    for (std::size_t size :
         {rows.categories.size(), rows.abc_from.size(), rows.abc_to.size(),
          rows.potential_from.size(), rows.potential_to.size(), rows.alive_from.size(),
          rows.alive_to.size(), rows.profit_from.size(), rows.profit_to.size()})
        if (size != count)
            return Status::error(sqlstate::bad_parameter,
                                 "the arrays of category rules must be of one length");
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view category = rows.categories[i];
        CategoryRule &rule = rules[i];
        rule = {rows.rules[i], category.empty() ? '\0' : category[0], {}, {}};
        rule.from = {abc_rank(rows.abc_from[i]), rows.potential_from[i], rows.alive_from[i],
                     rows.profit_from[i]};
        rule.to = {abc_rank(rows.abc_to[i]) + 1, rows.potential_to[i], rows.alive_to[i],
                   rows.profit_to[i]};
        bool sound = category.size() == 1 && 'A' <= category[0] && category[0] <= 'F' &&
                     rule.from[value_class] >= 0;
        for (std::size_t f = 0; f < category_figures; ++f)
            sound = sound && rule.from[f] < rule.to[f];
        if (!sound)
            return Status::error(sqlstate::bad_parameter, "category rule \"%.*s\" is not sound",
                                 shown_length(rule.name), rule.name.data())
                .with_detail("A category is A to F, a value class A to C, and every band begins "
                             "below its end.");
    }
    return {};
}

CategoryBox CategoryFacts::figures() const noexcept {
    return {abc == 'A' || abc == 'B' ? abc - 'A' : 2.0,
            std::isnan(potential) ? 0 : std::clamp(potential, 0.0, 100.0),
            std::isnan(alive) ? 1 : std::clamp(alive, 0.0, 1.0),
            std::isnan(profit) ? 0
                               : std::clamp(profit, std::numeric_limits<double>::lowest(),
                                            std::numeric_limits<double>::max())};
}

int find_category(std::span<const CategoryRule> rules, const CategoryBox &figures) noexcept {
    for (std::size_t i = 0; i < rules.size(); ++i)
        if (covers(rules[i], figures))
            return static_cast<int>(i);
    return -1;
}

Status find_category_problems(std::span<const CategoryRule> rules,
                              std::span<CategoryProblem> problems, std::size_t &count,
                              ShouldStop should_stop) {
    if (!ProblemSearch(rules, problems, should_stop).run(count))
        return Status::error(sqlstate::interrupted, "the check of the categories was interrupted");
    return {};
}

CategoryBox category_margin(double share, double profit) noexcept {
    return {0, 100 * share, share, profit};
}

bool is_near_category(std::span<const CategoryRule> rules, char category,
                      const CategoryBox &figures, const CategoryBox &margin) noexcept {
    return std::any_of(rules.begin(), rules.end(), [&](CategoryRule rule) {
        for (std::size_t f = 0; f < category_figures; ++f) {
            rule.from[f] -= margin[f];
            rule.to[f] += margin[f];
        }
        return rule.category == category && covers(rule, figures);
    });
}

std::size_t room_to_explain(const CategoryRule &rule) noexcept {
    return rule.name.size() + 1000;
}

std::size_t explain_category(const CategoryRule &rule, const CategoryFacts &facts,
                             std::span<char> room) noexcept {
    Sentence text(room);
    text.add("Category %c by rule \"%.*s\": ", rule.category, static_cast<int>(rule.name.size()),
             rule.name.data());
    if (facts.abc)
        text.add("value class %c", facts.abc);
    else
        text.add("no value");
    const char best = static_cast<char>('A' + static_cast<int>(rule.from[value_class]));
    const char worst = static_cast<char>('A' + static_cast<int>(rule.to[value_class]) - 1);
    if (best == worst)
        text.add(" (only %c)", best);
    else if (best != 'A' || worst != 'C')
        text.add(" (%c or %c)", best, worst);
    if (std::isnan(facts.potential))
        text.add(", potential unknown");
    else
        text.add(", potential %.4g", facts.potential);
    text.add_band(rule.from[potential_score], rule.to[potential_score]);
    if (std::isnan(facts.alive))
        text.add(", chance alive unknown");
    else
        text.add(", chance alive %.3g", facts.alive);
    text.add_band(rule.from[chance_alive], rule.to[chance_alive]);
    if (std::isnan(facts.profit))
        text.add(", profit after service unknown");
    else
        text.add(", profit after service %.2f", facts.profit);
    text.add_band(rule.from[profit_left], rule.to[profit_left]);
    text.add(".");
    return text.length();
}

} // namespace highseas
