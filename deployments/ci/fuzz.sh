#!/bin/sh
# Runs every fuzz target of the project, one on each core: fuzz.sh 5s | 1000000x
# Before Go 1.27 the end of the time is called a failure now and then, without an
# input that fails (golang/go#75804): such a target runs once more.
set -eu
for dir in $(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do
	grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go | sed "s|func |$dir |" | sort -u
done | xargs -P "$(nproc)" -L 1 sh -c '
	fuzz() { out=$(go test -run "^\$" -fuzz "^$2\$" -fuzztime "$0" -parallel 1 "$1" 2>&1); }
	cut() { case "$out" in *"Failing input"*) false ;; *"context deadline exceeded"*) ;; *) false ;; esac }
	fuzz "$@" || { cut && fuzz "$@"; } || { printf "%s\n" "$out"; echo "fuzz $1 $2: FAILED"; exit 255; }
	printf "fuzz %s %s: %s\n" "$1" "$2" "$(printf "%s\n" "$out" | grep -e execs: -e ^ok | tail -1 | sed "s/^fuzz: //")"' "$1"
