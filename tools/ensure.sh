#!/bin/sh
# Finds what the project needs on this machine, and installs what is missing: ensure.sh NAME...
# It announces each installation in one line with the reason. If something cannot be installed, it prints the command to
# run and fails before it does anything else.
set -eu

# PATH lacks sbin for ordinary users of Debian, and often lacks Go's directory for root and sudo.
PATH=$PATH:/usr/local/go/bin:/usr/local/sbin:/usr/sbin:/sbin
root=$(dirname "$0")/..

have() { command -v "$1" >/dev/null 2>&1; }

# at_least NUMBER VERSION
at_least() { [ "${2%%.*}" -ge "$1" ] 2>/dev/null; }

# The directories and the oldest version are those of internal/pgembed. A test there compares them.
postgres_there() {
	for server in "$(command -v postgres)" /usr/lib/postgresql/*/bin/postgres /usr/pgsql-*/bin/postgres \
		/usr/lib/postgresql*/bin/postgres /usr/libexec/postgresql*/postgres /opt/homebrew/opt/postgresql*/bin/postgres \
		/usr/local/opt/postgresql*/bin/postgres /home/linuxbrew/.linuxbrew/opt/postgresql*/bin/postgres \
		/Applications/Postgres.app/Contents/Versions/*/bin/postgres /usr/local/pgsql/bin/postgres; do
		[ -x "$server" ] || continue
		version=$("$server" --version 2>/dev/null) || continue
		at_least 15 "${version##*(PostgreSQL) }" && return 0
	done
	return 1
}

rust_version() { sed -n 's/^rust-version = "\(.*\)".*/\1/p' "$root/e2e/bindings/rust/Cargo.toml"; }

# Every version of Rust so far is 1.N.
cargo_there() {
	have cargo && version=$(cargo --version 2>/dev/null) && needed=$(rust_version) || return 1
	at_least "${needed#1.}" "${version#cargo 1.}"
}

# The certificate files that Go looks for.
certs_there() {
	[ "$(uname)" != Darwin ] && [ -z "${SSL_CERT_FILE:-}${SSL_CERT_DIR:-}" ] || return 0
	for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem \
		/etc/pki/tls/cacert.pem /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem /etc/ssl/cert.pem; do
		[ -s "$file" ] && return 0
	done
	return 1
}

there() {
	case "$1" in
	# This command reads go.mod and therefore fails if Go is too old for the module.
	go) have go && (cd "$root" && go list -m >/dev/null) ;;
	certs) certs_there ;;
	postgres) postgres_there ;;
	redis) have redis-server ;;
	node) have node && have npm && at_least 18 "$(node -p process.versions.node 2>/dev/null)" && at_least 7 "$(npm --version 2>/dev/null)" ;;
	cargo) cargo_there ;;
	cc) have cc ;;
	c++) have c++ && have make && python3 -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null ;;
	python) python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null ;;
	nginx) have nginx ;;
	pgbouncer) have pgbouncer ;;
	patroni) have patroni && have etcd && have redis-sentinel && have ip && have nsenter && have unshare ;;
	prometheus) have promtool && have amtool ;;
	chromium) have chromium || [ -x /Applications/Chromium.app/Contents/MacOS/Chromium ] ;;
	debootstrap) have debootstrap ;;
	*) echo "ensure.sh: unknown name $1" >&2; exit 2 ;;
	esac
}

reason() {
	case "$1" in
	go) echo "Go $(sed -n 's/^go //p' "$root/go.mod") or newer, in which the service is written" ;;
	certs) echo "certificates, by which Go and npm know the servers that they fetch from" ;;
	postgres) echo "PostgreSQL 15 or newer, where the service keeps its data" ;;
	redis) echo "Redis, for the tests of several instances" ;;
	node) echo "Node.js 18 or newer with npm 7 or newer, for the end-to-end tests" ;;
	cargo) echo "Rust $(rust_version) or newer with cargo, for the bindings in Rust" ;;
	cc) echo "a C compiler, for Go's race detector and the bindings in Rust" ;;
	c++) echo "a C++ compiler, make and Python 3.8 or newer, to compile what a PDS stores its data with" ;;
	pgbouncer) echo "pgbouncer, for the tests behind a connection pooler" ;;
	python) echo "Python 3.9 or newer with venv, for the bindings in Python" ;;
	nginx) echo "nginx, for the tests behind a reverse proxy" ;;
	patroni) echo "Patroni, etcd and Redis Sentinel, and what makes networks, for the trial of several machines" ;;
	prometheus) echo "promtool and amtool of Prometheus and Alertmanager, which check metrics, rules and their examples" ;;
	chromium) echo "Chromium, for the test in a browser" ;;
	debootstrap) echo "debootstrap, for the test on a bare machine" ;;
	esac
}

# Names of packages. Most distributions have an older Go and an older Rust than the project needs.
debian() {
	case "$1" in
	certs) echo ca-certificates ;;
	postgres) echo postgresql ;;
	redis) echo redis-server ;;
	node) echo nodejs npm ca-certificates ;;
	prometheus) echo prometheus prometheus-alertmanager ;;
	cc) echo gcc libc6-dev ;;
	c++) echo g++ libc6-dev make python3 ;;
	python) echo python3 python3-venv ;;
	debootstrap) echo debootstrap debian-archive-keyring ;;
	nginx | chromium | pgbouncer) echo "$1" ;;
	patroni) echo patroni python3-etcd etcd-server redis-sentinel iproute2 util-linux ;;
	esac
}
brewed() {
	case "$1" in
	postgres) echo postgresql@17 ;;
	node) echo node@22 ;;
	prometheus) echo prometheus alertmanager ;;
	cc) echo gcc ;;
	c++) echo gcc make python ;;
	go | python | redis | nginx | chromium | pgbouncer) echo "$1" ;;
	esac
}

is_root() { [ "$(id -u)" = 0 ]; }
sudo_is_silent() { have sudo && sudo -n true 2>/dev/null; }
# sudo asks for a password if there is a terminal.
sudo_can_ask() { have sudo && (: >/dev/tty) 2>/dev/null; }
as_root() { if is_root; then "$@"; else sudo "$@"; fi; }

# fail WHY: prints for each missing name what it is needed for and the command to run.
fail() {
	for name in $missing; do echo "missing: $(reason "$name")" >&2; done
	echo "$1" >&2
	case " $missing " in
	*" go "*) echo "Install Go as https://go.dev/doc/install tells, and put its bin directory into PATH; then run this again." >&2 ;;
	*" cargo "*) echo "Install Rust as https://rust-lang.org/tools/install tells, and put ~/.cargo/bin into PATH; then run this again." >&2 ;;
	*) echo "$todo; then run this again." >&2 ;;
	esac
	exit 1
}

missing=
for name in "$@"; do there "$name" || missing="$missing $name"; done
[ -n "$missing" ] || exit 0

if have apt-get; then
	list=debian install="apt-get install -y --no-install-recommends" by_hand="as root: apt-get update && apt-get install -y"
elif have brew; then
	list=brewed install="brew install --quiet" by_hand="brew install"
else
	list=: install=
fi
packages=$(for name in $missing; do $list "$name"; done | tr ' ' '\n' | sort -u | tr '\n' ' ')
packages=${packages% }
todo="Install them with the package manager of this system"
[ -z "$install" ] || todo="Type, $by_hand $packages"

case " $missing " in
*" go "*) fail "Nothing was installed: Go has to be there first." ;;
*" cargo "*) fail "Nothing was installed: Rust has to be there first." ;;
esac
[ -n "$install" ] || fail "Nothing was installed: this system has neither apt-get nor brew."
[ $list = brewed ] || is_root || sudo_is_silent || sudo_can_ask ||
	fail "Nothing was installed: this account is not root, and has no sudo that lets it install packages."

for name in $missing; do
	echo "installing $(reason "$name"): $install $($list "$name")" >&2
done
if [ $list = brewed ]; then
	# shellcheck disable=SC2086
	$install $packages >&2 || true
else
	is_root || sudo_is_silent || sudo -v || fail "Nothing was installed: sudo does not let this account install packages."
	# Package lists of other origins may be unreachable. It is enough that the packages can be installed.
	as_root apt-get update -qq >/dev/null || true
	# Debian's packages would start servers of their own, which nothing here uses, and may complain
	# of a locale that is not there.
	# shellcheck disable=SC2086
	as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 RUNLEVEL=1 $install -qq -o DPkg::Lock::Timeout=120 $packages >/dev/null || true
fi

before=$missing missing=
for name in $before; do there "$name" || missing="$missing $name"; done
[ -z "$missing" ] || fail "This could not be installed, or the packages of this system are older; what ${install%% *} said is above."
