#!/bin/sh
# Formatting and linters, vet among them; installs golangci-lint by `go install` when absent.
set -eu
version="$1"
bad=$(git ls-files '*.go' | grep -v '\.gen\.go$' | xargs gofmt -l)
[ -z "$bad" ] || { echo "gofmt would change: $bad" >&2; exit 1; }
if ! golangci-lint version 2>/dev/null | grep -q "${version#v}"; then
	echo "installing golangci-lint $version (a few minutes the first time)" >&2
	go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
fi
exec golangci-lint run --allow-parallel-runners --timeout 10m ./...
