// On whose behalf a function acts.
#pragma once

#include "pg/postgres.hpp"

namespace highseas::pg {

// The role outside of every SECURITY DEFINER function; 42501 in a security-restricted operation.
Oid caller();

// Whether a role of that name exists and `who` has its privileges.
bool has_role(Oid who, const NameData &role_name);

// Whether a role of that name exists and has a grant of our schema of its own, as grant_role()
// gives it. Names outlive roles, grants do not: DROP ROLE wants them gone first.
bool is_let_in(const NameData &role_name);

// Whether a row of tenant_role for that role lets `who` in.
bool lets_in(Oid who, const NameData &role_name);

} // namespace highseas::pg
