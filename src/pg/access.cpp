// Who acts, and when: the facts about the session that the verbs need.
#include "pg/postgres.hpp"

#include "pg/access.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(highseas_caller);
PG_FUNCTION_INFO_V1(highseas_actor);
PG_FUNCTION_INFO_V1(highseas_caller_has);
PG_FUNCTION_INFO_V1(highseas_is_let_in);
PG_FUNCTION_INFO_V1(highseas_current_user_has);
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

namespace {

// Names outlive roles, grants do not: DROP ROLE wants them gone first.
bool is_let_in(Oid role) {
    Oid const schema = get_namespace_oid("highseas", false);
    HeapTuple const tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for namespace %u", schema);
    bool no_grants = false;
    Datum const grants = SysCacheGetAttr(NAMESPACEOID, tuple, Anum_pg_namespace_nspacl, &no_grants);
    bool found = false;
    if (!no_grants) {
        Acl *const acl = DatumGetAclP(grants);
        for (int i = 0; i < ACL_NUM(acl) && !found; ++i)
            found = ACL_DAT(acl)[i].ai_grantee == role &&
                    (ACLITEM_GET_PRIVS(ACL_DAT(acl)[i]) & ACL_USAGE) != 0;
    }
    ReleaseSysCache(tuple);
    return found;
}

} // namespace

bool is_let_in_by(Oid who, const NameData &role_name) {
    Oid const role = get_role_oid(NameStr(role_name), true);
    return OidIsValid(role) && has_privs_of_role(who, role) && is_let_in(role);
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

extern "C" Datum highseas_is_let_in(PG_FUNCTION_ARGS) {
    Oid const role = get_role_oid(NameStr(*PG_GETARG_NAME(0)), true);
    PG_RETURN_BOOL(OidIsValid(role) && is_let_in(role));
}

extern "C" Datum highseas_current_user_has(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(is_let_in_by(GetUserId(), *PG_GETARG_NAME(0)));
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
