# make help lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GO_TOOLS := -modfile=tools/go.mod
BENCH_TIME ?= 10s
SOAK_MESSAGES ?= 1000000
SOAK_TIME ?= 6h
FUZZ_TIME ?= 1m

.PHONY: help build run test test-go test-e2e verify generate demo bench soak fuzz fmt clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## write bin/mlsd, static, with its version
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/mlsd ./cmd/mlsd

run: build ## start a delivery service on localhost:3000, with a private PostgreSQL in ./data
	@tools/ensure.sh postgres
	bin/mlsd serve

test: test-go test-e2e ## run every test: Go with the race detector, and end to end with real peers

test-go: ## run the Go tests with the race detector
	@tools/ensure.sh cc postgres redis
	go test -race -timeout 20m ./...

test-e2e: build ## run the end-to-end tests: two real PDSes, real MLS clients, the real binary
	@tools/ensure.sh cc postgres redis node nginx chromium
	sh e2e/run.sh test

demo: build ## watch two people on two PDSes talk end-to-end encrypted
	@tools/ensure.sh cc postgres node
	sh e2e/run.sh demo

bench: build ## measure the service beside its limits
	@tools/ensure.sh postgres redis
	go run ./cmd/mlsbench -time $(BENCH_TIME)

soak: ## send SOAK_MESSAGES messages, for SOAK_TIME at most, while something fails every few seconds
	@tools/ensure.sh postgres redis
	go test -count=1 -timeout 0 -v -run 'TestSoak$$' ./internal/faults -soak.messages $(SOAK_MESSAGES) -soak.for $(SOAK_TIME) -soak.convos 50 -soak.people 200

fuzz: ## look for input that breaks a parser, FUZZ_TIME for each target
	tools/fuzz.sh $(FUZZ_TIME)

generate: ## write gen/ from lexicons/, db/ from queries/ and db/migrations/, docs/limits.md from server/limit
	go run ./cmd/lexgen generate
	go tool $(GO_TOOLS) sqlc generate
	go test -count=1 -run TestDocumentation ./server/limit -update

verify: ## fail when lexicons, code, SQL or style drift apart
	@tools/ensure.sh cc postgres
	tools/verify.sh

fmt: ## format the Go code
	gofmt -w $$(git ls-files '*.go')

clean: ## remove what was built (./data stays)
	rm -rf bin e2e/out
