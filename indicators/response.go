package indicators

import (
	"slices"

	"github.com/shopspring/decimal"

	"foyer/indicators/caltrack"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// Days that a home's own weather response is learnt from, at least and at most.
const (
	fewestWarm = 60
	mostWarm   = YearDays
)

// A response says what a home uses in the weather of a day, fuel by fuel, and how far
// off that is, in euros.
type response struct {
	in    Input
	skies skies
	parts []fuelResponse
	of    int                    // days the levels are known from
	off   map[energy.Day]float64 // by which days were off their models, EUR
	lot   map[energy.Day]float64 // by which they cost more for their hours or their colour, EUR
}

// A fuelResponse is that of one fuel.
type fuelResponse struct {
	fuel     tariff.Fuel
	models   likely
	worth    float64                // how many days that do not know of each other its days tell as much as, of each
	season   seasoned               // by which it is off its models over the year, kWh a day
	temps    []float64              // of the days that tell, in their order, °C
	level    float64                // kWh a day by which the home is off its model of late
	off      map[energy.Day]float64 // by which days were off the model, EUR
	of       int
	price    decimal.Decimal        // EUR for each kWh, of late
	tints    map[energy.Day]float64 // what one cost about each day of the past, at the prices of today, EUR
	coloured bool                   // what one costs follows from the colour of the day
	lot      map[energy.Day]float64 // by which days cost more than so for their hours or their colour, EUR
}

// response learns how a home responds to the weather from the days before today;
// false when too few of them have both a use and a temperature, of any fuel.
func (in Input) response() (*response, bool) {
	r := &response{in: in, skies: in.skies(), off: map[energy.Day]float64{}, lot: map[energy.Day]float64{}}
	weather := map[energy.Day]household.Weather{}
	for _, w := range in.Weather {
		if w.Day.Before(in.Today) {
			weather[w.Day] = w
		}
	}
	past := in.past(mostWarm)
	for _, f := range tariff.Metered {
		if !slices.ContainsFunc(past, func(d Day) bool { p, ok := d.part(f); return ok && p.priced() }) {
			continue
		}
		one, ok := in.fuelResponse(f, past, weather)
		if !ok {
			return nil, false
		}
		if len(r.parts) == 0 || one.of < r.of {
			r.of = one.of
		}
		r.parts = append(r.parts, one)
	}
	for i, p := range r.parts {
		for d, off := range p.off {
			if i > 0 {
				if _, ok := r.off[d]; !ok {
					continue // of a day that not all fuels know
				}
			}
			r.off[d] += off
			r.lot[d] += p.lot[d]
		}
		for d := range r.off {
			if _, ok := p.off[d]; !ok {
				delete(r.off, d)
			}
		}
	}
	return r, len(r.parts) > 0
}

// fuelResponse learns that of one fuel.
func (in Input) fuelResponse(f tariff.Fuel, past []Day, weather map[energy.Day]household.Weather) (fuelResponse, bool) {
	r := fuelResponse{fuel: f, off: map[energy.Day]float64{}}
	var days []energy.Day
	var periods []caltrack.Period
	for _, d := range past {
		part, ok := d.part(f)
		if !ok || !part.known() {
			continue
		}
		p := caltrack.DayOf(d.Day, in.Zone, part.Energy, part.Coverage, weather[d.Day])
		if p.Known && len(p.Temps) > 0 {
			days, periods = append(days, d.Day), append(periods, p)
		}
	}
	if len(periods) < fewestWarm {
		return r, false
	}
	models, err := caltrack.Qualified(periods, caltrack.Default(caltrack.Daily, f == tariff.Electricity))
	if err != nil {
		return r, false
	}
	alone := float64(len(periods))
	for range 2 { // how far days resemble each other is told by what is left when they are thought not to
		r.worth, r.models = alone/float64(len(periods)), likelyOf(models, alone)
		for i, p := range periods {
			r.off[days[i]] = p.Use - r.models.at(p.Temps[0])
		}
		alone = independent(r.off)
	}
	if len(periods)*100 >= YearDays*Complete {
		r.season = seasonOf(r.off)
		for d, off := range r.off {
			r.off[d] = off - r.season.at(d)
		}
		r.worth = independent(r.off) / float64(len(periods))
	}
	for i, d := range days {
		r.temps = append(r.temps, periods[i].Temps[0])
		if !d.Before(in.Today.Add(-usualDays)) {
			r.level, r.of = r.level+r.off[d], r.of+1
		}
	}
	if r.of > 0 {
		r.level /= float64(r.of + recentDays) // drawn to the model while few days speak against it
	}
	var ok bool
	if r.price, ok = priceOf(f, in.past(usualDays)); !ok {
		return r, false
	}
	r.tint(past)
	for d, kWh := range r.off {
		r.off[d] = kWh * r.priceOn(d)
	}
	return r, true
}

// priceOf returns what a kWh of a fuel cost on some days; false when none was used.
func priceOf(f tariff.Fuel, days []Day) (decimal.Decimal, bool) {
	var cost, kWh decimal.Decimal
	for _, d := range days {
		if p, ok := d.part(f); ok && p.priced() {
			cost, kWh = cost.Add(p.cost.Energy), kWh.Add(tariff.KWh(p.Energy))
		}
	}
	if !kWh.IsPositive() {
		return kWh, false
	}
	return cost.DivRound(kWh, 10), true
}

// at returns what the models say of a day of a temperature, kWh.
func (r fuelResponse) at(celsius float64) float64 { return r.models.at(celsius) }

// at returns what the models say of the energy of a day that is over, had it been of a
// temperature, EUR.
func (r *response) at(d energy.Day, celsius float64) (euros float64) {
	for _, p := range r.parts {
		euros += p.at(celsius) * p.priceOn(d)
	}
	return euros
}

// knows reports whether the temperatures to be expected of days are those of a year before,
// and what a kWh is expected to cost, where days have colours.
// The last days say too little of what is ahead when the season turns: the home's own
// past, without the weather, then errs less.
func (r *response) knows(from, to energy.Day) bool {
	if !r.skies.whole {
		return false
	}
	for d := from; d.Before(to); d = d.Add(1) {
		if !r.skies.about(yearBefore(d)) {
			return false
		}
		for _, p := range r.parts {
			if _, ok := p.tints[yearBefore(d)]; p.coloured && !ok {
				return false
			}
		}
	}
	return true
}

// use returns what a day is expected to use when its temperatures are like some, kWh.
func (r fuelResponse) use(d energy.Day, temps []float64) float64 {
	var sum float64
	for _, t := range temps {
		sum += r.at(t)
	}
	if len(temps) > 0 {
		sum /= float64(len(temps))
	}
	return max(sum+r.season.at(d)+r.level, 0)
}

// priceAhead returns what a kWh is expected to cost on a day to come, EUR.
func (r fuelResponse) priceAhead(d energy.Day) decimal.Decimal {
	if tint, ok := r.tints[yearBefore(d)]; ok {
		return decimal.NewFromFloat(tint).Round(10)
	}
	return r.price
}

// cost returns what the energy of a day is expected to cost, EUR.
func (r *response) cost(d energy.Day) (sum decimal.Decimal) {
	temps := r.skies.usual(d)
	for _, p := range r.parts {
		sum = sum.Add(p.priceAhead(d).Mul(decimal.NewFromFloat(p.use(d, temps)).Round(6)))
	}
	return sum
}

// ahead returns what the models say of the energy of a day to come, were it of a
// temperature, EUR.
func (r *response) ahead(d energy.Day, celsius float64) (euros float64) {
	for _, p := range r.parts {
		euros += p.at(celsius) * p.priceAhead(d).InexactFloat64()
	}
	return euros
}

func mean(all []float64) float64 {
	var sum float64
	for _, v := range all {
		sum += v
	}
	return sum / float64(max(len(all), 1))
}
