package indicators

import "foyer/internal/energy"

// tint learns what a kWh cost about each day of the past, of a fuel whose price follows
// from the colour of the day: what it costs in January tells nothing of June. Days on
// which the home was not on such a tariff do not count, and of a day with few of them
// about it nothing is known.
func (r *fuelResponse) tint(past []Day) {
	type sum struct{ cost, kWh float64 }
	coloured := map[energy.Day]sum{}
	for _, d := range past {
		if p, ok := d.part(r.fuel); ok && p.known() && p.cost.Coloured {
			coloured[d.Day] = sum{p.cost.Energy.InexactFloat64(), float64(p.Energy) / milliWhInKWh}
		}
	}
	last := past[len(past)-1]
	if _, ok := coloured[last.Day]; !ok {
		return
	}
	r.tints, r.lot = map[energy.Day]float64{}, map[energy.Day]float64{}
	for d := past[0].Day; !last.Day.Before(d); d = d.Add(1) {
		var all sum
		n := 0
		for i := -wide; i <= wide; i++ {
			if c, ok := coloured[d.Add(i)]; ok {
				all.cost, all.kWh, n = all.cost+c.cost, all.kWh+c.kWh, n+1
			}
		}
		if n > wide/2 && all.kWh > 0 {
			r.tints[d] = all.cost / all.kWh
			if c, ok := coloured[d]; ok {
				r.lot[d] = c.cost - c.kWh*r.tints[d]
			}
		}
	}
}

// priceOn returns what a kWh cost about a day that is over, EUR.
func (r *fuelResponse) priceOn(d energy.Day) float64 {
	if tint, ok := r.tints[d]; ok {
		return tint
	}
	return r.price.InexactFloat64()
}
