#!/usr/bin/env bash
# Checks everything that can drift: generated code, lexicons, SQL, documents,
# module files, formatting, imports. Each step says its name before
# it begins; the first failure ends it.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '== %s (%s s since the start)\n' "$*" "$SECONDS" >&2; }
# The files of a checkout, or of an unpacked archive, which git knows nothing of.
files() { find . \( -name node_modules -o -name .git -o -path ./data -o -path ./bin -o -path ./e2e/out \) -prune -o -type f \( "$@" \) -print; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

step "tools: sqlc, golangci-lint"
tools/tool.sh --build sqlc golangci-lint

step "gofmt"
unformatted=$(files -name '*.go' | xargs gofmt -l)
[ -z "$unformatted" ] || { echo "not formatted: $unformatted" >&2; exit 1; }

step "lexicons: lint, breaking changes"
go run ./cmd/lexgen lint
go run ./cmd/lexgen breaking

step "generated code is what the sources give"
cp -R gen db "$scratch/"
go run ./cmd/lexgen generate
tools/tool.sh sqlc generate
diff -r "$scratch/gen" gen && diff -r "$scratch/db" db || {
	echo "gen/ or db/ was not what make generate writes; it is now: look at the difference and commit it" >&2
	exit 1
}
if [ -n "${CI:-}" ]; then
	dirty=$(git status --porcelain)
	[ -z "$dirty" ] || { echo "the checkout is not clean after generating: $dirty" >&2; exit 1; }
fi

step "SQL against a migrated database"
go run ./internal/dbtest/withdb SQLC_DATABASE_URL tools/tool.sh sqlc vet

step "documents: references, line lengths"
go test -count=1 ./internal/docs

step "metrics, rules, dashboard, Alertmanager: promtool, amtool, the catalogue and the runbook"
go test -count=1 ./internal/monitoring
go test -count=1 -run 'TestMetricsDocument|TestScripts/^metrics$' ./cmd/mlsd

step "go vet"
go vet ./...

step "golangci-lint"
tools/tool.sh golangci-lint run ./...

step "module files"
go mod tidy -diff
for module in tools tools/*/; do
	(cd "$module" && go mod tidy -diff)
done
(cd e2e/indigo && go mod tidy -diff && go vet ./...)
go mod verify

step "scripts and lock files"
files -name '*.sh' -o -path ./.ci/run | while read -r f; do bash -n "$f"; done
if files -name package-lock.json | xargs grep -l '"resolved": "http'; then
	echo "a lock file names a registry host" >&2
	exit 1
fi
# The largest file is a test vector of 2 MB. A program that go build left in the checkout is not to be committed.
if git ls-files >"$scratch/tracked" 2>/dev/null; then
	large=$(tr '\n' '\0' <"$scratch/tracked" | xargs -0 sh -c 'find "$@" -maxdepth 0 -type f -size +8192k' sh)
	[ -z "$large" ] || { echo "larger than 8 MiB: $large" >&2; exit 1; }
fi
echo "verified" >&2
