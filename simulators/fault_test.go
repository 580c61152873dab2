package simulators_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"foyer/simulators"
)

// faulty opens a home of a day or two with faults and returns what it sends.
func faulty(t *testing.T, dialect string, days int, faults ...simulators.Fault) (*simulators.Town, []simulators.Emission) {
	t.Helper()
	town := open(t, simulators.Scenario{
		Seed: 4, Start: "2026-11-10", Days: days, HalfHours: 1, Station: "none",
		Homes: []simulators.Home{{Dialect: dialect, History: 1, Faults: faults}},
	})
	from, _ := town.Span()
	return town, slices.Collect(town.Emissions(from, time.Time{}))
}

// says is what a message says, without when it is sent.
func says(e simulators.Emission) string { return e.Topic + " " + string(e.Payload) }

func sorted(es []simulators.Emission) []string {
	lines := make([]string, 0, len(es))
	for _, e := range es {
		lines = append(lines, says(e))
	}
	slices.Sort(lines)
	return lines
}

func TestAGapSendsNothingAndTheNextMessageHoldsWhatWasCounted(t *testing.T) {
	_, all := faulty(t, "shelly_gen2", 1)
	town, some := faulty(t, "shelly_gen2", 1, simulators.Fault{Kind: simulators.Gap, On: simulators.Electricity, After: 5 * time.Hour, For: 2 * time.Hour})
	from, to := town.Span()
	inGap := func(e simulators.Emission) bool {
		after := e.At.Sub(from)
		return e.Device.Role == simulators.Electricity && after >= 5*time.Hour && after < 7*time.Hour
	}
	if want := sorted(slices.DeleteFunc(slices.Clone(all), inGap)); !slices.Equal(want, sorted(some)) {
		t.Errorf("%d messages with a gap, want %d of %d", len(some), len(want), len(all))
	}
	unsent := 0
	for m := range town.Marks(from, to) {
		if m.Register == "energy_import/total" && !m.Sent {
			unsent++
		}
	}
	if unsent != 4 {
		t.Errorf("%d half-hours were not sent, want 4", unsent)
	}
}

func TestDuplicatesRepeatTheSameBytes(t *testing.T) {
	_, once := faulty(t, "linky_zlinky_z2m", 1)
	_, twice := faulty(t, "linky_zlinky_z2m", 1, simulators.Fault{Kind: simulators.Duplicate})
	want := sorted(append(slices.Clone(once), once...))
	if !slices.Equal(want, sorted(twice)) {
		t.Errorf("%d messages, want %d", len(twice), len(want))
	}
}

func TestShuffleChangesTheOrderAndNothingElse(t *testing.T) {
	_, ordered := faulty(t, "linky_tasmota_teleinfo", 1)
	_, mixed := faulty(t, "linky_tasmota_teleinfo", 1, simulators.Fault{Kind: simulators.Shuffle})
	if !slices.Equal(sorted(ordered), sorted(mixed)) {
		t.Fatal("shuffled messages are other messages")
	}
	swapped := 0
	for i := range mixed {
		if d := mixed[i].Sent.Sub(mixed[i].At); d < 0 || d > time.Hour {
			t.Fatalf("sent %s after its time", d)
		}
		if i > 0 && mixed[i].At.Before(mixed[i-1].At) {
			swapped++
		}
	}
	if swapped < len(mixed)/4 {
		t.Errorf("%d of %d messages overtook another", swapped, len(mixed))
	}
}

func TestLateHoursArriveADayLate(t *testing.T) {
	_, prompt := faulty(t, "tasmota_energy", 2)
	town, late := faulty(t, "tasmota_energy", 2, simulators.Fault{Kind: simulators.Late, After: 30 * time.Hour, For: 2 * time.Hour})
	from, to := town.Span()
	if !slices.Equal(sorted(prompt), sorted(late)) {
		t.Fatal("late messages are other messages")
	}
	delayed := 0
	for _, e := range late {
		want := time.Duration(0)
		if after := e.At.Sub(from); after >= 30*time.Hour && after < 32*time.Hour {
			want = 24 * time.Hour
			delayed++
		}
		if d := e.Sent.Sub(e.At); d != want {
			t.Fatalf("%s sent %s late", e.At.Sub(from), d)
		}
	}
	if delayed < 24+12 {
		t.Errorf("%d messages are late", delayed)
	}
	if end := late[len(late)-1].Sent; !end.After(to) {
		t.Errorf("the last one is sent at %s, no later than the end", end)
	}
}

func TestAnOutageEndsInABurst(t *testing.T) {
	town, all := faulty(t, "shelly_gen2", 1, simulators.Fault{Kind: simulators.Burst, After: 4 * time.Hour, For: 3 * time.Hour})
	from, _ := town.Span()
	burst := 0
	for _, e := range all {
		after := e.Sent.Sub(from)
		if after >= 4*time.Hour && after < 7*time.Hour {
			t.Fatalf("sent during the outage, %s", after)
		}
		if after == 7*time.Hour && e.At.Before(e.Sent) {
			burst++
		}
	}
	if burst < 36+18 {
		t.Errorf("%d messages in the burst", burst)
	}
}

func TestAResetStartsCountersAgainAndHidesNoEnergy(t *testing.T) {
	for _, dialect := range simulators.Dialects() {
		plain, _ := faulty(t, dialect, 1)
		town, all := faulty(t, dialect, 1, simulators.Fault{Kind: simulators.Reset, On: simulators.Electricity, After: 10 * time.Hour})
		from, to := town.Span()
		at := from.Add(10 * time.Hour)
		r := town.Homes()[0].Devices[0].Registers[0]
		read := func(town *simulators.Town) map[time.Time]int64 {
			values := map[time.Time]int64{}
			for m := range town.Marks(from, to) {
				if m.Role == simulators.Electricity && m.Register == r {
					values[m.At] = m.Exact
				}
			}
			return values
		}
		whole, reset := read(plain), read(town)
		if reset[at] != 0 || whole[at] == 0 {
			t.Errorf("%s shows %d at its reset", dialect, reset[at])
		}
		if a, b := whole[to]-whole[at], reset[to]-reset[at]; a != b {
			t.Errorf("%s counts %d after its reset, want %d", dialect, b, a)
		}
		for _, e := range all {
			if v := e.Values[0]; e.Device.Role == simulators.Electricity && (v.Value < 0 || !e.At.Before(at) && v.Value > 100_000_000) {
				t.Fatalf("%s shows %d at %s", dialect, v.Value, e.At)
			}
		}
	}
}

func TestASkewedClockStatesAnotherTime(t *testing.T) {
	for _, by := range []time.Duration{time.Hour, -10 * time.Minute, 90 * time.Second} {
		town, all := faulty(t, "shelly_gen2", 1, simulators.Fault{Kind: simulators.Skew, On: simulators.Electricity, After: 6 * time.Hour, For: 6 * time.Hour, By: by})
		from, to := town.Span()
		for _, e := range all {
			want := time.Duration(0)
			if after := e.Sent.Sub(from); e.Device.Role == simulators.Electricity && after >= 6*time.Hour && after < 12*time.Hour {
				want = by
			}
			if d := e.At.Sub(e.Sent); d != want {
				t.Fatalf("%s: %s states %s more", by, e.Sent, d)
			}
		}
		marks := 0
		for m := range town.Marks(from, to) {
			if m.Register == "energy_import/total" {
				marks++
			}
		}
		if marks < 48-2 || marks > 49+2 {
			t.Errorf("%s: %d marks", by, marks)
		}
	}
}

func TestAGlitchShowsZeroOnce(t *testing.T) {
	_, all := faulty(t, "tasmota_energy", 1, simulators.Fault{Kind: simulators.Glitch, On: simulators.Electricity, After: 3 * time.Hour})
	zeros := 0
	for _, e := range all {
		if e.Device.Role == simulators.Electricity && e.Values[0].Value == 0 {
			zeros++
		}
	}
	if zeros != 1 {
		t.Errorf("%d zeros", zeros)
	}
}

func TestZerosAreShownUntilTheyEnd(t *testing.T) {
	town, all := faulty(t, "tasmota_energy", 1, simulators.Fault{Kind: simulators.Zeros, On: simulators.Electricity, After: 3 * time.Hour, For: time.Hour})
	from, _ := town.Span()
	for _, e := range all {
		if e.Device.Role != simulators.Electricity {
			continue
		}
		after := e.At.Sub(from)
		if zero, during := e.Values[0].Value == 0, after >= 3*time.Hour && after < 4*time.Hour; zero != during {
			t.Fatalf("%v after the start it shows %d", after, e.Values[0].Value)
		}
	}
}

func TestALeapStays(t *testing.T) {
	_, plain := faulty(t, "tasmota_energy", 1)
	town, all := faulty(t, "tasmota_energy", 1, simulators.Fault{Kind: simulators.Leap, On: simulators.Electricity, After: 3 * time.Hour})
	from, _ := town.Span()
	for i, e := range all {
		if e.Device.Role != simulators.Electricity {
			continue
		}
		want := plain[i].Values[0].Value
		if !e.At.Before(from.Add(3 * time.Hour)) {
			want += 39_000_000_000
		}
		if got := e.Values[0].Value; got != want {
			t.Fatalf("%s: %d, want %d", e.At, got, want)
		}
	}
}

func TestFaultsDoNotChangeWhatHappens(t *testing.T) {
	plain, _ := faulty(t, "shelly_gen2", 1)
	town, _ := faulty(t, "shelly_gen2", 1, simulators.Fault{Kind: simulators.Gap}, simulators.Fault{Kind: simulators.Duplicate}, simulators.Fault{Kind: simulators.Shuffle})
	from, to := town.Span()
	if a, b := fmt.Sprint(plain.Totals(from, to)), fmt.Sprint(town.Totals(from, to)); a != b {
		t.Errorf("%s\n%s", a, b)
	}
}
