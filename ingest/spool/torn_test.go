package spool

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/energy"
)

// wounded copies a spool's files as a power cut leaves them, damages one of them, and
// opens the copy: nil when it does not open, which an operator sees.
func wounded(t *testing.T, from, suffix string, damage func([]byte) []byte) *Spool {
	t.Helper()
	cfg := Defaults()
	cfg.Path, cfg.MinFreeBytes = filepath.Join(t.TempDir(), "spool.db"), 0
	for _, s := range []string{"", "-wal"} {
		b, err := os.ReadFile(from + s)
		if err != nil {
			t.Fatal(err)
		}
		if s == suffix {
			b = damage(b)
		}
		if err := os.WriteFile(cfg.Path+s, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(context.Background(), cfg, ring(t, Config{Path: from}), prometheus.NewRegistry())
	if err != nil {
		return nil
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestATornLastWriteLosesItAlone cuts the log of writes short, and flips bits in its
// last write: what was acknowledged before is there, whole and in order, and the
// spool goes on. The last write was never acknowledged, as its sync never ended.
func TestATornLastWriteLosesItAlone(t *testing.T) {
	s := start(t)
	const appends = 40
	var ends []int64 // of the log after each append
	for i := range appends {
		if err := s.Append(t.Context(), []energy.Reading{reading("m1", "power", i, int64(i))}); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(s.cfg.Path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, info.Size())
	}
	last, whole := ends[appends-2], ends[appends-1]
	if whole <= last {
		t.Fatalf("the log does not grow: %v", ends)
	}
	random := rand.New(rand.NewPCG(10, 11))
	for i := range 24 {
		name, damage := "cut", func(b []byte) []byte { return b[:last+random.Int64N(whole-last)] }
		if i%2 == 1 {
			name, damage = "flipped", func(b []byte) []byte {
				b[last+random.Int64N(whole-last)] ^= 1 << random.IntN(8)
				return b
			}
		}
		w := wounded(t, s.cfg.Path, "-wal", damage)
		if w == nil {
			t.Fatalf("%s: it does not open", name)
		}
		got := take(t, w, 1000).Readings
		if len(got) < appends-1 {
			t.Fatalf("%s: %d of %d readings are there", name, len(got), appends)
		}
		for j, r := range got {
			if r.Value != int64(j) {
				t.Fatalf("%s: reading %d is %v", name, j, r)
			}
		}
		if err := w.Append(t.Context(), []energy.Reading{reading("m1", "power", 1000, 1)}); err != nil {
			t.Fatalf("%s: it takes nothing in: %v", name, err)
		}
	}
}

// TestADamagedFileGivesNoWrongReading flips bits in the tail of the file, where the
// newest readings are: it opens or says why not, each reading is right or set aside,
// and nothing is made up.
func TestADamagedFileGivesNoWrongReading(t *testing.T) {
	s := start(t)
	for i := range 3000 {
		rs := []energy.Reading{reading("m1", "power", i, int64(i))}
		if i%100 != 0 { // most in few commits
			continue
		}
		for j := 1; j < 100; j++ {
			rs = append(rs, reading("m1", "power", i+j, int64(i+j)))
		}
		if err := s.Append(t.Context(), rs); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.write.ExecContext(t.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(12, 13))
	aside, refused := 0, 0
	for range 30 {
		w := wounded(t, s.cfg.Path, "", func(b []byte) []byte {
			b[len(b)-1-random.IntN(64<<10)] ^= 1 << random.IntN(8)
			return b
		})
		if w == nil {
			refused++
			continue
		}
		b, err := w.Take(t.Context(), 1e6)
		if err != nil {
			refused++ // the file says that it is malformed
			continue
		}
		for _, r := range b.Readings {
			if want := reading("m1", "power", int(r.Value), r.Value); fmt.Sprint(r) != fmt.Sprint(want) {
				t.Fatalf("a reading that nobody made: %v", r)
			}
		}
		if len(b.Readings) < 3000 {
			aside++
			if w.cases.Load() == 0 {
				t.Errorf("%d of 3000 readings and nothing set aside", len(b.Readings))
			}
		}
	}
	if aside == 0 {
		t.Error("no damage met a reading")
	}
	t.Logf("30 damages: in %d a row was set aside, in %d the file was refused", aside, refused)
}
