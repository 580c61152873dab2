package rehearsal

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/weather"
	"foyer/simulators"
)

// A home is what is known of one after its works, and what these truly saved.
type home struct {
	in    indicators.Input
	whole []household.Weather // with nothing of the weather missing
	saved float64             // kWh since the works
	used  float64             // likewise
	cold  bool                // its people heat less since
}

// live lives a scenario with its works and without. Every home has works that are
// over for a day at least, and is known since a year before they began.
func live(s simulators.Scenario) ([]home, error) {
	with, zone, err := told(s)
	if err != nil {
		return nil, err
	}
	whole := with
	if s.Climate.Missing > 0 {
		full := s
		full.Climate.Missing = 0
		if whole, _, err = told(full); err != nil {
			return nil, err
		}
	}
	without := s
	without.Homes = slices.Clone(s.Homes)
	for i := range without.Homes {
		without.Homes[i].Works = simulators.Works{}
	}
	never, _, err := told(without)
	if err != nil {
		return nil, err
	}
	start := with.start
	homes := make([]home, len(s.Homes))
	for i, h := range s.Homes {
		w := h.Works
		done := start.Add(-w.Days)
		began := done.Add(-w.Took)
		switch {
		case w == simulators.Works{}:
			return nil, fmt.Errorf("homes[%d].works: none; say what the works save", i)
		case w.Days < 1:
			return nil, fmt.Errorf("homes[%d].works.days: want 1 or more, so that something is known of the time after", i)
		case with.first[i] == energy.Day{} || began.Add(-indicators.YearDays).Before(with.first[i]):
			return nil, fmt.Errorf("homes[%d].works: they begin on %s, and the home is known since %s; want history and half_hours of %d days or more",
				i, began, with.first[i], w.Days+w.Took+indicators.YearDays)
		}
		x := home{whole: whole.air, cold: w.Colder > 0}
		works := household.Works{Kind: household.Insulation, From: began, To: done}
		x.in = indicators.Input{
			Zone: zone, From: done, To: done.Add(indicators.YearDays), Today: start, Weather: with.air, Days: with.days[i],
			Warmth: with.warmth[i], Project: &household.Project{From: began, To: done, Works: []household.Works{works}},
		}
		end := x.in.To
		if start.Before(end) {
			end = start
		}
		for d := done; d.Before(end); d = d.Add(1) {
			x.saved += float64(never.use[i][d]-with.use[i][d]) / milliWhInKWh
			x.used += float64(with.use[i][d]) / milliWhInKWh
		}
		homes[i] = x
	}
	return homes, nil
}

const milliWhInKWh = 1e6

// A telling is what the devices of a scenario tell of the time before its start.
type telling struct {
	start  energy.Day
	first  []energy.Day // of which a home's use is known
	use    []map[energy.Day]int64
	days   [][]indicators.Day
	warmth [][]indicators.Warmth
	air    []household.Weather
}

func told(s simulators.Scenario) (*telling, *time.Location, error) {
	s.Homes = slices.Clone(s.Homes)
	town, err := simulators.Open(s)
	if err != nil {
		return nil, nil, err
	}
	zone, err := time.LoadLocation(town.Scenario.Zone)
	if err != nil {
		return nil, nil, err
	}
	n := len(town.Scenario.Homes)
	t := &telling{
		start: energy.DayOf(town.Scenario.Homes[0].From, zone), first: make([]energy.Day, n), use: make([]map[energy.Day]int64, n),
		days: make([][]indicators.Day, n), warmth: make([][]indicators.Warmth, n),
	}
	for _, h := range town.Scenario.Homes {
		if energy.DayOf(h.From, zone) != t.start {
			return nil, nil, errors.New("homes[].start: want one start for all homes")
		}
	}
	for _, iv := range town.Past() {
		d := energy.DayOf(iv.From, zone)
		if t.use[iv.Home] == nil {
			t.use[iv.Home], t.first[iv.Home] = map[energy.Day]int64{}, d
		}
		t.use[iv.Home][d] += iv.Energy
		if d.Before(t.first[iv.Home]) {
			t.first[iv.Home] = d
		}
	}
	for i := range t.days {
		if t.use[i] == nil {
			continue
		}
		for d := t.first[i]; d.Before(t.start); d = d.Add(1) {
			if wh, known := t.use[i][d]; known {
				of := d.End(zone).Sub(d.Start(zone))
				t.days[i] = append(t.days[i], indicators.Day{Day: d, Energy: wh, Coverage: energy.Coverage{Seen: of, Of: of}})
			}
		}
	}
	t.sense(town.Samples(), zone)
	return t, zone, nil
}

// sense takes in what the sensors showed.
func (t *telling) sense(samples []simulators.Sample, zone *time.Location) {
	air := weather.Series{}
	inside := make([]map[energy.Day][]energy.Held, len(t.warmth))
	for _, r := range samples {
		if r.Register.Quantity() != energy.Temperature {
			continue
		}
		h := energy.Held{From: r.At, To: r.At.Add(30 * time.Minute), Value: r.Value}
		if r.Home < 0 {
			air.Held = append(air.Held, h)
			continue
		}
		d := energy.DayOf(r.At, zone)
		if inside[r.Home] == nil {
			inside[r.Home] = map[energy.Day][]energy.Held{}
		}
		if indicators.Winter(d) {
			inside[r.Home][d] = append(inside[r.Home][d], h)
		}
	}
	t.air = air.Days(zone)
	for i := range t.air {
		t.air[i].Source = household.WeatherSource{Kind: household.OwnSensor}
	}
	for i, days := range inside {
		for d, held := range days {
			t.warmth[i] = append(t.warmth[i], indicators.WarmthOf(d, held))
		}
		slices.SortFunc(t.warmth[i], func(a, b indicators.Warmth) int { return a.Day.Compare(b.Day) })
	}
}
