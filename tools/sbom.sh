#!/bin/sh
# Writes what a binary consists of as CycloneDX: sbom.sh OS ARCH TIME DOCUMENT. goreleaser calls it.
# The time is that of the commit, and there is no serial number, so that two builds give the same bytes.
set -eu
cd "$(dirname "$0")/.."
mkdir -p dist
GOOS=$1 GOARCH=$2 CGO_ENABLED=0 tools/tool.sh cyclonedx-gomod app -json -licenses -noserial -main cmd/mlsd -output "dist/$4" .
sed "s|\"timestamp\": \"[^\"]*\"|\"timestamp\": \"$3\"|" "dist/$4" >"dist/$4.new"
mv "dist/$4.new" "dist/$4"
