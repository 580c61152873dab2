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
	last, ok := past[len(past)-1].part(r.fuel)
	if !ok || !last.known() || !last.cost.Level.IsPositive() {
		return
	}
	r.coloured = last.cost.Coloured
	first, today := past[0].Day, past[len(past)-1].Day
	paid, known := make([]sum, today.Sub(first)+1), make([]bool, today.Sub(first)+1)
	for _, d := range past {
		if p, ok := d.part(r.fuel); ok && p.known() && p.cost.Coloured == r.coloured && p.cost.Level.IsPositive() {
			i := d.Day.Sub(first)
			paid[i], known[i] = sum{p.cost.Energy.Div(p.cost.Level).InexactFloat64(), float64(p.Energy) / milliWhInKWh}, true
		}
	}
	level := last.cost.Level.InexactFloat64()
	r.tints, r.lot = map[energy.Day]float64{}, map[energy.Day]float64{}
	for i := range paid {
		var all sum
		n := 0
		for j := max(i-wide, 0); j <= min(i+wide, len(paid)-1); j++ {
			if known[j] {
				all.cost, all.kWh, n = all.cost+paid[j].cost, all.kWh+paid[j].kWh, n+1
			}
		}
		if n > wide/2 && all.kWh > 0 {
			d := first.Add(i)
			r.tints[d] = level * all.cost / all.kWh
			if known[i] {
				r.lot[d] = level*paid[i].cost - paid[i].kWh*r.tints[d]
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
