package ingest

import (
	"testing"
	"time"

	"foyer/internal/energy"
)

func TestADevicesClockIsBelievedWithinReason(t *testing.T) {
	arrival := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	enrolled := arrival.AddDate(0, 0, -60)
	for _, c := range []struct {
		name     string
		own      time.Time
		retained bool
		vouched  bool
		since    time.Time
		at       time.Time
		source   energy.TimeSource
		verdict  verdict
	}{
		{"none: the arrival counts", time.Time{}, false, false, enrolled, arrival, energy.ArrivalTime, dated},
		{"none on a copy: no reading", time.Time{}, true, false, enrolled, time.Time{}, "", ageless},
		{"a moment ago", arrival.Add(-3 * time.Second), false, false, enrolled, arrival.Add(-3 * time.Second), energy.DeviceTime, dated},
		{"with parts of a millisecond", arrival.Add(-1), false, false, enrolled, arrival.Add(-time.Millisecond), energy.DeviceTime, dated},
		{"a moment ago on a copy", arrival.Add(-time.Hour), true, false, enrolled, arrival.Add(-time.Hour), energy.DeviceTime, dated},
		{"five minutes ahead", arrival.Add(5 * time.Minute), false, false, enrolled, arrival.Add(5 * time.Minute), energy.DeviceTime, dated},
		{"more than five minutes ahead", arrival.Add(5*time.Minute + 1), false, false, enrolled, arrival, energy.ArrivalTime, dated},
		{"more than five minutes ahead on a copy", arrival.Add(time.Hour), true, false, enrolled, time.Time{}, "", ageless},
		{"in 1970", time.Unix(5, 0), false, false, enrolled, arrival, energy.ArrivalTime, dated},
		{"in 2106", time.Unix(1<<32-1, 0), false, false, enrolled, arrival, energy.ArrivalTime, dated},
		{"at enrolment", arrival.Add(-time.Hour), false, false, arrival.Add(-time.Hour), arrival.Add(-time.Hour), energy.DeviceTime, dated},
		{"before enrolment", arrival.Add(-time.Hour - 1), false, false, arrival.Add(-time.Hour), arrival, energy.ArrivalTime, dated},
		{"35 days late", arrival.Add(-maxLate), false, false, enrolled, arrival.Add(-maxLate), energy.DeviceTime, dated},
		{"more than 35 days late", arrival.Add(-maxLate - 1), false, false, enrolled, time.Time{}, "", tooOld},
		{"more than 35 days late, vouched for", arrival.Add(-maxLate - time.Hour), false, true, enrolled, arrival.Add(-maxLate - time.Hour), energy.DeviceTime, dated},
		{"any, where enrolment is unknown", time.Unix(5, 0), false, false, time.Time{}, time.Time{}, "", tooOld},
	} {
		at, source, verdict := instant(c.own, Message{At: arrival, Retained: c.retained, Vouched: c.vouched}, c.since)
		if !at.Equal(c.at) || source != c.source || verdict != c.verdict {
			t.Errorf("%s: %v %q %d", c.name, at, source, verdict)
		}
	}
}

func TestAnEqualValueIsARepetitionForTenSeconds(t *testing.T) {
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	r := energy.Reading{Meter: "m1", Register: "power", At: at, Value: 5, Source: energy.ArrivalTime}
	with := func(change func(*energy.Reading)) energy.Reading { x := r; change(&x); return x }
	var p repeats
	if p.again(r) {
		t.Fatal("nothing was kept yet")
	}
	p.keep([]energy.Reading{r})
	for _, c := range []struct {
		name  string
		r     energy.Reading
		again bool
	}{
		{"the same", r, true},
		{"10 s later", with(func(r *energy.Reading) { r.At = at.Add(10 * time.Second) }), true},
		{"10 s before", with(func(r *energy.Reading) { r.At = at.Add(-10 * time.Second) }), true},
		{"more than 10 s later", with(func(r *energy.Reading) { r.At = at.Add(10001 * time.Millisecond) }), false},
		{"another value", with(func(r *energy.Reading) { r.Value = 6 }), false},
		{"another register", with(func(r *energy.Reading) { r.Register = "temperature" }), false},
		{"another meter", with(func(r *energy.Reading) { r.Meter = "m2" }), false},
	} {
		if p.again(c.r) != c.again {
			t.Errorf("%s: %t", c.name, !c.again)
		}
	}
	p.keep([]energy.Reading{with(func(r *energy.Reading) { r.Source, r.Value = energy.DeviceTime, 7 })})
	if !p.again(r) {
		t.Error("a reading with its own time took the place of one without")
	}
}

func TestRepetitionsAreForgotten(t *testing.T) {
	var p repeats
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for i := range 1000 {
		at = at.Add(time.Second)
		p.keep([]energy.Reading{{Meter: energy.MeterID(rune('a' + i)), Register: "power", At: at, Source: energy.ArrivalTime}})
	}
	if len(p.last) > 35 {
		t.Errorf("%d registers remembered", len(p.last))
	}
}

func TestImpossibleValuesAreNoReadings(t *testing.T) {
	for _, c := range []struct {
		q        energy.Quantity
		value    int64
		maxPower int64
		ok       bool
	}{
		{energy.EnergyImport, 0, 0, true},
		{energy.EnergyImport, -1, 0, false},
		{energy.EnergyImport, maxIndex + 1, 0, false},
		{energy.Power, -3000 * unit, 9000 * unit, true},
		{energy.Power, 18000 * unit, 9000 * unit, true},
		{energy.Power, 18000*unit + 1, 9000 * unit, false},
		{energy.ApparentPower, 2_000_000 * unit, 0, false},
		{energy.Temperature, -20 * unit, 0, true},
		{energy.Temperature, 327_670, 0, false},
		{energy.Humidity, 100 * unit, 0, true},
		{energy.Humidity, 101 * unit, 0, false},
		{"voltage", 230, 0, false},
	} {
		if plausible(c.q, c.value, c.maxPower) != c.ok {
			t.Errorf("%s %d of %d: %t", c.q, c.value, c.maxPower, !c.ok)
		}
	}
}

func TestSpansCoverEveryReadingAndFewHours(t *testing.T) {
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	r := func(meter string, after time.Duration) energy.Reading {
		return energy.Reading{Meter: energy.MeterID(meter), At: at.Add(after)}
	}
	got := spans([]energy.Reading{r("b", 0), r("a", 25*time.Hour), r("a", 0), r("a", 59*time.Minute), r("a", 2*time.Hour)})
	want := []energy.Span{
		{Meter: "a", From: at, To: at.Add(59*time.Minute + time.Millisecond)},
		{Meter: "a", From: at.Add(2 * time.Hour), To: at.Add(2*time.Hour + time.Millisecond)},
		{Meter: "a", From: at.Add(25 * time.Hour), To: at.Add(25*time.Hour + time.Millisecond)},
		{Meter: "b", From: at, To: at.Add(time.Millisecond)},
	}
	if len(got) != len(want) {
		t.Fatal(got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got[i], want[i])
		}
	}
}
