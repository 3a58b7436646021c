#!/bin/sh
# Starts the Chromium that chromium.sh has unpacked, with the libraries of its npm package.
unpacked=$(dirname "$0")/node_modules/unpacked
LD_LIBRARY_PATH=$unpacked/lib exec "$unpacked/chromium" "$@"
