package indicators

import (
	"math"
	"slices"

	"github.com/shopspring/decimal"

	"foyer/indicators/caltrack"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// Days that a home's own weather response is learnt from, at least and at most, and
// those on either side that make a usual temperature.
const (
	fewestWarm = 60
	mostWarm   = YearDays
	season     = 10
)

// A response says what a home uses in the weather of a day, fuel by fuel, and how far
// off that is, in euros.
type response struct {
	in    Input
	temps map[energy.Day]float64 // of days before today, °C
	parts []fuelResponse
	of    int                    // days the levels are known from
	off   map[energy.Day]float64 // by which days were off their models, EUR
	lot   map[energy.Day]float64 // by which they cost more for their colour, EUR
}

// A fuelResponse is that of one fuel.
type fuelResponse struct {
	fuel  tariff.Fuel
	model caltrack.Model
	level float64                // kWh a day by which the home is off its model of late
	off   map[energy.Day]float64 // by which days were off the model, EUR
	of    int
	price decimal.Decimal        // EUR for each kWh, of late
	tints map[energy.Day]float64 // what one cost about each day of the past, EUR, where days have colours; else nil
	lot   map[energy.Day]float64 // by which days cost more than so for their colour, EUR
}

// A wander is how values stray from day to day: their variance, and the correlation
// of a day with the next.
type wander struct{ variance, next float64 }

// sum returns the variance of the sum of n days.
func (w wander) sum(n float64) float64 { return w.variance * n * (1 + w.next) / (1 - w.next) }

// response learns how a home responds to the weather from the days before today;
// false when too few of them have both a use and a temperature, of any fuel.
func (in Input) response() (*response, bool) {
	r := &response{in: in, temps: map[energy.Day]float64{}, off: map[energy.Day]float64{}, lot: map[energy.Day]float64{}}
	weather := map[energy.Day]household.Weather{}
	for _, w := range in.Weather {
		if w.Day.Before(in.Today) {
			weather[w.Day] = w
		}
	}
	for d, w := range weather {
		if p := caltrack.DayOf(d, in.Zone, 0, energy.Coverage{}, w); len(p.Temps) > 0 {
			r.temps[d] = p.Temps[0]
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
	fit, err := caltrack.Fit(periods, caltrack.Default(caltrack.Daily, true))
	if err != nil {
		return r, false
	}
	r.model = fit.Model
	for i, p := range periods {
		r.off[days[i]] = p.Use - r.at(p.Temps[0])
	}
	for _, d := range days {
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

// at returns what the model says of a day of a temperature, kWh.
func (r fuelResponse) at(celsius float64) float64 {
	return r.model.Predict(caltrack.Period{Days: 1, Temps: []float64{celsius}}).Total()
}

// at returns what the models say of the energy of a day that is over, had it been of a
// temperature, EUR.
func (r *response) at(d energy.Day, celsius float64) (euros float64) {
	for _, p := range r.parts {
		euros += p.at(celsius) * p.priceOn(d)
	}
	return euros
}

// usual returns the temperatures that are to be expected of a day: those of the days
// around it a year before, or else of the last days.
func (r *response) usual(d energy.Day) []float64 {
	middle := yearBefore(d)
	if ts := r.around(middle, season); len(ts) > season {
		return ts
	}
	return r.around(r.in.Today.Add(-recentDays/2), recentDays/2)
}

// knows reports whether the temperatures to be expected of days are those of a year before,
// and what a kWh is expected to cost, where days have colours.
// The last days say too little of what is ahead when the season turns: the home's own
// past, without the weather, then errs less.
func (r *response) knows(from, to energy.Day) bool {
	for d := from; d.Before(to); d = d.Add(1) {
		if len(r.around(yearBefore(d), season)) <= season {
			return false
		}
		for _, p := range r.parts {
			if _, ok := p.tints[yearBefore(d)]; p.tints != nil && !ok {
				return false
			}
		}
	}
	return true
}

// around returns the known temperatures of the days within n of a day.
func (r *response) around(middle energy.Day, n int) []float64 {
	var all []float64
	for i := -n; i <= n; i++ {
		if t, ok := r.temps[middle.Add(i)]; ok {
			all = append(all, t)
		}
	}
	return all
}

// use returns what a day of temperatures like some is expected to use, kWh.
func (r fuelResponse) use(temps []float64) float64 {
	var sum float64
	for _, t := range temps {
		sum += r.at(t)
	}
	if len(temps) > 0 {
		sum /= float64(len(temps))
	}
	return max(sum+r.level, 0)
}

// cost returns what the energy of a day is expected to cost, EUR.
func (r *response) cost(d energy.Day) (sum decimal.Decimal) {
	temps := r.usual(d)
	for _, p := range r.parts {
		price := p.price
		if tint, ok := p.tints[yearBefore(d)]; ok {
			price = decimal.NewFromFloat(tint).Round(10)
		}
		sum = sum.Add(price.Mul(decimal.NewFromFloat(p.use(temps)).Round(6)))
	}
	return sum
}

// width returns 1.28 standard deviations of what the days of [from, to) cost that are
// still open, EUR: for what the model does not say and for the weather, together, as
// they strayed on days of a like season, and for how well the level is known.
func (r *response) width(from, to energy.Day, open int64) decimal.Decimal {
	n := float64(open)
	expected := mean(r.usual(from.Add(to.Sub(from) / 2)))
	left, strayed := map[energy.Day]float64{}, map[energy.Day]float64{}
	const alike, enough = 4, 30 // °C, days
	for _, near := range []float64{alike, math.Inf(1)} {
		for d, off := range r.off {
			if s := mean(r.around(d, season)); math.Abs(s-expected) <= near {
				left[d], strayed[d] = off, off+r.lot[d]+r.at(d, r.temps[d])-r.at(d, s)
			}
		}
		if len(strayed) >= enough {
			break
		}
	}
	variance := wanderOf(strayed).sum(n) + n*n*wanderOf(left).sum(1)/float64(r.of+recentDays)
	return decimal.NewFromFloat(math.Sqrt(variance)).Round(6).Mul(decimal.New(128, -2))
}

// wide is how many days on either side make the usual temperature that a season strays
// about: more than a spell of weather lasts.
const wide = 30

// widthOfSeasons is width for days further ahead than a month. How the home and the
// weather strayed is read from the same days a year before, so that each season counts
// for its own days. The weather counts twice: what is expected is that of one year
// before, which strayed as much from the usual as the one to come will. Red days that
// follow each other are fewer later, a season having so many: what days cost for their
// colour counts as independent. False where the
// home was not seen on half of these days: how it heats is then anybody's guess.
func (r *response) widthOfSeasons(to energy.Day, open int64) (decimal.Decimal, bool) {
	n := float64(open)
	left, weather, lot := map[energy.Day]float64{}, map[energy.Day]float64{}, map[energy.Day]float64{}
	for d, off := range r.off {
		if d.Before(yearBefore(to)) {
			left[d], weather[d] = off, r.at(d, r.temps[d])-r.at(d, mean(r.around(d, wide)))
			lot[d] = r.lot[d]
		}
	}
	if 2*len(left) < yearBefore(to).Sub(yearBefore(r.in.Today)) {
		return decimal.Zero, false
	}
	level := wanderOf(r.off).sum(1) / float64(r.of+recentDays)
	variance := wanderOf(left).sum(n) + 2*wanderOf(weather).sum(n) + n*n*level + n*wanderOf(lot).variance
	return decimal.NewFromFloat(math.Sqrt(variance)).Round(6).Mul(decimal.New(128, -2)), true
}

func mean(all []float64) float64 {
	var sum float64
	for _, v := range all {
		sum += v
	}
	return sum / float64(max(len(all), 1))
}

// steady bounds how much a day may resemble the next, so that sums stay finite.
const steady = 0.85

// wanderOf returns how values stray about their mean, from days and the days after
// them. It adds up in the order of days, so that the same values give the same bytes.
func wanderOf(values map[energy.Day]float64) wander {
	days := make([]energy.Day, 0, len(values))
	for d := range values {
		days = append(days, d)
	}
	slices.SortFunc(days, energy.Day.Compare)
	var sum float64
	for _, d := range days {
		sum += values[d]
	}
	middle := sum / float64(max(len(days), 1))
	var squares, pairs, both float64
	for _, d := range days {
		v := values[d] - middle
		squares += v * v
		if after, ok := values[d.Add(1)]; ok {
			pairs, both = pairs+v*(after-middle), both+v*v
		}
	}
	w := wander{variance: squares / float64(max(len(days)-1, 1))}
	if both > 0 {
		w.next = min(max(pairs/both, 0), steady)
	}
	return w
}
