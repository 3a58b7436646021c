#!/bin/sh
# Prepares the end-to-end tests: npm packages, the Node.js that the PDS needs, and better-sqlite3
# compiled for it. Does nothing when everything is there already. All it leaves in this folder is
# node_modules; the compiled addon is kept under ~/.cache for the next checkout.
set -eu
cd "$(dirname "$0")"

fail() { echo "e2e/setup.sh: $*" >&2; exit 1; }

# hint PACKAGES-FOR-APT PACKAGES-FOR-BREW
hint() {
    if command -v apt-get >/dev/null; then echo "apt-get install -y $1"; else echo "brew install $2"; fi
}

command -v npm >/dev/null || fail "Node.js 18 or newer with npm is needed: $(hint 'nodejs npm' node@22)"
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 18 ] || fail "Node.js $major is too old, 18 or newer is needed: $(hint 'nodejs npm' node@22)"

# 1. npm packages, when the lock file is not the one installed last.
stamp=node_modules/.mlsd-lock
if ! cmp -s package-lock.json "$stamp"; then
    echo "e2e: installing npm packages (about 600 MB, a minute)"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    cp package-lock.json "$stamp"
fi

# 2. Node.js 22: better-sqlite3 aborts in 24.19, and the PDS wants 22 at least.
node_bin=$(sh ./node.sh) || fail "no Node.js 22 for this machine: $(hint nodejs node@22)"

# 3. better-sqlite3 for that Node.js.
abi=$("$node_bin" -p '[require("better-sqlite3/package.json").version, process.platform, process.arch, "abi" + process.versions.modules].join("-")')
cached="${XDG_CACHE_HOME:-$HOME/.cache}/mlsd-e2e/better-sqlite3-$abi.node"
addon=node_modules/better-sqlite3/build/Release/better_sqlite3.node
if [ ! -f "$cached" ]; then
    echo "e2e: compiling better-sqlite3 once (two to three minutes)"
    for tool in python3 make c++; do
        command -v "$tool" >/dev/null || fail "$tool is needed to compile better-sqlite3: $(hint 'python3 make g++' 'python make')"
    done
    # The headers of that very Node.js, so that nothing is fetched.
    nodedir=$(dirname "$(dirname "$node_bin")")
    gyp=$PWD/node_modules/node-gyp/bin/node-gyp.js
    log=node_modules/better-sqlite3/build.log
    (cd node_modules/better-sqlite3 && nice -n 5 "$node_bin" "$gyp" rebuild --release --nodedir="$nodedir") >"$log" 2>&1 ||
        { tail -n 30 "$log" >&2; fail "better-sqlite3 did not compile, the whole log is e2e/$log"; }
    mkdir -p "$(dirname "$cached")"
    cp "$addon" "$cached.$$"
    mv "$cached.$$" "$cached"
fi
if ! cmp -s "$cached" "$addon"; then
    mkdir -p "$(dirname "$addon")"
    cp "$cached" "$addon"
fi
"$node_bin" -e 'new (require("better-sqlite3"))(":memory:").close()' || fail "better-sqlite3 does not load, delete $cached and try again"
