#!/bin/sh
# Finds or installs what the project runs on: `ensure.sh postgres redis node`.
# Where it cannot install, it says what to do and fails.
set -eu

postgres_there() {
	command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb /opt/homebrew/opt/postgresql*/bin/initdb /usr/local/opt/postgresql*/bin/initdb >/dev/null 2>&1
}
there() {
	case "$1" in
	postgres) postgres_there ;;
	redis) command -v redis-server >/dev/null 2>&1 ;;
	node) command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 ;;
	cc) command -v cc >/dev/null 2>&1 ;;
	nginx) command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ] ;;
	chromium) command -v chromium >/dev/null 2>&1 || [ -x /Applications/Chromium.app/Contents/MacOS/Chromium ] ;;
	*) echo "ensure.sh: unknown name $1" >&2; exit 2 ;;
	esac
}
debian() { case "$1" in postgres) echo postgresql postgresql-contrib ;; redis) echo redis-server ;; node) echo nodejs npm ;; cc) echo gcc g++ make python3 libc6-dev ;; *) echo "$1" ;; esac; }
brewed() { case "$1" in postgres) echo postgresql@17 ;; redis) echo redis ;; node) echo node ;; cc) echo gcc ;; *) echo "$1" ;; esac; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

for name in "$@"; do
	there "$name" && continue
	if command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1; }; then
		echo "installing $name: apt-get install $(debian "$name")" >&2
		as_root apt-get update -qq
		# Debian's packages would start a server of their own, which nothing here uses.
		# shellcheck disable=SC2046
		as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $(debian "$name") >/dev/null
	elif command -v brew >/dev/null 2>&1; then
		echo "installing $name: brew install $(brewed "$name")" >&2
		brew install --quiet "$(brewed "$name")"
	fi
	there "$name" || { echo "$name is missing and could not be installed here. Debian: apt-get install $(debian "$name"). macOS: brew install $(brewed "$name"). Then run this again." >&2; exit 1; }
done
