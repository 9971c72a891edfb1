# shellcheck shell=bash
# Debian packages by name, installed only when missing.

have_package() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

apt_updated=
update_package_lists() {
    [ -z "$apt_updated" ] || return 0
    apt_updated=yes
    as_root apt-get -qq update </dev/null || echo "warning: apt-get update failed; going on with the lists there are" >&2
}

can_install() { apt-cache policy "$1" 2>/dev/null | grep 'Candidate: [^(]' >/dev/null; }

need_packages() {
    local missing=() package output
    for package; do have_package "$package" || missing+=("$package"); done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    update_package_lists
    output=$(as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
        -o Dpkg::Use-Pty=0 install "${missing[@]}" </dev/null 2>&1) || {
        echo "$output" >&2
        die "apt-get could not install ${missing[*]}"
    }
}

# For what is pleasant to have but not packaged everywhere.
want_packages() {
    local package
    for package; do
        have_package "$package" && continue
        can_install "$package" || update_package_lists
        ! can_install "$package" || need_packages "$package"
    done
}

# A server package creates and starts a cluster "main" when it is first installed. The machine's owner did not ask for
# one, so postgresql-common is told not to by a file that stands there only as long as the installation takes.
need_server_package() {
    local package=postgresql-$1 folder=/etc/postgresql-common/createcluster.d
    local file=$folder/highseas-installing.conf
    ! have_package "$package" || return 0
    need_packages postgresql-common
    (
        trap 'as_root rm -f "$file"' EXIT
        trap 'exit 130' INT TERM HUP
        as_root mkdir -p "$folder"
        echo 'create_main_cluster = false' | as_root tee "$file" >/dev/null
        need_packages "$package"
    ) || exit 1
}
