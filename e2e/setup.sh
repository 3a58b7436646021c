#!/bin/sh
# Prepares the end-to-end tests: npm packages, the Node.js that the PDS needs, and better-sqlite3 compiled for it. It
# does nothing if everything exists already. In this folder it writes node_modules only. It keeps the compiled addon
# under ~/.cache for the next checkout.
set -eu
cd "$(dirname "$0")"

fail() { echo "e2e/setup.sh: $*" >&2; exit 1; }

sh ../tools/ensure.sh certs node

# 1. npm packages, unless the lock file is the one that was installed last.
stamp=node_modules/.mlsd-lock
if ! cmp -s package-lock.json "$stamp"; then
    echo "e2e: installing npm packages (about 600 MB, a minute)"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    cp package-lock.json "$stamp"
fi

# 2. Node.js 22: better-sqlite3 crashes in 24.19, and the PDS needs at least version 22.
node_bin=$(sh ./node.sh) || fail "npm has no Node.js 22 for this machine: install one as node in PATH, see https://nodejs.org"

# 3. better-sqlite3 for that Node.js. The cached one may be for another system, for example from before an upgrade.
abi=$("$node_bin" -p '[require("better-sqlite3/package.json").version, process.platform, process.arch, "abi" + process.versions.modules].join("-")')
cached="${XDG_CACHE_HOME:-$HOME/.cache}/mlsd-e2e/better-sqlite3-$abi.node"
addon=node_modules/better-sqlite3/build/Release/better_sqlite3.node
loads() { "$node_bin" -e 'new (require("better-sqlite3"))(":memory:").close()'; }
if [ -f "$cached" ] && ! cmp -s "$cached" "$addon"; then
    mkdir -p "$(dirname "$addon")"
    cp "$cached" "$addon"
fi
if [ ! -f "$cached" ] || ! loads 2>/dev/null; then
    sh ../tools/ensure.sh c++
    echo "e2e: compiling better-sqlite3 once (two to three minutes)"
    # node-gyp fails in a folder whose path contains a space, so sources and headers get a path without one. The headers
    # are those of the Node.js in use, so that nothing is downloaded.
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    ln -s "$(dirname "$(dirname "$node_bin")")" "$work/node"
    cp -R node_modules/better-sqlite3 "$work/better-sqlite3"
    gyp=$PWD/node_modules/node-gyp/bin/node-gyp.js
    log=$PWD/node_modules/better-sqlite3/build.log
    (cd "$work/better-sqlite3" && nice -n 5 "$node_bin" "$gyp" rebuild --release --nodedir="$work/node") >"$log" 2>&1 ||
        { tail -n 30 "$log" >&2; fail "better-sqlite3 did not compile, the whole log is $log"; }
    mkdir -p "$(dirname "$addon")"
    cp "$work/better-sqlite3/build/Release/better_sqlite3.node" "$addon"
    loads || fail "better-sqlite3 was compiled and does not load, see above"
    mkdir -p "$(dirname "$cached")"
    cp "$addon" "$cached.$$"
    mv "$cached.$$" "$cached"
fi
