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

// A response says what a home uses in the weather of a day, and how far off that is.
type response struct {
	in    Input
	model caltrack.Model
	temps map[energy.Day]float64 // of days before today, °C
	level float64                // kWh a day by which the home is off its model of late
	of    int                    // days the level is known from
	off   map[energy.Day]float64 // by which days were off their model, kWh
	price decimal.Decimal        // EUR for each kWh of energy, of late
}

// A wander is how values stray from day to day: their variance, and the correlation
// of a day with the next.
type wander struct{ variance, next float64 }

// sum returns the variance of the sum of n days.
func (w wander) sum(n float64) float64 { return w.variance * n * (1 + w.next) / (1 - w.next) }

// response learns how a home responds to the weather from the days before today;
// false when too few of them have both a use and a temperature.
func (in Input) response() (*response, bool) {
	r := &response{in: in, temps: map[energy.Day]float64{}}
	weather := map[energy.Day]household.Weather{}
	for _, w := range in.Weather {
		if w.Day.Before(in.Today) {
			weather[w.Day] = w
		}
	}
	var days []energy.Day
	var periods []caltrack.Period
	for _, d := range in.past(mostWarm) {
		p := caltrack.DayOf(d.Day, in.Zone, d.Energy, d.Coverage, weather[d.Day])
		if p.Known && len(p.Temps) > 0 {
			days, periods = append(days, d.Day), append(periods, p)
		}
	}
	for d, w := range weather {
		if p := caltrack.DayOf(d, in.Zone, 0, energy.Coverage{}, w); len(p.Temps) > 0 {
			r.temps[d] = p.Temps[0]
		}
	}
	if len(periods) < fewestWarm {
		return nil, false
	}
	fit, err := caltrack.Fit(periods, caltrack.Default(caltrack.Daily, true))
	if err != nil {
		return nil, false
	}
	r.model = fit.Model
	off := map[energy.Day]float64{}
	for i, p := range periods {
		off[days[i]] = p.Use - r.at(p.Temps[0])
	}
	r.off = off
	for _, d := range days {
		if !d.Before(in.Today.Add(-usualDays)) {
			r.level, r.of = r.level+off[d], r.of+1
		}
	}
	if r.of > 0 {
		r.level /= float64(r.of + recentDays) // drawn to the model while few days speak against it
	}
	return r, r.learnPrice()
}

// learnPrice takes what a kWh cost of late; false when that is not known.
func (r *response) learnPrice() bool {
	var cost, kWh decimal.Decimal
	for _, d := range r.in.past(usualDays) {
		cost, kWh = cost.Add(d.cost.Energy), kWh.Add(tariff.KWh(d.Energy))
	}
	if !kWh.IsPositive() {
		return false
	}
	r.price = cost.DivRound(kWh, 10)
	return true
}

// at returns what the model says of a day of a temperature, kWh.
func (r *response) at(celsius float64) float64 {
	return r.model.Predict(caltrack.Period{Days: 1, Temps: []float64{celsius}}).Total()
}

// usual returns the temperatures that are to be expected of a day: those of the days
// around it a year before, or else of the last days.
func (r *response) usual(d energy.Day) []float64 {
	middle := energy.Day{Year: d.Year - 1, Month: d.Month, Date: d.Date}
	if ts := r.around(middle, season); len(ts) > season {
		return ts
	}
	return r.around(r.in.Today.Add(-recentDays/2), recentDays/2)
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

// use returns what a day is expected to use, kWh.
func (r *response) use(d energy.Day) float64 {
	var sum float64
	ts := r.usual(d)
	for _, t := range ts {
		sum += r.at(t)
	}
	if len(ts) > 0 {
		sum /= float64(len(ts))
	}
	return max(sum+r.level, 0)
}

// cost returns what the energy of a day is expected to cost, EUR.
func (r *response) cost(d energy.Day) decimal.Decimal {
	return r.price.Mul(decimal.NewFromFloat(r.use(d)).Round(6))
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
				left[d], strayed[d] = off, off+r.at(r.temps[d])-r.at(s)
			}
		}
		if len(strayed) >= enough {
			break
		}
	}
	variance := wanderOf(strayed).sum(n) + n*n*wanderOf(left).sum(1)/float64(r.of+recentDays)
	return r.price.Mul(decimal.NewFromFloat(math.Sqrt(variance)).Round(6)).Mul(decimal.New(128, -2))
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
	slices.SortFunc(days, func(a, b energy.Day) int { return a.Sub(b) })
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
