#include "core/pool/tier.hpp"

#include "core/no_postgres.hpp"

namespace highseas {

Status tier_of(int tenure_days, std::span<const std::string_view> names,
               std::span<const int> from_days, std::optional<std::string_view> &tier) noexcept {
    if (names.size() != from_days.size())
        return Status::error(sqlstate::bad_parameter, "tier arrays differ in length")
            .with_detail("There are %zu names and %zu elements in from_days.", names.size(),
                         from_days.size());
    int reached = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (from_days[i] > tenure_days)
            continue;
        if (!tier || from_days[i] > reached || (from_days[i] == reached && names[i] < *tier)) {
            tier = names[i];
            reached = from_days[i];
        }
    }
    return {};
}

} // namespace highseas
