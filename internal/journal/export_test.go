package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

func newKey(t *testing.T, name string) Key {
	t.Helper()
	k, err := MakeKey(filepath.Join(t.TempDir(), "journal.key"), name)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// leaves returns n entries, the first of which starts the journal.
func leaves(t *testing.T, n int) [][]byte {
	t.Helper()
	var tree Tree
	var all [][]byte
	for i := range n {
		e := Entry{
			Index: int64(i), At: time.UnixMilli(1_780_000_000_000 + int64(i)*777), Kind: Consent, Before: tree.Root(),
			Body: json.RawMessage(fmt.Sprintf(`{"state":"given","purpose":"alert","rows":1,"root":"%s"}`, RootOf([][]byte{{byte(i)}}))),
		}
		if i == 0 {
			e.Kind, e.Body = Start, json.RawMessage(`{"format":"`+Format+`"}`)
		}
		leaf, err := e.Leaf()
		if err != nil {
			t.Fatal(err)
		}
		tree.Add(tlog.RecordHash(leaf))
		all = append(all, leaf)
	}
	return all
}

func rootOfLeaves(all [][]byte) tlog.Hash { return RootOf(all) }

func export(t *testing.T, k Key, all [][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	x, err := NewExporter(&b, k.Public())
	for _, leaf := range all {
		err = errors.Join(err, x.Entry(leaf))
	}
	signed, wrong := k.Sign(int64(len(all)), rootOfLeaves(all))
	if err := errors.Join(err, wrong, x.End(signed)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func verify(b []byte, held ExportCheck) error {
	_, _, err := VerifyExport(bytes.NewReader(b), held)
	return err
}

func TestExportVerifies(t *testing.T) {
	k := newKey(t, "foyer/town")
	for _, n := range []int{0, 1, 2, 7, 64, 100} {
		all := leaves(t, n)
		report, key, err := VerifyExport(bytes.NewReader(export(t, k, all)), ExportCheck{Key: k.Public()})
		if err != nil || report.Entries != int64(n) || report.Root != rootOfLeaves(all) || key != k.Public() || report.Checkpoints != 1 {
			t.Errorf("%d entries: %+v %s: %v", n, report, key, err)
		}
		if n > 0 && (report.Kinds[Start] != 1 || report.Last.Sub(report.First) != time.Duration(n-1)*777*time.Millisecond) {
			t.Errorf("%d entries: %+v", n, report)
		}
	}
}

// Every bit of an export matters.
func TestEveryFlippedBitIsFound(t *testing.T) {
	k := newKey(t, "foyer/town")
	good := export(t, k, leaves(t, 3))
	lines := bytes.SplitAfter(good, []byte("\n"))
	end := 0
	for n, line := range lines {
		for i := range line {
			for bit := range 8 {
				bad := slices.Clone(good)
				bad[end+i] ^= 1 << bit
				var f *Fault
				if err := verify(bad, ExportCheck{}); !errors.As(err, &f) {
					t.Fatalf("line %d, byte %d, bit %d: %v\n%s", n, i, bit, err, bad)
				}
				entry := int64(n - 1) // after the head
				if n > 0 && n <= 3 && f.Index != entry && i != len(line)-1 {
					t.Fatalf("line %d, byte %d, bit %d: %v, want entry %d", n, i, bit, f, entry)
				}
			}
		}
		end += len(line)
	}
}

// Ten thousand of what a hand could do to a file, S4 of the figures.
func TestEveryMutationIsFound(t *testing.T) {
	k := newKey(t, "foyer/town")
	all := leaves(t, 40)
	good := export(t, k, all)
	other := export(t, newKey(t, "foyer/town"), leaves(t, 41))
	r := rand.New(rand.NewPCG(20261126, 4))
	for found := 0; found < 10_000; {
		bad := mutate(r, good, other)
		if bytes.Equal(bad, good) {
			continue
		}
		var f *Fault
		if err := verify(bad, ExportCheck{Key: k.Public()}); !errors.As(err, &f) {
			t.Fatalf("%v:\n%s", err, bad)
		}
		found++
	}
}

// mutate returns another export: bits, lines and checkpoints are changed.
func mutate(r *rand.Rand, good, other []byte) []byte {
	lines := bytes.SplitAfter(slices.Clone(good), []byte("\n"))
	lines = lines[:len(lines)-1] // nothing follows the last
	i, j := r.IntN(len(lines)), r.IntN(len(lines))
	switch r.IntN(9) {
	case 0:
		at := r.IntN(len(lines[i]))
		lines[i][at] ^= 1 << r.IntN(8)
	case 1:
		lines = slices.Delete(lines, i, i+1)
	case 2:
		lines[i], lines[j] = lines[j], lines[i]
	case 3:
		lines = slices.Insert(lines, j, slices.Clone(lines[i]))
	case 4:
		return good[:r.IntN(len(good))]
	case 5:
		return append(slices.Clone(good), lines[i]...)
	case 6: // another checkpoint, or entries of another journal
		theirs := bytes.SplitAfter(other, []byte("\n"))
		lines[i] = theirs[min(i, len(theirs)-2)]
	case 7:
		at := r.IntN(len(lines[i]))
		lines[i] = slices.Insert(lines[i], at, byte(" \n\r\t\"0a}"[r.IntN(8)]))
	case 8: // an entry with its hash, as if it had been written so
		leaf, _, err := splitLine(bytes.TrimSuffix(lines[i], []byte("\n")))
		if err == nil {
			leaf = bytes.Replace(leaf, []byte("given"), []byte("denied"), 1)
			lines[i] = fmt.Appendf(nil, "%s%s%s%s%s\n", beforeLeaf, leaf, beforeHash, tlog.RecordHash(leaf), afterHash)
		}
	}
	return bytes.Join(lines, nil)
}

// What was rewritten with every hash in place is found by who holds the key, or an
// older checkpoint.
func TestAnotherHistoryIsFound(t *testing.T) {
	k, thief := newKey(t, "foyer/town"), newKey(t, "foyer/town")
	all := leaves(t, 20)
	old, err := k.Sign(12, rootOfLeaves(all[:12]))
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(export(t, k, all), ExportCheck{Key: k.Public(), Since: old}); err != nil {
		t.Error(err)
	}
	forged := leaves(t, 20)
	forged = append(forged[:5:5], leavesAfter(t, forged[:5], 15)...)
	var f *Fault
	if err := verify(export(t, thief, forged), ExportCheck{Key: k.Public()}); !errors.As(err, &f) || f.Kind != "key" {
		t.Error(err)
	}
	if err := verify(export(t, k, forged), ExportCheck{Since: old}); !errors.As(err, &f) || f.Index != 0 || !strings.Contains(f.Why, "up to entry 11") {
		t.Error(err)
	}
	if err := verify(export(t, k, all[:8]), ExportCheck{Since: old}); !errors.As(err, &f) || f.Index != 8 || f.Kind != Missing {
		t.Error(err)
	}
	theirs, err := thief.Sign(12, rootOfLeaves(all[:12]))
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(export(t, k, all), ExportCheck{Since: theirs}); !errors.As(err, &f) || f.Kind != "older checkpoint" {
		t.Error(err)
	}
}

// leavesAfter returns n further entries, which refuse.
func leavesAfter(t *testing.T, before [][]byte, n int) [][]byte {
	t.Helper()
	var tree Tree
	for _, l := range before {
		tree.Add(tlog.RecordHash(l))
	}
	var all [][]byte
	for range n {
		e := Entry{Index: tree.Size(), At: time.UnixMilli(1_780_000_000_000), Kind: Consent, Before: tree.Root(), Body: json.RawMessage(`{"state":"refused"}`)}
		leaf, err := e.Leaf()
		if err != nil {
			t.Fatal(err)
		}
		tree.Add(tlog.RecordHash(leaf))
		all = append(all, leaf)
	}
	return all
}

// The entry that was changed is named, though its own hash was changed with it.
func TestTheEntryIsNamed(t *testing.T) {
	k := newKey(t, "foyer/town")
	all := leaves(t, 9)
	for i := range 8 {
		bad := slices.Clone(all)
		bad[i] = bytes.Replace(bad[i], []byte(`Z"`), []byte(`Z"`), 1)
		bad[i] = bytes.Replace(bad[i], []byte(`"at":"20`), []byte(`"at":"19`), 1)
		var f *Fault
		if err := verify(export(t, k, bad), ExportCheck{}); !errors.As(err, &f) || f.Index != int64(i) {
			t.Errorf("entry %d: %v", i, err)
		}
	}
}

// Entries tell who signs from then on, and what the key before signed still holds.
func TestKeysFollowEachOther(t *testing.T) {
	first, second := newKey(t, "foyer/town"), newKey(t, "foyer/town")
	var tree Tree
	var all [][]byte
	for i, body := range []any{map[string]string{"format": Format}, KeyBody{first.Public()}, map[string]int{"n": 1}, KeyBody{second.Public()}} {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := Entry{Index: int64(i), At: time.UnixMilli(1), Kind: []Kind{Start, NewKey, Release, NewKey}[i], Before: tree.Root(), Body: b}.Leaf()
		if err != nil {
			t.Fatal(err)
		}
		tree.Add(tlog.RecordHash(leaf))
		all = append(all, leaf)
	}
	old, err := first.Sign(3, rootOfLeaves(all[:3]))
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(export(t, second, all), ExportCheck{Key: second.Public(), Since: old}); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoEntryIsRefused(t *testing.T) {
	for _, e := range []Entry{
		{Kind: "Consent", Body: json.RawMessage(`{}`)},
		{Kind: "", Body: json.RawMessage(`{}`)},
		{Kind: Consent, Body: json.RawMessage(`[]`)},
		{Kind: Consent, Body: json.RawMessage(`{"a":1,"a":2}`)},
		{Kind: Consent},
		{Kind: Release, Body: json.RawMessage(`{"text":"` + strings.Repeat("x", MaxLeaf) + `"}`)},
	} {
		if leaf, err := e.Leaf(); err == nil {
			t.Errorf("%+v: %s", e, leaf)
		}
	}
	good, err := Entry{Kind: Consent, At: time.UnixMilli(0), Body: json.RawMessage(`{"b":1,"a":"x"}`)}.Leaf()
	if err != nil {
		t.Fatal(err)
	}
	if e, err := ParseEntry(good); err != nil || string(e.Body) != `{"a":"x","b":1}` {
		t.Errorf("%+v: %v", e, err)
	}
	for _, bad := range []string{
		" " + string(good), string(good) + " ", strings.Replace(string(good), `"index":0`, `"index":00`, 1),
		strings.Replace(string(good), `"index":0`, `"index":0,"more":1`, 1), strings.Replace(string(good), `"kind"`, `"Kind"`, 1), "", "{}", "null",
	} {
		if _, err := ParseEntry([]byte(bad)); err == nil {
			t.Errorf("%s", bad)
		}
	}
}
