#include "core/pool/limit.hpp"

#include "core/no_postgres.hpp"

namespace highseas {

std::string_view name_of(LimitKind kind) noexcept {
    return kind == LimitKind::capacity ? "capacity" : "quota";
}

std::optional<LimitKind> limit_kind_named(std::string_view name) noexcept {
    if (name == "capacity")
        return LimitKind::capacity;
    if (name == "quota")
        return LimitKind::quota;
    return std::nullopt;
}

Status unknown_limit_kind(std::string_view name) noexcept {
    return Status::error(sqlstate::bad_parameter, "unknown kind of limit \"%.*s\"",
                         shown_length(name), name.data())
        .with_hint("The kinds are capacity and quota.");
}

} // namespace highseas
