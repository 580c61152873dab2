package indicators

import (
	"math"
	"sync"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
)

type heatedYearValues struct {
	From   string          `yaml:"heated_from"` // "10-01"
	To     string          `yaml:"heated_to"`   // the last day
	Times  decimal.Decimal `yaml:"winter_times_summer"`
	Depth  decimal.Decimal `yaml:"depth_c"`  // how much colder the depth of winter is than where heating begins
	Strays decimal.Decimal `yaml:"strays_c"` // standard deviation of a day from its season
	Next   decimal.Decimal `yaml:"next_day"` // how much a day resembles the next
}

// A heatedYear is how a home heated by electricity uses it over the year. It stands for a
// home whose own year nobody knows yet: how it heats is then anybody's guess, and no past
// summer tells.
type heatedYear struct {
	middle, edge float64 // day of the middle of the season; cosine at its ends
	more, degree float64 // of use for heating in the depth of winter, of what is used without; of each degree
	strays, next float64
}

var yearOfHeating = sync.OnceValue(func() heatedYear {
	v := latest[heatedYearValues](anywhere, "heated_year").Values
	from, to := mustDay("2000-"+v.From), mustDay("2000-"+v.To)
	if to.Before(from) {
		to = mustDay("2001-" + v.To)
	}
	half, more := float64(to.Sub(from))/2, v.Times.InexactFloat64()-1
	return heatedYear{
		middle: float64(sinceSeasons(from)) + half, edge: math.Cos(turn(half)),
		more: more, degree: more / v.Depth.InexactFloat64(), strays: v.Strays.InexactFloat64(), next: v.Next.InexactFloat64(),
	}
})

// mustDay reads a day of a file that is part of the program.
func mustDay(text string) energy.Day {
	d, err := energy.ParseDay(text)
	if err != nil {
		panic(err)
	}
	return d
}

func sinceSeasons(d energy.Day) int { return d.Sub(energy.Day{Year: 2000, Month: 1, Date: 1}) }

// turn returns the part of a year that days are, as an angle.
func turn(days float64) float64 { return 2 * math.Pi * days / 365.25 }

// use returns what a day uses that is some degrees colder than the season, of what one
// without heating does.
func (y heatedYear) use(d energy.Day, colder float64) float64 {
	return 1 + max(y.more*y.depth(d)+y.degree*colder, 0)
}

// depth returns how deep in winter a day is: 1 in its depth, 0 where heating begins and
// ends, less in summer.
func (y heatedYear) depth(d energy.Day) float64 {
	return (math.Cos(turn(float64(sinceSeasons(d))-y.middle)) - y.edge) / (1 - y.edge)
}

// turned returns by how much the use of n days from a morning on may fall and rise against
// that of the last 14, in days like these: as the season takes a home heated by
// electricity, above with the n days as cold as one time of ten.
func turned(morning energy.Day, n int) (fall, rise float64) {
	y := yearOfHeating()
	var now float64
	for i := 1; i <= recentDays; i++ {
		now += y.use(morning.Add(-i), 0)
	}
	now /= recentDays
	const oneOfTen = 1.28 // standard deviations
	colder := oneOfTen * y.strays * min(math.Sqrt((1+y.next)/(1-y.next)/float64(n)), 1)
	for i := range n {
		fall += 1 - y.use(morning.Add(i), 0)/now
		rise += y.use(morning.Add(i), colder)/now - 1
	}
	return max(fall, 0), max(rise, 0)
}
