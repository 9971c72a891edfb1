// Runs the DBA's queries on his CRM: as the attachment's role, security-restricted, with a pinned
// path, and (but for the write-back) read-only. An error restores all of that with the
// (sub)transaction.
#include "pg/postgres.hpp"

#include "pg/arguments.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"

PG_FUNCTION_INFO_V1(highseas_fetch_rows);
PG_FUNCTION_INFO_V1(highseas_describe_query);
PG_FUNCTION_INFO_V1(highseas_write_owners);
}

using namespace highseas::pg;

namespace {

constexpr long fetch_size = 1000;

struct Identity {
    Oid user;
    int context;
    int guc_level;
    bool read_only;
};

void set_for_now(const char *name, const char *value) {
    (void)set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
                            false);
}

Identity become(const char *role, bool read_only) {
    Identity self = {};
    const Oid other = get_role_oid(role, false);
    // Only definer code comes here; whoever calls it himself, or names a superuser, gets nothing.
    if (!superuser() || superuser_arg(other))
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("permission denied to run a query as role \"%s\"", role),
                errdetail(superuser() ? "Role \"%s\" is a superuser."
                                      : "Attachments run as role \"%s\", nobody else does.",
                          role));
    GetUserIdAndSecContext(&self.user, &self.context);
    self.guc_level = NewGUCNestLevel();
    set_for_now("search_path", "pg_catalog, pg_temp");
    set_for_now("datestyle", "ISO");
    // Not by its setting, which no function may set for a while from PostgreSQL 16 on. With a
    // snapshot taken, nobody can turn it off again.
    self.read_only = XactReadOnly;
    XactReadOnly = XactReadOnly || read_only;
    SetUserIdAndSecContext(other, self.context | SECURITY_LOCAL_USERID_CHANGE |
                                      SECURITY_RESTRICTED_OPERATION);
    return self;
}

void become_again(const Identity &self) {
    AtEOXact_GUC(false, self.guc_level);
    XactReadOnly = self.read_only;
    SetUserIdAndSecContext(self.user, self.context);
}

bool writes(SPIPlanPtr plan) {
    ListCell *source = nullptr;
    foreach (source, SPI_plan_get_plan_sources(plan)) {
        ListCell *statement = nullptr;
        foreach (statement, static_cast<CachedPlanSource *>(lfirst(source))->query_list) {
            const auto *query = static_cast<Query *>(lfirst(statement));
            if (query->hasModifyingCTE ||
                (query->commandType != CMD_SELECT && query->commandType != CMD_UTILITY))
                return true;
        }
    }
    return false;
}

SPIPlanPtr prepare_rows(const char *query) {
    SPIPlanPtr plan = SPI_prepare(query, 0, nullptr);
    if (!plan)
        ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
                errmsg("the query cannot be prepared: %s", SPI_result_code_string(SPI_result)));
    if (writes(plan))
        ereport(ERROR, errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
                errmsg("the query must only read"));
    if (!SPI_is_cursor_plan(plan))
        ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
                errmsg("the query must be one statement that returns rows"));
    return plan;
}

Datum column_text(HeapTuple row, TupleDesc columns, int number, bool &null) {
    char *value = SPI_getvalue(row, columns, number);
    null = value == nullptr;
    if (null)
        return 0;
    // As ::text does: the padding of char(n) is no part of the key.
    if (getBaseType(SPI_gettypeid(columns, number)) == BPCHAROID)
        for (std::size_t n = strlen(value); n > 0 && value[n - 1] == ' '; --n)
            value[n - 1] = '\0';
    return PointerGetDatum(cstring_to_text(value));
}

} // namespace

// (query, run_as, columns) -> setof text[]
extern "C" Datum highseas_fetch_rows(PG_FUNCTION_ARGS) {
    char *query = text_to_cstring(PG_GETARG_TEXT_PP(0));
    char *role = pstrdup(NameStr(*PG_GETARG_NAME(1)));
    const auto wanted = array_argument<std::string_view>(fcinfo, 2, "columns");
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);

    const Identity self = become(role, true);
    SPI_connect();
    Portal portal = SPI_cursor_open(nullptr, prepare_rows(query), nullptr, nullptr, true);
    auto *numbers = allocate<int>(wanted.size() + 1);
    auto *values = allocate<Datum>(wanted.size() + 1);
    auto *nulls = allocate<bool>(wanted.size() + 1);
    bool first = true;
    for (;;) {
        SPI_cursor_fetch(portal, true, fetch_size);
        if (SPI_processed == 0)
            break;
        TupleDesc columns = SPI_tuptable->tupdesc;
        if (first) {
            for (std::size_t k = 0; k < wanted.size(); ++k)
                numbers[k] = SPI_fnumber(columns, pnstrdup(wanted[k].data(), wanted[k].size()));
            first = false;
        }
        for (uint64 i = 0; i < SPI_processed; ++i) {
            CHECK_FOR_INTERRUPTS();
            for (std::size_t k = 0; k < wanted.size(); ++k) {
                nulls[k] = true;
                values[k] = numbers[k] > 0
                                ? column_text(SPI_tuptable->vals[i], columns, numbers[k], nulls[k])
                                : 0;
            }
            int dimensions[1] = {static_cast<int>(wanted.size())};
            int lower[1] = {1};
            Datum row = PointerGetDatum(construct_md_array(values, nulls, 1, dimensions, lower,
                                                           TEXTOID, -1, false, TYPALIGN_INT));
            bool row_null = false;
            tuplestore_putvalues(result->setResult, result->setDesc, &row, &row_null);
            pfree(DatumGetPointer(row));
            for (std::size_t k = 0; k < wanted.size(); ++k)
                if (!nulls[k])
                    pfree(DatumGetPointer(values[k]));
        }
        SPI_freetuptable(SPI_tuptable);
    }
    SPI_cursor_close(portal);
    SPI_finish();
    become_again(self);
    return static_cast<Datum>(0);
}

// (query, run_as) -> table (name text, type regtype)
extern "C" Datum highseas_describe_query(PG_FUNCTION_ARGS) {
    char *query = text_to_cstring(PG_GETARG_TEXT_PP(0));
    char *role = pstrdup(NameStr(*PG_GETARG_NAME(1)));
    InitMaterializedSRF(fcinfo, 0);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);

    const Identity self = become(role, true);
    SPI_connect();
    // Opened, not fetched: the columns are known and nothing is run.
    Portal portal = SPI_cursor_open(nullptr, prepare_rows(query), nullptr, nullptr, true);
    for (int k = 0; k < portal->tupDesc->natts; ++k) {
        const Form_pg_attribute column = TupleDescAttr(portal->tupDesc, k);
        Datum values[2] = {CStringGetTextDatum(NameStr(column->attname)),
                           ObjectIdGetDatum(getBaseType(column->atttypid))};
        bool nulls[2] = {false, false};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    SPI_cursor_close(portal);
    SPI_finish();
    become_again(self);
    return static_cast<Datum>(0);
}

// (statement with $1 = key, $2 = new and $3 = old owner; run_as, keys, owners, known owners)
// -> the keys that it wrote no row for
extern "C" Datum highseas_write_owners(PG_FUNCTION_ARGS) {
    char *statement = text_to_cstring(PG_GETARG_TEXT_PP(0));
    char *role = pstrdup(NameStr(*PG_GETARG_NAME(1)));
    Datum *columns[3] = {};
    bool *nulls[3] = {};
    int counts[3] = {};
    for (int k = 0; k < 3; ++k)
        deconstruct_array(PG_GETARG_ARRAYTYPE_P(2 + k), TEXTOID, -1, false, TYPALIGN_INT,
                          &columns[k], &nulls[k], &counts[k]);
    if (counts[0] != counts[1] || counts[0] != counts[2])
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("keys, owners and known must have the same length"));
    MemoryContext caller = CurrentMemoryContext;
    ArrayBuildState *unwritten = initArrayResult(TEXTOID, caller, false);

    const Identity self = become(role, false);
    SPI_connect();
    // What is deferred would run at the commit as whoever commits, so PostgreSQL refuses it here.
    SPI_execute("SET CONSTRAINTS ALL IMMEDIATE", false, 0);
    Oid types[3] = {TEXTOID, TEXTOID, TEXTOID};
    SPIPlanPtr plan = SPI_prepare(statement, 3, types);
    if (!plan)
        ereport(
            ERROR, errcode(ERRCODE_SYNTAX_ERROR),
            errmsg("the write-back cannot be prepared: %s", SPI_result_code_string(SPI_result)));
    for (int i = 0; i < counts[0]; ++i) {
        CHECK_FOR_INTERRUPTS();
        Datum values[3] = {columns[0][i], columns[1][i], columns[2][i]};
        char null_flags[4] = {};
        for (int k = 0; k < 3; ++k)
            null_flags[k] = nulls[k][i] ? 'n' : ' ';
        SPI_execute_plan(plan, values, null_flags, false, 0);
        if (SPI_processed == 0)
            unwritten = accumArrayResult(unwritten, values[0], nulls[0][i], TEXTOID, caller);
        else if (SPI_processed > 1)
            ereport(ERROR, errcode(ERRCODE_CARDINALITY_VIOLATION),
                    errmsg("a key has several rows in the table to which owners are written"));
    }
    SPI_finish();
    become_again(self);
    PG_RETURN_DATUM(makeArrayResult(unwritten, caller));
}
