#!/bin/sh
# Runs a tool of tools/go.mod or of a module in a folder beside it: tool.sh NAME [ARGUMENT...]. tool.sh --build NAME...
# only builds, tool.sh --path NAME builds and prints where the tool is.
# A tool is built from source once and kept in the user's cache. The name of its folder is a checksum of its module's
# go.mod and go.sum and of Go's version, so that a new version of any of them builds it anew, and other checkouts share
# it: docs/decisions/0039-tools-built-once.md. Tools whose dependencies contradict each other have modules of their own.
set -eu

PATH=$PATH:/usr/local/go/bin
tools=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-${HOME:?is not set: tools are kept in its .cache}/.cache}/mlsd-tools

# package NAME GO_MOD: the import path that a go.mod has for a tool. The path ends with the tool's name, or has its
# version or /cmd after it.
package() { sed -n "s|^[[:space:]]*\(tool \)\{0,1\}\([^ ]*/$1\(/v[0-9]*\)\{0,1\}\(/cmd\)\{0,1\}\)\$|\2|p" "$2" | head -n 1; }

# find NAME: sets module to the folder of the module that has the tool, path to its package, and dir to its place.
find_tool() {
	for module in "$tools" "$tools"/*/; do
		module=${module%/} path=
		[ ! -f "$module/go.mod" ] || path=$(package "$1" "$module/go.mod")
		[ -z "$path" ] || break
	done
	[ -n "$path" ] || { echo "tool.sh: tools/go.mod has no tool $1, nor has a module beside it" >&2; exit 2; }
	dir=$cache/$({ cat "$module/go.mod" "$module/go.sum"; go version; } | cksum | tr ' ' '-')
}

# first_time NAME: how long it takes on two CPUs, with what Go has to download.
first_time() {
	case "$1" in
	sqlc) echo "2 to 4 minutes" ;;
	golangci-lint) echo "3 to 6 minutes" ;;
	caddy | compose | kubectl-validate) echo "3 to 5 minutes" ;;
	*) echo "some minutes" ;;
	esac
}

build() {
	find_tool "$1"
	[ ! -x "$dir/$1" ] || return 0
	echo "building $1 from source, which takes $(first_time "$1") the first time; it is then kept in $dir" >&2
	began=$(date +%s)
	mkdir -p "$dir"
	# Two runs at once each build their own; the last one stays.
	# Without the paths of this machine, since an SBOM has the hash of the tool that wrote it.
	(cd "$module" && GOFLAGS="${GOFLAGS:-} -trimpath" go build -o "$dir/.$1-$$" "$path")
	mv "$dir/.$1-$$" "$dir/$1"
	echo "built $1 in $(($(date +%s) - began)) s" >&2
	# Earlier versions, once nobody has built anything beside them for a month or has used one of them for as long.
	find "$cache" -mindepth 1 -maxdepth 1 -type d ! -path "$dir" -mtime +30 ! -exec sh -c \
		'[ -n "$(find "$1" -type f -atime -30 | head -n 1)" ]' sh {} \; -exec rm -rf {} +
}

[ $# -gt 0 ] || { echo "usage: tool.sh NAME [ARGUMENT...] | tool.sh --build NAME... | tool.sh --path NAME" >&2; exit 2; }
if [ "$1" = --build ]; then
	shift
	for name in "$@"; do build "$name"; done
	exit 0
fi
if [ "$1" = --path ]; then
	build "$2"
	echo "$dir/$2"
	exit 0
fi
name=$1
shift
build "$name"
exec "$dir/$name" "$@"
