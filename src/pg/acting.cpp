// Who acts, for which tenant, as which rep: every verb's first questions. They are asked within
// definer code, whom no policy binds, so they ask for the caller by name.
#include "pg/postgres.hpp"

#include "core/access/rank.hpp"
#include "core/status.hpp"
#include "pg/access.hpp"
#include "pg/arguments.hpp"
#include "pg/settings.hpp"
#include "pg/table.hpp"

extern "C" {
#include "utils/acl.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(highseas_access_rank);
PG_FUNCTION_INFO_V1(highseas_has_access);
PG_FUNCTION_INFO_V1(highseas_authorize);
PG_FUNCTION_INFO_V1(highseas_current_rep);
PG_FUNCTION_INFO_V1(highseas_require_key);
PG_FUNCTION_INFO_V1(highseas_acting_rep);
PG_FUNCTION_INFO_V1(highseas_require_own_rep);
}

using namespace highseas;
using namespace highseas::pg;

namespace {

using Text = std::string_view;

constexpr std::size_t longest_shown = 100;

// The beginning of a name, as an error message shows it.
const char *shown(Text name) {
    const auto length = pg_mbcliplen(name.data(), static_cast<int>(name.size()), longest_shown);
    return pnstrdup(name.data(), static_cast<Size>(length));
}

const char *caller_name() {
    return GetUserNameFromId(caller(), false);
}

// Tenants -------------------------------------------------------------------

int rank_in(Oid who, const Row &tenant_role) {
    return is_let_in_by(who, *DatumGetName(tenant_role.datum("role_name")))
               ? access_rank(tenant_role.get<Text>("access"))
               : 0;
}

struct Choice {
    std::int64_t tenant_id = 0;
    int count = 0;     // of tenants with enough access
    bool less = false; // there is one with too little

    void add(std::int64_t tenant, int rank, int needed) {
        if (rank >= needed && (count == 0 || tenant != tenant_id)) {
            tenant_id = tenant;
            ++count;
        }
        less = less || rank > 0;
    }
};

Choice choose_tenant(std::optional<Text> wanted, int needed) {
    Choice choice;
    const int superuser_rank = superuser_arg(caller()) ? access_rank("admin") : 0;
    auto ask_roles = [&](const Row &row) {
        choice.add(row.get<std::int64_t>("tenant_id"), rank_in(caller(), row), needed);
    };
    auto ask_tenant = [&](const Row &row) {
        const auto tenant_id = row.get<std::int64_t>("tenant_id");
        if (superuser_rank > 0)
            choice.add(tenant_id, superuser_rank, needed);
        else
            for_each_row("tenant_role", nullptr, {equals("tenant_id", tenant_id)}, ask_roles);
    };
    if (wanted)
        for_each_row("tenant", "tenant_name_key", {equals("name", *wanted)}, ask_tenant);
    else if (superuser_rank > 0)
        for_each_row("tenant", nullptr, {}, ask_tenant);
    else
        for_each_row("tenant_role", nullptr, {}, ask_roles);
    return choice;
}

[[noreturn]] void refuse(const Choice &choice, std::optional<Text> wanted, Text needed) {
    if (choice.count > 1)
        ereport(
            ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
             errmsg("more than one tenant to choose from"),
             errhint(
                 "Name one as the argument \"tenant\" or by the setting \"highseas.tenant\".")));
    if (choice.less)
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("permission denied: this needs the access of \"%s\"", shown(needed)),
                        errdetail("Role \"%s\" has less in this tenant.", caller_name()),
                        errhint("A DBA grants it by highseas.grant_role().")));
    if (!wanted)
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("role \"%s\" belongs to no tenant", caller_name()),
                        errhint("A DBA grants it by highseas.grant_role().")));
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                    errmsg("tenant \"%s\" does not exist", shown(*wanted)),
                    errdetail("Or this role has no access to it.")));
    pg_unreachable();
}

// Reps ----------------------------------------------------------------------

void require_key(Text what, std::optional<Text> key) {
    constexpr std::size_t longest = 1024;
    const char *name = shown(what);
    const bool is_of_crm =
        what == "customer" || what == "into_customer" || what == "new_key" || what == "rep";
    const char *hint = is_of_crm ? "Pass the CRM's key as text." : "Pass a text that is not empty.";
    if (!key)
        ereport(ERROR,
                (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", name),
                 errdetail("Nothing was changed."), errhint("%s", hint)));
    if (key->empty() || key->size() > longest)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("%s must have 1 to %zu bytes", name, longest),
                        errdetail("It has %zu.", key->size()), errhint("%s", hint)));
}

// The "sub" of the JWT that a gateway passes on.
std::optional<Text> jwt_subject() {
    const char *claims = GetConfigOption("request.jwt.claims", true, false);
    if (!claims || !*claims)
        return std::nullopt;
    LOCAL_FCINFO(call, 2);
    InitFunctionCallInfoData(*call, nullptr, 2, InvalidOid, nullptr, nullptr);
    call->args[0] = {DirectFunctionCall1(json_in, CStringGetDatum(claims)), false};
    call->args[1] = {text_datum("sub"), false};
    const Datum subject = json_object_field_text(call);
    return call->isnull ? std::nullopt : std::optional{from_datum<Text>(subject)};
}

Text current_rep() {
    if (setting_rep && *setting_rep)
        return setting_rep;
    const auto subject = jwt_subject();
    if (!subject)
        ereport(ERROR,
                (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("no rep given"),
                 errdetail("Neither the argument \"rep\" nor the setting \"highseas.rep\" nor a "
                           "JWT says who acts."),
                 errhint("SET highseas.rep = 'key'; or pass rep => 'key'.")));
    return *subject;
}

} // namespace

bool highseas::pg::has_access(Oid who, int64 tenant_id, int needed) {
    if (superuser_arg(who))
        return true;
    bool found = false;
    for_each_row("tenant_role", nullptr, {equals("tenant_id", tenant_id)},
                 [&](const Row &row) { found = found || rank_in(who, row) >= needed; });
    return found;
}

// (access)
Datum highseas_access_rank(PG_FUNCTION_ARGS) {
    const int rank = access_rank(argument<Text>(fcinfo, 0));
    if (rank == 0)
        PG_RETURN_NULL();
    PG_RETURN_INT32(rank);
}

// (tenant_id, needed)
Datum highseas_has_access(PG_FUNCTION_ARGS) {
    const int needed = access_rank(argument<Text>(fcinfo, 1));
    PG_RETURN_BOOL(needed > 0 && has_access(caller(), argument<std::int64_t>(fcinfo, 0), needed));
}

// (tenant, needed)
Datum highseas_authorize(PG_FUNCTION_ARGS) {
    const auto needed = required_argument<Text>(fcinfo, 1, "needed");
    auto wanted = optional_argument<Text>(fcinfo, 0);
    if (!wanted && setting_tenant && *setting_tenant)
        wanted = setting_tenant;
    const Choice choice = choose_tenant(wanted, access_rank(needed));
    if (choice.count != 1)
        refuse(choice, wanted, needed);
    PG_RETURN_INT64(choice.tenant_id);
}

Datum highseas_current_rep(PG_FUNCTION_ARGS) {
    return text_datum(current_rep());
}

// (what, key)
Datum highseas_require_key(PG_FUNCTION_ARGS) {
    require_key(required_argument<Text>(fcinfo, 0, "what"), optional_argument<Text>(fcinfo, 1));
    return PG_GETARG_DATUM(1);
}

// (tenant_id, rep)
Datum highseas_acting_rep(PG_FUNCTION_ARGS) {
    const auto tenant_id = required_argument<std::int64_t>(fcinfo, 0, "tenant_id");
    const auto named = optional_argument<Text>(fcinfo, 1);
    const Text rep = named ? *named : current_rep();
    require_key("rep", rep);
    struct Login {
        bool given;
        NameData role;
    };
    const auto login = read_row(
        "rep", {equals("tenant_id", tenant_id), equals("rep_key", rep)}, [](const Row &row) {
            const int i = row.position("login_role");
            return row.nulls[i] ? Login{} : Login{true, *DatumGetName(row.values[i])};
        });
    if (!login)
        ereport(ERROR,
                (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("rep \"%s\" does not exist", shown(rep)),
                 errdetail("No such rep in this tenant."),
                 errhint("highseas.rep lists them; a sync brings new ones.")));
    if (login->given && !superuser_arg(caller()) && !has_role(caller(), login->role) &&
        !has_access(caller(), tenant_id, access_rank("manager")))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("permission denied to act as rep \"%s\"", shown(rep)),
                        errdetail("This rep acts by the role \"%s\" only.", NameStr(login->role)),
                        errhint("Act as yourself, or ask a manager to assign.")));
    return text_datum(rep);
}

// (tenant_id, pool, rep)
Datum highseas_require_own_rep(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(2))
        PG_RETURN_NULL();
    if (PG_ARGISNULL(1)) // of an unknown customer: that is the next check's matter
        return PG_GETARG_DATUM(2);
    const auto tenant_id = required_argument<std::int64_t>(fcinfo, 0, "tenant_id");
    const auto pool = argument<Text>(fcinfo, 1);
    const bool own_only =
        read_row("pool", {equals("tenant_id", tenant_id), equals("pool_key", pool)},
                 [](const Row &row) { return row.get<bool>("current_rep_only"); })
            .value_or(false);
    if (own_only && !has_access(caller(), tenant_id, access_rank("manager")) &&
        argument<Text>(fcinfo, 2) != current_rep())
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("pool \"%s\" lets reps act for themselves only", shown(pool)),
                        errdetail("The session acts as \"%s\".", shown(current_rep())),
                        errhint("SET highseas.rep, or ask a manager to assign.")));
    return PG_GETARG_DATUM(2);
}
