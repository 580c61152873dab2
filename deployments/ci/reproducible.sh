#!/bin/sh
# Builds the release of HEAD twice, in two clones with a cache of their own that is empty,
# and wants the same bytes; then, that SHA256SUMS is over every file, and that each list
# names every module that is in its program, and the version of Go.
set -eu
here=$(git rev-parse --show-toplevel)
go=$(unset GOEXPERIMENT; go env GOVERSION)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
for clone in one another/further/away; do
	git clone -q "$here" "$tmp/$clone/foyer"
	GOCACHE="$tmp/$clone/cache" make --no-print-directory -C "$tmp/$clone/foyer" release
done
cd "$tmp/one/foyer/dist"
sha256sum --check --quiet SHA256SUMS
if ! diff SHA256SUMS "$tmp/another/further/away/foyer/dist/SHA256SUMS"; then
	echo "reproducible: two builds of one commit differ" >&2
	exit 1
fi
ls -A | grep -vx SHA256SUMS | sort > "$tmp/there"
if ! cut -c 67- SHA256SUMS | sort | diff "$tmp/there" -; then
	echo "reproducible: SHA256SUMS is not over these files" >&2
	exit 1
fi
for list in *.cdx.json; do
	{ go version -m "${list%.cdx.json}" | awk '$1 == "dep" { print $2 "@" $3 }'; echo "std@$go"; } | sort > "$tmp/in"
	sed -n 's|^ *"bom-ref": "pkg:golang/\([^?]*\).*|\1|p' "$list" | sed 's/%2B/+/g' | sort > "$tmp/listed"
	missing=$(comm -23 "$tmp/in" "$tmp/listed")
	if [ "$(wc -l < "$tmp/in")" -lt 2 ] || [ -n "$missing" ]; then
		printf 'reproducible: %s does not name:\n%s\n' "$list" "$missing" >&2
		exit 1
	fi
done
echo "two builds of $(git -C "$here" rev-parse --short=12 HEAD) are the same bytes"
