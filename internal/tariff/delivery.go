package tariff

import (
	"slices"

	"foyer/internal/energy"
)

// A Delivery is fuel that was brought: oil by the litre, gas in bottles and pellets
// by the kg, logs by the stere. What it cost is known; what was burnt each day is not.
type Delivery struct {
	Day      energy.Day
	Fuel     string // "oil", "lpg", "wood", as the family says
	Quantity int64  // thousandths of Unit
	Unit     string // "l", "kg", "stere"
	Cents    int64
}

// Spread divides what deliveries of one fuel cost over the days from one to
// another, to not included, in whole cents that add up. A delivery is burnt from
// its day to the day before the next: a share of flat percent evenly, for hot
// water, the rest in proportion to the degree days of each, evenly where these are
// nil or add up to nothing. The last delivery, whose end nobody knows, is left out,
// as are days before the first.
//
// Degree days are base 18 °C, in thousandths. Source: the convention of Foyer for
// expenses of delivered fuel; marked C.
func Spread(ds []Delivery, from, to energy.Day, flat int64, degreeDays func(energy.Day) int64) map[energy.Day]int64 {
	ds = slices.Clone(ds)
	slices.SortStableFunc(ds, func(a, b Delivery) int { return a.Day.Sub(b.Day) })
	out := map[energy.Day]int64{}
	for i := 0; i+1 < len(ds); i++ {
		d, next := ds[i], ds[i+1].Day
		days := next.Sub(d.Day)
		if days == 0 { // two lorries on one day are burnt together
			ds[i+1].Cents += d.Cents
			continue
		}
		var all int64
		weight := make([]int64, days)
		for n := range weight {
			if degreeDays != nil {
				weight[n] = max(degreeDays(d.Day.Add(n)), 0)
			}
			all += weight[n]
		}
		even := d.Cents
		if all > 0 {
			even = d.Cents * flat / 100
		}
		var given int64
		var heat int64
		for n, w := range weight {
			heat += w
			until := even * int64(n+1) / int64(days)
			if all > 0 {
				until += (d.Cents - even) * heat / all
			}
			if n == days-1 {
				until = d.Cents
			}
			if day := d.Day.Add(n); !day.Before(from) && day.Before(to) {
				out[day] += until - given
			}
			given = until
		}
	}
	return out
}
