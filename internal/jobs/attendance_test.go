package jobs_test

import (
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// TestMissingMessagesAreLookedForOnceADay has a meter silent for twelve days, longer
// than is looked back, and another whose gap late data close.
func TestMissingMessagesAreLookedForOnceADay(t *testing.T) {
	w := openWorld(t, at("2026-11-05", 0, 10))
	f := w.family("Foyer 01")
	silent := w.meter("silent", f, household.Electricity, at("2026-11-01", 0, 0))
	late := w.meter("late", "", household.Outdoor, at("2026-11-01", 0, 0))
	speak := func(m energy.MeterID, from, to time.Time) {
		var rs []energy.Reading
		for x := from; x.Before(to); x = x.Add(10 * time.Minute) {
			rs = append(rs, energy.Reading{Meter: m, Register: "energy_import/total", At: x, Value: x.Unix() / 600, Source: energy.DeviceTime})
		}
		w.write(rs)
	}
	speak(silent, at("2026-11-02", 0, 0), at("2026-11-04", 12, 0))
	speak(late, at("2026-11-02", 0, 0), at("2026-11-04", 12, 0))
	speak(late, at("2026-11-04", 13, 0), at("2026-11-05", 0, 10))
	gaps := func() [][]string {
		return w.rows(`SELECT meter, to_at > 0, missing FROM gap ORDER BY meter = '` + string(late) + `'`)
	}
	w.pass(at("2026-11-05", 0, 10))
	if got := gaps(); len(got) != 2 || got[0][1] != "0" || got[0][2] != "73" || got[1][1] != "1" || got[1][2] != "6" {
		t.Fatalf("%v", got)
	}
	if n := w.number(`SELECT heard FROM attendance WHERE meter = ? AND day = '2026-11-04'`, string(silent)); n != 72 {
		t.Errorf("%d messages were heard", n)
	}
	speak(late, at("2026-11-04", 12, 0), at("2026-11-04", 13, 0))
	w.pass(at("2026-11-05", 0, 30))
	if got := gaps(); len(got) != 2 {
		t.Errorf("the same day: %v", got)
	}
	w.pass(at("2026-11-16", 1, 10))
	got := gaps()
	if len(got) != 2 || got[0][1] != "0" || got[0][2] != "1663" {
		t.Errorf("twelve days later: %v", got)
	}
	speak(silent, at("2026-11-16", 0, 0), at("2026-11-17", 1, 10))
	w.pass(at("2026-11-17", 1, 10))
	if got := w.rows(`SELECT to_at > 0, missing FROM gap WHERE meter = '` + string(silent) + `'`); len(got) != 1 || got[0][0] != "1" || got[0][1] != "1656" {
		t.Errorf("once it speaks again: %v", got)
	}
	if n := w.number(`SELECT SUM(missing) FROM attendance WHERE meter = ?`, string(silent)); n != 1656 {
		t.Errorf("%d messages are missing by days", n)
	}
}
