package ingest_test

import (
	"fmt"
	"testing"
	"time"

	"foyer/ingest"
	"foyer/internal/energy"
)

// stamped is a message of a Tasmota plug whose clock shows a local time.
func stamped(device, local string, arrival time.Time) ingest.Message {
	return ingest.Message{
		Topic:   "foyer/g1/tele/" + device + "/SENSOR",
		Payload: fmt.Appendf(nil, `{"Time":"%s","ENERGY":{"Total":%d.5,"Power":5}}`, local, arrival.Unix()%1000),
		At:      arrival,
	}
}

const tasmotaTime = "2006-01-02T15:04:05"

// clockOf returns how a device's clock goes, as far as the operator is told.
func (h *house) clockOf(device string) energy.Health {
	h.t.Helper()
	b := newBook()
	for _, x := range h.handler.Health(1000) {
		b.health[x.Meter] = x
	}
	return b.health[energy.MeterID("m-g1-"+device)]
}

// TestClocksThatLieAreFound plays half a day of devices with clocks of many kinds.
// What they say is stored as always: nothing is corrected.
func TestClocksThatLieAreFound(t *testing.T) {
	zone := paris(t)
	winter, summer := time.FixedZone("CET", 3600), time.FixedZone("CEST", 7200)
	july, january := time.Date(2026, 7, 14, 9, 0, 0, 0, time.UTC), time.Date(2026, 1, 14, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		from  time.Time
		shows func(time.Time) string
		want  energy.Clock
	}{
		{"a good one", july, func(at time.Time) string { return at.In(zone).Format(tasmotaTime) }, energy.ClockGood},
		{"4 minutes slow", july, func(at time.Time) string { return at.Add(-4 * time.Minute).In(zone).Format(tasmotaTime) }, energy.ClockGood},
		{"never set", july, func(at time.Time) string {
			return time.Unix(0, 0).Add(at.Sub(july)).UTC().Format(tasmotaTime)
		}, energy.ClockUnset},
		{"two days ahead", july, func(at time.Time) string { return at.AddDate(0, 0, 2).In(zone).Format(tasmotaTime) }, energy.ClockAhead},
		{"6 minutes ahead", july, func(at time.Time) string { return at.Add(6 * time.Minute).In(zone).Format(tasmotaTime) }, energy.ClockAhead},
		{"6 minutes behind", july, func(at time.Time) string { return at.Add(-6 * time.Minute).In(zone).Format(tasmotaTime) }, energy.ClockBehind},
		{"winter time in summer", july, func(at time.Time) string { return at.In(winter).Format(tasmotaTime) }, energy.ClockHourBehind},
		{"winter time in winter", january, func(at time.Time) string { return at.In(winter).Format(tasmotaTime) }, energy.ClockGood},
		{"summer time in winter", january, func(at time.Time) string { return at.In(summer).Format(tasmotaTime) }, energy.ClockHourAhead},
		{"summer time in summer", july, func(at time.Time) string { return at.In(summer).Format(tasmotaTime) }, energy.ClockGood},
	} {
		h := newHouse(t)
		h.meters.set(ingest.Meter{ID: "m-g1-d", State: ingest.Claimed, Zone: zone})
		for i := range 12 {
			at := c.from.Add(time.Duration(i) * 5 * time.Minute)
			h.send(stamped("d", c.shows(at), at.Add(time.Second)))
		}
		if got := h.clockOf("d"); got.Clock != c.want {
			t.Errorf("%s: %+v, want %s", c.name, got, c.want)
		}
		for _, r := range h.waiting() {
			if believed := r.Source == energy.DeviceTime; believed != (c.want != energy.ClockUnset && c.want != energy.ClockAhead && c.want != energy.ClockHourAhead) {
				t.Errorf("%s: the device's clock is believed: %t", c.name, believed)
				break
			}
		}
	}
}

// TestAClockWithoutSummerTimeIsWrongFromTheChangeOn goes with winter time through
// both changes of a year.
func TestAClockWithoutSummerTimeIsWrongFromTheChangeOn(t *testing.T) {
	zone := paris(t)
	for name, c := range map[string]struct {
		device        *time.Location
		spring, fall  energy.Clock // before the change of March, after it; and so in October
		summer, after energy.Clock
	}{
		"winter time": {time.FixedZone("CET", 3600), energy.ClockGood, energy.ClockHourBehind, energy.ClockHourBehind, energy.ClockGood},
		"summer time": {time.FixedZone("CEST", 7200), energy.ClockHourAhead, energy.ClockGood, energy.ClockGood, energy.ClockHourAhead},
	} {
		h := newHouse(t)
		h.meters.set(ingest.Meter{ID: "m-g1-d", State: ingest.Claimed, Zone: zone})
		play := func(from time.Time, want energy.Clock) {
			t.Helper()
			for i := range 12 {
				at := from.Add(time.Duration(i) * 5 * time.Minute)
				h.send(stamped("d", at.In(c.device).Format(tasmotaTime), at))
			}
			if got := h.clockOf("d"); got.Clock != want {
				t.Errorf("%s at %v: %+v, want %s", name, from, got, want)
			}
		}
		march, october := time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC)
		play(march.Add(-2*time.Hour), c.spring)
		play(march.Add(time.Hour), c.fall)
		play(october.Add(-5*time.Hour), c.summer)
		play(october.Add(3*time.Hour), c.after)
	}
}

// TestABacklogIsNoFaultOfAClock: what was queued for an hour arrives at once.
func TestABacklogIsNoFaultOfAClock(t *testing.T) {
	zone := paris(t)
	h := newHouse(t)
	h.meters.set(ingest.Meter{ID: "m-g1-d", State: ingest.Claimed, Zone: zone})
	back := noon.Add(time.Hour)
	for i := range 60 { // from an hour old to new, within a minute
		at := noon.Add(time.Duration(i) * time.Minute)
		h.send(stamped("d", at.In(zone).Format(tasmotaTime), back.Add(time.Duration(i)*time.Second)))
	}
	h.send(stamped("e", noon.In(zone).Format(tasmotaTime), back))
	h.send(ingest.Message{ // a copy the broker kept
		Topic: "foyer/g1/tele/f/SENSOR", Payload: []byte(`{"Time":"2026-01-01T00:00:00","ENERGY":{"Total":1.5}}`), Retained: true, At: back,
	})
	if d, e, f := h.clockOf("d"), h.clockOf("e"), h.clockOf("f"); d.Clock != energy.ClockGood || e.Clock != "" || f.Clock != "" {
		t.Errorf("%+v %+v %+v", d, e, f)
	}
	if got := h.clockOf("e").Dialect; got == "" {
		t.Error("nobody knows how the device speaks")
	}
}

func TestHealthIsKeptWhenItChanges(t *testing.T) {
	zone := paris(t)
	h := newHouse(t)
	h.meters.set(ingest.Meter{ID: "m-g1-d", State: ingest.Claimed, Zone: zone})
	b := newBook()
	send := func(ahead time.Duration) {
		t.Helper()
		h.now = h.now.Add(time.Minute)
		h.send(stamped("d", h.now.Add(ahead).In(zone).Format(tasmotaTime), h.now))
		if err := ingest.Enter(h.ledger(b), t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	send(0)
	first := b.health["m-g1-d"]
	send(0)
	if b.health["m-g1-d"] != first {
		t.Error("written though nothing changed")
	}
	send(time.Hour)
	if got := b.health["m-g1-d"]; got.Clock != energy.ClockHourAhead || got.Offset.Round(time.Minute) != time.Hour || !got.Since.Equal(h.now) {
		t.Errorf("%+v", got)
	}
	b.fails = func() bool { return true }
	h.now = h.now.Add(time.Minute)
	h.send(stamped("d", h.now.In(zone).Format(tasmotaTime), h.now))
	_ = ingest.Enter(h.ledger(b), t.Context())
	b.fails = func() bool { return false }
	if err := ingest.Enter(h.ledger(b), t.Context()); err != nil || b.health["m-g1-d"].Clock != energy.ClockGood {
		t.Errorf("%+v %v", b.health["m-g1-d"], err)
	}
	if h.gauge("foyer_ingest_clocks", "good") != 1 || h.gauge("foyer_ingest_clocks", "hour_ahead") != 0 {
		t.Error("the clocks are counted wrong")
	}
}
