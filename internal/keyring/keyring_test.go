package keyring

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// in returns a configuration of a folder.
func in(dir string) Config { return Defaults().In(dir) }

func open(t *testing.T, c Config) *Ring {
	t.Helper()
	r, err := Open(t.Context(), c, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

var here = Place{Table: "family", Column: "label", Row: "f1"}

func seal(t *testing.T, r *Ring, owner, plain string) string {
	t.Helper()
	sealed, err := r.Seal(t.Context(), owner, here, plain)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func opens(t *testing.T, r *Ring, owner, sealed, want string) {
	t.Helper()
	if got, err := r.Open(t.Context(), owner, here, sealed); got != want || err != nil {
		t.Errorf("opens as %q, %v; want %q", got, err, want)
	}
}

func TestSealedTextOpensInAnotherProcess(t *testing.T) {
	c := in(t.TempDir())
	r := open(t, c)
	for _, plain := range []string{"", "a", "Foyer 07", "k1:", strings.Repeat("é", 5000)} {
		for _, owner := range []string{Installation, "f1"} {
			sealed := seal(t, r, owner, plain)
			if plain != "" && (!Sealed(sealed) || len(plain) > 3 && strings.Contains(sealed, plain)) {
				t.Errorf("%q is sealed as %q", plain, sealed)
			}
			opens(t, open(t, c), owner, sealed, plain)
		}
	}
	if a, b := seal(t, r, "f1", "twice"), seal(t, r, "f1", "twice"); a == b {
		t.Error("equal texts are sealed alike")
	}
}

func TestMovedTextDoesNotOpen(t *testing.T) {
	r := open(t, in(t.TempDir()))
	sealed := seal(t, r, "f1", "Foyer 07")
	seal(t, r, "f2", "Foyer 08")
	for name, move := range map[string]struct {
		owner string
		to    Place
		text  string
	}{
		"row":    {"f1", Place{"family", "label", "f2"}, sealed},
		"column": {"f1", Place{"family", "language", "f1"}, sealed},
		"table":  {"f1", Place{"staff", "label", "f1"}, sealed},
		// The same letters, cut elsewhere.
		"cut":          {"f1", Place{"family", "labelf", "1"}, sealed},
		"family":       {"f2", here, sealed},
		"installation": {Installation, here, sealed},
		"changed":      {"f1", here, sealed[:len(sealed)-1] + string(sealed[len(sealed)-1]^1)},
		"shortened":    {"f1", here, sealed[:10]},
		"plain":        {"f1", here, "Foyer 07"},
		"no base64":    {"f1", here, "k1:Foyer 07"},
	} {
		if got, err := r.Open(t.Context(), move.owner, move.to, move.text); !errors.Is(err, ErrNotOpened) || got != "" {
			t.Errorf("%s: opens as %q, %v", name, got, err)
		}
	}
	if _, err := r.Open(t.Context(), "f3", here, sealed); !errors.Is(err, errNone) {
		t.Errorf("without a key: %v", err)
	}
}

func TestIndexFindsEqualTextsAlone(t *testing.T) {
	c := in(t.TempDir())
	r := open(t, c)
	index := func(r *Ring, name string, texts ...string) string {
		t.Helper()
		got, err := r.Index(name, texts...)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := index(r, "alias", "gw", "linky")
	for name, other := range map[string]string{
		"text": index(r, "alias", "gw", "linkz"), "cut": index(r, "alias", "gwl", "inky"), "name": index(r, "label", "gw", "linky"),
		"ring": index(open(t, in(t.TempDir())), "alias", "gw", "linky"),
	} {
		if other == first {
			t.Errorf("another %s gives the same", name)
		}
	}
	if err := r.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if index(r, "alias", "gw", "linky") != first || index(open(t, c), "alias", "gw", "linky") != first {
		t.Error("what is indexed is not found after a rotation")
	}
}

func TestFirstStartMakesOneRing(t *testing.T) {
	c := in(filepath.Join(t.TempDir(), "data"))
	rings, errs := make([]*Ring, 8), make(chan error)
	for i := range rings {
		go func() {
			var err error
			rings[i], err = Open(t.Context(), c, time.Now)
			errs <- err
		}()
	}
	for range rings {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	sealed := seal(t, rings[0], "f1", "Foyer 07")
	for _, r := range rings {
		opens(t, r, "f1", sealed, "Foyer 07")
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"master.key", "keys.db"} {
		if info, err := os.Stat(filepath.Join(filepath.Dir(c.Master), name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; want 0600", name, info, err)
		}
	}
}

func TestWrongMasterKeyServesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(path string) error
		want  string
	}{
		"another":  {func(p string) error { return os.WriteFile(p, bytes.Repeat([]byte{7}, keyBytes), 0o600) }, "this is not the master key"},
		"gone":     {os.Remove, "put that file back"},
		"readable": {func(p string) error { return os.Chmod(p, 0o640) }, "others may read it, its mode is 0640"},
		"short":    {func(p string) error { return os.WriteFile(p, []byte("secret"), 0o600) }, "it has 6 bytes"},
		"text":     {func(p string) error { return os.WriteFile(p, bytes.Repeat([]byte{'a'}, keyBytes+1), 0o600) }, "it has 33 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			c := in(t.TempDir())
			seal(t, open(t, c), "f1", "Foyer 07")
			if err := test.spoil(c.Master); err != nil {
				t.Fatal(err)
			}
			r, err := Open(t.Context(), c, time.Now)
			if r != nil || err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), c.Master) && name != "gone" {
				t.Errorf("opens with %v", err)
			}
			if _, err := os.Stat(c.Master); name == "gone" && err == nil {
				t.Error("another master key was made")
			}
		})
	}
}

func TestDestroyedKeyIsNowhere(t *testing.T) {
	c := in(t.TempDir())
	r, clock := open(t, c), time.Now()
	other, err := Open(t.Context(), c, func() time.Time { return clock })
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	sealed, kept := seal(t, r, "f1", "Foyer 07"), seal(t, r, "f2", "Foyer 08")
	opens(t, other, "f1", sealed, "Foyer 07")
	var wrapped []byte
	if err := r.db.QueryRow(`SELECT wrapped FROM key WHERE owner = 'f1'`).Scan(&wrapped); err != nil {
		t.Fatal(err)
	}
	if !found(t, c, wrapped) {
		t.Fatal("the test cannot see a key that is there")
	}
	for range 2 {
		if err := r.Destroy(t.Context(), "f1"); err != nil {
			t.Fatal(err)
		}
	}
	// A key is no longer than what stands around it: half of it must not be left either.
	for _, part := range [][]byte{wrapped, wrapped[:16], wrapped[len(wrapped)-16:]} {
		if found(t, c, part) {
			t.Error("the key is in a file still")
		}
	}
	clock = clock.Add(fresh) // by then every process knows
	for name, ring := range map[string]*Ring{"own": r, "running": other, "new": open(t, c)} {
		if _, err := ring.Open(t.Context(), "f1", here, sealed); !errors.Is(err, ErrDestroyed) {
			t.Errorf("%s process: opens with %v", name, err)
		}
		if _, err := ring.Seal(t.Context(), "f1", here, "again"); !errors.Is(err, ErrDestroyed) {
			t.Errorf("%s process: seals with %v", name, err)
		}
		opens(t, ring, "f2", kept, "Foyer 08")
	}
	s, err := r.Status(t.Context())
	if err != nil || s.Families != 1 || s.Destroyed != 1 || s.Since.IsZero() {
		t.Errorf("status %+v, %v", s, err)
	}
}

func TestKeyThatWasNeverMadeStaysDestroyed(t *testing.T) {
	r := open(t, in(t.TempDir()))
	if err := r.Destroy(t.Context(), "f9"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Seal(t.Context(), "f9", here, "again"); !errors.Is(err, ErrDestroyed) {
		t.Errorf("seals with %v", err)
	}
	if err := r.Destroy(t.Context(), Installation); err == nil {
		t.Error("the installation's key was destroyed")
	}
}

// found reports whether bytes are in any file of a ring.
func found(t *testing.T, c Config, b []byte) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(c.Master), "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, b) {
			return true
		}
	}
	return false
}

func TestConfigSaysWhatIsWrong(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Error(err)
	}
	err := Config{URL: "postgres://db/keys"}.Validate()
	for _, want := range []string{`master ""`, `url "postgres://db/keys": want sqlite://PATH`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: want %s", err, want)
		}
	}
}

func BenchmarkSealAndOpen(b *testing.B) {
	r, err := Open(b.Context(), in(b.TempDir()), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	plain := strings.Repeat("x", 300)
	for b.Loop() {
		sealed, err := r.Seal(b.Context(), "f1", here, plain)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Open(b.Context(), "f1", here, sealed); err != nil {
			b.Fatal(err)
		}
	}
}
