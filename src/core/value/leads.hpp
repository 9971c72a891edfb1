// Leads in an order of their own, so that a fit has the same digits however they came.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <vector>

#include "core/value/conversion.hpp"

namespace highseas {

inline constexpr std::size_t folds = 10;

struct OrderedLead {
    std::uint64_t
        key; // the fold in the highest four bits, then a hash of what is known of the lead
    const std::uint32_t *words;

    bool label() const noexcept { return words[0] != 0; }
    float number(std::size_t column) const noexcept {
        return std::bit_cast<float>(words[1 + column]);
    }
    std::uint32_t code(std::size_t column) const noexcept { return words[1 + column]; }
};

struct NumberSummary {
    std::size_t rows = 0; // in which it is known
    double mean = 0;
    double deviation = 0;
    std::array<float, 2> least{};    // by label
    std::array<float, 2> greatest{}; // by label
    std::array<std::size_t, 2> rows_of{};
};

struct LevelSummary {
    std::uint32_t code = 0;
    std::array<std::size_t, 2> rows_of{}; // by label

    std::size_t rows() const noexcept { return rows_of[0] + rows_of[1]; }
};

struct Leads {
    std::unique_ptr<std::uint32_t[]> words; // of all rows, those of neighbours close together
    std::vector<OrderedLead> rows;          // equal leads stand side by side, and in one fold
    std::array<std::size_t, folds + 1> fold_begin{};
    std::size_t positives = 0;
    std::vector<NumberSummary> numbers;            // of each column; empty ones for levels
    std::vector<std::vector<LevelSummary>> levels; // of each column, by name
    std::vector<std::vector<std::uint32_t>> ranks; // of a code among them

    // A walk in order meets the rows of a bucket anywhere within it, so that the processor can't
    // guess which comes next.
    void prefetch_after(std::size_t row) const noexcept {
        constexpr std::size_t ahead = 4, words_of_a_line = 16;
        if (row + ahead < rows.size())
            for (std::size_t word = 0; word <= numbers.size(); word += words_of_a_line)
                __builtin_prefetch(rows[row + ahead].words + word);
    }
    std::size_t negatives() const noexcept { return rows.size() - positives; }
    bool too_small() const noexcept {
        return std::min(positives, negatives()) < least_of_each_label;
    }
};

Status order_leads(const LeadTable &table, ShouldStop should_stop, Leads &leads);

// How every fit begins: the leads in their order and counted. Too few of a label: it is said in
// fit, which ends there.
Status begin_fit(const LeadTable &table, ShouldStop should_stop, Leads &leads, ConversionFit &fit);

inline Status interrupted() noexcept {
    return Status::error(sqlstate::interrupted, "interrupted");
}

// log_odds stand as leads.rows do, each by a model that has not seen the lead.
Status validate(const Leads &leads, const std::vector<double> &log_odds, ShouldStop should_stop,
                Validation &validation);

} // namespace highseas
