package spool

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"foyer/ingest"
	"foyer/internal/energy"
)

// TestErasedMetersStandInNoFile holds readings of many meters in an order that splits
// pages, over and over: SQLite leaves copies in the unused bytes of those it split.
func TestErasedMetersStandInNoFile(t *testing.T) {
	s := start(t)
	const meters, erased = 400, 100
	name := func(n int) energy.MeterID { return energy.MeterID(fmt.Sprintf("canary-%03d-5f1d3c", n)) }
	luck := rand.New(rand.NewPCG(1, 2))
	for round := range 4 {
		var held []energy.Reading
		for _, n := range luck.Perm(meters) {
			held = append(held, reading(string(name(n)), "power", round, 0x4142434445464700+int64(n)))
		}
		if err := s.Append(t.Context(), held); err != nil {
			t.Fatal(err)
		}
		b := take(t, s, 2*meters)
		if err := s.Settle(t.Context(), ingest.Settlement{Through: b.Through, Held: b.Readings, At: time.Unix(1_700_000_000, 0)}); err != nil {
			t.Fatal(err)
		}
	}
	var gone []energy.MeterID
	for n := range erased {
		gone = append(gone, name(n))
	}
	if err := s.Erase(t.Context(), gone...); err != nil {
		t.Fatal(err)
	}
	if len(where(t, s, name(meters-1))) == 0 {
		t.Fatal("the test does not see what it looks for")
	}
	for _, m := range gone {
		if files := where(t, s, m); files != nil {
			t.Errorf("%v hold %s", files, m)
		}
	}
}

// where names the files beside a spool that hold a meter.
func where(t *testing.T, s *Spool, m energy.MeterID) (files []string) {
	t.Helper()
	all, err := filepath.Glob(s.cfg.Path + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(m)) {
			files = append(files, filepath.Base(f))
		}
	}
	return files
}
