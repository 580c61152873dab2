package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/internal/energy"
)

func kwh(meter string, second int, value int64) energy.Reading {
	return energy.Reading{
		Meter: energy.MeterID(meter), Register: "energy_import/total",
		At: noon.Add(time.Duration(second) * time.Second), Value: value, Source: energy.DeviceTime,
	}
}

func watts(second int, value int64) energy.Reading {
	r := kwh("m1", second, value)
	r.Register = "power"
	return r
}

func (h *house) claimed(meters ...string) {
	for _, m := range meters {
		h.meters.set(ingest.Meter{ID: energy.MeterID(m), State: ingest.Claimed})
	}
}

func (h *house) append(rs ...energy.Reading) {
	h.t.Helper()
	if err := h.spool.Append(context.Background(), rs); err != nil {
		h.t.Fatal(err)
	}
}

func TestReadingsLeaveTheSpoolForTheSeriesStore(t *testing.T) {
	h := newHouse(t)
	h.claimed("m1", "m2")
	h.append(kwh("m1", 1, 10), watts(1, 5))
	h.append(kwh("m2", 1, 20))
	h.pass()
	if len(h.series.all) != 3 || len(h.waiting()) != 0 || h.series.reads != 0 {
		t.Fatal(h.series.all, h.waiting(), h.series.reads)
	}
	for _, r := range h.series.all {
		if !h.marks.covered(r) {
			t.Errorf("%v changed and nothing says so", r)
		}
	}
}

func TestTwiceIsOnce(t *testing.T) {
	h := newHouse(t)
	h.claimed("m1")
	rs := []energy.Reading{kwh("m1", 1, 10), kwh("m1", 2, 11)}
	h.append(rs...)
	h.append(rs...) // in one batch
	h.pass()
	spans := len(h.marks.stale)
	h.append(rs...) // in a later one
	h.pass()
	if h.series.written != 2 || len(h.marks.conflicts) != 0 || len(h.marks.stale) != spans {
		t.Fatal(h.series.written, h.marks.conflicts, h.marks.stale)
	}
}

func TestLateReadingsAreStoredWhereTheyBelong(t *testing.T) {
	h := newHouse(t)
	h.claimed("m1")
	h.append(kwh("m1", 100, 10), kwh("m1", 300, 12))
	h.pass()
	h.append(kwh("m1", 200, 11), kwh("m1", 400, 13), kwh("m1", 300, 12))
	h.pass()
	if len(h.series.all) != 4 || h.series.written != 4 {
		t.Fatal(h.series.content())
	}
	if !h.marks.covered(kwh("m1", 200, 11)) {
		t.Error("a late reading changed the past and nothing says so")
	}
}

func TestTheFirstValueStands(t *testing.T) {
	arrival := func(r energy.Reading) energy.Reading { r.Source = energy.ArrivalTime; return r }
	for _, c := range []struct {
		name          string
		first, second energy.Reading
		conflicts     int
	}{
		{"another index at the same device time is a conflict", kwh("m1", 1, 10_000_000), kwh("m1", 1, 20_000_000), 1},
		{"a lower one too", kwh("m1", 1, 20_000_000), kwh("m1", 1, 10_000_000), 1},
		{"within one display step it is the same index on another way", kwh("m1", 1, 10_000_000), kwh("m1", 1, 10_001_000), 0},
		{"just beyond it is none", kwh("m1", 1, 10_000_000), kwh("m1", 1, 10_001_001), 1},
		{"other quantities have no conflicts", watts(1, 10), watts(1, 5_000), 0},
		{"without a device time it is no conflict", arrival(kwh("m1", 1, 10_000_000)), arrival(kwh("m1", 1, 20_000_000)), 0},
	} {
		for _, together := range []bool{true, false} {
			t.Run(fmt.Sprint(c.name, " ", together), func(t *testing.T) {
				h := newHouse(t)
				h.claimed("m1")
				h.append(c.first)
				if !together {
					h.pass()
				}
				h.append(c.second, c.second)
				h.pass()
				got, err := h.series.Read(t.Context(), "m1", noon, noon.Add(time.Hour))
				if err != nil || len(got) != 1 || got[0] != c.first {
					t.Fatal(got, err)
				}
				if len(h.marks.conflicts) != c.conflicts {
					t.Error(h.marks.conflicts)
				}
			})
		}
	}
}

func TestTheDisplayStepComesFromTheMessages(t *testing.T) {
	h := newHouse(t)
	h.claimed("m-g1-plug")
	h.send(sensor("g1", "plug", noon, 100, 1)) // 0.01 kWh
	if step := h.handler.Step("m-g1-plug", "energy_import/total"); step != 10_000 {
		t.Fatal(step)
	}
	if step := h.handler.Step("m-g1-other", "energy_import/total"); step != 1_000 {
		t.Fatal(step)
	}
}

func TestUnclaimedMetersWaitADay(t *testing.T) {
	h := newHouse(t)
	h.meters.set(ingest.Meter{ID: "m1", State: ingest.Unclaimed})
	h.meters.set(ingest.Meter{ID: "m2", State: ingest.Unclaimed})
	h.meters.set(ingest.Meter{ID: "m3", State: ingest.Unclaimed})
	h.append(kwh("m1", 1, 10), kwh("m2", 1, 20), kwh("m3", 1, 30))
	d := h.drain()
	h.step(d)
	if len(h.series.all) != 0 || len(h.waiting()) != 0 || len(h.held()) != 3 || len(h.marks.at) != 0 {
		t.Fatal(h.series.all, h.waiting(), h.held(), h.marks.at)
	}
	h.claimed("m1")
	h.meters.set(ingest.Meter{ID: "m2", State: ingest.Ignored})
	h.sweepOnce(d)
	h.step(d)
	if got := h.held(); !slices.Equal(got, []energy.MeterID{"m3"}) {
		t.Fatal(got)
	}
	if got := h.series.content(); len(got) != 1 {
		t.Fatal(got)
	}
	h.now = noon.Add(24 * time.Hour)
	h.sweepOnce(d)
	if len(h.held()) != 1 {
		t.Fatal("dropped after 24 h sharp")
	}
	h.now = h.now.Add(time.Millisecond)
	h.sweepOnce(d)
	if len(h.held()) != 0 {
		t.Fatal(h.held())
	}
}

func (h *house) step(d *ingest.Drain) {
	h.t.Helper()
	if _, err := ingest.Pass(d, context.Background()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) sweepOnce(d *ingest.Drain) {
	h.t.Helper()
	if err := ingest.Sweep(d, context.Background()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) held() []energy.MeterID {
	h.t.Helper()
	all, err := h.spool.HeldMeters(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

func TestAMeterThatStoppedMeanwhileIsDropped(t *testing.T) {
	h := newHouse(t)
	h.meters.set(ingest.Meter{ID: "m1", State: ingest.Stopped})
	h.append(kwh("m1", 1, 10), kwh("unknown", 1, 10))
	h.pass()
	if len(h.series.all) != 0 || len(h.waiting()) != 0 || len(h.held()) != 0 {
		t.Fatal(h.series.all, h.waiting(), h.held())
	}
}

// A meter that was replaced or given back while its readings waited: what it said
// before is its family's, the rest is nobody's.
func TestReadingsOfAMeterThatWasGivenBackMeanwhileAreKept(t *testing.T) {
	for state, held := range map[ingest.MeterState]int{ingest.Unclaimed: 1, ingest.Ignored: 0, ingest.Stopped: 0} {
		h := newHouse(t)
		h.meters.set(ingest.Meter{ID: "m1", State: state})
		h.meters.kept = map[energy.MeterID]time.Time{"m1": kwh("m1", 2, 0).At}
		h.append(kwh("m1", 1, 10), kwh("m1", 2, 11))
		h.pass()
		if got := h.series.content(); len(got) != 1 || len(h.held()) != held || len(h.waiting()) != 0 {
			t.Errorf("%s: %v held %v", state, got, h.held())
		}
	}
}

func TestPoisonGoesToQuarantineAndTheRestIsKept(t *testing.T) {
	h := newHouse(t)
	h.claimed("m1", "m2")
	h.series.poison = func(r energy.Reading) bool { return r.Value == 666 }
	h.append(kwh("m1", 1, 10), kwh("m1", 2, 666), kwh("m2", 1, 666), kwh("m2", 2, 20))
	h.pass()
	if len(h.series.all) != 2 || len(h.waiting()) != 0 {
		t.Fatal(h.series.content(), h.waiting())
	}
	cases := h.cases()
	if len(cases) != 2 || !slices.Equal(cases[0].Readings, []energy.Reading{kwh("m1", 2, 666)}) || !cases[0].At.Equal(noon) {
		t.Fatalf("%+v", cases)
	}
	h.series.poison = nil
	if err := h.spool.Replay(t.Context(), cases[0].ID, nil); err != nil {
		t.Fatal(err)
	}
	h.pass()
	if len(h.series.all) != 3 {
		t.Fatal(h.series.content())
	}
}

func TestADeadSeriesStoreLosesNothingAndStopsNoAcknowledgement(t *testing.T) {
	h := newHouse(t)
	h.claimed("m-g1-p")
	h.series.broken = true
	d := h.drain()
	for i := range 50 {
		h.send(plug("g1", "p", noon.Add(time.Duration(i)*time.Minute), int64(i), i)) // acknowledged
		if _, err := ingest.Pass(d, t.Context()); !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
	}
	h.series.broken = false
	h.step(d) // what was begun
	h.step(d)
	if len(h.series.all) != 100 || len(h.waiting()) != 0 {
		t.Fatal(len(h.series.all), len(h.waiting()))
	}
}

// TestOrderAndDuplicatesChangeNothing sends the same messages of devices with a
// time of their own in many orders, some twice, through every batch size.
func TestOrderAndDuplicatesChangeNothing(t *testing.T) {
	var messages []ingest.Message
	for i := range 120 {
		device := fmt.Sprint("p", i%4)
		at := noon.Add(time.Duration(i/4) * time.Minute)
		m := plug("g1", device, at, int64(1000+i), i)
		m.At = noon.Add(2 * time.Hour)
		messages = append(messages, m)
	}
	var want []string
	for seed := range uint64(8) {
		h := newHouse(t)
		h.now = noon.Add(2 * time.Hour)
		random := rand.New(rand.NewPCG(seed, 1))
		order := slices.Clone(messages)
		if seed > 0 {
			order = append(order, messages...)
			random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		for _, m := range order {
			h.send(m)
			if random.IntN(20) == 0 {
				h.pass()
			}
		}
		h.pass()
		if got := h.series.content(); want == nil {
			want = got
		} else if !slices.Equal(got, want) {
			t.Fatalf("seed %d: %d readings, %d without disorder", seed, len(got), len(want))
		}
		if len(h.marks.conflicts) != 0 {
			t.Errorf("seed %d: %v", seed, h.marks.conflicts)
		}
	}
	if len(want) != 240 {
		t.Fatalf("%d readings", len(want))
	}
}

// fakeBacklog hands out one batch again and again and fails as long as it is told.
type fakeBacklog struct {
	more  chan struct{}
	takes []time.Time
	fail  int
}

func (f *fakeBacklog) Take(context.Context, int) (ingest.Batch, error) {
	f.takes = append(f.takes, time.Now())
	if len(f.takes) <= f.fail {
		return ingest.Batch{}, errBroken
	}
	return ingest.Batch{}, nil
}
func (f *fakeBacklog) Settle(context.Context, ingest.Settlement) error      { return nil }
func (f *fakeBacklog) Plan(context.Context, int64, ingest.Plan) error       { return nil }
func (f *fakeBacklog) Used() float64                                        { return 0 }
func (f *fakeBacklog) More() <-chan struct{}                                { return f.more }
func (f *fakeBacklog) HeldMeters(context.Context) ([]energy.MeterID, error) { return nil, nil }
func (f *fakeBacklog) Admit(context.Context, energy.MeterID) (int, error)   { return 0, nil }
func (f *fakeBacklog) Expire(context.Context, time.Time) (int, error)       { return 0, nil }
func (f *fakeBacklog) ExpireCases(context.Context, time.Time) (int, error)  { return 0, nil }
func (f *fakeBacklog) Dismiss(context.Context, energy.MeterID, energy.Fate) (int, error) {
	return 0, nil
}

// TestADrainThatFailsSaysSoUntilItWorks: meanwhile it sweeps, which works.
func TestADrainThatFailsSaysSoUntilItWorks(t *testing.T) {
	h := newHouse(t)
	synctest.Test(t, func(t *testing.T) {
		var said strings.Builder
		registry := prometheus.NewRegistry()
		f := &fakeBacklog{more: make(chan struct{}, 1), fail: 100}
		d := h.drain(func(p *ingest.DrainParts) {
			p.Backlog, p.Waiting, p.Metrics, p.Log = f, f, registry, slog.New(slog.NewTextHandler(&said, nil))
		})
		failing := func() (v float64) {
			all, err := registry.Gather()
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range all {
				if m.GetName() == "foyer_drain_failing" {
					v = m.GetMetric()[0].GetGauge().GetValue()
				}
			}
			return v
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- d.Run(ctx) }()
		for range 30 { // 100 failures take more than 50 s
			time.Sleep(time.Second)
			synctest.Wait()
			if failing() != 1 {
				t.Fatal("the drain does not say that it fails")
			}
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if failing() != 0 {
			t.Error("the drain says that it fails")
		}
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if waits, leaves := strings.Count(said.String(), "trying again"), strings.Count(said.String(), "leave the spool again"); waits != 1 || leaves != 1 {
			t.Errorf("said %d times that readings wait and %d times that they leave:\n%s", waits, leaves, said.String())
		}
	})
}

func TestTheDrainTriesEverLessOftenAndEndsWithItsContext(t *testing.T) {
	h := newHouse(t)
	synctest.Test(t, func(t *testing.T) {
		f := &fakeBacklog{more: make(chan struct{}, 1), fail: 20}
		d := h.drain(func(p *ingest.DrainParts) { p.Backlog, p.Waiting = f, f })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- d.Run(ctx) }()
		time.Sleep(10 * time.Minute)
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if len(f.takes) < 25 {
			t.Fatalf("%d tries", len(f.takes))
		}
		for i := 1; i < len(f.takes); i++ {
			gap := f.takes[i].Sub(f.takes[i-1])
			if gap > 30*time.Second || i <= f.fail && gap < 40*time.Millisecond || i > f.fail+1 && gap > time.Second {
				t.Errorf("try %d after %s", i, gap)
			}
		}
	})
}
