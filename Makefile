# highseas, built by PGXS: make && make install [PG_CONFIG=/path/to/pg_config]
PG_CONFIG ?= pg_config

EXTENSION  := highseas
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" highseas.control)

SOURCES := $(sort $(wildcard src/core/*.cpp src/core/*/*.cpp src/pg/*.cpp))
DEPENDS := $(SOURCES:.cpp=.d)

# Two libraries: loading libphonenumber costs a session 5 ms and .5 MB, and only screening needs it.
SCREEN_SOURCES := $(filter src/core/screen/% src/pg/screen_%,$(SOURCES))
SCREEN_OBJS    := $(SCREEN_SOURCES:.cpp=.o) src/core/status.o
MODULES        := highseas_screen
MODULE_big     := highseas
OBJS           := $(patsubst %.cpp,%.o,$(filter-out $(SCREEN_SOURCES),$(SOURCES)))

# PGXS empties DATA_built on `make clean`, so only the generated script stands there.
INSTALL_PARTS := $(sort $(wildcard sql/install/*.sql))
DATA          := $(wildcard sql/upgrade/highseas--*--*.sql)
DATA_built    := highseas--$(EXTVERSION).sql

REGRESS      := $(sort $(patsubst sql/%.sql,%,$(wildcard sql/*.sql)))
REGRESS_OPTS := --load-extension=highseas --encoding=UTF8 --no-locale

# -isystem keeps our warnings out of PostgreSQL's headers (the server folder is its -I, too).
PG_CPPFLAGS := -Isrc -isystem $(shell $(PG_CONFIG) --includedir-server)
# The server's -Wmissing-format-attribute does not see C++'s [[gnu::format]].
PG_CXXFLAGS := -std=c++20 -Wextra -Wshadow -Wno-missing-format-attribute -MMD -MP
SHLIB_LINK  += -lstdc++ -Wl,--version-script=src/exports.map
EXTRA_CLEAN := $(DEPENDS) $(SCREEN_OBJS)

# The bitcode rule ignores -std, and these functions gain nothing from inlining.
override with_llvm := no

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

highseas.so: src/exports.map
$(OBJS) $(SCREEN_OBJS): Makefile

highseas_screen.so: $(SCREEN_OBJS) src/exports.map
	$(LINK.shared) $(LDFLAGS) $(LDFLAGS_SL) -o $@ $(SCREEN_OBJS) $(SHLIB_LINK) -lphonenumber -lpsl -licui18n -licuuc

# The folder itself is a prerequisite: a part that was removed must go from the script, too.
$(DATA_built): $(INSTALL_PARTS) sql/install highseas.control
	cat $(INSTALL_PARTS) > $@

-include $(DEPENDS)
