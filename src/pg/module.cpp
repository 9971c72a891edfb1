#include "pg/postgres.hpp"

#include "pg/settings.hpp"

extern "C" {
PG_MODULE_MAGIC;
}

namespace highseas::pg {

char *setting_rep = nullptr;
char *setting_tenant = nullptr;
char *setting_clock = nullptr;

} // namespace highseas::pg

// All settings are defined here, because a reserved prefix refuses the others.
extern "C" void _PG_init() {
    using namespace highseas::pg;

    DefineCustomStringVariable("highseas.rep", "The rep who acts, where a verb names none.",
                               "A setting is no proof of identity.", &setting_rep, "", PGC_USERSET,
                               0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("highseas.tenant",
                               "The tenant to work in, among those the role may see.", nullptr,
                               &setting_tenant, "", PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("highseas.clock", "Overrides the clock for tests and simulations.",
                               "Empty means the real time.", &setting_clock, "", PGC_SUSET, 0,
                               nullptr, nullptr, nullptr);
    MarkGUCPrefixReserved("highseas");
}
