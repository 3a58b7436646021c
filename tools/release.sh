#!/bin/sh
# Builds a release into dist twice, and compares. make release calls it. A commit without a tag gives a snapshot. Nothing
# is published: the workflow "release" does that.
set -eu
cd "$(dirname "$0")/.."
git rev-parse --verify -q HEAD >/dev/null || { echo "release.sh: needs a git checkout, for the time of the commit" >&2; exit 1; }
how=--snapshot
if tag=$(git describe --tags --exact-match 2>/dev/null); then
	# CHANGELOG.md freezes the migrations of a version that it has a heading for.
	grep -Eq "^## \\[?${tag#v}\\]?( |$)" CHANGELOG.md || {
		echo "release.sh: CHANGELOG.md has no heading for ${tag#v}: docs/releases.md says how a release is made" >&2
		exit 1
	}
	go test -count=1 ./internal/releases
	how=--skip=publish
fi
first=$(mktemp)
trap 'rm -f "$first"' EXIT
tools/tool.sh --build goreleaser cyclonedx-gomod
tools/tool.sh goreleaser release --clean $how
cp dist/checksums.txt "$first"
tools/tool.sh goreleaser release --clean $how
cmp "$first" dist/checksums.txt || { echo "release.sh: two builds of one commit differ" >&2; exit 1; }
echo "built twice, with the same bytes: dist/checksums.txt" >&2
