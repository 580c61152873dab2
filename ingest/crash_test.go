package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"foyer/ingest"
	"foyer/internal/energy"
)

// brittle stores fail at the nth call, before or after they did what was asked.
type brittle struct {
	left  int
	after bool
}

var errCrash = errors.New("crash")

func (b *brittle) call(do func() error) error {
	b.left--
	if b.left == 0 && !b.after {
		return errCrash
	}
	if b.left < 0 {
		return errCrash // dead from then on
	}
	if err := do(); err != nil {
		return err
	}
	if b.left == 0 {
		return errCrash
	}
	return nil
}

type brittleStores struct {
	*brittle
	h *house
}

func (b brittleStores) Take(ctx context.Context, limit int) (x ingest.Batch, err error) {
	err = b.call(func() error { x, err = b.h.spool.Take(ctx, limit); return err })
	return x, err
}

func (b brittleStores) Settle(ctx context.Context, s ingest.Settlement) error {
	return b.call(func() error { return b.h.spool.Settle(ctx, s) })
}

func (b brittleStores) Plan(ctx context.Context, through int64, p ingest.Plan) error {
	return b.call(func() error { return b.h.spool.Plan(ctx, through, p) })
}
func (b brittleStores) More() <-chan struct{} { return b.h.spool.More() }
func (b brittleStores) Used() float64         { return b.h.spool.Used() }

func (b brittleStores) Write(ctx context.Context, rs []energy.Reading) error {
	// A write that is cut off has written a part.
	return b.call(func() error {
		if b.left == 0 {
			rs = rs[:len(rs)/2]
		}
		return b.h.series.Write(ctx, rs)
	})
}

func (b brittleStores) Read(ctx context.Context, m energy.MeterID, from, to time.Time) (rs []energy.Reading, err error) {
	err = b.call(func() error { rs, err = b.h.series.Read(ctx, m, from, to); return err })
	return rs, err
}

func (b brittleStores) Claim(ctx context.Context, rs []energy.Reading) (late []energy.Reading, err error) {
	err = b.call(func() error { late, err = b.h.marks.Claim(ctx, rs); return err })
	return late, err
}

func (b brittleStores) Stale(ctx context.Context, s []energy.Span) error {
	return b.call(func() error { return b.h.marks.Stale(ctx, s) })
}

func (b brittleStores) Conflict(ctx context.Context, cs []energy.Conflict) error {
	return b.call(func() error { return b.h.marks.Conflict(ctx, cs) })
}

// TestACrashAnywhereChangesNothing ends the drain at each call to a store, before
// and after the store did its part, starts again on what is there, and looks at
// the end: every reading once, the first value of each, every conflict once, and
// a stale mark after each write that somebody may have computed from before. The
// ledger counts each reading once, as what became of it.
func TestACrashAnywhereChangesNothing(t *testing.T) {
	crashed, uncertain := 0, 0
	for _, after := range []bool{false, true} {
		for n := 1; n < 40; n++ {
			h := newHouse(t)
			h.claimed("m1", "m2")
			h.meters.set(ingest.Meter{ID: "m3", State: ingest.Unclaimed})
			h.append(kwh("m1", 100, 10_000_000), watts(100, 5), kwh("m2", 100, 70_000_000))
			h.pass()
			h.marks.stale = nil
			h.append(kwh("m1", 200, 12_000_000), kwh("m1", 50, 9_000_000), kwh("m3", 1, 1), kwh("m1", 100, 10_000_000))
			h.append(kwh("m2", 100, 99_000_000), watts(100, 6), kwh("m1", 200, 12_000_000), kwh("m2", 300, 71_000_000))

			b := brittleStores{&brittle{left: n, after: after}, h}
			d := h.drain(func(p *ingest.DrainParts) { p.Backlog, p.Marks, p.Series = b, b, b })
			if _, err := ingest.Pass(d, t.Context()); err == nil {
				break // fewer calls than n
			}
			crashed++
			// The roll-up ran at the worst moment: what was marked is computed and forgotten.
			computed := map[string]bool{}
			for k, r := range h.series.all {
				if h.marks.covered(r) {
					computed[fmt.Sprint(k)] = true
				}
			}
			h.marks.stale = nil
			if err := h.spool.Close(); err != nil {
				t.Fatal(err)
			}
			h.open(h.cfg)
			h.pass()

			want := []energy.Reading{
				kwh("m1", 100, 10_000_000), watts(100, 5), kwh("m2", 100, 70_000_000),
				kwh("m1", 200, 12_000_000), kwh("m1", 50, 9_000_000), kwh("m2", 300, 71_000_000),
			}
			if len(h.series.all) != len(want) {
				t.Fatalf("crash at %d: %v", n, h.series.content())
			}
			for i, r := range want {
				k := seriesKey{r.Meter, r.Register, r.At}
				if h.series.all[k] != r {
					t.Errorf("crash at %d: %v, want %v", n, h.series.all[k], r)
				}
				if i >= 3 && !computed[fmt.Sprint(k)] && !h.marks.covered(r) {
					t.Errorf("crash at %d, after %t: %v was written and never marked", n, after, r)
				}
			}
			if len(h.marks.conflicts) != 1 || len(h.held()) != 1 || len(h.waiting()) != 0 {
				t.Errorf("crash at %d: %v, held %v, waiting %v", n, h.marks.conflicts, h.held(), h.waiting())
			}
			tally := h.tally("")
			if tally[energy.FateLate] != 1 {
				uncertain++ // the marks have moved, and what was late before is not written down
				tally[energy.FateLate] = 1
			}
			if tally != (energy.Tally{
				energy.FateStored: 6, energy.FateLate: 1, energy.FateDuplicate: 2, energy.FateConflict: 1,
				energy.FateSecond: 1, energy.FateHeld: 1,
			}) || tally.Received() != 11 {
				t.Errorf("crash at %d, after %t: counted %v", n, after, tally)
			}
		}
	}
	if crashed < 16 || uncertain > 2 {
		t.Fatalf("%d crashes, in %d of them it is not known what was late", crashed, uncertain)
	}
}

// A brittleTurn ends its process at the end of a turn too.
type brittleTurn struct {
	*brittle
	fakeTurn
}

func (b brittleTurn) Exclusive(ctx context.Context, fn func(context.Context, bool) error) error {
	if !b.after {
		return b.fakeTurn.Exclusive(ctx, func(ctx context.Context, broken bool) error {
			return errors.Join(fn(ctx, broken), b.call(func() error { return nil }))
		})
	}
	return b.call(func() error { return b.fakeTurn.Exclusive(ctx, fn) })
}

func (b brittleTurn) TakeOver(ctx context.Context, rs []energy.Reading) error {
	return b.call(func() error { return b.fakeTurn.TakeOver(ctx, rs) })
}

func (b brittleTurn) TakenOver(ctx context.Context, s energy.Span) (rs []energy.Reading, err error) {
	err = b.call(func() error { rs, err = b.fakeTurn.TakenOver(ctx, s); return err })
	return rs, err
}

// TestTwoIngestersCountAReadingOnce gives two of them the same readings on the same
// stores, ends one at one call and then the other at another, in turns, as often as it
// takes, and looks at what both counted in the end: one of two was stored.
func TestTwoIngestersCountAReadingOnce(t *testing.T) {
	a := newHouse(t)
	b := newHouse(t)
	b.meters = a.meters
	a.claimed("m1", "m2")
	luck := rand.New(rand.NewPCG(1, 1))
	at, crashes := 0, 0
	for range 100 {
		rs := []energy.Reading{kwh("m1", at+2, 1000), kwh("m2", at+2, 2000), kwh("m1", at+1, 900), watts(at+2, 5)}
		again := []energy.Reading{kwh("m2", at+2, 2000), kwh("m1", at+1, 900), kwh("m1", at+3, 1100), watts(at+2, 5), kwh("m1", at+2, 1000)}
		at += 10
		clear(a.series.all)
		clear(a.marks.conflicts)
		b.series, b.marks = a.series, a.marks
		before := [2]energy.Tally{a.tally(""), b.tally("")}
		a.append(rs...)
		b.append(again...)
		for len(a.waiting())+len(b.waiting()) > 0 {
			h := []*house{a, b}[luck.IntN(2)]
			brittle := brittleStores{&brittle{left: 1 + luck.IntN(12), after: luck.IntN(2) == 0}, h}
			d := h.drain(func(p *ingest.DrainParts) {
				p.Backlog, p.Marks, p.Series = brittle, brittle, brittle
				p.Turn = brittleTurn{brittle.brittle, fakeTurn{h.marks, h.spool.ID()}}
			})
			if _, err := ingest.Pass(d, t.Context()); err != nil {
				crashes++
				if err := h.spool.Close(); err != nil {
					t.Fatal(err)
				}
				h.open(h.cfg)
			}
		}
		var sum energy.Tally
		for i, h := range []*house{a, b} {
			for fate, n := range h.tally("") {
				sum[fate] += n - before[i][fate]
			}
		}
		sum[energy.FateLate] = 0 // which of two is late is told by who came first
		if len(a.series.all) != 5 || sum != (energy.Tally{energy.FateStored: 5, energy.FateDuplicate: 4}) {
			t.Fatalf("before %d: %d are stored, counted %v", at, len(a.series.all), sum)
		}
	}
	if crashes < 100 {
		t.Fatalf("%d crashes", crashes)
	}
}
