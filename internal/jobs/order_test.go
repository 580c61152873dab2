package jobs_test

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A village is homes of all kinds and what their meters show, some of it wrong.
type village struct {
	*world
	families map[string]household.FamilyID
	readings []energy.Reading // in order of time
	from, to energy.Day       // whole days; To is not included, its morning is known too
	last     time.Time        // when the meters stop
}

// openVillage enrols the homes for the days from one to another and the morning
// after.
func openVillage(tb testing.TB, from, to energy.Day) *village {
	tb.Helper()
	v := &village{world: openWorld(tb, from.Start(paris)), families: map[string]household.FamilyID{}, from: from, to: to, last: to.Start(paris).Add(12*time.Hour + 40*time.Minute)}
	begin, middle := from.Start(paris), from.Add(5).Start(paris).Add(12*time.Hour+17*time.Minute)
	luck := rand.New(rand.NewPCG(7, 8))

	v.families["plain"] = v.family("plain", base)
	v.counts(luck, v.meter("linky 1", v.families["plain"], household.Electricity, begin), begin, v.last, "energy_import/base")
	for _, later := range []time.Duration{time.Minute, 3 * time.Minute} { // a drop of which nobody knows yet what it is
		r := v.readings[len(v.readings)-1]
		r.At, r.Value = v.last.Add(later), r.Value-5_000_000
		v.readings = append(v.readings, r)
	}
	v.samples(luck, v.meter("indoor 1", v.families["plain"], household.Indoor, begin), 17_500)
	v.samples(luck, v.meter("indoor 2", v.families["plain"], household.Indoor, middle), 19_000)
	v.samples(luck, v.meter("station", "", household.Outdoor, begin), -1_500)

	// Two prices by registers known by number alone, switching a little late. Nobody
	// is at home at first, so that the day's register moves at night alone.
	v.families["numbered"] = v.family("numbered", peak)
	v.tariffed(luck, v.meter("linky 2", v.families["numbered"], household.Electricity, begin), begin.Add(time.Hour), "energy_import/f01", "energy_import/f02")

	// Two prices by one register that knows nothing of them, with a past by the day,
	// and another meter from the middle on.
	v.families["moved"] = v.family("moved", peak)
	v.counts(luck, v.meter("old", v.families["moved"], household.Electricity, from.Add(-60).Start(paris)), begin, middle.Add(-20*time.Minute), "energy_import/total")
	past := v.meterOf("old")
	v.counts(luck, v.meter("new", v.families["moved"], household.Electricity, middle), middle, v.last, "energy_import/total")

	// A meter that first one family has, then another.
	v.families["before"], v.families["after"] = v.family("before", base), v.family("after", base)
	shared := v.meter("shared", v.families["before"], household.Electricity, begin)
	if err := v.registry.Release(tb.Context(), shared, middle); err != nil {
		tb.Fatal(err)
	}
	v.meter("shared", v.families["after"], household.Electricity, middle.Add(30*time.Hour))
	v.counts(luck, shared, begin, v.last, "energy_import/base")

	// A meter with a past that is silent over the turn of the month and then begins
	// anew: what it counted meanwhile is not known.
	v.families["silent"] = v.family("silent", base)
	silent := v.meter("silent", v.families["silent"], household.Electricity, from.Add(-60).Start(paris))
	v.counts(luck, silent, begin, from.Add(3).Start(paris).Add(8*time.Hour), "energy_import/base")
	v.counts(luck, silent, to.Add(-2).Start(paris).Add(10*time.Hour), v.last, "energy_import/base")

	// A meter that speaks once a day.
	v.families["daily"] = v.family("daily", base)
	daily := count{meter: v.meter("daily", v.families["daily"], household.Electricity, begin), register: "energy_import/base"}
	for d := from; d.Before(to); d = d.Add(1) {
		daily.show(d.Start(paris).Add(time.Duration(luck.Int64N(int64(20 * time.Hour)))))
		daily.value += luck.Int64N(15_000_000)
	}
	v.readings = append(v.readings, daily.all...)

	slices.SortStableFunc(v.readings, func(a, b energy.Reading) int { return a.At.Compare(b.At) })
	var ivs []energy.Interval
	for d := from.Add(-40); d.Before(from); d = d.Add(1) {
		day := energy.Interval{Meter: past, Register: "energy_import/total", From: d.Start(paris), To: d.End(paris), Energy: luck.Int64N(20_000_000)}
		ivs = append(ivs, day)
		day.Meter, day.Register = silent, "energy_import/base"
		ivs = append(ivs, day)
	}
	if err := v.records.ImportIntervals(tb.Context(), ivs); err != nil {
		tb.Fatal(err)
	}
	return v
}

// counts adds what a counter shows about every ten minutes. Now and then it shows
// something it does not stand at, or nothing for hours.
func (v *village) counts(luck *rand.Rand, m energy.MeterID, from, to time.Time, r energy.Register) {
	c := count{meter: m, register: r, value: luck.Int64N(1_000_000_000)}
	for t := from; t.Before(to); t = t.Add(gap(luck)) {
		switch luck.IntN(200) {
		case 0:
			right := c.value
			c.value -= luck.Int64N(2_000_000) // a glitch
			c.show(t)
			c.value = right
		case 1:
			t = t.Add(time.Duration(luck.Int64N(int64(7 * time.Hour)))) // a gap
		default:
			c.show(t)
		}
		c.value += luck.Int64N(400_000)
	}
	v.readings = append(v.readings, c.all...)
}

// tariffed adds what two counters show of which one moves at night and the other by
// day, ten minutes after the hours of the contract. For two days the other one only
// moves in those minutes.
func (v *village) tariffed(luck *rand.Rand, m energy.MeterID, from time.Time, night, day energy.Register) {
	two := []count{{meter: m, register: night, value: luck.Int64N(1_000_000_000)}, {meter: m, register: day, value: luck.Int64N(1_000_000_000)}}
	away := from.Add(48 * time.Hour)
	for t := from; t.Before(v.last); t = t.Add(gap(luck)) {
		two[0].show(t)
		two[1].show(t)
		late, is := t.Add(-10*time.Minute).In(paris).Hour(), t.In(paris).Hour()
		switch {
		case late >= 22 || late < 6:
			two[0].value += luck.Int64N(400_000)
		case t.After(away):
			two[1].value += luck.Int64N(400_000)
		case is == 22:
			two[1].value += 1_500_000
		}
	}
	v.readings = append(v.readings, two[0].all...)
	v.readings = append(v.readings, two[1].all...)
}

// samples adds what a thermometer shows.
func (v *village) samples(luck *rand.Rand, m energy.MeterID, around int64) {
	for t := v.from.Start(paris); t.Before(v.last); t = t.Add(gap(luck)) {
		if luck.IntN(100) == 0 {
			t = t.Add(time.Duration(luck.Int64N(int64(9 * time.Hour))))
			continue
		}
		v.readings = append(v.readings, energy.Reading{
			Meter: m, Register: "temperature", At: energy.Instant(t), Value: around + luck.Int64N(3_000), Source: energy.DeviceTime,
		})
	}
}

// gap is the time until a meter speaks again.
func gap(luck *rand.Rand) time.Duration {
	return 9*time.Minute + time.Duration(luck.Int64N(int64(2*time.Minute)))
}

// between returns the readings of a stretch of time.
func (v *village) between(from, to time.Time) []energy.Reading {
	at := func(t time.Time) int {
		i, _ := slices.BinarySearchFunc(v.readings, t, func(r energy.Reading, t time.Time) int { return r.At.Compare(t) })
		return i
	}
	return v.readings[at(from):at(to)]
}

// end is when every world is looked at.
func (v *village) end() time.Time { return v.last.Add(time.Hour) }

// morning lets what is left arrive, the very last reading after a pass.
func (v *village) morning() {
	v.tb.Helper()
	cut := len(v.readings) - 1
	v.set(v.last.Add(2 * time.Minute))
	v.arrive(v.readings[cut-2000 : cut])
	v.pass(v.last.Add(2 * time.Minute))
	v.arrive(v.readings[cut:])
	v.pass(v.end())
}

// days calls f with each day and runs a pass a little after its end.
func (v *village) days(f func(d energy.Day) []energy.Reading) {
	v.tb.Helper()
	for d := v.from; d.Before(v.to); d = d.Add(1) {
		v.set(d.End(paris))
		v.arrive(f(d))
		v.pass(d.End(paris).Add(5 * time.Minute))
	}
}

func (v *village) of(d energy.Day) []energy.Reading { return v.between(d.Start(paris), d.End(paris)) }

// The ways in which the same readings come.
var ways = map[string]func(v *village){
	"in order": func(v *village) { v.days(v.of) },
	"duplicated": func(v *village) {
		v.days(func(d energy.Day) []energy.Reading {
			v.arrive(v.of(d))
			return slices.Concat(v.of(d.Add(-1)), v.of(d), v.of(d))
		})
	},
	"shuffled within an hour": func(v *village) {
		luck := rand.New(rand.NewPCG(9, 10))
		type arrival struct {
			energy.Reading
			at time.Time
		}
		var all []arrival
		for _, r := range v.readings {
			all = append(all, arrival{r, r.At.Add(time.Duration(luck.Int64N(int64(time.Hour))))})
		}
		slices.SortFunc(all, func(a, b arrival) int { return cmp.Or(a.at.Compare(b.at)) })
		for t := v.from.Start(paris).Add(7 * time.Hour); len(all) > 0; t = t.Add(7 * time.Hour) {
			var now []energy.Reading
			for len(all) > 0 && all[0].at.Before(t) {
				now, all = append(now, all[0].Reading), all[1:]
			}
			v.set(t)
			v.arrive(now)
			v.pass(t)
		}
	},
	"two hours of a day late": func(v *village) {
		late := func(d energy.Day) (energy.Day, []energy.Reading) {
			from := d.Start(paris).Add(time.Duration(d.Date%22) * time.Hour)
			return d, v.between(from, from.Add(2*time.Hour))
		}
		v.days(func(d energy.Day) []energy.Reading {
			_, hold := late(d)
			_, now := late(d.Add(-1))
			return slices.Concat(now, slices.DeleteFunc(slices.Clone(v.of(d)), func(r energy.Reading) bool { return slices.Contains(hold, r) }))
		})
		_, rest := late(v.to.Add(-1))
		v.arrive(rest)
	},
	"newest first": func(v *village) {
		for d := v.to.Add(-1); !d.Before(v.from); d = d.Add(-1) {
			v.arrive(v.of(d))
			v.pass(v.end().Add(-time.Hour))
		}
	},
	"restarted before each pass": func(v *village) {
		v.days(func(d energy.Day) []energy.Reading {
			v.restart()
			return v.of(d)
		})
	},
	"down for a week": func(v *village) {
		for d := v.from; d.Before(v.to); d = d.Add(1) {
			v.set(d.End(paris))
			v.arrive(v.of(d))
			if d.Sub(v.from) < 3 {
				v.pass(d.End(paris).Add(5 * time.Minute))
			}
		}
	},
}

// TestOrderOfArrivalChangesNothing lets the same readings come in many ways, with
// passes in between, and wants every figure to be what it is when all are there at
// once.
func TestOrderOfArrivalChangesNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		from, to energy.Day
		ways     []string
	}{
		{"october", date("2026-10-20"), date("2026-11-04"), slices.Sorted(maps.Keys(ways))},
		{"march", date("2026-03-25"), date("2026-04-05"), []string{"in order", "two hours of a day late"}},
	} {
		if testing.Short() { // as under the race detector: its goroutines are those of any
			c.ways = c.ways[:1]
		}
		once := openVillage(t, c.from, c.to)
		once.arrive(once.readings)
		once.pass(once.end())
		once.settledMarks()
		want := once.dump()
		for _, way := range c.ways {
			t.Run(c.name+", "+way, func(t *testing.T) {
				t.Parallel()
				v := openVillage(t, c.from, c.to)
				ways[way](v)
				v.morning()
				v.settledMarks()
				if d := different(v.dump(), want); d != "" {
					t.Errorf("the figures differ:\n%s", d)
				}
				rows := v.number(`SELECT COUNT(*) FROM result`)
				v.restart()
				if r := v.pass(v.end().Add(time.Minute)); r.Results != 0 || v.number(`SELECT COUNT(*) FROM result`) != rows {
					t.Errorf("a pass with nothing new adds %d results", r.Results)
				}
			})
		}
	}
}
