package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// proven returns the proof of a row of some, in an entry among others, and the key that
// signed over n entries.
func proven(t *testing.T, rows int, place, entry, n int64) (Proof, Key) {
	t.Helper()
	k := newKey(t, "foyer/town")
	row := json.RawMessage(`{"id":17,"row":"access","view":"alert"}`)
	p := Proof{Row: row, Key: RowDigest([]byte("salt"), []byte("access 17")), Place: place}
	var digests [][]byte
	for i := range rows {
		digests = append(digests, RowDigest([]byte{byte(i)}, []byte("of another family")))
	}
	digests[place] = RowDigest(p.Key, row)
	path, err := PathOf(digests, place)
	if err != nil {
		t.Fatal(err)
	}
	p.Path = path
	var tree Tree
	var stored []tlog.Hash
	for i := range n {
		e := Entry{Index: i, At: time.UnixMilli(i), Kind: Access, Before: tree.Root(), Body: json.RawMessage(`{"rows":0}`)}
		if i == entry {
			e.Body = json.RawMessage(fmt.Sprintf(`{"rows":%d,"root":"%s"}`, rows, RootOf(digests)))
		}
		leaf, err := e.Leaf()
		if err != nil {
			t.Fatal(err)
		}
		if i == entry {
			p.Entry = string(leaf)
		}
		stored = append(stored, tree.Add(tlog.RecordHash(leaf))...)
	}
	p.EntryPath, err = tlog.ProveRecord(n, entry, tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var all []tlog.Hash
		for _, i := range at {
			all = append(all, stored[i])
		}
		return all, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	if p.Checkpoint, err = k.Sign(n, tree.Root()); err != nil {
		t.Fatal(err)
	}
	return p, k
}

func TestProofHolds(t *testing.T) {
	for _, c := range []struct {
		rows            int
		place, entry, n int64
	}{{1, 0, 0, 1}, {1, 0, 4, 5}, {2, 1, 2, 9}, {7, 6, 0, 8}, {100, 37, 20, 64}} {
		p, k := proven(t, c.rows, c.place, c.entry, c.n)
		if e, err := p.Verify(k.Public()); err != nil || e.Index != c.entry {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestChangedProofDoesNotHold(t *testing.T) {
	p, k := proven(t, 5, 3, 6, 11)
	other, thief := proven(t, 5, 3, 6, 11)
	for name, change := range map[string]func(*Proof){
		"another row":     func(p *Proof) { p.Row = json.RawMessage(`{"id":17,"row":"access","view":"alerts"}`) },
		"no row":          func(p *Proof) { p.Row = nil },
		"another key":     func(p *Proof) { p.Key = []byte("x") },
		"another place":   func(p *Proof) { p.Place = 2 },
		"no place":        func(p *Proof) { p.Place = -1 },
		"a far place":     func(p *Proof) { p.Place = 5 },
		"a shorter path":  func(p *Proof) { p.Path = p.Path[1:] },
		"another path":    func(p *Proof) { p.Path = slices.Clone(p.Path); p.Path[0][3] ^= 1 },
		"another entry":   func(p *Proof) { p.Entry = string(leaves(t, 7)[6]) },
		"no entry":        func(p *Proof) { p.Entry = "" },
		"no entry's path": func(p *Proof) { p.EntryPath = nil },
		"its checkpoint":  func(p *Proof) { p.Checkpoint = other.Checkpoint },
		"no checkpoint":   func(p *Proof) { p.Checkpoint = "" },
		"an older one": func(p *Proof) {
			signed, err := k.Sign(6, tlog.Hash{})
			if err != nil {
				t.Fatal(err)
			}
			p.Checkpoint = signed
		},
	} {
		bad := p
		change(&bad)
		var f *Fault
		if _, err := bad.Verify(k.Public()); !errors.As(err, &f) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.Verify(thief.Public()); err == nil {
		t.Error("any key will do")
	}
}
