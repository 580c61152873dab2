package indicators

import (
	"fmt"
	"sync"
	"time"

	"foyer/indicators/caltrack"
	"foyer/internal/energy"
)

// A Warmth is how long a home was too cold on one day, for a comfort guard.
type Warmth struct {
	Day         energy.Day
	Below, Seen time.Duration
}

type guardValues struct {
	Below    int64  `yaml:"below_c"`
	Rise     int64  `yaml:"rise_points"`
	Small    int64  `yaml:"small_pct"`
	Coverage int64  `yaml:"coverage_pct"`
	From     string `yaml:"winter_from"` // "10-15"
	To       string `yaml:"winter_to"`   // the last day
	First    int    `yaml:"first_days"`  // reporting days before a saving is shown
}

var guardFile = sync.OnceValue(func() vintage[guardValues] {
	v := latest[guardValues](anywhere, "savings")
	for _, day := range []string{v.Values.From, v.Values.To} {
		if _, err := time.Parse("01-02", day); err != nil {
			panic(fmt.Sprintf("%s: savings: %q is no month and day", v.File, day))
		}
	}
	return v
})

// Winter reports whether the comfort guard looks at a day.
func Winter(d energy.Day) bool {
	v := guardFile().Values
	at := d.String()[len("2026-"):]
	if v.From <= v.To {
		return v.From <= at && at <= v.To
	}
	return v.From <= at || at <= v.To
}

// WarmthOf returns how long a home was too cold on a day by what was held on it.
func WarmthOf(d energy.Day, held []energy.Held) Warmth {
	m := measure(held, guardFile().Values.Below*1000)
	return Warmth{d, m.below, m.seen}
}

// guard returns the figures of the guard.
func guard() caltrack.Guard {
	v := guardFile().Values
	return caltrack.Guard{Rise: v.Rise, Small: v.Small, Coverage: v.Coverage}
}

// winters returns how cold the home was in the winter before works and in the one
// after, as far as that has come: then with the same days of the one before alone.
func (in Input) winters() (before, after caltrack.Comfort) {
	end := earliestDay(in.To, in.Today)
	come := map[string]bool{} // days of the year that the winter after has
	for d := in.From; d.Before(end); d = d.Add(1) {
		come[d.String()[len("2026-"):]] = true
	}
	whole := !end.Before(in.To)
	known := map[energy.Day]Warmth{}
	for _, w := range in.Warmth {
		known[w.Day] = w
	}
	add := func(c *caltrack.Comfort, d energy.Day) {
		c.Of += d.End(in.Zone).Sub(d.Start(in.Zone))
		c.Below, c.Seen = c.Below+known[d].Below, c.Seen+known[d].Seen
	}
	for d := in.Project.From.Add(-YearDays); d.Before(in.Project.From); d = d.Add(1) {
		if Winter(d) && (whole || come[d.String()[len("2026-"):]]) {
			add(&before, d)
		}
	}
	for d := in.From; d.Before(end); d = d.Add(1) {
		if Winter(d) {
			add(&after, d)
		}
	}
	return before, after
}

func earliestDay(a, b energy.Day) energy.Day {
	if b.Before(a) {
		return b
	}
	return a
}
