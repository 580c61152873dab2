package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKeyIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.key")
	if _, err := ReadKey(path); !errors.Is(err, ErrNoKey) {
		t.Fatal(err)
	}
	for range 20 { // keys hold "+" now and then
		k, err := MakeKey(path, "foyer/town")
		if err != nil {
			t.Fatal(err)
		}
		again, err := ReadKey(path)
		if err != nil || again.Public() != k.Public() || !strings.HasPrefix(k.Public(), "foyer/town+") {
			t.Fatalf("%s, want %s: %v", again.Public(), k.Public(), err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Fatal(info.Mode(), err)
		}
		if _, err := MakeKey(path, "foyer/town"); !errors.Is(err, fs.ErrExist) {
			t.Fatal(err)
		}
		signed, err := again.Sign(7, RootOf(nil))
		if err != nil {
			t.Fatal(err)
		}
		if c, err := OpenAlone(signed, k.Public()); err != nil || c.Size != 7 || c.Origin != "foyer/town" || c.Root != RootOf(nil) {
			t.Fatalf("%+v: %v", c, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := filepath.Glob(path + "*"); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
}

// A witness may sign too; in an export nothing stands beside the one signature.
func TestOtherSignatures(t *testing.T) {
	k, witness := newKey(t, "foyer/town"), newKey(t, "witness")
	signed, err := k.Sign(3, RootOf(nil))
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := witness.Sign(3, RootOf(nil))
	if err != nil {
		t.Fatal(err)
	}
	both := signed + theirs[strings.Index(theirs, "—"):]
	if _, err := Open(both, k.Public()); err != nil {
		t.Error(err)
	}
	if _, err := OpenAlone(both, k.Public()); err == nil {
		t.Error("a second signature is passed over")
	}
	for _, keys := range [][]string{nil, {witness.Public()}, {"foyer/town"}, {strings.ToUpper(k.Public())}} {
		if c, err := Open(signed, keys...); err == nil {
			t.Errorf("%v: %+v", keys, c)
		}
	}
	if _, err := Open(theirs, witness.Public(), k.Public()); err != nil {
		t.Error(err)
	}
}
