package jobs_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
)

// power shows an apparent power of 2 kVA every five minutes of [from, to), and 7 kVA at
// the times of one day.
func power(m energy.MeterID, from, to time.Time, high ...time.Time) []energy.Reading {
	c := count{meter: m, register: "apparent_power/total"}
	for t := from; t.Before(to); t = t.Add(5 * time.Minute) {
		c.value = 2_000_000
		for _, h := range high {
			if t.Equal(h) {
				c.value = 7_000_000
			}
		}
		c.show(t)
	}
	return c.all
}

// TestOverloadsComeFromWhatTheMeterShows counts what is above the contract of the time,
// again when the contract was another or readings come late, and says nothing without.
func TestOverloadsComeFromWhatTheMeterShows(t *testing.T) {
	notUnderTheRaceDetector(t)
	t.Parallel()
	start := date("2026-11-01").Start(paris)
	w := openWorld(t, start)
	loud, mute := w.family("Foyer 01", base), w.family("Foyer 02", base)
	linky := w.meter("linky", loud, household.Electricity, start)
	for _, c := range []*count{
		{meter: linky, register: "energy_import/base"},
		{meter: w.meter("other", mute, household.Electricity, start), register: "energy_import/base"},
	} {
		c.halfHours(rand.New(rand.NewPCG(1, 1)), date("2026-11-01"), date("2026-11-16"))
		w.arrive(c.all)
	}
	found := func(f household.FamilyID, day, what string) string {
		t.Helper()
		rows := w.rows(`SELECT status, value, detail FROM result WHERE family = $1 AND indicator = $3 AND from_day = $2 ORDER BY id DESC LIMIT 1`, f, day, what)
		if len(rows) == 0 {
			return ""
		}
		var d household.Finding
		if err := json.Unmarshal([]byte(rows[0][2]), &d); err != nil {
			t.Fatal(err)
		}
		return rows[0][0] + " " + rows[0][1] + " " + d.Reason
	}
	// Twice on one day, and on until after midnight of the next.
	w.arrive(power(linky, start, at("2026-11-14", 0, 0), at("2026-11-09", 12, 0), at("2026-11-09", 12, 5), at("2026-11-09", 18, 0),
		at("2026-11-10", 23, 55), at("2026-11-11", 0, 0)))
	w.pass(at("2026-11-14", 6, 0))
	for day, want := range map[string]string{
		"2026-11-06": "insufficient_data  few_days",
		"2026-11-07": "provisional 0 ",
		"2026-11-13": "ok 1.615385 ", // three in thirteen days
	} {
		if got := found(loud, day, "overload"); got != want {
			t.Errorf("%s: %q, want %q", day, got, want)
		}
	}
	if got := found(mute, "2026-11-13", "overload"); got != "insufficient_data  unknown_maximum" {
		t.Errorf("without apparent power: %q", got)
	}
	if got := found(loud, "2026-11-13", "power_limitation"); got != "ok 0 " {
		t.Errorf("power limitation: %q", got)
	}

	// The next day is silent from six on: it is not known, and the others are.
	w.arrive(power(linky, at("2026-11-14", 0, 0), at("2026-11-14", 6, 0)))
	w.pass(at("2026-11-15", 6, 0))
	if got := found(loud, "2026-11-14", "overload"); got != "ok 1.615385 " {
		t.Errorf("after a day that is not known: %q", got)
	}
	// Late readings make it known, with one more: four in fourteen days.
	w.arrive(power(linky, at("2026-11-14", 6, 0), at("2026-11-15", 0, 0), at("2026-11-14", 20, 0)))
	w.pass(at("2026-11-15", 7, 0))
	if got := found(loud, "2026-11-14", "overload"); got != "ok 2 " {
		t.Errorf("once it came: %q", got)
	}
	// Of a contract of 9 kVA since the tenth only what was before is above it.
	more := base
	more.Family, more.PowerKVA, more.From = loud, 9, date("2026-11-10")
	if err := w.registry.ChangeContract(t.Context(), more); err != nil {
		t.Fatal(err)
	}
	w.pass(at("2026-11-15", 8, 0))
	if got := found(loud, "2026-11-14", "overload"); got != "ok 1 " {
		t.Errorf("under another contract: %q", got)
	}
	w.settledMarks()
	w.restart() // and what was remembered of readings is what they say
	if _, differ := w.verified(jobs.Order{}); len(differ) != 0 {
		t.Errorf("%v", differ)
	}
}
