#include "core/screen/similarity.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "core/no_postgres.hpp"

namespace highseas::screen {

namespace {

constexpr std::size_t longest_compared = 128;

std::u32string_view beginning(std::u32string_view text) {
    return text.substr(0, longest_compared);
}

bool has_digit(std::u32string_view word) {
    return std::any_of(word.begin(), word.end(), is_digit);
}

// "b" of "berlin"
bool is_initial(std::u32string_view shorter, std::u32string_view longer) {
    return shorter.size() == 1 && !is_dense(shorter.front()) && longer.front() == shorter.front();
}

bool are_joined(std::u32string_view whole, std::u32string_view first, std::u32string_view second) {
    return whole.size() >= 5 && whole.size() == first.size() + second.size() &&
           whole.starts_with(first) && whole.ends_with(second) && !is_dense(whole.front());
}

} // namespace

double jaro_winkler(std::u32string_view a, std::u32string_view b) {
    a = beginning(a);
    b = beginning(b);
    if (a.empty() || b.empty())
        return a.size() == b.size() ? 1 : 0;
    const std::size_t longer = std::max(a.size(), b.size());
    const std::size_t reach = longer / 2 > 0 ? longer / 2 - 1 : 0;
    std::array<bool, longest_compared> used_a{}, used_b{};
    std::size_t matches = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const std::size_t end = std::min(b.size(), i + reach + 1);
        for (std::size_t j = i > reach ? i - reach : 0; j < end; ++j)
            if (!used_b[j] && a[i] == b[j]) {
                used_a[i] = used_b[j] = true;
                ++matches;
                break;
            }
    }
    if (matches == 0)
        return 0;
    std::size_t swapped = 0;
    for (std::size_t i = 0, j = 0; i < a.size(); ++i) {
        if (!used_a[i])
            continue;
        while (!used_b[j])
            ++j;
        swapped += a[i] != b[j++];
    }
    const auto m = static_cast<double>(matches);
    const double jaro = (m / static_cast<double>(a.size()) + m / static_cast<double>(b.size()) +
                         (m - static_cast<double>(swapped / 2)) / m) /
                        3;
    std::size_t prefix = 0;
    while (prefix < 4 && prefix < a.size() && prefix < b.size() && a[prefix] == b[prefix])
        ++prefix;
    return jaro + 0.1 * static_cast<double>(prefix) * (1 - jaro);
}

double edit_similarity(std::u32string_view a, std::u32string_view b) {
    a = beginning(a);
    b = beginning(b);
    if (a.empty() && b.empty())
        return 1;
    std::array<std::array<std::size_t, longest_compared + 1>, 3> rows{};
    auto *before = &rows[0], *last = &rows[1], *row = &rows[2];
    for (std::size_t j = 0; j <= b.size(); ++j)
        (*last)[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        (*row)[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t cost = a[i - 1] != b[j - 1];
            std::size_t best = std::min({(*last)[j] + 1, (*row)[j - 1] + 1, (*last)[j - 1] + cost});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = std::min(best, (*before)[j - 2] + 1);
            (*row)[j] = best;
        }
        auto *reused = before;
        before = last;
        last = row;
        row = reused;
    }
    return 1 - static_cast<double>((*last)[b.size()]) /
                   static_cast<double>(std::max(a.size(), b.size()));
}

double word_similarity(std::u32string_view a, std::u32string_view b) {
    if (a == b)
        return 1;
    if (a.empty() || b.empty() || has_digit(a) || has_digit(b))
        return 0;
    if (is_initial(a, b) || is_initial(b, a))
        return 0.5;
    const bool dense = is_dense(a.front());
    if (dense != is_dense(b.front()))
        return 0;
    const auto &shorter = a.size() <= b.size() ? a : b;
    const auto &longer = a.size() <= b.size() ? b : a;
    if (dense) {
        const double edits = edit_similarity(a, b);
        return edits >= 0.5 ? edits : 0;
    }
    // Abbreviated: constr, construction.
    if (shorter.size() >= 3 && longer.starts_with(shorter))
        return 0.85;
    const double edits = edit_similarity(a, b);
    const double similar = std::max(edits, jaro_winkler(a, b) - 0.08);
    return edits >= 0.6 && similar >= 0.75 ? similar : 0;
}

double Overlap::dice() const {
    const double all = weight_a + weight_b;
    return all > 0 ? 2 * shared / all : 0;
}

double Overlap::contained() const {
    const double smaller = std::min(weight_a, weight_b);
    return smaller > 0 ? std::min(1.0, shared / smaller) : 0;
}

Overlap overlap(std::span<const WeightedWord> a, std::span<const WeightedWord> b) {
    a = a.first(std::min(a.size(), most_words));
    b = b.first(std::min(b.size(), most_words));
    Overlap result;
    for (const auto &x : a)
        result.weight_a += x.weight;
    for (const auto &y : b)
        result.weight_b += y.weight;

    std::array<bool, most_words> used_a{}, used_b{};
    const auto match = [&](std::size_t i, std::size_t j, double similar) {
        used_a[i] = used_b[j] = true;
        const double mean = (a[i].weight + b[j].weight) / 2;
        if (similar >= 0.85)
            result.telling = std::max(result.telling, std::min(a[i].weight, b[j].weight));
        result.shared += similar * mean;
        // What a match lacks in similarity counts half as a difference.
        const double lack = (1 - similar) * mean / 2;
        result.only_a += lack;
        result.only_b += lack;
    };
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < b.size(); ++j)
            if (!used_b[j] && a[i].word == b[j].word) {
                match(i, j, 1);
                break;
            }
    // One word that the other writes as two: bunnyland, bunny land.
    const auto match_two = [&](std::span<const WeightedWord> one, auto &used_one,
                               std::span<const WeightedWord> two, auto &used_two) {
        for (std::size_t i = 0; i < one.size(); ++i)
            for (std::size_t j = 0; j < two.size() && !used_one[i]; ++j)
                for (std::size_t k = 0; k < two.size() && !used_one[i] && !used_two[j]; ++k) {
                    if (k == j || used_two[k] || !are_joined(one[i].word, two[j].word, two[k].word))
                        continue;
                    used_one[i] = used_two[j] = used_two[k] = true;
                    const double heavier = std::max(two[j].weight, two[k].weight);
                    result.shared += (one[i].weight + two[j].weight + two[k].weight) / 2;
                    result.telling = std::max(result.telling, std::min(one[i].weight, heavier));
                }
    };
    match_two(a, used_a, b, used_b);
    match_two(b, used_b, a, used_a);
    std::vector<std::tuple<double, std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < b.size() && !used_a[i]; ++j)
            if (!used_b[j])
                if (const double similar = word_similarity(a[i].word, b[j].word); similar > 0)
                    pairs.emplace_back(similar, i, j);
    // The best first; among equals the heavier words, so that the order of the sides is all one.
    const auto weight = [&](const auto &pair) {
        return a[std::get<1>(pair)].weight + b[std::get<2>(pair)].weight;
    };
    std::stable_sort(pairs.begin(), pairs.end(), [&](const auto &x, const auto &y) {
        return std::get<0>(x) != std::get<0>(y) ? std::get<0>(x) > std::get<0>(y)
                                                : weight(x) > weight(y);
    });
    for (const auto &[similar, i, j] : pairs)
        if (!used_a[i] && !used_b[j])
            match(i, j, similar);

    for (std::size_t i = 0; i < a.size(); ++i)
        if (!used_a[i]) {
            result.only_a += a[i].weight;
            result.longest_a = std::max(result.longest_a, a[i].weight);
        }
    for (std::size_t j = 0; j < b.size(); ++j)
        if (!used_b[j]) {
            result.only_b += b[j].weight;
            result.longest_b = std::max(result.longest_b, b[j].weight);
        }
    return result;
}

} // namespace highseas::screen
