package journal

import (
	"fmt"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// A tree that grows has the hashes and roots of the one that is computed at once.
func TestTreeIsThatOfRFC6962(t *testing.T) {
	var tree Tree
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var all []tlog.Hash
		for _, i := range at {
			all = append(all, stored[i])
		}
		return all, nil
	})
	for n := range int64(600) {
		root, err := tlog.TreeHash(n, read)
		if err != nil || root != tree.Root() {
			t.Fatalf("%d leaves: %s, want %s: %v", n, tree.Root(), root, err)
		}
		tops, err := read(Tops(n))
		if err != nil {
			t.Fatal(err)
		}
		again := Resume(n, tops)
		leaf := []byte(fmt.Sprint("leaf ", n))
		want, err := tlog.StoredHashes(n, leaf, read)
		if err != nil {
			t.Fatal(err)
		}
		for _, tr := range []*Tree{&tree, &again} {
			if got := tr.Add(tlog.RecordHash(leaf)); !slices.Equal(got, want) || tr.Size() != n+1 {
				t.Fatalf("leaf %d: %v, want %v", n, got, want)
			}
		}
		if again.Root() != tree.Root() {
			t.Fatalf("%d leaves: what is resumed has another root", n+1)
		}
		stored = append(stored, want...)
	}
}
