#include "core/screen/email.hpp"

#include <algorithm>

#include "core/screen/text.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

namespace {

bool starts_with_mailto(std::string_view text) {
    constexpr std::string_view scheme = "mailto:";
    return text.size() >= scheme.size() &&
           std::equal(scheme.begin(), scheme.end(), text.begin(),
                      [](char a, char b) { return a == (b | 0x20) || a == b; });
}

// Name <local@host>, mailto:local@host?subject=…
std::string_view address_part(std::string_view text) {
    if (text.ends_with('>')) {
        const auto open = text.rfind('<');
        if (open == std::string_view::npos)
            return {};
        text = trimmed(text.substr(open + 1, text.size() - open - 2));
    }
    if (starts_with_mailto(text)) {
        text.remove_prefix(7);
        text = text.substr(0, text.find('?'));
    }
    return trimmed(text);
}

struct Parts {
    std::string local;
    std::string_view host;
};

// The host has its own folding, in which ß is not ss.
Parts parts_of(std::string_view address) {
    constexpr std::string_view wide_at = "\uFF20";
    const auto at = address.rfind('@');
    const auto wide = address.rfind(wide_at);
    if (at != std::string_view::npos && (wide == std::string_view::npos || wide < at))
        return {casefold(address.substr(0, at)), address.substr(at + 1)};
    if (wide != std::string_view::npos)
        return {casefold(address.substr(0, wide)), address.substr(wide + wide_at.size())};
    return {};
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
    result = casefold(result); // marks that now follow another letter
    return is_local_part(result) ? result : std::string(local);
}

} // namespace

Email normalise_email(std::string_view text, const DomainRules &rules) {
    Email email;
    const std::string_view given = trimmed(text);
    if (text.size() > longest_email_text)
        email.problem = Problem::too_long;
    else if (given.empty())
        email.problem = Problem::empty;
    if (email.problem != Problem::none)
        return email;
    const auto [local, host] = parts_of(address_part(given));
    if (host.empty() || !is_local_part(local) ||
        host.find_first_of("/:?#\\,; \t\r\n") != std::string_view::npos) {
        email.problem = Problem::not_an_address;
        return email;
    }
    email.domain = normalise_domain(host, rules);
    email.problem = email.domain.problem;
    if (email.problem != Problem::none)
        return email;
    email.address = local + '@' + email.domain.host;
    email.key = local;
    for (int hop = 0; hop < 4; ++hop) { // from one name of a mail domain to the next
        const DomainRule &rule = rules.of(email.domain.host);
        email.key = without_ignored(email.key, rule);
        if (rule.same_as.empty())
            break;
        Domain other = normalise_domain(rule.same_as, rules);
        if (other.problem != Problem::none || other.host == email.domain.host)
            break;
        email.domain = std::move(other);
    }
    email.key += '@' + email.domain.host;
    return email;
}

} // namespace highseas::screen
