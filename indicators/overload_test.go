package indicators

import (
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

func TestMoreThanTheContractIsOneEventUntilItIsOver(t *testing.T) {
	day := date(t, "2026-03-09")
	zone := villagerZone(t)
	from, to := day.Start(zone), day.End(zone)
	apart := OverloadApart(day)
	// Every five minutes 3 kVA, but what a case says of minutes of the day, before it too.
	show := func(at map[int]int64, silent func(minute int) bool) (rs []energy.Reading) {
		for m := -30; m < 24*60; m += 5 {
			va := int64(3000)
			if other, ok := at[m]; ok {
				va = other
			}
			if silent == nil || !silent(m) {
				rs = append(rs, energy.Reading{Register: "apparent_power/total", At: from.Add(time.Duration(m) * time.Minute), Value: va * 1000})
			}
		}
		return rs
	}
	for name, c := range map[string]struct {
		at     map[int]int64
		silent func(int) bool
		events int
		known  bool
	}{
		"never above":              {nil, nil, 0, true},
		"exactly the contract":     {map[int]int64{600: 6000}, nil, 0, true},
		"once":                     {map[int]int64{600: 6010}, nil, 1, true},
		"for a while":              {map[int]int64{600: 6100, 605: 6200, 610: 6300}, nil, 1, true},
		"down for ten minutes":     {map[int]int64{600: 6100, 610: 6100}, nil, 1, true},
		"down for longer":          {map[int]int64{600: 6100, 615: 6100}, nil, 2, true},
		"since before midnight":    {map[int]int64{-5: 6100, 0: 6100, 5: 6100}, nil, 0, true},
		"long before midnight":     {map[int]int64{-15: 6100, 0: 6100}, nil, 1, true},
		"silent for ten minutes":   {map[int]int64{600: 6100}, func(m int) bool { return m == 700 }, 1, true},
		"silent for longer":        {map[int]int64{600: 6100}, func(m int) bool { return m == 700 || m == 705 }, 0, false},
		"silent in the morning":    {nil, func(m int) bool { return m < 15 }, 0, false},
		"silent at night":          {nil, func(m int) bool { return m > 24*60-15 }, 0, false},
		"nothing but before":       {nil, func(m int) bool { return m >= 0 }, 0, false},
		"nothing of that time":     {nil, func(int) bool { return true }, 0, false},
		"a peak, then it is stuck": {map[int]int64{600: 9000}, func(m int) bool { return m > 600 && m < 660 }, 0, false},
	} {
		if n, known := OverloadsOf(show(c.at, c.silent), from, to, 6_000_000, apart); n != c.events || known != c.known {
			t.Errorf("%s: %d %v, want %d %v", name, n, known, c.events, c.known)
		}
	}
}

func TestOverloadsAreOfTheDaysThatWereSeen(t *testing.T) {
	six := &household.Contract{PowerKVA: 6}
	for name, c := range map[string]struct {
		contract *household.Contract
		seen     int // of the last days
		each     int // events on each
		status   household.Status
		value    string
		reason   string
	}{
		"all":            {six, 20, 1, household.OK, "7", ""},
		"none, all":      {six, 20, 0, household.OK, "0", ""},
		"half":           {six, 7, 2, household.Provisional, "14", ""},
		"six":            {six, 6, 2, household.InsufficientData, "", "few_days"},
		"no power shown": {six, 0, 0, household.InsufficientData, "", "unknown_maximum"},
		"no contract":    {nil, 0, 0, household.Indeterminate, "", "unknown_subscribed_power"},
		"no power in it": {&household.Contract{}, 0, 0, household.Indeterminate, "", "unknown_subscribed_power"},
	} {
		in := evenHome(t, nil)
		in.Contract, in.Overloads = c.contract, map[energy.Day]int{}
		for n := range c.seen {
			in.Overloads[in.To.Add(-1-n)] = c.each
		}
		if r, d := findingOf(t, "overload", in); r.Status != c.status || r.Value != c.value || d.Reason != c.reason || d.Flag != nil || d.File != "any-2026" {
			t.Errorf("%s: %s %q %s", name, r.Status, r.Value, r.Detail)
		}
	}
}

// Six days are none, whatever they show; neither are seven of which one is not known.
func TestFewerThanSevenDaysDoNotSayThatPowerIsNotLimited(t *testing.T) {
	in := evenHome(t, func(d energy.Day, h int, e *int64, _ *bool) {
		*e -= more(h == 24 && d == date(t, "2026-03-05"), 3_000_000)
	})
	if r, d := findingOf(t, "power_limitation", in); r.Status != household.InsufficientData || d.Reason != "unknown_maximum" || r.Value != "" {
		t.Errorf("%s %q %s", r.Status, r.Value, r.Detail)
	}
	if quiet := in.Quiet(); len(quiet) != 1 || quiet[0] != date(t, "2026-03-05") {
		t.Fatalf("days that are left open are %v", quiet)
	}
	in.Peaks[date(t, "2026-03-05")] = 900_000
	if r, d := findingOf(t, "power_limitation", in); r.Status != household.OK || r.Value != "0" {
		t.Errorf("%s %q %+v", r.Status, r.Value, d)
	}
}
