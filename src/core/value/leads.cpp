#include "core/value/leads.hpp"

#include <limits>

#include "core/no_postgres.hpp"

namespace highseas {

namespace {

std::uint64_t mixed(std::uint64_t z) noexcept {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

std::uint64_t hash_of(std::string_view name) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (char letter : name)
        hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
    return mixed(hash);
}

constexpr std::size_t rows_between_stops = 4096;

// By name: codes are as the rows came.
void rank_levels(const LeadTable &table, Leads &leads) {
    const std::size_t columns = table.kinds.size();
    leads.levels.resize(columns);
    leads.ranks.resize(columns);
    for (std::size_t column = 0; column < columns; ++column) {
        const auto names = table.levels[column];
        auto &levels = leads.levels[column];
        levels.resize(names.size());
        for (std::size_t code = 0; code < names.size(); ++code)
            levels[code].code = static_cast<std::uint32_t>(code);
        std::sort(levels.begin(), levels.end(),
                  [names](const LevelSummary &a, const LevelSummary &b) {
                      return names[a.code] < names[b.code];
                  });
        leads.ranks[column].resize(names.size());
        for (std::size_t rank = 0; rank < levels.size(); ++rank)
            leads.ranks[column][levels[rank].code] = static_cast<std::uint32_t>(rank);
    }
}

// Rows are copied to where their bucket is, so that later walks in order find neighbours in the
// cache; then each bucket is sorted, which takes some milliseconds.
bool order_rows(const LeadTable &table, ShouldStop should_stop, Leads &leads) {
    const std::size_t columns = table.kinds.size();
    const std::size_t width = columns + 1;
    std::vector<std::vector<std::uint64_t>> level_hashes(columns);
    std::size_t count = 0;
    for (std::size_t column = 0; column < columns; ++column)
        for (std::string_view name : table.levels[column])
            level_hashes[column].push_back(hash_of(name));
    for (const auto &chunk : table.chunks)
        count += chunk.size() / width;

    constexpr std::size_t rows_of_a_bucket = 4096;
    const int bits =
        4 + std::min(8, static_cast<int>(std::bit_width(count / 10 / rows_of_a_bucket)));
    std::vector<std::size_t> next((std::size_t{1} << bits) + 1);
    auto bucket_of = [bits](std::uint64_t key) {
        return static_cast<std::size_t>(key >> (64 - bits));
    };
    std::vector<std::uint64_t> keys;
    keys.reserve(count);
    for (const auto &chunk : table.chunks) {
        if (should_stop())
            return false;
        for (std::size_t at = 0; at < chunk.size(); at += width) {
            std::uint64_t hash = columns;
            for (std::size_t column = 0; column < columns; ++column) {
                std::uint64_t part = chunk[at + 1 + column];
                if (table.kinds[column] == ColumnKind::level && part != unknown_level)
                    part = level_hashes[column][part];
                hash = (hash ^ part) * 0x9e3779b97f4a7c15;
                hash ^= hash >> 32;
            }
            hash = mixed(hash);
            keys.push_back((hash % folds) << 60 | hash >> 4);
            ++next[bucket_of(keys.back()) + 1];
        }
    }
    for (std::size_t bucket = 1; bucket < next.size(); ++bucket)
        next[bucket] += next[bucket - 1];
    leads.words = std::make_unique_for_overwrite<std::uint32_t[]>(count * width);
    leads.rows.resize(count);
    const auto begin = next;
    const std::uint64_t *key = keys.data();
    for (const auto &chunk : table.chunks) {
        if (should_stop())
            return false;
        for (std::size_t at = 0; at < chunk.size(); at += width, ++key) {
            const std::size_t place = next[bucket_of(*key)]++;
            std::uint32_t *words = leads.words.get() + place * width;
            std::copy_n(chunk.data() + at, width, words);
            leads.rows[place] = {*key, words};
        }
    }

    auto less = [&](const OrderedLead &a, const OrderedLead &b) {
        if (a.key != b.key)
            return a.key < b.key;
        for (std::size_t column = 0; column < columns; ++column) {
            std::uint32_t left = a.code(column);
            std::uint32_t right = b.code(column);
            if (table.kinds[column] == ColumnKind::level) {
                left = left == unknown_level ? left : leads.ranks[column][left];
                right = right == unknown_level ? right : leads.ranks[column][right];
            }
            if (left != right)
                return left < right;
        }
        return a.label() < b.label();
    };
    for (std::size_t bucket = 0; bucket + 1 < begin.size(); ++bucket) {
        if (should_stop())
            return false;
        std::sort(leads.rows.begin() + static_cast<std::ptrdiff_t>(begin[bucket]),
                  leads.rows.begin() + static_cast<std::ptrdiff_t>(begin[bucket + 1]), less);
    }
    for (std::size_t fold = 0; fold <= folds; ++fold)
        leads.fold_begin[fold] = begin[fold << (bits - 4)];
    return true;
}

bool summarise(const LeadTable &table, ShouldStop should_stop, Leads &leads) {
    const std::size_t columns = table.kinds.size();
    struct Sum {
        double shift = 0;
        double sum = 0;
        double squares = 0;
    };
    std::vector<Sum> sums(columns);
    leads.numbers.resize(columns);
    for (std::size_t i = 0; i < leads.rows.size(); ++i) {
        if (i % rows_between_stops == 0 && should_stop())
            return false;
        leads.prefetch_after(i);
        const OrderedLead &row = leads.rows[i];
        const std::size_t label = row.label();
        leads.positives += label;
        for (std::size_t column = 0; column < columns; ++column) {
            if (table.kinds[column] == ColumnKind::level) {
                if (row.code(column) != unknown_level)
                    ++leads.levels[column][leads.ranks[column][row.code(column)]].rows_of[label];
                continue;
            }
            const float value = row.number(column);
            if (std::isnan(value))
                continue;
            NumberSummary &number = leads.numbers[column];
            Sum &sum = sums[column];
            if (number.rows++ == 0)
                sum.shift = static_cast<double>(value);
            const double distance = static_cast<double>(value) - sum.shift;
            sum.sum += distance;
            sum.squares += distance * distance;
            if (number.rows_of[label]++ == 0)
                number.least[label] = number.greatest[label] = value;
            number.least[label] = std::min(number.least[label], value);
            number.greatest[label] = std::max(number.greatest[label], value);
        }
    }
    for (std::size_t column = 0; column < columns; ++column) {
        NumberSummary &number = leads.numbers[column];
        if (number.rows == 0)
            continue;
        const auto count = static_cast<double>(number.rows);
        const double mean = sums[column].sum / count;
        number.mean = sums[column].shift + mean;
        number.deviation = std::sqrt(std::max(0., sums[column].squares / count - mean * mean));
    }
    return true;
}

// Sorts in pieces that take some milliseconds each. bucket_of is monotone in the order, and below
// `buckets`. False: it was stopped.
template <class Element, class BucketOf, class Less>
bool sort_in_buckets(std::vector<Element> &elements, std::size_t buckets, BucketOf bucket_of,
                     Less less, ShouldStop should_stop) {
    std::vector<std::size_t> begin(buckets + 1);
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (i % rows_between_stops == 0 && should_stop())
            return false;
        ++begin[bucket_of(elements[i]) + 1];
    }
    for (std::size_t bucket = 0; bucket < buckets; ++bucket)
        begin[bucket + 1] += begin[bucket];
    std::vector<Element> sorted(elements.size());
    auto next = begin;
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (i % rows_between_stops == 0 && should_stop())
            return false;
        sorted[next[bucket_of(elements[i])]++] = elements[i];
    }
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
        if (should_stop())
            return false;
        std::sort(sorted.begin() + static_cast<std::ptrdiff_t>(begin[bucket]),
                  sorted.begin() + static_cast<std::ptrdiff_t>(begin[bucket + 1]), less);
    }
    elements.swap(sorted);
    return true;
}

} // namespace

Status order_leads(const LeadTable &table, ShouldStop should_stop, Leads &leads) {
    rank_levels(table, leads);
    if (!order_rows(table, should_stop, leads) || !summarise(table, should_stop, leads))
        return interrupted();
    return {};
}

Status validate(const Leads &leads, const std::vector<double> &log_odds, ShouldStop should_stop,
                Validation &validation) {
    struct Judged {
        double log_odds;
        bool label;
    };
    const std::size_t count = leads.rows.size();
    std::vector<Judged> judged(count);
    double loss = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i % rows_between_stops == 0 && should_stop())
            return interrupted();
        judged[i] = {log_odds[i], leads.rows[i].label()};
        loss += softplus(judged[i].label ? -log_odds[i] : log_odds[i]);
    }
    constexpr std::size_t buckets = 4096;
    if (!sort_in_buckets(
            judged, buckets,
            [](const Judged &one) {
                return std::min(buckets - 1,
                                static_cast<std::size_t>(chance_of(one.log_odds) * buckets));
            },
            [](const Judged &a, const Judged &b) { return a.log_odds < b.log_odds; }, should_stop))
        return interrupted();

    // Equal chances stay together: half a win each for the AUC, one band for the calibration.
    validation = {};
    std::array<double, 10> predicted{};
    std::array<std::size_t, 10> converted{};
    double wins = 0;
    std::size_t negatives_below = 0;
    for (std::size_t begin = 0; begin < count;) {
        std::size_t end = begin;
        std::size_t positives = 0;
        while (end < count && judged[end].log_odds == judged[begin].log_odds)
            positives += judged[end++].label;
        const std::size_t negatives = end - begin - positives;
        wins += static_cast<double>(positives) *
                (static_cast<double>(negatives_below) + static_cast<double>(negatives) / 2);
        negatives_below += negatives;
        const std::size_t band = begin * 10 / count;
        validation.bands[band].rows += end - begin;
        predicted[band] += static_cast<double>(end - begin) * chance_of(judged[begin].log_odds);
        converted[band] += positives;
        begin = end;
    }
    for (std::size_t band = 0; band < 10; ++band) {
        const auto rows = static_cast<double>(validation.bands[band].rows);
        if (rows > 0) {
            validation.bands[band].predicted = predicted[band] / rows;
            validation.bands[band].observed = static_cast<double>(converted[band]) / rows;
        }
    }
    const auto all = static_cast<double>(count);
    const auto positives = static_cast<double>(leads.positives);
    validation.auc = wins / (positives * (all - positives));
    validation.log_loss = loss / all;
    const double share = positives / all;
    validation.base_log_loss = -share * std::log(share) - (1 - share) * std::log1p(-share);
    return {};
}

Status begin_fit(const LeadTable &table, ShouldStop should_stop, Leads &leads, ConversionFit &fit) {
    if (Status status = order_leads(table, should_stop, leads); !status.ok())
        return status;
    fit.rows = leads.rows.size();
    fit.positives = leads.positives;
    if (leads.too_small()) {
        fit.status = FitStatus::too_small;
        std::snprintf(fit.remark, sizeof fit.remark, "fewer than %zu rows of a label",
                      least_of_each_label);
    }
    return {};
}

} // namespace highseas
