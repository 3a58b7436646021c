#!/bin/sh
# Prints the path of the Node.js on which the tests run: the pinned npm package if it exists for this machine, otherwise
# an installed Node.js of a version that better-sqlite3 supports.
cd "$(dirname "$0")" || exit 1
fits() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a >= 22 && (a < 24 || (a === 24 && b < 19)) ? 0 : 1)' 2>/dev/null
}
for candidate in "$PWD"/node_modules/node-*/bin/node "$(command -v node)" /opt/homebrew/opt/node@22/bin/node /usr/local/opt/node@22/bin/node; do
    if [ -x "$candidate" ] && fits "$candidate"; then
        echo "$candidate"
        exit 0
    fi
done
exit 1
