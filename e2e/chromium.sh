#!/bin/sh
# Prints the path of a Chromium for the browser test. This is an installed one if there is one, as Debian and macOS have
# packages of it. Otherwise, on Linux with an x64 processor, it is the one in the npm package in chromium/, because the
# Chromium package of Ubuntu needs snapd.
set -eu
cd "$(dirname "$0")"

installed() {
    for candidate in chromium google-chrome /Applications/Chromium.app/Contents/MacOS/Chromium; do
        path=$(command -v "$candidate") && "$path" --version >/dev/null 2>&1 && echo "$path" && return
    done
    return 1
}
installed && exit
if [ "$(uname -sm)" != "Linux x86_64" ] || grep -q '^ID=debian' /etc/os-release 2>/dev/null; then
    sh ../tools/ensure.sh chromium >&2
    installed && exit
    echo "e2e/chromium.sh: Chromium is installed but does not start; type: chromium --version" >&2
    exit 1
fi

stamp=chromium/node_modules/.mlsd-lock
if ! cmp -s chromium/package-lock.json "$stamp"; then
    echo "e2e: installing Chromium from npm (70 MB)" >&2
    (cd chromium && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
    unpacked=chromium/node_modules/unpacked
    mkdir -p "$unpacked"
    unbrotli='process.stdin.pipe(zlib.createBrotliDecompress()).pipe(process.stdout)'
    node -e "$unbrotli" <chromium/node_modules/@sparticuz/chromium/bin/chromium.br >"$unpacked/chromium"
    for archive in al2023 swiftshader; do
        node -e "$unbrotli" <"chromium/node_modules/@sparticuz/chromium/bin/$archive.tar.br" | tar -xof - -C "$unpacked"
    done
    chmod +x "$unpacked/chromium"
    "$PWD/chromium/run.sh" --version >/dev/null || { echo "e2e/chromium.sh: the Chromium of the npm package does not start here; install one as chromium in PATH" >&2; exit 1; }
    cp chromium/package-lock.json "$stamp"
fi
echo "$PWD/chromium/run.sh"
