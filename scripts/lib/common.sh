# shellcheck shell=bash
# What every script here needs: where we are, who we are, how to say something.

export ROOT
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export LC_ALL=C.UTF-8

# No server but our own: whatever PGHOST, PGSERVICE or PGOPTIONS the caller's shell has set is not for us.
for name in $(compgen -v PG); do
    case $name in PG_CONFIG | PG_TEST_*) ;; *) unset "$name" ;; esac
done
unset name

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

is_root() { [ "$(id -u)" -eq 0 ]; }

as_root() {
    if is_root; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else die "this needs root or sudo: $*"
    fi
}
