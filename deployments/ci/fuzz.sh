#!/bin/sh
# Runs every fuzz target of the project, one after the other: fuzz.sh 10s | 1000000x
set -eu
for dir in $(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do
	for target in $(grep -rhoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go | sed 's/func //' | sort -u); do
		echo "fuzz $dir $target $1"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" "$dir"
	done
done
