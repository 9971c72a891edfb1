// The columns by which a row of rules says what it is for.
#pragma once

#include "core/pool/matching.hpp"
#include "pg/table.hpp"

namespace highseas::pg {

inline Scope scope_of(const Row &row) {
    return {row.find<std::string_view>("pool_key"), row.find<std::string_view>("tier"),
            row.find<std::string_view>("class"), row.find<std::string_view>("rep_key")};
}

} // namespace highseas::pg
