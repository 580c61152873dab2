#!/bin/sh
# Asks, before it is published, whether a folder is a release of HEAD to those who have the
# release before: by the list of signers of the tag before, or by HEAD's when it is the first.
set -eu
folder=$(realpath "$1")
cd "$(git rev-parse --show-toplevel)"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
before=$(git describe --tags --abbrev=0 --match 'v*' HEAD^ 2>/dev/null || true)
git show "${before:-HEAD}:deployments/release/signers" >"$tmp/signers"
sh deployments/release/verify.sh "$tmp/signers" "$folder"
