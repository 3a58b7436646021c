#!/bin/sh
# Builds a release into dist, and a second time elsewhere, and compares. make release calls it. A commit without a tag
# gives a snapshot. Nothing is published: the workflow "release" does that.
set -eu
cd "$(dirname "$0")/.."
git rev-parse --verify -q HEAD >/dev/null || { echo "release.sh: needs a git checkout, for the time of the commit" >&2; exit 1; }
how=--snapshot
# goreleaser gives up after an hour, in which a busy machine with two CPUs does not compile everything.
limit=--timeout=3h
if tag=$(git describe --tags --exact-match 2>/dev/null); then
	# CHANGELOG.md freezes the migrations of a version that it has a heading for.
	grep -Eq "^## \\[?${tag#v}\\]?( |$)" CHANGELOG.md || {
		echo "release.sh: CHANGELOG.md has no heading for ${tag#v}: docs/releases.md says how a release is made" >&2
		exit 1
	}
	go test -count=1 ./internal/releases
	how=--skip=publish
fi
[ -z "$(git status --porcelain)" ] || { echo "release.sh: the checkout has changes that no commit has" >&2; exit 1; }
tools/tool.sh --build goreleaser cyclonedx-gomod
tools/tool.sh goreleaser release --clean $limit $how

# The second time in another folder, and with nothing that Go has compiled before.
again=$(mktemp -d)
trap 'chmod -R u+w "$again" && rm -rf "$again"' EXIT
git clone -q . "$again/source"
(cd "$again/source" && GOCACHE=$again/cache tools/tool.sh goreleaser release --clean $limit $how)
cmp "$again/source/dist/checksums.txt" dist/checksums.txt || { echo "release.sh: two builds of one commit differ" >&2; exit 1; }
echo "built twice, with the same bytes: dist/checksums.txt" >&2
