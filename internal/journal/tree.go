package journal

import (
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// A Tree is a Merkle tree of RFC 6962 that grows: it keeps the roots of its perfect
// subtrees alone. Its zero value is empty.
type Tree struct {
	size int64
	tops []tlog.Hash // from the left, that is from the largest
}

// Tops returns where the hashes of a tree of that size are stored from which
// [Resume] goes on, as [tlog.StoredHashIndex] counts.
func Tops(size int64) []int64 {
	var at []int64
	for level, n := 0, size; n > 0; level, n = level+1, n>>1 {
		if n&1 == 1 {
			at = append(at, tlog.StoredHashIndex(level, n-1))
		}
	}
	slices.Reverse(at)
	return at
}

// Resume returns the tree of a size from the hashes that [Tops] names.
func Resume(size int64, tops []tlog.Hash) Tree { return Tree{size: size, tops: slices.Clone(tops)} }

// Size returns how many leaves the tree has.
func (t *Tree) Size() int64 { return t.size }

// Add adds a leaf by its hash, and returns the hashes to store for it: its own, and
// those of the subtrees that it completes, in order from [tlog.StoredHashIndex](0, size).
func (t *Tree) Add(leaf tlog.Hash) []tlog.Hash {
	stored := []tlog.Hash{leaf}
	h := leaf
	for n := t.size; n&1 == 1; n >>= 1 {
		last := len(t.tops) - 1
		h = tlog.NodeHash(t.tops[last], h)
		t.tops = t.tops[:last]
		stored = append(stored, h)
	}
	t.tops = append(t.tops, h)
	t.size++
	return stored
}

// Root returns the root; of an empty tree that is the SHA-256 of nothing.
func (t *Tree) Root() tlog.Hash {
	if t.size == 0 {
		empty, _ := tlog.TreeHash(0, nil) // reads nothing
		return empty
	}
	last := len(t.tops) - 1
	h := t.tops[last]
	for _, left := range slices.Backward(t.tops[:last]) {
		h = tlog.NodeHash(left, h)
	}
	return h
}

// RootOf returns the root over records, in order.
func RootOf(records [][]byte) tlog.Hash {
	var t Tree
	for _, r := range records {
		t.Add(tlog.RecordHash(r))
	}
	return t.Root()
}
