#!/bin/sh
# Runs a tool of tools/go.mod: tool.sh NAME [ARGUMENT...]. tool.sh --build NAME... only builds.
# A tool is built from source once and kept in the user's cache. The name of its folder is a checksum of tools/go.mod,
# tools/go.sum and Go's version, so that a new version of any of them builds it anew, and other checkouts share it:
# docs/decisions/0039-tools-built-once.md.
set -eu

PATH=$PATH:/usr/local/go/bin
tools=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-${HOME:?is not set: tools are kept in its .cache}/.cache}/mlsd-tools
dir=$cache/$({ cat "$tools/go.mod" "$tools/go.sum"; go version; } | cksum | tr ' ' '-')

# package NAME: the import path that tools/go.mod has for a tool.
package() { sed -n "s|^[[:space:]]*\(tool \)\{0,1\}\([^ ]*/$1\)\$|\2|p" "$tools/go.mod" | head -n 1; }

# first_time NAME: how long it takes on two CPUs, with what Go has to download.
first_time() {
	case "$1" in
	sqlc) echo "2 to 4 minutes" ;;
	golangci-lint) echo "3 to 6 minutes" ;;
	*) echo "some minutes" ;;
	esac
}

build() {
	[ ! -x "$dir/$1" ] || return 0
	path=$(package "$1")
	[ -n "$path" ] || { echo "tool.sh: tools/go.mod has no tool $1" >&2; exit 2; }
	echo "building $1 from source, which takes $(first_time "$1") the first time; it is then kept in $dir" >&2
	began=$(date +%s)
	mkdir -p "$dir"
	# Two runs at once each build their own; the last one stays.
	(cd "$tools" && go build -o "$dir/.$1-$$" "$path")
	mv "$dir/.$1-$$" "$dir/$1"
	echo "built $1 in $(($(date +%s) - began)) s" >&2
	# Earlier versions, once nobody has built anything beside them for a month.
	find "$cache" -mindepth 1 -maxdepth 1 -type d ! -path "$dir" -mtime +30 -exec rm -rf {} +
}

[ $# -gt 0 ] || { echo "usage: tool.sh NAME [ARGUMENT...] | tool.sh --build NAME..." >&2; exit 2; }
if [ "$1" = --build ]; then
	shift
	for name in "$@"; do build "$name"; done
	exit 0
fi
name=$1
shift
build "$name"
exec "$dir/$name" "$@"
