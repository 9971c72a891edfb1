# shellcheck shell=bash
# A private throw-away cluster: its own folder, no TCP, a socket in that folder only (so the port merely names the
# socket and can clash with nobody's).

# start_cluster [setting=value ...]
start_cluster() {
    local setting
    CLUSTER=$WORK/cluster
    as_server rm -rf "$CLUSTER"
    as_server mkdir -p "$CLUSTER/socket"
    export PGHOST=$CLUSTER/socket PGPORT=$((20000 + $$ % 20000)) PGUSER=postgres PGDATABASE=postgres
    [ ${#PGHOST} -le 90 ] || die "the path of the socket is too long: set TMPDIR to a shorter one than ${TMPDIR:-}"
    as_server "$PG_BINDIR/initdb" -D "$CLUSTER/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N >/dev/null
    {
        echo "listen_addresses = ''"
        echo "unix_socket_directories = '$PGHOST'"
        echo "port = $PGPORT"
        echo "fsync = off"
        for setting; do echo "${setting%%=*} = '${setting#*=}'"; done
    } | as_server tee -a "$CLUSTER/data/postgresql.conf" >/dev/null
    as_server "$PG_BINDIR/pg_ctl" -D "$CLUSTER/data" -l "$CLUSTER/log" -w -s start || {
        tail -n 20 "$CLUSTER/log" >&2
        die "the private server did not start"
    }
}

restart_cluster() {
    as_server "$PG_BINDIR/pg_ctl" -D "$CLUSTER/data" -l "$CLUSTER/log" -m fast -w -s restart || die "the private server did not restart"
}

stop_cluster() {
    [ -f "${CLUSTER:-}/data/postmaster.pid" ] || return 0
    as_server "$PG_BINDIR/pg_ctl" -D "$CLUSTER/data" -m immediate -w -s stop || true
}

# The settings of a cluster with pg_cron in the given database. Its jobs run as background workers: no connection of
# its own, so nothing of pg_hba.conf or of passwords concerns it.
cron_settings() {
    echo shared_preload_libraries=pg_cron "cron.database_name=$1" cron.use_background_workers=on max_worker_processes=20
}

# psql of the chosen server, without anybody's ~/.psqlrc. As root, too: the socket's folder is open to it.
run_psql() { "$PG_BINDIR/psql" -X -v ON_ERROR_STOP=1 "$@"; }
