package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/energy"
)

// wide is how many days on either side tell what a kWh costs about a day.
const wide = 30

// tint learns what a kWh cost about each day of the past, of the mean price of the tariff
// then in force: what it costs in January tells nothing of June, where days have colours or
// where heating runs at night. Where days have colours, those on which the home was not on
// such a tariff do not count; of a day with few of them about it nothing is known.
func (r *fuelResponse) tint(past []Day) {
	type sum struct{ cost, kWh float64 }
	paid := map[energy.Day]sum{}
	last, ok := past[len(past)-1].part(r.fuel)
	if !ok || !last.known() || !last.cost.Level.IsPositive() {
		return
	}
	r.coloured = last.cost.Coloured
	for _, d := range past {
		if p, ok := d.part(r.fuel); ok && p.known() && p.cost.Coloured == r.coloured && p.cost.Level.IsPositive() {
			paid[d.Day] = sum{p.cost.Energy.Div(p.cost.Level).InexactFloat64(), float64(p.Energy) / milliWhInKWh}
		}
	}
	level, today := last.cost.Level.InexactFloat64(), past[len(past)-1].Day
	r.tints, r.lot = map[energy.Day]float64{}, map[energy.Day]float64{}
	for d := past[0].Day; !today.Before(d); d = d.Add(1) {
		var all sum
		n := 0
		for i := -wide; i <= wide; i++ {
			if c, ok := paid[d.Add(i)]; ok {
				all.cost, all.kWh, n = all.cost+c.cost, all.kWh+c.kWh, n+1
			}
		}
		if n > wide/2 && all.kWh > 0 {
			r.tints[d] = level * all.cost / all.kWh
			if c, ok := paid[d]; ok {
				r.lot[d] = level*c.cost - c.kWh*r.tints[d]
			}
		}
	}
	if all, ok := r.tints[today]; ok && !r.coloured {
		r.price = decimal.NewFromFloat(all).Round(10)
	}
}

// priceOn returns what a kWh cost about a day that is over, EUR.
func (r *fuelResponse) priceOn(d energy.Day) float64 {
	if tint, ok := r.tints[d]; ok {
		return tint
	}
	return r.price.InexactFloat64()
}
