package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/internal/energy"
)

func TestReadingsWaitInTheSpoolOnceHandled(t *testing.T) {
	h := newHouse(t)
	h.send(plug("g1", "plug_1", noon, 120450, 48))
	want := []energy.Reading{
		{Meter: "m-g1-plug_1", Register: "energy_import/total", At: noon, Value: 120450000, Source: energy.DeviceTime},
		{Meter: "m-g1-plug_1", Register: "power/total", At: noon, Value: 48000, Source: energy.DeviceTime},
	}
	if got := h.waiting(); !slices.Equal(got, want) {
		t.Fatalf("%v\nwant %v", got, want)
	}
	if h.counter("foyer_ingest_messages_total", "readings") != 1 || h.counter("foyer_ingest_readings_total", "") != 2 {
		t.Error("not counted")
	}
}

func TestEqualDeviceNamesBehindTwoGatewaysAreTwoMeters(t *testing.T) {
	h := newHouse(t)
	h.send(plug("g1", "maison", noon, 1000, 1))
	h.send(plug("g2", "maison", noon, 2000, 1))
	m := ingest.Message{Topic: "shellies/maison/relay", Payload: []byte("x")}
	h.send(m)
	got := h.waiting()
	if len(got) != 4 || got[0].Meter == got[2].Meter {
		t.Fatal(got)
	}
}

func TestForgedTopicsAreNeverReadings(t *testing.T) {
	h := newHouse(t)
	forged := plug("g1", "plug_1", noon, 1000, 1)
	forged.Gateway = "g2"
	h.send(forged)
	mapped := ingest.Message{Topic: "shellies/plug/SENSOR", Payload: []byte(`{}`), Gateway: "g1"}
	h.send(mapped)
	for _, topic := range []string{"tele/plug_1/SENSOR", "foyer/g1", "foyer//x", "foyer/G/x"} {
		m := plug("g1", "plug_1", noon, 1000, 1)
		m.Topic = topic
		h.send(m)
	}
	if got := h.waiting(); len(got) != 0 {
		t.Fatal(got)
	}
	cases := h.cases()
	if len(cases) != 6 || cases[0].Gateway != "g2" || len(h.meters.refs) != 0 {
		t.Fatalf("%+v, looked up %v", cases, h.meters.refs)
	}
	for _, c := range cases {
		if c.Reason == "" {
			t.Errorf("no reason: %+v", c)
		}
	}
}

func TestAMessageNobodyUnderstandsWaitsForAPerson(t *testing.T) {
	h := newHouse(t)
	bad := ingest.Message{Topic: "foyer/g1/tele/plug_1/SENSOR", Payload: []byte(`{"Time":`), At: noon}
	for range 25 {
		h.send(bad)
	}
	cases := h.cases()
	if len(cases) != 20 || cases[0].Reason == "" || string(cases[0].Message.Payload) != string(bad.Payload) || cases[0].Gateway != "g1" {
		t.Fatalf("%d cases, %+v", len(cases), cases[0])
	}
	if h.counter("foyer_ingest_messages_total", "quarantined") != 20 || h.counter("foyer_ingest_messages_total", "counted") != 5 {
		t.Error("not counted")
	}
}

func TestPayloadsOfAllKindsAreSafeOrRefusedNeverMore(t *testing.T) {
	h := newHouse(t)
	for i, payload := range []string{"", "x", "{}", "[]", "null", "1e308", "NaN", `{"a":`, "\x00\xff", strings.Repeat("[", 5000), `{"ENERGY":{"Total":-1}}`, `{"ENERGY":{"Total":1e300}}`} {
		for _, topic := range []string{"tele/x/SENSOR", "tele/x/LWT", "zigbee2mqtt/x", "unknown/thing", "shellyplus1/status/switch:0", "a/b/c/d/e/f"} {
			h.send(ingest.Message{Topic: "foyer/g1/" + topic, Payload: []byte(payload), At: noon.Add(time.Duration(i) * time.Hour)})
		}
	}
	for _, r := range h.waiting() {
		if r.Register.Quantity().Cumulative() && r.Value < 0 {
			t.Error(r)
		}
	}
}

func TestAStoreThatDoesNotAnswerIsNoAcknowledgement(t *testing.T) {
	h := newHouse(t)
	h.meters.broken = true
	if err := h.handler.Handle(t.Context(), plug("g1", "p", noon, 1, 1)); !errors.Is(err, errBroken) {
		t.Fatal(err)
	}
	h.meters.broken = false
	if err := h.spool.Close(); err != nil {
		t.Fatal(err)
	}
	for _, m := range []ingest.Message{
		plug("g1", "p", noon, 1, 1),
		{Topic: "foyer/g1/tele/p/SENSOR", Payload: []byte("{"), At: noon},
		{Topic: "nobody", At: noon},
	} {
		if err := h.handler.Handle(t.Context(), m); err == nil {
			t.Errorf("%s acknowledged without a spool", m.Topic)
		}
	}
	if err := h.handler.Handle(t.Context(), ingest.Message{Topic: "foyer/g1/tele/p/LWT", Payload: []byte("Online"), At: noon}); err != nil {
		t.Errorf("a status carries no reading and needs no spool: %v", err)
	}
	if h.counter("foyer_ingest_messages_total", "failed") != 4 {
		t.Error("not counted")
	}
}

// fullSpool has no room for a while.
type fullSpool struct {
	ingest.Spool
	full bool
}

func (f *fullSpool) Append(ctx context.Context, rs []energy.Reading) error {
	if f.full {
		return errBroken
	}
	return f.Spool.Append(ctx, rs)
}

// TestAFailedAppendDoesNotMakeTheNextOneARepetition: what was not kept comes again
// and is no repetition of itself.
func TestAFailedAppendDoesNotMakeTheNextOneARepetition(t *testing.T) {
	h := newHouse(t)
	full := &fullSpool{h.spool, true}
	handler, err := ingest.NewHandler(t.Context(), ingest.Parts{
		Meters: h.meters, Spool: full, Quarantine: h.spool, Memory: h.memory, Zone: paris(t),
		Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	m := sensor("g1", "plug", noon, 100, 5)
	if err := handler.Handle(t.Context(), m); !errors.Is(err, errBroken) {
		t.Fatal(err)
	}
	full.full = false
	if err := handler.Handle(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := h.waiting(); len(got) != 2 {
		t.Fatal(got)
	}
}

func TestEqualValuesWithoutATimeAreOneObservationForTenSeconds(t *testing.T) {
	h := newHouse(t)
	h.send(sensor("g1", "plug", noon, 100, 5))
	h.send(sensor("g1", "plug", noon.Add(time.Second), 100, 5))
	h.send(sensor("g1", "plug", noon.Add(2*time.Second), 100, 6))
	h.send(sensor("g1", "plug", noon.Add(12*time.Second), 100, 6))
	var got []string
	for _, r := range h.waiting() {
		got = append(got, fmt.Sprint(r.Register, r.Value, r.At.Sub(noon), r.Source))
	}
	want := []string{
		"energy_import/total1000000 0s arrival", "power/total5000 0s arrival",
		"power/total6000 2s arrival", "energy_import/total1000000 12s arrival",
	}
	for i := range want {
		want[i] = strings.ReplaceAll(want[i], " ", "")
	}
	for i := range got {
		got[i] = strings.ReplaceAll(got[i], " ", "")
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%v\nwant %v", got, want)
	}
	if n := h.counter("foyer_ingest_dropped_readings_total", "repeated"); n != 4 {
		t.Errorf("%v repetitions", n)
	}
}

// A broker hands over at once what it queued while nobody read: nothing of it is lost
// because it arrived in one millisecond, and its order stays.
func TestWhatArrivesInOneMillisecondIsKeptInItsOrder(t *testing.T) {
	for name, handle := range map[string]func(*testing.T, *house, []ingest.Message){
		"alone": func(_ *testing.T, h *house, ms []ingest.Message) {
			for _, m := range ms {
				h.send(m)
			}
		},
		"together": func(t *testing.T, h *house, ms []ingest.Message) {
			for i, err := range handleAll(t, h.handler, ms) {
				if err != nil {
					t.Fatal(i, err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			handle(t, h, []ingest.Message{
				sensor("g1", "plug", noon, 100, 5), sensor("g1", "plug", noon, 101, 6), sensor("g1", "plug", noon, 101, 7),
				sensor("g1", "plug", noon, 102, 8), sensor("g1", "plug", noon.Add(2*time.Millisecond), 103, 9),
			})
			// Overtaken by all of them, and the first of its register for all that.
			h.send(sensor("g1", "plug", noon.Add(-time.Second), 99, 4))
			want := map[energy.Register][]string{
				"energy_import/total": {"100 0s", "101 1ms", "102 2ms", "103 3ms", "99 -1s"},
				"power/total":         {"5 0s", "6 1ms", "7 2ms", "8 3ms", "9 4ms", "4 -1s"},
			}
			got := map[energy.Register][]string{}
			for _, r := range h.waiting() {
				value := r.Value / 1000
				if r.Register == "energy_import/total" {
					value /= 10 // messages say it in Wh times ten
				}
				got[r.Register] = append(got[r.Register], fmt.Sprint(value, " ", r.At.Sub(noon)))
			}
			if !maps.EqualFunc(got, want, slices.Equal) {
				t.Fatalf("%v\nwant %v", got, want)
			}
		})
	}
}

func TestARetainedCopyWithoutATimeIsNoReading(t *testing.T) {
	h := newHouse(t)
	m := sensor("g1", "plug", noon, 100, 5)
	m.Retained = true
	h.send(m)
	if got := h.waiting(); len(got) != 0 {
		t.Fatal(got)
	}
	m = plug("g1", "plug", noon.Add(-time.Hour), 100, 5)
	m.Retained, m.At = true, noon
	h.send(m)
	if got := h.waiting(); len(got) != 2 || !got[0].At.Equal(noon.Add(-time.Hour)) {
		t.Fatal(got)
	}
	m = plug("g1", "plug", noon.Add(time.Hour), 100, 5)
	m.Retained, m.At = true, noon
	h.send(m)
	if got := h.waiting(); len(got) != 2 {
		t.Fatal("a copy from the future became a reading", got)
	}
}

func TestImplausibleClocksGiveWayToTheArrival(t *testing.T) {
	h := newHouse(t)
	h.meters.set(ingest.Meter{ID: "m-g1-p", State: ingest.Claimed, Since: noon.AddDate(0, 0, -20)})
	ahead := plug("g1", "p", noon.Add(10*time.Minute), 100, 5)
	ahead.At = noon
	before := plug("g1", "p", noon.AddDate(0, 0, -21), 101, 6)
	before.At = noon.Add(time.Minute)
	h.send(ahead)
	h.send(before)
	got := h.waiting()
	if len(got) != 4 {
		t.Fatal(got)
	}
	for i, r := range got {
		if want := noon.Add(time.Duration(i/2) * time.Minute); !r.At.Equal(want) || r.Source != energy.ArrivalTime {
			t.Errorf("%v, want %v", r, want)
		}
	}
}

func TestWhatIsOlderThan35DaysWaitsForAPersonAndIsStoredWhereItBelongs(t *testing.T) {
	h := newHouse(t)
	old := plug("g1", "p", noon.AddDate(0, 0, -40), 100, 5)
	old.At = noon
	h.send(old)
	if got := h.waiting(); len(got) != 0 {
		t.Fatal(got)
	}
	cases := h.cases()
	if len(cases) != 1 || !strings.Contains(cases[0].Reason, "35 days") || cases[0].Device != "p" {
		t.Fatalf("%+v", cases)
	}
	if err := h.spool.Replay(t.Context(), cases[0].ID, h.handler.Handle); err != nil {
		t.Fatal(err)
	}
	got := h.waiting()
	if len(got) != 2 || !got[0].At.Equal(noon.AddDate(0, 0, -40)) || len(h.cases()) != 0 {
		t.Fatal(got, h.cases())
	}
}

func TestAReplayThatIsStillRefusedStays(t *testing.T) {
	h := newHouse(t)
	h.send(ingest.Message{Topic: "foyer/g1/tele/p/SENSOR", Payload: []byte("{"), At: noon})
	err := h.spool.Replay(t.Context(), 1, h.handler.Handle)
	var refused *ingest.Refused
	if !errors.As(err, &refused) || refused.Reason == "" || len(h.cases()) != 1 {
		t.Fatal(err, h.cases())
	}
}

func TestImpossibleValuesWaitForAPersonAndTheOthersAreKept(t *testing.T) {
	h := newHouse(t)
	h.meters.set(ingest.Meter{ID: "m-g1-p", State: ingest.Claimed, MaxPower: 9_000_000})
	h.send(plug("g1", "p", noon, 100, 20_000))
	if got := h.waiting(); len(got) != 1 || got[0].Register != "energy_import/total" {
		t.Fatal(got)
	}
	if cases := h.cases(); len(cases) != 1 || !strings.Contains(cases[0].Reason, "power") {
		t.Fatal(cases)
	}
}

func TestAnUnreadableValueWaitsForAPersonAndTheOthersAreKept(t *testing.T) {
	h := newHouse(t)
	h.send(ingest.Message{Topic: "foyer/g1/tele/p/SENSOR", At: noon, Payload: []byte(
		`{"Time":"2026-11-25T12:00:00+00:00","ENERGY":{"Total":"1,5","Power":48}}`)})
	if got := h.waiting(); len(got) != 1 || got[0].Register != "power/total" {
		t.Fatal(got)
	}
	if cases := h.cases(); len(cases) != 1 || !strings.Contains(cases[0].Reason, "no number") {
		t.Fatal(cases)
	}
}

func TestMetersOutOfCollectionAreCountedAndNotKept(t *testing.T) {
	h := newHouse(t)
	h.meters.set(ingest.Meter{ID: "m-g1-s", State: ingest.Stopped})
	h.meters.set(ingest.Meter{ID: "m-g1-i", State: ingest.Ignored})
	h.send(plug("g1", "s", noon, 100, 1))
	h.send(plug("g1", "i", noon, 100, 1))
	if got := h.waiting(); len(got) != 0 {
		t.Fatal(got)
	}
	if h.counter("foyer_ingest_dropped_readings_total", "stopped") != 2 || h.counter("foyer_ingest_dropped_readings_total", "ignored") != 2 {
		t.Error("not counted")
	}
}

// TestLateReadingsOfAMeterThatWasGivenBackAreKept: a gateway that was cut off delivers
// after a family left what it measured before.
func TestLateReadingsOfAMeterThatWasGivenBackAreKept(t *testing.T) {
	for _, state := range []ingest.MeterState{ingest.Ignored, ingest.Stopped} {
		h := newHouse(t)
		h.meters.set(ingest.Meter{ID: "m-g1-s", State: state})
		h.meters.kept = map[energy.MeterID]time.Time{"m-g1-s": noon.Add(-time.Hour)}
		before := plug("g1", "s", noon.Add(-2*time.Hour), 100, 1)
		before.At = noon
		h.send(before)
		h.send(plug("g1", "s", noon, 101, 1))
		if got := h.waiting(); len(got) != 2 || !got[0].At.Equal(noon.Add(-2*time.Hour)) {
			t.Errorf("%s: %v", state, got)
		}
		h.pass()
		if got := h.series.content(); len(got) != 2 {
			t.Errorf("%s: %v", state, got)
		}
	}
}

func TestTimesAreReadInTheZoneOfTheMeter(t *testing.T) {
	h := newHouse(t)
	zone, err := time.LoadLocation("Indian/Reunion")
	if err != nil {
		t.Fatal(err)
	}
	h.meters.set(ingest.Meter{ID: "m-g1-p", State: ingest.Claimed, Zone: zone})
	for i := range 2 {
		m := plug("g1", "p", noon, 100, 1)
		m.Payload = []byte(strings.Replace(string(m.Payload), "T13:", "T16:", 1)) // Paris is at +1, Réunion at +4
		h.send(m)
		if got := h.waiting(); len(got) != 2*(i+1) || !got[2*i].At.Equal(noon) {
			t.Fatal(got)
		}
	}
}

// TestNamesTaughtByABridgeOutliveARestart: Zigbee2MQTT names a device by its
// address once, and by a name that people change ever after.
func TestNamesTaughtByABridgeOutliveARestart(t *testing.T) {
	h := newHouse(t)
	devices := ingest.Message{
		Topic:   "foyer/g1/zigbee2mqtt/bridge/devices",
		Payload: []byte(`[{"ieee_address":"0x00158d00034450be","friendly_name":"kitchen","type":"Router"}]`),
		At:      noon,
	}
	h.send(devices)
	h.send(sensor("g1", "kitchen", noon, 100, 1))
	ref := h.meters.refs[len(h.meters.refs)-1]
	known := append([]string{ref.ID}, ref.Aliases...)
	if !slices.Contains(known, "0x00158d00034450be") {
		t.Fatalf("looked up %+v", ref)
	}
	cfg := h.cfg
	if err := h.spool.Close(); err != nil {
		t.Fatal(err)
	}
	h.open(cfg)
	h.send(sensor("g1", "kitchen", noon.Add(time.Minute), 101, 1))
	again := h.meters.refs[len(h.meters.refs)-1]
	if !ref.Heard.Equal(noon) || !again.Heard.Equal(noon.Add(time.Minute)) {
		t.Errorf("heard at %s and %s, not when the messages arrived", ref.Heard, again.Heard)
	}
	if again.ID != ref.ID || !slices.Equal(again.Aliases, ref.Aliases) {
		t.Fatalf("looked up %+v after a restart, %+v before", again, ref)
	}
	h.send(sensor("g2", "kitchen", noon.Add(time.Minute), 101, 1))
	if other := h.meters.refs[len(h.meters.refs)-1]; slices.Contains(append(other.Aliases, other.ID), "0x00158d00034450be") {
		t.Fatalf("another gateway's device was taken for it: %+v", other)
	}
}
