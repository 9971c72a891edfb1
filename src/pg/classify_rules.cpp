// Categories, kinds, stages of life, and when a customer moves to another class.
#include "pg/postgres.hpp"

#include <cmath>
#include <limits>

#include "core/calendar/time.hpp"
#include "core/classify/category.hpp"
#include "core/classify/hysteresis.hpp"
#include "core/classify/kind.hpp"
#include "core/classify/lifecycle.hpp"
#include "core/value/concentration.hpp"
#include "pg/classify.hpp"
#include "pg/guard.hpp"
#include "pg/kept.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_category_of);
PG_FUNCTION_INFO_V1(highseas_explain_category);
PG_FUNCTION_INFO_V1(highseas_category_problems);
PG_FUNCTION_INFO_V1(highseas_next_category);
PG_FUNCTION_INFO_V1(highseas_next_abc_class);
PG_FUNCTION_INFO_V1(highseas_customer_kind);
PG_FUNCTION_INFO_V1(highseas_lifecycle);
PG_FUNCTION_INFO_V1(highseas_next_lifecycle);
}

namespace {

constexpr int most_stay_days = 36'500;

struct Categories {
    std::span<CategoryRule> rules;
};

std::span<const CategoryRule> categories_argument(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(0))
        raise_null("rules");
    return kept_argument<Categories>(
               fcinfo, 0,
               [](HeapTupleHeader tuple, Categories &made) {
                   Fields<10> fields(tuple);
                   auto texts = [&fields](int i, const char *name) {
                       return array_argument<std::string_view>(fields, i, name);
                   };
                   auto numbers = [&fields](int i, const char *name) {
                       return array_argument<double>(fields, i, name);
                   };
                   const CategoryRows rows{texts(0, "rules"),
                                           texts(1, "categories"),
                                           texts(2, "abc_from"),
                                           texts(3, "abc_to"),
                                           numbers(4, "potential_from"),
                                           numbers(5, "potential_to"),
                                           numbers(6, "alive_from"),
                                           numbers(7, "alive_to"),
                                           numbers(8, "profit_from"),
                                           numbers(9, "profit_to")};
                   made.rules = {allocate<CategoryRule>(rows.rules.size()), rows.rules.size()};
                   check(compile_categories(rows, made.rules));
               })
        .rules;
}

double number_argument(FunctionCallInfo fcinfo, int i) {
    return PG_ARGISNULL(i) ? std::numeric_limits<double>::quiet_NaN() : PG_GETARG_FLOAT8(i);
}

// One of the letters, '\0' for NULL.
char letter_argument(FunctionCallInfo fcinfo, int i, const char *name, char last) {
    if (PG_ARGISNULL(i))
        return '\0';
    const auto letter = argument<std::string_view>(fcinfo, i);
    if (letter.size() != 1 || letter[0] < 'A' || letter[0] > last)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("\"%s\" must be between A and %c", name, last)));
    return letter[0];
}

// Four arguments: abc, potential, alive, profit.
CategoryFacts facts_argument(FunctionCallInfo fcinfo, int first) {
    return {letter_argument(fcinfo, first, "abc", 'C'), number_argument(fcinfo, first + 1),
            number_argument(fcinfo, first + 2), number_argument(fcinfo, first + 3)};
}

// The share's type is the caller's.
double margin_argument(FunctionCallInfo fcinfo, int i, const char *name, double most) {
    if (PG_ARGISNULL(i))
        raise_null(name);
    const double margin = PG_GETARG_FLOAT8(i);
    if (!(margin >= 0 && margin <= most))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("\"%s\" must be between 0 and %g", name, most)));
    return margin;
}

// since and now, two arguments; and the days. Where the class is new there is nothing to stay in.
Stay stay_argument(FunctionCallInfo fcinfo, int since, int days) {
    const auto least = required_argument<std::int32_t>(fcinfo, days, "minimum_stay");
    if (least < 0 || least > most_stay_days)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("\"minimum_stay\" must be between 0 and %d", most_stay_days)));
    return {required_argument<std::int64_t>(fcinfo, since, "since"),
            required_argument<std::int64_t>(fcinfo, since + 1, "now"),
            least * microseconds_per_day};
}

struct Life {
    LifecycleFacts facts;
    LifecycleRule rule;
};

// Thirteen arguments: those of lifecycle().
Life life_arguments(FunctionCallInfo fcinfo, int first) {
    auto days = [=](int i) {
        return optional_argument<std::int32_t>(fcinfo, first + i).value_or(0);
    };
    auto number = [=](int i) {
        const double value = number_argument(fcinfo, first + i);
        return std::isnan(value) ? 0 : value;
    };
    LifecycleFacts facts{optional_argument<std::int64_t>(fcinfo, first).value_or(0),
                         optional_argument<bool>(fcinfo, first + 1).value_or(false),
                         optional_argument<bool>(fcinfo, first + 2).value_or(false),
                         days(3),
                         days(4),
                         {},
                         number(6),
                         number(7)};
    if (const double alive = number_argument(fcinfo, first + 5); !std::isnan(alive))
        facts.alive = alive;
    auto border = [=](int i, const char *name) {
        if (PG_ARGISNULL(first + i))
            raise_null(name);
        return PG_GETARG_FLOAT8(first + i);
    };
    const LifecycleRule rule{required_argument<std::int32_t>(fcinfo, first + 8, "new_days"),
                             border(9, "lost_below"),
                             required_argument<std::int32_t>(fcinfo, first + 10, "lost_days"),
                             border(11, "growing_from"), border(12, "declining_below")};
    if (!rule.is_sound())
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("the borders of the lifecycle are not sound"),
                 errdetail("Days must not be negative, lost_days be positive, lost_below be "
                           "between 0 and 1, and declining_below between 0 and growing_from.")));
    return {facts, rule};
}

Datum letter_datum(FunctionCallInfo fcinfo, char letter) {
    if (!letter)
        PG_RETURN_NULL();
    return text_datum({&letter, 1});
}

} // namespace

// (rules, abc, potential, alive, profit)
Datum highseas_category_of(PG_FUNCTION_ARGS) {
    const auto rules = categories_argument(fcinfo);
    const int i = find_category(rules, facts_argument(fcinfo, 1).figures());
    return letter_datum(fcinfo, i < 0 ? '\0' : rules[static_cast<std::size_t>(i)].category);
}

Datum highseas_explain_category(PG_FUNCTION_ARGS) {
    const auto rules = categories_argument(fcinfo);
    const CategoryFacts facts = facts_argument(fcinfo, 1);
    const int i = find_category(rules, facts.figures());
    if (i < 0)
        PG_RETURN_NULL();
    const CategoryRule &rule = rules[static_cast<std::size_t>(i)];
    const std::span<char> room{allocate<char>(room_to_explain(rule)), room_to_explain(rule)};
    return text_datum({room.data(), explain_category(rule, facts, room)});
}

// (rules): set-returning.
Datum highseas_category_problems(PG_FUNCTION_ARGS) {
    const auto rules = categories_argument(fcinfo);
    InitMaterializedSRF(fcinfo, 0);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    const std::span<CategoryProblem> problems{allocate<CategoryProblem>(100), 100};
    std::size_t count = 0;
    run_interruptible(
        [&] { return find_category_problems(rules, problems, count, interrupt_waits); });
    for (const CategoryProblem &problem : problems.first(count)) {
        const bool is_gap = problem.first < 0;
        const char best = static_cast<char>('A' + static_cast<int>(problem.from[value_class]));
        const char worst = static_cast<char>('A' + static_cast<int>(problem.to[value_class]) - 1);
        Datum values[11] = {text_datum(is_gap ? "gap" : "overlap"), 0, 0, text_datum({&best, 1}),
                            text_datum({&worst, 1})};
        bool nulls[11] = {false, is_gap, is_gap};
        if (!is_gap) {
            values[1] = text_datum(rules[static_cast<std::size_t>(problem.first)].name);
            values[2] = text_datum(rules[static_cast<std::size_t>(problem.second)].name);
        }
        for (std::size_t f = potential_score; f < category_figures; ++f) {
            const std::size_t column = 3 + 2 * f;
            nulls[column] = std::isinf(problem.from[f]);
            nulls[column + 1] = std::isinf(problem.to[f]);
            values[column] = Float8GetDatum(problem.from[f]);
            values[column + 1] = Float8GetDatum(problem.to[f]);
        }
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return 0;
}

// (rules, current, since, now, abc, potential, alive, profit, margin, profit_margin, minimum_stay)
Datum highseas_next_category(PG_FUNCTION_ARGS) {
    const auto rules = categories_argument(fcinfo);
    const char current = letter_argument(fcinfo, 1, "current", 'F');
    const CategoryBox figures = facts_argument(fcinfo, 4).figures();
    if (!current)
        return letter_datum(fcinfo, next_category('\0', {}, rules, figures, {}));
    const CategoryBox margin = category_margin(margin_argument(fcinfo, 8, "margin", 1),
                                               margin_argument(fcinfo, 9, "profit_margin", 1e14));
    return letter_datum(
        fcinfo, next_category(current, stay_argument(fcinfo, 2, 10), rules, figures, margin));
}

// (current, since, now, value, bounds, margin, minimum_stay)
Datum highseas_next_abc_class(PG_FUNCTION_ARGS) {
    const char current = letter_argument(fcinfo, 0, "current", 'C');
    if (PG_ARGISNULL(3) || PG_ARGISNULL(4))
        PG_RETURN_NULL();
    const std::int64_t value = amount_argument(fcinfo, 3, "value");
    const AbcBounds bounds = abc_bounds_argument(fcinfo, 4);
    if (!current)
        return letter_datum(fcinfo, abc_class(value, bounds));
    const double margin = margin_argument(fcinfo, 5, "margin", 1);
    return letter_datum(fcinfo,
                        next_abc_class(current, stay_argument(fcinfo, 1, 6), value, bounds,
                                       std::llround(margin * static_cast<double>(whole_share))));
}

// (rules, company, website, email, position, source)
Datum highseas_customer_kind(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0))
        raise_null("rules");
    struct Kinds {
        std::span<KindRule> rules;
    };
    const Kinds &kinds = kept_argument<Kinds>(fcinfo, 0, [](HeapTupleHeader tuple, Kinds &made) {
        Fields<4> fields(tuple);
        const KindRows rows{array_argument<std::string_view>(fields, 0, "kinds"),
                            array_argument<std::string_view>(fields, 1, "fields"),
                            array_argument<std::int32_t>(fields, 2, "word_counts"),
                            array_argument<std::string_view>(fields, 3, "words")};
        made.rules = {allocate<KindRule>(rows.kinds.size()), rows.kinds.size()};
        check(compile_kinds(rows, made.rules));
    });
    Profile profile;
    for (std::size_t i = 0; i < profile.size(); ++i)
        profile[i] = optional_argument<std::string_view>(fcinfo, static_cast<int>(i) + 1)
                         .value_or(std::string_view{});
    return text_datum(customer_kind(kinds.rules, profile));
}

// (purchases, engaged, refused, first_days, last_days, alive, recent, earlier,
//  new_days, lost_below, lost_days, growing_from, declining_below)
Datum highseas_lifecycle(PG_FUNCTION_ARGS) {
    const auto [facts, rule] = life_arguments(fcinfo, 0);
    return text_datum(lifecycle(facts, rule));
}

// (current, as in lifecycle ..., margin)
Datum highseas_next_lifecycle(PG_FUNCTION_ARGS) {
    const auto [facts, rule] = life_arguments(fcinfo, 1);
    const auto current = optional_argument<std::string_view>(fcinfo, 0).value_or("");
    return text_datum(
        next_lifecycle(current, facts, rule, margin_argument(fcinfo, 14, "margin", 1)));
}
