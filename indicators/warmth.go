package indicators

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/shopspring/decimal"

	"foyer/indicators/caltrack"
	"foyer/internal/energy"
)

// A Warmth is how long a home was too cold on one day, and how warm it was, for a
// comfort guard.
type Warmth struct {
	Day         energy.Day
	Below, Seen time.Duration
	Mean        int64 // over what was seen, thousandths of °C; 0 of nothing
}

type guardValues struct {
	Below    int64  `yaml:"below_c"`
	Rise     int64  `yaml:"rise_points"`
	Small    int64  `yaml:"small_pct"`
	Coverage int64  `yaml:"coverage_pct"`
	From     string `yaml:"winter_from"` // "10-15"
	To       string `yaml:"winter_to"`   // the last day
	First    int    `yaml:"first_days"`  // reporting days before a saving is shown
	Coldest  int    `yaml:"coldest_pct"` // of the days of a winter, that say how warm the home is kept

	Fall decimal.Decimal `yaml:"fall_c"` // by which these may become colder
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
	at := ofYear(d)
	if v.From <= v.To {
		return v.From <= at && at <= v.To
	}
	return v.From <= at || at <= v.To
}

// WarmthOf returns how long a home was too cold on a day by what was held on it.
func WarmthOf(d energy.Day, held []energy.Held) Warmth {
	m := measure(held, guardFile().Values.Below*1000)
	w := Warmth{Day: d, Below: m.below, Seen: m.seen}
	if m.seen > 0 {
		w.Mean = m.mean()
	}
	return w
}

// guard returns the figures of the guard.
func guard() caltrack.Guard {
	v := guardFile().Values
	return caltrack.Guard{Rise: v.Rise, Small: v.Small, Coverage: v.Coverage, Fall: v.Fall.Shift(3).IntPart()}
}

// A winterPair is what is known of the winter before works and of the one after.
type winterPair struct {
	before, after caltrack.Comfort
	days          int // of the year, known of both: what the coldest days are taken from
}

// winters returns how cold the home was in the winter before works and in the one
// after, as far as that has come: then with the same days of the one before alone.
func (in Input) winters() (p winterPair) {
	end := earliestDay(in.To, in.Today)
	come := map[string]bool{} // days of the year that the winter after has
	for d := in.From; d.Before(end); d = d.Add(1) {
		come[ofYear(d)] = true
	}
	whole := !end.Before(in.To)
	known := map[energy.Day]Warmth{}
	for _, w := range in.Warmth {
		known[w.Day] = w
	}
	add := func(c *caltrack.Comfort, warm map[string]int64, d energy.Day) {
		of := d.End(in.Zone).Sub(d.Start(in.Zone))
		c.Of, c.Below, c.Seen = c.Of+of, c.Below+known[d].Below, c.Seen+known[d].Seen
		if 2*known[d].Seen >= of {
			warm[ofYear(d)] = known[d].Mean
		}
	}
	before, after := map[string]int64{}, map[string]int64{}
	for d := in.Project.From.Add(-YearDays); d.Before(in.Project.From); d = d.Add(1) {
		if Winter(d) && (whole || come[ofYear(d)]) {
			add(&p.before, before, d)
		}
	}
	for d := in.From; d.Before(end); d = d.Add(1) {
		if Winter(d) {
			add(&p.after, after, d)
		}
	}
	p.coldest(before, after)
	return p
}

// ofYear returns the month and the day of a day: "10-15".
func ofYear(d energy.Day) string { return d.String()[len("2026-"):] }

// fewestPaired is how many days both winters have to know before their coldest ones are
// compared: a winter that has just begun says little of how a home is kept.
const fewestPaired = 60

// coldest says how warm the home was kept on its coldest days in both winters, by the days
// of the year that both know, so that a sensor that was away for a while does not make a
// home colder. On the other days the sun and the people may keep it warm by themselves,
// and it tells nothing of how it is heated.
func (p *winterPair) coldest(before, after map[string]int64) {
	var b, a []int64
	for day, mean := range before {
		if other, ok := after[day]; ok {
			b, a = append(b, mean), append(a, other)
		}
	}
	if p.days = len(b); p.days < fewestPaired {
		return
	}
	slices.Sort(b)
	slices.Sort(a)
	at := p.days * guardFile().Values.Coldest / 100
	p.before.Coldest, p.after.Coldest = &b[at], &a[at]
}

func earliestDay(a, b energy.Day) energy.Day {
	if b.Before(a) {
		return b
	}
	return a
}
