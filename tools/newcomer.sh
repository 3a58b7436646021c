#!/usr/bin/env bash
# Runs the two commands of README on a bare system as a newcomer would: newcomer.sh ACCOUNT AMOUNT.
# ACCOUNT is root, or user for an ordinary account with sudo. AMOUNT is whole, or part: of make test a few
# packages and one end-to-end file, or run: make run alone. It changes the system that it runs in for good, so it
# wants one made for it, a chroot (tools/bare.sh) or a container, as root, with
#
#	/bare/src.tar   the checkout, without .git
#	/bare/go        a Go toolchain
#	/bare/gomod     optional: what Go has downloaded, $(go env GOMODCACHE)/cache/download
#	/bare/npm       optional: what npm has downloaded, _cacache in $(npm config get cache)
#	/bare/addon     optional: what e2e/setup.sh has compiled, ~/.cache/mlsd-e2e
#
# and nothing else. The last line sums up what it took.
set -euo pipefail
account=$1 amount=$2
cd /

say() { printf 'bare: %s\n' "$*"; }
fail() { printf 'bare: FAILED: %s\n' "$*" >&2; exit 1; }
# fail_with LOG WHY
fail_with() { printf '%s\n' '--- the end of what it printed:' >&2; tail -n 80 "$1" >&2; fail "$2"; }
seconds_since() { echo $(($(date +%s) - $1)); }

# Remove variables and settings that would hide a missing installation.
refuse_what_is_not_bare() {
	[ "$(id -u)" = 0 ] && [ -f /bare/src.tar ] && [ -x /bare/go/bin/go ] || fail "this needs a bare system with /bare/src.tar and /bare/go, and root"
	local program
	for program in git make sudo go cc c++ python3 node npm initdb postgres redis-server nginx promtool chromium; do
		! command -v "$program" >/dev/null || fail "this system is not bare, it has $program"
	done
	[ ! -e /usr/lib/postgresql ] && [ ! -e /etc/ssl/certs/ca-certificates.crt ] || fail "this system is not bare"
	! curl_health >/dev/null 2>&1 || fail "something already listens on port 3000"
}

# Install what a newcomer has: make, git, curl and Go, and sudo unless the account is root.
prepare() {
	apt-get update -qq
	# shellcheck disable=SC2046
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends make git curl $([ "$account" = root ] || echo sudo) >/dev/null 2>&1
	cp -a /bare/go /usr/local/go
	cat >/etc/profile.d/bare.sh <<-'END'
		# A locale that this system lacks, as an ssh client may send it.
		export LANG=en_GB.UTF-8
		[ ! -d /bare/gomod ] || export GOPROXY="file:///bare/gomod,$(/usr/local/go/bin/go env GOPROXY)"
		[ ! -d "$HOME/.npm" ] || export npm_config_prefer_offline=true
	END
	useradd --create-home --shell /bin/bash guest
	if [ "$account" = user ]; then
		useradd --create-home --shell /bin/bash user
		echo 'user ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/user
		# Install Go as its own instructions describe; root runs without it in PATH.
		echo 'export PATH=$PATH:/usr/local/go/bin' >>/home/user/.profile
	fi
	chmod 700 /root /home/* # other accounts, such as that of PostgreSQL, cannot enter
}

# as ACCOUNT COMMAND...: runs a command in a login shell of the account, in its checkout.
as() {
	local name=$1
	shift
	su - "$name" -c "cd '$(checkout "$name")' && $*"
}
home() { case "$1" in root) echo /root ;; *) echo "/home/$1" ;; esac; }
checkout() { case "$1" in root) echo /root/mls ;; *) echo "/home/$1/my projects/mls" ;; esac; }

# root gets a git checkout without tags. Others get an unpacked archive in a folder whose name contains a space.
unpack() {
	local dir
	dir=$(checkout "$1")
	mkdir -p "$dir"
	tar -xf /bare/src.tar -C "$dir"
	chown -R "$1:" "$(home "$1")"
	[ "$1" != root ] || as root 'git init -q && git add -A && git -c user.name=a -c user.email=a@example.com commit -qm a'
}

# The caches belong to the host. npm writes to its cache, so it gets a copy.
copy_caches() {
	local to
	to=$(home "$account")
	[ ! -d /bare/npm ] || { mkdir "$to/.npm" && cp -r /bare/npm "$to/.npm/_cacache"; }
	[ ! -d /bare/addon ] || { mkdir -p "$to/.cache" && cp -r /bare/addon "$to/.cache/mlsd-e2e"; }
	chown -R "$account:" "$to"
}

# An account that may not install anything must be told so before anything is built.
try_without_rights() {
	local log=/tmp/guest.log
	unpack guest
	! timeout 120 su - guest -c "cd '$(checkout guest)' && make run" >$log 2>&1 </dev/null || fail_with $log "make run of an account without rights ended well"
	grep -q '^missing: PostgreSQL' $log && grep -q '^Type, as root: .*apt-get install .*postgresql' $log || fail_with $log "make run did not tell an account without rights what to type"
	! grep -q '^installing' $log && [ ! -e "$(checkout guest)/bin" ] || fail_with $log "make run went on without the right to install"
	pkill_of guest
	rm -rf /home/guest/*
	say "an account without rights is told: $(grep '^Type' $log)"
}

# pkill_of ACCOUNT: kills the account's processes; the system has no pkill.
pkill_of() { su - "$1" -c 'kill -9 -1' >/dev/null 2>&1 || true; }

curl_health() { curl -fsS -m 5 http://localhost:3000/health; }

# pids NAME: prints the ids of the processes with that name; the system has no ps.
pids() {
	local dir
	for dir in /proc/[0-9]*; do
		[ "$(cat "$dir/comm" 2>/dev/null)" != "$1" ] || echo "${dir#/proc/}"
	done
}

# run LOG: runs make run until /health answers, then stops the service. It sets took.
run() {
	local log=$1 began started health pid
	began=$(date +%s)
	as "$account" make run >"$log" 2>&1 </dev/null &
	started=$!
	until health=$(curl_health 2>/dev/null); do
		kill -0 $started 2>/dev/null || fail_with "$log" "make run ended before /health answered"
		[ "$(seconds_since "$began")" -lt 1800 ] || fail_with "$log" "make run brought no answer of /health within half an hour"
		sleep 0.5
	done
	took=$(seconds_since "$began")
	case "$health" in *'"healthy"'*) ;; *) fail_with "$log" "/health says $health" ;; esac
	pid=$(pids mlsd)
	[ -n "$pid" ] && [ -n "$(pids postgres)" ] || fail_with "$log" "/health answers, but there is no mlsd with a PostgreSQL"
	kill -TERM "$pid"
	wait $started || fail_with "$log" "make run ended badly"
	[ -z "$(pids mlsd)$(pids postgres)" ] || fail "make run left processes behind"
}

try_run() {
	run /tmp/run.log
	first=$took
	grep -q '^installing PostgreSQL.*: apt-get install' /tmp/run.log || fail_with /tmp/run.log "make run did not say that it installs PostgreSQL"
	say "make run: /health answers after $first s; it said:"
	grep '^installing' /tmp/run.log | sed 's/^/    /'
	run /tmp/again.log
	! grep -qE '^(installing|missing)' /tmp/again.log || fail_with /tmp/again.log "make run installs again"
	say "make run again: $took s"
	again=$took
}

# test LOG COMMAND: runs a test command and counts the passed tests in its output. It sets took, packages and ends.
test_with() {
	local log=$1 began
	shift
	began=$(date +%s)
	as "$account" "$*" >"$log" 2>&1 </dev/null || fail_with "$log" "$* failed"
	took=$(seconds_since "$began")
	packages=$(grep -cE '^ok[[:space:]]+catbird' "$log" || true)
	ends=$(sed -n 's/^[^ ]* pass \([0-9]*\)$/\1/p' "$log" | tail -n 1)
	grep '^installing' "$log" | sed 's/^/    /' || true
	say "$*: $took s, $packages packages, ${ends:-0} end-to-end tests"
}

try_part() {
	local part='./internal/pgembed ./internal/dbtest ./server/auth'
	test_with /tmp/test-go.log make test-go "PACKAGES='$part'"
	[ "$packages" = "$(wc -w <<<"$part")" ] || fail_with /tmp/test-go.log "not every package was tested"
	total=$took go=$packages
	test_with /tmp/test-e2e.log make test-e2e E2E=test/browser.test.mjs
	[ "${ends:-0}" -gt 0 ] || fail_with /tmp/test-e2e.log "no end-to-end test has passed"
	total=$((total + took))
	tests="a few tests $total s ($go packages, $ends end-to-end tests)"
}

try_whole() {
	test_with /tmp/test.log make test
	[ "$packages" -ge 20 ] && [ "${ends:-0}" -ge 20 ] || fail_with /tmp/test.log "make test ran less than it should"
	tests="make test $took s ($packages packages, $ends end-to-end tests)"
}

case "$account" in root | user) ;; *) fail "no such account: $account" ;; esac
case "$amount" in run | part | whole) ;; *) fail "no such amount: $amount" ;; esac
refuse_what_is_not_bare
prepare
try_without_rights
unpack "$account"
[ "$amount" = run ] || copy_caches
try_run
case "$amount" in
run) tests="no tests" ;;
*) "try_$amount" ;;
esac
. /etc/os-release
say "$NAME $VERSION_ID as $account: make run $first s, again $again s, $tests"
