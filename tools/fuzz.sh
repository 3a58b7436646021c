#!/usr/bin/env bash
# Runs every fuzz target of the module in turn: fuzz.sh [TIME], by default one minute each. It prints the result of each
# target. It continues after a finding and then ends with status 1. The input that was found is a new file under
# testdata/fuzz; keep it as a seed.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-1m}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
targets=0 failed=0

while IFS=: read -r file line; do
	target=${line#func }
	target=${target%%(*}
	dir=$(dirname "$file")
	targets=$((targets + 1))
	status=0
	go test "$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 1s >"$log" 2>&1 || status=$?
	did=$(grep '^fuzz: elapsed' "$log" | tail -n 1 || true)
	# When the duration ends, Go before 1.27 may report its own deadline as a failure of the target
	# (go.dev/issue/75804). That alone is not a finding.
	if [ $status -ne 0 ] && [ "$(grep -cE '^    ' "$log")" = 1 ] && grep -q '^    context deadline exceeded$' "$log"; then
		status=0
	fi
	if [ $status -ne 0 ]; then
		failed=$((failed + 1))
		cat "$log"
		printf '%-32s FAILED\n' "$dir $target"
		continue
	fi
	# A target that ran no input has tested nothing.
	case $did in
	*"execs: "[1-9]*) printf '%-32s %s\n' "$dir $target" "${did#fuzz: }" ;;
	*) failed=$((failed + 1)); cat "$log"; printf '%-32s ran nothing\n' "$dir $target" ;;
	esac
done < <(grep -rE --include='*_test.go' --exclude-dir=node_modules '^func Fuzz[A-Za-z0-9_]*\(' ./*)

echo "$targets fuzz targets, $time each, $failed failed"
[ $targets -gt 0 ] && [ $failed -eq 0 ]
