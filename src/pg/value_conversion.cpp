#include "pg/postgres.hpp"

extern "C" {
#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/float.h"
}

#include <algorithm>
#include <bit>
#include <tuple>

#include "core/value/conversion.hpp"
#include "pg/aggregate.hpp"
#include "pg/arguments.hpp"
#include "pg/columns.hpp"
#include "pg/guard.hpp"
#include "pg/kept.hpp"
#include "pg/row.hpp"

using namespace highseas;
using namespace highseas::pg;

extern "C" {
PG_FUNCTION_INFO_V1(highseas_leads_add);
PG_FUNCTION_INFO_V1(highseas_leads_combine);
PG_FUNCTION_INFO_V1(highseas_leads_serialize);
PG_FUNCTION_INFO_V1(highseas_leads_deserialize);
PG_FUNCTION_INFO_V1(highseas_fit_logistic);
PG_FUNCTION_INFO_V1(highseas_fit_naive_bayes);
PG_FUNCTION_INFO_V1(highseas_conversion_chance);
PG_FUNCTION_INFO_V1(highseas_conversion_reasons);
}

namespace {

// What a fit takes: each row twice, for it is copied into an order, and what is worked out of it.
constexpr Size most_bytes = Size{1} << 30;
constexpr Size row_overhead = 72;
constexpr int most_columns = 1600; // as of a table
constexpr std::uint32_t most_levels = 10000;
constexpr Size first_chunk_rows = 16;
constexpr Size most_chunk_words = Size{1} << 18;

// The names of a column's levels by code, and a table of the codes by hash (0 = free, else code +
// 1).
struct Levels {
    std::uint32_t count;
    std::uint32_t room;
    std::string_view *names;
    std::uint32_t *slots; // 2 * room
};

struct Chunk {
    std::uint32_t *words;
    Size rows;
    Size room;
};

// The state of the aggregates: the leads as LeadTable has them.
struct LeadState {
    MemoryContext memory;
    bool described;
    Columns columns;
    int width; // columns, once the first row has told
    ColumnKind *kinds;
    Levels *levels;
    double weight; // the ridge, or the smoothing
    int chunk_count;
    int chunk_room;
    Chunk *chunks;
    Size bytes;
};

LeadState *new_state(MemoryContext memory) {
    auto *state = static_cast<LeadState *>(MemoryContextAllocZero(memory, sizeof(LeadState)));
    state->memory = memory;
    return state;
}

void set_width(LeadState &state, int width) {
    state.width = width;
    const auto count = static_cast<Size>(std::max(width, 1));
    state.kinds =
        static_cast<ColumnKind *>(MemoryContextAllocZero(state.memory, count * sizeof(ColumnKind)));
    state.levels =
        static_cast<Levels *>(MemoryContextAllocZero(state.memory, count * sizeof(Levels)));
}

void charge(LeadState &state, Size bytes) {
    state.bytes += bytes;
    if (state.bytes > most_bytes)
        ereport(ERROR,
                (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                 errmsg("to learn from these customers takes more than 1 GB of memory"),
                 errdetail("A customer takes 80 bytes, and 8 more for each column."),
                 errhint("A sample teaches as much: TABLESAMPLE, or WHERE random() < 0.1.")));
}

std::uint32_t *find_slot(const Levels &levels, std::string_view name) {
    const std::uint32_t mask = 2 * levels.room - 1;
    std::uint32_t at = hash_bytes(reinterpret_cast<const unsigned char *>(name.data()),
                                  static_cast<int>(name.size())) &
                       mask;
    while (levels.slots[at] != 0 && levels.names[levels.slots[at] - 1] != name)
        at = (at + 1) & mask;
    return levels.slots + at;
}

std::uint32_t code_of(LeadState &state, int column, std::string_view name) {
    Levels &levels = state.levels[column];
    if (levels.room > 0)
        if (const std::uint32_t *slot = find_slot(levels, name); *slot != 0)
            return *slot - 1;
    if (levels.count == most_levels)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("column %d has more than %u levels", column + 1, most_levels),
                        errhint("Group levels that are alike.")));
    if (levels.count == levels.room) {
        Levels larger = {levels.count, std::max(levels.room * 2, 8u), nullptr, nullptr};
        charge(state, larger.room * (sizeof(std::string_view) + 2 * sizeof(std::uint32_t)));
        larger.names = static_cast<std::string_view *>(
            MemoryContextAlloc(state.memory, larger.room * sizeof(std::string_view)));
        larger.slots = static_cast<std::uint32_t *>(
            MemoryContextAllocZero(state.memory, 2 * larger.room * sizeof(std::uint32_t)));
        for (std::uint32_t code = 0; code < levels.count; ++code) {
            larger.names[code] = levels.names[code];
            *find_slot(larger, levels.names[code]) = code + 1;
        }
        if (levels.room > 0) {
            pfree(levels.names);
            pfree(levels.slots);
        }
        levels = larger;
    }
    charge(state, name.size());
    char *copy = static_cast<char *>(MemoryContextAlloc(state.memory, name.size() + 1));
    std::memcpy(copy, name.data(), name.size());
    levels.names[levels.count] = {copy, name.size()};
    *find_slot(levels, name) = levels.count + 1;
    return levels.count++;
}

// Room for one more row.
std::uint32_t *next_row(LeadState &state) {
    const Size words = static_cast<Size>(state.width) + 1;
    Chunk *chunk = state.chunk_count > 0 ? &state.chunks[state.chunk_count - 1] : nullptr;
    if (!chunk || chunk->rows == chunk->room) {
        const Size room =
            chunk ? std::min(chunk->room * 2, std::max(most_chunk_words / words, first_chunk_rows))
                  : first_chunk_rows;
        if (state.chunk_count == state.chunk_room) {
            state.chunk_room = std::max(2 * state.chunk_room, 8);
            const Size bytes = static_cast<Size>(state.chunk_room) * sizeof(Chunk);
            state.chunks =
                static_cast<Chunk *>(state.chunks ? repalloc(state.chunks, bytes)
                                                  : MemoryContextAlloc(state.memory, bytes));
        }
        const Size bytes = room * words * sizeof(std::uint32_t);
        charge(state, 2 * bytes + room * row_overhead);
        chunk = &state.chunks[state.chunk_count++];
        *chunk = {static_cast<std::uint32_t *>(MemoryContextAlloc(state.memory, bytes)), 0, room};
    }
    return chunk->words + words * chunk->rows++;
}

std::uint32_t number_word(double number, int column) {
    if (std::isnan(number)) // one of its many forms
        number = std::numeric_limits<double>::quiet_NaN();
    const auto value = static_cast<float>(number + 0.); // -0 is 0
    if (std::isinf(value))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("column %d has the value %g", column + 1, number),
                        errhint("Numbers are finite and fit a real; NULL = unknown.")));
    return std::bit_cast<std::uint32_t>(value);
}

void set_weight(LeadState &state, FunctionCallInfo fcinfo, bool first) {
    const double weight = PG_ARGISNULL(2) ? 1 : PG_GETARG_FLOAT8(2);
    if (!(weight > 0 && weight <= 1e9))
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("the ridge or smoothing is %g", weight),
                 errhint("It lies above 0, up to 1e9; NULL = 1. A small one, as 1e-6, leaves "
                         "nearly what no ridge would.")));
    if (!first && weight != state.weight)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("the ridge or smoothing is not the same in every row"),
                        errdetail("It is %g and %g.", state.weight, weight)));
    state.weight = weight;
}

void add_row(LeadState &state, FunctionCallInfo fcinfo) {
    std::uint32_t *words = nullptr;
    if (!state.described) {
        describe_columns(fcinfo, 3, state.columns);
        state.described = true;
        const int width = for_each_column(fcinfo, state.columns, [](int, Oid, Datum, bool) {});
        if (width > most_columns)
            ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                            errmsg("%d columns to learn from", width),
                            errdetail("At most %d.", most_columns)));
        set_width(state, width);
        for (int i = 0; i < width; ++i)
            state.kinds[i] = is_word(state.columns.types[state.columns.is_array ? 0 : i])
                                 ? ColumnKind::level
                                 : ColumnKind::number;
        set_weight(state, fcinfo, true);
    } else {
        set_weight(state, fcinfo, false);
    }
    words = next_row(state);
    words[0] = PG_GETARG_BOOL(1);
    const int given = for_each_column(
        fcinfo, state.columns, [&state, words](int i, Oid type, Datum datum, bool is_null) {
            if (i >= state.width)
                return;
            if (state.kinds[i] == ColumnKind::level)
                words[1 + i] = is_null ? unknown_level : code_of(state, i, word_of(datum));
            else
                words[1 + i] = number_word(is_null ? std::numeric_limits<double>::quiet_NaN()
                                                   : number_of(type, datum, i + 1),
                                           i);
        });
    if (given != state.width)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("a row has %d columns where another one has %d", given, state.width)));
}

// What is another process's, or a fit's terms, is copied word by word; only the codes differ.
void absorb(LeadState &state, const LeadState &other) {
    if (other.chunk_count == 0)
        return;
    if (state.chunk_count == 0) {
        set_width(state, other.width);
        std::copy(other.kinds, other.kinds + other.width, state.kinds);
        state.weight = other.weight;
    }
    if (state.width != other.width || state.weight != other.weight ||
        !std::equal(state.kinds, state.kinds + state.width, other.kinds))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("rows differ in their columns, or in the ridge or smoothing")));
    auto **codes = allocate<std::uint32_t *>(static_cast<Size>(state.width) + 1);
    for (int column = 0; column < state.width; ++column) {
        const Levels &levels = other.levels[column];
        codes[column] = allocate<std::uint32_t>(levels.count + 1);
        for (std::uint32_t code = 0; code < levels.count; ++code)
            codes[column][code] = code_of(state, column, levels.names[code]);
    }
    const Size width = static_cast<Size>(state.width) + 1;
    for (int i = 0; i < other.chunk_count; ++i) {
        CHECK_FOR_INTERRUPTS();
        const Chunk &chunk = other.chunks[i];
        for (Size r = 0; r < chunk.rows; ++r) {
            std::uint32_t *words = next_row(state);
            std::copy_n(chunk.words + r * width, width, words);
            for (int column = 0; column < state.width; ++column)
                if (state.kinds[column] == ColumnKind::level && words[1 + column] != unknown_level)
                    words[1 + column] = codes[column][words[1 + column]];
        }
    }
}

// Fits ------------------------------------------------------------------------

using Fit = Status (*)(const LeadTable &, double, ShouldStop, ConversionFit &);

Datum float_array(const double *values, Size count) {
    Datum *elements = allocate<Datum>(count + 1);
    for (Size i = 0; i < count; ++i)
        elements[i] = Float8GetDatum(values[i]);
    return PointerGetDatum(construct_array(elements, static_cast<int>(count), FLOAT8OID,
                                           sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

template <class Value>
Datum term_array(const ConversionFit &fit, Value value) {
    double *values = allocate<double>(fit.term_count + 1);
    for (Size i = 0; i < fit.term_count; ++i)
        values[i] = value(fit.terms[i]);
    return float_array(values, fit.term_count);
}

Datum text_array(Datum *elements, bool *nulls, Size count) {
    int length = static_cast<int>(count);
    int lower = 1;
    if (count == 0)
        return PointerGetDatum(construct_empty_array(TEXTOID));
    return PointerGetDatum(
        construct_md_array(elements, nulls, 1, &length, &lower, TEXTOID, -1, false, TYPALIGN_INT));
}

Datum fit_leads(FunctionCallInfo fcinfo, const char *model, bool has_errors, Fit fit_table) {
    aggregate_context(fcinfo);
    LeadState empty = {};
    const LeadState *given = state_argument<LeadState>(fcinfo, 0);
    const LeadState &state = given ? *given : empty;
    const auto width = static_cast<Size>(state.width);

    auto *levels = allocate<std::span<const std::string_view>>(width + 1);
    Size room = 0;
    for (Size i = 0; i < width; ++i) {
        levels[i] = {state.levels[i].names, state.levels[i].count};
        room += state.kinds[i] == ColumnKind::number ? 1 : state.levels[i].count;
    }
    auto *chunks =
        allocate<std::span<const std::uint32_t>>(static_cast<Size>(state.chunk_count) + 1);
    for (int i = 0; i < state.chunk_count; ++i)
        chunks[i] = {state.chunks[i].words, state.chunks[i].rows * (width + 1)};
    const LeadTable table{
        {state.kinds, width}, {levels, width}, {chunks, static_cast<Size>(state.chunk_count)}};
    ConversionFit fit = {};
    fit.terms = {allocate<ConversionTerm>(room + 1), room};
    run_interruptible([&] { return fit_table(table, state.weight, interrupt_waits, fit); });

    const bool fitted = fit.status != FitStatus::too_small;
    const Size terms = fit.term_count;
    Datum *names = allocate<Datum>(std::max(width, terms) + 1);
    bool *no_name = allocate<bool>(std::max(width, terms) + 1);
    std::fill_n(no_name, width, false);
    for (Size i = 0; i < width; ++i)
        names[i] = CStringGetTextDatum(state.kinds[i] == ColumnKind::number ? "number" : "level");
    const Datum kinds = text_array(names, no_name, width);
    Datum *columns = allocate<Datum>(terms + 1);
    for (Size i = 0; i < terms; ++i) {
        const ConversionTerm &term = fit.terms[i];
        columns[i] = Int32GetDatum(term.column + 1);
        no_name[i] = !term.is_level;
        names[i] = term.is_level ? text_datum(term.level) : 0;
    }
    constexpr Size bands = std::tuple_size_v<decltype(fit.validation.bands)>;
    double rows[bands], predicted[bands], observed[bands];
    for (Size i = 0; i < bands; ++i) {
        rows[i] = static_cast<double>(fit.validation.bands[i].rows);
        predicted[i] = fit.validation.bands[i].predicted;
        observed[i] = fit.validation.bands[i].observed;
    }
    Datum values[21] = {
        CStringGetTextDatum(model),
        CStringGetTextDatum(name_of(fit.status)),
        CStringGetTextDatum(fit.remark),
        Int64GetDatum(static_cast<int64>(fit.rows)),
        Int64GetDatum(static_cast<int64>(fit.positives)),
        Float8GetDatum(state.weight),
        kinds,
        Float8GetDatum(fit.intercept),
        PointerGetDatum(construct_array(columns, static_cast<int>(terms), INT4OID, sizeof(int32),
                                        true, TYPALIGN_INT)),
        text_array(names, no_name, terms),
        term_array(fit, [](const ConversionTerm &term) { return term.constant; }),
        term_array(fit, [](const ConversionTerm &term) { return term.center; }),
        term_array(fit, [](const ConversionTerm &term) { return term.coefficient; }),
        term_array(fit, [](const ConversionTerm &term) { return term.curvature; }),
        term_array(fit, [](const ConversionTerm &term) { return term.error; }),
        Float8GetDatum(fit.validation.log_loss),
        Float8GetDatum(fit.validation.base_log_loss),
        Float8GetDatum(fit.validation.auc),
        float_array(rows, bands),
        float_array(predicted, bands),
        float_array(observed, bands),
    };
    bool nulls[21] = {};
    nulls[2] = fit.remark[0] == '\0';
    nulls[5] = !given;
    nulls[14] = !has_errors;
    if (!fitted)
        std::fill(nulls + 7, nulls + 21, true);
    return row(result_descriptor(fcinfo), values, nulls);
}

// Prediction -----------------------------------------------------------------

struct Learnt {
    bool fitted;
    ConversionModel model;
    Columns columns;
    Cell *cells;
};

// fit, then the columns from `first` on.
Learnt &learnt_argument(FunctionCallInfo fcinfo, int first) {
    return kept_argument<Learnt>(fcinfo, 0, [=](HeapTupleHeader tuple, Learnt &learnt) {
        Fields<21> fields(tuple);
        const auto kinds = array_argument<std::string_view>(fields, 6, "kinds");
        auto *known_kinds = allocate<ColumnKind>(kinds.size() + 1);
        for (Size i = 0; i < kinds.size(); ++i)
            known_kinds[i] = kinds[i] == "level" ? ColumnKind::level : ColumnKind::number;
        learnt.model.kinds = {known_kinds, kinds.size()};
        learnt.cells = allocate<Cell>(kinds.size() + 1);
        describe_columns(fcinfo, first, learnt.columns);
        learnt.fitted = !fields.is_null(7);
        if (!learnt.fitted)
            return;
        learnt.model.intercept = DatumGetFloat8(fields.datum(7));
        const auto columns = array_argument<std::int32_t>(fields, 8, "term_columns");
        const auto levels = nullable_array_argument<std::string_view>(fields, 9, "term_levels");
        const auto constants = array_argument<double>(fields, 10, "constants");
        const auto centers = array_argument<double>(fields, 11, "centers");
        const auto coefficients = array_argument<double>(fields, 12, "coefficients");
        const auto curvatures = array_argument<double>(fields, 13, "curvatures");
        const Size count = columns.size();
        if (levels.size() != count || constants.size() != count || centers.size() != count ||
            coefficients.size() != count || curvatures.size() != count)
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                            errmsg("the arrays of the fit differ in length"),
                            errhint("Take it as fit_logistic() or fit_naive_bayes() made it.")));
        auto *terms = allocate<ConversionTerm>(count + 1);
        for (Size i = 0; i < count; ++i)
            terms[i] = {columns[i] - 1,
                        levels[i].has_value(),
                        levels[i].value_or(std::string_view{}),
                        constants[i],
                        centers[i],
                        coefficients[i],
                        curvatures[i],
                        0};
        learnt.model.terms = {terms, count};
        check(
            check_model(learnt.model, {allocate<std::size_t>(kinds.size() + 1), kinds.size() + 1}));
    });
}

// False: there was too little to fit.
bool read_cells(FunctionCallInfo fcinfo, Learnt &learnt) {
    if (!learnt.fitted)
        return false;
    const auto kinds = learnt.model.kinds;
    const int given = for_each_column(
        fcinfo, learnt.columns, [&learnt, kinds](int i, Oid type, Datum datum, bool is_null) {
            if (static_cast<Size>(i) >= kinds.size())
                return;
            Cell &cell = learnt.cells[i];
            cell.known = !is_null;
            if (is_null)
                return;
            if (kinds[i] == ColumnKind::number) {
                cell.number = number_of(type, datum, i + 1);
                cell.known = !std::isnan(cell.number);
                number_word(cell.number, i); // refuses what no fit is made of
            } else if (is_word(type)) {
                cell.level = word_of(datum);
            } else {
                ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                                errmsg("column %d was a text when the fit was made", i + 1),
                                errhint("Cast it to text.")));
            }
        });
    if (static_cast<Size>(given) != kinds.size())
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("the fit needs %zu columns, not %d", kinds.size(), given),
                        errhint("Pass the columns that it was made of, in their order.")));
    return true;
}

} // namespace

Datum highseas_leads_add(PG_FUNCTION_ARGS) {
    MemoryContext memory = aggregate_context(fcinfo);
    LeadState *state = state_argument<LeadState>(fcinfo, 0);
    if (!state)
        state = new_state(memory);
    if (!PG_ARGISNULL(1))
        add_row(*state, fcinfo);
    PG_RETURN_POINTER(state);
}

Datum highseas_leads_combine(PG_FUNCTION_ARGS) {
    MemoryContext memory = aggregate_context(fcinfo);
    LeadState *state = state_argument<LeadState>(fcinfo, 0);
    const LeadState *other = state_argument<LeadState>(fcinfo, 1);
    if (!state && !other)
        PG_RETURN_NULL();
    if (!state)
        state = new_state(memory);
    if (other)
        absorb(*state, *other);
    PG_RETURN_POINTER(state);
}

Datum highseas_leads_serialize(PG_FUNCTION_ARGS) {
    aggregate_context(fcinfo);
    const LeadState &state = *state_argument<LeadState>(fcinfo, 0);
    StringInfoData out;
    pq_begintypsend(&out);
    pq_sendint32(&out, static_cast<uint32>(state.chunk_count > 0 ? state.width : -1));
    if (state.chunk_count > 0) {
        pq_sendfloat8(&out, state.weight);
        for (int i = 0; i < state.width; ++i) {
            pq_sendbyte(&out, static_cast<uint8>(state.kinds[i]));
            pq_sendint32(&out, state.levels[i].count);
            for (std::uint32_t code = 0; code < state.levels[i].count; ++code) {
                const std::string_view name = state.levels[i].names[code];
                pq_sendint32(&out, static_cast<uint32>(name.size()));
                pq_sendbytes(&out, name.data(), static_cast<int>(name.size()));
            }
        }
        const Size width = static_cast<Size>(state.width) + 1;
        for (int i = 0; i < state.chunk_count; ++i)
            pq_sendbytes(&out, reinterpret_cast<const char *>(state.chunks[i].words),
                         static_cast<int>(state.chunks[i].rows * width * sizeof(std::uint32_t)));
    }
    PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

Datum highseas_leads_deserialize(PG_FUNCTION_ARGS) {
    LeadState *state = new_state(aggregate_context(fcinfo));
    bytea *bytes = PG_GETARG_BYTEA_PP(0);
    StringInfoData in = {VARDATA_ANY(bytes), static_cast<int>(VARSIZE_ANY_EXHDR(bytes)),
                         static_cast<int>(VARSIZE_ANY_EXHDR(bytes)), 0};
    const int width = static_cast<int>(pq_getmsgint(&in, 4));
    if (width >= 0) {
        set_width(*state, width);
        state->weight = pq_getmsgfloat8(&in);
        for (int i = 0; i < width; ++i) {
            state->kinds[i] = static_cast<ColumnKind>(pq_getmsgbyte(&in));
            const std::uint32_t levels = pq_getmsgint(&in, 4);
            for (std::uint32_t code = 0; code < levels; ++code) {
                const auto length = static_cast<int>(pq_getmsgint(&in, 4));
                code_of(*state, i, {pq_getmsgbytes(&in, length), static_cast<Size>(length)});
            }
        }
        const int row_bytes = (width + 1) * static_cast<int>(sizeof(std::uint32_t));
        while (in.cursor < in.len) {
            const char *words = pq_getmsgbytes(&in, row_bytes);
            std::memcpy(next_row(*state), words, static_cast<Size>(row_bytes));
        }
    }
    PG_RETURN_POINTER(state);
}

Datum highseas_fit_logistic(PG_FUNCTION_ARGS) {
    return fit_leads(fcinfo, "logistic", true, fit_logistic);
}

Datum highseas_fit_naive_bayes(PG_FUNCTION_ARGS) {
    return fit_leads(fcinfo, "naive_bayes", false, fit_naive_bayes);
}

Datum highseas_conversion_chance(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    Learnt &learnt = learnt_argument(fcinfo, 1);
    if (!read_cells(fcinfo, learnt))
        PG_RETURN_NULL();
    double log_odds = learnt.model.intercept;
    for (Size i = 0; i < learnt.model.kinds.size(); ++i)
        log_odds += column_effect(learnt.model, i, learnt.cells[i]);
    PG_RETURN_FLOAT8(chance_of(log_odds));
}

Datum highseas_conversion_reasons(PG_FUNCTION_ARGS) {
    InitMaterializedSRF(fcinfo, 0);
    if (PG_ARGISNULL(0))
        return 0;
    Learnt &learnt = learnt_argument(fcinfo, 2);
    if (!read_cells(fcinfo, learnt))
        return 0;
    const auto names = array_argument<std::string_view>(fcinfo, 1, "names");
    const Size count = learnt.model.kinds.size();
    if (!PG_ARGISNULL(1) && names.size() != count)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("%zu names for the %zu columns of the fit", names.size(), count),
                        errhint("Pass one for each column, or NULL.")));
    double *effects = allocate<double>(count + 1);
    Size *order = allocate<Size>(count + 1);
    for (Size i = 0; i < count; ++i) {
        effects[i] = column_effect(learnt.model, i, learnt.cells[i]);
        order[i] = i;
    }
    std::sort(order, order + count, [effects](Size a, Size b) {
        const double left = std::abs(effects[a]);
        const double right = std::abs(effects[b]);
        return left != right ? left > right : a < b;
    });
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    for (Size rank = 0; rank < count; ++rank) {
        const Size i = order[rank];
        const Cell &cell = learnt.cells[i];
        Datum values[4] = {Int32GetDatum(static_cast<int32>(i) + 1), 0, 0,
                           Float8GetDatum(effects[i])};
        bool nulls[4] = {false, PG_ARGISNULL(1), !cell.known, false};
        if (!nulls[1])
            values[1] = text_datum(names[i]);
        if (cell.known && learnt.model.kinds[i] == ColumnKind::level)
            values[2] = text_datum(cell.level);
        else if (cell.known)
            values[2] = CStringGetTextDatum(float8out_internal(cell.number));
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return 0;
}
