#!/bin/sh
# Installs what is missing, then runs the tests, one test file, or the demo: run.sh test|demo|FILE...
# "test" includes the tests of clients/typescript and clients/page. MLSD names another binary than ../bin/mlsd.
set -eu
cd "$(dirname "$0")"
sh ./setup.sh
[ "${1:-test}" = demo ] || CHROMIUM=$(sh ./chromium.sh)
export CHROMIUM
node_bin=$(sh ./node.sh)
# The generators and the type checker start "node" from PATH.
PATH="$(dirname "$node_bin"):$PATH"
export PATH
[ "${1:-test}" = demo ] || sh ../clients/page/setup.sh

case "${1:-test}" in
test) exec node --test --test-concurrency=1 --test-reporter=spec test/*.test.mjs ../clients/*/test/*.test.mjs ;;
demo) exec node demo.mjs ;;
*) exec node --test --test-reporter=spec "$@" ;;
esac
