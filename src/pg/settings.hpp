// The extension's settings; "" where nothing is set.
#pragma once

namespace highseas::pg {

extern char *setting_rep;
extern char *setting_tenant;
extern char *setting_clock;

} // namespace highseas::pg
