#!/bin/sh
# Installs what is missing, then runs the tests, the demo, a network for clients to try, or test files:
# run.sh test|demo [-v]|network|FILE...
# "test" includes the tests of clients/typescript and clients/page. MLSD names another binary than ../bin/mlsd.
set -eu
cd "$(dirname "$0")"
sh ./setup.sh
case "${1:-test}" in
demo | network) ;;
*)
    CHROMIUM=$(sh ./chromium.sh)
    export CHROMIUM
    ;;
esac
node_bin=$(sh ./node.sh)
# The generators and the type checker start "node" from PATH.
PATH="$(dirname "$node_bin"):$PATH"
export PATH
case "${1:-test}" in
demo) sh ../clients/typescript/setup.sh ;;
network) ;;
*) sh ../clients/page/setup.sh ;;
esac

case "${1:-test}" in
test) exec node --test --test-concurrency=1 --test-reporter=spec test/*.test.mjs ../clients/*/test/*.test.mjs ;;
demo)
    shift
    exec node demo.mjs "$@"
    ;;
network) exec node network.mjs ;;
*) exec node --test --test-reporter=spec "$@" ;;
esac
