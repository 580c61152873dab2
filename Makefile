# Foyer's chores. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
GO ?= go
GOBIN := $(shell $(GO) env GOPATH)/bin
LINT_VERSION := v2.15.0
VULN_VERSION := v1.1.4
SBOM_VERSION := v1.10.0
export PATH := $(GOBIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help demo build check lint test test-race servers generate fuzz chaos bench bench-ingest bench-parts bench-indicators bench-journal bench-api screenshots

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | sort | awk -F'\t' '{printf "  %-18s %s\n", $$1, $$2}'

demo: ## the whole thing with simulated homes; Ctrl+C stops it
	$(GO) run ./cmd/foyer demo

build: ## build bin/foyer
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/foyer ./cmd/foyer

.PHONY: release reproducible signed
release: ## programs for Linux into dist/, with what is in each and SHA256SUMS to sign; ARCHES=amd64 shortens
	@deployments/ci/release.sh dist $(SBOM_VERSION)

signed: ## want two persons' signatures under what is in dist/: without, it is no release
	@deployments/release/signed.sh dist

reproducible: ## release twice, in clones with empty caches, and want the same bytes; ARCHES=amd64 shortens
	@deployments/ci/reproducible.sh

check: lint test ## what CI runs

lint: ## gofmt, vet, the linters of .golangci.yml, and known vulnerabilities
	@deployments/ci/lint.sh $(LINT_VERSION)
	@deployments/ci/vulnerable.sh $(VULN_VERSION)

servers: ## install the real servers the tests start (Debian packages, InfluxDB by go install)
	@deployments/ci/servers.sh

test: servers ## every test, on the real servers; nothing skips
	FOYER_TEST_ALL=1 $(GO) test -timeout 20m ./...
	@$(MAKE) --no-print-directory test-race
	@$(MAKE) --no-print-directory fuzz-short
	@$(MAKE) --no-print-directory chaos-short

test-race: ## the race detector on pure and in-process packages, with fewer seeds
	$(GO) test -race -short -timeout 15m $(RACE_PACKAGES)

RACE_PACKAGES := ./ingest ./ingest/spool ./internal/broker ./alerts ./alerts/channel ./internal/jobs ./simulators

.PHONY: fuzz-short
fuzz-short: ## each fuzz target for 5 s
	@deployments/ci/fuzz.sh 5s

fuzz: ## each fuzz target for 1,000,000 executions
	@deployments/ci/fuzz.sh 1000000x

chaos: ## every fault trial, as root; 40 minutes on 2 cores. ONLY=R1,R6 SEED=7 N=50
	$(GO) run ./deployments/chaos $(if $(ONLY),--only $(ONLY)) $(if $(SEED),--seed $(SEED)) $(if $(N),--n $(N))

DISCLOSURE := S2,S3,S4
.PHONY: chaos-disclosure
chaos-disclosure: ## what must not be told is not told, under load, without special rights. ONLY=S2 SEED=7 N=50
	$(GO) run ./deployments/chaos --only $(or $(ONLY),$(DISCLOSURE)) $(if $(SEED),--seed $(SEED)) $(if $(N),--n $(N))

.PHONY: chaos-short
chaos-short: ## the fault trials that every change runs, 4 minutes
	$(GO) run ./deployments/chaos --short

generate: ## generated code and reference pages
	$(GO) generate ./...

bench: bench-ingest bench-parts bench-indicators bench-journal bench-api ## every benchmark

bench-ingest: build ## from a meter's message to a reading that can be read back; TELEGRAF=/path compares, BENCH="-runs 1" shortens
	$(GO) run ./deployments/bench -foyer bin/foyer $(if $(TELEGRAF),-telegraf $(TELEGRAF)) $(BENCH)

bench-parts: ## decode, spool, broker, series, each alone
	$(GO) test -run '^$$' -bench . -benchmem ./ingest/... ./internal/broker ./internal/series

bench-indicators: ## usage, bills, jobs, and nights of 1,000 and 10,000 homes, with 35 GB in TMPDIR for a while; HOMES="100" shortens
	$(GO) test -run '^$$' -bench . -skip Night -benchmem ./internal/energy ./internal/tariff ./indicators/... ./internal/jobs
	for homes in $(or $(HOMES),1000 10000); do $(GO) test -run '^$$' -bench Night -benchtime $${homes}x -timeout 0 ./internal/jobs || exit 1; done

bench-journal: ## 1,000,000 entries of the journal, written and verified; N=20000 shortens
	$(GO) test -run '^$$' -bench Journal -benchtime $(or $(N),1000000)x ./internal/records

bench-api: ## what one answer about families takes, in a pilot of 500 homes; HOMES=10 shortens
	FOYER_BENCH_HOMES=$(or $(HOMES),500) $(GO) test -run '^$$' -bench Answers ./api

screenshots: ## the pictures of docs/, from the demo
	FOYER_SCREENSHOTS=$(CURDIR)/docs/images FOYER_TEST_ALL=1 $(GO) test -count=1 -run TestDemoShows ./internal/app
