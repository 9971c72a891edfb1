// Whatever a profile holds: every grade has its reason, and a text alone checks as it did before.
#include "core/screen/country.hpp"
#include "core/screen/profile.hpp"
#include "input.hpp"

using namespace highseas::screen;

// The fields, one a line; a zero byte ends a line, so that a field may have lines of its own.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char *>(data), size);
    Profile profile = {};
    for (auto &field : profile) {
        field = rest.substr(0, rest.find('\0'));
        rest.remove_prefix(rest.size() == field.size() ? field.size() : field.size() + 1);
    }
    const auto check = [&] {
        return check_profile(profile, rest.substr(0, 2), DomainRules::built_in(),
                             CompanyWords::built_in());
    };
    const ProfileCheck once = check();
    for (const Finding &finding : once.problems)
        require(!profile[static_cast<std::size_t>(finding.field)].empty());
    require(once.problems.size() <= 4 * field_count && once.contradictions.size() <= field_count);
    require(once.country.empty() || country_code(once.country) == once.country);
    require(check().problems.size() == once.problems.size());
    return 0;
}
