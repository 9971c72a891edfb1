# shellcheck shell=bash
# Builds the extension in the private copy and installs it. PostgreSQL before 18 finds extensions only in its own
# folders, so installing writes there, as root.

# What the core needs besides a compiler. Each brings the library to run with.
CORE_LIBRARIES=(libeigen3-dev liblemon-dev libphonenumber-dev libicu-dev libpsl-dev)

build_extension() {
    say "building the extension"
    need_packages make g++ "${CORE_LIBRARIES[@]}"
    as_server make -s -C source -j"$(nproc)" PG_CONFIG="$PG_CONFIG"
}

install_extension() {
    say "installing it into $("$PG_CONFIG" --pkglibdir) and $("$PG_CONFIG" --sharedir)/extension"
    as_root make -s -C "$WORK/source" install PG_CONFIG="$PG_CONFIG" >/dev/null
}
