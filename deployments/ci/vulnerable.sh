#!/bin/sh
# Known vulnerabilities that the program reaches, where their list can be had; GOVULNDB names another list.
set -eu
version="$1"
list="${GOVULNDB:-https://vuln.go.dev}"
if ! curl -fsS -m 10 -o /dev/null "$list/index/db.json" 2>/dev/null; then
	echo "govulncheck: $list cannot be reached; known vulnerabilities were not looked for" >&2
	exit 0
fi
exec go run "golang.org/x/vuln/cmd/govulncheck@$version" -db "$list" ./...
