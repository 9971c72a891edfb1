// Who acts, and when: the facts about the session that the verbs need.
#include "pg/postgres.hpp"

#include "pg/access.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(highseas_caller);
PG_FUNCTION_INFO_V1(highseas_actor);
PG_FUNCTION_INFO_V1(highseas_caller_has);
PG_FUNCTION_INFO_V1(highseas_clock);
PG_FUNCTION_INFO_V1(highseas_require_top_level);
}

namespace highseas::pg {

// In a security-restricted operation (ANALYZE, a refresh, a write-back) other people's code runs
// under a borrowed name, so nobody acts there.
Oid caller() {
    if (InSecurityRestrictedOperation())
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("cannot act within a security-restricted operation"),
                errdetail("Index functions, materialized views and attachment queries run with "
                          "somebody else's rights."));
    return GetOuterUserId();
}

bool has_role(Oid who, const NameData &role_name) {
    Oid const role = get_role_oid(NameStr(role_name), true);
    return OidIsValid(role) && has_privs_of_role(who, role);
}

} // namespace highseas::pg

using namespace highseas::pg;

extern "C" Datum highseas_caller(PG_FUNCTION_ARGS) {
    PG_RETURN_OID(caller());
}

extern "C" Datum highseas_actor(PG_FUNCTION_ARGS) {
    PG_RETURN_TEXT_P(cstring_to_text(GetUserNameFromId(caller(), false)));
}

// NULL asks for a superuser; a role that was dropped gives nobody anything.
extern "C" Datum highseas_caller_has(PG_FUNCTION_ARGS) {
    Oid const who = caller();
    if (superuser_arg(who))
        PG_RETURN_BOOL(true);
    if (PG_ARGISNULL(0))
        PG_RETURN_BOOL(false);
    PG_RETURN_BOOL(has_role(who, *PG_GETARG_NAME(0)));
}

extern "C" Datum highseas_clock(PG_FUNCTION_ARGS) {
    if (setting_clock == nullptr || setting_clock[0] == '\0')
        PG_RETURN_TIMESTAMPTZ(GetCurrentTimestamp());
    TimestampTz const now =
        DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in, CStringGetDatum(setting_clock),
                                                ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
    if (TIMESTAMP_NOT_FINITE(now))
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("setting \"highseas.clock\" must be a finite time"));
    PG_RETURN_TIMESTAMPTZ(now);
}

extern "C" Datum highseas_require_top_level(PG_FUNCTION_ARGS) {
    if (IsTransactionBlock())
        ereport(ERROR, errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
                errmsg("a job cannot run inside a transaction block"),
                errdetail("It commits after each batch."),
                errhint("CALL it by itself, outside of BEGIN ... COMMIT."));
    PG_RETURN_VOID();
}
