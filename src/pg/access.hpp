// On whose behalf a function acts.
#pragma once

#include "pg/postgres.hpp"

namespace highseas::pg {

// The role outside of every SECURITY DEFINER function; 42501 in a security-restricted operation.
Oid caller();

// Whether a row of tenant_role with this role lets `who` in: it exists, was granted USAGE on our
// schema itself, and `who` has its privileges.
bool is_let_in_by(Oid who, const NameData &role_name);

// Whether a role of that name exists and `who` has its privileges.
bool has_role(Oid who, const NameData &role_name);

// Whether `who` has at least the access of this rank to a tenant.
bool has_access(Oid who, int64 tenant_id, int needed);

} // namespace highseas::pg
