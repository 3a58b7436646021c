#!/bin/sh
# Installs what the page's bundler and tests need, and the client library that the page is made of. Needs Node.js 22 or
# newer as node in PATH.
set -eu
cd "$(dirname "$0")"
sh ../typescript/setup.sh
stamp=node_modules/.mlsd-lock
if ! cmp -s package-lock.json "$stamp"; then
    echo "clients/page: installing npm packages (15 MB)"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    cp package-lock.json "$stamp"
fi
