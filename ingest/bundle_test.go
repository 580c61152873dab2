package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/internal/energy"
)

// handleAll returns the error of each message.
func handleAll(t *testing.T, h *ingest.Handler, ms []ingest.Message) []error {
	t.Helper()
	var mu sync.Mutex
	errs, done := make([]error, len(ms)), make([]int, len(ms))
	h.HandleAll(t.Context(), ms, func(i int, err error) {
		mu.Lock()
		defer mu.Unlock()
		errs[i] = err
		done[i]++
	})
	for i, n := range done {
		if n != 1 {
			t.Fatalf("told %d times of message %d", n, i)
		}
	}
	return errs
}

// traffic is messages of all kinds, as several gateways send them.
func traffic(dice *rand.Rand, n int) []ingest.Message {
	var all []ingest.Message
	for i := range n {
		gateway, device := fmt.Sprint("g", dice.IntN(2)), fmt.Sprint("d", dice.IntN(3))
		at := noon.Add(time.Duration(i) * 100 * time.Millisecond)
		var m ingest.Message
		switch dice.IntN(10) {
		case 0:
			m = ingest.Message{Topic: "foyer/" + gateway + "/tele/" + device + "/SENSOR", Payload: []byte(`{"Time":`)}
		case 1:
			m = ingest.Message{Topic: "foyer/" + gateway + "/zigbee2mqtt/bridge/devices", Payload: fmt.Appendf(nil,
				`[{"ieee_address":"0x00158d000000000%d","friendly_name":"z%s","type":"Router"}]`, dice.IntN(3), device)}
		case 2:
			m = ingest.Message{Topic: "foyer/" + gateway + "/tele/" + device + "/LWT", Payload: []byte("Online")}
		case 3:
			m = plug(gateway, "stopped", at, 1000, 1)
		case 4:
			m = plug(gateway, device, at.AddDate(0, 0, -40), 1000, 1)
		case 5, 6:
			m = sensor(gateway, "z"+device, at, int64(100+dice.IntN(2)), dice.IntN(2))
		default:
			m = plug(gateway, device, at, int64(1000+i), i)
		}
		if dice.IntN(20) == 0 {
			m.Gateway = "g7"
		}
		m.At = at
		all = append(all, m)
	}
	return all
}

// outcome is everything that messages come to.
func (h *house) outcome() []string {
	var all []string
	for _, r := range h.waiting() {
		all = append(all, fmt.Sprint(r.Meter, " ", r.Register, " ", r.At.UnixMilli(), " ", r.Value, " ", r.Source))
	}
	for _, c := range h.cases() {
		all = append(all, fmt.Sprint("case ", c.Gateway, " ", c.Device, " ", c.Meter, " ", c.Reason, " ", c.Message.At.UnixMilli(), " ", string(c.Message.Payload)))
	}
	for _, f := range []string{"readings", "status", "mapping", "ignored", "quarantined", "counted", "failed"} {
		all = append(all, fmt.Sprint(f, " ", h.counter("foyer_ingest_messages_total", f)))
	}
	all = append(all, fmt.Sprint("tally ", h.tally("")))
	slices.Sort(all)
	return all
}

// TestMessagesTogetherAreWhatEachIsAlone: however they are put together, the same
// readings, cases, counts and facts come of them.
func TestMessagesTogetherAreWhatEachIsAlone(t *testing.T) {
	for seed := range uint64(8) {
		dice := rand.New(rand.NewPCG(seed, 3))
		ms := traffic(dice, 120)
		alone, together := newHouse(t), newHouse(t)
		for _, h := range []*house{alone, together} {
			for _, g := range []string{"g0", "g1"} {
				h.meters.set(ingest.Meter{ID: energy.MeterID("m-" + g + "-stopped"), State: ingest.Stopped})
			}
		}
		for _, m := range ms {
			alone.send(m)
		}
		for rest := ms; len(rest) > 0; {
			n := 1 + dice.IntN(min(len(rest), 40))
			for i, err := range handleAll(t, together.handler, rest[:n]) {
				if err != nil {
					t.Fatalf("seed %d: %s: %v", seed, rest[i].Topic, err)
				}
			}
			rest = rest[n:]
		}
		want, got := alone.outcome(), together.outcome()
		if !slices.Equal(got, want) {
			for _, line := range got {
				if !slices.Contains(want, line) {
					t.Errorf("seed %d: more: %s", seed, line)
				}
			}
			for _, line := range want {
				if !slices.Contains(got, line) {
					t.Errorf("seed %d: less: %s", seed, line)
				}
			}
			t.Fatalf("seed %d", seed)
		}
	}
}

// TestOneMessageFailsAlone: no other is acknowledged for it, nor held back.
func TestOneMessageFailsAlone(t *testing.T) {
	h := newHouse(t)
	handleAll(t, h.handler, []ingest.Message{plug("g1", "a", noon, 1000, 1)}) // known from now on
	before := len(h.waiting())
	meters := &fickle{h.meters}
	handler, err := ingest.NewHandler(t.Context(), ingest.Parts{
		Meters: meters, Spool: h.spool, Quarantine: h.spool, Memory: h.memory, Zone: paris(t),
		Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	at := noon.Add(time.Minute)
	errs := handleAll(t, handler, []ingest.Message{
		plug("g1", "a", at, 1001, 1), plug("g1", "broken", at, 1, 1), plug("g1", "b", at, 1002, 1),
		plug("g1", "panic", at, 1, 1), plug("g1", "c", at, 1003, 1),
	})
	if errs[0] != nil || !errors.Is(errs[1], errBroken) || errs[2] != nil || errs[3] == nil || errs[4] != nil {
		t.Error(errs)
	}
	if got := len(h.waiting()) - before; got != 6 {
		t.Errorf("%d readings, want 6", got)
	}
}

// fickle meters do not answer for some devices.
type fickle struct{ *fakeMeters }

func (f *fickle) Lookup(ctx context.Context, ref ingest.DeviceRef) (ingest.Meter, error) {
	switch ref.ID {
	case "broken":
		return ingest.Meter{}, errBroken
	case "panic":
		panic("a mistake")
	}
	return f.fakeMeters.Lookup(ctx, ref)
}

func TestWhatIsNotKeptTogetherIsNotAcknowledged(t *testing.T) {
	h := newHouse(t)
	full := &fullSpool{h.spool, true}
	handler, err := ingest.NewHandler(t.Context(), ingest.Parts{
		Meters: h.meters, Spool: full, Quarantine: h.spool, Memory: h.memory, Zone: paris(t),
		Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ms := []ingest.Message{sensor("g1", "a", noon, 100, 5), plug("g1", "b", noon, 100, 5), {Topic: "elsewhere", At: noon}}
	errs := handleAll(t, handler, ms)
	if !errors.Is(errs[0], errBroken) || !errors.Is(errs[1], errBroken) || errs[2] != nil {
		t.Fatal(errs)
	}
	full.full = false
	for _, err := range handleAll(t, handler, ms) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := h.waiting(); len(got) != 4 {
		t.Fatal(got)
	}
}
