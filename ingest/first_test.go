package ingest

import (
	"math/rand/v2"
	"testing"
	"time"

	"foyer/internal/energy"
)

func TestTheFirstOfAKeyIsFoundInAnyOrder(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		f, want := newFirsts(), map[readingKey]energy.Reading{}
		var before []energy.Reading
		for i := range 60 {
			r := energy.Reading{
				Meter: energy.MeterID(rune('a' + dice.IntN(2))), Register: energy.Register(rune('r' + dice.IntN(2))),
				At: time.UnixMilli(int64(i/2 - dice.IntN(4))), Value: int64(i),
			}
			got, twice := f.of(r, before)
			first, known := want[keyOf(r)]
			if twice != known || got != first {
				t.Fatalf("%v: %v %t, want %v %t", r, got, twice, first, known)
			}
			if !known {
				want[keyOf(r)], before = r, append(before, r)
			}
		}
	}
}
