# shellcheck shell=bash
# Builds the extension in the private copy and installs it. PostgreSQL before 18 finds extensions only in its own
# folders, so installing writes there, as root.

build_extension() {
    say "building the extension"
    need_packages make g++ libeigen3-dev
    as_server make -s -C source -j"$(nproc)" PG_CONFIG="$PG_CONFIG"
}

install_extension() {
    say "installing it into $("$PG_CONFIG" --pkglibdir) and $("$PG_CONFIG" --sharedir)/extension"
    as_root make -s -C "$WORK/source" install PG_CONFIG="$PG_CONFIG" >/dev/null
}
