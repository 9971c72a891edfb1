// An assertion would end every session of the server; nothing that is not under the MPL.
#define EIGEN_NO_DEBUG
#define EIGEN_MPL2_ONLY
#include <eigen3/Eigen/Dense>

#include <cstdio>
#include <limits>

#include "core/value/leads.hpp"

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t least_of_a_level = 10;
constexpr std::size_t events_per_term = 5;
constexpr Eigen::Index block_rows = 128;
constexpr int most_steps = 100;

// What becomes of a row: standardised numbers and centred indicators of levels, so that 0 = unknown
// = the average, and a 1 for the intercept.
class Encoder {
public:
    struct Term {
        std::size_t column;
        std::uint32_t code; // of a level
        double center;
        double scale;
    };

    Encoder(const LeadTable &table, const Leads &leads) {
        for (std::size_t column = 0; column < table.kinds.size(); ++column) {
            if (table.kinds[column] == ColumnKind::level)
                add_levels(leads.levels[column], column);
            else if (leads.numbers[column].deviation > 0)
                add_number(leads.numbers[column], column);
        }
    }

    const std::vector<Term> &terms() const { return terms_; }
    Eigen::Index width() const { return static_cast<Eigen::Index>(terms_.size()) + 1; }

    void encode(const OrderedLead &row, double *__restrict x) const {
        for (const Part &part : parts_) {
            const std::size_t size = part.centers.size();
            if (part.kind == ColumnKind::number) {
                const std::uint32_t *words = row.words + 1 + part.column;
                const double *centers = part.centers.data(), *scales = part.scales.data();
                for (std::size_t i = 0; i < size; ++i) {
                    const double score =
                        (static_cast<double>(std::bit_cast<float>(words[i])) - centers[i]) *
                        scales[i];
                    x[i] = score == score ? score : 0;
                }
            } else {
                const std::uint32_t code = row.code(part.column);
                const int own = code == unknown_level ? -1 : part.term_of_code[code];
                for (std::size_t i = 0; i < size; ++i)
                    x[i] = own < 0 ? 0 : -part.centers[i];
                if (own >= 0)
                    x[own] += 1;
            }
            x += size;
        }
        *x = 1;
    }

private:
    // Numbers in neighbouring columns, or the levels of a column.
    struct Part {
        ColumnKind kind;
        std::size_t column;            // the first
        std::vector<double> centers;   // of levels: their share
        std::vector<double> scales;    // of numbers
        std::vector<int> term_of_code; // of levels; -1: too rare, taken as unknown
    };

    void add_number(const NumberSummary &number, std::size_t column) {
        if (parts_.empty() || parts_.back().kind != ColumnKind::number ||
            parts_.back().column + parts_.back().centers.size() != column)
            parts_.push_back({ColumnKind::number, column, {}, {}, {}});
        const double scale = 1 / number.deviation;
        parts_.back().centers.push_back(number.mean);
        parts_.back().scales.push_back(scale);
        terms_.push_back({column, 0, number.mean, scale});
    }

    void add_levels(const std::vector<LevelSummary> &levels, std::size_t column) {
        Part part{ColumnKind::level, column, {}, {}, std::vector<int>(levels.size(), -1)};
        std::size_t rows = 0;
        for (const LevelSummary &level : levels)
            if (level.rows() >= least_of_a_level)
                rows += level.rows();
        for (const LevelSummary &level : levels) {
            if (level.rows() < least_of_a_level || level.rows() == rows)
                continue;
            const double share = static_cast<double>(level.rows()) / static_cast<double>(rows);
            part.term_of_code[level.code] = static_cast<int>(part.centers.size());
            part.centers.push_back(share);
            terms_.push_back({column, level.code, share, 1});
        }
        if (!part.centers.empty())
            parts_.push_back(std::move(part));
    }

    std::vector<Term> terms_;
    std::vector<Part> parts_;
};

// Of some rows at some coefficients, without the ridge. Losses are minus log likelihoods.
struct Sums {
    explicit Sums(Eigen::Index width)
        : gradient(Vector::Zero(width)), hessian(Matrix::Zero(width, width)) {}

    void add(const Sums &other) {
        loss += other.loss;
        weight += other.weight;
        gradient += other.gradient;
        hessian += other.hessian;
    }

    double loss = 0;
    double weight = 0;
    Vector gradient;
    Matrix hessian; // its lower half
};

class Fitter {
public:
    Fitter(const LeadTable &table, const Leads &leads, double ridge, ShouldStop should_stop)
        : encoder(table, leads), leads_(leads), ridge_(ridge), should_stop_(should_stop),
          block_(block_rows, encoder.width()) {}

    const Encoder encoder;

    // The first 1/`part` of a fold: rows stand in random order.
    bool evaluate_fold(std::size_t fold, std::size_t part, const Vector &there, Sums &sums) {
        const std::size_t begin = leads_.fold_begin[fold];
        const std::size_t end = begin + (leads_.fold_begin[fold + 1] - begin) / part;
        Vector log_odds;
        Vector residual(block_rows);
        Vector root(block_rows);
        for (std::size_t at = begin; at < end;) {
            if (should_stop_())
                return false;
            const Eigen::Index count = fill(at, end);
            auto x = block_.topRows(count);
            log_odds.noalias() = x * there;
            for (Eigen::Index i = 0; i < count; ++i) {
                const bool label = leads_.rows[at + static_cast<std::size_t>(i)].label();
                const double tail = std::exp(-std::abs(log_odds[i]));
                const double smaller = tail / (1 + tail);
                const double chance = log_odds[i] > 0 ? 1 - smaller : smaller;
                const double weight = smaller * (1 - smaller);
                sums.loss += std::log1p(tail) + std::max(0., label ? -log_odds[i] : log_odds[i]);
                sums.weight += weight;
                residual[i] = label ? (log_odds[i] > 0 ? -smaller : chance - 1) : chance;
                root[i] = std::sqrt(weight);
            }
            sums.gradient.noalias() += x.transpose() * residual.head(count);
            x.array().colwise() *= root.head(count).array();
            sums.hessian.selfadjointView<Eigen::Lower>().rankUpdate(x.transpose());
            at += static_cast<std::size_t>(count);
        }
        return true;
    }

    // Damped Newton from `there`, where `at` was worked out. It ends with the step after which the
    // decrement (squared, in units of the loss) would be far below the tolerance.
    template <class Tolerance, class Evaluate>
    bool minimise(Vector &there, Sums &at, double ridge, Tolerance tolerance, Evaluate evaluate) {
        for (int steps = 0; steps < most_steps; ++steps) {
            Vector gradient = at.gradient;
            gradient.head(there.size() - 1) += ridge * there.head(there.size() - 1);
            const Vector step = curvature(at, ridge).llt().solve(gradient);
            const double decrement = gradient.dot(step);
            if (!std::isfinite(decrement)) // as flat as can be
                return true;
            if (decrement <= tolerance(at)) {
                there -= step;
                return true;
            }
            const double before = penalised(at, there, ridge);
            for (double length = 1; length > 1e-9; length /= 2) {
                const Vector next = there - length * step;
                Sums reached(there.size());
                if (!evaluate(next, reached))
                    return false;
                if (penalised(reached, next, ridge) <= before + 1e-10 * before) {
                    there = next;
                    at = std::move(reached);
                    break;
                }
            }
        }
        return true;
    }

    Matrix curvature(const Sums &at, double ridge) const {
        Matrix hessian = at.hessian.selfadjointView<Eigen::Lower>();
        hessian.diagonal().head(hessian.rows() - 1).array() += ridge;
        return hessian;
    }

    // The coefficients of all leads, and what each fold adds at `at_`, a step before them.
    bool fit() {
        const Eigen::Index width = encoder.width();
        beta = Vector::Zero(width);
        const double share =
            static_cast<double>(leads_.positives) / static_cast<double>(leads_.rows.size());
        beta[width - 1] = std::log(share / (1 - share));
        constexpr std::size_t part = 16;
        if (leads_.rows.size() / part > 100 * static_cast<std::size_t>(width) && !approach(part))
            return false;
        Sums at(width);
        auto evaluate = [this](const Vector &there, Sums &sums) {
            return evaluate_all(1, there, sums);
        };
        return evaluate(beta, at) &&
               minimise(
                   // the last step changes log odds by 1e-5 (rms, weighted), so that 1e-10 is left
                   beta, at, ridge_,
                   [](const Sums &sums) { return std::max(1e-9, 1e-10 * sums.weight); }, evaluate);
    }

    // The coefficients without a fold. They are close by, so that the first step, which costs no
    // look at the data, is often enough: until it changes log odds by .03 (rms, weighted).
    bool fit_without(std::size_t fold, Vector &without) {
        Sums at(encoder.width());
        for (std::size_t other = 0; other < folds; ++other)
            if (other != fold)
                at.add(by_fold_[other]);
        without = at_;
        return minimise(
            without, at, ridge_, [](const Sums &sums) { return 1e-3 * sums.weight; },
            [this, fold](const Vector &there, Sums &sums) {
                for (std::size_t other = 0; other < folds; ++other)
                    if (other != fold && !evaluate_fold(other, 1, there, sums))
                        return false;
                return true;
            });
    }

    // visit(row, log odds without its fold, with all) of a fold
    template <class Visit>
    bool for_each_row(std::size_t fold, const Vector &without, Visit visit) {
        Eigen::Matrix<double, Eigen::Dynamic, 2> both(beta.size(), 2);
        both << without, beta;
        Eigen::Matrix<double, Eigen::Dynamic, 2> log_odds;
        for (std::size_t at = leads_.fold_begin[fold]; at < leads_.fold_begin[fold + 1];) {
            if (should_stop_())
                return false;
            const Eigen::Index count = fill(at, leads_.fold_begin[fold + 1]);
            log_odds.noalias() = block_.topRows(count) * both;
            for (Eigen::Index i = 0; i < count; ++i)
                visit(at++, log_odds(i, 0), log_odds(i, 1));
        }
        return true;
    }

    Matrix covariance() const {
        Sums all(encoder.width());
        for (const Sums &fold : by_fold_)
            all.add(fold);
        return curvature(all, ridge_)
            .llt()
            .solve(Matrix::Identity(encoder.width(), encoder.width()));
    }

    Vector beta;

private:
    Eigen::Index fill(std::size_t begin, std::size_t end) {
        const auto count = std::min(block_rows, static_cast<Eigen::Index>(end - begin));
        for (Eigen::Index i = 0; i < count; ++i) {
            const std::size_t row = begin + static_cast<std::size_t>(i);
            leads_.prefetch_after(row);
            encoder.encode(leads_.rows[row], block_.row(i).data());
        }
        return count;
    }

    bool evaluate_all(std::size_t part, const Vector &there, Sums &sums) {
        by_fold_.assign(folds, Sums(encoder.width()));
        at_ = there;
        for (std::size_t fold = 0; fold < folds; ++fold) {
            if (!evaluate_fold(fold, part, there, by_fold_[fold]))
                return false;
            sums.add(by_fold_[fold]);
        }
        return true;
    }

    // A good start by a part of the leads.
    bool approach(std::size_t part) {
        Sums at(encoder.width());
        auto evaluate = [this, part](const Vector &there, Sums &sums) {
            return evaluate_all(part, there, sums);
        };
        return evaluate(beta, at) &&
               minimise(
                   beta, at, ridge_ / static_cast<double>(part),
                   [](const Sums &sums) { return 1e-3 * sums.weight; }, evaluate);
    }

    double penalised(const Sums &at, const Vector &there, double ridge) const {
        return at.loss + ridge / 2 * there.head(there.size() - 1).squaredNorm();
    }

    const Leads &leads_;
    double ridge_;
    ShouldStop should_stop_;
    Rows block_;
    std::vector<Sums> by_fold_;
    Vector at_;
};

// One column alone that parts the labels.
void find_separation(const LeadTable &table, const Leads &leads, const Encoder &encoder,
                     ConversionFit &fit) {
    for (const auto &term : encoder.terms()) {
        if (table.kinds[term.column] == ColumnKind::number) {
            const NumberSummary &number = leads.numbers[term.column];
            if (number.rows_of[0] == 0 || number.rows_of[1] == 0 ||
                number.greatest[0] <= number.least[1] || number.greatest[1] <= number.least[0]) {
                fit.status = FitStatus::separated;
                std::snprintf(fit.remark, sizeof fit.remark,
                              "column %zu parts the labels by a threshold", term.column + 1);
                return;
            }
        } else {
            const std::string_view name = table.levels[term.column][term.code];
            const LevelSummary &level =
                leads.levels[term.column][leads.ranks[term.column][term.code]];
            if (level.rows_of[0] == 0 || level.rows_of[1] == 0) {
                fit.status = FitStatus::separated;
                std::snprintf(fit.remark, sizeof fit.remark,
                              "all %zu rows with \"%.*s\" in column %zu have the same label",
                              level.rows(), shown_length(name), name.data(), term.column + 1);
                return;
            }
        }
    }
}

void write_terms(const LeadTable &table, const Fitter &fitter, ConversionFit &fit) {
    const auto &terms = fitter.encoder.terms();
    const Eigen::Index width = fitter.encoder.width();
    const Matrix covariance = fitter.covariance();
    fit.intercept = fitter.beta[width - 1];
    fit.term_count = terms.size();
    for (std::size_t first = 0; first < terms.size();) {
        std::size_t end = first;
        // What a level adds: its own indicator, less all those of its column times their shares.
        Vector average = Vector::Zero(width);
        while (end < terms.size() && terms[end].column == terms[first].column) {
            average[static_cast<Eigen::Index>(end)] = terms[end].center;
            ++end;
        }
        for (std::size_t i = first; i < end; ++i) {
            const auto &term = terms[i];
            const bool is_level = table.kinds[term.column] == ColumnKind::level;
            Vector effect = Vector::Zero(width);
            effect[static_cast<Eigen::Index>(i)] = term.scale;
            if (is_level)
                effect -= average;
            ConversionTerm &out = fit.terms[i];
            out = {};
            out.column = static_cast<int>(term.column);
            out.is_level = is_level;
            if (is_level)
                out.level = table.levels[term.column][term.code];
            else
                out.center = term.center;
            out.coefficient = effect.dot(fitter.beta);
            out.error = std::sqrt(std::max(0., effect.dot(covariance * effect)));
        }
        first = end;
    }
}

} // namespace

Status fit_logistic(const LeadTable &table, double ridge, ShouldStop should_stop,
                    ConversionFit &fit) {
    Leads leads;
    Status status = begin_fit(table, should_stop, leads, fit);
    if (!status.ok() || leads.too_small())
        return status;
    Fitter fitter(table, leads, ridge, should_stop);
    const std::size_t terms = fitter.encoder.terms().size();
    if (terms > most_terms)
        return Status::error(sqlstate::too_large, "the columns have %zu terms", terms)
            .with_detail("At most %zu: one for each number and each level that 10 rows have.",
                         most_terms)
            .with_hint("Group levels that are alike.");
    if (!fitter.fit())
        return interrupted();

    std::vector<double> log_odds(leads.rows.size());
    double least_positive = std::numeric_limits<double>::infinity();
    double greatest_negative = -least_positive;
    Vector without;
    for (std::size_t fold = 0; fold < folds; ++fold) {
        if (!fitter.fit_without(fold, without) ||
            !fitter.for_each_row(fold, without, [&](std::size_t i, double held_out, double fitted) {
                log_odds[i] = held_out;
                if (leads.rows[i].label())
                    least_positive = std::min(least_positive, fitted);
                else
                    greatest_negative = std::max(greatest_negative, fitted);
            }))
            return interrupted();
    }
    write_terms(table, fitter, fit);
    fit.status = FitStatus::ok;
    find_separation(table, leads, fitter.encoder, fit);
    if (fit.status == FitStatus::ok && least_positive > greatest_negative) {
        fit.status = FitStatus::separated;
        std::snprintf(fit.remark, sizeof fit.remark, "the columns together part the labels");
    }
    if (fit.status == FitStatus::ok &&
        std::min(leads.positives, leads.negatives()) < events_per_term * terms) {
        fit.status = FitStatus::thin;
        std::snprintf(fit.remark, sizeof fit.remark,
                      "fewer than %zu rows of the rarer label for each of %zu terms",
                      events_per_term, terms);
    }
    status = validate(leads, log_odds, should_stop, fit.validation);
    if (status.ok())
        look_at_calibration(fit);
    return status;
}

} // namespace highseas
