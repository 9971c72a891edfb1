// The name of a company as a set of words, without case, accents, legal form and order. What is
// common to many, trades and places, stays: it counts less, but branches differ by nothing else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/screen/company_words.hpp"
#include "core/screen/problem.hpp"

namespace highseas::screen {

struct CompanyToken {
    std::string word;
    WordKind kind;
    float weight;
};

struct Company {
    std::string key;                  // the tokens
    std::string name;                 // the same words in the order given
    std::string romanised;            // the same in Latin letters, trades and places in English
    std::vector<CompanyToken> tokens; // sorted, each once
    std::string legal_form;           // its class, or empty
    Problem problem = Problem::none;
};

constexpr std::size_t longest_company_text = 2000; // bytes

Company normalise_company(std::string_view text, const CompanyWords &words);

} // namespace highseas::screen
