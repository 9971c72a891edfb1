// The only way from a SQL function into the core. An exception that escaped would end every session
// of the server, and an error raised over a living C++ object would leak it; so the guard returns a
// plain status, and only then, with all C++ objects gone, `check` raises it.
#pragma once

#include "pg/postgres.hpp"

#include <cstring>
#include <exception>
#include <new>

#include "core/status.hpp"

namespace highseas::pg {

// No PostgreSQL call within `call`, not even a NOTICE.
template <class Call>
Status guarded(Call &&call) noexcept {
    try {
        return call();
    } catch (const std::bad_alloc &) {
        return Status::error(sqlstate::out_of_memory, "out of memory");
    } catch (const std::exception &exception) {
        return Status::error(sqlstate::internal, "unexpected failure: %s", exception.what());
    } catch (...) {
        return Status::error(sqlstate::internal, "unexpected failure");
    }
}

inline bool interrupt_waits() noexcept {
    return InterruptPending && INTERRUPTS_CAN_BE_PROCESSED();
}

inline void check(const Status &status) {
    if (status.ok())
        return;
    const char *code = status.sqlstate;
    ereport(ERROR, (errcode(MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4])),
                    errmsg_internal("%s", status.message),
                    status.detail[0] ? errdetail_internal("%s", status.detail) : 0,
                    status.hint[0] ? errhint("%s", status.hint) : 0));
}

// For calls that ask `interrupt_waits`. Not every interrupt is a cancel: after the others the call
// starts again.
template <class Call>
void run_interruptible(Call &&call) {
    for (;;) {
        const Status status = guarded(call);
        if (std::strcmp(status.sqlstate, sqlstate::interrupted) != 0) {
            check(status);
            return;
        }
        CHECK_FOR_INTERRUPTS();
    }
}

} // namespace highseas::pg
