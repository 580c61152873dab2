package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/internal/energy"
)

// fakeBook is the ledger of all ingesters, in memory. It fails now and then, before
// or after it did what was asked.
type fakeBook struct {
	through map[string]int64
	sums    map[string]energy.Tally // by meter or gateway, and day
	fails   func() bool
	trimmed []energy.Day
	health  map[energy.MeterID]energy.Health
}

func newBook() *fakeBook {
	return &fakeBook{through: map[string]int64{}, sums: map[string]energy.Tally{}, fails: func() bool { return false }, health: map[energy.MeterID]energy.Health{}}
}

func (f *fakeBook) Entered(_ context.Context, ingester string) (int64, error) {
	if f.fails() {
		return 0, errBroken
	}
	return f.through[ingester], nil
}

func (f *fakeBook) Enter(_ context.Context, ingester string, after, through int64, accounts []energy.Account) error {
	if f.fails() {
		return errBroken
	}
	if f.through[ingester] != after {
		return errors.New("moved")
	}
	f.through[ingester] = through
	for _, a := range accounts {
		k := fmt.Sprint(a.Meter, a.Gateway, " ", a.Day)
		sum := f.sums[k]
		sum.Add(a.Tally)
		f.sums[k] = sum
	}
	if f.fails() {
		return errBroken // the answer is lost
	}
	return nil
}

func (f *fakeBook) TrimLedger(_ context.Context, before energy.Day) error {
	f.trimmed = append(f.trimmed, before)
	return nil
}

func (f *fakeBook) SaveHealth(_ context.Context, all []energy.Health) error {
	if f.fails() {
		return errBroken
	}
	for _, h := range all {
		f.health[h.Meter] = h
	}
	return nil
}

func (f *fakeBook) Conflicting(context.Context, time.Time, int) (int, error) { return 2, nil }

func (h *house) ledger(b ingest.Book) *ingest.Ledger {
	return ingest.NewLedger(ingest.LedgerParts{
		Counter: h.spool, Book: b, Ward: h.handler, Zone: paris(h.t), Now: h.clock, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
	})
}

// TestEveryReadingIsInTheLedgerOnce sends readings of every fate, some of them over
// midnight, while stores fail and processes end, and adds up.
func TestEveryReadingIsInTheLedgerOnce(t *testing.T) {
	h := newHouse(t)
	for id, state := range map[energy.MeterID]ingest.MeterState{
		"m-g1-a": ingest.Claimed, "m-g1-b": ingest.Unclaimed, "m-g1-c": ingest.Stopped, "m-g1-d": ingest.Ignored, "m-g1-z": ingest.Claimed,
	} {
		h.meters.set(ingest.Meter{ID: id, State: state})
	}
	random := rand.New(rand.NewPCG(8, 9))
	b := newBook()
	late := time.Date(2026, 11, 25, 22, 30, 0, 0, time.UTC) // half an hour to midnight in Paris
	for i := range 60 {
		at := late.Add(time.Duration(i) * time.Minute)
		h.now = at
		for _, device := range []string{"a", "b", "c", "d"} {
			h.send(plug("g1", device, at, int64(i), i))
		}
		if i%10 == 0 {
			h.send(plug("g1", "a", at, int64(i), i)) // a second time
		}
		h.send(sensor("g1", "z", at, int64(i), i))
		h.send(sensor("g1", "z", at.Add(time.Second), int64(i), i)) // says it twice
		h.send(ingest.Message{Topic: "foyer/g1/tele/a/SENSOR", Payload: []byte("{")})
		b.fails = func() bool { return random.IntN(3) == 0 }
		_ = ingest.Enter(h.ledger(b), t.Context())
		if i%7 == 0 {
			h.pass()
		}
		if i%20 == 19 { // the process dies
			if err := h.spool.Close(); err != nil {
				t.Fatal(err)
			}
			h.open(h.cfg)
		}
	}
	h.pass()
	b.fails = func() bool { return false }
	for range 2 { // what was begun before, then the rest
		if err := ingest.Enter(h.ledger(b), t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	readings := int64(2) // of each message
	want := map[string]energy.Tally{
		"m-g1-a 2026-11-25": {energy.FateStored: 30 * readings, energy.FateDuplicate: 3 * readings},
		"m-g1-a 2026-11-26": {energy.FateStored: 30 * readings, energy.FateDuplicate: 3 * readings},
		"m-g1-b 2026-11-25": {energy.FateHeld: 30 * readings},
		"m-g1-b 2026-11-26": {energy.FateHeld: 30 * readings},
		"m-g1-c 2026-11-25": {energy.FateStopped: 30 * readings},
		"m-g1-c 2026-11-26": {energy.FateStopped: 30 * readings},
		"m-g1-d 2026-11-25": {energy.FateIgnored: 30 * readings},
		"m-g1-d 2026-11-26": {energy.FateIgnored: 30 * readings},
		"m-g1-z 2026-11-25": {energy.FateStored: 30 * readings, energy.FateRepeated: 30 * readings},
		"m-g1-z 2026-11-26": {energy.FateStored: 30 * readings, energy.FateRepeated: 30 * readings},
		"g1 2026-11-25":     {energy.FateQuarantined: 20, energy.FateUncounted: 10},
	}
	quarantine := energy.Tally{}
	for k, got := range b.sums {
		if k[:2] == "g1" { // 20 a day of UTC
			quarantine.Add(got)
			continue
		}
		got[energy.FateLate] = 0
		if got != want[k] {
			t.Errorf("%s: %v, want %v", k, got, want[k])
		}
	}
	if len(b.sums) != 12 || quarantine[energy.FateQuarantined]+quarantine[energy.FateUncounted] != 60 {
		t.Errorf("%d accounts, quarantine %v", len(b.sums), quarantine)
	}
	if sum := h.tally(""); sum != (energy.Tally{}) {
		t.Errorf("left here: %v", sum)
	}
	if len(b.trimmed) == 0 || b.trimmed[0] != (energy.Day{Year: 2026, Month: time.August, Date: 25}) {
		t.Errorf("trimmed before %v", b.trimmed)
	}
}
