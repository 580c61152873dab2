package ingest_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/internal/energy"
)

// A fakeMemory keeps facts as the records do.
type fakeMemory struct {
	mu      sync.Mutex
	all     map[string]map[string]string
	changed map[string]int64
	last    int64
	broken  bool
	asked   int
}

func newMemory() *fakeMemory {
	return &fakeMemory{all: map[string]map[string]string{}, changed: map[string]int64{}}
}

func (f *fakeMemory) Facts(_ context.Context, after int64) (map[string]map[string]string, int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	if f.broken {
		return nil, 0, errBroken
	}
	news := map[string]map[string]string{}
	for gateway, at := range f.changed {
		if at > after {
			news[gateway] = maps.Clone(f.all[gateway])
		}
	}
	return news, f.last, nil
}

func (f *fakeMemory) Remember(_ context.Context, gateway string, facts map[string]string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken {
		return errBroken
	}
	f.last++
	f.changed[gateway] = f.last
	if f.all[gateway] == nil {
		f.all[gateway] = map[string]string{}
	}
	for key, value := range facts {
		f.all[gateway][key] = value
		if value == "" {
			delete(f.all[gateway], key)
		}
	}
	return nil
}

// anything takes what it is given.
type anything struct{}

func (anything) Append(context.Context, []energy.Reading) error { return nil }
func (anything) Tally(context.Context, []energy.Reading, []ingest.Count) error {
	return nil
}
func (anything) Isolate(context.Context, ingest.Case) (kept bool, e error) { return true, nil }

// ingester returns a handler on a memory that others may share, and the meters that it
// looked up.
func ingester(t *testing.T, m ingest.Memory) (*ingest.Handler, *fakeMeters) {
	t.Helper()
	meters := &fakeMeters{meters: map[energy.MeterID]ingest.Meter{}}
	h, err := ingest.NewHandler(t.Context(), ingest.Parts{
		Meters: meters, Spool: anything{}, Quarantine: anything{}, Memory: m, Zone: time.UTC,
		Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h, meters
}

const kitchenAddress = "0x00158d00034450be"

func bridgeDevices(name string) ingest.Message {
	return ingest.Message{
		Topic:   "foyer/g1/zigbee2mqtt/bridge/devices",
		Payload: []byte(`[{"ieee_address":"` + kitchenAddress + `","friendly_name":"` + name + `","type":"Router"}]`),
		At:      noon,
	}
}

// named reports whether the last device that was looked up is the one of the address.
func named(f *fakeMeters) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	ref := f.refs[len(f.refs)-1]
	return slices.Contains(append(ref.Aliases, ref.ID), kitchenAddress)
}

// follow lets a handler follow its memory until the test ends.
func follow(t *testing.T, h *ingest.Handler) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- h.Follow(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestAnIngesterHearsWhatAnotherOneLearns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := newMemory()
		one, _ := ingester(t, memory)
		two, meters := ingester(t, memory)
		follow(t, two)
		synctest.Wait()
		if err := one.Handle(t.Context(), bridgeDevices("kitchen")); err != nil {
			t.Fatal(err)
		}
		// No pass since: the message is in want of a fact, and waits for the next one.
		if err := two.Handle(t.Context(), sensor("g1", "kitchen", noon, 100, 1)); err != nil {
			t.Fatal(err)
		}
		if !named(meters) {
			t.Error("the fact of the other ingester was not heard of")
		}
	})
}

// TestAMessageThatOvertakesItsBirthWaitsForIt: two ingesters share what a gateway
// publishes in a row.
func TestAMessageThatOvertakesItsBirthWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := newMemory()
		one, _ := ingester(t, memory)
		two, meters := ingester(t, memory)
		follow(t, two)
		synctest.Wait()
		done := make(chan error)
		go func() { done <- two.Handle(t.Context(), sensor("g1", "kitchen", noon, 100, 1)) }()
		synctest.Wait()
		if err := one.Handle(t.Context(), bridgeDevices("kitchen")); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if !named(meters) {
			t.Error("it did not wait")
		}
	})
}

func TestAnIngesterHearsOfAnotherNameAndOfNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := newMemory()
		one, _ := ingester(t, memory)
		two, meters := ingester(t, memory)
		follow(t, two)
		for _, name := range []string{"kitchen", "cellar"} {
			if err := one.Handle(t.Context(), bridgeDevices(name)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			if err := two.Handle(t.Context(), sensor("g1", name, noon, 100, 1)); err != nil {
				t.Fatal(err)
			}
			if !named(meters) {
				t.Errorf("%s is nobody", name)
			}
		}
		gone := map[string]string{}
		for key := range memory.all["g1"] {
			gone[key] = ""
		}
		if err := memory.Remember(t.Context(), "g1", gone); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if err := two.Handle(t.Context(), sensor("g1", "cellar", noon, 101, 1)); err != nil {
			t.Fatal(err)
		}
		if named(meters) {
			t.Error("a fact that was forgotten is still recalled")
		}
	})
}

// TestWhoAsksInVainSlowsNobodyDown: a device that nothing is known about is waited
// for once, new ones once in ten seconds, and none asks the memory itself.
func TestWhoAsksInVainSlowsNobodyDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := newMemory()
		h, _ := ingester(t, memory)
		alone := time.Now()
		if err := h.Handle(t.Context(), sensor("g1", "cellar", noon, 1, 1)); err != nil {
			t.Fatal(err)
		}
		if time.Since(alone) != 0 {
			t.Error("waited though no other ingester is followed")
		}
		follow(t, h)
		synctest.Wait()
		began := time.Now()
		for i := range 1000 {
			if err := h.Handle(t.Context(), sensor("g1", "cellar", noon.Add(time.Duration(i)*time.Second), int64(i), 1)); err != nil {
				t.Fatal(err)
			}
		}
		if waited := time.Since(began); waited > 4*time.Second {
			t.Errorf("a thousand messages waited for %v", waited)
		}
		began = time.Now()
		for range 100 {
			if err := h.Handle(t.Context(), sensor("g1", "cellar", noon.Add(time.Hour), 2, 1)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if waited := time.Since(began) - 100*time.Second; waited > 0 {
			t.Errorf("what nobody knows was waited for again, for %v", waited)
		}
		memory.mu.Lock()
		defer memory.mu.Unlock()
		if memory.asked > 220 {
			t.Errorf("the memory was asked %d times", memory.asked)
		}
	})
}

func TestAMemoryThatDoesNotAnswerCostsNoMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := newMemory()
		h, meters := ingester(t, memory)
		follow(t, h)
		if err := h.Handle(t.Context(), bridgeDevices("kitchen")); err != nil {
			t.Fatal(err)
		}
		memory.mu.Lock()
		memory.broken = true
		memory.mu.Unlock()
		time.Sleep(time.Second)
		if err := h.Handle(t.Context(), sensor("g1", "kitchen", noon, 100, 1)); err != nil || !named(meters) {
			t.Errorf("what was known is lost: %v", err)
		}
		// What cannot be remembered is not acknowledged.
		if err := h.Handle(t.Context(), bridgeDevices("cellar")); !errors.Is(err, errBroken) {
			t.Error(err)
		}
	})
}
