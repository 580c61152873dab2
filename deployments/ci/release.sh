#!/bin/sh
# Builds a commit for machines of others: for each of ARCHES a program and the list of
# what is in it (CycloneDX), which version it is, the list of signers and the script that
# checks them, and SHA256SUMS over all, for two persons to sign. Who builds the same commit
# with the same Go gets the same bytes: nothing is taken from folders, settings or the clock.
set -eu
to="$1" sbom="$2"
cd "$(dirname "$0")/../.."
changed=$(git status --porcelain)
[ -z "$changed" ] || { printf 'release: no commit holds these; commit them, or build in a clone:\n%s\n' "$changed" >&2; exit 1; }
tag=$(git describe --tags --exact-match --match 'v*' 2>/dev/null || true)
version="${tag:-$(git rev-parse --short=12 HEAD)}"
unset GOEXPERIMENT
export CGO_ENABLED=0 GOAMD64=v1 GOARM64=v8.0 GOFIPS140=off GOFLAGS=-mod=readonly GOWORK=off LC_ALL=C
mkdir -p "$to"
rm -f "$to"/foyer-linux-* "$to"/SHA256SUMS*
for arch in ${ARCHES:-amd64 arm64}; do
	program="$to/foyer-linux-$arch"
	GOOS=linux GOARCH="$arch" go build -trimpath -buildvcs=true -ldflags "-s -w -X foyer/internal/app.release=$tag" -o "$program" ./cmd/foyer
	go run -trimpath "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$sbom" bin -json -std -noserial -notimestamp \
		-version "$version" -output "$program.cdx.json" "$program"
done
echo "$version $(git rev-parse HEAD) $(go env GOVERSION)" > "$to/RELEASE"
cp deployments/release/signers deployments/release/verify.sh "$to"
cd "$to"
sha256sum RELEASE foyer-linux-* signers verify.sh > SHA256SUMS
cat SHA256SUMS
