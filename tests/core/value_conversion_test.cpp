#include "catch.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "core/value/conversion.hpp"
#include "core/value/leads.hpp"
#include "random.hpp"

using namespace highseas;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double uniform(Random &random) {
    return (static_cast<double>(random.next() >> 11) + .5) / 9007199254740992.;
}

double normal(Random &random) {
    return std::sqrt(-2 * std::log(uniform(random))) *
           std::cos(6.283185307179586 * uniform(random));
}

// Rows in the open: numbers, and levels as text ("" = unknown).
struct Row {
    bool label;
    std::vector<double> numbers;
    std::vector<std::string> levels;
};
using Table = std::vector<Row>;

struct Packed {
    std::vector<ColumnKind> kinds;
    std::vector<std::vector<std::string_view>> names;
    std::vector<std::span<const std::string_view>> levels;
    std::vector<std::vector<std::uint32_t>> words;
    std::vector<std::span<const std::uint32_t>> chunks;

    LeadTable table() const { return {kinds, levels, chunks}; }
};

Packed pack(const Table &rows, std::size_t rows_of_a_chunk = 100) {
    Packed packed;
    if (rows.empty())
        return packed;
    packed.kinds.assign(rows[0].numbers.size(), ColumnKind::number);
    packed.kinds.resize(rows[0].numbers.size() + rows[0].levels.size(), ColumnKind::level);
    packed.names.resize(packed.kinds.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i % rows_of_a_chunk == 0)
            packed.words.emplace_back();
        auto &words = packed.words.back();
        words.push_back(rows[i].label);
        for (double number : rows[i].numbers)
            words.push_back(std::bit_cast<std::uint32_t>(static_cast<float>(number)));
        for (std::size_t k = 0; k < rows[i].levels.size(); ++k) {
            auto &names = packed.names[rows[i].numbers.size() + k];
            const std::string_view name = rows[i].levels[k];
            auto found = std::find(names.begin(), names.end(), name);
            if (!name.empty() && found == names.end())
                found = names.insert(found, name);
            words.push_back(name.empty() ? unknown_level
                                         : static_cast<std::uint32_t>(found - names.begin()));
        }
    }
    for (const auto &names : packed.names)
        packed.levels.emplace_back(names);
    for (const auto &words : packed.words)
        packed.chunks.emplace_back(words);
    return packed;
}

// A fit that owns its terms, and predicts.
struct Fitted {
    std::vector<ConversionTerm> terms;
    ConversionFit fit = {};
    std::vector<ColumnKind> kinds;
    std::vector<std::size_t> first;
    ConversionModel model = {};

    double log_odds(const Row &row) const {
        double sum = model.intercept;
        for (std::size_t i = 0; i < row.numbers.size(); ++i)
            sum += column_effect(model, i, {!std::isnan(row.numbers[i]), row.numbers[i], {}});
        for (std::size_t i = 0; i < row.levels.size(); ++i)
            sum += column_effect(model, row.numbers.size() + i,
                                 {!row.levels[i].empty(), 0, row.levels[i]});
        return sum;
    }
    const ConversionTerm &term(int column, std::string_view level = {}) const {
        for (const ConversionTerm &one : model.terms)
            if (one.column == column && one.level == level)
                return one;
        FAIL("no such term");
        return model.terms[0];
    }
};

using Fit = Status (*)(const LeadTable &, double, ShouldStop, ConversionFit &);

Status fit_packed(Fit fit, const Packed &packed, double weight, ShouldStop should_stop,
                  Fitted &out) {
    std::size_t room = 0;
    for (std::size_t i = 0; i < packed.kinds.size(); ++i)
        room += packed.kinds[i] == ColumnKind::number ? 1 : packed.names[i].size();
    out.terms.resize(room);
    out.fit.terms = out.terms;
    return fit(packed.table(), weight, should_stop, out.fit);
}

// The levels' names live in `rows`.
Fitted fitted(Fit fit, const Table &rows, double weight) {
    const Packed packed = pack(rows);
    Fitted out;
    REQUIRE(fit_packed(fit, packed, weight, never_stop, out).ok());
    out.kinds = packed.kinds;
    out.first.resize(packed.kinds.size() + 1);
    out.model = {out.fit.intercept,
                 out.kinds,
                 std::span<const ConversionTerm>(out.terms).first(out.fit.term_count),
                 {}};
    REQUIRE(check_model(out.model, out.first).ok());
    return out;
}

Table random_table(Random &random, int count, int numbers = 2, int levels = 1) {
    static const std::string names[] = {"blue", "green", "red", "white"};
    Table rows;
    for (int i = 0; i < count; ++i) {
        Row row{};
        double log_odds = -.5;
        for (int k = 0; k < numbers; ++k) {
            row.numbers.push_back(
                static_cast<double>(static_cast<float>(5 * k + (1 + k) * normal(random))));
            log_odds += (k % 2 ? -.4 : .8) * (row.numbers.back() - 5 * k) / (1 + k);
        }
        for (int k = 0; k < levels; ++k) {
            const int level = random.below(4);
            row.levels.push_back(names[level]);
            log_odds += .5 * level - .75;
        }
        row.label = uniform(random) < 1 / (1 + std::exp(-log_odds));
        rows.push_back(std::move(row));
    }
    return rows;
}

using Rows = std::vector<std::vector<double>>;

Rows inverse(Rows a) {
    const std::size_t size = a.size();
    Rows result(size, std::vector<double>(size));
    for (std::size_t i = 0; i < size; ++i)
        result[i][i] = 1;
    for (std::size_t i = 0; i < size; ++i) {
        std::size_t pivot = i;
        for (std::size_t k = i; k < size; ++k)
            if (std::abs(a[k][i]) > std::abs(a[pivot][i]))
                pivot = k;
        std::swap(a[i], a[pivot]);
        std::swap(result[i], result[pivot]);
        const double scale = 1 / a[i][i];
        for (std::size_t j = 0; j < size; ++j) {
            a[i][j] *= scale;
            result[i][j] *= scale;
        }
        for (std::size_t k = 0; k < size; ++k) {
            if (k == i)
                continue;
            const double times = a[k][i];
            for (std::size_t j = 0; j < size; ++j) {
                a[k][j] -= times * a[i][j];
                result[k][j] -= times * result[i][j];
            }
        }
    }
    return result;
}

// The textbook: Newton on raw columns with an intercept and without "blue"; no ridge.
struct Textbook {
    std::vector<double> beta;
    Rows covariance;
};

Textbook textbook(const Table &rows) {
    auto columns = [](const Row &row) {
        std::vector<double> x{1};
        x.insert(x.end(), row.numbers.begin(), row.numbers.end());
        for (const std::string &level : row.levels)
            for (const char *name : {"green", "red", "white"})
                x.push_back(level == name);
        return x;
    };
    const std::size_t size = columns(rows[0]).size();
    Textbook result{std::vector<double>(size), {}};
    for (int step = 0; step < 30; ++step) {
        Rows hessian(size, std::vector<double>(size));
        std::vector<double> gradient(size);
        for (const Row &row : rows) {
            const auto x = columns(row);
            double log_odds = 0;
            for (std::size_t i = 0; i < size; ++i)
                log_odds += x[i] * result.beta[i];
            const double chance = 1 / (1 + std::exp(-log_odds));
            for (std::size_t i = 0; i < size; ++i) {
                gradient[i] += (row.label - chance) * x[i];
                for (std::size_t j = 0; j < size; ++j)
                    hessian[i][j] += chance * (1 - chance) * x[i] * x[j];
            }
        }
        result.covariance = inverse(hessian);
        for (std::size_t i = 0; i < size; ++i)
            for (std::size_t j = 0; j < size; ++j)
                result.beta[i] += result.covariance[i][j] * gradient[j];
    }
    return result;
}

bool close(double a, double b, double relative) {
    return std::abs(a - b) <= relative * std::max(1., std::abs(b));
}

bool same_bits(double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

bool always_stop() noexcept {
    return true;
}

} // namespace

TEST_CASE("logistic regression with a tiny ridge is the textbook's") {
    Random random(1);
    for (int count : {200, 1000}) {
        const Table rows = random_table(random, count);
        const Textbook expected = textbook(rows);
        const Fitted result = fitted(fit_logistic, rows, 1e-7);
        CHECK(result.fit.status == FitStatus::ok);
        for (int k = 0; k < 2; ++k) {
            const auto at = static_cast<std::size_t>(k) + 1;
            CHECK(close(result.term(k).coefficient, expected.beta[at], 1e-6));
            CHECK(close(result.term(k).error, std::sqrt(expected.covariance[at][at]), 1e-6));
        }
        // Levels differ from each other as they do in the textbook, where "blue" is 0.
        const double blue = result.term(2, "blue").coefficient;
        CHECK(close(result.term(2, "green").coefficient - blue, expected.beta[3], 1e-6));
        CHECK(close(result.term(2, "red").coefficient - blue, expected.beta[4], 1e-6));
        CHECK(close(result.term(2, "white").coefficient - blue, expected.beta[5], 1e-6));
        for (const Row &row : rows) {
            double log_odds = expected.beta[0] + expected.beta[1] * row.numbers[0] +
                              expected.beta[2] * row.numbers[1];
            if (row.levels[0] != "blue")
                log_odds += expected.beta[row.levels[0] == "green" ? 3
                                          : row.levels[0] == "red" ? 4
                                                                   : 5];
            REQUIRE(close(result.log_odds(row), log_odds, 1e-6));
        }
        double all = 0;
        for (const char *name : {"blue", "green", "red", "white"})
            all +=
                result.term(2, name).coefficient *
                static_cast<double>(std::count_if(rows.begin(), rows.end(), [name](const Row &row) {
                    return row.levels[0] == name;
                }));
        CHECK(std::abs(all) < 1e-6 * count); // against the average
    }
}

TEST_CASE("with a ridge, the data pull as hard as the ridge holds") {
    Random random(2);
    const Table rows = random_table(random, 5000, 3, 0);
    for (double ridge : {.5, 20., 1000.}) {
        const Fitted result = fitted(fit_logistic, rows, ridge);
        double residuals = 0;
        for (const Row &row : rows)
            residuals += row.label - chance_of(result.log_odds(row));
        CHECK(std::abs(residuals) < 1e-6);
        for (int k = 0; k < 3; ++k) {
            double mean = 0;
            double squares = 0;
            double pull = 0;
            const auto column = static_cast<std::size_t>(k);
            for (const Row &row : rows)
                mean += row.numbers[column] / static_cast<double>(rows.size());
            for (const Row &row : rows)
                squares +=
                    std::pow(row.numbers[column] - mean, 2) / static_cast<double>(rows.size());
            const double deviation = std::sqrt(squares);
            for (const Row &row : rows)
                pull += (row.label - chance_of(result.log_odds(row))) *
                        (row.numbers[column] - mean) / deviation;
            CHECK(close(pull, ridge * result.term(k).coefficient * deviation, 1e-6));
        }
    }
}

TEST_CASE("the digits are the same for any order of the rows and any codes") {
    Random random(3);
    for (const Fit fit : {Fit(fit_logistic), Fit(fit_naive_bayes)}) {
        Table rows = random_table(random, 3000, 3, 2);
        for (std::size_t i = 0; i < rows.size(); i += 7)
            rows[i] = rows[i / 2];
        rows[5].numbers[1] = unknown;
        rows[6].levels[0] = "";
        for (std::size_t i = 0; i < rows.size(); i += 5)
            rows[i + 1].numbers = rows[i].numbers, rows[i + 1].levels = rows[i].levels,
                     rows[i + 1].label = !rows[i].label;
        Table shuffled;
        for (std::size_t i : random.permutation(rows.size()))
            shuffled.push_back(rows[i]);
        const Packed one = pack(rows);
        const Packed other = pack(shuffled, 17);
        Fitted a;
        Fitted b;
        REQUIRE(fit_packed(fit, one, 1, never_stop, a).ok());
        REQUIRE(fit_packed(fit, other, 1, never_stop, b).ok());
        REQUIRE(a.fit.term_count == b.fit.term_count);
        CHECK(same_bits(a.fit.intercept, b.fit.intercept));
        CHECK(same_bits(a.fit.validation.log_loss, b.fit.validation.log_loss));
        CHECK(same_bits(a.fit.validation.auc, b.fit.validation.auc));
        for (std::size_t i = 0; i < a.fit.term_count; ++i) {
            REQUIRE(a.terms[i].level == b.terms[i].level);
            REQUIRE(same_bits(a.terms[i].coefficient, b.terms[i].coefficient));
            REQUIRE(same_bits(a.terms[i].error, b.terms[i].error));
        }
        for (std::size_t i = 0; i < 10; ++i)
            REQUIRE(same_bits(a.fit.validation.bands[i].predicted,
                              b.fit.validation.bands[i].predicted));
    }
}

TEST_CASE("cross-validation judges by models that have not seen the lead") {
    Random random(4);
    for (const Fit fit : {Fit(fit_logistic), Fit(fit_naive_bayes)}) {
        const Table rows = random_table(random, 1200, 3, 1);
        const Fitted result = fitted(fit, rows, 1);

        // Slowly: a fit for each fold of the others, in the folds that were taken.
        const Packed packed = pack(rows);
        Leads leads;
        REQUIRE(order_leads(packed.table(), never_stop, leads).ok());
        std::map<const void *, std::size_t> fold_of;
        std::vector<std::vector<Row>> of_fold(folds);
        for (std::size_t fold = 0; fold < folds; ++fold)
            for (std::size_t i = leads.fold_begin[fold]; i < leads.fold_begin[fold + 1]; ++i) {
                Row row{leads.rows[i].label(), {}, {}};
                for (std::size_t k = 0; k < 3; ++k)
                    row.numbers.push_back(static_cast<double>(leads.rows[i].number(k)));
                row.levels.emplace_back(packed.names[3][leads.rows[i].code(3)]);
                of_fold[fold].push_back(row);
            }
        double loss = 0;
        for (std::size_t fold = 0; fold < folds; ++fold) {
            CHECK(of_fold[fold].size() > 60);
            Table others;
            for (std::size_t other = 0; other < folds; ++other)
                if (other != fold)
                    others.insert(others.end(), of_fold[other].begin(), of_fold[other].end());
            const Fitted without = fitted(fit, others, 1);
            for (const Row &row : of_fold[fold])
                loss += softplus(row.label ? -without.log_odds(row) : without.log_odds(row));
        }
        CHECK(close(result.fit.validation.log_loss, loss / static_cast<double>(rows.size()), 5e-4));
        double seen = 0;
        for (const Row &row : rows)
            seen += softplus(row.label ? -result.log_odds(row) : result.log_odds(row));
        CHECK(result.fit.validation.log_loss > seen / static_cast<double>(rows.size()));
        CHECK(result.fit.validation.log_loss < result.fit.validation.base_log_loss);
    }
}

TEST_CASE("what came several times teaches nothing about itself") {
    Random random(5);
    Table rows;
    for (int i = 0; i < 60; ++i) {
        const bool label = random.chance(50);
        for (int k = 0; k < 20; ++k)
            rows.push_back({label, {}, {"level " + std::to_string(i)}});
    }
    const Fitted result = fitted(fit_logistic, rows, .01);
    CHECK(result.fit.validation.auc < .6);
    CHECK(result.fit.validation.log_loss > .95 * result.fit.validation.base_log_loss);
}

TEST_CASE("AUC, log loss and bands are by their definitions") {
    Random random(6);
    for (int round = 0; round < 40; ++round) {
        const int count = random.between(60, 300);
        const Packed packed = pack(random_table(random, count, 1, 0));
        Leads leads;
        REQUIRE(order_leads(packed.table(), never_stop, leads).ok());
        std::vector<double> log_odds;
        for (int i = 0; i < count; ++i)
            log_odds.push_back(random.chance(50) ? random.between(-3, 3) : 20 * normal(random));
        Validation validation{};
        REQUIRE(validate(leads, log_odds, never_stop, validation).ok());

        double wins = 0;
        double pairs = 0;
        double loss = 0;
        std::array<double, 10> rows{};
        std::array<double, 10> predicted{};
        std::array<double, 10> observed{};
        for (std::size_t i = 0; i < log_odds.size(); ++i) {
            const bool label = leads.rows[i].label();
            loss -= std::log(1 / (1 + std::exp(label ? -log_odds[i] : log_odds[i])));
            std::size_t below = 0;
            for (std::size_t k = 0; k < log_odds.size(); ++k) {
                below += log_odds[k] < log_odds[i];
                if (label && !leads.rows[k].label()) {
                    ++pairs;
                    wins += log_odds[i] > log_odds[k] ? 1 : log_odds[i] == log_odds[k] ? .5 : 0;
                }
            }
            const std::size_t band = below * 10 / log_odds.size();
            ++rows[band];
            predicted[band] += 1 / (1 + std::exp(-log_odds[i]));
            observed[band] += label;
        }
        REQUIRE(close(validation.auc, wins / pairs, 1e-12));
        REQUIRE(close(validation.log_loss, loss / count, 1e-9));
        for (std::size_t band = 0; band < 10; ++band) {
            REQUIRE(static_cast<double>(validation.bands[band].rows) == rows[band]);
            if (rows[band] > 0) {
                REQUIRE(
                    close(validation.bands[band].predicted, predicted[band] / rows[band], 1e-12));
                REQUIRE(close(validation.bands[band].observed, observed[band] / rows[band], 1e-12));
            }
        }
    }
}

TEST_CASE("naive Bayes is Bayes' rule with independent columns") {
    Random random(7);
    const Table rows = random_table(random, 500, 2, 1);
    const Fitted result = fitted(fit_naive_bayes, rows, 1e-9);
    double positives = 0;
    for (const Row &row : rows)
        positives += row.label;
    auto log_likelihood = [&](const Row &row, bool label) {
        const double all = label ? positives : static_cast<double>(rows.size()) - positives;
        double sum = std::log(all);
        for (std::size_t k = 0; k < 2; ++k) {
            double mean = 0;
            double variance = 0;
            for (const Row &other : rows)
                mean += other.label == label ? other.numbers[k] / all : 0;
            for (const Row &other : rows)
                variance += other.label == label ? std::pow(other.numbers[k] - mean, 2) / all : 0;
            sum -= std::log(variance) / 2 + std::pow(row.numbers[k] - mean, 2) / variance / 2;
        }
        double same = 0;
        for (const Row &other : rows)
            same += other.label == label && other.levels[0] == row.levels[0];
        return sum + std::log(same / all);
    };
    for (const Row &row : rows)
        REQUIRE(close(result.log_odds(row), log_likelihood(row, true) - log_likelihood(row, false),
                      1e-6));

    // Laplace: (count + 2) / (all + 2 * levels)
    const Fitted smooth = fitted(fit_naive_bayes, rows, 2);
    double red[2] = {};
    for (const Row &row : rows)
        red[row.label] += row.levels[0] == "red";
    CHECK(close(smooth.term(2, "red").coefficient,
                std::log((red[1] + 2) / (positives + 8)) -
                    std::log((red[0] + 2) / (static_cast<double>(rows.size()) - positives + 8)),
                1e-12));
}

TEST_CASE("what is unknown, new or rare counts as the average") {
    Random random(8);
    Table rows = random_table(random, 2000);
    for (std::size_t i = 0; i < rows.size(); i += 10) {
        rows[i].numbers[0] = unknown;
        rows[i + 1].levels[0] = "";
    }
    for (std::size_t i = 0; i < 9; ++i)
        rows[i].levels[0] = "rare";
    const Fitted result = fitted(fit_logistic, rows, 1);
    for (const ConversionTerm &term : result.model.terms)
        CHECK(term.level != "rare");
    const double average = result.log_odds({true, {unknown, unknown}, {""}});
    CHECK(average == result.fit.intercept);
    CHECK(result.log_odds({true, {unknown, unknown}, {"rare"}}) == average);
    CHECK(result.log_odds({true, {unknown, unknown}, {"never seen"}}) == average);
    CHECK(result.log_odds({true, {result.term(0).center, unknown}, {""}}) == average);
    CHECK(result.log_odds({true, {result.term(0).center + 1, unknown}, {""}}) > average);
}

TEST_CASE("separation is flagged, and the ridge keeps the coefficients finite") {
    Random random(9);
    auto status = [](const Table &rows) {
        const Fitted result = fitted(fit_logistic, rows, .001);
        for (const ConversionTerm &term : result.model.terms)
            CHECK(std::abs(term.coefficient) < 1000);
        if (result.fit.status == FitStatus::separated)
            CHECK(result.fit.remark[0] != '\0');
        return result.fit.status;
    };
    Table rows = random_table(random, 400, 2, 1);
    CHECK(status(rows) == FitStatus::ok);

    Table level = rows; // quasi: one level has one label
    for (Row &row : level)
        row.label = row.label || row.levels[0] == "red";
    CHECK(status(level) == FitStatus::separated);
    Table threshold = rows;
    for (Row &row : threshold)
        row.label = row.numbers[0] >= .3;
    CHECK(status(threshold) == FitStatus::separated);
    Table together = rows; // no column does it alone
    for (Row &row : together)
        row.label = row.numbers[0] + row.numbers[1] > 5;
    CHECK(status(together) == FitStatus::separated);
}

TEST_CASE("too little to learn from is said") {
    Random random(10);
    auto with_positives = [&](int positives, int numbers) {
        Table rows = random_table(random, 500, numbers, 0);
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i].label = i < static_cast<std::size_t>(positives);
        return rows;
    };
    for (const Fit fit : {Fit(fit_logistic), Fit(fit_naive_bayes)}) {
        CHECK(fitted(fit, {}, 1).fit.status == FitStatus::too_small);
        const Fitted few = fitted(fit, with_positives(19, 1), 1);
        CHECK(few.fit.status == FitStatus::too_small);
        CHECK(few.fit.rows == 500);
        CHECK(few.fit.positives == 19);
        CHECK(few.fit.term_count == 0);
        CHECK(fitted(fit, with_positives(481, 1), 1).fit.status == FitStatus::too_small);
        CHECK(fitted(fit, with_positives(20, 1), 1).fit.term_count > 0);
    }
    CHECK(fitted(fit_logistic, with_positives(20, 5), 1).fit.status == FitStatus::thin);
    CHECK(fitted(fit_logistic, with_positives(25, 5), 1).fit.status != FitStatus::thin);
}

TEST_CASE("chances that are worse than the overall share are said to be so") {
    Random random(12);
    Table noise = random_table(random, 500, 2, 0);
    for (Row &row : noise)
        row.label = random.chance(20);
    Table twice = random_table(random, 2000, 6, 0); // one column six times: far too sure
    for (Row &row : twice) {
        for (int i = 1; i < 6; ++i)
            row.numbers[static_cast<std::size_t>(i)] = row.numbers[0];
        row.label = random.chance(row.numbers[0] > 0 ? 60 : 40);
    }
    for (const auto &[fit, rows] :
         {std::pair{Fit(fit_logistic), noise}, std::pair{Fit(fit_naive_bayes), twice}}) {
        const Fitted found = fitted(fit, rows, 1);
        CHECK(found.fit.validation.log_loss >= found.fit.validation.base_log_loss);
        CHECK(found.fit.status == FitStatus::miscalibrated);
        CHECK(std::string_view(found.fit.remark).find("log loss") != std::string_view::npos);
    }
    CHECK(fitted(fit_logistic, twice, 1).fit.status == FitStatus::ok);
}

TEST_CASE("odd tables give finite fits") {
    Random random(11);
    for (int round = 0; round < 300; ++round) {
        const int numbers = random.below(4);
        const int levels = random.below(3);
        Table rows;
        const int count = random.between(0, 300);
        const double scale = std::pow(10, random.between(-30, 30));
        for (int i = 0; i < count; ++i) {
            Row row{random.chance(random.between(5, 95)), {}, {}};
            for (int k = 0; k < numbers; ++k)
                row.numbers.push_back(random.chance(10)   ? unknown
                                      : random.chance(50) ? random.between(0, 2)
                                                          : normal(random) * scale);
            for (int k = 0; k < levels; ++k)
                row.levels.push_back(
                    random.chance(10) ? ""
                                      : std::string(1, static_cast<char>('a' + random.below(30))));
            rows.push_back(row);
        }
        if (random.chance(30)) // a copy of a column, and a constant one
            for (Row &row : rows)
                if (numbers > 2) {
                    row.numbers[1] = row.numbers[0];
                    row.numbers[2] = 7;
                }
        for (const Fit fit : {Fit(fit_logistic), Fit(fit_naive_bayes)}) {
            const Fitted result = fitted(fit, rows, std::pow(10, random.between(-6, 3)));
            if (result.fit.status == FitStatus::too_small)
                continue;
            REQUIRE(std::isfinite(result.fit.validation.log_loss));
            REQUIRE(result.fit.validation.auc >= 0);
            REQUIRE(result.fit.validation.auc <= 1);
            for (const Row &row : rows)
                REQUIRE(std::isfinite(result.log_odds(row)));
        }
    }
}

TEST_CASE("a fit stops when it is told to, and refuses too many terms") {
    Random random(12);
    Table rows = random_table(random, 200);
    const Packed packed = pack(rows);
    for (const Fit fit : {Fit(fit_logistic), Fit(fit_naive_bayes)}) {
        Fitted result;
        CHECK(std::string(fit_packed(fit, packed, 1, always_stop, result).sqlstate) == "57014");
    }
    Table many;
    for (int i = 0; i < 501; ++i)
        for (int k = 0; k < 10; ++k)
            many.push_back({k % 2 == 0, {}, {std::to_string(i)}});
    Fitted result;
    const Packed too_many = pack(many);
    CHECK(std::string(fit_packed(fit_logistic, too_many, 1, never_stop, result).sqlstate) ==
          "54000");
    CHECK(fit_packed(fit_naive_bayes, too_many, 1, never_stop, result).ok());
}

TEST_CASE("a fit that is not sound is refused") {
    const std::vector<ColumnKind> kinds{ColumnKind::number, ColumnKind::level};
    const std::vector<ConversionTerm> sound{{0, false, "", 0, 1, 2, 0, 0},
                                            {1, true, "a", 0, 0, 1, 0, 0},
                                            {1, true, "b", 0, 0, -1, 0, 0}};
    auto refusal = [&](auto change) {
        auto terms = sound;
        ConversionModel model{.5, kinds, {}, {}};
        change(terms, model);
        model.terms = terms;
        std::vector<std::size_t> first(kinds.size() + 1);
        return std::string(check_model(model, first).sqlstate);
    };
    CHECK(refusal([](auto &, auto &) {}) == "");
    CHECK(refusal([](auto &terms, auto &) { terms.clear(); }) == "");
    CHECK(refusal([](auto &terms, auto &) { terms[0].column = -1; }) == "22023");
    CHECK(refusal([](auto &terms, auto &) { terms[2].column = 2; }) == "22023");
    CHECK(refusal([](auto &terms, auto &) { terms[0].column = 1; }) == "22023");
    CHECK(refusal([](auto &terms, auto &) { std::swap(terms[1], terms[2]); }) == "22023");
    CHECK(refusal([](auto &terms, auto &) { terms[2].level = "a"; }) == "22023");
    CHECK(refusal([](auto &terms, auto &) { std::swap(terms[0], terms[1]); }) == "22023");
    CHECK(refusal([](auto &terms, auto &) { terms[1].column = 0, terms[1].is_level = false; }) ==
          "22023");
    CHECK(refusal([](auto &terms, auto &) { terms[1].coefficient = unknown; }) == "22023");
    CHECK(refusal([](auto &, auto &model) { model.intercept = unknown; }) == "22023");
}
