# shellcheck shell=bash
# Which PostgreSQL to build and test against: PG_CONFIG where it is set, else the oldest supported server installed,
# else the oldest that the distribution offers.

OLDEST_SUPPORTED=15
NEWEST_SUPPORTED=18

debian_pg_config() { echo "/usr/lib/postgresql/$1/bin/pg_config"; }

oldest_server_installed() {
    local major
    for major in $(seq $OLDEST_SUPPORTED $NEWEST_SUPPORTED); do
        [ ! -x "/usr/lib/postgresql/$major/bin/postgres" ] || { echo "$major"; return; }
    done
}

oldest_server_offered() {
    local major
    for major in $(seq $OLDEST_SUPPORTED $NEWEST_SUPPORTED); do
        ! can_install "postgresql-$major" || { echo "$major"; return; }
    done
}

# Sets PG_CONFIG, PG_MAJOR, PG_BINDIR and PGXS_DIR.
choose_server() {
    local major
    if [ -z "${PG_CONFIG:-}" ]; then
        major=$(oldest_server_installed)
        [ -n "$major" ] || { update_package_lists; major=$(oldest_server_offered); }
        [ -n "$major" ] || die "no PostgreSQL $OLDEST_SUPPORTED or later, neither installed nor offered by this distribution"
        PG_CONFIG=$(debian_pg_config "$major")
    fi
    need_server_of_debian
    PG_MAJOR=$("$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
    [ "$PG_MAJOR" -ge $OLDEST_SUPPORTED ] || die "PostgreSQL $PG_MAJOR is too old: highseas needs $OLDEST_SUPPORTED or later"
    PG_BINDIR=$("$PG_CONFIG" --bindir)
    PGXS_DIR=$("$PG_CONFIG" --pgxs)
    PGXS_DIR=${PGXS_DIR%/makefiles/pgxs.mk}
    export PG_CONFIG PG_BINDIR PGXS_DIR
    echo "PostgreSQL: $("$PG_CONFIG" --version) ($PG_CONFIG)"
}

# A server that somebody built himself is taken as it is.
need_server_of_debian() {
    local major
    major=$(sed -n 's|^/usr/lib/postgresql/\([0-9]*\)/bin/pg_config$|\1|p' <<<"$PG_CONFIG")
    [ -n "$major" ] || return 0
    need_server_package "$major"
    need_packages "postgresql-server-dev-$major"
}

need_pg_cron() {
    [ ! -f "$("$PG_CONFIG" --sharedir)/extension/pg_cron.control" ] || return 0
    need_packages "postgresql-$PG_MAJOR-cron"
}
