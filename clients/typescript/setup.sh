#!/bin/sh
# Installs the packages of the client and builds it, unless that is done. Needs Node.js 22 or newer as node in PATH.
set -eu
cd "$(dirname "$0")"
stamp=node_modules/.mlsd-lock
if ! cmp -s package-lock.json "$stamp"; then
    echo "clients/typescript: installing npm packages (about 100 MB)"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    # npm runs no scripts here, so esbuild starts its binary through a wrapper, which works as well.
    cp package-lock.json "$stamp"
fi
newer() { [ -n "$(find src scripts tsconfig.json package.json ../../lexicons/blue -newer dist/index.js -not -path '*/src/lexicons*' 2>/dev/null | head -n 1)" ]; }
if [ ! -f dist/index.js ] || newer; then
    echo "clients/typescript: building"
    npm run --silent build
fi
