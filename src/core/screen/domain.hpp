// A domain out of a web address, a host name or an e-mail address, down to what its owner
// registered.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/screen/problem.hpp"

namespace highseas::screen {

// What is known of a domain and its subdomains.
struct DomainRule {
    bool shared = false;       // free mail, market places, social networks: no company's own
    std::string same_as;       // another name of the same mail domain, or empty
    std::string tag_separator; // of an e-mail's local part, what follows one of these is dropped
    std::string ignored;       // these are dropped from it, too
};

// The built-in rules, where no rule of the caller's says otherwise.
class DomainRules {
public:
    void set(std::string_view domain, DomainRule rule); // domain as the key of normalise_domain
    const DomainRule &of(std::string_view host) const;

    static const DomainRules &built_in();

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    using Rules = std::unordered_map<std::string, DomainRule, Hash, std::equal_to<>>;

    const DomainRule *find(std::string_view host) const;

    Rules rules_;
};

struct Domain {
    std::string host;          // as DNS has it: ASCII
    std::string key;           // the registered part, by the public suffix list
    bool shared = false;       // then it tells nothing about a company
    bool known_suffix = false; // .com is, .con is not
    Problem problem = Problem::none;
};

constexpr std::size_t longest_domain_text = 4000; // bytes

Domain normalise_domain(std::string_view text, const DomainRules &rules);

// The version of the public suffix list that the library brings.
std::string suffix_list_version();

} // namespace highseas::screen
