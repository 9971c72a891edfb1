# shellcheck shell=bash
# A private folder for everything a script makes, so that the checkout stays as it is. It belongs to the user who runs
# the private server: PostgreSQL refuses to run as root, so that is postgres when a script runs as root.

# open_work [folder]: a folder that is given is kept, and the next run builds only what changed.
open_work() {
    KEEP_WORK=${1:-}
    if [ -n "$KEEP_WORK" ]; then mkdir -p "$1"; WORK=$(cd "$1" && pwd)
    else WORK=$(mktemp -d "${TMPDIR:-/tmp}/highseas.XXXXXX")
    fi
    chmod 700 "$WORK"
    ! is_root || chown postgres: "$WORK"
}

close_work() {
    [ -z "${WORK:-}" ] || [ -n "$KEEP_WORK" ] || rm -rf "$WORK"
}

as_server() (
    cd "$WORK" || exit
    export HOME=$WORK
    if is_root; then exec runuser -u postgres -- "$@"; else exec "$@"; fi
)

copy_source() {
    as_server mkdir -p source
    # Keep what was built, so that make sees what changed; drop the rest, so that what was deleted is gone.
    as_server find source -type f ! -name '*.o' ! -name '*.d' ! -name '*.so' -delete
    tar -C "$ROOT" -cf - --exclude=./.git --exclude='./build*' --exclude='./highseas--[0-9]*.sql' \
        --exclude='*.o' --exclude='*.d' --exclude='*.so' . | as_server tar -C source --no-same-owner -xf -
}
