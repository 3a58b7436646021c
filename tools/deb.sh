#!/bin/sh
# Writes bin/mlsd_VERSION_ARCH.deb from bin/mlsd: deb.sh VERSION. make deb calls it.
set -eu
cd "$(dirname "$0")/.."
# A version of Debian begins with a digit. A tag's v is left out; a build without a tag comes before all releases.
case "$1" in
v[0-9]*) DEB_VERSION=${1#v} ;;
[0-9]*.*) DEB_VERSION=$1 ;;
*) DEB_VERSION=0.0.0~$1 ;;
esac
DEB_ARCH=$(go env GOARCH)
STAGE=$(mktemp -d)
export DEB_VERSION DEB_ARCH STAGE
trap 'rm -rf "$STAGE"' EXIT
sh tools/install.sh "$STAGE" /usr
tools/tool.sh nfpm package --config deploy/nfpm.yaml --packager deb --target bin/
