#!/usr/bin/env bash
# Runs the two commands of README in minimal systems: bare.sh AMOUNT [SYSTEM/ACCOUNT...], for example
# bare.sh whole debian:12/root ubuntu:24.04/user. tools/newcomer.sh explains AMOUNT and ACCOUNT and what is tested.
# It needs root, debootstrap, and port 3000, on which the tested service listens. Each system is built once and kept
# below ~/.cache; every run gets a copy of it. Remove it there to build it again. BARE_DEBOOTSTRAP holds further
# arguments for debootstrap, such as --keyring. docs/decisions/0037-bare-system-tests.md says what this is for.
set -euo pipefail
cd "$(dirname "$0")/.."
amount=${1:-part}
shift || true
[ $# -gt 0 ] || set -- debian:12/user debian:13/root
bases=${XDG_CACHE_HOME:-$HOME/.cache}/mlsd-bare

fail() { echo "bare.sh: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail "only root can build a system; type: sudo make bare"
command -v debootstrap >/dev/null || fail "debootstrap is missing; type: apt-get install debootstrap"
export PATH=$PATH:/usr/local/go/bin

scratch=$(mktemp -d "${TMPDIR:-/tmp}/mlsd-bare.XXXXXX")
running=
# The processes and mounts of a system are in namespaces that end with their first process, which ends with unshare.
# Therefore nothing runs or is mounted in a folder that is removed, however this script ends.
clean() {
	[ -z "$running" ] || { kill -KILL "$running" && wait "$running"; } 2>/dev/null || true
	rm -rf --one-file-system "$scratch"
}
trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# In a separate mount namespace, the mounts of a command disappear when it ends.
own_mounts=(unshare --mount --propagation private)

# build SYSTEM DIR
build() {
	local suite script components=main
	case "$1" in
	debian:12) suite=bookworm script=sid ;;
	debian:13) suite=trixie script=sid ;;
	ubuntu:24.04) suite=noble script=gutsy components=main,universe ;;
	*) fail "unknown system $1" ;;
	esac
	# A debootstrap that is older than the system builds it with the script of the previous release.
	[ ! -e "/usr/share/debootstrap/scripts/$suite" ] || script=$suite
	echo "bare.sh: building a minimal $1" >&2
	mkdir -p "$bases"
	rm -rf --one-file-system "$2.new"
	# shellcheck disable=SC2086
	"${own_mounts[@]}" debootstrap --variant=minbase --components=$components ${BARE_DEBOOTSTRAP:-} $suite "$2.new" "" $script >"$scratch/debootstrap.log" ||
		{ tail -n 20 "$scratch/debootstrap.log" >&2; fail "$1 could not be built"; }
	mv "$2.new" "$2"
}

# furnish ROOT: creates the files that an installer writes, and those that tools/newcomer.sh needs.
furnish() {
	printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 %s\n' "$(uname -n)" >"$1/etc/hosts"
	cp -L /etc/resolv.conf "$1/etc/resolv.conf"
	# The certificates that this machine trusts, for example that of a proxy through which it reaches the internet.
	[ ! -d /usr/local/share/ca-certificates ] || cp -R /usr/local/share/ca-certificates "$1/usr/local/share/"
	ln -sf pts/ptmx "$1/dev/ptmx"
	mkdir "$1/bare"
	cp tools/newcomer.sh "$1/bare/"
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files -co --exclude-standard -z
	else
		find . \( -name node_modules -o -path ./data -o -path ./bin \) -prune -o -type f -print0
	fi | tar -cf "$1/bare/src.tar" --null --files-from -
}

# enter ROOT ACCOUNT: runs the test in the system, with the caches of this account mounted read-only.
enter() {
	# shellcheck disable=SC2016
	"${own_mounts[@]}" --pid --fork --kill-child bash -euc '
		root=$1 account=$2 amount=$3
		mount -t proc proc "$root/proc"
		mount -t sysfs -o ro sysfs "$root/sys"
		mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
		mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
		show() { [ ! -d "$1" ] || { mkdir "$root/bare/$2"; mount --bind "$1" "$root/bare/$2"; mount -o remount,bind,ro "$root/bare/$2"; }; }
		show "$4" go
		show "$5/cache/download" gomod
		show "$6/_cacache" npm
		[ "$amount" = whole ] || show "$7" addon # whole compiles the addon
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb HOME=/root chroot "$root" bash /bare/newcomer.sh "$account" "$amount"
	' enter "$1" "$2" "$amount" "$(go env GOROOT)" "$(go env GOMODCACHE)" "$(npm config get cache 2>/dev/null || echo "$HOME/.npm")" "${XDG_CACHE_HOME:-$HOME/.cache}/mlsd-e2e" </dev/null &
	running=$!
	local status=0
	wait $running || status=$?
	running=
	return $status
}

for each in "$@"; do
	system=${each%/*} account=${each#*/}
	base=$bases/${system/:/-} root=$scratch/${system/:/-}-$account logs=$bases/logs/${system/:/-}-$account
	[ -d "$base" ] || build "$system" "$base"
	cp -a "$base" "$root"
	furnish "$root"
	echo "bare.sh: $each" >&2
	status=0
	enter "$root" "$account" || status=$?
	rm -rf "$logs"
	mkdir -p "$logs"
	cp "$root"/tmp/*.log "$logs/" 2>/dev/null || true
	[ $status = 0 ] || fail "$each has failed; all that was printed is in $logs"
	rm -rf --one-file-system "$root"
done
