package indicators

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// evenHome is a home of 40 days that draws 100 W all the time, 300 W on top at noon.
func evenHome(t testing.TB, change func(d energy.Day, half int, milliWh *int64, known *bool)) Input {
	t.Helper()
	in := Input{
		Family: "f", Zone: villagerZone(t), Today: date(t, "2026-03-10"), Loads: map[energy.Day]Load{}, Gas: map[energy.Day]Load{},
		Peaks: map[energy.Day]int64{}, Contract: &household.Contract{PowerKVA: 6},
	}
	for d := in.Today.Add(-40); d.Before(in.Today); d = d.Add(1) {
		day := Day{Day: d}
		var slots []energy.Slot
		half := 0
		for at := d.Start(in.Zone); at.Before(d.End(in.Zone)); at = at.Add(energy.SlotLength) {
			milliWh, known := int64(50_000), true
			if half == 24 {
				milliWh += 3_000_000
			}
			if change != nil {
				change(d, half, &milliWh, &known)
			}
			s := energy.Slot{Register: "energy_import/base", Start: at, Energy: milliWh, Coverage: energy.Coverage{Of: energy.SlotLength}}
			if known {
				s.Coverage.Seen = energy.SlotLength
			}
			slots, half = append(slots, s), half+1
			day.Energy, day.Coverage = day.Energy+s.Energy, day.Coverage.Add(s.Coverage)
		}
		in.Days = append(in.Days, day)
		in.Loads[d] = LoadOf(d, in.Zone, slots, nil)
		in.Gas[d] = in.Loads[d]
	}
	return in.on(in.Today.Add(-1), in.Today)
}

func villagerZone(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func findingOf(t testing.TB, id string, in Input) (household.Result, household.Finding) {
	t.Helper()
	r := compute(t, id, in)
	var d household.Finding
	if err := json.Unmarshal(r.Detail, &d); err != nil {
		t.Fatal(err)
	}
	return r, d
}

func TestAFlagIsRaisedByWhatItIsAbout(t *testing.T) {
	last := func(d energy.Day, days int) bool {
		return !d.Before(energy.Day{Year: 2026, Month: 3, Date: 10}.Add(-days))
	}
	for name, c := range map[string]struct {
		id     string
		change func(d energy.Day, half int, milliWh *int64, known *bool)
		status household.Status
		value  string
		flag   *bool
		reason string
	}{
		"nothing stuck": {"stuck_appliance", nil, household.OK, "0", ptr(false), ""},
		"stuck":         {"stuck_appliance", func(d energy.Day, _ int, e *int64, _ *bool) { *e += more(last(d, 3), 60_000) }, household.OK, "1", ptr(true), ""},
		"100 W is none": {"stuck_appliance", func(d energy.Day, _ int, e *int64, _ *bool) { *e += more(last(d, 3), 50_000) }, household.OK, "0", ptr(false), ""},
		"two days":      {"stuck_appliance", func(d energy.Day, _ int, e *int64, _ *bool) { *e += more(last(d, 2), 60_000) }, household.OK, "0", ptr(false), ""},
		"a hole":        {"stuck_appliance", func(d energy.Day, h int, _ *int64, k *bool) { *k = !last(d, 1) || h != 3 }, household.InsufficientData, "", nil, "unknown_days"},
		"usual day":     {"daily_spike_mad", nil, household.OK, "0", ptr(false), ""},
		"spike":         {"daily_spike_mad", func(d energy.Day, _ int, e *int64, _ *bool) { *e += more(last(d, 1), 200_000) }, household.OK, "1", ptr(true), ""},
		"unseen day":    {"daily_spike_mad", func(d energy.Day, h int, _ *int64, k *bool) { *k = !last(d, 1) || h < 20 }, household.InsufficientData, "", nil, "unknown_day"},
		"no cut":        {"supply_interruption_events", nil, household.OK, "0", ptr(false), ""},
		"cut":           {"supply_interruption_events", func(d energy.Day, h int, e *int64, _ *bool) { *e *= 1 - more(last(d, 1) && h >= 10 && h < 16, 1) }, household.OK, "1", ptr(true), ""},
		"short cut":     {"supply_interruption_events", func(d energy.Day, h int, e *int64, _ *bool) { *e *= 1 - more(last(d, 1) && h >= 10 && h < 15, 1) }, household.OK, "0", ptr(false), ""},
		"over midnight": {"supply_interruption_events", func(d energy.Day, h int, e *int64, _ *bool) {
			*e *= 1 - more(last(d, 2) && !last(d, 1) && h > 40 || last(d, 1) && h < 2, 1)
		}, household.OK, "1", ptr(true), ""},
		"cut unseen": {"supply_interruption_events", func(d energy.Day, h int, e *int64, k *bool) {
			*e *= 1 - more(last(d, 1) && h >= 10 && h < 16, 1)
			*k = !last(d, 1) || h != 12
		}, household.OK, "0", ptr(false), ""},
		"at home":        {"absence", nil, household.OK, "0", ptr(false), ""},
		"away":           {"absence", func(d energy.Day, h int, e *int64, _ *bool) { *e -= more(last(d, 2) && h == 24, 3_000_000) }, household.OK, "1", ptr(true), ""},
		"away one day":   {"absence", func(d energy.Day, h int, e *int64, _ *bool) { *e -= more(last(d, 1) && h == 24, 3_000_000) }, household.OK, "0", ptr(false), ""},
		"always on":      {"night_baseload", nil, household.OK, "100", nil, ""},
		"nights unseen":  {"night_baseload", func(d energy.Day, h int, _ *int64, k *bool) { *k = h > 8 || d.Date == 1 || d.Date == 2 }, household.InsufficientData, "", nil, "few_nights"},
		"gas never ends": {"gas_leak", nil, household.OK, "1", ptr(true), ""},
		"gas pauses":     {"gas_leak", func(_ energy.Day, h int, e *int64, _ *bool) { *e *= 1 - more(h >= 4 && h < 6, 1) }, household.OK, "0", ptr(false), ""},
		"full power":     {"power_limitation", nil, household.OK, "0", ptr(false), ""},
		"no maximum":     {"power_limitation", func(_ energy.Day, h int, e *int64, _ *bool) { *e -= more(h == 24, 3_000_000) }, household.InsufficientData, "", nil, "unknown_maximum"},
	} {
		t.Run(name, func(t *testing.T) {
			r, d := findingOf(t, c.id, evenHome(t, c.change))
			if r.Status != c.status || r.Value != c.value || (d.Flag == nil) != (c.flag == nil) || c.flag != nil && *d.Flag != *c.flag || d.Reason != c.reason || d.File != "any-2026" {
				t.Errorf("%s %q %s", r.Status, r.Value, r.Detail)
			}
		})
	}
}

// more returns n where something holds, else 0.
func more(holds bool, n int64) int64 {
	if holds {
		return n
	}
	return 0
}

func TestPowerIsLimitedWhereEachDayShowsSo(t *testing.T) {
	in := evenHome(t, func(_ energy.Day, h int, e *int64, _ *bool) { *e -= more(h == 24, 3_000_000) })
	for d := in.To.Add(-7); d.Before(in.To); d = d.Add(1) {
		in.Peaks[d] = 1_090_000
	}
	if r, d := findingOf(t, "power_limitation", in); len(in.Quiet()) != 7 || r.Value != "1" || d.Level != "max_power" {
		t.Errorf("%s %s", r.Value, r.Detail)
	}
	in.Contract = nil
	if r, d := findingOf(t, "power_limitation", in); r.Status != household.Indeterminate || d.Reason != "unknown_subscribed_power" {
		t.Errorf("%s %s", r.Status, r.Detail)
	}
}

func TestWhatAMeterCountsOverHoursIsNoFlow(t *testing.T) {
	zone := villagerZone(t)
	day := date(t, "2026-03-09")
	var slots []energy.Slot
	var hourly, rarely []time.Time
	for at := day.Start(zone); at.Before(day.End(zone)); at = at.Add(energy.SlotLength) {
		slots = append(slots, energy.Slot{Register: "gas_volume", Start: at, Energy: 5, Coverage: energy.Coverage{Of: energy.SlotLength, Seen: energy.SlotLength}})
	}
	for at := day.Start(zone); !at.After(day.End(zone)); at = at.Add(time.Hour) {
		hourly = append(hourly, at)
		if at.In(zone).Hour()%6 == 0 {
			rarely = append(rarely, at)
		}
	}
	for name, c := range map[string]struct {
		spoken []time.Time
		known  bool
	}{"hourly": {hourly, true}, "every six hours": {rarely, false}, "never": {[]time.Time{}, false}} {
		l := LoadOf(day, zone, slots, c.spoken)
		if known := l.Signs[20] == '+'; known != c.known {
			t.Errorf("%s: %s", name, l.Signs)
		}
	}
}

func TestAnAnswerCoversTheDaysBeforeIt(t *testing.T) {
	in := Input{Family: "f", Zone: villagerZone(t), Today: date(t, "2026-11-26"), From: date(t, "2025-11-01"), To: date(t, "2026-11-01")}
	in.Reference = Reference{ID: "fr-2021", D3: decimal.NewFromInt(18360), D5: decimal.NewFromInt(23160)}
	in.Dwelling = &household.Dwelling{Persons14: 1}
	for name, c := range map[string]struct {
		id, question, answer, day string
		income                    int64
		status                    household.Status
		value, reason             string
	}{
		"cannot keep warm":   {"eu_unable_warm", "unable_warm", "yes", "2026-10-20", 0, household.OK, "1", ""},
		"can keep warm":      {"eu_unable_warm", "unable_warm", "no", "2026-10-20", 0, household.OK, "0", ""},
		"said in summer":     {"eu_unable_warm", "unable_warm", "yes", "2026-07-01", 0, household.Provisional, "1", ""},
		"said long ago":      {"eu_unable_warm", "unable_warm", "yes", "2026-01-15", 0, household.InsufficientData, "", "old_answer"},
		"said the year past": {"eu_unable_warm", "unable_warm", "yes", "2025-10-31", 0, household.Indeterminate, "", "no_answer"},
		"would rather not":   {"eu_unable_warm", "unable_warm", household.Declined, "2026-10-20", 0, household.Indeterminate, "", "no_answer"},
		"cold, not to say":   {"fr_3d", "felt_cold", household.Declined, "2026-10-20", 0, household.Indeterminate, "", "no_answer"},
		"another question":   {"eu_arrears", "unable_warm", "yes", "2026-10-20", 0, household.Indeterminate, "", "no_answer"},
		"late twice":         {"eu_arrears", "arrears", "more", "2026-10-20", 0, household.OK, "1", ""},
		"cold and poor":      {"fr_3d", "felt_cold", "cost_restriction", "2026-10-20", 1_836_000, household.OK, "1", ""},
		"cold, less poor":    {"fr_3d", "felt_cold", "cost_restriction", "2026-10-20", 1_836_001, household.OK, "0", ""},
		"a hard winter":      {"fr_3d", "felt_cold", "exceptional_cold", "2026-10-20", 1_000_000, household.OK, "0", ""},
		"income unknown":     {"fr_3d", "felt_cold", "cost_restriction", "2026-10-20", 0, household.Indeterminate, "", "unknown_income"},
	} {
		t.Run(name, func(t *testing.T) {
			in := in
			if c.income > 0 {
				in.Income = &household.Income{Disposable: c.income}
			}
			in.Answers = []household.Answer{{Question: c.question, Answer: c.answer, Day: date(t, c.day)}}
			r, d := findingOf(t, c.id, in)
			if r.Status != c.status || r.Value != c.value || d.Reason != c.reason || d.File == "" {
				t.Errorf("%s %q %s", r.Status, r.Value, r.Detail)
			}
		})
	}
}
