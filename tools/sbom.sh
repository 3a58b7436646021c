#!/bin/sh
# Writes what a binary consists of as CycloneDX: sbom.sh OS ARCH TIME DOCUMENT, with an absolute path. goreleaser calls it.
# The time is that of the commit, and there is no serial number, so that two builds give the same bytes.
set -eu
cd "$(dirname "$0")/.."
GOOS=$1 GOARCH=$2 CGO_ENABLED=0 tools/tool.sh cyclonedx-gomod app -json -licenses -noserial -main cmd/mlsd -output "$4" .
sed "s|\"timestamp\": \"[^\"]*\"|\"timestamp\": \"$3\"|" "$4" >"$4.new"
mv "$4.new" "$4"
