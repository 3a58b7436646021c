#!/bin/sh
# Prints the path of the Node.js the tests run on: the pinned npm package where there is one
# for this machine, else an installed one in the range that better-sqlite3 works with.
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
