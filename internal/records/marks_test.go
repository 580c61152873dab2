package records

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"foyer/internal/energy"
)

func markReading(meter, register string, second int, value int64) energy.Reading {
	return energy.Reading{
		Meter: energy.MeterID(meter), Register: energy.Register(register),
		At: time.Unix(1_700_000_000+int64(second), 0).UTC(), Value: value, Source: energy.DeviceTime,
	}
}

func TestClaimTellsNewFromLate(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		first := []energy.Reading{markReading("m1", "power", 10, 1), markReading("m1", "power", 20, 2), markReading("m1", "energy_import", 10, 3)}
		steps := []struct {
			name   string
			claim  []energy.Reading
			expect []energy.Reading
		}{
			{"all of an unknown meter's are new", first, nil},
			{"a second time all are late", first, first},
			{
				"older and newer in one batch",
				[]energy.Reading{markReading("m1", "power", 15, 9), markReading("m1", "power", 25, 4), markReading("m1", "power", 30, 5)},
				[]energy.Reading{markReading("m1", "power", 15, 9)},
			},
			{"another register has a mark of its own", []energy.Reading{markReading("m1", "energy_import", 15, 6)}, nil},
			{"another meter too", []energy.Reading{markReading("m2", "power", 1, 6)}, nil},
			{"the mark itself is late", []energy.Reading{markReading("m2", "power", 1, 7)}, []energy.Reading{markReading("m2", "power", 1, 7)}},
			{"nothing", nil, nil},
		}
		for _, s := range steps {
			late, err := db.Claim(t.Context(), s.claim)
			if err != nil || !slices.Equal(late, s.expect) {
				t.Fatalf("%s: late %v, want %v: %v", s.name, late, s.expect, err)
			}
		}
		var at, value int64
		if err := db.read.QueryRow("SELECT at, value FROM latest WHERE meter = 'm1' AND register = 'power'").Scan(&at, &value); err != nil {
			t.Fatal(err)
		}
		if at != (1_700_000_000+30)*1000 || value != 5 {
			t.Fatalf("the mark is %d at %d", value, at)
		}
	})
}

// TestClaimNeverCallsAReadingNewTwice claims readings in random batches and order,
// some of them again, and counts how often each one was new.
func TestClaimNeverCallsAReadingNewTwice(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		random := rand.New(rand.NewPCG(1, 2))
		type key struct {
			meter    energy.MeterID
			register energy.Register
			at       int64
		}
		marks, news := map[markKey]int64{}, map[key]int{}
		for range 40 {
			seen := map[key]bool{}
			var batch []energy.Reading
			for range random.IntN(900) {
				r := markReading(fmt.Sprint("m", random.IntN(300)), []string{"power", "temperature"}[random.IntN(2)], random.IntN(50), 1)
				if k := (key{r.Meter, r.Register, r.At.UnixMilli()}); !seen[k] {
					seen[k] = true
					batch = append(batch, r)
				}
			}
			late, err := db.Claim(t.Context(), batch)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range batch {
				isNew := r.At.UnixMilli() > marks[markKey{r.Meter, r.Register}]
				if isNew == slices.Contains(late, r) {
					t.Fatalf("%v with mark %d: new is %t", r, marks[markKey{r.Meter, r.Register}], !isNew)
				}
				if isNew {
					news[key{r.Meter, r.Register, r.At.UnixMilli()}]++
				}
			}
			for _, r := range batch {
				k := markKey{r.Meter, r.Register}
				marks[k] = max(marks[k], r.At.UnixMilli())
			}
		}
		for k, n := range news {
			if n != 1 {
				t.Errorf("%v was new %d times", k, n)
			}
		}
	})
}

func TestConflictsAndStaleSpansAreNotedOnceOrAgain(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		r := markReading("m1", "energy_import", 10, 5)
		conflicts := []energy.Conflict{{First: r, Second: 7, Seen: r.At}, {First: r, Second: 9, Seen: r.At}}
		for range 2 {
			if err := db.Conflict(t.Context(), conflicts); err != nil {
				t.Fatal(err)
			}
		}
		spans := make([]energy.Span, 1030)
		for i := range spans {
			spans[i] = energy.Span{Meter: "m1", From: r.At, To: r.At.Add(time.Duration(i) * time.Second)}
		}
		if err := db.Stale(t.Context(), spans); err != nil {
			t.Fatal(err)
		}
		if err := db.Stale(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		var c, s int
		if err := db.read.QueryRow("SELECT (SELECT COUNT(*) FROM conflict), (SELECT COUNT(*) FROM stale)").Scan(&c, &s); err != nil || c != 2 || s != 1030 {
			t.Fatalf("%d conflicts, %d spans: %v", c, s, err)
		}
	})
}

func BenchmarkClaim(b *testing.B) {
	db, err := Open(b.Context(), "sqlite://"+filepath.Join(b.TempDir(), "records.db"), ring)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for round := 0; b.Loop(); round++ {
		batch := make([]energy.Reading, 0, 10000)
		for i := range cap(batch) {
			batch = append(batch, markReading(fmt.Sprint("m", i%1000), []string{"power", "energy_import/total", "voltage"}[i%3], round*10+i/3000, 1))
		}
		if _, err := db.Claim(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(10000*float64(b.N)/b.Elapsed().Seconds(), "readings/s")
}
