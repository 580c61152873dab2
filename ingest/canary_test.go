package ingest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"foyer/ingest"
	"foyer/internal/energy"
)

// Numbers that name a home, as meters send them: of a meter, of a delivery point,
// and an address of a radio.
const (
	canaryADCO  = "061999888777"
	canaryPRM   = "30001999888777"
	canaryIEEE  = "0x00158d00deadbeef"
	canaryTopic = "maison-dupont"
)

// TestNoSerialIsEverLoggedOrMeasured sends messages with personal numbers down every
// path there is and looks at all that is said of them.
func TestNoSerialIsEverLoggedOrMeasured(t *testing.T) {
	var said bytes.Buffer
	h := newHouse(t)
	h.log = slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.open(h.cfg)
	zone := paris(t)
	tic := func(device, at, fields string) ingest.Message {
		return ingest.Message{
			Topic:   "foyer/g1/tele/" + device + "/SENSOR",
			Payload: fmt.Appendf(nil, `{"Time":"%s","TIC":{"ADCO":"%s","PRM":"%s",%s}}`, at, canaryADCO, canaryPRM, fields),
			At:      noon,
		}
	}
	now := noon.In(zone).Format(tasmotaTime)
	good := tic(canaryTopic, now, `"BASE":"007970903"`)
	for _, m := range []ingest.Message{
		good,
		good, // a second time
		tic(canaryTopic, now, `"BASE":"009970903"`),                                                    // contradicts it
		tic(canaryTopic, noon.AddDate(0, 0, -40).In(zone).Format(tasmotaTime), `"BASE":"1"`),           // too old
		tic(canaryTopic, "1970-01-01T00:00:00", `"BASE":"007970904"`),                                  // a clock that was not set
		tic(canaryTopic, noon.AddDate(0, 0, 2).In(zone).Format(tasmotaTime), `"BASE":"007970905"`),     // one that is ahead
		tic(canaryTopic, now, `"BASE":"00797x0903"`),                                                   // no number
		tic(canaryTopic, now, `"BASE":"007970903","PAPP":"99999999999"`),                               // impossible
		tic("unclaimed-"+canaryADCO, now, `"BASE":"1"`), tic("stopped-"+canaryADCO, now, `"BASE":"1"`), // not kept
		tic("poison-"+canaryADCO, now, `"BASE":"3"`),
		{Topic: "foyer/g1/tele/" + canaryADCO + "/SENSOR", Payload: []byte(`{"ADCO":"` + canaryADCO), At: noon}, // cut off
		{Topic: canaryPRM + "/x", Payload: []byte(canaryADCO), At: noon},                                        // under no gateway
		{Topic: "foyer/g2/tele/" + canaryADCO + "/SENSOR", Payload: []byte(canaryPRM), Gateway: "g1", At: noon}, // forged
		{Topic: "foyer/g1/acme/" + canaryPRM + "/what/is/this", Payload: []byte("\xff" + canaryADCO), At: noon}, // unknown
		{Topic: "foyer/g1/zigbee2mqtt/" + canaryIEEE, Payload: []byte(`{"temperature":19.5,"prm":"` + canaryPRM + `"}`), At: noon},
		{Topic: "foyer/g1/zigbee2mqtt/bridge/devices", Payload: []byte(`[{"ieee_address":"` + canaryIEEE + `","friendly_name":"` + canaryTopic + `","type":"EndDevice"}]`), At: noon},
		{Topic: "foyer/g1/zigbee2mqtt/" + canaryTopic, Payload: []byte(`{"temperature":19.5}`), At: noon.Add(time.Minute)}, // two names of one
		{Topic: "foyer/g1/zigbee2mqtt/" + canaryTopic, Payload: []byte(`{"temperature":"` + canaryPRM + `"}`), Retained: true, At: noon},
	} {
		h.send(m)
	}
	h.meters.set(ingest.Meter{ID: energy.MeterID("m-g1-unclaimed-" + canaryADCO), State: ingest.Unclaimed})
	h.meters.set(ingest.Meter{ID: energy.MeterID("m-g1-stopped-" + canaryADCO), State: ingest.Stopped})
	h.send(tic("stopped-"+canaryADCO, now, `"BASE":"2"`))
	h.series.poison = func(r energy.Reading) bool { return strings.Contains(string(r.Meter), "poison") }
	h.series.broken = true
	d := h.drain(func(p *ingest.DrainParts) { p.Log, p.Metrics = h.log, h.metrics })
	if _, err := ingest.Pass(d, t.Context()); err == nil {
		t.Fatal("the store is away and nobody says so")
	} else if strings.Contains(err.Error(), canaryADCO) {
		t.Errorf("an error names a meter: %v", err)
	}
	h.series.broken = false
	for range 3 {
		h.step(d)
	}
	h.sweepOnce(d)
	for _, c := range h.cases() {
		if err := h.spool.Replay(t.Context(), c.ID, h.handler.Handle); err != nil && strings.Contains(err.Error(), canaryADCO) {
			t.Errorf("a replay names a meter: %v", err)
		}
	}
	book := newBook()
	book.fails = func() bool { return true }
	_ = ingest.Enter(h.ledger(book), t.Context())

	tally := h.tally("")
	for _, f := range []energy.Fate{
		energy.FateStored, energy.FateDuplicate, energy.FateConflict, energy.FateHeld, energy.FateRejected, energy.FateStopped,
		energy.FateQuarantined,
	} {
		if tally[f] == 0 {
			t.Errorf("no reading or message went the way of %s: the canary has not been there", f)
		}
	}
	if !strings.Contains(said.String(), "message quarantined") {
		t.Error("the log says nothing at all")
	}
	text := said.String() + exposed(t, h.metrics)
	for _, canary := range []string{canaryADCO, canaryPRM, canaryIEEE, canaryTopic, "dupont"} {
		if at := strings.Index(text, canary); at >= 0 {
			t.Errorf("%s is told: …%s…", canary, text[max(0, at-150):min(len(text), at+50)])
		}
	}
}

// TestNothingOfAStoppedMeterWaitsForAPerson: a meter that nobody agreed to collect is in
// no quarantine either, however its messages read, and is again once somebody agrees.
func TestNothingOfAStoppedMeterWaitsForAPerson(t *testing.T) {
	for name, bad := range map[string]string{
		"half readable": `{"Time":"2026-11-25T13:00:00","ENERGY":{"Total":12.3,"Power":"x` + canaryADCO + `"}}`,
		"cut off":       `{"Time":"2026-11-25T13:00:00","ENERGY":{"Total":` + canaryADCO,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			meter := energy.MeterID("m-g1-p")
			send := func(payload string) {
				h.send(ingest.Message{Topic: "foyer/g1/tele/p/SENSOR", Payload: []byte(payload), At: noon})
			}
			h.meters.set(ingest.Meter{ID: meter, State: ingest.Stopped})
			h.send(plug("g1", "p", noon, 1000, 5))
			send(bad)
			if cases := h.cases(); len(cases) != 0 || len(h.waiting()) != 0 {
				t.Errorf("%+v and %d readings are kept", cases, len(h.waiting()))
			}
			if tally := h.tally(meter); tally[energy.FateStopped] < 3 || tally[energy.FateQuarantined] != 0 {
				t.Errorf("counted %v", tally)
			}
			h.meters.set(ingest.Meter{ID: meter, State: ingest.Claimed, Since: noon.AddDate(-1, 0, 0)})
			send(bad)
			if cases := h.cases(); len(cases) != 1 {
				t.Errorf("%d cases once somebody agrees", len(cases))
			}
		})
	}
}

// exposed is what /metrics says.
func exposed(t *testing.T, reg *prometheus.Registry) string {
	t.Helper()
	w := httptest.NewRecorder()
	promhttp.HandlerFor(reg, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if !strings.Contains(w.Body.String(), "foyer_") {
		t.Error("there are no metrics")
	}
	return w.Body.String()
}

// TestWhatPeersGotWrong holds what others are known to have lost, doubled or invented.
func TestWhatPeersGotWrong(t *testing.T) {
	t.Run("of one old and 999 new, 999 are stored", func(t *testing.T) {
		h := newHouse(t)
		h.claimed("m1")
		h.append(kwh("m1", 0, 0))
		h.pass()
		var batch []energy.Reading
		for i := range 1000 {
			batch = append(batch, kwh("m1", i, int64(i)*1000))
		}
		h.append(batch...)
		h.pass()
		if tally := h.tally("m1"); tally != (energy.Tally{energy.FateStored: 1000, energy.FateDuplicate: 1}) || len(h.series.all) != 1000 {
			t.Errorf("%d readings, %v", len(h.series.all), tally)
		}
	})
	t.Run("retained copies add nothing on reconnection", func(t *testing.T) {
		h := newHouse(t)
		h.claimed("m-g1-p", "m-g1-z")
		h.send(plug("g1", "p", noon, 1000, 5))
		h.send(sensor("g1", "z", noon, 100, 5))
		h.pass()
		before := h.series.content()
		for i := range 5 {
			again, timeless := plug("g1", "p", noon, 1000, 5), sensor("g1", "z", noon.Add(time.Duration(i+1)*time.Hour), 100, 5)
			again.Retained, timeless.Retained = true, true
			again.At = noon.Add(time.Duration(i+1) * time.Hour)
			h.send(again)
			h.send(timeless)
			h.pass()
		}
		if after := h.series.content(); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("%v, before %v", after, before)
		}
	})
	t.Run("two values with one timestamp", func(t *testing.T) {
		h := newHouse(t)
		h.claimed("m1")
		h.append(kwh("m1", 5, 10_000_000), kwh("m1", 5, 99_000_000))
		h.append(kwh("m1", 6, 11_000_000))
		h.pass()
		if len(h.series.all) != 2 || len(h.marks.conflicts) != 1 {
			t.Errorf("%v, conflicts %v", h.series.content(), h.marks.conflicts)
		}
		for k, r := range h.series.all {
			if r.Value > 11_000_000 {
				t.Errorf("%v: the second stands", k)
			}
		}
	})
	t.Run("epoch 0 and two days ahead", func(t *testing.T) {
		h := newHouse(t)
		zone := paris(t)
		h.send(stamped("e", "1970-01-01T00:00:00", noon))
		h.send(stamped("f", noon.AddDate(0, 0, 2).In(zone).Format(tasmotaTime), noon))
		h.pass()
		for _, r := range h.series.all {
			if !r.At.Equal(noon) || r.Source != energy.ArrivalTime {
				t.Errorf("%v", r)
			}
		}
		if len(h.series.all) != 4 {
			t.Errorf("%v", h.series.content())
		}
	})
	t.Run("one bad item never takes its batch along", func(t *testing.T) {
		h := newHouse(t)
		h.claimed("m1", "m2")
		h.series.poison = func(r energy.Reading) bool { return r.Value == 13 }
		var batch []energy.Reading
		for i := range 1000 {
			batch = append(batch, kwh("m1", i, int64(i)), kwh("m2", i, int64(i)+10_000))
		}
		h.append(batch...)
		h.pass()
		if len(h.series.all) != 1999 || len(h.cases()) != 1 || len(h.waiting()) != 0 {
			t.Errorf("%d readings, %d cases, %d waiting", len(h.series.all), len(h.cases()), len(h.waiting()))
		}
		if tally := h.tally("m1"); tally != (energy.Tally{energy.FateStored: 999, energy.FateRejected: 1}) {
			t.Errorf("%v", tally)
		}
	})
}

// TestNobodysReadingsAreGoneAfterADay: not in the store, not in the list, not in the
// counts of what waits.
func TestNobodysReadingsAreGoneAfterADay(t *testing.T) {
	h := newHouse(t)
	h.meters.set(ingest.Meter{ID: "m-g1-u", State: ingest.Unclaimed})
	h.send(plug("g1", "u", noon, 424_242, 5))
	d := h.drain()
	h.step(d)
	held, err := h.spool.Held(t.Context())
	if err != nil || len(held) != 1 || held[0].Readings != 2 || len(held[0].Last) != 2 {
		t.Fatalf("the operator sees %+v: %v", held, err)
	}
	h.mu.Lock()
	h.now = noon.Add(24*time.Hour + time.Second)
	h.mu.Unlock()
	h.sweepOnce(d)
	if held, err := h.spool.Held(t.Context()); err != nil || len(held) != 0 || len(h.series.all) != 0 || len(h.waiting()) != 0 {
		t.Errorf("after a day: %+v, %d stored: %v", held, len(h.series.all), err)
	}
	if tally := h.tally("m-g1-u"); tally != (energy.Tally{energy.FateExpired: 2}) {
		t.Errorf("counted %v", tally)
	}
}

// TestTheAlarmOfTheSpoolComesOnce on its way up, and ends on its way down.
func TestTheAlarmOfTheSpoolComesOnce(t *testing.T) {
	var said bytes.Buffer
	h := newHouse(t)
	f := &filling{fakeBacklog: fakeBacklog{more: make(chan struct{}, 1)}}
	d := h.drain(func(p *ingest.DrainParts) {
		p.Backlog, p.Waiting, p.Log = f, f, slog.New(slog.NewJSONHandler(&said, nil))
	})
	for _, used := range []float64{0.1, 0.79, 0.81, 0.95, 0.75, 0.85, 0.71, 0.69, 0.5, 0.8} {
		f.used = used
		h.sweepOnce(d)
	}
	var got []string
	for dec := json.NewDecoder(&said); dec.More(); {
		var line struct {
			Level string `json:"level"`
			Used  int    `json:"used_percent"`
		}
		if err := dec.Decode(&line); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(line.Level, " ", line.Used))
	}
	if want := "[WARN 81 INFO 69 WARN 80]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// filling is a backlog that fills up.
type filling struct {
	fakeBacklog
	used float64
}

func (f *filling) Used() float64 { return f.used }
