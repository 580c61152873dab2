package jobs_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// TestPartsGiveWhatTheWholeGives has a meter speak each second, so that its day is read
// in parts, and misbehave around where they meet.
func TestPartsGiveWhatTheWholeGives(t *testing.T) {
	t.Parallel()
	day := date("2026-10-25") // of 25 hours
	from := day.Start(paris)
	w := openWorld(t, from)
	f := w.family("fast")
	meter := w.meter("linky", f, household.Electricity, from.AddDate(0, 0, -1))
	const register energy.Register = "energy_import/base"
	luck := rand.New(rand.NewPCG(1, 1))
	var rs []energy.Reading
	value := int64(50_000_000)
	for at := from; at.Before(from.Add(11 * time.Hour)); at = at.Add(time.Second) {
		value += luck.Int64N(600)
		shown := value
		switch luck.IntN(400) {
		case 0:
			at = at.Add(time.Duration(luck.Int64N(int64(3 * time.Minute))))
		case 1:
			shown -= luck.Int64N(20_000_000) // a glitch
		case 2:
			shown += luck.Int64N(900_000_000) // a jump
		case 3:
			if luck.IntN(10) == 0 {
				value = luck.Int64N(1_000_000) // a reset
				shown = value
			}
		case 4:
			if luck.IntN(8) == 0 {
				at = at.Add(time.Duration(luck.Int64N(int64(40 * time.Minute))))
			}
		}
		rs = append(rs, energy.Reading{Meter: meter, Register: register, At: energy.Instant(at), Value: shown, Source: energy.DeviceTime})
	}
	w.set(rs[len(rs)-1].At)
	w.arrive(rs)
	w.pass(w.clock())

	got, err := w.records.UsageSlots(t.Context(), f, from, day.End(paris))
	if err != nil {
		t.Fatal(err)
	}
	var want []energy.Slot
	for _, s := range energy.Usage(rs, energy.UsualLimit(energy.EnergyImport), day.Slots(paris)) {
		if s.Known() {
			want = append(want, s)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d half-hours, want %d", len(got), len(want))
	}
	for i, s := range want {
		if u := got[i]; u.Register != s.Register || !u.Start.Equal(s.Start) || u.Energy != s.Energy || u.Coverage != s.Coverage {
			t.Errorf("half-hour of %v: %+v, want %+v", s.Start, u, s)
		}
	}
}
