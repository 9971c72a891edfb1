#include <cstdio>

#include "core/value/leads.hpp"

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

// Sufficient statistics of a number, as standard scores, or of a level, by label.
struct Counts {
    std::array<double, 2> rows{};
    std::array<double, 2> sum{};
    std::array<double, 2> squares{};
};

// All statistics of some rows: a slot for each number and for each level by rank.
struct Statistics {
    std::vector<Counts> slots;
    std::array<double, 2> rows{};

    void add(const Statistics &other) {
        for (std::size_t label = 0; label < 2; ++label)
            rows[label] += other.rows[label];
        for (std::size_t i = 0; i < slots.size(); ++i)
            for (std::size_t label = 0; label < 2; ++label) {
                slots[i].rows[label] += other.slots[i].rows[label];
                slots[i].sum[label] += other.slots[i].sum[label];
                slots[i].squares[label] += other.slots[i].squares[label];
            }
    }
};

class Bayes {
public:
    Bayes(const LeadTable &table, const Leads &leads, double smoothing)
        : table_(table), leads_(leads), smoothing_(smoothing) {
        for (std::size_t column = 0; column < table.kinds.size(); ++column) {
            first_.push_back(slots_);
            slots_ += table.kinds[column] == ColumnKind::number ? 1 : leads.levels[column].size();
        }
        first_.push_back(slots_);
    }

    Statistics nothing() const { return {std::vector<Counts>(slots_), {}}; }

    void count(const OrderedLead &row, Statistics &statistics) const {
        const std::size_t label = row.label();
        ++statistics.rows[label];
        for (std::size_t column = 0; column < table_.kinds.size(); ++column) {
            double score = 0;
            const std::size_t slot = slot_of(row, column, score);
            if (slot == slots_)
                continue;
            Counts &counts = statistics.slots[slot];
            ++counts.rows[label];
            counts.sum[label] += score;
            counts.squares[label] += score * score;
        }
    }

    // The terms in standard scores, one for each slot.
    std::vector<ConversionTerm> terms(const Statistics &statistics) const {
        std::vector<ConversionTerm> terms(slots_);
        for (std::size_t column = 0; column < table_.kinds.size(); ++column) {
            const std::size_t first = first_[column];
            const std::size_t end = first_[column + 1];
            if (table_.kinds[column] == ColumnKind::number)
                terms[first] = number_term(statistics.slots[first]);
            else
                level_terms(statistics, first, end, terms);
            for (std::size_t slot = first; slot < end; ++slot) {
                terms[slot].column = static_cast<int>(column);
                terms[slot].is_level = table_.kinds[column] == ColumnKind::level;
            }
        }
        return terms;
    }

    static double intercept(const Statistics &statistics) {
        return std::log(statistics.rows[1] / statistics.rows[0]);
    }

    double log_odds(const OrderedLead &row, double intercept,
                    const std::vector<ConversionTerm> &terms) const {
        double sum = intercept;
        for (std::size_t column = 0; column < table_.kinds.size(); ++column) {
            double score = 0;
            const std::size_t slot = slot_of(row, column, score);
            if (slot == slots_)
                continue;
            const ConversionTerm &term = terms[slot];
            sum += term.is_level
                       ? term.coefficient
                       : term.constant + score * (term.coefficient + score * term.curvature);
        }
        return sum;
    }

    // In the caller's units, without what is constant.
    void write(const Statistics &statistics, ConversionFit &fit) const {
        const auto all = terms(statistics);
        fit.intercept = intercept(statistics);
        fit.term_count = 0;
        for (std::size_t slot = 0; slot < slots_; ++slot) {
            ConversionTerm term = all[slot];
            const auto column = static_cast<std::size_t>(term.column);
            if (term.is_level) {
                term.level =
                    table_.levels[column][leads_.levels[column][slot - first_[column]].code];
            } else {
                const NumberSummary &number = leads_.numbers[column];
                if (!(number.deviation > 0))
                    continue;
                term.center = number.mean;
                term.coefficient /= number.deviation;
                term.curvature /= number.deviation * number.deviation;
            }
            fit.terms[fit.term_count++] = term;
        }
    }

private:
    std::size_t slot_of(const OrderedLead &row, std::size_t column, double &score) const {
        if (table_.kinds[column] == ColumnKind::level) {
            const std::uint32_t code = row.code(column);
            return code == unknown_level ? slots_ : first_[column] + leads_.ranks[column][code];
        }
        const float value = row.number(column);
        const NumberSummary &number = leads_.numbers[column];
        if (std::isnan(value) || !(number.deviation > 0))
            return slots_;
        score = (static_cast<double>(value) - number.mean) / number.deviation;
        return first_[column];
    }

    // A standard score is on average 0, its square 1: that is what smoothing adds.
    ConversionTerm number_term(const Counts &counts) const {
        ConversionTerm term{};
        std::array<double, 2> mean{};
        std::array<double, 2> variance{};
        for (std::size_t label = 0; label < 2; ++label) {
            const double rows = counts.rows[label] + smoothing_;
            mean[label] = counts.sum[label] / rows;
            variance[label] = std::max(
                (counts.squares[label] + smoothing_) / rows - mean[label] * mean[label], 1e-9);
        }
        term.constant = (std::log(variance[0] / variance[1]) + mean[0] * mean[0] / variance[0] -
                         mean[1] * mean[1] / variance[1]) /
                        2;
        term.coefficient = mean[1] / variance[1] - mean[0] / variance[0];
        term.curvature = (1 / variance[0] - 1 / variance[1]) / 2;
        return term;
    }

    // A level that these rows lack keeps an effect of 0.
    void level_terms(const Statistics &statistics, std::size_t first, std::size_t end,
                     std::vector<ConversionTerm> &terms) const {
        std::array<double, 2> rows{};
        double levels = 0;
        for (std::size_t slot = first; slot < end; ++slot) {
            const auto &counts = statistics.slots[slot].rows;
            rows[0] += counts[0];
            rows[1] += counts[1];
            levels += counts[0] + counts[1] > 0;
        }
        for (std::size_t slot = first; slot < end; ++slot) {
            const auto &counts = statistics.slots[slot].rows;
            if (counts[0] + counts[1] > 0)
                terms[slot].coefficient =
                    std::log((counts[1] + smoothing_) / (rows[1] + smoothing_ * levels)) -
                    std::log((counts[0] + smoothing_) / (rows[0] + smoothing_ * levels));
        }
    }

    const LeadTable &table_;
    const Leads &leads_;
    double smoothing_;
    std::size_t slots_ = 0;
    std::vector<std::size_t> first_;
};

} // namespace

Status fit_naive_bayes(const LeadTable &table, double smoothing, ShouldStop should_stop,
                       ConversionFit &fit) {
    Leads leads;
    Status status = begin_fit(table, should_stop, leads, fit);
    if (!status.ok() || leads.too_small())
        return status;
    const Bayes bayes(table, leads, smoothing);
    constexpr std::size_t rows_between_stops = 4096;
    std::vector<Statistics> by_fold(folds, bayes.nothing());
    Statistics all = bayes.nothing();
    for (std::size_t fold = 0; fold < folds; ++fold) {
        for (std::size_t i = leads.fold_begin[fold]; i < leads.fold_begin[fold + 1]; ++i) {
            if (i % rows_between_stops == 0 && should_stop())
                return interrupted();
            bayes.count(leads.rows[i], by_fold[fold]);
        }
        all.add(by_fold[fold]);
    }
    bayes.write(all, fit);
    fit.status = FitStatus::ok;

    std::vector<double> log_odds(leads.rows.size());
    for (std::size_t fold = 0; fold < folds; ++fold) {
        Statistics others = bayes.nothing();
        for (std::size_t other = 0; other < folds; ++other)
            if (other != fold)
                others.add(by_fold[other]);
        // A label that only this fold has: half a row of it.
        others.rows = {std::max(others.rows[0], .5), std::max(others.rows[1], .5)};
        const auto terms = bayes.terms(others);
        const double intercept = Bayes::intercept(others);
        for (std::size_t i = leads.fold_begin[fold]; i < leads.fold_begin[fold + 1]; ++i) {
            if (i % rows_between_stops == 0 && should_stop())
                return interrupted();
            log_odds[i] = bayes.log_odds(leads.rows[i], intercept, terms);
        }
    }
    status = validate(leads, log_odds, should_stop, fit.validation);
    if (status.ok())
        look_at_calibration(fit);
    return status;
}

} // namespace highseas
