#!/bin/sh
# Puts the service in place for systemd: install.sh DESTDIR PREFIX. make install calls it after building bin/mlsd.
# DESTDIR is a folder in which the system's root is imitated, such as that of a package; it is empty for this system.
set -eu
cd "$(dirname "$0")/.."
root=${1%/} prefix=${2%/}
case "$prefix" in /*) ;; *) echo "install.sh: PREFIX is an absolute path such as /usr/local" >&2; exit 2 ;; esac
doc=$root$prefix/share/doc/mlsd
units=$root$prefix/lib/systemd/system

put() { # put MODE FILE... FOLDER
	mode=$1
	shift
	for folder; do :; done
	mkdir -p "$folder"
	while [ $# -gt 1 ]; do
		install -m "$mode" "$1" "$folder/"
		shift
	done
}

put 755 bin/mlsd deploy/systemd/mlsd-run "$root$prefix/bin"
put 644 deploy/systemd/mlsd.service deploy/systemd/mlsd-backup.service deploy/systemd/mlsd-backup.timer "$units"
if [ "$prefix" != /usr ]; then # these files name the program by its path
	sed "s|/usr/bin/mlsd|$prefix/bin/mlsd|" deploy/systemd/mlsd.service >"$units/mlsd.service"
	sed "s|/usr/bin/mlsd|$prefix/bin/mlsd|" deploy/systemd/mlsd-backup.service >"$units/mlsd-backup.service"
	sed "s|/usr/bin/mlsd|$prefix/bin/mlsd|" deploy/systemd/mlsd-run >"$root$prefix/bin/mlsd-run"
fi
mkdir -p "$root$prefix/lib/sysusers.d" "$root$prefix/lib/tmpfiles.d"
install -m 644 deploy/systemd/mlsd.sysusers "$root$prefix/lib/sysusers.d/mlsd.conf"
install -m 644 deploy/systemd/mlsd.tmpfiles "$root$prefix/lib/tmpfiles.d/mlsd.conf"
put 644 deploy/nginx/mlsd.conf deploy/nginx/nginx.conf "$doc/nginx"
put 644 deploy/caddy/Caddyfile "$doc/caddy"
put 644 deploy/monitoring/*.yml "$doc/monitoring"
put 644 deploy/monitoring/grafana/dashboards/*.json "$doc/monitoring/grafana/dashboards"
put 644 deploy/monitoring/grafana/provisioning/dashboards/*.yml "$doc/monitoring/grafana/provisioning/dashboards"
put 644 deploy/monitoring/grafana/provisioning/datasources/*.yml "$doc/monitoring/grafana/provisioning/datasources"
put 644 deploy/systemd/journald.conf docs/*.md "$doc"
install -m 644 LICENSE "$doc/copyright"
# Settings that are there already are the operator's.
if [ ! -e "$root/etc/mlsd/mlsd.env" ]; then
	put 640 deploy/systemd/mlsd.env "$root/etc/mlsd"
fi
[ -z "$root" ] || exit 0
if command -v systemd-sysusers >/dev/null; then systemd-sysusers "$prefix/lib/sysusers.d/mlsd.conf"; fi
if command -v systemd-tmpfiles >/dev/null; then systemd-tmpfiles --create "$prefix/lib/tmpfiles.d/mlsd.conf"; fi
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
echo "installed: docs/deployments.md, \"Without Docker\", says how to go on" >&2
