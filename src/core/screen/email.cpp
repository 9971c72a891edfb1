#include "core/screen/email.hpp"

#include <algorithm>

#include "core/screen/text.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

namespace {

// Name <local@host>, mailto:local@host?subject=…
std::string_view address_part(std::string_view text) {
    if (text.ends_with('>')) {
        const auto open = text.rfind('<');
        if (open == std::string_view::npos)
            return {};
        text = trimmed(text.substr(open + 1, text.size() - open - 2));
    }
    if (text.starts_with("mailto:")) {
        text.remove_prefix(7);
        text = text.substr(0, text.find('?'));
    }
    return trimmed(text);
}

// A dot-atom; letters of other scripts are letters, too.
bool is_local_part(std::string_view local) {
    if (local.empty() || local.size() > 64 || local.front() == '.' || local.back() == '.' ||
        local.find("..") != std::string_view::npos)
        return false;
    return std::all_of(local.begin(), local.end(), [](char c) {
        return (c & 0x80) != 0 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
    });
}

std::string without_ignored(std::string_view local, const DomainRule &rule) {
    std::string result(
        local.substr(0, std::max<std::size_t>(1, local.find_first_of(rule.tag_separator))));
    std::erase_if(result, [&](char c) { return rule.ignored.find(c) != std::string::npos; });
    return result.empty() ? std::string(local) : result;
}

} // namespace

Email normalise_email(std::string_view text, const DomainRules &rules) {
    Email email;
    if (text.size() > longest_email_text) {
        email.problem = Problem::too_long;
        return email;
    }
    const std::string folded = casefold(text);
    if (trimmed(folded).empty()) {
        email.problem = Problem::empty;
        return email;
    }
    const std::string_view address = address_part(trimmed(folded));
    const auto at = address.rfind('@');
    const auto local = address.substr(0, at);
    email.problem = Problem::not_an_address;
    if (at == std::string_view::npos || !is_local_part(local) ||
        address.find_first_of("/:?#\\,; \t\r\n", at) != std::string_view::npos)
        return email;
    email.domain = normalise_domain(address.substr(at + 1), rules);
    if (email.domain.problem != Problem::none)
        return email;
    email.problem = Problem::none;
    email.address = std::string(local) + '@' + email.domain.host;
    const DomainRule &rule = rules.of(email.domain.host);
    if (!rule.same_as.empty())
        email.domain = normalise_domain(rule.same_as, rules);
    email.key = without_ignored(local, rule) + '@' + email.domain.host;
    return email;
}

} // namespace highseas::screen
